// From `git init` to an installed ability: packages in a git repository behind git's own http-backend, a signed registry behind a static web host, two
// environments that have two versions at once.

import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FileServer } from '../support/file-server.ts'
import { GitServer } from '../support/git-server.ts'
import { makeWorld, type World } from '../support/world.ts'

const EXAMPLES = join(import.meta.dirname, '../../examples')

/** What somebody made by `npm run example` is not part of the examples. */
function isPublished(path: string): boolean {
  return !/registry\/(?:registry\.json|catalogue|index|packages)$/.test(path)
}

interface Publisher {
  readonly world: World
  /** Address of the registry. */
  readonly address: string
  readonly key: string
  /** Changes a file of the packages, commits, builds and signs. */
  readonly publish: (changes: { readonly [path: string]: (text: string) => string }) => Promise<void>
}

async function publisher(): Promise<Publisher> {
  const world = await makeWorld()
  world.registry.publish('picocolors@1.1.1', {}, { files: { 'index.js': 'exports.green = (text) => text\n' } })
  const repository = join(world.root, 'packages')
  const packages = join(repository, 'examples/registry')
  cpSync(EXAMPLES, join(repository, 'examples'), { recursive: true, filter: isPublished })
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...words], { cwd: repository })
  git('init', '-q', '-b', 'main')
  const backend = await GitServer.start(world.root)
  onTestFinished(() => backend.stop())
  const out = join(world.root, 'public')
  cpSync(join(packages, 'files'), join(out, 'files'), { recursive: true })
  const host = await FileServer.start((request, response) => {
    try {
      response.end(readFileSync(join(out, decodeURIComponent(request.url ?? '').slice('/core/'.length))))
    } catch {
      response.writeHead(404).end()
    }
  })
  onTestFinished(() => host.stop())
  const keys = join(world.root, 'keys')
  execFileSync('mkdir', [keys])
  const key = (await world.ok('registry', 'keygen', 'core-1', '-C', keys)).trim()
  const build = ['registry', 'build', packages, '--out', out, '--name', 'core', '--git', `${backend.url}/packages/.git`]
  const publish: Publisher['publish'] = async (changes) => {
    for (const [path, change] of Object.entries(changes)) {
      const place = join(packages, path)
      writeFileSync(place, change(readFileSync(place, 'utf8')))
    }
    git('add', '-A')
    git('commit', '-q', '--allow-empty', '-m', 'x')
    await world.ok(...build)
    await world.ok('registry', 'sign', out, '--key', join(keys, 'core-1.secret'))
  }
  await publish({})
  return { world, address: `${host.origin}/core`, key, publish }
}

function declare({ world, address, key }: Publisher, name: string, packages: readonly string[]): void {
  world.environment(
    name,
    packages,
    `systems: [x86_64-linux]\nregistries: { core: "${address}" }\nkeys: { core: "${key}" }\n`,
  )
}

test('S-9.15 an ability is published, installed into two environments, updated in one, and rolled back', async () => {
  const it = await publisher()
  const { world } = it
  expect(await world.ok('registry', 'check', it.address)).toContain('no faults')
  for (const name of ['default', 'dev']) {
    declare(it, name, ['core:greeting'])
    expect(await world.json('switch', name)).toMatchObject({ changed: true })
  }
  const greet = (name: string) => world.ok('run', name, '--', 'greet', 'you', '--language', 'pirate')
  expect(await greet('default')).toBe('Ahoy, you!\n')
  // What comes by a file beside the registry, from a directory of the repository, and from a place in a package.
  expect(await world.ok('run', '--', 'greet', '--language', 'elvish')).toBe('Mae govannen, Ada!\n')
  expect(await world.ok('run', '--', 'hello')).toContain('hello')
  expect((await world.json('list', '--type', 'plugin')).packages).toEqual([
    { requirement: '', package: 'core:elvish@1.0.0', name: 'elvish', version: '1.0.0', type: 'plugin' },
    { requirement: '', package: 'core:pirate@1.0.0', name: 'pirate', version: '1.0.0', type: 'plugin' },
  ])
  expect(await world.ok('tree', '--needing', 'core:phrases')).toContain('core:greeting@1.0.0')
  expect(await world.json('owns', 'bin/greet')).toMatchObject({
    packages: ['core:greeter@1.0.0'],
    file: 'bin/greet.mjs',
  })
  expect(await world.fails('E_USAGE', 'owns', 'bin/gret')).toMatchObject({ status: 64 })

  await it.publish({
    'pirate/package.yaml': (text) => text.replace('version: 1.0.0', 'version: 1.1.0'),
    'pirate/data/pirate.json': (text) => text.replace('Ahoy', 'Arrr'),
  })
  expect(await world.json('outdated', '--all')).toMatchObject([
    { requirement: 'core:greeting', current: '1.0.0', latest: '1.0.0' },
  ])
  expect(await world.json('switch')).toMatchObject({ changed: false })
  expect(await world.json('update', 'core:pirate')).toMatchObject({
    updated: [{ package: 'core:pirate', from: ['1.0.0'], to: ['1.1.0'] }],
  })
  expect(await greet('default')).toBe('Arrr, you!\n')
  expect(await greet('dev')).toBe('Ahoy, you!\n')

  await world.ok('rollback')
  expect(await greet('default')).toBe('Ahoy, you!\n')
  expect(await world.json('generations', 'dev')).toHaveLength(1)
})

