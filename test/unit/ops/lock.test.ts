// Locking: when a lock is stale, when it is made anew, and what happens to the one on disk.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { type LockOptions, lockEnvironment } from '../../../src/ops/lock.ts'
import { contextOf, filesOf } from '../../support/ops-world.ts'
import { makeWorld, type World } from '../../support/world.ts'

const LOCK = 'environments/default.lock.json'

async function toolWorld(): Promise<World> {
  const world = await makeWorld()
  for (const version of ['1.0.0', '1.1.0']) world.registry.publish(`greet@${version}`, { words: '^1.0.0' })
  for (const version of ['1.0.0', '1.2.0']) world.registry.publish(`words@${version}`)
  world.write('tools/hello/bin/hello', '#!/bin/sh\necho hello\n', 0o755)
  return world
}

test('S-3.2 a real lock satisfies the published schema, and is enough to build without the environment file', async () => {
  const world = await toolWorld()
  world.environment('default', ['npm:greet', 'path: ../tools/hello'], 'variables:\n  A: b\nsystems: [x86_64-linux]\n')
  const { lock } = await lockEnvironment(contextOf(world), 'default')
  const schema = JSON.parse(readFileSync('schema/lock.schema.json', 'utf8'))
  const validate = new Ajv({ allErrors: true, strict: false }).compile(schema)
  validate(JSON.parse(world.read(LOCK)))
  expect(validate.errors).toBeNull()
  expect(lock.variables).toEqual({ A: 'b' })
  expect(lock.systems['x86_64-linux']?.roots.map((root) => root.requirement)).toEqual([
    'npm:greet',
    'path:./tools/hello',
  ])
  const greet = lock.packages.find((item) => item.name === 'greet')
  expect(greet).toMatchObject({ version: '1.1.0', dependencies: { words: 'npm:words@1.2.0' } })
  expect(greet?.artifacts).toMatchObject([{ kind: 'file', name: 'greet-1.1.0.tgz' }])
})

test('S-3.3 a lock is stale when requirements, systems, registries, variables or a local directory changed, and for nothing else', async () => {
  const world = await toolWorld()
  const packages = ['npm:greet@^1', 'path: ../tools/hello']
  world.environment('default', packages, 'systems: [x86_64-linux]\nvariables:\n  A: b\n  C: d\n')
  await lockEnvironment(contextOf(world), 'default')
  const asked = world.registry.requests.length
  const isStale = async () =>
    await lockEnvironment(contextOf(world, { frozen: true, offline: true }), 'default').then(
      () => false,
      (error) => error.code === 'E_LOCK_STALE',
    )
  const layout =
    '# a comment\nsystems:\n  - x86_64-linux\nvariables: { C: d, A: "b" }\nchecks: ["true"]\nlinks: { x: share }\n'
  world.environment('default', packages.toReversed(), layout)
  expect(await isStale()).toBe(false)
  for (const [what, more] of [
    ['systems', 'systems: [aarch64-linux]\nvariables:\n  A: b\n  C: d\n'],
    ['registries', 'registries: { core: ../registry }\nsystems: [x86_64-linux]\nvariables:\n  A: b\n  C: d\n'],
    ['variables', 'systems: [x86_64-linux]\nvariables:\n  A: changed\n  C: d\n'],
  ] as const) {
    world.environment('default', packages, more)
    expect([what, await isStale()]).toEqual([what, true])
  }
  world.environment('default', ['npm:greet@^1.1', 'path: ../tools/hello'], layout)
  expect(await isStale()).toBe(true)
  world.environment('default', packages, layout)
  world.write('tools/hello/share/new', 'new\n')
  expect(await isStale()).toBe(true)
  expect(world.registry.requests.length).toBe(asked)
})

test('S-3.4 locking again changes no byte and asks nobody, whatever the order of the packages in the file', async () => {
  const world = await toolWorld()
  world.environment('default', ['npm:greet', 'npm:words@1.0.0', 'path: ../tools/hello'])
  await lockEnvironment(contextOf(world), 'default')
  const text = world.read(LOCK)
  const asked = world.registry.requests.length
  world.environment('default', ['path: ../tools/hello', 'npm:words@1.0.0', 'npm:greet'])
  expect(await lockEnvironment(contextOf(world), 'default')).toMatchObject({ changed: false })
  expect(world.registry.requests.length).toBe(asked)
  // Made from nothing it is the same too.
  const other = await toolWorld()
  other.environment('default', ['npm:words@1.0.0', 'path: ../tools/hello', 'npm:greet'])
  await lockEnvironment(contextOf(other), 'default')
  expect(other.read(LOCK)).toBe(text)
  expect(world.read(LOCK)).toBe(text)
})

