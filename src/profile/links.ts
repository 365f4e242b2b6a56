// `links` of an environment: places in the workspace that show a part of the current generation. Every link goes through
// `.tenon/profiles/<env>/current`, so its content follows each switch by itself. A file is one link. A directory is a real directory
// with one link per entry, because tools write caches beside packages (`node_modules/.vite`) and a tree is never written; only
// the set of names is brought up to date here, after a switch. What Tenon did not make is never touched. A place that two environments
// name shows the one that was made current last; what an environment does not name any more it drops only where the link is its own.

import { dirname, join, relative } from 'node:path'
import { asStoreError, isToolError, systemCode, ToolError } from '../core/errors.ts'
import type { Generation } from '../core/generation.ts'
import { compareCodePoints, printJson } from '../core/json.ts'
import { makeDirectories, replaceSymlink, writeFileAtomic } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import type { Profile } from './profile.ts'
import { profileLink, type Workspace } from './workspace.ts'

/** In the profile: places whose links are still to be dropped, while a change is on its way. */
const UNFINISHED = 'links.json'

/**
 * Makes a generation current by `commit`, which is called when nothing stands in the way of its links, and then brings the links up
 * to date. Returns what `commit` does, and every link: absolute place → target. What a crash leaves undone the next call finishes, whichever
 * generation that is for.
 * @throws ToolError E_LINK_BLOCKED, before `commit`; E_STORE_IO, or E_LINK_BLOCKED for what somebody made meanwhile,
 * with `details.committed`, after it
 */
export function showGeneration<T>(
  host: Host,
  workspace: Workspace,
  profile: Profile,
  shown: {
    readonly links: LinkOptions['wanted']
    readonly tree: string
    /** What is current, if it was read under this lease already. */
    readonly before?: Generation | null
    readonly commit: () => T
  },
): { readonly value: T; readonly links: ReadonlyMap<string, string> } {
  const record = `${profile.directory}/${UNFINISHED}`
  const unfinished = readPlaces(host, record)
  const previous = shownPlaces(shown.before ?? profile.current(), unfinished)
  const plan = planLinks(host, workspace, profile.environment, { wanted: shown.links, previous, tree: shown.tree })
  // After the commit no generation at hand would name the places that it does not show any more.
  const isDropping = previous.some((place) => shown.links[place] === undefined)
  if (isDropping) writeFileAtomic(host, record, printJson(previous))
  const value = shown.commit()
  try {
    applyLinks(host, workspace, plan)
    if (isDropping || unfinished !== null) host.unlink(record)
  } catch (error) {
    throw asUnfinished(error, profile)
  }
  return { value, links: plan.all }
}

/** Whoever began something must not begin it afresh: `details.committed` says that the commit point is behind it. */
function asUnfinished(error: unknown, profile: Profile): unknown {
  const known = asStoreError(error, 'bring its links up to date')
  if (!isToolError(known)) return known
  const { environment } = profile
  const generation = profile.currentNumber()
  const again = `tenon switch ${environment} --generation ${generation}`
  return new ToolError(known.code, `Generation ${generation} of \`${environment}\` is current, but: ${known.message}`, {
    details: { ...known.details, committed: true },
    hint: known.code === 'E_LINK_BLOCKED' ? `Move it away, then run \`${again}\`.` : again,
    cause: error,
  })
}

/** Drops every link of an environment that is given up. Repeatable. */
export function hideGeneration(host: Host, workspace: Workspace, profile: Profile): void {
  const record = join(profile.directory, UNFINISHED)
  const unfinished = readPlaces(host, record)
  const previous = shownPlaces(profile.current(), unfinished)
  applyLinks(host, workspace, planLinks(host, workspace, profile.environment, { wanted: {}, previous, tree: '' }))
  if (unfinished !== null) host.unlink(record)
}

function shownPlaces(current: Generation | null, unfinished: readonly string[] | null): readonly string[] {
  return [...new Set([...Object.keys(current?.links ?? {}), ...(unfinished ?? [])])]
}

