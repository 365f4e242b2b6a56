// The http client against loopback servers that break, stall, lie and redirect.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { isToolError, type ToolError } from '../../../src/core/errors.ts'
import { HttpClient, type HttpOptions, redactUrl, type Sink } from '../../../src/host/http.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { type Answer, breakAfter, FileServer, sequence, serve, status } from '../../support/file-server.ts'
import { SleptHost } from '../../support/slept-host.ts'

const BODY = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) & 0xff))
const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function start(answer: Answer): Promise<FileServer> {
  const server = await FileServer.start(answer)
  cleanups.push(() => server.stop())
  return server
}

function clientWith(options: HttpOptions = {}): { readonly http: HttpClient; readonly slept: readonly number[] } {
  const host = new SleptHost()
  return { http: new HttpClient(host, options), slept: host.slept }
}

const client = clientWith

const limits = (maxBytes = 10_000_000) => ({ maxBytes, signal: new AbortController().signal })

class ListSink implements Sink {
  bytes: Buffer
  restarts = 0

  constructor(kept: Buffer = Buffer.alloc(0)) {
    this.bytes = kept
  }

  get kept(): number {
    return this.bytes.length
  }

  restart(): void {
    this.restarts += this.kept === 0 ? 0 : 1
    this.bytes = Buffer.alloc(0)
  }

  write(chunk: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, chunk])
  }
}

async function failure(work: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  if (isToolError(error)) return error
  throw error
}

const ranges = (server: FileServer) => server.requests.map((request) => request.headers.range ?? null)

describe('S-10.3 a broken download goes on where it broke', () => {
  test('with a range, if the server can', async () => {
    const server = await start(sequence(breakAfter(BODY, 100_000), serve(BODY)))
    const sink = new ListSink()
    expect(await client().http.download(server.request(), sink, limits())).toBe(true)
    expect(sink.bytes.equals(BODY)).toBe(true)
    expect(ranges(server)).toEqual([null, 'bytes=100000-'])
    expect(sink.restarts).toBe(0)
  })

  test('with If-Range when the first answer had a strong tag', async () => {
    const server = await start(sequence(breakAfter(BODY, 100_000, { etag: '"a"' }), serve(BODY, { etag: '"a"' })))
    const sink = new ListSink()
    await client().http.download(server.request(), sink, limits())
    expect(sink.bytes.equals(BODY)).toBe(true)
    expect(server.requests[1]?.headers['if-range']).toBe('"a"')
    expect(sink.restarts).toBe(0)
  })

  test('from the start when the file changed meanwhile', async () => {
    const server = await start(
      sequence(breakAfter(Buffer.alloc(300_000, 1), 100_000, { etag: '"old"' }), serve(BODY, { etag: '"new"' })),
    )
    const sink = new ListSink()
    await client().http.download(server.request(), sink, limits())
    expect(sink.bytes.equals(BODY)).toBe(true)
    expect(sink.restarts).toBe(1)
  })

  test('from the start when the server sends a part of another file, whatever was asked', async () => {
    const other: Answer = (request, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1])
      const headers = { 'content-range': `bytes ${from}-${BODY.length - 1}/${BODY.length}`, etag: '"new"' }
      response.writeHead(206, headers).end(BODY.subarray(from))
    }
    const old = breakAfter(Buffer.alloc(BODY.length, 1), 100_000, { etag: '"old"' })
    const server = await start(sequence(old, other, serve(BODY, { etag: '"new"' })))
    const sink = new ListSink()
    await client().http.download(server.request(), sink, limits())
    expect(sink.bytes.equals(BODY)).toBe(true)
    expect(ranges(server)).toEqual([null, 'bytes=100000-', null])
  })

  test('a weak tag is not taken for a promise about bytes', async () => {
    const server = await start(sequence(breakAfter(BODY, 100_000, { etag: 'W/"a"' }), serve(BODY)))
    await client().http.download(server.request(), new ListSink(), limits())
    expect(server.requests[1]?.headers['if-range']).toBeUndefined()
  })

  test('from the start when the server knows no ranges', async () => {
    const plain: Answer = (_request, response) => void response.end(BODY)
    const server = await start(sequence(breakAfter(BODY, 100_000), plain))
    const sink = new ListSink()
    await client().http.download(server.request(), sink, limits())
    expect(sink.bytes.equals(BODY)).toBe(true)
    expect(sink.restarts).toBe(1)
  })

  test.each(['bytes 0-299999/300000', 'bytes 99999-299999/300000', 'bytes */300000', 'nonsense', ''])(
    'from the start when the part sent is %j',
    async (contentRange) => {
      const wrongPart: Answer = (_request, response) =>
        void response
          .writeHead(206, contentRange === '' ? {} : { 'content-range': contentRange })
          .end(BODY.subarray(0, 10))
      const server = await start(sequence(breakAfter(BODY, 100_000), wrongPart, serve(BODY)))
      const sink = new ListSink()
      await client().http.download(server.request(), sink, limits())
      expect(sink.bytes.equals(BODY)).toBe(true)
      expect(ranges(server)).toEqual([null, 'bytes=100000-', null])
    },
  )

  test('from the start when there is nothing at that place', async () => {
    const server = await start(serve(BODY))
    const sink = new ListSink(Buffer.alloc(400_000))
    await client().http.download(server.request(), sink, limits())
    expect(sink.bytes.equals(BODY)).toBe(true)
    expect(ranges(server)).toEqual(['bytes=400000-', null])
  })

  test('a part that nobody asked for is refused', async () => {
    const server = await start(
      (_request, response) => void response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('56789'),
    )
    expect((await failure(client().http.download(server.request(), new ListSink(), limits()))).code).toBe(
      'E_SOURCE_INVALID',
    )
  })

  test('a connection that breaks again and again is given up only when it brings nothing new', async () => {
    let sent = 0
    const drip: Answer = (request, response) => {
      const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0])
      sent = Math.min(from + 70_000, BODY.length)
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': BODY.length - from,
        'content-range': `bytes ${from}-${BODY.length - 1}/${BODY.length}`,
      })
      response.write(BODY.subarray(from, sent), () => sent < BODY.length && response.socket?.destroy())
    }
    const server = await start(drip)
    const sink = new ListSink()
    await client({ attempts: 2 }).http.download(server.request(), sink, limits())
    expect(sink.bytes.equals(BODY)).toBe(true)
    expect(server.requests.length).toBe(5)
  })

  test('a small answer that broke is asked for as a whole', async () => {
    const server = await start(sequence(breakAfter(BODY, 100_000), serve(BODY)))
    expect(await client().http.getBytes(server.request(), limits())).toEqual(BODY)
    expect(ranges(server)).toEqual([null, null])
  })
})

