// The power goes while a verb is at work: every name is where it was put, but files that were not synced have lost bytes. What decides (the
// environment file, its lock, generations and what is current) is old or new, and whole; of the objects `verify` names each that is not.

import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { NodeHost } from '../../src/host/node-host.ts'
import { switchToGeneration } from '../../src/ops/rollback.ts'
import { Store } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify.ts'
import { SimulatedCrash } from '../support/faulty-host.ts'
import type { LocalWorld } from '../support/local-world.ts'
import {
  attempt,
  expectOldOrNew,
  forEachFault,
  outcomesOf,
  stateOf,
  VERBS,
  type Verb,
} from '../support/state-changes.ts'

const TITLES = [
  'env copy',
  'the first switch',
  'a switch to something new',
  'a rollback that shows other links',
  'switch --generation',
  'gc with retention',
  'add',
  'remove',
] as const

for (const title of TITLES) {
  const verb = VERBS[title]
  if (verb === undefined) continue
  for (const share of [0, 0.7]) {
    test(`S-7.31 a power failure that leaves ${share} of what was not synced: ${title}`, async () => {
      const outcomes = await outcomesOf(verb)
      const failures = await forEachFault(
        verb,
        (at) => ({ kind: 'power', at, share }),
        async (world, error, host) => {
          expect(error).toBeInstanceOf(SimulatedCrash)
          expectOldOrNew(verb, stateOf(world), outcomes)
          expectWholeRecords(world)
          const damaged = await damagedObjects(world)
          // Each object that lost something is named, unless its making had not come so far that it counts.
          for (const path of host.lost) {
            const [folder, name = ''] = relative(world.store, path).split('/')
            if (folder === 'objects') expect(damaged).toContain(name)
          }
          // What was current before was written long ago.
          const old = outcomes.old['default']?.current ?? null
          if (old !== null && world.profile()?.read(old) !== null) {
            const { storePath } = await switchToGeneration(world.context(), 'default', old)
            expect(damaged.filter((name) => closureOf(world, storePath).includes(name))).toEqual([])
          }
          expect(await attempt(verb, world)).toSatisfy((again: unknown) => again === null || isDone(again, verb))
          expect(damaged).toEqual(expect.arrayContaining([...(await damagedObjects(world))]))
        },
      )
      expect(failures).toBeGreaterThan(2)
    })
  }
}

function isDone(error: unknown, verb: Verb): boolean {
  return verb.onceDone !== undefined && (error as { code?: unknown }).code === verb.onceDone
}

function expectWholeRecords(world: LocalWorld): void {
  for (const name of Object.keys(stateOf(world))) {
    const profile = world.profile(name)
    if (profile === null) continue
    expect(profile.list().map((generation) => generation.number)).toEqual(profile.numbers())
    expect(profile.lastNumber()).toBeGreaterThanOrEqual(profile.numbers().at(-1) ?? 0)
  }
}

async function damagedObjects(world: LocalWorld): Promise<readonly string[]> {
  const store = await Store.open(world.store, new NodeHost(), { mode: 'read' })
  const damaged = new Set<string>()
  for await (const item of verifyStore(store)) if ('defect' in item) damaged.add(item.defect.storePath)
  store.close()
  return [...damaged]
}

function closureOf(world: LocalWorld, storePath: Parameters<Store['query']>[0]): readonly string[] {
  const store = Store.attach(world.store, new NodeHost())
  return store.closure([storePath])
}
