// What lies in git repositories, for those who are not the source of git: registries and environments of others. What it means is theirs.

import type { TreeDirectory } from '../core/tree.ts'
import type { NamedCommit } from '../host/git.ts'

export interface GitReader {
  /**
   * Asks the repository what a branch, a tag, or an id means; `''` is its HEAD. Null when nothing is called so.
   * @throws ToolError E_PACKAGE_NOT_FOUND, E_AUTH, E_OFFLINE, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID
   */
  find(name: string): Promise<NamedCommit | null>
  /**
   * A file of a commit; null when it has none there. Asks the repository only for a commit that is not here. `ref` is a reference that names
   * the commit, if one is known.
   * @throws ToolError as `find`
   */
  file(commit: string, path: string, ref?: string | null): Promise<Uint8Array | null>
  /** The files of a directory; `''` is all of it. @throws ToolError as `file`, and as `readCommitTree` */
  tree(commit: string, directory: string, ref?: string | null): Promise<TreeDirectory>
}

export interface OpenGitOptions {
  /** Absolute; relative repositories start here. */
  readonly workspace: string
  readonly signal: AbortSignal
}

/** Asks nobody yet. @throws ToolError E_UNSUPPORTED, E_PACKAGE_NOT_FOUND for a directory that is no repository */
export type OpenGit = (url: string, options: OpenGitOptions) => Promise<GitReader>
