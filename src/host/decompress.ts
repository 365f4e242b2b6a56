// The bytes of a file, unpacked as they are read: gzip and zstd by Node, xz and bzip2 by libraries that are loaded when they are needed.
// Memory does not grow with the file. What the bytes mean is not known here.

import type { Transform } from 'node:stream'
import { SpentBuffers } from './garbage.ts'
import type { Host } from './host.ts'

export type Compression = 'gzip' | 'xz' | 'zstd' | 'bzip2'

/** Takes one piece; holding on to it is allowed. What it throws ends the reading, as it is. */
export type Take = (piece: Buffer) => void

const PIECE_BYTES = 256 * 1024

/** What was read is cut off, damaged, or asks for too much memory. `cause` is the library's own error. */
export class DecompressError extends Error {}

/** Hands everything to `take`, in order. @throws DecompressError */
export async function decompress(
  host: Host,
  path: string,
  compression: Compression | null,
  take: Take,
  signal: AbortSignal,
): Promise<void> {
  // What `take` and the host throw is to be told from what the libraries say of the bytes.
  let failure: { readonly error: unknown } | null = null
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      failure ??= { error }
      throw error
    }
  }
  const handle = host.openRead(path)
  const read: Read = (buffer) => guarded(() => host.read(handle, buffer, 0, buffer.length, null))
  const spent = new SpentBuffers()
  const give: Take = (piece) => {
    guarded(() => take(piece))
    spent.add(piece.length)
  }
  try {
    if (compression === 'bzip2') await takeBzip2(read, give)
    else for await (const piece of unpacked(piecesOf(host, read, signal), compression)) give(piece)
  } catch (error) {
    const ours = failure as { readonly error: unknown } | null
    if (ours !== null) throw ours.error
    signal.throwIfAborted()
    throw new DecompressError(error instanceof Error ? error.message : String(error), { cause: error })
  } finally {
    host.close(handle)
  }
}

/** Fills the buffer from where the last one ended; how many bytes there were. */
type Read = (buffer: Uint8Array) => number

async function* piecesOf(host: Host, read: Read, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (;;) {
    signal.throwIfAborted()
    const buffer = Buffer.allocUnsafe(PIECE_BYTES)
    const length = read(buffer)
    if (length === 0) return
    yield buffer.subarray(0, length)
    // Signals are heard between two pieces, whatever else happens to be synchronous.
    await host.sleep(0)
  }
}

async function* unpacked(
  pieces: AsyncGenerator<Buffer>,
  compression: Exclude<Compression, 'bzip2'> | null,
): AsyncGenerator<Buffer> {
  if (compression === null) {
    yield* pieces
  } else if (compression === 'xz') {
    const { Readable } = await import('node:stream')
    const { default: xz } = await import('xz-decompress')
    const stream = new xz.XzReadableStream(Readable.toWeb(Readable.from(pieces)))
    for await (const piece of stream) yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
  } else if (compression === 'gzip') {
    const { createGunzip } = await import('node:zlib')
    yield* through(pieces, createGunzip({ chunkSize: PIECE_BYTES }))
  } else {
    const { createZstdDecompress } = await import('node:zlib')
    const decoder = createZstdDecompress({ chunkSize: PIECE_BYTES })
    let given = 0
    const counted = async function* () {
      for await (const piece of pieces) {
        given += piece.length
        yield piece
      }
    }
    yield* through(counted(), decoder)
    // Node reads one frame and passes over the others without a word.
    if (decoder.bytesWritten < given) throw new Error('it consists of several frames, which is not supported')
  }
}

async function* through(pieces: AsyncGenerator<Buffer>, decoder: Transform): AsyncGenerator<Buffer> {
  const { pipeline, Readable } = await import('node:stream')
  // An error reaches the reader of the last stream, which is this loop.
  yield* pipeline(Readable.from(pieces), decoder, () => {}) as AsyncIterable<Buffer>
}

/** Synchronous from beginning to end: the library offers nothing else whose memory is bounded. */
async function takeBzip2(fill: Read, take: Take): Promise<void> {
  const { default: bunzip } = await import('seek-bzip')
  const buffer = Buffer.allocUnsafe(PIECE_BYTES)
  let position = 0
  let end = 0
  const hasMore = (): boolean => {
    if (position < end) return true
    end = fill(buffer)
    position = 0
    return end > 0
  }
  // Nothing comes after the end; the block's hash then does not match.
  const readByte = (): number => (hasMore() ? (buffer[position++] ?? -1) : -1)
  const read = (target: Uint8Array, offset: number, length: number): number => {
    let count = 0
    while (count < length && hasMore()) target[offset + count++] = buffer[position++] ?? 0
    return count
  }
  let piece = Buffer.allocUnsafe(PIECE_BYTES)
  let filled = 0
  const flush = (): void => {
    if (filled > 0) take(piece.subarray(0, filled))
    piece = Buffer.allocUnsafe(PIECE_BYTES)
    filled = 0
  }
  const writeByte = (byte: number): void => {
    piece[filled++] = byte
    if (filled === PIECE_BYTES) flush()
  }
  bunzip.decode({ readByte, read, eof: () => !hasMore() }, { writeByte, flush }, true)
  flush()
}
