// Makes files that are the same in bytes and executable bit one inode, wherever in the store they are. Only files whose size occurs twice are
// read. Nothing that objects are made of changes, and what is not sealed as it should be is left for `verify` to report.

import { crypto } from '../core/digest.ts'
import { asStoreError, systemCode } from '../core/errors.ts'
import type { StorePath } from '../core/store-path.ts'
import { ifPossible, temporaryPath } from '../host/durable.ts'
import type { FileStat, Host } from '../host/host.ts'
import type { Store } from './store.ts'
import { isSealed, SEALED_DIRECTORY, SEALED_TIME, WRITABLE_DIRECTORY } from './tree.ts'
import { forgetUnsealed, noteUnsealed } from './unsealed.ts'

const BUFFER_SIZE = 1 << 20

export interface Optimised {
  /** Looked at. */
  readonly files: number
  /** That became another name of a file that was there. */
  readonly linked: number
  /** On disk. */
  readonly freedBytes: number
}

export interface OptimiseOptions {
  readonly signal?: AbortSignal
  /** After each object. */
  readonly onObject?: (done: number, total: number) => void
}

/**
 * The store is opened exclusively: while a directory takes another name in, it is not sealed. A run that is killed leaves at most that one
 * directory so, and a note by which the next that opens the store to write seals it (unsealed.ts).
 * @throws ToolError E_STORE_IO; the reason of `signal` when it aborts, with every object whole
 */
export async function optimiseStore(store: Store, options: OptimiseOptions = {}): Promise<Optimised> {
  try {
    return await new Optimiser(store, options).run()
  } catch (error) {
    throw asStoreError(error, 'share equal files in the store')
  }
}

/** A file or directory that is met on the way. */
interface Met {
  readonly path: string
  readonly stat: FileStat
}

/** An object. */
interface Top extends Met {
  readonly object: StorePath
}

interface Known extends Met {
  readonly hash: string
}

interface Pair {
  readonly file: Met
  readonly twin: Known
}

class Optimiser {
  readonly #host: Host
  readonly #store: Store
  readonly #options: OptimiseOptions
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_SIZE)
  /** Size and mode → the inode that has them, null when several do. */
  readonly #alike = new Map<string, number | null>()
  /** Content → a file that has it. */
  readonly #known = new Map<string, Known>()
  /** Inodes with several names that were looked at. */
  readonly #done = new Set<number>()
  #files = 0
  #linked = 0
  #freedBytes = 0

  constructor(store: Store, options: OptimiseOptions) {
    this.#host = store.host
    this.#store = store
    this.#options = options
  }

  async run(): Promise<Optimised> {
    await this.#eachObject((top) => this.#count(top))
    await this.#eachObject((top, done, total) => {
      this.#optimise(top)
      this.#options.onObject?.(done, total)
    })
    return { files: this.#files, linked: this.#linked, freedBytes: this.#freedBytes }
  }

  async #eachObject(use: (top: Top, done: number, total: number) => void): Promise<void> {
    const paths = this.#store.list()
    for (const [index, path] of paths.entries()) {
      // Between two objects signals must be heard.
      await this.#host.sleep(0)
      this.#options.signal?.throwIfAborted()
      const stat = this.#store.isValid(path) ? this.#host.stat(this.#store.locate(path)) : null
      if (stat !== null) use({ object: path, path: this.#store.locate(path), stat }, index + 1, paths.length)
    }
  }

  #count(node: Met): void {
    if (node.stat.kind === 'directory') for (const entry of this.#entries(node.path)) this.#count(entry)
    if (node.stat.kind !== 'file') return
    const inode = this.#alike.get(keyOf(node.stat))
    if (inode === undefined) this.#alike.set(keyOf(node.stat), node.stat.inode)
    else if (inode !== node.stat.inode) this.#alike.set(keyOf(node.stat), null)
  }

  #optimise(top: Top): void {
    if (top.stat.kind !== 'directory') {
      this.#link(this.#twinsOf([top]))
    } else if (this.#shareIn(top, top)) {
      // Only now: what failed before leaves the note.
      forgetUnsealed(this.#host, this.#store.layout)
    }
  }

  /** Whether any directory was opened. */
  #shareIn(directory: Met, top: Top): boolean {
    const entries = this.#entries(directory.path)
    let isNoted = false
    for (const entry of entries) if (entry.stat.kind === 'directory') isNoted = this.#shareIn(entry, top) || isNoted
    const twins = this.#twinsOf(entries)
    if (twins.length === 0 || !isSealed(directory.stat, directory === top)) return isNoted
    if (!isNoted) noteUnsealed(this.#host, this.#store.layout, top.object)
    this.#host.setMode(directory.path, WRITABLE_DIRECTORY)
    try {
      this.#link(twins)
    } finally {
      this.#host.setTime(directory.path, SEALED_TIME)
      this.#host.setMode(directory.path, SEALED_DIRECTORY)
    }
    return true
  }

  #twinsOf(nodes: readonly Met[]): readonly Pair[] {
    const files = nodes.filter((node) => node.stat.kind === 'file')
    this.#files += files.length
    return files.flatMap((file) => {
      const twin = this.#twinOf(file)
      return twin === null ? [] : { file, twin }
    })
  }

  /** The file with the same content that `file` should be another name of; null when there is none yet, or it is one already. */
  #twinOf(file: Met): Known | null {
    const { path, stat } = file
    if (this.#alike.get(keyOf(stat)) !== null || !isSealed(stat)) return null
    if (stat.links > 1 && this.#done.has(stat.inode)) return null
    if (stat.links > 1) this.#done.add(stat.inode)
    const hash = this.#hash(path)
    const twin = this.#known.get(contentOf(file, hash))
    if (twin === undefined) this.#known.set(contentOf(file, hash), { ...file, hash })
    return twin === undefined || twin.stat.inode === stat.inode ? null : twin
  }

  #link(pairs: readonly Pair[]): void {
    for (const { file, twin } of pairs) {
      const temporary = temporaryPath(this.#host, this.#store.layout.temporary)
      try {
        this.#host.hardLink(twin.path, temporary)
      } catch (error) {
        // A file can have only so many names, and some file systems know of one only: then this one stays what it is.
        if (!['EMLINK', 'EPERM', 'EXDEV'].includes(systemCode(error) ?? '')) throw error
        this.#known.set(contentOf(file, twin.hash), { ...file, hash: twin.hash })
        continue
      }
      try {
        // Commit point: the name leads to the other inode, which has the same content.
        this.#host.rename(temporary, file.path)
      } catch (error) {
        ifPossible(() => this.#host.unlink(temporary))
        throw error
      }
      this.#linked++
      if (file.stat.links === 1) this.#freedBytes += file.stat.allocated
    }
  }

  #hash(path: string): string {
    const hash = crypto().createHash('sha256')
    const handle = this.#host.openRead(path)
    try {
      for (let count = -1; count !== 0; ) {
        count = this.#host.read(handle, this.#buffer, 0, BUFFER_SIZE, null)
        hash.update(this.#buffer.subarray(0, count))
      }
    } finally {
      this.#host.close(handle)
    }
    return hash.digest('base64')
  }

  #entries(directory: string): readonly Met[] {
    return this.#host.readDirectory(directory).flatMap(({ name }) => {
      const path = `${directory}/${name}`
      const stat = this.#host.stat(path)
      return stat === null ? [] : { path, stat }
    })
  }
}

function keyOf(stat: FileStat): string {
  return `${stat.size}:${stat.mode}`
}

function contentOf(file: Met, hash: string): string {
  return `${keyOf(file.stat)}:${hash}`
}
