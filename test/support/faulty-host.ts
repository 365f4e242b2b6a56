// A Host over the real one that fails at its k-th mutating call: by a simulated crash, after which nothing changes the disk any more,
// or by a system error such as a full disk. It counts calls, so that a test can try every k until a run finishes untouched.

import { NodeHost } from '../../src/host/node-host.ts'

export type Fault =
  /** The process dies before call number `at`. */
  | { readonly kind: 'crash'; readonly at: number }
  /** The process dies in call number `at`: a write is half done, anything else is done. */
  | { readonly kind: 'torn'; readonly at: number }
  /** From call number `at` on, every call that needs `code`'s absence fails with it: all of them, but on a full disk removing works. */
  | { readonly kind: 'error'; readonly at: number; readonly code: 'ENOSPC' | 'EROFS' | 'EACCES' }

export class SimulatedCrash extends Error {}

const WORKS_ON_A_FULL_DISK: ReadonlySet<string> = new Set([
  'unlink',
  'removeDirectory',
  'removeAll',
  'setMode',
  'setTime',
])

export class FaultyHost extends NodeHost {
  /** Mutating calls so far. */
  calls = 0
  readonly #fault: Fault

  constructor(fault: Fault) {
    super()
    this.#fault = fault
  }

  /** Whether the fault was met. */
  get failed(): boolean {
    return this.calls >= this.#fault.at
  }

  #call(name: string, path: string | null, perform: () => void, tear: () => void = perform): void {
    const fault = this.#fault
    this.calls++
    if (this.calls < fault.at) {
      perform()
    } else if (fault.kind === 'error') {
      if (fault.code === 'ENOSPC' && WORKS_ON_A_FULL_DISK.has(name)) perform()
      else throw Object.assign(new Error(`${fault.code}: injected, ${name}`), { code: fault.code, path })
    } else {
      if (fault.kind === 'torn' && this.calls === fault.at) tear()
      throw new SimulatedCrash(`crash in call ${this.calls}, ${name} ${path ?? ''}`)
    }
  }

  #open(name: string, path: string, perform: () => number): number {
    let handle = -1
    this.#call(name, path, () => {
      handle = perform()
    })
    return handle
  }

  override makeDirectory(path: string, mode: number): void {
    this.#call('makeDirectory', path, () => super.makeDirectory(path, mode))
  }

  override createFile(path: string, mode: number): number {
    return this.#open('createFile', path, () => super.createFile(path, mode))
  }

  override openAppend(path: string, mode: number): number {
    return this.#open('openAppend', path, () => super.openAppend(path, mode))
  }

  override write(handle: number, buffer: Uint8Array, offset: number, length: number): void {
    this.#call(
      'write',
      null,
      () => super.write(handle, buffer, offset, length),
      () => super.write(handle, buffer, offset, length >> 1),
    )
  }

  override truncate(handle: number, size: number): void {
    this.#call('truncate', null, () => super.truncate(handle, size))
  }

  override syncFile(handle: number): void {
    this.#call('syncFile', null, () => super.syncFile(handle))
  }

  override setHandleTime(handle: number, seconds: number): void {
    this.#call('setHandleTime', null, () => super.setHandleTime(handle, seconds))
  }

  override setTime(path: string, seconds: number): void {
    this.#call('setTime', path, () => super.setTime(path, seconds))
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
  }

  override unlink(path: string): void {
    this.#call('unlink', path, () => super.unlink(path))
  }

  override removeDirectory(path: string): void {
    this.#call('removeDirectory', path, () => super.removeDirectory(path))
  }

  override removeAll(path: string): void {
    this.#call('removeAll', path, () => super.removeAll(path))
  }

  override syncDirectory(path: string): void {
    this.#call('syncDirectory', path, () => super.syncDirectory(path))
  }
}
