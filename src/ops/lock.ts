// `tenon lock`: from the environment file to a lock file that satisfies it. Uses the network only when the requirements changed,
// nothing was locked yet, or an update is asked for.

import { relative } from 'node:path'
import { type Digest, digestText } from '../core/digest.ts'
import type { Environment } from '../core/environment.ts'
import type { EnvironmentFile, LoadedEnvironment } from '../core/environment-chain.ts'
import { ToolError } from '../core/errors.ts'
import { type LockedEnvironment, printLock, satisfies } from '../core/lock.ts'
import { lockBlocks } from '../core/lock-blocks.ts'
import { readLockBlocks, readLockText } from '../core/lock-merge.ts'
import type { Reader } from '../host/watch.ts'
import type { ResolveContext } from '../sources/resolve.ts'
import type { Updates } from '../sources/source.ts'
import { changesBetween, lockVersions, type PackageChanges } from './changes.ts'
import type { Context } from './context.ts'
import { lockPath, writeWorkspaceFile } from './environments.ts'
import { treesOf } from './known-lock.ts'
import { placeOf, withPlaces } from './places.ts'
import { readEnvironment } from './read-environment.ts'
import { areTreesUnchanged } from './trees.ts'
import { lockOfUnfinishedEdit } from './unfinished-edit.ts'
import { voucher } from './vouched-for.ts'
import { artifactCache, downloadsTo } from './with-artifacts.ts'
import { withStore } from './with-store.ts'

export interface LockOptions {
  /** What to choose anew. */
  readonly update?: Updates
  /** RFC 3339; what was published later is hidden. */
  readonly asOf?: string | null
  /** Blocks (core/lock-blocks.ts) of locks that were let pass before. */
  readonly checked?: ReadonlySet<string>
  /** Write nothing; the caller looks at `changed`. */
  readonly check?: boolean
  /** Whether the caller holds the store's lease: a second one would wait for a collection that waits for the first. */
  readonly isStoreHeld?: boolean
}

export interface LockResult extends PackageChanges {
  readonly environment: Environment
  /** The files that the environment was read from. */
  readonly files: readonly EnvironmentFile[]
  readonly lock: LockedEnvironment
  /** Of the lock. */
  readonly text: string
  readonly lockDigest: Digest
  /** Of the lock's text; null where it is not laid out in blocks. */
  readonly blocks: readonly string[] | null
  readonly path: string
  /** Whether the lock differs from what is (with `check`: what would still be) on disk. */
  readonly changed: boolean
}

/**
 * @throws ToolError E_ENV_*, E_LOCK_INVALID, E_LOCK_TOO_NEW, E_LOCK_MISSING and E_LOCK_STALE (frozen), and whatever the sources throw;
 *   the lock on disk is then what it was
 */
export async function lockEnvironment(
  context: Context,
  name: string,
  options: LockOptions = {},
  read: LoadedEnvironment | null = null,
  reader: Reader = context.host,
): Promise<LockResult> {
  const { environment, files } = read ?? (await readEnvironment(context, name, options))
  const path = lockPath(context.workspace, name)
  const oldText = context.host.readFile(path)?.toString('utf8') ?? null
  const shownPath = relative(context.workspace.root, path)
  const old = oldText === null ? null : readLockBlocks(oldText, shownPath, options.checked ?? new Set())
  const previous = old?.lock ?? null
  const update = options.update ?? new Set<string>()
  const wantsUpdate = update === 'all' || update.size > 0 || (options.asOf ?? null) !== null

  const isVouchedFor = await voucher(context, environment, reader)
  // Whether the lock satisfies the file, and the local directories are still what was locked. Needs no network.
  const isCurrent = async (lock: LockedEnvironment): Promise<boolean> =>
    satisfies(lock, environment) &&
    isVouchedFor(lock.registries) &&
    (await areTreesUnchanged(context, reader, treesOf(lock)))
  const facts = { environment, files, path }
  if (old !== null && previous !== null && oldText !== null && !wantsUpdate && (await isCurrent(previous))) {
    return {
      ...facts,
      blocks: old.blocks,
      lock: previous,
      text: oldText,
      lockDigest: digestText(oldText),
      changed: false,
      added: [],
      removed: [],
      updated: [],
    }
  }
  if (context.frozen) {
    if (previous !== null && !isVouchedFor(previous.registries)) throw notVouchedFor(name)
    throw frozenError(name, oldText === null)
  }

  context.report({ kind: 'stage', stage: 'lock', total: null })
  const prepared = wantsUpdate ? null : lockOfUnfinishedEdit(context, name, oldText)
  // The sources keep scratch files in the store, so it has to be there, and nobody may collect meanwhile.
  const { resolve } = await import('../sources/resolve.ts')
  const sources = await context.sources()
  const choose = () =>
    resolve(environment, sources, {
      ...resolveContext(context, { previous, files }),
      update,
      asOf: options.asOf ?? null,
      reader,
    })
  const resolveAnew = () =>
    (options.isStoreHeld === true ? choose() : withStore(context, choose)).catch((error: unknown) => {
      throw withPlaces(error, files)
    })
  const lock = prepared !== null && (await isCurrent(prepared)) ? prepared : await resolveAnew()
  const text = printLock(lock)
  const changed = text !== oldText
  // Commit point: the whole new lock takes the old one's name.
  if (changed && options.check !== true) writeWorkspaceFile(context.host, context.workspace, path, text)
  return {
    ...facts,
    lock,
    text,
    lockDigest: digestText(text),
    blocks: lockBlocks(text),
    changed,
    ...changesBetween(lockVersions(previous), lockVersions(lock)),
  }
}

/** What the sources are told, where nothing is to be chosen anew. */
export function resolveContext(
  context: Context,
  { previous, files }: { readonly previous: LockedEnvironment | null; readonly files: readonly EnvironmentFile[] },
): ResolveContext {
  return {
    workspace: context.workspace.root,
    previous,
    update: new Set(),
    asOf: null,
    placeOf: (requirement) => placeOf(requirement, files),
    offline: context.offline,
    downloads: downloadsTo(artifactCache(context), context.signal),
    host: context.host,
    reader: context.host,
    report: context.report,
    signal: context.signal,
  }
}

/** Null when there is none; of one with git's conflict markers what both sides agree on. @throws ToolError E_LOCK_INVALID, E_LOCK_TOO_NEW */
export function readLock(context: Context, name: string): LockedEnvironment | null {
  const path = lockPath(context.workspace, name)
  const text = context.host.readFile(path)?.toString('utf8') ?? null
  return text === null ? null : readLockText(text, relative(context.workspace.root, path))
}

function notVouchedFor(name: string): ToolError {
  const path = `environments/${name}.lock.json`
  return new ToolError(
    'E_LOCK_STALE',
    `\`${path}\` was made before a key was wanted for its registries, and \`--frozen\` forbids changing it.`,
    { details: { path }, hint: `tenon lock${name === 'default' ? '' : ` ${name}`}` },
  )
}

function frozenError(name: string, missing: boolean): ToolError {
  const path = `environments/${name}.lock.json`
  const options = { details: { path }, hint: `tenon lock${name === 'default' ? '' : ` ${name}`}` }
  return missing
    ? new ToolError('E_LOCK_MISSING', `There is no \`${path}\`, and \`--frozen\` forbids making one.`, options)
    : new ToolError(
        'E_LOCK_STALE',
        `\`${path}\` does not satisfy the environment file, and \`--frozen\` forbids changing it.`,
        options,
      )
}
