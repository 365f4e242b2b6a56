import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { integrityOf } from '../../../../src/core/digest.ts'
import { type CatalogueEntry, partCount, printRoot, recordFile } from '../../../../src/core/registry.ts'
import { makeKeys, sign } from '../../../../src/core/signature.ts'
import { HttpClient } from '../../../../src/host/http.ts'
import { NodeHost } from '../../../../src/host/node-host.ts'
import { RegistryClient, type RegistryOptions } from '../../../../src/sources/registry/client.ts'
import { directoryFiles, webFiles } from '../../../../src/sources/registry/files.ts'
import { FileServer } from '../../../support/file-server.ts'
import { largeRegistry, packageVersion, registryOf, writeRegistry } from '../../../support/registry.ts'
import { temporaryDirectory } from '../../../support/store.ts'

const host = new NodeHost()
const keys = makeKeys('core-1', Buffer.alloc(32, 1))
const others = makeKeys('core-1', Buffer.alloc(32, 2))
const PACKAGES = [
  packageVersion('markdown', '1.0.0'),
  packageVersion('markdown', '1.1.0'),
  packageVersion('escape', '2.0.0'),
]

let directory: string
let server: FileServer
let files: Map<string, string>
/** What the server says of every file. */
let validators: { etag?: string; modified?: string }
/** What was asked for and answered with a body. */
let bodies: string[]

beforeEach(async () => {
  directory = temporaryDirectory()
  files = registryOf(PACKAGES)
  validators = {}
  bodies = []
  server = await FileServer.start((request, response) => {
    const text = files.get((request.url ?? '').slice('/core/'.length))
    const { etag, modified } = validators
    if (text === undefined) response.writeHead(404).end()
    else if (etag !== undefined && request.headers['if-none-match'] === etag) response.writeHead(304).end()
    else if (modified !== undefined && request.headers['if-modified-since'] === modified) response.writeHead(304).end()
    else {
      if (etag !== undefined) response.setHeader('etag', etag)
      if (modified !== undefined) response.setHeader('last-modified', modified)
      response.end(text)
      bodies.push(request.url ?? '')
    }
  })
})

afterEach(async () => {
  await server.stop()
  rmSync(directory, { recursive: true })
})

function client(more: Partial<RegistryOptions> = {}): RegistryClient {
  const offline = more.offline ?? false
  return new RegistryClient({
    host,
    files: webFiles(new HttpClient(host, { offline, attempts: 1 }), `${server.origin}/core`),
    cache: join(directory, 'cache'),
    keys: [],
    seen: 0,
    offline: false,
    signal: new AbortController().signal,
    ...more,
  })
}

function asked(): readonly string[] {
  return server.requests.map((request) => request.url ?? '')
}

