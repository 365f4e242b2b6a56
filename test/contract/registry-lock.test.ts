import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LockedEnvironment, printLock } from '../../src/core/lock.ts'
import type { PackageVersion } from '../../src/core/registry.ts'
import { makeKeys, sign } from '../../src/core/signature.ts'
import { NpmRegistry } from '../support/npm-registry.ts'
import { packageVersion, registryOf, writeRegistry } from '../support/registry.ts'
import { idsOf, type LockOptions, packageOf, SourceWorld } from '../support/source-world.ts'

let npm: NpmRegistry
let world: SourceWorld

beforeEach(async () => {
  npm = await NpmRegistry.start()
  world = new SourceWorld(npm)
})

afterEach(async () => {
  world.remove()
  await npm.stop()
})

/** Makes the workspace's directory `registry` hold exactly these versions. */
function publish(versions: readonly PackageVersion[], serial = 1, name = 'core'): void {
  rmSync(join(world.workspace, name), { recursive: true, force: true })
  writeRegistry(join(world.workspace, name), registryOf(versions, { serial, name }))
  world.restart()
}

function lock(requirements: readonly string[], options: LockOptions = {}): Promise<LockedEnvironment> {
  return world.lock(requirements, { registries: { core: 'core' }, ...options })
}

const GREETING = [
  packageVersion('greet', '1.0.0', 'dependencies: [core:words@^1]\n'),
  packageVersion('greet', '2.0.0', 'dependencies: [core:words@^2]\n'),
  packageVersion('words', '1.0.0'),
  packageVersion('words', '1.5.0'),
  packageVersion('words', '2.0.0'),
]

