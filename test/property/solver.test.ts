// The solver against brute force over small random registries, told by an independent checker. Each number is a seed, so a failure says how to have
// it again. `TENON_SOLVER_CASES=100000 npx vitest run test/property/solver.test.ts` tries as many as are asked for.

import { expect, test } from 'vitest'
import { solve } from '../../src/solver/solver.ts'
import type { PackageId, Problem, Universe } from '../../src/solver/universe.ts'
import { faultsOf, versionsOf } from '../unit/solver/support/checker.ts'
import { brokenRelations, DebianUniverse, isInstallable } from '../unit/solver/support/debian-archive.ts'
import { MemoryUniverse, rootOf } from '../unit/solver/support/memory-universe.ts'
import { isSatisfiable, needsOf, PythonUniverse, unmet } from '../unit/solver/support/python-index.ts'
import { randomArchive, randomIndex } from '../unit/solver/support/random-archives.ts'
import { hasSolution, randomNumbers, randomProblem } from '../unit/solver/support/random-registry.ts'

const CASES = Number(process.env['TENON_SOLVER_CASES'] ?? 10_000)
/** What takes several solves is tried on fewer. */
const SOME = CASES / 5
const signal = new AbortController().signal

/** What brute force and a definition of its own say of a case. */
interface Case {
  readonly problem: Problem
  readonly universe: Universe
  hasSolution(): boolean
  faultsOf(chosen: ReadonlyMap<PackageId, string>): readonly string[]
}

const SHAPES = { plain: plainCase, debian: debianCase, python: pythonCase } as const
/** How many of ten cases. */
const SHARES = { plain: 4, debian: 3, python: 3 } as const

for (const shape of ['plain', 'debian', 'python'] as const) {
  const count = (CASES / 10) * SHARES[shape]
  test(`S-11.1 in ${count} ${shape} cases a solution is found exactly where brute force finds one, and an independent checker accepts it`, async () => {
    const wrong: string[] = []
    let solved = 0
    for (let seed = 1; seed <= count; seed++) {
      const { problem, universe, hasSolution, faultsOf } = SHAPES[shape](seed)
      const outcome = await solve(problem, universe, { signal })
      // A solution that the checker accepts is one, so brute force has to look only where there is none.
      if (outcome.kind === 'failed') {
        if (hasSolution()) wrong.push(`${seed}: failed, unlike by brute force`)
        continue
      }
      solved += 1
      wrong.push(...faultsOf(versionsOf(outcome.solution)).map((fault) => `${seed}: ${fault}`))
    }
    expect(wrong).toEqual([])
    // Both outcomes are common, or the test would prove little.
    expect(solved).toBeGreaterThan(count / 5)
    expect(count - solved).toBeGreaterThan(count / 5)
  })
}

function plainCase(seed: number): Case {
  const { packages, roots: asked } = randomProblem(seed)
  const universe = new MemoryUniverse(packages, { tellsFacts: seed % 2 === 0 })
  return {
    problem: { roots: asked },
    universe,
    hasSolution: () => hasSolution(universe, Object.keys(packages), asked),
    faultsOf: (chosen) => faultsOf(universe, asked, chosen),
  }
}

function debianCase(seed: number): Case {
  const { universe: archive, asked } = randomArchive(seed)
  const universe = new DebianUniverse(archive)
  return {
    problem: { roots: asked.map((clause, at) => rootOf(universe.need(clause), clause, at)) },
    universe,
    hasSolution: () => isInstallable(archive, asked),
    faultsOf: (chosen) => brokenRelations(archive, bareNames(chosen), asked),
  }
}

function pythonCase(seed: number): Case {
  const { universe: index, asked } = randomIndex(seed)
  return {
    problem: { roots: asked.flatMap((text, at) => needsOf(text).map((need) => rootOf(need, text, at))) },
    universe: new PythonUniverse(index),
    hasSolution: () => isSatisfiable(index, asked),
    faultsOf: (chosen) => [
      ...unmet(index, bareNames([...chosen].filter(([id]) => !id.includes('['))), asked),
      ...[...chosen]
        .filter(([id, version]) => chosen.get(id.replace(/\[.*/, '')) !== version)
        .map(([id]) => `${id} is not beside its base`),
    ],
  }
}

function bareNames(chosen: Iterable<readonly [PackageId, string]>): ReadonlyMap<string, string> {
  return new Map([...chosen].map(([id, version]) => [id.replace(/^[a-z]+:/, ''), version]))
}

test('S-11.5 neither the order of the roots nor that of the answers changes anything', async () => {
  for (let seed = 1; seed <= SOME / 5; seed++) {
    const { packages, roots } = randomProblem(seed)
    const random = randomNumbers(seed)
    const delay = async () => {
      for (let turns = Math.floor(random() * 4); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve))
    }
    const [one, other] = await Promise.all([
      solve({ roots }, new MemoryUniverse(packages), { signal }),
      solve({ roots: roots.toReversed() }, new MemoryUniverse(packages, { delay }), { signal }),
    ])
    expect(other).toEqual(one)
  }
})

test('S-11.4 with its own solution as the lock, a problem has the same solution', async () => {
  for (let seed = 1; seed <= SOME / 2; seed++) {
    const { packages, roots } = randomProblem(seed)
    const tellsFacts = seed % 2 === 0
    const outcome = await solve({ roots }, new MemoryUniverse(packages, { tellsFacts }), { signal })
    if (outcome.kind !== 'solved') continue
    const locked = versionsOf(outcome.solution)
    const again = await solve({ roots, locked }, new MemoryUniverse(packages, { tellsFacts: !tellsFacts }), { signal })
    expect([seed, again]).toEqual([seed, outcome])
  }
})

test('S-11.12 the requirements that a failure names are enough to fail', async () => {
  for (let seed = 1; seed <= SOME / 2; seed++) {
    const { packages, roots } = randomProblem(seed)
    const outcome = await solve({ roots }, new MemoryUniverse(packages, { tellsFacts: seed % 2 === 0 }), { signal })
    if (outcome.kind !== 'failed') continue
    const again = await solve({ roots: outcome.failure.roots }, new MemoryUniverse(packages), { signal })
    expect([seed, again.kind]).toEqual([seed, 'failed'])
    expect([seed, outcome.failure.explanation.join()]).toEqual([seed, expect.stringMatching(/default\.yaml:\d+/)])
  }
})

test('S-11.13 every change that is suggested helps', async () => {
  for (let seed = 1; seed <= SOME / 2; seed++) {
    const { packages, roots } = randomProblem(seed)
    const outcome = await solve({ roots }, new MemoryUniverse(packages), { signal })
    if (outcome.kind !== 'failed') continue
    for (const suggestion of outcome.failure.suggestions) {
      if (suggestion.kind === 'release') continue
      const others = roots.filter((root) => root !== suggestion.root)
      const [target] = suggestion.root.anyOf
      const wider = {
        ...suggestion.root,
        anyOf: [{ id: target?.id ?? '', range: suggestion.kind === 'widen' ? suggestion.version : '' }],
      }
      const changed = suggestion.kind === 'widen' ? [...others, wider] : others
      expect([seed, hasSolution(new MemoryUniverse(packages), Object.keys(packages), changed)]).toEqual([seed, true])
    }
  }
})
