import { linkSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { DerivationId } from '../../../src/core/derivation.ts'
import { integrityFileName, integrityOf } from '../../../src/core/digest.ts'
import type { StorePath } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { collectGarbage, type GcOptions, type GcReport } from '../../../src/store/gc.ts'
import { Store } from '../../../src/store/store.ts'
import { directory, file, link, name, openStore, temporaryDirectory } from '../../support/store.ts'

const id = 'b'.repeat(64) as DerivationId

function add(store: Store, text: string, ...to: readonly StorePath[]): StorePath {
  const links = Object.fromEntries(to.map((path, index) => [`to${index}`, link(`../${path}`)]))
  return store.addTree(name(text), directory({ ...links, text: file(text) })).path
}

/** A link at `profiles/<place>`. */
function addRoot(store: Store, place: string, target: string): void {
  mkdirSync(`${store.layout.profiles}/${place}`.replace(/\/[^/]*$/, ''), { recursive: true })
  symlinkSync(target, `${store.layout.profiles}/${place}`)
}

async function collect(store: Store, options: Partial<GcOptions> = {}): Promise<GcReport> {
  store.close()
  const exclusive = await Store.open(store.root, new NodeHost(), { mode: 'exclusive', timeoutMs: 0 })
  try {
    return await collectGarbage(exclusive, { dryRun: false, ...options })
  } finally {
    exclusive.close()
  }
}

describe('collecting garbage', () => {
  test('S-5.15 what a link below profiles/ reaches stays; everything else goes, with its records', async () => {
    const store = await openStore()
    const base = add(store, 'base')
    const kept = add(store, 'kept', base)
    const dead = [add(store, 'dead', base), add(store, 'other')]
    store.register({ derivation: id, output: dead[0] as StorePath })
    addRoot(store, 'w/default/1', `../../../objects/${kept}`)
    const report = await collect(store)
    expect(report).toEqual({ deleted: [...dead].sort(), freedBytes: expect.any(Number), kept: 2 })
    expect(report.freedBytes).toBeGreaterThan(0)
    expect(readdirSync(store.layout.objects).sort()).toEqual([base, kept].sort())
    expect(readdirSync(store.layout.info).sort()).toEqual([`${base}.json`, `${kept}.json`].sort())
    expect(readdirSync(store.layout.realisations)).toEqual([])
    expect(readdirSync(store.layout.temporary)).toEqual([])
    const later = await openStore({ root: store.root })
    expect(later.isValid(kept)).toBe(true)
    expect(later.isValid(dead[0] as StorePath)).toBe(false)
    expect(add(later, 'dead', base)).toBe(dead[0])
  })

  for (const code of ['ENOSPC', 'EDQUOT']) {
    test(`S-7.22 works where nothing new can be made (${code}), again after it was stopped`, async () => {
      class FullHost extends NodeHost {
        override makeDirectory(): never {
          throw Object.assign(new Error(code), { code })
        }
        override createFile(): never {
          throw Object.assign(new Error(code), { code })
        }
        override symlink(): never {
          throw Object.assign(new Error(code), { code })
        }
      }
      class StoppedHost extends FullHost {
        override async pause(): Promise<void> {
          throw new Error('stopped')
        }
      }
      const store = await openStore()
      const base = add(store, 'base')
      const kept = add(store, 'kept', base)
      const dead = [add(store, 'dead', base), add(store, 'other')]
      store.register({ derivation: id, output: dead[0] as StorePath })
      addRoot(store, 'w/default/1', `../../../objects/${kept}`)
      mkdirSync(`${store.layout.temporary}/left/behind`, { recursive: true })
      const host = new FullHost()
      store.close()
      for (const full of [new StoppedHost(), host]) {
        const exclusive = await Store.open(store.root, full, { mode: 'exclusive', timeoutMs: 0 })
        await collectGarbage(exclusive, { dryRun: false }).catch((error: Error) =>
          expect(error.message).toBe('stopped'),
        )
        exclusive.close()
        // What the stopped one took out is made again before the next one comes.
        const again = await openStore({ root: store.root })
        if (full !== host) for (const text of ['dead', 'other']) add(again, text, ...(text === 'dead' ? [base] : []))
        again.close()
      }
      const after = await openStore({ root: store.root })
      expect(after.list()).toEqual([base, kept].sort())
      expect(readdirSync(store.layout.info).sort()).toEqual([`${base}.json`, `${kept}.json`].sort())
      expect(readdirSync(store.layout.realisations)).toEqual([])
      expect(readdirSync(store.layout.temporary)).toEqual([])
      expect(add(after, 'dead', base)).toBe(dead[0])
    })
  }

  test('S-5.15 a root that points into an object, or by an absolute path, keeps all of it', async () => {
    const store = await openStore()
    const [one, two] = [add(store, 'one'), add(store, 'two')]
    addRoot(store, 'a', `../objects/${one}/text`)
    addRoot(store, 'b', store.locate(two))
    expect((await collect(store)).deleted).toEqual([])
  })

  test('S-5.15 links that do not name an object, or name a missing one, keep nothing and stay', async () => {
    const store = await openStore()
    add(store, 'one')
    addRoot(store, 'w/current', '7')
    addRoot(store, 'w/gone', `../../objects/${'0'.repeat(32)}-gone`)
    expect((await collect(store)).deleted).toHaveLength(1)
    expect(readdirSync(`${store.layout.profiles}/w`)).toEqual(['current', 'gone'])
  })

  test('S-5.15 the caller says which links count', async () => {
    const store = await openStore()
    const [one, two] = [add(store, 'one'), add(store, 'two')]
    addRoot(store, 'w1/default/1', `../../../objects/${one}`)
    addRoot(store, 'w2/default/1', `../../../objects/${two}`)
    const asked: string[] = []
    const isRoot = (path: string): boolean => {
      asked.push(path)
      return path.startsWith('w2/')
    }
    expect((await collect(store, { isRoot })).deleted).toEqual([one])
    expect(asked.sort()).toEqual(['w1/default/1', 'w2/default/1'])
  })

  test('a dry run changes nothing, needs no exclusive lease, and says what the real one then does', async () => {
    const store = await openStore()
    const base = add(store, 'base')
    add(store, 'dead', base)
    const existing = `${store.locate(base)}/text`
    store.addTree(name('linked'), directory({ f: { ...file('base'), twin: existing } }))
    const plan = await collectGarbage(store, { dryRun: true })
    expect(readdirSync(store.layout.objects)).toHaveLength(3)
    expect(await collect(store)).toEqual(plan)
  })

  test('S-5.16 freed bytes count a file with several names once, when its last name goes', async () => {
    const store = await openStore()
    const big = file(Buffer.alloc(1 << 20, 'x'))
    const first = store.addTree(name('first'), directory({ f: big }))
    const existing = `${store.locate(first.path)}/f`
    const shared = { ...big, twin: existing }
    store.addTree(name('second'), directory({ f: shared, g: shared }))
    const kept = `${temporaryDirectory()}/outside`
    const directoryBytes = 2 * lstatSync(store.locate(first.path)).blocks * 512
    expect((await collectGarbage(store, { dryRun: true })).freedBytes).toBe(directoryBytes + (1 << 20))
    linkSync(existing, kept)
    expect((await collectGarbage(store, { dryRun: true })).freedBytes).toBe(directoryBytes)
    expect((await collect(store)).freedBytes).toBe(directoryBytes)
  })

  test('S-5.15 of the cache only links to objects that are gone go, and downloads that nobody goes on with', async () => {
    const store = await openStore()
    const [kept, dead] = [add(store, 'kept'), add(store, 'dead')]
    addRoot(store, 'w/1', `../../objects/${kept}`)
    const [one, two] = [integrityOf(Buffer.from('1')), integrityOf(Buffer.from('2'))]
    store.rememberUnpacked(one, kept)
    store.rememberUnpacked(two, `${dead}/text`)
    const partial = `${store.layout.cache}/artifacts/partial`
    mkdirSync(partial, { recursive: true })
    const young = Date.now() / 1000 - 3000
    for (const [path, time] of [
      [`${partial}/sha512-00`, 1],
      [`${partial}/sha512-00.0011`, 1],
      [`${partial}/sha512-11.0011`, young],
      [`${store.layout.cache}/artifacts/sha512-22`, 1],
      [`${store.layout.cache}/other`, 1],
    ] as const) {
      writeFileSync(path, 'x')
      utimesSync(path, time, time)
    }
    const before = await collectGarbage(store, { dryRun: true })
    expect(readdirSync(partial)).toHaveLength(3)
    const report = await collect(store)
    expect(report.deleted).toEqual(before.deleted)
    expect(readdirSync(store.layout.unpackedDirectory)).toEqual([integrityFileName(one)])
    expect(readdirSync(partial)).toEqual(['sha512-11.0011'])
    expect(readdirSync(`${store.layout.cache}/artifacts`)).toEqual(['partial', 'sha512-22'])
    expect(readdirSync(store.layout.cache).sort()).toEqual(['artifacts', 'other', 'unpacked'])
  })

  test('S-5.17 damage that a root needs stops a collection before it deletes anything', async () => {
    // As a repair leaves a root that was killed between its two renames: its record is there, its tree is not.
    for (const damage of ['record', 'reference', 'root'] as const) {
      const store = await openStore()
      const base = add(store, 'base')
      const kept = add(store, 'kept', base)
      add(store, 'dead')
      addRoot(store, 'w/1', `../../objects/${kept}`)
      if (damage === 'record') writeFileSync(store.layout.infoOf(kept), '')
      else rmSync(store.locate(damage === 'root' ? kept : base), { recursive: true })
      await expect(collect(store)).rejects.toMatchObject({ code: 'E_STORE_CORRUPT' })
      expect(readdirSync(store.layout.objects)).toHaveLength(damage === 'record' ? 3 : 2)
    }
  })

  test('a shared lease anywhere keeps the collector out', async () => {
    const store = await openStore()
    const other = await openStore({ root: store.root })
    await expect(collect(store)).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
    await expect(collectGarbage(other, { dryRun: false })).rejects.toThrow('exclusive')
  })

  test('S-5.18 a collection that is cancelled leaves a valid store, and the next one finishes', async () => {
    const store = await openStore()
    for (let i = 0; i < 5; i++) add(store, `dead${i}`, add(store, `base${i}`))
    store.close()
    const controller = new AbortController()
    let taken = 0
    class StoppingHost extends NodeHost {
      override async pause(): Promise<void> {
        if (++taken === 4) controller.abort()
      }
    }
    const exclusive = await openStore({ root: store.root, host: new StoppingHost(), mode: 'exclusive' })
    const stopped = collectGarbage(exclusive, { dryRun: false, signal: controller.signal })
    await expect(stopped).rejects.toMatchObject({ code: 'E_CANCELLED' })
    exclusive.close()
    const later = await openStore({ root: store.root })
    expect(later.list()).toHaveLength(6)
    expect(later.closure(later.list())).toHaveLength(6)
    expect((await collect(later)).deleted).toHaveLength(6)
    expect(readdirSync(store.layout.temporary)).toEqual([])
  })
})

describe('sizes', () => {
  test('a file that objects share counts once', async () => {
    const store = await openStore()
    const big = file(Buffer.alloc(1 << 20, 'x'))
    const first = store.addTree(name('first'), directory({ f: big }))
    const existing = `${store.locate(first.path)}/f`
    const second = store.addTree(
      name('second'),
      directory({ f: { ...big, twin: existing }, l: link(`../${first.path}`) }),
    )
    const usage = store.usage()
    expect(usage).toEqual({ objects: 2, files: 2, bytes: expect.any(Number) })
    expect(usage.bytes).toBeLessThan(1.5 * (1 << 20))
    expect(store.closureSize([second.path])).toEqual({ bytes: usage.bytes, files: usage.files })
  })
})
