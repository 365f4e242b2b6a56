// One run: draw conclusions (engine.ts), decide what comes next (choice.ts), read what it says (statements.ts), until everything that is needed is
// decided or nothing can hold. What is asked for, and what the outcome means for people, is solver.ts.

import { isToolError, ToolError } from '../core/errors.ts'
import { type Catalog, type Package, stateOf } from './catalog.ts'
import { type Choice, Chooser } from './choice.ts'
import { Engine } from './engine.ts'
import { type Incompatibility, inverse, type Term } from './incompatibility.ts'
import { Statements } from './statements.ts'
import type { PackageId, Problem, Refusal } from './universe.ts'
import { contains, isSubset, setOf } from './version-set.ts'

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
  /** Told once, when there were so many conflicts that more are to be expected. */
  readonly onHard: (() => void) | null
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

/** A problem with more is hard; what people ask for has some dozens at most. */
const EASY_CONFLICTS = 500

export async function run(catalog: Catalog, options: RunOptions): Promise<RunOutcome> {
  return await new Run(catalog, options).run()
}

class Run {
  readonly #catalog: Catalog
  readonly #options: RunOptions
  readonly #engine = new Engine()
  readonly #solution = this.#engine.solution
  readonly #statements: Statements
  readonly #chooser: Chooser
  readonly #refused: Refusal[] = []
  #steps = 0
  #isHard = false

  constructor(catalog: Catalog, options: RunOptions) {
    const { locked: all = new Map<PackageId, string>(), update = new Set<PackageId>() } = options.problem
    const locked = new Map([...all].filter(([id]) => !update.has(id)))
    this.#catalog = catalog
    this.#options = options
    const { released } = options
    this.#statements = new Statements(catalog, this.#engine, { locked, released })
    this.#chooser = new Chooser(catalog, this.#engine, this.#statements, { locked, update })
  }

  async run(): Promise<RunOutcome> {
    await this.#begin()
    while (true) {
      const failure = this.#engine.propagate()
      if (failure !== null) return { kind: 'failed', because: failure, refused: this.#refused }
      if (this.#engine.conflicts > this.#options.maxConflicts) return { kind: 'gave-up' }
      if (!this.#isHard && this.#engine.conflicts > EASY_CONFLICTS) {
        this.#isHard = true
        this.#options.onHard?.()
      }
      await this.#takeTurn()
      const choice = this.#chooser.next()
      if (choice !== null) await this.#take(choice)
      else if (await this.#isAccepted()) {
        return { kind: 'solved', decided: this.#solution.decisions(), refused: this.#refused }
      }
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
   * Decides a version, unless that is out of the question. So the first time it only reads what the version says, and lets propagation exclude
   * it: nothing has to be taken back then.
   */
  async #take({ package: item, state }: Choice): Promise<void> {
    if (!this.#statements.hasRead(item, state)) {
      for (const needed of await this.#statements.read(item, state)) this.#prefetch(needed)
      return
    }
    // What it said may have been looked at under decisions that were taken back, and hold already under those that stand.
    for (const said of this.#statements.saidBy(item)) {
      if (!this.#wouldBreak(said, item, state)) continue
      this.#engine.lookAgain(said)
      return
    }
    this.#solution.decide(item, state)
  }

  #wouldBreak({ terms }: Incompatibility, item: Package, state: number): boolean {
    return terms.every((term) =>
      term.package === item ? contains(term.states, state) : isSubset(this.#solution.states(term.package), term.states),
    )
  }

  /** Its facts will be needed, unless something else narrows it first. */
  #prefetch(item: Package): void {
    if (this.#solution.isDecided(item)) return
    const state = this.#chooser.best(item)
    if (state !== null) this.#catalog.prefetch(item, state)
  }

  async #isAccepted(): Promise<boolean> {
    const refusals = (await this.#options.check?.(this.#solution.decisions())) ?? []
    for (const refusal of refusals) {
      const isPart = refusal.versions.every(({ id, version }) => {
        const item = this.#catalog.find(id)
        return item !== undefined && this.#solution.decided(item) === stateOf(item, version)
      })
      // Or the same solution would come again for ever.
      if (!isPart || refusal.versions.length === 0) throw new Error('refused what is not in the solution')
      await this.#refuse(refusal)
    }
    return refusals.length === 0
  }

  async #refuse(refusal: Refusal): Promise<void> {
    const items = await this.#catalog.packages(refusal.versions.map(({ id }) => id))
    const refused = items.map((item, at) => {
      this.#statements.introduce(item)
      const state = stateOf(item, refusal.versions[at]?.version)
      if (state === undefined) throw new Error(`${item.id} was refused in a version that does not exist`)
      return { item, state }
    })
    const { reason } = refusal
    this.#refused.push(refusal)
    const [only, another] = refused
    if (only !== undefined && another === undefined) {
      this.#statements.addUnusable(only.item, only.state, reason)
      return
    }
    const terms = refused.map(({ item, state }): Term => ({ package: item, states: setOf(item.all.size, [state]) }))
    this.#statements.add(terms, { kind: 'refused', reason })
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
