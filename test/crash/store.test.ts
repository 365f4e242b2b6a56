// Every crash point of the store's operations: the process dies before, or in, mutating call k = 1, 2, 3, … until a run meets none.

import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { DerivationId } from '../../src/core/derivation.ts'
import type { StorePath } from '../../src/core/store-path.ts'
import type { NodeHost } from '../../src/host/node-host.ts'
import { collectGarbage } from '../../src/store/gc.ts'
import { optimiseStore } from '../../src/store/optimise.ts'
import { Store } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify.ts'
import { FaultyHost, SimulatedCrash } from '../support/faulty-host.ts'
import { LoneHost } from '../support/lone-host.ts'
import { directory, file, link, name, temporaryDirectory } from '../support/store.ts'

const tree = directory({
  bin: directory({ hello: file('#!/bin/sh\necho hello\n', true), again: link('hello') }),
  'README.md': file('Hello.\n'),
})
const id = 'a'.repeat(64) as DerivationId

interface Operation {
  readonly mode: 'shared' | 'exclusive'
  /** Runs on a fresh store first. */
  readonly prepare?: (store: Store) => void | Promise<void>
  readonly run: (store: Store) => unknown
}

const operations: Readonly<Record<string, Operation>> = {
  'making a store': { mode: 'shared', run: () => undefined },
  'addTree of a directory': { mode: 'shared', run: (store) => store.addTree(name('hello'), tree) },
  'addTree of a file': { mode: 'shared', run: (store) => store.addTree(name('f'), file('x')) },
  'addTree of a tree with references and hard links': {
    mode: 'shared',
    prepare: (store) => void store.addTree(name('hello'), tree),
    run: (store) => {
      const [hello] = store.list()
      const existing = `${store.locate(hello as StorePath)}/README.md`
      const shared = { ...file('Hello.\n'), twin: existing }
      store.addTree(name('user'), directory({ to: link(`../${hello}`), 'README.md': shared }))
    },
  },
  'add from disk': {
    mode: 'shared',
    run: (store) =>
      store.add(name('hello'), async (staging) => {
        mkdirSync(`${staging}/bin`, { recursive: true, mode: 0o700 })
        writeFileSync(`${staging}/bin/hello`, '#!/bin/sh\n', { mode: 0o777 })
        symlinkSync('bin', `${staging}/sbin`)
      }),
  },
  register: {
    mode: 'shared',
    prepare: (store) => void store.addTree(name('hello'), tree),
    run: (store) => store.register({ derivation: id, output: store.list()[0] as StorePath }),
  },
  collectGarbage: {
    mode: 'exclusive',
    prepare: (store) => {
      const base = store.addTree(name('base'), tree).path
      const kept = store.addTree(name('kept'), directory({ to: link(`../${base}`) })).path
      const middle = store.addTree(name('middle'), directory({ to: link(`../${base}`) })).path
      const top = store.addTree(
        name('top'),
        directory({ a: link(`../${middle}`), d: directory({ e: directory() }) }),
      ).path
      store.addTree(name('file'), file('single'))
      store.register({ derivation: id, output: top })
      mkdirSync(`${store.layout.profiles}/w/default`, { recursive: true })
      symlinkSync(`../../../objects/${kept}`, `${store.layout.profiles}/w/default/1`)
      writeFileSync(`${store.layout.info}/${'0'.repeat(32)}-orphan.json`, '{}')
      mkdirSync(`${store.layout.temporary}/junk/deep`, { recursive: true, mode: 0o755 })
      writeFileSync(`${store.layout.temporary}/junk/deep/f`, 'x', { mode: 0o444 })
    },
    run: (store) => collectGarbage(store, { dryRun: false }),
  },
  // Which inode a file has is no part of the state: the old is the new.
  'optimiseStore (S-5.32)': {
    mode: 'exclusive',
    prepare: (store) => {
      const [text, twin] = [file('in both\n'), file('and this\n', true)]
      store.addTree(name('a'), directory({ a: text, d: directory({ e: directory({ b: twin }) }) }))
      store.addTree(name('b'), directory({ c: text, f: directory({ c: text, d: twin }), g: twin }))
    },
    run: (store) => optimiseStore(store),
  },
}