describe('S-10.7 what may pass is tried again', () => {
  test.each([408, 429, 500, 502, 503, 504])('%i', async (code) => {
    const server = await start(sequence(status(code), serve(BODY)))
    const { http, slept } = client()
    expect(await http.getBytes(server.request(), limits())).toEqual(BODY)
    expect(slept.length).toBe(1)
  })

  test('the waits grow and are scattered, and the last failure is told', async () => {
    const server = await start(status(503))
    const { http, slept } = client({ attempts: 4, backoffMs: 100 })
    const error = await failure(http.getBytes(server.request(), limits()))
    expect(error.code).toBe('E_SOURCE_UNAVAILABLE')
    expect(error.message).toContain('it answered 503')
    expect(server.requests.length).toBe(4)
    expect(slept.length).toBe(3)
    slept.forEach((wait, index) => {
      expect(wait).toBeGreaterThanOrEqual(50 * 4 ** index)
      expect(wait).toBeLessThanOrEqual(100 * 4 ** index)
    })
  })

  test('S-10.14 a server that answered before gets two more tries', async () => {
    const server = await start(sequence(serve(BODY), status(503)))
    const { http } = client({ attempts: 4 })
    await http.getBytes(server.request(), limits())
    await failure(http.getBytes(server.request(), limits()))
    expect(server.requests.length).toBe(1 + 6)
  })

  test('Retry-After is followed, up to a minute', async () => {
    const server = await start(
      sequence(status(429, { 'retry-after': '7' }), status(503, { 'retry-after': '86400' }), serve(BODY)),
    )
    const { http, slept } = client()
    await http.getBytes(server.request(), limits())
    expect(slept).toEqual([7000, 60_000])
  })

  test('a server that is not there', async () => {
    const server = await FileServer.start(serve(BODY))
    const request = server.request()
    await server.stop()
    const { http, slept } = client()
    const error = await failure(http.getBytes(request, limits()))
    expect(error.code).toBe('E_SOURCE_UNAVAILABLE')
    expect(error.message).toContain('it refused the connection')
    expect(slept.length).toBe(3)
  })

  test('a server that falls silent', async () => {
    const silent: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': BODY.length })
      response.write(BODY.subarray(0, 1000))
    }
    const server = await start(sequence(silent, serve(BODY)))
    const sink = new ListSink()
    await client({ stallMs: 500 }).http.download(server.request(), sink, limits())
    expect(sink.bytes.equals(BODY)).toBe(true)
  })

  test('a server that sends a byte now and then is as good as silent', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    const error = await failure(client({ stallMs: 200, attempts: 2 }).http.getBytes(server.request(), limits()))
    expect(error.code).toBe('E_SOURCE_UNAVAILABLE')
    expect(error.message).toContain('it sent hardly anything for 0.2 seconds')
    expect(server.requests.length).toBe(2)
  })

  test('a server whose head never ends, for a protocol of its own', async () => {
    const server = await start((_request, response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\n')
      const drip = setInterval(() => response.socket?.write('a: b\r\n'), 20)
      response.socket?.on('close', () => clearInterval(drip))
    })
    const { http } = client({ stallMs: 200, attempts: 2 })
    const options = { method: 'GET', body: null, maxBytes: 1000, signal: new AbortController().signal }
    const error = await failure(http.exchange(server.request(), options))
    expect(error.code).toBe('E_SOURCE_UNAVAILABLE')
    expect(server.requests.length).toBe(2)
  })

  test.each([
    ['GET', { stallMs: 400 }, 0.4],
    // Who was given work may say little for longer.
    ['POST', { workMs: 300 }, 0.3],
  ])('a server whose body drips, for a protocol of its own, answering %s', async (method, patience, seconds) => {
    const server = await start((_request, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 5)
      response.on('close', () => clearInterval(drip))
    })
    const { http } = client(patience)
    const options = { method, body: null, maxBytes: 1_000_000, signal: new AbortController().signal }
    const read = async () => {
      let count = 0
      for await (const piece of (await http.exchange(server.request(), options)).body) count += piece.length
      return count
    }
    expect((await failure(read())).message).toContain(`it sent hardly anything for ${seconds} seconds`)
  })

  test('a server that never answers at all', async () => {
    const server = await start(() => undefined)
    const error = await failure(client({ stallMs: 100, attempts: 2 }).http.getBytes(server.request(), limits()))
    expect(error.message).toContain('it was silent for 0.1 seconds')
    expect(server.requests.length).toBe(2)
  })

  test('something that does not speak HTTP', async () => {
    const sockets = createSocketServer(
      (socket: Socket) => void socket.on('error', () => undefined).end('SSH-2.0-hello\r\n'),
    )
    sockets.listen(0, '127.0.0.1')
    await once(sockets, 'listening')
    cleanups.push(async () => sockets.close())
    const url = `http://127.0.0.1:${(sockets.address() as AddressInfo).port}/`
    const error = await failure(client().http.getBytes({ url, headers: {}, agent: { noProxy: '127.0.0.1' } }, limits()))
    expect(error.code).toBe('E_SOURCE_UNAVAILABLE')
  })

  test.each([400, 402, 418, 304, 204])('%i is not tried again', async (code) => {
    const server = await start(status(code))
    const error = await failure(client().http.getBytes(server.request(), limits()))
    expect(error.code).toBe('E_SOURCE_INVALID')
    expect(error.message).toContain(`answered ${code}`)
    expect(server.requests.length).toBe(1)
  })
})

