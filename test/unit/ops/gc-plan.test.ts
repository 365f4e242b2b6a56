// What a collection would do, and what each generation alone keeps alive; and verifying generations.

import { readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { StorePath } from '../../../src/core/store-path.ts'
import { diskUsage } from '../../../src/ops/du.ts'
import { forgetGenerations } from '../../../src/ops/forget.ts'
import { collectGarbage } from '../../../src/ops/gc.ts'
import { planCollection } from '../../../src/ops/gc-plan.ts'
import { addRoot, listRoots, removeRoot } from '../../../src/ops/roots.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { isDamaged, verify } from '../../../src/ops/verify.ts'
import { Store } from '../../../src/store/store.ts'
import { LocalWorld } from '../../support/local-world.ts'

const ALL = { keep: null, olderThan: null }

/** `default` with generations of one, then of two tools; `other` with the first tool alone. */
async function makeWorld(): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const name of ['one', 'two', 'three']) world.tool(name)
  const steps = [
    [['one'], 'default'],
    [['one', 'two'], 'default'],
    [['one', 'three'], 'default'],
    [['one'], 'other'],
  ] as const
  for (const [tools, environment] of steps) {
    world.environment(tools, `variables:\n  NAME: ${environment}\n`, environment)
    await switchEnvironment(world.context(), environment)
  }
  return world
}

test('S-5.27 a plan says what goes, and what each environment and generation alone keeps alive', async () => {
  const world = await makeWorld()
  const before = readdirSync(join(world.store, 'objects'))
  const plan = await planCollection(world.context(), ALL)
  expect(plan).toMatchObject({
    deleted: [],
    freedBytes: 0,
    kept: before.length,
    forgotten: [],
    objects: [],
    others: [],
  })
  expect(plan.environments).toMatchObject([
    {
      workspace: world.workspace,
      environment: 'default',
      // Its three trees and `two` and `three`; `one` is the other's too.
      objects: 5,
      generations: [
        { number: 1, current: false, objects: 1 },
        { number: 2, current: false, objects: 2 },
        { number: 3, current: true, objects: 2 },
      ],
    },
    { environment: 'other', objects: 1, generations: [{ number: 1, current: true, objects: 1 }] },
  ])
  for (const { bytes, generations } of plan.environments) {
    expect(bytes).toBeGreaterThanOrEqual(generations.reduce((sum, item) => sum + item.bytes, 0))
    for (const generation of generations) expect(generation.bytes).toBeGreaterThan(0)
  }
  expect(readdirSync(join(world.store, 'objects'))).toEqual(before)
})

test('S-5.27 a plan with retention says what the same collection then does, and counts nothing that it forgets', async () => {
  const world = await makeWorld()
  const retention = { keep: 1, olderThan: null }
  const plan = await planCollection(world.context(), retention)
  expect(plan.forgotten).toEqual([{ environment: 'default', generations: [2, 1] }])
  expect(plan.deleted).toHaveLength(3)
  expect(plan.objects.map((item) => item.storePath).toSorted()).toEqual(plan.deleted)
  expect(plan.environments[0]).toMatchObject({ objects: 2, generations: [{ number: 3, objects: 2 }] })
  const { deleted, freedBytes, kept, forgotten } = await collectGarbage(world.context(), retention)
  expect({ deleted, freedBytes, kept, forgotten }).toEqual({
    deleted: plan.deleted,
    freedBytes: plan.freedBytes,
    kept: plan.kept,
    forgotten: plan.forgotten,
  })
})

test('S-5.29 du says what each environment, generation and package needs, shares and alone holds, each file once', async () => {
  const world = await makeWorld()
  const { host, storeRoot, signal } = world.context()
  const store = await Store.open(storeRoot, host, { mode: 'shared' })
  const closure = (environment: string, number: number) =>
    store.closureSize([world.profile(environment)?.get(number).storePath ?? ('' as StorePath)]).bytes
  const before = await diskUsage(host, storeRoot, signal)
  expect(before).toMatchObject({ ...store.usage(), dead: 0 })
  const [first, second] = before.environments
  expect(first).toMatchObject({ environment: 'default', workspace: world.workspace, objects: 6 })
  for (const { environment, generations } of before.environments) {
    for (const { number, total, shared, alone } of generations) {
      expect(total).toBe(closure(environment, number))
      expect(shared + alone).toBe(total)
    }
  }
  // `one` is in both; the files of trees are shared by hard links, and belong to nobody alone.
  expect(second?.objects).toBe(2)
  expect(before.packages.map((item) => item.name).toSorted()).toEqual(['environment', 'one', 'three', 'two'])
  for (const { name, total, alone } of before.packages)
    if (name !== 'environment') expect({ name, alone }).toEqual({ name, alone: total })
  store.close()
  // What a generation alone holds is what a collection frees when it is forgotten.
  const { alone } = first?.generations[1] ?? { alone: -1 }
  await forgetGenerations(world.context(), 'default', [2])
  expect((await diskUsage(host, storeRoot, signal)).dead).toBeGreaterThanOrEqual(alone)
  const { freedBytes } = await collectGarbage(world.context(), ALL)
  expect(freedBytes).toBe(alone)
})

