// Workspaces: where one is, which store it uses, and how the store knows that it still exists.
//
//   <workspace>/.tenon/            git-ignored by its own .gitignore
//     id                           the workspace's identity, a hard link of store/profiles/<id>/alive where that is possible
//     edits/<env>.json             ops/unfinished-edit.ts
//     profiles/<env>               -> the profile directory in the store
//   <store>/profiles/<id>/
//     alive                        hard link of <workspace>/.tenon/id
//     workspace.json               where the workspace was last seen
//     missed                       since when it is not found; only where the path has to tell
//     <env>/                       profile.ts
//
// A rename keeps the hard link and a copy does not get it, so both are known at once, wherever they lie; deleting the workspace drops it.
// Where the two are on different file systems only the path tells. What is merely not found counts as alive until a collection has
// missed it for GRACE_DAYS.

import { basename, dirname, join, relative } from 'node:path'
import { systemCode, ToolError } from '../core/errors.ts'
import { compareCodePoints, isJsonObject, printJson } from '../core/json.ts'
import { dropAbandoned, makeDirectories, replaceSymlink, writeFileAtomic } from '../host/durable.ts'
import { FileMemory } from '../host/file-memory.ts'
import type { FileStat, Host } from '../host/host.ts'
import { movesDirectory } from './moves.ts'

export const GRACE_DAYS = 30
const STATE = '.tenon'
const NO_HARD_LINK: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

export interface Workspace {
  /** Absolute path. */
  readonly root: string
}

/** The nearest of `start` and the directories above it that holds `environments/`. */
export function findWorkspace(host: Host, start: string): Workspace | null {
  for (let directory = start; ; directory = dirname(directory)) {
    if (host.stat(join(directory, 'environments'))?.kind === 'directory') return { root: directory }
    if (dirname(directory) === directory) return null
  }
}

/** @throws ToolError E_WORKSPACE_NOT_FOUND */
export function requireWorkspace(host: Host, start: string): Workspace {
  const workspace = findWorkspace(host, start)
  if (workspace !== null) return workspace
  throw new ToolError(
    'E_WORKSPACE_NOT_FOUND',
    `Neither \`${start}\` nor a directory above it holds \`environments/\`.`,
    {
      details: { path: start },
      hint: 'tenon init',
    },
  )
}

/** `<workspace>/store` if it is a directory; otherwise `$TENON_STORE`; otherwise the user's shared store. */
export function storeRootOf(
  host: Host,
  workspace: Workspace | null,
  fallback: { readonly tenonStore: string | null; readonly shared: string },
): string {
  if (workspace !== null && host.stat(join(workspace.root, 'store'))?.kind === 'directory')
    return join(workspace.root, 'store')
  return fallback.tenonStore ?? fallback.shared
}

/** Makes `.tenon/`, which git is to ignore, where it is missing; its path. */
export function ensureStateDirectory(host: Host, workspace: Workspace): string {
  const state = join(workspace.root, STATE)
  makeDirectories(host, state)
  const ignore = join(state, '.gitignore')
  // An empty one is what a power failure leaves of it.
  if ((host.stat(ignore)?.size ?? 0) === 0) writeFileAtomic(host, ignore, '*\n', { sync: false })
  return state
}

/** The directory of a profile as the workspace links to it; it may not exist yet. */
export function profileLink(workspace: Workspace, environment: string): string {
  return join(workspace.root, STATE, 'profiles', environment)
}

/**
 * The absolute profile directory of an environment, made and linked when missing. Repeating it changes nothing.
 * A workspace that was copied gets an identity of its own, which is for a commit to decide: what only moves between generations calls
 * this when there is an `existingProfileDirectory`. One that was moved, or lost its `.tenon`, keeps its generations.
 */
export function ensureProfileDirectory(
  host: Host,
  workspace: Workspace,
  storeRoot: string,
  environment: string,
): string {
  const id = ensureIdentity(host, workspace, storeRoot)
  const directory = join(storeRoot, 'profiles', id, environment)
  makeDirectories(host, directory)
  const link = profileLink(workspace, environment)
  const target = linkTarget(workspace, storeRoot, dirname(link), directory)
  if (host.readLink(link) !== target) {
    makeDirectories(host, dirname(link))
    // Made again by the next switch, like the links that lead through it.
    replaceSymlink(host, target, link, { sync: false })
  }
  return directory
}

