// A Host over the real one that fails at its k-th mutating call: by a simulated crash or power failure, after which nothing changes the
// disk any more, or by a system error such as a full disk. It counts calls, so that a test can try every k until a run finishes untouched.

import { chmodSync, rmSync, statSync, truncateSync } from 'node:fs'
import { LoneHost } from './lone-host.ts'

export type Fault =
  /** The process dies before call number `at`. */
  | { readonly kind: 'crash'; readonly at: number }
  /**
   * The process dies in call number `at`: of a write so much is done (half unless given; less than one byte is missing at 1), of removing a
   * directory with all in it the first entry, anything else is done.
   */
  | { readonly kind: 'torn'; readonly at: number; readonly share?: number }
  /** The power goes before call number `at`: every name is where it was, but of files that were not synced only this share of their bytes. */
  | { readonly kind: 'power'; readonly at: number; readonly share: number }
  /** From call number `at` on, every call that needs `code`'s absence fails with it: all of them, but on a full disk removing works. */
  | { readonly kind: 'error'; readonly at: number; readonly code: 'ENOSPC' | 'EDQUOT' | 'EROFS' | 'EACCES' }
  /** Call number `at` alone fails with `code`; it may have been carried out all the same, as over a network. */
  | {
      readonly kind: 'once'
      readonly at: number
      readonly code: 'EIO' | 'ESTALE' | 'EXDEV'
      readonly performed: boolean
    }

export class SimulatedCrash extends Error {}

const WORKS_ON_A_FULL_DISK: ReadonlySet<string> = new Set([
  'unlink',
  'removeDirectory',
  'removeAll',
  'setMode',
  'setTime',
])

export class FaultyHost extends LoneHost {
  /** The names of the mutating calls so far. */
  readonly names: string[] = []
  readonly #fault: Fault
  /** What a power failure took bytes of. */
  readonly lost: string[] = []
  /** Where the file of a handle is. */
  readonly #open = new Map<number, string>()
  /** Files with bytes that a power failure may take. */
  readonly #unsynced = new Set<string>()

  constructor(fault: Fault) {
    super()
    this.#fault = fault
  }

  /** Mutating calls so far. */
  get calls(): number {
    return this.names.length
  }

  /** Whether the fault was met. */
  get failed(): boolean {
    return this.calls >= this.#fault.at
  }