test.each([
  ['E_LOCK_INVALID', '{}\n'],
  ['E_LOCK_INVALID', 'not JSON'],
  ['E_LOCK_TOO_NEW', '{"schema": 2}\n'],
])('S-3.5 a lock that cannot be read is %s, and stays as it is (%j)', async (code, text) => {
  const world = await toolWorld()
  world.environment('default', ['npm:greet'])
  world.write(LOCK, text)
  await expect(lockEnvironment(contextOf(world), 'default')).rejects.toMatchObject({ code })
  expect(world.read(LOCK)).toBe(text)
})

test('S-3.6 a lock with conflict markers is made again', async () => {
  const world = await toolWorld()
  world.environment('default', ['npm:greet'])
  await lockEnvironment(contextOf(world), 'default')
  const text = world.read(LOCK)
  world.write(LOCK, `<<<<<<< ours\n${text}=======\n${text}>>>>>>> theirs\n`)
  expect(await lockEnvironment(contextOf(world), 'default')).toMatchObject({ changed: true })
  expect(world.read(LOCK)).toBe(text)
})

test.each(['merge', 'diff3'])(
  'S-3.6 a lock that git could not merge keeps what both sides agree on (%s)',
  async (style) => {
    const world = await toolWorld()
    for (const name of ['one', 'two']) world.registry.publish(`${name}@1.0.0`)
    const lockOf = async (packages: readonly string[]): Promise<string> => {
      world.environment('default', packages)
      await lockEnvironment(contextOf(world), 'default')
      return world.read(LOCK)
    }
    const base = await lockOf(['npm:greet'])
    const ours = await lockOf(['npm:greet', 'npm:one'])
    world.write(LOCK, base)
    const theirs = await lockOf(['npm:greet', 'npm:two'])
    // Newer ones that neither side chose.
    for (const spec of ['greet@1.9.0', 'words@1.9.0']) world.registry.publish(spec, {})
    const merged = merge(world, { base, ours, theirs }, style)
    expect(merged).toContain('<<<<<<< ')
    world.write(LOCK, merged)
    world.environment('default', ['npm:greet', 'npm:one', 'npm:two'])
    await expect(lockEnvironment(contextOf(world, { frozen: true }), 'default')).rejects.toMatchObject({
      code: 'E_LOCK_STALE',
    })
    const { lock } = await lockEnvironment(contextOf(world), 'default')
    expect(lock.packages.map((item) => item.id)).toEqual([
      'npm:greet@1.1.0',
      'npm:one@1.0.0',
      'npm:two@1.0.0',
      'npm:words@1.2.0',
    ])
    expect(world.read(LOCK)).not.toContain('<<<<<<<')
  },
)

/** As `git merge` leaves a file that it could not merge. */
function merge(world: World, sides: { base: string; ours: string; theirs: string }, style: string): string {
  for (const [name, text] of Object.entries(sides)) world.write(`merge/${name}`, text)
  const cwd = join(world.workspace, 'merge')
  const words = ['merge-file', '-p', ...(style === 'diff3' ? ['--diff3'] : []), 'ours', 'base', 'theirs']
  return spawnSync('git', words, { cwd, encoding: 'utf8' }).stdout
}

test('S-3.7 a changed variable and a changed local directory are locked anew without asking any registry', async () => {
  const world = await toolWorld()
  world.environment('default', ['npm:greet', 'path: ../tools/hello'])
  const first = await lockEnvironment(contextOf(world), 'default')
  const asked = world.registry.requests.length
  world.environment('default', ['npm:greet', 'path: ../tools/hello'], 'variables: { A: b }\n')
  world.write('tools/hello/share/new', 'new\n')
  const second = await lockEnvironment(contextOf(world, { offline: true }), 'default')
  expect(second).toMatchObject({ changed: true, lock: { variables: { A: 'b' } } })
  expect(second.lock.packages).not.toEqual(first.lock.packages)
  expect(world.registry.requests.length).toBe(asked)
})

