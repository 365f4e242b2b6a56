// `tenon outdated`: what is newer than what is locked, and what holds it back. Changes nothing.

import { ToolError } from '../core/errors.ts'
import { parseGitAddress } from '../core/git-address.ts'
import type { LockedEnvironment } from '../core/lock.ts'
import { untilStopped } from '../core/stop.ts'
import type { Outdated } from '../sources/outdated.ts'
import type { Context } from './context.ts'
import { readLock, resolveContext } from './lock.ts'
import { withPlaces } from './places.ts'
import { readEnvironment } from './read-environment.ts'
import { withStore } from './with-store.ts'

/** With `all`, also what is at its latest version. @throws ToolError E_LOCK_MISSING, and whatever the sources throw */
export async function outdatedPackages(context: Context, name: string, all: boolean): Promise<readonly Outdated[]> {
  const { environment, files } = await readEnvironment(context, name)
  const previous = readLock(context, name)
  if (previous === null) {
    throw new ToolError(
      'E_LOCK_MISSING',
      `Environment \`${name}\` is not locked yet, so nothing of it can be outdated.`,
      {
        details: { environment: name },
        hint: `tenon lock ${name}`,
      },
    )
  }
  const { outdated } = await import('../sources/resolve.ts')
  const sources = await context.sources()
  const packages = await withStore(context, () =>
    untilStopped(context.signal, outdated(environment, sources, resolveContext(context, { previous, files }))),
  ).catch((error: unknown) => {
    throw withPlaces(error, files)
  })
  const rows = [...packages, ...(await withStore(context, () => outdatedImports(context, previous.imports ?? {})))]
  return all ? rows : rows.filter((row) => row.current !== row.latest || row.current !== row.allowed)
}

/** The repositories that environments are extended from. */
async function outdatedImports(
  { openGit, workspace, signal }: Context,
  imports: NonNullable<LockedEnvironment['imports']>,
): Promise<readonly Outdated[]> {
  const { outdatedCommit } = await import('../sources/outdated-git.ts')
  const rows = Object.entries(imports).map(async ([key, { commit }]) => {
    const address = parseGitAddress(key)
    if (typeof address === 'string') throw new Error(`${key} ${address}`)
    const { url, revision } = address
    const reader = await openGit(url, { workspace: workspace.root, signal })
    return await outdatedCommit({ requirement: key, package: key, commit, revision, update: key }, reader)
  })
  return await Promise.all(rows)
}
