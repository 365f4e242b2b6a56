// The store: immutable objects addressed by content, and the realisations that say which derivation gave which object. The layout
// is drawn in store/README.md. An object is valid when its tree and its info record are both there; the info record is written
// first, so the one rename of the tree decides. Nothing here fetches, builds, or knows what an environment is.

import { join } from 'node:path'
import type { Derivation, DerivationId, Realisation } from '../core/derivation.ts'
import type { Integrity } from '../core/digest.ts'
import { asStoreError, isToolError, systemCode, ToolError } from '../core/errors.ts'
import { narOf } from '../core/nar.ts'
import { makeStorePath, parseStorePath, type StoreName, type StorePath, storePathName } from '../core/store-path.ts'
import type { TreeNode } from '../core/tree.ts'
import {
  ifPossible,
  makeDirectories,
  publish,
  replaceSymlink,
  temporaryPath,
  writeFileAtomic,
  writeNewFile,
} from '../host/durable.ts'
import type { FileStat, Host } from '../host/host.ts'
import { acquireLease, type Lease, type LeaseMode } from '../host/lease.ts'
import { type Admission, addLargePath, addSmallPath } from './add-path.ts'
import { listNames, requireStoreDirectory, StoreLayout } from './layout.ts'
import { ListingWriter, listingOf } from './listing.ts'
import { parseInfo, parseRealisation, printInfo, printRealisation, type StoreObject } from './records.ts'
import { ReferenceFinder } from './references.ts'
import { finishReplacement } from './replacing.ts'
import { checkTree, isSealed, measureTrees, removeTree, sealTop, type TreeSize, unsealTop, writeTree } from './tree.ts'
import { isLarge, type Survey } from './tree-reader.ts'
import { sealUnsealed } from './unsealed.ts'
import { hashPath, sealPath } from './walk.ts'

export type { StoreObject } from './records.ts'

/**
 * `shared`: anything but deleting; `exclusive`: alone, to collect garbage; `read`: writes nothing but what a killed repair left to be done, if it can
 * be, so that it also works on a read-only or missing store, then without a lease.
 */
export type StoreMode = 'read' | LeaseMode

export interface OpenOptions {
  readonly mode: StoreMode
  /** How long to wait for the lease. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface AddOptions {
  /** E_INTEGRITY when the tree's NAR hash is another. */
  readonly expect?: Integrity
  /** Objects whose hash, wherever it occurs in the tree's bytes, makes them references. */
  readonly candidates?: Iterable<StorePath>
}

export class Store {
  readonly host: Host
  readonly layout: StoreLayout
  readonly mode: StoreMode
  readonly #lease: Lease | null
  /** While a lease is held nobody deletes, so what was once valid stays so. */
  readonly #known = new Map<StorePath, StoreObject>()
  readonly #vouchedFor = new Set<StorePath>()

  private constructor(host: Host, layout: StoreLayout, mode: StoreMode, lease: Lease | null) {
    this.host = host
    this.layout = layout
    this.mode = mode
    this.#lease = lease
  }

  /**
   * Makes a store at `root` (absolute) if there is none, unless only to read, and holds its lease until `close`.
   * @throws ToolError E_STORE_BUSY, E_STORE_IO, E_CANCELLED
   */
  static async open(root: string, host: Host, options: OpenOptions): Promise<Store> {
    const layout = new StoreLayout(root)
    const { mode, ...rest } = options
    try {
      if (mode === 'read') requireStoreDirectory(host, root)
      else for (const directory of layout.directories()) makeDirectories(host, directory)
      const kind: LeaseMode = mode === 'read' ? 'shared' : mode
      const request = { ...rest, name: 'store', what: `the store \`${root}\``, mode: kind, inTurn: true }
      const lease = await (mode === 'read' ? leaseIfPossible : acquireLease)(host, layout.leases, request)
      if (mode !== 'read') sealUnsealed(host, layout)
      const store = new Store(host, layout, mode, lease)
      const isValid = (path: StorePath) => store.isValid(path)
      if (lease !== null) finishReplacement(host, layout, { isValid, isAlone: mode === 'exclusive' })
      return store
    } catch (error) {
      throw asStoreError(error, `open the store \`${root}\``)
    }
  }

