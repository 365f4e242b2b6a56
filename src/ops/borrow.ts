// `tenon run git+https://…#env -- cmd`: the environment of a repository, used where there is no workspace. It is realised like any other, with
// the lock that the repository has, and makes no generation. What the repository says about registries of npm (`.npmrc`) does not count.

import { join } from 'node:path'
import { isEnvironmentName } from '../core/environment.ts'
import { environmentFilePath } from '../core/environment-chain.ts'
import { ToolError } from '../core/errors.ts'
import { parseGitAddress } from '../core/git-address.ts'
import { makeDirectories } from '../host/durable.ts'
import { requireCommit } from '../sources/git-reader.ts'
import { removeTree, writeTree } from '../store/tree.ts'
import { buildEnvironment } from './build.ts'
import type { Context } from './context.ts'
import { withStore } from './with-store.ts'

/** What a workspace has besides what git keeps, and what could make npm send variables of this machine to a host that the repository names. */
const LEFT_OUT = ['.npmrc', '.tenon', 'store']

/**
 * Makes the tree of an environment valid and hands its absolute path to `start`, while nobody may collect it. What `start` starts protects the
 * tree itself from then on, since its arguments name it (S-5.25).
 *
 * @param text `git+https://…?rev=…#name`; a relative repository starts at the workspace of `context`
 * @throws ToolError E_USAGE, E_PACKAGE_NOT_FOUND, E_ENV_NOT_FOUND, and whatever reading git, locking and realising throw
 */
export async function borrowEnvironment<T>(context: Context, text: string, start: (tree: string) => T): Promise<T> {
  const address = parseGitAddress(text)
  if (typeof address === 'string')
    throw new ToolError('E_USAGE', `\`${text}\` ${address}.`, {
      details: { address: text },
      hint: 'tenon run git+https://example.org/team/tools.git?rev=main#default -- COMMAND',
    })
  return await withStore(context, async (store) => {
    const root = join(context.storeRoot, 'tmp', `borrowed-${context.host.random(8)}`)
    try {
      const { url, revision, directory, fragment } = address
      await copyCommit(context, { url, revision, directory, root })
      const name = fragment === '' ? 'default' : fragment
      if (!isEnvironmentName(name) || context.host.stat(join(root, environmentFilePath(name))) === null)
        throw noEnvironment(url, name)
      const { path } = await buildEnvironment({ ...context, workspace: { root } }, store, name)
      return start(path)
    } finally {
      if (context.host.stat(root) !== null) removeTree(context.host, root)
    }
  })
}

interface Copy {
  readonly url: string
  readonly revision: string
  /** Of the workspace in it. */
  readonly directory: string
  /** Where the files of the commit are written. */
  readonly root: string
}

async function copyCommit(context: Context, { url, revision, directory, root }: Copy): Promise<void> {
  const { host, openGit, workspace, signal } = context
  const repository = await openGit(url, { workspace: workspace.root, signal })
  const commit = await requireCommit(repository, url, revision)
  const { entries } = await repository.tree(commit.id, directory)
  makeDirectories(host, join(root, 'environments'))
  for (const [name, node] of entries) {
    if (name === 'environments') {
      // A new lock is written beside the files, so the directory itself is not sealed.
      const files = node.kind === 'directory' ? node.entries : []
      for (const [file, below] of files) writeTree(host, join(root, name, file), below)
    } else if (!LEFT_OUT.includes(name)) writeTree(host, join(root, name), node)
  }
}

function noEnvironment(url: string, name: string): ToolError {
  return new ToolError('E_ENV_NOT_FOUND', `The repository \`${url}\` has no \`environments/${name}.yaml\`.`, {
    details: { url, environment: name },
    hint: 'Name the environment behind `#`; without it, it is `default`.',
  })
}
