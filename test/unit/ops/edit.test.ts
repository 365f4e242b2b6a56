// `add`, `remove` and `update`: what they write, and that a failure leaves nothing behind.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/core/json.ts'
import { parseLock } from '../../../src/core/lock.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { lockVersions } from '../../../src/ops/changes.ts'
import { addPackages, packagesToUpdate, removePackages, updatePackages } from '../../../src/ops/edit.ts'
import { initWorkspace } from '../../../src/ops/init.ts'
import { lockEnvironment } from '../../../src/ops/lock.ts'
import { outdatedPackages } from '../../../src/ops/outdated.ts'
import { listPackages } from '../../../src/ops/show.ts'
import { zip } from '../../support/archives.ts'
import { FaultyHost, SimulatedCrash } from '../../support/faulty-host.ts'
import { FileServer, serve } from '../../support/file-server.ts'
import { GitWorkTree } from '../../support/git-server.ts'
import { contextOf, filesOf } from '../../support/ops-world.ts'
import { makeWorld, type World } from '../../support/world.ts'

const FILE = 'environments/default.yaml'

async function toolWorld(): Promise<World> {
  const world = await makeWorld()
  world.registry.publish('greet@1.0.0', { words: '^1.0.0' })
  world.registry.publish('words@1.0.0', { deep: '^1.0.0' })
  world.registry.publish('deep@1.0.0')
  world.environment('default', [])
  return world
}

const packagesIn = (world: World): readonly string[] =>
  world
    .read(FILE)
    .split('\n')
    .filter((line) => line.startsWith('  - '))
    .map((line) => line.slice(4))

test('S-4.16 an update and `outdated` fail where the registry does not answer, though npm would take what it heard earlier', async () => {
  const world = await toolWorld()
  initIn(world)
  await addPackages(contextOf(world), 'default', ['npm:greet'])
  world.registry.answer('/greet', (request) => request.socket.destroy())
  const gone = { code: 'E_SOURCE_UNAVAILABLE' }
  await expect(updatePackages(contextOf(world), 'default', [])).rejects.toMatchObject(gone)
  await expect(outdatedPackages(contextOf(world), 'default', false)).rejects.toMatchObject(gone)
  expect(await addPackages(contextOf(world), 'default', ['npm:greet@^1'])).toMatchObject({ environment: 'default' })
})

test('S-9.6 add, change of a range, and remove edit the file, lock and switch', async () => {
  const world = await toolWorld()
  world.registry.publish('greet@2.0.0')
  initIn(world)
  expect(await addPackages(contextOf(world), 'default', ['npm:greet@^1', 'npm:deep'])).toMatchObject({
    changed: true,
    generation: { number: 1, reason: 'add npm:greet@^1 npm:deep' },
  })
  expect(packagesIn(world)).toEqual(['npm:greet@^1', 'npm:deep'])
  expect(await addPackages(contextOf(world), 'default', ['npm:greet@^1'])).toMatchObject({ changed: false })
  expect(await addPackages(contextOf(world), 'default', ['npm:greet@^2'])).toMatchObject({
    updated: [{ package: 'npm:greet', from: ['1.0.0'], to: ['2.0.0'] }],
    removed: [{ package: 'npm:words', version: '1.0.0' }],
  })
  expect(packagesIn(world)).toEqual(['npm:greet@^2', 'npm:deep'])
  expect(await removePackages(contextOf(world), 'default', ['npm:greet'])).toMatchObject({ generation: { number: 3 } })
  expect(packagesIn(world)).toEqual(['npm:deep'])
})

function initIn(world: World): void {
  world.sh('rm environments/default.yaml')
  initWorkspace(new NodeHost(), world.workspace, [])
}

