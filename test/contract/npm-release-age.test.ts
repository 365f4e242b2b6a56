// How long a version must have been public before it is locked: what is passed over, what is not, and what is said.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ReleaseAge } from '../../src/core/environment.ts'
import { printLock } from '../../src/core/lock.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { downloadsTo } from '../../src/ops/with-artifacts.ts'
import type { Outdated } from '../../src/sources/outdated.ts'
import { outdated, type ResolveContext } from '../../src/sources/resolve.ts'
import { NpmRegistry, type Publication } from '../support/npm-registry.ts'
import {
  environmentOf,
  idsOf,
  type LockOptions,
  packageOf,
  placeIn,
  type SourceWorld,
  useSourceWorld,
} from '../support/source-world.ts'

let registry: NpmRegistry
let world: SourceWorld

useSourceWorld((made) => {
  registry = made.registry
  world = made.world
})

const NOW = Date.parse('2026-03-10T12:00:00Z')
const HOUR = 3_600_000

class ClockHost extends NodeHost {
  override now(): number {
    return NOW
  }
}

function ago(hours: number): string {
  return new Date(NOW - hours * HOUR).toISOString()
}

function publish(spec: string, hours: number, dependencies = {}, more: Partial<Publication> = {}): void {
  registry.publish(spec, dependencies, { ...more, published: ago(hours) })
}

function lock(requirements: readonly string[], options: LockOptions = {}) {
  world.events.length = 0
  return world.lock(requirements, { host: new ClockHost(), ...options })
}

function refuse(requirements: readonly string[], options: LockOptions = {}) {
  return world.refuse('E_RESOLVE_CONFLICT', requirements, { host: new ClockHost(), ...options })
}

function except(...items: readonly string[]): { readonly minimumReleaseAge: ReleaseAge } {
  return { minimumReleaseAge: { age: null, except: items } }
}

function warnings(): readonly string[] {
  return world.events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
}

