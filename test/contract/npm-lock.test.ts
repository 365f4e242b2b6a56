import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { printLock } from '../../src/core/lock.ts'
import { NpmRegistry } from '../support/npm-registry.ts'
import { idsOf, packageOf, SourceWorld, useSourceWorld } from '../support/source-world.ts'

let registry: NpmRegistry
let world: SourceWorld

useSourceWorld((made) => {
  registry = made.registry
  world = made.world
})

function publishDiamond(): void {
  registry.publish('a@1.0.0', { c: '^1.0.0' })
  registry.publish('b@1.0.0', { c: '^2.0.0' })
  registry.publish('c@1.1.0')
  registry.publish('c@2.3.0', { d: '*' })
  registry.publish('d@1.0.0')
}

describe('locking npm packages', () => {
  test('S-4.3 many versions of a package stand side by side, each dependent with its own', async () => {
    publishDiamond()
    const lock = await world.lock(['npm:a', 'npm:b'])
    expect(idsOf(lock)).toEqual(['npm:a@1.0.0', 'npm:b@1.0.0', 'npm:c@1.1.0', 'npm:c@2.3.0', 'npm:d@1.0.0'])
    expect(packageOf(lock, 'npm:a@1.0.0').dependencies).toEqual({ c: 'npm:c@1.1.0' })
    expect(packageOf(lock, 'npm:b@1.0.0').dependencies).toEqual({ c: 'npm:c@2.3.0' })
  })

  test('S-4.2 the order of requirements and systems changes no byte', async () => {
    publishDiamond()
    const one = await world.lock(['npm:a', 'npm:b', 'npm:d'], { systems: ['x86_64-linux', 'aarch64-linux'] })
    world.restart()
    const two = await world.lock(['npm:d', 'npm:b', 'npm:a'], { systems: ['aarch64-linux', 'x86_64-linux'] })
    expect(printLock(two)).toBe(printLock(one))
  })

  test('S-4.2 locking again changes no byte and asks nobody', async () => {
    publishDiamond()
    const lock = await world.lock(['npm:a', 'npm:b'])
    registry.publish('c@1.2.0')
    registry.clearLog()
    const again = await world.lock(['npm:b', 'npm:a'], { previous: lock, offline: true })
    expect(printLock(again)).toBe(printLock(lock))
    expect(registry.requests).toEqual([])
  })

  test('S-4.4 what was locked stays when something else is added', async () => {
    publishDiamond()
    const lock = await world.lock(['npm:a', 'npm:b'])
    for (const spec of ['a@1.1.0', 'b@1.9.0', 'c@1.2.0', 'c@2.4.0', 'd@1.5.0']) registry.publish(spec)
    registry.publish('e@1.0.0', { c: '^2.0.0' })
    const more = await world.lock(['npm:a', 'npm:b', 'npm:e'], { previous: lock })
    // Like npm, what is new takes the newest version that suits it.
    expect(idsOf(more).filter((id) => !idsOf(lock).includes(id))).toEqual(['npm:c@2.4.0', 'npm:e@1.0.0'])
    for (const item of lock.packages) expect(packageOf(more, item.id)).toEqual(item)
  })

  test('S-4.4 adding a requirement and removing it again gives the first lock', async () => {
    publishDiamond()
    const lock = await world.lock(['npm:a'])
    const more = await world.lock(['npm:a', 'npm:b'], { previous: lock })
    const less = await world.lock(['npm:a'], { previous: more })
    expect(printLock(less)).toBe(printLock(lock))
  })

  test('S-4.4 only what an update names is chosen anew', async () => {
    publishDiamond()
    const lock = await world.lock(['npm:a', 'npm:b'])
    for (const spec of ['a@1.1.0', 'c@1.2.0', 'c@2.4.0']) registry.publish(spec, { d: '*' })
    const one = await world.lock(['npm:a', 'npm:b'], { previous: lock, update: new Set(['npm:c', 'pypi:a']) })
    expect(idsOf(one)).toEqual(['npm:a@1.0.0', 'npm:b@1.0.0', 'npm:c@1.2.0', 'npm:c@2.4.0', 'npm:d@1.0.0'])
    const all = await world.lock(['npm:a', 'npm:b'], { previous: lock, update: 'all' })
    expect(idsOf(all)).toContain('npm:a@1.1.0')
  })

  test('S-4.4 a requirement that the locked version no longer satisfies is chosen anew', async () => {
    registry.publish('a@1.0.0')
    registry.publish('a@2.0.0')
    const lock = await world.lock(['npm:a@1'])
    expect(idsOf(await world.lock(['npm:a@2'], { previous: lock }))).toEqual(['npm:a@2.0.0'])
  })

  test('S-4.5 what was published after the given time is hidden', async () => {
    registry.publish('a@1.0.0', {}, { published: '2024-01-01T00:00:00.000Z' })
    registry.publish('a@1.1.0', {}, { published: '2025-01-01T00:00:00.000Z' })
    expect(idsOf(await world.lock(['npm:a'], { asOf: '2024-06-01T00:00:00Z' }))).toEqual(['npm:a@1.0.0'])
  })

  test('S-4.6 the lock names no host, and no place of this machine', async () => {
    publishDiamond()
    const text = printLock(await world.lock(['npm:a', 'npm:b']))
    expect(text).not.toMatch(/127\.0\.0\.1|https?:|localhost/)
    expect(text).not.toContain(world.root)
    expect(text).not.toContain('tenon-npm-')
  })

  test('S-4.6 a lock made at one registry is the lock made at its mirror', async () => {
    const mirror = await NpmRegistry.start()
    for (const target of [registry, mirror]) {
      target.publish('a@1.0.0', { c: '^1.0.0' })
      target.publish('c@1.1.0')
    }
    const one = await world.lock(['npm:a'])
    const other = new SourceWorld(mirror)
    try {
      expect(printLock(await other.lock(['npm:a']))).toBe(printLock(one))
    } finally {
      other.remove()
      await mirror.stop()
    }
  })

  test('a dependency and a requirement can be aliases', async () => {
    registry.publish('real@1.0.0', {}, { manifest: { bin: 'cli.js' } })
    registry.publish('real@2.0.0')
    registry.publish('a@1.0.0', { other: 'npm:real@^1' })
    const lock = await world.lock(['npm:a', 'npm:mine@npm:real@^2'])
    expect(packageOf(lock, 'npm:a@1.0.0').dependencies).toEqual({ other: 'npm:real@1.0.0' })
    expect(lock.systems['x86_64-linux']?.roots.map((root) => root.package)).toEqual(['npm:a@1.0.0', 'npm:real@2.0.0'])
    const again = await world.lock(['npm:a', 'npm:mine@npm:real@^2', 'npm:real@1'], { previous: lock })
    expect(idsOf(again)).toEqual(idsOf(lock))
  })

  test('scopes have registries and credentials of their own', async () => {
    const other = await NpmRegistry.start()
    try {
      other.requireToken('secret-token')
      other.publish('@team/tool@1.0.0', { plain: '1' })
      registry.publish('plain@1.0.0')
      const place = other.url.replace(/^http:/, '')
      world.write('.npmrc', `@team:registry=${other.url}\n${place}:_authToken=secret-token\n`)
      world.restart()
      const lock = await world.lock(['npm:@team/tool'])
      expect(idsOf(lock)).toEqual(['npm:@team/tool@1.0.0', 'npm:plain@1.0.0'])
      expect(registry.requests.every((request) => request.authorization === null)).toBe(true)
      const [request] = await world.locate(packageOf(lock, 'npm:@team/tool@1.0.0'), 1)
      expect(request?.url).toBe(`${other.url}@team/tool/-/tool-1.0.0.tgz`)
      expect(request?.headers).toEqual({ authorization: 'Bearer secret-token' })
      const [plain] = await world.locate(packageOf(lock, 'npm:plain@1.0.0'), 1)
      expect(plain?.headers).toEqual({})
    } finally {
      await other.stop()
    }
  })

  test('one version that sees different peers is two instances, and one where it sees the same', async () => {
    for (const spec of ['peer@1.0.0', 'peer@2.0.0', 'peer@3.0.0', 'plugin@2.0.0']) registry.publish(spec)
    registry.publish('plugin@1.0.0', {}, { manifest: { peerDependencies: { peer: '*' } } })
    registry.publish('app1@1.0.0', { plugin: '1', peer: '1' })
    registry.publish('app2@1.0.0', { plugin: '1', peer: '2' })
    registry.publish('app3@1.0.0', { plugin: '1', peer: '2' })
    const lock = await world.lock(['npm:app1', 'npm:app2', 'npm:app3', 'npm:plugin@2', 'npm:peer@3'])
    expect(idsOf(lock).filter((id) => id.startsWith('npm:plugin@1'))).toEqual([
      'npm:plugin@1.0.0',
      'npm:plugin@1.0.0+2',
    ])
    const peerOf = (app: string): string | undefined => {
      const plugin = packageOf(lock, app).dependencies['plugin'] ?? ''
      return packageOf(lock, plugin).dependencies['peer']
    }
    expect(peerOf('npm:app1@1.0.0')).toBe('npm:peer@1.0.0')
    expect(peerOf('npm:app2@1.0.0')).toBe('npm:peer@2.0.0')
    expect(packageOf(lock, 'npm:app2@1.0.0').dependencies['plugin']).toBe(
      packageOf(lock, 'npm:app3@1.0.0').dependencies['plugin'],
    )
  })

  test('an optional peer is linked where something brings it, and only there', async () => {
    const manifest = { peerDependencies: { extra: '*' }, peerDependenciesMeta: { extra: { optional: true } } }
    registry.publish('a@1.0.0', {}, { manifest })
    registry.publish('extra@1.0.0')
    expect(packageOf(await world.lock(['npm:a']), 'npm:a@1.0.0').dependencies).toEqual({})
    const both = await world.lock(['npm:a', 'npm:extra'])
    expect(packageOf(both, 'npm:a@1.0.0').dependencies).toEqual({ extra: 'npm:extra@1.0.0' })
  })

  test('S-4.18 a package sees a peer that it only calls optional, without a range, where something brings it', async () => {
    const manifest = {
      peerDependenciesMeta: { 'pack-cli': { optional: true }, needed: { optional: false }, absent: { optional: true } },
    }
    registry.publish('pack@1.0.0', {}, { manifest })
    registry.publish('pack-cli@3.0.0', {}, { manifest: { peerDependencies: { pack: '*' } } })
    registry.publish('needed@1.0.0')
    expect(packageOf(await world.lock(['npm:pack']), 'npm:pack@1.0.0').dependencies).toEqual({})
    const requirements = ['npm:pack', 'npm:pack-cli', 'npm:needed']
    const lock = await world.lock(requirements)
    expect(packageOf(lock, 'npm:pack@1.0.0').dependencies).toEqual({ 'pack-cli': 'npm:pack-cli@3.0.0' })
    expect(printLock(await world.lock(requirements, { previous: lock, offline: true }))).toBe(printLock(lock))
    expect(idsOf(await world.lock(['npm:pack'], { previous: lock, offline: true }))).toEqual(['npm:pack@1.0.0'])
  })

  test('S-4.18 a package sees the types of its peers where something brings them, and of nothing else', async () => {
    registry.publish('ui@1.0.0', { plain: '*' }, { manifest: { peerDependencies: { react: '*', '@scope/kit': '*' } } })
    for (const spec of ['plain@1.0.0', 'react@1.0.0', '@scope/kit@1.0.0', '@types/plain@1.0.0']) registry.publish(spec)
    registry.publish('@types/react@1.0.0')
    registry.publish('@types/scope__kit@1.0.0')
    const untyped = { '@scope/kit': 'npm:@scope/kit@1.0.0', plain: 'npm:plain@1.0.0', react: 'npm:react@1.0.0' }
    expect(packageOf(await world.lock(['npm:ui']), 'npm:ui@1.0.0').dependencies).toEqual(untyped)
    const requirements = ['npm:ui', 'npm:@types/react', 'npm:@types/scope__kit', 'npm:@types/plain']
    const typed = await world.lock(requirements)
    expect(packageOf(typed, 'npm:ui@1.0.0').dependencies).toEqual({
      ...untyped,
      '@types/react': 'npm:@types/react@1.0.0',
      '@types/scope__kit': 'npm:@types/scope__kit@1.0.0',
    })
    expect(printLock(await world.lock([...requirements, 'npm:react'], { previous: typed }))).toContain('@types/react')
    expect(printLock(await world.lock(requirements, { previous: typed, offline: true }))).toBe(printLock(typed))
  })

  test('packages that need each other are locked', async () => {
    registry.publish('a@1.0.0', { b: '*' })
    registry.publish('b@1.0.0', { a: '*' })
    const lock = await world.lock(['npm:a'])
    expect(packageOf(lock, 'npm:b@1.0.0').dependencies).toEqual({ a: 'npm:a@1.0.0' })
    expect(printLock(await world.lock(['npm:a'], { previous: lock, offline: true }))).toBe(printLock(lock))
  })
})

