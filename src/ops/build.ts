// `tenon build`: lock if needed, then make the environment's tree valid in the store. Makes nothing current.

import { plan } from '../build/plan.ts'
import { hasRemembered, realise } from '../build/realise.ts'
import { type Digest, digestText, type Integrity } from '../core/digest.ts'
import type { Environment } from '../core/environment.ts'
import type { LoadedEnvironment } from '../core/environment-chain.ts'
import { digestEnvironment } from '../core/lock.ts'
import type { StorePath } from '../core/store-path.ts'
import type { Reader } from '../host/watch.ts'
import type { Store } from '../store/store.ts'
import { type Context, existingProfile } from './context.ts'
import { environmentPath, lockPath, readEnvironment, requireEnvironmentFile } from './environments.ts'
import { readKnownLock, recallEnvironment, rememberLock } from './known-lock.ts'
import { latestTree, rememberTree } from './latest-tree.ts'
import { type LockOptions, lockEnvironment } from './lock.ts'
import { readPlanMemory, recallPlan, rememberPlan } from './plan-memory.ts'
import { areTreesUnchanged } from './trees.ts'
import { voucher } from './vouched-for.ts'
import { artifactCache } from './with-artifacts.ts'

export interface BuildResult {
  readonly environment: Environment
  /** Absolute path of the lock file, and the digest of its text. */
  readonly lock: { readonly path: string; readonly digest: Digest }
  readonly storePath: StorePath
  /** Absolute. */
  readonly path: string
  readonly narHash: Integrity
}

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
  let read: LoadedEnvironment | null = null
  const load = async () => {
    read ??= await readEnvironment(context, name, { ...options, reader })
    return read
  }
  const isPlain = options.update === undefined && (options.asOf ?? null) === null
  const built = isPlain ? await findBuilt(context, store, { name, reader, load }) : null
  if (built !== null) return built

  const loaded = await load()
  const memory = readPlanMemory(context)
  const locked = await lockEnvironment(context, name, { ...options, checked: memory.blocks }, loaded, reader)
  const { host, sources, report, signal, workspace } = context
  const quick = plan(locked.lock, context.system, sources, recallPlan(memory, locked))
  const planned = hasRemembered(quick, store) ? quick : plan(locked.lock, context.system, sources)
  const storePath = await realise(planned, {
    host,
    store,
    artifacts: artifactCache(context),
    sources,
    earlier: earlierTree(context, store, name),
    workspace: workspace.root,
    report,
    signal,
  })
  rememberTree(context, store, storePath)
  rememberPlan(context, store, locked, planned)
  rememberLock(context, { lock: locked.lock, digest: locked.lockDigest, root: planned.root, loaded })
  return describe(store, loaded.environment, { path: locked.path, digest: locked.lockDigest }, storePath)
}

interface Wanted {
  readonly name: string
  readonly reader: Reader
  readonly load: () => Promise<LoadedEnvironment>
}

/** The lock was built before, still satisfies the file, and its tree is still there. */
async function findBuilt(context: Context, store: Store, { name, reader, load }: Wanted): Promise<BuildResult | null> {
  const path = lockPath(context.workspace, name)
  const text = context.host.readFile(path)?.toString('utf8')
  const digest = text === undefined ? null : digestText(text)
  const known = digest === null ? null : readKnownLock(context, digest)
  if (digest === null || known === null) return null
  const recalled = recallEnvironment(known, name, reader.readFile(environmentPath(context.workspace, name)))
  const environment = recalled ?? (await load()).environment
  if (recalled === null && known.satisfies !== digestEnvironment(environment)) return null
  if (!voucher(context, environment, reader)(known.registries)) return null
  const output = store.realisation(known.root)?.output
  if (output === undefined || !(await areTreesUnchanged(context, reader, known.trees))) return null
  return describe(store, environment, { path, digest }, output)
}

function describe(
  store: Store,
  environment: Environment,
  lock: BuildResult['lock'],
  storePath: StorePath,
): BuildResult {
  const object = store.query(storePath)
  if (object === null) throw new Error(`${storePath} was realised and is not valid`)
  return { environment, lock, storePath, path: store.locate(storePath), narHash: object.narHash }
}

/** That of the current generation, since most of a new one is what it was; otherwise that of whoever built here last. */
function earlierTree(context: Context, store: Store, name: string): string | null {
  const current = existingProfile(context, name)?.current() ?? null
  return current === null || !store.isValid(current.storePath)
    ? latestTree(context, store)
    : store.locate(current.storePath)
}
