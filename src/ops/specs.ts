// Packages as the command line names them: what `add` is to ask for, and which package of the lock a name means.

import type { Requirement } from '../core/environment.ts'
import { readLongForm } from '../core/environment-file.ts'
import { ToolError } from '../core/errors.ts'
import { isGitAddress, parseGitAddress, printGitAddress } from '../core/git-address.ts'
import type { JsonObject } from '../core/json.ts'
import { type LockedPackage, referenceOf } from '../core/lock.ts'
import { parseRequirement } from '../core/requirement.ts'
import type { Source } from '../sources/source.ts'

/** A requirement as the command line gives it; `directory` is where relative paths start. @throws ToolError E_USAGE */
export function readSpec(spec: string, directory: string): Requirement {
  checkSpec(spec)
  return parseRequirement(spec, { directory })
}

/**
 * The same with what only the long form can say, by the keys of environment files (`{ unpack: true }`): what is wrong with it there is wrong here.
 * @throws ToolError E_USAGE
 */
export function readDetailedSpec(spec: string, details: JsonObject, directory: string): Requirement {
  checkSpec(spec)
  const prefix = spec.slice(0, spec.indexOf(':'))
  const { source } = readSpec(spec, directory)
  const written = source === 'registry' ? { registry: spec } : { [prefix]: spec.slice(prefix.length + 1) }
  const read = readLongForm({ ...written, ...details }, directory)
  if (!('code' in read)) return read
  const message = `\`${spec}\` cannot be added like this: ${read.message}`
  throw new ToolError('E_USAGE', message, { details: { spec, options: details }, hint: read.hint })
}

/**
 * What updates call the packages that are meant: `npm:typescript`, whatever its range; the address of a package of git or of a file, by which it may also
 * be named after what it is called in the lock (`git:lint`); the address of a repository that is extended, whichever environment of it is named.
 * @throws ToolError E_USAGE
 */
export function packagesNamed(
  reference: string,
  directory: string,
  locked: readonly LockedPackage[],
  sources: readonly Source[],
): readonly string[] {
  const address = isGitAddress(reference) ? parseGitAddress(reference, directory) : null
  if (address !== null && typeof address !== 'string') return [printGitAddress({ ...address, fragment: '' })]
  const called = locked
    .filter((item) => referenceOf(item) === reference)
    .flatMap((item) => calledAt(item, sources) ?? [])
  if (called.length > 0) return [...new Set(called)]
  const { prefix, name } = readSpec(reference, directory)
  return [`${prefix}:${name}`]
}

/** True for what requirements call this package, where that is an address. */
export function isAt(item: LockedPackage, named: string, sources: readonly Source[]): boolean {
  return calledAt(item, sources) === named
}

/** True for `git:lint`, which is what it is called in the lock, and for its address. */
export function isCalled(item: LockedPackage, reference: string, sources: readonly Source[]): boolean {
  return referenceOf(item) === reference || isAt(item, reference.replace(/^path:\.\//, 'path:'), sources)
}

/** What requirements call a package whose name is not in them; null where it is. */
function calledAt(item: LockedPackage, sources: readonly Source[]): string | null {
  const address = sources.find(({ name }) => name === item.source)?.addressOf?.(item) ?? null
  return address === null ? null : `${item.source}:${address}`
}

function checkSpec(spec: string): void {
  if (/^[a-z][a-z0-9-]*:/.test(spec)) return
  throw new ToolError('E_USAGE', `\`${spec}\` does not say which source it comes from.`, {
    details: { spec },
    hint: `Did you mean \`${meantBy(spec)}\`?`,
  })
}

function meantBy(spec: string): string {
  if (/^\.{0,2}\//.test(spec)) return `path:${spec}`
  return spec.startsWith('git+') ? `git:${spec.slice(4)}` : `npm:${spec}`
}
