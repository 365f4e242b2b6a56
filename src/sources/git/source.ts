// The git source: a directory of a repository at a commit, by content. It is a package like a directory of the workspace. Nothing of it is
// run, and no git of the machine is needed but for its credential helpers.

import type { Artifact } from '../../core/lock.ts'
import type { Source } from '../source.ts'
import { planGit } from './plan.ts'
import type { GitOptions } from './repository.ts'

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
