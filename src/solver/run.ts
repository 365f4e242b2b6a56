// PubGrub itself: propagate, resolve conflicts, decide, until everything that is needed is decided or nothing can hold. Each of the three is
// one method below. docs/solver.md tells the idea; what is asked for, and what the outcome means for people, is solver.ts.

import { isToolError, ToolError } from '../core/errors.ts'
import { type Catalog, type Package, stateOf } from './catalog.ts'
import { bestState, type Choice, nextChoice, type Preferences } from './choice.ts'
import {
  type Incompatibility,
  inverse,
  type ResolutionStep,
  resolvent,
  statesIn,
  type Term,
} from './incompatibility.ts'
import { type Assignment, PartialSolution } from './partial-solution.ts'
import { Statements } from './statements.ts'
import type { PackageId, Problem, Refusal } from './universe.ts'
import { contains, isDisjoint, isFull, isSubset, setOf, union } from './version-set.ts'
import { Watches } from './watches.ts'

export interface RunOptions {
  readonly signal: AbortSignal
  readonly problem: Problem
  /** Packages whose withheld versions may be used. */
  readonly released: ReadonlySet<PackageId>
  /** Tried besides what the problem asks for. */
  readonly supposed: readonly Supposition[]
  /** What turned out not to work in an earlier run. */
  readonly refused: readonly Refusal[]
  /** Looks at a solution; what it refuses is never chosen again. */
  readonly check: ((decided: ReadonlyMap<Package, number>) => Promise<readonly Refusal[]>) | null
  /** After so many conflicts the run gives up. */
  readonly maxConflicts: number
}

export interface Supposition {
  readonly package: Package
  readonly state: number
  readonly as: 'wanted' | 'kept'
}

export type RunOutcome =
  /** `refused` is all that was refused on the way. */
  | { readonly kind: 'solved'; readonly decided: ReadonlyMap<Package, number>; readonly refused: readonly Refusal[] }
  /** `because` has no terms: nothing can hold. */
  | { readonly kind: 'failed'; readonly because: Incompatibility; readonly refused: readonly Refusal[] }
  | { readonly kind: 'gave-up' }

/** After so many steps others get their turn, and an abort is heard. */
const STEPS_PER_TURN = 64

export async function run(catalog: Catalog, options: RunOptions): Promise<RunOutcome> {
  return await new Run(catalog, options).run()
}

class Run {
  readonly #catalog: Catalog
  readonly #options: RunOptions
  readonly #solution = new PartialSolution()
  readonly #watches = new Watches(this.#solution)
  readonly #statements: Statements
  readonly #preferences: Preferences
  /** How many conflicts a package took part in. */
  readonly #heat = new Map<Package, number>()
  readonly #refused: Refusal[] = []
  #conflicts = 0
  #steps = 0

  constructor(catalog: Catalog, options: RunOptions) {
    const { locked: all = new Map<PackageId, string>(), update = new Set<PackageId>() } = options.problem
    const locked = new Map([...all].filter(([id]) => !update.has(id)))
    this.#catalog = catalog
    this.#options = options
    this.#preferences = { locked, update, heat: this.#heat }
    const { released } = options
    this.#statements = new Statements(catalog, this.#solution, this.#watches, { locked, released })
  }

  async run(): Promise<RunOutcome> {
    await this.#begin()
    let changed: readonly Package[] = []
    while (true) {
      const failure = this.#propagate(changed)
      if (failure !== null) return { kind: 'failed', because: failure, refused: this.#refused }
      if (this.#conflicts > this.#options.maxConflicts) return { kind: 'gave-up' }
      await this.#takeTurn()
      const choice = nextChoice(this.#solution, this.#statements, this.#preferences)
      if (choice !== null) changed = await this.#take(choice)
      else if (await this.#isAccepted()) {
        return { kind: 'solved', decided: this.#solution.decided, refused: this.#refused }
      } else changed = []
    }
  }

  async #begin(): Promise<void> {
    const { problem, supposed, refused } = this.#options
    // Asked for at once; read in order.
    await this.#catalog.packages(problem.roots.flatMap(({ anyOf }) => anyOf.map(({ id }) => id)))
    for (const root of problem.roots) await this.#statements.readRoot(root)
    for (const refusal of refused) await this.#refuse(refusal)
    for (const { package: item, state, as } of supposed) {
      this.#statements.introduce(item)
      this.#statements.add([inverse({ package: item, states: setOf(item.all.size, [state]) })], {
        kind: 'supposed',
        as,
      })
    }
  }

  /**
   * Draws every conclusion: whenever all terms of an incompatibility hold but one, that one must not hold.
   * @param changed packages that were decided since
   * @returns an incompatibility without terms, when nothing can hold
   */
  #propagate(changed: readonly Package[]): Incompatibility | null {
    const queue = new Set(changed)
    while (true) {
      const fresh = this.#statements.takeFresh()
      const [item] = queue
      let conflict: Incompatibility | null = null
      if (fresh !== undefined) conflict = this.#conclude(fresh, queue)
      else if (item !== undefined) {
        queue.delete(item)
        conflict = this.#watches.visit(item, (given) => this.#conclude(given, queue))
      } else return null
      if (conflict === null) continue
      // What was to be looked at hangs on decisions that are now taken back. What is fresh stays: it may speak of older ones.
      queue.clear()
      const failure = this.#resolve(conflict)
      if (failure !== null) return failure
    }
  }

