// PubGrub itself: what follows from what is known, and what to learn when it cannot be. It is handed incompatibilities and told what was
// decided; it asks nobody, and decides nothing. docs/solver.md tells the idea.

import type { Package } from './catalog.ts'
import { type Incompatibility, type ResolutionStep, resolvent, statesIn, type Term } from './incompatibility.ts'
import { type Assignment, PartialSolution } from './partial-solution.ts'
import { isDisjoint, isFull, isSubset, union } from './version-set.ts'
import { Watches } from './watches.ts'

/** A package is called contested after so many conflicts. */
const CONTESTED = 3

export class Engine {
  readonly solution = new PartialSolution()
  /** How many conflicts each package took part in, by its index. */
  readonly #heat: number[] = []
  readonly #contested = new Map<Package, number>()
  readonly #watches = new Watches(this.solution)
  /** What nobody looked at yet. */
  readonly #fresh: Incompatibility[] = []
  #conflicts = 0

  get conflicts(): number {
    return this.#conflicts
  }

  /** Packages that took part in several conflicts, numbered in the order in which they came to that. */
  get contested(): ReadonlyMap<Package, number> {
    return this.#contested
  }

  add(given: Incompatibility): void {
    this.#watches.add(given)
    this.#fresh.push(given)
  }

  /** Looks at one that was added before, next of all. */
  lookAgain(given: Incompatibility): void {
    this.#fresh.unshift(given)
  }

  /**
   * Draws every conclusion: whenever all terms of an incompatibility hold but one, that one must not hold.
   * @returns an incompatibility without terms, when nothing can hold
   */
  propagate(): Incompatibility | null {
    while (true) {
      const fresh = this.#fresh.shift()
      const changed = fresh === undefined ? this.solution.nextChanged() : null
      let conflict: Incompatibility | null = null
      if (fresh !== undefined) conflict = this.#conclude(fresh)
      else if (changed !== null) conflict = this.#watches.visit(changed, (given) => this.#conclude(given))
      else return null
      if (conflict === null) continue
      // What changed and was not looked at hangs on decisions that are now taken back. What is fresh stays: it may speak of older ones.
      const failure = this.#resolve(conflict)
      if (failure !== null) return failure
    }
  }

  /** Returns the incompatibility itself when all its terms hold. */
  #conclude(given: Incompatibility): Incompatibility | null {
    if (given.blocker?.isStanding === true) return null
    let open: Term | null = null
    for (const term of given.terms) {
      const states = this.solution.states(term.package)
      if (isSubset(states, term.states)) continue
      if (isDisjoint(states, term.states)) {
        given.blocker = this.solution.latest(term.package)
        return null
      }
      if (open !== null) return null
      open = term
    }
    if (open === null) return given
    given.blocker = this.solution.exclude(open.package, open.states, given)
    return null
  }

  /**
   * From an incompatibility whose terms all hold, finds out which older decision was wrong, goes back to before it, and learns why.
   *
   * The last of its terms to come true was made true by an assignment (its satisfier). While that followed from others, the
   * incompatibility is joined with the one from which it followed; the result holds as well, and speaks of earlier assignments. It is
   * good when, at some earlier level, all its terms but one hold: there it would have prevented this, and there the run goes on.
   */
  #resolve(conflict: Incompatibility): Incompatibility | null {
    this.#conflicts += 1
    let cause = conflict
    const steps: ResolutionStep[] = []
    while (cause.terms.length > 0) {
      const { satisfier, level } = this.#lastSatisfier(cause)
      if (satisfier.cause === null || level < satisfier.level) {
        this.solution.backtrack(level)
        for (const { package: item } of cause.terms) this.#heatUp(item)
        this.lookAgain(steps.length === 0 ? conflict : this.#learn(cause.terms, conflict, steps))
        return null
      }
      const step = { by: satisfier.cause, about: satisfier.package }
      steps.push(step)
      cause = resolvent(cause, step.by, step.about)
    }
    return steps.length === 0 ? conflict : { ...cause, cause: { kind: 'learned', from: conflict, steps } }
  }

  #heatUp(item: Package): void {
    const heat = (this.#heat[item.index] ?? 0) + 1
    this.#heat[item.index] = heat
    if (heat !== CONTESTED) return
    this.#contested.set(item, this.#contested.size)
    this.solution.touch(item)
  }

  #learn(terms: readonly Term[], from: Incompatibility, steps: readonly ResolutionStep[]): Incompatibility {
    const learned: Incompatibility = {
      terms,
      cause: { kind: 'learned', from, steps },
      blocker: null,
      isReplaced: false,
    }
    this.#watches.add(learned)
    return learned
  }

  /** The satisfier of the term that came true last, and the level from which on everything else had come true. */
  #lastSatisfier(given: Incompatibility) {
    const satisfiers = given.terms.map((term) => this.solution.satisfier(term))
    // With nothing decided any order will do. What the environment asks for comes last then, so that a failure ends with it.
    const isOpen = satisfiers.every((assignment) => assignment.level === 0)
    const rank = (assignment: Assignment) => (isOpen && assignment.cause?.cause.kind === 'root' ? -1 : assignment.index)
    const satisfier = satisfiers.reduce((last, next) => (rank(next) > rank(last) ? next : last))
    const others = satisfiers.filter((other) => other !== satisfier).map((other) => other.level)
    if (satisfier.cause !== null) {
      // It may have made the term true only together with what was known of the package before.
      const about = satisfier.package
      const states = union(statesIn(given, about), statesIn(satisfier.cause, about))
      if (!isFull(states)) others.push(this.solution.satisfier({ package: about, states }).level)
    }
    return { satisfier, level: Math.max(0, ...others) }
  }
}
