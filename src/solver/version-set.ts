// Sets of the states of one package. State 0 is "not chosen"; state i + 1 is the i-th version in its source's own order, lowest first. What
// a version or a range *means* is not known here: a set is which of the listed versions a source selected, so any order and any notation do.
//
// Sets are made by the million, so they are plain arrays (small integers take no more room in one than in a typed array, which itself
// takes ten times theirs), and what comes out as one of the sets that went in is that set.

export interface VersionSet {
  /** How many states there are. */
  readonly size: number
  /** 32 states in each, as bits of a signed integer; bits from `size` on are 0. */
  readonly words: readonly number[]
}

/** The state of a package that is not chosen. */
export const ABSENT = 0

export function setOf(size: number, states: Iterable<number>): VersionSet {
  const words: number[] = new Array((size + 31) >>> 5).fill(0)
  for (const state of states) words[state >>> 5] = (words[state >>> 5] ?? 0) | (1 << (state & 31))
  return { size, words }
}

export function fullSet(size: number): VersionSet {
  return complement(setOf(size, []))
}

export function complement({ size, words }: VersionSet): VersionSet {
  const result = words.map((word) => ~word)
  const used = size & 31
  if (used !== 0) result[words.length - 1] = (result[words.length - 1] ?? 0) & ((1 << used) - 1)
  return { size, words: result }
}

export function union(a: VersionSet, b: VersionSet): VersionSet {
  if (isSubset(b, a)) return a
  if (isSubset(a, b)) return b
  return { size: a.size, words: a.words.map((word, at) => word | (b.words[at] ?? 0)) }
}

export function intersection(a: VersionSet, b: VersionSet): VersionSet {
  if (isSubset(a, b)) return a
  if (isSubset(b, a)) return b
  return { size: a.size, words: a.words.map((word, at) => word & (b.words[at] ?? 0)) }
}

/** What is in `a` and not in `b`. */
export function difference(a: VersionSet, b: VersionSet): VersionSet {
  return isDisjoint(a, b) ? a : { size: a.size, words: a.words.map((word, at) => word & ~(b.words[at] ?? 0)) }
}

export function isSubset({ words: a }: VersionSet, { words: b }: VersionSet): boolean {
  for (let at = 0; at < a.length; at++) if (((a[at] ?? 0) & ~(b[at] ?? 0)) !== 0) return false
  return true
}

export function isDisjoint({ words: a }: VersionSet, { words: b }: VersionSet): boolean {
  for (let at = 0; at < a.length; at++) if (((a[at] ?? 0) & (b[at] ?? 0)) !== 0) return false
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
