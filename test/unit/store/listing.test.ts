// Listings: what a record says of the names in its object is what is in it, however it was added, and nobody needs it.

import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TreeDirectory, TreeNode } from '../../../src/core/tree.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { Listing, listingOf } from '../../../src/store/listing.ts'
import { Store } from '../../../src/store/store.ts'
import { writeTree } from '../../../src/store/tree.ts'
import { verifyStore } from '../../../src/store/verify.ts'
import { directory, file, link, name, openStore } from '../../support/store.ts'

const names = fc.string({
  unit: fc.constantFrom('a', 'd', 'f', ' ', '.', '\n', '"', 'é', '\u{10000}', '\uffff'),
  minLength: 1,
  maxLength: 6,
})
const entryNames = names.filter((text) => text !== '.' && text !== '..')
const { tree: anyTree } = fc.letrec<{ tree: TreeDirectory; node: TreeNode }>((tie) => ({
  tree: fc
    .array(fc.tuple(entryNames, tie('node')), { maxLength: 5 })
    .map((entries) => ({ kind: 'directory', entries: new Map(entries) })),
  node: fc.oneof({ depthSize: 'small' }, fc.constant(file('x')), fc.constant(link('x')), tie('tree')),
}))

interface Names {
  readonly [name: string]: Names | null
}

const namesIn = (tree: TreeDirectory): Names =>
  Object.fromEntries([...tree.entries].map(([key, node]) => [key, node.kind === 'directory' ? namesIn(node) : null]))

function namesOf(listing: Listing): Names {
  const found: Record<string, Names | null> = {}
  listing.each((entry, below) => {
    expect(listing.directory(entry) === null).toBe(below === null)
    found[entry] = below === null ? null : namesOf(below)
  })
  return found
}

test('S-5.33 a listing has the names that are in the tree, and no others', () => {
  fc.assert(
    fc.property(anyTree, (tree) => {
      const text = listingOf(tree)
      if (text !== null) expect(namesOf(new Listing(text))).toEqual(namesIn(tree))
    }),
  )
})

test('S-5.33 however a tree is added, its record lists the same', async () => {
  const tree = directory({
    bin: directory({ b: file('b', true), a: link('b') }),
    empty: directory({}),
    share: directory({ man: directory({ man1: directory({ 'b.1': file('x') }) }) }),
    top: file('x'),
  })
  const records = new Set<string>()
  for (const add of [
    async (store: Store) => store.addTree(name('x'), tree),
    async (store: Store) => store.add(name('x'), async (staging) => writeTree(store.host, staging, tree)),
    async (store: Store) => {
      writeTree(store.host, `${store.root}/tmp/tree`, tree)
      return store.addPathHere(name('x'), `${store.root}/tmp/tree`)
    },
  ]) {
    const store = await openStore()
    records.add(readFileSync(store.layout.infoOf((await add(store)).path), 'utf8'))
  }
  expect([...records].map((text) => JSON.parse(text).listing)).toEqual([
    'dbin/fa/fb//dempty//dshare/dman/dman1/fb.1////ftop',
  ])
})

test('S-5.33 a record stays within a block: one with many names, or references, lists none', async () => {
  const store = await openStore()
  const many = (count: number) =>
    directory(Object.fromEntries(Array.from({ length: count }, (_, index) => [`file-${index}`, file('x')])))
  const record = (path: string) => readFileSync(`${store.layout.info}/${path}.json`, 'utf8')
  const bases = Array.from({ length: 80 }, (_, index) => store.addTree(name('base'), file(`${index}`)).path)
  const links = Object.fromEntries(bases.map((path, index) => [`link-${index}`, link(`../${path}`)]))
  for (const [tree, isListed] of [
    [many(200), true],
    [many(400), false],
    [directory({ ...links }), false],
    [file('x'), false],
  ] as const) {
    const { path, listing } = store.addTree(name('x'), tree)
    expect('listing' in JSON.parse(record(path))).toBe(isListed)
    if (isListed) expect(Store.attach(store.root, new NodeHost()).query(path)?.listing).toBe(listing)
    if (isListed) expect(Buffer.byteLength(record(path))).toBeLessThanOrEqual(4096)
  }
})

test('S-5.33 a record that lists other names than its object has is reported', async () => {
  const store = await openStore()
  const { path } = store.addTree(name('x'), directory({ a: file('x'), b: directory({ c: file('x') }) }))
  const text = readFileSync(store.layout.infoOf(path), 'utf8')
  const found = async () => {
    const kinds: string[] = []
    const fresh = Store.attach(store.root, new NodeHost())
    for await (const item of verifyStore(fresh, undefined, { workers: 0 }))
      if ('defect' in item) kinds.push(item.defect.kind)
    return kinds
  }
  expect(await found()).toEqual([])
  writeFileSync(store.layout.infoOf(path), text.replace('db/fc', 'db/fd'))
  expect(await found()).toEqual(['no-info'])
  writeFileSync(store.layout.infoOf(path), text.replace(/\s*"listing": .*\n/, '\n'))
  expect(await found()).toEqual([])
})
