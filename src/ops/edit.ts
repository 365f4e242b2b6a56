// `tenon add`, `remove`, `update`: edit the environment file, then switch. When that fails before the new generation is current, file and
// lock are put back, so that a failed `add` leaves nothing behind.

import { join } from 'node:path'
import { digestText } from '../core/digest.ts'
import type { Requirement } from '../core/environment.ts'
import { addRequirement, removeRequirement } from '../core/environment-edit.ts'
import { asStoreError, ToolError } from '../core/errors.ts'
import { canonicalJson, type JsonObject } from '../core/json.ts'
import { printLock, referenceOf } from '../core/lock.ts'
import { didYouMean } from '../core/nearest.ts'
import type { Host } from '../host/host.ts'
import { type LeaseRequest, withLease } from '../host/lease.ts'
import type { Reader } from '../host/watch.ts'
import type { Updates } from '../sources/source.ts'
import type { Context } from './context.ts'
import { lockPath, requireEnvironmentFile } from './environments.ts'
import { type LockOptions, type LockResult, lockEnvironment, readLock } from './lock.ts'
import { withPlaces } from './places.ts'
import { readEnvironment } from './read-environment.ts'
import { currentGeneration } from './rollback.ts'
import { isAt, packagesNamed, readDetailedSpec, readSpec } from './specs.ts'
import { type SwitchResult, switchEnvironment } from './switch.ts'
import { readUnfinishedEdit, writeEdit } from './unfinished-edit.ts'

export interface EditOptions {
  /** Where relative paths start, relative to the workspace root. */
  readonly directory?: string
  /** What only the long form can say of the package, by the keys of environment files. */
  readonly details?: JsonObject
}

/**
 * @param specs in the short form; with `details`, one of them
 * @throws ToolError E_USAGE for a spec that cannot be read, and whatever locking and switching throw
 */
export async function addPackages(
  context: Context,
  name: string,
  specs: readonly string[],
  { directory = '.', details = {} }: EditOptions = {},
): Promise<SwitchResult> {
  const isPlain = Object.keys(details).length === 0
  const requirements = specs.map((spec) =>
    isPlain ? readSpec(spec, directory) : readDetailedSpec(spec, details, directory),
  )
  checkOnce(requirements)
  const reason = ['add', ...specs, ...(isPlain ? [] : [canonicalJson(details)])].join(' ')
  return await edit(context, name, reason, {
    change: (text) => requirements.reduce(addRequirement, text),
  })
}

/** Each reference names a package as `source:name`, with or without a range. */
export async function removePackages(
  context: Context,
  name: string,
  references: readonly string[],
  { directory = '.' }: EditOptions = {},
): Promise<SwitchResult> {
  const locked = readLock(context, name)?.packages ?? []
  const { packages } = (await readEnvironment(context, name)).environment
  checkReferences(
    references,
    packages.map(({ prefix, name: own }) => `${prefix}:${own}`),
  )
  const sources = await context.sources()
  const requirements = references
    .flatMap((reference) => packagesNamed(reference, directory, locked, sources))
    .map((reference) => readSpec(reference, '.'))
  return await edit(context, name, `remove ${references.join(' ')}`, {
    change: (text) =>
      requirements.reduce((current, requirement) => {
        const next = removeRequirement(current, requirement)
        if (next === null) throw notAskedFor(packages, name, requirement)
        return next
      }, text),
  })
}

/** Chooses the named packages anew within their ranges (all when none is named), then switches. */
export async function updatePackages(
  context: Context,
  name: string,
  references: readonly string[],
  { directory = '.' }: EditOptions = {},
): Promise<SwitchResult> {
  const update = await packagesToUpdate(context, name, references, directory)
  return await edit(context, name, ['update', ...references].join(' '), { update })
}

/**
 * These packages, which the file or its lock must have, and repositories that it extends environments of; all when none is named.
 * @throws ToolError E_PACKAGE_NOT_FOUND
 */
export async function packagesToUpdate(
  context: Context,
  environment: string,
  references: readonly string[],
  directory = '.',
): Promise<Updates> {
  if (references.length === 0) return 'all'
  const { packages, imports = {} } = (await readEnvironment(context, environment)).environment
  const asked = packages.map((item) => `${item.prefix}:${item.name}`)
  const locked = readLock(context, environment)?.packages ?? []
  const known = new Set([...asked, ...locked.map(referenceOf), ...Object.keys(imports)])
  checkReferences(references, [...known])
  const sources = await context.sources()
  const isKnown = (named: string): boolean => known.has(named) || locked.some((item) => isAt(item, named, sources))
  return new Set(
    references
      .flatMap((reference) => packagesNamed(reference, directory, locked, sources))
      .map((named) => {
        if (isKnown(named)) return named
        throw new ToolError(
          'E_PACKAGE_NOT_FOUND',
          `Neither \`environments/${environment}.yaml\` nor its lock has \`${named}\`.`,
          {
            details: { environment, package: named },
            hint: didYouMean(named, [...known]) ?? `tenon list ${environment} --all`,
          },
        )
      }),
  )
}

