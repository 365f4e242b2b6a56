// An archive's entries as files below a directory that nobody else knows yet. It trusts the paths it is given: archive-reader.ts has
// looked at them. Modes and times are the store's business; only the executable bit is set.

import { dirname } from 'node:path'
import type { ArchiveSink } from './archive-guard.ts'
import { makeDirectories } from './durable.ts'
import type { Host } from './host.ts'

export class ArchiveWriter implements ArchiveSink {
  readonly #host: Host
  readonly #top: string
  readonly #made = new Set<string>()
  #open: number | null = null

  /** `top` is an absolute path, and is made when it is first needed. */
  constructor(host: Host, top: string) {
    this.#host = host
    this.#top = top
  }

  directory(path: string): void {
    this.#make(`${this.#top}/${path}`)
  }

  file(path: string, executable: boolean): ReturnType<ArchiveSink['file']> {
    const handle = this.#host.createFile(this.#place(path), executable ? 0o755 : 0o644)
    this.#open = handle
    return {
      write: (piece) => this.#host.write(handle, piece, 0, piece.length),
      end: () => this.close(),
    }
  }

  symlink(path: string, target: string): void {
    this.#host.symlink(target, this.#place(path))
  }

  hardLink(path: string, existing: string): void {
    this.#host.hardLink(`${this.#top}/${existing}`, this.#place(path))
  }

  /** To be called when reading ended in the middle of a file. Repeated, it does nothing. */
  close(): void {
    const handle = this.#open
    this.#open = null
    if (handle !== null) this.#host.close(handle)
  }

  #place(path: string): string {
    const place = `${this.#top}/${path}`
    this.#make(dirname(place))
    return place
  }

  #make(directory: string): void {
    if (this.#made.has(directory)) return
    makeDirectories(this.#host, directory)
    this.#made.add(directory)
  }
}
