// What stands between an archive's format and whoever takes its entries: bounds, and the refusal of everything that could reach outside the
// tree or alias a name in it. Reading the formats is not done here.

import type { ArchiveFormat } from '../core/derivation.ts'
import { staysInside } from '../core/link-target.ts'
import { type EntryKind, NameTwins } from '../core/name-twins.ts'
import { joinParts, safeParts, unsafe } from './archive-faults.ts'

/** Told of every entry once, with a path that is safe, and after the directories above it. What it throws ends the reading, as it is. */
export interface ArchiveSink {
  directory(path: string): void
  /** The file's bytes come in order; `end` says that they were all. */
  file(path: string, executable: boolean): { readonly write: (piece: Uint8Array) => void; readonly end: () => void }
  symlink(path: string, target: string): void
  /** `existing` is a file that was told of before. */
  hardLink(path: string, existing: string): void
}

export interface ReadArchiveOptions {
  /** What to call the archive in messages: its file name. */
  readonly label: string
  readonly format: ArchiveFormat
  /** How many leading parts every path loses, whatever their names; what has no more parts than that is left out. */
  readonly strip: number
  readonly signal: AbortSignal
  readonly maxEntries?: number
  /** What the archive may unpack to, headers included, whatever its size. */
  readonly maxBytes?: number
}

const MAX_ENTRIES = 500_000

/** Between a format and the sink: lets nothing through that is not safe. */
export class Guard {
  readonly #options: ReadArchiveOptions
  readonly #sink: ArchiveSink
  readonly #maxBytes: number
  readonly #maxEntries: number
  readonly #twins = new NameTwins()
  #entries = 0
  #bytes = 0

  constructor(options: ReadArchiveOptions, sink: ArchiveSink, maxBytes: number) {
    this.#options = options
    this.#sink = sink
    this.#maxBytes = maxBytes
    this.#maxEntries = options.maxEntries ?? MAX_ENTRIES
  }

  /** Counts what was unpacked, before it is used. */
  count(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > this.#maxBytes)
      throw unsafe(this.#options.label, null, `it unpacks to more than ${this.#maxBytes} bytes`)
  }

  directory(written: string): void {
    const path = this.#admit(written, 'directory')
    if (path !== '') this.#sink.directory(path)
  }

  /** Null for a file that stripping leaves out. */
  file(written: string, executable: boolean): ReturnType<ArchiveSink['file']> | null {
    const path = this.#admit(written, 'file')
    return path === '' ? null : this.#sink.file(path, executable)
  }

  symlink(written: string, target: string): void {
    const path = this.#admit(written, 'symlink')
    if (path === '') return
    const { label } = this.#options
    if (target.includes('\0') || target.includes('\ufffd')) throw unsafe(label, written, 'its target is no path')
    if (!staysInside(path, target)) throw unsafe(label, written, 'it is a link that leads out')
    this.#sink.symlink(path, target)
  }

  hardLink(written: string, existing: string): void {
    const path = this.#admit(written, 'file')
    const from = this.#strip(existing)
    if (path === '') return
    if (this.#twins.kindOf(from) !== 'file' || from === path)
      throw unsafe(this.#options.label, written, 'it is a link to a file that is not there')
    this.#sink.hardLink(path, from)
  }

  /** The path in the tree; '' for what is left out. */
  #admit(written: string, kind: EntryKind): string {
    const { label } = this.#options
    this.#entries += 1
    if (this.#entries > this.#maxEntries) throw unsafe(label, null, `it has more than ${this.#maxEntries} entries`)
    const path = this.#strip(written)
    const clash = path === '' ? null : this.#twins.put(path, kind)
    if (clash === null) return path
    const what = clash.same
      ? 'something of that name is there already'
      : `its name is that of \`${clash.with}\` in another spelling`
    throw unsafe(label, written, what)
  }

  #strip(written: string): string {
    const { label, strip } = this.#options
    const parts = safeParts(label, written).filter((part) => part !== '' && part !== '.')
    return joinParts(label, written, parts.slice(strip))
  }
}
