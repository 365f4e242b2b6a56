// Whether a solution is one, told by the definition alone and without any part of the solver.

import type { Listing, Need, PackageId, Root, Solution, Target } from '../../../../src/solver/universe.ts'
import type { MemoryUniverse } from './memory-universe.ts'

/** What is wrong with a set of chosen versions; empty when nothing is. `locked` versions may be chosen although they are withheld. */
export function faultsOf(
  universe: MemoryUniverse,
  roots: readonly Root[],
  chosen: ReadonlyMap<PackageId, string>,
  locked: ReadonlyMap<PackageId, string> = new Map(),
): readonly string[] {
  const faults: string[] = []
  const isMet = (target: Target) => {
    const version = chosen.get(target.id)
    return version !== undefined && [...(universe.listing(target.id)?.select(target.range) ?? [])].includes(version)
  }
  const check = (who: string, need: Need) => {
    if (!need.anyOf.some(isMet)) faults.push(`${who} needs ${JSON.stringify(need.anyOf)}, and nothing meets it`)
  }
  for (const root of roots) check('the environment', root)
  for (const [id, version] of chosen) {
    const listing: Listing | null = universe.listing(id)
    const candidate = listing?.versions.find((one) => one.version === version)
    if (candidate === undefined) {
      faults.push(`${id} ${version} does not exist`)
      continue
    }
    const { withheld } = candidate
    const isLocked = withheld?.unlessLocked === true && locked.get(id) === version
    if (withheld !== undefined && !isLocked) faults.push(`${id} ${version} is withheld`)
    const facts = universe.factsOf(id, version)
    if (facts.unusable !== undefined) faults.push(`${id} ${version} is unusable`)
    for (const need of facts.needs) check(`${id} ${version}`, need)
    for (const target of facts.excludes ?? [])
      if (target.id !== id && isMet(target)) faults.push(`${id} ${version} excludes ${target.id} ${target.range}`)
    const base = listing?.follows
    if (base !== undefined && chosen.get(base) !== version)
      faults.push(`${id} ${version} is not beside ${base} ${version}`)
  }
  const reached = reach(universe, roots, chosen, isMet)
  for (const id of chosen.keys()) if (!reached.has(id)) faults.push(`nothing needs ${id}`)
  return faults
}

export function versionsOf(solution: Solution): ReadonlyMap<PackageId, string> {
  const versions = new Map(solution.packages.map(({ id, version }) => [id, version]))
  if (versions.size !== solution.packages.length) throw new Error('a package is chosen twice')
  return versions
}

function reach(
  universe: MemoryUniverse,
  roots: readonly Root[],
  chosen: ReadonlyMap<PackageId, string>,
  isMet: (target: Target) => boolean,
): ReadonlySet<PackageId> {
  const reached = new Set<PackageId>()
  const visit = ({ anyOf }: Need): void => {
    for (const target of anyOf.filter(isMet)) {
      if (reached.has(target.id)) continue
      reached.add(target.id)
      for (const need of universe.factsOf(target.id, chosen.get(target.id) ?? '').needs) visit(need)
    }
  }
  for (const root of roots) visit(root)
  return reached
}
