// The git source: a directory of a repository at a commit, by content. It is a package like a directory of the workspace. Nothing of it is
// run, and no git of the machine is needed but for its credential helpers.

import type { Artifact } from '../../core/lock.ts'
import type { OpenGitOptions } from '../git-reader.ts'
import type { Source } from '../source.ts'
import { planGit } from './plan.ts'
import type { GitOptions, GitRepository } from './repository.ts'

export function createGitSource(options: GitOptions): Source {
  /** For each piece of work one for each address: whoever reads from one repository at once shares what is asked of it. */
  const opened = new WeakMap<AbortSignal, Map<string, Promise<GitRepository>>>()
  const repositoryAt = (url: string, at: OpenGitOptions): Promise<GitRepository> => {
    const known = opened.get(at.signal) ?? new Map<string, Promise<GitRepository>>()
    opened.set(at.signal, known)
    const key = `${at.workspace}\n${url}`
    const repository =
      known.get(key) ?? import('./repository.ts').then((module) => module.openRepository(url, { ...options, ...at }))
    known.set(key, repository)
    return repository
  }
  return {
    name: 'git',
    // The library is loaded only when a repository has to be read.
    lock: async (groups, context) => (await import('./lock.ts')).lockGit(groups, context, options),
    plan: planGit,
    outdated: async (asked, { workspace, signal }) => {
      const { outdatedCommit } = await import('../outdated-git.ts')
      const rows = asked.map(async ({ requirement, locked }) => {
        const [artifact] = locked.artifacts
        if (artifact?.kind !== 'git') throw new Error(`${locked.id} is not in git`)
        const { text, constraint: revision, prefix, name } = requirement
        const pin = {
          requirement: text,
          package: locked.id,
          commit: artifact.commit,
          revision,
          update: `${prefix}:${name}`,
        }
        return await outdatedCommit(pin, await repositoryAt(artifact.url, { workspace, signal }))
      })
      return await Promise.all(rows)
    },
    isSatisfied: () => true,
    mayBeGuest: () => true,
    addressOf: ({ artifacts: [artifact] }) => {
      if (artifact?.kind !== 'git') return null
      return `${artifact.url}${artifact.directory === '' ? '' : `#${artifact.directory}`}`
    },
    open: (artifact: Artifact, { workspace, signal }) => ({
      kind: 'tree',
      read: async () => {
        if (artifact.kind !== 'git') throw new Error('not a directory of a repository')
        const repository = await repositoryAt(artifact.url, { workspace, signal })
        return await repository.tree(artifact.commit, artifact.directory)
      },
    }),
  }
}
