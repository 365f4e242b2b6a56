// Checks a store against itself: first its structure, then every byte, on all processors. It reports and never repairs. Generations are
// for ops/verify.ts.

import { parseDerivationId } from '../core/derivation.ts'
import { isToolError, systemCode, ToolError } from '../core/errors.ts'
import type { Nar } from '../core/nar.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import type { FileStat } from '../host/host.ts'
import { usefulWorkers } from '../host/workers.ts'
import { listNames } from './layout.ts'
import { ListingWriter } from './listing.ts'
import { objectWorkers } from './object-workers.ts'
import type { StoreObject } from './records.ts'
import { LinkChecker } from './references.ts'
import type { Store } from './store.ts'
import { isSealed, SEALED_TIME } from './tree.ts'
import { unsealedObject } from './unsealed.ts'
import { hashPath } from './walk.ts'

export type DefectKind =
  /** Something in `objects/` is not named like an object. */
  | 'unknown-entry'
  /** An object has no info record, or one that is damaged or belongs to another tree; it counts as missing until added again. */
  | 'no-info'
  /** A reference of a valid object is not valid. */
  | 'missing-reference'
  /** A realisation is damaged or leads to nothing valid; it counts as none. */
  | 'no-output'
  /** A generation cannot be used as it is: its link, its record, its tree, or what says which one is current. */
  | 'generation'
  /** What a process left that did not finish, an hour ago or more: junk, and harmless. */
  | 'leftover'
  /** Something can be written, or has a mode or a modification time that nothing sealed has. */
  | 'not-sealed'
  /** The tree is not the one that the name stands for. */
  | 'changed'
  /** The tree has a link to an object that is not among its recorded references. */
  | 'unrecorded-reference'
  /** The tree could not be read, or holds what no object can. */
  | 'unreadable'

export interface Defect {
  /** The name in `objects/`; of anything else its place in the store, such as `profiles/…/7`. */
  readonly storePath: string
  readonly kind: DefectKind
  readonly detail: string
}

/** One defect, or the number of objects checked so far. */
export type VerifyItem =
  | { readonly defect: Defect; readonly total: number }
  | { readonly checked: number; readonly total: number }

export interface VerifyOptions {
  /** Only these objects, and nothing beside objects. */
  readonly only?: readonly StorePath[]
  /** Threads beside this one; as many as pay unless given. */
  readonly workers?: number
}

/** A third of it is done before a worker is up; with less to do there is nothing left for one. */
const WORKER_THRESHOLD_MS = 150
/** About what reading costs; for that threshold alone. */
const MS_PER_OBJECT = 0.4
const MS_PER_BYTE = 1 / 1_200_000
/** As old, nobody is going on with it. */
const LEFTOVER_MS = 3_600_000

/**
 * All of the structure first, which is quick; then object by object all bytes. The store may be in use meanwhile.
 * @throws ToolError E_CANCELLED
 */
export async function* verifyStore(
  store: Store,
  signal?: AbortSignal,
  options: VerifyOptions = {},
): AsyncGenerator<VerifyItem, void> {
  const names = options.only ?? listNames(store.host, store.layout.objects)
  const total = names.length
  const workers = objectWorkers<StorePath, readonly Defect[]>(store.root)
  const startFor = (work: number) => {
    const useful = work < WORKER_THRESHOLD_MS ? 0 : usefulWorkers()
    workers.start(options.workers ?? useful)
  }
  try {
    // They need some time to start, in which the structure is checked.
    startFor(names.length * MS_PER_OBJECT)
    for (const name of names) for (const defect of checkStructure(store, name)) yield { defect, total }
    if (options.only === undefined) {
      for (const defect of checkRealisations(store)) yield { defect, total }
      for (const defect of findLeftovers(store)) yield { defect, total }
    }
    const paths = names.flatMap((name) => parseStorePath(name) ?? [])
    const sizes = new Map(paths.map((path) => [path, store.query(path)?.narSize ?? 0]))
    const size = (path: StorePath) => sizes.get(path) ?? 0
    startFor(paths.reduce((sum, path) => sum + size(path) * MS_PER_BYTE, 0))
    const largestFirst = paths.toSorted((a, b) => size(b) - size(a))
    let checked = 0
    for await (const defects of workers.each(largestFirst, (path) => checkContents(store, path), signal)) {
      for (const defect of defects) yield { defect, total }
      yield { checked: ++checked, total }
    }
    if (signal?.aborted === true) {
      throw new ToolError('E_CANCELLED', `Stopped after ${checked} of ${total} objects; nothing was changed.`)
    }
  } finally {
    await workers.close()
  }
}

