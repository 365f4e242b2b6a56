// Whether what a lock names without holding it, directories of the workspace, is still what was locked.

import { isToolError } from '../core/errors.ts'
import type { TreeArtifact } from '../core/lock.ts'
import { narIntegrity } from '../core/nar.ts'
import type { Reader } from '../host/watch.ts'
import type { Context } from './context.ts'

/** Asks `reader` alone. What cannot be found any more has changed; what cannot be read is an error. */
export async function areTreesUnchanged(
  context: Context,
  reader: Reader,
  trees: readonly TreeArtifact[],
): Promise<boolean> {
  if (trees.length === 0) return true
  const { openArtifact } = await import('../sources/source.ts')
  const { workspace, signal } = context
  const sources = await context.sources()
  for (const artifact of trees) {
    const opened = openArtifact(artifact, sources, { workspace: workspace.root, reader, signal })
    if (opened.kind !== 'tree') throw new Error(`${artifact.path} is not a tree`)
    try {
      if (narIntegrity(await opened.read()) !== artifact.integrity) return false
    } catch (error) {
      if (isToolError(error, 'E_PACKAGE_NOT_FOUND')) return false
      throw error
    }
  }
  return true
}
