import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StorePath } from '../../../src/core/store-path.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { NOBODY, ObjectGraph, SEVERAL } from '../../../src/store/graph.ts'
import { indexedGraph, keepIndex } from '../../../src/store/object-index.ts'
import type { Store } from '../../../src/store/store.ts'
import { directory, file, link, name, openStore } from '../../support/store.ts'

/** Objects that refer to some of those before them. */
function addAll(store: Store, references: readonly (readonly number[])[]): readonly StorePath[] {
  const paths: StorePath[] = []
  for (const [index, numbers] of references.entries()) {
    const links = numbers.map((number) => [`l${number}`, link(`../${paths[number % Math.max(1, index)]}`)] as const)
    const entries = index === 0 ? [] : links
    paths.push(
      store.addTree(name(`o${index}`), directory({ ...Object.fromEntries(entries), f: file(`${index}`) })).path,
    )
  }
  return paths
}

/** What a graph says of an object, and what its record says. */
function factsOf(graph: ObjectGraph, number: number): unknown {
  const isKnown = graph.isValid(number)
  const references = graph.knownReferences(number)?.map((reference) => graph.paths[reference])
  return isKnown ? { narSize: graph.size(number), references } : null
}

function recorded(store: Store, path: StorePath): unknown {
  const { narSize, references } = store.query(path) ?? {}
  return { narSize, references }
}

const shape = fc.array(fc.uniqueArray(fc.nat(20), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
const fresh = (store: Store) => new ObjectGraph(store)

describe('the graph of a store', () => {
  test('reach is the closure, and referrers come before what they refer to', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.array(fc.nat(20), { maxLength: 4 }), async (references, numbers) => {
        const store = await openStore()
        const paths = addAll(store, references)
        const roots = numbers.flatMap((number) => paths[number % paths.length] ?? [])
        const graph = fresh(store)
        const marks = graph.reach(roots)
        const live = graph.paths.filter((_, number) => marks[number] === 1)
        expect(live).toEqual([...store.closure(roots)].sort())
        for (const mark of [0, 1] as const) {
          const order = graph.referrersFirst(marks, mark).map((number) => graph.paths[number] as StorePath)
          expect(order.toSorted()).toEqual(graph.paths.filter((_, number) => marks[number] === mark))
          for (const [place, path] of order.entries())
            for (const reference of store.query(path)?.references ?? [])
              if (order.includes(reference)) expect(order.indexOf(reference)).toBeGreaterThan(place)
        }
      }),
      { numRuns: 40, seed: 3 },
    )
  })

  test('S-5.27 an object is owned by the one label whose roots alone reach it', async () => {
    const labelled = fc.array(fc.tuple(fc.nat(20), fc.nat(3)), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(shape, labelled, async (references, pairs) => {
        const store = await openStore()
        const paths = addAll(store, references)
        const roots = pairs.map(([number, label]) => [paths[number % paths.length] as StorePath, label] as const)
        const graph = fresh(store)
        const owners = graph.owners(roots)
        for (const [number, path] of graph.paths.entries()) {
          const labels = new Set(
            roots.filter(([root]) => store.closure([root]).includes(path)).map(([, label]) => label),
          )
          const expected = labels.size === 0 ? NOBODY : labels.size > 1 ? SEVERAL : [...labels][0]
          expect(owners[number]).toBe(expected)
        }
      }),
      { numRuns: 40, seed: 3 },
    )
  })

  test('what is damaged is an error on the way from a root, and none where as much as there is will do', async () => {
    const store = await openStore()
    const [base, top] = addAll(store, [[], [0]]) as [StorePath, StorePath]
    writeFileSync(store.layout.infoOf(base), '{')
    expect(() => fresh(store).reach([top])).toThrow(expect.objectContaining({ code: 'E_STORE_CORRUPT' }))
    expect(() => fresh(store).reach([base])).toThrow(expect.objectContaining({ code: 'E_STORE_CORRUPT' }))
    expect([...fresh(store).reachSome([top])].reduce((sum, mark) => sum + mark, 0)).toBe(1)
    rmSync(store.locate(base), { recursive: true })
    expect(() => fresh(store).reach([top])).toThrow(expect.objectContaining({ code: 'E_STORE_CORRUPT' }))
    expect(() => fresh(store).reach([base])).toThrow(expect.objectContaining({ code: 'E_STORE_CORRUPT' }))
    rmSync(store.layout.infoOf(base))
    expect([...fresh(store).reach([base])]).toEqual([0])
  })
})

