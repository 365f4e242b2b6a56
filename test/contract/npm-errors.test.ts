import { readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { printLock } from '../../src/core/lock.ts'
import { asToolError } from '../../src/sources/npm/errors.ts'
import { NpmRegistry } from '../support/npm-registry.ts'
import { type SourceWorld, useSourceWorld } from '../support/source-world.ts'

let registry: NpmRegistry
let world: SourceWorld

useSourceWorld((made) => {
  registry = made.registry
  world = made.world
})

test('S-7.11 a disk that is full while an answer is kept is not the fault of the registry', () => {
  const full = Object.assign(new Error('Invalid response body: ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
  })
  expect(asToolError(full, [])).toMatchObject({ code: 'E_STORE_IO', hint: expect.stringContaining('tenon gc') })
})

test('S-7.25 a cache that is deleted while the registry answers costs asking once more, of packages, tarballs and what is in them', async () => {
  registry.publish('inside@1.0.0')
  registry.publish('old@1.0.0', {}, { integrity: 'none' })
  registry.publish('whole@1.0.0', { inside: '1' }, { manifest: { bundleDependencies: ['inside'] } })
  registry.publish('top@1.0.0', { old: '1', whole: '1' })
  const expected = printLock(await world.lock(['npm:top']))
  // What a deletion does for an instant, for as long as it is looked at: no directory can be made there.
  const cache = join(world.root, 'cache')
  rmSync(cache, { recursive: true })
  symlinkSync('gone/for/good', cache)
  world.restart()
  expect(printLock(await world.lock(['npm:top']))).toBe(expected)
  expect(readdirSync(join(world.root, 'tmp'))).toEqual([])
})

test('S-7.11 what the file system says of the cache is not the fault of the registry', () => {
  const gone = { code: 'ENOENT', syscall: 'rename', path: '/store/cache/npm/tmp/x', dest: '/store/cache/npm/x' }
  const error = Object.assign(new Error('Invalid response body: ENOENT: no such file or directory, rename'), gone)
  expect(asToolError(error, [])).toMatchObject({ code: 'E_STORE_IO' })
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
  expect(asToolError(refused, [])).toMatchObject({ code: 'E_SOURCE_UNAVAILABLE' })
})

describe('what npm refuses', () => {
  test('S-4.13 an unknown name is named with the requirement', async () => {
    const error = await world.refuse('E_PACKAGE_NOT_FOUND', ['npm:nothing@^1'])
    expect(error.message).toBe('The npm registry has no package `nothing`, which `npm:nothing@^1` asks for.')
    expect(error.details).toMatchObject({ package: 'nothing', requirement: 'npm:nothing@^1' })
  })

  test('S-4.13 an unknown name deep in the graph is named with who asks', async () => {
    registry.publish('a@1.0.0', { gone: '1' })
    const error = await world.refuse('E_PACKAGE_NOT_FOUND', ['npm:a'])
    expect(error.message).toBe('The npm registry has no package `gone`, which the package `a` asks for.')
  })

  test('S-4.13 a range without versions comes with the nearest ones and the latest', async () => {
    for (const version of ['1.0.0', '1.1.0', '3.0.0', '3.1.0']) registry.publish(`a@${version}`)
    const error = await world.refuse('E_PACKAGE_NOT_FOUND', ['npm:a@^2'])
    expect(error.message).toBe('No version of `a` is in the range `^2`, which `npm:a@^2` asks for.')
    expect(error.details).toMatchObject({ nearest: ['1.0.0', '1.1.0', '3.0.0', '3.1.0'], latest: '3.1.0' })
  })

  test('S-4.13 requirements that exclude each other are explained', async () => {
    registry.publish('peer@1.0.0')
    registry.publish('peer@2.0.0')
    registry.publish('plugin@1.0.0', {}, { manifest: { peerDependencies: { peer: '^2' } } })
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['npm:peer@1', 'npm:plugin'])
    expect(error.message).toContain('`peer@1.0.0` is chosen (asked as `1`)')
    expect(error.message).toContain('`plugin@1.0.0` needs `peer@^2` beside it (a peer)')
  })

  test('S-4.13 one name in two ranges is a conflict that offers an alias', async () => {
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['npm:a@1', 'npm:a@2'])
    expect(error.hint).toContain('npm:another-name@npm:a@2')
    expect(registry.requests).toEqual([])
  })

  test('S-4.14 dependencies that are not in a registry are refused, and nothing of them is fetched', async () => {
    for (const [range, kind] of [
      ['git+https://127.0.0.1:1/x.git', 'a git repository'],
      ['github:owner/name', 'a git repository'],
      [`${registry.url}x.tgz`, 'an address'],
      ['file:../x', 'a local directory'],
    ] as const) {
      registry.publish('a@1.0.0', { strange: range })
      registry.clearLog()
      const error = await world.refuse('E_UNSUPPORTED', ['npm:a'])
      expect(error.message).toContain(kind)
      expect(error.message).toContain('which the package `a` asks for')
      expect(registry.requests.map((request) => request.path)).toEqual(['/a'])
    }
  })

  test('S-4.14 an optional one that is not in a registry is left out', async () => {
    registry.publish('a@1.0.0', {}, { manifest: { optionalDependencies: { strange: 'github:owner/name' } } })
    expect(printLock(await world.lock(['npm:a']))).not.toContain('npm:strange')
  })

  test('S-4.15 a registry that wants credentials is E_AUTH, without them in the message', async () => {
    registry.requireToken('right')
    registry.publish('a@1.0.0')
    const place = registry.url.replace(/^http:/, '')
    world.write('.npmrc', `${place}:_authToken=wrong-secret\n`)
    world.restart()
    const error = await world.refuse('E_AUTH', ['npm:a'])
    expect(`${error.message} ${error.hint} ${JSON.stringify(error.details)}`).not.toContain('wrong-secret')
  })

  test('S-4.15 a registry that fails or is not there is E_SOURCE_UNAVAILABLE', async () => {
    registry.publish('a@1.0.0')
    registry.answerText('/a', 503, '{}')
    expect((await world.refuse('E_SOURCE_UNAVAILABLE', ['npm:a'])).message).toContain('status 503')
    await registry.stop()
    expect((await world.refuse('E_SOURCE_UNAVAILABLE', ['npm:a'])).message).toContain('ECONNREFUSED')
    registry = await NpmRegistry.start()
  })

  test('S-4.15 a connection that is cut is E_SOURCE_UNAVAILABLE', async () => {
    registry.answer('/a', (request) => request.socket.destroy())
    await world.refuse('E_SOURCE_UNAVAILABLE', ['npm:a'])
  })

  test('S-4.15 what npm is configured with and cannot be used is E_CONFIG', async () => {
    world.restart({ env: { npm_config_registry: 'not a url' } })
    expect((await world.refuse('E_CONFIG', ['npm:a'])).message).toContain('`registry`')
  })

  test('S-4.16 offline, what nobody said before is E_OFFLINE, every update is, and nobody is asked', async () => {
    registry.publish('a@1.0.0')
    registry.publish('b@1.0.0')
    const lock = await world.lock(['npm:a'])
    registry.clearLog()
    await world.refuse('E_OFFLINE', ['npm:a', 'npm:b'], { previous: lock, offline: true })
    await world.refuse('E_OFFLINE', ['npm:a'], { previous: lock, update: new Set(['npm:a']), offline: true })
    await world.refuse('E_OFFLINE', ['npm:b'], { offline: true })
    expect(registry.requests).toEqual([])
  })

  test('S-4.16 offline, a requirement that goes needs nobody, nor does one that was answered earlier', async () => {
    registry.publish('a@1.0.0', { c: '^1.0.0' })
    registry.publish('b@1.0.0', { c: '^1.0.0' })
    registry.publish('c@1.0.0')
    const both = await world.lock(['npm:a', 'npm:b'])
    const one = await world.lock(['npm:a'])
    registry.clearLog()
    expect(printLock(await world.lock(['npm:a'], { previous: both, offline: true }))).toBe(printLock(one))
    expect(printLock(await world.lock(['npm:a', 'npm:b'], { previous: one, offline: true }))).toBe(printLock(both))
    expect(registry.requests).toEqual([])
  })

  test('stopping is E_CANCELLED', async () => {
    registry.publish('a@1.0.0')
    const controller = new AbortController()
    registry.answer('/a', () => controller.abort())
    await world.refuse('E_CANCELLED', ['npm:a'], { signal: controller.signal })
  })

  test('requirements of other sources are refused by name', async () => {
    const error = await world.refuse('E_UNSUPPORTED', ['pypi:httpx@>=0.27'])
    expect(error.message).toContain('`pypi:httpx@>=0.27`')
  })
})

