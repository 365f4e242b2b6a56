// Environments that extend environments of other repositories: git's own http-backend, the lock, and what holds without the network.

import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { isToolError, type ToolError } from '../../../src/core/errors.ts'
import type { Event } from '../../../src/core/event.ts'
import { packagesToUpdate, updatePackages } from '../../../src/ops/edit.ts'
import { lockEnvironment } from '../../../src/ops/lock.ts'
import { readEnvironment } from '../../../src/ops/read-environment.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { GitServer, GitWorkTree } from '../../support/git-server.ts'
import { contextOf } from '../../support/ops-world.ts'
import { registryOf, writeRegistry } from '../../support/registry.ts'
import { makeWorld, type World } from '../../support/world.ts'

let world: World
let server: GitServer
let base: GitWorkTree

beforeEach(async () => {
  world = await makeWorld()
  base = new GitWorkTree(join(world.root, 'srv/base'))
  server = await GitServer.start(join(world.root, 'srv'))
  onTestFinished(() => server.stop())
})

const repository = (name = 'base', rev = 'main') => `git+${server.url}/${name}/.git?rev=${rev}`

/** Commits environments of the base repository. */
function commit(files: { readonly [name: string]: string }, more: { readonly [path: string]: string } = {}): string {
  const environments = Object.entries(files).map(([name, text]) => [`environments/${name}.yaml`, `tenon: 1\n${text}`])
  return base.commit({ ...Object.fromEntries(environments), ...more })
}

function own(text: string): void {
  world.write('environments/default.yaml', `tenon: 1\nsystems: [x86_64-linux]\n${text}`)
}

async function refused(work: Promise<unknown>): Promise<ToolError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (isToolError(error)) return error
  throw error ?? new Error('nothing was thrown')
}

const readDefault = async (changes = {}) => (await readEnvironment(contextOf(world, changes), 'default')).environment

