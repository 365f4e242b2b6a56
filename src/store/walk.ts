// Reads a tree on disk, in the order of its NAR: to hash it, to hand its NAR on, or to seal it on the way. It writes no file; what is
// made of what was read is for the caller.

import { compareCodePoints } from '../core/json.ts'
import { type Nar, NarHash, NarWriter, type OnChunk } from '../core/nar.ts'
import type { FileKind, FileStat, Host } from '../host/host.ts'
import { isExecutable, SEALED_DIRECTORY, SEALED_TIME, sealedMode, unsafe, WRITABLE_DIRECTORY } from './tree.ts'

/** What is met on the way through a tree, in the order of its NAR. All paths here are relative to the tree's root, which is ''. */
export type TreeEvent =
  /** `end` is the end of a directory. */
  | { readonly kind: 'directory' | 'file' | 'end'; readonly path: string }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }

/** Any of these may throw to refuse what was met. */
export interface Visitor {
  /** Each file and directory, before anything else is told of it. Asking for this costs a look at every directory. */
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
 * Goes through what is at `top`. A directory is read after its event was taken.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks, and for a name that is not UTF-8; `label` names the tree then
 */
export function* treeEvents(host: Host, top: string, label: string): Generator<TreeEvent, void> {
  const stat = host.stat(top)
  if (stat === null) throw new Error(`there is nothing at ${top}`)
  const ahead: { readonly kind: FileKind | 'end'; readonly path: string }[] = [{ kind: stat.kind, path: '' }]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const { kind, path } = next
    if (kind === 'other') throw unsafe(label, path, 'is a device, a pipe or a socket')
    if (kind === 'symlink') yield { kind, path, target: host.readLink(placeOf(top, path)) ?? '' }
    else yield { kind, path }
    if (kind !== 'directory') continue
    ahead.push({ kind: 'end', path })
    const entries = host.readDirectory(placeOf(top, path))
    // From the last to the first: what is put down last is taken up first.
    for (const { name, kind: found } of entries.toSorted((a, b) => compareCodePoints(b.name, a.name))) {
      const below = path === '' ? name : `${path}/${name}`
      // Bytes that are no UTF-8 become U+FFFD when a directory is read, and then there is no such file.
      if (name.includes('\ufffd') && host.stat(placeOf(top, below)) === null) {
        throw unsafe(label, below, 'has a name that is not UTF-8')
      }
      ahead.push({ kind: found, path: below })
    }
  }
}

/** Where in the file system a path of the tree at `top` is. */
export function placeOf(top: string, path: string): string {
  return path === '' ? top : `${top}/${path}`
}

/** What is before the node itself in a NAR. The top is nobody's entry. */
export function openNode(writer: NarWriter, path: string): void {
  if (path !== '') writer.openEntry(path.slice(path.lastIndexOf('/') + 1))
}

export function closeNode(writer: NarWriter, path: string): void {
  if (path !== '') writer.closeEntry()
}

/**
 * Writes the NAR of what is at `top` with `writer`, which is finished then.
 * @throws as `treeEvents`
 */
export function walk(
  host: Host,
  top: string,
  writer: NarWriter,
  options: Visitor & { readonly label: string },
  seal = false,
): void {
  for (const event of treeEvents(host, top, options.label)) {
    const { kind, path } = event
    const place = placeOf(top, path)
    if (kind !== 'end') openNode(writer, path)
    if (options.onNode !== undefined && kind === 'directory') {
      const stat = host.stat(place)
      if (stat !== null) options.onNode(path, stat)
    }
    switch (kind) {
      case 'directory':
        if (seal) makeWritable(host, place)
        options.onDirectory?.(path)
        writer.openDirectory()
        break
      case 'end':
        writer.closeDirectory()
        options.onDirectoryEnd?.(path)
        if (seal) host.setTime(place, SEALED_TIME)
        if (seal && path !== '') host.setMode(place, SEALED_DIRECTORY)
        break
      case 'file':
        if (seal) sealFile(host, place)
        walkFile(host, place, path, writer, options)
        break
      case 'symlink':
        options.onLink?.(path, event.target)
        if (seal) host.setTime(place, SEALED_TIME)
        writer.symlink(event.target)
    }
    if (kind !== 'directory') closeNode(writer, path)
  }
  writer.finish()
}

function walkFile(host: Host, place: string, path: string, writer: NarWriter, options: Visitor): void {
  const handle = host.openRead(place)
  try {
    const stat = host.statHandle(handle)
    options.onNode?.(path, stat)
    options.onFile?.(path, stat)
    writer.fileFrom(isExecutable(stat), stat.size, (buffer, offset, length) => {
      const count = host.read(handle, buffer, offset, length, null)
      options.onBytes?.(offset, count)
      return count
    })
  } finally {
    host.close(handle)
  }
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
