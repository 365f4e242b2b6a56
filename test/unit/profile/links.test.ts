// Links that show a part of the current generation in the workspace.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { applyLinks, planLinks, showGeneration } from '../../../src/profile/links.ts'
import { Profile } from '../../../src/profile/profile.ts'
import { temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()

/** A workspace whose environment `default` has this tree as its current one: path → text. */
function makePlace(files: Readonly<Record<string, string>>) {
  const root = join(temporaryDirectory(), 'workspace')
  const profile = join(root, '.tenon', 'profiles', 'default')
  let count = 0
  const setTree = (wanted: Readonly<Record<string, string>>) => {
    const tree = join(profile, String(++count))
    for (const [path, text] of Object.entries(wanted)) {
      mkdirSync(join(tree, path, '..'), { recursive: true })
      writeFileSync(join(tree, path), text)
    }
    mkdirSync(tree, { recursive: true })
    if (existsSync(join(profile, 'current')) || count > 1) host.unlink(join(profile, 'current'))
    symlinkSync(String(count), join(profile, 'current'))
    return tree
  }
  const place = {
    root,
    tree: setTree(files),
    setTree(wanted: Readonly<Record<string, string>>) {
      place.tree = setTree(wanted)
    },
    plan: (wanted: Readonly<Record<string, string>>, previous: readonly string[] = []) =>
      planLinks(host, { root }, 'default', { wanted, previous, tree: place.tree }),
    apply: (wanted: Readonly<Record<string, string>>, previous: readonly string[] = []) => {
      const plan = place.plan(wanted, previous)
      applyLinks(host, { root }, plan)
      return plan
    },
    at: (...parts: readonly string[]) => join(root, ...parts),
  }
  return place
}

const TREE = { 'lib/node_modules/a/index.js': 'a', 'lib/node_modules/b/index.js': 'b', 'bin/tool': 'tool' }

test('S-7.7 a directory is shown as a real directory with one link per entry, a file as one link', () => {
  const place = makePlace(TREE)
  const plan = place.apply({ node_modules: 'lib/node_modules', 'scripts/tool': 'bin/tool' })
  expect(lstatSync(place.at('node_modules')).isDirectory()).toBe(true)
  expect(readlinkSync(place.at('node_modules/a'))).toBe('../.tenon/profiles/default/current/lib/node_modules/a')
  expect(readlinkSync(place.at('scripts/tool'))).toBe('../.tenon/profiles/default/current/bin/tool')
  expect(readFileSync(place.at('scripts/tool'), 'utf8')).toBe('tool')
  expect([...plan.all.keys()].toSorted()).toEqual([
    place.at('node_modules/a'),
    place.at('node_modules/b'),
    place.at('scripts/tool'),
  ])
  expect(place.plan({ node_modules: 'lib/node_modules', 'scripts/tool': 'bin/tool' })).toMatchObject({
    make: new Map(),
    drop: [],
  })
})

test('S-7.7 names that are gone are dropped and new ones made; what tools wrote beside them stays', () => {
  const place = makePlace(TREE)
  place.apply({ node_modules: 'lib/node_modules' })
  writeFileSync(place.at('node_modules/.cache'), 'mine')
  symlinkSync('/elsewhere', place.at('node_modules/linked'))
  place.setTree({ 'lib/node_modules/b/index.js': 'b2', 'lib/node_modules/c/index.js': 'c' })
  place.apply({ node_modules: 'lib/node_modules' })
  expect(readdirSync(place.at('node_modules')).toSorted()).toEqual(['.cache', 'b', 'c', 'linked'])
  expect(readFileSync(place.at('node_modules/b/index.js'), 'utf8')).toBe('b2')
})

test('S-7.17 a place that is not named any more loses the links of Tenon and nothing else', () => {
  const place = makePlace(TREE)
  place.apply({ node_modules: 'lib/node_modules', tool: 'bin/tool' })
  writeFileSync(place.at('node_modules/mine'), 'mine')
  place.apply({}, ['node_modules', 'tool'])
  expect(readdirSync(place.at('node_modules'))).toEqual(['mine'])
  expect(existsSync(place.at('tool'))).toBe(false)
})

test('S-7.17 a part that the tree does not have shows nothing', () => {
  const place = makePlace({ 'bin/tool': 'tool' })
  expect(place.apply({ node_modules: 'lib/node_modules' }).all.size).toBe(0)
  expect(existsSync(place.at('node_modules'))).toBe(false)
  place.setTree(TREE)
  place.apply({ node_modules: 'lib/node_modules' })
  place.setTree({ 'bin/tool': 'tool' })
  place.apply({ node_modules: 'lib/node_modules' })
  expect(readdirSync(place.at('node_modules'))).toEqual([])
})

test('S-7.17 a place may change from a file to a directory', () => {
  const place = makePlace(TREE)
  place.apply({ shown: 'bin/tool' })
  place.apply({ shown: 'lib/node_modules' }, ['shown'])
  expect(readdirSync(place.at('shown')).toSorted()).toEqual(['a', 'b'])
})

test('S-7.18 what Tenon did not make is never replaced, and the error comes before any change', () => {
  const place = makePlace(TREE)
  const blocks: Readonly<Record<string, () => void>> = {
    'a file': () => writeFileSync(place.at('node_modules/b'), 'mine'),
    'a directory': () => mkdirSync(place.at('node_modules/b')),
    'a link elsewhere': () => symlinkSync('/etc', place.at('node_modules/b')),
    'a link that climbs out of .tenon/profiles': () =>
      symlinkSync('../.tenon/profiles/../../elsewhere', place.at('node_modules/b')),
    'a link to a name that only begins like it': () =>
      symlinkSync('../.tenon/profiles-of-mine/b', place.at('node_modules/b')),
  }
  for (const block of Object.values(blocks)) {
    mkdirSync(place.at('node_modules'))
    block()
    expect(() => place.plan({ node_modules: 'lib/node_modules' })).toThrow(
      expect.objectContaining({ code: 'E_LINK_BLOCKED', details: { path: place.at('node_modules/b') } }),
    )
    expect(readdirSync(place.at('node_modules'))).toEqual(['b'])
    host.removeAll(place.at('node_modules'))
  }
})

test('S-7.18 a link is not made through a file or through a symlink on the way', () => {
  const place = makePlace(TREE)
  writeFileSync(place.at('file'), '')
  mkdirSync(place.at('real'))
  symlinkSync('real', place.at('link'))
  for (const way of ['file', 'link']) {
    expect(() => place.plan({ [`${way}/tool`]: 'bin/tool' })).toThrow(
      expect.objectContaining({ code: 'E_LINK_BLOCKED' }),
    )
  }
  // Also where the place itself is there already, at the other end.
  mkdirSync(place.at('real/lib'))
  expect(() => place.plan({ 'link/lib': 'lib/node_modules' })).toThrow(
    expect.objectContaining({ code: 'E_LINK_BLOCKED' }),
  )
})

/** `default` and `other` both show `shared`; `other` was made current last. */
function makeShared() {
  const place = makePlace(TREE)
  place.apply({ shared: 'lib/node_modules', tool: 'bin/tool' })
  const tree = join(place.root, '.tenon', 'profiles', 'other', '1')
  for (const name of ['b', 'x']) mkdirSync(join(tree, 'lib', name), { recursive: true })
  const wanted = { shared: 'lib' }
  applyLinks(host, place, planLinks(host, place, 'other', { wanted, previous: [], tree }))
  return place
}

test('S-7.29 a place that two environments name shows the one that was made current last, and nothing of the other', () => {
  const place = makeShared()
  expect(readdirSync(place.at('shared'))).toEqual(['b', 'x'])
  expect(readlinkSync(place.at('shared/b'))).toBe('../.tenon/profiles/other/current/lib/b')
  place.apply({ shared: 'lib/node_modules' })
  expect(readdirSync(place.at('shared'))).toEqual(['a', 'b'])
  expect(readlinkSync(place.at('shared/b'))).toBe('../.tenon/profiles/default/current/lib/node_modules/b')
})

test('S-7.29 an environment that does not name a place any more leaves what another shows there', () => {
  const place = makeShared()
  place.apply({}, ['shared', 'tool'])
  expect(readdirSync(place.at('shared'))).toEqual(['b', 'x'])
  expect(existsSync(place.at('tool'))).toBe(false)
})

test('S-7.18 what somebody makes between the plan and its application is not replaced, nor dropped', () => {
  const place = makePlace(TREE)
  place.apply({ old: 'bin/tool' })
  const plan = place.plan({ tool: 'bin/tool' }, ['old'])
  host.unlink(place.at('old'))
  for (const name of ['old', 'tool']) writeFileSync(place.at(name), 'mine')
  expect(() => applyLinks(host, place, plan)).toThrow(
    expect.objectContaining({ code: 'E_LINK_BLOCKED', details: { path: place.at('tool') } }),
  )
  for (const name of ['old', 'tool']) expect(readFileSync(place.at(name), 'utf8')).toBe('mine')
})

test('S-7.7 links are not forced to the disk one by one', () => {
  const place = makePlace(TREE)
  const unsynced = new (class extends NodeHost {
    override syncDirectory(): never {
      throw new Error('not needed')
    }
  })()
  for (const part of ['lib', 'lib/node_modules']) {
    applyLinks(
      unsynced,
      place,
      planLinks(host, place, 'default', { wanted: { at: part }, previous: [], tree: place.tree }),
    )
  }
  expect(readdirSync(place.at('at'))).toEqual(['a', 'b'])
})

test('S-7.17 a place inside of another place gives way to it', () => {
  const place = makePlace(TREE)
  place.apply({ 'shown/tool': 'bin/tool' })
  place.apply({ shown: 'lib/node_modules' }, ['shown/tool'])
  expect(readdirSync(place.at('shown'))).toEqual(['a', 'b'])
})

test('S-7.17 a damaged record of unfinished drops stops nothing', () => {
  const place = makePlace(TREE)
  mkdirSync(place.at('profile'))
  const profile = new Profile(host, place.at('profile'), 'default')
  for (const text of ['', '[', '{}', '[1]']) {
    const record = join(profile.directory, 'links.json')
    writeFileSync(record, text)
    const shown = { links: { tool: 'bin/tool' }, tree: place.tree, commit: () => 'done' }
    expect(showGeneration(host, place, profile, shown).value).toBe('done')
    expect(existsSync(record)).toBe(false)
  }
})
