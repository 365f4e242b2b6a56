// Calls of npm's libraries that need their cache of answers. It may be deleted at any time, also under them, and then they fail with whatever the
// file system said first.

import { join } from 'node:path'
import { isStorageError, systemCode } from '../../core/errors.ts'
import { ifPossible } from '../../host/durable.ts'
import type { Host } from '../../host/host.ts'
import type { Flat } from './config.ts'

export interface LibraryOptions {
  readonly host: Host
  readonly flat: Flat
  /** Where short-lived directories may be made. */
  readonly temporary: string
}

/** Once more, with an empty cache of its own, where the usual one was in the way. `ask` may be called twice. */
export async function withLibraries<T>(
  { host, flat, temporary }: LibraryOptions,
  ask: (flat: Flat) => Promise<T>,
): Promise<T> {
  try {
    return await ask(flat)
  } catch (error) {
    if (!isOfCache(error, flat)) throw error
  }
  const cache = join(temporary, `tenon-npm-${host.random(8)}`)
  try {
    return await ask({ ...flat, cache })
  } finally {
    ifPossible(() => host.removeAll(cache))
  }
}

/** Not what another directory would not help against: a full disk, a missing permission. */
function isOfCache(error: unknown, { cache }: Flat): boolean {
  if (typeof cache !== 'string' || systemCode(error) === null || isStorageError(error)) return false
  const { path, dest } = error as { readonly path?: unknown; readonly dest?: unknown }
  return [path, dest].some((place) => typeof place === 'string' && (place === cache || place.startsWith(`${cache}/`)))
}
