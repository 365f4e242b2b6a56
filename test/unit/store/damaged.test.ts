// A damaged object without a record, as a power failure or a hand may leave one, and those who add the same tree again.

import { chmodSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { Store } from '../../../src/store/store.ts'
import { removeTree } from '../../../src/store/tree.ts'
import { hashPath } from '../../../src/store/walk.ts'
import { FaultyHost } from '../../support/faulty-host.ts'
import { directory, file, name, openStore } from '../../support/store.ts'

const tree = directory({
  bin: directory({ hello: file('#!/bin/sh\necho hello\n', true) }),
  'README.md': file('Hello.\n'),
})

const damages: Readonly<Record<string, (place: string, host: NodeHost) => void>> = {
  'a file that lost its bytes': (place, host) => {
    host.setMode(`${place}/README.md`, 0o644)
    writeFileSync(`${place}/README.md`, '')
    host.setMode(`${place}/README.md`, 0o444)
  },
  'a file that can be written': (place, host) => host.setMode(`${place}/README.md`, 0o644),
  'a missing file': (place, host) => {
    host.setMode(place, 0o755)
    host.unlink(`${place}/README.md`)
  },
  'nothing but a directory': (place, host) => {
    removeTree(host, place)
    host.makeDirectory(place, 0o755)
  },
  'a file in place of the directory': (place, host) => {
    removeTree(host, place)
    writeFileSync(place, 'x', { mode: 0o444 })
  },
  'a link in place of the directory': (place, host) => {
    removeTree(host, place)
    symlinkSync('nowhere', place)
  },
}

/** A store whose one object is damaged and has a torn record, as a power failure leaves it. */
async function tornStore(damage: (place: string, host: NodeHost) => void) {
  const host = new NodeHost()
  const first = await openStore()
  const object = first.addTree(name('hello'), tree)
  first.close()
  damage(first.locate(object.path), host)
  writeFileSync(first.layout.infoOf(object.path), '')
  return { root: first.root, object, place: first.locate(object.path) }
}

for (const [title, damage] of Object.entries(damages)) {
  test(`S-5.10 ${title} without a record never becomes valid: adding the tree again replaces it`, async () => {
    const { root, object, place } = await tornStore(damage)
    for (let at = 1; ; at++) {
      const host = new FaultyHost({ kind: 'crash', at })
      try {
        const store = await Store.open(root, host, { mode: 'shared' })
        try {
          store.addTree(name('hello'), tree)
        } finally {
          store.close()
        }
      } catch (error) {
        if (!host.failed) throw error
      }
      const seen = await openStore({ root, mode: 'read' })
      if (seen.isValid(object.path)) expect(hashPath(host, place).integrity).toBe(object.narHash)
      if (!host.failed) break
      removeTree(new NodeHost(), root)
      await restore()
    }
    const store = await openStore({ root })
    expect(store.isValid(object.path)).toBe(true)
    expect(lstatSync(place).mode & 0o777).toBe(0o555)
    expect(lstatSync(`${place}/README.md`).mode & 0o777).toBe(0o444)

    async function restore(): Promise<void> {
      const again = await openStore({ root })
      again.addTree(name('hello'), tree)
      again.close()
      damage(place, new NodeHost())
      writeFileSync(again.layout.infoOf(object.path), '')
    }
  })
}

test('S-5.10 a file object that lost its bytes and its record is replaced before it is valid', async () => {
  const store = await openStore()
  const { path } = store.addTree(name('f'), file('x'))
  for (let at = 1; ; at++) {
    chmodSync(store.locate(path), 0o644)
    writeFileSync(store.locate(path), '')
    chmodSync(store.locate(path), 0o444)
    writeFileSync(store.layout.infoOf(path), '')
    const host = new FaultyHost({ kind: 'crash', at })
    try {
      Store.attach(store.root, host).addTree(name('f'), file('x'))
    } catch (error) {
      if (!host.failed) throw error
    }
    const isValid = Store.attach(store.root, new NodeHost()).isValid(path)
    if (isValid || !host.failed) expect(readFileSync(store.locate(path), 'utf8')).toBe('x')
    if (!host.failed) break
    if (lstatSync(store.locate(path), { throwIfNoEntry: false }) === undefined) writeFileSync(store.locate(path), '')
  }
})

test('S-5.10 a whole tree that only lost its record stays where it is', async () => {
  const { root, object, place } = await tornStore(() => {})
  const inode = lstatSync(place).ino
  const store = await openStore({ root })
  store.addTree(name('hello'), tree)
  expect(store.isValid(object.path)).toBe(true)
  expect(lstatSync(place).ino).toBe(inode)
  expect(readdirSync(store.layout.temporary)).toEqual([])
})

for (const moment of ['while one hashes it', 'while one takes it out', 'when one has taken it out'] as const) {
  test(`S-5.4 of two that replace a damaged object the other may finish ${moment}`, async () => {
    const { root, object, place } = await tornStore((damaged, host) => host.setMode(`${damaged}/README.md`, 0o644))
    const other = await openStore({ root })
    let repaired = 0
    class RacedHost extends NodeHost {
      override openRead(path: string): number {
        if (moment === 'while one hashes it') this.#race()
        return super.openRead(path)
      }
      override rename(from: string, to: string): void {
        if (from === place && moment === 'while one takes it out') this.#race()
        super.rename(from, to)
        if (from === place && moment === 'when one has taken it out') this.#race()
      }
      #race(): void {
        if (repaired === 0) other.addTree(name('hello'), tree)
        repaired ||= lstatSync(place).ino
      }
    }
    const store = await openStore({ root, host: new RacedHost() })
    store.addTree(name('hello'), tree)
    expect(lstatSync(place).ino).toBe(repaired)
    expect(lstatSync(place).mode & 0o777).toBe(0o555)
    expect(hashPath(other.host, place).integrity).toBe(object.narHash)
    expect(readdirSync(other.layout.temporary)).toEqual([])
  })
}

test('S-5.10 half a record, as a crash leaves one, is replaced when its object is added', async () => {
  const store = await openStore()
  const { path } = store.addTree(name('hello'), tree)
  removeTree(store.host, store.locate(path))
  const record = store.layout.infoOf(path)
  writeFileSync(record, readFileSync(record, 'utf8').slice(0, 40))
  const again = await openStore({ root: store.root })
  expect(again.isValid(path)).toBe(false)
  again.addTree(name('hello'), tree)
  const seen = await openStore({ root: store.root })
  expect(seen.query(path)).toMatchObject({ path })
  expect(readdirSync(store.layout.temporary)).toEqual([])
})
