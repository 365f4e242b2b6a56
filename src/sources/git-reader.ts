// What lies in git repositories, for those who are not the source of git: registries and environments of others. What it means is theirs.

import { ToolError } from '../core/errors.ts'
import type { Report } from '../core/event.ts'
import type { TreeDirectory } from '../core/tree.ts'
import type { NamedCommit } from '../host/git.ts'
import type { Updates } from './source.ts'

/** A name that means another commit than the one that is locked. */
export interface Moved {
  readonly found: NamedCommit
  readonly locked: NamedCommit
  /** The revision, and in which words it is asked for. */
  readonly revision: string
  readonly asked: string
  /** What an update has to name for the lock to follow a tag, and whether this one does. */
  readonly named: string
  readonly isNamed: boolean
}

/**
 * The commit to take: branches move, and that is what they are for; a tag that was moved is said, and followed only where it is named. What is
 * locked need not know its name.
 */
export function settleMove({ found, locked, revision, asked, named, isNamed }: Moved, report: Report): NamedCommit {
  const isTag = found.ref?.startsWith('refs/tags/') === true && (locked.ref === null || locked.ref === found.ref)
  if (found.id === locked.id || !isTag) return found
  const [from, to] = [locked.id.slice(0, 12), found.id.slice(0, 12)]
  report({
    kind: 'warning',
    message: `The tag \`${revision}\` of \`${asked}\` was moved from ${from} to ${to}.`,
    hint: isNamed
      ? 'It was named, so the lock follows it. Look at what changed.'
      : `The lock keeps ${from}. If the change is meant, name it: \`tenon update ${named}\`.`,
  })
  return isNamed ? found : locked
}

export interface Pinned extends Pick<Moved, 'revision' | 'asked' | 'named'> {
  /** Null where nothing is locked yet. */
  readonly locked: NamedCommit | null
  readonly update: Updates
}

/** What is locked stays until an update asks; then, and where nothing is, it is what `find` says, which `settleMove` looks at. @throws what `find` throws */
export async function chooseCommit(
  { locked, update, ...about }: Pinned,
  find: () => Promise<NamedCommit>,
  report: Report,
): Promise<NamedCommit> {
  const isNamed = update !== 'all' && update.has(about.named)
  if (locked !== null && update !== 'all' && !isNamed) return locked
  const found = await find()
  return locked === null ? found : settleMove({ ...about, found, locked, isNamed }, report)
}

/** What a revision of a repository means now. @throws ToolError E_PACKAGE_NOT_FOUND when nothing is called so, and what `find` throws */
export async function requireCommit(reader: GitReader, url: string, revision: string): Promise<NamedCommit> {
  const found = await reader.find(revision)
  if (found !== null) return found
  throw new ToolError('E_PACKAGE_NOT_FOUND', `The repository \`${url}\` has no \`${revision || 'HEAD'}\`.`, {
    details: { url, revision },
    hint: REVISION_HINT,
  })
}

export const REVISION_HINT = 'Name a branch, a tag or a full commit id with `?rev=`.'

export interface GitReader {
  /**
   * Asks the repository what a branch, a tag, or an id means; `''` is its HEAD. Null when nothing is called so.
   * @throws ToolError E_PACKAGE_NOT_FOUND, E_AUTH, E_OFFLINE, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID
   */
  find(name: string): Promise<NamedCommit | null>
  /** The names of all tags, in no order. @throws ToolError as `find` */
  tags(): Promise<readonly string[]>
  /**
   * A file of a commit; null when it has none there. Asks the repository only for a commit that is not here.
   * @throws ToolError as `find`
   */
  file(commit: string, path: string): Promise<Uint8Array | null>
  /** The files of a directory; `''` is all of it. @throws ToolError as `file`, and as `readCommitTree` */
  tree(commit: string, directory: string): Promise<TreeDirectory>
}

export interface OpenGitOptions {
  /** Absolute; relative repositories start here. */
  readonly workspace: string
  readonly signal: AbortSignal
}

/** Asks nobody yet. @throws ToolError E_UNSUPPORTED, E_PACKAGE_NOT_FOUND for a directory that is no repository */
export type OpenGit = (url: string, options: OpenGitOptions) => Promise<GitReader>