/** @throws ToolError E_USAGE for a package that is named twice: it would not be said which of the two holds */
function checkOnce(requirements: readonly Requirement[]): void {
  const names = requirements.map(({ prefix, name }) => `${prefix}:${name}`)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  const texts = requirements.filter((_, index) => names[index] === twice).map(({ text }) => text)
  throw new ToolError('E_USAGE', `\`${twice}\` is named twice.`, {
    details: { package: twice, requirements: texts },
    hint: `Leave all out but one of ${texts.map((text) => `\`${text}\``).join(', ')}.`,
  })
}

/** @throws ToolError E_USAGE for a bare name, with the package here that has it */
function checkReferences(references: readonly string[], known: readonly string[]): void {
  for (const reference of references) {
    const meant = known.find((item) => item.slice(item.indexOf(':') + 1) === reference)
    if (meant === undefined) continue
    throw new ToolError('E_USAGE', `\`${reference}\` does not say which source it comes from.`, {
      details: { spec: reference },
      hint: `Did you mean \`${meant}\`?`,
    })
  }
}

/** Another edit may have to wait for a slow registry. */
const EDIT_TIMEOUT_MS = 600_000

interface Edit {
  /** Of the file's text; without it the file stays as it is. */
  readonly change?: (text: string) => string
  readonly update?: Updates
}

/** One edit of an environment at a time: each has to see what the one before left, and puts back what it found. */
async function edit(context: Context, name: string, reason: string, options: Edit): Promise<SwitchResult> {
  const path = requireEnvironmentFile(context.host, context.workspace, name)
  const lease: LeaseRequest = {
    name: `edit-${digestText(path).slice(0, 32)}`,
    mode: 'exclusive',
    what: `the file of environment \`${name}\``,
    timeoutMs: EDIT_TIMEOUT_MS,
    signal: context.signal,
  }
  try {
    return await withLease(context.host, join(context.storeRoot, 'leases'), lease, () =>
      editAlone(context, name, reason, options),
    )
  } catch (error) {
    throw asStoreError(error, `change environment \`${name}\``)
  }
}

async function editAlone(context: Context, name: string, reason: string, options: Edit): Promise<SwitchResult> {
  const { host, workspace } = context
  const path = requireEnvironmentFile(host, workspace, name)
  const lock = lockPath(workspace, name)
  const { files } = await readEnvironment(context, name) // a file with faults is reported, not edited
  const oldText = readText(context, path) ?? ''
  const oldLock = readText(context, lock)
  // The same command was killed after it had written the file: what is left is to go on.
  const unfinished = readUnfinishedEdit(context, name)
  const isWritten = unfinished?.reason === reason && unfinished.file === digestText(oldText)
  const newText = isWritten ? oldText : (options.change?.(oldText) ?? oldText)
  // What takes long, or may fail because of others, comes before anything is written.
  const update = options.update === undefined ? {} : { update: options.update }
  const locked = await lockProposal(context, name, { ...update, check: true }, withFile(host, path, newText)).catch(
    (error: unknown) => {
      // A line that is not there is nothing to point at.
      throw withPlaces(error, files)
    },
  )
  // Somebody wrote a file meanwhile: it is theirs that is edited.
  if (readText(context, path) !== oldText || readText(context, lock) !== oldLock)
    return await editAlone(context, name, reason, options)
  const before = currentGeneration(context, name)?.number ?? null
  const written = writeEdit(context, name, {
    reason,
    file: { path, old: oldText, text: newText },
    lock: { path: lock, old: oldLock, text: locked.changed ? printLock(locked.lock) : (oldLock ?? '') },
  })
  try {
    const result = await switchEnvironment(context, name, { reason })
    written.end()
    return result
  } catch (error) {
    // What fails after the commit the same command finishes.
    if ((currentGeneration(context, name)?.number ?? null) === before) written.undo()
    throw withPlaces(error, files)
  }
}

/** Locks what the file would say. Writes nothing. */
async function lockProposal(context: Context, name: string, options: LockOptions, reader: Reader): Promise<LockResult> {
  const proposed = await readEnvironment(context, name, { ...options, reader })
  return await lockEnvironment(context, name, options, proposed)
}

function readText({ host }: Context, path: string): string | null {
  return host.readFile(path)?.toString('utf8') ?? null
}

/** What one would read if the file held this text. */
function withFile(host: Host, path: string, text: string): Reader {
  return {
    stat: (other) => host.stat(other),
    readFile: (other) => (other === path ? Buffer.from(text) : host.readFile(other)),
    readDirectory: (other) => host.readDirectory(other),
    readLink: (other) => host.readLink(other),
    realPath: (other) => host.realPath(other),
  }
}

function notAskedFor(packages: readonly Requirement[], environment: string, requirement: Requirement): ToolError {
  const asked = packages.map((item) => `${item.prefix}:${item.name}`)
  const wanted = `${requirement.prefix}:${requirement.name}`
  return new ToolError('E_PACKAGE_NOT_FOUND', `\`environments/${environment}.yaml\` does not ask for \`${wanted}\`.`, {
    details: { environment, package: wanted, packages: packages.map((item) => item.text) },
    hint: didYouMean(wanted, asked) ?? `tenon list ${environment}`,
  })
}
