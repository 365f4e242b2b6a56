import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { Watch } from '../../../src/host/watch.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tenon-watch-'))
  mkdirSync(join(root, 'clock'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** A watch that trusts what was written before it. */
function settled(look: (watch: Watch) => void): Watch {
  for (;;) {
    const watch = new Watch(new NodeHost(), join(root, 'clock'))
    look(watch)
    if (watch.marks() !== null) return watch
  }
}

test('S-3.10 everything that was asked for is remembered: absent files, and the links on the way to others', () => {
  writeFileSync(join(root, 'file'), '')
  symlinkSync('file', join(root, 'second'))
  symlinkSync(join(root, 'second'), join(root, 'first'))
  const watch = settled((it) => {
    expect(it.readFile(join(root, 'first'))).not.toBeNull()
    expect(it.readFile(join(root, 'absent'))).toBeNull()
  })
  expect(Object.keys(watch.marks() ?? {}).sort()).toEqual(
    ['absent', 'file', 'first', 'second'].map((name) => join(root, name)),
  )
})

test('S-3.10 asking where a directory really is does not make its content count, but every link on the way', () => {
  mkdirSync(join(root, 'a/b'), { recursive: true })
  symlinkSync('a', join(root, 'way'))
  const watch = settled((it) => expect(it.realPath(join(root, 'way/b'))).toMatch(/\/a\/b$/))
  writeFileSync(join(root, 'a/b/new'), '')
  expect(Object.keys(watch.marks() ?? {})).toEqual([join(root, 'way')])
})

test('S-3.10 links that go round in circles are only links', () => {
  symlinkSync('b', join(root, 'a'))
  symlinkSync('a', join(root, 'b'))
  const watch = settled((it) => expect(() => it.readFile(join(root, 'a'))).toThrow('ELOOP'))
  expect(Object.keys(watch.marks() ?? {}).sort()).toEqual([join(root, 'a'), join(root, 'b')])
})

test.each<[string, () => void]>([
  ['a file that is written again', () => writeFileSync(join(root, 'file'), 'b')],
  ['a file that goes', () => rmSync(join(root, 'file'))],
  ['a name that is new', () => writeFileSync(join(root, 'directory/x'), '')],
  ['a file that was absent', () => writeFileSync(join(root, 'absent'), '')],
  ['a file in the place of another', () => renameSync(join(root, 'other'), join(root, 'file'))],
])('S-3.10 %s after the first look leaves nothing to rely on', (_, change) => {
  writeFileSync(join(root, 'file'), 'a')
  writeFileSync(join(root, 'other'), 'a')
  mkdirSync(join(root, 'directory'))
  const watch = settled((it) => {
    it.readFile(join(root, 'file'))
    it.readDirectory(join(root, 'directory'))
    it.stat(join(root, 'absent'))
  })
  change()
  watch.readFile(join(root, 'file'))
  expect(watch.marks()).toBeNull()
})

test('S-3.10 without a place to take the time from, nothing is certain', () => {
  writeFileSync(join(root, 'file'), '')
  const watch = new Watch(new NodeHost(), join(root, 'missing'))
  watch.readFile(join(root, 'file'))
  expect(watch.marks()).toBeNull()
})
