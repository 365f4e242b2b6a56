// Sets of the states of one package. State 0 is "not chosen"; state i + 1 is the i-th version in its source's own order, lowest first. What
// a version or a range *means* is not known here: a set is which of the listed versions a source selected, so any order and any notation do.

export interface VersionSet {
  /** How many states there are. */
  readonly size: number
  /** One bit per state; bits from `size` on are 0. Never written after the set was made. */
  readonly words: Uint32Array
}

/** The state of a package that is not chosen. */
export const ABSENT = 0

export function setOf(size: number, states: Iterable<number>): VersionSet {
  const words = new Uint32Array((size + 31) >>> 5)
  for (const state of states) words[state >>> 5] = (words[state >>> 5] ?? 0) | (1 << (state & 31))
  return { size, words }
}

export function fullSet(size: number): VersionSet {
  return complement(setOf(size, []))
}

export function complement({ size, words }: VersionSet): VersionSet {
  const result = new Uint32Array(words.length)
  for (let at = 0; at < words.length; at++) result[at] = ~(words[at] ?? 0)
  const used = size & 31
  if (used !== 0) result[words.length - 1] = (result[words.length - 1] ?? 0) & ((1 << used) - 1)
  return { size, words: result }
}

export function union(a: VersionSet, b: VersionSet): VersionSet {
  const words = new Uint32Array(a.words.length)
  for (let at = 0; at < words.length; at++) words[at] = (a.words[at] ?? 0) | (b.words[at] ?? 0)
  return { size: a.size, words }
}

export function intersection(a: VersionSet, b: VersionSet): VersionSet {
  const words = new Uint32Array(a.words.length)
  for (let at = 0; at < words.length; at++) words[at] = (a.words[at] ?? 0) & (b.words[at] ?? 0)
  return { size: a.size, words }
}

export function isSubset(a: VersionSet, b: VersionSet): boolean {
  for (let at = 0; at < a.words.length; at++) if (((a.words[at] ?? 0) & ~(b.words[at] ?? 0)) !== 0) return false
  return true
}

export function isDisjoint(a: VersionSet, b: VersionSet): boolean {
  for (let at = 0; at < a.words.length; at++) if (((a.words[at] ?? 0) & (b.words[at] ?? 0)) !== 0) return false
  return true
}

export function isEqual(a: VersionSet, b: VersionSet): boolean {
  return isSubset(a, b) && isSubset(b, a)
}

export function isEmpty(a: VersionSet): boolean {
  return a.words.every((word) => word === 0)
}

export function isFull(a: VersionSet): boolean {
  return countOf(a) === a.size
}

export function contains(a: VersionSet, state: number): boolean {
  return ((a.words[state >>> 5] ?? 0) & (1 << (state & 31))) !== 0
}

export function countOf(a: VersionSet): number {
  let count = 0
  for (let word of a.words) for (; word !== 0; word &= word - 1) count++
  return count
}

/** The states of a set, lowest first. */
export function statesOf(a: VersionSet): readonly number[] {
  const states: number[] = []
  for (let state = 0; state < a.size; state++) if (contains(a, state)) states.push(state)
  return states
}

/** Equal for equal sets of one package. */
export function keyOf(a: VersionSet): string {
  return a.words.join(',')
}
