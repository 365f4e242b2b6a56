// Checking generations while others make, move between and forget them.

import { expect, test } from 'vitest'
import type { DirectoryEntry } from '../../../src/host/host.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { forgetGenerations } from '../../../src/ops/forget.ts'
import { rollback } from '../../../src/ops/rollback.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { checkGenerations } from '../../../src/profile/check.ts'
import { Profile } from '../../../src/profile/profile.ts'
import { Store } from '../../../src/store/store.ts'
import { LocalWorld } from '../../support/local-world.ts'

/** Something happens right after a profile was listed. */
class BusyHost extends NodeHost {
  readonly #meanwhile: (directory: string) => void

  constructor(meanwhile: (directory: string) => void) {
    super()
    this.#meanwhile = meanwhile
  }

  override readDirectory(path: string): readonly DirectoryEntry[] {
    const entries = super.readDirectory(path)
    if (path.endsWith('/default')) this.#meanwhile(path)
    return entries
  }
}

test('S-5.19 what others make, move between and forget meanwhile is no defect', async () => {
  const world = new LocalWorld()
  for (const tool of ['one', 'two', 'three']) {
    world.tool(tool)
    world.environment([tool])
    await switchEnvironment(world.context(), 'default')
  }
  await rollback(world.context(), 'default', 2)
  const generation = world.current()
  if (generation === null) throw new Error('nothing is current')
  const profileAt = (directory: string) => new Profile(new NodeHost(), directory, 'default')
  for (const meanwhile of [
    (directory: string) => profileAt(directory).forget([1]),
    (directory: string) => {
      profileAt(directory).switchTo(3)
      profileAt(directory).forget([2])
    },
    (directory: string) => void profileAt(directory).commit({ ...generation, reason: 'meanwhile' }),
  ]) {
    const store = await Store.open(world.store, new BusyHost(meanwhile), { mode: 'read' })
    expect([...checkGenerations(store)]).toEqual([])
    store.close()
  }
  expect(world.history().map(({ number }) => number)).toEqual([3, 4])
  // What is damaged for good is reported all the same.
  await forgetGenerations(world.context(), 'default', [3])
  const host = new NodeHost()
  const [directory = ''] = [world.profile()?.directory]
  host.unlink(`${directory}/4.json`)
  const store = await Store.open(world.store, host, { mode: 'read' })
  expect([...checkGenerations(store)]).toMatchObject([{ kind: 'generation', storePath: expect.stringMatching(/\/4$/) }])
  store.close()
})
