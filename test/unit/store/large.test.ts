// Trees that are read by a second thread: the same objects, refusals and failures as in one thread.

import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { narIntegrity } from '../../../src/core/nar.ts'
import type { FileStat } from '../../../src/host/host.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { SLOT_SIZE } from '../../../src/host/slots.ts'
import { addPaths } from '../../../src/store/add-paths.ts'
import type { Store } from '../../../src/store/store.ts'
import { dumpTree, hashTree, isLarge, TreeReader } from '../../../src/store/tree-reader.ts'
import { hashPath } from '../../../src/store/walk.ts'
import { directory, file, link, name, openStore, temporaryDirectory } from '../../support/store.ts'

const FILES = 4_200
const host = new NodeHost()

/** Many files, and one that is larger than everything that is ever held at once. */
function makeLarge(path: string): void {
  for (let i = 0; i < FILES / 100; i++) {
    mkdirSync(`${path}/${i}/sub`, { recursive: true })
    for (let j = 0; j < 100; j++)
      writeFileSync(`${path}/${i}/${j}`, `${i}/${j}`, { mode: j % 10 === 0 ? 0o750 : 0o640 })
    symlinkSync('../0/1', `${path}/${i}/link`)
  }
  writeFileSync(`${path}/7/big`, Buffer.alloc(5_000_001, 'big'))
  writeFileSync(`${path}/7/empty`, '')
}

let large = ''
beforeAll(() => {
  large = `${mkdtempSync(join(tmpdir(), 'tenon-test-'))}/large`
  mkdirSync(large)
  makeLarge(large)
  expect(isLarge(host, large)).toBe(true)
})

afterAll(() => rmSync(dirname(large), { recursive: true }))

function expectSealed(path: string): void {
  const stat = lstatSync(path)
  expect(stat.mtimeMs).toBe(1000)
  if (stat.isSymbolicLink()) return
  expect(stat.mode & 0o7777).toBe(stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o555 : 0o444)
  if (stat.isDirectory()) for (const entry of readdirSync(path)) expectSealed(`${path}/${entry}`)
}

/** Everything that changed in a store after `since`, but for its leases. */
function changedSince(store: Store, since: number): readonly string[] {
  const changed: string[] = []
  const look = (path: string): void => {
    const stat = lstatSync(path)
    if (stat.ctimeMs > since) changed.push(path)
    if (stat.isDirectory()) for (const entry of readdirSync(path)) look(`${path}/${entry}`)
  }
  for (const part of ['objects', 'info', 'tmp', 'realisations']) look(`${store.root}/${part}`)
  return changed
}

test('S-5.22 two threads give the hash that one gives', async () => {
  expect(await hashTree(host, large)).toEqual(hashPath(host, large))
})

test('S-5.3 a large tree is copied whole and sealed, and added again nothing is written', async () => {
  const store = await openStore()
  const object = await store.addPath(name('large'), large)
  expect(object.narHash).toBe(hashPath(host, large).integrity)
  expect(hashPath(host, store.locate(object.path)).integrity).toBe(object.narHash)
  expectSealed(store.locate(object.path))
  expect(readdirSync(store.layout.temporary)).toEqual([])
  const before = Date.now()
  while (Date.now() === before);
  const again = await openStore({ root: store.root })
  expect(await again.addPath(name('large'), large)).toEqual(object)
  expect(changedSince(store, before)).toEqual([])
  expect(store.addPathHere(name('large'), large)).toEqual(object)
})

test('S-5.4 a large tree under the name of another object is an object of its own', async () => {
  const store = await openStore()
  const other = store.addTree(name('large'), file('not it'))
  const object = await store.addPath(name('large'), large)
  expect(store.list()).toEqual([other.path, object.path].sort())
  expect(hashPath(host, store.locate(object.path)).integrity).toBe(object.narHash)
})

test('S-5.7 references of a large tree are found, in links and in bytes', async () => {
  const store = await openStore()
  const linked = store.addTree(name('linked'), file('linked')).path
  const named = store.addTree(name('named'), file('named')).path
  const path = `${temporaryDirectory()}/large`
  mkdirSync(path)
  makeLarge(path)
  symlinkSync(`../${linked}/x`, `${path}/out`)
  writeFileSync(`${path}/8/names`, `see ${named}\n`)
  const object = await store.addPath(name('user'), path, { candidates: [linked, named] })
  expect(object.references).toEqual([linked, named].sort())
  expect(readlinkSync(`${store.locate(object.path)}/out`)).toBe(`../${linked}/x`)
})

