// Where in the environment's files the requirements stand that an error is about, so that whoever shows it can point there.

import { type EnvironmentFile, positionOf } from '../core/environment-chain.ts'
import { isToolError, ToolError } from '../core/errors.ts'
import type { Place } from '../core/fault.ts'
import { compareCodePoints, type Json } from '../core/json.ts'

/** Where a requirement is asked for; the beginning of the environment's own file when it is not asked for in any of these files. */
export function placeOf(requirement: string, files: readonly EnvironmentFile[]): Place {
  const [own] = files
  return (
    positionOf(files, requirement) ?? {
      path: own?.path ?? '',
      line: 1,
      column: 1,
      length: 1,
      excerpt: own?.text.split('\n', 1)[0] ?? '',
      excerptOffset: 0,
    }
  )
}

/**
 * The same error with `details.places`: those of `details.requirement` and `details.requirements` that are asked for in these files.
 * Every other error, and every other throw, as it is.
 */
export function withPlaces(error: unknown, files: readonly EnvironmentFile[]): unknown {
  if (!isToolError(error)) return error
  const { requirement, requirements } = error.details
  const named = [requirement, ...(Array.isArray(requirements) ? requirements : [])]
  const texts = [...new Set(named.filter((item): item is string => typeof item === 'string'))]
  if (texts.length === 0) return error
  const places = texts.map((text): Place | null => positionOf(files, text)).filter((place) => place !== null)
  places.sort((a, b) => compareCodePoints(a.path, b.path) || a.line - b.line)
  return new ToolError(error.code, error.message, {
    details: { ...error.details, places: places as unknown as Json },
    hint: error.hint,
    cause: error.cause,
  })
}
