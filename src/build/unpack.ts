// One `unpack` step: archives in, a sealed object out. Synchronous and self-contained, so that it can run in a worker.

import type { PartFormat } from '../core/derivation.ts'
import type { Integrity } from '../core/digest.ts'
import { ToolError } from '../core/errors.ts'
import type { StoreName, StorePath } from '../core/store-path.ts'
import { makeDirectory, nameTwins, nodeAt, putNode, type TreeDirectory, type TreeFile } from '../core/tree.ts'
import { fixShebang, type UnpackedTar, unpackTar } from '../host/archive.ts'
import type { Store } from '../store/store.ts'

/** Everything a worker needs; plain data. */
export interface UnpackJob {
  readonly name: StoreName
  readonly parts: readonly UnpackJobPart[]
  /** Path in the object → symlink target, final. */
  readonly links: readonly (readonly [at: string, target: string])[]
  /** What they lead to: objects that are valid while the job is done. */
  readonly inputs: readonly StorePath[]
}

export interface UnpackJobPart {
  /** For messages: `typescript-5.9.3.tgz`. */
  readonly label: string
  readonly integrity: Integrity
  readonly format: PartFormat
  readonly strip: number
  readonly at: string
  readonly executables: readonly string[]
}

/** Bytes whose hash matched, or a tree that was read (and compared) already. */
export type PartContent = { readonly bytes: Uint8Array } | { readonly tree: TreeDirectory }

/** @throws ToolError E_ARCHIVE_UNSAFE, E_STORE_IO */
export function unpack(job: UnpackJob, content: (part: UnpackJobPart) => PartContent, store: Store): StorePath {
  store.vouchFor(job.inputs)
  const root = makeDirectory()
  const places = new Set<string>()
  const archives: UnpackedTar[] = []
  try {
    for (const part of job.parts) {
      if (places.has(part.at)) throw twoAt(part.at)
      places.add(part.at)
      const given = content(part)
      const tree = 'tree' in given ? given.tree : unpackArchive(given.bytes, part, archives)
      for (const path of part.executables) makeExecutable(tree, path)
      // The same package with another graph below it is another object, but its files are the same.
      const earlier = store.unpackedAt(part.integrity)
      if (earlier !== null) nameTwins(tree, earlier)
      if (part.at === '') mergeInto(root, tree)
      else if (!putNode(root, part.at, tree)) throw twoAt(part.at)
    }
    for (const [at, target] of job.links) putLink(root, at, target)
    const { path } = store.addTree(job.name, root)
    for (const part of job.parts) store.rememberUnpacked(part.integrity, part.at === '' ? path : `${path}/${part.at}`)
    return path
  } finally {
    for (const archive of archives) archive.release()
  }
}

function unpackArchive(bytes: Uint8Array, { strip, label }: UnpackJobPart, archives: UnpackedTar[]): TreeDirectory {
  const archive = unpackTar(bytes, { strip, label })
  archives.push(archive)
  return archive.tree
}

/** A bundled copy of a dependency wins over the link to it, as it does for npm. */
function putLink(root: TreeDirectory, at: string, target: string): void {
  if (nodeAt(root, at) !== null) return
  if (!putNode(root, at, { kind: 'symlink', target })) {
    throw new ToolError('E_ARCHIVE_UNSAFE', `A package has a file where \`${at}\` needs a directory.`, {
      details: { path: at },
    })
  }
}

function makeExecutable(tree: TreeDirectory, path: string): void {
  const slash = path.lastIndexOf('/')
  const directory = nodeAt(tree, slash === -1 ? '' : path.slice(0, slash))
  const name = path.slice(slash + 1)
  const file = directory?.kind === 'directory' ? directory.entries.get(name) : undefined
  if (directory?.kind !== 'directory' || file?.kind !== 'file') return
  const fixed: TreeFile = { kind: 'file', executable: true, bytes: fixShebang(file.bytes) }
  directory.entries.set(name, fixed)
}

function mergeInto(root: TreeDirectory, tree: TreeDirectory): void {
  for (const [name, node] of tree.entries) if (!putNode(root, name, node)) throw twoAt(name)
}

/** The place of a part is remembered as that of its artifact, so nothing of another part may be there. */
function twoAt(place: string): Error {
  return new Error(`two parts at ${place}`)
}