describe('S-10.8 redirects', () => {
  const redirect = (location: string, code = 302): Answer => status(code, { location })
  const secrets = { authorization: 'Bearer hunter2', 'npm-session': 'abc', cookie: 'a=b', accept: 'application/json' }

  test.each([301, 302, 303, 307, 308])('%i is followed', async (code) => {
    const server = await start(sequence(redirect('/elsewhere', code), serve(BODY)))
    expect(await client().http.getBytes(server.request(), limits())).toEqual(BODY)
    expect(server.requests[1]?.url).toBe('/elsewhere')
  })

  test('credentials stay with their host', async () => {
    const other = await start(serve(BODY))
    const server = await start(redirect(`${other.origin}/file`))
    await client().http.getBytes(server.request('/file', secrets), limits())
    expect(server.requests[0]?.headers).toMatchObject(secrets)
    expect(other.requests[0]?.headers.accept).toBe('application/json')
    for (const name of ['authorization', 'npm-session', 'cookie'])
      expect(other.requests[0]?.headers[name]).toBeUndefined()
  })

  test('credentials follow to another path of their host', async () => {
    const server = await start(sequence(redirect('/b'), serve(BODY)))
    await client().http.getBytes(server.request('/a', secrets), limits())
    expect(server.requests[1]?.headers).toMatchObject(secrets)
  })

  test('ten are followed, eleven are not', async () => {
    const hops =
      (count: number): Answer =>
      (request, response, index) =>
        (index < count ? redirect(`/${index}`) : serve(BODY))(request, response, index)
    const good = await start(hops(10))
    expect(await client().http.getBytes(good.request(), limits())).toEqual(BODY)
    const loop = await start(hops(11))
    expect((await failure(client().http.getBytes(loop.request(), limits()))).message).toContain(
      'redirects more than 10 times',
    )
  })

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/', 'data:text/plain,a', 'http://'])(
    '%s is refused',
    async (location) => {
      const server = await start(redirect(location))
      expect((await failure(client().http.getBytes(server.request(), limits()))).code).toBe('E_SOURCE_INVALID')
    },
  )

  test('what makes no sense is said with what to do', async () => {
    const server = await start(status(302))
    expect(await failure(client().http.getBytes(server.request(), limits()))).toMatchObject({
      code: 'E_SOURCE_INVALID',
      hint: expect.stringContaining('between'),
    })
  })

  test('a redirect to nowhere is refused', async () => {
    const server = await start(status(302))
    expect((await failure(client().http.getBytes(server.request(), limits()))).message).toContain(
      'redirects to nowhere',
    )
  })

  test('the body of a redirect is not read without end', async () => {
    const endless: Answer = (_request, response) => {
      response.writeHead(302, { location: '/b' })
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', more)
      more()
    }
    const server = await start(sequence(endless, serve(BODY)))
    expect(await client().http.getBytes(server.request(), limits())).toEqual(BODY)
  })
})