describe('systems', () => {
  beforeEach(() => {
    registry.publish(
      'native@1.0.0',
      {},
      {
        manifest: {
          optionalDependencies: { 'native-x64': '1', 'native-arm64': '1', 'native-darwin': '1', 'native-musl': '1' },
        },
      },
    )
    registry.publish(
      'native-x64@1.0.0',
      { helper: '1' },
      { manifest: { os: ['linux'], cpu: ['x64'], libc: ['glibc'] } },
    )
    registry.publish('native-arm64@1.0.0', {}, { manifest: { os: ['linux'], cpu: ['arm64'] } })
    registry.publish('native-musl@1.0.0', {}, { manifest: { os: ['linux'], libc: ['musl'] } })
    registry.publish('native-darwin@1.0.0', {}, { manifest: { os: ['!linux'] } })
    registry.publish('helper@1.0.0')
  })

  test('S-4.7 optional packages of other systems fall out, with what only they need', async () => {
    const lock = await world.lock(['npm:native'], { systems: ['x86_64-linux', 'aarch64-linux'] })
    expect(idsOf(lock, 'x86_64-linux')).toEqual(['npm:helper@1.0.0', 'npm:native-x64@1.0.0', 'npm:native@1.0.0'])
    expect(idsOf(lock, 'aarch64-linux')).toEqual(['npm:native-arm64@1.0.0', 'npm:native@1.0.0'])
    expect(lock.packages.map((item) => item.name)).not.toContain('native-darwin')
  })

  test('S-4.7 removing a system needs no registry, and adding one gives what locking both at once gave', async () => {
    const both = await world.lock(['npm:native'], { systems: ['x86_64-linux', 'aarch64-linux'] })
    const one = await world.lock(['npm:native'], { systems: ['x86_64-linux'], previous: both, offline: true })
    expect(one.packages.map((item) => item.id)).toEqual([
      'npm:helper@1.0.0',
      'npm:native-x64@1.0.0',
      'npm:native@1.0.0',
    ])
    const again = await world.lock(['npm:native'], { systems: ['x86_64-linux', 'aarch64-linux'], previous: one })
    expect(printLock(again)).toBe(printLock(both))
  })

  test('S-4.8 a package that is needed and does not run on a system is an error that says who needs it', async () => {
    registry.publish('tool@1.0.0', { middle: '1' })
    registry.publish('middle@1.0.0', { 'native-darwin': '1' })
    const error = await world.refuse('E_SYSTEM_UNSUPPORTED', ['npm:tool@^1'])
    expect(error.message).toBe(
      '`native-darwin@1.0.0` does not run on x86_64-linux, and `npm:tool@^1` needs it (tool@1.0.0 → middle@1.0.0 → native-darwin@1.0.0).',
    )
  })

  test('a package for another system than this machine is locked for that system', async () => {
    const lock = await world.lock(['npm:native-arm64'], { systems: ['aarch64-linux'] })
    expect(idsOf(lock, 'aarch64-linux')).toEqual(['npm:native-arm64@1.0.0'])
  })

  test('an optional dependency that does not exist is left out', async () => {
    registry.publish('a@1.0.0', {}, { manifest: { optionalDependencies: { gone: '1' } } })
    expect(idsOf(await world.lock(['npm:a']))).toEqual(['npm:a@1.0.0'])
  })
})