/** What `ensureProfileDirectory` returns when it has nothing to do, otherwise null; changes nothing. */
export function enrolledProfileDirectory(
  host: Host,
  workspace: Workspace,
  storeRoot: string,
  environment: string,
): string | null {
  const id = enrolledIdentity(host, workspace, storeRoot)
  if (id === null) return null
  const directory = join(storeRoot, 'profiles', id, environment)
  const link = profileLink(workspace, environment)
  const isLinked = host.readLink(link) === linkTarget(workspace, storeRoot, dirname(link), directory)
  return isLinked && host.stat(directory)?.kind === 'directory' ? directory : null
}

/** What `enrolledProfileDirectory` goes by when it returns `directory`, beside that directory itself. */
export function enrolmentPaths(workspace: Workspace, directory: string): readonly string[] {
  const ofWorkspace = [join(workspace.root, STATE, 'id'), profileLink(workspace, basename(directory))]
  return [...ofWorkspace, ...['workspace.json', 'alive'].map((name) => join(dirname(directory), name))]
}

/** The profile directory if this workspace, not one that it is a copy of, has one in this store already; changes nothing. */
export function existingProfileDirectory(
  host: Host,
  workspace: Workspace,
  storeRoot: string,
  environment: string,
): string | null {
  const id = ownIdentity(host, workspace, storeRoot)
  if (id === null) return null
  const directory = join(storeRoot, 'profiles', id, environment)
  return host.stat(directory)?.kind === 'directory' ? directory : null
}

/** The environments that have a profile, whether or not they still have a file. Sorted. */
export function existingProfiles(host: Host, workspace: Workspace, storeRoot: string): readonly string[] {
  const id = ownIdentity(host, workspace, storeRoot)
  if (id === null || host.stat(join(storeRoot, 'profiles', id)) === null) return []
  return host
    .readDirectory(join(storeRoot, 'profiles', id))
    .filter((entry) => entry.kind === 'directory')
    .map((entry) => entry.name)
    .sort(compareCodePoints)
}

/** Takes away what writes that were killed left: beside the environment files, in `.tenon/`, and in the workspace's profiles. */
export function dropLeftovers(host: Host, workspace: Workspace, storeRoot: string): void {
  const state = join(workspace.root, STATE)
  const ofWorkspace = [join(workspace.root, 'environments'), state, join(state, 'edits'), join(state, 'profiles')]
  const id = ownIdentity(host, workspace, storeRoot)
  const profiles = existingProfiles(host, workspace, storeRoot)
  const ofStore = id === null ? [] : ['.', ...profiles].map((name) => join(storeRoot, 'profiles', id, name))
  for (const directory of [...ofWorkspace, ...ofStore, ...ofStore.map(movesDirectory)]) dropAbandoned(host, directory)
}

/** The identity that `.tenon/id` claims, if it is this workspace's and not that of one it was copied from; changes nothing. */
export function ownIdentity(host: Host, workspace: Workspace, storeRoot: string): string | null {
  const id = readIdentity(host, workspace)
  return id !== null && isOwn(host, workspace, storeRoot, id) ? id : null
}

export function readIdentity(host: Host, workspace: Workspace): string | null {
  return identities.read(host, identityFile(workspace))?.value ?? null
}

function identityFile(workspace: Workspace): string {
  return `${workspace.root}/${STATE}/id`
}

const identities = new FileMemory((bytes): string | null => {
  const text = bytes.toString('utf8').trim()
  return /^[0-9a-f]{32}$/.test(text) ? text : null
})

export type WorkspaceState =
  | { readonly kind: 'alive'; readonly path: string }
  /** Not where it was; kept until `keptUntil` (milliseconds since the epoch). */
  | { readonly kind: 'missing'; readonly path: string; readonly keptUntil: number }
  | { readonly kind: 'deleted'; readonly path: string }

