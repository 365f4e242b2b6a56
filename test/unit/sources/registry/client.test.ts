import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordFile } from '../../../../src/core/registry.ts'
import { makeKeys, sign } from '../../../../src/core/signature.ts'
import { HttpClient } from '../../../../src/host/http.ts'
import { NodeHost } from '../../../../src/host/node-host.ts'
import { RegistryClient, type RegistryOptions } from '../../../../src/sources/registry/client.ts'
import { directoryFiles, webFiles } from '../../../../src/sources/registry/files.ts'
import { FileServer } from '../../../support/file-server.ts'
import { packageVersion, registryOf, writeRegistry } from '../../../support/registry.ts'
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

beforeEach(async () => {
  directory = temporaryDirectory()
  files = registryOf(PACKAGES)
  server = await FileServer.start((request, response) => {
    const text = files.get((request.url ?? '').slice('/core/'.length))
    if (text === undefined) response.writeHead(404).end()
    else response.end(text)
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
    expect((await reader.catalogue()).map((item) => `${item.name}@${item.latest}`)).toEqual([
      'escape@2.0.0',
      'markdown@1.1.0',
    ])
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
