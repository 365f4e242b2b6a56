// A loopback HTTP server whose answers each test scripts itself, good or hostile, with a log of what was asked.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HttpRequest } from '../../src/host/http.ts'

/** What to do with one request; `count` is how many came before it. */
export type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void

export class FileServer {
  readonly requests: IncomingMessage[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(answer: Answer): Promise<FileServer> {
    const http = createServer()
    const server = new FileServer(http)
    http.on('request', (request, response) => {
      server.requests.push(request)
      // A client that goes away in the middle is what many tests are about.
      response.on('error', () => undefined)
      answer(request, response, server.requests.length - 1)
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    return server
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  request(path = '/file.tgz', headers: { readonly [name: string]: string } = {}): HttpRequest {
    // Whatever proxy the machine has, it cannot reach our loopback.
    return { url: this.origin + path, headers, agent: { noProxy: '127.0.0.1' } }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

/** Serves `body` like a decent server: whole, or from where a range asks. */
export function serve(body: Buffer, options: { readonly etag?: string } = {}): Answer {
  return (request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const isCurrent = request.headers['if-range'] === undefined || request.headers['if-range'] === options.etag
    if (options.etag !== undefined) response.setHeader('etag', options.etag)
    if (start === 0 || !isCurrent) {
      response.writeHead(200, { 'content-length': body.length }).end(body)
    } else if (start >= body.length) {
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
    } else {
      response
        .writeHead(206, {
          'content-length': body.length - start,
          'content-range': `bytes ${start}-${body.length - 1}/${body.length}`,
        })
        .end(body.subarray(start))
    }
  }
}

/** Sends the first `length` bytes of `body`, then breaks the connection. */
export function breakAfter(body: Buffer, length: number, headers: { readonly [name: string]: string } = {}): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': body.length, ...headers })
    response.write(body.subarray(0, length), () => response.socket?.destroy())
  }
}

/** The first answers in order, then the last one for ever. */
export function sequence(...answers: readonly [Answer, ...Answer[]]): Answer {
  return (request, response, count) =>
    (answers[Math.min(count, answers.length - 1)] ?? answers[0])(request, response, count)
}

export function status(code: number, headers: { readonly [name: string]: string } = {}): Answer {
  return (_request, response) => {
    response.writeHead(code, headers).end(`status ${code}`)
  }
}
