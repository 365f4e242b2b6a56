// What to decide next: which package, and which of its versions. Any answer would lead to a solution where there is one; these are chosen to
// change little, to take the highest, and to find conflicts early. Nothing here depends on time or on the order of answers.

import { type Package, stateOf } from './catalog.ts'
import { type Incompatibility, isNegative } from './incompatibility.ts'
import type { PartialSolution } from './partial-solution.ts'
import type { Statements } from './statements.ts'
import type { PackageId } from './universe.ts'
import {
  ABSENT,
  complement,
  contains,
  countOf,
  intersection,
  isDisjoint,
  isEmpty,
  isSubset,
  type VersionSet,
} from './version-set.ts'

export interface Preferences {
  readonly locked: ReadonlyMap<PackageId, string>
  readonly update: ReadonlySet<PackageId>
  /** How many conflicts a package took part in. */
  readonly heat: ReadonlyMap<Package, number>
}

export interface Choice {
  readonly package: Package
  readonly state: number
}

/** A package with as many conflicts is decided early: what it excludes is then known before much is built on it. */
const HOT = 3

/** Null when everything that is needed is decided. */
export function nextChoice(solution: PartialSolution, statements: Statements, preferences: Preferences): Choice | null {
  let best: Package | null = null
  let bestRank = Number.POSITIVE_INFINITY
  for (const item of solution.undecided) {
    const rank = rankOf(item, solution, preferences)
    if (rank > bestRank) continue
    if (rank === bestRank && best !== null && solution.orderOf(best) < solution.orderOf(item)) continue
    best = item
    bestRank = rank
  }
  if (best === null) return nextAlternative(solution, statements, preferences)
  return choiceOf(best, bestState(best, solution, preferences))
}

/** The version to try first among those that are left; null when none is. */
export function bestState(
  item: Package,
  solution: PartialSolution,
  preferences: Preferences,
  left: VersionSet = solution.states(item),
): number | null {
  const kept = stateOf(item, preferences.locked.get(item.id))
  for (const wanted of [baseState(item, solution), kept])
    if (wanted !== undefined && contains(left, wanted)) return wanted
  let lastResort = ABSENT
  for (let state = item.all.size - 1; state > ABSENT; state--) {
    if (!contains(left, state)) continue
    if (item.candidates[state - 1]?.isLastResort !== true) return state
    if (lastResort === ABSENT) lastResort = state
  }
  return lastResort === ABSENT ? null : lastResort
}

function choiceOf(item: Package, state: number | null): Choice {
  if (state === null) throw new Error(`nothing is left of ${item.id}`)
  return { package: item, state }
}

/** For an extra, the version of its base, once that is decided: every other would be a conflict. */
function baseState(item: Package, solution: PartialSolution): number | undefined {
  if (item.follows === null) return undefined
  for (const [base, state] of solution.decided)
    if (base.id === item.follows) return stateOf(item, base.candidates[state - 1]?.version)
  return undefined
}

/** Lower comes first; of equals, what came up first. */
function rankOf(item: Package, solution: PartialSolution, { locked, update, heat }: Preferences): number {
  const states = solution.states(item)
  // No choice is no risk.
  if (countOf(states) === 1) return RANK.single
  if (item.follows !== null && waitsForBase(item, solution)) return RANK.waiting
  const conflicts = heat.get(item) ?? 0
  if (conflicts >= HOT) return RANK.hot - Math.min(conflicts, MAX_HEAT)
  if (update.has(item.id)) return RANK.updated
  const kept = locked.size === 0 ? undefined : stateOf(item, locked.get(item.id))
  // What is locked comes before what is new, so that the new adapts.
  return kept !== undefined && contains(states, kept) ? RANK.locked : RANK.other
}

const MAX_HEAT = 1e6
const RANK = { single: -MAX_HEAT - 1, hot: 0, updated: 1, locked: 2, other: 3, waiting: 4 } as const

function waitsForBase(item: Package, solution: PartialSolution): boolean {
  for (const other of solution.undecided) if (other.id === item.follows) return true
  return false
}

/**
 * The first need that one of several packages has to meet and none does. It waits until nothing else is to be decided, for what is chosen
 * anyway may meet it. Which one: what is locked; otherwise in the order of the need.
 */
function nextAlternative(solution: PartialSolution, statements: Statements, preferences: Preferences): Choice | null {
  for (const choice of statements.choices) {
    const targets = openTargets(choice, solution)
    if (targets === null) continue
    const [first] = targets
    const kept = targets.find(({ package: item, states }) => {
      const state = stateOf(item, preferences.locked.get(item.id))
      return state !== undefined && contains(states, state)
    })
    const target = kept ?? first
    if (target === undefined) throw new Error('a need that nothing can meet was not propagated')
    return choiceOf(target.package, bestState(target.package, solution, preferences, target.states))
  }
  return null
}

/** The packages that could meet a need, with the versions that would; null when it is met or nobody has it. */
function openTargets({ terms }: Incompatibility, solution: PartialSolution) {
  const targets: { package: Package; states: VersionSet }[] = []
  for (const term of terms) {
    const states = solution.states(term.package)
    if (isDisjoint(states, term.states)) return null
    if (isNegative(term)) {
      const left = intersection(states, complement(term.states))
      if (!isEmpty(left)) targets.push({ package: term.package, states: left })
    } else if (!isSubset(states, term.states)) return null
  }
  return targets
}
