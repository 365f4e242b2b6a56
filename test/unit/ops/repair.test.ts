// Making damaged objects anew: what is whole already, from the cache, from directories, and what cannot be made again.

import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StorePath } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import type { Context } from '../../../src/ops/context.ts'
import { addPackages } from '../../../src/ops/edit.ts'
import { collectGarbage } from '../../../src/ops/gc.ts'
import { planCollection } from '../../../src/ops/gc-plan.ts'
import { isStillDamaged, repair } from '../../../src/ops/repair.ts'
import { whileNobodyElseRepairs } from '../../../src/ops/repairing.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { verify } from '../../../src/ops/verify.ts'
import { Store } from '../../../src/store/store.ts'
import { removeTree } from '../../../src/store/tree.ts'
import { FaultyHost, SimulatedCrash } from '../../support/faulty-host.ts'
import { LocalWorld } from '../../support/local-world.ts'
import { LoneHost } from '../../support/lone-host.ts'
import { contextOf } from '../../support/ops-world.ts'
import { file, name } from '../../support/store.ts'
import { makeWorld } from '../../support/world.ts'

const host = new NodeHost()

/** Objects by the end of their names. */
function objects(storeRoot: string, end: string): readonly StorePath[] {
  return readdirSync(join(storeRoot, 'objects')).filter((path) => path.endsWith(end)) as StorePath[]
}

function only(storeRoot: string, end: string): StorePath {
  const [path, ...more] = objects(storeRoot, end)
  if (path === undefined || more.length > 0) throw new Error(`${more.length + 1} objects end with ${end}`)
  return path
}

/** Other bytes, mode and time as they were. */
function corrupt(place: string): void {
  const { mode = 0 } = host.stat(place) ?? {}
  host.setMode(place, 0o644)
  writeFileSync(place, 'damaged')
  host.setTime(place, 1)
  host.setMode(place, mode)
}

async function localWorld(): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const tool of ['one', 'two']) world.tool(tool)
  world.environment(['one', 'two'])
  await switchEnvironment(world.context(), 'default')
  return world
}

async function expectWhole(context: Context): Promise<void> {
  const { defects } = await verify(context.host, context.storeRoot, { report: () => undefined, signal: context.signal })
  expect(defects).toEqual([])
}

test('S-5.28 a changed file of a local package, and the tree above it, are made again; the damaged ones are kept and named', async () => {
  const world = await localWorld()
  const context = world.context()
  const tool = only(world.store, '-one')
  const tree = only(world.store, '-environment')
  corrupt(join(world.store, 'objects', tool, 'bin/one'))
  corrupt(join(world.store, 'objects', tree, 'etc/tenon/run'))
  const reader = join(world.store, 'objects', tool, 'bin/one')
  const opened = host.openRead(reader)
  const result = await repair(context, null)
  expect(result.repaired.toSorted((a, b) => a.storePath.localeCompare(b.storePath))).toEqual(
    [tool, tree]
      .toSorted()
      .map((storePath) => ({ storePath, from: 'source', damaged: join(world.store, 'damaged', storePath) })),
  )
  expect(result).toMatchObject({ unrepaired: [], others: [] })
  expect(isStillDamaged(result)).toBe(false)
  // Who read the old one goes on reading it.
  const bytes = Buffer.alloc(7)
  host.read(opened, bytes, 0, 7, 0)
  host.close(opened)
  expect(bytes.toString()).toBe('damaged')
  expect(readFileSync(join(world.store, 'damaged', tool, 'bin/one'), 'utf8')).toBe('damaged')
  expect(readFileSync(reader, 'utf8')).toContain('echo')
  await expectWhole(context)
  expect(existsSync(join(world.store, 'repair'))).toBe(false)
  expect(await repair(context, null)).toMatchObject({ repaired: [], unrepaired: [] })
})

test('S-5.28 times, modes and records are mended without any source, and a second damaged copy gets a name of its own', async () => {
  const world = await localWorld()
  const tool = only(world.store, '-one')
  const other = only(world.store, '-two')
  rmSync(join(world.workspace, 'tools'), { recursive: true })
  rmSync(join(world.store, 'realisations'), { recursive: true })
  rmSync(world.path('environments/default.lock.json'))
  const place = join(world.store, 'objects', tool)
  for (const kept of [tool, `${tool}.2`]) {
    host.setMode(join(place, 'bin/one'), 0o755)
    host.unlink(join(world.store, 'info', `${other}.json`))
    const { repaired, unrepaired } = await repair(world.context(), null)
    expect(unrepaired).toEqual([])
    expect(repaired).toContainEqual({ storePath: tool, from: 'copy', damaged: join(world.store, 'damaged', kept) })
    expect(repaired).toContainEqual({ storePath: other, from: 'record', damaged: null })
    await expectWhole(world.context())
  }
})

