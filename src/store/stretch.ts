// Stretches of a tree's NAR, each small enough for one slot: runs of its entries, and parts of files that are larger. Any thread reads one, and for a
// copy writes its files, knowing nothing of the others. It makes no directories; who cuts the tree into stretches does.

import { NarWriter, shrank } from '../core/nar.ts'
import type { Host } from '../host/host.ts'
import { type Outcome, SLOT_SIZE } from '../host/slots.ts'
import { PieceWriter } from './pieces.ts'
import { isExecutable } from './tree.ts'
import { closeNode, openNode, placeOf, type TreeEvent } from './walk.ts'

export type Stretch = EntryRun | FilePart

/** Done entry by entry, as far as the slot has room. */
export interface EntryRun {
  readonly top: string
  /** Where the tree is copied to, if it is. */
  readonly copyTo: string | null
  /** As text, which goes from one thread to another in a quarter of the time. */
  readonly events: readonly string[]
  /** The first of them that counts. */
  readonly from: number
}

/** Of a file that is read, and for a copy written, by both threads at once: handles are everybody's. */
export interface FilePart {
  readonly source: number
  readonly target: number | null
  readonly position: number
  readonly length: number
}

const MARKS = { directory: 'd', end: 'e', file: 'f', symlink: 'l' } as const
const KINDS: Readonly<Record<string, TreeEvent['kind']>> = { d: 'directory', e: 'end', f: 'file', l: 'symlink' }

/** What an entry takes in a NAR beside its path and its target, at most. */
const ENTRY_SIZE = 1024
const MAX_BYTES_PER_UNIT = 3
/** A larger file is read in parts. */
export const MAX_WHOLE_FILE = SLOT_SIZE - ENTRY_SIZE

/** @throws ToolError E_STORE_IO when a file shrank meanwhile */
export function readStretch(host: Host, stretch: Stretch, slot: Buffer): Outcome {
  return 'source' in stretch ? readPart(host, stretch, slot) : readRun(host, stretch, slot)
}

export function printEvent(event: TreeEvent): string {
  return MARKS[event.kind] + event.path + (event.kind === 'symlink' ? `\0${event.target}` : '')
}

export function parseEvent(text: string): TreeEvent {
  const kind = KINDS[text.slice(0, 1)] ?? 'end'
  if (kind !== 'symlink') return { kind, path: text.slice(1) }
  const end = text.indexOf('\0')
  return { kind, path: text.slice(1, end), target: text.slice(end + 1) }
}

/** The directory that ends with this event; null for any other. */
export function endedDirectory(text: string): string | null {
  return text.startsWith(MARKS.end) ? text.slice(1) : null
}

function readRun(host: Host, run: EntryRun, slot: Buffer): Outcome {
  const writer = NarWriter.within(slot)
  const copy = run.copyTo === null ? null : new PieceWriter(host, run.copyTo)
  let done = run.from
  for (; done < run.events.length; done++) {
    const event = parseEvent(run.events[done] as string)
    // Nothing of it is written when it does not fit.
    if (!(event.kind === 'file' ? readFile(event.path) : writeMarks(event))) break
  }
  return { length: writer.length, done }

  function readFile(path: string): boolean {
    const handle = host.openRead(placeOf(run.top, path))
    try {
      const stat = host.statHandle(handle)
      if (stat.size > writer.room - ENTRY_SIZE) return false
      openNode(writer, path)
      let offset = -1
      writer.fileFrom(isExecutable(stat), stat.size, (buffer, at, length) => {
        if (offset === -1) offset = at
        return host.read(handle, buffer, at, length, null)
      })
      closeNode(writer, path)
      const file = { path, executable: isExecutable(stat), offset, length: stat.size, isFirst: true, isLast: true }
      copy?.writeFiles([file], slot)
      return true
    } finally {
      host.close(handle)
    }
  }

  function writeMarks(event: Exclude<TreeEvent, { kind: 'file' }>): boolean {
    const { kind, path } = event
    const target = kind === 'symlink' ? event.target : ''
    if (writer.room < ENTRY_SIZE + target.length * MAX_BYTES_PER_UNIT) return false
    if (kind !== 'end') openNode(writer, path)
    if (kind === 'directory') writer.openDirectory()
    if (kind === 'symlink') writer.symlink(target)
    if (kind === 'end') writer.closeDirectory()
    if (kind !== 'directory') closeNode(writer, path)
    return true
  }
}

function readPart(host: Host, { source, target, position, length }: FilePart, slot: Buffer): Outcome {
  for (let done = 0; done < length; ) {
    const count = host.read(source, slot, done, length - done, position + done)
    if (count === 0) throw shrank(length - done)
    done += count
  }
  if (target !== null) host.write(target, slot, 0, length, position)
  return { length, done: length }
}
