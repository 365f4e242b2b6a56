// Removing trees, many names at once.

import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { removeTrees } from '../../../src/store/removal.ts'
import { temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()

/** A directory of directories of files, and its bytes on disk. */
function makeTree(root: string, width: number): number {
  let bytes = 0
  mkdirSync(root)
  for (let outer = 0; outer < width; outer++) {
    mkdirSync(`${root}/${outer}`)
    for (let inner = 0; inner < width; inner++) {
      writeFileSync(`${root}/${outer}/${inner}`, 'x'.repeat(outer * 1000))
      bytes += lstatSync(`${root}/${outer}/${inner}`).blocks * 512
    }
    bytes += lstatSync(`${root}/${outer}`).blocks * 512
  }
  return bytes + lstatSync(root).blocks * 512
}

test('S-5.26 everything at the paths goes, whatever it is, and progress counts paths', async () => {
  const top = temporaryDirectory()
  const bytes = makeTree(`${top}/a`, 12) + makeTree(`${top}/b`, 3)
  symlinkSync('b', `${top}/link`)
  const progress: string[] = []
  const onRemoved = (done: number, total: number) => void progress.push(`${done}/${total}`)
  const paths = ['a', 'b', 'link', 'missing'].map((name) => `${top}/${name}`)
  expect(await removeTrees(host, paths, { onRemoved })).toBe(bytes)
  expect(readdirSync(top)).toEqual([])
  expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4'])
  expect(await removeTrees(host, [])).toBe(0)
})

test('S-5.16 a file with several names counts when the last goes, whoever goes first, and not while one is left', async () => {
  const top = temporaryDirectory()
  for (const directory of ['a', 'b', 'kept']) mkdirSync(`${top}/${directory}`)
  writeFileSync(`${top}/a/0`, Buffer.alloc(100_000))
  writeFileSync(`${top}/a/outside`, Buffer.alloc(50_000))
  linkSync(`${top}/a/outside`, `${top}/kept/it`)
  for (let index = 1; index < 40; index++) linkSync(`${top}/a/0`, `${top}/${index % 2 === 0 ? 'a' : 'b'}/${index}`)
  const size = (path: string) => lstatSync(path).blocks * 512
  const bytes = size(`${top}/a`) + size(`${top}/b`) + size(`${top}/a/0`)
  expect(await removeTrees(host, [`${top}/a`, `${top}/b`])).toBe(bytes)
  expect(readdirSync(top)).toEqual(['kept'])
})

test('S-5.18 when it is stopped nothing is under way any more, and the rest stays', async () => {
  const top = temporaryDirectory()
  const names = Array.from({ length: 300 }, (_, index) => `${top}/${index}`)
  for (const name of names) mkdirSync(name)
  const controller = new AbortController()
  await removeTrees(host, names, { signal: controller.signal, onRemoved: (done) => done === 5 && controller.abort() })
  const left = readdirSync(top).length
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(296)
  await host.sleep(20)
  expect(readdirSync(top)).toHaveLength(left)
})

test('what fails is told once nothing is under way any more, and everything else that was begun is gone', async () => {
  const top = temporaryDirectory()
  makeTree(`${top}/tree`, 4)
  class StubbornHost extends NodeHost {
    underWay = 0
    override startUnlink(path: string, done: (error: Error | null) => void): void {
      this.underWay++
      super.startUnlink(path, (error) => {
        this.underWay--
        done(path.endsWith('2/1') ? Object.assign(new Error('refused'), { code: 'EPERM' }) : error)
      })
    }
  }
  const stubborn = new StubbornHost()
  await expect(removeTrees(stubborn, [`${top}/tree`])).rejects.toThrow('refused')
  expect(stubborn.underWay).toBe(0)
  expect(existsSync(`${top}/tree`)).toBe(true)
  await removeTrees(host, [`${top}/tree`])
  expect(readdirSync(top)).toEqual([])
})

test('directories that may not be written or read are made so, once each, when the system asks for it', async () => {
  const top = temporaryDirectory()
  makeTree(`${top}/tree`, 3)
  for (const path of ['0', '1', '2', '']) chmodSync(`${top}/tree/${path}`, 0o555)
  mkdirSync(`${top}/closed`, { mode: 0 })
  // As it is for users who are not root.
  class UserHost extends NodeHost {
    readonly opened: string[] = []
    override setMode(path: string, mode: number): void {
      this.opened.push(path)
      super.setMode(path, mode)
    }
    override startUnlink(path: string, done: (error: Error | null) => void): void {
      if (this.refuses(path)) setImmediate(done, Object.assign(new Error('EACCES'), { code: 'EACCES' }))
      else super.startUnlink(path, done)
    }
    override startRemoveDirectory(path: string, done: (error: Error | null) => void): void {
      if (this.refuses(path)) setImmediate(done, Object.assign(new Error('EACCES'), { code: 'EACCES' }))
      else super.startRemoveDirectory(path, done)
    }
    refuses(path: string): boolean {
      return ((this.stat(path.slice(0, path.lastIndexOf('/')))?.mode ?? 0) & 0o200) === 0
    }
  }
  const user = new UserHost()
  await removeTrees(user, [`${top}/tree`, `${top}/closed`])
  expect(readdirSync(top)).toEqual([])
  expect(user.opened.toSorted()).toEqual(
    ['closed', 'tree', 'tree/0', 'tree/1', 'tree/2'].map((path) => `${top}/${path}`),
  )
})

test('a name that is not UTF-8 goes too', async () => {
  const top = temporaryDirectory()
  mkdirSync(`${top}/tree`)
  writeFileSync(Buffer.concat([Buffer.from(`${top}/tree/`), Buffer.from([0xff, 0xfe])]), '')
  await removeTrees(host, [`${top}/tree`])
  expect(readdirSync(top)).toEqual([])
})

test('a name that is not UTF-8 goes too from a sealed directory, for who is not root', async () => {
  class UserHost extends NodeHost {
    override removeAll(path: string): void {
      if (((this.stat(path)?.mode ?? 0) & 0o200) === 0) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
      super.removeAll(path)
    }
  }
  const top = temporaryDirectory()
  mkdirSync(`${top}/tree`)
  writeFileSync(Buffer.concat([Buffer.from(`${top}/tree/`), Buffer.from([0xff, 0xfe])]), '')
  chmodSync(`${top}/tree`, 0o555)
  await removeTrees(new UserHost(), [`${top}/tree`])
  expect(readdirSync(top)).toEqual([])
})

test('S-5.26 two that remove the same at once both end well, and count what each of them removed', async () => {
  for (let round = 0; round < 10; round++) {
    const top = temporaryDirectory()
    const bytes = makeTree(`${top}/a`, 9) + makeTree(`${top}/b`, 4)
    const counts = await Promise.all([
      removeTrees(host, [`${top}/a`, `${top}/b`]),
      removeTrees(host, [`${top}/b`, `${top}/a`]),
    ])
    expect(readdirSync(top)).toEqual([])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(bytes)
  }
})