describe('the index of records', () => {
  /** Counts the records that are read. */
  class CountingHost extends NodeHost {
    records = 0
    override readFile(path: string): Buffer | null {
      if (path.includes('/info/')) this.records++
      return super.readFile(path)
    }
  }

  async function indexed() {
    const store = await openStore()
    const paths = addAll(
      store,
      Array.from({ length: 600 }, (_, index) => (index === 0 ? [] : [index - 1])),
    )
    const graph = fresh(store)
    graph.readAll()
    keepIndex(store, graph)
    return { store, paths }
  }

  test('S-5.27 what was read once is not read again, and says the same', async () => {
    const { store, paths } = await indexed()
    const host = new CountingHost()
    const again = await openStore({ root: store.root, host })
    const graph = indexedGraph(again)
    for (const [number, path] of graph.paths.entries()) expect(factsOf(graph, number)).toEqual(recorded(store, path))
    expect(host.records).toBe(0)
    expect(paths).toHaveLength(graph.paths.length)
    // What is dead would be kept by an index that is believed, so a collection believes none.
    expect(new ObjectGraph(again).isValid(0)).toBe(true)
    expect(host.records).toBe(1)
  })

  test('a graph that is made of an earlier one reads only what is new, and forgets what is gone', async () => {
    const store = await openStore()
    const paths = addAll(store, [[], [0], [1]])
    const earlier = fresh(store)
    earlier.readAll()
    const top = store.addTree(name('top'), directory({ l: link(`../${paths[2]}`), f: file('top') })).path
    rmSync(store.locate(paths[0] as StorePath), { recursive: true })
    const host = new CountingHost()
    const graph = new ObjectGraph(await openStore({ root: store.root, host }), earlier)
    expect(graph.paths).toEqual([paths[1], paths[2], top].sort())
    const marks = graph.reachSome([top])
    expect([...marks]).toEqual([1, 1, 1])
    expect(host.records).toBe(1)
    expect(() => graph.reach([top])).toThrow(expect.objectContaining({ code: 'E_STORE_CORRUPT' }))
    expect(graph.strayRecords).toEqual([`${paths[0]}.json`])
  })

  test('an index that is damaged or of another kind is as good as none', async () => {
    const { store, paths } = await indexed()
    const text = readFileSync(store.layout.objectIndex, 'utf8')
    for (const bad of [
      '',
      'x',
      text.slice(0, -5),
      text.replace('tenon-objects-1', 'tenon-objects-2'),
      text.replace(/^.*\n/, ''),
    ]) {
      writeFileSync(store.layout.objectIndex, bad)
      const host = new CountingHost()
      const graph = indexedGraph(await openStore({ root: store.root, host }))
      expect(factsOf(graph, graph.number(paths[7] as StorePath) ?? -1)).toEqual(recorded(store, paths[7] as StorePath))
      expect(host.records).toBe(1)
    }
    for (const bad of [' 99999', ' x', ' ', ' 1e3', ' -1']) {
      writeFileSync(store.layout.objectIndex, text.replaceAll(/ \d+$/gm, bad))
      const graph = indexedGraph(store)
      expect(factsOf(graph, graph.number(paths[7] as StorePath) ?? -1)).toEqual(recorded(store, paths[7] as StorePath))
    }
  })

  test('a few records are not worth an index', async () => {
    const store = await openStore()
    addAll(store, [[], [0]])
    const graph = indexedGraph(store)
    graph.readAll()
    keepIndex(store, graph)
    expect(existsSync(store.layout.objectIndex)).toBe(false)
  })
})
