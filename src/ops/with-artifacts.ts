// The artifact cache of the store, for the verbs that may have to fetch.

import { join } from 'node:path'
import { ArtifactCache } from '../store/artifacts.ts'
import type { Context } from './context.ts'

export function artifactCache(context: Context): ArtifactCache {
  return new ArtifactCache(join(context.storeRoot, 'cache', 'artifacts'), context.host, context.http)
}
