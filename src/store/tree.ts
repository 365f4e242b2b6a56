// Trees between memory, disk and NAR: hash one on disk, write one, seal one that others wrote, measure one, remove
// one. It names no store path and makes nothing valid; that is store.ts.

import { systemCode, ToolError } from '../core/errors.ts'
import { type Nar, NarWriter, type OnChunk, sortNames } from '../core/nar.ts'
import type { TreeDirectory, TreeFile, TreeNode, TreeSymlink } from '../core/tree.ts'
import type { FileKind, FileStat, Host } from '../host/host.ts'

/** Everything in a sealed object was modified at this second, as in Nix. */
const SEALED_TIME = 1
const SEALED_DIRECTORY = 0o555
const WRITABLE_DIRECTORY = 0o755
const MAX_NAME_BYTES = 255
const COPY_BUFFER_SIZE = 1 << 20

/** Called for each symlink, with its path relative to the tree's root. May throw to refuse it. */
export type OnLink = (path: string, target: string) => void

/** Refuses names that no file system holds or that mean something else there; hands symlinks to `onLink`. */
export function checkTree(label: string, tree: TreeNode, onLink: OnLink, path = ''): void {
  if (tree.kind === 'symlink') onLink(path, tree.target)
  if (tree.kind !== 'directory') return
  for (const [name, node] of tree.entries) {
    const below = path === '' ? name : `${path}/${name}`
    if (!isFileName(name)) throw unsafe(label, below, 'has a name that is no file name')
    if (node.kind === 'directory' || node.kind === 'symlink') checkTree(label, node, onLink, below)
  }
}

/** Writes a tree that `checkTree` let pass, sealed but for its top directory, which could not be moved otherwise. */
export function writeTree(host: Host, path: string, tree: TreeNode): void {
  switch (tree.kind) {
    case 'directory':
      writeDirectory(host, path, tree)
      break
    case 'file':
      if (!linkTwin(host, path, tree)) writeFile(host, path, tree.executable, tree.bytes)
      break
    case 'symlink':
      if (linkTwin(host, path, tree)) break
      host.symlink(tree.target, path)
      host.setTime(path, SEALED_TIME)
  }
}

function writeDirectory(host: Host, path: string, tree: TreeDirectory): void {
  host.makeDirectory(path, WRITABLE_DIRECTORY)
  for (const [name, node] of tree.entries) {
    const below = `${path}/${name}`
    writeTree(host, below, node)
    if (node.kind === 'directory') host.setMode(below, SEALED_DIRECTORY)
  }
  host.setTime(path, SEALED_TIME)
}

/** The mode is the final one from the start, so that a file is sealed before anyone could see it. */
function writeFile(host: Host, path: string, executable: boolean, bytes: Uint8Array): void {
  const handle = host.createFile(path, sealedMode(executable))
  try {
    if (bytes.length > 0) host.write(handle, bytes, 0, bytes.length)
    host.setHandleTime(handle, SEALED_TIME)
  } finally {
    host.close(handle)
  }
}

/** False when there is no twin, it is no longer what it was, or it cannot be linked. */
function linkTwin(host: Host, path: string, node: TreeFile | TreeSymlink): boolean {
  if (node.twin === undefined || !isTwin(host, node, node.twin)) return false
  try {
    host.hardLink(node.twin, path)
    return true
  } catch (error) {
    if (!['EMLINK', 'EXDEV', 'EPERM', 'ENOENT'].includes(systemCode(error) ?? '')) throw error
    return false
  }
}

/** By content: the same size at the same place is no proof, and what was damaged must not spread. */
function isTwin(host: Host, node: TreeFile | TreeSymlink, path: string): boolean {
  const twin = host.stat(path)
  if (twin === null || twin.modifiedMs !== SEALED_TIME * 1000) return false
  if (node.kind === 'symlink') return twin.kind === 'symlink' && host.readLink(path) === node.target
  const isAlike = twin.kind === 'file' && twin.size === node.bytes.length && twin.mode === sealedMode(node.executable)
  return isAlike && host.readFile(path)?.equals(node.bytes) === true
}

/** Copies any tree; modes only as far as they count in a store. */
export function copyTree(host: Host, from: string, to: string): void {
  const stat = host.stat(from)
  if (stat === null) throw new Error(`there is nothing at ${from}`)
  switch (stat.kind) {
    case 'directory':
      host.makeDirectory(to, WRITABLE_DIRECTORY)
      for (const entry of host.readDirectory(from)) copyTree(host, `${from}/${entry.name}`, `${to}/${entry.name}`)
      break
    case 'file':
      copyFile(host, from, to, isExecutable(stat))
      break
    case 'symlink':
      host.symlink(host.readLink(from) ?? '', to)
      break
    case 'other':
      throw unsafe(from, '', 'is a device, a pipe or a socket')
  }
}

function copyFile(host: Host, from: string, to: string, executable: boolean): void {
  const buffer = Buffer.allocUnsafe(COPY_BUFFER_SIZE)
  const source = host.openRead(from)
  try {
    const target = host.createFile(to, sealedMode(executable))
    try {
      for (let count = 1; count > 0; ) {
        count = host.read(source, buffer, 0, buffer.length, null)
        if (count > 0) host.write(target, buffer, 0, count)
      }
      host.setHandleTime(target, SEALED_TIME)
    } finally {
      host.close(target)
    }
  } finally {
    host.close(source)
  }
}

