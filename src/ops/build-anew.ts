// Building an environment whose lock was not built before: lock if needed, plan, realise, and remember what the next one can take over.

import { plan } from '../build/plan.ts'
import { hasRemembered, openPool, type RealiseContext, realise } from '../build/realise.ts'
import type { Digest, Integrity } from '../core/digest.ts'
import type { Environment } from '../core/environment.ts'
import type { LoadedEnvironment } from '../core/environment-chain.ts'
import type { StorePath } from '../core/store-path.ts'
import type { Reader } from '../host/watch.ts'
import type { Store } from '../store/store.ts'
import { type Context, existingProfile } from './context.ts'
import { lockPath } from './environments.ts'
import { latestPlannedLock, rememberLock } from './known-lock.ts'
import { latestTree, rememberTree } from './latest-tree.ts'
import { type LockOptions, lockEnvironment } from './lock.ts'
import { planMemory, recallPlan } from './plan-memory.ts'
import { artifactCache } from './with-artifacts.ts'

/** Packages, from which on the machine has to do with little else. */
const MANY = 50
/** Of a lock, for each package, at least. */
const PACKAGE_BYTES = 512

/** A lock file as it was used. */
export interface UsedLock {
  /** Absolute. */
  readonly path: string
  readonly bytes: Buffer
  readonly digest: Digest
}

export interface BuildResult {
  readonly environment: Environment
  readonly lock: UsedLock
  readonly storePath: StorePath
  /** Absolute. */
  readonly path: string
  readonly narHash: Integrity
}

export interface Wanted {
  readonly name: string
  readonly options: LockOptions
  readonly reader: Reader
  readonly load: () => Promise<LoadedEnvironment>
}

/** As `buildEnvironment`. */
export async function buildAnew(context: Context, store: Store, wanted: Wanted): Promise<BuildResult> {
  const artifacts = artifactCache(context)
  // A worker needs as long to start as this thread to find out what there is to do.
  const pool = isFirst(context, store, wanted.name) ? await openPool({ store, artifacts }) : null
  try {
    pool?.expect(MANY)
    return await lockAndRealise(context, store, wanted, { artifacts, pool })
  } finally {
    await pool?.close()
  }
}

/** Whether there is a lock of many packages, and none of them is in the store: nothing was ever built there. */
function isFirst(context: Context, store: Store, name: string): boolean {
  const size = context.host.stat(lockPath(context.workspace, name))?.size ?? 0
  return size > MANY * PACKAGE_BYTES && latestTree(context, store) === null
}

async function lockAndRealise(
  context: Context,
  store: Store,
  { name, options, reader, load }: Wanted,
  { artifacts, pool }: Pick<RealiseContext, 'artifacts' | 'pool'>,
): Promise<BuildResult> {
  const loaded = await load()
  const memory = planMemory(latestPlannedLock(context))
  const wanted = { ...options, checked: memory.blocks, isStoreHeld: true }
  const locked = await lockEnvironment(context, name, wanted, loaded, reader)
  const { host, report, signal, workspace, system } = context
  const { lock, text, lockDigest: digest } = locked
  const sources = await context.sources()
  const quick = plan(lock, system, sources, recallPlan(memory, locked))
  const planned = hasRemembered(quick, store) ? quick : plan(lock, system, sources)
  const storePath = await realise(planned, {
    host,
    store,
    artifacts,
    sources,
    earlier: earlierTree(context, store, name),
    workspace: workspace.root,
    report,
    signal,
    pool: pool ?? null,
  })
  rememberTree(context, store, storePath)
  const object = store.query(storePath)
  if (object === null) throw new Error(`${storePath} was realised and is not valid`)
  const tree = { storePath, narHash: object.narHash, record: store.recordOf(storePath) }
  const derivations = lock.packages.map(({ id }) => [id, planned.packages.get(id) ?? null] as const)
  rememberLock(context, store.layout.temporary, { lock, text, digest, tree, derivations, loaded })
  return {
    environment: loaded.environment,
    lock: { path: locked.path, bytes: Buffer.from(text), digest },
    storePath,
    path: store.locate(storePath),
    narHash: object.narHash,
  }
}

/** That of the current generation, since most of a new one is what it was; otherwise that of whoever built here last. */
function earlierTree(context: Context, store: Store, name: string): string | null {
  const current = existingProfile(context, name)?.current() ?? null
  return current === null || !store.isValid(current.storePath)
    ? latestTree(context, store)
    : store.locate(current.storePath)
}
