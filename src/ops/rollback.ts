// `tenon rollback` and `tenon switch --generation N`: makes a generation current that exists already. Touches neither the network nor
// the cache nor any file of the environment.

import { ToolError } from '../core/errors.ts'
import type { Generation } from '../core/generation.ts'
import { showGeneration } from '../profile/links.ts'
import type { Profile } from '../profile/profile.ts'
import { existingProfile, type ProfileContext, requireProfile, withGenerations } from './context.ts'

export interface RollbackResult {
  readonly environment: string
  readonly from: number
  readonly to: number
}

/** To the generation from which the current one was made, or to `target`. @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND */
export async function rollback(context: ProfileContext, name: string, target: number | null): Promise<RollbackResult> {
  return await withGenerations(context, name, (profile, current) => {
    const before = current === null ? null : profile.read(current)
    const to = target === null ? parentOf(before, profile, name) : profile.get(target)
    moveTo(context, profile, { current, before, to })
    return { environment: name, from: current ?? to.number, to: to.number }
  })
}

/** @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND */
export async function switchToGeneration(context: ProfileContext, name: string, number: number): Promise<Generation> {
  return await withGenerations(context, name, (profile, current) => {
    const to = profile.get(number)
    moveTo(context, profile, { current, before: current === null ? null : profile.read(current), to })
    return to
  })
}

/** Null when the environment has none yet. */
export function currentGeneration(context: ProfileContext, name: string): Generation | null {
  return existingProfile(context, name)?.current() ?? null
}

interface Move {
  /** The number may be known of a generation that is damaged. */
  readonly current: number | null
  readonly before: Generation | null
  readonly to: Generation
}

function moveTo({ host, workspace, storeRoot }: ProfileContext, profile: Profile, move: Move): void {
  const { current, before, to } = move
  const tree = `${storeRoot}/objects/${to.storePath}`
  if (host.stat(tree) === null) {
    throw new ToolError('E_STORE_CORRUPT', `The tree of generation ${to.number} is not in the store.`, {
      details: { environment: profile.environment, generation: to.number, storePath: to.storePath },
      hint: 'tenon store verify',
    })
  }
  const commit = () => profile.makeCurrent(to, current)
  showGeneration(host, workspace, profile, { links: to.links, tree, before, commit })
}

/** Where a rollback without a number goes. @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND */
export function rollbackTarget(context: ProfileContext, name: string): number {
  const profile = requireProfile(context, name)
  return parentOf(profile.current(), profile, name).number
}

function parentOf(current: Generation | null, profile: Profile, name: string): Generation {
  const parent = current === null || current.parent === null ? null : profile.read(current.parent)
  if (parent !== null) return parent
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
