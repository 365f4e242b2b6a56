// The artifact cache: what comes in, what is kept, who may be killed when.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { integrityFileName, integrityOf } from '../../../src/core/digest.ts'
import { isToolError, type ToolError } from '../../../src/core/errors.ts'
import type { Host } from '../../../src/host/host.ts'
import { HttpClient, type HttpOptions, type HttpRequest } from '../../../src/host/http.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { ArtifactCache, type FileArtifact } from '../../../src/store/artifacts.ts'
import { CachedArtifacts } from '../../../src/store/cached-artifacts.ts'
import { type Answer, breakAfter, FileServer, sequence, serve, status } from '../../support/file-server.ts'
import { SleptHost } from '../../support/slept-host.ts'

const MEBIBYTE = 1024 * 1024
const SMALL = Buffer.from('a small package')
/** More than is kept in memory. */
const BIG = Buffer.alloc(12 * MEBIBYTE, 'Tenon and mortise. ')
const cleanups: (() => unknown)[] = []
let root: string

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'tenon-artifacts-'))
  root = join(directory, 'cache', 'artifacts')
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }))
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(answer: Answer): Promise<FileServer> {
  const server = await FileServer.start(answer)
  cleanups.push(() => server.stop())
  return server
}

function open(options: HttpOptions = {}, host: Host = new SleptHost()): ArtifactCache {
  return new ArtifactCache(root, host, new HttpClient(host, options))
}

function artifactOf(bytes: Buffer, size: number | null = null): FileArtifact {
  return {
    kind: 'file',
    source: 'npm',
    package: 'dove',
    name: 'dove-1.0.0.tgz',
    size,
    integrity: integrityOf(bytes, 'sha512'),
  }
}

function places(...requests: readonly HttpRequest[]): () => AsyncIterable<HttpRequest> {
  return async function* () {
    yield* requests
  }
}

const options = () => ({ signal: new AbortController().signal })
const finished = () => (existsSync(root) ? readdirSync(root).filter((name) => name !== 'partial') : [])
const partial = () => (existsSync(join(root, 'partial')) ? readdirSync(join(root, 'partial')) : [])
const ranges = (server: FileServer) => server.requests.map((request) => request.headers.range ?? null)

async function failure(work: Promise<unknown>): Promise<ToolError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  )
  if (isToolError(error)) return error
  throw error
}