test('S-5.22 a file that is larger than all slots together is copied whole, by both threads', async () => {
  const path = `${temporaryDirectory()}/model`
  const block = Buffer.alloc(1_000_003, 'a model ')
  for (let i = 0; i < 70; i++) {
    block.writeUInt32LE(i)
    appendFileSync(path, block)
  }
  chmodSync(path, 0o755)
  const store = await openStore()
  const object = await store.addPath(name('model'), path)
  expect(object.narHash).toBe(hashPath(host, path).integrity)
  expect(hashPath(host, store.locate(object.path)).integrity).toBe(object.narHash)
  expectSealed(store.locate(object.path))
  expect(await hashTree(host, path)).toEqual(hashPath(host, path))
})

test('S-5.22 a file of any size is read, in parts that nobody makes before their turn', async () => {
  const path = `${temporaryDirectory()}/sparse`
  writeFileSync(path, '')
  truncateSync(path, 400 * 2 ** 30)
  const enough = new Error('enough')
  let bytes = 0
  const take = (chunk: Uint8Array): void => {
    bytes += chunk.length
    if (bytes > 20 << 20) throw enough
  }
  await expect(dumpTree(host, path, take)).rejects.toBe(enough)
})

describe('S-5.22 a tree that cannot be read, or changes meanwhile, is a clear error and no bug', () => {
  for (const size of [1000, 5_000_000]) {
    test(`a file of ${size} bytes that shrinks`, async () => {
      const top = temporaryDirectory()
      writeFileSync(`${top}/f`, Buffer.alloc(size))
      class ShrinkingHost extends NodeHost {
        override statHandle(handle: number): FileStat {
          truncateSync(`${top}/f`, size)
          const stat = super.statHandle(handle)
          truncateSync(`${top}/f`, size / 2)
          return stat
        }
      }
      const error = { code: 'E_STORE_IO', message: expect.stringMatching(/^A file shrank by [1-9][0-9]+ bytes while/) }
      await expect(hashTree(new ShrinkingHost(), top)).rejects.toMatchObject(error)
      writeFileSync(`${top}/f`, Buffer.alloc(size))
      expect(() => hashPath(new ShrinkingHost(), top)).toThrow(expect.objectContaining(error))
    })
  }

  test('a file that vanishes', async () => {
    const top = temporaryDirectory()
    writeFileSync(`${top}/f`, '')
    class VanishingHost extends NodeHost {
      override openRead(path: string): number {
        rmSync(path)
        return super.openRead(path)
      }
    }
    await expect(hashTree(new VanishingHost(), top)).rejects.toMatchObject({
      code: 'E_STORE_IO',
      details: { errno: 'ENOENT' },
    })
  })

  test('a path that is longer than the system takes', async () => {
    const top = temporaryDirectory()
    const start = process.cwd()
    const long = 'd'.repeat(250)
    onTestFinished(() => {
      // From the bottom, which no path leads to.
      process.chdir(`${top}/${Array.from({ length: 10 }, () => long).join('/')}`)
      process.chdir(Array.from({ length: 10 }, () => long).join('/'))
      for (let depth = 0; depth < 20; depth++) {
        process.chdir('..')
        rmdirSync(long)
      }
      process.chdir(start)
    })
    process.chdir(top)
    for (let depth = 0; depth < 20; depth++) {
      mkdirSync(long)
      process.chdir(long)
    }
    process.chdir(start)
    const error = { code: 'E_STORE_IO', details: { errno: 'ENAMETOOLONG' } }
    await expect(hashTree(host, top)).rejects.toMatchObject(error)
    const store = await openStore()
    await expect(store.addPath(name('deep'), top)).rejects.toMatchObject(error)
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })
})

