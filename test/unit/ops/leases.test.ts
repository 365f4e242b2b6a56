// What a verb changes it holds: whoever else holds it is waited for, and nothing changes meanwhile.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acquireLease } from '../../../src/host/lease.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { addPackages } from '../../../src/ops/edit.ts'
import { forgetGenerations } from '../../../src/ops/forget.ts'
import { rollback, switchToGeneration } from '../../../src/ops/rollback.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { LocalWorld } from '../../support/local-world.ts'

const host = new NodeHost()

async function twoGenerations(): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const tool of ['one', 'two', 'three']) world.tool(tool)
  world.environment(['one'])
  await switchEnvironment(world.context(), 'default')
  await addPackages(world.context(), 'default', ['path:tools/two'])
  return world
}

function whatStands(world: LocalWorld): unknown {
  return [world.profile()?.currentNumber(), world.history(), world.text('environments/default.yaml')]
}

async function expectToWait(kind: 'profile' | 'edit', run: (world: LocalWorld) => Promise<unknown>): Promise<void> {
  const world = await twoGenerations()
  const directory = join(world.store, 'leases')
  const [name = '', ...more] = readdirSync(directory).filter((lease) => lease.startsWith(`${kind}-`))
  expect(more).toEqual([])
  const lease = await acquireLease(host, directory, { name, mode: 'exclusive', what: name, timeoutMs: 0 })
  const before = whatStands(world)
  let isOver = false
  const running = run(world).then(() => {
    isOver = true
  })
  await host.sleep(150)
  expect(isOver).toBe(false)
  expect(whatStands(world)).toEqual(before)
  lease.release()
  await running
  expect(whatStands(world)).not.toEqual(before)
}

test('S-7.28 whoever changes the generations of an environment waits for whoever else does', async () => {
  await expectToWait('profile', (world) => rollback(world.context(), 'default', null))
  await expectToWait('profile', (world) => switchToGeneration(world.context(), 'default', 1))
  await expectToWait('profile', (world) => forgetGenerations(world.context(), 'default', [1]))
  await expectToWait('profile', async (world) => {
    world.tool('one', 'changed')
    await switchEnvironment(world.context(), 'default')
  })
})

test('S-7.28 whoever edits an environment waits for whoever else does', async () => {
  await expectToWait('edit', (world) => addPackages(world.context(), 'default', ['path:tools/three']))
})
