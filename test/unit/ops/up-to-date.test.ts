// A switch that reads nothing must give what one that reads everything would give.

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileStat } from '../../../src/host/host.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import type { Context } from '../../../src/ops/context.ts'
import { type SwitchResult, switchEnvironment } from '../../../src/ops/switch.ts'
import { upToDate } from '../../../src/ops/up-to-date.ts'
import { LocalWorld } from '../../support/local-world.ts'

function makeWorld(): LocalWorld {
  const world = new LocalWorld()
  world.tool('hello')
  world.environment(['hello'])
  return world
}

function isUpToDate(context: Context): boolean {
  return upToDate(context, 'default') !== null
}

/** Switches until a record is there: the first ones may come too soon after what the test wrote. */
async function settle(context: Context): Promise<SwitchResult> {
  for (;;) {
    const result = await switchEnvironment(context, 'default')
    if (isUpToDate(context)) return result
  }
}

/** The same file with other bytes of the same size. */
function rewrite(world: LocalWorld, path: string, text: string): void {
  expect(Buffer.byteLength(text)).toBe(readFileSync(world.path(path)).length)
  writeFileSync(world.path(path), text)
}

test.each<[string, (world: LocalWorld) => void, (world: LocalWorld) => void]>([
  ['a file of a package', () => undefined, (world) => world.tool('hello', 'changed')],
  [
    'a file below a directory whose name has a line feed',
    (world) => world.write('tools/hello/lib/line\nfeed/file', 'one'),
    (world) => rewrite(world, 'tools/hello/lib/line\nfeed/file', 'two'),
  ],
  [
    'a file below a directory whose name has a backslash',
    (world) => world.write('tools/hello/lib/a\\b/file', 'one'),
    (world) => rewrite(world, 'tools/hello/lib/a\\b/file', 'two'),
  ],
  [
    'the file that the environment file is a link to',
    (world) => {
      mkdirSync(world.path('shared'))
      renameSync(world.path('environments/default.yaml'), world.path('shared/default.yaml'))
      symlinkSync('../shared/default.yaml', world.path('environments/default.yaml'))
    },
    (world) => world.write('shared/default.yaml', 'tenon: 1\npackages: []\n'),
  ],
  [
    'a link in the middle of a chain of links to the environment file',
    (world) => {
      world.write('shared/other.yaml', 'tenon: 1\npackages: []\n')
      renameSync(world.path('environments/default.yaml'), world.path('shared/default.yaml'))
      symlinkSync('default.yaml', world.path('shared/middle.yaml'))
      symlinkSync('../shared/middle.yaml', world.path('environments/default.yaml'))
    },
    (world) => {
      unlinkSync(world.path('shared/middle.yaml'))
      symlinkSync('other.yaml', world.path('shared/middle.yaml'))
    },
  ],
  [
    'where a package that is a link leads',
    (world) => {
      world.tool('other')
      symlinkSync('hello', world.path('tools/cur'))
      world.environment(['cur'])
    },
    (world) => {
      unlinkSync(world.path('tools/cur'))
      symlinkSync('other', world.path('tools/cur'))
    },
  ],
  [
    'a link on the way to a package, behind another link',
    (world) => {
      world.write('a/h/bin/x', 'a')
      world.write('b/h/bin/x', 'b')
      symlinkSync('a', world.path('way'))
      symlinkSync('../way', world.path('tools/cur'))
      world.environment(['cur/h'])
    },
    (world) => {
      unlinkSync(world.path('way'))
      symlinkSync('b', world.path('way'))
    },
  ],
  [
    'an ignore file that ignores itself',
    (world) => {
      world.write('tools/hello/share/cache/a', 'a')
      world.write('tools/hello/share/cache/b', 'b')
      world.write('tools/hello/share/cache/.gitignore', '*\n!a\n')
    },
    (world) => rewrite(world, 'tools/hello/share/cache/.gitignore', '*\n!b\n'),
  ],
  [
    'an ignore file above the place where a link leads',
    (world) => {
      world.write('vendor/.gitignore', 'a\n')
      world.write('vendor/h/share/a', '')
      world.write('vendor/h/share/b', '')
      symlinkSync('../vendor/h', world.path('tools/cur'))
      world.environment(['cur'])
    },
    (world) => rewrite(world, 'vendor/.gitignore', 'b\n'),
  ],
  ['an ignore file that was not there', () => undefined, (world) => world.write('.gitignore', 'share\n')],
  [
    'a file that an environment extends',
    (world) => {
      world.environment([], '', 'base')
      world.environment(['hello'], 'extends: [base]\n')
    },
    (world) => world.environment([], 'variables: {A: b}\n', 'base'),
  ],
  ['the lock', () => undefined, (world) => rmSync(world.path('environments/default.lock.json'))],
])('S-3.10 a change of %s is seen', async (what, prepare, change) => {
  const world = makeWorld()
  prepare(world)
  const context = world.context()
  const before = await settle(context)
  change(world)
  expect(isUpToDate(context)).toBe(false)
  const after = await settle(context)
  const fresh = await switchEnvironment({ ...context, program: 'another' }, 'default')
  expect(fresh.generation.storePath).toBe(after.generation.storePath)
  if (what !== 'the lock') expect(after.generation.storePath).not.toBe(before.generation.storePath)
})

