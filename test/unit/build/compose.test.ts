// The symlink forest of an environment: folding, merging, collisions, priorities.

import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, readlinkSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { type ComposeInput, composeTree } from '../../../src/build/compose.ts'
import { type Contribution, MANIFEST_PATH } from '../../../src/core/derivation.ts'
import type { LockedId } from '../../../src/core/lock.ts'
import { nodeAt, type TreeDirectory, type TreeNode } from '../../../src/core/tree.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { Store } from '../../../src/store/store.ts'
import { directory, file, link, name, openStore } from '../../support/store.ts'

interface Given {
  readonly tree: TreeDirectory
  readonly priority?: number
  readonly links?: Contribution['links']
  readonly merges?: Contribution['merges']
}

/** Composes packages, each one object of its own, merged as a whole unless it says otherwise. Returns path → link target. */
async function compose(given: Readonly<Record<string, Given>>) {
  const store = await openStore()
  const entries = Object.entries(given)
  const outputs = entries.map(([owner, item]) => store.addTree(name(owner), item.tree).path)
  const contributions = entries.map(([owner, { priority = 0, links = {}, merges = {} }], input) => ({
    owner: `npm:${owner}@1.0.0` as LockedId,
    input,
    priority,
    links,
    merges,
  }))
  const input: ComposeInput = {
    contributions,
    outputs,
    variables: {},
    packages: { system: 'x86_64-linux', roots: [], packages: [] },
  }
  const tree = composeTree(input, store, null)
  const owners = new Map(outputs.map((path, index) => [path as string, entries[index]?.[0] ?? '']))
  const found: Record<string, string> = {}
  const visit = (node: TreeNode, at: string): void => {
    if (node.kind === 'directory')
      for (const [key, child] of node.entries) visit(child, at === '' ? key : `${at}/${key}`)
    if (node.kind !== 'symlink') return
    // From its place up to `objects/`, then down into another object; or to a place of the tree.
    const depth = at.split('/').length
    const parts = node.target.split('/')
    const climbed = parts.findIndex((part) => part !== '..')
    expect(climbed).toBeLessThanOrEqual(depth)
    if (climbed < depth) found[at] = node.target
    else found[at] = [owners.get(parts[depth] ?? ''), ...parts.slice(depth + 1)].join('/')
  }
  visit(tree, '')
  // Whatever is given in another order, the tree is the same.
  const backwards = composeTree({ ...input, contributions: contributions.toReversed() }, store, null)
  expect(store.addTree(name('environment'), backwards).path).toBe(store.addTree(name('environment'), tree).path)
  return { tree, found }
}

const collision = (path: string, ...owners: readonly string[]) =>
  expect.objectContaining({
    code: 'E_COLLISION',
    details: { path, between: owners.map((owner) => `npm:${owner}@1.0.0`) },
  })

test('S-6.4 a directory that only one package gives is one link, however deep', async () => {
  const tree = directory({ share: directory({ one: directory({ deep: file('x') }) }) })
  const { found } = await compose({ one: { tree, merges: { share: 'share' } } })
  expect(found).toEqual({ share: 'one/share' })
})

test('S-6.4 directories that several packages give are merged, and folded again below', async () => {
  const package_ = (own: string) =>
    directory({
      share: directory({
        [own]: directory({ text: file(own) }),
        man: directory({ man1: directory({ [`${own}.1`]: file(own) }), [own]: directory({ x: file('x') }) }),
      }),
    })
  const { tree, found } = await compose({
    one: { tree: package_('one'), merges: { share: 'share' } },
    two: { tree: package_('two'), merges: { share: 'share' } },
    three: { tree: package_('three'), merges: { share: 'share' } },
  })
  expect(found).toEqual(
    Object.fromEntries(
      ['one', 'two', 'three'].flatMap((own) => [
        [`share/${own}`, `${own}/share/${own}`],
        [`share/man/${own}`, `${own}/share/man/${own}`],
        [`share/man/man1/${own}.1`, `${own}/share/man/man1/${own}.1`],
      ]),
    ),
  )
  expect(nodeAt(tree, 'share/man/man1')?.kind).toBe('directory')
})