/** Null without a record; a damaged one names nothing. */
function readPlaces(host: Host, path: string): readonly string[] | null {
  // Mostly there is none, and an error thrown for that takes longer than a look.
  const bytes = host.stat(path) === null ? null : host.readFile(path)
  if (bytes === null) return null
  try {
    const places: unknown = JSON.parse(bytes.toString('utf8'))
    return Array.isArray(places) ? places.filter((place) => typeof place === 'string') : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

export interface LinkPlan {
  /** Links to make or to change: absolute place → target. */
  readonly make: ReadonlyMap<string, string>
  /** Links of Tenon that show nothing any more. */
  readonly drop: readonly string[]
  /** Every link as it is once the plan is applied. */
  readonly all: ReadonlyMap<string, string>
}

export interface LinkOptions {
  readonly wanted: { readonly [place: string]: string }
  /** Places that may hold links of generations before. */
  readonly previous: readonly string[]
  /** Absolute path of the tree to show. */
  readonly tree: string
}

/**
 * What has to change so that the wanted links show the tree. Changes nothing.
 * @throws ToolError E_LINK_BLOCKED
 */
export function planLinks(host: Host, workspace: Workspace, environment: string, options: LinkOptions): LinkPlan {
  const all = new Map<string, string>()
  const drop: string[] = []
  for (const place of options.previous) {
    if (options.wanted[place] === undefined)
      drop.push(...ourLinks(host, join(workspace.root, place), leadsInto(host, workspace, environment)))
  }
  for (const [place, part] of Object.entries(options.wanted)) {
    const at = join(workspace.root, place)
    const shown = join(profileLink(workspace, environment), 'current', part)
    const kind = kindThroughLinks(host, join(options.tree, part))
    if (kind === 'file') {
      all.set(at, relative(dirname(at), shown))
      continue
    }
    const names = kind === null ? [] : host.readDirectory(join(options.tree, part)).map((entry) => entry.name)
    const base = relative(at, shown)
    for (const name of names) all.set(`${at}/${name}`, `${base}/${name}`)
    // Here links of another environment go too: the place shows this one now, and nothing of a tree that it does not have.
    drop.push(...ourLinks(host, at, leadsInto(host, workspace), new Set(names)))
  }
  const dropped = new Set(drop)
  const make = new Map<string, string>()
  for (const [at, target] of all) {
    // Most links are right already, since what they show is behind `current`.
    if (!isWithin(dropped, at, workspace.root) && host.readLink(at) === target) continue
    if (!isFree(host, workspace, at, dropped)) throw blocked(workspace, at)
    if (dropped.has(at) || dropped.has(dirname(at)) || host.readLink(at) !== target) make.set(at, target)
  }
  return { make, drop: [...dropped], all }
}

/**
 * Not forced to the disk link by link: a switch that finds a link missing makes it again.
 * @throws ToolError E_LINK_BLOCKED for what somebody made after the plan
 */
export function applyLinks(host: Host, workspace: Workspace, plan: LinkPlan): void {
  const isOurs = leadsInto(host, workspace)
  for (const place of plan.drop) if (isOurs(place)) host.unlink(place)
  for (const [place, target] of plan.make) {
    makeDirectories(host, dirname(place))
    if (isOurs(place)) {
      replaceSymlink(host, target, place, { sync: false })
      continue
    }
    try {
      // Not by a rename, which would replace what is there by now.
      host.symlink(target, place)
    } catch (error) {
      if (systemCode(error) === 'EEXIST') throw blocked(workspace, place)
      throw error
    }
  }
}

/** Whether a place is one of `places`, or below one. */
function isWithin(places: ReadonlySet<string>, at: string, root: string): boolean {
  if (places.size === 0) return false
  for (let above = at; above.length > root.length; above = dirname(above)) if (places.has(above)) return true
  return false
}

/** Whether a link may be made at `at`: nothing is there or a link of Tenon, and the way there is a directory or will be. */
function isFree(host: Host, workspace: Workspace, at: string, dropped: ReadonlySet<string>): boolean {
  if (dropped.has(at) || dropped.has(dirname(at))) return true
  if (host.stat(at) !== null && !leadsInto(host, workspace)(at)) return false
  // Every step of the way: a symlink among them could lead out of the workspace.
  for (let above = dirname(at); above.startsWith(`${workspace.root}/`); above = dirname(above)) {
    const stat = host.stat(above)
    if (stat !== null && stat.kind !== 'directory') return false
  }
  return true
}

/** The link at a place, or those in the directory there whose names are not in `keep`, as far as they are ours. */
function ourLinks(
  host: Host,
  at: string,
  isOurs: (path: string) => boolean,
  keep: ReadonlySet<string> = new Set(),
): readonly string[] {
  const present = host.stat(at)
  if (present?.kind === 'symlink') return isOurs(at) ? [at] : []
  if (present?.kind !== 'directory') return []
  return host
    .readDirectory(at)
    .filter((entry) => entry.kind === 'symlink' && !keep.has(entry.name))
    .map((entry) => join(at, entry.name))
    .filter(isOurs)
    .sort(compareCodePoints)
}

/** A link is Tenon's when it leads into this workspace's `.tenon/profiles`; an environment's, into what is there of that name. */
function leadsInto(host: Host, workspace: Workspace, environment?: string): (path: string) => boolean {
  const inside = environment === undefined ? dirname(profileLink(workspace, '_')) : profileLink(workspace, environment)
  return (path) => {
    const target = host.readLink(path)
    return target !== null && join(dirname(path), target).startsWith(`${inside}/`)
  }
}

function kindThroughLinks(host: Host, path: string): 'directory' | 'file' | null {
  const real = host.realPath(path)
  const kind = real === null ? undefined : host.stat(real)?.kind
  return kind === 'directory' ? 'directory' : kind === undefined ? null : 'file'
}

function blocked(workspace: Workspace, at: string): ToolError {
  const place = relative(workspace.root, at)
  return new ToolError(
    'E_LINK_BLOCKED',
    `\`${place}\` should become a link to the environment, but something that Tenon did not make is there.`,
    {
      details: { path: at },
      hint: `Move \`${place}\` away and run the same command again.`,
    },
  )
}
