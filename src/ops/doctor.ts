// `tenon doctor`: what Tenon sees on this machine and in this workspace, and what is wrong with it. Changes nothing that lasts, and asks
// nobody over the network. Looks at what a few files say; `store verify` looks at every byte.

import { dirname, join } from 'node:path'
import type { Environment } from '../core/environment.ts'
import { isToolError } from '../core/errors.ts'
import { satisfies } from '../core/lock.ts'
import type { StorePath } from '../core/store-path.ts'
import { areVouchedFor, NO_TRUSTED_KEYS, type TrustedKeys, wantedKeys } from '../core/trusted-keys.ts'
import type { Host } from '../host/host.ts'
import { checkGenerations } from '../profile/check.ts'
import { findWorkspace } from '../profile/workspace.ts'
import { readTrustedKeys } from '../sources/registry/user-keys.ts'
import { requireStoreDirectory } from '../store/layout.ts'
import { Store } from '../store/store.ts'
import { type Context, existingProfile } from './context.ts'
import { listEnvironments } from './environments.ts'
import { readLock } from './lock.ts'
import { readEnvironment } from './read-environment.ts'

export interface Finding {
  readonly subject: string
  readonly status: Status
  readonly detail: string
}

type Status = 'ok' | 'warning' | 'error'
type State = readonly [Status, string]

export interface DoctorOptions {
  /** Where a workspace is looked for. */
  readonly start: string
  readonly nodeVersion: string
  readonly version: string
  readonly offline: boolean
  /** The user's own keys of registries. */
  readonly keysFile: string
  /** What npm's configuration comes to, in a few words. Throws what using it would. */
  readonly describeNpm: () => Promise<string>
}

/** `context` is one that is offline; outside of a workspace only its host and store count. */
export async function diagnose(context: Context, options: DoctorOptions): Promise<readonly Finding[]> {
  const { host, storeRoot } = context
  const workspace = findWorkspace(host, options.start)
  const [keys, keysState] = userKeys(host, options.keysFile)
  const found = (subject: string, [status, detail]: State): Finding => ({ subject, status, detail })
  return [
    found('tenon', ['ok', options.version]),
    found('node', nodeState(options.nodeVersion)),
    found('workspace', workspaceState(workspace?.root ?? null, options.start)),
    ...(workspace === null ? [] : await environmentFindings(context, keys)),
    found('store', storeState(host, storeRoot)),
    ...(await generationFindings(host, storeRoot)),
    found('registry keys', keysState),
    found('npm', await stateOf(async () => ['ok', await options.describeNpm()])),
    found('network', ['ok', options.offline ? 'off (--offline or TENON_OFFLINE)' : 'on']),
  ]
}

function nodeState(version: string): State {
  const major = Number(/^v?(\d+)/.exec(version)?.[1])
  return major >= 24 ? ['ok', version] : ['warning', `${version}; Tenon is tested with 24`]
}

function workspaceState(root: string | null, start: string): State {
  if (root === null) return ['warning', `none at or above ${start}; \`tenon init\` makes one`]
  if (root.includes(':')) return ['error', `${root}; PATH cannot hold its colon, so nothing in it can be run: move it`]
  return ['ok', root]
}

/** What an error says is what there is to say. */
async function stateOf(look: () => Promise<State>): Promise<State> {
  try {
    return await look()
  } catch (error) {
    if (!isToolError(error)) throw error
    return [isToolError(error, 'E_OFFLINE') ? 'warning' : 'error', error.message]
  }
}

async function environmentFindings(context: Context, keys: TrustedKeys): Promise<readonly Finding[]> {
  const names = listEnvironments(context.host, context.workspace)
  const none: Finding = { subject: 'environment', status: 'warning', detail: 'none yet; `tenon env create default`' }
  return names.length === 0 ? [none] : (await Promise.all(names.map((name) => lookAt(context, name, keys)))).flat()
}