test('S-5.33 a record that lists other names than its object has is written anew', async () => {
  const world = await localWorld()
  const context = world.context()
  const path = only(world.store, '-one')
  const record = join(world.store, 'info', `${path}.json`)
  const text = readFileSync(record, 'utf8')
  writeFileSync(record, text.replace('fone', 'ftwo'))
  const result = await repair(context, null)
  expect(result).toMatchObject({ repaired: [{ storePath: path, from: 'record', damaged: null }], unrepaired: [] })
  expect(readFileSync(record, 'utf8')).toBe(text)
  await expectWhole(context)
})

test('S-5.28 what cannot be made again is left as it is, and named with the generations that it hurts', async () => {
  const world = await localWorld()
  world.environment(['one'], '', 'other')
  await switchEnvironment(world.context(), 'other')
  const tool = only(world.store, '-one')
  corrupt(join(world.store, 'objects', tool, 'bin/one'))
  world.tool('one', 'changed since')
  const result = await repair(world.context(), null)
  expect(result.repaired).toEqual([])
  expect(result.unrepaired).toEqual([
    {
      storePath: tool,
      reason: expect.stringContaining('is not what the lock says'),
      hurts: [
        { workspace: world.workspace, environment: 'default', generations: [1] },
        { workspace: world.workspace, environment: 'other', generations: [1] },
      ],
    },
  ])
  expect(isStillDamaged(result)).toBe(true)
  expect(readFileSync(join(world.store, 'objects', tool, 'bin/one'), 'utf8')).toBe('damaged')
  expect(existsSync(join(world.store, 'damaged'))).toBe(false)
})

test('S-5.28 only what is named is repaired; what is missing is made too; what nobody made is said so', async () => {
  const world = await localWorld()
  const context = world.context()
  const [one, two] = [only(world.store, '-one'), only(world.store, '-two')]
  const store = await Store.open(world.store, host, { mode: 'shared' })
  const own = store.addTree(name('own'), file('mine')).path
  store.close()
  removeTree(host, join(world.store, 'objects', one))
  for (const path of [two, own]) corrupt(join(world.store, 'objects', path, path === two ? 'bin/two' : ''))
  expect(await repair(context, [one])).toMatchObject({
    repaired: [{ storePath: one, from: 'source', damaged: null }],
    unrepaired: [],
  })
  expect(await repair(context, null)).toMatchObject({
    repaired: [{ storePath: two, from: 'source' }],
    unrepaired: [{ storePath: own, reason: expect.stringContaining('nothing says how'), hurts: [] }],
  })
})

test('S-5.28 offline, npm packages are made again from the cache, also those that no lock names any more', async () => {
  const world = await makeWorld()
  world.registry.publish('deep@1.0.0', {}, { files: { 'index.js': 'exports.n = 1\n' } })
  world.registry.publish(
    'top@1.0.0',
    { deep: '^1.0.0' },
    { manifest: { bin: { top: 'cli.js' } }, files: { 'cli.js': '#!/usr/bin/env node\n' } },
  )
  world.environment('default', ['npm:top'])
  await switchEnvironment(contextOf(world), 'default')
  world.environment('default', [])
  await switchEnvironment(contextOf(world), 'default')
  const [deep, top] = [only(world.store, '-deep-1.0.0'), only(world.store, '-top-1.0.0')]
  corrupt(join(world.store, 'objects', deep, 'node_modules/deep/index.js'))
  corrupt(join(world.store, 'objects', top, 'node_modules/top/cli.js'))
  const link = readlinkSync(join(world.store, 'objects', top, 'node_modules/deep'))
  const offline = contextOf(world, { offline: true })
  expect(await repair(offline, null)).toMatchObject({
    repaired: [{ from: 'source' }, { from: 'source' }],
    unrepaired: [],
  })
  expect(readFileSync(join(world.store, 'objects', deep, 'node_modules/deep/index.js'), 'utf8')).toBe('exports.n = 1\n')
  expect(readlinkSync(join(world.store, 'objects', top, 'node_modules/deep'))).toBe(link)
  await expectWhole(offline)
  // Without the cache and the network nothing can be done, and that is said.
  corrupt(join(world.store, 'objects', deep, 'node_modules/deep/index.js'))
  rmSync(join(world.store, 'cache'), { recursive: true })
  rmSync(join(world.store, 'damaged'), { recursive: true })
  const { unrepaired } = await repair(offline, [deep])
  expect(unrepaired).toMatchObject([{ storePath: deep, reason: expect.stringContaining('not cached') }])
})

