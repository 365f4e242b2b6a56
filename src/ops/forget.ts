// `tenon forget` and the retention of `tenon gc`: thinning out the history.

import { hideGeneration } from '../profile/links.ts'
import type { Profile } from '../profile/profile.ts'
import { type Context, existingProfile, requireProfile, withProfile } from './context.ts'
import { environmentPath } from './environments.ts'
import { type GenerationRow, rowsOf } from './generations.ts'

/** @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND, E_GENERATION_CURRENT as long as the environment has a file */
export async function forgetGenerations(context: Context, name: string, numbers: readonly number[]): Promise<void> {
  requireProfile(context, name)
  await withProfile(context, name, (profile) => forget(context, profile, numbers))
}

/** Returns what was forgotten. Decided under the lease, so that nothing which became current meanwhile is among it. */
export async function forgetExpired(context: Context, name: string, retention: Retention): Promise<readonly number[]> {
  // Most environments have nothing to forget, and for them nothing is locked.
  if (collectableGenerations(context, name, retention).length === 0) return []
  return await withProfile(context, name, (profile) => {
    const numbers = collectable(context, profile, retention)
    forget(context, profile, numbers)
    return numbers
  })
}

/** What a collection with this retention forgets: all of an environment that was deleted on purpose, otherwise what has expired. */
export function collectableGenerations(context: Context, name: string, retention: Retention): readonly number[] {
  const profile = existingProfile(context, name)
  return profile === null ? [] : collectable(context, profile, retention)
}

function collectable(context: Context, profile: Profile, retention: Retention): readonly number[] {
  if (profile.isMarkedDeleted() && !hasFile(context, profile)) return profile.numbers()
  // Reading every generation is for those who ask.
  if (retention.keep === null && retention.olderThan === null) return []
  return expiredGenerations(rowsOf(profile), retention)
}

function forget(context: Context, profile: Profile, numbers: readonly number[]): void {
  const leaveCurrent = () => hideGeneration(context.host, context.workspace, profile)
  profile.forget(numbers, hasFile(context, profile) ? null : leaveCurrent)
}

/** Without one, nothing but its history is left of an environment. */
function hasFile(context: Context, profile: Profile): boolean {
  return context.host.stat(environmentPath(context.workspace, profile.environment)) !== null
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