/** An environment, and the registries that it declares. */
async function lookAt(context: Context, name: string, keys: TrustedKeys): Promise<readonly Finding[]> {
  const registries: Finding[] = []
  const [status, detail] = await stateOf(async () => {
    const { environment } = await readEnvironment(context, name)
    registries.push(...registryFindings(context, environment, keys))
    return environmentState(context, name, environment, keys)
  })
  return [{ subject: `environment ${name}`, status, detail }, ...registries]
}

function environmentState(context: Context, name: string, environment: Environment, trusted: TrustedKeys): State {
  const generation = existingProfile(context, name)?.current() ?? null
  const current = generation === null ? 'no generation is current' : `generation ${generation.number}`
  const missing = generation === null ? null : missingBelow(context, generation.storePath)
  if (missing !== null) return ['error', `${current} needs ${missing}, which is not valid; \`tenon store repair\``]
  const lock = readLock(context, name)
  if (lock === null) return ['warning', `${current}, not locked; \`tenon switch ${name}\``]
  if (!satisfies(lock, environment)) return ['warning', `${current}, the file was changed; \`tenon switch ${name}\``]
  if (!areVouchedFor(lock.registries ?? {}, { keys: environment.keys, trusted, workspace: context.workspace.root }))
    return ['warning', `${current}, locked before a key was wanted; \`tenon switch ${name}\``]
  if (generation === null) return ['warning', `${current}; \`tenon switch ${name}\``]
  return ['ok', `${current}, ${lock.packages.length} locked`]
}

/** The first object below one that is not valid; null when all are, as far as their records say. */
function missingBelow({ host, storeRoot }: Context, root: StorePath): StorePath | null {
  const store = Store.attach(storeRoot, host)
  const closure = new Set([root])
  for (const path of closure) {
    const object = store.query(path)
    if (object === null) return path
    for (const reference of object.references) closure.add(reference)
  }
  return null
}

function registryFindings({ workspace }: Context, environment: Environment, trusted: TrustedKeys): readonly Finding[] {
  return Object.entries(environment.registries).map(([name, place]) => {
    const count = wantedKeys(name, place, { keys: environment.keys, trusted, workspace: workspace.root }).length
    const signed = count === 0 ? 'no key, so it need not be signed' : `must be signed by one of ${count}`
    return { subject: `registry ${name}`, status: 'ok', detail: `${place} (${environment.name}): ${signed}` }
  })
}

async function generationFindings(host: Host, storeRoot: string): Promise<readonly Finding[]> {
  if (host.stat(storeRoot) === null) return []
  const [status, detail] = await stateOf(async () => {
    requireStoreDirectory(host, storeRoot)
    const [first, ...more] = checkGenerations(Store.attach(storeRoot, host))
    if (first === undefined) return ['ok', 'all can be used']
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`
    return ['error', `${first.storePath}: ${first.detail}${others}; \`tenon store verify\` lists all`]
  })
  return [{ subject: 'generations', status, detail }]
}

function userKeys(host: Host, path: string): readonly [TrustedKeys, State] {
  if (host.stat(path) === null) return [NO_TRUSTED_KEYS, ['ok', `none of your own (they would be in ${path})`]]
  try {
    const keys = readTrustedKeys(host, path)
    const places = [...keys].map(([place, list]) => `${place} (${list.length})`)
    return [keys, ['ok', `${path}: ${places.join(', ') || 'it names none'}`]]
  } catch (error) {
    if (isToolError(error)) return [NO_TRUSTED_KEYS, ['error', error.message]]
    throw error
  }
}

function storeState(host: Host, root: string): State {
  let existing = root
  while (host.stat(existing) === null && dirname(existing) !== existing) existing = dirname(existing)
  const probe = join(existing, `.tenon-probe-${host.random(8)}`)
  try {
    host.makeDirectory(probe, 0o755)
    host.removeDirectory(probe)
  } catch (error) {
    return ['error', `${root} cannot be written: ${(error as Error).message}`]
  }
  if (existing !== root) return ['ok', `${root} (will be made)`]
  const damaged = join(root, 'damaged')
  const count = host.stat(damaged) === null ? 0 : host.readNames(damaged).length
  return [
    'ok',
    count === 0
      ? root
      : `${root}; ${damaged} holds ${count} that \`tenon store repair\` replaced, which may be deleted`,
  ]
}
