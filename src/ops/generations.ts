// `tenon generations`: looking at the history. Small, because a quick verb loads it; thinning it out is forget.ts.

import type { Generation } from '../core/generation.ts'
import { type HistoryEntry, readHistory } from '../profile/history.ts'
import type { Profile } from '../profile/profile.ts'
import { existingProfile, type ProfileContext } from './context.ts'

export interface GenerationRow extends Generation {
  readonly current: boolean
}

/** Ascending; empty when the environment was never switched to. */
export function listGenerations(context: ProfileContext, name: string): readonly GenerationRow[] {
  const profile = existingProfile(context, name)
  return profile === null ? [] : rowsOf(profile)
}

export function rowsOf(profile: Profile): readonly GenerationRow[] {
  const current = profile.currentNumber()
  return profile.list().map((generation) => ({ ...generation, current: generation.number === current }))
}

/** The same generations, of each what people are shown. */
export function showGenerations(
  context: ProfileContext,
  name: string,
): { rows: readonly HistoryEntry[]; current: number | null } {
  const profile = existingProfile(context, name)
  if (profile === null) return { rows: [], current: null }
  return { rows: readHistory(context.host, profile), current: profile.currentNumber() }
}
