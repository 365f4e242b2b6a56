// The files of a directory of a git commit, as a tree: what was committed, byte for byte. Attributes that change files on checkout
// (`eol`, `text`, filters) do not count, so the same commit gives the same tree everywhere. What cannot be a package is refused.

import fs from 'node:fs'
import type { TreeEntry } from 'isomorphic-git'
import { ToolError } from '../core/errors.ts'
import { staysInside } from '../core/link-target.ts'
import { NameTwins } from '../core/name-twins.ts'
import { directoryAt, makeDirectory, putNode, type TreeDirectory, type TreeNode } from '../core/tree.ts'
import { joinParts, safeParts, unsafe } from './archive-faults.ts'

const MAX_FILES = 200_000
const MAX_BYTES = 2 ** 30
/** What stands in place of a large file that is kept elsewhere. */
const LFS_POINTER = /^version https:\/\/git-lfs\.\S{1,200}\noid sha256:[0-9a-f]{64}\nsize \d+\n/

export interface CommitPlace {
  /** Where the objects are: `.git`, or a bare repository. Absolute. */
  readonly gitdir: string
  /** Full id. */
  readonly commit: string
  /** Within the repository; '' for all of it. */
  readonly directory: string
  /** What messages call it. */
  readonly label: string
}

/**
 * @throws ToolError E_PACKAGE_NOT_FOUND when the commit has no such directory, E_ARCHIVE_UNSAFE for names and links that no package may have,
 *   E_UNSUPPORTED for submodules and files that are kept by LFS, E_SOURCE_INVALID for a damaged repository
 */
export async function readCommitTree(place: CommitPlace): Promise<TreeDirectory> {
  const git = await import('isomorphic-git')
  const repository = { fs, gitdir: place.gitdir, cache: {} }
  const reader = new CommitReader(git, repository, place)
  return await reader.read()
}

/**
 * One file of a commit, as it was committed; null when the commit has no file there.
 * @throws ToolError E_SOURCE_INVALID for a damaged repository
 */
export async function readCommitFile(place: Omit<CommitPlace, 'directory'>, path: string): Promise<Uint8Array | null> {
  const git = await import('isomorphic-git')
  const { gitdir, commit } = place
  try {
    return (await git.readBlob({ fs, gitdir, oid: commit, filepath: path })).blob
  } catch (cause) {
    if (isNoSuchPath(cause)) return null
    throw damaged(place, cause)
  }
}

/** When a commit was made, by its own word: milliseconds since the epoch. @throws ToolError E_SOURCE_INVALID for a damaged repository */
export async function readCommitTime(place: Omit<CommitPlace, 'directory'>): Promise<number> {
  const git = await import('isomorphic-git')
  const { gitdir, commit: oid } = place
  try {
    const { commit } = await git.readCommit({ fs, gitdir, oid })
    return commit.committer.timestamp * 1000
  } catch (cause) {
    throw damaged(place, cause)
  }
}

/** The id of the tree of a directory that the commit has, as git has it. @throws ToolError E_SOURCE_INVALID for a damaged repository */
export async function readTreeId(place: CommitPlace): Promise<string> {
  const git = await import('isomorphic-git')
  const { gitdir, commit: oid, directory } = place
  try {
    return (await git.readTree({ fs, gitdir, oid, ...(directory === '' ? {} : { filepath: directory }) })).oid
  } catch (cause) {
    throw damaged(place, cause)
  }
}

/** Whether a path is not there. The library says the same of an object that is missing. */
function isNoSuchPath(cause: unknown): boolean {
  const { code, data } = cause as { code?: unknown; data?: { what?: unknown } }
  return code === 'ObjectTypeError' || (code === 'NotFoundError' && !/^[0-9a-f]{40}$/.test(String(data?.what)))
}

type Git = typeof import('isomorphic-git')

class CommitReader {
  readonly #git: Git
  readonly #repository: { readonly fs: typeof fs; readonly gitdir: string; readonly cache: object }
  readonly #place: CommitPlace
  readonly #tree = makeDirectory()
  readonly #twins = new NameTwins()
  /** By id: what stands in many places is read once, and held once. */
  readonly #known = new Map<string, Uint8Array>()
  readonly #listings = new Map<string, readonly TreeEntry[]>()
  #files = 0
  #bytes = 0

  constructor(git: Git, repository: { fs: typeof fs; gitdir: string; cache: object }, place: CommitPlace) {
    this.#git = git
    this.#repository = repository
    this.#place = place
  }

  async read(): Promise<TreeDirectory> {
    const { commit, directory, label } = this.#place
    const entries = await this.#entries(commit, directory === '' ? undefined : directory)
    if (entries === null) {
      throw new ToolError(
        'E_PACKAGE_NOT_FOUND',
        `\`${label}\` has no directory \`${directory}\` at ${commit.slice(0, 12)}.`,
        {
          details: { place: label, commit, directory },
          hint: 'Look at the name of the directory and at the revision.',
        },
      )
    }
    await this.#directory('', entries)
    return this.#tree
  }

