// `tenon store du`: what a store takes on disk, and what of it each environment, generation and package needs, shares, and alone holds. A file
// with several names counts once wherever it is counted.

import { compareCodePoints } from '../core/json.ts'
import { storePathName } from '../core/store-path.ts'
import type { Host } from '../host/host.ts'
import { deletedWorkspaces } from '../profile/workspace.ts'
import { type ObjectGraph, SEVERAL } from '../store/graph.ts'
import { indexedGraph, keepIndex } from '../store/object-index.ts'
import { Store } from '../store/store.ts'
import { eachFile } from '../store/tree.ts'
import { isKept } from './gc.ts'
import { findKeepers, findOwners } from './keepers.ts'

/** Bytes on disk; `shared` is what of `total` others need too, `alone` what would be free if it went. */
export interface Usage {
  readonly objects: number
  readonly total: number
  readonly shared: number
  readonly alone: number
}

export interface DiskUsage {
  readonly objects: number
  readonly files: number
  readonly bytes: number
  /** What no root needs. */
  readonly dead: number
  readonly environments: readonly (Usage & {
    readonly workspace: string
    readonly environment: string
    readonly generations: readonly (Usage & { readonly number: number; readonly current: boolean })[]
  })[]
  /** By the names of objects, which are those of packages with their versions; the largest first. */
  readonly packages: readonly (Usage & { readonly name: string })[]
}

/** Of the store at `root`. @throws ToolError E_STORE_BUSY, E_STORE_IO */
export async function diskUsage(host: Host, root: string, signal: AbortSignal): Promise<DiskUsage> {
  const store = await Store.open(root, host, { mode: 'read', signal })
  try {
    const deleted = host.stat(store.layout.profiles) === null ? [] : deletedWorkspaces(host, root)
    const graph = indexedGraph(store)
    const keepers = findKeepers(store, graph, (place) => isKept(place, deleted))
    const disk = new Disk(store, graph)
    const owners = findOwners(graph, keepers)
    const byEnvironment = disk.alone(owners.byEnvironment)
    const byGeneration = disk.alone(owners.byGeneration)
    let label = 0
    const environments = keepers.environments.map(({ workspace, environment, generations }, index) => ({
      workspace,
      environment,
      ...disk.usage(graph.reachSome(generations.map(({ object }) => object)), byEnvironment.get(index)),
      generations: generations.map(({ number, current, object }) => ({
        number,
        current,
        ...disk.usage(graph.reachSome([object]), byGeneration.get(label++)),
      })),
    }))
    keepIndex(store, graph)
    const roots = [...keepers.environments.flatMap((item) => item.generations), ...keepers.others]
    const live = graph.reachSome(roots.map(({ object }) => object))
    const all = disk.usage(
      live.map(() => 1),
      undefined,
    )
    const { total } = disk.usage(live, undefined)
    return {
      objects: all.objects,
      files: disk.files,
      bytes: all.total,
      dead: all.total - total,
      environments,
      packages: packagesOf(graph, disk),
    }
  } finally {
    store.close()
  }
}

function packagesOf(graph: ObjectGraph, disk: Disk): DiskUsage['packages'] {
  const labels = new Map<string, number>()
  const owners = Int32Array.from(graph.paths, (path) => {
    const name = storePathName(path)
    const label = labels.get(name) ?? labels.size
    labels.set(name, label)
    return label
  })
  const alone = disk.alone(owners)
  const members = new Map<number, number[]>()
  for (const [number, label] of owners.entries()) members.set(label, [...(members.get(label) ?? []), number])
  return [...labels]
    .map(([name, label]) => ({ name, ...disk.usageOf(members.get(label) ?? [], alone.get(label)) }))
    .sort((a, b) => b.total - a.total || compareCodePoints(a.name, b.name))
}

/** What each object takes on disk: what is its own, and the files that have further names. */
class Disk {
  files = 0
  readonly #own: number[] = []
  /** Numbers of files with several names, each once. */
  readonly #shared: (readonly number[])[] = []
  /** Of these files: bytes, how many names there are, and how many were met. */
  readonly #allocated: number[] = []
  readonly #links: number[] = []
  readonly #met: number[] = []

  constructor(store: Store, graph: ObjectGraph) {
    const numbers = new Map<number, number>()
    for (const path of graph.paths) {
      let own = 0
      const shared = new Set<number>()
      eachFile(store.host, store.locate(path), (stat) => {
        if (stat.kind === 'directory' || stat.links === 1) {
          own += stat.allocated
          this.files += stat.kind === 'directory' ? 0 : 1
          return
        }
        // One store is one file system, so the inode alone names the file.
        const known = numbers.get(stat.inode)
        const number = known ?? this.#allocated.push(stat.allocated) - 1
        if (known === undefined) {
          numbers.set(stat.inode, number)
          this.#links.push(stat.links)
          this.files++
        }
        this.#met[number] = (this.#met[number] ?? 0) + 1
        shared.add(number)
      })
      this.#own.push(own)
      this.#shared.push([...shared])
    }
  }

  /** Bytes by owner, of files that are nobody else's: in no object of another owner, and nowhere outside of the store. */
  alone(owners: Int32Array): ReadonlyMap<number, number> {
    const bytes = new Map<number, number>()
    const add = (owner: number, size: number) => bytes.set(owner, (bytes.get(owner) ?? 0) + size)
    const holders = new Map<number, number>()
    for (const [object, owner] of owners.entries()) {
      add(owner, this.#own[object] ?? 0)
      for (const file of this.#shared[object] ?? []) {
        const before = holders.get(file) ?? owner
        holders.set(file, before === owner ? owner : SEVERAL)
      }
    }
    for (const [file, owner] of holders)
      if (this.#met[file] === this.#links[file]) add(owner, this.#allocated[file] ?? 0)
    return bytes
  }

  /** Of the marked objects together. */
  usage(marks: Uint8Array, alone: number | undefined): Usage {
    const objects: number[] = []
    for (const [object, mark] of marks.entries()) if (mark === 1) objects.push(object)
    return this.usageOf(objects, alone)
  }

  usageOf(objects: readonly number[], alone = 0): Usage {
    const files = new Set<number>()
    let total = 0
    for (const object of objects) {
      total += this.#own[object] ?? 0
      for (const file of this.#shared[object] ?? []) {
        if (files.has(file)) continue
        files.add(file)
        total += this.#allocated[file] ?? 0
      }
    }
    return { objects: objects.length, total, shared: total - alone, alone }
  }
}
