// Medians, and ratios paired per round. Pure.

export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Of at least one value. */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1)
  const median = middle.reduce((sum, value) => sum + value, 0) / middle.length
  return { median, min: Math.min(...sorted), max: Math.max(...sorted) }
}

/**
 * Compares two contenders round by round and summarises the comparisons: what disturbed one round (other processes, a busy disk)
 * disturbed both, so it leaves the ratio, which it would not if medians were divided.
 */
export function summarisePairs(
  of: readonly number[],
  against: readonly number[],
  compare: (a: number, b: number) => number,
): Summary {
  return summarise(of.flatMap((value, round) => pair(value, against[round], compare)))
}

function pair(a: number, b: number | undefined, compare: (a: number, b: number) => number): number[] {
  return b === undefined ? [] : [compare(a, b)]
}
