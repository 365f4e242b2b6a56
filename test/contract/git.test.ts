// Directories of git repositories, from the requirement to the object: local ones, and over HTTP through git's own http-backend.

import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realise } from '../../src/build/realise.ts'
import { type LockedEnvironment, printLock } from '../../src/core/lock.ts'
import { Store } from '../../src/store/store.ts'
import { removeTree } from '../../src/store/tree.ts'
import { FileServer } from '../support/file-server.ts'
import { GitServer, GitWorkTree } from '../support/git-server.ts'
import type { NpmRegistry } from '../support/npm-registry.ts'
import { idsOf, packageOf, type SourceWorld, useSourceWorld } from '../support/source-world.ts'

let registry: NpmRegistry
let world: SourceWorld
let server: GitServer
let tools: GitWorkTree
let first: string
useSourceWorld((made) => {
  registry = made.registry
  world = made.world
})

beforeEach(async () => {
  server = await GitServer.start(join(world.root, 'srv'))
  tools = new GitWorkTree(join(world.root, 'srv/tools'))
  first = tools.commit({
    'bin/hello*': '#!/bin/sh\necho 1\n',
    'lib/data': 'data\r\n',
    'lib/link': '-> data',
    'packages/lint/bin/lint*': 'lint',
    '.gitattributes': '* text eol=crlf\n',
  })
})

afterEach(async () => {
  await server.stop()
  removeTree(world.host, join(world.root, 'store'))
})

const remote = (path = 'tools/.git'): string => `git:${server.url}/${path}`

async function realiseIt(lock: LockedEnvironment): Promise<string> {
  const { host, workspace, sources } = world
  const store = await Store.open(join(world.root, 'store'), host, { mode: 'shared' })
  try {
    const { signal } = new AbortController()
    const artifacts = world.artifacts()
    const context = { host, store, artifacts, sources, earlier: null, workspace, report: () => {}, signal }
    return store.locate(await realise(world.plan(lock), context))
  } finally {
    store.close()
  }
}

function warnings(): readonly string[] {
  return world.events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
}

