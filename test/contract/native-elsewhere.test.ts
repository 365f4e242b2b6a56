// Native packages that no registry has: a package.yaml in a directory of the workspace, of a repository or of an archive.

import { createHash } from 'node:crypto'
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realise } from '../../src/build/realise.ts'
import type { DerivationId } from '../../src/core/derivation.ts'
import { type LockedEnvironment, parseLock, printLock } from '../../src/core/lock.ts'
import type { PackageVersion } from '../../src/core/registry.ts'
import type { LongForm } from '../../src/core/requirement.ts'
import { Store } from '../../src/store/store.ts'
import { removeTree } from '../../src/store/tree.ts'
import { zip } from '../support/archives.ts'
import { FileServer, serve } from '../support/file-server.ts'
import { GitServer, GitWorkTree } from '../support/git-server.ts'
import type { NpmRegistry } from '../support/npm-registry.ts'
import { packageVersion, registryOf, writeRegistry } from '../support/registry.ts'
import { idsOf, type LockOptions, packageOf, type SourceWorld, useSourceWorld } from '../support/source-world.ts'

let npm: NpmRegistry
let world: SourceWorld
let server: GitServer
let tools: GitWorkTree
useSourceWorld((made) => {
  npm = made.registry
  world = made.world
})

beforeEach(async () => {
  server = await GitServer.start(join(world.root, 'srv'))
  tools = new GitWorkTree(join(world.root, 'srv/tools'))
})

afterEach(async () => {
  await server.stop()
  removeTree(world.host, join(world.root, 'store'))
})

function publish(versions: readonly PackageVersion[], serial = 1): void {
  rmSync(join(world.workspace, 'core'), { recursive: true, force: true })
  writeRegistry(join(world.workspace, 'core'), registryOf(versions, { serial }))
  world.restart()
}

function lock(requirements: readonly (string | LongForm)[], options: LockOptions = {}): Promise<LockedEnvironment> {
  return world.lock(requirements, { registries: { core: 'core' }, ...options })
}

async function realiseIt(locked: LockedEnvironment): Promise<string> {
  const { host, workspace, sources } = world
  const store = await Store.open(join(world.root, 'store'), host, { mode: 'shared' })
  try {
    const { signal } = new AbortController()
    const artifacts = world.artifacts()
    const context = { host, store, artifacts, sources, earlier: null, workspace, report: () => {}, signal }
    return store.locate(await realise(world.plan(locked), context))
  } finally {
    store.close()
  }
}

function file(name: string, version: string, lines = ''): string {
  return `tenon: 1\nname: ${name}\nversion: ${version}\ntype: tool\ndescription: The tool ${name}.\n${lines}`
}

const remote = (directory = ''): string => `git:${server.url}/tools/.git${directory === '' ? '' : `#${directory}`}`

const WORDS = ['1.0.0', '1.5.0', '2.0.0'].map((version) => packageVersion('words', version))