describe('S-10.9 bounds', () => {
  const chunked: Answer = (_request, response) => {
    response.write(BODY.subarray(0, 200_000))
    response.end(BODY.subarray(200_000))
  }

  test.each([
    ['announced', serve(BODY)],
    ['not announced', chunked],
  ])('an answer that is too large, %s', async (_name, answer) => {
    const server = await start(answer)
    const sink = new ListSink()
    const error = await failure(client().http.download(server.request(), sink, limits(BODY.length - 1)))
    expect(error.code).toBe('E_SOURCE_INVALID')
    expect(error.message).toContain('larger than 299999 bytes')
    expect(sink.kept).toBeLessThan(BODY.length)
    expect(server.requests.length).toBe(1)
    await client().http.download(server.request(), sink, limits(BODY.length))
    expect(sink.kept).toBe(BODY.length)
  })

  test('a small answer may be gzipped, and is bounded after that too', async () => {
    const zipped: Answer = (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(100_000)))
    const server = await start(zipped)
    expect(await client().http.getBytes(server.request(), limits(100_000))).toEqual(Buffer.alloc(100_000))
    expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip')
    expect((await failure(client().http.getBytes(server.request(), limits(99_999)))).message).toContain(
      'larger than 99999 bytes',
    )
  })

  test.each([
    ['gzip', gzipSync(BODY).subarray(0, 500)],
    ['br', BODY],
  ])('an answer whose %s cannot be read', async (encoding, body) => {
    const server = await start(
      (_request, response) => void response.writeHead(200, { 'content-encoding': encoding }).end(body),
    )
    expect((await failure(client().http.getBytes(server.request(), limits()))).code).toBe('E_SOURCE_INVALID')
  })

  test('a download is taken as it comes', async () => {
    const server = await start(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BODY),
    )
    const sink = new ListSink()
    await client().http.download(server.request(), sink, limits())
    expect(sink.bytes.equals(BODY)).toBe(true)
    expect(server.requests[0]?.headers['accept-encoding']).toBe('identity')
  })

  test('what the sink throws ends the download as it is', async () => {
    const server = await start(serve(BODY))
    const full = new Error('no space')
    const sink = new ListSink()
    sink.write = () => {
      throw full
    }
    await expect(client().http.download(server.request(), sink, limits())).rejects.toBe(full)
    expect(server.requests.length).toBe(1)
  })
})

