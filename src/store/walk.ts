// Reads a tree on disk, in the order of its NAR: to hash it, to hand its NAR on, or to seal it on the way. It writes no file; what is
// made of what was read is for the caller.

import { type Nar, NarHash, NarWriter, type OnChunk, sortNames } from '../core/nar.ts'
import type { FileKind, FileStat, Host } from '../host/host.ts'
import { isExecutable, SEALED_DIRECTORY, SEALED_TIME, sealedMode, unsafe, WRITABLE_DIRECTORY } from './tree.ts'

/** What is met on the way; all paths are relative to the tree's root, which is ''. Any of these may throw to refuse it. */
export interface Visitor {
  /** Each file, directory and symlink, before anything else is told of it. Asking for this costs a look at every one that is no file. */
  readonly onNode?: (path: string, stat: FileStat) => void
  /** Before anything in it. */
  readonly onDirectory?: (path: string) => void
  /** After everything in it. */
  readonly onDirectoryEnd?: (path: string) => void
  /** Before its bytes. */
  readonly onFile?: (path: string, stat: FileStat) => void
  /** `length` bytes of the file that was met last are in the NAR writer's buffer, `offset` bytes from its start. */
  readonly onBytes?: (offset: number, length: number) => void
  readonly onLink?: (path: string, target: string) => void
}

export interface HashOptions extends Visitor {
  /** Names the tree in errors. */
  readonly label: string
  /** Sees the whole NAR in order. */
  readonly onChunk?: OnChunk
}

/**
 * The NAR of what is at `path`.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks
 */
export function hashPath(host: Host, path: string, options: HashOptions = { label: path }): Nar {
  return hashWalk(host, path, options, false)
}

/** Hands on the NAR of what is at `path`. @throws as `hashPath`, and what `onChunk` throws */
export function readNar(host: Host, path: string, onChunk: OnChunk): void {
  walk(host, path, new NarWriter(onChunk), { label: path })
}

/**
 * Gives everything at `path` its final mode and time (setuid and other bits go), but for the mode of the top directory, and hashes
 * it in the same walk.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks
 */
export function sealPath(host: Host, path: string, options: HashOptions): Nar {
  return hashWalk(host, path, options, true)
}

function hashWalk(host: Host, path: string, options: HashOptions, seal: boolean): Nar {
  const hash = new NarHash()
  const writer = new NarWriter((chunk) => {
    hash.update(chunk)
    options.onChunk?.(chunk)
  })
  walk(host, path, writer, options, seal)
  return hash.finish()
}

/**
 * Writes the NAR of what is at `top` with `writer`, which is finished then.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks
 */
export function walk(
  host: Host,
  top: string,
  writer: NarWriter,
  options: Visitor & { readonly label: string },
  seal = false,
): void {
  function visit(path: string, relative: string, kind: FileKind): void {
    if (options.onNode !== undefined && kind !== 'file') {
      const stat = host.stat(path)
      if (stat !== null) options.onNode(relative, stat)
    }
    switch (kind) {
      case 'directory':
        visitDirectory(path, relative)
        break
      case 'file':
        if (seal) sealFile(host, path)
        visitFile(path, relative)
        break
      case 'symlink': {
        const target = host.readLink(path) ?? ''
        options.onLink?.(relative, target)
        if (seal) host.setTime(path, SEALED_TIME)
        writer.symlink(target)
        break
      }
      case 'other':
        throw unsafe(options.label, relative, 'is a device, a pipe or a socket')
    }
  }

  function visitDirectory(path: string, relative: string): void {
    if (seal) makeWritable(host, path)
    options.onDirectory?.(relative)
    const kinds = new Map<string, FileKind>()
    for (const { name, kind } of host.readDirectory(path)) kinds.set(name, kind)
    writer.openDirectory()
    for (const name of sortNames([...kinds.keys()])) {
      const below = relative === '' ? name : `${relative}/${name}`
      // Bytes that are no UTF-8 become U+FFFD when a directory is read, and then there is no such file.
      if (name.includes('\ufffd') && host.stat(`${path}/${name}`) === null) {
        throw unsafe(options.label, below, 'has a name that is not UTF-8')
      }
      writer.openEntry(name)
      visit(`${path}/${name}`, below, kinds.get(name) ?? 'other')
      writer.closeEntry()
    }
    writer.closeDirectory()
    options.onDirectoryEnd?.(relative)
    if (seal) host.setTime(path, SEALED_TIME)
    if (seal && relative !== '') host.setMode(path, SEALED_DIRECTORY)
  }

  function visitFile(path: string, relative: string): void {
    const handle = host.openRead(path)
    try {
      const stat = host.statHandle(handle)
      options.onNode?.(relative, stat)
      options.onFile?.(relative, stat)
      writer.fileFrom(isExecutable(stat), stat.size, (buffer, offset, length) => {
        const count = host.read(handle, buffer, offset, length, null)
        options.onBytes?.(offset, count)
        return count
      })
    } finally {
      host.close(handle)
    }
  }

  const stat = host.stat(top)
  if (stat === null) throw new Error(`there is nothing at ${top}`)
  visit(top, '', stat.kind)
  writer.finish()
}

function sealFile(host: Host, path: string): void {
  const stat = host.stat(path)
  if (stat === null) throw new Error(`${path} vanished while it was sealed`)
  const mode = sealedMode(isExecutable(stat))
  if (stat.mode !== mode) host.setMode(path, mode)
  if (stat.modifiedMs !== SEALED_TIME * 1000) host.setTime(path, SEALED_TIME)
}

function makeWritable(host: Host, path: string): void {
  if (host.stat(path)?.mode !== WRITABLE_DIRECTORY) host.setMode(path, WRITABLE_DIRECTORY)
}
