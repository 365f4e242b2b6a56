// Sharing files between objects: what becomes one inode, what does not, and that objects stay what they were.

import { chmodSync, lstatSync, readdirSync, symlinkSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { collectGarbage } from '../../../src/store/gc.ts'
import { optimiseStore } from '../../../src/store/optimise.ts'
import { Store } from '../../../src/store/store.ts'
import { verifyStore } from '../../../src/store/verify.ts'
import { hashPath } from '../../../src/store/walk.ts'
import { FaultyHost, SimulatedCrash } from '../../support/faulty-host.ts'
import { directory, file, link, name, openStore, temporaryDirectory } from '../../support/store.ts'

const same = 'the same bytes in several objects\n'

function fill(store: Store): void {
  store.addTree(
    name('a'),
    directory({ f: file(same), d: directory({ g: file(same), x: file(same, true) }), l: link('f') }),
  )
  store.addTree(name('b'), directory({ other: file(same), unlike: file(same.toUpperCase()), none: file('') }))
  store.addTree(name('c'), file(same))
  store.addTree(name('e'), directory({ none: file('') }))
}

function inodes(store: Store): Readonly<Record<string, number>> {
  const [a, b, c, e] = ['a', 'b', 'c', 'e'].map((wanted) => {
    const path = store.list().find((item) => item.endsWith(`-${wanted}`))
    return path === undefined ? '' : store.locate(path)
  })
  const places = [`${a}/f`, `${a}/d/g`, `${a}/d/x`, `${b}/other`, `${b}/unlike`, `${b}/none`, `${e}/none`, `${c}`]
  return Object.fromEntries(
    places.map((path) => [path.replace(/^.*\/objects\/[^-]*-/, ''), lstatSync(path).ino] as const),
  )
}

async function expectSound(store: Store): Promise<void> {
  for await (const item of verifyStore(store)) expect('defect' in item ? item.defect : null).toBeNull()
  for (const path of store.list())
    expect(hashPath(store.host, store.locate(path)).integrity).toBe(store.query(path)?.narHash)
}

describe('S-5.32 optimising', () => {
  test('makes one inode of files that are the same in bytes and executable bit, and nothing else of anything', async () => {
    const store = await openStore({ mode: 'exclusive' })
    fill(store)
    const objects = store.list()
    const done: number[] = []
    const result = await optimiseStore(store, { onObject: (count, total) => done.push(count / total) })
    expect(result).toEqual({
      files: 8,
      linked: 4,
      freedBytes: 3 * lstatSync(store.locate(objects[0] as never)).blksize,
    })
    expect(done).toEqual([0.25, 0.5, 0.75, 1])
    const found = inodes(store)
    expect(new Set([found['a/f'], found['a/d/g'], found['b/other'], found['c']]).size).toBe(1)
    expect(found['b/none']).toBe(found['e/none'])
    expect(new Set(Object.values(found)).size).toBe(4)
    expect(store.list()).toEqual(objects)
    await expectSound(store)
    expect(readdirSync(store.layout.temporary)).toEqual([])
    expect(await optimiseStore(store)).toEqual({ files: 8, linked: 0, freedBytes: 0 })
  })

  test('leaves what is not sealed alone, for verify to report', async () => {
    const store = await openStore({ mode: 'exclusive' })
    fill(store)
    const c = store.list().find((path) => path.endsWith('-c')) as never
    chmodSync(store.locate(c), 0o644)
    await optimiseStore(store)
    expect(inodes(store)['c']).not.toBe(inodes(store)['a/f'])
    expect(lstatSync(store.locate(c)).mode & 0o777).toBe(0o644)
  })

  for (const code of ['EMLINK', 'EPERM', 'EXDEV']) {
    test(`where a file can have no further name (${code}) it goes on with another`, async () => {
      class FewLinks extends NodeHost {
        override hardLink(existing: string, path: string): void {
          if (lstatSync(existing).nlink >= 2) throw Object.assign(new Error(code), { code })
          super.hardLink(existing, path)
        }
      }
      const store = await openStore({ host: new FewLinks(), mode: 'exclusive' })
      fill(store)
      expect((await optimiseStore(store)).linked).toBe(3)
      await expectSound(store)
    })
  }

  test('a collection then takes one name and leaves the others', async () => {
    const store = await openStore({ mode: 'exclusive' })
    fill(store)
    await optimiseStore(store)
    const kept = store.list().filter((path) => /-[bc]$/.test(path))
    for (const path of kept) store.host.symlink(`../objects/${path}`, `${store.layout.profiles}/${path}`)
    await collectGarbage(store, { dryRun: false })
    expect(store.list()).toEqual(kept)
    await expectSound(store)
  })

  test('is stopped by a signal between two objects', async () => {
    const store = await openStore({ mode: 'exclusive' })
    fill(store)
    const reason = new Error('stopped')
    await expect(optimiseStore(store, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expectSound(store)
  })

  for (const mode of ['shared', 'exclusive'] as const) {
    test(`a directory that a killed run left open is sealed by the next that opens the store (${mode})`, async () => {
      const host = new FaultyHost({ kind: 'crash', at: Number.MAX_SAFE_INTEGER })
      const { root, names } = await optimisedIn(host)
      const at = names.indexOf('hardLink')
      const killed = await optimisedIn(new FaultyHost({ kind: 'crash', at: at + 1 }))
      expect(at).toBeGreaterThan(0)
      expect(root).not.toBe(killed.root)
      expect(openDirectories(killed.root)).toHaveLength(1)
      const reader = await openStore({ root: killed.root, mode: 'read' })
      await expectSound(reader)
      reader.close()
      expect(openDirectories(killed.root)).toHaveLength(1)
      ;(await openStore({ root: killed.root, mode })).close()
      expect(openDirectories(killed.root)).toEqual([])
      expect(reader.host.readLink(`${killed.root}/unsealed`)).toBeNull()
    })
  }

  test('a note that somebody forged seals nothing outside of objects, and nothing that a link leads to', async () => {
    const root = `${temporaryDirectory()}/store`
    const store = await openStore({ root })
    const { path } = store.addTree(name('a'), directory({ d: directory() }))
    store.close()
    const outside = `${root}/profiles`
    chmodSync(outside, 0o700)
    for (const target of ['../profiles', '../../store/profiles', path.replace(/^./, '!'), `${'0'.repeat(32)}-absent`]) {
      symlinkSync(target, `${root}/unsealed`)
      ;(await openStore({ root })).close()
      expect(store.host.readLink(`${root}/unsealed`)).toBeNull()
    }
    const link = `${'1'.repeat(32)}-link`
    symlinkSync('../profiles', `${root}/objects/${link}`)
    symlinkSync(link, `${root}/unsealed`)
    ;(await openStore({ root })).close()
    expect(lstatSync(outside).mode & 0o777).toBe(0o700)
  })

  test('a directory that is not sealed, by no run of it, is left for verify to report', async () => {
    const store = await openStore({ mode: 'exclusive' })
    fill(store)
    const a = store.list().find((path) => path.endsWith('-a')) as never
    chmodSync(`${store.locate(a)}/d`, 0o755)
    await optimiseStore(store)
    expect(lstatSync(`${store.locate(a)}/d`).mode & 0o777).toBe(0o755)
    const defects = []
    for await (const item of verifyStore(store)) if ('defect' in item) defects.push(item.defect.kind)
    expect(defects).toEqual(['not-sealed'])
  })

  for (const kind of ['crash', 'torn'] as const) {
    test(`killed ${kind === 'crash' ? 'before' : 'in'} any call leaves every object right, and the next run finishes`, async () => {
      for (let at = 1; ; at++) {
        const root = `${temporaryDirectory()}/store`
        const before = await openStore({ root })
        fill(before)
        before.close()
        const host = new FaultyHost({ kind, at })
        const failure = await optimise(root, host).catch((error: unknown) => error)
        if (!host.failed) {
          expect(failure).toBeUndefined()
          break
        }
        expect(failure).toBeInstanceOf(SimulatedCrash)
        const store = await openStore({ root })
        for (const path of store.list()) {
          expect(hashPath(store.host, store.locate(path)).integrity).toBe(store.query(path)?.narHash)
        }
        store.close()
        await optimise(root, new NodeHost())
        const after = await openStore({ root, mode: 'exclusive' })
        await collectGarbage(after, { dryRun: false, isRoot: () => true })
        after.close()
      }
    })
  }
})

async function optimise(root: string, host: NodeHost): Promise<void> {
  const store = await Store.open(root, host, { mode: 'exclusive' })
  try {
    await optimiseStore(store)
    if (!(host instanceof FaultyHost)) await expectSound(store)
  } finally {
    store.close()
  }
}

/** Fills a store and optimises it, which may be killed; what it called. */
async function optimisedIn(host: FaultyHost): Promise<{ readonly root: string; readonly names: readonly string[] }> {
  const root = `${temporaryDirectory()}/store`
  const before = await openStore({ root })
  fill(before)
  before.close()
  await optimise(root, host).catch((error: unknown) => expect(error).toBeInstanceOf(SimulatedCrash))
  return { root, names: host.names }
}

function openDirectories(root: string): readonly string[] {
  return readdirSync(`${root}/objects`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => (lstatSync(path).mode & 0o200) !== 0)
}