describe('tarballs', () => {
  test('S-4.9 bundled packages stay in the tarball; what they need outside of it is linked', async () => {
    registry.publish(
      'outer@1.0.0',
      { inner: '1' },
      {
        manifest: { bundleDependencies: ['inner'] },
        files: {
          'node_modules/inner/package.json': '{"name":"inner","version":"1.0.0","dependencies":{"outside":"^1"}}',
          'node_modules/inner/index.js': '',
        },
      },
    )
    registry.publish('outside@1.2.0')
    const lock = await world.lock(['npm:outer', 'npm:outside'])
    expect(idsOf(lock)).toEqual(['npm:outer@1.0.0', 'npm:outside@1.2.0'])
    expect(packageOf(lock, 'npm:outer@1.0.0').dependencies).toEqual({ outside: 'npm:outside@1.2.0' })
    registry.publish('more@1.0.0')
    const more = await world.lock(['npm:outer', 'npm:outside', 'npm:more'], { previous: lock })
    expect(packageOf(more, 'npm:outer@1.0.0')).toEqual(packageOf(lock, 'npm:outer@1.0.0'))
  })

  test('S-4.10 a registry that promises only sha1, or nothing, is asked for the tarball once, and sha512 is locked', async () => {
    registry.publish('old@1.0.0', {}, { integrity: 'sha1' })
    registry.publish('older@1.0.0', {}, { integrity: 'none' })
    const lock = await world.lock(['npm:old', 'npm:older'])
    for (const item of lock.packages) expect(item.artifacts[0]?.integrity).toMatch(/^sha512-/)
  })

  test('S-4.10 a tarball that differs from the promised sha1 is refused', async () => {
    registry.publish('old@1.0.0', {}, { integrity: 'sha1' })
    registry.answerText('/old/-/old-1.0.0.tgz', 200, 'something else')
    await world.refuse('E_INTEGRITY', ['npm:old'])
  })

  test('S-4.11 a tarball is asked for by convention, and then where the registry says it is', async () => {
    registry.publish('odd@1.0.0', {}, { tarball: 'download/odd/1.0.0/bytes.tgz' })
    registry.publish('odd2@1.0.0', {}, { tarball: 'download/odd2/1.0.0/bytes.tgz' })
    const lock = await world.lock(['npm:odd', 'npm:odd2'])
    const places = (requests: readonly { url: string }[]) =>
      requests.map((request) => request.url.slice(registry.url.length))
    expect(places(await world.locate(packageOf(lock, 'npm:odd@1.0.0'), 9))).toEqual([
      'odd/-/odd-1.0.0.tgz',
      'download/odd/1.0.0/bytes.tgz',
    ])
    // The second time the registry is known not to follow the convention.
    expect(places(await world.locate(packageOf(lock, 'npm:odd2@1.0.0'), 1))).toEqual(['download/odd2/1.0.0/bytes.tgz'])
  })

  test('S-4.11 the registry is not asked where a tarball is while the conventional place works', async () => {
    registry.publish('a@1.0.0')
    const lock = await world.lock(['npm:a'])
    registry.clearLog()
    await world.locate(packageOf(lock, 'npm:a@1.0.0'), 1)
    expect(registry.requests).toEqual([])
  })

  test.each(['[]', '{"name":"odd","versions":5}', '{"name":"odd","versions":{"1.0.0":null}}'])(
    'S-4.17 a registry that answers %s does not say that a tarball is missing',
    async (answer) => {
      registry.publish('odd@1.0.0', {}, { tarball: 'download/odd/1.0.0/bytes.tgz' })
      const lock = await world.lock(['npm:odd'])
      registry.answerText('/odd', 200, answer)
      await expect(world.locate(packageOf(lock, 'npm:odd@1.0.0'), 9)).rejects.toMatchObject({
        code: 'E_SOURCE_INVALID',
      })
    },
  )

  test('S-4.12 install scripts are named in a warning', async () => {
    registry.publish('native@1.0.0', {}, { manifest: { scripts: { install: 'exit 1' } } })
    await world.lock(['npm:native'])
    expect(world.events).toMatchObject([
      { kind: 'warning', message: expect.stringContaining('`native@1.0.0` has an install script') },
    ])
  })

  test('nothing is left behind in the directory for temporary files', async () => {
    publishDiamond()
    await world.lock(['npm:a'])
    await world.refuse('E_PACKAGE_NOT_FOUND', ['npm:nothing'])
    expect(readdirSync(join(world.root, 'tmp'))).toEqual([])
    expect(readdirSync(join(world.root, 'home'))).toEqual([])
  })
})
