// Repositories for the tests, made by this machine's git, and a loopback server that gives them out through git's own http-backend.

import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'

/** Nothing of the machine's or the user's configuration decides. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
}

export class GitWorkTree {
  readonly path: string

  /** Makes a repository with a work tree and the branch `main`. */
  constructor(path: string) {
    this.path = path
    mkdirSync(path, { recursive: true })
    this.git('init', '--quiet', '--initial-branch=main')
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, {
      cwd: this.path,
      env: ENVIRONMENT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  }

  /** `name*` is executable, `-> target` a link. */
  write(files: { readonly [path: string]: string }): void {
    for (const [name, text] of Object.entries(files)) {
      const place = join(this.path, name.replace(/\*$/, ''))
      mkdirSync(dirname(place), { recursive: true })
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), place)
      else writeFileSync(place, text)
      if (name.endsWith('*')) chmodSync(place, 0o755)
    }
  }

  /** Commits these files beside what is there; the commit's id. */
  commit(files: { readonly [path: string]: string }, message = 'change'): string {
    this.write(files)
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }
}

export interface GitServerOptions {
  /** `user:password` that every request must have. */
  readonly credentials?: string
}

/** Gives out every repository below `root`: `<url>/<path of the work tree>/.git`, or a bare one. */
export class GitServer {
  readonly requests: { readonly url: string; readonly authorization: string | undefined }[] = []
  options: GitServerOptions = {}
  readonly #root: string
  readonly #server: Server

  private constructor(root: string, server: Server) {
    this.#root = root
    this.#server = server
  }

  static async start(root: string): Promise<GitServer> {
    const http = createServer()
    const server = new GitServer(root, http)
    http.on('request', (request, response) => server.#answer(request, response))
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = new URL(request.url ?? '', this.url)
    const { authorization } = request.headers
    this.requests.push({ url: `${pathname}${search}`, authorization })
    const { credentials } = this.options
    if (credentials !== undefined && authorization !== `Basic ${Buffer.from(credentials).toString('base64')}`) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('no')
      return
    }
    if (pathname.startsWith('/moved/')) {
      response.writeHead(301, { location: `/${pathname.slice('/moved/'.length)}${search}` }).end()
      return
    }
    const backend = spawn('git', ['http-backend'], {
      env: {
        ...ENVIRONMENT,
        GIT_PROJECT_ROOT: this.#root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: request.headers['content-length'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    backend.stdin.on('error', () => undefined)
    request.pipe(backend.stdin)
    const pieces: Buffer[] = []
    backend.stdout.on('data', (piece: Buffer) => pieces.push(piece))
    backend.on('close', () => {
      const output = Buffer.concat(pieces)
      const end = output.indexOf('\r\n\r\n')
      const head = output.subarray(0, end).toString('latin1')
      const headers = head.split('\r\n').map((line) => line.split(/: */, 2) as [string, string])
      const status = Number(headers.find(([name]) => name.toLowerCase() === 'status')?.[1]?.slice(0, 3) ?? 200)
      const sent = headers.filter(([name]) => name !== '' && name.toLowerCase() !== 'status')
      response.writeHead(status, Object.fromEntries(sent)).end(output.subarray(end + 4))
    })
  }
}