  /** A store that someone else holds a lease on for as long as this is used: a worker thread's view of its main thread's. */
  static attach(root: string, host: Host): Store {
    return new Store(host, new StoreLayout(root), 'shared', null)
  }

  get root(): string {
    return this.layout.root
  }

  /** Absolute; pure. */
  locate(path: StorePath): string {
    return this.layout.object(path)
  }

  /** Null when the object is not valid here; a damaged info record counts as none. */
  query(path: StorePath): StoreObject | null {
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const record = this.host.readFile(this.layout.infoOf(path))
    const object = record === null ? null : parseInfo(path, record)
    // In this order: a tree that was there before its record may be a damaged one that is being replaced.
    if (object === null || this.host.stat(this.locate(path)) === null) return null
    this.#known.set(path, object)
    return object
  }

  isValid(path: StorePath): boolean {
    return this.#vouchedFor.has(path) || this.query(path) !== null
  }

  /** Says that these are valid, found or made by another thread under the same lease: they need not be looked for. */
  vouchFor(paths: Iterable<StorePath>): void {
    for (const path of paths) this.#vouchedFor.add(path)
  }

  /** The text of a valid object's info record, for `isStill`. */
  recordOf(path: StorePath): string {
    return this.host.readFile(this.layout.infoOf(path))?.toString('utf8') ?? ''
  }

  /** Whether an object that was valid with this record is valid with it now: what `query` finds out by hashing, found out by comparing. */
  isStill(path: StorePath, record: string): boolean {
    const isSame = this.host.readFile(this.layout.infoOf(path))?.equals(Buffer.from(record)) === true
    return isSame && this.host.stat(this.locate(path)) !== null
  }

  /** What is in the store by name, valid or not, sorted. */
  list(): readonly StorePath[] {
    return listNames(this.host, this.layout.objects).flatMap((name) => parseStorePath(name) ?? [])
  }

  /**
   * Makes a tree in memory a valid object. The name is known before a byte is written, and nothing is written for an object that
   * is valid already.
   * @throws ToolError E_INTEGRITY, E_ARCHIVE_UNSAFE (a name or a symlink that must not be), E_STORE_IO
   */
  addTree(name: StoreName, tree: TreeNode, options: AddOptions = {}): StoreObject {
    try {
      const admission = this.#admit(name, options)
      const finder = new ReferenceFinder(name, admission.candidates)
      checkTree(name, tree, finder.onLink)
      const survey = { nar: narOf(tree, finder.onChunk), references: finder.references, listing: listingOf(tree) }
      const present = admission.find(survey)
      if (present !== null) return present
      const stage = admission.stage()
      try {
        writeTree(this.host, stage.path, tree)
        return stage.settle(survey)
      } catch (error) {
        stage.discard()
        throw error
      }
    } catch (error) {
      throw asStoreError(error, `add \`${name}\` to the store`)
    }
  }

  /**
   * Makes what `fill` puts at the path it is given (nothing is there; a directory or a file) a valid object: modes and times are
   * normalised, setuid and other special bits go. `fill` must not hard-link files that it does not own.
   * @throws ToolError as `addTree`, also E_ARCHIVE_UNSAFE for devices, pipes and sockets; and what `fill` throws
   */
  async add(name: StoreName, fill: (staging: string) => Promise<void>, options: AddOptions = {}): Promise<StoreObject> {
    const admission = this.#admit(name, options)
    const stage = admission.stage()
    try {
      await fill(stage.path)
      if (this.host.stat(stage.path) === null) throw new Error(`nothing was put at ${stage.path}`)
      const finder = new ReferenceFinder(name, admission.candidates)
      const listing = new ListingWriter()
      const nar = sealPath(this.host, stage.path, {
        label: name,
        onDirectory: (path) => listing.add(path, true),
        onFile: (path) => listing.add(path, false),
        onLink: (path, target) => {
          finder.onLink(path, target)
          listing.add(path, false)
        },
        onChunk: finder.onChunk,
      })
      await this.host.pause('store.add.sealed')
      return stage.settle({ nar, references: finder.references, listing: listing.finish() })
    } catch (error) {
      stage.discard()
      throw asStoreError(error, `add \`${name}\` to the store`)
    }
  }

