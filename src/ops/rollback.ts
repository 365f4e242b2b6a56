// `tenon rollback` and `tenon switch --generation N`: makes a generation current that exists already. Touches neither the network nor
// the cache nor any file of the environment.

import { ToolError } from '../core/errors.ts'
import type { Generation } from '../core/generation.ts'
import { showGeneration } from '../profile/links.ts'
import { admitsMoves, withoutMoves } from '../profile/moves.ts'
import type { Profile } from '../profile/profile.ts'
import { existingProfile, type ProfileContext, requireProfile, withGenerations } from './context.ts'

export interface RollbackResult {
  readonly environment: string
  readonly from: number
  readonly to: number
}

/**
 * To the generation from which the current one was made, or to `target`. With `admit`, the next move may be made by the front, whatever stood in
 * its way: for who is only asked because it did.
 * @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND
 */
export async function rollback(
  context: ProfileContext,
  name: string,
  target: number | null,
  { admit = false }: { readonly admit?: boolean } = {},
): Promise<RollbackResult> {
  return await withGenerations(context, name, (profile, current) => {
    const choose = (before: Generation | null) =>
      target === null ? parentOf(before, profile, name) : profile.get(target)
    const { current: from, to } = move(context, profile, current, choose)
    if (admit && !admitsMoves(context.host, profile.directory))
      withoutMoves(context.host, profile.directory, () => undefined)
    return { environment: name, from: from ?? to.number, to: to.number }
  })
}

/** @throws ToolError E_PROFILE_NOT_FOUND, E_GENERATION_NOT_FOUND */
export async function switchToGeneration(context: ProfileContext, name: string, number: number): Promise<Generation> {
  return await withGenerations(
    context,
    name,
    (profile, current) => move(context, profile, current, () => profile.get(number)).to,
  )
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

/**
 * One rename, which the front may make at the same moment: the later one stands. Where there are links, they must be those of the generation that is
 * current in the end, so the front has to wait.
 */
function move(
  context: ProfileContext,
  profile: Profile,
  current: number | null,
  choose: (before: Generation | null) => Generation,
): Move {
  const look = (number: number | null): Move => {
    const before = number === null ? null : profile.read(number)
    return { current: number, before, to: choose(before) }
  }
  const found = look(current)
  if (!hasLinks(found.before) && !hasLinks(found.to)) return moveTo(context, profile, found)
  return withoutMoves(context.host, profile.directory, () => moveTo(context, profile, look(profile.currentNumber())))
}

function hasLinks(generation: Generation | null): boolean {
  return generation !== null && Object.keys(generation.links).length > 0
}

function moveTo({ host, workspace, storeRoot }: ProfileContext, profile: Profile, found: Move): Move {
  const { current, before, to } = found
  const tree = `${storeRoot}/objects/${to.storePath}`
  if (host.stat(tree) === null) {
    throw new ToolError('E_STORE_CORRUPT', `The tree of generation ${to.number} is not in the store.`, {
      details: { environment: profile.environment, generation: to.number, storePath: to.storePath },
      hint: 'tenon store verify',
    })
  }
  const commit = () => profile.makeCurrent(to, current)
  showGeneration(host, workspace, profile, { links: to.links, tree, before, commit })
  return found
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