/** Waits, by looking again, until something is so; the test has no other way to see into another process. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('S-10.1 what is in the cache has matched', () => {
  test.each([
    ['a small one', SMALL],
    ['a big one', BIG],
    ['an empty one', Buffer.alloc(0)],
  ])('%s', async (_name, bytes) => {
    const server = await start(serve(bytes))
    const cache = open()
    const artifact = artifactOf(bytes)
    expect(cache.has(artifact.integrity)).toBe(false)
    expect(await cache.fetch(artifact, places(server.request()), options())).toBe(bytes.length)
    expect(cache.has(artifact.integrity)).toBe(true)
    expect(readFileSync(cache.path(artifact.integrity)).equals(bytes)).toBe(true)
    expect(cache.readVerified(artifact.integrity).equals(bytes)).toBe(true)
    expect(finished()).toEqual([integrityFileName(artifact.integrity)])
    expect(partial()).toEqual([])
  })

  test('what was downloaded just now is at hand once, and it is what the cache has', async () => {
    const server = await start(serve(SMALL))
    const cache = open()
    const { integrity } = artifactOf(SMALL)
    expect(cache.takeFresh(integrity)).toBe(null)
    await cache.fetch(artifactOf(SMALL), places(server.request()), options())
    const fresh = cache.takeFresh(integrity)
    expect(fresh?.equals(SMALL)).toBe(true)
    // Their memory is nobody else's, so that it can go to another thread.
    expect(fresh?.buffer.byteLength).toBe(SMALL.length)
    expect(cache.takeFresh(integrity)).toBe(null)
    expect(cache.readVerified(integrity).equals(SMALL)).toBe(true)
  })

  test('what is there is not asked for again', async () => {
    const server = await start(serve(SMALL))
    const cache = open()
    await cache.fetch(artifactOf(SMALL), places(server.request()), options())
    expect(await cache.fetch(artifactOf(SMALL), places(server.request()), options())).toBe(SMALL.length)
    expect(server.requests.length).toBe(1)
  })

  test('the pieces are told as they arrive', async () => {
    const server = await start(serve(BIG))
    let told = 0
    await open().fetch(artifactOf(BIG), places(server.request()), { ...options(), onBytes: (count) => (told += count) })
    expect(told).toBe(BIG.length)
  })

  test('bytes that are here already can be added, if they match', () => {
    const cache = open()
    const { integrity } = artifactOf(SMALL)
    cache.add(integrity, SMALL)
    expect(cache.readVerified(integrity).equals(SMALL)).toBe(true)
    expect(() => cache.add(integrity, BIG)).toThrow(expect.objectContaining({ code: 'E_INTEGRITY' }))
  })
})

describe('S-10.2 wrong bytes', () => {
  const wrong = Buffer.from('tampered with!!')

  test('are asked for once more', async () => {
    const server = await start(sequence(serve(wrong), serve(SMALL)))
    const cache = open()
    await cache.fetch(artifactOf(SMALL), places(server.request()), options())
    expect(cache.readVerified(artifactOf(SMALL).integrity).equals(SMALL)).toBe(true)
  })

  test.each([
    ['small', SMALL, wrong],
    ['big', BIG, Buffer.alloc(BIG.length, 'x')],
  ])('that stay wrong are an error and leave nothing: %s', async (_name, right, bytes) => {
    const server = await start(serve(bytes))
    const error = await failure(
      open().fetch(artifactOf(right), places(server.request('/dove.tgz?token=secret')), options()),
    )
    expect(error.code).toBe('E_INTEGRITY')
    expect(error.message).toContain('`dove-1.0.0.tgz` of `dove`')
    expect(error.details).toEqual({
      package: 'dove',
      file: 'dove-1.0.0.tgz',
      wanted: integrityOf(right, 'sha512'),
      found: integrityOf(bytes, 'sha512'),
      url: `${server.origin}/dove.tgz`,
    })
    expect(server.requests.length).toBe(2)
    expect([...finished(), ...partial()]).toEqual([])
  })

  test('that are too long are not read to their end', async () => {
    let sent = 0
    const endless: Answer = (_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(SMALL)) sent += SMALL.length
      }
      response.on('drain', more)
      more()
    }
    const server = await start(endless)
    const error = await failure(open().fetch(artifactOf(SMALL, SMALL.length), places(server.request()), options()))
    expect(error.code).toBe('E_INTEGRITY')
    expect(error.message).toContain(`longer than the ${SMALL.length} bytes`)
    expect(sent).toBeGreaterThan(0)
  })

  test('another place may have the right ones', async () => {
    const bad = await start(serve(wrong))
    const good = await start(serve(SMALL))
    await open().fetch(artifactOf(SMALL), places(bad.request(), good.request()), options())
    expect(bad.requests.length).toBe(2)
    expect(finished().length).toBe(1)
  })

  test('a wrong start that was left is found out and dropped', async () => {
    const artifact = artifactOf(BIG)
    open().add(integrityOf(SMALL), SMALL)
    writeFileSync(join(root, 'partial', integrityFileName(artifact.integrity)), Buffer.alloc(9 * MEBIBYTE, 'x'))
    const server = await start(serve(BIG))
    const cache = open()
    await cache.fetch(artifact, places(server.request()), options())
    expect(cache.readVerified(artifact.integrity).equals(BIG)).toBe(true)
    expect(ranges(server)).toEqual([`bytes=${9 * MEBIBYTE}-`, null])
    expect(partial()).toEqual([])
  })
})

describe('S-10.3 a broken download goes on', () => {
  test.each([
    ['in memory', 5],
    ['in a file', 9],
  ])('%s', async (_name, mebibytes) => {
    const server = await start(sequence(breakAfter(BIG, mebibytes * MEBIBYTE), serve(BIG)))
    const cache = open()
    await cache.fetch(artifactOf(BIG), places(server.request()), options())
    expect(cache.readVerified(artifactOf(BIG).integrity).equals(BIG)).toBe(true)
    expect(ranges(server)).toEqual([null, `bytes=${mebibytes * MEBIBYTE}-`])
  })

  test('also later, when it was given up', async () => {
    const server = await start(sequence(breakAfter(BIG, 9 * MEBIBYTE), status(503), status(503), serve(BIG)))
    const error = await failure(open({ attempts: 3 }).fetch(artifactOf(BIG), places(server.request()), options()))
    expect(error.code).toBe('E_SOURCE_UNAVAILABLE')
    expect(partial()).toEqual([integrityFileName(artifactOf(BIG).integrity)])
    await open().fetch(artifactOf(BIG), places(server.request()), options())
    expect(ranges(server).at(-1)).toBe(`bytes=${9 * MEBIBYTE}-`)
    expect(partial()).toEqual([])
  })

  test('also later, when it was stopped', async () => {
    const controller = new AbortController()
    const half: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': BIG.length })
      response.write(BIG.subarray(0, 10 * MEBIBYTE))
    }
    const server = await start(sequence(half, serve(BIG)))
    let told = 0
    const onBytes = (count: number) => {
      told += count
      if (told === 10 * MEBIBYTE) controller.abort()
    }
    const error = await failure(
      open().fetch(artifactOf(BIG), places(server.request()), { signal: controller.signal, onBytes }),
    )
    expect(error.code).toBe('E_CANCELLED')
    await open().fetch(artifactOf(BIG), places(server.request()), options())
    expect(ranges(server)).toEqual([null, `bytes=${10 * MEBIBYTE}-`])
  })

  test('also when the disk was full', async () => {
    class FullDisk extends SleptHost {
      left = 10 * MEBIBYTE
      override write(handle: number, buffer: Uint8Array, offset: number, length: number): void {
        super.write(handle, buffer, offset, Math.min(length, this.left))
        if (length > this.left)
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
        this.left -= length
      }
    }
    const server = await start(serve(BIG))
    const error = await failure(open({}, new FullDisk()).fetch(artifactOf(BIG), places(server.request()), options()))
    expect(error.code).toBe('E_STORE_IO')
    expect(error.message).toContain('the disk is full')
    expect(error.message).toContain('dove-1.0.0.tgz')
    const cache = open()
    await cache.fetch(artifactOf(BIG), places(server.request()), options())
    expect(ranges(server)).toEqual([null, `bytes=${10 * MEBIBYTE}-`])
    expect(cache.readVerified(artifactOf(BIG).integrity).equals(BIG)).toBe(true)
  })

  test('what is whole already needs no server', async () => {
    open().add(integrityOf(SMALL), SMALL)
    writeFileSync(join(root, 'partial', integrityFileName(artifactOf(BIG).integrity)), BIG)
    const server = await start(status(500))
    await open().fetch(artifactOf(BIG), places(server.request()), options())
    expect(server.requests.length).toBe(0)
  })
})

describe('S-10.4 many processes', () => {
  const script = fileURLToPath(new URL('../../support/fetch-artifact.ts', import.meta.url))

  function fetchElsewhere(server: FileServer): ChildProcess {
    const child = spawn(process.execPath, [script, root, server.request().url, artifactOf(BIG).integrity], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    cleanups.push(() => child.kill('SIGKILL'))
    return child
  }

  async function outcome(child: ChildProcess): Promise<string> {
    const text: string[] = []
    child.stderr?.on('data', (chunk) => text.push(String(chunk)))
    const [code, signal] = await once(child, 'close')
    return `${signal ?? code} ${text.join('')}`.trim()
  }

  const half: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': BIG.length })
    response.write(BIG.subarray(0, 10 * MEBIBYTE))
  }

  test('one that was killed in the middle leaves what the next goes on with', async () => {
    const server = await start(sequence(half, serve(BIG)))
    const child = fetchElsewhere(server)
    const ended = outcome(child)
    await until(() => partial().some((name) => statSync(join(root, 'partial', name)).size === 10 * MEBIBYTE))
    child.kill('SIGKILL')
    expect(await ended).toMatch(/^SIGKILL/)
    const cache = open()
    await cache.fetch(artifactOf(BIG), places(server.request()), options())
    expect(ranges(server)).toEqual([null, `bytes=${10 * MEBIBYTE}-`])
    expect(cache.readVerified(artifactOf(BIG).integrity).equals(BIG)).toBe(true)
  })

  test('two at once do not see each other, and one that starts later takes nothing away', async () => {
    let finish = () => {}
    const slow: Answer = (request, response, count) => {
      half(request, response, count)
      finish = () => response.end(BIG.subarray(10 * MEBIBYTE))
    }
    const server = await start(sequence(slow, serve(BIG)))
    const first = outcome(fetchElsewhere(server))
    await until(() => partial().length === 1)
    expect(await outcome(fetchElsewhere(server))).toBe('0')
    finish()
    expect(await first).toBe('0')
    expect(server.requests.length).toBe(2)
    expect(partial()).toEqual([])
    expect(open().readVerified(artifactOf(BIG).integrity).equals(BIG)).toBe(true)
  })

  test('six at once all succeed', async () => {
    const server = await start(serve(BIG))
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => outcome(fetchElsewhere(server))))
    expect(outcomes).toEqual(Array.from({ length: 6 }, () => '0'))
    expect(partial()).toEqual([])
  })

  test('what nobody has written to for long is removed with the next success', async () => {
    open().add(integrityOf(SMALL), SMALL)
    const name = integrityFileName(artifactOf(BIG).integrity)
    writeFileSync(join(root, 'partial', `${name}.0123`), BIG.subarray(0, MEBIBYTE))
    writeFileSync(join(root, 'partial', `${name}.4567`), BIG.subarray(0, MEBIBYTE))
    utimesSync(join(root, 'partial', `${name}.0123`), 0, 0)
    const server = await start(serve(BIG))
    await open().fetch(artifactOf(BIG), places(server.request()), options())
    expect(partial()).toEqual([`${name}.4567`])
  })

  test('within one process it is one download', async () => {
    const server = await start(serve(BIG))
    const cache = open()
    await Promise.all([1, 2, 3].map(() => cache.fetch(artifactOf(BIG), places(server.request()), options())))
    expect(server.requests.length).toBe(1)
  })

  test('which goes on while somebody waits for it', async () => {
    let finish = () => {}
    const slow: Answer = (request, response, count) => {
      half(request, response, count)
      finish = () => response.end(BIG.subarray(10 * MEBIBYTE))
    }
    const server = await start(slow)
    const cache = open()
    const controller = new AbortController()
    const stopped = failure(cache.fetch(artifactOf(BIG), places(server.request()), { signal: controller.signal }))
    const waiting = cache.fetch(artifactOf(BIG), places(server.request()), options())
    await until(() => partial().length === 1)
    controller.abort()
    expect((await stopped).code).toBe('E_CANCELLED')
    finish()
    expect(await waiting).toBe(BIG.length)
    expect(server.requests.length).toBe(1)
  })
})

describe('S-10.5 the cache may be deleted', () => {
  test('between two uses', async () => {
    const server = await start(serve(SMALL))
    const cache = open()
    const artifact = artifactOf(SMALL)
    await cache.fetch(artifact, places(server.request()), options())
    rmSync(root, { recursive: true })
    expect(() => cache.readVerified(artifact.integrity)).toThrow(
      expect.objectContaining({ code: 'E_INTEGRITY', details: expect.objectContaining({ found: null }) }),
    )
    await cache.fetch(artifact, places(server.request()), options())
    expect(cache.readVerified(artifact.integrity).equals(SMALL)).toBe(true)
  })

  test('in the middle of a download', async () => {
    const removing: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': BIG.length })
      response.write(BIG.subarray(0, 10 * MEBIBYTE))
      void until(() => partial().length === 1).then(() => {
        rmSync(root, { recursive: true })
        response.end(BIG.subarray(10 * MEBIBYTE))
      })
    }
    const server = await start(sequence(removing, serve(BIG)))
    const cache = open()
    await cache.fetch(artifactOf(BIG), places(server.request()), options())
    expect(cache.readVerified(artifactOf(BIG).integrity).equals(BIG)).toBe(true)
  })
})

describe('S-10.6 a cached copy is hashed before it is used', () => {
  test.each([
    ['another byte', Buffer.from('a Small package')],
    ['a byte less', SMALL.subarray(1)],
    ['nothing', Buffer.alloc(0)],
  ])('%s', async (_name, rotten) => {
    const server = await start(serve(SMALL))
    const cache = open()
    const artifact = artifactOf(SMALL)
    await cache.fetch(artifact, places(server.request()), options())
    writeFileSync(cache.path(artifact.integrity), rotten)
    expect(() => cache.readVerified(artifact.integrity)).toThrow(expect.objectContaining({ code: 'E_INTEGRITY' }))
    expect(cache.has(artifact.integrity)).toBe(false)
    await cache.fetch(artifact, places(server.request()), options())
    expect(cache.readVerified(artifact.integrity).equals(SMALL)).toBe(true)
  })

  test('by two readers at once, of whom one removes a rotten copy first', () => {
    const { integrity } = artifactOf(SMALL)
    class SlowHost extends NodeHost {
      override readFile(path: string): Buffer | null {
        const bytes = super.readFile(path)
        rmSync(path)
        return bytes
      }
    }
    open().add(integrity, SMALL)
    const reader = new CachedArtifacts(root, new SlowHost())
    writeFileSync(reader.path(integrity), 'rotten')
    expect(() => reader.readVerified(integrity)).toThrow(expect.objectContaining({ code: 'E_INTEGRITY' }))
  })

  test('a reader needs no network', () => {
    const { integrity } = artifactOf(SMALL)
    open().add(integrity, SMALL)
    expect(new CachedArtifacts(root, new NodeHost()).readVerified(integrity).equals(SMALL)).toBe(true)
  })
})

describe('S-10.11 places are asked in turn', () => {
  test('until one has it; later ones are not looked up', async () => {
    const first = await start(status(404))
    const second = await start(serve(SMALL))
    async function* locate() {
      yield first.request()
      yield second.request()
      throw new Error('nobody needs to look further')
    }
    await open().fetch(artifactOf(SMALL), locate, options())
    expect([first.requests.length, second.requests.length]).toEqual([1, 1])
  })

  test('none has it', async () => {
    const server = await start(status(404))
    const error = await failure(
      open().fetch(artifactOf(SMALL), places(server.request('/a'), server.request('/b')), options()),
    )
    expect(error.code).toBe('E_PACKAGE_NOT_FOUND')
    expect(error.message).toContain('`dove-1.0.0.tgz` of `dove`')
    // What to do, whoever configured the places knows.
    expect(error.hint).toBe('It may have been withdrawn or moved.')
    const advice = { missing: 'Ask the keepers.' }
    const told = await failure(open().fetch(artifactOf(SMALL), places({ ...server.request('/a'), advice }), options()))
    expect(told.hint).toBe(advice.missing)
  })

  test('the first fault is told, whatever the later places say', async () => {
    const server = await start(sequence(status(401), status(404)))
    const error = await failure(
      open().fetch(artifactOf(SMALL), places(server.request('/a'), server.request('/b')), options()),
    )
    expect(error.code).toBe('E_AUTH')
    expect(server.requests.length).toBe(2)
  })

  test('there is no place', async () => {
    expect((await failure(open().fetch(artifactOf(SMALL), places(), options()))).code).toBe('E_PACKAGE_NOT_FOUND')
  })
})

test('S-10.12 offline names the file that is missing, and gives what is cached', async () => {
  const server = await start(serve(SMALL))
  const cache = open({ offline: true })
  const artifact = artifactOf(SMALL)
  const error = await failure(cache.fetch(artifact, places(server.request()), options()))
  expect(error.code).toBe('E_OFFLINE')
  expect(error.message).toContain('dove-1.0.0.tgz')
  expect(server.requests.length).toBe(0)
  cache.add(artifact.integrity, SMALL)
  expect(await cache.fetch(artifact, places(server.request()), options())).toBe(SMALL.length)
})

test('a store that cannot be written is one clear error', async () => {
  class ReadOnly extends SleptHost {
    override openAppend(path: string): number {
      throw Object.assign(new Error(`EROFS: read-only file system, open '${path}'`), { code: 'EROFS', path })
    }
  }
  const server = await start(serve(SMALL))
  const error = await failure(open({}, new ReadOnly()).fetch(artifactOf(SMALL), places(server.request()), options()))
  expect(error.code).toBe('E_STORE_IO')
  expect(error.message).toContain('read-only')
})

describe('S-10.4 a crash at any change leaves the cache usable', () => {
  const CHANGES: ReadonlySet<string> = new Set(['makeDirectory', 'openAppend', 'write', 'truncate', 'rename', 'unlink'])
  const OFTEN_ENOUGH = 3

  /** Dies at the `at`-th change, before or after making it: from then on nothing changes any more. Writes after the third are not counted. */
  function dyingHost(at: number, when: 'before' | 'after'): { readonly host: Host; readonly isDead: () => boolean } {
    let changes = 0
    let writes = 0
    const host = new Proxy<Host>(new SleptHost(), {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver)
        if (typeof value !== 'function') return value
        return (...given: unknown[]) => {
          const call = () => Reflect.apply(value, target, given)
          if (!CHANGES.has(String(name))) return call()
          if (name === 'write' && ++writes > OFTEN_ENOUGH && changes < at) return call()
          changes += 1
          if (changes < at) return call()
          if (changes === at && when === 'after') call()
          throw new Error('died')
        }
      },
    })
    return { host, isDead: () => changes >= at }
  }

  const starts: readonly (readonly [string, Buffer, (name: string) => void])[] = [
    ['an empty cache', SMALL, () => undefined],
    [
      'a start that is free to take',
      BIG,
      (name) => writeFileSync(join(root, 'partial', name), BIG.subarray(0, 9 * MEBIBYTE)),
    ],
    ['a wrong start', BIG, (name) => writeFileSync(join(root, 'partial', name), Buffer.alloc(9 * MEBIBYTE))],
    [
      'a start that another one had',
      BIG,
      (name) => writeFileSync(join(root, 'partial', `${name}.0123`), BIG.subarray(0, 9 * MEBIBYTE)),
    ],
  ]
  for (const when of ['before', 'after'] as const) {
    test.each(starts)(`dying ${when} it: %s`, async (_name, bytes, prepare) => {
      const server = await start(serve(bytes))
      const artifact = artifactOf(bytes)
      for (let at = 1; ; at++) {
        rmSync(root, { recursive: true, force: true })
        if (bytes === BIG) {
          open().add(integrityOf(SMALL), SMALL)
          prepare(integrityFileName(artifact.integrity))
        }
        const { host, isDead } = dyingHost(at, when)
        const work = open({}, host).fetch(artifact, places(server.request()), options())
        await work.catch((error: unknown) => {
          if (!isDead()) throw error
        })
        const after = open()
        if (after.has(artifact.integrity)) expect(after.readVerified(artifact.integrity).equals(bytes)).toBe(true)
        expect(await after.fetch(artifact, places(server.request()), options())).toBe(bytes.length)
        expect(after.readVerified(artifact.integrity).equals(bytes)).toBe(true)
        if (!isDead()) {
          expect(at).toBeGreaterThan(3)
          return
        }
      }
    })
  }
})

