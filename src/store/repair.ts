// Puts objects in order that are damaged: finds a copy of their contents that is whole, offers a place to make them anew, and exchanges them.
// How an object is made is for ops/repair.ts to know.
//
//   repair/                  a store inside the store: what is made anew stands in it until it takes its place
//   damaged/<store path>     what was replaced, then `.2`, `.3`, …; never deleted by Tenon

import { isToolError, systemCode } from '../core/errors.ts'
import { type Nar, NarHash } from '../core/nar.ts'
import { makeStorePath, parseStoreName, type StoreName, type StorePath, storePathName } from '../core/store-path.ts'
import { makeDirectories, writeFileAtomic } from '../host/durable.ts'
import { listNames, type StoreLayout } from './layout.ts'
import { ListingWriter } from './listing.ts'
import { parseInfo, printInfo, type StoreObject } from './records.ts'
import { ReferenceFinder } from './references.ts'
import { madeObject, repairLayout, replaceObject } from './replacing.ts'
import { Store } from './store.ts'
import { isSealed, removeTree } from './tree.ts'
import { hashPath } from './walk.ts'

/** A tree that is what the object's name stands for. */
export interface WholeTree {
  readonly object: StoreObject
  /** Absolute. */
  readonly place: string
  /** Whether it has the modes and times of an object. */
  readonly isSealed: boolean
}

export interface Replaced {
  /** Where the old tree is, below the store; null when there was none. */
  readonly damaged: string | null
}

/** Everything but `replace` works under a shared lease; only one repair at a time. */
export class RepairShop {
  readonly #layout: StoreLayout
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
    this.#layout = repairLayout(store.layout)
  }

  /**
   * A store in which an object can be made that stands in the other one already. It has of the other what is shown to it, and what an earlier
   * repair made and did not put in place.
   */
  open(): Store {
    for (const directory of this.#layout.directories()) makeDirectories(this.#store.host, directory)
    return Store.attach(this.#layout.root, this.#store.host)
  }

  /** Makes an object of the store valid here too. False when it is not valid. */
  show(path: StorePath): boolean {
    const { host } = this.#store
    const object = this.#store.query(path)
    if (object === null) return false
    if (host.stat(this.#layout.object(path)) === null) {
      writeFileAtomic(host, this.#layout.infoOf(path), printInfo(object), { sync: false })
      host.symlink(`../../objects/${path}`, this.#layout.object(path))
    }
    return true
  }

  /** So that it can be made here. */
  hide(path: StorePath): void {
    const { host } = this.#store
    if (host.stat(this.#layout.object(path))?.kind === 'symlink') host.unlink(this.#layout.object(path))
  }

  /** The object's tree where it stands, where an earlier repair left it, or among what was put aside; the first that is whole. */
  findWhole(path: StorePath): WholeTree | null {
    const { host, layout } = this.#store
    const aside = listNames(host, layout.damaged).filter((name) => name === path || name.startsWith(`${path}.`))
    const places = [layout.object(path), this.#layout.object(path), ...aside.map((name) => `${layout.damaged}/${name}`)]
    for (const place of places) {
      const kind = host.stat(place)?.kind
      const tree = kind === 'file' || kind === 'directory' ? identify(this.#store, path, place) : null
      if (tree !== null) return tree
    }
    return null
  }

  /** Makes a copy of a whole tree that can take the object's place. @throws ToolError E_ARCHIVE_UNSAFE when a reference is not valid */
  copy({ object, place }: WholeTree): void {
    if (place === this.#layout.object(object.path)) return
    const scratch = this.open()
    for (const reference of object.references) this.show(reference)
    this.hide(object.path)
    const copy = scratch.addPathHere(nameOf(object.path), place, { candidates: object.references })
    if (copy.path !== object.path) throw new Error(`a copy of ${object.path} is ${copy.path}`)
  }

  /** Writes the record anew of an object whose tree is whole. */
  record(object: StoreObject): void {
    const { host, layout } = this.#store
    const text = printInfo(object)
    // Commit point: the rename in here.
    writeFileAtomic(host, layout.infoOf(object.path), text, { temporary: layout.temporary, sync: false })
  }

  /** Needs no lease. */
  clear(): void {
    removeTree(this.#store.host, this.#layout.root)
  }

  /**
   * Puts what was made here in the place of the object, which is put aside. `store` is held exclusively. Whoever reads the old tree goes on
   * reading it. Null when it cannot be valid any more, because what it needs is gone.
   */
  replace(store: Store, path: StorePath): Replaced | null {
    const { host, layout } = store
    const object = madeObject(host, layout, path)
    if (object === null) throw new Error(`${path} was not made`)
    if (!object.references.every((reference) => store.isValid(reference))) return null
    const aside = host.stat(layout.object(path)) === null ? null : this.#nameAside(path)
    replaceObject(host, layout, object, aside)
    return { damaged: aside === null ? null : `damaged/${aside}` }
  }

  #nameAside(path: StorePath): string {
    const { host, layout } = this.#store
    makeDirectories(host, layout.damaged)
    let name: string = path
    for (let count = 2; host.stat(`${layout.damaged}/${name}`) !== null; count++) name = `${path}.${count}`
    return name
  }
}

/** Null for a tree that is not the object's. */
function identify(store: Store, path: StorePath, place: string): WholeTree | null {
  const record = store.host.readFile(store.layout.infoOf(path))
  const recorded = record === null ? null : parseInfo(path, record)
  try {
    // What the bytes refer to is looked for only where the record does not tell: that takes its time.
    const candidates = recorded === null ? store.list() : recorded.references
    const finder = new ReferenceFinder(path, candidates)
    const links = new ReferenceFinder(path, [])
    const hash = new NarHash()
    const listing = new ListingWriter()
    let sealed = true
    hashPath(store.host, place, {
      label: path,
      onLink: (at, target) => {
        listing.add(at, false)
        finder.onLink(at, target)
        links.onLink(at, target)
      },
      onNode: (at, stat) => {
        sealed &&= isSealed(stat, at === '')
        listing.add(at, stat.kind === 'directory')
      },
      onChunk: (chunk) => {
        finder.onChunk(chunk)
        hash.update(chunk)
      },
    })
    const nar = hash.finish()
    const sets = recorded === null ? [links.references, finder.references] : [recorded.references]
    const object = sets
      .map((references) => objectOf(path, nar, { references, listing: listing.finish() }))
      .find((item) => item !== null)
    return object === undefined || object === null ? null : { object, place, isSealed: sealed }
  } catch (error) {
    if (!isToolError(error) && systemCode(error) === null) throw error
    return null
  }
}

function objectOf(
  path: StorePath,
  nar: Nar,
  { references, listing }: Pick<StoreObject, 'references' | 'listing'>,
): StoreObject | null {
  if (makeStorePath(nameOf(path), nar.integrity, references) !== path) return null
  return { path, narHash: nar.integrity, narSize: nar.size, references: [...references].sort(), listing }
}

function nameOf(path: StorePath): StoreName {
  const name = parseStoreName(storePathName(path))
  if (name === null) throw new Error(`${path} has no name`)
  return name
}
