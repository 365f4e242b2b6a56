// Cases that take thousands of steps back, or would take for ever without learning from them. Most are made as those of rust-lang/cargo,
// crates/resolver-tests/tests/resolve.rs, and dart-lang/pub, test/version_solver_test.dart, make theirs.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { solve } from '../../../src/solver/solver.ts'
import { faultsOf, versionsOf } from './support/checker.ts'
import { hiddenSolution, NUMBERS, numbered } from './support/hard-cases.ts'
import { MemoryUniverse, type PackageData, roots } from './support/memory-universe.ts'

const signal = new AbortController().signal
const DEPTH = 120
const WIDTH = 60

test('S-11.1 many versions of each of many packages lead to what does not exist', async () => {
  const levels = chain('level', [])
  expect(await outcome(levels, ['level0'])).toBe('failed')
  expect(await outcome({ ...levels, level0: { ...levels['level0'], 0: {} } }, ['level0'])).toMatchObject({
    level0: '0',
  })
})

test('S-11.1 a conflict at the end of a long chain is found once, not on every way to it', async () => {
  const packages = {
    ...chain('level', []),
    [`level${DEPTH}`]: { 1: { needs: ['constrained 1'] } },
    constrained: { 1: {}, 2: {} },
  }
  expect(await outcome(packages, ['level0', 'constrained'])).toMatchObject({ level0: String(WIDTH), constrained: '1' })
  expect(await outcome(packages, ['level0', 'constrained 2'])).toBe('failed')
})

test('S-11.1 packages that have nothing to do with a conflict are not tried in other versions', async () => {
  const packages = {
    ...chain('trap', []),
    [`trap${DEPTH}`]: numbered(WIDTH, () => ({})),
    cloaking: numbered(WIDTH + 10, () => ({ needs: ['bad 1'] })),
  }
  expect(await outcome(packages, ['trap0', 'cloaking'])).toBe('failed')
})

test('S-11.1 a chain whose every end excludes what is asked for', async () => {
  const packages = {
    ...chain('trap', []),
    [`trap${DEPTH}`]: numbered(WIDTH, () => ({ needs: ['constrained 110-200'] })),
    constrained: { ...numbered(100, () => ({})), 110: {}, 200: {}, 201: {} },
    cloaking: { 1: { needs: ['constrained 1-100'] } },
  }
  expect(await outcome(packages, ['trap0', 'constrained 201', 'cloaking'])).toBe('failed')
  expect(await outcome(packages, ['trap0', 'constrained'])).toMatchObject({ constrained: '200' })
})

test('S-11.1 the one old version that fits is found among many that do not', async () => {
  const traps = { trap1: numbered(50, () => ({})), trap2: numbered(50, () => ({})) }
  const bar = numbered(50, (version) => ({
    needs: ['trap1 2-50', 'trap2 2-50', version === 1 ? 'constrained' : 'constrained 2-50'],
  }))
  const packages = {
    ...traps,
    bar,
    foo: { 1: { needs: ['bar', 'constrained 1'] } },
    constrained: numbered(50, () => ({})),
  }
  expect(await outcome(packages, ['foo'])).toMatchObject({ bar: '1', constrained: '1' })
})

test('S-11.1 two packages of 3,600 versions that agree in few of them', async () => {
  const pairs = Array.from({ length: 3600 }, (_, index) => index)
  const foo = Object.fromEntries(pairs.map((pair) => [String(pair), { needs: [`baz ${Math.floor(pair / 60)}`] }]))
  const bar = Object.fromEntries(pairs.map((pair) => [String(pair), { needs: [`baz ${pair % 60}`] }]))
  expect(await outcome({ baz: { 0: {} }, foo, bar }, ['foo', 'bar'])).toEqual({ baz: '0', foo: '59', bar: '3540' })
})

test('S-11.1 seven pigeons do not fit into six holes', async () => {
  const pigeons = Array.from({ length: 7 }, (_, index) => index)
  const packages = Object.fromEntries(
    pigeons.map((pigeon): [string, PackageData] => [
      `pigeon${pigeon}`,
      numbered(6, (hole) => ({
        excludes: pigeons.filter((other) => other !== pigeon).map((other) => `pigeon${other} ${hole}`),
      })),
    ]),
  )
  expect(await outcome(packages, Object.keys(packages))).toBe('failed')
})

test('S-11.1 the one hidden solution of many packages that nearly always clash is found', async () => {
  const packages = hiddenSolution(150, 8)
  expect(await outcome(packages, ['p0', 'p1', 'p2'])).not.toBe('failed')
})

test('S-11.16 who solves is told once that a problem is hard, and never of an easy one', async () => {
  const told: string[] = []
  const options = (name: string) => ({ signal, onHard: () => told.push(name) })
  const problem = { roots: roots('p0', 'p1', 'p2') }
  await solve(problem, new MemoryUniverse(hiddenSolution(150, 8), { scheme: NUMBERS }), options('hard'))
  await solve(problem, new MemoryUniverse(hiddenSolution(20, 3), { scheme: NUMBERS }), options('easy'))
  expect(told).toEqual(['hard'])
})

test('S-11.16 a solution that takes thousands of steps back is found in a heap of 40 MB', async () => {
  const program = join(import.meta.dirname, 'support/hard-cases.ts')
  const limits = ['--max-old-space-size=40', '--max-semi-space-size=2']
  const { stdout } = await promisify(execFile)(process.execPath, [...limits, program, '200', '3'])
  expect(Number(stdout)).toBeGreaterThan(150)
})

/** Each version of each package needs the next package, in any version. */
function chain(name: string, needs: readonly string[]): Record<string, PackageData> {
  return Object.fromEntries(
    Array.from({ length: DEPTH }, (_, level): [string, PackageData] => [
      `${name}${level}`,
      numbered(WIDTH, () => ({ needs: [...needs, `${name}${level + 1}`] })),
    ]),
  )
}

/** The chosen versions, checked; both when the source tells all facts and when it has to be asked for them. */
async function outcome(packages: Readonly<Record<string, PackageData>>, asked: readonly string[]) {
  const problem = { roots: roots(...asked) }
  const outcomes = []
  for (const tellsFacts of [true, false]) {
    const universe = new MemoryUniverse(packages, { scheme: NUMBERS, tellsFacts })
    const result = await solve(problem, universe, { signal })
    if (result.kind === 'failed') outcomes.push('failed')
    else {
      const versions = versionsOf(result.solution)
      expect(faultsOf(universe, problem.roots, versions)).toEqual([])
      outcomes.push(Object.fromEntries(versions))
    }
  }
  expect(typeof outcomes[0]).toBe(typeof outcomes[1])
  return outcomes[0]
}
