// The tree that was made last in this store, for whatever environment: the first generation of another one takes from it what they have in
// common. A hint, which lives in the cache; whether a file or link is the same is compared when it is used.

import { join } from 'node:path'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import type { Store } from '../store/store.ts'
import type { Context } from './context.ts'

/** Absolute path; null when none is known, or it was collected since. */
export function latestTree(context: Context, store: Store): string | null {
  const path = parseStorePath(context.host.readFile(recordPath(context))?.toString('utf8').trimEnd())
  return path === null || !store.isValid(path) ? null : store.locate(path)
}

/** Forgetting it costs inodes later, nothing else. */
export function rememberTree(context: Context, store: Store, path: StorePath): void {
  ifPossible(() => {
    makeDirectories(context.host, join(context.storeRoot, 'cache'))
    const options = { temporary: store.layout.temporary, sync: false }
    writeFileAtomic(context.host, recordPath(context), `${path}\n`, options)
  })
}

function recordPath(context: Context): string {
  return join(context.storeRoot, 'cache', `latest-tree-${context.system}`)
}
