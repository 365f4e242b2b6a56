// npm's tarballs into trees in memory. What an archive says is read in tar.ts; what is here are bounds and the refusal of everything
// that could reach outside the tree. It writes no file, and renames nothing inside an archive. Archives of every other kind are read in
// pieces by archive-reader.ts.

import { constants, gunzipSync } from 'node:zlib'
import type { ToolError } from '../core/errors.ts'
import { directoryAt, makeDirectory, type TreeDirectory } from '../core/tree.ts'
import { damaged, joinParts, safeParts, unsafe } from './archive-faults.ts'
import { DamagedTar, isExtension, type TarEntry, walkTar } from './tar.ts'

export interface UnpackOptions {
  /** What to call the archive in messages: its file name. */
  readonly label: string
  /** How many leading parts every path loses, whatever their names; what has no more parts than that is left out. */
  readonly strip: number
  /** Of the unpacked archive, headers included. */
  readonly maxBytes?: number
  readonly maxEntries?: number
}

const MAX_BYTES = 1024 ** 3
const MAX_ENTRIES = 200_000
const MAX_EXTENSION_BYTES = 1024 ** 2
/** How far into a file an interpreter line is looked for; the kernel itself reads 256 bytes, npm 2,048. */
const SHEBANG_BYTES = 2048
/** A name that means the same wherever it stands in a path, which is nearly every one. */
const PLAIN_NAME = /^[\w@][\w.@+$~-]{0,80}$/
/** Below this a path of letters of any length is short enough, so that nobody has to count its bytes. */
const PLAIN_PATH_LENGTH = 1024

/** What was in an archive. */
export interface UnpackedTar {
  readonly tree: TreeDirectory
  /**
   * Gives the memory of all files back; the tree cannot be used after this. Otherwise it lies about until garbage is collected, and every archive
   * takes memory that was not used before.
   */
  readonly release: () => void
}

/**
 * Reads a `.tgz` or `.tar`, as npm would: files and directories only, links are left out, the executable bit is the only mode that
 * counts, of two entries with one name the last wins. The files are views into one buffer, so holding one holds them all.
 *
 * @throws ToolError E_ARCHIVE_UNSAFE, E_SOURCE_INVALID (details.archive, details.entry)
 */
export function unpackTar(bytes: Uint8Array, options: UnpackOptions): UnpackedTar {
  const tar = isGzip(bytes) ? gunzip(bytes, options) : bytes
  if (tar.length > (options.maxBytes ?? MAX_BYTES)) throw tooLarge(options)
  // The parser would unzip a second layer by itself, out of reach of the bounds.
  if (isGzip(tar)) throw unsafe(options.label, null, 'it is compressed twice')

  const builder = new TreeBuilder(options)
  try {
    for (const entry of walkTar(Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength))) builder.add(entry)
  } catch (error) {
    throw error instanceof DamagedTar ? damaged(options.label, error.message, error) : error
  }
  return { tree: builder.root, release: () => (tar === bytes ? undefined : freeMemory(tar)) }
}

/** `#!…\r\n` becomes `#!…\n`, as npm does for commands: the kernel takes the carriage return for a part of the interpreter's name. */
export function fixShebang(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return bytes
  const end = bytes.subarray(0, SHEBANG_BYTES).indexOf(0x0a)
  if (end < 4 || bytes[end - 1] !== 0x0d) return bytes
  return Buffer.concat([bytes.subarray(0, end - 1), bytes.subarray(end)])
}

/** Puts one entry after the other into a tree. */
class TreeBuilder {
  readonly root = makeDirectory()
  readonly #options: UnpackOptions
  readonly #maxEntries: number
  #count = 0
  /** Of the last file: nearly always that of the next one, too. As it was written, with its slash, and what became of it. */
  #directoryPath = ''
  #directory: TreeDirectory | null = null

  constructor(options: UnpackOptions) {
    this.#options = options
    this.#maxEntries = options.maxEntries ?? MAX_ENTRIES
  }

