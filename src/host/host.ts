// Every effect on files, clock and randomness that Tenon has. Two implementations: NodeHost (real) and, in the tests, FaultyHost,
// which fails or tears the k-th mutating call. File operations are synchronous on purpose: in the hot loops a promise costs more
// than the system call (docs/performance.md). Network is http.ts, processes are process.ts.
//
// Every operation throws Node's own system errors (`code`: 'ENOENT', …) unless it says otherwise.

export type FileKind = 'file' | 'directory' | 'symlink' | 'other'

export interface FileStat {
  readonly kind: FileKind
  /** Permission bits. */
  readonly mode: number
  /** Bytes. */
  readonly size: number
  /** Bytes on disk. */
  readonly allocated: number
  readonly device: number
  readonly inode: number
  readonly links: number
  readonly modifiedMs: number
  readonly changedMs: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly kind: FileKind
}

export interface Host {
  // Reading.

  /** Null when there is nothing at `path`. Does not follow a symlink at the end. */
  stat(path: string): FileStat | null
  /** Null when there is nothing at `path`. All that changes with it, as GNU `stat -c '%d:%i:%s:%.9Y:%.9Z'` prints it, in the C locale. */
  statText(path: string): string | null
  /** Null when there is nothing at `path` or a directory on the way is missing. Fails on a pipe, unless a shell passed it as `/dev/fd/…`. */
  readFile(path: string): Buffer | null
  /** Unsorted. */
  readDirectory(path: string): readonly DirectoryEntry[]
  /** Unsorted. The names alone, which of a large directory takes a third of the time and memory. */
  readNames(path: string): readonly string[]
  /** Null when there is nothing at `path`, or no symlink. */
  readLink(path: string): string | null
  /** Null when there is nothing at `path`, behind a symlink there, or on the way. */
  realPath(path: string): string | null
  /** Fails with ELOOP on a symlink: what is read must be what was found there. */
  openRead(path: string): number
  read(handle: number, buffer: Uint8Array, offset: number, length: number, position: number | null): number
  statHandle(handle: number): FileStat
  close(handle: number): void

  // Mutating: each of these is one crash point.

  /** Not recursive. */
  makeDirectory(path: string, mode: number): void
  /** Creates exclusively; EEXIST when there is something. The mode is exact: Tenon's umask is 022 and modes never need more. */
  createFile(path: string, mode: number): number
  /** Opens an existing or new file to append to it (resumed downloads). */
  openAppend(path: string, mode: number): number
  /** Writes everything, at the current position or from `position` on. */
  write(handle: number, buffer: Uint8Array, offset: number, length: number, position?: number): void
  truncate(handle: number, size: number): void
  syncFile(handle: number): void
  setHandleTime(handle: number, seconds: number): void
  /** Access and modification time, without following a symlink. */
  setTime(path: string, seconds: number): void
  setMode(path: string, mode: number): void
  /**
   * An open file that root made becomes the property of whom `like` belongs to; what another made is that one's already. By its handle, since at a
   * path in somebody's directory that one could put any file meanwhile.
   */
  giveToOwnerOf(like: string, handle: number): void
  symlink(target: string, path: string): void
  hardLink(existing: string, path: string): void
  rename(from: string, to: string): void
  unlink(path: string): void
  removeDirectory(path: string): void
  /** `unlink` that only begins, since most of it may be waiting for the disk. Fails through `done` alone, which is never called at once. */
  startUnlink(path: string, done: (error: Error | null) => void): void
  startRemoveDirectory(path: string, done: (error: Error | null) => void): void
  /** A directory and all in it, also names that are not UTF-8, which no other operation can reach. */
  removeAll(path: string): void
  syncDirectory(path: string): void

  // Clock, randomness, concurrency.

  /** Milliseconds since the epoch. */
  now(): number
  /** Hexadecimal digits, twice `bytes`. */
  random(bytes: number): string
  /** Rejects when `signal` aborts. 0 only lets the event loop turn, so that signals are heard. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** A named point at which the race tests stop one process (Nix's sync points); nothing in production. */
  pause(point: string): Promise<void>
}