test('S-5.22 small and large files around the sizes of slots give the hash that one thread gives', async () => {
  const top = `${temporaryDirectory()}/mixed`
  const sizes = [0, 1, SLOT_SIZE - 1025, SLOT_SIZE - 1024, SLOT_SIZE - 1023, SLOT_SIZE - 1, SLOT_SIZE, SLOT_SIZE + 1]
  // Small ones before, between and after large ones, so that every run is cut off somewhere.
  for (const [at, size] of [...sizes, 3 * SLOT_SIZE + 1, ...sizes.toReversed()].entries()) {
    mkdirSync(`${top}/${at}`, { recursive: true })
    for (let i = 0; i < at; i++) writeFileSync(`${top}/${at}/${i}`, Buffer.alloc(i * 97, i))
    writeFileSync(`${top}/${at}/${'n'.repeat(255)}`, Buffer.alloc(size, at))
  }
  const reader = new TreeReader(host)
  const copy = `${temporaryDirectory()}/copy`
  const { nar } = await reader.copy({ path: top, label: 'mixed', candidates: [] }, copy)
  await reader.close()
  expect(nar).toEqual(hashPath(host, top))
  expect(hashPath(host, copy)).toEqual(nar)
})

describe('S-5.6 of a large tree that is refused or fails nothing is left', () => {
  test('a link that leads out', async () => {
    const store = await openStore()
    const path = `${temporaryDirectory()}/large`
    mkdirSync(path)
    makeLarge(path)
    symlinkSync('/etc/passwd', `${path}/zz`)
    await expect(store.addPath(name('evil'), path)).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE' })
    expect(store.list()).toEqual([])
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })

  test('a full disk', async () => {
    class FullHost extends NodeHost {
      #left = 50
      override write(...args: Parameters<NodeHost['write']>): void {
        if (this.#left-- === 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
        super.write(...args)
      }
    }
    const store = await openStore({ host: new FullHost() })
    await expect(store.addPath(name('large'), large)).rejects.toMatchObject({
      code: 'E_STORE_IO',
      details: { errno: 'ENOSPC' },
    })
    expect(store.list()).toEqual([])
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })

  test('a signal', async () => {
    const store = await openStore()
    const stop = new AbortController()
    const reason = new Error('stopped')
    const added = store.addPath(name('large'), large, { signal: stop.signal })
    setImmediate(() => stop.abort(reason))
    await expect(added).rejects.toBe(reason)
    expect(store.list()).toEqual([])
    expect(readdirSync(store.layout.temporary)).toEqual([])
    await expect(hashTree(host, large, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

test('S-5.22 a tree of some pieces is held until it is known whether it must be written, a larger one is read twice', async () => {
  for (const megabytes of [3, 20]) {
    const path = `${temporaryDirectory()}/it`
    mkdirSync(path)
    for (let i = 0; i < megabytes; i++) writeFileSync(`${path}/${i}`, Buffer.alloc(1_000_000, i))
    chmodSync(`${path}/1`, 0o755)
    const store = await openStore()
    const object = store.addPathHere(name('it'), path)
    expect(hashPath(host, store.locate(object.path)).integrity).toBe(hashPath(host, path).integrity)
    expectSealed(store.locate(object.path))
  }
})

describe('many paths in one call', () => {
  for (const count of [3, 300]) {
    test(`${count} of them are the objects that each alone would be, in their order`, async () => {
      const scratch = temporaryDirectory()
      const items = Array.from({ length: count }, (_, i) => {
        const path = `${scratch}/p${i}`
        mkdirSync(`${path}/bin`, { recursive: true })
        writeFileSync(`${path}/bin/run`, String(i), { mode: 0o755 })
        symlinkSync('bin/run', `${path}/run`)
        return { name: name(`p${i}`), path }
      })
      const store = await openStore()
      const objects = await addPaths(store, items)
      for (const [i, object] of objects.entries()) {
        const tree = directory({ bin: directory({ run: file(String(i), true) }), run: link('bin/run') })
        expect(object.narHash).toBe(narIntegrity(tree))
        expect(object.path.endsWith(`-p${i}`)).toBe(true)
        expectSealed(store.locate(object.path))
      }
      expect([...store.list()].sort()).toEqual(objects.map((object) => object.path).sort())
      expect(readdirSync(store.layout.temporary)).toEqual([])
    })
  }

  test('one that must not be added stops the rest, and what was added stays valid', async () => {
    const scratch = temporaryDirectory()
    const items = Array.from({ length: 300 }, (_, i) => {
      const path = `${scratch}/p${i}`
      mkdirSync(path)
      symlinkSync(i === 150 ? '/' : 'x', `${path}/link`)
      return { name: name(`p${i}`), path }
    })
    const store = await openStore()
    await expect(addPaths(store, items)).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE' })
    for (const path of store.list())
      expect(hashPath(host, store.locate(path)).integrity).toBe(store.query(path)?.narHash)
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })
})
