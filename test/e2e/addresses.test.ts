// Packages of `url:` and `git:` through the built program, as a user adds, switches, updates and rolls them back.

import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { compress, compressWith, zip } from '../support/archives.ts'
import { FileServer, serve, status } from '../support/file-server.ts'
import { GitServer, GitWorkTree } from '../support/git-server.ts'
import { tar } from '../support/tar-builder.ts'
import { makeWorld } from '../support/world.ts'

async function startFiles(files: ReadonlyMap<string, Buffer>): Promise<FileServer> {
  const server = await FileServer.start((request, response, count) => {
    const body = files.get(request.url ?? '')
    ;(body === undefined ? status(404) : serve(body))(request, response, count)
  })
  onTestFinished(() => server.stop())
  return server
}

test('S-4.46 archives of every kind and plain files are added, switched to and run, and then need no network', async () => {
  const world = await makeWorld()
  const entries = (name: string) => [{ path: `top/bin/${name}`, body: `#!/bin/sh\necho ${name}\n`, mode: 0o755 }]
  const files = new Map<string, Buffer>([
    ['/gz', compress.gzip(tar(entries('gz')))],
    ['/zst', compress.zstd(tar(entries('zst')))],
    ['/zip', zip([{ name: 'top/bin/zip', body: '#!/bin/sh\necho zip\n', mode: 0o100755 }])],
    ['/tool', Buffer.from('#!/bin/sh\necho tool\n')],
  ])
  for (const [name, program] of [
    ['xz', 'xz'],
    ['bz2', 'bzip2'],
  ] as const) {
    const bytes = compressWith(program, tar(entries(name)))
    if (bytes !== null) files.set(`/${name}`, bytes)
  }
  const server = await startFiles(files)
  const packed = [...files.keys()].filter((path) => path !== '/tool')
  world.environment('default', [
    ...packed.map((path) => `{url: "${server.origin}${path}", unpack: true}`),
    `{url: "${server.origin}/tool", executable: true}`,
  ])
  await world.ok('switch')
  for (const path of files.keys()) expect(await world.ok('run', '--', path.slice(1))).toBe(`${path.slice(1)}\n`)
  await server.stop()
  await world.ok('switch', '--offline')
  expect((await world.json('list')).packages).toHaveLength(files.size)
  await world.ok('store', 'verify')
})

test('S-4.41 S-4.51 files and repositories are added, updated and rolled back from the command line', async () => {
  const world = await makeWorld()
  const files = new Map([['/data.txt', Buffer.from('one')]])
  const server = await startFiles(files)
  const tools = new GitWorkTree(world.path('..', 'srv/tools'))
  tools.commit({ 'bin/hello*': '#!/bin/sh\necho one\n' })
  const git = await GitServer.start(world.path('..', 'srv'))

  world.environment('default', [])
  const [url, repository] = [`url:${server.origin}/data.txt`, `git:${git.url}/tools/.git@main`]
  await world.ok('add', url, repository)
  const text = () => readFileSync(world.path('environments/default.yaml'), 'utf8')
  expect(text()).toContain(repository)
  const data = () => readFileSync(world.path('.tenon/profiles/default/current/share/data.txt'), 'utf8')
  expect([data(), await world.ok('run', '--', 'hello')]).toEqual(['one', 'one\n'])

  files.set('/data.txt', Buffer.from('two'))
  tools.commit({ 'bin/hello*': '#!/bin/sh\necho two\n' })
  await world.ok('switch')
  expect(data()).toBe('one')
  const updated = await world.json('update', repository.replace('@main', ''))
  expect(updated.updated).toHaveLength(1)
  expect([data(), await world.ok('run', '--', 'hello')]).toEqual(['one', 'two\n'])
  await world.ok('update')
  expect(data()).toBe('two')
  const error = await world.fails('E_PACKAGE_NOT_FOUND', 'add', `git:${git.url}/tools/.git#elsewhere`)
  expect(error.message).toContain('no directory `elsewhere`')
  expect(text()).not.toContain('elsewhere')
  await git.stop()
  await server.stop()
  await world.ok('rollback')
  await world.ok('rollback')
  expect([data(), await world.ok('run', '--', 'hello')]).toEqual(['one', 'one\n'])
  await world.ok('remove', url)
  expect(text()).not.toContain('data.txt')
})
