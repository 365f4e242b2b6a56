// What refers to what in a store, for those who look at all of it: objects are numbers here and what is known of them lies in rows of numbers,
// so that a hundred thousand of them take little time and memory. A picture of one moment; it changes nothing.

import { ToolError } from '../core/errors.ts'
import type { StorePath } from '../core/store-path.ts'
import { listNames } from './layout.ts'
import { parseInfo } from './records.ts'
import type { Store } from './store.ts'

/** In the place of an owner. */
export const NOBODY = -1
export const SEVERAL = -2
/** In the place of a reference to what is not there. */
const MISSING = -1

/** What is known of an object's record. */
const UNKNOWN = 0
const KNOWN = 1
const UNUSABLE = 2

const EXTENSION = '.json'

export class ObjectGraph {
  /** What is there by name, valid or not. Sorted. */
  readonly paths: readonly StorePath[]
  /** Names of records that belong to nothing that is there. */
  readonly strayRecords: readonly string[]
  /** How many records were read for it. */
  recordsRead = 0
  readonly #store: Store
  readonly #numbers: ReadonlyMap<string, number>
  /** Which have a record, whatever is in it. */
  readonly #recorded: Uint8Array
  readonly #known: Uint8Array
  readonly #sizes: Float64Array
  /** The references of an object stand in a row. */
  readonly #starts: Uint32Array
  readonly #counts: Uint32Array
  #references = new Int32Array(1024)
  #used = 0

