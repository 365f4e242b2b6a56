// What the solver holds to be true at the moment: decisions (guesses) and what follows from them, in the order in which they came, so
// that it can go back to any earlier point. It knows no incompatibilities but as the causes of assignments.

import type { Package } from './catalog.ts'
import type { Incompatibility, Term } from './incompatibility.ts'
import { ABSENT, contains, difference, isEmpty, isSubset, setOf, type VersionSet } from './version-set.ts'

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
  /** As in the last assignment. */
  states: VersionSet
  /** The version that is decided, or ABSENT. */
  decided: number
  /** Changed since `takeTouched` told so. */
  isTouched: boolean
}

export class PartialSolution {
  /** By the index of the package. */
  readonly #tracks: (Track | undefined)[] = []
  readonly #known: Package[] = []
  readonly #trail: Assignment[] = []
  readonly #touched: Package[] = []
  /** How much of the trail was handed on for propagation. */
  #handedOn = 0
  #level = 0

  /** The packages that came up so far, in that order. */
  get known(): readonly Package[] {
    return this.#known
  }

  /** The states of the packages that are decided. */
  decisions(): ReadonlyMap<Package, number> {
    return new Map(this.#known.filter((item) => this.isDecided(item)).map((item) => [item, this.decided(item)]))
  }

  /**
   * Makes a package known. `floor` are incompatibilities of one term each, which hold whatever is decided: they come before
   * everything else and are never taken back.
   */
  introduce(item: Package, floor: readonly Incompatibility[]): void {
    const history: Assignment[] = []
    let states = item.all
    for (const cause of floor) {
      for (const term of cause.terms) states = difference(states, term.states)
      history.push({ package: item, states, level: 0, index: -1, cause, isStanding: true })
    }
    this.#tracks[item.index] = { order: this.#known.length, history, states, decided: ABSENT, isTouched: false }
    this.#known.push(item)
  }

  isKnown(item: Package): boolean {
    return this.#tracks[item.index] !== undefined
  }

  states(item: Package): VersionSet {
    return this.#track(item).states
  }

  latest(item: Package): Assignment | null {
    return this.#track(item).history.at(-1) ?? null
  }

  orderOf(item: Package): number {
    return this.#track(item).order
  }

  isDecided(item: Package): boolean {
    return this.decided(item) !== ABSENT
  }

  /** The version that is decided, or ABSENT. */
  decided(item: Package): number {
    return this.#tracks[item.index]?.decided ?? ABSENT
  }

  /** True for what must be chosen, and of which no version is decided. */
  isUndecided(item: Package): boolean {
    const track = this.#tracks[item.index]
    return track !== undefined && track.decided === ABSENT && !contains(track.states, ABSENT)
  }

  /** Excludes states from now on, because of `cause`. Some must be left. */
  exclude(item: Package, states: VersionSet, cause: Incompatibility): Assignment {
    return this.#assign(item, difference(this.states(item), states), cause)
  }

  /** Guesses. The state must be among those that are left. */
  decide(item: Package, state: number): void {
    this.#level += 1
    this.#track(item).decided = state
    this.#assign(item, setOf(item.all.size, contains(this.states(item), state) ? [state] : []), null)
  }

  /** Takes back everything after the decision number `level` and what followed from it. */
  backtrack(level: number): void {
    this.#level = level
    for (let last = this.#trail.at(-1); last !== undefined && last.level > level; last = this.#trail.at(-1)) {
      last.isStanding = false
      this.#trail.pop()
      const track = this.#track(last.package)
      track.history.pop()
      track.states = track.history.at(-1)?.states ?? last.package.all
      if (last.cause === null) track.decided = ABSENT
      this.touch(last.package)
    }
    this.#handedOn = Math.min(this.#handedOn, this.#trail.length)
  }

  /** The next package that has fewer states left than when it was last handed on. */
  nextChanged(): Package | null {
    while (this.#handedOn < this.#trail.length) {
      const assignment = this.#trail[this.#handedOn++]
      // Of what was narrowed again the last one counts.
      if (assignment !== undefined && this.latest(assignment.package) === assignment) return assignment.package
    }
    return null
  }

  /** Lets `takeTouched` name the package. */
  touch(item: Package): void {
    const track = this.#track(item)
    if (track.isTouched) return
    track.isTouched = true
    this.#touched.push(item)
  }

  /** The packages of which anything changed since this was last asked. */
  takeTouched(): readonly Package[] {
    const touched = this.#touched.splice(0)
    for (const item of touched) this.#track(item).isTouched = false
    return touched
  }

  /** The place in the order at which the term came true; infinite while it does not hold. */
  heldSince(term: Term): number {
    return isSubset(this.states(term.package), term.states) ? this.satisfier(term).index : Number.POSITIVE_INFINITY
  }

  /** The first assignment with which, and with all before it, the term holds. It must hold now. */
  satisfier({ package: item, states }: Term): Assignment {
    const { history } = this.#track(item)
    let [low, high] = [0, history.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const assignment = history[middle]
      if (assignment !== undefined && isSubset(assignment.states, states)) high = middle
      else low = middle + 1
    }
    const found = history[low]
    if (found === undefined) throw new Error(`the term about ${item.id} does not hold`)
    return found
  }

  #assign(item: Package, states: VersionSet, cause: Incompatibility | null): Assignment {
    if (isEmpty(states)) throw new Error(`nothing is left of ${item.id}`)
    const track = this.#track(item)
    const index = this.#trail.length
    const assignment = { package: item, states, level: this.#level, index, cause, isStanding: true }
    this.#trail.push(assignment)
    track.history.push(assignment)
    track.states = states
    this.touch(item)
    return assignment
  }

  #track(item: Package): Track {
    const track = this.#tracks[item.index]
    if (track === undefined) throw new Error(`${item.id} was never introduced`)
    return track
  }
}
