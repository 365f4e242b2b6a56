// Cuts a tree into stretches, and puts together what became of them. On the way it makes what a copy needs beside the bytes of files: directories and
// links before the files in them, the time and mode of a directory after. It reads no file; who reads the stretches is for the caller.

import { NarWriter, type OnChunk } from '../core/nar.ts'
import type { FileStat, Host } from '../host/host.ts'
import { SLOT_SIZE } from '../host/slots.ts'
import { PieceWriter } from './pieces.ts'
import { type EntryRun, endedDirectory, MAX_WHOLE_FILE, parseEvent, printEvent, type Stretch } from './stretch.ts'
import { isExecutable, SEALED_TIME } from './tree.ts'
import { closeNode, openNode, placeOf, treeEvents } from './walk.ts'

/** Larger runs would seldom fit a slot. */
const RUN_LENGTH = 64
/** Marks, one name and one length. */
const MARKS_SIZE = 1024

export interface CutOptions {
  readonly top: string
  readonly label: string
  readonly copyTo?: string | null
  /** May throw to refuse a symlink. */
  readonly onLink?: (path: string, target: string) => void
  /** Sees the whole NAR in order. */
  readonly onChunk: OnChunk
}

/** A file that is larger than a slot, while its parts are on their way. */
interface LargeFile {
  readonly path: string
  readonly size: number
  readonly source: number
  readonly target: number | null
  /** Bytes that were taken. */
  taken: number
}

export class TreeCutter {
  readonly #host: Host
  readonly #options: CutOptions
  readonly #copyTo: string | null
  readonly #copy: PieceWriter | null
  readonly #events: ReturnType<typeof treeEvents>
  #file: LargeFile | null = null
  #entries = 0
  #bytes = 0

  constructor(host: Host, options: CutOptions) {
    this.#host = host
    this.#options = options
    this.#copyTo = options.copyTo ?? null
    this.#copy = this.#copyTo === null ? null : new PieceWriter(host, this.#copyTo)
    this.#events = treeEvents(host, options.top, options.label)
  }

  /** Met so far. */
  get entries(): number {
    return this.#entries
  }

  /** Of the NAR, known so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Null when all of the tree was cut. @throws ToolError E_ARCHIVE_UNSAFE, and what `onLink` throws */
  next(): Stretch | null {
    const events: string[] = []
    while (events.length < RUN_LENGTH) {
      const { value: event } = this.#events.next()
      if (event === undefined) break
      // Before the files in it, which any thread may write from now on.
      if (event.kind === 'directory') this.#copy?.makeDirectory(event.path)
      if (event.kind === 'symlink') {
        this.#options.onLink?.(event.path, event.target)
        this.#copy?.makeLink(event.path, event.target)
      }
      events.push(printEvent(event))
    }
    this.#entries += events.length
    return events.length === 0 ? null : { top: this.#options.top, copyTo: this.#copyTo, events, from: 0 }
  }

  /**
   * Is told of each stretch in order: what its bytes are, and how far it was done. Returns what is to be read next, before all that was cut
   * already.
   */
  take(stretch: Stretch, bytes: Buffer, done: number): Iterable<Stretch> {
    if (bytes.length > 0) this.#options.onChunk(bytes)
    if ('source' in stretch) {
      this.#takePart(bytes.length)
      return []
    }
    this.#bytes += bytes.length
    for (const text of stretch.events.slice(stretch.from, done)) {
      // Everything in it was in this stretch or earlier ones.
      const path = this.#copy === null ? null : endedDirectory(text)
      if (path !== null) this.#copy?.sealDirectory(path)
    }
    return done === stretch.events.length ? [] : this.#goOn({ ...stretch, from: done })
  }

  /** Lets go of a file that was not finished. */
  close(): void {
    const file = this.#file
    this.#file = null
    if (file === null) return
    this.#host.close(file.source)
    if (file.target !== null) this.#host.close(file.target)
  }

  /** A run whose first entry had no room: in what was left of a slot, or in any. */
  #goOn(run: EntryRun): Iterable<Stretch> {
    const { kind, path } = parseEvent(run.events[run.from] ?? '')
    if (kind !== 'file') return [run]
    const source = this.#host.openRead(placeOf(run.top, path))
    const stat = this.#host.statHandle(source)
    if (stat.size <= MAX_WHOLE_FILE) {
      this.#host.close(source)
      return [run]
    }
    return partsOf(this.#cutFile(path, source, stat), { ...run, from: run.from + 1 })
  }

  #cutFile(path: string, source: number, stat: FileStat): LargeFile {
    const { size } = stat
    this.#file = { path, size, source, target: null, taken: 0 }
    const target = this.#copy?.createFile(path, isExecutable(stat)) ?? null
    const file = { path, size, source, target, taken: 0 }
    this.#file = file
    this.#bytes += size
    this.#mark((writer) => {
      openNode(writer, path)
      writer.openFile(isExecutable(stat), size)
    })
    return file
  }

  #takePart(length: number): void {
    const file = this.#file
    if (file === null) throw new Error('a part of no file')
    file.taken += length
    if (file.taken < file.size) return
    this.#mark((writer) => {
      writer.closeFile(file.size)
      closeNode(writer, file.path)
    })
    if (file.target !== null) this.#host.setHandleTime(file.target, SEALED_TIME)
    this.close()
  }

  /** Bytes of the NAR that are in no stretch. */
  #mark(write: (writer: NarWriter) => void): void {
    const buffer = Buffer.alloc(MARKS_SIZE)
    const writer = NarWriter.within(buffer)
    write(writer)
    this.#options.onChunk(buffer.subarray(0, writer.length))
  }
}

/** One by one, so that a file of any size takes the same memory. */
function* partsOf({ source, target, size }: LargeFile, after: Stretch): Generator<Stretch, void> {
  for (let position = 0; position < size; position += SLOT_SIZE) {
    yield { source, target, position, length: Math.min(SLOT_SIZE, size - position) }
  }
  yield after
}