test('S-9.6 whatever fails, file and lock are again what they were', async () => {
  const world = await toolWorld()
  await addPackages(contextOf(world), 'default', ['npm:greet'])
  world.registry.publish('greet@1.1.0')
  const before = filesOf(world)
  const fails = async (code: string, run: () => Promise<unknown>) => {
    await expect(run()).rejects.toMatchObject({ code })
    expect(filesOf(world)).toEqual(before)
  }
  await fails('E_PACKAGE_NOT_FOUND', () => addPackages(contextOf(world), 'default', ['npm:deep', 'npm:nothing']))
  await fails('E_PACKAGE_NOT_FOUND', () => removePackages(contextOf(world), 'default', ['npm:greet', 'npm:nothing']))
  await fails('E_USAGE', () => addPackages(contextOf(world), 'default', ['nothing']))
  await fails('E_LOCK_STALE', () => addPackages(contextOf(world, { frozen: true }), 'default', ['npm:deep']))
  world.registry.answerText('/greet/-/greet-1.1.0.tgz', 500, 'broken')
  await fails('E_SOURCE_UNAVAILABLE', () => updatePackages(contextOf(world), 'default', []))
  world.registry.heal()
  const aborted = new AbortController()
  aborted.abort(new Error('stopped'))
  await expect(addPackages(contextOf(world, { signal: aborted.signal }), 'default', ['npm:deep'])).rejects.toThrow()
  expect(filesOf(world)).toEqual(before)
})

test('S-9.6 a failing check undoes an add and an update', async () => {
  const world = await toolWorld()
  await addPackages(contextOf(world), 'default', ['npm:greet'])
  world.write(FILE, `${world.read(FILE)}checks: [no]\n`)
  world.registry.publish('deep@1.1.0')
  const before = filesOf(world)
  await expect(addPackages(contextOf(world), 'default', ['npm:deep'])).rejects.toMatchObject({ code: 'E_CHECK_FAILED' })
  expect(filesOf(world)).toEqual(before)
  await expect(updatePackages(contextOf(world), 'default', [])).rejects.toMatchObject({ code: 'E_CHECK_FAILED' })
  expect(filesOf(world)).toEqual(before)
})

test('S-9.6 update chooses anew what is named, also deep in the graph, or everything', async () => {
  const world = await toolWorld()
  await addPackages(contextOf(world), 'default', ['npm:greet'])
  for (const name of ['greet', 'deep'])
    world.registry.publish(`${name}@1.1.0`, name === 'greet' ? { words: '^1.0.0' } : {})
  world.registry.publish('words@1.1.0', { deep: '^1.0.0' })
  expect(await updatePackages(contextOf(world), 'default', ['npm:deep'])).toMatchObject({
    generation: { reason: 'update npm:deep' },
    updated: [{ package: 'npm:deep', to: ['1.1.0'] }],
  })
  const all = await updatePackages(contextOf(world), 'default', [])
  expect(all.updated.map((item) => item.package)).toEqual(['npm:greet', 'npm:words'])
  expect(await updatePackages(contextOf(world), 'default', [])).toMatchObject({ changed: false })
})

test('S-9.3 a package that is neither asked for nor locked is named, with one that is near', async () => {
  const world = await toolWorld()
  await addPackages(contextOf(world), 'default', ['npm:greet'])
  const context = contextOf(world)
  await expect(packagesToUpdate(context, 'default', ['npm:wrods'])).rejects.toMatchObject({
    code: 'E_PACKAGE_NOT_FOUND',
    hint: 'Did you mean `npm:words`?',
  })
  // Text that only occurs in the lock is no package.
  await expect(packagesToUpdate(context, 'default', ['npm:words-1.0.0.tgz'])).rejects.toThrow('Neither')
  await expect(removePackages(context, 'default', ['npm:greeet'])).rejects.toMatchObject({
    hint: 'Did you mean `npm:greet`?',
  })
  await expect(addPackages(context, 'default', ['./tools/x'])).rejects.toMatchObject({
    hint: 'Did you mean `path:./tools/x`?',
  })
})

