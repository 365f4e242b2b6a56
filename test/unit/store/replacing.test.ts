// A repair that was killed between the two renames of an object: whoever opens the store next ends it, one way or the other.

import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemCode } from '../../../src/core/errors.ts'
import type { StorePath } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { RepairShop } from '../../../src/store/repair.ts'
import type { Store, StoreMode } from '../../../src/store/store.ts'
import { removeTree } from '../../../src/store/tree.ts'
import { verifyStore } from '../../../src/store/verify.ts'
import { FaultyHost, SimulatedCrash } from '../../support/faulty-host.ts'
import { directory, file, link, name, openStore, temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()

interface Killed {
  readonly root: string
  readonly path: StorePath
  /** Of the object. */
  readonly place: string
  /** What the object refers to. */
  readonly needed: string
}

/** A repair that dies before call `at` of the exchange. */
async function killedRepair(at: number): Promise<Killed & { readonly wasKilled: boolean }> {
  const { error, ...found } = await repairOn(new FaultyHost({ kind: 'crash', at }))
  if (error !== null && !(error instanceof SimulatedCrash)) throw error
  return { ...found, wasKilled: error !== null }
}

/** One whose call `at` of the exchange fails; it may have been carried out all the same. */
async function failedRepair(at: number, performed: boolean): Promise<Killed & { readonly failed: boolean }> {
  const { error, ...found } = await repairOn(new FaultyHost({ kind: 'once', at, code: 'EIO', performed }))
  if (error !== null && systemCode(error) !== 'EIO') throw error
  return { ...found, failed: error !== null }
}

/** A store whose object `a` has a file with a wrong mode, and what its repair on this host ended with. */
async function repairOn(faulty: NodeHost): Promise<Killed & { readonly error: unknown }> {
  const root = `${temporaryDirectory()}/store`
  const store = await openStore({ root })
  const needed = store.addTree(name('needed'), file('needed')).path
  const { path } = store.addTree(
    name('a'),
    directory({ bin: directory({ a: file('#!', true), n: link(`../../${needed}`) }) }),
  )
  host.setMode(`${store.locate(path)}/bin/a`, 0o755)
  const shop = new RepairShop(store)
  const whole = shop.findWhole(path)
  if (whole === null) throw new Error('it is not whole')
  shop.copy(whole)
  store.close()
  const found = { root, path, place: store.locate(path), needed: store.locate(needed) }
  const alone = await openStore({ root, host: faulty, mode: 'exclusive' })
  try {
    new RepairShop(alone).replace(alone, path)
    return { ...found, error: null }
  } catch (error) {
    return { ...found, error }
  } finally {
    alone.close()
  }
}

/** Every kill that leaves the object missing, one after another. */
async function* killedBetween(): AsyncGenerator<Killed> {
  let count = 0
  for (let at = 1; ; at++) {
    const killed = await killedRepair(at)
    if (!killed.wasKilled) break
    if (existsSync(killed.place)) continue
    count++
    yield killed
  }
  expect(count).toBeGreaterThan(0)
}

describe('S-5.37 a repair that was killed between its two renames', () => {
  for (const mode of ['shared', 'exclusive', 'read'] as const satisfies readonly StoreMode[]) {
    test(`is finished by whoever opens the store next (${mode})`, async () => {
      for await (const { root, path, place } of killedBetween()) {
        const store = await openStore({ root, mode })
        expect(store.isValid(path)).toBe(true)
        expect(lstatSync(`${place}/bin/a`).mode & 0o777).toBe(0o555)
        expect(host.readLink(`${root}/replacing`)).toBeNull()
        expect(lstatSync(`${root}/damaged/${path}/bin/a`).mode & 0o777).toBe(0o755)
        expect(lstatSync(`${root}/damaged/${path}`).mode & 0o777).toBe(0o555)
        await expectSound(store)
        store.close()
      }
    })
  }

  test('leaves no note, wherever it was killed', async () => {
    for (let at = 1; ; at++) {
      const { root, wasKilled } = await killedRepair(at)
      ;(await openStore({ root })).close()
      expect(host.readLink(`${root}/replacing`)).toBeNull()
      if (!wasKilled) break
    }
  })

  test.each([
    ['what it made is gone', ({ root }: Killed) => removeTree(host, `${root}/repair`)],
    ['what the object needs is gone', ({ needed }: Killed) => host.unlink(needed)],
  ])('is undone by the next that is alone where %s', async (_, takeAway) => {
    for await (const killed of killedBetween()) {
      const { root, path, place } = killed
      takeAway(killed)
      ;(await openStore({ root })).close()
      // Another might be putting the whole one there in this moment.
      expect(existsSync(place)).toBe(false)
      ;(await openStore({ root, mode: 'exclusive' })).close()
      expect(lstatSync(`${place}/bin/a`).mode & 0o777).toBe(0o755)
      expect(lstatSync(place).mode & 0o777).toBe(0o555)
      expect(existsSync(`${root}/damaged/${path}`)).toBe(false)
      expect(host.readLink(`${root}/replacing`)).toBeNull()
    }
  })

  test('is finished once by many that open the store together', async () => {
    for await (const { root, path, place } of killedBetween()) {
      const stores = await Promise.all(Array.from({ length: 8 }, () => openStore({ root })))
      for (const store of stores) {
        expect(store.isValid(path)).toBe(true)
        store.close()
      }
      expect(lstatSync(`${place}/bin/a`).mode & 0o777).toBe(0o555)
    }
  })

  test('is left as it is where nothing can be written, and everything else can be read', async () => {
    class ReadOnly extends FaultyHost {
      constructor() {
        super({ kind: 'error', at: 1, code: 'EROFS' })
      }
    }
    for await (const { root, path } of killedBetween()) {
      const store = await openStore({ root, host: new ReadOnly(), mode: 'read' })
      expect(store.isValid(path)).toBe(false)
      expect(store.list()).toHaveLength(1)
      store.close()
      expect(readlinkSync(`${root}/replacing`)).toContain(path)
    }
  })
})

for (const performed of [false, true]) {
  test(`S-5.12 an exchange that fails puts the damaged tree back (${performed ? 'done all the same' : 'not done'})`, async () => {
    for (let at = 1; ; at++) {
      const { root, place, failed } = await failedRepair(at, performed)
      expect(lstatSync(place).mode & 0o777).toBe(0o555)
      expect(host.readLink(`${root}/replacing`)).toBeNull()
      if (at > 1 && !failed) break
    }
  })
}

test('S-5.37 a note that somebody forged moves nothing but what a repair made, to its own place', async () => {
  const root = `${temporaryDirectory()}/store`
  const store = await openStore({ root })
  const { path } = store.addTree(name('a'), directory({ d: directory() }))
  store.close()
  mkdirSync(`${root}/damaged`)
  cpSync(`${root}/profiles`, `${root}/damaged/other`, { recursive: true })
  const absent = `${'0'.repeat(32)}-absent`
  const before = [...readdirSync(root, { recursive: true })].toSorted()
  for (const target of [
    `${path}/${path}`,
    `${absent}/other`,
    `${absent}/../../profiles`,
    `../profiles/${absent}`,
    `${absent}/${absent}/..`,
    absent,
    'x',
  ]) {
    symlinkSync(target, `${root}/replacing`)
    ;(await openStore({ root })).close()
    expect([...readdirSync(root, { recursive: true })].toSorted(), target).toEqual(before)
  }
  expect(existsSync(join(root, 'objects', absent))).toBe(false)
})

async function expectSound(store: Store): Promise<void> {
  for await (const item of verifyStore(store)) expect('defect' in item ? item.defect : null).toBeNull()
}
