// `tenon switch`, the main job: lock if needed, build, check, make current.

import type { PackageManifest } from '../core/derivation.ts'
import { isToolError, ToolError } from '../core/errors.ts'
import type { Generation } from '../core/generation.ts'
import { showGeneration } from '../profile/links.ts'
import { buildEnvironment } from './build.ts'
import type { BuildResult } from './build-anew.ts'
import { changesBetween, collectVersions, type PackageChanges } from './changes.ts'
import { type Context, withProfile } from './context.ts'
import { requireEnvironmentFile } from './environments.ts'
import type { LockOptions } from './lock.ts'
import { readManifest } from './manifest.ts'
import { recordSwitch, upToDate, watchWorkspace } from './up-to-date.ts'
import { withStore } from './with-store.ts'

export interface SwitchResult extends PackageChanges {
  readonly environment: string
  readonly generation: Generation
  /** Absolute path of the tree. */
  readonly path: string
  /** Whether another generation is current now than before. */
  readonly changed: boolean
}

export interface SwitchOptions extends LockOptions {
  /** Kept with the generation: the verb and why. */
  readonly reason?: string
}

/** @throws ToolError; whatever is thrown before the commit, the generation that was current still is */
export async function switchEnvironment(
  context: Context,
  name: string,
  options: SwitchOptions = {},
): Promise<SwitchResult> {
  for (;;) {
    const result = await switchUnlessOvertaken(context, name, options)
    if (result !== null) return result
  }
}

/** Null, and nothing is current that was not, when somebody wrote another lock meanwhile: theirs is what the file says now. */
async function switchUnlessOvertaken(
  context: Context,
  name: string,
  options: SwitchOptions,
): Promise<SwitchResult | null> {
  requireEnvironmentFile(context.host, context.workspace, name)
  const isPlain = options.update === undefined && (options.asOf ?? null) === null
  const current = isPlain ? upToDate(context, name) : null
  if (current !== null)
    return { environment: name, generation: current.generation, path: current.tree, changed: false, ...NO_CHANGES }

  const watch = watchWorkspace(context)
  return await withStore(context, async (store) => {
    const built = await buildEnvironment(context, store, name, options, watch)
    const { environment, lock } = built
    await runChecks(context, built, environment.checks)
    return await withProfile(context, name, (profile) => {
      if (context.host.readFile(lock.path)?.equals(lock.bytes) !== true) return null
      const old = profile.current()
      const { value: generation, links } = showGeneration(context.host, context.workspace, profile, {
        links: environment.links,
        tree: built.path,
        commit: () =>
          profile.commit({
            storePath: built.storePath,
            narHash: built.narHash,
            lock: lock.digest,
            links: environment.links,
            reason: options.reason ?? 'switch',
          }),
      })
      recordSwitch(context, profile.directory, generation, { watch, lock, links })
      const changes =
        old?.storePath === built.storePath
          ? NO_CHANGES
          : treeChanges(context, old === null ? null : store.locate(old.storePath), built.path)
      return { environment: name, generation, path: built.path, changed: old?.number !== generation.number, ...changes }
    })
  })
}

const NO_CHANGES: PackageChanges = { added: [], removed: [], updated: [] }

function treeChanges(context: Context, before: string | null, after: string): PackageChanges {
  const old = before === null ? [] : packagesOf(context, before)
  return changesBetween(collectVersions(old), collectVersions(readManifest(context.host, after).packages))
}

/** None where the old tree is damaged: the new one is current already, and that is what counts. */
function packagesOf(context: Context, tree: string): PackageManifest['packages'] {
  try {
    return readManifest(context.host, tree).packages
  } catch (error) {
    if (isToolError(error, 'E_STORE_CORRUPT')) return []
    throw error
  }
}

async function runChecks(context: Context, built: BuildResult, checks: readonly string[]): Promise<void> {
  if (checks.length === 0) return
  context.report({ kind: 'stage', stage: 'check', total: checks.length })
  for (const [index, command] of checks.entries()) {
    const { exitCode, output } = await context.runCheck(command, built.path)
    if (exitCode !== 0) {
      throw new ToolError('E_CHECK_FAILED', `The check \`${command}\` failed with exit code ${exitCode}.`, {
        details: { check: command, exitCode, storePath: built.storePath, explanation: output.trimEnd() },
        hint: `${built.path}/etc/tenon/run ${command}`,
      })
    }
    context.report({ kind: 'progress', stage: 'check', done: index + 1, total: checks.length, bytes: 0 })
  }
}
