// What of git is newer than what is locked: packages and repositories that are extended.

import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { lockEnvironment } from '../../../src/ops/lock.ts'
import { outdatedPackages } from '../../../src/ops/outdated.ts'
import { GitServer, GitWorkTree } from '../../support/git-server.ts'
import { contextOf } from '../../support/ops-world.ts'
import { makeWorld, type World } from '../../support/world.ts'

let world: World
let server: GitServer
let tools: GitWorkTree

beforeEach(async () => {
  world = await makeWorld()
  tools = new GitWorkTree(join(world.root, 'srv/tools'))
  server = await GitServer.start(join(world.root, 'srv'))
  onTestFinished(() => server.stop())
})

const outdated = (all = false, changes = {}) => outdatedPackages(contextOf(world, changes), 'default', all)

/** Writes the environment and locks it; its repository may be asked over http or be one of this machine. */
async function lockAt(revisions: readonly string[], url = `${server.url}/tools/.git`, more = ''): Promise<void> {
  const packages = revisions.map((revision) => `git:${url}${revision}`)
  world.environment('default', packages, `systems: [x86_64-linux]\n${more}`)
  await lockEnvironment(contextOf(world), 'default')
}

test('S-4.58 a branch that moved is outdated, and so is a repository that is extended', async () => {
  const files = { 'bin/hello*': '#!/bin/sh\n', 'environments/base.yaml': 'tenon: 1\nvariables: { A: a }\n' }
  const first = tools.commit(files).slice(0, 12)
  const url = `${server.url}/tools/.git`
  const address = `git+${url}?rev=main`
  await lockAt(['@main'], url, `extends: ["${address}#base"]\n`)
  expect(await outdated()).toEqual([])
  expect(await outdated(true)).toMatchObject([
    { requirement: `git:${url}@main`, current: first, allowed: first, latest: first, why: null },
    { requirement: address, package: address, current: first, latest: first, why: null },
  ])
  const second = tools.commit({ 'bin/hello*': '#!/bin/sh\necho 2\n' }).slice(0, 12)
  const moved = (update: string) => ({
    current: first,
    allowed: second,
    latest: second,
    why: `\`main\` is ${second} now; \`tenon update ${update}\` moves the lock`,
  })
  expect(await outdated()).toMatchObject([moved(`git:${url}`), moved(address)])
  await expect(outdated(false, { offline: true })).rejects.toMatchObject({ code: 'E_OFFLINE' })
  tools.git('branch', '-m', 'main', 'trunk')
  expect((await outdated(true)).map((row) => row.why)).toEqual(Array(2).fill('the repository has no `main` any more'))
})

test('S-4.58 a tag is outdated where one of a higher version is written as it is, or where it was moved', async () => {
  tools.commit({ 'bin/hello*': '#!/bin/sh\n', 'lint/bin/lint*': '#!/bin/sh\n', 'format/bin/format*': '#!/bin/sh\n' })
  for (const tag of ['v1.2.0', 'lint-v1.0.0', 'stable', 'v1.10.0', 'v2.0.0-rc.1', 'format-v9.0.0', 'v1.x'])
    tools.git('tag', tag)
  const remote = `${server.url}/tools/.git`
  // Paths of the file start where the file is.
  for (const [named, url] of [
    [remote, remote],
    ['../../srv/tools', '../srv/tools'],
  ] as const) {
    await lockAt(['@v1.2.0', '#lint@lint-v1.0.0', '#format@stable'], named)
    expect(await outdated()).toMatchObject([
      {
        requirement: `git:${url}@v1.2.0`,
        current: 'v1.2.0',
        allowed: 'v1.2.0',
        latest: 'v1.10.0',
        why: '`v1.2.0` is what is asked for',
      },
    ])
    expect(await outdated(true)).toHaveLength(3)
  }
  const first = tools.git('rev-parse', 'stable').trim().slice(0, 12)
  const second = tools.commit({ 'format/bin/format*': '#!/bin/sh\necho evil\n' }).slice(0, 12)
  tools.git('tag', '--force', 'stable')
  expect((await outdated()).at(0)).toMatchObject({
    requirement: 'git:../srv/tools#format@stable',
    current: first,
    allowed: 'stable',
    latest: 'stable',
    why: `the tag was moved to ${second}; \`tenon update git:../srv/tools#format\` follows it`,
  })
})

test('S-4.58 a commit that is named by its id is what it is, and nobody is asked', async () => {
  const id = tools.commit({ 'bin/hello*': '#!/bin/sh\n' })
  await lockAt([`@${id}`])
  tools.commit({ 'bin/hello*': '#!/bin/sh\necho 2\n' })
  server.requests.length = 0
  expect(await outdated()).toEqual([])
  expect(server.requests).toEqual([])
})
