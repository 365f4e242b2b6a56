// Writes the tree that a NAR holds to a place outside of the store, as `nix-store --restore` does: with ordinary modes and times. All of it
// appears at once, or nothing.

import { dirname } from 'node:path'
import { asStoreError, ToolError } from '../core/errors.ts'
import { type Nar, NarHash } from '../core/nar.ts'
import { NarParser, type NarVisitor } from '../core/nar-parser.ts'
import { ifPossible, publish, temporaryPath } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import { removeTree } from './tree.ts'

/**
 * Restores the NAR that `chunks` come to at `path`, where nothing may be, and says what it was.
 * @throws ToolError E_EXISTS, E_ARCHIVE_UNSAFE for what is not a sound NAR, E_STORE_IO; the reason of `signal` when it aborts
 */
export async function restoreTree(
  host: Host,
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<Nar> {
  refuseExisting(host, path)
  const staging = temporaryPath(host, dirname(path))
  const writer = new NarRestorer(host, staging)
  try {
    const hash = new NarHash()
    const parser = new NarParser('the input', writer)
    for await (const chunk of chunks) {
      signal?.throwIfAborted()
      parser.push(chunk)
      hash.update(chunk)
    }
    parser.finish()
    refuseExisting(host, path)
    // Commit point: now the tree is there.
    if (!publish(host, staging, path)) refuseExisting(host, path)
    return hash.finish()
  } catch (error) {
    writer.close()
    ifPossible(() => removeTree(host, staging))
    throw asStoreError(error, `restore \`${path}\``)
  }
}

function refuseExisting(host: Host, path: string): void {
  if (host.stat(path) === null) return
  throw new ToolError('E_EXISTS', `There is something at \`${path}\` already.`, { details: { path } })
}

class NarRestorer implements NarVisitor {
  readonly #host: Host
  readonly #top: string
  #handle: number | null = null

  constructor(host: Host, top: string) {
    this.#host = host
    this.#top = top
  }

  onDirectory(path: string): void {
    this.#host.makeDirectory(this.#locate(path), 0o755)
  }

  onDirectoryEnd(): void {}

  onFile(path: string, executable: boolean): void {
    this.#handle = this.#host.createFile(this.#locate(path), executable ? 0o755 : 0o644)
  }

  onBytes(bytes: Uint8Array): void {
    if (this.#handle !== null) this.#host.write(this.#handle, bytes, 0, bytes.length)
  }

  onFileEnd(): void {
    this.close()
  }

  onLink(path: string, target: string): void {
    this.#host.symlink(target, this.#locate(path))
  }

  /** Lets go of a file that was not finished. */
  close(): void {
    if (this.#handle !== null) this.#host.close(this.#handle)
    this.#handle = null
  }

  #locate(path: string): string {
    return path === '' ? this.#top : `${this.#top}/${path}`
  }
}