test('S-3.8 with --frozen a missing lock is E_LOCK_MISSING, a stale one E_LOCK_STALE, and nothing is written', async () => {
  const world = await toolWorld()
  const frozen = contextOf(world, { frozen: true })
  world.environment('default', ['npm:greet'])
  const missing = filesOf(world)
  await expect(lockEnvironment(frozen, 'default')).rejects.toMatchObject({ code: 'E_LOCK_MISSING', hint: 'tenon lock' })
  expect(filesOf(world)).toEqual(missing)
  await lockEnvironment(contextOf(world), 'default')
  expect(await lockEnvironment(frozen, 'default')).toMatchObject({ changed: false })
  world.environment('default', ['npm:greet@1.0.0'])
  const stale = filesOf(world)
  await expect(lockEnvironment(frozen, 'default')).rejects.toMatchObject({ code: 'E_LOCK_STALE' })
  expect(await lockEnvironment(contextOf(world), 'default', { check: true })).toMatchObject({ changed: true })
  expect(filesOf(world)).toEqual(stale)
})

test('S-3.9 whatever fails while locking, the old lock is untouched and nothing is left beside it', async () => {
  const world = await toolWorld()
  world.environment('default', ['npm:greet'])
  await lockEnvironment(contextOf(world), 'default')
  for (const [packages, code] of [
    [['npm:greet', 'npm:nothing'], 'E_PACKAGE_NOT_FOUND'],
    [['npm:greet@^9'], 'E_PACKAGE_NOT_FOUND'],
    [['path: ../nowhere'], 'E_PACKAGE_NOT_FOUND'],
    [['pypi:httpx'], 'E_UNSUPPORTED'],
  ] as const) {
    world.environment('default', packages)
    const before = filesOf(world)
    await expect(lockEnvironment(contextOf(world), 'default')).rejects.toMatchObject({ code })
    expect(filesOf(world)).toEqual(before)
  }
})

test.each([
  ['npm:nothing', 'npm:nothing', 'E_PACKAGE_NOT_FOUND'],
  ['npm:greet@^9', 'npm:greet@^9', 'E_PACKAGE_NOT_FOUND'],
  ['{ npm: greet, version: ^9 }', '{ npm: greet, version: ^9 }', 'E_PACKAGE_NOT_FOUND'],
  ['path: ../nowhere', 'path: ../nowhere', 'E_PACKAGE_NOT_FOUND'],
  ['pypi:httpx', 'pypi:httpx', 'E_UNSUPPORTED'],
])('S-9.2 an error about the requirement `%s` names its line in the file', async (line, part, code) => {
  const world = await toolWorld()
  world.environment('default', ['npm:words', line])
  const place = { path: 'environments/default.yaml', line: 4, column: 5, length: part.length, excerpt: `  - ${part}` }
  await expect(lockEnvironment(contextOf(world), 'default')).rejects.toMatchObject({
    code,
    details: { places: [place] },
  })
})

test('S-9.2 an error about an inherited requirement names the file that asks, and a conflict every line', async () => {
  const world = await toolWorld()
  world.registry.publish('plugin@1.0.0', {}, { manifest: { peerDependencies: { greet: '^2' } } })
  world.registry.publish('greet@2.0.0')
  world.environment('base', ['npm:greet@^1'])
  world.environment('default', ['npm:plugin'], 'extends: [base]\n')
  await expect(lockEnvironment(contextOf(world), 'default')).rejects.toMatchObject({
    code: 'E_RESOLVE_CONFLICT',
    details: {
      places: [
        { path: 'environments/base.yaml', line: 3 },
        { path: 'environments/default.yaml', line: 3 },
      ],
    },
  })
})

test('S-9.11 as of a date nothing is chosen that was published later, and without one nothing changes', async () => {
  const world = await makeWorld()
  for (const [version, published] of [
    ['1.0.0', '2024-01-01T00:00:00.000Z'],
    ['1.1.0', '2025-01-01T00:00:00.000Z'],
  ] as const)
    for (const name of ['a', 'b']) world.registry.publish(`${name}@${version}`, {}, { published })
  world.environment('default', ['npm:a', 'npm:b'])
  const versions = async (options: LockOptions) => {
    const { lock } = await lockEnvironment(contextOf(world), 'default', options)
    return lock.packages.map((item) => item.id)
  }
  const newest = ['npm:a@1.1.0', 'npm:b@1.1.0']
  const asOf = '2024-06-01T00:00:00.000Z'
  expect(await versions({})).toEqual(newest)
  expect(await versions({ asOf, update: new Set(['npm:a']) })).toEqual(['npm:a@1.0.0', 'npm:b@1.1.0'])
  expect(await versions({ asOf, update: 'all' })).toEqual(['npm:a@1.0.0', 'npm:b@1.0.0'])
  expect(await versions({})).toEqual(['npm:a@1.0.0', 'npm:b@1.0.0'])
  expect(await versions({ update: 'all' })).toEqual(newest)
})