interface State {
  readonly valid: readonly StorePath[]
  readonly realised: StorePath | null
}

describe('S-5.10 after a crash anywhere the old or the new state stands, whole, and the same operation then succeeds', () => {
  for (const [title, operation] of Object.entries(operations)) {
    for (const kind of ['crash', 'torn'] as const) {
      test(`${title} (${kind === 'crash' ? 'before' : 'in'} each call)`, { timeout: 120_000 }, async () => {
        const untouched = await prepared(operation)
        const old = await inspect(untouched)
        await inStore(untouched, operation.mode, new LoneHost(), operation.run)
        const wanted = await inspect(untouched)

        let crashes = 0
        for (let at = 1; ; at++) {
          const root = await prepared(operation)
          const host = new FaultyHost({ kind, at })
          const crash = await inStore(root, operation.mode, host, operation.run).catch((error: unknown) => error)
          if (!host.failed) {
            expect(crash).toBeUndefined()
            break
          }
          expect(crash).toBeInstanceOf(SimulatedCrash)
          crashes++

          expectBetween(operation, await inspect(root), old, wanted)
          await inStore(root, operation.mode, new LoneHost(), operation.run)
          expect(await inspect(root)).toEqual(wanted)
          await inStore(root, 'exclusive', new LoneHost(), (store) =>
            collectGarbage(store, { dryRun: false, isRoot: () => true }),
          )
          expect(readdirSync(`${root}/tmp`)).toEqual([])
        }
        expect(crashes).toBeGreaterThan(0)
      })
    }
  }
})

describe('S-5.12 a full disk, a read-only file system or a missing permission is one clear error and leaves old or new', () => {
  for (const [title, operation] of Object.entries(operations)) {
    for (const code of ['ENOSPC', 'EROFS', 'EACCES'] as const) {
      test(`${title} (${code} at each call)`, { timeout: 120_000 }, async () => {
        const untouched = await prepared(operation)
        const old = await inspect(untouched)
        await inStore(untouched, operation.mode, new LoneHost(), operation.run)
        const wanted = await inspect(untouched)
        for (let at = 1; ; at++) {
          const root = await prepared(operation)
          const host = new FaultyHost({ kind: 'error', at, code })
          const error = await inStore(root, operation.mode, host, operation.run).catch((reason: unknown) => reason)
          if (!host.failed) break
          if (error !== undefined) expect(error).toMatchObject({ code: 'E_STORE_IO', details: { errno: code } })
          expectBetween(operation, await inspect(root), old, wanted)
          await inStore(root, operation.mode, new LoneHost(), operation.run)
          expect(await inspect(root)).toEqual(wanted)
        }
      })
    }
  }
})

/** A collection goes object by object; everything else is old or new. */
function expectBetween(operation: Operation, found: State, old: State, wanted: State): void {
  if (operation.mode === 'shared') {
    expect([old, wanted]).toContainEqual(found)
    return
  }
  expect(old.valid).toEqual(expect.arrayContaining([...found.valid]))
  expect(found.valid).toEqual(expect.arrayContaining([...wanted.valid]))
}

async function prepared(operation: Operation): Promise<string> {
  const root = `${temporaryDirectory()}/store`
  if (operation.prepare !== undefined) await inStore(root, 'shared', new LoneHost(), operation.prepare)
  return root
}

/** Opens, uses and closes; what is thrown is what the process would have died of. */
async function inStore(
  root: string,
  mode: 'shared' | 'exclusive',
  host: NodeHost,
  use: (store: Store) => unknown,
): Promise<void> {
  const store = await Store.open(root, host, { mode })
  try {
    await use(store)
  } finally {
    store.close()
  }
}

/** What stands, checked: no defect, and every valid object has a valid closure. */
async function inspect(root: string): Promise<State> {
  const store = await Store.open(root, new LoneHost(), { mode: 'read' })
  for await (const item of verifyStore(store)) expect('defect' in item ? item.defect : null).toBeNull()
  const valid = store.list().filter((path) => store.isValid(path))
  expect(new Set(store.closure(valid))).toEqual(new Set(valid))
  const realised = store.realisation(id)?.output ?? null
  store.close()
  return { valid, realised }
}
