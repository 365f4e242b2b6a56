import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { acquireLease, type Lease, type LeaseMode, withLease } from '../../../src/host/lease.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()
const HOLDER = fileURLToPath(new URL('../../support/lease-holder.ts', import.meta.url))
const COUNTER = fileURLToPath(new URL('../../support/lease-counter.ts', import.meta.url))

async function take(directory: string, mode: LeaseMode, timeoutMs = 0, signal?: AbortSignal): Promise<Lease> {
  const lease = await acquireLease(host, directory, {
    name: 'store',
    what: 'the store',
    mode,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  })
  onTestFinished(() => lease.release())
  return lease
}

interface Holder {
  readonly process: ChildProcess
  /** The next line that it prints. */
  line(): Promise<string>
}

function startHolder(directory: string, mode: LeaseMode, timeoutMs = 0): Holder {
  const child = spawn(process.execPath, [HOLDER, directory, 'store', mode, String(timeoutMs)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { process: child, line: async () => String((await lines.next()).value) }
}

/** What is closed meanwhile is none. */
function isLink(path: string, target: string): boolean {
  try {
    return readlinkSync(path) === target
  } catch {
    return false
  }
}

describe('within one process', () => {
  test('S-5.13 many share, and an exclusive lease excludes all others', async () => {
    const directory = temporaryDirectory()
    const first = await take(directory, 'shared')
    const second = await take(directory, 'shared')
    await expect(take(directory, 'exclusive')).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
    first.release()
    await expect(take(directory, 'exclusive')).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
    second.release()
    const alone = await take(directory, 'exclusive')
    await expect(take(directory, 'shared')).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
    await expect(take(directory, 'exclusive')).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
    alone.release()
    alone.release()
    await take(directory, 'shared')
  })

  test('S-5.13 releasing one of two shared leases keeps the other, also for other processes', async () => {
    const directory = temporaryDirectory()
    const first = await take(directory, 'shared')
    await take(directory, 'shared')
    first.release()
    expect(await startHolder(directory, 'exclusive').line()).toBe('E_STORE_BUSY')
    expect(await startHolder(directory, 'shared').line()).toBe('held')
  })

  test('S-5.23 who waits to be alone is not passed by those that come later, who get theirs next', async () => {
    const directory = temporaryDirectory()
    const request = { name: 'store', what: 'the store', inTurn: true, timeoutMs: 600_000 } as const
    const held = await acquireLease(host, directory, { ...request, mode: 'shared' })
    const order: string[] = []
    const join = async (mode: LeaseMode, label: string) => {
      const lease = await acquireLease(host, directory, { ...request, mode })
      order.push(label)
      // Longer than anybody's pause between two looks.
      await host.sleep(150)
      lease.release()
    }
    const collector = join('exclusive', 'collector')
    await host.sleep(20)
    const readers = [join('shared', 'reader'), join('shared', 'reader')]
    await host.sleep(100)
    const refused = acquireLease(host, directory, { ...request, mode: 'shared', timeoutMs: 0 })
    await expect(refused).rejects.toMatchObject({ code: 'E_STORE_BUSY', details: { holders: [{ pid: process.pid }] } })
    expect(order).toEqual([])
    held.release()
    await collector
    // The readers have asked before this one.
    const second = join('exclusive', 'second collector')
    await Promise.all([...readers, second])
    expect(order).toEqual(['collector', 'reader', 'reader', 'second collector'])
  })

  test('S-5.23 readers without a pause between them do not keep out who wants to be alone', async () => {
    const directory = temporaryDirectory()
    const request = { name: 'store', what: 'the store', inTurn: true, timeoutMs: 600_000 } as const
    let isOver = false
    const read = async () => {
      while (!isOver) {
        const lease = await acquireLease(host, directory, { ...request, mode: 'shared' })
        await host.sleep(15)
        lease.release()
      }
    }
    const readers = [read()]
    for (let count = 1; count < 4; count++) {
      await host.sleep(4)
      readers.push(read())
    }
    const lease = await acquireLease(host, directory, { ...request, mode: 'exclusive' })
    lease.release()
    isOver = true
    await Promise.all(readers)
  })

  test('S-5.23 whoever holds the lease and waits for another who asks for it too waits a while, not for ever', async () => {
    const directory = temporaryDirectory()
    const request = { name: 'store', what: 'the store', inTurn: true } as const
    /** Its time passes as fast as it is waited for. */
    class HastyHost extends NodeHost {
      #slept = 0
      override now(): number {
        return super.now() + this.#slept
      }
      override async sleep(milliseconds: number): Promise<void> {
        this.#slept += milliseconds
        await super.sleep(milliseconds > 100 ? milliseconds : 1)
      }
    }
    const outer = await acquireLease(host, directory, { ...request, mode: 'shared' })
    const alone = acquireLease(new HastyHost(), directory, { ...request, mode: 'exclusive', timeoutMs: 3_600_000 })
    await host.sleep(10)
    const inner = await acquireLease(host, directory, { ...request, mode: 'shared', timeoutMs: 600_000 })
    inner.release()
    outer.release()
    const lease = await alone
    lease.release()
  })

  test('who waits gets the lease when it is released', async () => {
    const directory = temporaryDirectory()
    const first = await take(directory, 'exclusive')
    const waiting = take(directory, 'shared', 600_000)
    await host.sleep(20)
    first.release()
    await waiting
  })

  test('waiting stops when it is cancelled', async () => {
    const directory = temporaryDirectory()
    await take(directory, 'exclusive')
    const controller = new AbortController()
    const waiting = take(directory, 'shared', 600_000, controller.signal)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'E_CANCELLED' })
    await expect(take(directory, 'shared', 0, controller.signal)).rejects.toMatchObject({ code: 'E_CANCELLED' })
  })

  test('`withLease` releases also when its use fails', async () => {
    const directory = temporaryDirectory()
    const request = { name: 'store', what: 'the store', mode: 'exclusive', timeoutMs: 0 } as const
    await expect(withLease(host, directory, request, async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await withLease(host, directory, request, async () => 7)).toBe(7)
  })

  test('S-5.13 what was put in the place of a lease file is another lease, and one that was deleted is none', async () => {
    const directory = temporaryDirectory()
    // The second time the connection of the first is used again.
    for (const mode of ['exclusive', 'shared', 'exclusive'] as const) (await take(directory, mode)).release()
    renameSync(`${directory}/store`, `${directory}/old`)
    const holder = startHolder(directory, 'exclusive')
    expect(await holder.line()).toBe('held')
    await expect(take(directory, 'shared')).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
    holder.process.kill('SIGKILL')
    await once(holder.process, 'exit')
    const lease = await take(directory, 'exclusive')
    expect(readdirSync(directory).sort()).toEqual(['old', 'store'])
    const other = startHolder(directory, 'shared')
    expect(await other.line()).toBe('E_STORE_BUSY')
    lease.release()
    rmSync(`${directory}/store`)
    await take(directory, 'exclusive')
    expect(readdirSync(directory).sort()).toEqual(['old', 'store'])
  })

  test('S-5.13 a file that was opened for an earlier lease is closed soon, and holds nothing meanwhile', async () => {
    const directory = temporaryDirectory()
    const open = () => readdirSync('/proc/self/fd').filter((fd) => isLink(`/proc/self/fd/${fd}`, `${directory}/store`))
    for (let round = 0; round < 3; round++) (await take(directory, 'exclusive')).release()
    expect(open()).toHaveLength(1)
    const holder = startHolder(directory, 'exclusive')
    expect(await holder.line()).toBe('held')
    await expect.poll(open, { timeout: 20_000, interval: 50 }).toEqual([])
  })

  test('a lease leaves one empty file and no other', async () => {
    const directory = temporaryDirectory()
    for (const mode of ['shared', 'exclusive', 'shared'] as const) {
      const lease = await take(directory, mode)
      expect(readdirSync(directory)).toEqual(['store'])
      lease.release()
    }
    expect(readFileSync(`${directory}/store`)).toHaveLength(0)
  })
})

describe('between processes', () => {
  for (const [held, wanted, excluded] of [
    ['shared', 'shared', false],
    ['shared', 'exclusive', true],
    ['exclusive', 'shared', true],
    ['exclusive', 'exclusive', true],
  ] as const) {
    test(`S-5.13 a ${held} lease of another process ${excluded ? 'excludes' : 'allows'} a${wanted === 'shared' ? ' shared' : 'n exclusive'} one`, async () => {
      const directory = temporaryDirectory()
      const holder = startHolder(directory, held)
      expect(await holder.line()).toBe('held')
      const attempt = take(directory, wanted)
      if (excluded) await expect(attempt).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
      else await attempt
    })
  }

  test('S-5.13 a lease vanishes with its process, kill -9 included', async () => {
    const directory = temporaryDirectory()
    for (const mode of ['exclusive', 'shared'] as const) {
      const holder = startHolder(directory, mode)
      expect(await holder.line()).toBe('held')
      const waiting = take(directory, 'exclusive', 600_000)
      holder.process.kill('SIGKILL')
      await once(holder.process, 'exit')
      const lease = await waiting
      expect(readdirSync(directory)).toEqual(['store'])
      lease.release()
    }
  })

  test('S-5.14 the error names what is held, by which process, and what that runs', async () => {
    const directory = temporaryDirectory()
    const holder = startHolder(directory, 'exclusive')
    await holder.line()
    const error = await take(directory, 'shared').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'E_STORE_BUSY', message: expect.stringContaining('holds the store') })
    // Not every kernel tells who holds a lock.
    if (readFileSync('/proc/locks', 'utf8').includes(` ${holder.process.pid} `)) {
      expect(error).toMatchObject({
        message: expect.stringMatching(new RegExp(`process ${holder.process.pid} \\(.*lease-holder`, 'i')),
        details: { holders: [{ pid: holder.process.pid }] },
      })
    }
  })

  test('S-5.12 where no file can be made for a lease, the error says why', async () => {
    const full = new (class extends NodeHost {
      override makeDirectory(): never {
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
      }
    })()
    const request = { name: 'store', what: 'the store', mode: 'exclusive', timeoutMs: 0 } as const
    await expect(acquireLease(full, `${temporaryDirectory()}/leases`, request)).rejects.toMatchObject({
      code: 'E_STORE_IO',
      message: 'Could not take a lease on the store: the disk is full.',
      hint: expect.stringContaining('tenon gc'),
    })
  })

  test('S-5.14 of a process that is stopped the error says so, and what to do; nothing is lost when it goes on', async () => {
    const directory = temporaryDirectory()
    const holder = startHolder(directory, 'exclusive')
    await holder.line()
    const { pid = 0 } = holder.process
    holder.process.kill('SIGSTOP')
    while (!/\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await host.sleep(5)
    const error = await take(directory, 'shared', 50).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'E_STORE_BUSY' })
    if (readFileSync('/proc/locks', 'utf8').includes(` ${pid} `)) {
      expect(error).toMatchObject({
        message: expect.stringMatching(/lease-holder.*, which was begun [0-9]+ s ago and is stopped\) holds the store/),
        hint: expect.stringContaining(`kill -CONT ${pid}`),
        details: { holders: [{ pid, isStopped: true }] },
      })
    }
    holder.process.kill('SIGCONT')
    await expect(take(directory, 'shared')).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
    holder.process.stdin?.write('stop\n')
    expect(await holder.line()).toBe('released')
    ;(await take(directory, 'exclusive', 5000)).release()
  })

  test('S-5.13 six processes that count under an exclusive lease lose no step', { timeout: 120_000 }, async () => {
    const directory = temporaryDirectory()
    const path = `${directory}/number`
    writeFileSync(path, '0')
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, [COUNTER, `${directory}/leases`, path, '25'], { stdio: 'inherit' }),
    )
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
    expect(codes).toEqual([0, 0, 0, 0, 0, 0])
    expect(readFileSync(path, 'utf8')).toBe('150')
  })

  test('taking a lease prints no warning', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [HOLDER, temporaryDirectory(), 'store', 'shared', '0'], {
      input: 'stop\n',
      encoding: 'utf8',
    })
    expect({ stdout, stderr }).toEqual({ stdout: 'held\nreleased\n', stderr: '' })
  })
})

