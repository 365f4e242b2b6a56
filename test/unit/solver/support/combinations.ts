// Brute force: tries every combination, one package after the other, and gives a way up as soon as a rule is broken whose packages are all
// settled. It knows nothing of solving.

/** A combination holds for each package the number of its version from 1, and 0 for none. */
export type Combination = readonly number[]

export interface Rule {
  /** The packages that it speaks of, by their place in a combination. */
  readonly about: readonly number[]
  holds(combination: Combination): boolean
}

/** `counts` are the versions that each package has. */
export function someCombination(counts: readonly number[], rules: readonly Rule[]): boolean {
  // A rule can be asked once the last of its packages is settled; one about none at any time.
  const dueAt = counts.map((_, place) => rules.filter(({ about }) => Math.max(0, ...about) === place))
  const combination = counts.map(() => 0)
  const settle = (place: number): boolean => {
    const count = counts[place]
    if (count === undefined) return true
    for (let version = 0; version <= count; version++) {
      combination[place] = version
      if (dueAt[place]?.every((rule) => rule.holds(combination)) === true && settle(place + 1)) return true
    }
    combination[place] = 0
    return false
  }
  return counts.length === 0 ? rules.every((rule) => rule.holds(combination)) : settle(0)
}
