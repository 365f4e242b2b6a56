// Reading that remembers what it saw, so that whoever has a result can tell later, without reading again, whether it would be the same.
// "What was read" is never listed by hand: it is what was asked for, absent files and every symlink on the way included.

import { dirname } from 'node:path'
import { systemCode } from '../core/errors.ts'
import { temporaryPath } from './durable.ts'
import type { DirectoryEntry, FileStat, Host } from './host.ts'

/** The part of a Host that only reads. */
export type Reader = Pick<Host, 'stat' | 'readFile' | 'readDirectory' | 'readLink' | 'realPath'>

/** As many as Linux follows. */
const MAX_LINKS = 40
/** Between file systems, clocks may differ, and FAT counts in two seconds. */
const FOREIGN_MS = 2_000

/** What changes with the content or mode of a file, the names in a directory, the target of a link; it does not follow a link. */
export function mark(stat: FileStat | null): string {
  return stat === null ? 'absent' : `${stat.device}:${stat.inode}:${stat.size}:${stat.modifiedMs}:${stat.changedMs}`
}

export class Watch implements Reader {
  readonly #host: Host
  /** Written just before the first look, so its time is what a change at that moment gets, whatever clock the file system goes by. */
  readonly #start: FileStat | null
  /** As they were before anything was read of them. */
  readonly #seen = new Map<string, FileStat | null>()
  /** What is known to be no link. */
  readonly #plain = new Set<string>()

  /** `directory` is where a file may be written for a moment, on the file system of what will be read. */
  constructor(host: Host, directory: string) {
    this.#host = host
    this.#start = writtenNow(host, directory)
  }

  stat(path: string): FileStat | null {
    return this.#keep(path, this.#host.stat(path))
  }

  readFile(path: string): Buffer | null {
    this.#look(this.#follow(path))
    return this.#host.readFile(path)
  }

  readDirectory(path: string): readonly DirectoryEntry[] {
    this.#look(this.#follow(path))
    return this.#host.readDirectory(path)
  }

  readLink(path: string): string | null {
    this.#look(path)
    return this.#host.readLink(path)
  }

  /** Only the links on the way count, not what is at the end. */
  realPath(path: string): string | null {
    this.#follow(path)
    return this.#host.realPath(path)
  }

  /**
   * Path → mark of everything that was looked at; null when some of it changed since, or changed so shortly before that another change
   * would not show.
   */
  marks(): Readonly<Record<string, string>> | null {
    const marks: Record<string, string> = {}
    for (const [path, before] of this.#seen) {
      if (before !== null && !this.#isSettled(before)) return null
      marks[path] = mark(before)
      if (mark(this.#host.stat(path)) !== marks[path]) return null
    }
    return marks
  }

  #isSettled(stat: FileStat): boolean {
    if (this.#start === null) return false
    const margin = stat.device === this.#start.device ? 0 : FOREIGN_MS
    return stat.changedMs < this.#start.changedMs - margin
  }

  #look(path: string): void {
    if (!this.#seen.has(path)) this.#keep(path, this.#host.stat(path))
  }

  #keep(path: string, stat: FileStat | null): FileStat | null {
    if (!this.#seen.has(path)) this.#seen.set(path, stat)
    return stat
  }

  /** Where a path leads, having seen every link that it leads through, at its end or before. */
  #follow(path: string, hops = 0): string {
    const parts = path.split('/')
    for (let length = 2; length <= parts.length; length++) {
      const place = parts.slice(0, length).join('/')
      if (this.#plain.has(place)) continue
      const stat = this.#seen.get(place) ?? this.#host.stat(place)
      if (stat?.kind !== 'symlink' || hops === MAX_LINKS) {
        this.#plain.add(place)
        continue
      }
      this.#keep(place, stat)
      const target = this.#host.readLink(place) ?? ''
      // Not normalised: what `..` means behind another link is for the kernel to say.
      const next = target.startsWith('/') ? target : `${dirname(place)}/${target}`
      return this.#follow([next, ...parts.slice(length)].join('/'), hops + 1)
    }
    return path
  }
}

/** A file's state right after it was written; null where none can be written. */
function writtenNow(host: Host, directory: string): FileStat | null {
  const path = temporaryPath(host, directory)
  try {
    host.close(host.createFile(path, 0o644))
    const stat = host.stat(path)
    host.unlink(path)
    return stat
  } catch (error) {
    if (systemCode(error) === null) throw error
    return null
  }
}
