import { describe, expect, test } from 'vitest'
import type { Derivation } from '../../src/core/derivation.ts'
import { isToolError } from '../../src/core/errors.ts'
import type { LockedEnvironment, LockedPackage } from '../../src/core/lock.ts'
import type { NpmRegistry } from '../support/npm-registry.ts'
import { derivationOf, type SourceWorld, useSourceWorld } from '../support/source-world.ts'

let registry: NpmRegistry
let world: SourceWorld

useSourceWorld((made) => {
  registry = made.registry
  world = made.world
})

function unpackOf(derivation: Derivation): Extract<Derivation['step'], { kind: 'unpack' }> {
  if (derivation.step.kind !== 'unpack') throw new Error(`${derivation.name} is not unpacked`)
  return derivation.step
}

describe('planning npm packages', () => {
  test('S-4.20 a package lies in node_modules of its object, with links to what it depends on beside it', async () => {
    registry.publish('@scope/a@1.0.0', { b: '*', other: 'npm:b@1' }, { manifest: { bin: { run: './cli.js' } } })
    registry.publish('b@1.0.0')
    const plan = world.plan(await world.lock(['npm:@scope/a']))
    const derivation = derivationOf(plan, 'scope-a-1.0.0')
    const step = unpackOf(derivation)
    expect(step.parts).toMatchObject([{ at: 'node_modules/@scope/a', executables: ['cli.js'] }])
    expect(step.links).toEqual([
      { at: 'node_modules/b', input: 0, path: 'node_modules/b' },
      { at: 'node_modules/other', input: 0, path: 'node_modules/b' },
    ])
    expect(derivation.inputs).toHaveLength(1)
    expect(plan.derivations.get(derivation.inputs[0] ?? derivation.inputs[1] ?? plan.root)?.name).toBe('b-1.0.0')
  })

  test('S-4.21 packages that need each other lie in one object, each in a compartment of its own', async () => {
    registry.publish('@s/a@1.0.0', { b: '*', leaf: '*' })
    registry.publish('b@2.0.0', { '@s/a': '*' })
    registry.publish('leaf@1.0.0')
    const plan = world.plan(await world.lock(['npm:@s/a']))
    const step = unpackOf(derivationOf(plan, 's-a-1.0.0'))
    expect(step.parts.map((part) => part.at)).toEqual(['@s+a@1.0.0/node_modules/@s/a', 'b@2.0.0/node_modules/b'])
    expect(step.links).toEqual([
      { at: '@s+a@1.0.0/node_modules/b', input: null, path: 'b@2.0.0/node_modules/b' },
      { at: '@s+a@1.0.0/node_modules/leaf', input: 0, path: 'node_modules/leaf' },
      { at: 'b@2.0.0/node_modules/@s/a', input: null, path: '@s+a@1.0.0/node_modules/@s/a' },
    ])
    expect([...plan.derivations.values()].map((item) => item.name).sort()).toEqual([
      'environment',
      'leaf-1.0.0',
      's-a-1.0.0',
    ])
  })

  test('S-4.20 a dependency with the name of the package itself lies below the package', async () => {
    registry.publish('a@1.0.0')
    registry.publish('a@2.0.0', { a: '^1' })
    const plan = world.plan(await world.lock(['npm:a@2']))
    expect(unpackOf(derivationOf(plan, 'a-2.0.0')).links).toEqual([
      { at: 'node_modules/a/node_modules/a', input: 0, path: 'node_modules/a' },
    ])
  })

  test('S-4.22 what the environment asks for becomes a library and its commands, under the name it is asked by', async () => {
    registry.publish('a@1.0.0', { hidden: '*' }, { manifest: { bin: './cli.js' } })
    registry.publish('hidden@1.0.0', {}, { manifest: { bin: './no.js' } })
    const plan = world.plan(await world.lock(['npm:mine@npm:a@1']))
    const root = plan.derivations.get(plan.root)
    expect(root?.step).toMatchObject({
      contributions: [
        {
          links: {
            'bin/a': 'node_modules/a/cli.js',
            'lib/node_modules/.bin/a': 'node_modules/a/cli.js',
            'lib/node_modules/mine': 'node_modules/a',
          },
        },
      ],
    })
  })

  test('S-4.23 environments that share a package with its graph share its derivation, whatever else they have', async () => {
    registry.publish('peer@1.0.0')
    registry.publish('peer@2.0.0')
    registry.publish('shared@1.0.0', { peer: '1', ring: '*' })
    registry.publish('ring@1.0.0', { ring2: '*' })
    registry.publish('ring2@1.0.0', { ring: '*' })
    const one = world.plan(await world.lock(['npm:shared']))
    const two = world.plan(
      await world.lock(['npm:shared', 'npm:peer@2'], { systems: ['aarch64-linux', 'x86_64-linux'] }),
    )
    for (const name of ['shared-1.0.0', 'ring-1.0.0', 'peer-1.0.0']) {
      expect(derivationOf(two, name)).toEqual(derivationOf(one, name))
    }
  })

  test('S-4.23 planning is pure: the same lock gives the same plan', async () => {
    registry.publish('a@1.0.0', { b: '*' })
    registry.publish('b@1.0.0', { a: '*' })
    const lock = await world.lock(['npm:a'])
    const first = JSON.stringify([...world.plan(lock).derivations])
    registry.clearLog()
    world.restart()
    expect(JSON.stringify([...world.plan(lock).derivations])).toBe(first)
    expect(registry.requests).toEqual([])
  })

  test('S-4.23 derivations hold no id of the lock and no place in a tree of npm', async () => {
    registry.publish('a@1.0.0', { b: '*' })
    registry.publish('b@1.0.0', { a: '*' })
    const plan = world.plan(await world.lock(['npm:a']))
    const text = JSON.stringify([...plan.derivations.values()].filter((item) => item.step.kind === 'unpack'))
    expect(text).not.toMatch(/npm:|locations/)
  })

  test('packages of one name and version in one circle have numbered compartments, in an order given by content', async () => {
    // Two instances of `twin`, which differ in their peer, within one circle.
    for (const spec of ['peer@1.0.0', 'peer@2.0.0', 'twin@2.0.0']) registry.publish(spec)
    registry.publish('twin@1.0.0', { hub: '*' }, { manifest: { peerDependencies: { peer: '*' } } })
    registry.publish('hub@1.0.0', { left: '*', right: '*' })
    registry.publish('left@1.0.0', { twin: '1', peer: '1' })
    registry.publish('right@1.0.0', { twin: '1', peer: '2' })
    const lock = await world.lock(['npm:hub', 'npm:twin@2', 'npm:peer@1'])
    const places = unpackOf(derivationOf(world.plan(lock), 'hub-1.0.0')).parts.map((part) => part.at)
    expect(places).toContain('twin@1.0.0+2/node_modules/twin')
    const renamed = JSON.parse(
      JSON.stringify(lock)
        .replaceAll('npm:twin@1.0.0+2', 'npm:twin@1.0.0+X')
        .replaceAll('"npm:twin@1.0.0"', '"npm:twin@1.0.0+2"')
        .replaceAll('npm:twin@1.0.0+X', 'npm:twin@1.0.0'),
    ) as LockedEnvironment
    expect(derivationOf(world.plan(renamed), 'hub-1.0.0')).toEqual(derivationOf(world.plan(lock), 'hub-1.0.0'))
  })

  test('a graph of ten thousand packages in a row is planned', () => {
    const packages = Array.from({ length: 10_000 }, (_, index) =>
      madeUp(index, index === 9_999 ? {} : { [`p${index + 1}`]: index + 1 }),
    )
    const lock = {
      ...EMPTY,
      systems: { 'x86_64-linux': { roots: [], packages: packages.map((item) => item.id) } },
      packages,
    }
    expect(world.plan(lock).derivations.size).toBe(10_001)
  })

  test.each([
    ['a name', { name: '../evil' }],
    ['a dependency', { dependencies: { '../../evil': 'npm:p1@1.0.0' } }],
    ['a command', { data: { bin: { '../evil': 'a.js' } } }],
    ['a file', { data: { bin: { ok: '../../../etc/passwd' } } }],
    ['a list of commands', { data: { bin: ['a'] } }],
  ])('S-4.24 %s in a lock that leads out is E_LOCK_INVALID', (_, fields) => {
    const packages = [{ ...madeUp(0, {}), ...fields } as unknown as LockedPackage, madeUp(1, {})]
    const lock = {
      ...EMPTY,
      systems: { 'x86_64-linux': { roots: [], packages: packages.map((item) => item.id) } },
      packages,
    }
    expect(codeOf(() => world.plan(lock))).toBe('E_LOCK_INVALID')
  })
})

const EMPTY = {
  schema: 1,
  satisfies: '0'.repeat(64),
  variables: {},
  systems: {},
  packages: [],
} as unknown as LockedEnvironment

function madeUp(index: number, dependencies: Readonly<Record<string, number>>): LockedPackage {
  return {
    id: `npm:p${index}@1.0.0`,
    source: 'npm',
    name: `p${index}`,
    version: '1.0.0',
    artifacts: [
      {
        kind: 'file',
        source: 'npm',
        package: `p${index}`,
        name: `p${index}-1.0.0.tgz`,
        size: null,
        integrity: 'sha512-',
      },
    ],
    dependencies: Object.fromEntries(Object.entries(dependencies).map(([name, to]) => [name, `npm:p${to}@1.0.0`])),
    data: {},
  } as unknown as LockedPackage
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isToolError(error)) return error.code
    throw error
  }
  return 'nothing was thrown'
}
