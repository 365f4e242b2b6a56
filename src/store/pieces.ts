// A tree on its way into the store, in pieces: each is a stretch of its NAR, with what of the tree lies in it. So what is hashed and what is
// written are the same bytes, read once, and a tree of any size takes the same memory. It does not know what the tree is for.

import { NarWriter } from '../core/nar.ts'
import type { Host } from '../host/host.ts'
import { isExecutable, SEALED_DIRECTORY, SEALED_TIME, sealedMode, WRITABLE_DIRECTORY } from './tree.ts'
import { placeOf, walk } from './walk.ts'

/** All paths are relative to the tree's root, which is ''. */
export interface Piece {
  /** Of the NAR; overwritten when the next piece is read, unless the reader was given another buffer for that. */
  readonly bytes: Uint8Array
  /** Whose entries begin in this piece, each before those in it. */
  readonly directories: readonly string[]
  readonly links: readonly (readonly [path: string, target: string])[]
  readonly files: readonly FilePart[]
  /** Directories that nothing is added to after this piece, each after those in it. */
  readonly finished: readonly string[]
}

export interface FilePart {
  readonly path: string
  readonly executable: boolean
  /** Where its bytes are in the piece. */
  readonly offset: number
  readonly length: number
  readonly isFirst: boolean
  readonly isLast: boolean
}

export interface ReadOptions {
  /** Names the tree in errors. */
  readonly label: string
  /** Called for each symlink. May throw to refuse it. */
  readonly onLink?: ((path: string, target: string) => void) | undefined
  /** Called for each node in the order of the NAR. */
  readonly onEntry?: ((path: string, isDirectory: boolean) => void) | undefined
  /** Where the next piece's bytes go; without it one buffer is used again and again. */
  readonly nextBuffer?: (() => Buffer) | undefined
}

/**
 * Reads what is at `path`. A file lies whole in one piece unless it is larger than a buffer.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks
 */
export function readPieces(host: Host, path: string, options: ReadOptions, onPiece: (piece: Piece) => void): void {
  let piece = emptyPiece()
  let file = { path: '', executable: false, size: 0, done: 0 }
  const writer = new NarWriter((bytes) => {
    onPiece({ bytes, ...piece })
    piece = emptyPiece()
  }, options.nextBuffer ?? null)
  walk(host, path, writer, {
    label: options.label,
    onDirectory: (relative) => {
      options.onEntry?.(relative, true)
      piece.directories.push(relative)
    },
    onDirectoryEnd: (relative) => void piece.finished.push(relative),
    onLink: (relative, target) => {
      options.onLink?.(relative, target)
      options.onEntry?.(relative, false)
      piece.links.push([relative, target])
    },
    onFile: (relative, stat) => {
      options.onEntry?.(relative, false)
      file = { path: relative, executable: isExecutable(stat), size: stat.size, done: 0 }
      if (stat.size === 0) addPart(0, 0)
    },
    onBytes: addPart,
  })

  function addPart(offset: number, length: number): void {
    const isFirst = file.done === 0
    file.done += length
    const isLast = file.done === file.size
    const before = piece.files.at(-1)
    // A read may give less than was asked for.
    if (!isFirst && before !== undefined) piece.files.pop()
    const start = isFirst ? { offset, length: 0, isFirst } : (before ?? { offset, length: 0, isFirst })
    piece.files.push({ ...start, path: file.path, executable: file.executable, length: start.length + length, isLast })
  }
}

interface OpenPiece {
  readonly directories: string[]
  readonly links: (readonly [path: string, target: string])[]
  readonly files: FilePart[]
  readonly finished: string[]
}

function emptyPiece(): OpenPiece {
  return { directories: [], links: [], files: [], finished: [] }
}

/** Writes pieces, in their order, to a place where nothing is; sealed but for the top directory, which could not be moved otherwise. */
export class PieceWriter {
  readonly #host: Host
  readonly #top: string
  /** Of a file that goes on in the next piece. */
  #handle: number | null = null

  constructor(host: Host, top: string) {
    this.#host = host
    this.#top = top
  }

  write({ directories, links, files, finished, bytes }: Piece): void {
    for (const path of directories) this.makeDirectory(path)
    for (const [path, target] of links) this.makeLink(path, target)
    this.writeFiles(files, bytes)
    for (const path of finished) this.sealDirectory(path)
  }

  makeDirectory(path: string): void {
    this.#host.makeDirectory(placeOf(this.#top, path), WRITABLE_DIRECTORY)
  }

  makeLink(path: string, target: string): void {
    const place = placeOf(this.#top, path)
    this.#host.symlink(target, place)
    this.#host.setTime(place, SEALED_TIME)
  }

  writeFiles(files: readonly FilePart[], bytes: Uint8Array): void {
    for (const { path, executable, offset, length, isFirst, isLast } of files) {
      if (isFirst) this.#handle = this.createFile(path, executable)
      if (this.#handle === null) throw new Error(`${path} goes on without having begun`)
      if (length > 0) this.#host.write(this.#handle, bytes, offset, length)
      if (!isLast) continue
      this.#host.setHandleTime(this.#handle, SEALED_TIME)
      this.close()
    }
  }

  /** A handle to write to. The mode is the final one from the start, so that a file is sealed before anyone could see it. */
  createFile(path: string, executable: boolean): number {
    return this.#host.createFile(placeOf(this.#top, path), sealedMode(executable))
  }

  /** Only once everything in it is written. */
  sealDirectory(path: string): void {
    const place = placeOf(this.#top, path)
    this.#host.setTime(place, SEALED_TIME)
    if (path !== '') this.#host.setMode(place, SEALED_DIRECTORY)
  }

  /** Lets go of a file that was not finished. */
  close(): void {
    if (this.#handle !== null) this.#host.close(this.#handle)
    this.#handle = null
  }
}

/** Copies a file or directory to a place where nothing is, sealed but for a top directory. */
export function copyTree(host: Host, from: string, to: string): void {
  const writer = new PieceWriter(host, to)
  try {
    readPieces(host, from, { label: from }, (piece) => writer.write(piece))
  } finally {
    writer.close()
  }
}