test('S-2.6 a path on the command line starts at the working directory', async () => {
  const world = await toolWorld()
  world.write('tools/hello/bin/hello', '#!/bin/sh\n', 0o755)
  await addPackages(contextOf(world), 'default', ['path:./hello'], { directory: 'tools' })
  expect(packagesIn(world)).toEqual([])
  expect(world.read(FILE)).toContain('path:../tools/hello')
  await expect(
    addPackages(contextOf(world), 'default', ['path:../../x'], { directory: 'tools' }),
  ).rejects.toMatchObject({
    code: 'E_USAGE',
  })
  await removePackages(contextOf(world), 'default', ['path:hello'], { directory: 'tools' })
  expect(world.read(FILE)).not.toContain('hello')
})

test('S-9.2 an add that fails points at nothing: its line is gone again', async () => {
  const world = await toolWorld()
  await expect(addPackages(contextOf(world), 'default', ['npm:nothing'])).rejects.toMatchObject({
    code: 'E_PACKAGE_NOT_FOUND',
    details: { requirement: 'npm:nothing', places: [] },
  })
})

describe('S-9.12 an edit writes nothing before it is known what to write', () => {
  test('while registries are asked, file and lock are what they were', async () => {
    const world = await toolWorld()
    await addPackages(contextOf(world), 'default', ['npm:deep'])
    const before = filesOf(world)
    const seen: unknown[] = []
    world.registry.answer('/greet', (_, response) => {
      seen.push(filesOf(world))
      response.writeHead(404).end()
    })
    await expect(addPackages(contextOf(world), 'default', ['npm:greet'])).rejects.toMatchObject({
      code: 'E_PACKAGE_NOT_FOUND',
    })
    expect(seen[0]).toEqual(before)
    expect(filesOf(world)).toEqual(before)
  })

  test('what somebody else writes meanwhile is edited, not lost', async () => {
    const world = await toolWorld()
    world.environment('default', ['npm:deep'])
    world.registry.publish('late@1.0.0')
    world.registry.answer('/late', (_, response) => {
      world.environment('default', ['npm:words'])
      world.registry.heal()
      response.writeHead(307, { location: `${world.registry.url}late` }).end()
    })
    await addPackages(contextOf(world), 'default', ['npm:late'])
    expect(packagesIn(world)).toEqual(['npm:words', 'npm:late'])
    expect(lockedVersions(world)).toEqual(['npm:deep@1.0.0', 'npm:late@1.0.0', 'npm:words@1.0.0'])
  })
})

describe('S-9.13 an edit that was killed after it wrote the file is finished', () => {
  /** Killed in the moment between the file and its lock, after which the registry has something newer and then nothing. */
  async function interrupted(edit: (world: World, host: NodeHost) => Promise<unknown>): Promise<World> {
    for (let at = 1; ; at++) {
      const world = await toolWorld()
      world.environment('default', ['npm:deep', 'npm:words'])
      await lockEnvironment(contextOf(world), 'default')
      const before = filesOf(world)
      const host = new FaultyHost({ kind: 'crash', at })
      await expect(edit(world, host)).rejects.toBeInstanceOf(SimulatedCrash)
      const isBetween = world.read(FILE) !== before['default.yaml']
      if (!isBetween) continue
      expect(filesOf(world)['default.lock.json']).toBe(before['default.lock.json'])
      world.registry.publish('greet@1.1.0')
      world.registry.answerText('/greet', 500, '')
      return world
    }
  }

  test('by the next verb that locks, with the very lock that the edit had made and without asking anybody', async () => {
    const world = await interrupted((at, host) => addPackages(contextOf(at, { host }), 'default', ['npm:greet']))
    await lockEnvironment(contextOf(world, { offline: true }), 'default')
    expect(lockedVersions(world)).toContain('npm:greet@1.0.0')
  })

  test('by the same command, also where the line is gone already', async () => {
    const remove = (world: World, host: NodeHost) => removePackages(contextOf(world, { host }), 'default', ['npm:deep'])
    const world = await interrupted(remove)
    expect(packagesIn(world)).toEqual(['npm:words'])
    await expect(removePackages(contextOf(world), 'default', ['npm:words', 'npm:deep'])).rejects.toMatchObject({
      code: 'E_PACKAGE_NOT_FOUND',
    })
    await remove(world, new NodeHost())
    expect(listPackages(contextOf(world), 'default', { all: false, type: null }).packages).toMatchObject([
      { name: 'words' },
    ])
    // Done is done.
    await expect(remove(world, new NodeHost())).rejects.toMatchObject({ code: 'E_PACKAGE_NOT_FOUND' })
  })

  test('but not with a lock that somebody changed since, or a record that cannot be read', async () => {
    for (const spoil of [
      (world: World) =>
        world.write('environments/default.lock.json', `${world.read('environments/default.lock.json')}\n`),
      (world: World) => world.write('.tenon/edits/default.json', world.read('.tenon/edits/default.json').slice(0, -9)),
      (world: World) =>
        world.write('.tenon/edits/default.json', world.read('.tenon/edits/default.json').replace('schema', 'scheme')),
    ]) {
      const world = await interrupted((at, host) => addPackages(contextOf(at, { host }), 'default', ['npm:greet']))
      spoil(world)
      world.registry.heal()
      await lockEnvironment(contextOf(world), 'default')
      expect(lockedVersions(world)).toContain('npm:greet@1.1.0')
    }
  })
})

