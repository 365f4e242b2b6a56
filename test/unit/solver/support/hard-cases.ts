// Universes that take thousands of steps back: for the tests, and for a process of its own that has little memory (run as a program: `COUNT SEED`).

import { solve } from '../../../../src/solver/solver.ts'
import { MemoryUniverse, type PackageData, roots, type Scheme } from './memory-universe.ts'
import { randomNumbers } from './random-registry.ts'

/** Versions are whole numbers; a range is a number, or two with a hyphen between. */
export const NUMBERS: Scheme = {
  compare: (a, b) => Number(a) - Number(b),
  select: (range, versions) => {
    if (range === '') return versions
    const [low = '', high = low] = range.split('-')
    return versions.filter((version) => Number(version) >= Number(low) && Number(version) <= Number(high))
  },
}

/** One solution hidden among many packages that nearly always clash; the first three are asked for. */
export function hiddenSolution(count: number, seed: number): Record<string, PackageData> {
  const random = randomNumbers(seed)
  const below = (bound: number) => Math.floor(random() * bound)
  const planted = Array.from({ length: count }, () => 1 + below(20))
  return Object.fromEntries(
    planted.map((good, index): [string, PackageData] => {
      const needed = Array.from({ length: 3 }, () => below(count)).filter((other) => other !== index)
      const middle = (other: number, version: number) => (version === good ? (planted[other] ?? 1) : 1 + below(20))
      const range = (center: number) => `${Math.max(1, center - 2)}-${center + 2}`
      return [
        `p${index}`,
        numbered(20, (version) => ({ needs: needed.map((other) => `p${other} ${range(middle(other, version))}`) })),
      ]
    }),
  )
}

export function numbered(count: number, make: (version: number) => PackageData[string]): PackageData {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [String(index + 1), make(index + 1)]))
}

if (process.argv[1] === import.meta.filename) {
  const [count = 0, seed = 0] = process.argv.slice(2).map(Number)
  const universe = new MemoryUniverse(hiddenSolution(count, seed), { scheme: NUMBERS, tellsFacts: true })
  const outcome = await solve({ roots: roots('p0', 'p1', 'p2') }, universe, { signal: new AbortController().signal })
  process.stdout.write(outcome.kind === 'solved' ? String(outcome.solution.packages.length) : outcome.kind)
}
