// How long a version must have been public before it is locked: what environment files say of it, as a value. When a version is too young is for
// the sources to say; they know when it was released.

import validVersion from 'semver/functions/valid.js'
import { DAY } from './age.ts'
import type { ReleaseAge } from './environment.ts'
import { ToolError } from './errors.ts'
import { parseRequirement } from './requirement.ts'

/** Who waits for longer than a year has written minutes, as pnpm takes them. */
export const MAX_RELEASE_AGE = 365 * DAY
/** What holds where nothing else is said. */
export const DEFAULT_RELEASE_AGE = DAY

/** One exception, in the form in which `isExcepted` knows it. @throws ToolError E_USAGE */
export function parseException(text: string): string {
  if (/^npm:@[a-z0-9-][a-z0-9._-]*\/\*$/.test(text)) return text
  const flaw = (what: string, hint: string | null) => new ToolError('E_USAGE', `\`${text}\` ${what}.`, { hint })
  if (text.includes('*'))
    throw flaw('is not a pattern that is known here', 'Only all of a scope can be named at once: `npm:@scope/*`.')
  const { source, name, constraint } = parseRequirement(text)
  if (source !== 'npm' && source !== 'pypi')
    throw flaw('has no release age: only npm and PyPI have', 'Write `npm:NAME` or `npm:@scope/*`.')
  if (constraint === '') return `${source}:${name}`
  const exact = source === 'npm' ? validVersion(constraint) : (/^===?([^,*]+)$/.exec(constraint)?.[1] ?? null)
  if (exact === null)
    throw flaw('names a range; an exception is for one version, or for all', `Write \`${source}:${name}\`.`)
  return `${source}:${name}@${exact}`
}

export function isExcepted(except: readonly string[], prefix: 'npm' | 'pypi', name: string, version: string): boolean {
  if (except.length === 0) return false
  const scope = name.startsWith('@') ? `${prefix}:${name.slice(0, name.indexOf('/'))}/*` : null
  return except.some(
    (item) => item === `${prefix}:${name}` || item === `${prefix}:${name}@${version}` || item === scope,
  )
}

/** What a file says over what it builds on: its age wins, and exceptions are those of both. */
export function mergeReleaseAge(base: ReleaseAge | null, own: ReleaseAge | null): ReleaseAge | null {
  if (base === null || own === null) return own ?? base
  return { age: own.age ?? base.age, except: [...new Set([...base.except, ...own.except])].sort() }
}