  /** Returns the incompatibility itself when all its terms hold. */
  #conclude(given: Incompatibility, queue: Set<Package>): Incompatibility | null {
    if (given.blocker?.isStanding === true) return null
    let open: Term | null = null
    for (const term of given.terms) {
      const states = this.#solution.states(term.package)
      if (isSubset(states, term.states)) continue
      if (isDisjoint(states, term.states)) {
        given.blocker = this.#solution.latest(term.package)
        return null
      }
      if (open !== null) return null
      open = term
    }
    if (open === null) return given
    given.blocker = this.#solution.derive(inverse(open), given)
    queue.add(open.package)
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
        this.#solution.backtrack(level)
        for (const { package: item } of cause.terms) this.#heat.set(item, (this.#heat.get(item) ?? 0) + 1)
        this.#statements.lookAgain(steps.length === 0 ? conflict : this.#learn(cause.terms, conflict, steps))
        return null
      }
      const step = { by: satisfier.cause, about: satisfier.package }
      steps.push(step)
      cause = resolvent(cause, step.by, step.about)
    }
    return steps.length === 0 ? conflict : { ...cause, cause: { kind: 'learned', from: conflict, steps } }
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
    const satisfiers = given.terms.map((term) => this.#solution.satisfier(term))
    // With nothing decided any order will do. What the environment asks for comes last then, so that a failure ends with it.
    const isOpen = satisfiers.every((assignment) => assignment.level === 0)
    const rank = (assignment: Assignment) => (isOpen && assignment.cause?.cause.kind === 'root' ? -1 : assignment.index)
    const satisfier = satisfiers.reduce((last, next) => (rank(next) > rank(last) ? next : last))
    const others = satisfiers.filter((other) => other !== satisfier).map((other) => other.level)
    if (satisfier.cause !== null) {
      // It may have made the term true only together with what was known of the package before.
      const about = satisfier.package
      const states = union(statesIn(given, about), statesIn(satisfier.cause, about))
      if (!isFull(states)) others.push(this.#solution.satisfier({ package: about, states }).level)
    }
    return { satisfier, level: Math.max(0, ...others) }
  }

  /**
   * Decides a version, unless that is out of the question. So the first time it only reads what the version says, and lets propagation exclude
   * it: nothing has to be taken back then.
   * @returns what was decided
   */
  async #take({ package: item, state }: Choice): Promise<readonly Package[]> {
    if (!this.#statements.hasRead(item, state)) {
      for (const needed of await this.#statements.read(item, state)) this.#prefetch(needed)
      return []
    }
    // What it said may have been looked at under decisions that were taken back, and hold already under those that stand.
    for (const said of this.#statements.saidBy(item)) {
      if (!this.#wouldBreak(said, item, state)) continue
      this.#statements.lookAgain(said)
      return []
    }
    this.#solution.decide(item, state)
    return [item]
  }

  #wouldBreak({ terms }: Incompatibility, item: Package, state: number): boolean {
    return terms.every((term) =>
      term.package === item ? contains(term.states, state) : isSubset(this.#solution.states(term.package), term.states),
    )
  }

  /** Its facts will be needed, unless something else narrows it first. */
  #prefetch(item: Package): void {
    if (this.#solution.isDecided(item)) return
    const state = bestState(item, this.#solution, this.#preferences)
    if (state !== null) this.#catalog.prefetch(item, state)
  }

  async #isAccepted(): Promise<boolean> {
    const refusals = (await this.#options.check?.(this.#solution.decided)) ?? []
    for (const refusal of refusals) {
      const isPart = refusal.versions.every(({ id, version }) => {
        const item = this.#catalog.find(id)
        return item !== undefined && this.#solution.decided.get(item) === stateOf(item, version)
      })
      // Or the same solution would come again for ever.
      if (!isPart || refusal.versions.length === 0) throw new Error('refused what is not in the solution')
      await this.#refuse(refusal)
    }
    return refusals.length === 0
  }

  async #refuse(refusal: Refusal): Promise<void> {
    const items = await this.#catalog.packages(refusal.versions.map(({ id }) => id))
    const terms = items.map((item, at): Term => {
      this.#statements.introduce(item)
      const state = stateOf(item, refusal.versions[at]?.version)
      if (state === undefined) throw new Error(`${item.id} was refused in a version that does not exist`)
      return { package: item, states: setOf(item.all.size, [state]) }
    })
    this.#refused.push(refusal)
    this.#statements.add(terms, { kind: 'refused', reason: refusal.reason })
  }

  async #takeTurn(): Promise<void> {
    this.#steps += 1
    if (this.#steps % STEPS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
    const { signal } = this.#options
    if (!signal.aborted) return
    if (isToolError(signal.reason)) throw signal.reason
    throw new ToolError('E_CANCELLED', 'Solving was stopped.', { cause: signal.reason })
  }
}
