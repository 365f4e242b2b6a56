// `tenon generations`, `tenon forget` and the retention of `tenon gc`: looking at and thinning out the history.

import type { Generation } from '../core/generation.ts'
import type { Profile } from '../profile/profile.ts'
import { type Context, existingProfile, withProfile } from './context.ts'

export interface GenerationRow extends Generation {
  readonly current: boolean
}

/** Ascending; empty when the environment was never switched to. */
export function listGenerations(context: Context, name: string): readonly GenerationRow[] {
  const profile = existingProfile(context, name)
  return profile === null ? [] : rowsOf(profile)
}

function rowsOf(profile: Profile): readonly GenerationRow[] {
  const current = profile.currentNumber()
  return profile.list().map((generation) => ({ ...generation, current: generation.number === current }))
}

export async function forgetGenerations(context: Context, name: string, numbers: readonly number[]): Promise<void> {
  await withProfile(context, name, (profile) => profile.forget(numbers))
}

/** Returns what was forgotten. Decided under the lease, so that nothing which became current meanwhile is among it. */
export async function forgetExpired(context: Context, name: string, retention: Retention): Promise<readonly number[]> {
  if (existingProfile(context, name) === null) return []
  return await withProfile(context, name, (profile) => {
    const numbers = expiredGenerations(rowsOf(profile), retention)
    if (numbers.length > 0) profile.forget(numbers)
    return numbers
  })
}

export interface Retention {
  /** Keep the newest so many. */
  readonly keep: number | null
  /** Forget those made before this time, in milliseconds since the epoch. */
  readonly olderThan: number | null
}

/** The generations that the retention lets go: never the current one. Pure. */
export function expiredGenerations(generations: readonly GenerationRow[], retention: Retention): readonly number[] {
  const newestFirst = [...generations].reverse()
  return newestFirst
    .filter((generation, index) => {
      if (generation.current) return false
      const isSurplus = retention.keep !== null && index >= retention.keep
      const isOld = retention.olderThan !== null && Date.parse(generation.created) < retention.olderThan
      // With both given, the kept number is a floor: age forgets only what lies beyond it.
      if (retention.keep !== null && retention.olderThan !== null) return isSurplus && isOld
      return isSurplus || isOld
    })
    .map((generation) => generation.number)
}
