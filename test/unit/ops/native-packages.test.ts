// A native package of the workspace, from its package.yaml to a program that runs: switch, list, why, info, and a change that is noticed.

import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { info } from '../../../src/ops/search.ts'
import { listPackages, why } from '../../../src/ops/show.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { contextOf } from '../../support/ops-world.ts'
import { makeWorld, type World } from '../../support/world.ts'

const FILE = 'tools/lint/package.yaml'

function file(lines: string): string {
  return `tenon: 1\nname: lint\nversion: 1.2.0\ntype: tool\ndescription: Looks at it.\n${lines}`
}

async function lintWorld(): Promise<World> {
  const world = await makeWorld()
  world.registry.publish('words@1.0.0')
  world.registry.publish('words@2.0.0')
  world.write('tools/lint/run/lint', '#!/bin/sh\ncat "$LINT_RULES"\n')
  chmodSync(world.path('tools/lint/run/lint'), 0o755)
  world.write('tools/lint/share/rules', 'be kind\n')
  world.write(
    FILE,
    file(
      'dependencies: [npm:words@^1]\ncommands: { lint: run/lint }\nvariables: { LINT_RULES: { path: share/rules } }\n',
    ),
  )
  world.environment('default', ['path: ../tools/lint'], 'systems: [x86_64-linux]\n')
  return world
}

test('S-9.15 what is asked for by its place is found by it, as the file and the list have it', async () => {
  const world = await lintWorld()
  const context = contextOf(world)
  await switchEnvironment(context, 'default')
  for (const reference of ['path:lint', 'path:./tools/lint', 'path:tools/lint']) {
    expect(why(context, 'default', reference)).toMatchObject([{ chains: [{ requirement: 'path:./tools/lint' }] }])
    expect(await info(context, 'default', reference)).toMatchObject({ registry: 'path', record: { name: 'lint' } })
  }
  expect(why(context, 'default', 'npm:words')).toMatchObject([{ package: 'npm:words@1.0.0' }])
  expect(() => why(context, 'default', 'path:./tools')).toThrow('has no package')
})

test('S-4.34 a native package of the workspace runs, is shown, and a change of its package.yaml is noticed by a switch', async () => {
  const world = await lintWorld()
  const context = contextOf(world)
  const { generation } = await switchEnvironment(context, 'default')
  const tree = join(world.store, 'objects', generation.storePath)
  expect(execFileSync(join(tree, 'etc/tenon/run'), ['lint'], { encoding: 'utf8' })).toBe('be kind\n')
  expect(listPackages(context, 'default', { all: false, type: 'tool' }).packages).toMatchObject([
    { requirement: 'path:./tools/lint', name: 'lint', version: '1.2.0', type: 'tool' },
  ])
  expect(why(context, 'default', 'npm:words')).toMatchObject([
    { package: 'npm:words@1.0.0', chains: [{ requirement: 'path:./tools/lint' }] },
  ])
  // Not that there is no registry called `npm`.
  await expect(info(context, 'default', 'npm:typescript')).rejects.toMatchObject({
    code: 'E_USAGE',
    message: expect.stringContaining('no native package'),
    hint: 'tenon why npm:typescript',
  })
  expect(await info(context, 'default', 'path:lint')).toMatchObject({
    registry: 'path',
    record: {
      name: 'lint',
      versions: [{ version: '1.2.0', released: null, location: null, package: { type: 'tool' } }],
    },
  })
  world.write(FILE, file('dependencies: [npm:words@^2]\n'))
  expect(await switchEnvironment(contextOf(world), 'default')).toMatchObject({
    changed: true,
    updated: [{ package: 'npm:words', from: ['1.0.0'], to: ['2.0.0'] }],
  })
})
