// From what a universe says to incompatibilities, in as few as will do: versions that say the same share one, and so do versions that
// cannot be had now for the same reason. That is what keeps a solve short, and its failure text as well.

import { type Catalog, keyOfNeed, type Package } from './catalog.ts'
import type { Engine } from './engine.ts'
import { type Cause, type Incompatibility, incompatibility, type Term } from './incompatibility.ts'
import { memo } from './memo.ts'
import type { PartialSolution } from './partial-solution.ts'
import type { Facts, Need, PackageId, Root, Target } from './universe.ts'
import { complement, contains, isDisjoint, setOf, union, type VersionSet } from './version-set.ts'

export interface StatementOptions {
  /** Versions that stay usable although they are withheld: those that are locked. */
  readonly locked: ReadonlyMap<PackageId, string>
  /** Packages whose withheld versions may be used: to see whether they would help. */
  readonly released: ReadonlySet<PackageId>
}

/** What a solve was told so far. */
export class Statements {
  readonly #catalog: Catalog
  readonly #engine: Engine
  readonly #solution: PartialSolution
  readonly #options: StatementOptions
  readonly #choices: Incompatibility[] = []
  /** Package → what its versions say → which of them say it. */
  readonly #sayings = new Map<Package, Map<string, Set<number>>>()
  readonly #said = new Map<Package, Map<string, Incompatibility>>()
  readonly #read = new Map<Package, Set<number>>()
  /** Exclusions of packages that nobody needs so far; most never matter. */
  readonly #waiting = new Map<PackageId, (() => void)[]>()

  constructor(catalog: Catalog, engine: Engine, options: StatementOptions) {
    this.#catalog = catalog
    this.#engine = engine
    this.#solution = engine.solution
    this.#options = options
  }

  /** Needs that several packages can meet. */
  get choices(): readonly Incompatibility[] {
    return this.#choices
  }

  /** True when all that this version says is known here. */
  hasRead(item: Package, state: number): boolean {
    return this.#read.get(item)?.has(state) === true
  }

  /** Adds what the environment asks for. @throws what the universe throws */
  async readRoot(root: Root): Promise<void> {
    const targets = await this.#targets(root)
    this.#addNeed([], root, targets, { kind: 'root', root, targets })
  }

