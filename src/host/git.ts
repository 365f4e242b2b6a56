// Reads one file at a git revision, for `diff` between revisions. isomorphic-git does the reading; nothing is changed.

import fs from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { ToolError } from '../core/errors.ts'
import type { Host } from './host.ts'

/** `path` is absolute. Null when the revision has no such file. @throws ToolError E_USAGE for a revision that git does not know */
export async function readGitFile(host: Host, path: string, revision: string): Promise<Uint8Array | null> {
  const root = repositoryRoot(host, dirname(path))
  if (root === null) {
    throw new ToolError(
      'E_USAGE',
      `\`${revision}\` is no generation, and \`${dirname(path)}\` is in no git repository.`,
      { details: { path, revision } },
    )
  }
  const git = await import('isomorphic-git')
  try {
    const oid = await resolveRevision(git, root, revision)
    const { blob } = await git.readBlob({ fs, dir: root, oid, filepath: relative(root, path) })
    return blob
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (code === 'NotFoundError' && String((error as Error).message).includes(relative(root, path))) return null
    if (code === 'NotFoundError' || code === 'AmbiguousError') {
      throw new ToolError('E_USAGE', `\`${revision}\` is neither a generation nor a git revision.`, {
        details: { revision },
        cause: error,
      })
    }
    throw error
  }
}

type Git = typeof import('isomorphic-git')

/** A branch, a tag, `HEAD`, a commit id or its beginning, each with any number of `~N`. */
async function resolveRevision(git: Git, root: string, revision: string): Promise<string> {
  const [name = '', ...steps] = revision.split('~')
  let oid = await git.resolveRef({ fs, dir: root, ref: name }).catch(async (error: unknown) => {
    if (/^[0-9a-f]{4,40}$/.test(name)) return await git.expandOid({ fs, dir: root, oid: name })
    throw error
  })
  for (const step of steps) {
    for (let back = step === '' ? 1 : Number(step); back > 0; back--) {
      const { commit } = await git.readCommit({ fs, dir: root, oid })
      const parent = commit.parent[0]
      if (parent === undefined)
        throw new ToolError('E_USAGE', `\`${revision}\` goes back further than the history.`, { details: { revision } })
      oid = parent
    }
  }
  return oid
}

function repositoryRoot(host: Host, start: string): string | null {
  for (let directory = start; ; directory = dirname(directory)) {
    if (host.stat(join(directory, '.git')) !== null) return directory
    if (dirname(directory) === directory) return null
  }
}
