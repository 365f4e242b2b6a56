// Looks into git repositories: one file at a revision, for `diff` between revisions, and what is committed. isomorphic-git does the reading;
// nothing is changed.

import fs from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { ToolError } from '../core/errors.ts'
import type { Host } from './host.ts'

/**
 * `path` is absolute. A revision is a branch, a remote's branch, a tag, `HEAD`, `@`, a commit id or its beginning, each with any number of
 * `~N` and `^`. Null when the revision has no such file.
 * @throws ToolError E_USAGE for a revision that git does not know
 */
export async function readGitFile(host: Host, path: string, revision: string): Promise<Uint8Array | null> {
  const repository = findRepository(host, dirname(path))
  if (repository === null) throw unknown(revision, `, and \`${dirname(path)}\` is in no git repository`)
  const git = await import('isomorphic-git')
  const place = { fs, dir: repository.root, gitdir: repository.common, cache: {} }
  try {
    const oid = await resolveRevision(git, { ...place, host, own: repository.own }, revision)
    const { blob } = await git.readBlob({ ...place, oid, filepath: relative(repository.root, path) })
    return blob
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (code !== 'NotFoundError' && code !== 'AmbiguousError' && code !== 'ShortOidTooShortError') throw error
    if (String((error as Error).message).includes(relative(repository.root, path))) return null
    throw unknown(revision, '', error)
  }
}

export interface Commit {
  /** Full id. */
  readonly id: string
  /** When it was committed, RFC 3339. */
  readonly committed: string
}

/** What is checked out in a repository. @throws ToolError E_USAGE when nothing is committed yet, E_SOURCE_INVALID for a damaged repository */
export async function headCommit(host: Host, repository: Repository): Promise<Commit> {
  const git = await import('isomorphic-git')
  const place = { fs, dir: repository.root, gitdir: repository.common, cache: {} }
  try {
    const id = await resolveName(git, { ...place, host, own: repository.own }, 'HEAD')
    const { commit } = await git.readCommit({ ...place, oid: id })
    return { id, committed: `${new Date(commit.committer.timestamp * 1000).toISOString().slice(0, 19)}Z` }
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'NotFoundError') throw unreadable(repository, cause)
    throw new ToolError('E_USAGE', `The git repository \`${repository.root}\` has no commit yet.`, {
      details: { path: repository.root },
      hint: 'Commit something first.',
      cause,
    })
  }
}

export interface NamedCommit {
  readonly id: string
  /** The full name of the reference; null for an id. */
  readonly ref: string | null
}

/**
 * The commit that a branch, a tag, `HEAD` or an id names in a repository of this machine; null when nothing there is called so.
 * @throws ToolError E_SOURCE_INVALID for a damaged repository
 */
export async function findCommit(host: Host, repository: Repository, name: string): Promise<NamedCommit | null> {
  // No reference is called so, and the file system would have its own opinion.
  if (name.includes('\0') || name.length > MAX_NAME) return null
  const git = await import('isomorphic-git')
  const place = { fs, dir: repository.root, gitdir: repository.common, cache: {} }
  try {
    const found = await resolveName(git, { ...place, host, own: repository.own }, name)
    // What is no commit has no files.
    const { oid: id } = await git.readCommit({ ...place, oid: found })
    const isId = name === 'HEAD' || (/^[0-9a-f]{4,40}$/.test(name) && found.startsWith(name))
    return { id, ref: isId ? null : await git.expandRef({ ...place, ref: name }) }
  } catch (cause) {
    if (UNKNOWN_NAME.includes(String((cause as { code?: unknown }).code))) return null
    throw unreadable(repository, cause)
  }
}

function unreadable({ root }: Repository, cause: unknown): ToolError {
  const { code, data } = cause as { code?: unknown; data?: { message?: unknown } }
  const said = code === 'InternalError' ? data?.message : cause instanceof Error ? cause.message : cause
  const [reason] = String(said).split('\n', 1)
  return new ToolError('E_SOURCE_INVALID', `The repository \`${root}\` cannot be read: ${reason}`, {
    details: { path: root },
    hint: '`git fsck` there says what is wrong.',
    cause,
  })
}

/** What the library throws for a name that nothing has, or that something has which is no commit. */
const UNKNOWN_NAME: readonly string[] = ['NotFoundError', 'AmbiguousError', 'ShortOidTooShortError', 'ObjectTypeError']
/** Of a name in a file system, nearly. */
const MAX_NAME = 250

