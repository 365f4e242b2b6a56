// `tenon gc`: retention first, then the store's collector. Also what belongs to workspaces that are gone.

import { join } from 'node:path'
import { readIdentity, workspaceState } from '../profile/workspace.ts'
import { collectGarbage as collectStore, type GcReport } from '../store/gc.ts'
import { Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { listEnvironments } from './environments.ts'
import { expiredGenerations, forgetGenerations, listGenerations, type Retention } from './generations.ts'

export interface GcOptions extends Retention {
  readonly dryRun: boolean
}

export interface GcResult extends GcReport {
  readonly forgotten: readonly { readonly environment: string; readonly generations: readonly number[] }[]
}

/** @throws ToolError E_STORE_BUSY while anything uses the store */
export async function collectGarbage(context: Context, options: GcOptions): Promise<GcResult> {
  const forgotten: { environment: string; generations: readonly number[] }[] = []
  if (options.keep !== null || options.olderThan !== null) {
    for (const environment of listEnvironments(context.host, context.workspace)) {
      const generations = expiredGenerations(listGenerations(context, environment), options)
      if (generations.length === 0) continue
      if (!options.dryRun) await forgetGenerations(context, environment, generations)
      forgotten.push({ environment, generations })
    }
  }
  const store = await Store.open(context.storeRoot, context.host, {
    mode: options.dryRun ? 'shared' : 'exclusive',
    signal: context.signal,
  })
  try {
    const id = readIdentity(context.host, context.workspace)
    const skip = new Set<string>()
    if (options.dryRun)
      for (const item of forgotten)
        for (const number of item.generations) skip.add(`${id}/${item.environment}/${number}`)
    const report = await collectStore(store, {
      dryRun: options.dryRun,
      signal: context.signal,
      isRoot: (path) => isLiveRoot(context, path) && !skip.has(path),
    })
    return { ...report, forgotten }
  } finally {
    store.close()
  }
}

/** `path` is relative to `profiles/`: `<workspace id>/<environment>/<number>`. */
function isLiveRoot(context: Context, path: string): boolean {
  const id = path.split('/')[0] ?? ''
  if (context.host.stat(join(context.storeRoot, 'profiles', id, 'workspace.json')) === null) return true
  return workspaceState(context.host, context.storeRoot, id).kind !== 'deleted'
}
