// docs/solver.md sets failure texts side by side with those of others. That ours are what the solver says is proved here; theirs were made by hand, as the
// page tells. The facts are in test/fixtures/failures.json.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { suggestionText } from '../../../src/solver/failure.ts'
import { solve } from '../../../src/solver/solver.ts'
import { MemoryUniverse, type PackageData, roots } from './support/memory-universe.ts'

interface Scenario {
  readonly name: string
  /** Package → version → what it needs. */
  readonly packages: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly roots: readonly string[]
  /** A version, and why it must not be chosen. */
  readonly withheld?: Readonly<Record<string, string>>
}

const { scenarios }: { readonly scenarios: readonly Scenario[] } = JSON.parse(
  readFileSync('test/fixtures/failures.json', 'utf8'),
)
const PAGE = readFileSync('docs/solver.md', 'utf8')
const signal = new AbortController().signal

for (const scenario of scenarios) {
  test(`S-11.12 the text in docs/solver.md is what the solver says: ${scenario.name}`, async () => {
    const packages = Object.keys(scenario.packages).map((id): [string, PackageData] => [
      `core:${id}`,
      packageOf(scenario, id),
    ])
    const universe = new MemoryUniverse(Object.fromEntries(packages), { tellsFacts: true })
    const problem = { roots: roots(...scenario.roots.map((text) => `core:${text}`)) }
    const outcome = await solve(problem, universe, { signal })
    if (outcome.kind !== 'failed') throw new Error('there is a solution')
    const { explanation, suggestions } = outcome.failure
    const hints = suggestions.map(suggestionText)
    const lines = [
      ...explanation.filter((line) => line !== ''),
      ...(hints.length === 0 ? [] : [`hint: ${hints.join(' Or: ')}`]),
    ]
    const text = lines
      .map((line) => `> ${line.trim()}`)
      .join('\n')
      .replaceAll('environments/', '')
    const [, section = ''] = PAGE.split(`**${scenario.name}**`)
    expect(section.split('\n\n')).toContain(text.replace('> ', '> Tenon: '))
  })
}

function packageOf({ packages, withheld = {} }: Scenario, id: string): PackageData {
  return Object.fromEntries(
    Object.entries(packages[id] ?? {}).map(([version, needs]) => {
      const reason = withheld[`${id} ${version}`]
      const data = { needs: needs.map((text) => `core:${text}`) }
      return [version, reason === undefined ? data : { ...data, withheld: { reason } }]
    }),
  )
}