/** What the store can know about the workspace that owns `profiles/<id>`. Changes nothing. */
export function workspaceState(host: Host, storeRoot: string, id: string): WorkspaceState {
  const directory = join(storeRoot, 'profiles', id)
  const record = readRecord(host, directory)
  const path = record?.path ?? '(unknown)'
  if (
    record !== null &&
    readIdentity(host, { root: record.path }) === id &&
    !livesElsewhere(host, record, storeRoot, id)
  )
    return { kind: 'alive', path }
  const alive = host.stat(join(directory, 'alive'))
  if (record?.linked === true && alive !== null) {
    if (alive.links > 1) return { kind: 'alive', path }
    // A workspace that only lost its `.tenon`, to `git clean` perhaps, is still there and may take its generations up again.
    if (host.stat(join(record.path, 'environments')) === null) return { kind: 'deleted', path }
  }
  const missedSince = host.stat(join(directory, 'missed'))?.modifiedMs ?? host.now()
  const keptUntil = missedSince + GRACE_DAYS * 86_400_000
  return host.now() < keptUntil ? { kind: 'missing', path, keptUntil } : { kind: 'deleted', path }
}

/** Whether it has a store inside, and this one is a copy of that: a workspace with a `store/` uses no other. */
function livesElsewhere(host: Host, { path }: WorkspaceRecord, storeRoot: string, id: string): boolean {
  const own = join(path, 'store')
  if (host.stat(own)?.kind !== 'directory' || isSameFile(host, own, storeRoot)) return false
  return !isSameFile(host, join(path, STATE, 'id'), join(storeRoot, 'profiles', id, 'alive'))
}

/** The ids of workspaces that are gone for good. Changes nothing. */
export function deletedWorkspaces(host: Host, storeRoot: string): readonly string[] {
  return knownWorkspaces(host, storeRoot).filter((id) => workspaceState(host, storeRoot, id).kind === 'deleted')
}

/**
 * The same for a collection that deletes: begins the grace period of workspaces that are not found for the first time, and ends that
 * of those that are back.
 */
export function reviewWorkspaces(host: Host, storeRoot: string): readonly string[] {
  for (const id of knownWorkspaces(host, storeRoot)) {
    const { kind } = workspaceState(host, storeRoot, id)
    const mark = join(storeRoot, 'profiles', id, 'missed')
    const isMarked = host.stat(mark) !== null
    if (kind === 'missing' && !isMarked) writeFileAtomic(host, mark, '')
    if (kind === 'alive' && isMarked) host.unlink(mark)
  }
  return deletedWorkspaces(host, storeRoot)
}

/** Without a record its making was interrupted, or it is not ours: nothing is known about it, and it stays. */
function knownWorkspaces(host: Host, storeRoot: string): readonly string[] {
  return host
    .readDirectory(join(storeRoot, 'profiles'))
    .filter(({ name, kind }) => kind === 'directory' && readRecord(host, join(storeRoot, 'profiles', name)) !== null)
    .map((entry) => entry.name)
}

interface WorkspaceRecord {
  readonly path: string
  /** True when `alive` is a hard link of the workspace's `id`. */
  readonly linked: boolean
}

function ensureIdentity(host: Host, workspace: Workspace, storeRoot: string): string {
  const state = join(workspace.root, STATE)
  const file = join(state, 'id')
  const claimed = readIdentity(host, workspace)
  if (claimed !== null && isOwn(host, workspace, storeRoot, claimed)) {
    if (enrolledIdentity(host, workspace, storeRoot) === null) enrol(host, workspace, storeRoot, claimed)
    return claimed
  }
  ensureStateDirectory(host, workspace)
  // Copies do not share generations, so a claim that is not our own is no reason to look for a lost one.
  const id = (claimed === null ? lostIdentity(host, workspace, storeRoot) : null) ?? host.random(16)
  writeFileAtomic(host, file, `${id}\n`)
  enrol(host, workspace, storeRoot, id)
  return id
}

