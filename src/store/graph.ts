// What refers to what in a store, for those who look at all of it: objects are numbers here, so that a hundred thousand of them take little
// time and memory. A picture of one moment; it changes nothing.

import { ToolError } from '../core/errors.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { listNames } from './layout.ts'
import type { ObjectFacts, ObjectRecords } from './object-records.ts'
import type { Store } from './store.ts'

/** In the place of an owner. */
export const NOBODY = -1
export const SEVERAL = -2
/** In the place of a reference that is not valid. */
const MISSING = -1

export class ObjectGraph {
  /** What is there by name, valid or not. */
  readonly paths: readonly StorePath[]
  readonly #numbers: ReadonlyMap<StorePath, number>
  /** Which have a record, whatever is in it. */
  readonly #recorded: Uint8Array
  readonly #records: ObjectRecords
  readonly #references: (readonly number[] | null | undefined)[] = []

  constructor(store: Store, records: ObjectRecords) {
    this.paths = store.list()
    this.#numbers = new Map(this.paths.map((path, number) => [path, number]))
    this.#recorded = new Uint8Array(this.paths.length)
    for (const name of listNames(store.host, store.layout.info)) {
      const path = parseStorePath(name.replace(/\.json$/, ''))
      const number = path === null ? undefined : this.#numbers.get(path)
      if (number !== undefined) this.#recorded[number] = 1
    }
    this.#records = records
  }

  /** Null for what is not there. */
  number(path: StorePath): number | null {
    return this.#numbers.get(path) ?? null
  }

  /** Of an object that is valid, as the store's own `query` says, but for its references. */
  isValid(number: number): boolean {
    return this.#refer(number) !== null
  }

  /** Bytes of the NAR; 0 for what is not valid. */
  size(number: number): number {
    return this.#record(number)?.narSize ?? 0
  }

  /**
   * Marks what the roots need, themselves included. A root that is not there needs nothing.
   * @throws ToolError E_STORE_CORRUPT when a root, or anything that it needs, is not valid
   */
  reach(roots: Iterable<StorePath>): Uint8Array {
    const marks = new Uint8Array(this.paths.length)
    for (const root of roots) {
      const number = this.number(root)
      if (number === null) continue
      if (!this.isValid(number)) throw unusable(root)
      const stack = [number]
      marks[number] = 1
      for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
        for (const reference of this.#refer(top) ?? []) {
          if (reference === MISSING) throw broken(this.#path(top))
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
      for (const reference of this.#refer(top) ?? []) if (reference !== MISSING) stack.push(reference)
    }
    return marks
  }

  /** Those with this mark, each before everything that it refers to. What is not valid refers to nothing that could need it. */
  referrersFirst(marks: Uint8Array, mark: 0 | 1): readonly number[] {
    const order: number[] = []
    const done = new Uint8Array(this.paths.length)
    // References form no cycle: the name of an object is a hash over those of its references.
    for (let start = 0; start < this.paths.length; start++) {
      if (marks[start] !== mark || done[start] === 1) continue
      done[start] = 1
      const stack = [{ number: start, next: 0 }]
      for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
        const reference = this.#refer(top.number)?.[top.next++]
        if (reference === undefined) {
          order.push(top.number)
          stack.pop()
        } else if (reference !== MISSING && marks[reference] === mark && done[reference] === 0) {
          done[reference] = 1
          stack.push({ number: reference, next: 0 })
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
      for (const reference of this.#refer(number) ?? []) {
        if (reference !== MISSING) add(reference, owners[number] ?? NOBODY)
      }
    }
    return owners
  }

  #path(number: number): StorePath {
    const path = this.paths[number]
    if (path === undefined) throw new Error(`there is no object number ${number}`)
    return path
  }

  /** Null for an object without a record that can be used. */
  #refer(number: number): readonly number[] | null {
    const known = this.#references[number]
    if (known !== undefined) return known
    const references = this.#record(number)?.references.map((reference) => {
      const there = this.#numbers.get(reference)
      return there === undefined || this.#record(there) === null ? MISSING : there
    })
    const answer = references ?? null
    this.#references[number] = answer
    return answer
  }

  /** Null when there is none, or one that cannot be used. */
  #record(number: number): ObjectFacts | null {
    return this.#recorded[number] === 1 ? this.#records.get(this.#path(number)) : null
  }
}

function unusable(root: StorePath): ToolError {
  return new ToolError('E_STORE_CORRUPT', `\`${root}\` is used by a generation, but its record is damaged.`, {
    details: { path: root },
    hint: 'tenon store repair',
  })
}

function broken(referrer: StorePath): ToolError {
  return new ToolError('E_STORE_CORRUPT', `\`${referrer}\` refers to an object that is not valid.`, {
    details: { referrer },
    hint: 'tenon store repair',
  })
}
