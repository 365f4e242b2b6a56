// What to decide next: which package, and which of its versions. Any answer would lead to a solution where there is one; these are chosen to
// change little, to take the highest, and to find conflicts early. Nothing here depends on time or on the order of answers.

import { Agenda } from './agenda.ts'
import { type Catalog, type Package, stateOf } from './catalog.ts'
import type { Engine } from './engine.ts'
import { type Incompatibility, isNegative } from './incompatibility.ts'
import { memo } from './memo.ts'
import type { PartialSolution } from './partial-solution.ts'
import type { Statements } from './statements.ts'
import type { PackageId } from './universe.ts'
import {
  ABSENT,
  contains,
  countOf,
  difference,
  isDisjoint,
  isEmpty,
  isSubset,
  statesOf,
  type VersionSet,
} from './version-set.ts'

export interface Preferences {
  readonly locked: ReadonlyMap<PackageId, string>
  readonly update: ReadonlySet<PackageId>
}

export interface Choice {
  readonly package: Package
  readonly state: number
}

/**
 * Lower comes first; of equals, what came up first. What often took part in conflicts is decided early, for what it excludes is then known
 * before much is built on it; and in the order in which it became known for that, not by how often: an order that goes on changing throws away
 * what was learned for the one before.
 */
const RANK = { single: 0, contested: 1, updated: 2, locked: 3, other: 4, waiting: 5 } as const

export class Chooser {
  readonly #catalog: Catalog
  readonly #engine: Engine
  readonly #solution: PartialSolution
  readonly #statements: Statements
  readonly #preferences: Preferences
  readonly #agenda = new Agenda()
  /** The extras of a package: they wait for it. */
  readonly #followers = new Map<Package, Set<Package>>()
  readonly #locked = new Map<Package, number>()

  constructor(catalog: Catalog, engine: Engine, statements: Statements, preferences: Preferences) {
    this.#catalog = catalog
    this.#engine = engine
    this.#solution = engine.solution
    this.#statements = statements
    this.#preferences = preferences
  }

  /** Null when everything that is needed is decided. */
  next(): Choice | null {
    for (const item of this.#solution.takeTouched()) this.#schedule(item)
    const { first } = this.#agenda
    return first === null ? this.#nextAlternative() : choiceOf(first, this.best(first))
  }

  /** The version to try first among those that are left; null when none is. */
  best(item: Package, left: VersionSet = this.#solution.states(item)): number | null {
    for (const wanted of [this.#stateOfBase(item), this.#stateLocked(item)])
      if (wanted !== ABSENT && contains(left, wanted)) return wanted
    const states = statesOf(left).filter((state) => state !== ABSENT)
    const usual = states.findLast((state) => item.candidates[state - 1]?.isLastResort !== true)
    return usual ?? states.at(-1) ?? null
  }

  /** Puts the package in its place among what is to be decided, now that anything about it changed. */
  #schedule(item: Package): void {
    if (this.#solution.isUndecided(item)) this.#agenda.put(item, ...this.#rankOf(item))
    else this.#agenda.remove(item)
    const base = this.#baseOf(item)
    if (base !== undefined) memo(this.#followers, base, () => new Set()).add(item)
    for (const follower of this.#followers.get(item) ?? []) this.#schedule(follower)
  }

  /** The rank, and what decides between equal ones. */
  #rankOf(item: Package): readonly [rank: number, order: number] {
    const contested = this.#engine.contested.get(item)
    const rank = this.#rank(item, contested !== undefined)
    return [rank, rank === RANK.contested && contested !== undefined ? contested : this.#solution.orderOf(item)]
  }

  #rank(item: Package, isContested: boolean): number {
    const states = this.#solution.states(item)
    // No choice is no risk.
    if (countOf(states) === 1) return RANK.single
    const base = this.#baseOf(item)
    if (base !== undefined && this.#solution.isUndecided(base)) return RANK.waiting
    if (isContested) return RANK.contested
    if (this.#preferences.update.has(item.id)) return RANK.updated
    // What is locked comes before what is new, so that the new adapts.
    const locked = this.#stateLocked(item)
    return locked !== ABSENT && contains(states, locked) ? RANK.locked : RANK.other
  }

  #baseOf(item: Package): Package | undefined {
    return item.follows === null ? undefined : this.#catalog.find(item.follows)
  }

  /** For an extra, the version of its base, once that is decided: every other would be a conflict. */
  #stateOfBase(item: Package): number {
    const base = this.#baseOf(item)
    const state = base === undefined ? ABSENT : this.#solution.decided(base)
    return state === ABSENT ? ABSENT : (stateOf(item, base?.candidates[state - 1]?.version) ?? ABSENT)
  }

  #stateLocked(item: Package): number {
    const { locked } = this.#preferences
    return locked.size === 0 ? ABSENT : memo(this.#locked, item, () => stateOf(item, locked.get(item.id)) ?? ABSENT)
  }

  /**
   * The first need that one of several packages has to meet and none does. It waits until nothing else is to be decided, for what is chosen
   * anyway may meet it. Which one: what is locked; otherwise in the order of the need.
   */
  #nextAlternative(): Choice | null {
    for (const choice of this.#statements.choices) {
      const targets = openTargets(choice, this.#solution)
      if (targets === null) continue
      const kept = targets.find(({ package: item, states }) => {
        const state = this.#stateLocked(item)
        return state !== ABSENT && contains(states, state)
      })
      const target = kept ?? targets[0]
      if (target === undefined) throw new Error('a need that nothing can meet was not propagated')
      return choiceOf(target.package, this.best(target.package, target.states))
    }
    return null
  }
}

function choiceOf(item: Package, state: number | null): Choice {
  if (state === null) throw new Error(`nothing is left of ${item.id}`)
  return { package: item, state }
}

/** The packages that could meet a need, with the versions that would; null when it is met or nobody has it. */
function openTargets({ terms }: Incompatibility, solution: PartialSolution) {
  const targets: { package: Package; states: VersionSet }[] = []
  for (const term of terms) {
    const states = solution.states(term.package)
    if (isDisjoint(states, term.states)) return null
    if (isNegative(term)) {
      const left = difference(states, term.states)
      if (!isEmpty(left)) targets.push({ package: term.package, states: left })
    } else if (!isSubset(states, term.states)) return null
  }
  return targets
}
