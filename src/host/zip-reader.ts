// Zip archives by their central directory, in pieces. Decoding is yauzl's; modes and links are what Unix systems put into them.

import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader, type ZipFile } from 'yauzl'
import { isToolError } from '../core/errors.ts'
import { damaged, unsafe } from './archive-faults.ts'
import type { Guard, ReadArchiveOptions } from './archive-guard.ts'
import type { Host } from './host.ts'

const PIECE_BYTES = 256 * 1024
const MAX_LINK_BYTES = 4096
/** The upper byte of `versionMadeBy`: Unix and macOS say modes as Unix does. */
const UNIX_MAKERS: readonly number[] = [3, 19]
const KIND_BITS = 0o170000
const KINDS: ReadonlyMap<number, 'file' | 'directory' | 'symlink'> = new Map([
  // Many writers say no kind at all.
  [0, 'file'],
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
])

export async function readZip(
  host: Host,
  path: string,
  size: number,
  guard: Guard,
  { label, signal }: Pick<ReadArchiveOptions, 'label' | 'signal'>,
): Promise<void> {
  const handle = host.openRead(path)
  let sinkFailure: { readonly error: unknown } | null = null
  try {
    const options = { decodeStrings: false, autoClose: false }
    const zip = await fromRandomAccessReaderPromise(new HostReader(host, handle), size, options)
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted()
      try {
        await takeEntry(zip, entry, guard, label)
      } catch (error) {
        if (!(error instanceof DecodingError)) sinkFailure = { error }
        throw error
      }
    }
  } catch (error) {
    if (sinkFailure !== null) throw (sinkFailure as { readonly error: unknown }).error
    if (isToolError(error)) throw error
    signal.throwIfAborted()
    const cause = error instanceof DecodingError ? error.cause : error
    throw damaged(label, cause instanceof Error ? cause.message : String(cause), cause)
  } finally {
    host.close(handle)
  }
}

async function takeEntry(zip: ZipFile, entry: Entry, guard: Guard, label: string): Promise<void> {
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
  // At such a place, yauzl reads what was in memory.
  if (!Number.isSafeInteger(entry.relativeOffsetOfLocalHeader)) throw damaged(label, 'it ends too early')
  if (entry.isEncrypted()) throw unsafe(label, name, 'it is encrypted')
  if (!entry.canDecodeFileData()) throw damaged(label, `\`${name}\` is compressed in a way that is not supported`)
  const mode = UNIX_MAKERS.includes(entry.versionMadeBy >> 8) ? entry.externalFileAttributes >>> 16 : 0
  const kind = name.endsWith('/') ? 'directory' : KINDS.get(mode & KIND_BITS)
  switch (kind) {
    case 'directory':
      guard.directory(name)
      break
    case 'symlink': {
      if (entry.uncompressedSize > MAX_LINK_BYTES) throw unsafe(label, name, 'its target is no path')
      const pieces: Buffer[] = []
      await eachPiece(zip, entry, (piece) => {
        // Any number of links may share one place in the archive.
        guard.count(piece.length)
        pieces.push(piece)
      })
      guard.symlink(name, Buffer.concat(pieces).toString('utf8'))
      break
    }
    case 'file': {
      const file = guard.file(name, (mode & 0o111) !== 0)
      if (file === null) break
      await eachPiece(zip, entry, (piece) => {
        guard.count(piece.length)
        file.write(piece)
      })
      file.end()
      break
    }
    default:
      throw unsafe(label, name, 'it is a special file')
  }
}

/** Reading failed, not what was done with it. */
class DecodingError extends Error {}

async function eachPiece(zip: ZipFile, entry: Entry, take: (piece: Buffer) => void): Promise<void> {
  let sum = 0
  const stream = await decoding(() => zip.openReadStreamPromise(entry))
  const pieces: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await decoding(() => pieces.next())
      if (next.done === true) break
      sum = crc32(next.value, sum)
      take(next.value)
    }
  } finally {
    stream.destroy()
  }
  // yauzl leaves this to others.
  if (sum !== entry.crc32)
    throw new DecodingError('', { cause: new Error('the bytes of a file are not those it was made of') })
}

async function decoding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new DecodingError('', { cause })
  }
}

class HostReader extends RandomAccessReader {
  readonly #host: Host
  readonly #handle: number

  constructor(host: Host, handle: number) {
    super()
    this.#host = host
    this.#handle = handle
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const host = this.#host
    const handle = this.#handle
    function* pieces(): Generator<Buffer> {
      for (let position = start; position < end; ) {
        const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - position))
        const length = host.read(handle, buffer, 0, buffer.length, position)
        // Whoever asked would take what was in its memory for what was read.
        if (length === 0) throw new Error('it ends too early')
        position += length
        yield buffer.subarray(0, length)
      }
    }
    return Readable.from(pieces())
  }
}
