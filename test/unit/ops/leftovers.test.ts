// What writes that were killed left, and when it goes.

import { existsSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { collectGarbage } from '../../../src/ops/gc.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { LocalWorld } from '../../support/local-world.ts'

class HostOfTomorrow extends NodeHost {
  override now(): number {
    return super.now() + 90_000_000
  }
}

test('S-7.33 a collection takes away what a killed write left a day ago', async () => {
  const world = new LocalWorld()
  world.tool('hello')
  world.environment(['hello'])
  await switchEnvironment(world.context(), 'default')
  const left = world.path('environments/.tenon-0123456789abcdef')
  writeFileSync(left, 'tenon: 1\n')
  await collectGarbage(world.context(), { keep: null, olderThan: null })
  expect(existsSync(left)).toBe(true)
  await collectGarbage(world.context(new HostOfTomorrow()), { keep: null, olderThan: null })
  expect(existsSync(left)).toBe(false)
  expect(world.current()?.number).toBe(1)
})
