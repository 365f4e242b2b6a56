// The store and its artifact cache, for the verbs that need them.

import { join } from 'node:path'
import { ArtifactCache } from '../store/artifacts.ts'
import { Store } from '../store/store.ts'
import type { Context } from './context.ts'

/** Runs `use` under the store's shared lease. */
export async function withStore<T>(context: Context, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await Store.open(context.storeRoot, context.host, { mode: 'shared', signal: context.signal })
  try {
    return await use(store)
  } finally {
    store.close()
  }
}

export function artifactCache(context: Context): ArtifactCache {
  return new ArtifactCache(join(context.storeRoot, 'cache', 'artifacts'), context.host, context.http)
}
