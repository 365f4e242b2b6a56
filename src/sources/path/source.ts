// The path source: a directory of the workspace, by content. With a package.json that has a name it is a Node.js package, whose
// dependencies npm locks; otherwise it is a prefix, whose `bin`, `lib`, … become part of the tree. Nothing of it is run.

import type { Source } from '../source.ts'
import { planPaths } from './plan.ts'

export function createPathSource(): Source {
  return {
    name: 'path',
    // What reads directories is loaded only when a lock has to be made.
    lock: async (groups, context) => (await import('./lock.ts')).lockPaths(groups, context),
    plan: planPaths,
    isSatisfied: () => true,
    open: (artifact, { reader, workspace }) => ({
      kind: 'tree',
      read: async () => {
        if (artifact.kind !== 'tree') throw new Error('not a directory of the workspace')
        const { readPathTree } = await import('./tree.ts')
        return readPathTree(reader, workspace, artifact.path)
      },
    }),
  }
}
