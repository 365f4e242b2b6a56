// The real Host: Node's synchronous file system calls, one to one. It adds no policy, no retries and no durability of its own;
// that is durable.ts and lease.ts.

import {
  chmodSync,
  closeSync,
  constants,
  type Dirent,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdir,
  rmdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  unlink,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { systemCode } from '../core/errors.ts'
import type { DirectoryEntry, FileKind, FileStat, Host } from './host.ts'

/** What the system reads at once. Whatever may be larger is read in pieces. */
const MAX_FILE_BYTES = 0x7fffffff
/** Enough for every device that is read instead of a file. */
const MAX_DEVICE_BYTES = 1024 * 1024
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND
// A planted symlink or FIFO is an error or a harmless descriptor here, never a way out or a process that hangs.
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

export class NodeHost implements Host {
  constructor() {
    setUmask()
  }

  stat(path: string): FileStat | null {
    const stats = absent(() => lstatSync(path, { throwIfNoEntry: false }))
    return stats === null || stats === undefined ? null : fileStat(stats)
  }

  statText(path: string): string | null {
    const stats = absent(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }))
    if (stats === null || stats === undefined) return null
    const { dev, ino, size, mtimeNs, ctimeNs } = stats
    return `${dev}:${ino}:${size}:${seconds(mtimeNs)}:${seconds(ctimeNs)}`
  }

  readFile(path: string): Buffer | null {
    return absent(() => {
      // Opening a FIFO waits for somebody who writes, and no signal is heard meanwhile. What a shell passes as `<(…)` is waited for.
      const isPassed = /^\/(?:dev|proc\/[^/]+)\/fd\//.test(path)
      const handle = openSync(path, isPassed ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK)
      try {
        const stats = fstatSync(handle)
        if (stats.size > MAX_FILE_BYTES)
          throw Object.assign(new Error(`EFBIG: a file of ${stats.size} bytes, read '${path}'`), {
            code: 'EFBIG',
            path,
          })
        if (stats.isFile() && stats.size > 0) return readUpTo(handle, stats.size)
        if (stats.isDirectory())
          throw Object.assign(new Error(`EISDIR: a directory, read '${path}'`), { code: 'EISDIR', path })
        // Anybody can put a link to a device into a repository, and a device need not have an end.
        if (!isPassed && stats.isFIFO())
          throw Object.assign(new Error(`ESPIPE: a pipe, read '${path}'`), { code: 'ESPIPE', path })
        if (stats.isCharacterDevice() || stats.isBlockDevice()) return readDevice(handle, path)
        return readFileSync(handle)
      } finally {
        closeSync(handle)
      }
    })
  }

  readDirectory(path: string): readonly DirectoryEntry[] {
    const entries = unlessCut(path, () => readdirSync(path, { withFileTypes: true }))
    return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
  }

  readNames(path: string): readonly string[] {
    return unlessCut(path, () => readdirSync(path))
  }

  readLink(path: string): string | null {
    try {
      return absent(() => readlinkSync(path))
    } catch (error) {
      if (systemCode(error) !== 'EINVAL') throw error
      return null
    }
  }

  realPath(path: string): string | null {
    return absent(() => realpathSync.native(path))
  }

  openRead(path: string): number {
    return openSync(path, READ)
  }

  read(handle: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number {
    return readSync(handle, buffer, offset, length, position)
  }

  statHandle(handle: number): FileStat {
    return fileStat(fstatSync(handle))
  }

  close(handle: number): void {
    closeSync(handle)
  }

  makeDirectory(path: string, mode: number): void {
    mkdirSync(path, mode)
  }

  createFile(path: string, mode: number): number {
    return openSync(path, CREATE, mode)
  }

  openAppend(path: string, mode: number): number {
    return openSync(path, APPEND, mode)
  }

  write(handle: number, buffer: Uint8Array, offset: number, length: number, position?: number): void {
    for (let written = 0; written < length; ) {
      const at = position === undefined ? null : position + written
      written += writeSync(handle, buffer, offset + written, length - written, at)
    }
  }

  truncate(handle: number, size: number): void {
    ftruncateSync(handle, size)
  }

  syncFile(handle: number): void {
    fsyncSync(handle)
  }

  setHandleTime(handle: number, seconds: number): void {
    futimesSync(handle, seconds, seconds)
  }

  setTime(path: string, seconds: number): void {
    lutimesSync(path, seconds, seconds)
  }

  giveToOwnerOf(like: string, handle: number): void {
    if (process.getuid?.() !== 0) return
    const { uid, gid } = lstatSync(like)
    if (uid !== 0) fchownSync(handle, uid, gid)
  }

  setMode(path: string, mode: number): void {
    chmodSync(path, mode)
  }

  symlink(target: string, path: string): void {
    symlinkSync(target, path)
  }

  hardLink(existing: string, path: string): void {
    linkSync(existing, path)
  }

  rename(from: string, to: string): void {
    renameSync(from, to)
  }

  unlink(path: string): void {
    unlinkSync(path)
  }

  removeDirectory(path: string): void {
    rmdirSync(path)
  }

  startUnlink(path: string, done: (error: Error | null) => void): void {
    unlink(path, done)
  }

  startRemoveDirectory(path: string, done: (error: Error | null) => void): void {
    rmdir(path, done)
  }

  removeAll(path: string): void {
    rmSync(path, { recursive: true })
  }

  syncDirectory(path: string): void {
    const handle = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  }

  now(): number {
    return Date.now()
  }

  random(bytes: number): string {
    // For names that must not collide, never for secrets: the engine seeds this from the system, and `node:crypto` would take longer to
    // load than a whole rollback takes.
    let text = ''
    while (text.length < bytes * 2)
      text += Math.floor(Math.random() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, '0')
    return text.slice(0, bytes * 2)
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { setImmediate, setTimeout } = await import('node:timers/promises')
    const options = signal === undefined ? {} : { signal }
    if (milliseconds <= 0) await setImmediate(undefined, options)
    else await setTimeout(milliseconds, undefined, options)
  }

  async pause(_point: string): Promise<void> {}
}

