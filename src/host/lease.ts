// Leases: shared and exclusive claims on a name, between processes and between parts of one process, that vanish with their
// holder, kill -9 included. Node has no flock, but it brings SQLite, whose locks on a database file are the kernel's own. The
// file stays empty: a lease is an open transaction that never writes. Nothing here knows what a name stands for.

import type { DatabaseSync } from 'node:sqlite'
import { asStoreError, isToolError, systemCode, ToolError } from '../core/errors.ts'
import { makeDirectories } from './durable.ts'
import type { Host } from './host.ts'

export type LeaseMode = 'shared' | 'exclusive'

export interface LeaseRequest {
  /** A file name. */
  readonly name: string
  readonly mode: LeaseMode
  /** What is held, for the message: `the store`, `environment `dev``. */
  readonly what: string
  /** How long to wait; 30 seconds unless given. 0 asks once. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /**
   * Where both modes occur: who waits to be alone is not passed by those that come later, for `PATIENCE_MS` at a time. Everybody
   * who asks for this name must say so.
   */
  readonly inTurn?: boolean
}

export interface Lease {
  /** Again is harmless. */
  release(): void
}

const DEFAULT_TIMEOUT_MS = 30_000
/** Not for ever: whoever holds the lease may be waiting for a program that asks for it too. */
const PATIENCE_MS = 10_000
/** Longer than anybody's pause. */
const GAP_MS = 150
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_CANTOPEN = 14
/** Reading the schema is what takes the lock; it lasts as long as the transaction. */
const TAKE_SHARED = 'BEGIN; SELECT 1 FROM sqlite_schema'
const TAKE_EXCLUSIVE = 'BEGIN EXCLUSIVE'
/**
 * The same on a connection that was never exclusive. The journal is in memory, because a kill would leave one on disk behind. The write, which is
 * never committed, is there to fail where the file may only be read: SQLite would quietly begin a shared transaction instead.
 */
const TAKE_EXCLUSIVE_FIRST = 'PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version = 0'

/** Runs `use` under a lease. */
export async function withLease<T>(
  host: Host,
  directory: string,
  request: LeaseRequest,
  use: () => Promise<T>,
): Promise<T> {
  const lease = await acquireLease(host, directory, request)
  try {
    return await use()
  } finally {
    lease.release()
  }
}

/**
 * Waits for a lease on `request.name`, kept as a file in `directory`.
 * @throws ToolError E_STORE_BUSY when the time is up, E_STORE_IO when no lease can be had here at all, E_CANCELLED
 */
export async function acquireLease(host: Host, directory: string, request: LeaseRequest): Promise<Lease> {
  const path = `${directory}/${request.name}`
  // Mostly nobody else wants it.
  const free = request.inTurn === true ? null : tryLease(host, path, request)
  if (free !== null) return free
  const wait: Wait = { ...request, deadline: request.timeoutMs ?? DEFAULT_TIMEOUT_MS, clock: stopwatch(host) }
  const lease = request.inTurn === true ? await takeInTurn(host, path, wait) : await waitFor(host, path, wait)
  if (lease === null) throw await busy(host, path, request)
  return lease
}

interface Wait extends LeaseRequest {
  /** Milliseconds since the waiting began. */
  readonly clock: () => number
  readonly deadline: number
}

/** A clock that is set back must not make anybody wait for as long again. */
function stopwatch(host: Host): () => number {
  let last = host.now()
  let passed = 0
  return () => {
    const now = host.now()
    passed += Math.max(0, now - last)
    last = now
    return passed
  }
}

/** Null when the time is up. */
async function waitFor(host: Host, path: string, wait: Wait): Promise<Lease | null> {
  for (let attempt = 0; ; attempt++) {
    const lease = tryLease(host, path, wait)
    const left = wait.deadline - wait.clock()
    if (lease !== null || left <= 0) return lease
    await waitBriefly(host, Math.min(left, pauseLength(host, attempt)), wait.signal)
  }
}

/**
 * A second lease says whose turn it is. Who wants to be alone holds it while waiting, so that only those go first who were there before;
 * and they hold it together while they wait for somebody who is alone, so that nobody is alone twice before it is their turn.
 */
async function takeInTurn(host: Host, path: string, wait: Wait): Promise<Lease | null> {
  while (true) {
    const turn = await waitForTurn(host, path, wait)
    if (turn === null) return null
    const patience = wait.mode === 'shared' ? Number.POSITIVE_INFINITY : wait.clock() + PATIENCE_MS
    try {
      const lease = await waitFor(host, path, { ...wait, deadline: Math.min(wait.deadline, patience) })
      if (lease !== null || wait.clock() >= wait.deadline) return lease
    } finally {
      turn.release()
    }
    await waitBriefly(host, GAP_MS, wait.signal)
  }
}

async function waitForTurn(host: Host, path: string, wait: Wait): Promise<Lease | null> {
  try {
    return await waitFor(host, `${path}.turn`, wait)
  } catch (error) {
    // Where this file is missing and cannot be made, nobody could delete anything either.
    if (wait.mode === 'shared' && isToolError(error, 'E_STORE_IO')) return { release: () => undefined }
    throw error
  }
}

/** The lease if it is free now, otherwise null. */
function tryLease(host: Host, path: string, request: LeaseRequest): Lease | null {
  if (request.signal?.aborted === true) throw cancelled(request.signal.reason)
  const earlier = takeKept(host, path)
  try {
    return begin(earlier ?? openConnection(host, path, request.mode), request.mode)
  } catch (error) {
    const code = sqliteCode(error)
    if (code === SQLITE_BUSY) return null
    if (code === null) throw asStoreError(error, `take a lease on ${request.what}`)
    // What is wrong with one that was kept, opening the file again may mend.
    if (earlier !== null) return tryLease(host, path, request)
    throw new ToolError('E_STORE_IO', `Could not take a lease on ${request.what}: ${reasonOf(code)}.`, {
      details: { path },
      cause: error,
    })
  }
}

