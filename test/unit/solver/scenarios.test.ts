// Scenarios written for other solvers: their facts as data under test/fixtures/solver, each file with its origin, and the outcome that
// is expected of ours. Where it differs from theirs, the scenario says why.

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { solve } from '../../../src/solver/solver.ts'
import { faultsOf, versionsOf } from './support/checker.ts'
import { MemoryUniverse, type PackageData, roots, SEMVER } from './support/memory-universe.ts'
import { RUBYGEMS } from './support/schemes.ts'

interface ScenarioFile {
  readonly origin: string
  readonly scheme: 'semver' | 'rubygems'
  readonly scenarios: readonly Scenario[]
}

interface Scenario {
  readonly name: string
  /** Package → groups: versions, separated by spaces, and what each of them needs, or, after `!`, excludes. */
  readonly packages: Readonly<Record<string, readonly (readonly string[])[]>>
  readonly roots: readonly string[]
  readonly locked?: Readonly<Record<string, string>>
  /** Null when there is no solution. */
  readonly expected: Readonly<Record<string, string>> | null
}

const DIRECTORY = 'test/fixtures/solver'
const SCHEMES = { semver: SEMVER, rubygems: RUBYGEMS }
const signal = new AbortController().signal

for (const name of readdirSync(DIRECTORY)) {
  const file = JSON.parse(readFileSync(`${DIRECTORY}/${name}`, 'utf8')) as ScenarioFile
  describe(file.origin, () => {
    for (const scenario of file.scenarios) {
      test(`S-11.1 ${scenario.name}`, async () => {
        for (const tellsFacts of [true, false]) {
          const packages = Object.fromEntries(
            Object.entries(scenario.packages).map(([id, groups]) => [id, packageOf(groups)]),
          )
          const universe = new MemoryUniverse(packages, { scheme: SCHEMES[file.scheme], tellsFacts })
          const problem = { roots: roots(...scenario.roots), locked: new Map(Object.entries(scenario.locked ?? {})) }
          const outcome = await solve(problem, universe, { signal })
          if (outcome.kind === 'failed') {
            expect(scenario.expected).toBe(null)
            expect(outcome.failure.explanation.at(-1)).toContain('environments/default.yaml:')
          } else {
            expect(Object.fromEntries(versionsOf(outcome.solution))).toEqual(scenario.expected)
            expect(faultsOf(universe, problem.roots, versionsOf(outcome.solution), problem.locked)).toEqual([])
          }
        }
      })
    }
  })
}

function packageOf(groups: readonly (readonly string[])[]): PackageData {
  return Object.fromEntries(
    groups.flatMap(([versions = '', ...said]) => {
      const needs = said.filter((text) => !text.startsWith('!'))
      const excludes = said.filter((text) => text.startsWith('!')).map((text) => text.slice(1))
      return versions.split(' ').map((version) => [version, { needs, excludes }])
    }),
  )
}
