// Files at addresses, from the requirement to the object: locked, planned, fetched and unpacked, against a loopback server.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realise } from '../../src/build/realise.ts'
import { integrityOf } from '../../src/core/digest.ts'
import { isToolError, type ToolError } from '../../src/core/errors.ts'
import { type LockedEnvironment, printLock } from '../../src/core/lock.ts'
import type { LongForm } from '../../src/core/requirement.ts'
import { fileNameOf } from '../../src/sources/url/file-name.ts'
import { Store } from '../../src/store/store.ts'
import { removeTree } from '../../src/store/tree.ts'
import { compress, zip } from '../support/archives.ts'
import { FileServer, serve, status } from '../support/file-server.ts'
import type { NpmRegistry } from '../support/npm-registry.ts'
import { derivationOf, idsOf, type SourceWorld, useSourceWorld } from '../support/source-world.ts'
import { tar } from '../support/tar-builder.ts'

let registry: NpmRegistry
let world: SourceWorld
useSourceWorld((made) => {
  registry = made.registry
  world = made.world
})

const files = new Map<string, Buffer>()
let server: FileServer

beforeEach(async () => {
  files.clear()
  server = await FileServer.start((request, response, count) => {
    const body = files.get(new URL(request.url ?? '', 'http://x').pathname)
    ;(body === undefined ? status(404) : serve(body, { etag: `"${integrityOf(body)}"` }))(request, response, count)
  })
})

afterEach(async () => {
  await server.stop()
  removeTree(world.host, join(world.root, 'store'))
})

const hexOf = (bytes: Buffer): string =>
  Buffer.from(integrityOf(bytes).slice('sha256-'.length), 'base64').toString('hex')
const at = (path: string): string => `${server.origin}${path}`

function cached(): readonly string[] {
  const directory = join(world.root, 'artifacts')
  return existsSync(directory) ? readdirSync(directory).filter((name) => name !== 'partial') : []
}

async function realiseIt(lock: LockedEnvironment): Promise<{ readonly tree: string; readonly store: Store }> {
  const { host, workspace, sources } = world
  const store = await Store.open(join(world.root, 'store'), host, { mode: 'shared' })
  try {
    const { signal } = new AbortController()
    const artifacts = world.artifacts()
    const context = { host, store, artifacts, sources, earlier: null, workspace, report: () => {}, signal }
    return { tree: store.locate(await realise(world.plan(lock), context)), store }
  } finally {
    store.close()
  }
}

async function refused(lock: LockedEnvironment): Promise<ToolError> {
  try {
    await realiseIt(lock)
  } catch (error) {
    if (isToolError(error)) return error
    throw error
  }
  throw new Error('it was realised')
}

const TOOL = tar([
  { path: 'tool-1/bin/run', body: '#!/bin/sh\necho hello\n', mode: 0o755 },
  { path: 'tool-1/lib/data', body: 'data' },
  { path: 'tool-1/lib/link', type: '2', link: 'data' },
])

