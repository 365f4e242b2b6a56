// Solves requirements over a registry of files and prints, as JSON, how long that took in this process and what was chosen.
// usage: node solve.js REGISTRY PACKAGE…

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import compare from 'semver/functions/compare.js'
import satisfies from 'semver/functions/satisfies.js'
import { collectEarly } from '../../src/host/garbage.ts'
import { solve } from '../../src/solver/solver.ts'
import type { Facts, Listing, Target, Universe } from '../../src/solver/universe.ts'

async function main([registry = '', ...names]: readonly string[]): Promise<void> {
  const roots = names.map((name, index) => ({
    anyOf: [{ id: name, range: '' }],
    text: name,
    place: { path: 'default.yaml', line: index + 1, column: 1, length: 1, excerpt: name, excerptOffset: 0 },
  }))
  const start = performance.now()
  const outcome = await solve({ roots }, filesIn(registry), {
    signal: new AbortController().signal,
    onHard: collectEarly,
  })
  const took = performance.now() - start
  if (outcome.kind === 'failed') throw new Error(outcome.failure.explanation.join('\n'))
  console.log(JSON.stringify({ solve: took, chosen: outcome.solution.packages.length }))
}

/** As the source of a registry reads it: one small file per package that is considered, parsed and checked when it is needed. */
function filesIn(registry: string): Universe {
  return {
    list: (id): Listing | null => {
      const path = join(registry, `${id}.json`)
      if (!existsSync(path)) return null
      const data = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, readonly string[]>>
      const versions = Object.keys(data).sort(compare)
      return {
        versions: versions.map((version) => ({ version })),
        select: (range) => versions.filter((version) => satisfies(version, range.replace(',', ' '))),
        facts: (version): Facts => ({ needs: (data[version] ?? []).map((text) => ({ anyOf: [targetOf(text)] })) }),
      }
    },
    facts: () => {
      throw new Error('the listing tells everything')
    },
  }
}

function targetOf(text: string): Target {
  const at = text.search(/[<>]/)
  return { id: text.slice(0, at), range: text.slice(at) }
}

void main(process.argv.slice(2))
