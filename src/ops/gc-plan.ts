// `tenon gc --plan`: what a collection would delete and free, and what each environment and generation alone keeps alive. Changes nothing.

import { compareCodePoints } from '../core/json.ts'
import type { StorePath } from '../core/store-path.ts'
import { deletedWorkspaces, existingProfiles, ownIdentity } from '../profile/workspace.ts'
import { markLive } from '../store/gc.ts'
import { NOBODY, type ObjectGraph } from '../store/graph.ts'
import { indexedGraph, keepIndex } from '../store/object-index.ts'
import type { Root } from '../store/roots.ts'
import { Store } from '../store/store.ts'
import { freedBy } from '../store/tree.ts'
import type { Context } from './context.ts'
import { collectableGenerations, type Retention } from './forget.ts'
import { type GcResult, isKept } from './gc.ts'
import { findKeepers, findOwners, type Keepers } from './keepers.ts'

/** What would be dead if it went. */
export interface Held {
  readonly objects: number
  /** Of their contents, as NARs; on disk it may be more, or less where files are shared. */
  readonly bytes: number
}

export interface HeldByEnvironment extends Held {
  /** Absolute path, as far as it is known. */
  readonly workspace: string
  readonly environment: string
  readonly generations: readonly HeldByGeneration[]
}

export interface HeldByGeneration extends Held {
  readonly number: number
  readonly current: boolean
}

export interface GcPlan extends GcResult {
  /** What would go, with its size on disk; the largest first. */
  readonly objects: readonly { readonly storePath: StorePath; readonly bytes: number }[]
  /** What each alone keeps alive, in order of their names. */
  readonly environments: readonly HeldByEnvironment[]
  /** What else keeps objects: links that were made roots, and programs that run. */
  readonly others: readonly Root[]
}

/** @throws ToolError E_STORE_CORRUPT, E_STORE_IO */
export async function planCollection(context: Context, retention: Retention): Promise<GcPlan> {
  const { host, workspace, storeRoot, signal } = context
  const forgotten = existingProfiles(host, workspace, storeRoot)
    .map((environment) => ({ environment, generations: collectableGenerations(context, environment, retention) }))
    .filter(({ generations }) => generations.length > 0)
  const store = await Store.open(storeRoot, host, { mode: 'read', signal })
  try {
    const deletedOnes = host.stat(store.layout.profiles) === null ? [] : deletedWorkspaces(host, storeRoot)
    const id = ownIdentity(host, workspace, storeRoot)
    const expired = new Set(
      forgotten.flatMap(({ environment, generations }) =>
        generations.map((number) => `${id}/${environment}/${number}`),
      ),
    )
    const isRoot = (place: string) => isKept(place, deletedOnes) && !expired.has(place)
    const graph = indexedGraph(store)
    const marks = markLive(store, graph, isRoot)
    const deleted = graph.paths.filter((_, number) => marks[number] !== 1)
    const freed = freedBy(
      host,
      deleted.map((path) => store.locate(path)),
    )
    const keepers = findKeepers(store, graph, isRoot)
    keepIndex(store, graph)
    return {
      deleted,
      freedBytes: freed.bytes,
      kept: graph.paths.length - deleted.length,
      forgotten,
      objects: deleted
        .map((storePath, index) => ({ storePath, bytes: freed.each[index] ?? 0 }))
        .sort((a, b) => b.bytes - a.bytes || compareCodePoints(a.storePath, b.storePath)),
      environments: heldBy(graph, keepers),
      others: keepers.others,
    }
  } finally {
    store.close()
  }
}

function heldBy(graph: ObjectGraph, keepers: Keepers): readonly HeldByEnvironment[] {
  const { byEnvironment, byGeneration } = findOwners(graph, keepers)
  const environments = sumUp(graph, byEnvironment)
  const generations = sumUp(graph, byGeneration)
  let label = 0
  return keepers.environments.map(({ workspace, environment, generations: own }, index) => ({
    workspace,
    environment,
    ...(environments.get(index) ?? NOTHING),
    generations: own.map(({ number, current }) => ({ number, current, ...(generations.get(label++) ?? NOTHING) })),
  }))
}

const NOTHING: Held = { objects: 0, bytes: 0 }

function sumUp(graph: ObjectGraph, owners: Int32Array): ReadonlyMap<number, Held> {
  const sums = new Map<number, { objects: number; bytes: number }>()
  for (let number = 0; number < owners.length; number++) {
    const owner = owners[number] ?? NOBODY
    if (owner < 0) continue
    const sum = sums.get(owner) ?? { ...NOTHING }
    sum.objects++
    sum.bytes += graph.size(number)
    sums.set(owner, sum)
  }
  return sums
}
