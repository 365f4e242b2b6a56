// What `tenon doctor` finds: nothing where all is well, and each kind of thing that is not.

import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ToolError } from '../../../src/core/errors.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { diagnose } from '../../../src/ops/doctor.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { removeTree } from '../../../src/store/tree.ts'
import { LocalWorld } from '../../support/local-world.ts'

async function worldWithTwo(): Promise<LocalWorld> {
  const world = new LocalWorld()
  world.tool('one')
  for (const more of ['', 'variables: { A: a }\n']) {
    world.environment(['one'], more)
    await switchEnvironment(world.context(), 'default')
  }
  return world
}

/** What is not ok, as `status subject: detail`. */
async function complaints(world: LocalWorld, start = world.workspace): Promise<readonly string[]> {
  const findings = await diagnose(world.context(), {
    start,
    nodeVersion: 'v24.1.0',
    version: '1.2.3',
    offline: false,
    keysFile: world.path('keys'),
    describeNpm: () => Promise.resolve('https://example.org/'),
  })
  return findings.flatMap(({ status, subject, detail }) => (status === 'ok' ? [] : [`${status} ${subject}: ${detail}`]))
}

test('S-9.18 doctor has no complaint where all is well, and asks nobody', async () => {
  expect(await complaints(await worldWithTwo())).toEqual([])
})

test('S-9.18 doctor says of an environment what is wrong with its file, its lock and its generation', async () => {
  const world = await worldWithTwo()
  world.environment(['one'], '', 'new')
  world.write('environments/wrong.yaml', 'tenon: 1\npackage: []\n')
  world.write('environments/far.yaml', 'tenon: 1\nextends: ["git+https://example.org/base.git#dev"]\n')
  expect(await complaints(world)).toEqual([
    expect.stringMatching(/^(warning|error) environment far: /),
    'warning environment new: no generation is current, not locked; `tenon switch new`',
    expect.stringContaining('error environment wrong: environments/wrong.yaml:2:1: '),
  ])
  for (const name of ['wrong', 'far', 'new']) removeTree(new NodeHost(), world.path(`environments/${name}.yaml`))
  world.environment(['one'], 'variables: { A: b }\n')
  expect(await complaints(world)).toEqual([
    'warning environment default: generation 2, the file was changed; `tenon switch default`',
  ])
  world.write('environments/default.lock.json', '{}')
  expect(await complaints(world)).toEqual([
    expect.stringContaining('error environment default: `environments/default.lock.json` is not'),
  ])
})

test('S-9.18 doctor finds objects that a generation misses, and records of generations that cannot be read', async () => {
  const world = await worldWithTwo()
  const info = join(world.store, 'info')
  for (const record of readdirSync(info)) if (record.includes('-one')) removeTree(new NodeHost(), join(info, record))
  expect(await complaints(world)).toEqual([
    expect.stringMatching(
      /^error environment default: generation 2 needs \w+-one.*, which is not valid; `tenon store repair`$/,
    ),
  ])
  const again = await worldWithTwo()
  writeFileSync(join(again.profile()?.directory ?? '', '1.json'), 'garbage')
  expect(await complaints(again)).toEqual([
    expect.stringMatching(
      /^error generations: profiles\/\w+\/default\/1: its link or its record is missing or damaged; `tenon store verify`/,
    ),
  ])
})

test('S-9.18 doctor says which registries must be signed, and what of the configuration cannot be used', async () => {
  const world = new LocalWorld()
  world.environment([], 'registries: { core: ../registry, other: https://example.org/other }\n')
  const key = `core-1:${Buffer.alloc(32, 1).toString('base64')}`
  world.write('keys', `${world.path('registry')} ${key}\n`)
  const options = {
    start: world.workspace,
    nodeVersion: 'v22.20.0',
    version: '1.2.3',
    offline: true,
    keysFile: world.path('keys'),
  }
  const describeNpm = () => Promise.reject(new ToolError('E_CONFIG', 'The npm configuration cannot be used.'))
  const findings = await diagnose(world.context(), { ...options, describeNpm })
  const of = (subject: string) => findings.find((item) => item.subject === subject)
  expect(of('registry core')?.detail).toBe('./registry (default): must be signed by one of 1')
  expect(of('registry other')?.detail).toContain('no key, so it need not be signed')
  expect(of('npm')).toEqual({ subject: 'npm', status: 'error', detail: 'The npm configuration cannot be used.' })
  expect(of('node')?.status).toBe('warning')
  expect(of('network')?.detail).toContain('off')
  world.write('keys', 'nonsense\n')
  expect(await complaints(world, '/')).toEqual([
    'warning workspace: none at or above /; `tenon init` makes one',
    expect.stringContaining('error registry keys: '),
  ])
})
