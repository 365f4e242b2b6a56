// A download whose hash nobody knows before it is whole. It goes to a file from the first byte; nothing of it outlives the process, since
// nobody could tell whether what is left of it belongs to what the server has now.

import { dirname, join } from 'node:path'
import { crypto, type Integrity, printIntegrity } from '../core/digest.ts'
import { ifPossible, makeDirectories } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import type { Sink } from '../host/http.ts'

export class UnknownArtifact implements Sink {
  readonly #host: Host
  readonly #path: string
  readonly #handle: number
  #hash = crypto().createHash('sha256')
  #kept = 0

  /** `directory` is that of unfinished downloads; made when it is missing. */
  constructor(host: Host, directory: string) {
    this.#host = host
    this.#path = join(directory, `unknown.${host.random(8)}`)
    makeDirectories(host, dirname(this.#path))
    this.#handle = host.openAppend(this.#path, 0o644)
  }

  get kept(): number {
    return this.#kept
  }

  restart(): void {
    this.#host.truncate(this.#handle, 0)
    this.#hash = crypto().createHash('sha256')
    this.#kept = 0
  }

  write(chunk: Buffer): void {
    this.#hash.update(chunk)
    this.#kept += chunk.length
    this.#host.write(this.#handle, chunk, 0, chunk.length)
  }

  /** Gives the file the name that its hash asks for. */
  commit(pathOf: (integrity: Integrity) => string): Integrity {
    const integrity = printIntegrity('sha256', this.#hash.digest())
    this.#host.close(this.#handle)
    // Commit point: after this rename the artifact is in the cache.
    this.#host.rename(this.#path, pathOf(integrity))
    return integrity
  }

  /** Instead of `commit`. */
  discard(): void {
    ifPossible(() => {
      this.#host.close(this.#handle)
      this.#host.unlink(this.#path)
    })
  }
}
