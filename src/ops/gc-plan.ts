// `tenon gc --plan`: what a collection would delete and free, and what each environment and generation alone keeps alive. Changes nothing.

import { join } from 'node:path'
import { compareCodePoints } from '../core/json.ts'
import type { StorePath } from '../core/store-path.ts'
import { Profile } from '../profile/profile.ts'
import { deletedWorkspaces, existingProfiles, ownIdentity, workspaceState } from '../profile/workspace.ts'
import { markLive } from '../store/gc.ts'
import { ObjectGraph } from '../store/graph.ts'
import { ObjectRecords } from '../store/object-records.ts'
import { outsideRoots, profileRoots, type Root } from '../store/roots.ts'
import { runningRoots } from '../store/running.ts'
import { Store } from '../store/store.ts'
import { freedBy } from '../store/tree.ts'
import type { Context } from './context.ts'
import { type GcResult, isKept } from './gc.ts'
import { collectableGenerations, type Retention } from './generations.ts'

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
    const records = ObjectRecords.indexed(host, store.layout)
    const graph = new ObjectGraph(store, records)
    const marks = markLive(store, graph, isRoot)
    const deleted = graph.paths.filter((_, number) => marks[number] !== 1)
    const freed = freedBy(
      host,
      deleted.map((path) => store.locate(path)),
    )
    const environments = heldBy(store, graph, isRoot)
    records.keep(graph.paths)
    return {
      deleted,
      freedBytes: freed.bytes,
      kept: graph.paths.length - deleted.length,
      forgotten,
      objects: deleted
        .map((storePath, index) => ({ storePath, bytes: freed.each[index] ?? 0 }))
        .sort((a, b) => b.bytes - a.bytes || compareCodePoints(a.storePath, b.storePath)),
      environments,
      others: otherRoots(store, graph),
    }
  } finally {
    store.close()
  }
}

function otherRoots({ host, layout }: Store, graph: ObjectGraph): readonly Root[] {
  const outside = outsideRoots(host, layout).flatMap(({ link, object }) =>
    object === null ? [] : [{ place: link, object }],
  )
  return [...outside, ...runningRoots(host)].filter(({ object }) => graph.number(object) !== null)
}

interface Generation {
  readonly workspace: string
  readonly environment: string
  readonly number: number
  readonly object: StorePath
}

function heldBy(store: Store, graph: ObjectGraph, isRoot: (place: string) => boolean): readonly HeldByEnvironment[] {
  const { host, layout } = store
  const generations: Generation[] = []
  const others: StorePath[] = otherRoots(store, graph).map(({ object }) => object)
  for (const { place, object } of profileRoots(host, layout).filter((root) => isRoot(root.place))) {
    const [workspace = '', environment = '', number = '', ...rest] = place.split('/')
    if (/^[1-9][0-9]{0,14}$/.test(number) && rest.length === 0)
      generations.push({ workspace, environment, number: Number(number), object })
    else others.push(object)
  }
  const environments = [...new Set(generations.map(placeOf))].sort(compareCodePoints)
  const byGeneration = held(
    graph,
    others,
    generations.map((generation, label) => [generation.object, label]),
  )
  const labels = new Map(environments.map((place, label) => [place, label]))
  const byEnvironment = held(
    graph,
    others,
    generations.map((generation) => [generation.object, labels.get(placeOf(generation)) ?? 0]),
  )
  return environments.map((place, label) => {
    const [id = '', environment = ''] = place.split('/')
    const current = new Profile(host, join(layout.profiles, place), environment).currentNumber()
    return {
      workspace: workspaceState(host, store.root, id).path,
      environment,
      ...(byEnvironment[label] ?? NOTHING),
      generations: generations
        .flatMap((item, index) =>
          placeOf(item) === place
            ? [{ number: item.number, current: item.number === current, ...(byGeneration[index] ?? NOTHING) }]
            : [],
        )
        .sort((a, b) => a.number - b.number),
    }
  })
}

const NOTHING: Held = { objects: 0, bytes: 0 }

function placeOf({ workspace, environment }: Generation): string {
  return `${workspace}/${environment}`
}

/** By label, what only its roots need. `others` share everything that they need. */
function held(
  graph: ObjectGraph,
  others: readonly StorePath[],
  roots: readonly (readonly [root: StorePath, label: number])[],
): readonly Held[] {
  const count = roots.reduce((most, [, label]) => Math.max(most, label + 1), 0)
  const owners = graph.owners([...roots, ...others.map((root) => [root, count] as const)])
  const sums = Array.from({ length: count + 1 }, () => ({ objects: 0, bytes: 0 }))
  for (const [number, owner] of owners.entries()) {
    const sum = sums[owner]
    if (sum === undefined) continue
    sum.objects++
    sum.bytes += graph.size(number)
  }
  return sums
}
