// Retention, and the difference between two sets of packages.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestText, parseIntegrity } from '../../../src/core/digest.ts'
import { makeStorePath, toStoreName } from '../../../src/core/store-path.ts'
import { changesBetween, collectVersions, type Versions } from '../../../src/ops/changes.ts'
import { expiredGenerations } from '../../../src/ops/forget.ts'
import type { GenerationRow } from '../../../src/ops/generations.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-06-30T00:00:00Z')

/** Generation n was made n days before `NOW`, counted from the last. */
function rows(count: number, current: number): readonly GenerationRow[] {
  const narHash = parseIntegrity(`sha256-${Buffer.alloc(32).toString('base64')}`)?.integrity
  if (narHash === undefined) throw new Error('a hash')
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    parent: index === 0 ? null : index,
    storePath: makeStorePath(toStoreName('environment'), narHash, []),
    narHash,
    lock: digestText(''),
    links: {},
    created: new Date(NOW - (count - 1 - index) * DAY).toISOString(),
    reason: 'switch',
    current: index + 1 === current,
  }))
}

test('S-7.15 retention by number keeps the newest so many, and the current one besides', () => {
  expect(expiredGenerations(rows(5, 5), { keep: 2, olderThan: null })).toEqual([3, 2, 1])
  expect(expiredGenerations(rows(5, 2), { keep: 2, olderThan: null })).toEqual([3, 1])
  expect(expiredGenerations(rows(5, 5), { keep: 9, olderThan: null })).toEqual([])
  expect(expiredGenerations(rows(5, 5), { keep: 0, olderThan: null })).toEqual([4, 3, 2, 1])
  expect(expiredGenerations([], { keep: 0, olderThan: NOW })).toEqual([])
})

test('S-7.15 retention by age forgets what was made before, but never the current one', () => {
  expect(expiredGenerations(rows(5, 5), { keep: null, olderThan: NOW - 2 * DAY })).toEqual([2, 1])
  expect(expiredGenerations(rows(5, 1), { keep: null, olderThan: NOW - 2 * DAY })).toEqual([2])
  expect(expiredGenerations(rows(5, 5), { keep: null, olderThan: null })).toEqual([])
})

test('S-7.15 with both, only what is beyond the number and also old goes', () => {
  expect(expiredGenerations(rows(5, 5), { keep: 4, olderThan: NOW })).toEqual([1])
  expect(expiredGenerations(rows(5, 5), { keep: 1, olderThan: NOW - 2 * DAY })).toEqual([2, 1])
})

const anyVersions = fc
  .array(fc.record({ name: fc.constantFrom('a', 'b', '@s/c'), version: fc.constantFrom('1', '2', '3') }))
  .map((items) => collectVersions(items.map((item) => ({ id: `npm:${item.name}@${item.version}`, ...item }))))

test('S-7.16 a difference says per package what came, what went and what changed, sorted', () => {
  const before = versionsOf({ 'npm:a': ['1'], 'npm:b': ['1', '2'], 'npm:c': ['1'] })
  const after = versionsOf({ 'npm:d': ['2', '1'], 'npm:b': ['3', '2'], 'npm:a': ['1'] })
  expect(changesBetween(before, after)).toEqual({
    added: [
      { package: 'npm:d', version: '1' },
      { package: 'npm:d', version: '2' },
    ],
    removed: [{ package: 'npm:c', version: '1' }],
    updated: [{ package: 'npm:b', from: ['1', '2'], to: ['2', '3'] }],
  })
})

test('S-7.16 a difference applied to the one side gives the other, and backwards it is its own opposite', () => {
  fc.assert(
    fc.property(anyVersions, anyVersions, (before, after) => {
      const changes = changesBetween(before, after)
      const result = new Map([...before].map(([name, versions]) => [name, new Set(versions)]))
      for (const { package: name } of changes.removed) result.delete(name)
      for (const { package: name, to } of changes.updated) result.set(name, new Set(to))
      for (const { package: name, version } of changes.added)
        result.set(name, new Set([...(result.get(name) ?? []), version]))
      expect(result).toEqual(new Map(after))
      const back = changesBetween(after, before)
      expect([back.added, back.removed]).toEqual([changes.removed, changes.added])
      expect(changesBetween(before, before)).toEqual({ added: [], removed: [], updated: [] })
    }),
  )
})

function versionsOf(items: Readonly<Record<string, readonly string[]>>): Versions {
  return new Map(Object.entries(items).map(([name, versions]) => [name, new Set(versions)]))
}
