// Many processes on one store: whatever they do at once, each ends well or says clearly that somebody else is busy, and nothing is lost.

import { existsSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeWorld, type Run, type World } from '../support/world.ts'

function publishTools(world: World): void {
  for (let minor = 0; minor < 4; minor++) {
    const version = `1.${minor}.0`
    world.registry.publish(
      `greet@${version}`,
      { words: '^1.0.0' },
      {
        manifest: { bin: { greet: 'cli.js' } },
        files: { 'cli.js': `#!/usr/bin/env node\nconsole.log('${version}', require('words'))\n` },
      },
    )
  }
  world.registry.publish('words@1.0.0')
}

/** Success, or the one clear error that others are at work. */
function expectDoneOrBusy(run: Run, what: string): void {
  if (run.status === 0) return
  expect(run.status, `${what}: ${run.stdout}${run.stderr}`).toBe(75)
  expect(JSON.parse(run.stderr).error, what).toMatchObject({ code: 'E_STORE_BUSY' })
}

interface GenerationRow {
  readonly number: number
  readonly storePath: string
  readonly current: boolean
}

/** No defect, and the generations of an environment are whole, each with a number of its own. */
async function expectSound(world: World, workspace: string, environments: readonly string[]): Promise<void> {
  const options = { cwd: workspace }
  const verify = await world.run(['store', 'verify', '--json'], options)
  expect(JSON.parse(verify.stdout).defects).toEqual([])
  for (const environment of environments) {
    const rows: readonly GenerationRow[] = JSON.parse(
      (await world.run(['generations', environment, '--json'], options)).stdout,
    )
    expect(rows.length).toBeGreaterThan(0)
    expect(new Set(rows.map((row) => row.number)).size).toBe(rows.length)
    expect(rows.filter((row) => row.current)).toHaveLength(1)
    const closure = await world.run(['store', 'closure', ...rows.map((row) => row.storePath)], options)
    expect(closure.stderr).toBe('')
    const current = join(workspace, '.tenon/profiles', environment, 'current')
    expect(readlinkSync(current)).toBe(String(rows.find((row) => row.current)?.number))
    expect(existsSync(join(realpathSync(current), 'etc/tenon/run'))).toBe(true)
    expect(await world.run(['run', environment, '--', 'greet'], options)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^1\.\d\.0 words@1\.0\.0\n$/),
    })
  }
}

test('S-7.28 twelve processes switch, roll back and collect on one store at once', async () => {
  const world = await makeWorld({ store: 'shared' })
  publishTools(world)
  const second = join(world.root, 'second')
  const environments = ['default', 'next', 'third']
  const say = (version: string, environment: string) => world.environment(environment, [`npm:greet@${version}`])
  for (const environment of environments) say('1.0.0', environment)
  await world.ok('lock')
  world.sh('for name in next third; do cp environments/default.lock.json environments/$name.lock.json; done')
  world.sh(`mkdir "${second}" && cp -r environments "${second}"`)
  for (const workspace of [world.workspace, second]) {
    for (const environment of environments) {
      expectDoneOrBusy(await world.run(['switch', environment, '--json'], { cwd: workspace }), 'the first switch')
    }
  }

  const verbs: readonly (readonly string[])[] = [
    ['switch', 'default'],
    ['switch', 'next'],
    ['rollback', 'default'],
    ['gc'],
    ['switch', 'third'],
    ['gc', '--keep', '2'],
  ]
  for (const round of [1, 2, 3]) {
    for (const workspace of [world.workspace, second]) {
      for (const [index, environment] of environments.entries()) {
        const text = `tenon: 1\npackages:\n  - npm:greet@1.${(round + index) % 4}.0\n`
        world.sh(`printf '%s' '${text}' >"${workspace}/environments/${environment}.yaml"`)
      }
    }
    const running = [world.workspace, second].flatMap((workspace) =>
      verbs.map(async (verb) => ({ verb, run: await world.run([...verb, '--json'], { cwd: workspace }) })),
    )
    expect(running).toHaveLength(12)
    for (const { verb, run } of await Promise.all(running)) {
      // There may be nothing before the first generation any more, which is no matter of concurrency.
      const isFirst = verb[0] === 'rollback' && run.stderr.includes('E_GENERATION_NOT_FOUND')
      if (!isFirst) expectDoneOrBusy(run, verb.join(' '))
    }
    for (const workspace of [world.workspace, second]) await expectSound(world, workspace, environments)
  }
})

test('S-1.10 many first switches of one workspace at once give it one identity and one history', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  await world.ok('lock')
  world.environment('next', ['npm:greet@1.0.0'])
  world.sh('cp environments/default.lock.json environments/next.lock.json')
  const running = Array.from({ length: 8 }, (_, index) =>
    world.run(['switch', index % 2 === 0 ? 'default' : 'next', '--json']),
  )
  for (const run of await Promise.all(running)) {
    expectDoneOrBusy(run, 'switch')
    if (run.status === 0) expect(JSON.parse(run.stdout)).toMatchObject({ generation: { number: 1 } })
  }
  expect(world.sh('ls store/profiles | wc -l').stdout.trim()).toBe('1')
  await expectSound(world, world.workspace, ['default', 'next'])
})
