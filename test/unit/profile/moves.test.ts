// What a mover finds, and what is left of its link, while somebody changes the profile; that movers keep to it is proved in
// test/crash/front-moves.test.ts.

import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { admitsMoves, withoutMoves } from '../../../src/profile/moves.ts'
import { temporaryDirectory } from '../../support/shells.ts'

const host = new NodeHost()
const LINK = `.tenon-${'0'.repeat(16)}`

function makeProfile(): string {
  const profile = temporaryDirectory('profile')
  symlinkSync('3', join(profile, 'current'))
  withoutMoves(host, profile, () => undefined)
  return profile
}

function names(profile: string): readonly string[] {
  return readdirSync(profile, { recursive: true, encoding: 'utf8' }).sort()
}

test('S-7.35 a link that was made is nowhere, by no path, when the change begins', () => {
  const profile = makeProfile()
  symlinkSync('2', join(profile, 'moves', LINK))
  expect(admitsMoves(host, profile)).toBe(false)
  withoutMoves(host, profile, () => {
    expect(names(profile).filter((name) => name.endsWith(LINK))).toEqual([])
    expect(existsSync(join(profile, 'moves'))).toBe(false)
  })
  expect(names(profile)).toEqual(['current', 'moves'])
  expect(admitsMoves(host, profile)).toBe(true)
})

test('S-7.35 a link that comes late, into the directory as it was called before, has no chance either', () => {
  const profile = makeProfile()
  withoutMoves(host, profile, () => symlinkSync('2', join(profile, 'closed', LINK)))
  expect(() => renameSync(join(profile, 'moves', LINK), join(profile, 'current'))).toThrow('ENOENT')
  expect(readlinkSync(join(profile, 'current'))).toBe('3')
  expect(names(profile)).toEqual(['current', 'moves'])
})

test('S-7.35 a change that failed, or was killed, leaves the way open for the next', () => {
  const profile = makeProfile()
  const fail = () => {
    throw new Error('no')
  }
  expect(() => withoutMoves(host, profile, fail)).toThrow('no')
  expect(admitsMoves(host, profile)).toBe(true)
  renameSync(join(profile, 'moves'), join(profile, 'closed'))
  symlinkSync('2', join(profile, 'closed', LINK))
  mkdirSync(join(profile, 'moves'))
  mkdirSync(join(profile, 'moves/directory'))
  writeFileSync(join(profile, 'moves/directory/file'), '')
  withoutMoves(host, profile, () => expect(names(profile)).toEqual(['closed', 'current']))
  expect(names(profile)).toEqual(['current', 'moves'])
})

test('S-7.35 nothing is removed through a link', () => {
  const profile = makeProfile()
  const elsewhere = temporaryDirectory('elsewhere')
  writeFileSync(join(elsewhere, 'file'), '')
  renameSync(join(profile, 'moves'), join(profile, 'moves-away'))
  for (const name of ['moves', 'closed']) symlinkSync(elsewhere, join(profile, name))
  withoutMoves(host, profile, () => undefined)
  expect(readdirSync(elsewhere)).toEqual(['file'])
  expect(names(profile)).toEqual(['current', 'moves', 'moves-away'])
})
