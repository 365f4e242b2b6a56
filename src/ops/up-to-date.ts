// Whether a switch would do nothing, without reading any file of the environment: the last switch leaves a record of every input
// as the file system saw it. Anything that differs, or is too young to be sure of, means a real switch. Small on purpose: the
// most frequent `tenon switch` loads nothing else.

import { join } from 'node:path'
import { type Digest, digestText } from '../core/digest.ts'
import { systemCode } from '../core/errors.ts'
import type { Generation } from '../core/generation.ts'
import { isJsonObject, printJson } from '../core/json.ts'
import { writeFileAtomic } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import { Profile } from '../profile/profile.ts'
import { profileLink, type Workspace } from '../profile/workspace.ts'

/** Raise it when a switch would now make something else of the same inputs. */
const RECORD_VERSION = 2
/** File times are only as fine as the kernel's tick; an input changed this recently may change again unseen. */
const RACY_MS = 50
const RECORD = 'switched.json'

function fingerprint(host: Host, path: string): string {
  const stat = host.stat(path)
  return stat === null ? 'absent' : `${stat.device}:${stat.inode}:${stat.size}:${stat.modifiedMs}:${stat.changedMs}`
}

/** The current generation if nothing changed since it was made current; null when a switch has work to do. */
export function upToDate(
  host: Host,
  workspace: Workspace,
  environment: string,
): { generation: Generation; tree: string } | null {
  const directory = profileLink(workspace, environment)
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
  // A copied workspace still links to the profile of the original.
  if (record['workspace'] !== workspace.root) return null
  const profile = new Profile(host, directory, environment)
  const generation = profile.current()
  if (generation === null || generation.number !== record['generation'] || generation.storePath !== record['storePath'])
    return null
  for (const [path, seen] of Object.entries(record['inputs'])) if (fingerprint(host, path) !== seen) return null
  for (const [path, target] of Object.entries(isJsonObject(record['links']) ? record['links'] : {})) {
    if (host.readLink(path) !== target) return null
  }
  const tree = realPathOrNull(host, join(directory, 'current'))
  return tree?.endsWith(`/${generation.storePath}`) === true ? { generation, tree } : null
}

/** Null when the tree is not in the store any more. */
function realPathOrNull(host: Host, path: string): string | null {
  try {
    return host.realPath(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw error
  }
}

export interface SwitchRecord {
  /** Absolute path. */
  readonly workspace: string
  /** Milliseconds; before anything was read. */
  readonly startedAt: number
  /** Absolute paths of everything that decides about the result, the lock excepted; they may be absent. */
  readonly inputs: readonly string[]
  readonly lock: { readonly path: string; readonly digest: Digest }
  /** Place in the workspace → link target. */
  readonly links: ReadonlyMap<string, string>
}

/**
 * Remembers a switch, if it is certain that nothing changed meanwhile. Without a record the next switch only does more work, so a
 * record that cannot be written is no error.
 */
export function recordSwitch(host: Host, directory: string, generation: Generation, facts: SwitchRecord): void {
  const { path, digest } = facts.lock
  const lockText = host.readFile(path)?.toString('utf8')
  if (lockText === undefined || digestText(lockText) !== digest) return
  const inputs: Record<string, string> = { [path]: fingerprint(host, path) }
  for (const input of facts.inputs) {
    const stat = host.stat(input)
    if (stat !== null && stat.changedMs > facts.startedAt - RACY_MS) return
    inputs[input] = fingerprint(host, input)
  }
  const record = {
    version: RECORD_VERSION,
    workspace: facts.workspace,
    generation: generation.number,
    storePath: generation.storePath,
    inputs,
    links: Object.fromEntries(facts.links),
  }
  try {
    writeFileAtomic(host, join(directory, RECORD), printJson(record), { sync: false })
  } catch (error) {
    if (systemCode(error) === null) throw error
  }
}