test('S-5.24 a root keeps what only a forgotten generation needed, and a plan names it', async () => {
  const world = await makeWorld()
  const { host, storeRoot, signal } = world.context()
  const tree = world.profile()?.get(2).storePath as string
  const link = join(world.root, 'result')
  await expect(addRoot(host, storeRoot, { link, target: 'x', signal })).rejects.toMatchObject({
    code: 'E_STORE_INVALID_PATH',
  })
  writeFileSync(link, '')
  await expect(addRoot(host, storeRoot, { link, target: tree, signal })).rejects.toMatchObject({ code: 'E_EXISTS' })
  rmSync(link)
  expect(await addRoot(host, storeRoot, { link, target: tree, signal })).toBe(tree)
  expect(listRoots(host, storeRoot)).toEqual([{ link, storePath: tree }])
  const plan = await planCollection(world.context(), { keep: 1, olderThan: null })
  expect(plan.others).toEqual([{ place: link, object: tree }])
  expect(plan.deleted).toHaveLength(1)
  expect((await collectGarbage(world.context(), { keep: 1, olderThan: null })).deleted).toEqual(plan.deleted)
  removeRoot(host, storeRoot, link)
  expect(() => removeRoot(host, storeRoot, link)).toThrow(expect.objectContaining({ code: 'E_USAGE' }))
  expect((await collectGarbage(world.context(), ALL)).deleted).toHaveLength(2)
})

test('S-5.27 a plan works on a store that cannot be written, and on one that is not there', async () => {
  const world = new LocalWorld()
  rmSync(world.store, { recursive: true })
  expect(await planCollection(world.context(), ALL)).toMatchObject({ deleted: [], kept: 0, environments: [] })
})

test('S-5.15 what a running verb has made and not made a root of yet stays: a collection waits for it', async () => {
  const world = await makeWorld()
  const context = world.context()
  const builder = await Store.open(context.storeRoot, context.host, { mode: 'shared' })
  const { path } = await builder.add('made' as Parameters<Store['add']>[0], async (staging) =>
    writeFileSync(staging, 'x'),
  )
  let isDone = false
  const collection = collectGarbage(context, ALL).then((result) => {
    isDone = true
    return result
  })
  await context.host.sleep(100)
  expect(isDone).toBe(false)
  expect(builder.isValid(path)).toBe(true)
  builder.close()
  expect((await collection).deleted).toEqual([path])
})

test('S-5.19 every damage of a generation is found, and one that was never finished or was forgotten is none', async () => {
  const world = await makeWorld()
  const { host, storeRoot, signal } = world.context()
  const run = { report: () => undefined, signal }
  const profile = world.profile()?.directory ?? ''
  const place = profile.slice(storeRoot.length + 1)
  writeFileSync(join(profile, '9.json'), '{}')
  symlinkSync('../x', join(profile, '.tenon-0011'))
  expect(await verify(host, storeRoot, run)).toMatchObject({ defects: [] })
  const record = host.readFile(join(profile, '1.json'))?.toString() ?? ''
  writeFileSync(join(profile, '1.json'), record.replace(/"storePath": "./, '"storePath": "x'))
  rmSync(join(profile, '2'))
  symlinkSync('../../../objects/nothing', join(profile, '2'))
  renameSync(join(storeRoot, 'objects', world.profile('other')?.get(1).storePath ?? ''), join(world.root, 'gone'))
  rmSync(join(profile, 'current'))
  symlinkSync('7', join(profile, 'current'))
  const result = await verify(host, storeRoot, run)
  const other = place.replace(/default$/, 'other')
  expect(result.defects.map(({ kind, storePath }) => [kind, storePath])).toEqual([
    ['generation', `${place}/1`],
    ['generation', `${place}/2`],
    ['generation', `${place}/current`],
    ['generation', `${other}/1`],
    ['no-output', expect.stringContaining('realisations/')],
  ])
  expect(isDamaged(result)).toBe(true)
  expect(isDamaged({ checked: 1, defects: [{ storePath: 'tmp/x', kind: 'leftover', detail: '' }] })).toBe(false)
})
