// A profile by itself: numbers, parents, what is current, and what it makes of damaged records.

import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestText, parseIntegrity } from '../../../src/core/digest.ts'
import { makeStorePath, toStoreName } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { type CommitOptions, Profile } from '../../../src/profile/profile.ts'
import { temporaryDirectory } from '../../support/store.ts'

const hash = parseIntegrity(`sha256-${Buffer.alloc(32, 7).toString('base64')}`)
if (hash === null) throw new Error('a hash')
const narHash = hash.integrity

/** A generation of tree number `tree`. */
function tree(number: number, links: CommitOptions['links'] = {}): CommitOptions {
  const storePath = makeStorePath(toStoreName(`environment-${number}`), narHash, [])
  return { storePath, narHash, lock: digestText(String(number)), links, reason: `tree ${number}` }
}

function makeProfile(): Profile {
  const directory = join(temporaryDirectory(), 'default')
  mkdirSync(directory)
  return new Profile(new NodeHost(), directory, 'default')
}

test('S-7.1 the first generation is number 1, has no parent, and is current', () => {
  const profile = makeProfile()
  expect(profile.currentNumber()).toBeNull()
  expect(profile.lastNumber()).toBe(0)
  const made = profile.commit(tree(1))
  expect(made).toMatchObject({ number: 1, parent: null, reason: 'tree 1' })
  expect(profile.current()).toEqual(made)
  expect(readdirSync(profile.directory).toSorted()).toEqual(['1', '1.json', 'current', 'next'])
})

test('S-7.2 the same tree and links again make no generation', () => {
  const profile = makeProfile()
  const made = profile.commit(tree(1, { a: 'share' }))
  expect(profile.commit({ ...tree(1, { a: 'share' }), reason: 'again' })).toEqual(made)
  expect(profile.commit(tree(1, { a: 'lib' })).number).toBe(2)
})

test('S-7.2 going back to the file after a rollback makes the newest generation current again', () => {
  const profile = makeProfile()
  profile.commit(tree(1))
  const two = profile.commit(tree(2))
  profile.switchTo(1)
  expect(profile.commit(tree(2))).toEqual(two)
  expect(profile.currentNumber()).toBe(2)
})

test('S-7.4 the parent is the generation that was current, not the one with the number before', () => {
  const profile = makeProfile()
  profile.commit(tree(1))
  profile.commit(tree(2))
  profile.switchTo(1)
  expect(profile.commit(tree(3))).toMatchObject({ number: 3, parent: 1 })
})

test('S-7.5 numbers are never reused: not after forgetting, and not where the counter is lost', () => {
  const profile = makeProfile()
  for (const number of [1, 2, 3]) profile.commit(tree(number))
  profile.switchTo(1)
  profile.forget([2, 3])
  expect(profile.numbers()).toEqual([1])
  expect(profile.lastNumber()).toBe(3)
  expect(profile.commit(tree(4)).number).toBe(4)
  rmSync(join(profile.directory, 'next'))
  expect(profile.commit(tree(5)).number).toBe(5)
  for (const damage of ['', 'x', '-1\n', '3', '99999999999999999999\n']) {
    writeFileSync(join(profile.directory, 'next'), damage)
    expect(profile.lastNumber()).toBe(5)
  }
})

test('S-7.12 forgetting is all or nothing in what it refuses, and may be repeated', () => {
  const profile = makeProfile()
  for (const number of [1, 2, 3]) profile.commit(tree(number))
  expect(() => profile.forget([1, 3])).toThrow(expect.objectContaining({ code: 'E_GENERATION_CURRENT' }))
  expect(() => profile.forget([1, 4])).toThrow(expect.objectContaining({ code: 'E_GENERATION_NOT_FOUND' }))
  expect(() => profile.forget([1, 0])).toThrow(expect.objectContaining({ code: 'E_GENERATION_NOT_FOUND' }))
  expect(profile.numbers()).toEqual([1, 2, 3])
  profile.forget([1, 1, 2])
  profile.forget([1, 2])
  expect(profile.numbers()).toEqual([3])
})

test('S-7.13 a generation whose record is damaged is none; it can be forgotten, and the others are as they were', () => {
  const profile = makeProfile()
  const first = profile.commit(tree(1))
  profile.commit(tree(2))
  const good = new NodeHost().readFile(join(profile.directory, '1.json'))?.toString() ?? ''
  profile.commit(tree(3))
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{}',
    good, // that of another number
    good.replace('"number": 1', '"number": "2"'),
    good.replace('"number": 1', '"number": 2').replace(first.storePath, '../../etc'),
    good.replace('"number": 1', '"number": 2').replace('sha256-', 'md5-'),
  ]) {
    writeFileSync(join(profile.directory, '2.json'), text)
    expect(profile.read(2)).toBeNull()
    expect(() => profile.switchTo(2)).toThrow(expect.objectContaining({ code: 'E_GENERATION_NOT_FOUND' }))
  }
  expect(profile.list().map((item) => item.number)).toEqual([1, 3])
  profile.forget([2])
  expect(profile.numbers()).toEqual([1, 3])
})

test('S-7.13 a `current` that leads nowhere counts as none', () => {
  const profile = makeProfile()
  profile.commit(tree(1))
  for (const target of ['9', 'x', '../1', '01']) {
    rmSync(join(profile.directory, 'current'))
    symlinkSync(target, join(profile.directory, 'current'))
    expect(profile.current()).toBeNull()
  }
  expect(profile.commit(tree(2))).toMatchObject({ number: 2, parent: null })
  expect(profile.currentNumber()).toBe(2)
})

test('S-7.14 moving between generations reads only what it moves between', () => {
  const profile = makeProfile()
  for (const number of [1, 2]) profile.commit(tree(number))
  const host = new (class extends NodeHost {
    override readDirectory(): never {
      throw new Error('all generations were read')
    }
  })()
  const careful = new Profile(host, profile.directory, 'default')
  careful.switchTo(1)
  careful.switchTo(2)
  careful.commit(tree(3))
  careful.forget([1])
  expect(profile.numbers()).toEqual([2, 3])
})

test('S-7.34 a record that is damaged between two moves is found damaged by a process that knew it', () => {
  const later = new (class extends NodeHost {
    override now(): number {
      return super.now() + 60_000
    }
  })()
  const { directory } = makeProfile()
  const profile = new Profile(later, directory, 'default')
  for (const number of [1, 2]) profile.commit(tree(number))
  for (const number of [1, 2, 1, 2]) expect(profile.switchTo(number).number).toBe(number)
  const record = readFileSync(join(directory, '1.json'), 'utf8')
  writeFileSync(join(directory, '1.json'), record.replace('"number": 1', '"number": 7'))
  expect(() => profile.switchTo(1)).toThrow(expect.objectContaining({ code: 'E_GENERATION_NOT_FOUND' }))
  rmSync(join(directory, '2.json'))
  expect(profile.read(2)).toBeNull()
  writeFileSync(join(directory, '1.json'), record)
  expect(profile.switchTo(1)).toMatchObject({ number: 1, reason: 'tree 1' })
})