describe('a package.yaml in a repository', () => {
  test('S-4.57 makes it a native package: its commands, services, variables and dependencies count', async () => {
    npm.publish('left@1.0.0')
    publish(WORDS)
    const lines =
      'dependencies: [core:words@^1, npm:left@^1]\ncommands: { lint: run/lint }\nvariables: { LINT: "yes" }\n'
    const commit = tools.commit({ 'package.yaml': file('lint', '1.2.0', lines), 'run/lint*': '#!/bin/sh\n' })
    const locked = await lock([remote()])
    const item = locked.packages.find(({ source }) => source === 'git')
    expect(item).toMatchObject({
      name: 'lint',
      version: `1.2.0+${commit.slice(0, 12)}`,
      dependencies: { words: 'core:words@1.5.0', left: 'npm:left@1.0.0' },
      data: { kind: 'native', package: { name: 'lint', type: 'tool', variables: { LINT: 'yes' } } },
    })
    expect(idsOf(locked)).toEqual([item?.id, 'core:words@1.5.0', 'npm:left@1.0.0'].sort())
    expect(locked.registries).toEqual({ core: { place: 'core', name: 'core', serial: 1 } })
    const plan = world.plan(locked)
    const root = plan.derivations.get(plan.root as DerivationId)
    if (root?.step.kind !== 'compose') throw new Error('no tree')
    expect(root.step.variables).toEqual({ LINT: 'yes' })
    expect(root.step.contributions.map(({ owner, links }) => [owner, links])).toEqual([
      [item?.id, { 'bin/lint': 'run/lint', 'share/packages/lint': '' }],
      ['core:words@1.5.0', { 'share/packages/words': '' }],
    ])
  })

  test('S-13.10 what it needs of a registry is part of the one solve', async () => {
    publish([...WORDS, packageVersion('greet', '1.0.0', 'dependencies: [core:words]\n')])
    tools.commit({ 'package.yaml': file('lint', '1.2.0', 'dependencies: [core:words@<1.5]\n') })
    expect(idsOf(await lock(['core:greet', remote()]))).toContain('core:words@1.0.0')
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['core:words@^2', remote()], {
      registries: { core: 'core' },
    })
    expect(error.details['places']).toHaveLength(2)
    expect(String(error.details['explanation'])).toContain('which needs core:words@<1.5')
  })

  test('S-13.13 a version whose needs in git do not fit is passed over', async () => {
    tools.commit({ 'old/package.yaml': file('base', '1.0.0', 'dependencies: [core:words@^1]\n') })
    tools.commit({ 'new/package.yaml': file('base', '2.0.0', 'dependencies: [core:words@^2]\n') })
    publish([
      ...WORDS,
      packageVersion('app', '1.0.0', `dependencies: ["${remote('old')}"]\n`),
      packageVersion('app', '2.0.0', `dependencies: ["${remote('new')}"]\n`),
      packageVersion('app', '3.0.0', `dependencies: ["${remote('none')}"]\n`),
    ])
    const newest = await lock(['core:app'])
    expect(idsOf(newest)).toEqual(expect.arrayContaining(['core:app@2.0.0', 'core:words@2.0.0']))
    expect(Object.values(packageOf(newest, 'core:app@2.0.0').dependencies)).toHaveLength(1)
    const older = await lock(['core:app', 'core:words@^1'])
    expect(idsOf(older)).toEqual(expect.arrayContaining(['core:app@1.0.0', 'core:words@1.5.0']))
  })

  test('S-4.57 repositories may need one another, also in a circle', async () => {
    publish(WORDS)
    tools.commit({
      'a/package.yaml': file('a', '1.0.0', 'dependencies: [{ git: ./.., directory: b }]\n'),
      'b/package.yaml': file('b', '1.0.0', `dependencies: ["${remote('a')}", core:words@^1]\n`),
    })
    const locked = await lock([remote('b')])
    expect(locked.packages.map((item) => item.name).sort()).toEqual(['a', 'b', 'words'])
    expect(printLock(await lock([remote('b')], { previous: locked }))).toBe(printLock(locked))
  })

  test('S-4.57 repositories that make up further ones without end are one error, wherever in the graph they are', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => `{ git: "https://example.org/${index}.git" }`)
    tools.commit({
      'package.yaml': file('top', '1.0.0', 'dependencies: [{ git: ., directory: below }]\n'),
      'below/package.yaml': file('below', '1.0.0', `dependencies: [${many.join(', ')}]\n`),
    })
    const error = await world.refuse('E_UNSUPPORTED', [remote()])
    expect(error.message).toBe('More than 1000 repositories and archives ask for one another.')
  })

  test('S-4.57 what is locked is read again by nobody: not the repository, not the registry', async () => {
    npm.publish('left@1.0.0')
    publish([...WORDS, packageVersion('app', '1.0.0', `dependencies: ["${remote('b')}"]\n`)])
    tools.commit({
      'a/package.yaml': file('a', '1.0.0', 'dependencies: [core:words@^1, npm:left]\n'),
      'b/package.yaml': file('b', '1.0.0', 'dependencies: [core:words]\n'),
    })
    const asked = [remote('a'), 'core:app']
    const first = await lock(asked)
    server.requests.length = 0
    npm.clearLog()
    rmSync(join(world.workspace, 'core'), { recursive: true })
    rmSync(join(world.root, 'git'), { recursive: true })
    world.restart()
    expect(printLock(await lock(asked.toReversed(), { previous: first }))).toBe(printLock(first))
    expect([npm.requests, server.requests]).toEqual([[], []])
  })

  test('S-12.1 its faults are told with the place in the repository, at the commit', async () => {
    const commit = tools.commit({ 'lint/package.yaml': file('lint', '1.2', 'comands: {}\n') })
    const error = await world.refuse('E_PACKAGE_INVALID', [remote('lint')])
    expect(error.message).toContain(`${commit.slice(0, 12)}:lint/package.yaml`)
    expect(error.details['faults']).toHaveLength(1)
  })

  test('S-12.3 it names registries as the environment does; one that is not declared is said', async () => {
    tools.commit({ 'package.yaml': file('lint', '1.2.0', 'dependencies: [acme:words]\n') })
    const error = await world.refuse('E_RESOLVE_CONFLICT', [remote()])
    expect(String(error.details['explanation'])).toContain('the environment has no registry `acme`')
  })

  test('S-13.14 each system has only what is needed on it', async () => {
    publish(WORDS)
    const lines = 'on: { aarch64-linux: { dependencies: [core:words] } }\n'
    tools.commit({ 'package.yaml': file('lint', '1.2.0', lines) })
    const locked = await lock([remote()], { systems: ['x86_64-linux', 'aarch64-linux'] })
    expect(idsOf(locked)).toHaveLength(1)
    expect(idsOf(locked, 'aarch64-linux')).toHaveLength(2)
  })

  test('S-13.14 one that does not run on a system of the environment does not fit', async () => {
    tools.commit({ 'package.yaml': file('lint', '1.2.0', 'systems: [aarch64-linux]\n') })
    const error = await world.refuse('E_RESOLVE_CONFLICT', [remote()])
    expect(String(error.details['explanation'])).toContain('does not run on x86_64-linux')
  })

  test('S-12.3 a package from elsewhere cannot name a repository of this machine', async () => {
    tools.commit({ 'package.yaml': file('lint', '1.2.0', `dependencies: ["git:file://${world.root}/srv/tools"]\n`) })
    const error = await world.refuse('E_RESOLVE_CONFLICT', [remote()])
    expect(String(error.details['explanation'])).toContain('a repository of this machine')
  })
})