/** Modes given to `createFile` and `makeDirectory` are exact for every user. Worker threads share their process's umask. */
function setUmask(): void {
  try {
    process.umask(0o022)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_UNSUPPORTED_OPERATION') throw error
  }
}

/** The answer, or null when there is nothing at the path or something that is no directory on the way. */
/** A link to a disk that is not there, say, is no directory that somebody removed. */
function unlessCut<T>(path: string, ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || !lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw error
    throw Object.assign(new Error(`ENOLINK: a link that leads nowhere, scandir '${path}'`), { code: 'ENOLINK', path })
  }
}

function absent<T>(ask: () => T): T | null {
  try {
    return ask()
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

function readUpTo(handle: number, size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size)
  let length = 0
  while (length < size) {
    const count = readSync(handle, buffer, length, size - length, null)
    if (count === 0) break
    length += count
  }
  return buffer.subarray(0, length)
}

/** What is read instead of a file, such as `/dev/null`. */
function readDevice(handle: number, path: string): Buffer {
  const bytes = readUpTo(handle, MAX_DEVICE_BYTES)
  if (bytes.length < MAX_DEVICE_BYTES) return bytes
  throw Object.assign(new Error(`EFBIG: a device without end, read '${path}'`), { code: 'EFBIG', path })
}

/** `1795403078.340726990` */
function seconds(nanoseconds: bigint): string {
  const digits = String(nanoseconds).padStart(10, '0')
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`
}

function fileStat(stats: Stats): FileStat {
  return {
    kind: kindOf(stats),
    mode: stats.mode & 0o7777,
    size: stats.size,
    allocated: stats.blocks * 512,
    device: stats.dev,
    inode: stats.ino,
    links: stats.nlink,
    modifiedMs: stats.mtimeMs,
    changedMs: stats.ctimeMs,
  }
}

function kindOf(entry: Stats | Dirent): FileKind {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  return entry.isSymbolicLink() ? 'symlink' : 'other'
}
