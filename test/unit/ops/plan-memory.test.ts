// The memory of the plan that was made last: a shortcut that never changes an answer.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plan } from '../../../src/build/plan.ts'
import {
  type LockedEnvironment,
  type LockedId,
  type LockedPackage,
  parseLockBlocks,
  printLock,
} from '../../../src/core/lock.ts'
import { recallPlan } from '../../../src/ops/plan-memory.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import type { Source } from '../../../src/sources/source.ts'
import { LocalWorld } from '../../support/local-world.ts'
import { contextOf } from '../../support/ops-world.ts'
import { makeWorld, type World } from '../../support/world.ts'

interface Drawn {
  readonly content: number
  readonly dependencies: readonly number[]
  readonly isMember: boolean
}

const COUNT = 7
const drawn = fc.record({
  content: fc.nat(1),
  dependencies: fc.uniqueArray(fc.nat(COUNT - 1), { maxLength: 3 }),
  isMember: fc.constantFrom(true, true, true, false),
})
const drawnLock = fc.array(drawn, { minLength: COUNT, maxLength: COUNT })

const idOf = (number: number) => `npm:p${number}@1.0.0` as LockedId

function lockOf(drawing: readonly Drawn[]): LockedEnvironment {
  const packages = drawing.map(({ content, dependencies }, number): LockedPackage => {
    const integrity =
      `sha512-${Buffer.alloc(64, content).toString('base64')}` as LockedPackage['artifacts'][0]['integrity']
    return {
      id: idOf(number),
      source: 'npm',
      name: `p${number}`,
      version: '1.0.0',
      artifacts: [{ kind: 'file', source: 'npm', package: `p${number}`, name: 'x.tgz', size: null, integrity }],
      dependencies: Object.fromEntries(dependencies.map((other) => [`p${other}`, idOf(other)])),
      data: {},
    }
  })
  const members = drawing.flatMap(({ isMember }, number) => (isMember || number === 0 ? [idOf(number)] : []))
  const roots = [{ requirement: 'npm:p0', package: idOf(0), priority: 0 }]
  const satisfies = 'a'.repeat(64) as LockedEnvironment['satisfies']
  return { schema: 1, satisfies, variables: {}, systems: { 'x86_64-linux': { roots, packages: members } }, packages }
}

test('S-6.2 whatever another plan left in memory, a plan has the same ids, and what it lacks the other one had', async () => {
  const sources = await new LocalWorld().context().sources()
  const planned = (drawing: readonly Drawn[]) => {
    const parsed = parseLockBlocks(printLock(lockOf(drawing)), 'x', new Set())
    return { ...parsed, plan: plan(parsed.lock, 'x86_64-linux', sources) }
  }
  const change = fc.array(fc.tuple(fc.nat(COUNT - 1), drawn), { maxLength: 2 })
  let takenOver = 0
  fc.assert(
    fc.property(drawnLock, change, (before, changes) => {
      const after = before.map((item, number) => changes.find(([at]) => at === number)?.[1] ?? item)
      const [old, fresh] = [planned(before), planned(after)]
      const memory = { blocks: new Set(old.blocks), derivations: old.plan.packages }
      const quick = plan(fresh.lock, 'x86_64-linux', sources, recallPlan(memory, fresh))
      expect(quick.root).toBe(fresh.plan.root)
      expect(quick.packages).toEqual(fresh.plan.packages)
      for (const [id, derivation] of fresh.plan.derivations)
        expect(quick.derivations.get(id) ?? old.plan.derivations.get(id)).toEqual(derivation)
      takenOver += fresh.plan.derivations.size - quick.derivations.size
    }),
  )
  expect(takenOver).toBeGreaterThan(100)
})

async function twoEnvironments(): Promise<World> {
  const world = await makeWorld()
  world.registry.publish('app@1.0.0', { shared: '1' }, { manifest: { bin: { app: 'index.js' } } })
  world.registry.publish('more@1.0.0', { shared: '1' })
  world.registry.publish('shared@1.0.0', { deep: '1' })
  world.registry.publish('deep@1.0.0')
  world.environment('default', ['npm:app', 'npm:more'])
  world.environment('second', ['npm:app'])
  return world
}

/** Switches, and counts the derivations that were made anew. */
async function switchTo(world: World, name: string, program: string | null) {
  let added = 0
  const context = contextOf(world, { program })
  const sources = async () =>
    (await context.sources()).map(
      (source): Source =>
        Object.assign(Object.create(source), {
          plan: (planned: Parameters<Source['plan']>[0]) =>
            source.plan({
              ...planned,
              add: (derivation) => {
                added++
                return planned.add(derivation)
              },
            }),
        }),
    )
  const { generation } = await switchEnvironment({ ...context, sources }, name)
  return { narHash: generation.narHash, added }
}

test('S-6.3 a second environment plans only what it does not have in common with what was built last', async () => {
  const world = await twoEnvironments()
  expect((await switchTo(world, 'default', 'program-1')).added).toBe(4)
  const second = await switchTo(world, 'second', 'program-1')
  expect(second.added).toBe(0)
  const other = await twoEnvironments()
  expect((await switchTo(other, 'second', null)).narHash).toBe(second.narHash)
  expect(readdirSync(join(other.store, 'cache'))).not.toContain('locks')
})

test('S-6.3 a memory that is damaged, or another program’s, is none; what it names and is gone is planned and made again', async () => {
  const world = await twoEnvironments()
  const first = await switchTo(world, 'default', 'program-1')
  const locks = join(world.store, 'cache', 'locks')
  const [name = ''] = readdirSync(locks)
  const record = join(locks, name)
  const good = readFileSync(record, 'utf8')
  const lines = good.split('\n')
  for (const [index, text] of [
    '',
    good.slice(0, 300),
    `program-1\n[]\n`,
    `program-1\n{}\n${lines.slice(2).join('\n')}`,
    `program-1\n${lines[1]}\n{}\n${lines.slice(3).join('\n')}`,
    `program-1\n${lines[1]}\n[1, null]\n${lines.slice(3).join('\n')}`,
    good.replace('program-1', 'program-2'),
  ].entries()) {
    for (const other of readdirSync(locks)) rmSync(join(locks, other))
    writeFileSync(record, text)
    world.environment(`other-${index}`, ['npm:more', 'npm:app'])
    // The same objects, so nothing but the plan is made again.
    const lock = world.path('environments/default.lock.json')
    writeFileSync(
      world.path(`environments/other-${index}.lock.json`),
      `${readFileSync(lock, 'utf8').trimEnd()}${' '.repeat(index + 1)}\n`,
    )
    expect(await switchTo(world, `other-${index}`, 'program-1')).toEqual({ narHash: first.narHash, added: 4 })
  }
  for (const name of readdirSync(join(world.store, 'realisations'))) {
    const path = join(world.store, 'realisations', name)
    if (readFileSync(path, 'utf8').includes('-app-1.0.0"')) writeFileSync(path, 'damaged')
  }
  expect((await switchTo(world, 'second', 'program-1')).added).toBe(4 - 1)
})