test('S-6.4 a link stands for what it is and is never merged', async () => {
  const one = { tree: directory({ pkg: directory({ a: file('a') }) }), links: { 'lib/pkg': 'pkg' } }
  const two = { tree: directory({ lib: directory({ other: file('o') }) }), merges: { lib: 'lib' } }
  expect((await compose({ one, two })).found).toEqual({ 'lib/pkg': 'one/pkg', 'lib/other': 'two/lib/other' })
  const clash = { tree: directory({ lib: directory({ pkg: directory({ b: file('b') }) }) }), merges: { lib: 'lib' } }
  await expect(compose({ one, clash })).rejects.toThrow(collision('lib/pkg', 'clash', 'one'))
})

test('S-6.4 a symlink inside a merged directory is linked to, not followed', async () => {
  const one = directory({ bin: directory({ tool: link('real'), real: file('x', true) }) })
  const two = directory({ bin: directory({ other: file('x', true) }) })
  const { found } = await compose({
    one: { tree: one, merges: { bin: 'bin' } },
    two: { tree: two, merges: { bin: 'bin' } },
  })
  expect(found).toEqual({ 'bin/tool': 'one/bin/tool', 'bin/real': 'one/bin/real', 'bin/other': 'two/bin/other' })
})

const withFile = (path: 'tool' | 'a') => directory({ bin: directory({ [path]: file(`file ${path}`) }) })
const withDirectory = directory({ bin: directory({ tool: directory({ inner: file('inner') }) }) })

test('S-6.5 file and file at one path are a collision that names both owners, the path and what to do', async () => {
  const one = { tree: withFile('tool'), merges: { bin: 'bin' } }
  const two = { tree: directory({ bin: directory({ tool: file('other') }) }), merges: { bin: 'bin' } }
  await expect(compose({ one, two })).rejects.toThrow(collision('bin/tool', 'one', 'two'))
  await expect(compose({ one: { ...one, priority: 3 }, two: { ...two, priority: 3 } })).rejects.toMatchObject({
    hint: expect.stringContaining('`priority` above 3'),
  })
})

test('S-6.5 file and directory at one path are a collision', async () => {
  const one = { tree: withFile('tool'), merges: { bin: 'bin' } }
  const two = { tree: withDirectory, merges: { bin: 'bin' } }
  await expect(compose({ one, two })).rejects.toThrow(collision('bin/tool', 'one', 'two'))
})

test('S-6.5 the same object given twice at one path is no collision', async () => {
  const tree = withFile('tool')
  expect((await compose({ one: { tree, links: { 'bin/tool': 'bin/tool' }, merges: { bin: 'bin' } } })).found).toEqual({
    'bin/tool': 'one/bin/tool',
  })
})

test('S-6.5 the higher priority wins at every path that both give, and only there', async () => {
  const one = {
    tree: directory({ bin: directory({ tool: file('1'), first: file('1') }) }),
    merges: { bin: 'bin' },
    priority: 1,
  }
  const two = { tree: directory({ bin: directory({ tool: file('2'), second: file('2') }) }), merges: { bin: 'bin' } }
  expect((await compose({ one, two })).found).toEqual({
    'bin/first': 'one/bin/first',
    'bin/second': 'two/bin/second',
    'bin/tool': 'one/bin/tool',
  })
})

test('S-6.5 between file and directory too, the higher priority wins', async () => {
  const low = { merges: { bin: 'bin' } }
  const high = { merges: { bin: 'bin' }, priority: 1 }
  const fileWins = await compose({ one: { tree: withFile('tool'), ...high }, two: { tree: withDirectory, ...low } })
  expect(fileWins.found).toEqual({ 'bin/tool': 'one/bin/tool' })
  const directoryWins = await compose({
    one: { tree: withFile('tool'), ...low },
    two: { tree: withDirectory, ...high },
  })
  expect(directoryWins.found['bin/tool'] ?? directoryWins.found['bin/tool/inner']).toMatch(/^two\/bin\/tool/)
})

test('S-6.5 the third package is told apart from the two that collide', async () => {
  const collide = (priority: number) => ({ tree: withFile('tool'), merges: { bin: 'bin' }, priority })
  const other = { tree: directory({ bin: directory({ tool: file('3') }) }), merges: { bin: 'bin' } }
  expect(
    (await compose({ one: collide(2), two: { ...other, priority: 1 }, three: { ...other, priority: 0 } })).found,
  ).toEqual({
    'bin/tool': 'one/bin/tool',
  })
})