describe('locking native packages', () => {
  test('S-13.10 chooses the highest versions that fit together, one of each package', async () => {
    publish(GREETING)
    const highest = await lock(['core:greet'])
    expect(idsOf(highest)).toEqual(['core:greet@2.0.0', 'core:words@2.0.0'])
    expect(packageOf(highest, 'core:greet@2.0.0').dependencies).toEqual({ words: 'core:words@2.0.0' })
    expect(idsOf(await lock(['core:greet', 'core:words@^1']))).toEqual(['core:greet@1.0.0', 'core:words@1.5.0'])
  })

  test('S-13.10 locks where the package is in git, what it is, and the state of the registry', async () => {
    publish(GREETING, 7)
    const locked = await lock(['core:words@^1'])
    expect(locked.registries).toEqual({ core: { place: 'core', name: 'core', serial: 7 } })
    const item = packageOf(locked, 'core:words@1.5.0')
    expect(item).toMatchObject({ source: 'registry', name: 'words', version: '1.5.0', data: { kind: 'native' } })
    expect(item.artifacts).toEqual([
      expect.objectContaining({ kind: 'git', url: 'https://example.org/core.git', directory: 'packages/words' }),
    ])
  })

  test('S-13.10 the order of requirements changes no byte, and locking again asks nobody', async () => {
    publish(GREETING)
    const one = await lock(['core:greet@^1', 'core:words'])
    world.restart()
    expect(printLock(await lock(['core:words', 'core:greet@^1']))).toBe(printLock(one))
    rmSync(join(world.workspace, 'core'), { recursive: true })
    expect(printLock(await lock(['core:words', 'core:greet@^1'], { previous: one }))).toBe(printLock(one))
  })

  test('S-13.11 what is locked stays, and an update moves what it names and as little else as it must', async () => {
    publish(GREETING.filter((item) => item.version.startsWith('1.0')))
    const first = await lock(['core:greet@^1'])
    expect(idsOf(first)).toEqual(['core:greet@1.0.0', 'core:words@1.0.0'])
    publish([...GREETING, packageVersion('other', '1.0.0')], 2)
    const added = await lock(['core:greet@^1', 'core:other'], { previous: first })
    expect(idsOf(added)).toEqual(['core:greet@1.0.0', 'core:other@1.0.0', 'core:words@1.0.0'])
    const updated = await lock(['core:greet@^1'], { previous: first, update: new Set(['core:words']) })
    expect(idsOf(updated)).toEqual(['core:greet@1.0.0', 'core:words@1.5.0'])
  })

  test('S-13.11 a withdrawn version is never chosen, and stays where it is locked', async () => {
    publish(GREETING)
    const before = await lock(['core:words'])
    const withdrawn = GREETING.map((item) => (item.version === '2.0.0' ? { ...item, yanked: 'it lies' } : item))
    publish([...withdrawn, packageVersion('other', '1.0.0')], 2)
    expect(idsOf(await lock(['core:words']))).toEqual(['core:words@1.5.0'])
    expect(idsOf(await lock(['core:words', 'core:other'], { previous: before }))).toContain('core:words@2.0.0')
    const refused = await world.refuse('E_RESOLVE_CONFLICT', ['core:words@^2'], { registries: { core: 'core' } })
    expect(String(refused.details['explanation'])).toContain('withdrawn: it lies')
  })

  test('S-13.11 a pre-release is chosen when it is asked for, or when there is nothing else', async () => {
    publish([...GREETING, packageVersion('words', '3.0.0-beta.1'), packageVersion('new', '0.1.0-alpha')])
    expect(idsOf(await lock(['core:words']))).toEqual(['core:words@2.0.0'])
    expect(idsOf(await lock(['core:words@^3.0.0-beta']))).toEqual(['core:words@3.0.0-beta.1'])
    expect(idsOf(await lock(['core:new']))).toEqual(['core:new@0.1.0-alpha'])
  })

  test('S-13.11 with a date, what was released later is hidden', async () => {
    publish(GREETING.map((item) => (item.version === '2.0.0' ? { ...item, released: '2026-06-01T00:00:00Z' } : item)))
    expect(idsOf(await lock(['core:greet'], { asOf: '2026-05-01T00:00:00Z' }))).toEqual([
      'core:greet@1.0.0',
      'core:words@1.5.0',
    ])
  })

  test('S-13.12 a conflict is explained down to the lines of the environment', async () => {
    publish(GREETING)
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['core:greet@^2', 'core:words@^1'], {
      registries: { core: 'core' },
    })
    const text = `${error.message}\n${String(error.details['explanation'])}`
    expect(text).toContain('core:greet@^2')
    expect(text).toContain('environments/test.yaml:2')
    expect(text).toContain('core:words')
    expect(error.details['places']).toHaveLength(2)
  })

  test('S-13.12 a name that the registry does not have is said to be one', async () => {
    publish(GREETING)
    const error = await world.refuse('E_PACKAGE_NOT_FOUND', ['core:wrods'], { registries: { core: 'core' } })
    expect(error.message).toContain('core:wrods')
  })

  test('S-13.13 a version whose npm needs cannot be met is passed over for an older one', async () => {
    npm.publish('paint@1.0.0')
    publish([
      packageVersion('draw', '1.0.0', 'dependencies: [npm:paint@^1]\n'),
      packageVersion('draw', '2.0.0', 'dependencies: [npm:paint@^9]\n'),
    ])
    const locked = await lock(['core:draw'])
    expect(idsOf(locked)).toEqual(['core:draw@1.0.0', 'npm:paint@1.0.0'])
    expect(packageOf(locked, 'core:draw@1.0.0').dependencies).toEqual({ paint: 'npm:paint@1.0.0' })
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['core:draw@^2'], { registries: { core: 'core' } })
    expect(`${error.message} ${String(error.details['explanation'])}`).toContain('paint')
  })

  test('S-13.13 every native package has its own npm graph', async () => {
    npm.publish('paint@1.0.0')
    npm.publish('paint@2.0.0')
    publish([
      packageVersion('draw', '1.0.0', 'dependencies: [npm:paint@^1, core:show]\n'),
      packageVersion('show', '1.0.0', 'dependencies: [npm:paint@^2]\n'),
    ])
    const locked = await lock(['core:draw', 'npm:paint'])
    expect(packageOf(locked, 'core:draw@1.0.0').dependencies).toEqual({
      paint: 'npm:paint@1.0.0',
      show: 'core:show@1.0.0',
    })
    expect(packageOf(locked, 'core:show@1.0.0').dependencies).toEqual({ paint: 'npm:paint@2.0.0' })
    world.restart()
    expect(printLock(await lock(['core:draw', 'npm:paint'], { previous: locked, offline: true }))).toBe(
      printLock(locked),
    )
  })

  test('S-13.13 a need of a source that is not built yet is said to be one', async () => {
    publish([packageVersion('chroma', '0.1.0', 'type: ability\ndependencies: ["pypi:chromadb@>=0.5.0"]\n')])
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['core:chroma'], { registries: { core: 'core' } })
    expect(`${error.message} ${String(error.details['explanation'])}`).toContain('does not know `pypi:` yet')
  })

  test('S-13.14 one version serves every system, and each system has only what it needs', async () => {
    npm.publish('paint@1.0.0')
    publish([
      packageVersion('draw', '1.0.0', 'on: { aarch64-linux: { dependencies: [core:slow, npm:paint] } }\n'),
      packageVersion('draw', '2.0.0', 'systems: [x86_64-linux]\n'),
      packageVersion('slow', '1.0.0'),
    ])
    const both = await lock(['core:draw'], { systems: ['x86_64-linux', 'aarch64-linux'] })
    expect(both.systems['x86_64-linux']?.packages).toEqual(['core:draw@1.0.0'])
    expect(both.systems['aarch64-linux']?.packages).toEqual(['core:draw@1.0.0', 'core:slow@1.0.0', 'npm:paint@1.0.0'])
    expect(idsOf(await lock(['core:draw']))).toEqual(['core:draw@2.0.0'])
  })

  test('S-13.15 a name belongs to the registry that it is asked from', async () => {
    publish([packageVersion('words', '1.0.0')])
    writeRegistry(join(world.workspace, 'corp'), registryOf([packageVersion('words', '9.0.0')], { name: 'corp' }))
    const registries = { core: 'core', corp: 'corp' }
    expect(idsOf(await lock(['core:words'], { registries }))).toEqual(['core:words@1.0.0'])
    expect(idsOf(await lock(['core:words', 'corp:words'], { registries }))).toEqual([
      'core:words@1.0.0',
      'corp:words@9.0.0',
    ])
  })

  test('S-13.15 an environment may call a registry as it likes; its packages go on asking it', async () => {
    publish(GREETING)
    const locked = await lock(['mine:greet'], { registries: { mine: 'core' } })
    expect(idsOf(locked)).toEqual(['mine:greet@2.0.0', 'mine:words@2.0.0'])
  })

  test('S-13.6 keys that an environment names are asked for', async () => {
    publish(GREETING)
    const keys = makeKeys('core-1', Buffer.alloc(32, 1))
    const options = { registries: { core: 'core' }, keys: { core: [keys.public] } }
    await world.refuse('E_REGISTRY_UNSIGNED', ['core:words'], options)
    const root = join(world.workspace, 'core', 'registry.json')
    writeFileSync(join(world.workspace, 'core', 'registry.sig'), sign(readFileSync(root, 'utf8'), keys.secret))
    expect(idsOf(await lock(['core:words'], options))).toEqual(['core:words@2.0.0'])
  })

  test('S-13.25 a lock says which key had signed its registries, and one that was made before is checked under it', async () => {
    publish(GREETING)
    const [one, two] = [1, 2].map((byte) => makeKeys(`core-${byte}`, Buffer.alloc(32, byte)))
    if (one === undefined || two === undefined) throw new Error('two keys were made')
    const root = readFileSync(join(world.workspace, 'core', 'registry.json'), 'utf8')
    const registries = { core: 'core' }
    const before = await lock(['core:words'])
    expect(before.registries?.['core']).not.toHaveProperty('key')
    const asking = { registries, keys: { core: [one.public, two.public] }, previous: before }
    await world.refuse('E_REGISTRY_UNSIGNED', ['core:words'], asking)
    writeFileSync(join(world.workspace, 'core', 'registry.sig'), sign(root, two.secret))
    const after = await lock(['core:words'], asking)
    expect(after.registries?.['core']?.key).toBe(two.public)
    expect(after.packages).toEqual(before.packages)
    // The key that had signed it counts no more.
    await world.refuse('E_REGISTRY_UNSIGNED', ['core:words'], {
      registries,
      keys: { core: [one.public] },
      previous: after,
    })
  })

  test('S-9.3 a name that a registry does not have is an error that says which one is near', async () => {
    publish(GREETING)
    expect((await world.refuse('E_PACKAGE_NOT_FOUND', ['core:gret'], { registries: { core: 'core' } })).hint).toBe(
      'Did you mean `core:greet`?',
    )
    const other = await world.refuse('E_PACKAGE_NOT_FOUND', ['core:nothing-like-it'], { registries: { core: 'core' } })
    expect(other.hint).toBeNull()
  })

  test('S-13.7 a serial of a lock that nobody had signed makes nothing old', async () => {
    publish(GREETING, 1_000_000)
    const before = await lock(['core:words'])
    publish(GREETING, 4)
    const keys = makeKeys('core-1', Buffer.alloc(32, 1))
    const root = readFileSync(join(world.workspace, 'core', 'registry.json'), 'utf8')
    writeFileSync(join(world.workspace, 'core', 'registry.sig'), sign(root, keys.secret))
    const options = { registries: { core: 'core' }, keys: { core: [keys.public] }, previous: before }
    expect((await lock(['core:words'], options)).registries?.['core']?.serial).toBe(4)
  })

  test('S-13.7 a registry that is older than what is locked is refused', async () => {
    publish(GREETING, 5)
    const before = await lock(['core:words'])
    publish([...GREETING, packageVersion('other', '1.0.0')], 4)
    await world.refuse('E_REGISTRY_OLDER', ['core:words', 'core:other'], {
      previous: before,
      registries: { core: 'core' },
    })
  })
})
