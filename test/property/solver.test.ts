// The solver against brute force over small random registries, told by an independent checker. Each number is a seed, so a failure says how to have
// it again. `TENON_SOLVER_CASES=10000 npx vitest run test/property/solver.test.ts` tries as many as are asked for.

import { expect, test } from 'vitest'
import { solve } from '../../src/solver/solver.ts'
import { faultsOf, versionsOf } from '../unit/solver/support/checker.ts'
import { MemoryUniverse } from '../unit/solver/support/memory-universe.ts'
import { hasSolution, randomNumbers, randomProblem } from '../unit/solver/support/random-registry.ts'

const CASES = Number(process.env['TENON_SOLVER_CASES'] ?? 2000)
const signal = new AbortController().signal

test('S-11.1 a solution is found exactly where brute force finds one, and an independent checker accepts it', async () => {
  const wrong: string[] = []
  let solved = 0
  for (let seed = 1; seed <= CASES; seed++) {
    const problem = randomProblem(seed)
    const universe = new MemoryUniverse(problem.packages, { tellsFacts: seed % 2 === 0 })
    const outcome = await solve({ roots: problem.roots }, universe, { signal })
    const isSolvable = hasSolution(universe, Object.keys(problem.packages), problem.roots)
    if ((outcome.kind === 'solved') !== isSolvable) wrong.push(`${seed}: ${outcome.kind}, brute force: ${isSolvable}`)
    if (outcome.kind !== 'solved') continue
    solved += 1
    const faults = faultsOf(universe, problem.roots, versionsOf(outcome.solution))
    if (faults.length > 0) wrong.push(`${seed}: ${faults.join('; ')}`)
  }
  expect(wrong).toEqual([])
  // Both outcomes are common, or the test would prove little.
  expect(solved).toBeGreaterThan(CASES / 5)
  expect(CASES - solved).toBeGreaterThan(CASES / 5)
})

test('S-11.5 neither the order of the roots nor that of the answers changes anything', async () => {
  for (let seed = 1; seed <= CASES / 5; seed++) {
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
  for (let seed = 1; seed <= CASES / 2; seed++) {
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
  for (let seed = 1; seed <= CASES / 2; seed++) {
    const { packages, roots } = randomProblem(seed)
    const outcome = await solve({ roots }, new MemoryUniverse(packages, { tellsFacts: seed % 2 === 0 }), { signal })
    if (outcome.kind !== 'failed') continue
    const again = await solve({ roots: outcome.failure.roots }, new MemoryUniverse(packages), { signal })
    expect([seed, again.kind]).toEqual([seed, 'failed'])
    expect([seed, outcome.failure.explanation.join()]).toEqual([seed, expect.stringMatching(/default\.yaml:\d+/)])
  }
})

test('S-11.13 every change that is suggested helps', async () => {
  for (let seed = 1; seed <= CASES / 2; seed++) {
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
