// `tenon add`, `remove`, `update`: edit the environment file, then switch. When that fails before the new generation is current, file and
// lock are put back, so that a failed `add` leaves nothing behind.

import type { Requirement } from '../core/environment.ts'
import { addRequirement, removeRequirement } from '../core/environment-edit.ts'
import { ToolError } from '../core/errors.ts'
import { parseRequirement } from '../core/requirement.ts'
import type { Context } from './context.ts'
import { lockPath, readEnvironment, requireEnvironmentFile, writeWorkspaceFile } from './environments.ts'
import { lockEnvironment } from './lock.ts'
import { currentGeneration } from './rollback.ts'
import { type SwitchResult, switchEnvironment } from './switch.ts'

/** `specs` in the short form, paths relative to the workspace. @throws ToolError E_USAGE for a spec that cannot be read */
export async function addPackages(context: Context, name: string, specs: readonly string[]): Promise<SwitchResult> {
  const requirements = specs.map((spec) => readSpec(spec))
  return await edit(context, name, `add ${specs.join(' ')}`, (text) => requirements.reduce(addRequirement, text))
}

/** Each reference names a package as `source:name`, with or without a range. */
export async function removePackages(
  context: Context,
  name: string,
  references: readonly string[],
): Promise<SwitchResult> {
  const requirements = references.map((reference) => readSpec(reference))
  return await edit(context, name, `remove ${references.join(' ')}`, (text) =>
    requirements.reduce((current, requirement) => {
      const next = removeRequirement(current, requirement)
      if (next === null) throw notInFile(context, name, requirement)
      return next
    }, text),
  )
}

/** Chooses the named packages anew within their ranges (all when none is named), then switches. */
export async function updatePackages(
  context: Context,
  name: string,
  references: readonly string[],
): Promise<SwitchResult> {
  const update =
    references.length === 0
      ? ('all' as const)
      : new Set(references.map((reference) => nameOf(context, name, reference)))
  const reason = references.length === 0 ? 'update' : `update ${references.join(' ')}`
  return await switchEnvironment(context, name, { update, reason })
}

function nameOf(context: Context, environment: string, reference: string): string {
  const requirement = readSpec(reference)
  const { packages } = readEnvironment(context.host, context.workspace, environment).environment
  const known = packages.some((item) => item.prefix === requirement.prefix && item.name === requirement.name)
  if (!known && !isLocked(context, environment, requirement)) throw notInFile(context, environment, requirement)
  return requirement.name
}

/** A package deeper in the graph can be updated too. */
function isLocked(context: Context, environment: string, requirement: Requirement): boolean {
  const text = context.host.readFile(lockPath(context.workspace, environment))?.toString('utf8') ?? ''
  return text.includes(`"name": ${JSON.stringify(requirement.name)}`)
}

async function edit(
  context: Context,
  name: string,
  reason: string,
  change: (text: string) => string,
): Promise<SwitchResult> {
  const path = requireEnvironmentFile(context.host, context.workspace, name)
  readEnvironment(context.host, context.workspace, name) // a file with faults is reported, not edited
  const lock = lockPath(context.workspace, name)
  const oldText = (context.host.readFile(path) as Buffer).toString('utf8')
  const oldLock = context.host.readFile(lock)?.toString('utf8') ?? null
  const before = currentGeneration(context, name)?.number ?? null
  const newText = change(oldText)
  if (newText !== oldText) writeWorkspaceFile(context.host, context.workspace, path, newText)
  try {
    // Locking first keeps the lock in step with the file even when building fails later for want of space or network.
    await lockEnvironment(context, name)
    return await switchEnvironment(context, name, { reason })
  } catch (error) {
    const isCommitted = (currentGeneration(context, name)?.number ?? null) !== before
    if (!isCommitted) {
      // The lock first: a new file with an old lock is what the next switch repairs anyway.
      if (oldLock !== null) restore(context, lock, oldLock, null)
      else if (context.host.stat(lock) !== null) context.host.unlink(lock)
      restore(context, path, oldText, newText)
    }
    throw error
  }
}

/** Puts the old text back unless somebody else wrote the file meanwhile. */
function restore(context: Context, path: string, oldText: string, ours: string | null): void {
  const found = context.host.readFile(path)?.toString('utf8') ?? null
  if (found === oldText || (ours !== null && found !== ours)) return
  writeWorkspaceFile(context.host, context.workspace, path, oldText)
}

function readSpec(spec: string): Requirement {
  const text = /^[a-z][a-z0-9-]*:/.test(spec) ? spec : `npm:${spec}`
  if (!/^[a-z][a-z0-9-]*:/.test(spec)) {
    throw new ToolError('E_USAGE', `\`${spec}\` does not say which source it comes from.`, {
      details: { spec },
      hint: `Did you mean \`${text}\`?`,
    })
  }
  return parseRequirement(text, { directory: '.' })
}

function notInFile(context: Context, name: string, requirement: Requirement): ToolError {
  const { packages } = readEnvironment(context.host, context.workspace, name).environment
  return new ToolError(
    'E_PACKAGE_NOT_FOUND',
    `\`environments/${name}.yaml\` does not ask for \`${requirement.prefix}:${requirement.name}\`.`,
    {
      details: {
        environment: name,
        package: `${requirement.prefix}:${requirement.name}`,
        packages: packages.map((item) => item.text),
      },
      hint: `tenon list ${name}`,
    },
  )
}