for (const kind of ['crash', 'torn'] as const) {
  test(`S-5.28 after a crash at any moment (${kind}) the next repair finishes, without any source`, {
    timeout: 240_000,
  }, async () => {
    let missing = 0
    for (const damage of kind === 'crash' ? (['bytes', 'mode'] as const) : (['bytes'] as const)) {
      for (let at = 1; ; at++) {
        const world = await localWorld()
        const tool = only(world.store, '-one')
        const place = join(world.store, 'objects', tool)
        if (damage === 'bytes') corrupt(join(place, 'bin/one'))
        else host.setMode(join(place, 'bin/one'), 0o755)
        const damaged = readFileSync(join(place, 'bin/one'), 'utf8')
        const faulty = new FaultyHost({ kind, at })
        const error = await repair(world.context(faulty), null).catch((reason: unknown) => reason)
        if (!faulty.failed) {
          world.remove()
          break
        }
        expect(error).toBeInstanceOf(SimulatedCrash)
        // The old tree, none, or the new one: never a part of one.
        const found = existsSync(place) ? readFileSync(join(realpathSync(place), 'bin/one'), 'utf8') : null
        if (found === null) {
          missing++
          // Between the two renames all that is needed is there already.
          rmSync(join(world.workspace, 'tools'), { recursive: true })
          rmSync(join(world.store, 'realisations'), { recursive: true })
        } else if (damage === 'bytes') {
          expect(['damaged', `#!/bin/sh\necho 'one'\n`]).toContain(found)
        } else {
          expect(found).toBe(damaged)
        }
        const result = await repair(world.context(), null)
        expect(result.unrepaired).toEqual([])
        expect(readFileSync(join(place, 'bin/one'), 'utf8')).toBe(`#!/bin/sh\necho 'one'\n`)
        const { defects } = await verify(host, world.store, {
          report: () => undefined,
          signal: new AbortController().signal,
        })
        expect(defects.filter((defect) => defect.kind !== 'no-output')).toEqual([])
        world.remove()
      }
    }
    expect(missing).toBeGreaterThan(0)
  })
}

describe('S-5.37 after a repair that was killed between its two renames', () => {
  const VERBS: Readonly<Record<string, (context: Context) => Promise<unknown>>> = {
    gc: (context) => collectGarbage(context, { keep: null, olderThan: null }),
    switch: (context) => switchEnvironment({ ...context, program: 'another' }, 'default'),
    add: (context) => addPackages(context, 'default', ['path:tools/two']),
    verify: (context) => expectWhole(context),
    'gc --plan': (context) => planCollection(context, { keep: null, olderThan: null }),
  }

  class DiesBetween extends LoneHost {
    #isDead = false

    override rename(from: string, to: string): void {
      this.#isDead ||= from.includes('/repair/objects/')
      if (this.#isDead) throw new SimulatedCrash(to)
      super.rename(from, to)
    }
  }

  test.each(Object.entries(VERBS))('%s finishes it', async (_, verb) => {
    const world = new LocalWorld()
    for (const tool of ['one', 'two']) world.tool(tool)
    world.environment(['one'])
    await switchEnvironment(world.context(), 'default')
    const place = join(world.store, 'objects', only(world.store, '-one'))
    corrupt(join(place, 'bin/one'))
    await expect(repair(world.context(new DiesBetween()), null)).rejects.toBeInstanceOf(SimulatedCrash)
    expect(existsSync(place)).toBe(false)
    await verb(world.context())
    expect(readFileSync(join(place, 'bin/one'), 'utf8')).toContain('echo')
    await expectWhole(world.context())
  })
})

test('S-5.15 a collection removes what a killed repair had made, and nothing of one that is at work', async () => {
  const world = await localWorld()
  const context = world.context()
  const path = only(world.store, '-one')
  corrupt(join(world.store, 'objects', path, 'bin/one'))
  const scratch = join(world.store, 'repair')
  for (let at = 1; !existsSync(join(scratch, 'objects', path)); at++)
    await expect(repair(world.context(new FaultyHost({ kind: 'crash', at })), null)).rejects.toThrow()
  const retention = { keep: null, olderThan: null }
  await whileNobodyElseRepairs(context, () => collectGarbage(context, retention))
  expect(existsSync(join(scratch, 'objects', path))).toBe(true)
  expect((await collectGarbage(context, retention)).freedBytes).toBeGreaterThan(0)
  expect(existsSync(scratch)).toBe(false)
})