describe('the minimum release age', () => {
  beforeEach(() => {
    publish('ts@5.9.2', 1000)
    publish('ts@5.9.3', 25)
    publish('ts@5.9.4', 3)
  })

  test('S-4.25 a version that is younger than a day is passed over, which is said in one line with what to do', async () => {
    expect(idsOf(await lock(['npm:ts@^5']))).toEqual(['npm:ts@5.9.3'])
    expect(world.events.filter((event) => event.kind === 'warning')).toEqual([
      {
        kind: 'warning',
        message: '`ts` stays at 5.9.3: 5.9.4 is 3 hours old; held back until 2026-03-11 09:00 UTC (minimumReleaseAge).',
        hint: 'To take it now: `minimumReleaseAge: { except: [npm:ts@5.9.4] }` in the environment file, then `tenon update npm:ts`.',
      },
    ])
    expect(idsOf(await lock(['npm:ts']))).toEqual(['npm:ts@5.9.3'])
  })

  test('S-4.25 the age is the one that the environment names', async () => {
    const of = async (age: number) => idsOf(await lock(['npm:ts'], { minimumReleaseAge: { age, except: [] } }))
    expect(await of(0)).toEqual(['npm:ts@5.9.4'])
    expect(warnings()).toEqual([])
    expect(await of(3 * HOUR)).toEqual(['npm:ts@5.9.4'])
    expect(await of(3 * HOUR + 1)).toEqual(['npm:ts@5.9.3'])
    expect(await of(48 * HOUR)).toEqual(['npm:ts@5.9.2'])
    expect(warnings()).toEqual([
      '`ts` stays at 5.9.2: 5.9.4 is 3 hours old; held back until 2026-03-12 09:00 UTC (minimumReleaseAge).',
    ])
  })

  test('S-4.25 exceptions are packages, versions and scopes', async () => {
    publish('@x/y@1.0.0', 1000)
    publish('@x/y@1.1.0', 1)
    const all = ['npm:ts', 'npm:@x/y']
    expect(idsOf(await lock(all, except('npm:ts')))).toEqual(['npm:@x/y@1.0.0', 'npm:ts@5.9.4'])
    expect(idsOf(await lock(all, except('npm:ts@5.9.4', 'npm:@x/*')))).toEqual(['npm:@x/y@1.1.0', 'npm:ts@5.9.4'])
    expect(idsOf(await lock(all, except('npm:ts@5.9.5', 'npm:@x/z', 'pypi:ts')))).toEqual([
      'npm:@x/y@1.0.0',
      'npm:ts@5.9.3',
    ])
  })

  test('S-4.25 an alias is judged by the package that it stands for', async () => {
    expect(idsOf(await lock(['npm:mine@npm:ts@^5'], except('npm:mine')))).toEqual(['npm:ts@5.9.3'])
    expect(warnings()[0]).toContain('`ts` stays at 5.9.3: 5.9.4 is 3 hours old')
    expect(idsOf(await lock(['npm:mine@npm:ts@^5'], except('npm:ts')))).toEqual(['npm:ts@5.9.4'])
  })

  test('S-4.25 it holds for the whole graph, and deeper packages are named in one line', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      publish(`${name}@1.0.0`, 100)
      publish(`${name}@1.0.1`, 2)
    }
    publish('app@1.0.0', 100, { a: '^1.0.0', b: '*', c: '1', d: '~1.0.0' })
    expect(idsOf(await lock(['npm:app']))).toEqual([
      'npm:a@1.0.0',
      'npm:app@1.0.0',
      'npm:b@1.0.0',
      'npm:c@1.0.0',
      'npm:d@1.0.0',
    ])
    expect(warnings()).toEqual([
      'Of 4 packages that others need a newer version is held back (minimumReleaseAge): `a` 1.0.1, which is 2 hours old; `b` 1.0.1, which is 2 hours old; `c` 1.0.1, which is 2 hours old; and 1 more.',
    ])
  })

  test('S-4.25 what is locked stays, however young, and is preferred by an update', async () => {
    const first = await lock(['npm:ts'], { minimumReleaseAge: { age: 0, except: [] } })
    expect(idsOf(first)).toEqual(['npm:ts@5.9.4'])
    expect(printLock(await lock(['npm:ts'], { previous: first }))).toBe(printLock(first))
    publish('other@1.0.0', 100, { ts: '^5' })
    expect(idsOf(await lock(['npm:ts', 'npm:other'], { previous: first }))).toEqual(['npm:other@1.0.0', 'npm:ts@5.9.4'])
    publish('ts@5.9.5', 1)
    for (const update of ['all', new Set(['npm:ts'])] as const)
      expect(idsOf(await lock(['npm:ts'], { previous: first, update }))).toEqual(['npm:ts@5.9.4'])
    expect(warnings()).toEqual([expect.stringContaining('`ts` stays at 5.9.4: 5.9.5 is 1 hour old')])
    // What an update does not name the lock holds, not the age.
    publish('old@1.0.0', 100, { ts: '5.9.2' })
    const more = await lock(['npm:ts', 'npm:old'], { previous: first })
    expect(idsOf(more)).toEqual(['npm:old@1.0.0', 'npm:ts@5.9.2', 'npm:ts@5.9.4'])
    expect(warnings()).toEqual([])
  })

  test('S-4.26 where nothing else is left, the error says so, also for an exact version', async () => {
    for (const [requirement, range] of [
      ['npm:ts@5.9.4', '5.9.4'],
      ['npm:ts@^5.9.4', '^5.9.4'],
    ] as const) {
      const error = await refuse([requirement])
      expect(error.message).toBe(
        `No version of \`ts\` in the range \`${range}\`, which \`${requirement}\` asks for, is old enough: 5.9.4 is 3 hours old; held back until 2026-03-11 09:00 UTC (minimumReleaseAge).`,
      )
      expect(error.hint).toContain('except: [npm:ts@5.9.4]')
      expect(error.details['young']).toEqual({
        version: '5.9.4',
        released: ago(3),
        until: '2026-03-11T09:00:00.000Z',
        setting: 'minimumReleaseAge',
      })
    }
    expect(idsOf(await lock(['npm:ts@5.9.4'], except('npm:ts@5.9.4')))).toEqual(['npm:ts@5.9.4'])
    publish('new@1.0.0', 1)
    for (const requirement of ['npm:new', 'npm:new@latest', 'npm:new@*'])
      expect((await refuse([requirement])).message).toContain('1.0.0 is 1 hour old')
  })

  test('S-4.26 what keeps a peer away is said', async () => {
    publish('react@18.0.0', 1000)
    publish('react@19.0.0', 1)
    publish('plugin@1.0.0', 1000, {}, { manifest: { peerDependencies: { react: '^19' } } })
    const error = await refuse(['npm:react', 'npm:plugin'])
    expect(error.message).toContain('1 hour old')
  })

  test('S-4.27 what needs a version that is too young is too young itself', async () => {
    publish('lib@1.0.0', 1000)
    publish('lib@1.0.1', 23)
    publish('app@2.0.0', 1000, { lib: '1.0.0' })
    // Published first, as the packages of one release often are.
    publish('app@2.0.1', 25, { lib: '1.0.1' })
    expect(idsOf(await lock(['npm:app']))).toEqual(['npm:app@2.0.0', 'npm:lib@1.0.0'])
    expect(warnings()).toEqual([
      '`app` stays at 2.0.0: 2.0.1 needs `lib@1.0.1`, and `lib@1.0.1` is 23 hours old; held back until 2026-03-10 13:00 UTC (minimumReleaseAge).',
    ])
    const error = await refuse(['npm:app@2.0.1'])
    expect(error.message).toContain('2.0.1 needs `lib@1.0.1`, and `lib@1.0.1` is 23 hours old')
    expect(error.hint).toContain('npm:lib@1.0.1')
    expect(idsOf(await lock(['npm:app'], except('npm:lib')))).toEqual(['npm:app@2.0.1', 'npm:lib@1.0.1'])
  })

  test('S-4.27 packages of one release that are peers of each other are held back together', async () => {
    for (const [version, hours] of [
      ['19.2.0', 1000],
      ['19.2.1', 23],
    ] as const) {
      publish(`react@${version}`, hours)
      publish(`react-dom@${version}`, hours + 2, {}, { manifest: { peerDependencies: { react: `^${version}` } } })
    }
    publish('app@1.0.0', 1000, { react: '^19', 'react-dom': '^19' })
    const wanted = ['npm:react-dom@19.2.0', 'npm:react@19.2.0']
    expect(idsOf(await lock(['npm:react@^19', 'npm:react-dom@^19']))).toEqual(wanted)
    expect(warnings()).toEqual([
      '`react` stays at 19.2.0: 19.2.1 is 23 hours old; held back until 2026-03-10 13:00 UTC (minimumReleaseAge).',
      expect.stringContaining('`react-dom` stays at 19.2.0: 19.2.1 needs `react@^19.2.1`'),
    ])
    expect(idsOf(await lock(['npm:react-dom']))).toEqual(wanted)
    expect(idsOf(await lock(['npm:app']))).toEqual(['npm:app@1.0.0', ...wanted])
    expect(idsOf(await lock(['npm:app', 'npm:react-dom']))).toEqual(['npm:app@1.0.0', ...wanted])
  })

  test('S-4.27 a whole row of versions that need what is too young is passed over', async () => {
    publish('lib@1.0.0', 1000)
    publish('app@1.0.0', 1000, { lib: '1.0.0' })
    for (let patch = 1; patch <= 30; patch++) {
      publish(`lib@1.0.${patch}`, 23)
      publish(`app@1.0.${patch}`, 25, { lib: `1.0.${patch}` })
    }
    expect(idsOf(await lock(['npm:app']))).toEqual(['npm:app@1.0.0', 'npm:lib@1.0.0'])
    expect(warnings()).toEqual([expect.stringContaining('`app` stays at 1.0.0: 1.0.30 needs `lib@1.0.30`')])
  })

  test('S-4.27 an optional dependency does not fall out because it is too young', async () => {
    for (const [version, hours] of [
      ['1.0.0', 1000],
      ['1.0.1', 23],
    ] as const) {
      publish(`tool-linux@${version}`, hours, {}, { manifest: { os: ['linux'] } })
      publish(`tool@${version}`, hours + 2, {}, { manifest: { optionalDependencies: { 'tool-linux': version } } })
    }
    publish('user@1.0.0', 1000, { tool: '^1' })
    expect(idsOf(await lock(['npm:tool', 'npm:user']))).toEqual([
      'npm:tool-linux@1.0.0',
      'npm:tool@1.0.0',
      'npm:user@1.0.0',
    ])
    expect(warnings()).toEqual([expect.stringContaining('`tool` stays at 1.0.0: 1.0.1 needs `tool-linux@1.0.1`')])
  })

  test('S-4.28 a registry that tells no times holds nothing back, which is said', async () => {
    delete registry.packument('ts')['time']
    expect(idsOf(await lock(['npm:ts']))).toEqual(['npm:ts@5.9.4'])
    expect(warnings()).toEqual([expect.stringContaining('does not say when versions of `ts` were released')])
    // Nothing of it can be younger than its last change.
    registry.packument('ts')['modified'] = ago(30)
    await lock(['npm:ts'])
    expect(warnings()).toEqual([])
    await lock(['npm:ts'], except('npm:ts'))
    expect(warnings()).toEqual([])
  })

  test('S-4.28 a version without a time that can be read is as young as the last change to the package', async () => {
    const times = registry.packument('ts')['time'] as Record<string, unknown>
    const odds = [undefined, null, 5, '', 'yesterday', '2026', {}, '2020-01-01T00:00:00', '2026-99-99T00:00:00Z']
    for (const odd of odds) {
      times['5.9.4'] = odd
      delete times['modified']
      expect(idsOf(await lock(['npm:ts']))).toEqual(['npm:ts@5.9.3'])
      expect(warnings()[0]).toContain(
        '5.9.4 is of an age that the registry does not tell; held back (minimumReleaseAge)',
      )
      times['modified'] = ago(25)
      expect(idsOf(await lock(['npm:ts']))).toEqual(['npm:ts@5.9.4'])
    }
    times['modified'] = ago(2)
    expect(idsOf(await lock(['npm:ts']))).toEqual(['npm:ts@5.9.3'])
  })

  test('S-4.28 a time in the future is said, with what the clock says', async () => {
    publish('ts@5.9.5', -1000)
    expect(idsOf(await lock(['npm:ts'], { minimumReleaseAge: { age: HOUR, except: [] } }))).toEqual(['npm:ts@5.9.4'])
    expect(warnings()[0]).toContain(
      "was released on 2026-04-21 04:00 UTC, and this machine's clock says 2026-03-10 12:00 UTC",
    )
  })

  test('S-4.28 a clock that stands in the past holds everything back, and is named', async () => {
    class PastHost extends NodeHost {
      override now(): number {
        return 0
      }
    }
    const error = await refuse(['npm:ts'], { host: new PastHost() })
    expect(error.message).toContain("this machine's clock says 1970-01-01 00:00 UTC")
  })

  test('S-4.28 strange answers neither break it nor get a version in', async () => {
    const packument = registry.packument('ts')
    for (const time of [[], 'x', 5, null]) {
      packument['time'] = time
      expect(idsOf(await lock(['npm:ts']))).toEqual(['npm:ts@5.9.4'])
    }
    packument['time'] = JSON.parse(`{"__proto__": {"5.9.4": "2020-01-01T00:00:00Z"}, "5.9.3": "${ago(30)}"}`)
    expect(idsOf(await lock(['npm:ts']))).toEqual(['npm:ts@5.9.3'])
    packument['dist-tags'] = { latest: '5.9.4', odd: 'nothing', next: 7 }
    expect(idsOf(await lock(['npm:ts@latest']))).toEqual(['npm:ts@5.9.3'])
  })

  test('S-4.29 a scope with a registry of its own is not held back', async () => {
    const own = await NpmRegistry.start()
    try {
      for (const [version, hours] of [
        ['1.0.0', 1000],
        ['1.1.0', 1],
      ] as const) {
        own.publish(`@acme/tool@${version}`, { ts: '^5' }, { published: ago(hours) })
        own.publish(`@jsr/acme__tool@${version}`, {}, { published: ago(hours) })
        publish(`@same/tool@${version}`, hours)
      }
      const lines = [
        `@acme:registry=${own.url}`,
        `@jsr:registry=${own.url}`,
        `@same:registry=${registry.url.slice(0, -1)}`,
      ]
      writeFileSync(join(world.workspace, '.npmrc'), `${lines.join('\n')}\n`)
      const requirements = ['npm:@acme/tool', 'npm:@jsr/acme__tool', 'npm:@same/tool']
      expect(idsOf(await lock(requirements))).toEqual([
        'npm:@acme/tool@1.1.0',
        'npm:@jsr/acme__tool@1.0.0',
        'npm:@same/tool@1.0.0',
        'npm:ts@5.9.3',
      ])
      expect(idsOf(await lock(['npm:@acme/tool'], { asOf: ago(2) }))).toContain('npm:@acme/tool@1.0.0')
      delete own.packument('@acme/tool')['time']
      await lock(['npm:@acme/tool'])
      expect(warnings()).toEqual([expect.stringContaining('`ts` 5.9.4, which is 3 hours old')])
    } finally {
      await own.stop()
    }
  })

  test("S-4.29 npm's own settings hold beside it, with their exceptions", async () => {
    writeFileSync(join(world.workspace, '.npmrc'), `before=${ago(100)}\nmin-release-age-exclude[]=f*\n`)
    publish('foo@1.0.0', 50)
    const off = { minimumReleaseAge: { age: 0, except: [] } }
    expect(idsOf(await lock(['npm:ts', 'npm:foo'], off))).toEqual(['npm:foo@1.0.0', 'npm:ts@5.9.2'])
    expect(warnings()[0]).toContain('5.9.4 is 3 hours old; held back (`min-release-age` or `before` of npm)')
    await expect(lock(['npm:ts@5.9.4'], off)).rejects.toMatchObject({
      hint: expect.stringContaining('where `min-release-age` or `before` of npm is set'),
    })
  })

  test('S-4.5 with a time given, ages are counted from it, for the whole graph, and the result is the same later', async () => {
    publish('dep@1.0.0', 300)
    publish('dep@1.1.0', 110)
    publish('dep@1.2.0', 50)
    publish('app@1.0.0', 400, { dep: '^1' })
    publish('app@1.1.0', 90, { dep: '^1' })
    const asOf = ago(100)
    const then = await lock(['npm:app'], { asOf })
    expect(idsOf(then)).toEqual(['npm:app@1.0.0', 'npm:dep@1.0.0'])
    expect(warnings()).toEqual([
      'Of one package that others need a newer version is held back (minimumReleaseAge): `dep` 1.1.0, which was 10 hours old.',
    ])
    world.restart()
    const host = new NodeHost()
    expect(printLock(await lock(['npm:app'], { asOf, host }))).toBe(printLock(then))
    expect(idsOf(await lock(['npm:app'], { asOf, minimumReleaseAge: { age: 0, except: [] } }))).toEqual([
      'npm:app@1.0.0',
      'npm:dep@1.1.0',
    ])
  })

  test('S-4.5 with a time given, what came later is said to be missing then', async () => {
    const error = await world.refuse('E_PACKAGE_NOT_FOUND', ['npm:ts@^5.9.3'], { asOf: ago(500) })
    expect(error.message).toBe(
      'No version of `ts` is in the range `^5.9.3`, which `npm:ts@^5.9.3` asks for, as of 2026-02-17T16:00:00Z.',
    )
    const none = await world.refuse('E_PACKAGE_NOT_FOUND', ['npm:ts'], { asOf: ago(5000) })
    expect(none.message).toContain('as of 2025-')
  })

  test('S-4.5 with a time given, what is locked and later goes back', async () => {
    const now = await lock(['npm:ts'])
    const back = await lock(['npm:ts'], {
      previous: now,
      update: 'all',
      asOf: ago(500),
      minimumReleaseAge: { age: 0, except: [] },
    })
    expect(idsOf(back)).toEqual(['npm:ts@5.9.2'])
  })

  test('S-4.16 offline, what was answered earlier is judged in the same way', async () => {
    const online = await lock(['npm:ts'])
    world.restart()
    expect(printLock(await lock(['npm:ts'], { offline: true }))).toBe(printLock(online))
  })

  test('tags other than latest mean the highest below them, and no pre-release for what is none', async () => {
    publish('ts@6.0.0-beta.1', 100)
    publish('ts@6.0.0-beta.2', 2)
    publish('ts@5.9.4-rc', 50)
    registry.tag('ts', 'next', '6.0.0-beta.2')
    expect(idsOf(await lock(['npm:ts@next']))).toEqual(['npm:ts@6.0.0-beta.1'])
    expect(idsOf(await lock(['npm:ts@latest']))).toEqual(['npm:ts@5.9.3'])
    expect(idsOf(await lock(['npm:ts@>=5']))).toEqual(['npm:ts@5.9.3'])
  })

  test('a packument of many versions is judged in no time to speak of', async () => {
    const versions = registry.packument('ts')['versions'] as Record<string, unknown>
    const times = registry.packument('ts')['time'] as Record<string, unknown>
    const [one] = Object.values(versions)
    for (let patch = 10; patch < 20_000; patch++) {
      versions[`5.9.${patch}`] = { ...(one as object), version: `5.9.${patch}` }
      times[`5.9.${patch}`] = ago(patch < 19_000 ? 30 : 1)
    }
    ;(registry.packument('ts')['dist-tags'] as Record<string, unknown>)['latest'] = '5.9.19999'
    expect(packageOf(await lock(['npm:ts@^5']), 'npm:ts@5.9.18999').version).toBe('5.9.18999')
  })
})

