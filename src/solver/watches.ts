// Finds the incompatibilities from which something may follow, without looking at all of them. Nothing follows while two terms do not hold, so it
// is enough to watch two such terms of each, and to look again when one of them comes true. Going back makes fewer terms true, so it needs no work here.
//
// Why a watch that came true stays right after going back: it came true no earlier than all the others that hold, so whenever any of them
// is taken back, so is it.

import type { Package } from './catalog.ts'
import type { Incompatibility, Term } from './incompatibility.ts'
import type { PartialSolution } from './partial-solution.ts'
import { isSubset } from './version-set.ts'

interface Watch {
  readonly given: Incompatibility
  readonly term: Term
  /** This term and the other one that is watched; the two watches share it. */
  readonly both: Term[]
}

export class Watches {
  readonly #solution: PartialSolution
  /** By the index of the package. */
  readonly #lists: Watch[][] = []

  constructor(solution: PartialSolution) {
    this.#solution = solution
  }

  add(given: Incompatibility): void {
    // What does not hold first, then what came true last.
    const terms = given.terms.map((term) => ({ term, since: this.#solution.heldSince(term) }))
    const both = terms
      .sort((a, b) => b.since - a.since)
      .slice(0, 2)
      .map(({ term }) => term)
    for (const term of both) this.#watch({ given, term, both })
  }

  /**
   * Hands on each incompatibility of which all terms but one may hold, now that `item` has fewer states left.
   * @returns the first that `conclude` returns
   */
  visit(item: Package, conclude: (given: Incompatibility) => Incompatibility | null): Incompatibility | null {
    const list = this.#lists[item.index]
    if (list === undefined) return null
    const states = this.#solution.states(item)
    let kept = 0
    let conflict: Incompatibility | null = null
    for (const watch of list) {
      const { given, term } = watch
      if (given.isReplaced) continue
      if (conflict === null && isSubset(states, term.states) && given.blocker?.isStanding !== true) {
        if (this.#moveOn(watch)) continue
        conflict = conclude(given)
      }
      list[kept++] = watch
    }
    list.length = kept
    return conflict
  }

  /** Watches another term that does not hold instead; false when there is none. */
  #moveOn(watch: Watch): boolean {
    const { given, both } = watch
    for (const term of given.terms) {
      if (both.includes(term) || isSubset(this.#solution.states(term.package), term.states)) continue
      both[both.indexOf(watch.term)] = term
      this.#watch({ given, term, both })
      return true
    }
    return false
  }

  #watch(watch: Watch): void {
    const { index } = watch.term.package
    const list = this.#lists[index]
    if (list === undefined) this.#lists[index] = [watch]
    else list.push(watch)
  }
}
