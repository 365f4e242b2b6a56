// Fills a store with small objects, through the code that adds objects. Those that live are what a hundred generations of the workspace's
// environment `app` link to; without any, there is no generation either.
// usage: node fill-store.js STORE WORKSPACE LIVE DEAD

import { basename } from 'node:path'
import { digestText } from '../../src/core/digest.ts'
import { type StorePath, toStoreName } from '../../src/core/store-path.ts'
import { makeDirectory, putNode, type TreeDirectory } from '../../src/core/tree.ts'
import { Profile } from '../../src/profile/profile.ts'
import { ensureProfileDirectory } from '../../src/profile/workspace.ts'
import { Store } from '../../src/store/store.ts'
import { smallPackage } from '../packages.ts'
import { UnsyncedHost } from '../unsynced-host.ts'

const GENERATIONS = 100

async function main([root = '', workspace = '', live = '', dead = '']: readonly string[]): Promise<void> {
  const host = new UnsyncedHost()
  const store = await Store.open(root, host, { mode: 'shared' })
  for (let number = 0; number < Number(dead); number++) {
    store.addTree(toStoreName(`package-${number}-1.0`), packageTree(number))
  }
  if (Number(live) > 0) {
    const profile = new Profile(host, ensureProfileDirectory(host, { root: workspace }, root, 'app'), 'app')
    const each = Math.floor(Number(live) / GENERATIONS) - 1
    for (let generation = 0; generation < GENERATIONS; generation++) {
      const paths = Array.from({ length: each }, (_, index) => {
        const bytes = Buffer.from(`${generation} ${index}\n`)
        const tree = makeDirectory()
        putNode(tree, 'file', { kind: 'file', executable: false, bytes })
        return store.addTree(toStoreName(`package-${generation}-${index}`), tree).path
      })
      const { path, narHash } = store.addTree(toStoreName('environment'), treeOfLinks(paths))
      profile.commit({ storePath: path, narHash, lock: digestText(String(generation)), links: {}, reason: 'bench' })
    }
  }
  store.close()
}

function packageTree(number: number): TreeDirectory {
  const tree = makeDirectory()
  for (const { path, bytes, executable } of smallPackage(number)) {
    putNode(tree, path, { kind: 'file', executable, bytes })
  }
  return tree
}

function treeOfLinks(paths: readonly StorePath[]): TreeDirectory {
  const tree = makeDirectory()
  for (const path of paths) putNode(tree, basename(path), { kind: 'symlink', target: `../${path}` })
  return tree
}

void main(process.argv.slice(2))
