// The store, for the verbs that need it.

import { Store } from '../store/store.ts'
import type { Context } from './context.ts'

/** Runs `use` under the store's shared lease. */
export async function withStore<T>(
  { storeRoot, host, signal }: Pick<Context, 'storeRoot' | 'host' | 'signal'>,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await Store.open(storeRoot, host, { mode: 'shared', signal })
  try {
    return await use(store)
  } finally {
    store.close()
  }
}