/** Nothing here reads ids of another hash than SHA-1. `label` is what messages call the repository. @throws ToolError E_UNSUPPORTED */
export function refuseOtherHash(host: Host, { common }: Repository, label: string): void {
  const config = host.readFile(join(common, 'config'))?.toString('utf8') ?? ''
  if (/^\s*objectformat\s*=\s*"?(?!sha1\b)\w/im.test(config)) throw otherHash(label)
}

/** The names of the tags of a repository of this machine. */
export async function listTags({ common }: Repository): Promise<readonly string[]> {
  const git = await import('isomorphic-git')
  return await git.listTags({ fs, gitdir: common })
}

export function otherHash(label: string): ToolError {
  return new ToolError('E_UNSUPPORTED', `The repository \`${label}\` names its commits by SHA-256.`, {
    details: { url: label },
    hint: 'Only repositories with SHA-1 ids can be read, which git makes unless it is told otherwise.',
  })
}

/** The repository at exactly this path, with a work tree or without; null when there is none. */
export function repositoryAt(host: Host, path: string): Repository | null {
  const isBare = host.stat(join(path, 'HEAD'))?.kind === 'file' && host.stat(join(path, 'objects')) !== null
  if (isBare) return { root: path, own: path, common: path }
  const found = findRepository(host, path)
  return found?.root === path ? found : null
}

type Git = typeof import('isomorphic-git')

export interface Repository {
  /** The directory of the work tree. */
  readonly root: string
  /** What this work tree has of its own: HEAD. */
  readonly own: string
  /** Objects and references, which all work trees share. */
  readonly common: string
}

interface Place {
  readonly fs: typeof fs
  readonly dir: string
  readonly gitdir: string
  readonly cache: object
  readonly host: Host
  readonly own: string
}

async function resolveRevision(git: Git, place: Place, revision: string): Promise<string> {
  const match = /^(.+?)((?:[~^][0-9]*)*)$/.exec(revision)
  const [, name = '', steps = ''] = match ?? []
  let oid = await resolveName(git, place, name === '@' ? 'HEAD' : name)
  for (const [, kind, digits] of steps.matchAll(/([~^])([0-9]*)/g)) {
    const count = digits === '' || digits === undefined ? 1 : Number(digits)
    // `~3` is three times the first parent, `^3` the third parent.
    for (let back = kind === '~' ? count : Math.min(count, 1); back > 0; back--) {
      const { commit } = await git.readCommit({ ...place, oid })
      const parent = commit.parent[kind === '~' ? 0 : count - 1]
      if (parent === undefined)
        throw new ToolError('E_USAGE', `\`${revision}\` goes back further than the history.`, { details: { revision } })
      oid = parent
    }
  }
  return oid
}

async function resolveName(git: Git, place: Place, name: string): Promise<string> {
  // Every work tree has its own HEAD, of which isomorphic-git knows nothing.
  const head = name === 'HEAD' ? place.host.readFile(join(place.own, 'HEAD'))?.toString('utf8').trim() : undefined
  const ref = head?.replace(/^ref: /, '') ?? name
  if (/^[0-9a-f]{40}$/.test(ref)) return ref
  try {
    const oid = await git.resolveRef({ ...place, ref })
    // A tag with a message is an object of its own.
    const { type } = await git.readObject({ ...place, oid, format: 'content' })
    return type === 'tag' ? (await git.readTag({ ...place, oid })).tag.object : oid
  } catch (error) {
    if (!/^[0-9a-f]{4,40}$/.test(name)) throw error
    return await git.expandOid({ ...place, oid: name })
  }
}

/** The repository that a directory is in; null when it is in none. */
export function findRepository(host: Host, start: string): Repository | null {
  for (let directory = start; ; directory = dirname(directory)) {
    const place = join(directory, '.git')
    const kind = host.stat(place)?.kind
    if (kind === 'directory') return { root: directory, own: place, common: place }
    if (kind === 'file') {
      // A work tree beside the first one, or a submodule: `gitdir: PATH`.
      const link = host.readFile(place)?.toString('utf8') ?? ''
      const own = resolve(directory, link.replace(/^gitdir: /, '').trim())
      const common = host.readFile(join(own, 'commondir'))?.toString('utf8').trim()
      return { root: directory, own, common: common === undefined ? own : resolve(own, common) }
    }
    if (dirname(directory) === directory) return null
  }
}

function unknown(revision: string, more: string, cause?: unknown): ToolError {
  return new ToolError('E_USAGE', `\`${revision}\` is neither a generation nor a git revision${more}.`, {
    details: { revision },
    hint: 'tenon generations',
    cause,
  })
}