test('a version whose npm needs cannot be met is passed over, and outdated says why', async () => {
  const it = await publisher()
  const { world } = it
  await it.publish({
    'greeter/package.yaml': (text) => text.replace('1.0.0', '1.1.0').replace('picocolors@^1.1', 'picocolors@^9'),
  })
  declare(it, 'default', ['core:greeter'])
  const { added } = await world.json('switch')
  expect(added).toContainEqual({ package: 'core:greeter', version: '1.0.0' })
  expect(await world.json('outdated')).toMatchObject([
    {
      requirement: 'core:greeter',
      current: '1.0.0',
      allowed: '1.0.0',
      latest: '1.1.0',
      why: expect.stringContaining('picocolors'),
    },
  ])
})

test('a registry that is altered, unsigned or older than it was changes nothing, and each is one clear error', async () => {
  const it = await publisher()
  const { world } = it
  const out = (path: string) => join(world.root, 'public', path)
  const [root, signature] = ['registry.json', 'registry.sig'].map((name) => readFileSync(out(name), 'utf8'))
  await it.publish({ 'phrases/package.yaml': (text) => text.replace('1.0.0', '1.1.0') })
  declare(it, 'default', ['core:phrases'])
  await world.ok('switch')
  const lock = world.read('environments/default.lock.json')
  declare(it, 'default', ['core:phrases', 'core:greeter'])

  const current = [readFileSync(out('registry.json'), 'utf8'), readFileSync(out('registry.sig'), 'utf8')]
  const serve = (text: string | undefined, sig: string | undefined) => {
    writeFileSync(out('registry.json'), text ?? '')
    writeFileSync(out('registry.sig'), sig ?? '')
  }
  serve(root, signature)
  expect(await world.fails('E_REGISTRY_OLDER', 'switch')).toMatchObject({ status: 76 })
  serve(current[0]?.replace('"serial": 2', '"serial": 3'), '')
  expect(await world.fails('E_REGISTRY_UNSIGNED', 'switch')).toMatchObject({ status: 76 })
  serve(current[0]?.replace('"serial": 2', '"serial": 9'), current[1])
  expect(await world.fails('E_REGISTRY_UNSIGNED', 'switch')).toMatchObject({ status: 76 })
  serve(current[0], current[1])
  const record = out('packages/gr/greeter.json')
  const honest = readFileSync(record, 'utf8')
  writeFileSync(record, honest.replace('bin/greet.mjs', 'bin/other.mjs'))
  expect(await world.fails('E_REGISTRY_INVALID', 'switch')).toMatchObject({ status: 76 })
  expect(world.read('environments/default.lock.json')).toBe(lock)
  expect(await world.json('generations')).toHaveLength(1)
  writeFileSync(record, honest)
  await world.ok('switch')
})

test("S-12.8 the example registry works in a fresh clone, without any server but npm's", async () => {
  const world = await makeWorld()
  world.registry.publish('picocolors@1.1.1', {}, { files: { 'index.js': 'exports.green = (text) => text\n' } })
  cpSync(EXAMPLES, join(world.workspace, 'examples'), { recursive: true, filter: isPublished })
  const declared = readFileSync(join(EXAMPLES, '../environments/examples.yaml'), 'utf8')
  world.write('environments/examples.yaml', declared)
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...words], { cwd: world.workspace })
  git('init', '-q', '-b', 'main')
  git('add', 'examples')
  git('commit', '-q', '-m', 'x')
  await world.ok('registry', 'build', 'examples/registry', '--out', 'examples/registry', '--name', 'core')
  await world.ok('switch', 'examples')
  const greeted = await world.ok('run', 'examples', '--', 'greet', '--all')
  for (const phrase of ['Mae govannen, Ada!', 'Ahoy, ']) expect(greeted).toContain(phrase)
  expect(await world.ok('run', 'examples', '--', 'hello')).toContain('hello')
  // What is locked is not asked for again, and what is there is not what was locked.
  await world.ok('switch', 'examples', '--frozen', '--offline')
  const { stderr } = await world.run(['add', 'core:chroma', '--env', 'examples'])
  expect(stderr).toContain('error E_RESOLVE_CONFLICT')
  expect(stderr).toContain('this version of Tenon does not know `pypi:` yet')
})
