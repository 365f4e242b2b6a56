// A registry on the loopback that speaks npm's protocol: packuments and tarballs made from what a test publishes, a log of all
// requests, credentials, and failures on demand.

import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { Header } from 'tar'

export interface Publication {
  readonly name: string
  readonly version: string
  /** Further fields of package.json, in the tarball and in the packument. */
  readonly manifest?: Readonly<Record<string, unknown>>
  /** Path in the package → text; package.json and index.js are made unless given. */
  readonly files?: Readonly<Record<string, string>>
  /** What the packument promises; sha512 unless set. */
  readonly integrity?: 'sha512' | 'sha1' | 'none'
  /** Where the tarball is, relative to the registry; by convention unless set. */
  readonly tarball?: string
  /** RFC 3339. */
  readonly published?: string
}

export interface LoggedRequest {
  readonly path: string
  readonly authorization: string | null
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export class NpmRegistry {
  readonly requests: LoggedRequest[] = []
  readonly #server: Server
  readonly #packuments = new Map<string, Record<string, unknown>>()
  readonly #tarballs = new Map<string, Buffer>()
  readonly #answers = new Map<string, Answer>()
  #token: string | null = null
  #url = ''

  static async start(): Promise<NpmRegistry> {
    const registry = new NpmRegistry()
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve))
    registry.#url = `http://127.0.0.1:${(registry.#server.address() as AddressInfo).port}/`
    return registry
  }

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  /** With a final slash. */
  get url(): string {
    return this.#url
  }

  /** From now on every request must carry this token. */
  requireToken(token: string): void {
    this.#token = token
  }

  /** Answers requests for this path (`/name`, `/name/-/name-1.0.0.tgz`) so, until `heal`. */
  answer(path: string, answer: Answer): void {
    this.#answers.set(path, answer)
  }

  answerText(path: string, status: number, text: string): void {
    this.answer(path, (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(text)
    })
  }

  heal(): void {
    this.#answers.clear()
  }

  /** Publishes `name@version`, with dependencies as further arguments: `publish('a@1.0.0', { b: '^1' })`. */
  publish(spec: string, dependencies: Readonly<Record<string, string>> = {}, more: Partial<Publication> = {}): void {
    const at = spec.indexOf('@', 1)
    const own = { name: spec.slice(0, at), version: spec.slice(at + 1) }
    this.add({ ...own, ...more, manifest: { dependencies, ...more.manifest } })
  }

  add(publication: Publication): void {
    const { name, version, manifest = {}, files = {} } = publication
    const full = { name, version, ...manifest }
    const tarball = packTarball({
      'package.json': `${JSON.stringify(full)}\n`,
      'index.js': `module.exports = ${JSON.stringify(`${name}@${version}`)}\n`,
      ...files,
    })
    const path = publication.tarball ?? `${name}/-/${name.split('/').at(-1)}-${version}.tgz`
    this.#tarballs.set(`/${path}`, tarball)
    const packument = this.#packuments.get(name) ?? { name, 'dist-tags': {}, versions: {}, time: {} }
    this.#packuments.set(name, packument)
    const versions = packument['versions'] as Record<string, unknown>
    versions[version] = {
      ...full,
      dist: { tarball: `${this.#url}${path}`, ...promise(tarball, publication.integrity) },
    }
    const times = packument['time'] as Record<string, string>
    times[version] = publication.published ?? '2024-01-01T00:00:00.000Z'
    const tags = packument['dist-tags'] as Record<string, string>
    if (!/-/.test(version)) tags['latest'] = version
  }

  /** The whole packument, for what `add` cannot say. */
  packument(name: string): Record<string, unknown> {
    const packument = this.#packuments.get(name)
    if (packument === undefined) throw new Error(`nothing called ${name} is published`)
    return packument
  }

  tag(name: string, tag: string, version: string): void {
    const tags = this.packument(name)['dist-tags'] as Record<string, string>
    tags[tag] = version
  }

  tarball(path: string): Buffer {
    const tarball = this.#tarballs.get(path)
    if (tarball === undefined) throw new Error(`no tarball at ${path}`)
    return tarball
  }

  clearLog(): void {
    this.requests.length = 0
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url ?? '')
    const authorization = request.headers.authorization ?? null
    this.requests.push({ path, authorization })
    const special = this.#answers.get(path)
    if (special !== undefined) {
      special(request, response)
      return
    }
    if (this.#token !== null && authorization !== `Bearer ${this.#token}`) {
      send(response, 401, '{}')
      return
    }
    const tarball = this.#tarballs.get(path)
    if (tarball !== undefined) {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': tarball.length })
      response.end(tarball)
      return
    }
    const packument = this.#packuments.get(path.slice(1))
    if (packument === undefined) {
      send(response, 404, '{"error":"Not found"}')
      return
    }
    send(response, 200, JSON.stringify(packument))
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(text)
}

function promise(tarball: Buffer, kind: Publication['integrity'] = 'sha512'): Record<string, string> {
  if (kind === 'none') return {}
  const shasum = createHash('sha1').update(tarball).digest('hex')
  if (kind === 'sha1') return { shasum }
  return { shasum, integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}` }
}

/** A gzipped tar with everything below `package/`, as npm packs. */
export function packTarball(files: Readonly<Record<string, string>>): Buffer {
  const blocks: Buffer[] = []
  for (const [path, text] of Object.entries(files)) {
    const bytes = Buffer.from(text)
    const header = new Header({
      path: `package/${path}`,
      mode: 0o644,
      size: bytes.length,
      mtime: new Date(499162500000),
      type: 'File',
    })
    header.encode()
    if (header.block === undefined) throw new Error(`no header for ${path}`)
    blocks.push(header.block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512))
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}