describe('S-10.10 errors hold no secrets', () => {
  test('neither header nor user nor query is in message, details or stack', async () => {
    const server = await start(status(403))
    // Words that no path of a machine holds, for the stack names files.
    const url = `http://us3r:passw0rd@${server.origin.slice(7)}/private.tgz?t0ken=qu3ry`
    const error = await failure(
      client().http.getBytes({ ...server.request('/', { authorization: 'Bearer hunter2' }), url }, limits()),
    )
    const text = `${error.stack} ${JSON.stringify(error)} ${error.hint}`
    for (const secret of ['hunter2', 'us3r', 'passw0rd', 't0ken', 'qu3ry']) expect(text).not.toContain(secret)
    expect(text).toContain('/private.tgz')
  })

  test('redactUrl keeps what is no secret', () => {
    expect(redactUrl('https://a:b@example.org:8443/x/y?c=d#e')).toBe('https://example.org:8443/x/y')
    expect(redactUrl('http://[')).toBe('(not an address)')
  })

  test.each(['', 'file:///etc/passwd', '/relative', 'http://['])('%j is no address', async (url) => {
    expect((await failure(client().http.getBytes({ url, headers: {}, agent: null }, limits()))).code).toBe(
      'E_SOURCE_INVALID',
    )
  })

  test('a header that cannot be sent is a fault of the configuration', async () => {
    const server = await start(serve(BODY))
    const error = await failure(
      client().http.getBytes(server.request('/', { authorization: 'Bearer hunter2\n' }), limits()),
    )
    expect(error.code).toBe('E_CONFIG')
    expect(error.message).not.toContain('hunter2')
  })
})

describe('S-10.11 refused and missing', () => {
  test.each([401, 403])('%i', async (code) => {
    const server = await start(status(code))
    expect((await failure(client().http.getBytes(server.request(), limits()))).code).toBe('E_AUTH')
    expect(server.requests.length).toBe(1)
  })

  test.each([404, 410])('%i', async (code) => {
    const server = await start(status(code))
    expect(await client().http.getBytes(server.request(), limits())).toBeNull()
    expect(await client().http.download(server.request(), new ListSink(), limits())).toBe(false)
  })
})

test('S-10.12 offline makes no connection', async () => {
  const server = await start(serve(BODY))
  const error = await failure(client({ offline: true }).http.getBytes(server.request(), limits()))
  expect(error.code).toBe('E_OFFLINE')
  expect(server.requests.length).toBe(0)
})

describe('S-10.13 stopping', () => {
  test('in the middle of an answer', async () => {
    const controller = new AbortController()
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-length': BODY.length })
      response.write(BODY.subarray(0, 1000), () => controller.abort())
    })
    const error = await failure(client().http.getBytes(server.request(), { maxBytes: 1e9, signal: controller.signal }))
    expect(error.code).toBe('E_CANCELLED')
    expect(server.requests.length).toBe(1)
  })

  test('while it waits to try again', async () => {
    const controller = new AbortController()
    const server = await start((request, response, count) => {
      response.on('close', () => controller.abort())
      status(503, { 'retry-after': '60' })(request, response, count)
    })
    const http = new HttpClient(new NodeHost())
    const error = await failure(http.getBytes(server.request(), { maxBytes: 1e9, signal: controller.signal }))
    expect(error.code).toBe('E_CANCELLED')
  })

  test('before it began', async () => {
    const server = await start(serve(BODY))
    const error = await failure(
      client().http.getBytes(server.request(), { maxBytes: 1e9, signal: AbortSignal.abort() }),
    )
    expect(error.code).toBe('E_CANCELLED')
    expect(server.requests.length).toBe(0)
  })
})

