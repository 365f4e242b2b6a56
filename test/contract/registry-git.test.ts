// Registries that lie in git: read at a commit that the lock holds, over HTTP through git's own http-backend and from a directory.

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LockedEnvironment, printLock } from '../../src/core/lock.ts'
import type { PackageVersion } from '../../src/core/registry.ts'
import { makeKeys, sign } from '../../src/core/signature.ts'
import { GitServer, GitWorkTree } from '../support/git-server.ts'
import { packageVersion, registryOf, writeRegistry } from '../support/registry.ts'
import { idsOf, type LockOptions, packageOf, type SourceWorld, useSourceWorld } from '../support/source-world.ts'

let world: SourceWorld
let server: GitServer
let repository: GitWorkTree
useSourceWorld((made) => {
  world = made.world
})

beforeEach(async () => {
  repository = new GitWorkTree(join(world.root, 'srv/core'))
  server = await GitServer.start(join(world.root, 'srv'))
  return async () => await server.stop()
})

afterEach(() => rmSync(join(world.root, 'srv'), { recursive: true, force: true }))

const words = (version: string, more: Partial<PackageVersion> = {}) => packageVersion('words', version, '', more)

/** Commits a registry with these versions below `public`; the commit. */
function publish(serial: number, versions: readonly PackageVersion[]): string {
  rmSync(join(repository.path, 'public'), { recursive: true, force: true })
  writeRegistry(join(repository.path, 'public'), registryOf(versions, { serial }))
  return repository.commit({})
}

const address = () => `git+${server.url}/core/.git?rev=main#public`

function lock(requirements: readonly string[], options: LockOptions = {}): Promise<LockedEnvironment> {
  world.restart()
  return world.lock(requirements, { ...options, registries: options.registries ?? { core: address() } })
}

describe('a registry in git', () => {
  test('S-13.17 is read at the commit that its revision names, which the lock holds', async () => {
    const commit = publish(1, [words('1.0.0')])
    const locked = await lock(['core:words'])
    expect(idsOf(locked)).toEqual(['core:words@1.0.0'])
    expect(locked.registries).toEqual({ core: { place: address(), name: 'core', serial: 1, commit } })
  })

  test('S-13.17 stays at that commit, also for new requirements, and asks nobody where nothing changed', async () => {
    publish(1, [words('1.0.0'), packageVersion('other', '1.0.0')])
    const first = await lock(['core:words'])
    publish(2, [words('1.0.0'), words('2.0.0'), packageVersion('other', '2.0.0')])
    server.requests.length = 0
    expect(printLock(await lock(['core:words'], { previous: first }))).toBe(printLock(first))
    const added = await lock(['core:words', 'core:other'], { previous: first })
    expect(idsOf(added)).toEqual(['core:other@1.0.0', 'core:words@1.0.0'])
    expect(added.registries).toEqual(first.registries)
    expect(server.requests).toEqual([])
  })

  test('S-13.17 a tag that was moved is said, and followed only where a package of the registry is named', async () => {
    const before = publish(1, [words('1.0.0')])
    repository.git('tag', 'v1')
    const registries = { core: `git+${server.url}/core/.git?rev=v1#public` }
    const first = await lock(['core:words'], { registries })
    const after = publish(2, [words('1.0.0'), words('2.0.0')])
    repository.git('tag', '-f', 'v1')
    const warnings = () => world.events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
    const kept = await lock(['core:words'], { previous: first, update: 'all', registries })
    expect(idsOf(kept)).toEqual(['core:words@1.0.0'])
    const text = `was moved from ${before.slice(0, 12)} to ${after.slice(0, 12)}`
    expect(warnings()).toEqual([expect.stringContaining(text)])
    const moved = await lock(['core:words'], { previous: first, update: new Set(['core:words']), registries })
    expect(idsOf(moved)).toEqual(['core:words@2.0.0'])
    expect(moved.registries?.['core']).toMatchObject({ commit: after })
    expect(warnings()).toEqual([expect.stringContaining(text), expect.stringContaining(text)])
  })

  test('S-13.17 an update of everything, or of a package of it, moves it; an update of another package does not', async () => {
    publish(1, [words('1.0.0')])
    const first = await lock(['core:words'])
    const second = publish(2, [words('1.0.0'), words('2.0.0')])
    const kept = await lock(['core:words'], { previous: first, update: new Set(['npm:x']) })
    expect(printLock(kept)).toBe(printLock(first))
    for (const update of ['all', new Set(['core:words'])] as const) {
      const moved = await lock(['core:words'], { previous: first, update })
      expect(idsOf(moved)).toEqual(['core:words@2.0.0'])
      expect(moved.registries?.['core']).toMatchObject({ serial: 2, commit: second })
    }
  })

  test('S-13.17 needs no network for a locked commit that was read before', async () => {
    publish(1, [words('1.0.0'), packageVersion('other', '1.0.0')])
    const first = await lock(['core:words'])
    const registries = { core: address() }
    await server.stop()
    world.restart()
    const added = await world.lock(['core:words', 'core:other'], { previous: first, registries })
    expect(idsOf(added)).toHaveLength(2)
  })

  test('S-13.17 may be a repository of this machine, and names places relative to its own', async () => {
    const git = { git: '..', commit: 'a'.repeat(40), directory: 'words' }
    publish(1, [words('1.0.0', { location: git })])
    const near = await lock(['core:words'], { registries: { core: 'git+../srv/core#public' } })
    expect(packageOf(near, 'core:words@1.0.0').artifacts[0]).toMatchObject({ url: '../srv/core', directory: 'words' })
    const far = await lock(['core:words'])
    expect(packageOf(far, 'core:words@1.0.0').artifacts[0]).toMatchObject({ url: `${server.url}/core/.git` })
  })

  test('S-13.17 signatures, age and faults are those of every registry', async () => {
    const keys = makeKeys('core-1', Buffer.alloc(32, 1))
    publish(5, [words('1.0.0')])
    const wanted = { keys: { core: [keys.public] } }
    await world.refuse('E_REGISTRY_UNSIGNED', ['core:words'], { registries: { core: address() }, ...wanted })
    const text = registryOf([words('1.0.0')], { serial: 5 }).get('registry.json') ?? ''
    repository.commit({ 'public/registry.sig': sign(text, keys.secret) })
    const signed = await lock(['core:words'], wanted)
    publish(4, [words('1.0.0'), words('1.1.0')])
    const registries = { core: address() }
    world.restart()
    await world.refuse('E_REGISTRY_OLDER', ['core:words'], { registries, previous: signed, update: 'all' })
    writeFileSync(join(repository.path, 'public/packages/wo/words.json'), '{}')
    repository.commit({})
    world.restart()
    await world.refuse('E_REGISTRY_INVALID', ['core:words'], { registries })
    world.restart()
    await world.refuse('E_REGISTRY_NOT_FOUND', ['core:words'], {
      registries: { core: address().replace('rev=main', 'rev=none') },
    })
    await world.refuse('E_REGISTRY_NOT_FOUND', ['core:words'], {
      registries: { core: address().replace('#public', '') },
    })
  })
})