test('S-6.7 no package may give anything below etc/tenon, whatever its priority', async () => {
  const intruders: readonly Given[] = [
    { tree: directory({ etc: directory({ tenon: directory({ run: file('evil', true) }) }) }), merges: { etc: 'etc' } },
    { tree: directory({ run: file('evil', true) }), links: { 'etc/tenon/run': 'run' } },
    { tree: directory({ tenon: directory({ other: file('evil') }) }), links: { 'etc/tenon': 'tenon' } },
    { tree: directory({ etc: directory({ tenon: file('evil') }) }), merges: { etc: 'etc' } },
    { tree: directory({ etc: directory({ x: file('evil') }) }), links: { etc: 'etc' } },
    { tree: directory({ etc: directory({ tenon: directory({ other: file('evil') }) }) }), merges: { etc: 'etc' } },
  ]
  for (const intruder of intruders) {
    for (const priority of [0, 1_000_000]) {
      await expect(compose({ one: { ...intruder, priority } })).rejects.toMatchObject({ code: 'E_COLLISION' })
    }
  }
})

test('S-6.7 what packages give beside it in etc is merged', async () => {
  const tree = directory({ etc: directory({ one: file('1') }) })
  const { tree: made, found } = await compose({ one: { tree, merges: { etc: 'etc' } } })
  expect(found).toEqual({ 'etc/one': 'one/etc/one' })
  expect(nodeAt(made, MANIFEST_PATH)?.kind).toBe('file')
  expect(nodeAt(made, 'etc/tenon/run')?.kind).toBe('file')
})

test("S-6.4 an environment without packages is a tree of files of Tenon's own", async () => {
  const { found, tree } = await compose({})
  expect(found).toEqual({})
  expect([...tree.entries.keys()]).toEqual(['etc'])
})

test('S-6.4 composing reads no directory of a listed object, and gives the same tree where no record lists any', async () => {
  const store = await openStore()
  const package_ = (own: string) =>
    directory({
      bin: directory({ [own]: file('x', true) }),
      lib: directory({
        [own]: directory({ a: file('x'), b: directory({ c: file('x') }) }),
        shared: directory({ [own]: link('x') }),
      }),
    })
  const outputs = ['one', 'two', 'three'].map((own) => store.addTree(name(own), package_(own)).path)
  const merges = { bin: 'bin', lib: 'lib', 'share/doc': 'lib/shared', missing: 'missing' }
  const contributions = outputs.map((path, input) => ({
    owner: `npm:${path}` as LockedId,
    input,
    priority: input,
    links: {},
    merges,
  }))
  const packages = { system: 'x86_64-linux', roots: [], packages: [] } as const
  const input: ComposeInput = { contributions, outputs, variables: {}, packages }
  class Blind extends NodeHost {
    override readDirectory(path: string): never {
      throw new Error(`${path} was read`)
    }
  }
  const tree = composeTree(input, Store.attach(store.root, new Blind()), null)
  for (const path of outputs) {
    const record = store.layout.infoOf(path)
    writeFileSync(record, readFileSync(record, 'utf8').replace(/\s*"listing": .*\n/, '\n'))
  }
  expect(() => composeTree(input, Store.attach(store.root, new Blind()), null)).toThrow('was read')
  expect(composeTree(input, Store.attach(store.root, new NodeHost()), null)).toEqual(tree)
})

test('S-6.4 from a directory that several packages give, `..` leads to the rest of the tree', async () => {
  const store = await openStore()
  const script = '#!/bin/sh\ncat "$(dirname "$0")/../share/text"; cd -P "$(dirname "$0")/.." && cat share/text\n'
  const outputs = [
    store.addTree(name('one'), directory({ bin: directory({ one: file(script, true) }) })).path,
    store.addTree(
      name('two'),
      directory({ bin: directory({ two: file('x', true) }), share: directory({ text: file('2') }) }),
    ).path,
  ]
  const contributions = outputs.map((path, input) => ({
    owner: `path:${path}` as LockedId,
    input,
    priority: 0,
    links: {},
    merges: input === 0 ? { bin: 'bin' } : { bin: 'bin', share: 'share' },
  }))
  const packages = { system: 'x86_64-linux', roots: [], packages: [] } as const
  const { path } = store.addTree(
    name('environment'),
    composeTree({ contributions, outputs, variables: {}, packages }, store, null),
  )
  expect(execFileSync(`${store.locate(path)}/bin/one`, { encoding: 'utf8' })).toBe('22')
})

/** Where a resolver arrives that replaces all links of a path at once, by their text, as webpack's does. */
function resolveByText(path: string): string {
  for (let at = path; ; ) {
    let place = '/'
    let made = '/'
    let isChanged = false
    for (const part of at.split('/').filter((name) => name !== '')) {
      place = join(place, part)
      const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
      made = join(made, isLink ? readlinkSync(place) : part)
      isChanged ||= isLink
    }
    if (!isChanged) return at
    at = made
  }
}