describe('a package.yaml in a directory of the workspace', () => {
  test('S-4.34 makes it a native package, whose change is noticed', async () => {
    publish(WORDS)
    world.write('tools/lint/package.yaml', file('lint', '1.2.0', 'dependencies: [core:words@^1]\n'))
    const first = await lock(['path:tools/lint'])
    expect(packageOf(first, 'path:tools/lint')).toMatchObject({
      name: 'lint',
      version: '1.2.0',
      dependencies: { words: 'core:words@1.5.0' },
    })
    world.write('tools/lint/package.yaml', file('lint', '1.3.0', 'dependencies: [core:words@^2]\n'))
    const second = await lock(['path:tools/lint'], { previous: first })
    expect(packageOf(second, 'path:tools/lint')).toMatchObject({
      version: '1.3.0',
      dependencies: { words: 'core:words@2.0.0' },
    })
    world.write('tools/lint/package.yaml', file('lint', '1.3.0'))
    const third = await lock(['path:tools/lint'], { previous: second })
    expect(idsOf(third)).toEqual(['path:tools/lint'])
    expect(third.registries).toBeUndefined()
  })

  test('S-12.1 its faults are told with the place in the workspace', async () => {
    world.write('tools/lint/package.yaml', file('lint', 'new'))
    expect((await world.refuse('E_PACKAGE_INVALID', ['path:tools/lint'])).message).toContain('tools/lint/package.yaml')
  })

  test('S-12.4 what it names is in the package, unless it lies behind a link', async () => {
    const lines = [
      'commands: { lint: run/none }',
      'files: { share/none: none }',
      'variables: { A: { path: none } }',
      'services: { s: { command: [x], variables: { A: { path: none } } } }',
      'on: { aarch64-linux: { commands: { lint: none } } }',
    ]
    for (const line of lines) {
      world.write('tools/lint/package.yaml', file('lint', '1.0.0', `${line}\n`))
      const error = await world.refuse('E_PACKAGE_INVALID', ['path:tools/lint'])
      expect(error.message).toMatch(
        /^`tools\/lint\/package.yaml` names `.*none` \(.*\), which is not in the package\.$/,
      )
    }
    world.write('tools/lint/run/lint', 'x')
    symlinkSync('run', join(world.workspace, 'tools/lint/link'))
    world.write('tools/lint/package.yaml', file('lint', '1.0.0', 'commands: { lint: run/lint, other: link/lint }\n'))
    expect(idsOf(await lock(['path:tools/lint']))).toEqual(['path:tools/lint'])
    tools.commit({ 'package.yaml': file('lint', '1.0.0', 'commands: { lint: run/none }\n') })
    const error = await world.refuse('E_PACKAGE_INVALID', [remote()])
    expect(error.message).toContain('names `run/none` (command `lint`)')
  })

  test('S-12.3 repositories are written relative to its directory', async () => {
    world.write('tools/lint/package.yaml', file('lint', '1.0.0', 'dependencies: [{ git: ../../../srv/tools }]\n'))
    tools.commit({ 'package.yaml': file('base', '1.0.0') })
    const locked = await lock(['path:tools/lint'])
    expect(locked.packages.map((item) => item.name)).toEqual(['base', 'lint'])
    expect(locked.packages[0]?.artifacts).toMatchObject([{ url: '../srv/tools' }])
  })
})

