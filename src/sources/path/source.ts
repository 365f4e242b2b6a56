// The path source: a directory of the workspace, by content. What it is as a package, describe-directory.ts says. Nothing of it is run.

import type { Source } from '../source.ts'
import { planPaths } from './plan.ts'

export function createPathSource(): Source {
  return {
    name: 'path',
    // What reads directories is loaded only when a lock has to be made.
    lock: async (groups, context) => (await import('./lock.ts')).lockPaths(groups, context),
    plan: planPaths,
    isSatisfied: () => true,
    mayBeGuest: () => true,
    addressOf: ({ artifacts: [artifact] }) => (artifact?.kind === 'tree' ? artifact.path : null),
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