describe('S-10.14 connections', () => {
  test('no more than allowed are open at once, and every request is served', async () => {
    const held: (() => void)[] = []
    const server = await start((_request, response) => {
      held.push(() => response.end('ok'))
      if (held.length === 4) for (const answer of held.splice(0)) answer()
    })
    const { http } = client({ sockets: 4 })
    const answers = await Promise.all(
      Array.from({ length: 48 }, (_, index) => http.getBytes(server.request(`/${index}`), limits())),
    )
    expect(answers.every((answer) => answer?.toString() === 'ok')).toBe(true)
    expect(new Set(server.requests.map((request) => request.socket.remotePort)).size).toBe(4)
  })

  test('a connection is used again, also after a 404', async () => {
    const server = await start(sequence(status(404), serve(BODY)))
    const { http } = client()
    for (let count = 0; count < 5; count++) await http.getBytes(server.request(), limits())
    expect(new Set(server.requests.map((request) => request.socket.remotePort)).size).toBe(1)
  })
})

// With npm's agent, and with Node's own where no variable names a proxy.
describe.each([true, false])('S-10.15 proxies and certificates, variables for proxies: %s', (proxyVariables) => {
  const client = () => clientWith({ proxyVariables })
  const certificate = readFileSync(new URL('../../fixtures/tls/loopback.crt', import.meta.url), 'utf8')
  const key = readFileSync(new URL('../../fixtures/tls/loopback.key', import.meta.url), 'utf8')

  async function startTls(answer: Answer): Promise<{ readonly origin: string; connections: number }> {
    const server = createTlsServer({ cert: certificate, key }, (request, response) => answer(request, response, 0))
    const tls = { origin: '', connections: 0 }
    server.on('connection', () => {
      tls.connections += 1
    })
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(async () => {
      server.closeAllConnections()
      server.close()
    })
    tls.origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    return tls
  }

  test('a certificate authority of the request is trusted', async () => {
    const tls = await startTls(serve(BODY))
    const agent = { ca: certificate, noProxy: '127.0.0.1' }
    expect(await client().http.getBytes({ url: tls.origin, headers: {}, agent }, limits())).toEqual(BODY)
  })

  test('strict-ssl can be switched off', async () => {
    const tls = await startTls(serve(BODY))
    const agent = { strictSSL: false, noProxy: '127.0.0.1' }
    expect(await client().http.getBytes({ url: tls.origin, headers: {}, agent }, limits())).toEqual(BODY)
  })

  test('another certificate is not, and is not tried again', async () => {
    const tls = await startTls(serve(BODY))
    const error = await failure(
      client().http.getBytes({ url: tls.origin, headers: {}, agent: { noProxy: '127.0.0.1' } }, limits()),
    )
    expect(error.code).toBe('E_SOURCE_UNAVAILABLE')
    expect(error.message).toContain('certificate that is not trusted')
    // Nobody asked on behalf of npm, whose `cafile` is not looked at here.
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS')
    expect(error.hint).not.toContain('npm')
    const advice = { untrusted: 'Set `cafile`.' }
    const told = await failure(
      client().http.getBytes({ url: tls.origin, headers: {}, agent: { noProxy: '127.0.0.1' }, advice }, limits()),
    )
    expect(told.hint).toBe(advice.untrusted)
    expect(tls.connections).toBe(2)
  })

  test('S-10.8 no redirect leads from https to http', async () => {
    const plain = await start(serve(BODY))
    const tls = await startTls(status(302, { location: `${plain.origin}/` }))
    const agent = { ca: certificate, noProxy: '127.0.0.1' }
    const error = await failure(client().http.getBytes({ url: tls.origin, headers: {}, agent }, limits()))
    expect(error.code).toBe('E_SOURCE_INVALID')
    expect(plain.requests.length).toBe(0)
  })

  test('a proxy is asked for the whole address', async () => {
    const proxy = await start(serve(BODY))
    const agent = { proxy: proxy.origin }
    expect(await client().http.getBytes({ url: 'http://registry.invalid/a', headers: {}, agent }, limits())).toEqual(
      BODY,
    )
    expect(proxy.requests[0]?.url).toBe('http://registry.invalid/a')
  })

  test('but not for what noproxy names', async () => {
    const proxy = await start(status(500))
    const server = await start(serve(BODY))
    const agent = { proxy: proxy.origin, noProxy: 'example.org, 127.0.0.1' }
    expect(await client().http.getBytes({ ...server.request(), agent }, limits())).toEqual(BODY)
    expect(proxy.requests.length).toBe(0)
  })
})
