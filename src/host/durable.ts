// How a change becomes visible at once and stays: write aside, fsync, rename, fsync the directory. What each change means, and
// who may make it, is for the caller to know.

import { dirname } from 'node:path'
import { systemCode } from '../core/errors.ts'
import type { Host } from './host.ts'

export interface WriteOptions {
  readonly mode?: number
  /** Where the file is written first: a directory on the same file system; the file's own unless given. */
  readonly temporary?: string
  /**
   * False for records that can be made again: what a power failure loses is then written anew. `'content'` leaves the directory to the
   * caller, who syncs it once for several files. Default true.
   */
  readonly sync?: boolean | 'content'
}

/** After this the file holds exactly `content`; before, what it held. Replaces a symlink rather than following it. */
export function writeFileAtomic(
  host: Host,
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const temporary = temporaryPath(host, options.temporary ?? dirname(path))
  const sync = options.sync ?? true
  try {
    writeExclusive(host, temporary, bytes, { mode: options.mode ?? 0o644, sync: sync !== false })
    // Commit point: the new content is complete on disk and takes the old one's name.
    host.rename(temporary, path)
  } catch (error) {
    discard(host, temporary)
    throw error
  }
  if (sync === true) host.syncDirectory(dirname(path))
}

/** Makes `path` a symlink to `target`, whether or not there was one; there is no moment without it. */
export function replaceSymlink(
  host: Host,
  target: string,
  path: string,
  options: Omit<WriteOptions, 'mode'> = {},
): void {
  const temporary = temporaryPath(host, options.temporary ?? dirname(path))
  try {
    host.symlink(target, temporary)
    // Commit point: the new link takes the old one's name.
    host.rename(temporary, path)
  } catch (error) {
    discard(host, temporary)
    throw error
  }
  if (options.sync ?? true) host.syncDirectory(dirname(path))
}

/**
 * For hints, which only make a later run faster, and for tidying up, beside work whose outcome stands already: what the file system refuses (a
 * full disk, a cache that was deleted meanwhile) is no error.
 */
export function ifPossible(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (systemCode(error) === null) throw error
  }
}

/**
 * Gives a finished file or directory its final name. False when there is something of that name already, which stays as it is;
 * only an empty directory, or a file in a file's place, is replaced.
 */
export function publish(host: Host, staging: string, path: string): boolean {
  try {
    host.rename(staging, path)
    return true
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
    throw error
  }
}

/** Makes a directory and those above it that are missing. */
export function makeDirectories(host: Host, path: string): void {
  if (host.stat(path) !== null) return
  try {
    makeDirectory(host, path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    makeDirectories(host, dirname(path))
    // Once more and not again: there are file systems (/proc) that say ENOENT though the directory above is there.
    makeDirectory(host, path)
  }
}

/** Another process may make the same one at the same moment. */
function makeDirectory(host: Host, path: string): void {
  try {
    host.makeDirectory(path, 0o755)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

/** A new name in `directory`. Random, never from the pid: pids repeat across containers that share a store. */
export function temporaryPath(host: Host, directory: string): string {
  return `${directory}/.tenon-${host.random(8)}`
}

/**
 * Takes away what writes that were killed left in `directory`, if that is there. They are known by their names, and by their age that no
 * process is still about to use them.
 */
export function dropAbandoned(host: Host, directory: string): void {
  if (host.stat(directory)?.kind !== 'directory') return
  for (const { name } of host.readDirectory(directory)) {
    if (!/^\.tenon-[0-9a-f]{16}$/.test(name)) continue
    const path = `${directory}/${name}`
    const stat = host.stat(path)
    const isAbandoned = (stat?.changedMs ?? Number.POSITIVE_INFINITY) < host.now() - ABANDONED_MS
    if (isAbandoned && stat?.kind !== 'directory') ifPossible(() => host.unlink(path))
  }
}

/** A day: no write takes that long. */
const ABANDONED_MS = 86_400_000

/**
 * Writes a file where none is, with the mode 0644; false, and nothing is done, when there is something. It is not atomic: for what is known to be
 * whole by its content, and of which only a half is left by a crash or a full disk.
 */
export function writeNewFile(host: Host, path: string, content: string): boolean {
  try {
    writeExclusive(host, path, Buffer.from(content), { mode: 0o644, sync: false })
    return true
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
    return false
  }
}

function writeExclusive(
  host: Host,
  path: string,
  bytes: Uint8Array,
  options: { readonly mode: number; readonly sync: boolean },
): void {
  const handle = host.createFile(path, options.mode)
  try {
    host.write(handle, bytes, 0, bytes.length)
    if (options.sync) host.syncFile(handle)
  } finally {
    host.close(handle)
  }
}

/** Takes away what a failed change left aside. What cannot be removed now `dropAbandoned` removes later; the first error is the one that counts. */
function discard(host: Host, path: string): void {
  ifPossible(() => host.unlink(path))
}
