// NAR: Nix's serialisation of a tree, and the hash over it that names every store object. `nix-store --dump` gives the same bytes.
// Pure: bytes that are not in memory come through a reader that the caller hands in. Reading a NAR is nar-parser.ts.

import type { Hash } from 'node:crypto'
import { crypto, type Integrity, printIntegrity } from './digest.ts'
import { ToolError } from './errors.ts'
import { compareCodePoints } from './json.ts'
import type { TreeNode } from './tree.ts'

/** The sha256 of a tree's NAR and its length in bytes. */
export interface Nar {
  readonly integrity: Integrity
  readonly size: number
}

/** Sees the whole NAR in order. A chunk is overwritten later, so it must not be kept. */
export type OnChunk = (chunk: Uint8Array) => void

/** Puts up to `length` bytes of a file into `buffer` at `offset` and says how many; 0 is the end. */
export type ReadInto = (buffer: Uint8Array, offset: number, length: number) => number

const BUFFER_SIZE = 1 << 20
/** From this size on, bytes that are in memory already are handed on where they are rather than copied into the buffer. */
const PASS_THROUGH = 1 << 16
const MAX_BYTES_PER_UNIT = 3

/** What every NAR begins with. */
export const NAR_START: Uint8Array = tokens('nix-archive-1')
const NOTHING = new Uint8Array()
const REGULAR = tokens('(', 'type', 'regular', 'contents')
const EXECUTABLE = tokens('(', 'type', 'regular', 'executable', '', 'contents')
const SYMLINK = tokens('(', 'type', 'symlink', 'target')
const DIRECTORY = tokens('(', 'type', 'directory')
const ENTRY = tokens('entry', '(', 'name')
const NODE = tokens('node')
const CLOSE = tokens(')')

/** The SRI string of a tree's NAR: what `nix-hash --type sha256 --sri` prints for the same tree. */
export function narIntegrity(tree: TreeNode): Integrity {
  return narOf(tree).integrity
}

/** `onChunk` sees the whole NAR in order. */
export function narOf(tree: TreeNode, onChunk: OnChunk | null = null): Nar {
  const hash = new NarHash()
  const writer = new NarWriter((chunk) => {
    hash.update(chunk)
    onChunk?.(chunk)
  })
  writeNode(writer, tree)
  writer.finish()
  return hash.finish()
}