function lockedVersions(world: World): readonly string[] {
  const lock = parseLock(world.read('environments/default.lock.json'), FILE)
  return [...lockVersions(lock)]
    .flatMap(([name, versions]) => [...versions].map((version) => `${name}@${version}`))
    .sort()
}

test('S-9.16 what only the long form can say is said by options, and is checked as in the file', async () => {
  const world = await toolWorld()
  initIn(world)
  const body = zip([{ name: 'model-1/data', body: 'weights' }])
  const files = await FileServer.start(serve(body))
  try {
    const url = `url:${files.origin}/model.zip`
    const add = (details: JsonObject) => addPackages(contextOf(world), 'default', [url], { details })
    await add({ unpack: true, place: 'share/model' })
    expect(world.read(FILE)).toContain('unpack: true')
    expect(world.read(FILE)).toContain('place: "share/model"')
    const wrong: readonly [JsonObject, RegExp][] = [
      [{ place: '../out' }, /must be a relative path/],
      [{ strip: 1 }, /is not unpacked/],
      [{ rev: 'main' }, /There is no key `rev` here/],
      [{ sha256: 'abc' }, /64 hexadecimal digits/],
    ]
    for (const [details, words] of wrong) {
      const failure = expect(add(details)).rejects
      await failure.toMatchObject({ code: 'E_USAGE', message: expect.stringMatching(words) })
    }
    expect(world.read(FILE)).toContain('place: "share/model"')
    const sha256 = createHash('sha256').update(body).digest('hex')
    await add({ sha256, unpack: true, strip: 0, place: 'share/model' })
    expect(world.read(FILE)).toContain(sha256)
    await removePackages(contextOf(world), 'default', ['url:model'])
    expect(world.read(FILE)).not.toContain('model.zip')
  } finally {
    await files.stop()
  }
})

test('S-9.6 what has an address is updated and removed by its name as well', async () => {
  const world = await toolWorld()
  initIn(world)
  const tools = new GitWorkTree(join(world.root, 'tools'))
  tools.commit({ 'lint/bin/lint*': '1', 'other/bin/other*': '1' })
  const details = { rev: 'main', directory: 'lint' }
  await addPackages(contextOf(world), 'default', [`git:file://${tools.path}`], { details })
  expect(world.read(FILE)).toContain('#lint@main')
  const commit = tools.commit({ 'lint/bin/lint*': '2' })
  expect(await packagesToUpdate(contextOf(world), 'default', ['git:lint'])).toEqual(
    new Set([`git:file://${tools.path}#lint`]),
  )
  expect(await updatePackages(contextOf(world), 'default', ['git:lint'])).toMatchObject({
    updated: [{ package: 'git:lint', to: [commit.slice(0, 12)] }],
  })
  await expect(updatePackages(contextOf(world), 'default', ['git:lnt'])).rejects.toMatchObject({ code: 'E_USAGE' })
  await removePackages(contextOf(world), 'default', ['git:lint'])
  expect(packagesIn(world)).toEqual([])
})
