import { renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FileMemory } from '../../../src/host/file-memory.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { temporaryDirectory } from '../../support/store.ts'

/** To it, everything here was written long ago. */
class LaterHost extends NodeHost {
  override now(): number {
    return super.now() + 60_000
  }
}

const host = new LaterHost()

function countingMemory() {
  const parsed: string[] = []
  const memory = new FileMemory((bytes) => {
    parsed.push(bytes.toString())
    return bytes.toString()
  })
  return { memory, parsed, read: (path: string) => memory.read(host, path)?.value }
}

function fileWith(text: string): string {
  const path = `${temporaryDirectory()}/file`
  writeFileSync(path, text)
  return path
}

test('a file that stays is read once', () => {
  const { read, parsed } = countingMemory()
  const path = fileWith('one')
  for (let look = 0; look < 3; look++) expect(read(path)).toBe('one')
  expect(parsed).toEqual(['one'])
})

test('the value comes with the stat of its file', () => {
  const { memory } = countingMemory()
  const path = fileWith('one')
  for (let look = 0; look < 2; look++) expect(memory.read(host, path)?.stat).toEqual(host.stat(path))
})

describe('what is remembered ends when the file', () => {
  const changes: Readonly<Record<string, (path: string) => void>> = {
    'is written again, with the same length and the same time': (path) => {
      const { modifiedMs } = host.stat(path) ?? { modifiedMs: 0 }
      writeFileSync(path, 'two')
      utimesSync(path, modifiedMs / 1000, modifiedMs / 1000)
    },
    'is replaced by another': (path) => {
      writeFileSync(`${path}.new`, 'two')
      renameSync(`${path}.new`, path)
    },
    'goes, and another comes': (path) => {
      rmSync(path)
      writeFileSync(path, 'two')
    },
  }
  for (const [name, change] of Object.entries(changes)) {
    test(name, () => {
      const { read } = countingMemory()
      const path = fileWith('one')
      expect([read(path), read(path)]).toEqual(['one', 'one'])
      change(path)
      expect([read(path), read(path)]).toEqual(['two', 'two'])
    })
  }
})

test('nothing is said of a file that is gone', () => {
  const { read } = countingMemory()
  const path = fileWith('one')
  expect(read(path)).toBe('one')
  rmSync(path)
  expect(read(path)).toBeUndefined()
})

test('a file that changed a moment ago is not remembered, since it may change again at the same time', () => {
  const { memory, parsed } = countingMemory()
  const path = fileWith('one')
  for (let look = 0; look < 2; look++) expect(memory.read(new NodeHost(), path)?.value).toBe('one')
  expect(parsed).toEqual(['one', 'one'])
})

test('a file that is replaced between the look and the reading is not taken for the one that was there', () => {
  const { memory } = countingMemory()
  const path = fileWith('one')
  writeFileSync(`${path}.other`, 'two')
  const swapping = new (class extends LaterHost {
    override readFile(asked: string): Buffer | null {
      renameSync(path, `${path}.kept`)
      renameSync(`${path}.other`, path)
      const bytes = super.readFile(asked)
      renameSync(path, `${path}.other`)
      renameSync(`${path}.kept`, path)
      return bytes
    }
  })()
  expect(memory.read(swapping, path)?.value).toBe('two')
  expect(memory.read(host, path)?.value).toBe('one')
})

test('what is behind a symlink is read each time: the link does not change with it', () => {
  const { read } = countingMemory()
  const path = fileWith('one')
  const link = `${path}-link`
  symlinkSync(path, link)
  expect(read(link)).toBe('one')
  writeFileSync(path, 'two')
  expect(read(link)).toBe('two')
})

test('of many files the last 256 are remembered', () => {
  const { read, parsed } = countingMemory()
  const directory = temporaryDirectory()
  const paths = Array.from({ length: 257 }, (_, number) => `${directory}/${number}`)
  for (const path of paths) {
    writeFileSync(path, path)
    read(path)
  }
  expect(read(paths.at(-1) ?? '')).toBe(paths.at(-1))
  expect(parsed).toHaveLength(257)
  expect(read(paths[0] ?? '')).toBe(paths[0])
  expect(parsed).toHaveLength(258)
})