  /** Null when there is no such directory. */
  async #entries(oid: string, filepath: string | undefined): Promise<readonly TreeEntry[] | null> {
    try {
      const { tree } = await this.#git.readTree({
        ...this.#repository,
        oid,
        ...(filepath === undefined ? {} : { filepath }),
      })
      return tree
    } catch (cause) {
      if (filepath !== undefined && isNoSuchPath(cause)) return null
      throw damaged(this.#place, cause)
    }
  }

  async #directory(path: string, entries: readonly TreeEntry[]): Promise<void> {
    for (const entry of entries) {
      const at = this.#pathOf(path, entry)
      if (entry.type === 'commit')
        throw this.#unsupported(at, 'is a submodule', 'Name the repository of the submodule as a package of its own.')
      const kind = entry.type === 'tree' ? 'directory' : entry.mode === '120000' ? 'symlink' : 'file'
      const clash = this.#twins.put(at, kind)
      if (clash !== null) throw unsafe(this.#place.label, at, `it is another spelling of \`${clash.with}\``)
      if (entry.type === 'tree') {
        directoryAt(this.#tree, at)
        const below = this.#listings.get(entry.oid) ?? (await this.#entries(entry.oid, undefined)) ?? []
        this.#listings.set(entry.oid, below)
        await this.#directory(at, below)
      } else {
        putNode(this.#tree, at, await this.#file(at, entry))
      }
    }
  }

  #pathOf(directory: string, { path: name }: TreeEntry): string {
    const { label } = this.#place
    const path = directory === '' ? name : `${directory}/${name}`
    // A tree of git holds single names; a slash in one could only be meant to fool somebody.
    if (name === '' || name === '.' || name.includes('/')) throw unsafe(label, path, 'its name is not one')
    // What other file systems would read as that, the library refuses.
    if (/^\.git$/i.test(name)) throw unsafe(label, path, 'git itself would be kept there')
    if (/\p{Cc}/u.test(name)) throw unsafe(label, path, 'its name holds a control character')
    this.#files++
    if (this.#files > MAX_FILES) throw unsafe(label, null, `it has more than ${MAX_FILES} files`)
    return joinParts(label, path, safeParts(label, path))
  }

  async #file(at: string, entry: TreeEntry): Promise<TreeNode> {
    const { label } = this.#place
    const bytes = await this.#blob(entry.oid)
    this.#bytes += bytes.length
    if (this.#bytes > MAX_BYTES) throw unsafe(label, null, `it has more than ${MAX_BYTES / 2 ** 30} GiB of files`)
    if (entry.mode === '120000') {
      const target = Buffer.from(bytes).toString('utf8')
      if (target.includes('\ufffd') || target.includes('\0')) throw unsafe(label, at, 'its target is not text')
      if (!staysInside(at, target)) throw unsafe(label, at, `it is a link that leads out, to \`${target}\``)
      return { kind: 'symlink', target }
    }
    if (bytes.length < 1024 && LFS_POINTER.test(Buffer.from(bytes).toString('latin1')))
      throw this.#unsupported(
        at,
        'is kept by LFS, and only a pointer to it is in the repository',
        'Name the file with `url:`.',
      )
    return { kind: 'file', executable: entry.mode === '100755', bytes }
  }

  async #blob(oid: string): Promise<Uint8Array> {
    const known = this.#known.get(oid)
    if (known !== undefined) return known
    try {
      const { blob } = await this.#git.readBlob({ ...this.#repository, oid })
      this.#known.set(oid, blob)
      return blob
    } catch (cause) {
      throw damaged(this.#place, cause)
    }
  }

  #unsupported(at: string, what: string, hint: string): ToolError {
    const { label, commit } = this.#place
    return new ToolError('E_UNSUPPORTED', `\`${at}\` of \`${label}\` ${what}.`, {
      details: { place: label, commit, path: at },
      hint,
    })
  }
}

function damaged({ label, commit }: Pick<CommitPlace, 'label' | 'commit'>, cause: unknown): ToolError {
  const { code, data } = cause as { code?: unknown; data?: { filepath?: unknown; message?: unknown } }
  if (code === 'UnsafeFilepathError') return unsafe(label, String(data?.filepath), 'no file can be called that')
  const said = code === 'InternalError' ? data?.message : cause instanceof Error ? cause.message : cause
  const [reason] = String(said).split('\n', 1)
  return new ToolError(
    'E_SOURCE_INVALID',
    `The repository \`${label}\` cannot be read at ${commit.slice(0, 12)}: ${reason}`,
    {
      details: { place: label, commit },
      hint: 'Nothing of it was used.',
      cause,
    },
  )
}
