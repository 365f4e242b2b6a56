// What is to be decided, the most urgent first. A binary heap that knows where each package stands, so one whose urgency changed moves a few
// places instead of all being looked at again.

import type { Package } from './catalog.ts'

interface Entry {
  readonly package: Package
  readonly rank: number
  /** Decides between equal ranks; no two packages have the same. */
  readonly order: number
}

export class Agenda {
  readonly #heap: Entry[] = []
  /** Where the entry of a package is in the heap, by the index of the package; -1 for nowhere. */
  readonly #places: number[] = []

  /** The package with the lowest rank. */
  get first(): Package | null {
    return this.#heap[0]?.package ?? null
  }

  /** Adds a package, or changes its rank. */
  put(item: Package, rank: number, order: number): void {
    const entry = { package: item, rank, order }
    const known = this.#places[item.index] ?? -1
    const at = known === -1 ? this.#heap.length : known
    const before = this.#heap[at]
    if (before?.rank === rank && before.order === order) return
    this.#set(at, entry)
    this.#rise(at)
    this.#sink(this.#places[item.index] ?? at)
  }

  remove(item: Package): void {
    const at = this.#places[item.index] ?? -1
    if (at === -1) return
    this.#places[item.index] = -1
    const last = this.#heap.pop()
    if (last === undefined || last.package === item) return
    this.#set(at, last)
    this.#rise(at)
    this.#sink(this.#places[last.package.index] ?? at)
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >>> 1
      if (!this.#swapUnlessOrdered(parent, at)) return
      at = parent
    }
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const child = this.#isBefore(this.#heap[right], this.#heap[left]) ? right : left
      if (!this.#swapUnlessOrdered(at, child)) return
      at = child
    }
  }

  #swapUnlessOrdered(above: number, below: number): boolean {
    const [upper, lower] = [this.#heap[above], this.#heap[below]]
    if (upper === undefined || lower === undefined || !this.#isBefore(lower, upper)) return false
    this.#set(above, lower)
    this.#set(below, upper)
    return true
  }

  #isBefore(one: Entry | undefined, other: Entry | undefined): boolean {
    if (one === undefined || other === undefined) return false
    return one.rank < other.rank || (one.rank === other.rank && one.order < other.order)
  }

  #set(at: number, entry: Entry): void {
    this.#heap[at] = entry
    this.#places[entry.package.index] = at
  }
}
