// Properties of trees and stores that hold for every input (fast-check).

import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { narIntegrity, narOf } from '../../src/core/nar.ts'
import type { StorePath } from '../../src/core/store-path.ts'
import type { TreeDirectory, TreeNode } from '../../src/core/tree.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { collectGarbage } from '../../src/store/gc.ts'
import { HashScanner } from '../../src/store/references.ts'
import { Store } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify.ts'
import { hashPath } from '../../src/store/walk.ts'
import { directory, file, link, name, temporaryDirectory } from '../support/store.ts'

const host = new NodeHost()

const fileName = fc
  .string({ unit: fc.constantFrom('a', 'b', 'B', '.', '-', 'é', '日', '\uffee', '😀'), minLength: 1, maxLength: 4 })
  .filter((text) => text !== '.' && text !== '..')

const treeNode: fc.Arbitrary<TreeNode> = fc.letrec<{ node: TreeNode; directory: TreeDirectory }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      kind: fc.constant('file' as const),
      executable: fc.boolean(),
      bytes: fc.uint8Array({ maxLength: 40 }),
    }),
    fc.record({ kind: fc.constant('symlink' as const), target: fileName }),
    tie('directory'),
  ),
  directory: fc
    .uniqueArray(fc.tuple(fileName, tie('node')), { selector: ([key]) => key, maxLength: 5 })
    .map((entries) => ({ kind: 'directory' as const, entries: new Map(entries) })),
})).directory

/** Creates what the tree says, entries in the order of the map, with the time and modes of whoever does it. */
function create(path: string, node: TreeNode, options: { reversed: boolean; time: number; mask: number }): void {
  if (node.kind === 'directory') {
    mkdirSync(path)
    const entries = options.reversed ? [...node.entries].reverse() : [...node.entries]
    for (const [key, child] of entries) create(`${path}/${key}`, child, options)
  } else if (node.kind === 'symlink') {
    symlinkSync(node.target, path)
    return
  } else if (node.kind === 'file') {
    writeFileSync(path, node.bytes)
    chmodSync(path, (node.executable ? 0o755 : 0o644) & ~options.mask)
  }
  utimesSync(path, options.time, options.time)
}

/** Every tree that differs from this one in one place: a byte, an executable bit, a target, a name, one entry less. */
function* changes(node: TreeNode): Generator<TreeNode> {
  switch (node.kind) {
    case 'file':
      yield { ...node, executable: !node.executable }
      yield { ...node, bytes: Buffer.concat([node.bytes, Buffer.from([0])]) }
      if (node.bytes.length > 0)
        yield { ...node, bytes: node.bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte)) }
      yield { kind: 'symlink', target: 'x' }
      break
    case 'symlink':
      yield { ...node, target: `${node.target}x` }
      break
    case 'directory':
      for (const [key, child] of node.entries) {
        const others = [...node.entries].filter(([other]) => other !== key)
        yield { kind: 'directory', entries: new Map(others) }
        yield { kind: 'directory', entries: new Map([...others, [`${key}xxxxx`, child]]) }
        for (const changed of changes(child)) yield { kind: 'directory', entries: new Map([...others, [key, changed]]) }
      }
      break
  }
}

describe('S-5.2 the hash of a tree', () => {
  test('on disk is that in memory, whatever the times, the order of creation and the rest of the modes', {
    timeout: 120_000,
  }, () => {
    const scratch = temporaryDirectory()
    let count = 0
    fc.assert(
      fc.property(treeNode, fc.boolean(), fc.integer({ min: 0, max: 2e9 }), (tree, reversed, time) => {
        const path = `${scratch}/${count++}`
        create(path, tree, { reversed, time, mask: reversed ? 0o077 : 0 })
        expect(hashPath(host, path)).toEqual(narOf(tree))
      }),
      { numRuns: 60 },
    )
  })

  test('changes with any byte, name, executable bit or link target', () => {
    fc.assert(
      fc.property(treeNode, (tree) => {
        const before = narIntegrity(tree)
        for (const changed of changes(tree)) expect(narIntegrity(changed)).not.toBe(before)
      }),
      { numRuns: 60 },
    )
  })

  test('does not depend on the order of entries in memory', () => {
    fc.assert(
      fc.property(treeNode, (tree) => {
        if (tree.kind !== 'directory') return
        const reversed: TreeNode = { kind: 'directory', entries: new Map([...tree.entries].reverse()) }
        expect(narIntegrity(reversed)).toBe(narIntegrity(tree))
      }),
    )
  })
})