function* checkStructure(store: Store, name: string): Generator<Defect> {
  const path = parseStorePath(name)
  if (path === null) {
    yield { storePath: name, kind: 'unknown-entry', detail: 'it is not named like an object' }
    return
  }
  const object = store.query(path)
  if (object === null) {
    yield { storePath: path, kind: 'no-info', detail: 'its record is missing or damaged, so it is not valid' }
  }
  for (const reference of object?.references ?? []) {
    if (!store.isValid(reference)) yield { storePath: path, kind: 'missing-reference', detail: `needs ${reference}` }
  }
}

function* checkRealisations(store: Store): Generator<Defect> {
  for (const name of listNames(store.host, store.layout.realisations)) {
    const id = parseDerivationId(name.replace(/\.json$/, ''))
    if (id !== null && store.realisation(id) !== null) continue
    yield { storePath: `realisations/${name}`, kind: 'no-output', detail: 'it leads to nothing that is valid' }
  }
}

/** What is younger may belong to a process that runs. */
function* findLeftovers({ host, layout }: Store): Generator<Defect> {
  const isOld = (path: string) => (host.stat(path)?.changedMs ?? Number.POSITIVE_INFINITY) < host.now() - LEFTOVER_MS
  for (const name of listNames(host, layout.temporary)) {
    if (!isOld(`${layout.temporary}/${name}`)) continue
    yield { storePath: `tmp/${name}`, kind: 'leftover', detail: 'a process left it unfinished' }
  }
  for (const name of listNames(host, layout.info)) {
    const path = parseStorePath(name.replace(/\.json$/, ''))
    if (path !== null && host.stat(layout.object(path)) !== null) continue
    if (isOld(`${layout.info}/${name}`)) yield { storePath: `info/${name}`, kind: 'leftover', detail: 'of no object' }
  }
}

/** Everything that is wrong inside one object; for worker threads too. */
export function checkContents(store: Store, path: StorePath): readonly Defect[] {
  const object = store.query(path)
  const found = (kind: DefectKind, detail: string): Defect => ({ storePath: path, kind, detail })
  const loose: string[] = []
  const links = new LinkChecker(path)
  const listing = new ListingWriter()
  try {
    const nar = hashPath(store.host, store.locate(path), {
      label: path,
      onNode: (relative, stat) => {
        listing.add(relative, stat.kind === 'directory')
        if (isSealed(stat, relative === '')) return
        // As a process that died left it: whoever opens the store next to write seals it.
        if (stat.kind === 'directory' && unsealedObject(store.host, store.layout) === path) return
        loose.push(describeLoose(relative, stat))
      },
      onLink: (relative, target) => {
        listing.add(relative, false)
        takeLink(links, relative, target)
      },
    })
    const seen = { nar, references: links.references, listing: listing.finish() }
    const defects = object === null ? [] : compare(object, seen).map((item) => found(...item))
    return loose.length === 0 ? defects : [...defects, found('not-sealed', listSome(loose))]
  } catch (error) {
    if (!isToolError(error) && systemCode(error) === null) throw error
    return [found('unreadable', error instanceof Error ? error.message : String(error))]
  }
}

interface Seen {
  readonly nar: Nar
  readonly references: ReadonlySet<StorePath>
  readonly listing: string | null
}

function compare(object: StoreObject, { nar, references, listing }: Seen): readonly (readonly [DefectKind, string])[] {
  if (nar.integrity !== object.narHash) return [['changed', `NAR hash ${nar.integrity}, wanted ${object.narHash}`]]
  if (nar.size !== object.narSize)
    return [['no-info', `its record says ${object.narSize} bytes, and it has ${nar.size}`]]
  if (object.listing !== null && object.listing !== listing)
    return [['no-info', 'its record lists other names than it has']]
  const unrecorded = [...references].filter((path) => !object.references.includes(path))
  return unrecorded.map((path) => ['unrecorded-reference', `a link leads to ${path}`] as const)
}

/** A link that no object can hold makes another tree, and the hash says so. */
function takeLink(links: LinkChecker, path: string, target: string): void {
  try {
    links.check(path, target)
  } catch (error) {
    if (!isToolError(error)) throw error
  }
}

function describeLoose(path: string, { mode, modifiedMs }: FileStat): string {
  const place = path === '' ? 'the top' : `\`${path}\``
  return modifiedMs !== SEALED_TIME * 1000
    ? `${place} was modified at ${new Date(modifiedMs).toISOString()}`
    : `${place} has mode ${mode.toString(8)}`
}

function listSome(texts: readonly string[]): string {
  return texts.slice(0, 3).join(', ') + (texts.length > 3 ? ` and ${texts.length - 3} more` : '')
}
