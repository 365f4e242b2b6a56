// From the decisions of a run to its solution: only what something needs, what meets each need, and which newer versions were
// withheld that would have fitted.

import { compareCodePoints } from '../core/json.ts'
import { type Catalog, type Package, versionOf } from './catalog.ts'
import type { Chosen, HeldBack, Need, PackageId, Problem, Refusal, Solution } from './universe.ts'
import { contains, intersection, type VersionSet } from './version-set.ts'

/** The decisions must meet the problem. */
export function solutionOf(
  catalog: Catalog,
  problem: Problem,
  decided: ReadonlyMap<Package, number>,
  refused: readonly Refusal[],
): Solution {
  const reader = new Reader(catalog, decided)
  for (const root of problem.roots) reader.read(root)
  const packages: Chosen[] = []
  // Only what is reached from the roots: a package that was chosen for a need which another one meets in the end is left out.
  for (const item of reader.reached) packages.push(reader.choose(item))
  packages.sort((a, b) => compareCodePoints(a.id, b.id))
  return { packages, heldBack: heldBackOf(reader), refused }
}

/** One sentence that says plainly what was held back, and why. */
export function heldBackText({ id, chosen, version, reason }: HeldBack): string {
  return `${id} stays at ${chosen}: ${version} ${reason}.`
}

class Reader {
  readonly #catalog: Catalog
  readonly #decided: ReadonlyMap<Package, number>
  /** Grows while it is walked. */
  readonly reached = new Set<Package>()
  readonly admitted = new Map<Package, VersionSet>()

  constructor(catalog: Catalog, decided: ReadonlyMap<Package, number>) {
    this.#catalog = catalog
    this.#decided = decided
  }

  choose(item: Package): Chosen {
    const state = this.stateOf(item)
    const facts = item.known(state)
    if (facts === undefined) throw new Error(`${item.id} was decided without its facts`)
    return {
      id: item.id,
      version: versionOf(item, state),
      needs: facts.needs.map((need) => this.read(need)),
    }
  }

  stateOf(item: Package): number {
    const state = this.#decided.get(item)
    if (state === undefined) throw new Error(`${item.id} is not decided`)
    return state
  }

  /** What meets a need: the first of its targets that is chosen in a version that will do. */
  read(need: Need): PackageId {
    for (const { id, range } of need.anyOf) {
      const item = this.#catalog.find(id)
      const state = item === undefined ? undefined : this.#decided.get(item)
      if (item === undefined || state === undefined) continue
      const states = item.select(range)
      if (!contains(states, state)) continue
      this.reached.add(item)
      this.admitted.set(item, intersection(states, this.admitted.get(item) ?? item.all))
      return id
    }
    throw new Error('a need is not met')
  }
}

function heldBackOf(reader: Reader): readonly HeldBack[] {
  const found: HeldBack[] = []
  for (const [item, states] of reader.admitted) {
    const chosen = reader.stateOf(item)
    for (let state = item.all.size - 1; state > chosen; state--) {
      const { version, withheld } = item.candidates[state - 1] ?? {}
      if (version === undefined || withheld === undefined || !contains(states, state)) continue
      found.push({ id: item.id, chosen: versionOf(item, chosen), version, reason: withheld.reason })
      break
    }
  }
  return found.sort((a, b) => compareCodePoints(a.id, b.id))
}