interface Connection {
  readonly database: DatabaseSync
  readonly path: string
  /** Which file that is; null when it cannot be known. */
  readonly file: string | null
  /** Whether an exclusive transaction has begun on it once. */
  wasExclusive: boolean
}

/** A connection that fails is closed, and with it whatever it held. */
function begin(connection: Connection, mode: LeaseMode): Lease {
  try {
    connection.database.exec(statementFor(connection, mode))
    if (mode === 'exclusive') connection.wasExclusive = true
  } catch (error) {
    connection.database.close()
    throw error
  }
  let isHeld = true
  return {
    release: () => {
      if (isHeld) end(connection)
      isHeld = false
    },
  }
}

function statementFor({ wasExclusive }: Connection, mode: LeaseMode): string {
  if (mode === 'shared') return TAKE_SHARED
  return wasExclusive ? TAKE_EXCLUSIVE : TAKE_EXCLUSIVE_FIRST
}

function end(connection: Connection): void {
  try {
    connection.database.exec('ROLLBACK')
    keep(connection)
  } catch {
    // Closing ends the transaction too.
    connection.database.close()
  }
}

function openConnection(host: Host, path: string, mode: LeaseMode): Connection {
  // Loaded here and not at the top: a verb that needs no lease must not pay for it.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  // A file that is put in its place before it is opened is another one than the next look finds.
  const file = fileAt(host, path)
  // SQLite would make it too, but not say why it cannot.
  if (file === null) makeFile(host, path)
  try {
    return { database: new DatabaseSync(path), path, file, wasExclusive: false }
  } catch (error) {
    if (sqliteCode(error) !== SQLITE_CANTOPEN || mode !== 'shared') throw error
    // A lease that others may only read can still be shared.
    return { database: new DatabaseSync(path, { readOnly: true }), path, file: null, wasExclusive: false }
  }
}

/** Root may be the first; it must be the store's user's all the same, who could never take the lease otherwise. */
function makeFile(host: Host, path: string): void {
  const directory = path.slice(0, path.lastIndexOf('/'))
  makeDirectories(host, directory)
  try {
    const handle = host.createFile(path, 0o644)
    try {
      host.giveToOwnerOf(directory, handle)
    } finally {
      host.close(handle)
    }
  } catch (error) {
    // Another made it.
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

/** Open and holding nothing, for the next lease on the same file: opening takes several times as long as all that a lease does. */
const kept: Connection[] = []
const MOST_KEPT = 4
/** Not longer, because an open file keeps a file system from being unmounted. */
const KEPT_MS = 1000
let willClose = false

function keep(connection: Connection): void {
  if (connection.file === null) {
    connection.database.close()
    return
  }
  kept.push(connection)
  if (kept.length > MOST_KEPT) kept.shift()?.database.close()
  if (!willClose) setTimeout(closeKept, KEPT_MS).unref()
  willClose = true
}

function closeKept(): void {
  for (const { database } of kept.splice(0)) database.close()
  willClose = false
}

/** One whose file is still the one at `path`. As long as it is open, no other file can have its number. */
function takeKept(host: Host, path: string): Connection | null {
  const index = kept.findIndex((connection) => connection.path === path)
  const [connection] = index === -1 ? [] : kept.splice(index, 1)
  if (connection === undefined || connection.file === fileAt(host, path)) return connection ?? null
  connection.database.close()
  return takeKept(host, path)
}

function fileAt(host: Host, path: string): string | null {
  const stat = host.stat(path)
  return stat === null ? null : `${stat.device}:${stat.inode}`
}

/** Grows from about 1 to about 50 ms, each between half and whole, so that waiting processes do not march in step. */
function pauseLength(host: Host, attempt: number): number {
  const longest = Math.min(50, 2 ** attempt)
  return longest * (0.5 + Number.parseInt(host.random(1), 16) / 512)
}

async function waitBriefly(host: Host, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await host.sleep(milliseconds, signal)
  } catch (error) {
    throw signal?.aborted === true ? cancelled(error) : error
  }
}

function cancelled(cause: unknown): ToolError {
  return new ToolError('E_CANCELLED', 'Stopped while waiting for another process.', { cause })
}

async function busy(host: Host, path: string, request: LeaseRequest): Promise<ToolError> {
  // Here and not at the top: hardly anybody waits in vain.
  const { adviceFor, describeHolder, findHolders } = await import('./lease-holders.ts')
  const holders = findHolders(host, [path, `${path}.turn`])
  const who = holders.length === 0 ? 'another process' : holders.map(describeHolder).join(' and ')
  return new ToolError('E_STORE_BUSY', `${who} holds ${request.what}.`, {
    details: { lease: request.name, holders: holders.map((holder) => ({ ...holder })) },
    hint: adviceFor(holders),
  })
}

function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || (error as { code?: unknown }).code !== 'ERR_SQLITE_ERROR') return null
  const code = (error as { errcode?: unknown }).errcode
  return typeof code === 'number' ? code & 0xff : null
}

function reasonOf(code: number): string {
  if (code === SQLITE_READONLY) return 'it is read-only here, or belongs to another user'
  if (code === SQLITE_CANTOPEN) return 'the lease file cannot be opened'
  return `SQLite says ${code}`
}
