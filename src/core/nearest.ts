// Did you mean …? One notion of nearness for all messages.

import { closest, distance } from 'fastest-levenshtein'

/** The candidate that `word` is most likely a misspelling of; null when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0 || word.length > 100) return null
  const best = closest(word, candidates)
  const allowed = Math.min(Math.ceil(word.length / 2), Math.max(2, Math.floor(best.length / 3)))
  return distance(word, best) <= allowed ? best : null
}

export function didYouMean(word: string, candidates: readonly string[]): string | null {
  const best = nearest(word, candidates)
  return best === null ? null : `Did you mean \`${best}\`?`
}
