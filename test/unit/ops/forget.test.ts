// What is left of environments and workspaces that are not there as they were: copied, deleted, on another branch.

import { cpSync, existsSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Context } from '../../../src/ops/context.ts'
import { createEnvironment, deleteEnvironment } from '../../../src/ops/environments.ts'
import { forgetGenerations } from '../../../src/ops/forget.ts'
import { collectGarbage } from '../../../src/ops/gc.ts'
import { planCollection } from '../../../src/ops/gc-plan.ts'
import { listGenerations } from '../../../src/ops/generations.ts'
import { rollback, switchToGeneration } from '../../../src/ops/rollback.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { FaultyHost } from '../../support/faulty-host.ts'
import { expectSound, LocalWorld } from '../../support/local-world.ts'

const PLAIN = { keep: null, olderThan: null }

/** `default` and `other`, with two generations and links each; the store is not in the workspace. */
async function makeTwo(): Promise<LocalWorld> {
  const world = new LocalWorld()
  rmSync(world.store, { recursive: true })
  for (const name of ['one', 'two']) world.tool(name)
  for (const name of ['default', 'other']) {
    for (const tools of [['one'], ['one', 'two']]) {
      world.environment(tools, `links:\n  ${name}-shown: bin\nvariables:\n  NAME: ${name}\n`, name)
      await switchEnvironment(world.context(), name)
    }
  }
  return world
}

function numbersOf(context: Context, name: string): readonly number[] {
  return listGenerations(context, name).map((row) => row.number)
}

test('S-1.5 in a copied workspace no verb sees or moves the history of the original, and none but a switch makes one', async () => {
  const world = await makeTwo()
  const copy = join(world.root, 'copy')
  cpSync(world.workspace, copy, { recursive: true, verbatimSymlinks: true })
  const context = { ...world.context(), workspace: { root: copy } }
  const link = () => readlinkSync(join(copy, '.tenon/profiles/default'))
  const before = link()
  expect(numbersOf(context, 'default')).toEqual([])
  const notFound = expect.objectContaining({ code: 'E_PROFILE_NOT_FOUND' })
  await expect(rollback(context, 'default', null)).rejects.toEqual(notFound)
  await expect(switchToGeneration(context, 'default', 1)).rejects.toEqual(notFound)
  await expect(forgetGenerations(context, 'default', [1])).rejects.toEqual(notFound)
  expect(await collectGarbage(context, { ...PLAIN, keep: 1 })).toMatchObject({ forgotten: [], deleted: [] })
  expect(link()).toBe(before)
  expect(await switchEnvironment(context, 'default')).toMatchObject({ generation: { number: 1 } })
  expect(link()).not.toBe(before)
  expect(numbersOf(world.context(), 'default')).toEqual([1, 2])
})

test('S-7.30 a collection forgets all of an environment that was deleted, and its links', async () => {
  const world = await makeTwo()
  const context = world.context()
  expect(readdirSync(world.path('other-shown'))).toEqual(['one', 'two'])
  deleteEnvironment(context, 'other')
  const planned = await planCollection(context, PLAIN)
  expect(planned.forgotten).toEqual([{ environment: 'other', generations: [1, 2] }])
  expect(numbersOf(context, 'other')).toEqual([1, 2])
  const done = await collectGarbage(context, PLAIN)
  expect(done.forgotten).toEqual(planned.forgotten)
  expect(done.deleted).toEqual(planned.deleted)
  expect(done.deleted.length).toBeGreaterThan(0)
  expect(numbersOf(context, 'other')).toEqual([])
  expect(readdirSync(world.path('other-shown'))).toEqual([])
  expect(readdirSync(world.path('default-shown'))).toEqual(['one', 'two'])
  expect(await collectGarbage(context, PLAIN)).toMatchObject({ forgotten: [], deleted: [] })
  // Made again, it goes on counting.
  createEnvironment(context.host, context.workspace, 'other', 'tenon: 1\npackages:\n  - path: ../tools/one\n')
  expect(await switchEnvironment(context, 'other')).toMatchObject({ generation: { number: 3, parent: null } })
  await expectSound(world)
})

test('S-7.30 an environment that is back, or was switched to since it was deleted, loses nothing', async () => {
  const world = await makeTwo()
  const context = world.context()
  const path = 'environments/other.yaml'
  const text = world.text(path) ?? ''
  deleteEnvironment(context, 'other')
  world.write(path, text)
  expect(await collectGarbage(context, PLAIN)).toMatchObject({ forgotten: [] })
  await switchEnvironment(context, 'other')
  rmSync(world.path(path))
  expect(await collectGarbage(context, PLAIN)).toMatchObject({ forgotten: [] })
  expect(numbersOf(context, 'other')).toEqual([1, 2])
})

test('S-7.30 an environment whose file merely is not there keeps its current generation until that is forgotten by number', async () => {
  const world = await makeTwo()
  const context = world.context()
  const text = world.text('environments/other.yaml') ?? ''
  rmSync(world.path('environments/other.yaml'))
  expect(await collectGarbage(context, PLAIN)).toMatchObject({ forgotten: [] })
  const { forgotten } = await collectGarbage(context, { ...PLAIN, keep: 1 })
  expect(forgotten).toEqual([
    { environment: 'default', generations: [1] },
    { environment: 'other', generations: [1] },
  ])
  await expect(forgetGenerations(context, 'default', [2])).rejects.toMatchObject({ code: 'E_GENERATION_CURRENT' })
  await expect(forgetGenerations(context, 'other', [2, 9])).rejects.toMatchObject({ code: 'E_GENERATION_NOT_FOUND' })
  expect(numbersOf(context, 'other')).toEqual([2])
  await forgetGenerations(context, 'other', [2])
  expect(numbersOf(context, 'other')).toEqual([])
  expect(readdirSync(world.path('other-shown'))).toEqual([])
  expect((await collectGarbage(context, PLAIN)).deleted.length).toBeGreaterThan(0)
  world.write('environments/other.yaml', text)
  expect(await switchEnvironment(context, 'other')).toMatchObject({ generation: { number: 3 } })
})

test('S-7.10 a crash while an environment is deleted or forgotten is finished by the next collection', async () => {
  for (let at = 1; ; at++) {
    const world = await makeTwo()
    const host = new FaultyHost({ kind: 'crash', at })
    const doomed = async () => {
      deleteEnvironment(world.context(host), 'other')
      await collectGarbage(world.context(host), PLAIN)
    }
    await doomed().catch(() => undefined)
    expect(numbersOf(world.context(), 'default')).toEqual([1, 2])
    if (existsSync(world.path('environments/other.yaml'))) expect(numbersOf(world.context(), 'other')).toEqual([1, 2])
    await collectGarbage(world.context(), PLAIN)
    const left = numbersOf(world.context(), 'other')
    // Without the mark it is as if the file merely were not there; what is marked goes, whole.
    if (left.length > 0) expect(left).toEqual([1, 2])
    else expect(readdirSync(world.path('other-shown'))).toEqual([])
    expect(readdirSync(world.path('default-shown'))).toEqual(['one', 'two'])
    await expectSound(world)
    world.remove()
    if (!host.failed) break
  }
})
