// Who keeps objects alive: the generations of every workspace that uses a store, and whatever else is a root.

import { join } from 'node:path'
import { compareCodePoints } from '../core/json.ts'
import type { StorePath } from '../core/store-path.ts'
import { Profile } from '../profile/profile.ts'
import { workspaceState } from '../profile/workspace.ts'
import type { ObjectGraph } from '../store/graph.ts'
import { outsideRoots, profileRoots, type Root } from '../store/roots.ts'
import { runningRoots } from '../store/running.ts'
import type { Store } from '../store/store.ts'

export interface Keepers {
  /** By environment, then by number. */
  readonly environments: readonly EnvironmentKeeper[]
  /** What else keeps objects: links that were made roots, and programs that run. */
  readonly others: readonly Root[]
}

export interface EnvironmentKeeper {
  /** Absolute path, as far as it is known. */
  readonly workspace: string
  readonly environment: string
  readonly generations: readonly { readonly number: number; readonly current: boolean; readonly object: StorePath }[]
}

/** `isRoot` as for a collection. */
export function findKeepers(store: Store, graph: ObjectGraph, isRoot: (place: string) => boolean): Keepers {
  const { host, layout } = store
  const found = new Map<string, { number: number; object: StorePath }[]>()
  const others: Root[] = outsideRoots(host, layout).flatMap(({ link, object }) =>
    object === null ? [] : [{ place: link, object }],
  )
  for (const root of profileRoots(host, layout).filter(({ place }) => isRoot(place))) {
    const [, place, number] = /^([^/]+\/[^/]+)\/([1-9][0-9]{0,14})$/.exec(root.place) ?? []
    if (place === undefined) others.push(root)
    else found.set(place, [...(found.get(place) ?? []), { number: Number(number), object: root.object }])
  }
  const environments = [...found]
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([place, generations]) => {
      const [id = '', environment = ''] = place.split('/')
      const current = new Profile(host, join(layout.profiles, place), environment).currentNumber()
      return {
        workspace: workspaceState(host, store.root, id).path,
        environment,
        generations: generations
          .sort((a, b) => a.number - b.number)
          .map((item) => ({ ...item, current: item.number === current })),
      }
    })
  const isThere = ({ object }: Root) => graph.number(object) !== null
  return { environments, others: [...others, ...runningRoots(host)].filter(isThere) }
}

export interface Owners {
  /** For each object, the index of the environment, or of the generation in the row of all, that alone keeps it; otherwise negative. */
  readonly byEnvironment: Int32Array
  readonly byGeneration: Int32Array
}

export function findOwners(graph: ObjectGraph, { environments, others }: Keepers): Owners {
  const generations = environments.flatMap((environment) => environment.generations)
  const owners = (roots: readonly (readonly [root: StorePath, label: number])[], count: number): Int32Array => {
    // A label of their own, so that what they need is nobody's alone.
    const shared = others.map(({ object }) => [object, count] as const)
    return graph.owners([...roots, ...shared]).map((owner) => (owner === count ? -1 : owner))
  }
  return {
    byEnvironment: owners(
      environments.flatMap((item, label) => item.generations.map(({ object }) => [object, label] as const)),
      environments.length,
    ),
    byGeneration: owners(
      generations.map(({ object }, label) => [object, label] as const),
      generations.length,
    ),
  }
}
