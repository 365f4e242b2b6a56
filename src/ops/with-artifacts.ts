// The artifact cache of the store, for the verbs that may have to fetch.

import { join } from 'node:path'
import type { Downloads } from '../sources/source.ts'
import { ArtifactCache } from '../store/artifacts.ts'
import type { Context } from './context.ts'

/** Of one file that a source looks at while locking: far more than anybody publishes. */
const MAX_BYTES = 1024 ** 4

export function artifactCache(context: Context): ArtifactCache {
  return new ArtifactCache(join(context.storeRoot, 'cache', 'artifacts'), context.host, context.http)
}

/** Into such a cache. */
export function downloadsTo(cache: ArtifactCache, signal: AbortSignal): Downloads {
  const options = { signal, maxBytes: MAX_BYTES }
  return {
    async fetch(wanted, places) {
      const size = await cache.fetch(wanted, places, options)
      return { integrity: wanted.integrity, size, path: cache.verify(wanted.integrity) }
    },
    async learn(wanted, places) {
      const { integrity, size } = await cache.learn(wanted, places, options)
      return { integrity, size, path: cache.path(integrity) }
    },
  }
}
