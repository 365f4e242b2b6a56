// What every verb is handed, and the way to an environment's profile. Verbs take values, return values, report events and never print.
// Loads little: the verbs that only move between generations start with it.

import { join } from 'node:path'
import { asStoreError, ToolError } from '../core/errors.ts'
import type { Report } from '../core/event.ts'
import type { Generation } from '../core/generation.ts'
import type { System } from '../core/system.ts'
import type { Host } from '../host/host.ts'
import type { HttpClient } from '../host/http.ts'
import { withLease } from '../host/lease.ts'
import type { CapturedRun } from '../host/process.ts'
import { withoutMoves } from '../profile/moves.ts'
import { Profile } from '../profile/profile.ts'
import {
  enrolledProfileDirectory,
  ensureProfileDirectory,
  existingProfileDirectory,
  type Workspace,
} from '../profile/workspace.ts'
import type { OpenGit } from '../sources/git-reader.ts'
import type { Source } from '../sources/source.ts'

/** Enough for verbs that only move between generations. */
export interface ProfileContext {
  readonly host: Host
  readonly workspace: Workspace
  readonly storeRoot: string
  /** Null for verbs that are done before anybody could stop them. */
  readonly signal: AbortSignal | null
}

export interface Context extends ProfileContext {
  /** In the order in which they are locked and planned. Loaded when they are first asked for: a lock that is known needs none. */
  readonly sources: () => Promise<readonly Source[]>
  readonly http: HttpClient
  readonly openGit: OpenGit
  /** Absolute path of the file with the user's own keys of registries, which need not be there. */
  readonly keysFile: string | null
  readonly system: System
  /** Identifies the code that runs; null when it may change from run to run (unbuilt sources). */
  readonly program: string | null
  readonly offline: boolean
  /** Fail rather than change the lock. */
  readonly frozen: boolean
  /** Runs a shell command in the environment whose tree is at the absolute path `tree`. */
  readonly runCheck: (command: string, tree: string) => Promise<CapturedRun>
  readonly report: Report
  readonly signal: AbortSignal
}

/**
 * Runs `use` on the environment's profile under the profile's exclusive lease, and while the front moves nothing either. The profile is made when
 * missing, and a copied workspace made one of its own; for a verb that makes no generation that would be wrong: `withGenerations`.
 * @throws ToolError E_STORE_BUSY, E_STORE_IO
 */
export async function withProfile<T>(
  context: ProfileContext,
  environment: string,
  use: (profile: Profile) => T,
): Promise<T> {
  return await changing(environment, async () => {
    const directory = await profileDirectory(context, environment)
    return await underLease(context, directory, environment, (profile) =>
      withoutMoves(context.host, directory, () => use(profile)),
    )
  })
}

/**
 * The same for a verb that makes no generation: where there is no profile, none is made. `current` is the number of the current generation. The
 * front may move meanwhile.
 * @throws ToolError E_PROFILE_NOT_FOUND, E_STORE_BUSY, E_STORE_IO
 */
export async function withGenerations<T>(
  context: ProfileContext,
  environment: string,
  use: (profile: Profile, current: number | null) => T,
): Promise<T> {
  return await changing(environment, async () => {
    const { host, workspace, storeRoot } = context
    const enrolled = enrolledProfileDirectory(host, workspace, storeRoot, environment)
    if (enrolled === null) requireProfile(context, environment)
    return await underLease(
      context,
      enrolled ?? (await profileDirectory(context, environment)),
      environment,
      (profile) => {
        const current = profile.currentNumber()
        if (current === null && !hasGenerations(profile)) throw noGeneration(environment)
        return use(profile, current)
      },
    )
  })
}

async function changing<T>(environment: string, change: () => Promise<T>): Promise<T> {
  try {
    return await change()
  } catch (error) {
    throw asStoreError(error, `change the generations of \`${environment}\``)
  }
}

async function underLease<T>(
  context: ProfileContext,
  directory: string,
  environment: string,
  use: (profile: Profile) => T,
): Promise<T> {
  const name = `profile-${directory.split('/').slice(-2).join('-')}`
  return await exclusively(context, name, `environment \`${environment}\``, () =>
    use(new Profile(context.host, directory, environment)),
  )
}

/** Only one process at a time makes what is missing: two would give the workspace two identities. */
async function profileDirectory(context: ProfileContext, environment: string): Promise<string> {
  const { host, workspace, storeRoot } = context
  return (
    enrolledProfileDirectory(host, workspace, storeRoot, environment) ??
    (await exclusively(context, 'workspaces', 'the list of workspaces', () =>
      ensureProfileDirectory(host, workspace, storeRoot, environment),
    ))
  )
}

async function exclusively<T>(context: ProfileContext, name: string, what: string, use: () => T): Promise<T> {
  const { host, storeRoot, signal } = context
  const request = { name, mode: 'exclusive', what, ...(signal === null ? {} : { signal }) } as const
  return await withLease(host, join(storeRoot, 'leases'), request, async () => use())
}

/** Null when the environment has no profile here. Reading needs no lease. */
export function existingProfile(context: ProfileContext, environment: string): Profile | null {
  const directory = existingProfileDirectory(context.host, context.workspace, context.storeRoot, environment)
  return directory === null ? null : new Profile(context.host, directory, environment)
}

/** With generations, though perhaps without a current one. @throws ToolError E_PROFILE_NOT_FOUND */
export function requireProfile(context: ProfileContext, environment: string): Profile {
  const profile = existingProfile(context, environment)
  if (profile !== null && hasGenerations(profile)) return profile
  throw noGeneration(environment)
}

function hasGenerations(profile: Profile): boolean {
  return profile.currentNumber() !== null || profile.lastNumber() > 0
}

/** @throws ToolError E_PROFILE_NOT_FOUND, also where the current generation is damaged */
export function requireCurrent(context: ProfileContext, environment: string): Generation {
  const generation = existingProfile(context, environment)?.current() ?? null
  if (generation !== null) return generation
  throw noGeneration(environment)
}

function noGeneration(environment: string): ToolError {
  return new ToolError('E_PROFILE_NOT_FOUND', `Environment \`${environment}\` has no current generation.`, {
    details: { environment },
    hint: `tenon switch ${environment}`,
  })
}
