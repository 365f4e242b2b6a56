// The graph that npm's resolver makes, and what a lock makes of it: which nodes each system has, and which nodes are the same
// package with the same packages below it. Pure.
//
// Two nodes are one instance when they have the same name, version, bytes and facts, and their edges of each name lead to the same
// instances. That is the coarsest such partition (bisimulation), so cycles need no special care, and it is found by refinement:
// begin with one class for all nodes of equal content, and split classes whose edges differ until nothing splits.

import type { Integrity } from '../../core/digest.ts'
import { ToolError } from '../../core/errors.ts'
import { canonicalJson, compareCodePoints, type Json, type JsonObject } from '../../core/json.ts'
import type { LockedId, LockedPackage } from '../../core/lock.ts'
import type { System } from '../../core/system.ts'

export interface GraphEdge {
  readonly to: GraphNode
  /** False when the package cannot be there without it. */
  readonly optional: boolean
}

export interface GraphNode {
  readonly name: string
  readonly version: string
  readonly integrity: Integrity
  /** Of the tarball. */
  readonly file: string
  /** Places in the trees of npm's resolver: `node_modules/a`, `examples/hello/node_modules/a`. Only the order of ids and the next lock use them. */
  readonly locations: readonly string[]
  /** What the lock keeps of the manifest. */
  readonly facts: JsonObject
  /** By the name under which the package knows the dependency. */
  readonly edges: Map<string, GraphEdge>
  /** Npm could not load it, which only an optional dependency survives. */
  readonly isMissing: boolean
}

export interface GraphRoot {
  readonly group: string
  readonly requirement: string
  readonly optional: boolean
  readonly node: GraphNode
}

export interface Instances {
  readonly packages: readonly LockedPackage[]
  readonly roots: ReadonlyMap<string, ReadonlyMap<string, LockedId>>
  readonly members: ReadonlyMap<System, ReadonlySet<LockedId>>
}

/** @throws ToolError E_SYSTEM_UNSUPPORTED */
export function toInstances(roots: readonly GraphRoot[], systems: readonly System[]): Instances {
  const nodesOf = new Map<System, ReadonlySet<GraphNode>>()
  const kept = new Set<GraphNode>()
  for (const system of systems) {
    const nodes = nodesOn(roots, system)
    nodesOf.set(system, nodes)
    for (const node of nodes) kept.add(node)
  }
  const classes = refine([...kept])
  const ids = nameClasses(classes)

  const members = new Map<System, ReadonlySet<LockedId>>()
  for (const [system, nodes] of nodesOf) members.set(system, new Set([...nodes].map((node) => idOf(ids, node))))
  const rootIds = new Map<string, Map<string, LockedId>>()
  for (const { group, requirement, node } of roots) {
    const id = ids.get(node)
    const byText = rootIds.get(group) ?? new Map<string, LockedId>()
    rootIds.set(group, byText)
    if (id !== undefined) byText.set(requirement, id)
  }
  return { packages: classes.map((nodes) => lockedPackage(nodes, ids)), roots: rootIds, members }
}

function idOf(ids: ReadonlyMap<GraphNode, LockedId>, node: GraphNode): LockedId {
  const id = ids.get(node)
  if (id === undefined) throw new Error(`no instance holds ${node.name}@${node.version}`)
  return id
}

function lockedPackage(nodes: readonly GraphNode[], ids: ReadonlyMap<GraphNode, LockedId>): LockedPackage {
  const [first] = nodes
  if (first === undefined) throw new Error('an instance without nodes')
  const dependencies: [string, LockedId][] = []
  for (const [name, { to }] of first.edges) {
    const id = ids.get(to)
    if (id !== undefined) dependencies.push([name, id])
  }
  const locations = [...new Set(nodes.flatMap((node) => node.locations))].sort(compareCodePoints)
  return {
    id: idOf(ids, first),
    source: 'npm',
    name: first.name,
    version: first.version,
    artifacts: [
      { kind: 'file', source: 'npm', package: first.name, name: first.file, size: null, integrity: first.integrity },
    ],
    dependencies: Object.fromEntries(dependencies.sort(([a], [b]) => compareCodePoints(a, b))),
    data: { ...first.facts, locations },
  }
}

/** The classes of equal nodes, in the order of their ids. */
function refine(nodes: readonly GraphNode[]): readonly (readonly GraphNode[])[] {
  let classOf = partition(nodes, (node) =>
    canonicalJson([node.name, node.version, node.integrity, node.file, node.facts]),
  )
  for (;;) {
    const current = classOf
    const next = partition(nodes, (node) => {
      const edges: string[] = []
      for (const [name, { to }] of node.edges) {
        const target = current.numbers.get(to)
        if (target !== undefined) edges.push(`${name}\0${target}`)
      }
      return `${current.numbers.get(node)}\0\0${edges.sort().join('\0\0')}`
    })
    if (next.count === current.count) break
    classOf = next
  }
  const classes: GraphNode[][] = Array.from({ length: classOf.count }, () => [])
  for (const node of nodes) classes[classOf.numbers.get(node) ?? -1]?.push(node)
  const keyed = classes.map((members) => ({ members, place: smallestLocation(members) }))
  return keyed
    .sort(
      (a, b) =>
        compareCodePoints(a.members[0]?.name ?? '', b.members[0]?.name ?? '') ||
        compareCodePoints(a.members[0]?.version ?? '', b.members[0]?.version ?? '') ||
        compareCodePoints(a.place, b.place),
    )
    .map(({ members }) => members)
}