  /** Adds all that a version says, and gives the packages that it needs for certain. @throws what the universe throws */
  async read(item: Package, state: number): Promise<readonly Package[]> {
    const facts = await this.#catalog.facts(item, state)
    const needs = facts.unusable === undefined ? facts.needs : []
    // All at once; then each need takes its own from what is known.
    await this.#catalog.packages(needs.flatMap(({ anyOf }) => anyOf.map(({ id }) => id)))
    memo(this.#read, item, () => new Set<number>()).add(state)
    this.#listen(item, state, facts)
    if (facts.unusable !== undefined) {
      this.#sayUnusable(item, state, facts.unusable)
      return []
    }
    const certain: Package[] = []
    for (const need of needs) {
      const found = await this.#targets(need)
      if (need.anyOf.length === 1) certain.push(...found)
      this.#say(item, state, keyOfNeed(need), (states) =>
        this.#addNeed([{ package: item, states }], need, found, {
          kind: 'need',
          dependent: item,
          need,
          targets: found,
          isVerbatim: true,
        }),
      )
      this.#addWeaker(item, state, need, found)
    }
    for (const target of facts.excludes ?? []) this.#exclude(item, state, target)
    return certain
  }

  /** Adds that a version turned out not to be usable, with all others of which the same is known. */
  addUnusable(item: Package, state: number, reason: string): void {
    this.#listen(item, state, { needs: [], unusable: reason })
    this.#sayUnusable(item, state, reason)
  }

  /** What the versions of a package say, of those that were read. */
  saidBy(item: Package): Iterable<Incompatibility> {
    return this.#said.get(item)?.values() ?? []
  }

  /** Adds a fact; null when it says nothing. */
  add(terms: readonly Term[], cause: Cause): Incompatibility | null {
    const made = incompatibility(terms, cause)
    if (made !== null) this.#engine.add(made)
    return made
  }

  /** Makes a package known to the solve, and what holds for it whatever is chosen. */
  introduce(item: Package): void {
    if (this.#solution.isKnown(item)) return
    this.#solution.introduce(item, this.#withheld(item))
    const waiting = this.#waiting.get(item.id) ?? []
    this.#waiting.delete(item.id)
    for (const add of waiting) add()
  }

  #withheld(item: Package): readonly Incompatibility[] {
    if (this.#options.released.has(item.id)) return []
    const reasons = new Map<string, number[]>()
    for (const [index, { version, withheld }] of item.candidates.entries()) {
      if (withheld === undefined) continue
      if (withheld.unlessLocked === true && this.#options.locked.get(item.id) === version) continue
      memo(reasons, withheld.reason, () => []).push(index + 1)
    }
    return [...reasons].flatMap(([reason, states]) => {
      const made = incompatibility([{ package: item, states: setOf(item.all.size, states) }], {
        kind: 'withheld',
        reason,
      })
      return made === null ? [] : [made]
    })
  }

  async #targets(need: Need): Promise<readonly Package[]> {
    const targets = await this.#catalog.packages(need.anyOf.map(({ id }) => id))
    for (const target of targets) this.introduce(target)
    return targets
  }

  #addNeed(dependents: readonly Term[], need: Need, targets: readonly Package[], cause: Cause): Incompatibility | null {
    const terms = [...dependents]
    for (const [at, { id, range }] of need.anyOf.entries()) {
      const target = targets[at]
      if (target === undefined) throw new Error(`${id} was not asked for`)
      const states = target.select(range)
      if (range !== '') spell(target, states, range)
      terms.push({ package: target, states: complement(states) })
    }
    const made = this.add(terms, cause)
    if (made !== null && need.anyOf.length > 1) this.#choices.push(made)
    return made
  }

  /**
   * When what this version needs is out of the question now, so it may be for other versions in other words ("1.0 needs b 1, 1.1 needs b 2",
   * and b is 3). Together they need any of it: weaker than what each says, yet enough to pass over all of them at once.
   */
  #addWeaker(item: Package, state: number, need: Need, [target]: readonly Package[]): void {
    const [first, second] = need.anyOf
    if (target === undefined || first === undefined || second !== undefined || target === item) return
    const left = this.#solution.states(target)
    if (!isDisjoint(left, target.select(first.range))) return
    const dependents: number[] = []
    let wanted: VersionSet = setOf(target.all.size, [])
    const candidates = this.#solution.states(item)
    for (let other = 1; other < item.all.size; other++) {
      if (!contains(candidates, other)) continue
      for (const { anyOf } of item.known(other)?.needs ?? []) {
        const [only, more] = anyOf
        if (only === undefined || more !== undefined || only.id !== first.id) continue
        const states = target.select(only.range)
        if (!isDisjoint(left, states)) continue
        dependents.push(other)
        wanted = union(wanted, states)
        break
      }
    }
    if (dependents.length < 2 || !dependents.includes(state)) return
    this.add(
      [
        { package: item, states: setOf(item.all.size, dependents) },
        { package: target, states: complement(wanted) },
      ],
      { kind: 'need', dependent: item, need, targets: [target], isVerbatim: false },
    )
  }

  #exclude(item: Package, state: number, target: Target): void {
    if (target.id === item.id) return
    const add = () => {
      const other = this.#catalog.find(target.id)
      if (other === undefined) throw new Error(`${target.id} was introduced without being known`)
      this.#say(item, state, keyOfExclusion(target), (states) => {
        const excluded = other.select(target.range)
        if (target.range !== '') spell(other, excluded, target.range)
        const terms = [
          { package: item, states },
          { package: other, states: excluded },
        ]
        return this.add(terms, { kind: 'exclusion', dependent: item, target })
      })
    }
    const other = this.#catalog.find(target.id)
    if (other !== undefined && this.#solution.isKnown(other)) add()
    else memo(this.#waiting, target.id, () => []).push(add)
  }

  #sayUnusable(item: Package, state: number, reason: string): void {
    this.#say(item, state, keyOfUnusable(reason), (states) =>
      this.add([{ package: item, states }], { kind: 'unusable', reason }),
    )
  }

  /** Says something for every version that is known to say the same, in place of what was said for fewer of them. */
  #say(item: Package, state: number, key: string, say: (states: VersionSet) => Incompatibility | null): void {
    const said = memo(this.#said, item, () => new Map<string, Incompatibility>())
    const before = said.get(key)
    if (before?.terms.some((term) => term.package === item && contains(term.states, state))) return
    const same = this.#sayings.get(item)?.get(key) ?? new Set([state])
    const after = say(setOf(item.all.size, same))
    if (after === null) return
    if (before !== undefined) {
      before.isReplaced = true
      remove(this.#choices, before)
    }
    said.set(key, after)
  }

  /** Notes what this version says, and at once what all others say, if the source tells without being asked. */
  #listen(item: Package, state: number, facts: Facts): void {
    const sayings = memo(this.#sayings, item, () => {
      const all = new Map<string, Set<number>>()
      for (let other = 1; other < item.all.size; other++) note(all, other, item.known(other))
      return all
    })
    note(sayings, state, facts)
  }
}

function note(sayings: Map<string, Set<number>>, state: number, facts: Facts | undefined): void {
  if (facts === undefined) return
  const say = (key: string) => memo(sayings, key, () => new Set<number>()).add(state)
  if (facts.unusable !== undefined) {
    say(keyOfUnusable(facts.unusable))
    return
  }
  for (const need of facts.needs) say(keyOfNeed(need))
  for (const target of facts.excludes ?? []) say(keyOfExclusion(target))
}

/** Keeps the shortest way in which anyone wrote this set of versions. */
function spell(item: Package, states: VersionSet, range: string): void {
  const key = states.words.join()
  const known = item.spellings.get(key)
  if (known === undefined || range.length < known.length) item.spellings.set(key, range)
}

function keyOfUnusable(reason: string): string {
  return `unusable\n${reason}`
}

function keyOfExclusion({ id, range }: Target): string {
  return `not\n${id}\t${range}`
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item)
  if (at !== -1) list.splice(at, 1)
}
