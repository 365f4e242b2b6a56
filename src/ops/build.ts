// `tenon build`: lock if needed, then make the environment's tree valid in the store. Makes nothing current.

import { plan } from '../build/plan.ts'
import { realise } from '../build/realise.ts'
import type { Integrity } from '../core/digest.ts'
import type { StorePath } from '../core/store-path.ts'
import type { Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { type LockOptions, type LockResult, lockEnvironment } from './lock.ts'
import { artifactCache } from './with-store.ts'

export interface BuildResult {
  readonly locked: LockResult
  readonly storePath: StorePath
  /** Absolute. */
  readonly path: string
  readonly narHash: Integrity
}

/** The caller holds the store, so that nothing collects the tree before it is a root. */
export async function buildEnvironment(
  context: Context,
  store: Store,
  name: string,
  options: LockOptions = {},
): Promise<BuildResult> {
  const locked = await lockEnvironment(context, name, options)
  const { host, sources, report, signal, workspace } = context
  const storePath = await realise(plan(locked.lock, context.system, sources), {
    host,
    store,
    artifacts: artifactCache(context),
    sources,
    workspace: workspace.root,
    report,
    signal,
  })
  const object = store.query(storePath)
  if (object === null) throw new Error(`${storePath} was realised and is not valid`)
  return { locked, storePath, path: store.locate(storePath), narHash: object.narHash }
}
