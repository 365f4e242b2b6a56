// Trees in memory and on disk: check one, write one sealed, measure one, remove one. Reading one is walk.ts. It names no store path and
// makes nothing valid; that is store.ts.

import { systemCode, ToolError } from '../core/errors.ts'
import type { TreeDirectory, TreeFile, TreeNode, TreeSymlink } from '../core/tree.ts'
import type { FileStat, Host } from '../host/host.ts'

/** Everything in a sealed object was modified at this second, as in Nix. */
export const SEALED_TIME = 1
export const SEALED_DIRECTORY = 0o555
export const WRITABLE_DIRECTORY = 0o755
const MAX_NAME_BYTES = 255

/** Refuses names that no file system holds or that mean something else there; hands symlinks to `onLink`. */
export function checkTree(
  label: string,
  tree: TreeNode,
  onLink: (path: string, target: string) => void,
  path = '',
): void {
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
  if (node.kind === 'symlink') return host.readLink(path) === node.target
  const twin = host.stat(path)
  const isAlike = twin?.kind === 'file' && twin.size === node.bytes.length && twin.mode === sealedMode(node.executable)
  return isAlike && twin.modifiedMs === SEALED_TIME * 1000 && host.readFile(path)?.equals(node.bytes) === true
}

/** The last step, after the rename; nothing to do for a file. */
export function sealTop(host: Host, path: string): void {
  if (host.stat(path)?.kind === 'directory') host.setMode(path, SEALED_DIRECTORY)
}

/** Makes a sealed directory one that can be moved. */
export function unsealTop(host: Host, path: string): void {
  host.setMode(path, WRITABLE_DIRECTORY)
}

/** Moves a sealed tree to another directory; the mode of its top may be another then, since only root may move what it cannot write. */
export function moveObject(host: Host, from: string, to: string): void {
  try {
    host.rename(from, to)
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error
    unsealTop(host, from)
    host.rename(from, to)
  }
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

export interface Freed {
  /** By removing all: a file counts when its last name is among them. */
  readonly bytes: number
  /** What each path takes, whoever shares it. */
  readonly each: readonly number[]
}

/** What removing all of `paths` would free on disk. */
export function freedBy(host: Host, paths: readonly string[]): Freed {
  const names = new Map<string, number>()
  let bytes = 0
  const each = paths.map((path) => {
    let size = 0
    eachFile(host, path, (stat) => {
      size += stat.allocated
      if (stat.kind === 'directory' || stat.links === 1) {
        bytes += stat.allocated
        return
      }
      const inode = `${stat.device}:${stat.inode}`
      const count = (names.get(inode) ?? 0) + 1
      names.set(inode, count)
      if (count === stat.links) bytes += stat.allocated
    })
    return size
  })
  return { bytes, each }
}

/** Tells of what is at `path` and of everything in it. */
export function eachFile(host: Host, path: string, use: (stat: FileStat) => void): void {
  const stat = host.stat(path)
  if (stat === null) return
  use(stat)
  if (stat.kind !== 'directory') return
  for (const entry of host.readDirectory(path)) eachFile(host, `${path}/${entry.name}`, use)
}

/** A name that was removed of a file that had more, as it was before. */
export interface SharedFile {
  readonly inode: string
  readonly links: number
  /** Bytes on disk. */
  readonly allocated: number
}

/**
 * Removes what is at `path`, sealed or not, and returns the bytes freed. Nothing there is no error. Files with several names are told to
 * `onShared`, if given, rather than counted: names of theirs may be removed elsewhere at the same time.
 */
export function removeTree(host: Host, path: string, onShared: ((file: SharedFile) => void) | null = null): number {
  const stat = host.stat(path)
  if (stat === null) return 0
  if (stat.kind !== 'directory') {
    host.unlink(path)
    if (stat.links === 1) return stat.allocated
    onShared?.({ inode: `${stat.device}:${stat.inode}`, links: stat.links, allocated: stat.allocated })
    return 0
  }
  // Only root may remove names from a sealed directory.
  if (stat.mode !== WRITABLE_DIRECTORY) host.setMode(path, WRITABLE_DIRECTORY)
  let bytes = stat.allocated
  for (const entry of host.readDirectory(path)) bytes += removeTree(host, `${path}/${entry.name}`, onShared)
  try {
    host.removeDirectory(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOTEMPTY') throw error
    // What is left has names that are not UTF-8.
    host.removeAll(path)
  }
  return bytes
}

export function sealedMode(executable: boolean): number {
  return executable ? 0o555 : 0o444
}

/**
 * Whether a node has the mode and the time of a sealed one; `isTop` for the tree itself. A symlink is sealed whatever its time: it cannot be written,
 * and one that takes its place changes the directory's.
 */
export function isSealed(stat: FileStat, isTop = false): boolean {
  if (stat.kind === 'symlink') return true
  if (stat.modifiedMs !== SEALED_TIME * 1000) return false
  if (stat.kind === 'file') return stat.mode === sealedMode(isExecutable(stat))
  // `sealTop` comes after the rename, so a top directory may be as a crash left it.
  return stat.kind === 'directory' && (stat.mode === SEALED_DIRECTORY || (isTop && stat.mode === WRITABLE_DIRECTORY))
}

export function isExecutable(stat: FileStat): boolean {
  return (stat.mode & 0o100) !== 0
}

function isFileName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) return false
  return name.isWellFormed() && (name.length * 3 <= MAX_NAME_BYTES || Buffer.byteLength(name) <= MAX_NAME_BYTES)
}

export function unsafe(label: string, path: string, what: string): ToolError {
  const where = path === '' ? '' : `\`${path}\` `
  return new ToolError('E_ARCHIVE_UNSAFE', `\`${label}\`: ${where}${what}.`, { details: { tree: label, path } })
}
