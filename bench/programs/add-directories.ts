// Adds directories to a store and prints their store paths as JSON.
// usage: node add-directories.js STORE DIRECTORY…

import { basename } from 'node:path'
import { toStoreName } from '../../src/core/store-path.ts'
import { Store } from '../../src/store/store.ts'
import { UnsyncedHost } from '../unsynced-host.ts'

async function main([root = '', ...directories]: readonly string[]): Promise<void> {
  const store = await Store.open(root, new UnsyncedHost(), { mode: 'shared' })
  const paths: string[] = []
  for (const path of directories) paths.push((await store.addPath(toStoreName(basename(path)), path)).path)
  store.close()
  console.log(JSON.stringify(paths))
}

void main(process.argv.slice(2))
