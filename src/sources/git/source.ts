// The git source: a directory of a repository at a commit, by content. It is a package like a directory of the workspace. Nothing of it is
// run, and no git of the machine is needed but for its credential helpers.

import type { Artifact } from '../../core/lock.ts'
import type { Host } from '../../host/host.ts'
import type { HttpClient } from '../../host/http.ts'
import type { Source } from '../source.ts'
import { planGit } from './plan.ts'

export interface GitOptions {
  readonly host: Host
  readonly http: HttpClient
  /** The process environment, for credentials. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The host's PATH. */
  readonly path: string
  /** A directory for what repositories gave; it may be deleted at any time. */
  readonly gitCache: string
  /** Where short-lived directories may be made, on the same file system. */
  readonly temporary: string
}

export function createGitSource(options: GitOptions): Source {
  return {
    name: 'git',
    // The library is loaded only when a repository has to be read.
    lock: async (groups, context) => (await import('./lock.ts')).lockGit(groups, context, options),
    plan: planGit,
    isSatisfied: () => true,
    open: (artifact: Artifact, { workspace, signal }) => ({
      kind: 'tree',
      read: async () => {
        if (artifact.kind !== 'git') throw new Error('not a directory of a repository')
        const { openRepository } = await import('./repository.ts')
        const repository = openRepository(artifact.url, { ...options, workspace, signal })
        return await repository.tree(artifact.commit, artifact.directory)
      },
    }),
  }
}