test('a directory that is missing is made; one that cannot be made is one clear error', async () => {
  const directory = temporaryDirectory()
  await take(`${directory}/a/b`, 'exclusive')
  writeFileSync(`${directory}/file`, '')
  await expect(take(`${directory}/file`, 'exclusive')).rejects.toMatchObject({ code: 'E_STORE_IO' })
})

test.runIf(process.getuid?.() === 0)('who may only read a lease can share it, but not have it alone', async () => {
  const directory = temporaryDirectory()
  chmodSync(directory, 0o755)
  mkdirSync(`${directory}/leases`)
  writeFileSync(`${directory}/leases/store`, '', { mode: 0o644 })
  const script = `
    const [, directory, mode] = process.argv
    const { acquireLease } = await import(${JSON.stringify(fileURLToPath(new URL('../../../src/host/lease.ts', import.meta.url)))})
    const { NodeHost } = await import(${JSON.stringify(fileURLToPath(new URL('../../../src/host/node-host.ts', import.meta.url)))})
    process.setgid(65534)
    process.setuid(65534)
    const request = { name: 'store', mode, what: 'the store', timeoutMs: 0 }
    console.log(await acquireLease(new NodeHost(), directory, request).then(() => 'held', (error) => error.code))`
  const run = (mode: LeaseMode): string =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script, `${directory}/leases`, mode], {
      encoding: 'utf8',
    }).stdout
  expect(run('shared')).toBe('held\n')
  expect(run('exclusive')).toBe('E_STORE_IO\n')
  await take(`${directory}/leases`, 'exclusive')
  expect(run('shared')).toBe('E_STORE_BUSY\n')
})

test('S-5.14 a clock that is set back while somebody waits makes nobody wait for longer', async () => {
  const directory = temporaryDirectory()
  /** An hour back when it was asked for the tenth time. */
  class SetBackHost extends NodeHost {
    #asked = 0
    override now(): number {
      return super.now() - (this.#asked++ < 10 ? 0 : 3_600_000)
    }
  }
  const request = { name: 'x', mode: 'exclusive', what: 'x' } as const
  const held = await acquireLease(new NodeHost(), directory, request)
  for (const inTurn of [false, true]) {
    const waiting = acquireLease(new SetBackHost(), directory, { ...request, inTurn, timeoutMs: 200 })
    await expect(waiting).rejects.toMatchObject({ code: 'E_STORE_BUSY' })
  }
  held.release()
})
