// Every crash point of the verbs that change something: the process dies before, or in, mutating call k = 1, 2, 3, … until a run
// meets none. Afterwards the old or the new state stands, whole, and the same verb then succeeds.

import { expect, test } from 'vitest'
import { switchEnvironment } from '../../src/ops/switch.ts'
import { SimulatedCrash } from '../support/faulty-host.ts'
import { expectSound, type LocalWorld } from '../support/local-world.ts'
import {
  callsOf,
  expectOldOrNew,
  expectToSucceedNow,
  forEachFault,
  type Outcomes,
  othersOf,
  outcomesOf,
  prepared,
  stateOf,
  strayFiles,
  VERBS,
  type Verb,
} from '../support/state-changes.ts'

for (const [title, verb] of Object.entries(VERBS)) {
  test(`S-7.10 a crash before any call leaves old or new, and the same then succeeds: ${title}`, async () => {
    const crashes = await forEachFault(verb, (at) => ({ kind: 'crash', at }), await checkOf(verb))
    expect(crashes).toBeGreaterThan(2)
  })

  test(`S-7.10 a crash in any call leaves old or new, and the same then succeeds: ${title}`, async () => {
    const check = await checkOf(verb)
    // To die in any other call is to die before the next one. Of a write, one byte less is the hardest to notice.
    const halves = await callsOf(verb, ['write', 'removeAll'])
    await forEachFault(verb, (at) => ({ kind: 'torn', at }), check, halves)
    await forEachFault(verb, (at) => ({ kind: 'torn', at, share: 1 }), check, await callsOf(verb, ['write']))
  })
}

async function checkOf(verb: Verb): Promise<(world: LocalWorld, error: unknown) => Promise<void>> {
  const outcomes: Outcomes = await outcomesOf(verb)
  const untouched = await prepared(verb)
  const others = othersOf(verb, untouched)
  untouched.remove()
  const numbers = new Set(Object.values(outcomes.old).flatMap(({ history }) => history.map((item) => item.number)))
  return async (world, error) => {
    expect(error).toBeInstanceOf(SimulatedCrash)
    expectOldOrNew(verb, stateOf(world), outcomes)
    expect(strayFiles(world)).toEqual([])
    await expectSound(world)
    await expectToSucceedNow(verb, world, outcomes)
    await expectSound(world)
    expect(othersOf(verb, world)).toEqual(others)
    // Numbers rise and are not used twice: what was forgotten does not come back as something else.
    const next = world.profile()?.lastNumber() ?? 0
    world.environment(['three'])
    const made = await switchEnvironment(world.context(), 'default')
    if (made.generation.number <= next) expect(numbers).toContain(made.generation.number)
  }
}
