// The collector: what no root reaches is taken out of the store, referrers first, while nobody else uses it; removing it comes after, beside
// others. It never decides which generations count; the caller says so, link by link.

import { basename } from 'node:path'
import { parseDerivationId } from '../core/derivation.ts'
import { asStoreError, ToolError } from '../core/errors.ts'
import type { StorePath } from '../core/store-path.ts'
import { ifPossible, temporaryPath } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import { usefulWorkers, type Workers } from '../host/workers.ts'
import { ObjectGraph } from './graph.ts'
import { listNames } from './layout.ts'
import { ObjectRecords } from './object-records.ts'
import { objectWorkers } from './object-workers.ts'
import { removeAbandoned } from './partial-artifact.ts'
import { parseRealisation } from './records.ts'
import { dropStaleRoots, outsideRoots, profileRoots } from './roots.ts'
import { runningRoots } from './running.ts'
import type { Store } from './store.ts'
import { freedBy, moveObject, removeTree, type SharedFile } from './tree.ts'

export interface GcOptions {
  /** Change nothing and say what would go. */
  readonly dryRun: boolean
  /** Whether a link below `profiles/` that points to an object counts; given its path relative to `profiles/`. All do unless given. */
  readonly isRoot?: (path: string) => boolean
  /** Of `prepareCollection`; what is not in it is read while others wait. */
  readonly prepared?: Preparation
  readonly onRemoved?: (done: number, total: number) => void
  /** More to do while nobody else uses the store. The bytes that it freed count. */
  readonly whileAlone?: () => number
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

/** What removing one tree freed for certain, and what it may have freed together with others. */
export interface RemovedTree {
  readonly bytes: number
  readonly shared: readonly SharedFile[]
}

/** Below so many objects a worker costs more than it saves. */
const WORKER_THRESHOLD = 400

export interface Preparation {
  readonly records: ObjectRecords
  /** By the name of the realisation's file; null for one that is damaged. */
  readonly outputs: ReadonlyMap<string, StorePath | null>
}

/** Reads what a collection has to know, so that it holds others up for a shorter time. Any lease will do, or none. */
export function prepareCollection(store: Store): Preparation {
  const { host, layout } = store
  const records = ObjectRecords.fresh(host, layout)
  for (const path of store.list()) records.get(path)
  const names = listNames(host, layout.realisations)
  return { records, outputs: new Map(names.map((name) => [name, outputOf(store, name)])) }
}

function unprepared({ host, layout }: Store): Preparation {
  return { records: ObjectRecords.fresh(host, layout), outputs: new Map() }
}

/**
 * Deletes every object that no root reaches, realisations and records of such objects, everything in `tmp`, roots whose links are gone, and of
 * the cache links to such objects and downloads that nobody goes on with. Needs the exclusive lease unless `dryRun`, and lets go of it as soon
 * as what is dead is out of the store: the caller can do no more with the store than close it. A run that is stopped leaves a valid store; the
 * next one finishes the work.
 * @throws ToolError E_STORE_CORRUPT, before anything is deleted, when what a root needs is damaged; E_STORE_IO; E_CANCELLED
 */
export async function collectGarbage(store: Store, options: GcOptions): Promise<GcReport> {
  if (!options.dryRun && store.mode !== 'exclusive') throw new Error('collecting garbage needs the exclusive lease')
  const { host, layout } = store
  try {
    const { records, outputs } = options.prepared ?? unprepared(store)
    const graph = new ObjectGraph(store, records)
    const marks = markLive(store, graph, options.isRoot)
    const isDead = (path: StorePath) => marks[graph.number(path) ?? -1] !== 1
    const deleted = graph.paths.filter(isDead)
    const kept = graph.paths.length - deleted.length
    if (options.dryRun) {
      const places = deleted.map((path) => store.locate(path))
      return { deleted, freedBytes: freedBy(host, places).bytes, kept }
    }
    const remover = new Remover(store, deleted.length)
    try {
      // While others wait: only what makes the dead invisible, and what must not be done beside others.
      const junk = listNames(host, layout.temporary)
      sweepRealisations(store, outputs, isDead)
      const order = graph.referrersFirst(marks, 0).flatMap((number) => graph.paths[number] ?? [])
      const trash = temporaryPath(host, layout.temporary)
      await takeOut(store, order, trash, options.signal)
      sweepRecords(store)
      sweepCache(store)
      dropStaleRoots(host, layout)
      const freed = removeAbandoned(host, layout.partialDirectory) + (options.whileAlone?.() ?? 0)
      store.close()
      const bytes = await remover.remove([...junk, ...deleted.map((path) => `${basename(trash)}/${path}`)], options)
      removeTree(host, trash)
      return { deleted, freedBytes: freed + bytes, kept }
    } finally {
      await remover.close()
    }
  } catch (error) {
    throw asStoreError(error, 'collect garbage')
  }
}

/** @throws ToolError E_STORE_CORRUPT */
export function markLive(store: Store, graph: ObjectGraph, isRoot: GcOptions['isRoot'] = () => true): Uint8Array {
  const { host, layout } = store
  const generations = profileRoots(host, layout).filter(({ place }) => isRoot(place))
  const outside = outsideRoots(host, layout).flatMap(({ object }) => object ?? [])
  const marks = graph.reach([...generations.map(({ object }) => object), ...outside])
  // A program may also name what is damaged or no object at all; that is no reason to delete nothing.
  const running = graph.reachSome(runningRoots(host).map(({ object }) => object))
  return marks.map((mark, number) => mark | (running[number] ?? 0))
}

/** Moves objects into a new directory, `trash`. @throws ToolError E_CANCELLED */
async function takeOut(
  store: Store,
  paths: readonly StorePath[],
  trash: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { host, layout } = store
  if (paths.length > 0) host.makeDirectory(trash, 0o755)
  // An object is always taken out before anything it refers to, so that every valid object has a valid closure at any moment.
  for (const path of paths) {
    stopIfAborted(signal)
    // Commit point: after this rename the object is not valid any more.
    moveObject(host, store.locate(path), `${trash}/${path}`)
    const info = layout.infoOf(path)
    if (store.host.stat(info) !== null) host.unlink(info)
    await host.pause('gc.taken-out')
  }
}

/** Removes what was taken out, beside others, on all processors when there is much of it. */
class Remover {
  readonly #host: Host
  readonly #directory: string
  readonly #workers: Workers<string, RemovedTree>
  /** Of files with several names: how many of these are gone, of how many. */
  readonly #shared = new Map<string, { gone: number; links: number }>()

