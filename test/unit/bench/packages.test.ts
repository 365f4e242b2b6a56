import { expect, test } from 'vitest'
import { madeUpModules, PREFIX, prefixPackage, smallPackage } from '../../../bench/packages.ts'

test('a package is the same each time and like no other', () => {
  expect(smallPackage(7)).toEqual(smallPackage(7))
  expect(smallPackage(7)).toHaveLength(5)
  const contents = [...smallPackage(7), ...smallPackage(8)].map((file) => file.bytes.toString('hex'))
  expect(new Set(contents).size).toBe(10)
})

test('a prefix package has 45 files in the directories that packages share, and nothing of another one', () => {
  const paths = prefixPackage('one', 1).map((file) => file.path)
  expect(paths).toHaveLength(45)
  expect(new Set([...paths, ...prefixPackage('two', 2).map((file) => file.path)]).size).toBe(90)
  expect(paths.every((path) => PREFIX.includes(path.split('/')[0] ?? ''))).toBe(true)
})

test('made-up modules have about as many files and bytes as real ones', () => {
  let files = 0
  let bytes = 0
  for (const file of madeUpModules()) {
    files++
    bytes += file.bytes.length
  }
  expect(files).toBeGreaterThan(30_000)
  expect(files).toBeLessThan(38_000)
  expect(bytes / 1e6).toBeGreaterThan(250)
  expect(bytes / 1e6).toBeLessThan(380)
})
