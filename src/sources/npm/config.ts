// The user's npm configuration, read as the user's own npm would read it: project, user, global and builtin `.npmrc`, the
// `npm_config_*` variables, registries by scope, credentials, proxies and certificate authorities. Nothing is written back.
//
// Tenon may run under a Node of its own, which knows nothing of the global `npmrc`. So npm and its Node are looked for on the host's
// PATH, or, below `npm run`, taken from what npm says of itself. Directories of `node_modules/.bin` never count: they belong to projects.

import { dirname, join, resolve } from 'node:path'
import type Config from '@npmcli/config'
import { ToolError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import type { Host } from '../../host/host.ts'
import type { Advice, AgentOptions, HttpRequest } from '../../host/http.ts'

export interface NpmOptions {
  readonly host: Host
  /** The process environment, unchanged: `npm_config_*`, `HOME`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The host's PATH, without the directories of any environment. */
  readonly path: string
  /** The Node that runs Tenon, for machines that have no npm. */
  readonly execPath: string
  /** A directory for registry answers, so that the user's own npm cache stays untouched. */
  readonly cache: string
  /** Where short-lived directories may be made. */
  readonly temporary: string
}

/** npm's options, as npm's libraries take them. */
export type Flat = Readonly<Record<string, unknown>>

/** @throws ToolError E_CONFIG */
export async function loadNpmConfig(options: NpmOptions, workspace: string): Promise<Flat> {
  const { default: Base } = await import('@npmcli/config')
  const { default: parts } = await import('@npmcli/config/lib/definitions/index.js')
  const { host } = options
  class WorkspaceConfig extends Base {
    // npm looks upwards for a package.json; a workspace with an `.npmrc` is a project whatever stands above it.
    override async loadLocalPrefix(): Promise<void> {
      if (host.stat(join(workspace, '.npmrc')) === null) return super.loadLocalPrefix()
      this.localPrefix = workspace
    }
  }
  const config = new WorkspaceConfig({
    definitions: parts.definitions,
    shorthands: parts.shorthands,
    flatten: parts.flatten,
    nerfDarts: parts.nerfDarts,
    ...findNpm(options),
    env: definedVariables(options.env),
    argv: ['node', 'npm'],
    cwd: workspace,
    warn: false,
  })
  try {
    await config.load()
    checkRegistries(config.flat)
    return {
      ...config.flat,
      ...patience(config),
      cache: options.cache,
      publicRegistry: parts.definitions.registry.default,
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ToolError('E_CONFIG', `The npm configuration cannot be used: ${reason}.`, {
      hint: '`npm config list` shows what is set where.',
      cause,
    })
  }
}

/** A request for a package's file under the user's registry, credentials and network settings for that package. */
export async function npmRequest(flat: Flat, name: string, url: string): Promise<HttpRequest> {
  // Not by the library's front door, which loads all that npm has for the network.
  const { default: getAuth } = await import('npm-registry-fetch/lib/auth.js')
  const auth = getAuth(url, Object.create(flat, { spec: { value: name } }))
  const headers: Record<string, string> = {}
  if (auth.token !== null) headers['authorization'] = `Bearer ${auth.token}`
  else if (auth.auth !== null) headers['authorization'] = `Basic ${auth.auth}`
  return { url, headers, agent: sharedAgentOptions(flat, auth.cert, auth.key), advice: ADVICE }
}

const ADVICE: Advice = {
  refused: 'Check the credentials for this registry in `.npmrc`; `npm login` renews them.',
  untrusted: 'Behind a company proxy, set `cafile` in `.npmrc` or NODE_EXTRA_CA_CERTS to its certificate.',
  unusable: 'Look at the proxy, the certificates and the credentials for this host in `.npmrc`.',
  missing: 'It may have been withdrawn, or the registry in `.npmrc` is another one than when it was locked.',
}

/** The registry that the configuration names for a package, with a final slash. As npm's own `pickRegistry`. */
export function registryOf(flat: Flat, name: string): string {
  const scopes = [name.includes('/') ? name.slice(0, name.indexOf('/')) : null, flat['scope']]
  const named = scopes.flatMap((scope) =>
    typeof scope === 'string' && scope !== '' ? (flat[`@${scope.replace(/^@/, '')}:registry`] ?? []) : [],
  )
  return `${String(named[0] ?? flat['registry']).replace(/\/+$/, '')}/`
}

/**
 * True where the configuration names a registry for the package's scope that is not the one for everything else: somebody's own, who publishes there what is
 * wanted now. The public registry never counts as one, nor does JSR, which npm knows as a scope.
 */
export function isOwnRegistry(flat: Flat, name: string): boolean {
  if (!name.startsWith('@') || name.startsWith('@jsr/')) return false
  const others = [registryOf(flat, ''), `${String(flat['publicRegistry']).replace(/\/+$/, '')}/`]
  return !others.includes(registryOf(flat, name))
}

/** What npm's own `before` and `min-release-age` allow of a package, in milliseconds; null for everything. */
export async function npmReleaseBound(flat: Flat, name: string): Promise<number | null> {
  const { before } = flat
  if (!(before instanceof Date)) return null
  const { default: helper } = await import('@npmcli/arborist/lib/release-age-exclude.js')
  return helper.isReleaseAgeExcluded(name, flat['minReleaseAgeExclude']) ? null : before.getTime()
}

/** The same object for the same settings, by which the client knows connections that it may use again. */
function sharedAgentOptions(flat: Flat, cert: string | null, key: string | null): AgentOptions {
  const known = AGENT_OPTIONS.get(flat) ?? new Map<string, AgentOptions>()
  AGENT_OPTIONS.set(flat, known)
  const name = JSON.stringify([cert, key])
  const options = known.get(name) ?? agentOptions(flat, cert, key)
  known.set(name, options)
  return options
}

const AGENT_OPTIONS = new WeakMap<Flat, Map<string, AgentOptions>>()

function agentOptions(flat: Flat, cert: string | null, key: string | null): AgentOptions {
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
  const proxy = text(flat['httpsProxy']) ?? text(flat['proxy'])
  const noProxy = text(flat['noProxy'])
  const localAddress = text(flat['localAddress'])
  const ca = certificates(flat['ca'])
  const ownCert = cert ?? text(flat['cert'])
  const ownKey = key ?? text(flat['key'])
  return {
    ...(ca === null ? {} : { ca }),
    ...(ownCert === null ? {} : { cert: ownCert }),
    ...(ownKey === null ? {} : { key: ownKey }),
    ...(flat['strictSSL'] === false ? { strictSSL: false } : {}),
    ...(proxy === null ? {} : { proxy }),
    ...(noProxy === null ? {} : { noProxy }),
    ...(localAddress === null ? {} : { localAddress }),
  }
}

function certificates(ca: unknown): string | readonly string[] | null {
  if (typeof ca === 'string' && ca !== '') return ca
  return Array.isArray(ca) && ca.every((item) => typeof item === 'string') && ca.length > 0 ? ca : null
}

function checkRegistries(flat: Flat): void {
  for (const [key, value] of Object.entries(flat)) {
    if (key !== 'registry' && !key.endsWith(':registry')) continue
    if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) continue
    throw new Error(`\`${key}\` is not an http or https address`)
  }
}

/** npm waits for more than a minute before it gives a registry up; unless the user set it so, a few seconds must do. */
function patience(config: Config): Flat {
  const unset = (key: string): boolean => config.find(key) === 'default'
  return {
    retry: {
      ...(isJsonObject(config.flat['retry']) ? config.flat['retry'] : {}),
      ...(unset('fetch-retry-mintimeout') ? { minTimeout: 500 } : {}),
      ...(unset('fetch-retry-maxtimeout') ? { maxTimeout: 5000 } : {}),
    },
  }
}

function definedVariables(env: NpmOptions['env']): Record<string, string> {
  const defined: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) if (value !== undefined) defined[name] = value
  return defined
}

/** Where npm itself is (its builtin `npmrc`), and the Node it runs under, whose place decides where the global `npmrc` is. */
function findNpm({ host, env, path, execPath }: NpmOptions): { npmPath: string; execPath: string } {
  const node = env['npm_node_execpath'] ?? findOnPath(host, path, 'node') ?? execPath
  const announced = env['npm_execpath']
  if (announced !== undefined && /\/bin\/np[mx]-cli\.js$/.test(announced)) {
    return { npmPath: dirname(dirname(announced)), execPath: node }
  }
  const command = findOnPath(host, path, 'npm')
  if (command !== null && /\/bin\/npm-cli\.js$/.test(command))
    return { npmPath: dirname(dirname(command)), execPath: node }
  return { npmPath: resolve(dirname(command ?? node), '../lib/node_modules/npm'), execPath: node }
}

function findOnPath(host: Host, path: string, command: string): string | null {
  for (const directory of path.split(':')) {
    if (!directory.startsWith('/') || /\/node_modules\/\.bin\/?$/.test(directory)) continue
    try {
      const found = host.realPath(join(directory, command))
      if (found !== null) return found
    } catch {
      // A directory of somebody else's; as a shell does, look further.
    }
  }
  return null
}
