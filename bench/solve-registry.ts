// A made-up registry for the solver and its peers: always the same graph, written once as files that Tenon's solver reads and served as
// a Python index that uv fills its cache from.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './lab.ts'

export const PACKAGES = 10_000
export const VERSIONS = 20
/** The packages of one group need only each other, so a solve of its first ones chooses nearly all of it. */
const GROUP = 350
const HARD_PACKAGES = 200
const HARD_SEED = 10
/** Requirements: the first packages of the first group, any version. */
export const ROOTS: readonly string[] = Array.from({ length: 8 }, (_, index) => packageName(index))

/** Package → version → what it needs, as `name>=3.0.0,<9.0.0`: what Python and, with a blank for the comma, semver both understand. */
export type Graph = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>

export function makeGraph(): Graph {
  const random = randomNumbers(2)
  const graph = new Map<string, Map<string, readonly string[]>>()
  for (let number = 0; number < PACKAGES; number++) {
    const needed = neighbours(number, random)
    const versions = new Map<string, readonly string[]>()
    for (let version = 1; version <= VERSIONS; version++) {
      const needs = needed.filter(() => random() < 0.9).map((other) => `${packageName(other)}${range(version, random)}`)
      versions.set(`${version}.0.0`, needs)
    }
    graph.set(packageName(number), versions)
  }
  return graph
}

/** Requirements of the hard graph. */
export const HARD_ROOTS: readonly string[] = ROOTS.slice(0, 3)

/** One solution hidden among 200 packages that nearly always clash: found after thousands of steps back. */
export function makeHardGraph(): Graph {
  const random = randomNumbers(HARD_SEED)
  const below = (bound: number) => Math.floor(random() * bound)
  const hidden = Array.from({ length: HARD_PACKAGES }, () => 1 + below(VERSIONS))
  return new Map(
    hidden.map((good, number) => {
      const needed = [...new Set([below(HARD_PACKAGES), below(HARD_PACKAGES), below(HARD_PACKAGES)])]
      const needsOf = (version: number) =>
        needed
          .filter((other) => other !== number)
          .map((other) => {
            const middle = version === good ? (hidden[other] ?? 1) : 1 + below(VERSIONS)
            return `${packageName(other)}>=${Math.max(1, middle - 2)}.0.0,<${middle + 3}.0.0`
          })
      const versions = Array.from({ length: VERSIONS }, (_, index) => index + 1)
      return [packageName(number), new Map(versions.map((version) => [`${version}.0.0`, needsOf(version)]))]
    }),
  )
}

/** One file per package, as a registry has them. */
export function writeGraph(lab: Lab, graph: Graph): string {
  const directory = lab.fresh(lab.unique('registry'))
  mkdirSync(directory, { recursive: true })
  for (const [name, versions] of graph) {
    writeFileSync(join(directory, `${name}.json`), JSON.stringify(Object.fromEntries(versions)))
  }
  return directory
}

function packageName(number: number): string {
  return `p${number}`
}

/** Up to six later packages of the same group. */
function neighbours(number: number, random: () => number): readonly number[] {
  const start = Math.floor(number / GROUP) * GROUP
  const last = Math.min(start + GROUP, PACKAGES) - 1
  const found = Array.from({ length: Math.floor(random() * 6) }, () => number + 1 + Math.floor(random() * 60))
  return [...new Set(found)].filter((other) => other <= last)
}

/** Newer versions need newer ones; half of the ranges are open above. Tight enough that the newest do not all fit together. */
function range(version: number, random: () => number): string {
  const low = Math.max(1, Math.round(version - 1 - random() * 8))
  const high = Math.min(VERSIONS, low + Math.round(1 + random() * 8)) + 1
  return random() < 0.5 ? `>=${low}.0.0` : `>=${low}.0.0,<${high}.0.0`
}

/** The same numbers in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
