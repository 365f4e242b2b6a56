// Composes an environment of objects that are in the store, and makes it a profile's new generation: what a switch does when only the tree is
// missing, and what `nix-env -i` does with store paths. Nothing is locked, planned or looked up.
// usage: node compose.js STORE PROFILE PATHS, where PATHS is a file: a JSON array of store paths

import { readFileSync } from 'node:fs'
import { composeTree } from '../../src/build/compose.ts'
import { digestText } from '../../src/core/digest.ts'
import type { LockedId } from '../../src/core/lock.ts'
import { parseStorePath, toStoreName } from '../../src/core/store-path.ts'
import { withLease } from '../../src/host/lease.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { Profile } from '../../src/profile/profile.ts'
import { Store } from '../../src/store/store.ts'
import { PREFIX } from '../packages.ts'

async function main([root = '', directory = '', file = '']: readonly string[]): Promise<void> {
  const host = new NodeHost()
  const text = readFileSync(file, 'utf8')
  const outputs = readPaths(text)
  const merges = Object.fromEntries(PREFIX.map((name) => [name, name]))
  const contributions = outputs.map((path, input) => ({
    owner: `npm:${path}` as LockedId,
    input,
    priority: 0,
    links: {},
    merges,
  }))
  const store = await Store.open(root, host, { mode: 'shared' })
  const packages = { system: 'x86_64-linux', roots: [], packages: [] } as const
  const profile = new Profile(host, directory, 'app')
  const current = profile.current()
  const earlier = current === null ? null : store.locate(current.storePath)
  const tree = composeTree({ contributions, outputs, variables: {}, packages }, store, earlier)
  const { path, narHash } = store.addTree(toStoreName('environment'), tree)
  const request = { name: 'profile-bench-app', mode: 'exclusive', what: 'the profile' } as const
  await withLease(host, store.layout.leases, request, async () =>
    profile.commit({ storePath: path, narHash, lock: digestText(text), links: {}, reason: 'bench' }),
  )
  store.close()
}

function readPaths(text: string) {
  const paths: unknown = JSON.parse(text)
  if (!Array.isArray(paths)) throw new Error('not a list of store paths')
  return paths.flatMap((path) => parseStorePath(path) ?? [])
}

void main(process.argv.slice(2))
