// The memory of locks that were built before: a shortcut that never changes an answer.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Context } from '../../../src/ops/context.ts'
import { collectGarbage } from '../../../src/ops/gc.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { LocalWorld } from '../../support/local-world.ts'

/** Counts how often a plan is asked of the sources. */
function counting(context: Context, program: string | null): { context: Context; plans: () => number } {
  let plans = 0
  const sources = async () =>
    (await context.sources()).map((source) => ({
      ...source,
      plan: (planned: Parameters<typeof source.plan>[0]) => {
        plans++
        return source.plan(planned)
      },
    }))
  return { context: { ...context, program, sources }, plans: () => plans }
}

function makeWorld(): LocalWorld {
  const world = new LocalWorld()
  world.tool('hello')
  world.environment(['hello'])
  return world
}

async function switchTo(world: LocalWorld, name: string, program: string | null) {
  const counted = counting(world.context(), program)
  const result = await switchEnvironment(counted.context, name)
  return { ...result, plans: counted.plans() }
}

test('S-6.3 a lock that was built before is not planned again, and gives the same tree', async () => {
  const world = makeWorld()
  const first = await switchTo(world, 'default', 'program-1')
  expect(first.plans).toBeGreaterThan(0)
  world.environment(['hello'], '', 'second')
  world.write('environments/second.lock.json', world.text('environments/default.lock.json') ?? '')
  const second = await switchTo(world, 'second', 'program-1')
  expect(second.plans).toBe(0)
  expect(second.generation).toMatchObject({
    number: 1,
    storePath: first.generation.storePath,
    narHash: first.generation.narHash,
  })
})

test('S-6.3 another program plans for itself, and unbuilt sources remember nothing', async () => {
  const world = makeWorld()
  await switchTo(world, 'default', null)
  expect(readdirSync(`${world.store}/cache`)).not.toContain('locks')
  for (const [name, program] of [
    ['second', 'program-1'],
    ['third', 'program-2'],
  ] as const) {
    world.environment(['hello'], '', name)
    world.write(`environments/${name}.lock.json`, world.text('environments/default.lock.json') ?? '')
    expect((await switchTo(world, name, program)).plans).toBeGreaterThan(0)
  }
})

test('S-6.3 a known lock whose tree was collected, whose directory changed, or that the file no longer matches, is built anew', async () => {
  const world = makeWorld()
  const first = await switchTo(world, 'default', 'program-1')
  world.tool('other')
  world.environment(['other'])
  const second = await switchTo(world, 'default', 'program-1')
  await collectGarbage(world.context(), { keep: 1, olderThan: null })
  world.environment(['hello'])
  const third = await switchTo(world, 'default', 'program-1')
  expect(third.plans).toBeGreaterThan(0)
  expect(third.generation.storePath).toBe(first.generation.storePath)
  world.tool('hello', 'changed')
  const fourth = await switchTo(world, 'default', 'program-1')
  expect(fourth.generation.storePath).not.toBe(third.generation.storePath)
  expect(second.generation.storePath).not.toBe(first.generation.storePath)
})

/** The only record of a lock in the cache. */
function recordOf(world: LocalWorld): string {
  const [name, ...others] = readdirSync(`${world.store}/cache/locks`)
  expect(others).toEqual([])
  return `${world.store}/cache/locks/${name}`
}