describe('an environment that extends one of another repository', () => {
  test('S-2.19 has what that one says, and the lock holds the commit and every file that was read', async () => {
    const id = commit({ dev: 'extends: [tools]\nvariables: { A: base, B: base }\n', tools: 'variables: { C: c }\n' })
    own(`extends: ["${repository()}#dev"]\nvariables: { A: own }\n`)
    const { lock, environment } = await lockEnvironment(contextOf(world), 'default')
    expect(environment.variables).toEqual({ A: 'own', B: 'base', C: 'c' })
    const integrity = expect.stringMatching(/^sha256-/)
    expect(lock.imports).toEqual({
      [repository()]: {
        commit: id,
        files: { 'environments/dev.yaml': integrity, 'environments/tools.yaml': integrity },
      },
    })
    expect(await lockEnvironment(contextOf(world), 'default')).toMatchObject({ changed: false })
  })

  test('S-2.22 the workspace may be a directory of the repository, and what it names lies below that', async () => {
    const id = base.commit({
      'tools/lint/environments/default.yaml':
        'tenon: 1\nextends: [more]\nregistries: { core: ../registry }\npackages: [path: ../hello]\n',
      'tools/lint/environments/more.yaml': 'tenon: 1\nvariables: { A: a }\n',
      'tools/lint/hello/bin/hello*': '#!/bin/sh\n',
      'environments/default.yaml': 'tenon: 1\nvariables: { A: wrong }\n',
    })
    const address = repository().replace('?', '?dir=tools/lint&')
    own(`extends: ["${address}"]\n`)
    const { lock, environment } = await lockEnvironment(contextOf(world), 'default')
    const { url } = { url: `${server.url}/base/.git` }
    expect(environment).toMatchObject({
      variables: { A: 'a' },
      registries: { core: `git+${url}?rev=${id}#tools/lint/registry` },
      packages: [{ text: `git:${url}#tools/lint/hello@${id}` }],
    })
    expect(Object.entries(lock.imports ?? {})).toMatchObject([
      [address, { commit: id, files: { 'environments/default.yaml': expect.anything() } }],
    ])
    expect(lock.packages).toMatchObject([{ artifacts: [{ directory: 'tools/lint/hello' }] }])
    expect(await packagesToUpdate(contextOf(world), 'default', [`${address}#other`])).toEqual(new Set([address]))
    base.commit({ 'tools/lint/environments/default.yaml': 'tenon: 1\npackages: [path: ../../other]\n' })
    own(`extends: ["${address}"]\n# anew\n`)
    const error = await refused(updatePackages(contextOf(world), 'default', []))
    expect(error.message).toContain('outside the workspace')
  })

  test('S-2.19 a lock of an environment of this workspace alone says nothing of imports', async () => {
    own('variables: { A: a }\n')
    const { lock } = await lockEnvironment(contextOf(world), 'default')
    expect(Object.keys(lock)).not.toContain('imports')
  })

  test('S-2.20 stays at its commit, without asking, until an update names it or everything', async () => {
    commit({ default: 'variables: { A: one }\n' })
    own(`extends: ["${repository()}"]\n`)
    await lockEnvironment(contextOf(world), 'default')
    const second = commit({ default: 'variables: { A: two }\n' })
    server.requests.length = 0
    const first = world.read('environments/default.lock.json')
    expect(await lockEnvironment(contextOf(world), 'default')).toMatchObject({ changed: false })
    expect(await lockEnvironment(contextOf(world, { frozen: true }), 'default')).toMatchObject({ changed: false })
    await lockEnvironment(contextOf(world), 'default', { update: new Set(['npm:x']) })
    expect(world.read('environments/default.lock.json')).toBe(first)
    expect(server.requests).toEqual([])

    const named = await packagesToUpdate(contextOf(world), 'default', [`${repository()}#default`])
    const { lock } = await lockEnvironment(contextOf(world), 'default', { update: named })
    expect(lock).toMatchObject({ variables: { A: 'two' }, imports: { [repository()]: { commit: second } } })
    commit({ default: 'variables: { A: three }\n' })
    await updatePackages(contextOf(world), 'default', [])
    expect((await readDefault()).variables).toEqual({ A: 'three' })
    expect(await refused(packagesToUpdate(contextOf(world), 'default', [repository('other')]))).toMatchObject({
      code: 'E_PACKAGE_NOT_FOUND',
    })
  })

  test('S-2.20 a tag that was moved is said, and followed only where it is named', async () => {
    const first = commit({ default: 'variables: { A: one }\n' })
    base.git('tag', 'v1')
    const tagged = repository('base', 'v1')
    own(`extends: ["${tagged}"]\n`)
    await lockEnvironment(contextOf(world), 'default')
    const second = commit({ default: 'variables: { A: two }\n' })
    base.git('tag', '--force', 'v1')
    const events: Event[] = []
    const kept = await lockEnvironment(contextOf(world, { events }), 'default', { update: 'all' })
    expect(kept.lock.imports?.[tagged]?.commit).toBe(first)
    const message = `was moved from ${first.slice(0, 12)} to ${second.slice(0, 12)}`
    expect(events).toContainEqual(expect.objectContaining({ message: expect.stringContaining(message) }))
    const named = await lockEnvironment(contextOf(world), 'default', { update: new Set([tagged]) })
    expect(named.lock).toMatchObject({ variables: { A: 'two' }, imports: { [tagged]: { commit: second } } })
  })

  test('S-2.20 needs no network for what is locked, and none but the repository for what the cache lost', async () => {
    commit({ default: 'variables: { A: one }\n' })
    own(`extends: ["${repository()}"]\n`)
    expect(await refused(lockEnvironment(contextOf(world, { offline: true }), 'default'))).toMatchObject({
      code: 'E_OFFLINE',
    })
    await switchEnvironment(contextOf(world), 'default')
    server.requests.length = 0
    own(`extends: ["${repository()}"]\nvariables: { B: b }\n`)
    expect(await switchEnvironment(contextOf(world, { offline: true }), 'default')).toMatchObject({ changed: true })
    expect(server.requests).toEqual([])
    rmSync(join(world.store, 'cache/imports'), { recursive: true })
    rmSync(join(world.store, 'cache/git'), { recursive: true })
    expect(await refused(readDefault({ offline: true }))).toMatchObject({ code: 'E_OFFLINE' })
    expect((await readDefault()).variables).toEqual({ A: 'one', B: 'b' })
    expect(readdirSync(join(world.store, 'cache/imports'))).toHaveLength(1)
  })

  test('S-2.20 a file that is not what was locked is refused', async () => {
    commit({ default: 'variables: { A: one }\n' })
    own(`extends: ["${repository()}"]\n`)
    await lockEnvironment(contextOf(world), 'default')
    const lock = world.read('environments/default.lock.json')
    const altered = lock.replace(/("environments\/default.yaml": "sha256-)[^"]*/, `$1${'A'.repeat(43)}=`)
    expect(altered).not.toBe(lock)
    world.write('environments/default.lock.json', altered)
    const error = await refused(lockEnvironment(contextOf(world), 'default'))
    expect(error).toMatchObject({ code: 'E_INTEGRITY' })
    expect(error.details['places']).toMatchObject([{ path: 'environments/default.yaml', line: 3 }])
  })

  test('S-2.19 directories and registries of the repository are those of its commit', async () => {
    writeRegistry(join(base.path, 'registry'), registryOf([]))
    const id = commit(
      { dev: 'registries: { core: ../registry }\npackages: [path: ../tools/hello, { path: .., priority: 2 }]\n' },
      { 'tools/hello/bin/hello*': '#!/bin/sh\necho hello\n' },
    )
    own(`extends: ["${repository()}#dev"]\n`)
    const environment = await readDefault()
    expect(environment.registries).toEqual({ core: `git+${server.url}/base/.git?rev=${id}#registry` })
    expect(environment.packages).toMatchObject([
      { source: 'git', text: `git:${server.url}/base/.git#tools/hello@${id}`, priority: 0 },
      { source: 'git', text: `git:${server.url}/base/.git@${id}`, priority: 2 },
    ])
    own(`extends: ["${repository()}#tools"]\n`)
    commit({ tools: 'packages: [path: ../tools/hello]\n' })
    const { path } = await switchEnvironment(contextOf(world), 'default', { update: 'all' })
    expect(readdirSync(join(path, 'bin'))).toEqual(['hello'])
  })

  test('S-2.19 repositories extend one another, and never in a circle', async () => {
    const other = new GitWorkTree(join(world.root, 'srv/other'))
    other.commit({ 'environments/a.yaml': 'tenon: 1\nvariables: { O: o }\n' })
    commit({ dev: `extends: ["${repository('other')}#a"]\n` })
    own(`extends: ["${repository()}#dev"]\n`)
    expect((await readDefault()).variables).toEqual({ O: 'o' })
    other.commit({ 'environments/a.yaml': `tenon: 1\nextends: ["${repository()}#dev"]\n` })
    const error = await refused(readDefault())
    expect(error).toMatchObject({ code: 'E_ENV_INVALID' })
    expect(error.message).toContain('extends itself')
  })

  test('S-2.19 what is not there, or is no environment, is said with the line that asks for it', async () => {
    commit({ broken: 'packages: [nothing]\n', two: 'packages: []\n' })
    own(`extends: ["${repository()}#none"]\n`)
    expect((await refused(readDefault())).message).toContain('environments/default.yaml:3:11')
    own(`extends: ["${repository()}#broken"]\n`)
    expect((await refused(readDefault())).message).toContain(`${repository()}:environments/broken.yaml:2:12`)
    for (const [place, code] of [
      [repository('base', 'none'), 'E_PACKAGE_NOT_FOUND'],
      [repository('missing'), 'E_PACKAGE_NOT_FOUND'],
      ['git+ssh://git@example.org/x', 'E_UNSUPPORTED'],
    ]) {
      own(`extends: ["${place}"]\n`)
      const error = await refused(readDefault())
      expect(error.code).toBe(code)
      expect(error.details['places']).toMatchObject([{ path: 'environments/default.yaml', line: 3 }])
    }
  })

  test('S-2.19 a file of another repository cannot make anybody read repositories of the machine', async () => {
    for (const text of [
      'extends: ["git+file:///srv/private#x"]\n',
      'extends: ["git+../../private#x"]\n',
      'registries: { core: "git+../../private#x" }\n',
      'packages: [git: ../../private]\n',
      'packages: ["git:file:///srv/private"]\n',
    ]) {
      commit({ dev: text })
      own(`extends: ["${repository()}#dev"]\n`)
      const error = await refused(readDefault())
      expect(error).toMatchObject({ code: 'E_ENV_INVALID' })
      expect(error.message).toContain('repository of the machine')
    }
  })

  test('S-2.19 more files of other repositories than anybody needs are a fault', async () => {
    const many = Array.from({ length: 70 }, (_, index) => `e${index}`)
    const files = many.map((name, index) => [name, index < 40 ? `extends: [e${index + 30}]\n` : 'packages: []\n'])
    commit({ ...Object.fromEntries(files) })
    const bases = (from: number) => many.slice(from, from + 30).map((name) => `"${repository()}#${name}"`)
    world.write('environments/a.yaml', `tenon: 1\nextends: [${bases(0).join(', ')}]\n`)
    world.write('environments/b.yaml', `tenon: 1\nextends: [${bases(30).join(', ')}]\n`)
    world.write('environments/c.yaml', `tenon: 1\nextends: [${bases(60).join(', ')}]\n`)
    own('extends: [a, b, c]\n')
    expect((await refused(readDefault())).message).toContain('More than 64 files')
  })
})