test('S-5.7 a hash is found wherever the chunks of a stream are cut', () => {
  const path = `${'0123456789abcdfghijklmnpqrsvwxyz'}-x` as StorePath
  const digits = fc.string({ unit: fc.constantFrom('0', 'a', 'e', '-'), maxLength: 50 })
  fc.assert(
    fc.property(digits, digits, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (before, after, sizes) => {
      const bytes = Buffer.from(`${before}${path}${after}`)
      const scanner = new HashScanner([path])
      for (let start = 0, i = 0; start < bytes.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        scanner.scan(bytes.subarray(start, start + size))
        start += size
      }
      expect([...scanner.found]).toEqual([path])
    }),
  )
})

type Action =
  | { readonly kind: 'add'; readonly content: number; readonly to: readonly number[]; readonly isRoot: boolean }
  | { readonly kind: 'unroot'; readonly index: number }
  | { readonly kind: 'collect' }

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      content: fc.nat(5),
      to: fc.array(fc.nat(20), { maxLength: 3 }),
      isRoot: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('unroot' as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('collect' as const) }) },
)

describe('S-5.15 after any history of adding, dropping roots and collecting', () => {
  test('every valid object has a valid closure, closures are closed and leaves first, and roots keep theirs', {
    timeout: 120_000,
  }, async () => {
    const scratch = temporaryDirectory()
    let count = 0
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
        const root = `${scratch}/${count++}`
        for (const one of actions) await act(root, one)
        const store = await Store.open(root, host, { mode: 'shared' })
        try {
          await checkStore(store)
        } finally {
          store.close()
        }
      }),
      { numRuns: 40 },
    )
  })
})

async function act(root: string, one: Action): Promise<void> {
  const store = await Store.open(root, host, { mode: one.kind === 'collect' ? 'exclusive' : 'shared' })
  try {
    const { profiles } = store.layout
    const roots = readdirSync(profiles).sort()
    if (one.kind === 'add') {
      const present = store.list()
      const targets = present.length === 0 ? [] : one.to.map((index) => present[index % present.length])
      const links = targets.map((path, index) => [`l${index}`, link(`../${path}`)] as const)
      const tree = directory({ ...Object.fromEntries(links), f: file(String(one.content)) })
      const { path } = store.addTree(name('n'), tree)
      if (one.isRoot && !roots.includes(path)) symlinkSync(`../objects/${path}`, `${profiles}/${path}`)
    } else if (one.kind === 'unroot') {
      const dropped = roots[one.index % Math.max(1, roots.length)]
      if (dropped !== undefined) rmSync(`${profiles}/${dropped}`)
    } else {
      const before = store.closure(roots as StorePath[])
      const report = await collectGarbage(store, { dryRun: false })
      expect([...store.list()].sort()).toEqual([...before].sort())
      expect(report.kept).toBe(before.length)
    }
  } finally {
    store.close()
  }
}

async function checkStore(store: Store): Promise<void> {
  const all = store.list()
  const closure = store.closure(all)
  expect([...closure].sort()).toEqual([...all])
  const position = new Map(closure.map((path, index) => [path, index]))
  for (const path of closure) {
    for (const reference of store.query(path)?.references ?? []) {
      expect(position.get(reference)).toBeLessThan(position.get(path) ?? -1)
    }
  }
  for (const path of readdirSync(store.layout.profiles)) expect(store.isValid(path as StorePath)).toBe(true)
  for await (const item of verifyStore(store)) expect('defect' in item ? item.defect : null).toBeNull()
}
