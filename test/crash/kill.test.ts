// kill -9 of the real program at random moments: afterwards old or new stands, whole, and the same command then works. The moments are
// drawn from a seed, but where they fall is for the machine to say; what must hold holds wherever they fall.

import { spawn } from 'node:child_process'
import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NodeHost } from '../../src/host/node-host.ts'
import { Profile } from '../../src/profile/profile.ts'
import { builtProgram, makeWorld, type World } from '../support/world.ts'

const KILLS = 60
const SEED = 20_260_702

/** Ends by itself or is killed after so many milliseconds; true when it was killed. */
function runAndKill(world: World, args: readonly string[], afterMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(builtProgram(), args, { cwd: world.workspace, env: world.variables(), stdio: 'ignore' })
    const timer = setTimeout(() => child.kill('SIGKILL'), afterMs)
    child.on('error', reject)
    child.on('close', (_, signal) => {
      clearTimeout(timer)
      resolve(signal === 'SIGKILL')
    })
  })
}

function profileOf(world: World): Profile {
  return new Profile(new NodeHost(), realpathSync(world.path('.tenon/profiles/default')), 'default')
}

test(`S-7.10 kill -9 at ${KILLS} random moments of switch, rollback, gc and add leaves old or new`, async () => {
  const world = await makeWorld()
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    world.registry.publish(
      `greet@${version}`,
      { words: '^1.0.0' },
      {
        manifest: { bin: { greet: 'cli.js' } },
        files: { 'cli.js': `#!/usr/bin/env node\nconsole.log('${version}')\n` },
      },
    )
  }
  world.registry.publish('words@1.0.0')
  world.write('tools/hello/bin/hello', '#!/bin/sh\necho hello\n', 0o755)

  // Locks of all that is switched between, so that most of the time goes where things change.
  const variants: string[] = []
  const locks = new Map<string, string>()
  for (const packages of [
    ['npm:greet@1.0.0'],
    ['npm:greet@1.1.0', 'path: ../tools/hello'],
    ['npm:greet@1.2.0', 'npm:words'],
  ]) {
    world.environment('default', packages)
    await world.ok('switch')
    const text = world.read('environments/default.yaml')
    variants.push(text)
    locks.set(text, world.read('environments/default.lock.json'))
  }

  const random = fc.sample(
    fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 2 }), fc.double({ min: 0, max: 1, noNaN: true })),
    {
      numRuns: KILLS,
      seed: SEED,
    },
  )
  let killed = 0
  let lengthMs = 150
  let last = profileOf(world).lastNumber()
  for (const [verb, choice, moment] of random) {
    const text = variants[choice] ?? ''
    const args =
      [['switch'], ['switch'], ['rollback'], ['gc'], ['gc', '--keep', '2'], ['add', 'path:tools/hello']][verb] ?? []
    if (args[0] === 'switch') {
      world.write('environments/default.yaml', text)
      world.write('environments/default.lock.json', locks.get(text) ?? '')
    }
    const before = profileOf(world).list()
    const old = profileOf(world).currentNumber()
    const file = world.read('environments/default.yaml')
    const begun = performance.now()
    const wasKilled = await runAndKill(world, args, moment * lengthMs)
    // As long as such a command takes here and now, so that the moments fall everywhere within it.
    if (wasKilled) killed++
    else lengthMs = performance.now() - begun

    const profile = profileOf(world)
    const after = profile.list()
    const known = new Map(before.map((row) => [row.number, row.storePath]))
    for (const row of after) {
      // What was there is what it was, what is new has a number that never was.
      if (known.has(row.number)) expect(row.storePath).toBe(known.get(row.number))
      else expect(row.number).toBeGreaterThan(last)
    }
    // Only a collection that was asked to forgets, and never the current one.
    if (args[1] !== '--keep') expect(after.map((row) => row.number)).toEqual(expect.arrayContaining([...known.keys()]))
    const now = profile.current()?.number ?? null
    expect(now).not.toBeNull()
    expect(profile.numbers()).toEqual(after.map((row) => row.number))
    if (args[0] === 'gc') expect(now).toBe(old)
    const current = world.path('.tenon/profiles/default/current')
    expect(readlinkSync(current)).toBe(String(now))
    expect(existsSync(join(realpathSync(current), 'etc/tenon/run'))).toBe(true)
    expect((await world.run(['run', '--', 'greet'])).stdout).toMatch(/^1\.\d\.0\n$/)
    if (args[0] === 'add') {
      const found = world.read('environments/default.yaml')
      if (found !== file) expect(found).toContain('tools/hello')
    } else {
      expect(world.read('environments/default.yaml')).toBe(file)
    }
    JSON.parse(world.read('environments/default.lock.json'))
    expect(profile.lastNumber()).toBeGreaterThanOrEqual(last)
    last = profile.lastNumber()
  }
  expect(killed).toBeGreaterThan(KILLS / 4)

  // After all of that: nothing is wrong, every generation is whole, everything works, and nothing is left over.
  expect(await world.json('store', 'verify')).toMatchObject({ defects: [] })
  await world.ok(
    'store',
    'closure',
    ...profileOf(world)
      .list()
      .map((row) => row.storePath),
  )
  world.write('environments/default.yaml', variants[0] ?? '')
  await world.ok('switch')
  expect(await world.ok('run', '--', 'greet')).toBe('1.0.0\n')
  await world.ok('gc', '--keep', '1')
  expect(await world.json('store', 'verify')).toMatchObject({ defects: [] })
  expect(world.sh('ls -A store/tmp').stdout).toBe('')
})