/** That of the workspace which was last seen here and whose `.tenon/id` is gone, everywhere. */
function lostIdentity(host: Host, workspace: Workspace, storeRoot: string): string | null {
  const profiles = join(storeRoot, 'profiles')
  if (host.stat(profiles) === null) return null
  const lastSeen = (id: string) => host.stat(join(profiles, id, 'workspace.json'))?.modifiedMs ?? 0
  const lost = host.readNames(profiles).filter((id) => {
    const record = /^[0-9a-f]{32}$/.test(id) ? readRecord(host, join(profiles, id)) : null
    return record?.path === workspace.root && record.linked && host.stat(join(profiles, id, 'alive'))?.links === 1
  })
  return lost.sort((a, b) => lastSeen(b) - lastSeen(a))[0] ?? null
}

/** The identity of a workspace that the store knows to be here. */
function enrolledIdentity(host: Host, workspace: Workspace, storeRoot: string): string | null {
  const claimed = identities.read(host, identityFile(workspace))
  const id = claimed?.value ?? null
  if (claimed === null || id === null) return null
  const directory = `${storeRoot}/profiles/${id}`
  const record = readRecord(host, directory)
  if (record?.path !== workspace.root) return null
  const alive = record.linked ? host.stat(`${directory}/alive`) : null
  return !record.linked || (alive !== null && isSame(claimed.stat, alive)) ? id : null
}

/** False for a copy. The hard link decides, as far as there is one; only then the path. */
function isOwn(host: Host, workspace: Workspace, storeRoot: string, id: string): boolean {
  const directory = join(storeRoot, 'profiles', id)
  const record = readRecord(host, directory)
  if (record === null) return true
  const alive = join(directory, 'alive')
  const file = join(workspace.root, STATE, 'id')
  const fileThere = join(record.path, STATE, 'id')
  const isHardLinked = record.linked && (host.stat(alive)?.links ?? 0) > 1
  if (isHardLinked && !isSameFile(host, file, alive)) return false
  // Without the hard link it is the same workspace at the old place: it came back from a backup.
  if (record.path === workspace.root) return true
  // Moved, if it is not at its old place any more. There may be a copy there, or hard links to this one.
  const isThere = isHardLinked ? isSameFile(host, fileThere, alive) : readIdentity(host, { root: record.path }) === id
  // Or this is that place, by another path.
  return !isThere || isSameFile(host, join(record.path, 'environments'), join(workspace.root, 'environments'))
}

function enrol(host: Host, workspace: Workspace, storeRoot: string, id: string): void {
  const directory = join(storeRoot, 'profiles', id)
  makeDirectories(host, directory)
  const alive = join(directory, 'alive')
  const file = join(workspace.root, STATE, 'id')
  const linked = isSameFile(host, file, alive) || linkAlive(host, file, alive)
  // A power failure may leave nothing of it: then the next switch enrols the workspace again, and until then it keeps everything.
  const record = printJson({ linked, path: workspace.root })
  writeFileAtomic(host, join(directory, 'workspace.json'), record, { sync: false })
}

/** False where the path has to tell: on another file system, on one without hard links, or when another store has a link already. */
function linkAlive(host: Host, file: string, alive: string): boolean {
  if (host.stat(alive) !== null) host.unlink(alive)
  // Two stores would keep the count above one for each other after the workspace is gone.
  if (host.stat(file)?.links !== 1) return false
  try {
    host.hardLink(file, alive)
    return true
  } catch (error) {
    if (!NO_HARD_LINK.has(systemCode(error) ?? '')) throw error
    return false
  }
}

function readRecord(host: Host, directory: string): WorkspaceRecord | null {
  return workspaceRecords.read(host, `${directory}/workspace.json`)?.value ?? null
}

const workspaceRecords = new FileMemory((bytes): WorkspaceRecord | null => {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (isJsonObject(value) && typeof value['path'] === 'string')
      return { path: value['path'], linked: value['linked'] === true }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return null
})

function isSameFile(host: Host, a: string, b: string): boolean {
  const x = host.stat(a)
  const y = host.stat(b)
  return x !== null && y !== null && isSame(x, y)
}

function isSame(a: FileStat, b: FileStat): boolean {
  return a.inode === b.inode && a.device === b.device
}

/** Relative when the store lies in the workspace, so that both move together; absolute otherwise. */
function linkTarget(workspace: Workspace, storeRoot: string, from: string, to: string): string {
  const inside = !relative(workspace.root, storeRoot).startsWith('..')
  return inside ? relative(from, to) : to
}