test('S-13.15 two native packages of one name, from different sources, are two packages', async () => {
  publish(WORDS)
  world.write('words/package.yaml', file('words', '1.0.0'))
  const locked = await lock(['path:words', 'core:words'])
  expect(idsOf(locked)).toEqual(['core:words@2.0.0', 'path:words'])
})

test('S-13.15 one place in the tree is for one of them: a collision, unless the file says which', async () => {
  world.write('one/package.yaml', file('words', '1.0.0'))
  world.write('two/package.yaml', file('words', '2.0.0'))
  const collision = realiseIt(await lock(['path:one', 'path:two']))
  await expect(collision).rejects.toThrow(expect.objectContaining({ code: 'E_COLLISION' }))
  await expect(collision).rejects.toThrow(/`path:one` and `path:two`.*`share\/packages\/words`/)
  const tree = await realiseIt(await lock(['path:one', { path: 'two', priority: 1 }]))
  expect(readFileSync(join(tree, 'share/packages/words/package.yaml'), 'utf8')).toContain('version: 2.0.0')
})

test('S-12.3 a registry of another machine never leads to a repository of this one', async () => {
  const commit = tools.commit({ 'package.yaml': file('words', '1.0.0') })
  const location = { git: `file://${tools.path}`, commit, directory: '' }
  const files = registryOf([packageVersion('words', '1.0.0', '', { location })])
  const web = await FileServer.start((request, response) => {
    const text = files.get((request.url ?? '').replace('/registry/', ''))
    response.writeHead(text === undefined ? 404 : 200).end(text)
  })
  try {
    const options = { registries: { core: `${web.origin}/registry` } }
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['core:words'], options)
    expect(String(error.details['explanation'])).toContain('a repository of this machine')
  } finally {
    await web.stop()
  }
})

test('S-12.3 what npm and a registry call the same are two dependencies', async () => {
  npm.publish('words@7.0.0')
  publish([...WORDS, packageVersion('app', '1.0.0', 'dependencies: [core:words@^1, npm:words]\n')])
  const locked = await lock(['core:app'])
  expect(packageOf(locked, 'core:app@1.0.0').dependencies).toEqual({
    'core:words': 'core:words@1.5.0',
    words: 'npm:words@7.0.0',
  })
})

test('S-12.3 what two registries call the same are two dependencies of a package that is in none', async () => {
  publish(WORDS)
  writeRegistry(join(world.workspace, 'team'), registryOf([packageVersion('words', '3.0.0')], { name: 'team' }))
  world.write('app/package.yaml', file('app', '1.0.0', 'dependencies: [core:words@^1, team:words]\n'))
  const locked = await lock(['path:app'], { registries: { core: 'core', team: 'team' } })
  expect(packageOf(locked, 'path:app').dependencies).toEqual({
    'core:words': 'core:words@1.5.0',
    'team:words': 'team:words@3.0.0',
  })
})