  /**
   * Copies a file or directory of the user's into the store, in as many threads as pay. Of one that is there already nothing is written.
   * @throws ToolError as `add`; the reason of `signal` when it aborts
   */
  async addPath(
    name: StoreName,
    path: string,
    options: AddOptions & { readonly signal?: AbortSignal } = {},
  ): Promise<StoreObject> {
    try {
      if (!isLarge(this.host, path)) return this.addPathHere(name, path, options)
      return await addLargePath(this.host, this.#admit(name, options), path, options.signal)
    } catch (error) {
      throw asStoreError(error, `add \`${name}\` to the store`)
    }
  }

  /** As `addPath`, in this thread alone. */
  addPathHere(name: StoreName, path: string, options: AddOptions = {}): StoreObject {
    try {
      return addSmallPath(this.host, this.#admit(name, options), path)
    } catch (error) {
      throw asStoreError(error, `add \`${name}\` to the store`)
    }
  }

  /** Null also when the output is not valid (any more). */
  realisation(id: DerivationId): Realisation | null {
    const path = this.layout.realisation(id)
    // Most that are asked for are not there, and then asking for the content takes five times as long.
    const record = this.host.stat(path) === null ? null : this.host.readFile(path)
    const realisation = record === null ? null : parseRealisation(id, record)
    return realisation !== null && this.isValid(realisation.output) ? realisation : null
  }

  /** The output must be valid. The same again writes nothing; another output replaces the old one. `definition` is kept for repairs. */
  register(realisation: Realisation, definition: Derivation | null = null): void {
    this.#assertWritable()
    const { derivation, output } = realisation
    if (!this.isValid(output)) throw new Error(`the output ${output} of ${derivation} is not valid`)
    if (this.realisation(derivation)?.output === output) return
    try {
      const text = printRealisation(realisation, definition)
      // Commit point: the rename in here. A realisation that is lost is only built again, so nothing waits for the disk.
      this.#writeRecord(this.layout.realisation(derivation), text)
    } catch (error) {
      throw asStoreError(error, `record what \`${output}\` was made from`)
    }
  }

  /** Absolute path of a directory that the artifact was unpacked to earlier; null when none is known. Only a hint: compare before use. */
  unpackedAt(integrity: Integrity): string | null {
    const link = this.layout.unpacked(integrity)
    const target = this.host.stat(link) === null ? null : this.host.readLink(link)
    const path = parseStorePath(target?.split('/')[3])
    return target === null || path === null || !this.isValid(path) ? null : join(this.layout.unpackedDirectory, target)
  }

  /** `place` is the store path that holds the artifact's files, or a path in it. Forgetting costs disk space later, nothing else. */
  rememberUnpacked(integrity: Integrity, place: string): void {
    const { host, layout } = this
    ifPossible(() => {
      if (this.unpackedAt(integrity) !== null) return
      makeDirectories(host, layout.unpackedDirectory)
      const link = layout.unpacked(integrity)
      const target = `../../objects/${place}`
      const options = { temporary: layout.temporary, sync: false }
      if (host.stat(link) === null) host.symlink(target, link)
      else replaceSymlink(host, target, link, options)
    })
  }

  /** What `unpackedAt` says is not to be believed any more. */
  forgetUnpacked(integrity: Integrity): void {
    ifPossible(() => this.host.unlink(this.layout.unpacked(integrity)))
  }

  /**
   * Everything the roots need, themselves included, each once and after all that it refers to.
   * @throws ToolError E_STORE_INVALID_PATH for a root that is not valid, E_STORE_CORRUPT for a reference that is not
   */
  closure(roots: Iterable<StorePath>): readonly StorePath[] {
    const done = new Set<StorePath>()
    const stack: { readonly path: StorePath; readonly references: Iterator<StorePath> }[] = []
    const enter = (path: StorePath, referrer: StorePath | null): void => {
      const object = this.query(path)
      if (object === null) throw notValid(path, referrer)
      stack.push({ path, references: object.references[Symbol.iterator]() })
    }
    // References form no cycle: the name of an object is a hash over those of its references.
    for (const root of roots) {
      if (!done.has(root)) enter(root, null)
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        const next = top.references.next()
        if (next.done === true) {
          done.add(top.path)
          stack.pop()
        } else if (!done.has(next.value)) {
          enter(next.value, top.path)
        }
      }
    }
    return [...done]
  }

  /** What the closure takes on disk; a file that several objects share counts once. */
  closureSize(roots: Iterable<StorePath>): TreeSize {
    return measureTrees(
      this.host,
      this.closure(roots).map((path) => this.locate(path)),
    )
  }

  /** What all objects take on disk. */
  usage(): TreeSize & { readonly objects: number } {
    const paths = this.list()
    return {
      objects: paths.length,
      ...measureTrees(
        this.host,
        paths.map((path) => this.locate(path)),
      ),
    }
  }

  /** Releases the lease. The store must not be used after this; again is harmless. */
  close(): void {
    this.#lease?.release()
  }

  #assertWritable(): void {
    if (this.mode === 'read') throw new Error('this store was opened only to read')
  }

