// What a tree refers to: relative symlinks that leave it for another object, and hashes of candidate objects that occur in its
// bytes. Whether what is referred to is valid is for the store to say.

import { ToolError } from '../core/errors.ts'
import { HASH_LENGTH, parseStorePath, type StorePath, storePathHash } from '../core/store-path.ts'

/** Everything that a tree refers to, found while it is read. */
export class ReferenceFinder {
  readonly #links: LinkChecker
  readonly #scanner: HashScanner | null

  /** `label` names the tree in errors; `candidates` are objects whose hash, wherever it occurs in the bytes, makes them references. */
  constructor(label: string, candidates: readonly StorePath[]) {
    this.#links = new LinkChecker(label)
    this.#scanner = candidates.length === 0 ? null : new HashScanner(candidates)
  }

  /** For each symlink. @throws ToolError E_ARCHIVE_UNSAFE for one that must not be */
  readonly onLink = (path: string, target: string): void => this.#links.check(path, target)

  /** For the whole NAR, in order. */
  readonly onChunk = (chunk: Uint8Array): void => this.#scanner?.scan(chunk)

  /** Sorted. */
  get references(): readonly StorePath[] {
    return [...new Set([...this.#links.references, ...(this.#scanner?.found ?? [])])].sort()
  }
}

/** Which objects symlinks point to, and whether all of them stay where they must. */
export class LinkChecker {
  readonly references = new Set<StorePath>()
  readonly #label: string

  /** `label` names the tree in errors. */
  constructor(label: string) {
    this.#label = label
  }

  /**
   * Looks at the link at `path` (relative to the tree's root) to `target`. A link may lead to a place in its own tree, or be exactly
   * `../…/<store path>[/…]`, up to the objects directory and down into another object; then that object is a reference.
   * @throws ToolError E_ARCHIVE_UNSAFE for every other target, and for a tree that is itself a link
   */
  check(path: string, target: string): void {
    if (path === '') throw this.#refuse('.', target, 'is all there is')
    if (target === '' || target.includes('\0') || !target.isWellFormed())
      throw this.#refuse(path, target, 'is not a path')
    if (target.startsWith('/')) throw this.#refuse(path, target, 'is absolute')
    const parts = target.split('/').filter((part) => part !== '' && part !== '.')
    let up = 0
    while (parts[up] === '..') up++
    // Behind a name, `..` leads to wherever that name really is, which can be a link into another object.
    if (parts.includes('..', up)) throw this.#refuse(path, target, 'has `..` behind a name')
    const depth = path.split('/').length - 1
    if (up <= depth) return
    const reference = up === depth + 1 ? parseStorePath(parts[up]) : null
    if (reference === null) throw this.#refuse(path, target, 'leads out of its object')
    this.references.add(reference)
  }

  #refuse(path: string, target: string, what: string): ToolError {
    return new ToolError('E_ARCHIVE_UNSAFE', `\`${this.#label}\`: the symlink \`${path}\` to \`${target}\` ${what}.`, {
      details: { tree: this.#label, path, target },
    })
  }
}

// Is a byte one of base32's digits?
const IS_DIGIT = new Uint8Array(256)
for (const digit of '0123456789abcdfghijklmnpqrsvwxyz') IS_DIGIT[digit.charCodeAt(0)] = 1

/** Finds the hashes of candidate objects in a stream of bytes, also where a hash is cut by the end of a chunk. */
export class HashScanner {
  readonly found = new Set<StorePath>()
  readonly #candidates: ReadonlyMap<string, StorePath>
  #tail: Buffer = Buffer.alloc(0)

  constructor(candidates: Iterable<StorePath>) {
    this.#candidates = new Map([...candidates].map((path) => [storePathHash(path), path]))
  }

  scan(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#search(Buffer.concat([this.#tail, bytes.subarray(0, HASH_LENGTH - 1)]))
    this.#search(bytes)
    const kept = Buffer.concat([this.#tail, bytes.subarray(-(HASH_LENGTH - 1))])
    this.#tail = Buffer.from(kept.subarray(-(HASH_LENGTH - 1)))
  }

  /** Tries only windows of 32 digits: from a byte that is no digit, the next window to try begins behind it. */
  #search(bytes: Buffer): void {
    for (let start = 0; start + HASH_LENGTH <= bytes.length; ) {
      let last = start + HASH_LENGTH - 1
      while (last >= start && IS_DIGIT[bytes[last] ?? 0] === 1) last--
      if (last >= start) {
        start = last + 1
        continue
      }
      const path = this.#candidates.get(bytes.toString('latin1', start, start + HASH_LENGTH))
      if (path !== undefined) this.found.add(path)
      start++
    }
  }
}
