// Whether a switch would do nothing, without reading any file of the environment: the last switch leaves a record of everything it
// looked at, as the file system saw it. Anything that differs, or changed too late to be sure of, means a real switch. Small on purpose: the
// most frequent `tenon switch` loads nothing else.

import { join } from 'node:path'
import type { Generation } from '../core/generation.ts'
import { isJsonObject, printJson } from '../core/json.ts'
import { ifPossible, writeFileAtomic } from '../host/durable.ts'
import { mark, Watch } from '../host/watch.ts'
import { Profile } from '../profile/profile.ts'
import { enrolledProfileDirectory, enrolmentPaths, ensureStateDirectory } from '../profile/workspace.ts'
import type { Context } from './context.ts'

/** Raise it when the record means something else. */
const RECORD_VERSION = 3
const RECORD = 'switched.json'

export interface UpToDate {
  readonly generation: Generation
  /** Absolute path. */
  readonly tree: string
  /** The profile's. */
  readonly directory: string
  /** Everything in the file system that the answer depends on. */
  readonly paths: readonly string[]
}

/** The current generation of this store if nothing changed since it was made current; null when a switch has work to do. */
export function upToDate(
  { host, workspace, storeRoot, program }: Pick<Context, 'host' | 'workspace' | 'storeRoot' | 'program'>,
  environment: string,
): UpToDate | null {
  const directory = enrolledProfileDirectory(host, workspace, storeRoot, environment)
  if (directory === null) return null
  const bytes = host.readFile(join(directory, RECORD))
  if (bytes === null) return null
  let record: unknown
  try {
    record = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (!isJsonObject(record) || record['version'] !== RECORD_VERSION || !isJsonObject(record['inputs'])) return null
  // Another Tenon may make something else of the same inputs; and the inputs of a workspace that was moved are those at its old place.
  if (record['program'] !== program) return null
  if (record['workspace'] !== workspace.root) return null
  const profile = new Profile(host, directory, environment)
  const generation = profile.current()
  if (generation === null || generation.number !== record['generation'] || generation.storePath !== record['storePath'])
    return null
  const { inputs } = record
  const links = isJsonObject(record['links']) ? record['links'] : {}
  for (const [path, seen] of Object.entries(inputs)) if (mark(host.stat(path)) !== seen) return null
  for (const [path, target] of Object.entries(links)) if (host.readLink(path) !== target) return null
  const tree = host.realPath(join(directory, 'current'))
  if (tree?.endsWith(`/${generation.storePath}`) !== true) return null
  const number = String(generation.number)
  const ofProfile = [RECORD, 'current', number, `${number}.json`].map((name) => join(directory, name))
  const paths = [tree, ...ofProfile, ...Object.keys(inputs), ...Object.keys(links)]
  return { generation, tree, directory, paths: [...paths, ...enrolmentPaths(workspace, directory)] }
}

/** For everything that a switch reads; made before it reads anything. */
export function watchWorkspace({ host, workspace }: Context): Watch {
  // Where it cannot be made, nothing will be certain.
  ifPossible(() => ensureStateDirectory(host, workspace))
  return new Watch(host, join(workspace.root, '.tenon'))
}

export interface SwitchFacts {
  /** Has seen everything that decides about the result, the lock excepted. */
  readonly watch: Watch
  readonly lock: { readonly path: string; readonly bytes: Buffer }
  /** Place in the workspace → link target. */
  readonly links: ReadonlyMap<string, string>
}

/**
 * Remembers a switch, if it is certain that nothing changed meanwhile. Without a record the next switch only does more work, so a
 * record that cannot be written is no error.
 */
export function recordSwitch(context: Context, directory: string, generation: Generation, facts: SwitchFacts): void {
  const inputs = facts.watch.marks()
  if (inputs === null) return
  // The switch may have written the lock itself, so it is watched from now on.
  const watch = watchWorkspace(context)
  const isSame = watch.readFile(facts.lock.path)?.equals(facts.lock.bytes) === true
  const lock = watch.marks()
  if (lock === null || !isSame) return
  const record = {
    version: RECORD_VERSION,
    program: context.program,
    workspace: context.workspace.root,
    generation: generation.number,
    storePath: generation.storePath,
    inputs: { ...inputs, ...lock },
    links: Object.fromEntries(facts.links),
  }
  ifPossible(() => writeFileAtomic(context.host, join(directory, RECORD), printJson(record), { sync: false }))
}