test('S-10.6 what is taken out of the cache is hashed again before its path is given, and a copy that has rotted is gone', () => {
  const cache = new ArtifactCache(root, new NodeHost(), new HttpClient(new NodeHost(), { offline: true }))
  const integrity = integrityOf(SMALL, 'sha512')
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, integrityFileName(integrity)), SMALL)
  const taken = cache.take(integrity)
  expect(readFileSync(taken.path)).toEqual(SMALL)
  expect(cache.has(integrity)).toBe(false)
  taken.putBack()
  writeFileSync(cache.path(integrity), 'something else!')
  expect(() => cache.take(integrity)).toThrow(expect.objectContaining({ code: 'E_INTEGRITY' }))
  expect(cache.has(integrity)).toBe(false)
  expect(readdirSync(join(root, 'partial'))).toEqual([])
})

test('S-10.6 what is read piece by piece is hashed again before its path is given, and a copy that has rotted is gone', () => {
  const cache = new ArtifactCache(root, new NodeHost(), new HttpClient(new NodeHost(), { offline: true }))
  const integrity = integrityOf(SMALL, 'sha512')
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, integrityFileName(integrity)), SMALL)
  expect(readFileSync(cache.verify(integrity))).toEqual(SMALL)
  writeFileSync(join(root, integrityFileName(integrity)), 'something else!')
  expect(() => cache.verify(integrity)).toThrow(expect.objectContaining({ code: 'E_INTEGRITY' }))
  expect(cache.has(integrity)).toBe(false)
})
