// What small files hold, kept in memory for as long as the file at a path is the same one and was not changed: a look takes a fourth of the time
// that reading and parsing take. For files that are read again and again by one process. Whether a file may change is not asked here.

import type { FileStat, Host } from './host.ts'

export interface Remembered<T> {
  readonly value: T
  /** Of the file that holds it. */
  readonly stat: FileStat
}

/** Two changes that are closer together may leave a file with the same time, on any file system. */
const SETTLED_MS = 2000
const MOST_KEPT = 256

/** `parse` must depend on nothing but the bytes. What it returns is handed out again, so nobody may change it. */
export class FileMemory<T> {
  readonly #parse: (bytes: Buffer) => T
  readonly #kept = new Map<string, Remembered<T>>()

  constructor(parse: (bytes: Buffer) => T) {
    this.#parse = parse
  }

  /** Null when there is nothing at `path`. What is behind a symlink is read, and not kept. */
  read(host: Host, path: string): Remembered<T> | null {
    const stat = host.stat(path)
    if (stat === null) return null
    const kept = this.#kept.get(path)
    if (kept !== undefined && isSame(kept.stat, stat)) return kept
    this.#kept.delete(path)
    const start = host.now()
    const bytes = host.readFile(path)
    if (bytes === null) return null
    const read = { value: this.#parse(bytes), stat }
    // Who finds the same file later knows that it was the same when it was read, too.
    if (stat.kind === 'file' && isSettled(stat, start)) this.#keep(path, read)
    return read
  }

  #keep(path: string, read: Remembered<T>): void {
    this.#kept.set(path, read)
    if (this.#kept.size <= MOST_KEPT) return
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest)
      break
    }
  }
}

function isSettled({ modifiedMs, changedMs }: FileStat, now: number): boolean {
  return Math.max(modifiedMs, changedMs) < now - SETTLED_MS
}

function isSame(a: FileStat, b: FileStat): boolean {
  return (
    a.inode === b.inode &&
    a.changedMs === b.changedMs &&
    a.modifiedMs === b.modifiedMs &&
    a.size === b.size &&
    a.device === b.device
  )
}
