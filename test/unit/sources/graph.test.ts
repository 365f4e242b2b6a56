import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { integrityOf } from '../../../src/core/digest.ts'
import type { JsonObject } from '../../../src/core/json.ts'
import { type GraphNode, type GraphRoot, toInstances } from '../../../src/sources/npm/graph.ts'

interface Drawn {
  readonly name: number
  readonly edges: readonly { readonly name: number; readonly to: number }[]
}

/** Random graphs over few names, so that many nodes look alike, circles included. */
const drawnGraph = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.array(
    fc.record({
      name: fc.integer({ min: 0, max: 2 }),
      edges: fc.array(fc.record({ name: fc.integer({ min: 0, max: 2 }), to: fc.integer({ min: 0, max: size - 1 }) }), {
        maxLength: 3,
      }),
    }),
    { minLength: size, maxLength: size },
  ),
)

function node(name: string, location: string, facts: JsonObject = {}): GraphNode {
  const integrity = integrityOf(Buffer.from(name))
  return {
    name,
    version: '1.0.0',
    integrity,
    file: `${name}.tgz`,
    locations: [location],
    facts,
    edges: new Map(),
    isMissing: false,
  }
}

function build(drawn: readonly Drawn[]): readonly GraphNode[] {
  const nodes = drawn.map((item, index) => node(`n${item.name}`, `node_modules/${index.toString().padStart(2, '0')}`))
  for (const [index, item] of drawn.entries()) {
    for (const { name, to } of item.edges) {
      const target = nodes[to]
      if (target !== undefined) nodes[index]?.edges.set(`e${name}`, { to: target, optional: false })
    }
  }
  return nodes
}

function rootsOf(nodes: readonly GraphNode[]): readonly GraphRoot[] {
  return nodes.map((item) => ({ group: '', requirement: item.locations[0] ?? '', optional: false, node: item }))
}

/** What can be seen of a node by walking `depth` edges. */
function view(item: GraphNode, depth: number): string {
  if (depth === 0) return item.name
  const edges = [...item.edges].sort(([a], [b]) => (a < b ? -1 : 1))
  return `${item.name}(${edges.map(([name, { to }]) => `${name}:${view(to, depth - 1)}`).join(',')})`
}

describe('instances', () => {
  test('nodes are one instance exactly when no walk along edges tells them apart', () => {
    fc.assert(
      fc.property(drawnGraph, (drawn) => {
        const nodes = build(drawn)
        const { roots } = toInstances(rootsOf(nodes), ['x86_64-linux'])
        const ids = nodes.map((item) => roots.get('')?.get(item.locations[0] ?? ''))
        // Two nodes of a graph with n nodes that differ at all differ within n steps; three edges each keep this small.
        const views = nodes.map((item) => view(item, Math.min(nodes.length, 6)))
        for (let i = 0; i < nodes.length; i++) {
          for (let j = 0; j < i; j++) if (views[i] !== views[j]) expect(ids[i]).not.toBe(ids[j])
        }
        const classes = new Set(ids).size
        if (nodes.length <= 6) expect(classes).toBe(new Set(views).size)
      }),
    )
  })

  test('the order in which nodes and edges come changes nothing', () => {
    fc.assert(
      fc.property(drawnGraph, fc.infiniteStream(fc.nat()), (drawn, order) => {
        const nodes = build(drawn)
        const plain = toInstances(rootsOf(nodes), ['x86_64-linux', 'aarch64-linux'])
        const keyed = rootsOf(nodes).map((root) => ({ root, key: order.next().value ?? 0 }))
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ root }) => root)
        const other = toInstances(shuffled, ['aarch64-linux', 'x86_64-linux'])
        expect(other.packages).toEqual(plain.packages)
        expect(new Map([...other.members].sort())).toEqual(new Map([...plain.members].sort()))
      }),
    )
  })

  test('ids are unique, even where versions look like suffixes', () => {
    const nodes = [
      node('a', 'node_modules/x'),
      node('a', 'node_modules/y'),
      { ...node('a', 'node_modules/z'), version: '1.0.0+2' },
    ]
    nodes[0]?.edges.set('dep', { to: node('b', 'node_modules/b'), optional: false })
    const { packages } = toInstances(rootsOf(nodes), ['x86_64-linux'])
    expect(packages.map((item) => item.id)).toEqual(['npm:a@1.0.0', 'npm:a@1.0.0+3', 'npm:a@1.0.0+2', 'npm:b@1.0.0'])
  })
})

describe('systems', () => {
  const on = (facts: JsonObject): readonly string[] => {
    const root = node('root', 'node_modules/root')
    root.edges.set('x', { to: node('x', 'node_modules/x', facts), optional: true })
    const { members } = toInstances(rootsOf([root]), ['x86_64-linux', 'aarch64-linux'])
    return [...members].filter(([, ids]) => [...ids].some((id) => id.startsWith('npm:x@'))).map(([system]) => system)
  }

  test.each([
    [{}, ['x86_64-linux', 'aarch64-linux']],
    [{ os: ['any'] }, ['x86_64-linux', 'aarch64-linux']],
    [{ os: ['linux'], cpu: ['x64'] }, ['x86_64-linux']],
    [{ os: ['!win32'] }, ['x86_64-linux', 'aarch64-linux']],
    [{ os: ['!linux'] }, []],
    [{ os: ['darwin', 'win32'] }, []],
    [{ cpu: ['!x64', '!ia32'] }, ['aarch64-linux']],
    [{ libc: ['musl'] }, []],
    [{ libc: ['glibc'], cpu: ['arm64'] }, ['aarch64-linux']],
  ] as const)('S-4.7 %j is read as npm reads it', (facts, systems) => {
    expect(on(facts)).toEqual(systems)
  })

  test('S-4.7 an optional package falls out when something it needs does not run', () => {
    const root = node('root', 'node_modules/root')
    const optional = node('optional', 'node_modules/optional')
    const needed = node('needed', 'node_modules/needed', { os: ['darwin'] })
    optional.edges.set('needed', { to: needed, optional: false })
    needed.edges.set('optional', { to: optional, optional: false })
    root.edges.set('optional', { to: optional, optional: true })
    const { packages } = toInstances(rootsOf([root]), ['x86_64-linux'])
    expect(packages.map((item) => item.name)).toEqual(['root'])
  })
})
