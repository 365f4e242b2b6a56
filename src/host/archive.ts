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

/**
 * Reads a `.tgz` or `.tar`, as npm would: files and directories only, links are left out, the executable bit is the only mode that
 * counts, of two entries with one name the last wins. The files are views into one buffer, so holding one holds them all.
 *
 * @throws ToolError E_ARCHIVE_UNSAFE, E_SOURCE_INVALID (details.archive, details.entry)
 */
export function unpackTar(bytes: Uint8Array, options: UnpackOptions): TreeDirectory {
  const tar = isGzip(bytes) ? gunzip(bytes, options) : bytes
  if (tar.length > (options.maxBytes ?? MAX_BYTES)) throw tooLarge(options)
  // The parser would unzip a second layer by itself, out of reach of the bounds.
  if (isGzip(tar)) throw unsafe(options.label, null, 'it is compressed twice')

  const root = makeDirectory()
  const maxEntries = options.maxEntries ?? MAX_ENTRIES
  let count = 0
  try {
    for (const entry of walkTar(Buffer.from(tar.buffer, tar.byteOffset, tar.byteLength))) {
      if (isExtension(entry.type)) {
        checkExtension(entry, options)
        continue
      }
      count += 1
      if (count > maxEntries) throw unsafe(options.label, null, `it has more than ${maxEntries} entries`)
      addEntry(root, entry, options)
    }
  } catch (error) {
    throw error instanceof DamagedTar ? damaged(options.label, error.message, error) : error
  }
  return root
}

/** `#!…\r\n` becomes `#!…\n`, as npm does for commands: the kernel takes the carriage return for a part of the interpreter's name. */
export function fixShebang(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return bytes
  const end = bytes.subarray(0, SHEBANG_BYTES).indexOf(0x0a)
  if (end < 4 || bytes[end - 1] !== 0x0d) return bytes
  return Buffer.concat([bytes.subarray(0, end - 1), bytes.subarray(end)])
}

function checkExtension(entry: TarEntry, { label }: UnpackOptions): void {
  if (entry.bytes.length > MAX_EXTENSION_BYTES) throw unsafe(label, entry.path, `its ${entry.type} is too long`)
  const text = entry.bytes.toString()
  if (text.includes('GNU.sparse.')) throw unsafe(label, null, 'it holds a sparse file')
  if (/ path=[^\n]*\0/.test(text)) throw unsafe(label, null, 'the name of an entry holds a NUL')
}

function addEntry(root: TreeDirectory, entry: TarEntry, options: UnpackOptions): void {
  const path = safePath(entry.path, options)
  switch (entry.type) {
    case 'SymbolicLink':
    case 'Link':
      return
    case 'Directory':
    case 'GNUDumpDir':
      if (directoryAt(root, path) === null)
        throw unsafe(options.label, entry.path, 'a file stands where a directory is needed')
      return
    case 'File':
    case 'OldFile':
    case 'ContiguousFile':
      if (path !== '') addFile(root, entry, path, options)
      return
    case 'CharacterDevice':
    case 'BlockDevice':
    case 'FIFO':
      throw unsafe(options.label, entry.path, `it is a special file (${entry.type})`)
    default:
      throw unsafe(options.label, entry.path, `it is of the unsupported kind ${entry.type}`)
  }
}

function addFile(root: TreeDirectory, entry: TarEntry, path: string, { label }: UnpackOptions): void {
  const slash = path.lastIndexOf('/')
  const directory = directoryAt(root, slash === -1 ? '' : path.slice(0, slash))
  if (directory === null) throw unsafe(label, entry.path, 'a file stands where a directory is needed')
  const name = path.slice(slash + 1)
  if (directory.entries.get(name)?.kind === 'directory')
    throw unsafe(label, entry.path, 'a directory of that name is there already')
  directory.entries.set(name, { kind: 'file', executable: (entry.mode & 0o111) !== 0, bytes: entry.bytes })
}

/** The path below the root after stripping; '' when nothing is left. */
function safePath(path: string, { label, strip }: UnpackOptions): string {
  return joinParts(label, path, safeParts(label, path).slice(strip))
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
