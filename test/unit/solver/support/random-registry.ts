// Small random registries, and by trying every combination whether a problem over one has a solution. Slow and plain on purpose.

import type { Need, PackageId, Root, Target } from '../../../../src/solver/universe.ts'
import { type Rule, someCombination } from './combinations.ts'
import { type MemoryUniverse, type PackageData, roots, type VersionData } from './memory-universe.ts'

export interface RandomProblem {
  readonly packages: Readonly<Record<PackageId, PackageData>>
  readonly roots: readonly Root[]
}

/** The same numbers for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Up to six packages of up to four versions, with needs, alternatives, conflicts, withheld and unusable versions. */
export function randomProblem(seed: number): RandomProblem {
  const random = randomNumbers(seed)
  const below = (bound: number) => Math.floor(random() * bound)
  const isLikely = (chance: number) => random() < chance
  const ids = Array.from({ length: 2 + below(5) }, (_, index) => `core:p${index}`)
  const density = 0.15 + random() * 0.35
  const ranges = ['', '1.0.0', '2.0.0', '>=2.0.0', '<3.0.0', '>=2.0.0 <4.0.0', '3.0.0 || 1.0.0', '>=9.0.0']
  const targetText = () => {
    // Now and then a package that does not exist.
    const id = isLikely(0.02) ? 'core:nowhere' : ids[below(ids.length)]
    const range = ranges[below(isLikely(0.1) ? ranges.length : ranges.length - 1)]
    return `${id} ${range}`.trim()
  }
  const needText = () => [...Array(isLikely(0.25) ? 2 + below(2) : 1)].map(targetText).join(' | ')
  const version = (): VersionData => ({
    needs: ids.filter(() => isLikely(density)).map(needText),
    excludes: isLikely(0.2) ? [targetText()] : [],
    ...(isLikely(0.04) ? { unusable: 'is broken' } : {}),
    ...(isLikely(0.06) ? { withheld: { reason: 'is too new' } } : {}),
    ...(isLikely(0.1) ? { isLastResort: true } : {}),
  })
  const packages = ids.map((id): [PackageId, PackageData] => [
    id,
    Object.fromEntries(Array.from({ length: 1 + below(4) }, (_, index) => [`${index + 1}.0.0`, version()])),
  ])
  return { packages: Object.fromEntries(packages), roots: roots(...Array.from({ length: 1 + below(3) }, needText)) }
}

/** True when some combination of versions meets everything. Exponential. */
export function hasSolution(universe: MemoryUniverse, ids: readonly PackageId[], required: readonly Root[]): boolean {
  const versions = ids.map((id) => universe.listing(id)?.versions ?? [])
  const rules: Rule[] = []
  const meets = (target: Target): Rule => {
    const at = ids.indexOf(target.id)
    const selected = new Set(universe.listing(target.id)?.select(target.range) ?? [])
    const numbers = new Set(
      (versions[at] ?? []).flatMap(({ version }, index) => (selected.has(version) ? [index + 1] : [])),
    )
    return { about: at === -1 ? [] : [at], holds: (combination) => numbers.has(combination[at] ?? 0) }
  }
  const meetsAny = ({ anyOf }: Need): Rule => {
    const each = anyOf.map(meets)
    return {
      about: each.flatMap(({ about }) => about),
      holds: (combination) => each.some((rule) => rule.holds(combination)),
    }
  }
  for (const root of required) rules.push(meetsAny(root))
  for (const [at, id] of ids.entries()) {
    for (const [index, { version, withheld }] of (versions[at] ?? []).entries()) {
      const { needs, excludes = [], unusable } = universe.factsOf(id, version)
      const forChosen = (about: readonly number[], holds: Rule['holds']) =>
        rules.push({
          about: [at, ...about],
          holds: (combination) => combination[at] !== index + 1 || holds(combination),
        })
      if (withheld !== undefined || unusable !== undefined) forChosen([], () => false)
      for (const { about, holds } of needs.map(meetsAny)) forChosen(about, holds)
      for (const target of excludes) {
        if (target.id === id) continue
        const { about, holds } = meets(target)
        forChosen(about, (combination) => !holds(combination))
      }
    }
  }
  return someCombination(
    versions.map((list) => list.length),
    rules,
  )
}
