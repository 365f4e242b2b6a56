// What differs: between generations, and between the locks of git revisions, in any kind of repository.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { diffGenerations, diffRevisions } from '../../../src/ops/show.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { LocalWorld } from '../../support/local-world.ts'
import { findProgram } from '../../support/shells.ts'

const git = findProgram('git')

async function twoGenerations(): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const tool of ['one', 'two', 'three']) world.tool(tool)
  world.environment(['one', 'two'])
  await switchEnvironment(world.context(), 'default')
  world.environment(['two', 'three'])
  world.write('tools/three/share/large', 'x'.repeat(100_000))
  await switchEnvironment(world.context(), 'default')
  return world
}

test('S-9.7 two generations differ by packages, size and files; by default the current one and the one it came from', async () => {
  const world = await twoGenerations()
  const diff = await diffGenerations(world.context(), 'default', null, null)
  expect(diff).toMatchObject({
    from: { label: '1' },
    to: { label: '2' },
    added: [{ package: 'path:three', version: '0.0.0' }],
    removed: [{ package: 'path:one', version: '0.0.0' }],
    updated: [],
  })
  expect(diff.to.bytes ?? 0).toBeGreaterThan((diff.from.bytes ?? 0) + 90_000)
  expect(diff.to.files ?? 0).toBeGreaterThan(diff.from.files ?? 0)
  const back = await diffGenerations(world.context(), 'default', 2, 1)
  expect([back.added, back.removed]).toEqual([diff.removed, diff.added])
  await expect(diffGenerations(world.context(), 'default', 9, null)).rejects.toMatchObject({
    code: 'E_GENERATION_NOT_FOUND',
  })
  await expect(diffGenerations(world.context(), 'default', null, 1)).rejects.toMatchObject({
    code: 'E_GENERATION_NOT_FOUND',
  })
})

test.skipIf(git === null)(
  'S-9.7 two git revisions differ by the packages of their locks, however the revision is written',
  async () => {
    const world = new LocalWorld()
    for (const tool of ['one', 'two']) world.tool(tool)
    const run = (...args: readonly string[]) => {
      const identity = ['-c', 'user.name=t', '-c', 'user.email=t@t.invalid', '-c', 'init.defaultBranch=main']
      const { stdout, stderr, status } = spawnSync(git ?? '', [...identity, ...args], {
        cwd: world.workspace,
        encoding: 'utf8',
        env: { HOME: world.root, GIT_CONFIG_NOSYSTEM: '1' },
      })
      if (status !== 0) throw new Error(stderr)
      return stdout.trim()
    }
    run('init', '-q')
    for (const tools of [['one'], ['one', 'two']]) {
      world.environment(tools)
      await switchEnvironment(world.context(), 'default')
      run('add', 'environments')
      run('commit', '-q', '-m', tools.join())
    }
    run('tag', '-a', 'v1', '-m', 'v1', 'HEAD~1')
    run('branch', 'old', 'HEAD~1')
    const first = run('rev-parse', 'HEAD~1')
    const added = [{ package: 'path:two', version: '0.0.0' }]
    const check = async () => {
      for (const revision of ['HEAD~1', 'HEAD^', '@~', 'v1', 'old', 'main~1', first, first.slice(0, 8)]) {
        const diff = await diffRevisions(world.context(), 'default', revision, null)
        expect([revision, diff.added, diff.removed]).toEqual([revision, added, []])
        expect(diff).toMatchObject({ from: { label: revision, bytes: null }, to: { label: 'working tree' } })
      }
      expect(await diffRevisions(world.context(), 'default', 'HEAD', 'old')).toMatchObject({
        added: [],
        removed: added,
      })
    }
    await check()
    run('pack-refs', '--all')
    run('gc', '-q')
    await check()
    // A work tree beside the first one has a HEAD of its own, and everything else in common.
    run('worktree', 'add', '-q', '--detach', join(world.root, 'beside'), 'HEAD~1')
    const beside = { ...world.context(), workspace: { root: join(world.root, 'beside') } }
    expect(await diffRevisions(beside, 'default', 'HEAD', 'main')).toMatchObject({ added, removed: [] })
    for (const revision of ['nosuch', 'abcdef12', 'HEAD~9', 'HEAD^2', '', '~', 'v1^{tree}'])
      await expect(diffRevisions(world.context(), 'default', revision, null)).rejects.toMatchObject({ code: 'E_USAGE' })
    await expect(diffRevisions(world.context(), 'other', 'HEAD', null)).rejects.toMatchObject({
      code: 'E_LOCK_MISSING',
    })
  },
)

test('S-9.7 outside of git there are no revisions', async () => {
  const world = await twoGenerations()
  await expect(diffRevisions(world.context(), 'default', 'HEAD', null)).rejects.toMatchObject({
    code: 'E_USAGE',
    message: expect.stringContaining('git repository'),
  })
})
