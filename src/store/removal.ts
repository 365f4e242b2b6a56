// Removes trees, many names at once. On most file systems removing is waiting (for the disk to give blocks back), and waiting overlaps; it needs
// no thread of ours, only calls that do not block this one. What may be removed is for the caller to know.

import { systemCode } from '../core/errors.ts'
import type { FileStat, Host } from '../host/host.ts'
import { WRITABLE_DIRECTORY } from './tree.ts'

export interface RemovalOptions {
  readonly onRemoved?: ((done: number, total: number) => void) | undefined
  /** When it aborts, what is under way is finished and the rest stays. */
  readonly signal?: AbortSignal | undefined
}

/** Enough for every thread that waits, and so few that what is being removed takes little memory. */
const MOST_UNDER_WAY = 64
const READABLE = 0o500

/**
 * Removes what is at `paths`, sealed or not, which must not be in each other, and returns the bytes freed on disk: a file with several names
 * counts when the last of them goes. Nothing there is no error, and neither is somebody else who removes the same.
 * @throws what a call threw first; nothing is under way any more then
 */
export async function removeTrees(host: Host, paths: readonly string[], options: RemovalOptions = {}): Promise<number> {
  return await new Promise((resolve, reject) => new Removal(host, paths, options, { resolve, reject }).continue())
}

type Done = (error: Error | null) => void

interface Outcome {
  readonly resolve: (bytes: number) => void
  readonly reject: (error: unknown) => void
}

interface Directory {
  readonly path: string
  /** Bytes on disk. */
  readonly allocated: number
  readonly above: Directory | null
  /** Names that are still in it. */
  left: number
  /** As far as we know: not before it was made so. */
  isWritable: boolean
}

/** One of the paths has no directory above. */
interface Place {
  readonly path: string
  readonly above: Directory | null
}

class Removal {
  readonly #host: Host
  readonly #paths: readonly string[]
  readonly #options: RemovalOptions
  readonly #outcome: Outcome
  /** To be looked at; depth first, so that it stays short. */
  readonly #places: Place[] = []
  /** Of files with several names: how many of these are gone, of how many. */
  readonly #shared = new Map<string, { readonly gone: number; readonly links: number }>()
  #next = 0
  #done = 0
  #underWay = 0
  #bytes = 0
  #failure: { readonly error: unknown } | null = null

  constructor(host: Host, paths: readonly string[], options: RemovalOptions, outcome: Outcome) {
    this.#host = host
    this.#paths = paths
    this.#options = options
    this.#outcome = outcome
  }

  /** Begins as many calls as may be under way; whatever ends comes here again. */
  continue(): void {
    while (this.#underWay < MOST_UNDER_WAY && this.#failure === null && this.#options.signal?.aborted !== true) {
      const place = this.#places.pop() ?? this.#nextPath()
      if (place === null) break
      try {
        this.#begin(place)
      } catch (error) {
        this.#failure ??= { error }
      }
    }
    if (this.#underWay > 0) return
    if (this.#failure !== null) this.#outcome.reject(this.#failure.error)
    else this.#outcome.resolve(this.#bytes)
  }

  #nextPath(): Place | null {
    const path = this.#paths[this.#next++]
    return path === undefined ? null : { path, above: null }
  }

  #begin({ path, above }: Place): void {
    const stat = this.#host.stat(path)
    if (stat === null) this.#removed(above)
    else if (stat.kind === 'directory') this.#open(path, above, stat)
    else this.#unlink({ path, above }, stat)
  }

  #open(path: string, above: Directory | null, { mode, allocated }: FileStat): void {
    const directory: Directory = { path, allocated, above, left: 0, isWritable: false }
    let names: readonly string[] = []
    unlessGone(() => {
      if ((mode & READABLE) !== READABLE) this.#makeWritable(directory)
      names = this.#host.readNames(path)
    })
    directory.left = names.length
    for (const name of names) this.#places.push({ path: `${path}/${name}`, above: directory })
    if (names.length === 0) this.#removeDirectory(directory)
  }

  #unlink({ path, above }: Place, stat: FileStat): void {
    this.#call(
      above,
      (done) => this.#host.startUnlink(path, done),
      (error) => {
        if (error !== null && !isGone(error)) throw error
        if (error === null) this.#count(stat)
        this.#removed(above)
      },
    )
  }

  /** When nothing is left in it. */
  #removeDirectory(directory: Directory): void {
    const { path, above, allocated } = directory
    this.#call(
      above,
      (done) => this.#host.startRemoveDirectory(path, done),
      (error) => {
        // What is left has names that are not UTF-8.
        if (systemCode(error) === 'ENOTEMPTY') unlessGone(() => this.#removeAll(directory))
        else if (error !== null && !isGone(error)) throw error
        if (!isGone(error)) this.#bytes += allocated
        this.#removed(above)
      },
    )
  }

  #count({ device, inode, links, allocated }: FileStat): void {
    if (links === 1) {
      this.#bytes += allocated
      return
    }
    const file = `${device}:${inode}`
    const seen = this.#shared.get(file)
    // The first look at it was before any of its names went.
    const now = { gone: (seen?.gone ?? 0) + 1, links: Math.max(seen?.links ?? 0, links) }
    if (now.gone === now.links) this.#bytes += allocated
    this.#shared.set(file, now)
  }

  #removed(above: Directory | null): void {
    if (above === null) this.#options.onRemoved?.(++this.#done, this.#paths.length)
    else if (--above.left === 0) this.#removeDirectory(above)
  }

  /** `start` removes a name from the directory `from`. */
  #call(from: Directory | null, start: (done: Done) => void, ended: Done, isSecondTime = false): void {
    this.#underWay++
    start((error) => {
      this.#underWay--
      try {
        if (systemCode(error) === 'EACCES' && from !== null && !isSecondTime) {
          // Only root may remove names from a sealed directory, and is spared these calls.
          unlessGone(() => this.#makeWritable(from))
          this.#call(from, start, ended, true)
        } else {
          ended(error)
        }
      } catch (reason) {
        this.#failure ??= { error: reason }
      }
      this.continue()
    })
  }

  #removeAll(directory: Directory): void {
    this.#makeWritable(directory)
    this.#host.removeAll(directory.path)
  }

  #makeWritable(directory: Directory): void {
    if (!directory.isWritable) this.#host.setMode(directory.path, WRITABLE_DIRECTORY)
    directory.isWritable = true
  }
}

function unlessGone(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

function isGone(error: unknown): boolean {
  return systemCode(error) === 'ENOENT'
}