  /** Reads no record before it is asked for, and none that `earlier` knows: what was once true of an object stays true of its name. */
  constructor(store: Store, earlier: ObjectGraph | null = null) {
    this.#store = store
    this.paths = store.list()
    this.#numbers = new Map(this.paths.map((path, number) => [path, number]))
    const count = this.paths.length
    this.#recorded = new Uint8Array(count)
    this.#known = new Uint8Array(count)
    this.#sizes = new Float64Array(count)
    this.#starts = new Uint32Array(count)
    this.#counts = new Uint32Array(count)
    this.strayRecords = listNames(store.host, store.layout.info).filter((name) => !this.#noteRecord(name))
    if (earlier !== null) this.#adopt(earlier)
  }

  /** Null for what is not there. */
  number(path: StorePath): number | null {
    return this.#numbers.get(path) ?? null
  }

  /** Whether there is a record, whatever is in it. */
  hasRecord(number: number): boolean {
    return this.#recorded[number] === 1
  }

  /** Of an object that is valid, as the store's own `query` says, but for its references. */
  isValid(number: number): boolean {
    return this.#load(number)
  }

  /** Bytes of the NAR; 0 for what is not valid. */
  size(number: number): number {
    return this.#load(number) ? (this.#sizes[number] ?? 0) : 0
  }

  /** Reads every record that is not known yet. */
  readAll(): void {
    for (let number = 0; number < this.paths.length; number++) this.#load(number)
  }

  /** The numbers of what an object refers to; null if one is not there, or if the record was not read or cannot be used. */
  knownReferences(number: number): readonly number[] | null {
    if (this.#known[number] !== KNOWN) return null
    const row = this.#row(number)
    return row.includes(MISSING) ? null : Array.from(row)
  }

  /** Takes over what is known of an object from elsewhere. */
  learn(number: number, narSize: number, references: readonly number[]): void {
    this.#starts[number] = this.#used
    this.#counts[number] = references.length
    this.#sizes[number] = narSize
    this.#known[number] = KNOWN
    if (this.#used + references.length > this.#references.length) {
      const larger = new Int32Array(2 * (this.#used + references.length))
      larger.set(this.#references)
      this.#references = larger
    }
    this.#references.set(references, this.#used)
    this.#used += references.length
  }

  /**
   * Marks what the roots need, themselves included. A root that is not there, and has no record, needs nothing.
   * @throws ToolError E_STORE_CORRUPT when a root, or anything that it needs, is not valid
   */
  reach(roots: Iterable<StorePath>): Uint8Array {
    const marks = new Uint8Array(this.paths.length)
    const stray = new Set(this.strayRecords)
    for (const root of roots) {
      const number = this.number(root)
      // What has a record was there, and somebody took it away.
      if (number === null ? stray.has(`${root}${EXTENSION}`) : !this.isValid(number)) throw unusable(root)
      if (number === null) continue
      const stack = [number]
      marks[number] = 1
      for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
        for (const reference of this.#refer(top)) {
          if (!this.#load(reference)) throw broken(this.#path(top))
          if (marks[reference] === 1) continue
          marks[reference] = 1
          stack.push(reference)
        }
      }
    }
    return marks
  }

  /** Marks what the roots need as far as it is there. */
  reachSome(roots: Iterable<StorePath>): Uint8Array {
    const marks = new Uint8Array(this.paths.length)
    const stack = [...roots].flatMap((root) => this.number(root) ?? [])
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (marks[top] === 1) continue
      marks[top] = 1
      for (const reference of this.#refer(top)) if (this.#load(reference)) stack.push(reference)
    }
    return marks
  }

  /** Those with this mark, each before everything that it refers to. What is not valid refers to nothing that could need it. */
  referrersFirst(marks: Uint8Array, mark: 0 | 1): readonly number[] {
    const order: number[] = []
    const done = new Uint8Array(this.paths.length)
    // How many of its references were followed.
    const followed = new Uint32Array(this.paths.length)
    // References form no cycle: the name of an object is a hash over those of its references.
    for (let start = 0; start < this.paths.length; start++) {
      if (marks[start] !== mark || done[start] === 1) continue
      done[start] = 1
      const stack = [start]
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        const row = this.#refer(top)
        const next = followed[top] ?? 0
        const reference = row[next]
        followed[top] = next + 1
        if (reference === undefined) {
          order.push(top)
          stack.pop()
        } else if (marks[reference] === mark && done[reference] === 0 && this.#load(reference)) {
          done[reference] = 1
          stack.push(reference)
        }
      }
    }
    return order.reverse()
  }

  /** For every object, the one label whose roots alone need it, SEVERAL or NOBODY. A label is a number from 0. */
  owners(roots: Iterable<readonly [root: StorePath, label: number]>): Int32Array {
    const labels = [...roots].flatMap(([root, label]): readonly (readonly [number, number])[] => {
      const number = this.number(root)
      return number === null ? [] : [[number, label]]
    })
    const owners = new Int32Array(this.paths.length).fill(NOBODY)
    const add = (number: number, owner: number): void => {
      if (owners[number] === NOBODY) owners[number] = owner
      else if (owners[number] !== owner) owners[number] = SEVERAL
    }
    for (const [number, label] of labels) add(number, label)
    const live = this.reachSome(labels.map(([number]) => this.#path(number)))
    // When an object's turn comes, all that refer to it have said whose they are.
    for (const number of this.referrersFirst(live, 1)) {
      for (const reference of this.#refer(number)) {
        if (this.#load(reference)) add(reference, owners[number] ?? NOBODY)
      }
    }
    return owners
  }

  #path(number: number): StorePath {
    const path = this.paths[number]
    if (path === undefined) throw new Error(`there is no object number ${number}`)
    return path
  }

  /** False when there is no such object. */
  #noteRecord(name: string): boolean {
    const number = name.endsWith(EXTENSION) ? this.#numbers.get(name.slice(0, -EXTENSION.length)) : undefined
    if (number === undefined) return false
    this.#recorded[number] = 1
    return true
  }

  #adopt(earlier: ObjectGraph): void {
    for (const [number, path] of this.paths.entries()) {
      const before = earlier.number(path)
      const references = before === null ? null : earlier.knownReferences(before)
      if (before === null || references === null || !this.hasRecord(number)) continue
      const size = earlier.size(before)
      this.learn(
        number,
        size,
        references.map((reference) => this.#numbers.get(earlier.#path(reference)) ?? MISSING),
      )
    }
  }

  /** What it refers to, in a view of the row; empty for what cannot be used. */
  #refer(number: number): Int32Array {
    return this.#load(number) ? this.#row(number) : NOTHING
  }

  #row(number: number): Int32Array {
    const start = this.#starts[number] ?? 0
    return this.#references.subarray(start, start + (this.#counts[number] ?? 0))
  }

  /** Whether there is a record that can be used; reads it the first time. False for MISSING. */
  #load(number: number): boolean {
    if (this.#known[number] === UNKNOWN) this.#read(number)
    return this.#known[number] === KNOWN
  }

  #read(number: number): void {
    const path = this.#path(number)
    const { host, layout } = this.#store
    const record = this.hasRecord(number) ? host.readFile(layout.infoOf(path)) : null
    const object = record === null ? null : parseInfo(path, record)
    this.recordsRead++
    if (object === null) this.#known[number] = UNUSABLE
    else
      this.learn(
        number,
        object.narSize,
        object.references.map((reference) => this.#numbers.get(reference) ?? MISSING),
      )
  }
}

const NOTHING = new Int32Array(0)

function unusable(root: StorePath): ToolError {
  return new ToolError(
    'E_STORE_CORRUPT',
    `\`${root}\` is used by a generation, but its tree or its record is missing or damaged.`,
    {
      details: { path: root },
      hint: 'tenon store repair',
    },
  )
}

function broken(referrer: StorePath): ToolError {
  return new ToolError('E_STORE_CORRUPT', `\`${referrer}\` refers to an object that is not valid.`, {
    details: { referrer },
    hint: 'tenon store repair',
  })
}
