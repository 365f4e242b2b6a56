import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { plan } from '../../src/build/plan.ts'
import type { Derivation, Plan, Step } from '../../src/core/derivation.ts'
import type { LockedEnvironment } from '../../src/core/lock.ts'
import type { PackageVersion } from '../../src/core/registry.ts'
import { NpmRegistry } from '../support/npm-registry.ts'
import { packageVersion, registryOf, writeRegistry } from '../support/registry.ts'
import { SourceWorld } from '../support/source-world.ts'

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

async function planned(versions: readonly PackageVersion[], requirements: readonly string[]): Promise<Plan> {
  return plan(await locked(versions, requirements), 'x86_64-linux', world.sources)
}

async function locked(
  versions: readonly PackageVersion[],
  requirements: readonly string[],
): Promise<LockedEnvironment> {
  writeRegistry(join(world.workspace, 'core'), registryOf(versions))
  return await world.lock(requirements, { registries: { core: 'core' } })
}

function stepOf<Kind extends Step['kind']>(plan: Plan, name: string, kind: Kind): Extract<Step, { kind: Kind }> {
  const found = [...plan.derivations.values()].find((item: Derivation) => item.name === name)
  if (found?.step.kind !== kind) throw new Error(`no ${kind} of ${name}`)
  return found.step as Extract<Step, { kind: Kind }>
}

const DRAW = packageVersion(
  'draw',
  '1.0.0',
  `type: app
dependencies: [npm:paint, core:show]
commands: { draw: src/draw.mjs }
files: { share/doc/draw: doc }
variables: { DRAW_MODE: 1.10 }
on: { x86_64-linux: { commands: { draw-fast: src/fast.mjs } } }
`,
)
const SHOW = packageVersion('show', '1.0.0', 'commands: { show: show.mjs }\n')

describe('planning native packages', () => {
  test('S-13.16 a package is its directory in git, with links to the npm packages that it needs', async () => {
    npm.publish('paint@1.0.0')
    const step = stepOf(await planned([DRAW, SHOW], ['core:draw']), 'draw-1.0.0', 'unpack')
    expect(step.parts).toEqual([
      expect.objectContaining({
        artifact: expect.objectContaining({ kind: 'git', directory: 'packages/draw' }),
        at: '',
        executables: ['src/draw.mjs', 'src/fast.mjs'],
      }),
    ])
    expect(step.links).toEqual([{ at: 'node_modules/paint', input: 0, path: 'node_modules/paint' }])
  })

  test('S-13.16 the tree shows commands, files and the package, also of native packages that are only needed', async () => {
    npm.publish('paint@1.0.0')
    const { contributions, variables } = stepOf(await planned([DRAW, SHOW], ['core:draw']), 'environment', 'compose')
    expect(contributions.map((item) => [item.owner, item.links])).toEqual([
      [
        'core:draw@1.0.0',
        {
          'bin/draw': 'src/draw.mjs',
          'bin/draw-fast': 'src/fast.mjs',
          'share/doc/draw': 'doc',
          'share/packages/draw': '',
        },
      ],
      ['core:show@1.0.0', { 'bin/show': 'show.mjs', 'share/packages/show': '' }],
    ])
    expect(variables).toEqual({ DRAW_MODE: '1.10' })
  })

  test('S-13.16 two packages that set one variable differently are refused, and the environment has the last word', async () => {
    const versions = ['one', 'two'].map((name) => packageVersion(name, '1.0.0', `variables: { MODE: ${name} }\n`))
    const lock = await locked(versions, ['core:one', 'core:two'])
    expect(() => plan(lock, 'x86_64-linux', world.sources)).toThrow(
      expect.objectContaining({ code: 'E_COLLISION', details: expect.objectContaining({ variable: 'MODE' }) }),
    )
    const settled = plan({ ...lock, variables: { MODE: 'three' } }, 'x86_64-linux', world.sources)
    expect(stepOf(settled, 'environment', 'compose').variables).toEqual({ MODE: 'three' })
  })

  test('S-12.7 a variable that names a place of the package is that place in the tree', async () => {
    const model = packageVersion('model', '1.0.0', 'variables: { MODEL: { path: data/model } }\n')
    const { variables } = stepOf(await planned([model], ['core:model']), 'environment', 'compose')
    expect(variables).toEqual({ MODEL: { path: 'share/packages/model/data/model' } })
  })

  test.each<[string, object]>([
    ['a place that leads out', { variables: { X: { path: 'a/../..' } } }],
    ['a place of the machine', { variables: { X: { path: '/etc' } } }],
    ['a place without a path', { variables: { X: {} } }],
    ['a command that leads out', { commands: { draw: '../../x' } }],
    ['a command with a slash', { commands: { 'a/b': 'x' } }],
    ['a file that leads out of the tree', { files: { '../x': 'x' } }],
    ['a variable that shells work by', { variables: { IFS: 'x' } }],
    ['commands that are a list', { commands: ['x'] }],
  ])('S-13.16 an edited lock cannot hold %s', async (_, change) => {
    const lock = await locked([SHOW], ['core:show'])
    const edited = {
      ...lock,
      packages: lock.packages.map((item) => ({ ...item, data: { ...item.data, package: change } })),
    } as LockedEnvironment
    expect(() => plan(edited, 'x86_64-linux', world.sources)).toThrow(
      expect.objectContaining({ code: 'E_LOCK_INVALID' }),
    )
  })
})
