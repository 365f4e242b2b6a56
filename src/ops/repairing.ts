// That one repair at a time is at work in a store, and what is left of one that was killed. What a repair does is repair.ts.

import { join } from 'node:path'
import { isToolError } from '../core/errors.ts'
import { withLease } from '../host/lease.ts'
import { StoreLayout } from '../store/layout.ts'
import { removeTrees } from '../store/removal.ts'
import type { Context } from './context.ts'

type Place = Pick<Context, 'host' | 'storeRoot' | 'signal'>

/** @throws ToolError E_STORE_BUSY, also at once where `timeoutMs` is 0 */
export async function whileNobodyElseRepairs<T>(
  { host, storeRoot, signal }: Place,
  use: () => Promise<T>,
  timeoutMs?: number,
): Promise<T> {
  const request = { name: 'repair', mode: 'exclusive', what: 'the repair of the store', signal } as const
  return await withLease(
    host,
    join(storeRoot, 'leases'),
    timeoutMs === undefined ? request : { ...request, timeoutMs },
    use,
  )
}

/**
 * Removes what a killed repair had made; the next would make it again. One that is at work keeps its own. Returns the bytes freed. Needs no lease of
 * the store, and nobody who holds it alone may wait for this.
 */
export async function dropAbandonedRepair(place: Place): Promise<number> {
  const { repair } = new StoreLayout(place.storeRoot)
  if (place.host.stat(repair) === null) return 0
  try {
    return await whileNobodyElseRepairs(place, () => removeTrees(place.host, [repair]), 0)
  } catch (error) {
    if (isToolError(error, 'E_STORE_BUSY')) return 0
    throw error
  }
}
