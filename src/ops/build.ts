// `tenon build`: lock if needed, then make the environment's tree valid in the store. Makes nothing current. A lock that was built before is known again
// here; what any other takes is build-anew.ts, which is loaded only then.

import type { Digest } from '../core/digest.ts'
import type { Environment } from '../core/environment.ts'
import type { LoadedEnvironment } from '../core/environment-chain.ts'
import type { Reader } from '../host/watch.ts'
import type { Store } from '../store/store.ts'
import type { BuildResult } from './build-anew.ts'
import type { Context } from './context.ts'
import { lockPath, requireEnvironmentFile } from './environments.ts'
import { findKnownLock, recallEnvironment } from './known-lock.ts'
import type { LockOptions } from './lock.ts'
import { areTreesUnchanged } from './trees.ts'
import { voucher } from './vouched-for.ts'

/**
 * Everything in the workspace that decides about the result, the lock excepted, is asked of `reader`. The caller holds the store, so that
 * nothing collects the tree before it is a root.
 * @throws ToolError whatever locking and realising throw
 */
export async function buildEnvironment(
  context: Context,
  store: Store,
  name: string,
  options: LockOptions = {},
  reader: Reader = context.host,
): Promise<BuildResult> {
  requireEnvironmentFile(context.host, context.workspace, name)
  let read: Promise<LoadedEnvironment> | null = null
  const load = () => {
    read ??= import('./read-environment.ts').then(({ readEnvironment }) =>
      readEnvironment(context, name, { ...options, reader }),
    )
    return read
  }
  const isPlain = options.update === undefined && (options.asOf ?? null) === null
  const known = isPlain ? await findBuilt(context, store, { name, reader, load }) : null
  if (known !== null) return known
  const { buildAnew } = await import('./build-anew.ts')
  return await buildAnew(context, store, { name, options, reader, load })
}

interface Wanted {
  readonly name: string
  readonly reader: Reader
  readonly load: () => Promise<LoadedEnvironment>
}

/** The lock was built before, still satisfies the file, and its tree is still there. */
async function findBuilt(context: Context, store: Store, { name, reader, load }: Wanted): Promise<BuildResult | null> {
  const { host, workspace } = context
  const path = lockPath(workspace, name)
  const bytes = host.readFile(path)
  const known = bytes === null ? null : findKnownLock(context, bytes)
  if (bytes === null || known === null) return null
  const recalled = recallEnvironment(known, name, { reader, workspace })
  const environment = recalled ?? (await load()).environment
  if (recalled === null && known.satisfies !== (await digestOf(environment))) return null
  if (!(await voucher(context, environment, reader))(known.registries)) return null
  const { storePath, narHash, record } = known.tree
  if (!store.isStill(storePath, record) || !(await areTreesUnchanged(context, reader, known.trees))) return null
  return { environment, lock: { path, bytes, digest: known.digest }, storePath, narHash, path: store.locate(storePath) }
}

async function digestOf(environment: Environment): Promise<Digest> {
  const { digestEnvironment } = await import('../core/lock.ts')
  return digestEnvironment(environment)
}
