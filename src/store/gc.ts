// The collector: what no root reaches is taken out of the store, referrers first, then removed. It never decides which generations
// count; the caller says so, link by link.

import { parseDerivationId } from '../core/derivation.ts'
import { asStoreError, ToolError } from '../core/errors.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { ifPossible } from '../host/durable.ts'
import { listNames } from './layout.ts'
import { removeAbandoned } from './partial-artifact.ts'
import type { Store } from './store.ts'
import { freedBy, removeTree } from './tree.ts'

export interface GcOptions {
  /** Change nothing and say what would go. */
  readonly dryRun: boolean
  /** Whether a link below `profiles/` that points to an object counts; given its path relative to `profiles/`. All do unless given. */
  readonly isRoot?: (path: string) => boolean
  readonly signal?: AbortSignal
}

export interface GcReport {
  /** Sorted. */
  readonly deleted: readonly StorePath[]
  /** On disk. A file with several names counts when the last one goes. */
  readonly freedBytes: number
  /** How many objects stay. */
  readonly kept: number
}

/** After so many objects the event loop turns once, so that Ctrl-C is heard. */
const BATCH = 64

/**
 * Deletes every object that no root reaches, realisations and records of such objects, everything in `tmp`, and of the cache
 * links to such objects and downloads that nobody goes on with. A run that is
 * stopped leaves a valid store; the next one finishes the work. Needs the exclusive lease unless `dryRun`.
 * @throws ToolError E_STORE_CORRUPT, before anything is deleted, when what a root needs is damaged; E_STORE_IO; E_CANCELLED
 */
export async function collectGarbage(store: Store, options: GcOptions): Promise<GcReport> {
  if (!options.dryRun && store.mode !== 'exclusive') throw new Error('collecting garbage needs the exclusive lease')
  try {
    const live = new Set(store.closure(findRoots(store, options.isRoot ?? (() => true))))
    const dead = store.list().filter((path) => !live.has(path))
    const freedBytes = options.dryRun
      ? freedBy(
          store.host,
          dead.map((path) => store.locate(path)),
        )
      : await collect(store, dead, options.signal)
    return { deleted: dead, freedBytes, kept: live.size }
  } catch (error) {
    throw asStoreError(error, 'collect garbage')
  }
}

async function collect(store: Store, dead: readonly StorePath[], signal: AbortSignal | undefined): Promise<number> {
  const { host, layout } = store
  // An object is always taken out before anything it refers to, so that every valid object has a valid closure at any moment.
  for (const path of referrersFirst(store, dead)) {
    stopIfAborted(signal)
    store.takeOut(path)
    await host.pause('gc.taken-out')
  }
  sweepRecords(store)
  let freedBytes = sweepCache(store)
  let count = 0
  for (const name of listNames(host, layout.temporary)) {
    freedBytes += removeTree(host, `${layout.temporary}/${name}`)
    if (++count % BATCH !== 0) continue
    await host.sleep(0)
    stopIfAborted(signal)
  }
  return freedBytes
}

/** The objects that links below `profiles/` point to. A link into an object keeps all of it; one to a missing object keeps nothing. */
function findRoots(store: Store, isRoot: (path: string) => boolean): readonly StorePath[] {
  const { host, layout } = store
  const roots = new Set<StorePath>()
  const visit = (directory: string, relative: string): void => {
    for (const entry of host.readDirectory(directory)) {
      const below = relative === '' ? entry.name : `${relative}/${entry.name}`
      if (entry.kind === 'directory') visit(`${directory}/${entry.name}`, below)
      // The link itself is read: whether its target exists says nothing about what it is meant to keep.
      if (entry.kind !== 'symlink') continue
      const path = objectOf(host.readLink(`${directory}/${entry.name}`) ?? '')
      if (path !== null && host.stat(store.locate(path)) !== null && isRoot(below)) roots.add(path)
    }
  }
  if (host.stat(layout.profiles) !== null) visit(layout.profiles, '')
  for (const root of roots) {
    if (store.isValid(root)) continue
    throw new ToolError('E_STORE_CORRUPT', `\`${root}\` is used by a generation, but its record is damaged.`, {
      details: { path: root },
      hint: 'tenon store verify',
    })
  }
  return [...roots].sort()
}

/** Reads generously, any `…/objects/<store path>/…`: a link too many keeps something, a link too few would lose it. */
function objectOf(target: string): StorePath | null {
  const parts = target.split('/')
  return parseStorePath(parts[parts.lastIndexOf('objects') + 1])
}

/** Objects without a record are not valid, so nothing valid can need what they refer to. */
function referrersFirst(store: Store, dead: readonly StorePath[]): readonly StorePath[] {
  const wanted = new Set(dead)
  const done = new Set<StorePath>()
  const visit = (path: StorePath): void => {
    if (done.has(path) || !wanted.has(path)) return
    for (const reference of store.query(path)?.references ?? []) visit(reference)
    done.add(path)
  }
  for (const path of dead) visit(path)
  return [...done].reverse()
}

/** Removes info without an object, and realisations whose output is not valid. */
function sweepRecords(store: Store): void {
  const { host, layout } = store
  for (const name of listNames(host, layout.info)) {
    const path = parseStorePath(name.replace(/\.json$/, ''))
    if (path === null || host.stat(store.locate(path)) === null) removeTree(host, `${layout.info}/${name}`)
  }
  for (const name of listNames(host, layout.realisations)) {
    const id = parseDerivationId(name.replace(/\.json$/, ''))
    if (id === null || store.realisation(id) === null) removeTree(host, `${layout.realisations}/${name}`)
  }
}

/** Removes what nothing in the cache needs; all else in it is worth its space. The cache is used and deleted without a lease. */
function sweepCache(store: Store): number {
  const { host, layout } = store
  ifPossible(() => {
    for (const name of listNames(host, layout.unpackedDirectory)) {
      const link = `${layout.unpackedDirectory}/${name}`
      if (host.realPath(link) === null) removeTree(host, link)
    }
  })
  return removeAbandoned(host, layout.partialDirectory)
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new ToolError('E_CANCELLED', 'Stopped; what was collected so far is gone, everything else is as it was.', {
    cause: signal.reason,
  })
}