  #call(name: string, path: string | null, perform: () => void, tear: (share: number) => void = perform): void {
    const fault = this.#fault
    this.names.push(name)
    if (this.calls < fault.at) {
      perform()
      return
    }
    switch (fault.kind) {
      case 'error':
        if (!(fault.code === 'ENOSPC' || fault.code === 'EDQUOT') || !WORKS_ON_A_FULL_DISK.has(name))
          throw systemError(fault.code, name, path)
        perform()
        return
      case 'once':
        if (this.calls === fault.at) {
          if (fault.performed) perform()
          throw systemError(fault.code, name, path)
        }
        perform()
        return
      case 'torn':
        if (this.calls === fault.at) tear(fault.share ?? 0.5)
        break
      case 'power':
        if (this.calls === fault.at) this.lost.push(...[...this.#unsynced].filter((file) => cut(file, fault.share)))
        break
    }
    throw new SimulatedCrash(`${fault.kind} in call ${this.calls}, ${name} ${path ?? ''}`)
  }

  #opening(name: string, path: string, perform: () => number): number {
    let handle = -1
    this.#call(name, path, () => {
      handle = perform()
      this.#open.set(handle, path)
    })
    return handle
  }

  override makeDirectory(path: string, mode: number): void {
    this.#call('makeDirectory', path, () => super.makeDirectory(path, mode))
  }

  override createFile(path: string, mode: number): number {
    return this.#opening('createFile', path, () => super.createFile(path, mode))
  }

  override openAppend(path: string, mode: number): number {
    return this.#opening('openAppend', path, () => super.openAppend(path, mode))
  }

  /** What was written before can be synced by who reads, too. */
  override openRead(path: string): number {
    const handle = super.openRead(path)
    this.#open.set(handle, path)
    return handle
  }

  override close(handle: number): void {
    this.#open.delete(handle)
    super.close(handle)
  }

  override write(handle: number, buffer: Uint8Array, offset: number, length: number, position?: number): void {
    const path = this.#open.get(handle)
    if (path !== undefined) this.#unsynced.add(path)
    this.#call(
      'write',
      null,
      () => super.write(handle, buffer, offset, length, position),
      (share) =>
        super.write(
          handle,
          buffer,
          offset,
          share === 1 ? Math.max(0, length - 1) : Math.floor(length * share),
          position,
        ),
    )
  }

  override truncate(handle: number, size: number): void {
    this.#call('truncate', null, () => super.truncate(handle, size))
  }

  override syncFile(handle: number): void {
    this.#call('syncFile', null, () => super.syncFile(handle))
    this.#unsynced.delete(this.#open.get(handle) ?? '')
  }

  override setHandleTime(handle: number, seconds: number): void {
    this.#call('setHandleTime', null, () => super.setHandleTime(handle, seconds))
  }

  override setTime(path: string, seconds: number): void {
    this.#call('setTime', path, () => super.setTime(path, seconds))
  }

  override giveToOwnerOf(like: string, handle: number): void {
    this.#call('giveToOwnerOf', null, () => super.giveToOwnerOf(like, handle))
  }

  override setMode(path: string, mode: number): void {
    this.#call('setMode', path, () => super.setMode(path, mode))
  }

  override symlink(target: string, path: string): void {
    this.#call('symlink', path, () => super.symlink(target, path))
  }

  override hardLink(existing: string, path: string): void {
    this.#call('hardLink', path, () => super.hardLink(existing, path))
  }

  override rename(from: string, to: string): void {
    this.#call('rename', to, () => super.rename(from, to))
    for (const path of this.#below(from)) {
      this.#unsynced.delete(path)
      this.#unsynced.add(to + path.slice(from.length))
    }
  }

  override unlink(path: string): void {
    this.#call('unlink', path, () => super.unlink(path))
    this.#unsynced.delete(path)
  }

  override removeDirectory(path: string): void {
    this.#call('removeDirectory', path, () => super.removeDirectory(path))
  }

  override startUnlink(path: string, done: (error: Error | null) => void): void {
    later(() => this.unlink(path), done)
  }

  override startRemoveDirectory(path: string, done: (error: Error | null) => void): void {
    later(() => this.removeDirectory(path), done)
  }

  override removeAll(path: string): void {
    this.#call(
      'removeAll',
      path,
      () => super.removeAll(path),
      () => {
        const [first] = this.readDirectory(path)
        if (first !== undefined) rmSync(`${path}/${first.name}`, { recursive: true })
      },
    )
    for (const gone of this.#below(path)) this.#unsynced.delete(gone)
  }

  override syncDirectory(path: string): void {
    this.#call('syncDirectory', path, () => super.syncDirectory(path))
  }

  #below(path: string): readonly string[] {
    return [...this.#unsynced].filter((other) => other === path || other.startsWith(`${path}/`))
  }
}

/** Calls happen when they begin, so that a crash always meets the same one. */
function later(perform: () => void, done: (error: Error | null) => void): void {
  let failure: Error | null = null
  try {
    perform()
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
  }
  setImmediate(done, failure)
}

function systemError(code: string, name: string, path: string | null): Error {
  return Object.assign(new Error(`${code}: injected, ${name}`), { code, path })
}

/** False when there was nothing to lose. */
function cut(path: string, share: number): boolean {
  const { size, mode } = statSync(path)
  if (size === 0) return false
  chmodSync(path, 0o600)
  truncateSync(path, Math.floor(size * share))
  chmodSync(path, mode)
  return true
}