describe('hostile registries', () => {
  const tamper = (change: (version: Record<string, unknown>, packument: Record<string, unknown>) => void): void => {
    registry.publish('a@1.0.0')
    const packument = registry.packument('a')
    const versions = packument['versions'] as Record<string, Record<string, unknown>>
    change(versions['1.0.0'] ?? {}, packument)
  }

  test.each([
    ['a name that leads out', '../../evil'],
    ['a hidden name', '.evil'],
    ['a name with a line break', 'a\nb'],
    ['node_modules', 'node_modules'],
    ['no text', 42],
  ])('S-4.17 %s is E_SOURCE_INVALID', async (_, name) => {
    tamper((version) => Object.assign(version, { name }))
    await world.refuse('E_SOURCE_INVALID', ['npm:a'])
  })

  test.each([
    ['a dependency that leads out', { dependencies: { '../../evil': '*' } }],
    ['a hidden dependency', { dependencies: { '.bin': '*' } }],
    ['a version that leads out', { version: '../../1.0.0' }],
    ['a version that is an object', { version: { a: 1 } }],
  ])('S-4.17 %s is E_SOURCE_INVALID', async (_, fields) => {
    tamper((version) => Object.assign(version, fields))
    await world.refuse('E_SOURCE_INVALID', ['npm:a'])
  })

  test('S-4.17 commands and files that lead out are cut down to the package, as npm does', async () => {
    tamper((version) => {
      version['bin'] = { '../../../bin/sh': '../../../../etc/passwd', '..': 'x.js', ok: './ok.js', no: 7, empty: '' }
    })
    const lock = await world.lock(['npm:a'])
    expect(lock.packages[0]?.data['bin']).toEqual({ ok: 'ok.js', sh: 'etc/passwd' })
  })

  test('S-4.17 names that JavaScript itself has are names like any other', async () => {
    registry.publish('a@1.0.0')
    const text = JSON.stringify(registry.packument('a'))
    registry.answerText('/a', 200, text.replace('"dependencies":{}', '"bin":{"__proto__":"x.js","constructor":"y.js"}'))
    const lock = await world.lock(['npm:a'])
    // npm's own reading drops the first.
    expect(Object.entries(lock.packages[0]?.data['bin'] ?? {})).toEqual([['constructor', 'y.js']])
    expect(Object.hasOwn(Object.prototype, 'x.js')).toBe(false)
  })

  test.each([
    ['no JSON', '{"name": '],
    ['a list', '[]'],
    ['null', 'null'],
    ['text', '"a"'],
    ['versions that are a number', '{"name":"a","dist-tags":{"latest":"1.0.0"},"versions":5}'],
    ['a version that is null', '{"name":"a","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":null}}'],
    ['no dist', '{"name":"a","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"a","version":"1.0.0"}}}'],
  ])('S-4.17 an answer that is %s is E_SOURCE_INVALID, not a package that is missing', async (_, text) => {
    registry.answerText('/a', 200, text)
    await world.refuse('E_SOURCE_INVALID', ['npm:a'])
  })

  test('S-4.17 a package of which no version is left is missing', async () => {
    registry.answerText('/a', 200, '{"name":"a","time":{"unpublished":{"versions":["1.0.0"]}}}')
    await world.refuse('E_PACKAGE_NOT_FOUND', ['npm:a'])
  })

  test('S-4.17 facts of a wrong shape are left out', async () => {
    tamper((version) => {
      version['peerDependenciesMeta'] = 'all'
      version['bundleDependencies'] = false
    })
    const lock = await world.lock(['npm:a'])
    expect(lock.packages[0]?.data).toEqual({ locations: ['node_modules/a'] })
  })
})
