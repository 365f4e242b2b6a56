// Keys of registries that come after the lock: the built program, whose shortest way to "nothing to do" must see them too.

import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeWorld, type World } from '../support/world.ts'

/** A registry in the workspace, of one package in a repository beside it; the keys are not used yet. */
async function published(): Promise<{
  readonly world: World
  readonly key: string
  readonly sign: () => Promise<string>
}> {
  const world = await makeWorld()
  const repository = join(world.root, 'packages')
  mkdirSync(join(repository, 'words'), { recursive: true })
  writeFileSync(
    join(repository, 'words', 'package.yaml'),
    'tenon: 1\nname: words\nversion: 1.0.0\ntype: library\ndescription: Words.\n',
  )
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...words], { cwd: repository })
  git('init', '-q')
  git('add', '.')
  git('commit', '-q', '-m', 'x')
  const out = world.path('registry')
  await world.ok('registry', 'build', repository, '--out', out, '--name', 'core', '--git', '../../packages')
  const key = (await world.ok('registry', 'keygen', 'core-1', '-C', world.root)).trim()
  world.environment('default', ['core:words'], 'systems: [x86_64-linux]\nregistries: { core: ../registry }\n')
  return {
    world,
    key,
    sign: () => world.ok('registry', 'sign', out, '--key', join(world.root, 'core-1.secret')),
  }
}

test('S-13.25 a key that the user adds later is asked for by the next switch, however little it looks at', async () => {
  const { world, key, sign } = await published()
  await world.ok('switch')
  expect(await world.ok('switch')).toContain('up to date')
  const configuration = join(world.root, 'home/.config/tenon')
  mkdirSync(configuration, { recursive: true })
  writeFileSync(join(configuration, 'keys'), `${world.path('registry')} ${key}\n`)
  const refused = await world.fails('E_REGISTRY_UNSIGNED', 'switch')
  expect(refused.stdout).toBe('')
  await world.fails('E_REGISTRY_UNSIGNED', 'registry', 'check', world.path('registry'))
  await world.fails('E_LOCK_STALE', 'switch', '--frozen')
  expect((await world.run(['doctor'])).stdout).toContain('locked before a key was wanted')
  await sign()
  expect(await world.ok('registry', 'check', world.path('registry'))).toContain('no faults')
  await world.ok('switch')
  expect(JSON.parse(world.read('environments/default.lock.json')).registries.core.key).toBe(key)
  expect(await world.ok('switch')).toContain('up to date')
  // Whoever wants no key goes on with the lock as it is.
  const before = world.read('environments/default.lock.json')
  writeFileSync(join(configuration, 'keys'), '')
  await world.ok('switch', '--offline')
  expect(world.read('environments/default.lock.json')).toBe(before)
})