  /** The workers start while the store is still held. */
  constructor({ host, layout }: Store, objects: number) {
    this.#host = host
    this.#directory = layout.temporary
    this.#workers = objectWorkers('remove', layout.root)
    if (objects >= WORKER_THRESHOLD) this.#workers.start(usefulWorkers())
  }

  /** Names in `tmp`. The bytes freed. @throws ToolError E_CANCELLED */
  async remove(names: readonly string[], { signal, onRemoved }: GcOptions): Promise<number> {
    let bytes = 0
    let done = 0
    const onResult = (removed: RemovedTree) => {
      bytes += removed.bytes + this.#freedOf(removed.shared)
      onRemoved?.(++done, names.length)
    }
    await this.#workers.run(names, (name) => removeIn(this.#host, this.#directory, name), { onResult, signal })
    stopIfAborted(signal)
    return bytes
  }

  /** A file is gone with its last name, whichever thread removed that. */
  #freedOf(shared: RemovedTree['shared']): number {
    let bytes = 0
    for (const { inode, links, allocated } of shared) {
      const seen = this.#shared.get(inode) ?? { gone: 0, links: 0 }
      // The first look at it was before any of its names went.
      const now = { gone: seen.gone + 1, links: Math.max(seen.links, links) }
      if (now.gone === now.links) bytes += allocated
      this.#shared.set(inode, now)
    }
    return bytes
  }

  async close(): Promise<void> {
    await this.#workers.close()
  }
}

/** For worker threads too. */
export function removeIn(host: Host, directory: string, name: string): RemovedTree {
  const shared: SharedFile[] = []
  const bytes = removeTree(host, `${directory}/${name}`, (file) => shared.push(file))
  return { bytes, shared }
}

/** Before the objects, so that no crash leaves one that leads to nothing. */
function sweepRealisations(store: Store, known: Preparation['outputs'], isDead: (path: StorePath) => boolean): void {
  const isUseless = (output: StorePath | null) => output === null || isDead(output)
  for (const name of listNames(store.host, store.layout.realisations)) {
    const before = known.get(name)
    if (before !== undefined && !isUseless(before)) continue
    if (isUseless(outputOf(store, name))) removeTree(store.host, `${store.layout.realisations}/${name}`)
  }
}

function outputOf({ host, layout }: Store, name: string): StorePath | null {
  const id = parseDerivationId(name.replace(/\.json$/, ''))
  const record = id === null ? null : host.readFile(layout.realisation(id))
  return id === null || record === null ? null : (parseRealisation(id, record)?.output ?? null)
}

/** Removes info without an object. */
function sweepRecords({ host, layout }: Store): void {
  const objects = new Set(listNames(host, layout.objects))
  for (const name of listNames(host, layout.info)) {
    if (!objects.has(name.replace(/\.json$/, ''))) removeTree(host, `${layout.info}/${name}`)
  }
}

/** Removes links of the cache to what is gone; all else in it is worth its space. The cache is used and deleted without a lease. */
function sweepCache({ host, layout }: Store): void {
  ifPossible(() => {
    for (const name of listNames(host, layout.unpackedDirectory)) {
      const link = `${layout.unpackedDirectory}/${name}`
      if (host.realPath(link) === null) removeTree(host, link)
    }
  })
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new ToolError('E_CANCELLED', 'Stopped; what was collected so far is gone, everything else is as it was.', {
    cause: signal.reason,
  })
}
