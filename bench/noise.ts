// Bytes that look random and are the same in every run. Pure.

export class Noise {
  #state: number

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e37_79b1) ^ 0x5bd1_e995) >>> 0 || 1
  }

  /** Below `bound`. */
  number(bound: number): number {
    return this.#next() % bound
  }

  /** From 0 to 1. */
  fraction(): number {
    return this.#next() / 2 ** 32
  }

  bytes(size: number): Buffer {
    const words = new Uint32Array(Math.ceil(size / 4))
    for (let index = 0; index < words.length; index++) words[index] = this.#next()
    return Buffer.from(words.buffer, 0, size)
  }

  /** Xorshift. */
  #next(): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state >>> 0
    return this.#state
  }
}
