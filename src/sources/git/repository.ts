// A git repository, of this machine or of another: what its names mean now, and the files of its commits. Commits of other machines are kept
// in one bare repository each, below the store's cache, which all packages of a repository share.
//
//   cache/git/<name>-<hash of the address>/objects/pack/   what was fetched; complete commits, mostly without their history

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digestText } from '../../core/digest.ts'
import { isStorageError, isToolError, systemCode, ToolError } from '../../core/errors.ts'
import type { TreeDirectory } from '../../core/tree.ts'
import { ifPossible } from '../../host/durable.ts'
import {
  findCommit,
  listTags,
  type NamedCommit,
  type Repository,
  refuseOtherHash,
  repositoryAt,
} from '../../host/git.ts'
import { GitRemote, hasCommit, type RemoteRefs, repositoryName } from '../../host/git-remote.ts'
import { type CommitPlace, readCommitFile, readCommitTime, readCommitTree, readTreeId } from '../../host/git-tree.ts'
import type { Host } from '../../host/host.ts'
import { type HttpClient, redactUrl } from '../../host/http.ts'
import type { GitReader, OpenGitOptions } from '../git-reader.ts'

export interface GitOptions {
  readonly host: Host
  readonly http: HttpClient
  /** The process environment, for credentials. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The host's PATH. */
  readonly path: string
  /** A directory for what repositories gave; it may be deleted at any time. */
  readonly gitCache: string
  /** Where short-lived directories may be made, best on the same file system. */
  readonly temporary: string
}

export type OpenRepositoryOptions = GitOptions & OpenGitOptions

export interface GitRepository extends GitReader {
  /** Git's own id of the tree of a directory that `tree` gave. */
  treeId(commit: string, directory: string): Promise<string>
  /** When a commit was made, by its own word: milliseconds since the epoch. @throws ToolError as `file` */
  time(commit: string): Promise<number>
}

