// `tenon rollback` and `tenon switch --generation N`: makes a generation current that exists already. Touches neither the network nor
// the cache nor any file of the environment.

import { join } from 'node:path'
import { ToolError } from '../core/errors.ts'
import type { Generation } from '../core/generation.ts'
import { showGeneration } from '../profile/links.ts'
import type { Profile } from '../profile/profile.ts'
import { existingProfile, type ProfileContext, requireProfile, withProfile } from './context.ts'

export interface RollbackResult {
  readonly environment: string
  readonly from: number
  readonly to: number
}

/** To the generation from which the current one was made, or to `target`. @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND */
export async function rollback(context: ProfileContext, name: string, target: number | null): Promise<RollbackResult> {
  requireProfile(context, name)
  return await withProfile(context, name, (profile) => {
    const { from, to } = moveTo(context, profile, name, target ?? parentOfCurrent(profile, name))
    return { environment: name, from: from ?? to.number, to: to.number }
  })
}

/** @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND */
export async function switchToGeneration(context: ProfileContext, name: string, number: number): Promise<Generation> {
  requireProfile(context, name)
  return await withProfile(context, name, (profile) => moveTo(context, profile, name, number).to)
}

/** Null when the environment has none yet. */
export function currentGeneration(context: ProfileContext, name: string): Generation | null {
  return existingProfile(context, name)?.current() ?? null
}

function moveTo(
  context: ProfileContext,
  profile: Profile,
  name: string,
  number: number,
): { from: number | null; to: Generation } {
  const from = profile.currentNumber()
  const to = profile.get(number)
  const tree = join(context.storeRoot, 'objects', to.storePath)
  if (context.host.stat(tree) === null) {
    throw new ToolError('E_STORE_CORRUPT', `The tree of generation ${to.number} is not in the store.`, {
      details: { environment: name, generation: to.number, storePath: to.storePath },
      hint: 'tenon store verify',
    })
  }
  const commit = () => profile.switchTo(to.number)
  showGeneration(context.host, context.workspace, profile, { links: to.links, tree, commit })
  return { from, to }
}

/** Where a rollback without a number goes. @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND */
export function rollbackTarget(context: ProfileContext, name: string): number {
  return parentOfCurrent(requireProfile(context, name), name)
}

function parentOfCurrent(profile: Profile, name: string): number {
  const parent = profile.current()?.parent ?? null
  if (parent !== null && profile.read(parent) !== null) return parent
  throw nothingBefore(profile, name)
}

function nothingBefore(profile: Profile, name: string): ToolError {
  const current = profile.current()
  const number = current?.number ?? profile.currentNumber()
  const parent = current?.parent ?? null
  const details = { environment: name, generation: number, parent }
  const older = profile.numbers().findLast((item) => number !== null && item < number && profile.read(item) !== null)
  if (parent !== null && older !== undefined) {
    return new ToolError(
      'E_GENERATION_NOT_FOUND',
      `Generation ${number} of \`${name}\` was made from generation ${parent}, which was forgotten.`,
      { details, hint: `tenon rollback ${name} --to ${older}` },
    )
  }
  return new ToolError(
    'E_GENERATION_NOT_FOUND',
    `There is nothing before the current generation of \`${name}\` to go back to.`,
    { details, hint: `tenon generations ${name}` },
  )
}
