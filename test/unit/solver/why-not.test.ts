// Why a package in a solution is not newer.

import { expect, test } from 'vitest'
import { type SolveOptions, solve } from '../../../src/solver/solver.ts'
import type { Problem } from '../../../src/solver/universe.ts'
import { type WhyNot, whyNotNewer, whyNotText } from '../../../src/solver/why-not.ts'
import { MemoryUniverse, type PackageData, roots } from './support/memory-universe.ts'

const signal = new AbortController().signal
const FOO = { 'core:foo': { '1.0.0': {}, '1.1.0': {}, '2.0.0': {} } }

test('S-11.14 the newest version is not held back', async () => {
  expect(await why(FOO, { roots: roots('core:foo') }, 'core:foo')).toEqual({
    id: 'core:foo',
    chosen: '2.0.0',
    newest: '2.0.0',
    kind: 'newest',
  })
})

test('S-11.14 a version that is forbidden is told with the chain that forbids it', async () => {
  const packages = { ...FOO, 'core:app': { '1.0.0': { needs: ['core:foo ^1.0.0'] } } }
  expect(await why(packages, { roots: roots('core:app') }, 'core:foo')).toMatchObject({
    kind: 'forbidden',
    explanation: [
      'Because core:foo 2.0.0 is wanted and environments/default.yaml:4 asks for `core:app`, which needs core:foo ^1.0.0, no set of versions fits.',
    ],
  })
})

test('S-11.14 what only the lock holds back is told so', async () => {
  const problem = { roots: roots('core:foo'), locked: new Map([['core:foo', '1.0.0']]) }
  expect(await why(FOO, problem, 'core:foo')).toMatchObject({ kind: 'locked', chosen: '1.0.0', newest: '2.0.0' })
})

test('S-11.14 a withheld version is told with its reason', async () => {
  const packages = { 'core:foo': { '1.0.0': {}, '2.0.0': { withheld: { reason: 'is yanked' } } } }
  expect(await why(packages, { roots: roots('core:foo') }, 'core:foo')).toMatchObject({
    kind: 'withheld',
    reason: 'is yanked',
  })
})

test('S-11.14 a version that others stand in the way of is told with them, and the chain', async () => {
  const packages = {
    'core:a': { '1.0.0': {}, '2.0.0': { needs: ['core:c 1.0.0'] } },
    'core:b': { '1.0.0': {}, '2.0.0': { needs: ['core:c 2.0.0'] } },
    'core:c': { '1.0.0': {}, '2.0.0': {} },
  }
  expect(await why(packages, { roots: roots('core:a', 'core:b') }, 'core:b')).toMatchObject({
    kind: 'tied',
    changes: [
      { id: 'core:a', from: '2.0.0', to: '1.0.0' },
      { id: 'core:c', from: '1.0.0', to: '2.0.0' },
    ],
    explanation: [
      'Because core:a 2.0.0 is kept, which needs core:c 1.0.0, and core:b 2.0.0 is wanted, which needs core:c 2.0.0, no set of versions fits.',
    ],
  })
})

test('S-11.14 what was refused on the way to the solution is told with its reason', async () => {
  const packages = { 'core:app': { '1.0.0': {}, '2.0.0': {} } }
  const check: SolveOptions['check'] = async (solution) =>
    solution.packages
      .filter(({ version }) => version === '2.0.0')
      .map((one) => ({ versions: [one], reason: 'needs npm:x@^9, which no version meets' }))
  expect(await why(packages, { roots: roots('core:app') }, 'core:app', check)).toMatchObject({
    kind: 'forbidden',
    explanation: [
      'Because core:app 2.0.0 is wanted, which needs npm:x@^9, which no version meets, no set of versions fits.',
    ],
  })
})

test('S-11.14 each answer has a text that begins with the package and its version', () => {
  const about = { id: 'core:foo', chosen: '1.0.0', newest: '2.0.0' }
  const texts = (
    [
      { ...about, kind: 'newest' },
      { ...about, kind: 'locked' },
      { ...about, kind: 'withheld', reason: 'is yanked' },
      { ...about, kind: 'forbidden', explanation: ['Because of this.'] },
      {
        ...about,
        kind: 'tied',
        changes: [{ id: 'core:a', from: '2.0.0', to: '1.0.0' }],
        explanation: ['Because of that.'],
      },
      { ...about, kind: 'unknown' },
    ] satisfies readonly WhyNot[]
  ).map(whyNotText)
  expect(texts).toEqual([
    ['core:foo 1.0.0 is the newest version.'],
    ['core:foo is locked at 1.0.0; an update would bring 2.0.0.'],
    ['core:foo stays at 1.0.0: 2.0.0 is yanked.'],
    ['core:foo stays at 1.0.0, for it cannot be 2.0.0:', 'Because of this.'],
    ['core:foo stays at 1.0.0. It could be 2.0.0 with core:a 2.0.0 → 1.0.0:', 'Because of that.'],
    ['core:foo stays at 1.0.0. Why it is not 2.0.0 could not be found out in good time.'],
  ])
})

async function why(
  packages: Readonly<Record<string, PackageData>>,
  problem: Problem,
  id: string,
  check?: SolveOptions['check'],
) {
  const universe = new MemoryUniverse(packages, { tellsFacts: true })
  const outcome = await solve(problem, universe, check === undefined ? { signal } : { signal, check })
  if (outcome.kind !== 'solved') throw new Error('no solution')
  return await whyNotNewer({ problem, solution: outcome.solution, id }, universe, signal)
}
