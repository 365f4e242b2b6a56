// What native packages need of npm: how often it is asked for, why a version cannot have it, and the time that counts.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { printLock } from '../../src/core/lock.ts'
import type { PackageVersion } from '../../src/core/registry.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { NpmRegistry } from '../support/npm-registry.ts'
import { packageVersion, registryOf, writeRegistry } from '../support/registry.ts'
import { idsOf, type LockOptions, SourceWorld } from '../support/source-world.ts'

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

const NOW = Date.parse('2026-03-10T12:00:00Z')

/** Counts how often npm's resolver runs: each run has a directory of its own. */
class CountingHost extends NodeHost {
  runs = 0

  override now(): number {
    return NOW
  }

  override makeDirectory(path: string, mode: number): void {
    if (path.includes('tenon-npm-')) this.runs += 1
    super.makeDirectory(path, mode)
  }
}

function ago(hours: number): string {
  return new Date(NOW - hours * 3_600_000).toISOString()
}

function publish(versions: readonly PackageVersion[]): void {
  rmSync(join(world.workspace, 'core'), { recursive: true, force: true })
  writeRegistry(join(world.workspace, 'core'), registryOf(versions, { serial: 1, name: 'core' }))
  world.restart()
}

function needing(version: string, ...dependencies: readonly string[]): PackageVersion {
  return packageVersion('draw', version, `dependencies: [${dependencies.join(', ')}]\n`)
}

const OPTIONS: LockOptions = { registries: { core: 'core' } }

/** The lines of the explanation, without the file's name. */
async function explained(requirements: readonly string[], options: LockOptions = {}): Promise<string> {
  const error = await world.refuse('E_RESOLVE_CONFLICT', requirements, {
    ...OPTIONS,
    host: new CountingHost(),
    ...options,
  })
  return String(error.details['explanation']).replaceAll('environments/test.yaml', 'test.yaml')
}