test('S-4.22 a package of Node.js is found through `current` by resolvers that follow links by text, and its commands by those who put paths together', async () => {
  const store = await openStore()
  const packages = ['webpack', '@scope/loader', 'other'].map((of) => ({
    of,
    path: store.addTree(
      name(of.replace('/', '-').replace('@', '')),
      directory({ node_modules: directory(inDirectories(of, directory({ 'cli.js': file(of, true) }))) }),
    ).path,
  }))
  const contributions = packages.map(({ of }, input) => ({
    owner: `npm:${of}@1.0.0` as LockedId,
    input,
    priority: 0,
    links: {
      [`lib/node_modules/${of}`]: `node_modules/${of}`,
      [`bin/run-${input}`]: `node_modules/${of}/cli.js`,
      [`lib/node_modules/.bin/run-${input}`]: `node_modules/${of}/cli.js`,
    },
    merges: {},
  }))
  const input: ComposeInput = {
    contributions,
    outputs: packages.map(({ path }) => path),
    variables: {},
    packages: { system: 'x86_64-linux', roots: [], packages: [] },
  }
  const { path, references } = store.addTree(name('environment'), composeTree(input, store, null))
  expect(references).toEqual(packages.map((item) => item.path).sort())

  // As a workspace reaches it: `current` leads to a generation, and that to the tree.
  const profile = join(store.root, 'profiles/w/default')
  mkdirSync(profile, { recursive: true })
  symlinkSync(relative(profile, store.locate(path)), join(profile, '1'))
  symlinkSync('1', join(profile, 'current'))
  symlinkSync(relative(store.root, profile), join(store.root, 'default'))
  const tree = join(store.root, 'default/current')
  symlinkSync('default/current', join(store.root, 'tree'))
  mkdirSync(join(store.root, 'node_modules'))
  for (const of of ['webpack', '@scope', 'other'])
    symlinkSync(`../default/current/lib/node_modules/${of}`, join(store.root, 'node_modules', of))
  for (const [input, { of, path }] of packages.entries()) {
    const real = join(realpathSync(store.locate(path)), 'node_modules', of, 'cli.js')
    for (const place of ['default/current/lib/node_modules', 'node_modules', 'tree/lib/node_modules'])
      expect(resolveByText(join(realpathSync(store.root), place, of, 'cli.js'))).toBe(real)
    for (const directory of ['bin', 'lib/node_modules/.bin']) {
      const link = join(tree, directory, `run-${input}`)
      expect(realpathSync(link)).toBe(real)
      // A script finds what lies beside it by the link's text, which Node puts together before it looks.
      expect(readFileSync(join(dirname(link), readlinkSync(link)), 'utf8')).toBe(of)
    }
  }
})

function inDirectories(path: string, tree: TreeDirectory): Readonly<Record<string, TreeDirectory>> {
  const [first = '', ...rest] = path.split('/')
  return { [first]: rest.length === 0 ? tree : directory(inDirectories(rest.join('/'), tree)) }
}

test('S-4.22 where another package wins the place of a library, its commands are still those of their own package', async () => {
  const package_ = directory({ node_modules: directory({ a: directory({ 'cli.js': file('npm', true) }) }) })
  const prefix = directory({
    lib: directory({ node_modules: directory({ a: directory({ 'cli.js': file('path') }) }) }),
  })
  const links = { 'lib/node_modules/a': 'node_modules/a', 'bin/a': 'node_modules/a/cli.js' }
  const merges = { 'lib/node_modules': 'lib/node_modules' }
  const first = await compose({ npm: { tree: package_, links, priority: 1 }, path: { tree: prefix, merges } })
  expect(first.found).toEqual({
    'bin/a': '../lib/node_modules/a/cli.js',
    'lib/node_modules/a': '../../etc/tenon/node_modules/a+',
    'etc/tenon/node_modules/a+': 'a',
    'etc/tenon/node_modules/a': 'npm/node_modules/a',
  })
  const second = await compose({ npm: { tree: package_, links }, path: { tree: prefix, merges, priority: 1 } })
  expect(second.found).toMatchObject({
    'bin/a': 'npm/node_modules/a/cli.js',
    'lib/node_modules/a/cli.js': 'path/lib/node_modules/a/cli.js',
  })
})
