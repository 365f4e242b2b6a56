// The quick way of the most frequent verbs: it answers, or leaves everything to the long way without having done half of it twice.

import { expect, onTestFinished, test, vi } from 'vitest'
import { answerQuickly } from '../../../src/cli/quick.ts'
import { renderGenerations } from '../../../src/cli/render-generations.ts'
import { listGenerations, showGenerations } from '../../../src/ops/generations.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { FaultyHost } from '../../support/faulty-host.ts'
import { LocalWorld } from '../../support/local-world.ts'

async function worldWithThreeGenerations(): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const tool of ['one', 'two', 'three']) {
    world.tool(tool)
    world.environment([tool], 'links:\n  vendor: share\n')
    await switchEnvironment(world.context(), 'default')
  }
  vi.stubEnv('TENON_WORKSPACE', world.workspace)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  return world
}

test('S-7.3 a rollback that fails at any call goes one generation back when it is tried again, never two', async () => {
  for (let at = 1; ; at++) {
    const world = await worldWithThreeGenerations()
    const host = new FaultyHost({ kind: 'error', at, code: 'EACCES' })
    const rest = await answerQuickly(['rollback', '--quiet'], host, 0o022)
    if (typeof rest !== 'string') expect(await answerQuickly(rest, world.context().host, 0o022)).toBe('answered')
    expect(world.profile()?.currentNumber()).toBe(2)
    world.remove()
    if (rest === 'answered') break
    if (at > 60) throw new Error(`still failing: ${JSON.stringify(rest)}`)
  }
})

test('S-7.34 the quick way shows the generations as the long way does, and leaves the rest to it', async () => {
  const world = await worldWithThreeGenerations()
  const { host } = world.context()
  for (const argv of [
    ['generations', '--json'],
    ['generations', 'other'],
    ['generations', '--to', '1'],
  ])
    expect(await answerQuickly(argv, host, 0o022)).toEqual(argv)
  const rows = listGenerations(world.context(), 'default')
  const { rows: shown, current } = showGenerations(world.context(), 'default')
  expect(renderGenerations(shown, current)).toBe(renderGenerations(rows, 3))
  expect(renderGenerations(shown, current)).toMatch(/^ {2}1 .*\n {2}2 .*\n\* 3 /)
})

test('S-9.3 what the quick way does not know is left as it was given', async () => {
  for (const argv of [['rollback', '--frozzen'], ['generations'], ['switch', 'a', 'b'], []]) {
    expect(await answerQuickly(argv, new LocalWorld().context().host, 0o022)).toEqual(argv)
  }
})
