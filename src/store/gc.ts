// The collector: what no root reaches is taken out of the store, referrers first, while nobody else uses it; removing it comes after, beside
// others. It never decides which generations count; the caller says so, link by link.

import { parseDerivationId } from '../core/derivation.ts'
import { asStoreError, systemCode, ToolError } from '../core/errors.ts'
import type { StorePath } from '../core/store-path.ts'
import { ifPossible, temporaryPath } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import { ObjectGraph } from './graph.ts'
import { listNames } from './layout.ts'
import { removeAbandoned } from './partial-artifact.ts'
import { parseRealisation } from './records.ts'
import { removeTrees } from './removal.ts'
import { dropStaleRoots, outsideRoots, profileRoots } from './roots.ts'
import { runningRoots } from './running.ts'
import type { Store } from './store.ts'
import { freedBy, moveObject, removeTree } from './tree.ts'

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

export interface Preparation {
  readonly graph: ObjectGraph
  /** By the name of the realisation's file; null for one that is damaged. */
  readonly outputs: ReadonlyMap<string, StorePath | null>
}

/** Reads what a collection has to know, so that it holds others up for a shorter time. Any lease will do, or none. */
export function prepareCollection(store: Store): Preparation {
  const { host, layout } = store
  const graph = new ObjectGraph(store)
  graph.readAll()
  const names = listNames(host, layout.realisations)
  return { graph, outputs: new Map(names.map((name) => [name, outputOf(store, name)])) }
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
    const graph = new ObjectGraph(store, options.prepared?.graph)
    const marks = markLive(store, graph, options.isRoot)
    const deleted = graph.paths.filter((_, number) => marks[number] !== 1)
    const kept = graph.paths.length - deleted.length
    if (options.dryRun) {
      const places = deleted.map((path) => store.locate(path))
      return { deleted, freedBytes: freedBy(host, places).bytes, kept }
    }
    // While others wait: only what makes the dead invisible, and what must not be done beside others.
    const junk = listNames(host, layout.temporary).map((name) => `${layout.temporary}/${name}`)
    const trash = await makeTrash(store, junk)
    sweepRealisations(store, trash, options.prepared?.outputs, (path) => marks[graph.number(path) ?? -1] !== 1)
    await takeOut(store, graph, { order: graph.referrersFirst(marks, 0), trash, signal: options.signal })
    for (const name of graph.strayRecords) dropRecord(host, trash, `${layout.info}/${name}`)
    sweepCache(store)
    dropStaleRoots(host, layout)
    const freed = removeAbandoned(host, layout.partialDirectory) + (options.whileAlone?.() ?? 0)
    store.close()
    const objects = deleted.map((path) => `${trash.objects}/${path}`)
    const bytes = await removeTrees(host, [...junk, ...objects], options)
    stopIfAborted(options.signal)
    await removeTrees(host, trash.directories)
    return { deleted, freedBytes: freed + bytes, kept }
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

/** Where what is dead goes first, in `tmp`: a rename makes nobody wait for the disk. */
interface Trash {
  readonly objects: string
  /** What is not counted as freed. Null where it goes at once. */
  readonly records: string | null
  /** To be removed in the end. */
  readonly directories: readonly string[]
}

/** On a disk that holds no more files there can be no new directory; what was left in `tmp` makes way then, and `tmp` itself takes the objects. */
async function makeTrash({ host, layout }: Store, junk: readonly string[]): Promise<Trash> {
  const [objects, records] = [temporaryPath(host, layout.temporary), temporaryPath(host, layout.temporary)]
  const directories = [objects, records]
  try {
    for (const directory of directories) host.makeDirectory(directory, 0o755)
    return { objects, records, directories }
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '')) throw error
  }
  await removeTrees(host, [...junk, ...directories])
  return { objects: layout.temporary, records: null, directories: [] }
}

function dropRecord(host: Host, { records }: Trash, path: string): void {
  if (records === null) removeTree(host, path)
  else moveObject(host, path, `${records}${path.slice(path.lastIndexOf('/'))}`)
}

interface TakeOut {
  /** Numbers of objects, each before everything that it refers to, so that every valid object has a valid closure at any moment. */
  readonly order: readonly number[]
  readonly trash: Trash
  readonly signal: AbortSignal | undefined
}

/** @throws ToolError E_CANCELLED */
async function takeOut({ host, layout }: Store, graph: ObjectGraph, { order, trash, signal }: TakeOut): Promise<void> {
  for (const number of order) {
    stopIfAborted(signal)
    const path = graph.paths[number] as StorePath
    // Commit point: after this rename the object is not valid any more.
    moveObject(host, layout.object(path), `${trash.objects}/${path}`)
    if (graph.hasRecord(number)) dropRecord(host, trash, layout.infoOf(path))
    await host.pause('gc.taken-out')
  }
}

/** Before the objects, so that no crash leaves one that leads to nothing. */
function sweepRealisations(
  store: Store,
  trash: Trash,
  known: Preparation['outputs'] = new Map(),
  isDead: (path: StorePath) => boolean,
): void {
  const isUseless = (output: StorePath | null) => output === null || isDead(output)
  for (const name of listNames(store.host, store.layout.realisations)) {
    const before = known.get(name)
    if (before !== undefined && !isUseless(before)) continue
    if (isUseless(outputOf(store, name))) dropRecord(store.host, trash, `${store.layout.realisations}/${name}`)
  }
}

function outputOf({ host, layout }: Store, name: string): StorePath | null {
  const id = parseDerivationId(name.replace(/\.json$/, ''))
  const record = id === null ? null : host.readFile(layout.realisation(id))
  return id === null || record === null ? null : (parseRealisation(id, record)?.output ?? null)
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
