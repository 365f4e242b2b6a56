// `tenon gc`: retention first, then the store's collector. Also what belongs to workspaces that are gone. What would happen is gc-plan.ts.

import { join } from 'node:path'
import { temporaryPath } from '../host/durable.ts'
import { dropLeftovers, existingProfiles, reviewWorkspaces } from '../profile/workspace.ts'
import { collectGarbage as collectStore, type GcReport, prepareCollection } from '../store/gc.ts'
import { Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { forgetExpired, type Retention } from './forget.ts'
import { dropAbandonedRepair } from './repairing.ts'
import { artifactCache } from './with-artifacts.ts'

export interface GcResult extends GcReport {
  readonly forgotten: readonly { readonly environment: string; readonly generations: readonly number[] }[]
}

/** @throws ToolError E_STORE_BUSY when others have used the store all the time, E_STORE_CORRUPT, E_STORE_IO, E_CANCELLED */
export async function collectGarbage(context: Context, retention: Retention): Promise<GcResult> {
  const { host, storeRoot, signal, report } = context
  const forgotten: { environment: string; generations: readonly number[] }[] = []
  // By profile and not by file: an environment without a file has generations too.
  for (const environment of existingProfiles(host, context.workspace, storeRoot)) {
    const generations = await forgetExpired(context, environment, retention)
    if (generations.length > 0) forgotten.push({ environment, generations })
  }
  dropLeftovers(host, context.workspace, storeRoot)
  const shared = await Store.open(storeRoot, host, { mode: 'shared', signal })
  const prepared = prepareCollection(shared)
  shared.close()
  const store = await Store.open(storeRoot, host, { mode: 'exclusive', signal })
  try {
    const deleted = reviewWorkspaces(host, storeRoot)
    const result = await collectStore(store, {
      dryRun: false,
      isRoot: (place) => isKept(place, deleted),
      prepared,
      whileAlone: () => {
        for (const name of deleted) dropWorkspace(store, name)
        return artifactCache(context).dropUnfinished()
      },
      onRemoved: (done, total) => report({ kind: 'progress', stage: 'gc', done, total, bytes: 0 }),
      signal,
    })
    const freed = await dropAbandonedRepair(context)
    return { ...result, freedBytes: result.freedBytes + freed, forgotten }
  } finally {
    store.close()
  }
}

/** Whether a link below `profiles/` counts. What a crash left of a generation that was about to be made keeps nothing. */
export function isKept(place: string, deletedWorkspaces: readonly string[]): boolean {
  const parts = place.split('/')
  return !deletedWorkspaces.includes(parts[0] ?? '') && parts.at(-1)?.startsWith('.tenon-') === false
}

function dropWorkspace({ host, layout }: Store, id: string): void {
  const aside = temporaryPath(host, layout.temporary)
  // Commit point: after this rename nothing is known of the workspace, and the next collection removes what is left of it.
  host.rename(join(layout.profiles, id), aside)
  host.removeAll(aside)
}
