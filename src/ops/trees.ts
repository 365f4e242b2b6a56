// Whether local directories are still what was locked.

import { join } from 'node:path'
import { narIntegrity } from '../core/nar.ts'
import type { Reader } from '../host/watch.ts'
import type { Workspace } from '../profile/workspace.ts'
import type { KnownLock } from './known-lock.ts'

/** `trees` maps directories of the workspace to the integrity of what was locked. */
export async function areTreesUnchanged(
  reader: Reader,
  workspace: Workspace,
  trees: KnownLock['trees'],
): Promise<boolean> {
  for (const [path, integrity] of Object.entries(trees)) {
    const { readPathTree } = await import('../sources/path/tree.ts')
    if (reader.stat(join(workspace.root, path)) === null) return false
    if (narIntegrity(readPathTree(reader, workspace.root, path)) !== integrity) return false
  }
  return true
}