describe('what native packages need of npm', () => {
  test('S-13.13 is locked once, however often it is tried, and each npm package is asked for once', async () => {
    for (const spec of ['paint@1.0.0', 'paint@2.0.0', 'brush@1.0.0']) npm.publish(spec)
    publish([
      needing('1.0.0', 'npm:paint@^1', 'core:show', 'core:other'),
      needing('2.0.0', 'npm:paint@^9'),
      packageVersion('show', '1.0.0', 'dependencies: [npm:paint@^2, npm:brush]\n'),
      packageVersion('other', '1.0.0', 'dependencies: [npm:brush]\n'),
    ])
    const host = new CountingHost()
    const locked = await world.lock(['core:draw', 'npm:paint'], { ...OPTIONS, host })
    expect(idsOf(locked)).toEqual([
      'core:draw@1.0.0',
      'core:other@1.0.0',
      'core:show@1.0.0',
      'npm:brush@1.0.0',
      'npm:paint@1.0.0',
      'npm:paint@2.0.0',
    ])
    // draw 2.0.0, which fails; draw 1.0.0, show and other; and the environment itself.
    expect(host.runs).toBe(5)
    expect(npm.requests.map((request) => request.path).sort()).toEqual(['/brush', '/paint'])
    const again = new CountingHost()
    expect(printLock(await world.lock(['core:draw', 'npm:paint'], { ...OPTIONS, host: again, previous: locked }))).toBe(
      printLock(locked),
    )
    expect(again.runs).toBe(0)
  })

  test('S-13.13 what only a version that was passed over would bring is not warned of', async () => {
    npm.publish('script@1.0.0', {}, { manifest: { scripts: { install: 'x' } } })
    npm.publish('paint@1.0.0')
    publish([
      needing('1.0.0', 'npm:paint'),
      needing('2.0.0', 'npm:script', 'core:other@^2'),
      packageVersion('other', '1.0.0'),
    ])
    await world.lock(['core:draw'], OPTIONS)
    publish([
      needing('1.0.0', 'npm:paint'),
      needing('2.0.0', 'npm:script', 'core:other'),
      packageVersion('other', '1.0.0', 'dependencies: [npm:paint@^9]\n'),
    ])
    await world.lock(['core:draw'], OPTIONS)
    expect(world.events.filter((event) => event.kind === 'warning')).toEqual([])
  })

  test('S-13.13 no such version: the chain leads from the line to what is missing', async () => {
    npm.publish('paint@1.0.0')
    npm.publish('paint@2.0.0')
    npm.publish('kit@1.2.0', { deep: '~1.0.0' })
    npm.publish('deep@1.0.3', { paint: '^9' })
    publish([needing('1.0.0', 'npm:paint@^9')])
    expect(await explained(['core:draw'])).toBe(
      'Because test.yaml:1 asks for `core:draw`, which needs npm:paint@^9, which no version meets (the newest is 2.0.0), no set of versions fits.',
    )
    publish([needing('1.0.0', 'npm:kit@^1')])
    expect(await explained(['core:draw'])).toBe(
      'Because test.yaml:1 asks for `core:draw`, which needs npm:kit@^1 (that is 1.2.0), which needs deep@~1.0.0 (that is 1.0.3), which needs paint@^9, which no version meets (the newest is 2.0.0), no set of versions fits.',
    )
    publish([needing('1.0.0', 'npm:nothing')])
    expect(await explained(['core:draw'])).toBe(
      'Because test.yaml:1 asks for `core:draw`, which needs npm:nothing, which does not exist, no set of versions fits.',
    )
  })

  test('S-13.13 versions that fail for one reason are told as one, and other requirements take part', async () => {
    npm.publish('paint@1.0.0')
    publish([
      needing('1.0.0', 'npm:paint@^1', 'core:show@^1'),
      needing('2.0.0', 'npm:paint@^9'),
      needing('2.1.0', 'npm:paint@^9'),
      packageVersion('show', '1.0.0'),
      packageVersion('show', '2.0.0'),
    ])
    expect(await explained(['core:draw', 'core:show@^2'])).toBe(
      [
        'Because core:draw 1.0.0 needs core:show@^1 (that is 1.0.0) and core:draw >=2.0.0 needs npm:paint@^9, which no version meets (the newest is 1.0.0), every version of core:draw needs core:show 1.0.0.',
        'So, because test.yaml:1 asks for `core:draw` and test.yaml:2 asks for `core:show@^2` (that is 2.0.0), no set of versions fits.',
      ].join('\n'),
    )
  })

  test('S-13.13 a conflict of peers names both ways', async () => {
    for (const version of ['17.0.2', '18.3.0']) npm.publish(`react@${version}`)
    npm.publish('router@6.1.0', {}, { manifest: { peerDependencies: { react: '^18' } } })
    npm.publish('kit@1.0.0', { router: '^6' })
    publish([needing('1.0.0', 'npm:react@^17', 'npm:router')])
    expect(await explained(['core:draw'])).toBe(
      'Because test.yaml:1 asks for `core:draw`, which needs npm:react@^17 (that is 17.0.2) and npm:router (that is 6.1.0), which needs react@^18 beside it, no set of versions fits.',
    )
  })

  test('S-13.13 what is too young is said with its age', async () => {
    npm.publish('paint@1.0.0', {}, { published: ago(100) })
    npm.publish('paint@1.1.0', {}, { published: ago(3) })
    publish([needing('1.0.0', 'npm:paint@^1.1')])
    expect(await explained(['core:draw'])).toBe(
      'Because test.yaml:1 asks for `core:draw`, which needs npm:paint@^1.1, which nothing old enough meets (1.1.0 is 3 hours old, held back until 2026-03-11 09:00 UTC by minimumReleaseAge), no set of versions fits.',
    )
    publish([needing('1.0.0', 'npm:paint@^1.0'), needing('2.0.0', 'npm:paint@^1.1')])
    const locked = await world.lock(['core:draw'], { ...OPTIONS, host: new CountingHost() })
    expect(idsOf(locked)).toEqual(['core:draw@1.0.0', 'npm:paint@1.0.0'])
  })

  test('S-13.13 what does not run on a system is said with the system', async () => {
    npm.publish('native@1.0.0', {}, { manifest: { cpu: ['x64'] } })
    npm.publish('paint@1.0.0', { native: '1' })
    publish([needing('1.0.0', 'npm:paint')])
    expect(await explained(['core:draw'], { systems: ['x86_64-linux', 'aarch64-linux'] })).toBe(
      'Because test.yaml:1 asks for `core:draw`, which needs npm:paint, which needs native@1.0.0, which does not run on aarch64-linux, no set of versions fits.',
    )
  })

  test('S-4.5 one time counts for native packages and for the whole npm graph below them', async () => {
    npm.publish('dep@1.0.0', {}, { published: ago(1000) })
    npm.publish('dep@1.1.0', {}, { published: ago(50) })
    npm.publish('paint@1.0.0', { dep: '^1' }, { published: ago(900) })
    npm.publish('paint@1.1.0', { dep: '^1' }, { published: ago(60) })
    const released = (version: PackageVersion, hours: number) => ({ ...version, released: ago(hours) })
    publish([
      released(needing('1.0.0', 'npm:paint@^1'), 800),
      released(needing('1.1.0', 'npm:paint@^1'), 700),
      released(needing('2.0.0', 'npm:paint@^1'), 70),
    ])
    const options = { ...OPTIONS, host: new CountingHost() }
    expect(idsOf(await world.lock(['core:draw'], options))).toEqual([
      'core:draw@2.0.0',
      'npm:dep@1.1.0',
      'npm:paint@1.1.0',
    ])
    expect(idsOf(await world.lock(['core:draw'], { ...options, asOf: ago(100) }))).toEqual([
      'core:draw@1.1.0',
      'npm:dep@1.0.0',
      'npm:paint@1.0.0',
    ])
    expect(idsOf(await world.lock(['core:draw'], { ...options, asOf: ago(750) }))).toEqual([
      'core:draw@1.0.0',
      'npm:dep@1.0.0',
      'npm:paint@1.0.0',
    ])
  })
})