describe('a registry', () => {
  it('S-13.2 reads one small file for each package that is considered, and one for each bin', async () => {
    const reader = client()
    const [markdown, again, none] = await Promise.all(
      ['markdown', 'markdown', 'nothing'].map((name) => reader.record(name)),
    )
    expect(markdown?.versions.map((item) => item.version)).toEqual(['1.1.0', '1.0.0'])
    expect(again).toBe(markdown)
    expect(none).toBeNull()
    expect(asked()).toEqual(['/core/registry.json', '/core/index/0.json', '/core/packages/ma/markdown.json'])
  })

  it('S-13.4 is the same from a directory', async () => {
    const place = join(directory, 'registry')
    writeRegistry(place, files)
    const reader = client({ files: directoryFiles(host, place, 'registry'), offline: true })
    expect(await reader.record('markdown')).toEqual(await client().record('markdown'))
    expect([...(await reader.catalogue((item) => `${item.name}@${item.latest}`))].sort()).toEqual([
      'escape@2.0.0',
      'markdown@1.1.0',
    ])
  })

  it('S-13.24 has as many packages as it likes, and searches all of them', async () => {
    files = largeRegistry(120_000)
    const find = (entry: CatalogueEntry) => (entry.name.endsWith('77777') ? entry.name : null)
    expect([...(await client().catalogue(find))].sort()).toEqual(['package-077777'])
    expect(asked()).toHaveLength(1 + partCount(120_000))
    expect([...(await client().catalogue(find))]).toHaveLength(1)
    expect(asked(), 'and asks again for none of what did not change').toHaveLength(2 + partCount(120_000))
  })

  it('S-13.24 nobody can make a client read a catalogue without end', async () => {
    const part = Buffer.from(`{"schema":1,"packages":[]}`.padEnd(16 * 1024 * 1024))
    const integrity = integrityOf(part)
    const about = { name: 'core', description: '', serial: 1, created: '2026-01-01T00:00:00Z', count: 0 }
    const root = printRoot({ ...about, bins: [integrity], catalogue: new Array(256).fill(integrity) })
    const place = directoryFiles(host, directory, 'endless')
    let reads = 0
    const read = async (path: string) => {
      reads++
      return path === 'registry.json' ? Buffer.from(root) : part
    }
    const readIfChanged = async (path: string) => ({ bytes: await read(path), validator: null })
    const reader = client({ files: { ...place, read, readIfChanged } })
    await expect(reader.catalogue(() => null)).rejects.toThrow(/more than 1073741824 bytes/)
    expect(reads).toBeLessThan(100)
  })

  it('S-13.24 stops while it searches what it has', async () => {
    files = largeRegistry(8_000)
    await client().catalogue(() => null)
    const stop = new AbortController()
    let seen = 0
    const count = () => {
      seen++
      if (seen === 1) setImmediate(() => stop.abort())
      return null
    }
    await expect(client({ signal: stop.signal }).catalogue(count)).rejects.toThrow()
    expect(seen).toBeLessThan(8_000)
  })

  it('S-13.5 keeps what it read by its hash, and asks for it again only when it changed', async () => {
    await client().record('markdown')
    await client().record('markdown')
    expect(asked().filter((path) => path.includes('markdown'))).toHaveLength(1)
    files = registryOf([...PACKAGES, packageVersion('markdown', '1.2.0')], { serial: 2 })
    expect((await client().record('markdown'))?.versions[0]?.version).toBe('1.2.0')
  })

  it('S-13.5 needs no network for what it read before, and says what it never read', async () => {
    await client().record('markdown')
    const offline = client({ offline: true })
    const before = server.requests.length
    expect((await offline.record('markdown'))?.versions).toHaveLength(2)
    await expect(offline.record('escape')).rejects.toMatchObject({ code: 'E_OFFLINE' })
    await expect(client({ offline: true, cache: null }).root()).rejects.toMatchObject({ code: 'E_OFFLINE' })
    expect(server.requests).toHaveLength(before)
  })

  it('S-13.5 a damaged or forbidden cache costs nothing but another reading', async () => {
    await client().record('markdown')
    for (const name of host.readDirectory(join(directory, 'cache')))
      writeFileSync(join(directory, 'cache', name.name), 'x')
    expect((await client().record('markdown'))?.versions).toHaveLength(2)
    expect((await client({ cache: '/proc/no/such/place' }).record('markdown'))?.versions).toHaveLength(2)
  })

  it('S-13.6 is used only if one of the wanted keys signed it', async () => {
    await expect(client({ keys: [keys.public] }).root()).rejects.toMatchObject({ code: 'E_REGISTRY_UNSIGNED' })
    files.set('registry.sig', sign(files.get('registry.json') ?? '', others.secret))
    await expect(client({ keys: [keys.public] }).root()).rejects.toMatchObject({ code: 'E_REGISTRY_UNSIGNED' })
    files.set('registry.sig', sign(files.get('registry.json') ?? '', keys.secret))
    expect((await client({ keys: [others.public, keys.public] }).root()).name).toBe('core')
    files.set('registry.json', `${files.get('registry.json')} `)
    await expect(client({ keys: [keys.public] }).root()).rejects.toMatchObject({ code: 'E_REGISTRY_UNSIGNED' })
  })

  it('S-13.6 one that was read before a key was wanted is refused offline, and it is said why', async () => {
    files.set('registry.sig', sign(files.get('registry.json') ?? '', keys.secret))
    await client().root()
    const error = await client({ keys: [keys.public], offline: true })
      .root()
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'E_REGISTRY_UNSIGNED', hint: 'Run once without `--offline`.' })
    await client({ keys: [keys.public] }).root()
    expect((await client({ keys: [keys.public], offline: true }).root()).serial).toBe(1)
  })

  it('S-13.9 one that is published anew between its root record and its signature is read again', async () => {
    const before = files
    before.set('registry.sig', sign(before.get('registry.json') ?? '', keys.secret))
    const after = registryOf([...PACKAGES, packageVersion('markdown', '1.2.0')], { serial: 2 })
    after.set('registry.sig', sign(after.get('registry.json') ?? '', keys.secret))
    const http = new HttpClient(host, { attempts: 1 })
    const web = webFiles(http, `${server.origin}/core`)
    let reads = 0
    const reader = client({
      keys: [keys.public],
      files: {
        ...web,
        readIfChanged: async (...words) => {
          const answer = await web.readIfChanged(...words)
          reads += 1
          files = after
          return answer
        },
      },
    })
    expect((await reader.root()).serial).toBe(2)
    expect(reads).toBe(2)
  })

  it('S-13.6 one that is unsigned stays so, however often it is read', async () => {
    const reader = client({ keys: [keys.public] })
    await expect(reader.root()).rejects.toMatchObject({ code: 'E_REGISTRY_UNSIGNED' })
    await expect(reader.record('markdown')).rejects.toMatchObject({ code: 'E_REGISTRY_UNSIGNED' })
    expect(asked().filter((path) => path.endsWith('.json'))).toHaveLength(2)
  })

  it('S-13.4 a web host that wants credentials is E_AUTH, which says where private registries can be', async () => {
    await server.stop()
    server = await FileServer.start((_, response) => response.writeHead(401).end())
    await expect(client().root()).rejects.toMatchObject({ code: 'E_AUTH', hint: expect.stringContaining('git+https') })
  })

  it('S-13.6 a signature holds without the network too', async () => {
    files.set('registry.sig', sign(files.get('registry.json') ?? '', keys.secret))
    await client({ keys: [keys.public] }).root()
    expect((await client({ keys: [keys.public], offline: true }).root()).serial).toBe(1)
    await expect(client({ keys: [others.public], offline: true }).root()).rejects.toMatchObject({
      code: 'E_REGISTRY_UNSIGNED',
    })
  })

  it('S-13.7 one that is older than it was before is refused', async () => {
    expect((await client({ seen: 1 }).root()).serial).toBe(1)
    await expect(client({ seen: 2 }).root()).rejects.toMatchObject({
      code: 'E_REGISTRY_OLDER',
      details: { serial: 1, seen: 2 },
    })
  })

  it('S-13.7 one that is older than it was when it was last read is refused, without a lock too', async () => {
    files = registryOf(PACKAGES, { serial: 5 })
    expect((await client().root()).serial).toBe(5)
    files = registryOf(PACKAGES, { serial: 4 })
    await expect(client().root()).rejects.toMatchObject({ code: 'E_REGISTRY_OLDER', details: { serial: 4, seen: 5 } })
    await expect(client({ seen: 2 }).root()).rejects.toMatchObject({ code: 'E_REGISTRY_OLDER' })
    files = registryOf(PACKAGES, { serial: 5 })
    expect((await client().root()).serial).toBe(5)
  })

  it('S-13.7 what nobody with a wanted key said does not make a registry old', async () => {
    files = registryOf(PACKAGES, { serial: 999 })
    await client().root()
    files = registryOf(PACKAGES, { serial: 3 })
    files.set('registry.sig', sign(files.get('registry.json') ?? '', keys.secret))
    expect((await client({ keys: [keys.public] }).root()).serial).toBe(3)
  })

  it.each([
    ['an entity tag', { etag: '"1"' }],
    ['a weak entity tag', { etag: 'W/"1"' }],
    ['a time of change', { modified: 'Thu, 01 Jan 2026 00:00:00 GMT' }],
  ])('S-13.18 a root record that did not change, by %s, is not sent again', async (_, said) => {
    validators = said
    files.set('registry.sig', sign(files.get('registry.json') ?? '', keys.secret))
    await client({ keys: [keys.public] }).root()
    expect(bodies).toHaveLength(2)
    expect((await client({ keys: [keys.public] }).root()).serial).toBe(1)
    expect(bodies).toHaveLength(2)
    expect(asked().filter((path) => path.endsWith('registry.sig'))).toHaveLength(1)
    files = registryOf(PACKAGES, { serial: 2 })
    validators = { etag: '"2"' }
    expect((await client().root()).serial).toBe(2)
  })

  it('S-13.18 a signature that was never needed, or is by another key, is asked for though the root did not change', async () => {
    validators = { etag: '"1"' }
    files.set('registry.sig', sign(files.get('registry.json') ?? '', keys.secret))
    await client().root()
    validators = {}
    expect((await client({ keys: [keys.public] }).root()).serial).toBe(1)
    await expect(client({ keys: [others.public] }).root()).rejects.toMatchObject({ code: 'E_REGISTRY_UNSIGNED' })
  })

  it('S-13.18 a host that says wrongly that nothing changed is not believed twice', async () => {
    validators = { etag: '"same"' }
    await client().record('markdown')
    files = registryOf([...PACKAGES, packageVersion('escape', '2.1.0')], { serial: 2 })
    // The record is another one by now, which the root record that was kept does not lead to.
    const reader = client()
    await reader.root()
    expect((await reader.record('escape'))?.versions[0]?.version).toBe('2.1.0')
  })

  it('S-13.18 a time of change that is hardly older than the answer proves nothing', async () => {
    validators = { modified: new Date().toUTCString() }
    await client().root()
    await client().root()
    expect(server.requests.every((request) => request.headers['if-modified-since'] === undefined)).toBe(true)
  })

  it('S-13.9 a record that is not the one of the root is refused, and nothing of it is used', async () => {
    const path = recordFile('markdown')
    files.set(path, (files.get(path) ?? '').replace('1.1.0', '1.1.9'))
    await expect(client().record('markdown')).rejects.toMatchObject({ code: 'E_REGISTRY_INVALID' })
    files.delete(path)
    await expect(client().record('markdown')).rejects.toThrow(/it is missing/)
    expect((await client().record('escape'))?.name).toBe('escape')
  })

  it('S-13.9 one that is published anew between two reads is read again', async () => {
    const reader = client()
    await reader.root()
    files = registryOf([...PACKAGES, packageVersion('markdown', '1.2.0'), packageVersion('escape', '2.1.0')], {
      serial: 2,
    })
    const records = await Promise.all(['markdown', 'escape'].map((name) => reader.record(name)))
    expect(records.map((record) => record?.versions[0]?.version)).toEqual(['1.2.0', '2.1.0'])
    expect(asked().filter((path) => path.endsWith('registry.json'))).toHaveLength(2)
  })

  it('S-13.9 a place without a registry, and an answer without an end, are one clear error each', async () => {
    files.clear()
    await expect(client().root()).rejects.toMatchObject({ code: 'E_REGISTRY_NOT_FOUND' })
    const place = join(directory, 'large')
    writeRegistry(place, new Map([['registry.json', ' '.repeat(17 * 1024 * 1024)]]))
    await expect(client({ files: directoryFiles(host, place, 'large') }).root()).rejects.toMatchObject({
      code: 'E_REGISTRY_INVALID',
    })
  })
})
