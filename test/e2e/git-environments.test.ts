// The program on environments and registries of other repositories, where that is more than ops/ does: keys of the user, and running without a
// workspace.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeKeys, sign } from '../../src/core/signature.ts'
import { GitServer, GitWorkTree } from '../support/git-server.ts'
import { packageVersion, registryOf, writeRegistry } from '../support/registry.ts'
import { builtProgram, makeWorld, type World } from '../support/world.ts'

async function gitWorld(): Promise<{ world: World; server: GitServer; repository: GitWorkTree }> {
  const world = await makeWorld()
  const repository = new GitWorkTree(join(world.root, 'srv/tools'))
  const server = await GitServer.start(join(world.root, 'srv'))
  onTestFinished(() => server.stop())
  return { world, server, repository }
}

function publishGreet(world: World, version: string, word: string): void {
  const files = { 'cli.sh': `#!/bin/sh\necho ${word} "$@"\n` }
  world.registry.publish(`greet@${version}`, {}, { manifest: { bin: 'cli.sh' }, files })
}

test('S-9.14 run takes an environment of a repository, without a workspace, and leaves nothing but the store', async () => {
  const { world, server, repository } = await gitWorld()
  publishGreet(world, '1.0.0', 'one')
  const id = repository.commit({
    'environments/default.yaml': 'tenon: 1\npackages: [npm:greet, path: ../tool]\nvariables: { SAYS: hello }\n',
    'tool/bin/tool*': '#!/bin/sh\necho "$SAYS from the repository"\n',
    '.npmrc': 'registry=http://127.0.0.1:1/\n',
  })
  const empty = join(world.root, 'empty')
  mkdirSync(empty)
  const address = `git+${server.url}/tools/.git?rev=main#default`
  const run = (...words: readonly string[]) => world.ok('-C', empty, 'run', address, ...words)
  expect(await run('--', 'tool')).toBe('hello from the repository\n')
  expect(await run('--', 'greet', 'x y')).toBe('one x y\n')
  expect(readdirSync(empty)).toEqual([])
  const store = join(world.root, 'home/.local/share/tenon/store')
  expect(readdirSync(join(store, 'tmp'))).toEqual([])
  expect(existsSync(join(store, 'profiles')) ? readdirSync(join(store, 'profiles')) : []).toEqual([])

  // A lock that the repository has decides.
  world.write('environments/default.yaml', 'tenon: 1\npackages: [npm:greet]\n')
  await world.ok('lock')
  const lock = world.read('environments/default.lock.json')
  publishGreet(world, '2.0.0', 'two')
  repository.commit({
    'environments/default.yaml': 'tenon: 1\npackages: [npm:greet]\n',
    'environments/default.lock.json': lock,
  })
  expect(await run('--', 'greet')).toBe('one\n')
  expect(await world.ok('-C', empty, '--frozen', 'run', address, '--', 'greet')).toBe('one\n')
  const first = address.replace('rev=main', `rev=${id}`)
  expect(await world.ok('-C', empty, 'run', first, '--', 'greet')).toBe('two\n')
  for (const [code, place] of [
    ['E_LOCK_MISSING', first],
    ['E_ENV_NOT_FOUND', `${address}x`],
    ['E_USAGE', 'git+nothing'],
  ] as const) {
    const { status, stderr } = await world.run(['-C', empty, '--frozen', 'run', place, '--', 'greet'])
    expect(status).not.toBe(0)
    expect(stderr).toContain(`error ${code}: `)
  }
  expect(readdirSync(join(store, 'tmp'))).toEqual([])
})

test('S-2.22 run takes the workspace in a directory of the repository', async () => {
  const { world, server, repository } = await gitWorld()
  repository.commit({
    'tools/environments/default.yaml': 'tenon: 1\npackages: [path: ../tool]\n',
    'tools/tool/bin/tool*': '#!/bin/sh\necho from a directory\n',
  })
  const address = `git+${server.url}/tools/.git?dir=tools&rev=main`
  expect(await world.ok('-C', world.root, 'run', address, '--', 'tool')).toBe('from a directory\n')
  const { stderr } = await world.run(['-C', world.root, 'run', `${address}x`, '--', 'tool'])
  expect(stderr).toContain('E_PACKAGE_NOT_FOUND')
  const { stderr: none } = await world.run([
    '-C',
    world.root,
    'run',
    address.replace('dir=tools', 'dir=none'),
    '--',
    'x',
  ])
  expect(none).toContain('E_PACKAGE_NOT_FOUND')
})

test('S-9.14 what is run is not collected meanwhile, and is afterwards', async () => {
  const { world, server, repository } = await gitWorld()
  repository.commit({
    'environments/default.yaml': 'tenon: 1\npackages: [path: ../tool]\n',
    'tool/bin/tool*': '#!/bin/sh\necho still here\n',
  })
  const other = join(world.root, 'other')
  mkdirSync(join(other, 'environments'), { recursive: true })
  const address = `git+${server.url}/tools/.git`
  const collect = `'${builtProgram()}' -C '${other}' gc --json >&2 && tool`
  expect(await world.ok('-C', other, 'run', address, '--', 'sh', '-c', collect)).toBe('still here\n')
  expect((await world.json('-C', other, 'gc')).deleted).not.toEqual([])
})

test('S-13.19 a registry that the user has a key for must be signed by it, and doctor shows the keys', async () => {
  const { world, server, repository } = await gitWorld()
  const [good, bad] = [1, 2].map((seed) => makeKeys('core-1', Buffer.alloc(32, seed)))
  if (good === undefined || bad === undefined) throw new Error('no keys')
  const location = { git: '..', commit: 'a'.repeat(40), directory: 'x' }
  const files = registryOf([packageVersion('x', '1.0.0', '', { location })])
  writeRegistry(join(repository.path, 'public'), files)
  repository.commit({ 'public/registry.sig': sign(files.get('registry.json') ?? '', good.secret) })
  const place = `git+${server.url}/tools/.git?rev=main#public`
  world.environment('default', ['core:x'], `registries: { core: "${place}" }\n`)
  const keys = join(world.root, 'home/.config/tenon/keys')
  mkdirSync(join(keys, '..'), { recursive: true })
  writeFileSync(keys, `# mine\n${place.replace('?rev=main', '')} ${bad.public}\n`)
  await world.fails('E_REGISTRY_UNSIGNED', 'lock')
  writeFileSync(keys, `${place} ${good.public}\n`)
  await world.ok('lock')
  expect(await world.ok('doctor')).toContain(`${place.replace('?rev=main', '')} (1)`)
  writeFileSync(keys, 'nonsense\n')
  await world.fails('E_CONFIG', 'lock', '--update')
})
