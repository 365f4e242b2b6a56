// Small random Debian archives and Python indexes, full of what makes them unlike semver: virtual packages that are provided with and without
// versions, or exist as well; alternatives; conflicts with all of these; extras of extras; pre-releases; epochs and tildes.

import type { Archive, Paragraph } from './debian-archive.ts'
import type { Index, Release } from './python-index.ts'
import { randomNumbers } from './random-registry.ts'

const DEBIAN_VERSIONS = ['1.0~rc1-1', '1.0-1', '1.0-1+b1', '1:0.9-1', '1:0.9.1-1'] as const
const PYTHON_VERSIONS = ['1.0.dev1', '1.0a1', '1.0rc1', '1.0', '1.0.post1', '2.0', '1!0.5'] as const

/** `asked` are relations or requirements of the environment. */
export interface Asked<T> {
  readonly universe: T
  readonly asked: readonly string[]
}

export function randomArchive(seed: number): Asked<Archive> {
  const { below, isLikely, pick, some } = dice(seed)
  const names = Array.from({ length: 3 + below(3) }, (_, index) => `d${index}`)
  // d0 and v are provided by others; d0 is real as well.
  const virtual = ['d0', 'v'] as const
  const relation = () => {
    const name = isLikely(0.3) ? pick(virtual) : pick(names)
    return isLikely(0.5) ? name : `${name} (${pick(['>=', '<<', '=', '<=', '>>'])} ${pick(DEBIAN_VERSIONS)})`
  }
  const alternatives = () => Array.from({ length: isLikely(0.35) ? 2 + below(2) : 1 }, relation).join(' | ')
  const provided = () => {
    const name = pick(virtual)
    return isLikely(0.5) ? name : `${name} (= ${pick(DEBIAN_VERSIONS)})`
  }
  const paragraph = (): Paragraph => ({
    depends: some(2, 0.45, alternatives).join(', '),
    conflicts: some(1, 0.2, relation).join(', '),
    breaks: some(1, 0.2, relation).join(', '),
    provides: some(2, 0.25, provided).join(', '),
  })
  const archive = names.map((name): [string, Record<string, Paragraph>] => [
    name,
    Object.fromEntries(some(3, 0.75, () => pick(DEBIAN_VERSIONS)).map((version) => [version, paragraph()])),
  ])
  return {
    universe: Object.fromEntries(archive),
    asked: Array.from({ length: 1 + below(3) }, alternatives),
  }
}

export function randomIndex(seed: number): Asked<Index> {
  const { below, isLikely, pick, some } = dice(seed)
  const names = Array.from({ length: 3 + below(2) }, (_, index) => `p${index}`)
  const operators = ['>=', '<', '==', '!=', '>', '<='] as const
  const specifier = () => (isLikely(0.5) ? '' : `${pick(operators)}${pick(PYTHON_VERSIONS)}`)
  const extras = () => pick(['', '', '[x]', '[y]', '[x,y]'])
  const requirement = () => `${pick(names)}${extras()}${isLikely(0.1) ? '>=1.0,<2.0' : specifier()}`
  const release = (): Release => ({
    requires: {
      '': some(2, 0.4, requirement),
      x: some(2, 0.5, requirement),
      y: some(1, 0.5, requirement),
    },
    conflicts: { x: some(1, 0.3, () => `${pick(names)}[${pick(['x', 'y'])}]`) },
    isYanked: isLikely(0.08),
  })
  const index = names.map((name): [string, Record<string, Release>] => [
    name,
    Object.fromEntries(some(4, 0.75, () => pick(PYTHON_VERSIONS)).map((version) => [version, release()])),
  ])
  return { universe: Object.fromEntries(index), asked: Array.from({ length: 1 + below(3) }, requirement) }
}

function dice(seed: number) {
  const random = randomNumbers(seed)
  const below = (bound: number) => Math.floor(random() * bound)
  const isLikely = (chance: number) => random() < chance
  return {
    below,
    isLikely,
    pick: <T>(from: readonly [T, ...T[]] | readonly T[]): T => {
      const found = from[below(from.length)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
    /** At most so many, each with this chance. */
    some: <T>(most: number, chance: number, make: () => T): readonly T[] =>
      Array.from({ length: most })
        .filter(() => isLikely(chance))
        .map(make),
  }
}