test('S-3.10 what changes while the switch works, after it was read, is seen by the next', async () => {
  const world = makeWorld()
  const context = world.context()
  await settle(context)
  world.tool('hello', 'first')
  await switchEnvironment(
    {
      ...context,
      report: (event) => {
        if (event.kind === 'stage' && event.stage === 'compose') world.tool('hello', 'later')
      },
    },
    'default',
  )
  expect(isUpToDate(context)).toBe(false)
})

/** Times as FAT keeps them, by a clock of its own. */
class CoarseHost extends NodeHost {
  override stat(path: string): FileStat | null {
    const stat = super.stat(path)
    const coarse = (time: number) => Math.floor(time / 2_000) * 2_000 - 3_600_000
    return stat && { ...stat, modifiedMs: coarse(stat.modifiedMs), changedMs: coarse(stat.changedMs) }
  }
}

test('S-3.10 where times are coarse, and of another clock, a change in the same moment is seen', async () => {
  const world = makeWorld()
  const context = world.context(new CoarseHost())
  await switchEnvironment(context, 'default')
  rewrite(world, 'tools/hello/share/hello/text', 'HELLO\n')
  expect(isUpToDate(context)).toBe(false)
})

test('S-3.10 no clock of the machine decides', async () => {
  class WrongHost extends NodeHost {
    override now(): number {
      return super.now() + Math.floor(Math.random() * 2 - 1) * 86_400_000
    }
  }
  const world = makeWorld()
  const context = world.context(new WrongHost())
  await settle(context)
  expect(isUpToDate(context)).toBe(true)
})

test('S-3.10 another store, another program and a copied workspace are not up to date', async () => {
  const world = makeWorld()
  const context = world.context()
  await settle(context)
  expect(isUpToDate({ ...context, storeRoot: join(world.root, 'other') })).toBe(false)
  expect(isUpToDate({ ...context, program: 'another' })).toBe(false)
  renameSync(world.workspace, `${world.workspace}-moved`)
  expect(isUpToDate({ ...context, workspace: { root: `${world.workspace}-moved` } })).toBe(false)
  renameSync(`${world.workspace}-moved`, world.workspace)
  expect(isUpToDate(context)).toBe(true)
})

test.each([
  ['..', 'vendor'],
  ['../tools/hello', 'tools/hello/vendor'],
])('S-4.31 links that show a generation within `path: %s` change nothing about it', async (path, place) => {
  const world = makeWorld()
  world.tool('here')
  world.write('bin/run', '#!/bin/sh\n', 0o755)
  world.write('environments/default.yaml', `tenon: 1\npackages: [{path: ${path}}]\nlinks: {${place}: bin}\n`)
  const context = world.context()
  const first = await switchEnvironment(context, 'default')
  expect(Object.keys(world.links(place))).not.toEqual([])
  const second = await switchEnvironment({ ...context, frozen: true }, 'default')
  expect(second).toMatchObject({ changed: false, generation: { number: 1, storePath: first.generation.storePath } })
  await settle(context)
})
