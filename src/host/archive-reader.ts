// Archives of any size, read in pieces: tar (plain, gzip, xz, zstd, bzip2) and zip. Formats are the libraries' business; what is here are
// bounds and the refusal of everything that could reach outside the tree or alias a name in it. Where the files go is the sink's business.

import { Parser } from 'tar/parse'
import type { ReadEntry } from 'tar/read-entry'
import type { ArchiveFormat } from '../core/derivation.ts'
import { damaged, unsafe } from './archive-faults.ts'
import { type ArchiveSink, Guard, type ReadArchiveOptions } from './archive-guard.ts'
import { type Compression, DecompressError, decompress } from './decompress.ts'
import type { Host } from './host.ts'

/** Every archive may unpack to so much, and to so many times its own size. */
const MIN_BYTES = 1024 ** 3
const MAX_RATIO = 200
/** Of tar. */
const BLOCK_BYTES = 512
const COMPRESSIONS: Readonly<Record<Exclude<ArchiveFormat, 'zip'>, Compression | null>> = {
  tar: null,
  'tar.gz': 'gzip',
  'tar.xz': 'xz',
  'tar.zst': 'zstd',
  'tar.bz2': 'bzip2',
}
/** How many bytes of a file `detectFormat` wants. */
export const HEAD_BYTES = 512

/** What an archive is, by its first bytes and whatever its name; null for what is none that can be read. */
export function detectFormat(head: Uint8Array): ArchiveFormat | null {
  const begins = (...bytes: readonly number[]) => bytes.every((byte, index) => head[index] === byte)
  if (begins(0x1f, 0x8b)) return 'tar.gz'
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'tar.xz'
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'tar.zst'
  if (begins(0x42, 0x5a, 0x68)) return 'tar.bz2'
  if (begins(0x50, 0x4b, 0x03, 0x04) || begins(0x50, 0x4b, 0x05, 0x06)) return 'zip'
  return Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar' ? 'tar' : null
}

/**
 * Executable bits count as any bit of theirs; no other mode, owner or time does.
 * @throws ToolError E_ARCHIVE_UNSAFE, E_SOURCE_INVALID (details.archive, details.entry); what `sink` throws
 */
export async function readArchive(
  host: Host,
  path: string,
  options: ReadArchiveOptions,
  sink: ArchiveSink,
): Promise<void> {
  const size = host.stat(path)?.size ?? 0
  const maxBytes = options.maxBytes ?? Math.max(MIN_BYTES, size * MAX_RATIO)
  const guard = new Guard(options, sink, maxBytes)
  if (options.format === 'zip') {
    const { readZip } = await import('./zip-reader.ts')
    await readZip(host, path, size, guard, options)
  } else {
    await readTar(host, path, COMPRESSIONS[options.format], guard, options)
  }
}

async function readTar(
  host: Host,
  path: string,
  compression: Compression | null,
  guard: Guard,
  { label, signal }: ReadArchiveOptions,
): Promise<void> {
  const parser = new Parser({
    brotli: false,
    zstd: false,
    onwarn: (_code, message) => {
      throw damaged(label, String(message))
    },
  })
  parser.on('entry', (entry: ReadEntry) => takeEntry(entry, guard, label))
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    throw unsafe(label, entry.path, `it is of the unsupported kind ${entry.type}`)
  })
  parser.on('meta', (text: string) => {
    if (text.includes('GNU.sparse.')) throw unsafe(label, null, 'it holds a sparse file')
    if (/ path=[^\n]*\0/.test(text)) throw unsafe(label, null, 'the name of an entry holds a NUL')
  })
  let hasEnd = false
  parser.on('eof', () => {
    hasEnd = true
  })
  let length = 0
  const take = (piece: Buffer): void => {
    guard.count(piece.length)
    const format = length === 0 ? detectFormat(piece) : null
    // The parser would unzip a second layer by itself, out of reach of the bounds.
    if (format !== null && format !== 'tar') throw unsafe(label, null, 'it is compressed twice')
    length += piece.length
    parser.write(piece)
  }
  await decompress(host, path, compression, take, signal).catch((error: unknown) => {
    throw error instanceof DecompressError ? damaged(label, error.message, error.cause) : error
  })
  // The parser passes over a header that is cut off. What follows the end mark may be of any length.
  if (length === 0 || (!hasEnd && length % BLOCK_BYTES !== 0)) throw damaged(label, 'it is cut off')
  parser.end()
}

function takeEntry(entry: ReadEntry, guard: Guard, label: string): void {
  switch (entry.type) {
    case 'Directory':
    case 'GNUDumpDir':
      guard.directory(entry.path)
      break
    case 'SymbolicLink':
      guard.symlink(entry.path, entry.linkpath ?? '')
      break
    case 'Link':
      guard.hardLink(entry.path, entry.linkpath ?? '')
      break
    case 'File':
    case 'OldFile':
    case 'ContiguousFile': {
      const file = guard.file(entry.path, ((entry.mode ?? 0) & 0o111) !== 0)
      if (file === null) break
      entry.on('data', file.write)
      // An empty file has ended by now; its stream repeats `end` for whoever listens late.
      entry.on('end', file.end)
      return
    }
    default:
      throw unsafe(label, entry.path, `it is a special file (${entry.type})`)
  }
  entry.resume()
}