/** The last step, after the rename; nothing to do for a file. */
export function sealTop(host: Host, path: string, kind: FileKind): void {
  if (kind === 'directory') host.setMode(path, SEALED_DIRECTORY)
}

/** Makes a sealed directory one that can be moved. */
export function unsealTop(host: Host, path: string): void {
  host.setMode(path, WRITABLE_DIRECTORY)
}

export interface HashOptions {
  /** Names the tree in errors. */
  readonly label: string
  readonly onFile?: (path: string, stat: FileStat) => void
  readonly onLink?: OnLink
  readonly onChunk?: OnChunk
}

/**
 * The NAR of what is at `path`.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks
 */
export function hashPath(host: Host, path: string, options: HashOptions = { label: path }): Nar {
  return walk(host, path, options, false)
}

/**
 * Gives everything at `path` its final mode and time (setuid and other bits go), but for the mode of the top directory, and hashes
 * it in the same walk.
 * @throws ToolError E_ARCHIVE_UNSAFE for anything but files, directories and symlinks
 */
export function sealPath(host: Host, path: string, options: HashOptions): Nar {
  return walk(host, path, options, true)
}

function walk(host: Host, top: string, options: HashOptions, seal: boolean): Nar {
  const writer = new NarWriter(options.onChunk ?? null)

  function visit(path: string, relative: string, kind: FileKind): void {
    switch (kind) {
      case 'directory':
        visitDirectory(path, relative)
        break
      case 'file':
        if (seal) sealFile(host, path)
        hashFile(host, path, writer, (stat) => options.onFile?.(relative, stat))
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
    const kinds = new Map(host.readDirectory(path).map((entry) => [entry.name, entry.kind]))
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
    if (seal) host.setTime(path, SEALED_TIME)
    if (seal && relative !== '') host.setMode(path, SEALED_DIRECTORY)
  }

  const stat = host.stat(top)
  if (stat === null) throw new Error(`there is nothing at ${top}`)
  visit(top, '', stat.kind)
  return writer.finish()
}

function hashFile(host: Host, path: string, writer: NarWriter, onFile: (stat: FileStat) => void): void {
  const handle = host.openRead(path)
  try {
    const stat = host.statHandle(handle)
    onFile(stat)
    writer.fileFrom(isExecutable(stat), stat.size, (buffer, offset, length) =>
      host.read(handle, buffer, offset, length, null),
    )
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

export interface TreeSize {
  /** On disk. */
  readonly bytes: number
  readonly files: number
}

/** What trees take on disk together; a file with several names counts once. */
export function measureTrees(host: Host, paths: Iterable<string>): TreeSize {
  const seen = new Set<string>()
  let bytes = 0
  let files = 0
  for (const path of paths) {
    eachFile(host, path, (stat) => {
      const inode = `${stat.device}:${stat.inode}`
      if (stat.links > 1 && seen.has(inode)) return
      if (stat.links > 1) seen.add(inode)
      bytes += stat.allocated
      files += stat.kind === 'directory' ? 0 : 1
    })
  }
  return { bytes, files }
}

/** The bytes that removing all of `paths` would free: a file counts when its last name is among them. */
export function freedBy(host: Host, paths: Iterable<string>): number {
  const names = new Map<string, number>()
  let bytes = 0
  for (const path of paths) {
    eachFile(host, path, (stat) => {
      if (stat.kind === 'directory' || stat.links === 1) {
        bytes += stat.allocated
        return
      }
      const inode = `${stat.device}:${stat.inode}`
      const count = (names.get(inode) ?? 0) + 1
      names.set(inode, count)
      if (count === stat.links) bytes += stat.allocated
    })
  }
  return bytes
}

function eachFile(host: Host, path: string, use: (stat: FileStat) => void): void {
  const stat = host.stat(path)
  if (stat === null) return
  use(stat)
  if (stat.kind !== 'directory') return
  for (const entry of host.readDirectory(path)) eachFile(host, `${path}/${entry.name}`, use)
}

/** Removes what is at `path`, sealed or not, and returns the bytes freed. Nothing there is no error. */
export function removeTree(host: Host, path: string): number {
  const stat = host.stat(path)
  if (stat === null) return 0
  if (stat.kind !== 'directory') {
    host.unlink(path)
    return stat.links === 1 ? stat.allocated : 0
  }
  // Only root may remove names from a sealed directory.
  if (stat.mode !== WRITABLE_DIRECTORY) host.setMode(path, WRITABLE_DIRECTORY)
  let bytes = stat.allocated
  for (const entry of host.readDirectory(path)) bytes += removeTree(host, `${path}/${entry.name}`)
  try {
    host.removeDirectory(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOTEMPTY') throw error
    // What is left has names that are not UTF-8.
    host.removeAll(path)
  }
  return bytes
}

function sealedMode(executable: boolean): number {
  return executable ? 0o555 : 0o444
}

export function isSealed(stat: FileStat): boolean {
  return stat.kind === 'file' && stat.mode === sealedMode(isExecutable(stat))
}

function isExecutable(stat: FileStat): boolean {
  return (stat.mode & 0o100) !== 0
}

function isFileName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) return false
  return name.isWellFormed() && (name.length * 3 <= MAX_NAME_BYTES || Buffer.byteLength(name) <= MAX_NAME_BYTES)
}

function unsafe(label: string, path: string, what: string): ToolError {
  const where = path === '' ? '' : `\`${path}\` `
  return new ToolError('E_ARCHIVE_UNSAFE', `\`${label}\`: ${where}${what}.`, { details: { tree: label, path } })
}
