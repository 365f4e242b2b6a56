// Reads a large tree with two threads: a worker reads, this thread hashes, writes or hands on what was read. For trees that one thread
// reads in the time in which a worker starts, walk.ts and pieces.ts are enough.

import { type Nar, NarHash, type OnChunk } from '../core/nar.ts'
import type { StorePath } from '../core/store-path.ts'
import { RingReader } from '../host/byte-ring.ts'
import type { Host } from '../host/host.ts'
import { type Piece, PieceWriter } from './pieces.ts'
import { readNar } from './walk.ts'

/** Reading this much takes about as long as starting a worker three times. */
const LARGE_ENTRIES = 4_000
const LARGE_BYTES = 64 << 20

export interface ReadJob {
  readonly path: string
  /** Names the tree in errors. */
  readonly label: string
  /** Null when symlinks may lead anywhere. */
  readonly candidates: readonly StorePath[] | null
  /** Where to copy the tree, if anywhere: the worker makes directories and links, and files when it would only wait otherwise. */
  readonly copyTo: string | null
}

/** What goes with the bytes of a tree that is copied; null with those of one that is only read. */
export type ReadNote = Pick<Piece, 'files' | 'finished'> | null

export interface ReadResult {
  /** Of a tree that was copied; who only reads hashes the bytes here, beside the worker. */
  readonly nar: Nar | null
  readonly references: readonly StorePath[]
}

/** What must be known of a tree to name it. */
export interface Survey {
  readonly nar: Nar
  readonly references: readonly StorePath[]
  /** Of a tree that is small enough. */
  readonly listing?: string | null
}

/** Whether `path` is worth a worker. It looks at no more than a fraction of what reading it would. */
export function isLarge(host: Host, path: string): boolean {
  const directories: string[] = []
  const files: string[] = []
  const kind = host.stat(path)?.kind
  if (kind === 'directory') directories.push(path)
  else files.push(path)
  let entries = 0
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const entry of host.readDirectory(directory)) {
      if (++entries >= LARGE_ENTRIES) return true
      if (entry.kind === 'directory') directories.push(`${directory}/${entry.name}`)
      else if (entry.kind === 'file') files.push(`${directory}/${entry.name}`)
    }
  }
  let bytes = 0
  return files.some((file) => {
    bytes += host.stat(file)?.size ?? 0
    return bytes >= LARGE_BYTES
  })
}

/**
 * The NAR of what is at `path`, in as many threads as pay.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks; the reason of `signal` when it aborts
 */
export async function hashTree(host: Host, path: string, signal?: AbortSignal): Promise<Nar> {
  const hash = new NarHash()
  await dumpTree(host, path, (chunk) => hash.update(chunk), signal)
  return hash.finish()
}

/**
 * Hands on the NAR of what is at `path`, whatever symlinks it holds, read by as many threads as pay.
 * @throws as `hashTree`, and what `onChunk` throws
 */
export async function dumpTree(host: Host, path: string, onChunk: OnChunk, signal?: AbortSignal): Promise<void> {
  if (isLarge(host, path)) await withTreeReader((reader) => reader.dump(path, onChunk, signal))
  else readNar(host, path, onChunk)
}

/** Starts a reader, and ends it when `use` is done. */
export async function withTreeReader<T>(use: (reader: TreeReader) => Promise<T>): Promise<T> {
  const reader = new TreeReader()
  try {
    return await use(reader)
  } finally {
    await reader.close()
  }
}

/** One at a time may be asked for; after one that failed only `close` is left. */
export class TreeReader {
  readonly #ring: RingReader<ReadJob, ReadNote, ReadResult>

  constructor() {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'
    this.#ring = new RingReader(new URL(`./tree-reader-worker.${extension}`, import.meta.url))
  }

  /** Hands on the NAR of what is at `path`, whatever it holds. */
  async dump(path: string, onChunk: OnChunk, signal?: AbortSignal): Promise<void> {
    await this.#ring.run(
      { path, label: path, candidates: null, copyTo: null },
      (_, bytes) => onChunk(bytes as Buffer),
      signal,
    )
  }

  /** Writes nothing. @throws ToolError E_ARCHIVE_UNSAFE for what no object may hold */
  async survey(job: Omit<ReadJob, 'copyTo'>, signal?: AbortSignal): Promise<Survey> {
    const hash = new NarHash()
    const { references } = await this.#ring.run(
      { ...job, copyTo: null },
      (_, bytes) => hash.update(bytes as Buffer),
      signal,
    )
    return { nar: hash.finish(), references }
  }

  /** Copies to `copyTo`, where nothing is, sealed but for the top directory. The survey is of what was written. */
  async copy(host: Host, job: ReadJob & { readonly copyTo: string }, signal?: AbortSignal): Promise<Survey> {
    const writer = new PieceWriter(host, job.copyTo)
    try {
      const { nar, references } = await this.#ring.run(
        job,
        (note, bytes) => {
          if (note === null) return
          if (bytes !== null) writer.writeFiles({ files: note.files, bytes })
          writer.sealDirectories(note)
        },
        signal,
      )
      return { nar: nar as Nar, references }
    } finally {
      writer.close()
    }
  }

  async close(): Promise<void> {
    await this.#ring.close()
  }
}