interface Partition {
  readonly numbers: ReadonlyMap<GraphNode, number>
  readonly count: number
}

function partition(nodes: readonly GraphNode[], keyOf: (node: GraphNode) => string): Partition {
  const byKey = new Map<string, number>()
  const numbers = new Map<GraphNode, number>()
  for (const node of nodes) {
    const key = keyOf(node)
    let number = byKey.get(key)
    if (number === undefined) {
      number = byKey.size
      byKey.set(key, number)
    }
    numbers.set(node, number)
  }
  return { numbers, count: byKey.size }
}

function smallestLocation(nodes: readonly GraphNode[]): string {
  return nodes.flatMap((node) => node.locations).sort(compareCodePoints)[0] ?? ''
}

/** `npm:name@version`, and `+2`, `+3`, … for further instances of one name and version. */
function nameClasses(classes: readonly (readonly GraphNode[])[]): ReadonlyMap<GraphNode, LockedId> {
  const taken = new Set(classes.map(([node]) => `npm:${node?.name}@${node?.version}`))
  const seen = new Set<string>()
  const ids = new Map<GraphNode, LockedId>()
  for (const nodes of classes) {
    const base = `npm:${nodes[0]?.name}@${nodes[0]?.version}`
    let id = base
    // A version may itself end in `+2`, so a suffix is used only where it names nothing else.
    for (let n = 2; seen.has(id) || (id !== base && taken.has(id)); n++) id = `${base}+${n}`
    seen.add(id)
    for (const node of nodes) ids.set(node, id as LockedId)
  }
  return ids
}

/** What a system has: everything that the roots reach without what the system cannot have. */
function nodesOn(roots: readonly GraphRoot[], system: System): ReadonlySet<GraphNode> {
  const excluded = excludedOn(roots, system)
  const reached = new Set<GraphNode>()
  const queue: GraphNode[] = []
  for (const root of roots) {
    if (!excluded.has(root.node)) queue.push(root.node)
    else if (!root.optional) throw unsupported(root, excluded, system)
  }
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (reached.has(node)) continue
    reached.add(node)
    for (const { to } of node.edges.values()) if (!excluded.has(to)) queue.push(to)
  }
  return reached
}

/** Nodes that cannot be on a system, each with the dependency that is why; null for those that say so themselves. */
function excludedOn(roots: readonly GraphRoot[], system: System): ReadonlyMap<GraphNode, GraphNode | null> {
  const neededBy = new Map<GraphNode, GraphNode[]>()
  const seen = new Set<GraphNode>()
  const excluded = new Map<GraphNode, GraphNode | null>()
  const queue = roots.map((root) => root.node)
  const fallen: GraphNode[] = []
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.isMissing || !runsOn(node.facts, system)) {
      excluded.set(node, null)
      fallen.push(node)
    }
    for (const { to, optional } of node.edges.values()) {
      queue.push(to)
      if (optional) continue
      const dependents = neededBy.get(to)
      if (dependents === undefined) neededBy.set(to, [node])
      else dependents.push(node)
    }
  }
  for (let node = fallen.pop(); node !== undefined; node = fallen.pop()) {
    for (const dependent of neededBy.get(node) ?? []) {
      if (excluded.has(dependent)) continue
      excluded.set(dependent, node)
      fallen.push(dependent)
    }
  }
  return excluded
}

function unsupported(root: GraphRoot, excluded: ReadonlyMap<GraphNode, GraphNode | null>, system: System): ToolError {
  const chain: GraphNode[] = []
  for (let node: GraphNode | null | undefined = root.node; node; node = excluded.get(node)) chain.push(node)
  const names = chain.map((node) => `${node.name}@${node.version}`)
  const culprit = names.at(-1) ?? ''
  const path = names.length > 1 ? ` (${names.join(' → ')})` : ''
  return new ToolError(
    'E_SYSTEM_UNSUPPORTED',
    `\`${culprit}\` does not run on ${system}, and \`${root.requirement}\` needs it${path}.`,
    {
      details: {
        package: culprit,
        system,
        requirement: root.requirement,
        chain: names,
        because: `needs ${[root.requirement, ...names.slice(1)].join(', which needs ')}, which does not run on ${system}`,
      },
      hint: `Remove \`${system}\` from \`systems\`, or the requirement.`,
    },
  )
}

const PLATFORMS: Readonly<Record<System, { readonly os: string; readonly cpu: string; readonly libc: string }>> = {
  'x86_64-linux': { os: 'linux', cpu: 'x64', libc: 'glibc' },
  'aarch64-linux': { os: 'linux', cpu: 'arm64', libc: 'glibc' },
}

/** What npm's own check says of a package's `os`, `cpu` and `libc`. */
function runsOn(facts: JsonObject, system: System): boolean {
  const platform = PLATFORMS[system]
  return allows(facts['os'], platform.os) && allows(facts['cpu'], platform.cpu) && allows(facts['libc'], platform.libc)
}

function allows(list: Json | undefined, value: string): boolean {
  if (!Array.isArray(list) || list.length === 0 || (list.length === 1 && list[0] === 'any')) return true
  if (list.includes(`!${value}`)) return false
  return list.includes(value) || list.every((item) => typeof item === 'string' && item.startsWith('!'))
}
