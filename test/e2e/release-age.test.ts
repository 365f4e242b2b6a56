// The minimum release age through the built program: what a user reads, and the way to what is held back.

import { expect, test } from 'vitest'
import { makeWorld } from '../support/world.ts'

const HOUR = 3_600_000

test('S-4.26 what is held back is said by switch and outdated, and an exception with an update takes it', async () => {
  const world = await makeWorld()
  const publish = (version: string, hours: number) =>
    world.registry.publish(`tool@${version}`, {}, { published: new Date(Date.now() - hours * HOUR).toISOString() })
  publish('1.0.0', 1000)
  publish('1.1.0', 3.5)
  world.environment('default', ['npm:tool@^1'])

  const { stderr } = await world.run(['switch'])
  expect(stderr).toMatch(
    /`tool` stays at 1\.0\.0: 1\.1\.0 is 3 hours old; held back until \d{4}-\d\d-\d\d \d\d:\d\d UTC \(minimumReleaseAge\)\./,
  )
  expect(stderr).toContain(
    '`minimumReleaseAge: { except: [npm:tool@1.1.0] }` in the environment file, then `tenon update npm:tool`',
  )
  expect(await world.json('outdated')).toMatchObject([
    { current: '1.0.0', allowed: '1.0.0', latest: '1.1.0', why: expect.stringContaining('1.1.0 is 3 hours old') },
  ])
  // Nobody asks again for what is locked, whatever the file says of ages.
  const text = world.read('environments/default.yaml')
  world.write('environments/default.yaml', `${text}minimumReleaseAge: { except: [npm:tool@1.1.0] }\n`)
  world.registry.clearLog()
  expect(await world.json('switch')).toMatchObject({ changed: false })
  expect(world.registry.requests).toEqual([])
  expect(await world.json('update', 'npm:tool')).toMatchObject({
    updated: [{ package: 'npm:tool', from: ['1.0.0'], to: ['1.1.0'] }],
  })

  publish('1.2.0', 0.5)
  const failed = await world.run(['add', 'npm:tool@1.2.0'])
  expect(failed.status).toBe(65)
  expect(failed.stderr).toContain('is old enough: 1.2.0 is 30 minutes old')
  expect(world.read('environments/default.yaml')).toContain('npm:tool@^1')
})
