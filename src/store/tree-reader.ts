// Reads a tree, of any size, in as many threads as pay: this one cuts it into stretches and takes their bytes in the order of the NAR; both threads
// read the stretches, and for a copy write the files in them. A worker starts when enough was met to be worth one.

import { asStoreError } from '../core/errors.ts'
import { NAR_START, type Nar, NarHash, type OnChunk } from '../core/nar.ts'
import type { StorePath } from '../core/store-path.ts'
import type { Host } from '../host/host.ts'
import { Slots } from '../host/slots.ts'
import { ReferenceFinder } from './references.ts'
import { readStretch, type Stretch } from './stretch.ts'
import { type CutOptions, TreeCutter } from './tree-cutter.ts'

/** What one thread reads in about the time in which a worker starts. */
const WORTH_A_WORKER = { entries: 2_000, bytes: 32 << 20 }
/** What is written too: reading twice as much. */
const LARGE = { entries: 4_000, bytes: 64 << 20 }

export interface ReadJob {
  readonly path: string
  /** Names the tree in errors. */
  readonly label: string
  readonly candidates: readonly StorePath[]
}

/** What must be known of a tree to name it. */
export interface Survey {
  readonly nar: Nar
  readonly references: readonly StorePath[]
  /** Of a tree that is small enough. */
  readonly listing?: string | null
}

/** Whether `path` is worth two threads from the start. It looks at no more than a fraction of what reading it would. */
export function isLarge(host: Host, path: string): boolean {
  const directories: string[] = []
  const files: string[] = []
  const kind = host.stat(path)?.kind
  if (kind === 'directory') directories.push(path)
  else files.push(path)
  let entries = 0
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const entry of host.readDirectory(directory)) {
      if (++entries >= LARGE.entries) return true
      if (entry.kind === 'directory') directories.push(`${directory}/${entry.name}`)
      else if (entry.kind === 'file') files.push(`${directory}/${entry.name}`)
    }
  }
  let bytes = 0
  return files.some((file) => {
    bytes += host.stat(file)?.size ?? 0
    return bytes >= LARGE.bytes
  })
}

/**
 * The NAR of what is at `path`.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks, E_STORE_IO; the reason of `signal` when it aborts
 */
export async function hashTree(host: Host, path: string, signal?: AbortSignal): Promise<Nar> {
  const hash = new NarHash()
  await dumpTree(host, path, (chunk) => hash.update(chunk), signal)
  return hash.finish()
}

/**
 * Hands on the NAR of what is at `path`, whatever symlinks it holds.
 * @throws as `hashTree`, and what `onChunk` throws
 */
export async function dumpTree(host: Host, path: string, onChunk: OnChunk, signal?: AbortSignal): Promise<void> {
  const reader = new TreeReader(host)
  try {
    await reader.read({ top: path, label: path, onChunk }, signal)
  } catch (error) {
    throw asStoreError(error, `read \`${path}\``)
  } finally {
    await reader.close()
  }
}

/** One at a time may be asked for; after one that failed only `close` is left. */
export class TreeReader {
  readonly #host: Host
  readonly #slots: Slots<Stretch>

  constructor(host: Host) {
    this.#host = host
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'
    this.#slots = new Slots(new URL(`./tree-reader-worker.${extension}`, import.meta.url))
  }

  /** Writes nothing. @throws ToolError E_ARCHIVE_UNSAFE for what no object may hold */
  async survey(job: ReadJob, signal?: AbortSignal): Promise<Survey> {
    return await this.#survey(job, null, signal)
  }

  /** Copies to `copyTo`, where nothing is, sealed but for the top directory. The survey is of what was written. */
  async copy(job: ReadJob, copyTo: string, signal?: AbortSignal): Promise<Survey> {
    this.#slots.start()
    return await this.#survey(job, copyTo, signal)
  }

  async #survey({ path, label, candidates }: ReadJob, copyTo: string | null, signal?: AbortSignal): Promise<Survey> {
    const hash = new NarHash()
    const finder = new ReferenceFinder(label, candidates)
    const onChunk = (chunk: Uint8Array): void => {
      hash.update(chunk)
      finder.onChunk(chunk)
    }
    await this.read({ top: path, label, copyTo, onLink: finder.onLink, onChunk }, signal)
    return { nar: hash.finish(), references: finder.references }
  }

  /** Hands on the NAR of a tree, copying it if asked to. @throws as `hashTree`, and what the options' functions throw */
  async read(options: CutOptions, signal?: AbortSignal): Promise<void> {
    const cutter = new TreeCutter(this.#host, options)
    options.onChunk(NAR_START)
    try {
      await this.#slots.run({
        next: () => {
          const isWorthIt = cutter.entries >= WORTH_A_WORKER.entries || cutter.bytes >= WORTH_A_WORKER.bytes
          if (isWorthIt) this.#slots.start()
          return cutter.next()
        },
        work: (stretch, slot) => readStretch(this.#host, stretch, slot),
        onDone: (stretch, bytes, done) => cutter.take(stretch, bytes, done),
        signal,
      })
    } finally {
      cutter.close()
    }
  }

  /** What is being written is left as it is. */
  async close(): Promise<void> {
    await this.#slots.close()
  }
}