test('S-6.3 a file that is to the letter the one that the lock was built for is not read as YAML, and any other is', async () => {
  const world = makeWorld()
  const first = await switchTo(world, 'default', 'program-1')
  world.write('environments/second.yaml', world.text('environments/default.yaml') ?? '')
  world.write('environments/second.lock.json', world.text('environments/default.lock.json') ?? '')
  const record = readFileSync(recordOf(world), 'utf8')
  // What no file says: so it came from the record.
  writeFileSync(recordOf(world), record.replace('"checks":[]', '"checks":["false"]'))
  await expect(switchTo(world, 'second', 'program-1')).rejects.toThrow('no checks here')
  world.write('environments/second.yaml', `${world.text('environments/default.yaml')}# same\n`)
  expect((await switchTo(world, 'second', 'program-1')).generation.storePath).toBe(first.generation.storePath)
  writeFileSync(recordOf(world), record)
  world.write('environments/third.yaml', world.text('environments/default.yaml') ?? '')
  world.write('environments/third.lock.json', world.text('environments/default.lock.json') ?? '')
  const third = await switchTo(world, 'third', 'program-1')
  expect(third).toMatchObject({ plans: 0, generation: { storePath: first.generation.storePath } })
  // The file was looked at all the same.
  world.write('environments/third.yaml', 'tenon: 1\npackages: {}\n')
  await expect(switchTo(world, 'third', 'program-1')).rejects.toMatchObject({ code: 'E_ENV_INVALID' })
})

test('S-6.3 an environment that extends others is known again if each of their files is what it was', async () => {
  const world = makeWorld()
  const text = 'tenon: 1\nextends: [default]\nvariables: { A: a }\n'
  world.write('environments/second.yaml', text)
  const first = await switchTo(world, 'second', 'program-1')
  expect(first.plans).toBeGreaterThan(0)
  const record = readFileSync(recordOf(world), 'utf8')
  writeFileSync(recordOf(world), record.replace('"checks":[]', '"checks":["false"]'))
  world.write('environments/third.yaml', text)
  world.write('environments/third.lock.json', world.text('environments/second.lock.json') ?? '')
  await expect(switchTo(world, 'third', 'program-1')).rejects.toThrow('no checks here')
  world.tool('other')
  world.environment(['hello', 'other'])
  const second = await switchTo(world, 'second', 'program-1')
  expect(second.generation.storePath).not.toBe(first.generation.storePath)
})

test('S-6.3 a copy that stands in the place of what it extends is not known again, for it extends itself', async () => {
  const world = makeWorld()
  world.write('environments/second.yaml', 'tenon: 1\nextends: [default]\n')
  await switchTo(world, 'second', 'program-1')
  world.write('environments/default.yaml', world.text('environments/second.yaml') ?? '')
  world.write('environments/default.lock.json', world.text('environments/second.lock.json') ?? '')
  await expect(switchTo(world, 'default', 'program-1')).rejects.toMatchObject({ code: 'E_ENV_INVALID' })
})

test('S-6.3 what is known of a lock is known of that text alone, whichever other is as long', async () => {
  const world = makeWorld()
  const first = await switchTo(world, 'default', 'program-1')
  const lock = world.text('environments/default.lock.json') ?? ''
  // The first line of a list: as long, and as valid.
  world.write('environments/default.lock.json', lock.replace('\n  ', '\n\t '))
  const second = await switchTo(world, 'default', 'program-1')
  expect(second.plans).toBeGreaterThan(0)
  expect(second.generation.storePath).toBe(first.generation.storePath)
  expect(readdirSync(`${world.store}/cache/locks`)).toHaveLength(2)
  world.environment(['hello'], '', 'third')
  world.write('environments/third.lock.json', lock)
  const third = await switchTo(world, 'third', 'program-1')
  expect(third).toMatchObject({ plans: 0, generation: { lock: first.generation.lock } })
})

test('S-6.3 the locks that were built last are known, sixteen of them', async () => {
  const world = makeWorld()
  await switchTo(world, 'default', 'program-1')
  const lock = world.text('environments/default.lock.json') ?? ''
  for (let spaces = 1; spaces < 20; spaces++) {
    world.write('environments/default.lock.json', `${lock}${' '.repeat(spaces)}`)
    await switchTo(world, 'default', 'program-1')
  }
  expect(readdirSync(`${world.store}/cache/locks`)).toHaveLength(16)
  expect((await switchTo(world, 'default', 'program-1')).plans).toBe(0)
})
