// The verbs that change something on a file system that refuses: from some call on (a full disk, a used-up quota, no permission), or once, with
// or without having done what it was asked (a network file system). One clear error, old or new, and the same verb then succeeds.

import { expect, test } from 'vitest'
import { isToolError } from '../../src/core/errors.ts'
import type { Fault } from '../support/faulty-host.ts'
import { expectSound, type LocalWorld } from '../support/local-world.ts'
import {
  callsOf,
  expectOldOrNew,
  expectToSucceedNow,
  forEachFault,
  outcomesOf,
  stateOf,
  strayFiles,
  VERBS,
  type Verb,
} from '../support/state-changes.ts'

/** Where a network file system may have done what it says it has not. */
const NAMING = ['symlink', 'hardLink', 'rename', 'unlink', 'removeAll'] as const

for (const [title, verb] of Object.entries(VERBS)) {
  test(`S-7.11 a full disk at any call is one clear error and leaves old or new: ${title}`, async () => {
    await forEachFault(verb, (at) => ({ kind: 'error', at, code: 'ENOSPC' }), await checkOf(verb, 'ENOSPC'))
  })

  const further: readonly (readonly [string, readonly string[], (at: number) => Fault])[] = [
    ['EACCES', ['createFile', 'makeDirectory', 'rename', 'unlink'], (at) => ({ kind: 'error', at, code: 'EACCES' })],
    [
      'ESTALE',
      ['hardLink', 'symlink', 'rename', 'unlink'],
      (at) => ({ kind: 'once', at, code: 'ESTALE', performed: false }),
    ],
    ['EIO', NAMING, (at) => ({ kind: 'once', at, code: 'EIO', performed: true })],
  ]
  for (const [code, names, fault] of further) {
    const what = code === 'EIO' ? 'for a name that was changed all the same' : 'for a name'
    test(`S-7.11 ${code} ${what} is one clear error and leaves old or new: ${title}`, async () => {
      await forEachFault(verb, fault, await checkOf(verb, code), await callsOf(verb, names))
    })
  }
}

test('S-7.11 a copy of an environment that fails leaves no lock without a file', async () => {
  const verb = VERBS['env copy'] as Verb
  const met = await forEachFault(
    verb,
    (at) => ({ kind: 'error', at, code: 'ENOSPC' }),
    async (world) => {
      if (world.text('environments/next.yaml') === null) expect(world.text('environments/next.lock.json')).toBeNull()
    },
  )
  expect(met).toBeGreaterThan(3)
})

test('S-7.11 a used-up quota is a full disk', async () => {
  const verb = VERBS['add'] as Verb
  const check = await checkOf(verb, 'EDQUOT')
  const met = await forEachFault(verb, (at) => ({ kind: 'error', at, code: 'EDQUOT' }), check)
  expect(met).toBeGreaterThan(10)
})

test('S-7.11 where a rename or a hard link cannot reach, a copy or a path does', async () => {
  for (const title of ['add', 'a switch to something new', 'the first switch', 'env copy'] as const) {
    const verb = VERBS[title] as Verb
    const calls = await callsOf(verb, ['hardLink', 'rename'])
    const fault = (at: number) => ({ kind: 'once', at, code: 'EXDEV', performed: false }) as const
    await forEachFault(verb, fault, await checkOf(verb, 'EXDEV'), calls)
  }
})

async function checkOf(verb: Verb, code: string): Promise<(world: LocalWorld, error: unknown) => Promise<void>> {
  const outcomes = await outcomesOf(verb)
  return async (world, error) => {
    // What comes after the last commit point may be left for the next run, without a word.
    if (error !== null) expect(isToolError(error, 'E_STORE_IO') ? error.details : error).toMatchObject({ errno: code })
    expectOldOrNew(verb, stateOf(world), outcomes)
    expect(strayFiles(world)).toEqual([])
    await expectSound(world)
    await expectToSucceedNow(verb, world, outcomes)
    await expectSound(world)
  }
}