describe('one file', () => {
  test('S-4.40 with a hash it is locked without asking anybody, and appears under its name in share', async () => {
    const body = Buffer.from('weights')
    files.set('/models/small.gguf', body)
    const lock = await world.lock([`url:${at('/models/small.gguf')}@sha256:${hexOf(body)}`], { offline: true })
    expect(server.requests).toHaveLength(0)
    const [item] = lock.packages
    expect(item).toMatchObject({ source: 'url', name: 'small.gguf', version: hexOf(body).slice(0, 12) })
    const { tree } = await realiseIt(lock)
    expect(readFileSync(join(tree, 'share/small.gguf'), 'utf8')).toBe('weights')
    expect(statSync(join(tree, 'share/small.gguf')).mode & 0o777).toBe(0o444)
  })

  test('S-4.41 without a hash it is locked by what it is at its first use, which is said', async () => {
    files.set('/jq', Buffer.from('#!/bin/sh\necho jq\n'))
    const requirement: LongForm = { url: at('/jq'), executable: true, place: 'bin/jq2' }
    const lock = await world.lock([requirement])
    const hex = hexOf(files.get('/jq') ?? Buffer.alloc(0))
    expect(world.events).toContainEqual({ kind: 'note', message: expect.stringContaining(`sha256:${hex}`) })
    const { tree } = await realiseIt(lock)
    expect(statSync(join(tree, 'bin/jq2')).mode & 0o777).toBe(0o555)
    expect(server.requests).toHaveLength(1)

    files.set('/jq', Buffer.from('#!/bin/sh\necho evil\n'))
    const again = await world.lock([requirement], { previous: lock, offline: true })
    expect(printLock(again)).toBe(printLock(lock))
    const updated = await world.lock([requirement], { previous: lock, update: new Set([`url:${at('/jq')}`]) })
    expect(updated.packages[0]?.version).not.toBe(lock.packages[0]?.version)
  })

  test('S-4.42 a file that is no longer what was locked is E_INTEGRITY, and nothing of it is kept', async () => {
    files.set('/x', Buffer.from('good'))
    const lock = await world.lock([`url:${at('/x?v=1')}@sha256:${hexOf(Buffer.from('good'))}`])
    files.set('/x', Buffer.from('evil'))
    const error = await refused(lock)
    expect(error).toMatchObject({ code: 'E_INTEGRITY', details: { url: at('/x') } })
    expect(cached()).toEqual([])
    files.delete('/x')
    expect(await refused(lock)).toMatchObject({
      code: 'E_PACKAGE_NOT_FOUND',
      hint: 'It may have been withdrawn or moved.',
    })
  })

  test('S-4.43 the store keeps the one copy, from which other objects take it', async () => {
    const body = Buffer.alloc(3_000_000, 'x')
    files.set('/big', body)
    const hash = `@sha256:${hexOf(body)}`
    const { tree } = await realiseIt(await world.lock([`url:${at('/big')}${hash}`]))
    expect(readFileSync(join(tree, 'share/big')).equals(body)).toBe(true)
    expect(cached()).toEqual([])
    const other = await world.lock([{ url: at('/big'), sha256: hexOf(body), executable: true }])
    const second = await realiseIt(other)
    expect(statSync(join(second.tree, 'bin/big')).mode & 0o777).toBe(0o555)
    expect(statSync(join(tree, 'share/big')).mode & 0o777).toBe(0o444)
    expect(server.requests).toHaveLength(1)
    // What rotted in the store is not used: it is fetched again.
    const place = second.store.unpackedAt(integrityOf(body)) ?? ''
    world.host.setMode(place, 0o644)
    writeFileSync(place, 'rotten')
    const third = await realiseIt(
      await world.lock([{ url: at('/big'), sha256: hexOf(body), place: 'share/other', executable: true }]),
    )
    expect(readFileSync(join(third.tree, 'share/other')).equals(body)).toBe(true)
  })

  test('S-4.44 credentials come from netrc, and reach neither lock nor messages', async () => {
    writeFileSync(join(world.root, 'home/.netrc'), '# mine\nmachine 127.0.0.1 login me password "s3cret"\n')
    files.set('/x', Buffer.from('x'))
    const lock = await world.lock([`url:${at('/x')}`])
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`)
    expect(printLock(lock)).not.toContain('s3cret')
    await server.stop()
    server = await FileServer.start(status(401))
    const error = await world.refuse('E_AUTH', [`url:${at('/y')}`])
    expect(JSON.stringify([error.message, error.details, error.hint])).not.toContain('s3cret')
    expect(error.hint).toContain('netrc')
  })

  test.each([
    ['https://example.org/a/model.gguf?download=1', 'model.gguf'],
    ['https://example.org/', 'file'],
    ['https://example.org/..%2f..%2fetc%2fpasswd', 'etc-passwd'],
    ['https://example.org/.bashrc', 'bashrc'],
    ['https://example.org/%00%0a', 'file'],
    ['https://example.org/a%20b%E2%80%AE.txt', 'a-b-.txt'],
    [`https://example.org/${'x'.repeat(500)}.zip`, `${'x'.repeat(146)}.zip`],
  ])('S-4.45 the name of %s is %s', (url, name) => {
    expect(fileNameOf(url)).toBe(name)
  })
})

