// The real host with a clock of its own and directories in no order, as file systems may have them.

import type { DirectoryEntry } from '../../src/host/host.ts'
import { NodeHost } from '../../src/host/node-host.ts'

export class ShuffledHost extends NodeHost {
  readonly #now: () => number
  #state: number

  constructor(seed: number, now: () => number) {
    super()
    this.#state = seed
    this.#now = now
  }

  override readDirectory(path: string): readonly DirectoryEntry[] {
    const entries = [...super.readDirectory(path)]
    return entries
      .map((entry) => ({ entry, key: this.#next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ entry }) => entry)
  }

  override now(): number {
    return this.#now()
  }

  #next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return this.#state
  }
}
