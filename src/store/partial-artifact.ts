// One artifact on its way into the cache: what has arrived, its hash so far, and its file. Small ones stay in memory until they are
// whole, and are hashed and written at once. See artifacts.ts for the layout; who fills it, and from where, is not known here.

import type { Hash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { crypto, type Integrity, integrityAlgorithm, integrityOf, printIntegrity } from '../core/digest.ts'
import { systemCode } from '../core/errors.ts'
import { ifPossible, makeDirectories } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import type { Sink } from '../host/http.ts'
import { listNames } from './layout.ts'
import { removeTree } from './tree.ts'

export interface Wanted {
  readonly integrity: Integrity
  /** Null when unknown. */
  readonly size: number | null
}

/** What arrived is not what was wanted; `found` is null when it was too long to look further. */
export class WrongBytes extends Error {
  readonly found: Integrity | null

  constructor(found: Integrity | null) {
    super('the bytes are not those of the integrity')
    this.found = found
  }
}

/** More than this goes to a file as it arrives, and so outlives the process. */
const MEMORY_BYTES = 8 * 1024 * 1024
const COPY_BYTES = 1024 * 1024
/** A download that nobody has added to for so long belongs to no living process: connections are given up much earlier. */
const ABANDONED_MS = 3_600_000

export class PartialArtifact implements Sink {
  readonly #host: Host
  readonly #path: string
  readonly #wanted: Wanted
  /** This process's own name for the file: nobody else ever writes to it, however many fetch the same. */
  readonly #own: string
  /** The name of a file that nobody writes to. */
  readonly #free: string
  /** Of what is in the file; null while all is in memory. */
  #hash: Hash | null = null
  #memory: Buffer[] = []
  #handle: number | null = null
  #kept = 0
  #hasOrphans = false

  /** `path` is where the artifact goes once it is whole. Nothing is touched yet. */
  constructor(host: Host, path: string, wanted: Wanted) {
    this.#host = host
    this.#path = path
    this.#wanted = wanted
    this.#free = join(dirname(path), 'partial', basename(path))
    this.#own = `${this.#free}.${host.random(8)}`
  }

  get kept(): number {
    return this.#kept
  }

  /** Takes over what an earlier download left, as far as it can be right. */
  resume(): void {
    if (this.#claim()) {
      this.#handle = this.#host.openAppend(this.#own, 0o644)
      this.#hash = this.#newHash()
      this.#readInto(this.#own, (chunk) => this.#count(chunk))
    } else {
      // Its owner may be alive and writing still, so it is copied, not taken: whatever happens to it, our file is ours.
      const orphan = this.#largestOrphan()
      this.#hasOrphans = orphan !== null
      if (orphan !== null) this.#readInto(orphan, (chunk) => this.write(Buffer.from(chunk)))
    }
    if (this.#wanted.size !== null && this.#kept > this.#wanted.size) this.restart()
  }

  restart(): void {
    this.#memory = []
    this.#kept = 0
    if (this.#handle === null) return
    this.#hash = this.#newHash()
    this.#host.truncate(this.#handle, 0)
  }

  /** @throws WrongBytes, and the system's own errors */
  write(chunk: Buffer): void {
    if (this.#wanted.size !== null && this.#kept + chunk.length > this.#wanted.size) throw new WrongBytes(null)
    this.#count(chunk)
    if (this.#handle !== null) {
      this.#host.write(this.#handle, chunk, 0, chunk.length)
      return
    }
    this.#memory.push(chunk)
    if (this.#kept > MEMORY_BYTES) this.#spill()
  }

  /** All that has arrived, if it is in memory still; the caller's own after `commit`. */
  bytes(): Buffer | null {
    if (this.#hash !== null) return null
    const [first] = this.#memory
    if (first?.length === this.#kept && first.buffer.byteLength === this.#kept) return first
    // In memory of its own, not from a pool that buffers share: it can be given to another thread.
    const whole = Buffer.allocUnsafeSlow(this.#kept)
    let at = 0
    for (const chunk of this.#memory) at += chunk.copy(whole, at)
    this.#memory = [whole]
    return whole
  }

  isWhole(): boolean {
    return this.#found() === this.#wanted.integrity
  }

  /** @throws WrongBytes */
  verify(): void {
    const found = this.#found()
    if (found !== this.#wanted.integrity) throw new WrongBytes(found)
  }

  /** Only for a whole one. Not synced: a cached artifact is hashed again whenever it is used. */
  commit(): void {
    if (this.#handle === null) {
      const bytes = this.bytes() ?? Buffer.alloc(0)
      this.#handle = this.#create()
      this.#host.write(this.#handle, bytes, 0, bytes.length)
    }
    this.#close()
    // Commit point: after this rename the artifact is in the cache.
    this.#host.rename(this.#own, this.#path)
    if (this.#hasOrphans) this.#removeAbandoned()
  }

  /** Leaves what is in the file to the next who wants it. Repeated or after `commit`, it does nothing. */
  putAway(): void {
    if (this.#handle === null) return
    this.#close()
    ifPossible(() => {
      if (this.#kept > 0) this.#host.rename(this.#own, this.#free)
      else this.#host.unlink(this.#own)
    })
  }

  /** Of several that want it, the rename succeeds for one. */
  #claim(): boolean {
    if (this.#host.stat(this.#free) === null) return false
    try {
      this.#host.rename(this.#free, this.#own)
      return true
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false
      throw error
    }
  }

  #spill(): void {
    const hash = this.#newHash()
    this.#handle = this.#create()
    for (const chunk of this.#memory) {
      hash.update(chunk)
      this.#host.write(this.#handle, chunk, 0, chunk.length)
    }
    this.#hash = hash
    this.#memory = []
  }

  #create(): number {
    try {
      return this.#host.openAppend(this.#own, 0o644)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
      makeDirectories(this.#host, dirname(this.#own))
      return this.#host.openAppend(this.#own, 0o644)
    }
  }

  #close(): void {
    if (this.#handle === null) return
    const handle = this.#handle
    this.#handle = null
    this.#host.close(handle)
  }

  #count(chunk: Uint8Array): void {
    this.#hash?.update(chunk)
    this.#kept += chunk.length
  }

  #found(): Integrity {
    const algorithm = integrityAlgorithm(this.#wanted.integrity)
    const bytes = this.bytes()
    if (bytes !== null) return integrityOf(bytes, algorithm)
    return printIntegrity(algorithm, (this.#hash ?? this.#newHash()).copy().digest())
  }

  #newHash(): Hash {
    return crypto().createHash(integrityAlgorithm(this.#wanted.integrity))
  }

  /** `use` must not hold on to the chunk. */
  #readInto(path: string, use: (chunk: Uint8Array) => void): void {
    const buffer = new Uint8Array(COPY_BYTES)
    const handle = this.#host.openRead(path)
    try {
      for (;;) {
        const length = this.#host.read(handle, buffer, 0, buffer.length, null)
        if (length === 0) return
        use(buffer.subarray(0, length))
      }
    } finally {
      this.#host.close(handle)
    }
  }

  #orphans(): readonly { readonly path: string; readonly size: number; readonly modifiedMs: number }[] {
    const directory = dirname(this.#free)
    if (this.#host.stat(directory) === null) return []
    const prefix = `${basename(this.#free)}.`
    return this.#host.readDirectory(directory).flatMap(({ name }) => {
      const path = join(directory, name)
      const stat = name.startsWith(prefix) && path !== this.#own ? this.#host.stat(path) : null
      return stat === null ? [] : [{ path, size: stat.size, modifiedMs: stat.modifiedMs }]
    })
  }

  #largestOrphan(): string | null {
    let largest: { readonly path: string; readonly size: number } | null = null
    for (const orphan of this.#orphans()) if (orphan.size > (largest?.size ?? 0)) largest = orphan
    return largest?.path ?? null
  }

  #removeAbandoned(): void {
    removeAbandoned(this.#host, dirname(this.#free), `${basename(this.#free)}.`)
  }
}

/** Removes the downloads in `directory`, of those whose names begin with `prefix`, that nobody goes on with; the bytes freed. */
export function removeAbandoned(host: Host, directory: string, prefix = ''): number {
  let freed = 0
  // Beside it others may take over, finish or remove the same ones.
  ifPossible(() => {
    const limit = host.now() - ABANDONED_MS
    for (const name of listNames(host, directory)) {
      const path = join(directory, name)
      const stat = name.startsWith(prefix) ? host.stat(path) : null
      if (stat?.kind === 'file' && stat.modifiedMs < limit) freed += removeTree(host, path)
    }
  })
  return freed
}