/** Reads nothing yet. @throws ToolError E_UNSUPPORTED for a protocol that is not known, E_PACKAGE_NOT_FOUND for a directory that is no repository */
export function openRepository(url: string, options: OpenRepositoryOptions): GitRepository {
  if (/^https?:\/\//.test(url)) return new RemoteRepository(url, options)
  if (!/^[a-z][a-z0-9+]*:\/\//.test(url)) return new LocalRepository(url, join(options.workspace, url), options)
  if (url.startsWith('file://')) return new LocalRepository(url, filePath(url), options)
  throw new ToolError('E_UNSUPPORTED', `The repository \`${url}\` cannot be read: only http(s) and directories are.`, {
    details: { url },
    hint: 'Most servers give the same repository over `https://`; credentials come from netrc and git.',
  })
}

function filePath(url: string): string {
  try {
    const path = fileURLToPath(url)
    if (!path.includes('\0')) return path
  } catch {
    // A host, or a slash that is encoded.
  }
  throw new ToolError('E_PACKAGE_NOT_FOUND', `\`${url}\` names no directory of this machine.`, {
    details: { url },
    hint: 'Write `file:///` and the path, or the path itself.',
  })
}

class LocalRepository implements GitRepository {
  readonly #label: string
  readonly #repository: Repository
  readonly #options: OpenRepositoryOptions

  constructor(label: string, path: string, options: OpenRepositoryOptions) {
    const repository = repositoryAt(options.host, path.replace(/\/+$/, ''))
    if (repository === null) {
      throw new ToolError('E_PACKAGE_NOT_FOUND', `\`${label}\` is not a git repository.`, {
        details: { url: label, path },
        hint: 'Name the directory that holds `.git`, or a bare repository.',
      })
    }
    refuseOtherHash(options.host, repository, label)
    this.#label = label
    this.#repository = repository
    this.#options = options
  }

  find(name: string): Promise<NamedCommit | null> {
    return findCommit(this.#options.host, this.#repository, name === '' ? 'HEAD' : name)
  }

  tags(): Promise<readonly string[]> {
    return listTags(this.#repository)
  }

  tree(commit: string, directory: string): Promise<TreeDirectory> {
    return readCommitTree({ gitdir: this.#repository.common, commit, directory, label: this.#label })
  }

  file(commit: string, path: string): Promise<Uint8Array | null> {
    return readCommitFile({ gitdir: this.#repository.common, commit, label: this.#label }, path)
  }

  treeId(commit: string, directory: string): Promise<string> {
    return readTreeId({ gitdir: this.#repository.common, commit, directory, label: this.#label })
  }

  time(commit: string): Promise<number> {
    return readCommitTime({ gitdir: this.#repository.common, commit, label: this.#label })
  }
}

/** A commit that is in the cache, or was a moment ago. */
interface Kept {
  /** Just now, and not at some earlier time. */
  readonly wasFetched: boolean
  readonly packs: string | null
}

class RemoteRepository implements GitRepository {
  readonly #url: string
  readonly #gitdir: string
  readonly #remote: GitRemote
  #refs: Promise<RemoteRefs> | null = null
  readonly #fetched = new Map<string, Promise<Kept>>()
  readonly #options: OpenRepositoryOptions

  constructor(url: string, options: OpenRepositoryOptions) {
    this.#url = url
    this.#gitdir = join(options.gitCache, repositoryName(url, digestText))
    this.#remote = new GitRemote(url, options)
    this.#options = options
  }

  async find(name: string): Promise<NamedCommit | null> {
    if (/^[0-9a-f]{40}$/.test(name)) return { id: name, ref: null }
    this.#refs ??= this.#remote.refs()
    const refs = await this.#refs
    // In git's own order.
    const names = name === '' ? ['HEAD'] : [name, `refs/${name}`, `refs/tags/${name}`, `refs/heads/${name}`]
    for (const ref of names) {
      const id = refs.get(ref)
      if (id !== undefined) return { id, ref }
    }
    return null
  }

  async tags(): Promise<readonly string[]> {
    this.#refs ??= this.#remote.refs()
    const start = 'refs/tags/'
    return [...(await this.#refs).keys()].flatMap((ref) => (ref.startsWith(start) ? [ref.slice(start.length)] : []))
  }

  tree(commit: string, directory: string): Promise<TreeDirectory> {
    return this.#read(commit, (place) => readCommitTree({ ...place, directory }))
  }

  file(commit: string, path: string): Promise<Uint8Array | null> {
    return this.#read(commit, (place) => readCommitFile(place, path))
  }

  treeId(commit: string, directory: string): Promise<string> {
    return this.#read(commit, (place) => readTreeId({ ...place, directory }))
  }

  time(commit: string): Promise<number> {
    return this.#read(commit, (place) => readCommitTime(place))
  }

  /**
   * What is kept here may have been damaged since, or be deleted at any moment, also while it is read: then it is fetched again, once, to a place where
   * nobody else is at work.
   */
  async #read<T>(commit: string, work: (place: Omit<CommitPlace, 'directory'>) => Promise<T>): Promise<T> {
    const place = { commit, label: redactUrl(this.#url) }
    let kept: Kept | null = null
    try {
      kept = await this.#have(commit)
      return await work({ ...place, gitdir: this.#gitdir })
    } catch (error) {
      if (!this.#isLost(error, kept)) throw error
    }
    this.#fetched.clear()
    if (kept?.wasFetched === false) this.#forget()
    const { host, temporary } = this.#options
    const gitdir = join(temporary, `git-${host.random(8)}`)
    try {
      await this.#remote.fetch(commit, gitdir)
      return await work({ ...place, gitdir })
    } finally {
      ifPossible(() => host.removeAll(gitdir))
    }
  }

  /** Whether another place would help: not against what a server gave just now, or the disk says. */
  #isLost(error: unknown, kept: Kept | null): boolean {
    if (!isToolError(error)) return systemCode(error) !== null && !isStorageError(error)
    if (error.code !== 'E_SOURCE_INVALID' || kept === null) return false
    return !kept.wasFetched || kept.packs === null || kept.packs !== this.#packs()
  }

  /** Which directory holds them; its number alone may soon be another's. */
  #packs(): string | null {
    const stat = this.#options.host.stat(join(this.#gitdir, 'objects', 'pack'))
    return stat === null ? null : `${stat.inode}:${stat.changedMs}`
  }

  /** Somebody else may be doing the same. */
  #forget(): void {
    ifPossible(() => this.#options.host.removeAll(this.#gitdir))
  }

  /** Those that ask for one commit at once wait for one answer. */
  #have(commit: string): Promise<Kept> {
    const known = this.#fetched.get(commit)
    if (known !== undefined) return known
    const fetched = hasCommit(this.#gitdir, commit)
      .catch(() => {
        this.#forget()
        return false
      })
      .then(async (isHere) => {
        if (!isHere) await this.#remote.fetch(commit, this.#gitdir)
        return { wasFetched: !isHere, packs: this.#packs() }
      })
    this.#fetched.set(commit, fetched)
    return fetched
  }
}