  #admit(name: StoreName, options: AddOptions): Admission {
    this.#assertWritable()
    let isFree = false
    return {
      name,
      candidates: [...(options.candidates ?? [])],
      hasName: () => this.list().some((path) => storePathName(path) === name),
      find: (survey) => {
        const { path } = this.#identify(name, survey, options)
        // Asking for a record that is not there takes longer than looking whether there can be one.
        isFree = this.host.stat(this.locate(path)) === null
        return isFree ? null : this.query(path)
      },
      stage: () => {
        const path = temporaryPath(this.host, this.layout.temporary)
        return {
          path,
          settle: (survey) => this.#settle(path, this.#identify(name, survey, options), isFree),
          discard: () => this.#discard(path),
        }
      },
    }
  }

  /** What the object will be called; all that must hold before it may exist is checked here. */
  #identify(name: StoreName, { nar, references, listing = null }: Survey, options: AddOptions): StoreObject {
    if (options.expect !== undefined && options.expect !== nar.integrity) {
      throw new ToolError('E_INTEGRITY', `The tree \`${name}\` is not the one that was locked.`, {
        details: { name, wanted: options.expect, found: nar.integrity },
      })
    }
    for (const reference of references) {
      if (this.isValid(reference)) continue
      throw new ToolError(
        'E_ARCHIVE_UNSAFE',
        `\`${name}\` refers to \`${reference}\`, which is not a valid object here.`,
        {
          details: { name, reference },
        },
      )
    }
    return {
      path: makeStorePath(name, nar.integrity, references),
      narHash: nar.integrity,
      narSize: nar.size,
      references,
      listing,
    }
  }

  /** Makes what is at `staging`, sealed but for its top directory, the object. `wasFree`: a moment ago nothing was at its place. */
  #settle(staging: string, object: StoreObject, wasFree: boolean): StoreObject {
    const path = this.locate(object.path)
    // What is put there meanwhile is put there whole, and then the rename below says so.
    const isTaken = !wasFree && this.host.stat(path) !== null
    const present = isTaken ? this.query(object.path) : null
    if (present !== null) {
      this.#discard(staging)
      return present
    }
    // A tree without a record may be anything, so none is written for it unseen.
    if (isTaken) this.#makeWay(object)
    // The info record is written before the object appears. Readers treat an object without info as invalid, and info without an
    // object as nothing, so the rename below is the only moment at which the object starts to exist.
    this.#writeInfo(object)
    // Commit point: after this rename the object is valid.
    if (!publish(this.host, staging, path)) {
      // It was there already, whole, or somebody else added it meanwhile; by its name it is the same.
      this.#discard(staging)
    }
    // Only now, because nobody but root may move a directory that cannot be written. A crash before leaves just this mode.
    sealTop(this.host, path)
    this.#known.set(object.path, object)
    return object
  }

  /**
   * What stands at the object's place without a record, after a power failure or by someone's hand, stays only if it is the object. Several
   * processes may do this at once, and by the time that one has judged, another may have put the object there.
   */
  #makeWay(object: StoreObject): void {
    const { host } = this
    const place = this.locate(object.path)
    for (let found = host.stat(place); found !== null; found = host.stat(place)) {
      if (this.isValid(object.path) || this.#isIntact(place, object)) return
      if (host.stat(place)?.inode !== found.inode) continue
      try {
        const aside = this.#setAside(place, found)
        // Not what was judged, but the object that another put there in the last instant: back it goes.
        if (host.stat(aside)?.inode !== found.inode && publish(host, aside, place)) sealTop(host, place)
        this.#discard(aside)
      } catch (error) {
        // Another was faster.
        if (systemCode(error) !== 'ENOENT') throw error
      }
    }
  }

  #isIntact(place: string, object: StoreObject): boolean {
    let sealed = true
    const onNode = (path: string, stat: FileStat): void => {
      sealed &&= isSealed(stat, path === '')
    }
    try {
      return hashPath(this.host, place, { label: object.path, onNode }).integrity === object.narHash && sealed
    } catch {
      // What cannot be hashed, for whatever reason, is not known to be the object.
      return false
    }
  }

  /** Moves what is in `objects/` into `tmp`; its path there. */
  #setAside(place: string, stat: FileStat | null): string {
    const aside = temporaryPath(this.host, this.layout.temporary)
    if (stat?.kind === 'directory') unsealTop(this.host, place)
    this.host.rename(place, aside)
    return aside
  }

  /**
   * In place where no record is, since half a record is none and its object comes after it. One that is there may be such a half, or be in
   * use for an object that is: it is replaced whole. A record that could not be finished stays, for by now it may be another's.
   */
  #writeInfo(object: StoreObject): void {
    const path = this.layout.infoOf(object.path)
    const text = printInfo(object)
    if (!writeNewFile(this.host, path, text)) this.#writeRecord(path, text)
  }

  /** Not synced: every record can be made again, and one that a power failure tore counts as missing. */
  #writeRecord(path: string, text: string): void {
    writeFileAtomic(this.host, path, text, { temporary: this.layout.temporary, sync: false })
  }

  /** What cannot be removed now is swept by the next collection. */
  #discard(staging: string): void {
    ifPossible(() => removeTree(this.host, staging))
  }
}

async function leaseIfPossible(...request: Parameters<typeof acquireLease>): Promise<Lease | null> {
  const [host, directory] = request
  if (host.stat(directory) === null) return null
  try {
    return await acquireLease(...request)
  } catch (error) {
    // Where no lease file can be made nobody can delete either.
    if (isToolError(error, 'E_STORE_IO') || systemCode(error) !== null) return null
    throw error
  }
}

function notValid(path: StorePath, referrer: StorePath | null): ToolError {
  if (referrer === null) {
    return new ToolError('E_STORE_INVALID_PATH', `\`${path}\` is not a valid object of this store.`, {
      details: { path },
    })
  }
  return new ToolError('E_STORE_CORRUPT', `\`${referrer}\` refers to \`${path}\`, which is not valid.`, {
    details: { path, referrer },
    hint: 'tenon store verify',
  })
}
