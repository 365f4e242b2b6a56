// What people are shown of all generations, read from one file where that is there.

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { digestText } from '../../../src/core/digest.ts'
import type { Generation } from '../../../src/core/generation.ts'
import type { StorePath } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { type HistoryEntry, readHistory } from '../../../src/profile/history.ts'
import { Profile } from '../../../src/profile/profile.ts'
import { temporaryDirectory } from '../../support/store.ts'

/** Counts the records that are read, and does not wait for the disk. */
class CountingHost extends NodeHost {
  records = 0
  override readFile(path: string): Buffer | null {
    if (path.endsWith('.json')) this.records++
    return super.readFile(path)
  }
  override syncFile(): void {}
  override syncDirectory(): void {}
}

function commit(profile: Profile, index: number): void {
  profile.commit({
    storePath: `${String(index).padStart(32, '0')}-environment` as StorePath,
    narHash: `sha256-${Buffer.alloc(32, index).toString('base64')}` as Generation['narHash'],
    lock: digestText(String(index)),
    links: {},
    reason: `switch ${index} "√"\n`,
  })
}

function makeProfile(generations: number): { host: CountingHost; profile: Profile; file: string } {
  const directory = `${temporaryDirectory()}/app`
  mkdirSync(directory)
  const host = new CountingHost()
  const profile = new Profile(host, directory, 'app')
  for (let index = 1; index <= generations; index++) commit(profile, index)
  host.records = 0
  return { host, profile, file: `${directory}/history` }
}

const shown = (profile: Profile): readonly HistoryEntry[] =>
  profile.list().map(({ number, parent, created, reason }) => ({ number, parent, created, reason }))

/** What the records say, however it was found out; and how many of them were read for it. */
function look(host: CountingHost, profile: Profile): number {
  host.records = 0
  const entries = readHistory(host, profile)
  const { records } = host
  expect(entries.map(({ number, parent, created, reason }) => ({ number, parent, created, reason }))).toEqual(
    shown(profile),
  )
  return records
}

test('S-7.34 a history says what the records say, whatever was added and forgotten since it was left, and reads what is new', () => {
  const { host, profile } = makeProfile(70)
  expect(look(host, profile)).toBe(70)
  expect(look(host, profile)).toBe(0)
  for (let index = 71; index <= 75; index++) commit(profile, index)
  expect(look(host, profile)).toBe(5)
  profile.forget([3, 70, 71])
  expect(look(host, profile)).toBe(4)
  profile.switchTo(5)
  commit(profile, 80)
  expect(look(host, profile)).toBe(5)
  for (let index = 100; index <= 170; index++) commit(profile, index)
  expect(look(host, profile)).toBe(76)
  expect(look(host, profile)).toBe(0)
})

test('S-7.34 a history that was cut off, emptied or written by somebody else is as good as none', () => {
  const { host, profile, file } = makeProfile(70)
  look(host, profile)
  const text = readFileSync(file, 'utf8')
  for (const bad of [
    '',
    text.slice(0, -20),
    '{}',
    '[1,null,[],["1",null,"",""],[2,"x","",""]]',
    '\0'.repeat(text.length),
  ]) {
    writeFileSync(file, bad)
    expect(look(host, profile)).toBe(70)
    // And it is left anew.
    expect(readFileSync(file, 'utf8')).toBe(text)
  }
})

test('S-7.34 a generation of which the link or the record is missing is none, with a history as without', () => {
  const { host, profile } = makeProfile(70)
  look(host, profile)
  rmSync(`${profile.directory}/7.json`)
  rmSync(`${profile.directory}/9`)
  symlinkSync('x', `${profile.directory}/2000`)
  writeFileSync(`${profile.directory}/2000.json`, '{}')
  look(host, profile)
  expect(readHistory(host, profile)).toHaveLength(68)
})

test('a few generations leave no history, and a profile that cannot be written is no error', () => {
  const few = makeProfile(3)
  look(few.host, few.profile)
  expect(existsSync(few.file)).toBe(false)
  const { profile } = makeProfile(70)
  class ReadOnlyHost extends CountingHost {
    override createFile(path: string): number {
      throw Object.assign(new Error('EROFS'), { code: 'EROFS', path })
    }
  }
  chmodSync(profile.directory, 0o755)
  expect(readHistory(new ReadOnlyHost(), profile)).toHaveLength(70)
})
