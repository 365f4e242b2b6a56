// A lock that is read by its blocks means what its whole text means, and nothing slips by because it looks like a block.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printJson } from '../../../src/core/json.ts'
import { parseLock, parseLockBlocks } from '../../../src/core/lock.ts'
import { lockBlocks, splitLock } from '../../../src/core/lock-blocks.ts'

const integrity = `sha512-${Buffer.alloc(64, 1).toString('base64')}`
const item = (id: string, data: object = {}) => ({
  artifacts: [{ integrity, kind: 'file', name: 'x.tgz', package: 'x', size: null, source: 'npm' }],
  data,
  dependencies: {},
  id: `npm:${id}@1.0.0`,
  name: id,
  source: 'npm',
  version: '1.0.0',
})
const lock = (...packages: readonly object[]) => ({
  packages,
  satisfies: 'a'.repeat(64),
  schema: 1,
  systems: {},
  variables: {},
})
const text = (...packages: readonly object[]) => printJson(lock(...packages) as never)

test('S-3.1 the blocks of a printed lock are its packages, and say what the whole text says', () => {
  const printed = text(item('a'), item('b', { deep: [{}, { list: [] }] }), item('c'))
  expect(lockBlocks(printed)).toHaveLength(3)
  expect(splitLock(printed)?.value).toEqual(JSON.parse(printed))
  expect(parseLockBlocks(printed, 'x', new Set())).toEqual({
    lock: parseLock(printed, 'x'),
    blocks: lockBlocks(printed),
  })
  for (const other of [text(), JSON.stringify(lock(item('a'))), `\n${printed}`, printed.replaceAll('\n', '\r\n')])
    expect(splitLock(other)).toBeNull()
})

test('S-3.1 however a text is mangled, its blocks say what the whole text says or there are none', () => {
  const printed = text(item('a', { list: [{ x: 1 }, { y: [{}] }] }), item('b'))
  const pieces = [
    '    },\n    {\n',
    '\n  ],\n',
    '{\n  "packages": [\n    {\n',
    '"packages": [],',
    ',\n    {\n',
    '{',
    '}',
    ']',
    '[',
    '\n',
    '"',
    ',',
    ' ',
  ]
  const cut = fc.record({ at: fc.nat(printed.length), length: fc.nat(40), insert: fc.constantFrom('', ...pieces) })
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
      let mangled = printed
      for (const { at, length, insert } of cuts) mangled = mangled.slice(0, at) + insert + mangled.slice(at + length)
      const split = splitLock(mangled)
      if (split !== null) expect(split.value).toEqual(JSON.parse(mangled))
    }),
    { numRuns: 2000 },
  )
})

test('S-3.5 what is inside a package counts for no package, and a key that is there twice for no list', () => {
  const printed = text(item('a'), item('b'))
  const evil = printed.replace(
    '"data": {}',
    '"data": {"x": [\n    {\n      "id": "../evil"\n    },\n    {\n      "y": 1\n    }\n  ],\n "z": 1}',
  )
  expect(JSON.parse(evil).packages).toHaveLength(2)
  expect(splitLock(evil)).toBeNull()
  expect(parseLockBlocks(evil, 'x', new Set()).blocks).toBeNull()
  const twice = printed.replace('"schema": 1', '"packages": [],\n  "schema": 1')
  expect(splitLock(twice)).toBeNull()
  expect(parseLock(twice, 'x').packages).toEqual([])
})

test('S-3.5 only blocks that were checked are taken on trust, and where packages stand is checked always', () => {
  const checked = new Set(parseLockBlocks(text(item('a'), item('b')), 'x', new Set()).blocks)
  expect(parseLockBlocks(text(item('b')), 'x', checked).lock.packages).toEqual([item('b')])
  const fails = (...packages: readonly object[]) => {
    try {
      parseLockBlocks(text(...packages), 'x', checked)
    } catch (error) {
      return (error as { details?: { pointer?: string } }).details?.pointer
    }
    return null
  }
  expect(fails(item('a'), { ...item('b'), version: '../2' })).toBe('/packages/1/version')
  expect(fails(item('a'), item('a'))).toBe('/packages/1/id')
  expect(fails(item('a'), { ...item('c'), dependencies: { x: 'npm:x@1.0.0' } })).toBe('/packages/1/dependencies/x')
})
