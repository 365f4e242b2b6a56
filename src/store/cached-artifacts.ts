// The artifacts that are in the cache already: where they are, and that their bytes are still what they were. How they come in is artifacts.ts,
// which draws the layout; here is nothing of the network, so that worker threads need not load it.

import { dirname, join } from 'node:path'
import {
  crypto,
  type Integrity,
  integrityAlgorithm,
  integrityFileName,
  integrityOf,
  printIntegrity,
} from '../core/digest.ts'
import { asStoreError, systemCode, ToolError } from '../core/errors.ts'
import { ifPossible, makeDirectories } from '../host/durable.ts'
import type { Host } from '../host/host.ts'

/** An artifact that is no longer in the cache: its file belongs to whoever took it. Exactly one of the two has to be called. */
export interface TakenArtifact {
  /** Absolute. */
  readonly path: string
  /** The bytes are somewhere else now. */
  readonly release: () => void
  readonly putBack: () => void
}

const HASH_BYTES = 1024 * 1024

/** What can be had of the cache without a network. */
export class CachedArtifacts {
  readonly root: string
  protected readonly host: Host

  /** `root` need not be there. */
  constructor(root: string, host: Host) {
    this.root = root
    this.host = host
  }

  /** Absolute path of the artifact, whether it is there or not. */
  path(integrity: Integrity): string {
    return join(this.root, integrityFileName(integrity))
  }

  has(integrity: Integrity): boolean {
    return this.host.stat(this.path(integrity)) !== null
  }

  /**
   * The bytes of a cached artifact, hashed again now. A copy that has rotted is deleted, so that the next `fetch` brings a good one.
   *
   * @throws ToolError E_INTEGRITY when the copy is bad or, with `details.found` null, gone: fetch it again. E_STORE_IO
   */
  readVerified(integrity: Integrity): Buffer {
    const path = this.path(integrity)
    try {
      const bytes = this.host.readFile(path)
      const found = bytes === null ? null : integrityOf(bytes, integrityAlgorithm(integrity))
      if (bytes !== null && found === integrity) return bytes
      if (found !== null) this.#drop(path)
      throw badCopy(integrity, path, found)
    } catch (error) {
      throw asStoreError(error, `read \`${path}\``)
    }
  }

  /**
   * The path of a cached artifact that was hashed again now, piece by piece: for what may be too large to be read whole.
   * @throws ToolError as `readVerified`
   */
  verify(integrity: Integrity): string {
    const path = this.path(integrity)
    try {
      const found = this.host.stat(path) === null ? null : hashFile(this.host, path, integrity)
      if (found === integrity) return path
      if (found !== null) this.#drop(path)
      throw badCopy(integrity, path, found)
    } catch (error) {
      throw asStoreError(error, `read \`${path}\``)
    }
  }

  /**
   * Takes an artifact out of the cache, for a user who keeps its file. Of several at once one succeeds. When the process dies with it, the
   * next fetch finds the bytes again.
   * @throws ToolError as `readVerified`
   */
  take(integrity: Integrity): TakenArtifact {
    const path = this.path(integrity)
    const own = join(this.root, 'partial', `${integrityFileName(integrity)}.${this.host.random(8)}`)
    try {
      makeDirectories(this.host, dirname(own))
      this.host.rename(path, own)
    } catch (error) {
      throw systemCode(error) === 'ENOENT' ? badCopy(integrity, path, null) : asStoreError(error, `read \`${path}\``)
    }
    try {
      const found = hashFile(this.host, own, integrity)
      if (found !== integrity) throw badCopy(integrity, path, found)
    } catch (error) {
      ifPossible(() => this.host.unlink(own))
      throw asStoreError(error, `read \`${path}\``)
    }
    return {
      path: own,
      release: () => ifPossible(() => this.host.unlink(own)),
      putBack: () => ifPossible(() => this.host.rename(own, path)),
    }
  }

  /** Of several readers that find the same fault, one is the first to remove it. */
  #drop(path: string): void {
    try {
      this.host.unlink(path)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }
}

/** The integrity of a file of any size, by the algorithm of another. */
export function hashFile(host: Host, path: string, like: Integrity): Integrity {
  const algorithm = integrityAlgorithm(like)
  const hash = crypto().createHash(algorithm)
  const buffer = Buffer.allocUnsafe(HASH_BYTES)
  const handle = host.openRead(path)
  try {
    for (;;) {
      const length = host.read(handle, buffer, 0, buffer.length, null)
      if (length === 0) return printIntegrity(algorithm, hash.digest())
      hash.update(buffer.subarray(0, length))
    }
  } finally {
    host.close(handle)
  }
}

function badCopy(integrity: Integrity, path: string, found: Integrity | null): ToolError {
  return new ToolError('E_INTEGRITY', `The cached copy of ${integrity} is ${found === null ? 'gone' : 'damaged'}.`, {
    details: { path, wanted: integrity, found },
    hint: 'Run the same command again: it will be downloaded anew.',
  })
}