test('S-4.46 an archive with a package.yaml is a native package', async () => {
  publish(WORDS)
  const body = file('lint', '1.2.0', 'dependencies: [core:words@^1]\n')
  const files = await FileServer.start(serve(zip([{ name: 'lint-1/package.yaml', body }])))
  try {
    const requirement = { url: `${files.origin}/lint.zip`, unpack: true }
    const locked = await world.lock([requirement], { registries: { core: 'core' } })
    expect(locked.packages.map(({ name, dependencies }) => [name, dependencies])).toEqual([
      ['words', {}],
      ['lint', { words: 'core:words@1.5.0' }],
    ])
  } finally {
    await files.stop()
  }
})

describe('a file beside the registry', () => {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const app = (address: string): PackageVersion =>
    packageVersion('app', '1.0.0', `dependencies: [{ url: ${address}, place: share/app/words }]\n`)

  test('S-12.8 of a directory is a file of the workspace, by its hash', async () => {
    publish([app('./files/words')])
    world.write('core/files/words', 'hello')
    const locked = await lock(['core:app'])
    expect(locked.packages).toMatchObject([
      { id: 'core:app@1.0.0', data: { files: 'core' } },
      { source: 'url', artifacts: [{ url: './core/files/words', size: 5 }] },
    ])
    world.write('core/files/words', 'other')
    rmSync(join(world.root, 'artifacts'), { recursive: true })
    const [, words] = locked.packages
    expect(words?.id).toBe(`url:./core/files/words@${hash('hello').slice(0, 12)}`)
    const alone = (): LockedEnvironment => ({
      ...locked,
      packages: words === undefined ? [] : [words],
      systems: {
        'x86_64-linux': {
          roots: words === undefined ? [] : [{ requirement: 'url:words', package: words.id, priority: 0 }],
          packages: words === undefined ? [] : [words.id],
        },
      },
    })
    await expect(realiseIt(alone())).rejects.toMatchObject({ code: 'E_INTEGRITY' })
    world.write('core/files/words', 'hello')
    expect(readFileSync(join(await realiseIt(alone()), 'share/app/words'), 'utf8')).toBe('hello')
  })

  test('S-12.8 of a web host is an address of that host', async () => {
    const files = new Map(registryOf([app('../files/words')]))
    const web = await FileServer.start((request, response) => {
      const path = request.url ?? ''
      const text = path === '/files/words' ? 'hello' : files.get(path.replace('/registry/', ''))
      response.writeHead(text === undefined ? 404 : 200).end(text)
    })
    try {
      const locked = await lock(['core:app'], { registries: { core: `${web.origin}/registry` } })
      expect(locked.packages[1]?.artifacts).toMatchObject([{ url: `${web.origin}/files/words`, size: 5 }])
    } finally {
      await web.stop()
    }
  })

  test('S-12.8 does not lie outside of the workspace, by a path, a link or an edited lock', async () => {
    writeFileSync(join(world.root, 'secret'), 'secret')
    publish([app('../../secret')])
    const refused = await world.refuse('E_RESOLVE_CONFLICT', ['core:app'], { registries: { core: 'core' } })
    expect(String(refused.details['explanation'])).toContain('outside of the workspace')
    publish([app('./link')])
    symlinkSync('../../secret', join(world.workspace, 'core/link'))
    await world.refuse('E_RESOLVE_CONFLICT', ['core:app'], { registries: { core: 'core' } })
    rmSync(join(world.workspace, 'core/link'))
    world.write('core/link', 'hello')
    const text = printLock(await lock(['core:app']))
    for (const url of ['./../secret', '/etc/passwd', 'file:///etc/passwd', './core/../../secret'])
      expect(() => parseLock(text.replace('"url": "./core/link"', `"url": "${url}"`), 'x')).toThrow(
        'must be an address',
      )
  })

  test('S-12.8 is refused where a registry lies in git, and in a package that no registry has', async () => {
    const registry = new GitWorkTree(join(world.root, 'srv/registry'))
    registry.commit(Object.fromEntries(registryOf([app('./files/words')])))
    const registries = { core: `git+${server.url}/registry/.git` }
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['core:app'], { registries })
    expect(String(error.details['explanation'])).toContain('only a registry on the web or in the workspace has files')
    tools.commit({ 'package.yaml': file('lint', '1.2.0', 'dependencies: [url:./words]\n') })
    const other = await world.refuse('E_RESOLVE_CONFLICT', [remote()])
    expect(String(other.details['explanation'])).toContain('only a registry on the web or in the workspace has files')
  })
})