describe('a repository over HTTP', () => {
  test('S-4.50 is locked by commit, by git tree and by content, and gives the tree what a directory would', async () => {
    const lock = await world.lock([remote()])
    const [item] = lock.packages
    expect(item).toMatchObject({
      source: 'git',
      version: first.slice(0, 12),
      artifacts: [{ kind: 'git', commit: first, directory: '' }],
      data: { tree: tools.git('rev-parse', 'HEAD^{tree}'), ref: 'HEAD', merges: ['bin', 'lib'] },
    })
    const tree = await realiseIt(lock)
    expect(statSync(join(tree, 'bin/hello')).mode & 0o777).toBe(0o555)
    expect(readFileSync(join(tree, 'lib/link'), 'utf8')).toBe('data\n')
  })

  test('S-4.51 a branch, a tag, a tag with a message and a commit name commits; an update moves branches', async () => {
    tools.git('tag', 'light')
    tools.git('tag', '-a', 'noted', '-m', 'noted')
    const second = tools.commit({ 'bin/hello*': '#!/bin/sh\necho 2\n' })
    const commitOf = async (rev: string, options = {}) => {
      const [item] = (await world.lock([`${remote()}@${rev}`], options)).packages
      return (item?.artifacts[0] as { readonly commit?: string } | undefined)?.commit
    }
    expect(await commitOf('light')).toBe(first)
    expect(await commitOf('noted')).toBe(first)
    expect(await commitOf('main')).toBe(second)
    expect(await commitOf(first)).toBe(first)
    const lock = await world.lock([`${remote()}@main`])
    const third = tools.commit({ 'bin/hello*': '#!/bin/sh\necho 3\n' })
    server.requests.length = 0
    expect(await commitOf('main', { previous: lock })).toBe(second)
    expect(await commitOf('main', { previous: lock, update: new Set(['npm:x']) })).toBe(second)
    expect(server.requests).toEqual([])
    expect(await commitOf('main', { previous: lock, update: 'all' })).toBe(third)
    expect(await commitOf('main', { previous: lock, update: new Set([`${remote()}`]) })).toBe(third)
    expect((await world.refuse('E_PACKAGE_NOT_FOUND', [`${remote()}@nothing`])).message).toContain('`nothing`')
  })

  test('S-4.51 with a time given, a commit that was made later is refused', async () => {
    for (const place of [remote(), 'git:../srv/tools']) {
      const now = await world.lock([place], { asOf: '2026-01-01T00:00:00Z' })
      expect(idsOf(now)[0]).toContain(first.slice(0, 12))
      const error = await world.refuse('E_RESOLVE_CONFLICT', [place], {
        asOf: '2025-12-31T23:59:59Z',
        previous: now,
        update: 'all',
      })
      expect(error.message).toBe(
        `\`${place}\` is later than 2025-12-31T23:59:59Z: HEAD is commit ${first.slice(0, 12)}, which was made on 2026-01-01T00:00:00Z.`,
      )
      await world.refuse('E_RESOLVE_CONFLICT', [`${place}@main`], { asOf: '2025-12-31T23:59:59Z' })
    }
  })

  test('S-4.52 a tag that was moved is said, and the lock keeps the commit unless the package is named', async () => {
    tools.git('tag', 'v1')
    const spec = `${remote()}@v1`
    const lock = await world.lock([spec])
    const second = tools.commit({ 'bin/hello*': '#!/bin/sh\necho evil\n' })
    tools.git('tag', '--force', 'v1')
    expect(printLock(await world.lock([spec], { previous: lock }))).toBe(printLock(lock))
    expect(warnings()).toEqual([])
    expect(printLock(await world.lock([spec], { previous: lock, update: 'all' }))).toBe(printLock(lock))
    expect(warnings()).toEqual([
      `The tag \`v1\` of \`${spec}\` was moved from ${first.slice(0, 12)} to ${second.slice(0, 12)}.`,
    ])
    const named = await world.lock([spec], { previous: lock, update: new Set([remote()]) })
    expect(named.packages[0]?.artifacts[0]).toMatchObject({ commit: second })
  })

  test('S-4.53 packages of one repository share what was fetched, and a locked commit is fetched when it is not here', async () => {
    const lock = await world.lock([remote(), `${remote()}#packages/lint`])
    expect(lock.packages.map((item) => item.name)).toContain('lint')
    const posts = () => server.requests.filter((request) => request.url.endsWith('/git-upload-pack')).length
    expect(posts()).toBe(1)
    expect(readdirSync(join(world.root, 'git'))).toHaveLength(1)
    tools.commit({ 'bin/hello*': '#!/bin/sh\necho 2\n' })
    removeTree(world.host, join(world.root, 'git'))
    world.restart()
    expect(readFileSync(join(await realiseIt(lock), 'bin/hello'), 'utf8')).toBe('#!/bin/sh\necho 1\n')
    expect(readdirSync(join(world.root, 'tmp')).filter((name) => name.startsWith('git-'))).toEqual([])
  })

  test('S-4.53 what is built at once from one repository is fetched once', async () => {
    const lock = await world.lock([remote(), `${remote()}#packages/lint`])
    world.host.removeAll(join(world.root, 'git'))
    world.restart()
    const before = server.requests.length
    const path = await realiseIt(lock)
    expect(readdirSync(join(path, 'bin')).toSorted()).toEqual(['hello', 'lint'])
    expect(server.requests.length - before).toBe(2)
  })

  test('S-4.54 credentials come from netrc or from a helper of git, and reach neither lock nor messages', async () => {
    server.options = { credentials: 'me:s3cret' }
    const error = await world.refuse('E_AUTH', [remote()])
    expect(error.hint).toContain('netrc')
    writeFileSync(join(world.root, 'home/.netrc'), 'machine 127.0.0.1\n  login me\n  password s3cret\n')
    const lock = await world.lock([remote()])
    expect(printLock(lock)).not.toContain('s3cret')

    writeFileSync(join(world.root, 'home/.netrc'), '')
    const helper = join(world.root, 'home/helper')
    writeFileSync(
      helper,
      `#!/bin/sh\ncat >>"${helper}.log"\necho "$1" >>"${helper}.log"\necho username=me\necho password=s3cret\n`,
    )
    chmodSync(helper, 0o755)
    writeFileSync(join(world.root, 'home/.gitconfig'), `[credential]\n  helper = ${helper}\n`)
    removeTree(world.host, join(world.root, 'git'))
    world.restart({ path: process.env['PATH'] ?? '' })
    expect(printLock(await world.lock([remote()]))).toBe(printLock(lock))
    expect(readFileSync(`${helper}.log`, 'utf8')).toContain('store')
  })

  test('S-4.54 a repository that moved is followed', async () => {
    const lock = await world.lock([remote('moved/tools/.git')])
    expect(lock.packages[0]?.artifacts[0]).toMatchObject({ commit: first, url: `${server.url}/moved/tools/.git` })
  })

  test('S-4.55 what is no repository, or is not there, says so', async () => {
    expect((await world.refuse('E_PACKAGE_NOT_FOUND', [remote('nothing')])).message).toContain('no git repository')
    const web = await FileServer.start((_request, response) => response.end('<html>hello</html>'))
    expect((await world.refuse('E_SOURCE_INVALID', [`git:${web.origin}/x`])).message).toContain(
      'does not answer as a git',
    )
    await web.stop()
    const gone = remote()
    await server.stop()
    const error = await world.refuse('E_SOURCE_UNAVAILABLE', [gone])
    expect(error.message).toContain('refused the connection')
    server = await GitServer.start(join(world.root, 'srv'))
    expect((await world.refuse('E_UNSUPPORTED', ['git:ssh://git@example.org/x.git'])).hint).toContain('https://')
    expect((await world.refuse('E_PACKAGE_NOT_FOUND', [`${remote()}#nothing`])).message).toContain(
      'no directory `nothing`',
    )
  }, 20_000)

  test('S-4.56 a package.json makes it a Node.js package, whose dependencies npm locks', async () => {
    registry.publish('dep@1.0.0')
    const manifest = JSON.stringify({ name: 'thing', version: '2.0.0', bin: 'cli.js', dependencies: { dep: '^1' } })
    const commit = tools.commit({
      'packages/thing/package.json': manifest,
      'packages/thing/cli.js': '#!/usr/bin/env node\n',
    })
    const spec = `${remote()}#packages/thing`
    const lock = await world.lock([spec])
    const id = `git:${server.url.slice('http://'.length)}/tools/.git#packages/thing@${commit.slice(0, 12)}`
    expect(idsOf(lock)).toEqual([id, 'npm:dep@1.0.0'])
    expect(packageOf(lock, id)).toMatchObject({ name: 'thing', version: `2.0.0+${commit.slice(0, 12)}` })
    registry.clearLog()
    server.requests.length = 0
    expect(printLock(await world.lock([spec], { previous: lock }))).toBe(printLock(lock))
    expect([registry.requests, server.requests]).toEqual([[], []])
    expect(statSync(join(await realiseIt(lock), 'bin/thing')).mode & 0o777).toBe(0o555)
  })
})

describe('a repository of this machine', () => {
  test('S-4.50 with a work tree or bare, it gives what was committed, whatever the work tree has', async () => {
    tools.git('clone', '--quiet', '--bare', '.', '../bare.git')
    tools.write({ 'bin/hello*': 'changed', 'bin/new*': 'new' })
    const commits = []
    for (const spec of [
      'git:../srv/tools@main',
      'git:../srv/bare.git',
      `git:file://${world.root}/srv/tools#packages/lint`,
    ]) {
      const lock = await world.lock([spec])
      commits.push(lock.packages[0]?.artifacts[0])
      await realiseIt(lock)
    }
    expect(commits).toMatchObject([
      { commit: first, url: '../srv/tools', directory: '' },
      { commit: first, url: '../srv/bare.git' },
      { commit: first, directory: 'packages/lint' },
    ])
    expect((await world.refuse('E_PACKAGE_NOT_FOUND', ['git:./nothing'])).message).toContain('not a git repository')
    mkdirSync(join(world.root, 'srv/tools/sub'))
    await world.refuse('E_PACKAGE_NOT_FOUND', ['git:../srv/tools/sub'])
  })
})
