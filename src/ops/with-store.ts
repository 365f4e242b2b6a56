// The store, for the verbs that need it.

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