  /** @throws ToolError E_ARCHIVE_UNSAFE */
  add(entry: TarEntry): void {
    if (isExtension(entry.type)) {
      checkExtension(entry, this.#options)
      return
    }
    this.#count += 1
    if (this.#count > this.#maxEntries)
      throw unsafe(this.#options.label, null, `it has more than ${this.#maxEntries} entries`)
    switch (entry.type) {
      case 'File':
      case 'OldFile':
      case 'ContiguousFile':
        this.#addFile(entry)
        return
      case 'SymbolicLink':
      case 'Link':
        safePath(entry.path, this.#options)
        return
      case 'Directory':
      case 'GNUDumpDir':
        if (directoryAt(this.root, safePath(entry.path, this.#options)) === null)
          throw unsafe(this.#options.label, entry.path, 'a file stands where a directory is needed')
        return
      case 'CharacterDevice':
      case 'BlockDevice':
      case 'FIFO':
        throw unsafe(this.#options.label, entry.path, `it is a special file (${entry.type})`)
      default:
        throw unsafe(this.#options.label, entry.path, `it is of the unsupported kind ${entry.type}`)
    }
  }

  #addFile(entry: TarEntry): void {
    const { path } = entry
    const start = path.lastIndexOf('/') + 1
    const name = path.slice(start)
    if (this.#directory !== null && this.#isBeside(path, start) && PLAIN_NAME.test(name)) {
      this.#put(this.#directory, name, entry)
      return
    }
    const safe = safePath(path, this.#options)
    if (safe === '') return
    const safeStart = safe.lastIndexOf('/') + 1
    const directory = directoryAt(this.root, safe.slice(0, Math.max(0, safeStart - 1)))
    if (directory === null) throw unsafe(this.#options.label, path, 'a file stands where a directory is needed')
    this.#put(directory, safe.slice(safeStart), entry)
    // What ends in a part that is left out says nothing of its neighbours.
    this.#directory = safe.slice(safeStart) === name ? directory : null
    this.#directoryPath = path.slice(0, start)
  }

  /** Whether the path up to `start` was found to be safe already. */
  #isBeside(path: string, start: number): boolean {
    return (
      start === this.#directoryPath.length && path.length < PLAIN_PATH_LENGTH && path.startsWith(this.#directoryPath)
    )
  }

  #put(directory: TreeDirectory, name: string, { path, mode, bytes }: TarEntry): void {
    if (directory.entries.get(name)?.kind === 'directory')
      throw unsafe(this.#options.label, path, 'a directory of that name is there already')
    directory.entries.set(name, { kind: 'file', executable: (mode & 0o111) !== 0, bytes })
  }
}

function checkExtension(entry: TarEntry, { label }: UnpackOptions): void {
  if (entry.bytes.length > MAX_EXTENSION_BYTES) throw unsafe(label, entry.path, `its ${entry.type} is too long`)
  const text = entry.bytes.toString()
  if (text.includes('GNU.sparse.')) throw unsafe(label, null, 'it holds a sparse file')
  if (/ path=[^\n]*\0/.test(text)) throw unsafe(label, null, 'the name of an entry holds a NUL')
}

/** The path below the root after stripping; '' when nothing is left. */
function safePath(path: string, { label, strip }: UnpackOptions): string {
  return joinParts(label, path, safeParts(label, path).slice(strip))
}

/** Small buffers share their memory with others. */
function freeMemory({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0)
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

function gunzip(bytes: Uint8Array, options: UnpackOptions): Uint8Array {
  const maxBytes = options.maxBytes ?? MAX_BYTES
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: outputHint(bytes, maxBytes) })
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(options)
    throw damaged(options.label, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** gzip ends with the size of what it holds: with a buffer of that size zlib needs no second one and no copy. A lie only costs time. */
function outputHint(bytes: Uint8Array, maxBytes: number): number {
  const claimed =
    bytes.length < 18 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true)
  // deflate cannot do better than 1:1032.
  return Math.max(constants.Z_MIN_CHUNK, Math.min(claimed + 1, maxBytes, bytes.length * 1032))
}

function tooLarge(options: UnpackOptions): ToolError {
  return unsafe(options.label, null, `it unpacks to more than ${options.maxBytes ?? MAX_BYTES} bytes`)
}