describe('what is outdated', () => {
  async function rows(
    requirements: readonly string[],
    previous: ResolveContext['previous'],
  ): Promise<readonly Outdated[]> {
    const { signal } = new AbortController()
    return await outdated(environmentOf(requirements), world.sources, {
      workspace: world.workspace,
      previous,
      update: new Set(),
      asOf: null,
      offline: false,
      host: new ClockHost(),
      downloads: downloadsTo(world.artifacts(), signal),
      reader: world.host,
      placeOf: (requirement) => placeIn(requirements, requirement),
      report: () => undefined,
      signal,
    })
  }

  test('S-4.26 outdated says what is held back, until when, and what else holds a package', async () => {
    publish('ts@5.9.3', 30)
    const locked = await lock(['npm:ts@^5'])
    expect(await rows(['npm:ts@^5'], locked)).toMatchObject([{ current: '5.9.3', latest: '5.9.3', why: null }])
    publish('ts@5.9.4', 3)
    expect(await rows(['npm:ts@^5'], locked)).toEqual([
      {
        requirement: 'npm:ts@^5',
        package: 'npm:ts@5.9.3',
        current: '5.9.3',
        allowed: '5.9.3',
        latest: '5.9.4',
        why: '5.9.4 is 3 hours old; held back until 2026-03-11 09:00 UTC (minimumReleaseAge)',
      },
    ])
    publish('ts@5.9.9', 25)
    publish('ts@6.0.0', 2)
    expect(await rows(['npm:ts@^5'], locked)).toMatchObject([
      {
        allowed: '5.9.9',
        latest: '6.0.0',
        why: '`^5` does not allow 6.0.0\nthe lock holds it; `tenon update npm:ts` moves it to 5.9.9',
      },
    ])
    publish('ts@5.9.10', 1)
    registry.tag('ts', 'latest', '6.0.0')
    expect((await rows(['npm:ts@^5'], locked))[0]?.why?.split('\n')).toEqual([
      '`^5` does not allow 6.0.0',
      '5.9.10 is 1 hour old; held back until 2026-03-11 11:00 UTC (minimumReleaseAge)',
      'the lock holds it; `tenon update npm:ts` moves it to 5.9.9',
    ])
    const young = await lock(['npm:ts'], { minimumReleaseAge: { age: 0, except: [] } })
    expect(await rows(['npm:ts'], young)).toMatchObject([
      { current: '6.0.0', allowed: '6.0.0', latest: '6.0.0', why: null },
    ])
  })
})

describe('asking the registries', () => {
  test('S-4.2 a package is asked for once, whoever needs it in whatever range', async () => {
    publish('c@1.0.0', 100)
    publish('c@2.0.0', 100)
    for (const name of ['a', 'b', 'd', 'e']) publish(`${name}@1.0.0`, 100, { c: name < 'c' ? '^1' : '^2' })
    publish('z@1.0.0', 100, { a: '*', b: '*', d: '*', e: '*', c: '>=1' })
    await lock(['npm:a', 'npm:b', 'npm:d', 'npm:e', 'npm:z'])
    expect(registry.requests.map((request) => request.path).sort()).toEqual(['/a', '/b', '/c', '/d', '/e', '/z'])
  })
})
