// Whether local directories are still what was locked.

import { join } from 'node:path'
import { narIntegrity } from '../core/nar.ts'
import type { Context } from './context.ts'
import type { KnownLock } from './known-lock.ts'

/** `trees` maps directories of the workspace to the integrity of what was locked. */
export async function areTreesUnchanged(context: Context, trees: KnownLock['trees']): Promise<boolean> {
  for (const [path, integrity] of Object.entries(trees)) {
    const { readPathTree } = await import('../sources/path/tree.ts')
    if (context.host.stat(join(context.workspace.root, path)) === null) return false
    if (narIntegrity(readPathTree(context.host, context.workspace.root, path)) !== integrity) return false
  }
  return true
}
