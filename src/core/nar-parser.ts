// Reads a NAR that arrives in chunks, from whomever: everything about it is checked, and it takes no more memory than one name. Pure: what
// is found goes to a visitor. Writing NARs is nar.ts.

import { ToolError } from './errors.ts'

/** Paths are relative to the tree's root, which is ''. Parents come before what is in them, entries in the order of the NAR. */
export interface NarVisitor {
  onDirectory(path: string): void
  /** After everything in it. */
  onDirectoryEnd(path: string): void
  onFile(path: string, executable: boolean, size: number): void
  /** The next bytes of the file that came last; they are overwritten later. */
  onBytes(bytes: Uint8Array): void
  onFileEnd(path: string): void
  onLink(path: string, target: string): void
}

/** What file systems bear. */
const MAX_NAME_BYTES = 255
const MAX_TARGET_BYTES = 4095
/** Half as deep as a path can lead. */
const MAX_DEPTH = 1024
/** The longest of the words that give a NAR its structure. */
const MAX_WORD_BYTES = 16

interface OpenDirectory {
  readonly path: string
  /** The name of the entry that was read last. */
  last: Buffer | null
}

export class NarParser {
  readonly #label: string
  readonly #steps: Generator<void, void, void>
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  #isDone = false

  /** `label` names the NAR in errors. */
  constructor(label: string, visitor: NarVisitor) {
    this.#label = label
    this.#steps = this.#archive(visitor)
    this.#steps.next()
  }

  /** @throws ToolError E_ARCHIVE_UNSAFE for what is no NAR, or one that Nix would not write; and what the visitor throws */
  push(chunk: Uint8Array): void {
    this.#chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#at = 0
    if (this.#steps.next().done === true) this.#isDone = true
    if (this.#isDone && this.#at < this.#chunk.length) throw this.#refuse('something follows its end')
  }

  /** To be called when there is nothing more. @throws ToolError E_ARCHIVE_UNSAFE when the NAR is not over */
  finish(): void {
    if (!this.#isDone) throw this.#refuse('it is cut short')
  }

  *#archive(visitor: NarVisitor): Generator<void, void, void> {
    yield* this.#expect('nix-archive-1')
    /** The directories that are being read, the innermost last. Not the call stack: how deep a NAR goes is for its maker to say. */
    const open: OpenDirectory[] = []
    let path = ''
    do {
      if (yield* this.#node(visitor, path)) open.push({ path, last: null })
      else if (path !== '') yield* this.#expect(')')
      if (open.length > MAX_DEPTH) throw this.#refuse(`it is more than ${MAX_DEPTH} directories deep`)
      for (let next: string | null = null; next === null && open.length > 0; ) {
        next = yield* this.#entry(open.at(-1) as OpenDirectory)
        if (next !== null) {
          path = next
        } else {
          const done = open.pop() as OpenDirectory
          visitor.onDirectoryEnd(done.path)
          if (done.path !== '') yield* this.#expect(')')
        }
      }
    } while (open.length > 0)
  }

  /** True for a directory, of which only the beginning is read. */
  *#node(visitor: NarVisitor, path: string): Generator<void, boolean, void> {
    yield* this.#expect('(', 'type')
    const type = yield* this.#word()
    switch (type) {
      case 'directory':
        visitor.onDirectory(path)
        return true
      case 'regular':
        yield* this.#file(visitor, path)
        return false
      case 'symlink': {
        yield* this.#expect('target')
        const target = this.#text(yield* this.#token(MAX_TARGET_BYTES), 'target')
        if (target === '') throw this.#refuse('a symlink leads to nothing')
        visitor.onLink(path, target)
        yield* this.#expect(')')
        return false
      }
      default:
        throw this.#refuse(`it holds a \`${type}\``)
    }
  }

  /** Up to the node of the next entry, whose path it returns; null after the last. */
  *#entry(directory: OpenDirectory): Generator<void, string | null, void> {
    const word = yield* this.#word()
    if (word === ')') return null
    if (word !== 'entry') throw this.#refuse('a directory has something that is no entry')
    yield* this.#expect('(', 'name')
    const bytes = yield* this.#token(MAX_NAME_BYTES)
    const name = this.#text(bytes, 'name')
    if (name === '' || name === '.' || name === '..' || name.includes('/')) {
      throw this.#refuse(`it has the name \`${name}\``)
    }
    if (directory.last !== null && Buffer.compare(directory.last, bytes) >= 0) {
      throw this.#refuse(`\`${name}\` is twice or out of order`)
    }
    directory.last = bytes
    yield* this.#expect('node')
    return directory.path === '' ? name : `${directory.path}/${name}`
  }

  *#file(visitor: NarVisitor, path: string): Generator<void, void, void> {
    let word = yield* this.#word()
    const executable = word === 'executable'
    if (executable) {
      yield* this.#expect('')
      word = yield* this.#word()
    }
    if (word !== 'contents') throw this.#refuse('a file has no contents')
    const size = yield* this.#length()
    visitor.onFile(path, executable, size)
    for (let left = size; left > 0; ) {
      if (this.#at === this.#chunk.length) yield
      const bytes = this.#chunk.subarray(this.#at, this.#at + left)
      this.#at += bytes.length
      left -= bytes.length
      if (bytes.length > 0) visitor.onBytes(bytes)
    }
    yield* this.#padding(size)
    visitor.onFileEnd(path)
    yield* this.#expect(')')
  }

  *#expect(...words: readonly string[]): Generator<void, void, void> {
    for (const wanted of words) {
      const found = yield* this.#word()
      if (found !== wanted) throw this.#refuse(`\`${wanted}\` is missing`)
    }
  }

  *#word(): Generator<void, string, void> {
    return (yield* this.#token(MAX_WORD_BYTES)).toString('latin1')
  }

  *#token(max: number): Generator<void, Buffer, void> {
    const length = yield* this.#length()
    if (length > max) throw this.#refuse(`something is ${length} bytes long that may have ${max}`)
    const bytes = yield* this.#take(length)
    yield* this.#padding(length)
    return bytes
  }

  /** 64 bits, least significant byte first. */
  *#length(): Generator<void, number, void> {
    const bytes = yield* this.#take(8)
    const length = bytes.readUInt32LE(0) + bytes.readUInt32LE(4) * 0x1_0000_0000
    if (!Number.isSafeInteger(length)) throw this.#refuse('it gives a length that nothing has')
    return length
  }

  *#padding(length: number): Generator<void, void, void> {
    const bytes = yield* this.#take((8 - (length % 8)) % 8)
    if (bytes.some((byte) => byte !== 0)) throw this.#refuse('its padding is not zero')
  }

  /** So many bytes, of their own. Few: the caller has looked. */
  *#take(length: number): Generator<void, Buffer, void> {
    const bytes = Buffer.allocUnsafe(length)
    for (let filled = 0; filled < length; ) {
      if (this.#at === this.#chunk.length) yield
      const count = this.#chunk.copy(bytes, filled, this.#at, this.#at + length - filled)
      filled += count
      this.#at += count
    }
    return bytes
  }

  #text(bytes: Buffer, what: string): string {
    const text = bytes.toString('utf8')
    if (!Buffer.from(text).equals(bytes)) throw this.#refuse(`a ${what} is not UTF-8`)
    if (text.includes('\0')) throw this.#refuse(`a ${what} has a zero byte`)
    return text
  }

  #refuse(why: string): ToolError {
    return new ToolError('E_ARCHIVE_UNSAFE', `\`${this.#label}\` is not a sound NAR: ${why}.`, {
      details: { nar: this.#label },
    })
  }
}