describe('an archive', () => {
  test('S-4.46 the directory that holds everything is dropped, and what is below is a prefix', async () => {
    files.set('/tool.tar.gz', compress.gzip(TOOL))
    const lock = await world.lock([{ url: at('/tool.tar.gz'), unpack: true }])
    expect(lock.packages[0]).toMatchObject({
      name: 'tool',
      data: { kind: 'prefix', archive: 'tar.gz', strip: 1, merges: ['bin', 'lib'] },
    })
    const { tree } = await realiseIt(lock)
    expect(readFileSync(join(tree, 'lib/link'), 'utf8')).toBe('data')
    expect(statSync(join(tree, 'bin/run')).mode & 0o777).toBe(0o555)
    const again = await world.lock([{ url: at('/tool.tar.gz'), unpack: true }], { previous: lock, offline: true })
    expect(printLock(again)).toBe(printLock(lock))
  })

  test('S-4.46 with strip and a place, all of it appears there', async () => {
    files.set(
      '/data.zip',
      zip([
        { name: 'a/b/c', body: 'c' },
        { name: 'a/d', body: 'd' },
      ]),
    )
    const lock = await world.lock([{ url: at('/data.zip'), unpack: true, strip: 0, place: 'share/data' }])
    const { tree } = await realiseIt(lock)
    expect(readFileSync(join(tree, 'share/data/a/b/c'), 'utf8')).toBe('c')
    expect(derivationOf(world.plan(lock), 'data').step).toMatchObject({ parts: [{ format: 'zip', strip: 0 }] })
  })

  test('S-4.46 with a package.json it is a Node.js package, whose dependencies npm locks', async () => {
    registry.publish('dep@1.0.0')
    const manifest = JSON.stringify({ name: 'thing', version: '2.0.0', bin: 'cli.js', dependencies: { dep: '^1' } })
    files.set(
      '/thing',
      compress.zstd(
        tar([
          { path: 'p/package.json', body: manifest },
          { path: 'p/cli.js', body: '#!/usr/bin/env node\r\n' },
        ]),
      ),
    )
    const lock = await world.lock([{ url: at('/thing'), unpack: true }])
    expect(idsOf(lock)).toEqual(['npm:dep@1.0.0', expect.stringContaining('url:127.0.0.1')])
    const { tree } = await realiseIt(lock)
    expect(readFileSync(join(tree, 'bin/thing'), 'utf8')).toBe('#!/usr/bin/env node\n')
    expect(readFileSync(join(tree, 'lib/node_modules/thing/package.json'), 'utf8')).toBe(manifest)
    registry.clearLog()
    const again = await world.lock([{ url: at('/thing'), unpack: true }], { previous: lock })
    expect(printLock(again)).toBe(printLock(lock))
    expect(registry.requests).toEqual([])
  })

  test('S-4.46 one with a package.json in each of any number of directories takes no more memory than one', async () => {
    const body = `{"name":"thing","version":"2.0.0"}${' '.repeat(3_900_000)}`
    const others = Array.from({ length: 65 }, (_, index) => ({ name: `x${index}/package.json`, body, isFirst: true }))
    files.set('/many.zip', zip([{ name: 'p/package.json', body }, ...others]))
    let most = 0
    const before = process.memoryUsage().arrayBuffers
    const look = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }, 1)
    const lock = await world.lock([{ url: at('/many.zip'), unpack: true, strip: 1 }])
    clearInterval(look)
    expect(lock.packages).toMatchObject([{ name: 'thing', version: expect.stringMatching(/^2\.0\.0/) }])
    expect(most).toBeLessThan(200_000_000)
  })

  test.each<[string, Buffer, string]>([
    ['is none', Buffer.from('<html>not found</html>'), 'E_SOURCE_INVALID'],
    ['holds nothing that a tree could use', compress.gzip(tar([{ path: 'x/README' }])), 'E_ENV_INVALID'],
    ['is hostile', compress.gzip(tar([{ path: 'x/../../etc/passwd' }])), 'E_ARCHIVE_UNSAFE'],
  ])('S-4.47 one that %s is an error that names it', async (_, body, code) => {
    files.set('/x.tar.gz', body)
    const error = await world.refuse(code as 'E_ENV_INVALID', [{ url: at('/x.tar.gz'), unpack: true }])
    expect(error.message).toContain('x.tar.gz')
  })
})