/** The hash over a NAR that arrives in chunks. */
export class NarHash {
  readonly #hash: Hash = crypto().createHash('sha256')
  #size = 0

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.#size += chunk.length
  }

  /** Nothing may be added after this. */
  finish(): Nar {
    return { integrity: printIntegrity('sha256', this.#hash.digest()), size: this.#size }
  }
}

/** Sorts in place by the bytes of the names' UTF-8, which is the order of a NAR's entries. */
export function sortNames(names: string[]): string[] {
  // The engine's own order, by UTF-16 unit, is the same and much faster unless a surrogate or something above them occurs.
  return names.sort(names.some((name) => /[\ud800-\uffff]/.test(name)) ? compareCodePoints : undefined)
}

function writeNode(writer: NarWriter, node: TreeNode): void {
  switch (node.kind) {
    case 'file':
      writer.file(node.executable, node.bytes)
      break
    case 'symlink':
      writer.symlink(node.target)
      break
    case 'directory': {
      writer.openDirectory()
      for (const name of sortNames([...node.entries.keys()])) {
        const child = node.entries.get(name)
        if (child === undefined) continue
        writer.openEntry(name)
        writeNode(writer, child)
        writer.closeEntry()
      }
      writer.closeDirectory()
    }
  }
}

/**
 * Writes one NAR, node by node, into a buffer that it hands to `onChunk` each time it is full: files are read straight to their place
 * in the NAR. The caller gives directory entries in NAR order.
 */
export class NarWriter {
  readonly #onChunk: OnChunk
  readonly #nextBuffer: (() => Buffer) | null
  #buffer: Buffer
  #used = 0

  /** `nextBuffer` says where to go on after each chunk, and at the start; without it one buffer is used again and again. */
  constructor(onChunk: OnChunk, nextBuffer: (() => Buffer) | null = null, start: Uint8Array = NAR_START) {
    this.#onChunk = onChunk
    this.#nextBuffer = nextBuffer
    this.#buffer = nextBuffer === null ? takeBuffer() : nextBuffer()
    this.#raw(start)
  }

  /** Writes a stretch from anywhere in a NAR to the start of `buffer`, which must have room for it; nothing is handed on. */
  static within(buffer: Buffer): NarWriter {
    const overflow = (): never => {
      throw new Error('a stretch of a NAR is larger than its buffer')
    }
    return new NarWriter(overflow, () => buffer, NOTHING)
  }

  /** Of bytes in the buffer. */
  get length(): number {
    return this.#used
  }

  /** How many bytes more the buffer holds. */
  get room(): number {
    return this.#buffer.length - this.#used
  }

  file(executable: boolean, bytes: Uint8Array): void {
    this.openFile(executable, bytes.length)
    this.#raw(bytes)
    this.closeFile(bytes.length)
  }

  /**
   * Like `file`, for bytes that are not in memory; those that a buffer holds are not split between two. Throws when the file does not
   * have exactly `size` bytes.
   */
  fileFrom(executable: boolean, size: number, read: ReadInto): void {
    this.openFile(executable, size)
    if (size > this.room && size <= this.#buffer.length) this.#flush()
    for (let left = size; left > 0; ) {
      if (this.room === 0) this.#flush()
      const count = read(this.#buffer, this.#used, Math.min(left, this.room))
      if (count === 0) throw shrank(left)
      this.#used += count
      left -= count
    }
    this.closeFile(size)
  }

  /** Before the `size` bytes of a file, when they do not come through the writer. */
  openFile(executable: boolean, size: number): void {
    this.#raw(executable ? EXECUTABLE : REGULAR)
    this.#length(size)
  }

  closeFile(size: number): void {
    this.#pad(size)
    this.#raw(CLOSE)
  }

  symlink(target: string): void {
    this.#raw(SYMLINK)
    this.#text(target)
    this.#raw(CLOSE)
  }

  openDirectory(): void {
    this.#raw(DIRECTORY)
  }

  closeDirectory(): void {
    this.#raw(CLOSE)
  }

  openEntry(name: string): void {
    this.#raw(ENTRY)
    this.#text(name)
    this.#raw(NODE)
  }

  closeEntry(): void {
    this.#raw(CLOSE)
  }

  /** Hands over what is left. The writer cannot be used after this. */
  finish(): void {
    if (this.#used > 0) this.#onChunk(this.#buffer.subarray(0, this.#used))
    if (this.#nextBuffer === null) spareBuffer = this.#buffer
    this.#buffer = Buffer.alloc(0)
  }

  #text(text: string): void {
    if (this.room < 8 + text.length * MAX_BYTES_PER_UNIT) {
      const bytes = Buffer.from(text)
      this.#length(bytes.length)
      this.#raw(bytes)
      this.#pad(bytes.length)
      return
    }
    // Written first and measured by that, since measuring takes as long.
    const length = this.#buffer.write(text, this.#used + 8)
    this.#length(length)
    this.#used += length
    this.#pad(length)
  }

  /** 64 bits, least significant byte first. */
  #length(value: number): void {
    if (this.room < 8) this.#flush()
    this.#buffer.writeUInt32LE(value % 0x1_0000_0000, this.#used)
    this.#buffer.writeUInt32LE(Math.floor(value / 0x1_0000_0000), this.#used + 4)
    this.#used += 8
  }

  #pad(length: number): void {
    const padding = (8 - (length & 7)) & 7
    if (this.room < padding) this.#flush()
    for (let i = 0; i < padding; i++) this.#buffer[this.#used++] = 0
  }

  #raw(bytes: Uint8Array): void {
    if (bytes.length > this.room || bytes.length >= PASS_THROUGH) this.#flush()
    if (bytes.length >= PASS_THROUGH) {
      this.#onChunk(bytes)
    } else {
      this.#buffer.set(bytes, this.#used)
      this.#used += bytes.length
    }
  }

  #flush(): void {
    if (this.#used === 0) return
    this.#onChunk(this.#buffer.subarray(0, this.#used))
    this.#used = 0
    if (this.#nextBuffer !== null) this.#buffer = this.#nextBuffer()
  }
}

/** The buffer of the last finished writer: objects are hashed one after the other, and fresh memory is dear. */
let spareBuffer: Buffer | null = null

function takeBuffer(): Buffer {
  const buffer = spareBuffer ?? Buffer.allocUnsafeSlow(BUFFER_SIZE)
  spareBuffer = null
  return buffer
}

function tokens(...texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.map((text) => {
      const token = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8)
      token.writeUInt32LE(text.length)
      token.write(text, 8)
      return token
    }),
  )
}

/** Whoever writes a file while it is read is not to be stopped. */
export function shrank(bytes: number): ToolError {
  return new ToolError('E_STORE_IO', `A file shrank by ${bytes} bytes while it was read.`, {
    details: { bytes },
    hint: 'Run the same command again when nobody writes to it.',
  })
}
