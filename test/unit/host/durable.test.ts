import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  dropAbandoned,
  ifPossible,
  makeDirectories,
  publish,
  replaceSymlink,
  writeFileAtomic,
} from '../../../src/host/durable.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { FaultyHost } from '../../support/faulty-host.ts'
import { temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()

describe('writing a file', () => {
  test('gives it the content and mode, and leaves nothing else', () => {
    const directory = temporaryDirectory()
    writeFileAtomic(host, `${directory}/f`, 'one')
    writeFileAtomic(host, `${directory}/f`, Buffer.from('two'), { mode: 0o600 })
    expect(readFileSync(`${directory}/f`, 'utf8')).toBe('two')
    expect(lstatSync(`${directory}/f`).mode & 0o777).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['f'])
  })

  test('replaces a symlink and leaves what it points to alone', () => {
    const directory = temporaryDirectory()
    writeFileSync(`${directory}/target`, 'old')
    symlinkSync('target', `${directory}/f`)
    writeFileAtomic(host, `${directory}/f`, 'new')
    expect(readFileSync(`${directory}/target`, 'utf8')).toBe('old')
    expect(lstatSync(`${directory}/f`).isFile()).toBe(true)
  })

  for (const sync of [true, false]) {
    test(`that dies or fails at any call leaves the old or the new content, whole (${sync ? 'synced' : 'not synced'})`, () => {
      for (const kind of ['crash', 'torn', 'error'] as const) {
        for (let at = 1; ; at++) {
          const directory = temporaryDirectory()
          writeFileSync(`${directory}/f`, 'old content')
          const faulty = new FaultyHost(kind === 'error' ? { kind, at, code: 'ENOSPC' } : { kind, at })
          try {
            writeFileAtomic(faulty, `${directory}/f`, 'new content', { sync })
          } catch (error) {
            if (kind === 'error') expect(error).toMatchObject({ code: 'ENOSPC' })
          }
          expect(['old content', 'new content']).toContain(readFileSync(`${directory}/f`, 'utf8'))
          if (kind === 'error') expect(readdirSync(directory)).toEqual(['f'])
          if (!faulty.failed) {
            expect(readFileSync(`${directory}/f`, 'utf8')).toBe('new content')
            break
          }
        }
      }
    })
  }
})

test('replacing a symlink that dies at any call leaves the old or the new target', () => {
  for (const kind of ['crash', 'torn'] as const) {
    for (let at = 1; ; at++) {
      const directory = temporaryDirectory()
      symlinkSync('old', `${directory}/l`)
      const faulty = new FaultyHost({ kind, at })
      try {
        replaceSymlink(faulty, 'new', `${directory}/l`)
      } catch {
        expect(faulty.failed).toBe(true)
      }
      expect(['old', 'new']).toContain(readlinkSync(`${directory}/l`))
      if (!faulty.failed) {
        expect(readlinkSync(`${directory}/l`)).toBe('new')
        break
      }
    }
  }
})

test('publishing says whether the name was free, and leaves what is there as it is', () => {
  const directory = temporaryDirectory()
  for (const place of ['a', 'b']) {
    mkdirSync(`${directory}/${place}`)
    writeFileSync(`${directory}/${place}/f`, place)
  }
  expect(publish(host, `${directory}/a`, `${directory}/x`)).toBe(true)
  expect(publish(host, `${directory}/b`, `${directory}/x`)).toBe(false)
  expect(readFileSync(`${directory}/x/f`, 'utf8')).toBe('a')
  expect(() => publish(host, `${directory}/none`, `${directory}/y`)).toThrow('ENOENT')
})

test('a hint that cannot be written is no error, and a fault of the program still is one', () => {
  const directory = temporaryDirectory()
  for (const code of ['ENOSPC', 'EROFS', 'EACCES'] as const) {
    const full = new FaultyHost({ kind: 'error', at: 1, code })
    ifPossible(() => writeFileAtomic(full, `${directory}/f`, 'hint'))
  }
  ifPossible(() => writeFileAtomic(host, `${directory}/gone/f`, 'hint'))
  expect(readdirSync(directory)).toEqual([])
  const fault = () => {
    throw new TypeError('no')
  }
  expect(() => ifPossible(fault)).toThrow(TypeError)
})

test('making directories makes what is missing, and accepts what is there', () => {
  const directory = temporaryDirectory()
  makeDirectories(host, `${directory}/a/b/c`)
  makeDirectories(host, `${directory}/a/b/c`)
  symlinkSync('a', `${directory}/l`)
  makeDirectories(host, `${directory}/l`)
  expect(lstatSync(`${directory}/a/b/c`).mode & 0o777).toBe(0o755)
  writeFileSync(`${directory}/f`, '')
  expect(() => makeDirectories(host, `${directory}/f/a`)).toThrow('ENOTDIR')
  expect(() => makeDirectories(host, '/proc/no/such/place')).toThrow('ENOENT')
})

describe('what a killed write left', () => {
  /** The real host, some time later. */
  class LaterHost extends NodeHost {
    readonly #later: number

    constructor(hours: number) {
      super()
      this.#later = hours * 3_600_000
    }

    override now(): number {
      return super.now() + this.#later
    }
  }

  test('S-7.33 goes when it is older than a day, files and links alike, and nothing else goes', () => {
    const directory = temporaryDirectory()
    for (const kind of ['file', 'link'] as const) {
      const faulty = new FaultyHost({ kind: 'crash', at: kind === 'file' ? 4 : 2 })
      const write = () =>
        kind === 'file' ? writeFileAtomic(faulty, `${directory}/f`, 'x') : replaceSymlink(faulty, 'x', `${directory}/l`)
      expect(write).toThrow()
    }
    const left = readdirSync(directory)
    expect(left).toHaveLength(2)
    const others = ['.tenon-mine', '.tenon-0123456789abcdef.yaml', '.tenon-0123456789ABCDEF', 'default.yaml']
    for (const name of others) writeFileSync(`${directory}/${name}`, '')
    mkdirSync(`${directory}/.tenon-0123456789abcdef`)
    dropAbandoned(host, directory)
    dropAbandoned(new LaterHost(23), directory)
    expect(readdirSync(directory)).toEqual(expect.arrayContaining(left))
    dropAbandoned(new LaterHost(25), directory)
    expect(readdirSync(directory).sort()).toEqual([...others, '.tenon-0123456789abcdef'].sort())
  })

  test('S-7.33 that cannot be removed is no error, nor is a directory that is not there', () => {
    const directory = temporaryDirectory()
    writeFileSync(`${directory}/.tenon-0123456789abcdef`, '')
    const stubborn = new (class extends LaterHost {
      override unlink(): void {
        throw Object.assign(new Error('no'), { code: 'EROFS' })
      }
    })(25)
    dropAbandoned(stubborn, directory)
    dropAbandoned(stubborn, `${directory}/none`)
    expect(readdirSync(directory)).toHaveLength(1)
  })
})
