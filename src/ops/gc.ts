// `tenon gc`: retention first, then the store's collector. Also what belongs to workspaces that are gone.

import { join } from 'node:path'
import { asStoreError } from '../core/errors.ts'
import { temporaryPath } from '../host/durable.ts'
import { deletedWorkspaces, existingProfiles, ownIdentity, reviewWorkspaces } from '../profile/workspace.ts'
import { collectGarbage as collectStore, type GcReport } from '../store/gc.ts'
import { Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { collectableGenerations, forgetExpired, type Retention } from './generations.ts'
import { artifactCache } from './with-artifacts.ts'

export interface GcOptions extends Retention {
  readonly dryRun: boolean
}

export interface GcResult extends GcReport {
  readonly forgotten: readonly { readonly environment: string; readonly generations: readonly number[] }[]
}

/** @throws ToolError E_STORE_BUSY while anything uses the store */
export async function collectGarbage(context: Context, options: GcOptions): Promise<GcResult> {
  const forgotten: { environment: string; generations: readonly number[] }[] = []
  // By profile and not by file: an environment without a file has generations too.
  for (const environment of existingProfiles(context.host, context.workspace, context.storeRoot)) {
    const generations = options.dryRun
      ? collectableGenerations(context, environment, options)
      : await forgetExpired(context, environment, options)
    if (generations.length > 0) forgotten.push({ environment, generations })
  }
  const store = await Store.open(context.storeRoot, context.host, {
    mode: options.dryRun ? 'shared' : 'exclusive',
    signal: context.signal,
  })
  try {
    const { host, storeRoot, signal } = context
    const id = ownIdentity(host, context.workspace, storeRoot)
    const planned = options.dryRun
      ? forgotten.flatMap((item) => item.generations.map((number) => `${id}/${item.environment}/${number}`))
      : []
    const deleted = options.dryRun ? deletedWorkspaces(host, storeRoot) : reviewWorkspaces(host, storeRoot)
    const isRoot = (path: string) => {
      const parts = path.split('/')
      // What a crash left of a generation that was about to be made keeps nothing.
      return !deleted.includes(parts[0] ?? '') && !parts.at(-1)?.startsWith('.tenon-') && !planned.includes(path)
    }
    const report = await collectStore(store, { dryRun: options.dryRun, signal, isRoot })
    if (options.dryRun) return { ...report, forgotten }
    dropWorkspaces(store, deleted)
    return { ...report, freedBytes: report.freedBytes + artifactCache(context).dropUnfinished(), forgotten }
  } finally {
    store.close()
  }
}

function dropWorkspaces({ host, layout }: Store, ids: readonly string[]): void {
  try {
    for (const id of ids) {
      const aside = temporaryPath(host, layout.temporary)
      // Commit point: after this rename nothing is known of the workspace, and the next collection removes what is left of it.
      host.rename(join(layout.profiles, id), aside)
      host.removeAll(aside)
    }
  } catch (error) {
    throw asStoreError(error, 'drop the generations of a workspace that is gone')
  }
}
