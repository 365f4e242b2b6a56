// What a new generation shares with the one before.

import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Event } from '../../../src/core/event.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { addPackages } from '../../../src/ops/edit.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { Store } from '../../../src/store/store.ts'
import { expectSound, LocalWorld } from '../../support/local-world.ts'

test('S-5.5 a new generation shares the inodes of the links and files that are as they were', async () => {
  const world = new LocalWorld()
  for (const tool of ['one', 'two', 'three']) world.tool(tool)
  world.environment(['one', 'two'])
  const first = await switchEnvironment(world.context(), 'default')
  world.environment(['one', 'two', 'three'])
  const second = await switchEnvironment(world.context(), 'default')
  const inodes = (path: string) => [first, second].map((result) => lstatSync(join(result.path, path)).ino)
  for (const path of ['bin/one', 'bin/two', 'etc/tenon/activate.bash', 'etc/tenon/run']) {
    const [before, after] = inodes(path)
    expect(after).toBe(before)
  }
  const [before, after] = inodes('etc/tenon/packages.json')
  expect(after).not.toBe(before)
  await expectSound(world)
})

test('S-5.5 the first generation of another environment shares them with what was built last', async () => {
  const world = new LocalWorld()
  for (const tool of ['one', 'two', 'three']) world.tool(tool)
  world.environment(['one', 'two'])
  world.environment(['one', 'two', 'three'], '', 'other')
  const results = [
    await switchEnvironment(world.context(), 'default'),
    await switchEnvironment(world.context(), 'other'),
  ]
  for (const path of ['bin/one', 'etc/tenon/activate.bash', 'etc/tenon/run']) {
    const [first, second] = results.map((result) => lstatSync(join(result.path, path)).ino)
    expect(second).toBe(first)
  }
  await expectSound(world)
})

test('S-5.5 a file of the same size with other content is never taken for the same', async () => {
  const world = new LocalWorld()
  for (const tool of ['one', 'two']) world.tool(tool)
  world.environment(['one'])
  const first = await switchEnvironment(world.context(), 'default')
  world.environment(['two'])
  const second = await switchEnvironment(world.context(), 'default')
  const [before, after] = [first, second].map((result) =>
    readFileSync(join(result.path, 'etc/tenon/packages.json'), 'utf8'),
  )
  expect(after?.length).toBe(before?.length)
  expect(after).toBe(before?.replaceAll('one', 'two'))
  await expectSound(world)
})

test('S-7.28 a switch that an edit overtakes makes current what the file says by then, not what it found', async () => {
  const world = new LocalWorld()
  for (const tool of ['one', 'two']) world.tool(tool)
  world.environment(['one'], 'checks: [slow]\n')
  const passed = { exitCode: 0, output: '' }
  let checked = 0
  const edits = { ...world.context(), runCheck: async () => passed }
  const result = await switchEnvironment(
    {
      ...world.context(),
      runCheck: async () => {
        if (checked++ === 0) await addPackages(edits, 'default', ['path:tools/two'])
        return passed
      },
    },
    'default',
  )
  expect(result).toMatchObject({ changed: false, generation: { number: 1, reason: 'add path:tools/two' } })
  expect(lstatSync(join(result.path, 'bin/two')).isSymbolicLink()).toBe(true)
  expect(world.history()).toHaveLength(1)
  await expectSound(world)
})

test('S-7.28 a switch that has to lock does not wait for a collection that waits for it', async () => {
  const world = new LocalWorld()
  world.tool('one')
  world.environment(['one'])
  const { storeRoot } = world.context()
  // Its clock stands still, so its patience never ends.
  const collector = new NodeHost()
  collector.now = () => 0
  let collecting: Promise<Store> | null = null
  const report = (event: Event): void => {
    if (event.kind !== 'stage' || event.stage !== 'lock') return
    collecting = Store.open(storeRoot, collector, { mode: 'exclusive', timeoutMs: 60_000 })
  }
  const result = await switchEnvironment({ ...world.context(), report }, 'default')
  expect(result.generation.number).toBe(1)
  expect(collecting).not.toBeNull()
  const store = await (collecting as unknown as Promise<Store>)
  store.close()
})
