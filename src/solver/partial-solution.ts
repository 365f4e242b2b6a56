// What the solver holds to be true at the moment: decisions (guesses) and what follows from them, in the order in which they came, so
// that it can go back to any earlier point. It knows no incompatibilities but as the causes of assignments.

import type { Package } from './catalog.ts'
import type { Incompatibility, Term } from './incompatibility.ts'
import { ABSENT, complement, contains, countOf, intersection, isSubset, setOf, type VersionSet } from './version-set.ts'

export interface Assignment {
  readonly package: Package
  /** What the package may still be with this assignment and all before it. Shrinks along a package's history, and is never empty. */
  readonly states: VersionSet
  /** How many decisions there are up to this one. */
  readonly level: number
  /** Its place in the order of all; -1 for what holds from the beginning. */
  readonly index: number
  /** Null for a decision. */
  readonly cause: Incompatibility | null
  /** False once it was taken back. */
  isStanding: boolean
}

interface Track {
  /** When the package first came up. Packages that come up earlier are nearer to the environment file. */
  readonly order: number
  readonly history: Assignment[]
}

export class PartialSolution {
  readonly #tracks = new Map<Package, Track>()
  readonly #trail: Assignment[] = []
  readonly #undecided = new Set<Package>()
  readonly #decided = new Map<Package, number>()
  #level = 0

  /** Packages that must be chosen, and of which no version is decided; in no particular order. */
  get undecided(): ReadonlySet<Package> {
    return this.#undecided
  }

  /** The states of the packages that are decided. */
  get decided(): ReadonlyMap<Package, number> {
    return this.#decided
  }

  /**
   * Makes a package known. `floor` are incompatibilities of one term each, which hold whatever is decided: they come before
   * everything else and are never taken back.
   */
  introduce(item: Package, floor: readonly Incompatibility[]): void {
    const history: Assignment[] = []
    let states = item.all
    for (const cause of floor) {
      for (const term of cause.terms) states = intersection(states, complement(term.states))
      history.push({ package: item, states, level: 0, index: -1, cause, isStanding: true })
    }
    this.#tracks.set(item, { order: this.#tracks.size, history })
  }

  isKnown(item: Package): boolean {
    return this.#tracks.has(item)
  }

  states(item: Package): VersionSet {
    return this.latest(item)?.states ?? item.all
  }

  latest(item: Package): Assignment | null {
    return this.#track(item).history.at(-1) ?? null
  }

  orderOf(item: Package): number {
    return this.#track(item).order
  }

  isDecided(item: Package): boolean {
    return this.#decided.has(item)
  }

  /** Holds `term` from now on, because of `cause`. */
  derive(term: Term, cause: Incompatibility): Assignment {
    return this.#assign(term, cause)
  }

  /** Guesses. The state must be among those that are left. */
  decide(item: Package, state: number): void {
    this.#level += 1
    this.#decided.set(item, state)
    this.#assign({ package: item, states: setOf(item.all.size, [state]) }, null)
  }

  /** Takes back everything after the decision number `level` and what followed from it. */
  backtrack(level: number): void {
    this.#level = level
    for (let last = this.#trail.at(-1); last !== undefined && last.level > level; last = this.#trail.at(-1)) {
      last.isStanding = false
      this.#trail.pop()
      const { package: item } = last
      this.#track(item).history.pop()
      if (last.cause === null) this.#decided.delete(item)
      this.#sort(item)
    }
  }

  /** The place in the order at which the term came true; infinite while it does not hold. */
  heldSince(term: Term): number {
    return isSubset(this.states(term.package), term.states) ? this.satisfier(term).index : Number.POSITIVE_INFINITY
  }

  /** The first assignment with which, and with all before it, the term holds. It must hold now. */
  satisfier(term: Term): Assignment {
    for (const assignment of this.#track(term.package).history)
      if (isSubset(assignment.states, term.states)) return assignment
    throw new Error(`the term about ${term.package.id} does not hold`)
  }

  #assign({ package: item, states: added }: Term, cause: Incompatibility | null): Assignment {
    const states = intersection(this.states(item), added)
    if (countOf(states) === 0) throw new Error(`nothing is left of ${item.id}`)
    const assignment = { package: item, states, level: this.#level, index: this.#trail.length, cause, isStanding: true }
    this.#trail.push(assignment)
    this.#track(item).history.push(assignment)
    this.#sort(item)
    return assignment
  }

  #sort(item: Package): void {
    if (this.#decided.has(item) || contains(this.states(item), ABSENT)) this.#undecided.delete(item)
    else this.#undecided.add(item)
  }

  #track(item: Package): Track {
    const track = this.#tracks.get(item)
    if (track === undefined) throw new Error(`${item.id} was never introduced`)
    return track
  }
}
