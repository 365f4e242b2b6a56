// Configuration of one run: the only reader of process.env. Precedence: option, environment variable, default.

import { isAbsolute, join, resolve } from 'node:path'
import { ToolError } from '../core/errors.ts'
import { type System, systemOf } from '../core/system.ts'

export interface Config {
  /** Where the program was started, or is to work as if it had been (`-C`). */
  readonly cwd: string
  /** Where the workspace is looked for. */
  readonly start: string
  readonly tenonStore: string | null
  /** The user's own store, for workspaces without `store/`. */
  readonly sharedStore: string
  /** The user's own keys of registries; the file need not be there. */
  readonly keysFile: string
  readonly offline: boolean
  /** Whether any variable names a proxy. */
  readonly proxyVariables: boolean
  readonly environment: NodeJS.ProcessEnv
  /** PATH without the directories of the environment that is active: what Tenon itself needs is never looked up there. */
  readonly hostPath: string
  readonly system: System
  /** The user's, as it was before Tenon set its own. */
  readonly umask: number
}

export interface GlobalOptions {
  readonly directory?: string
  readonly offline?: boolean
}

/** @throws ToolError E_CONFIG */
export function readConfig(options: GlobalOptions, umask: number): Config {
  const environment = process.env
  const { directory } = options
  const cwd = resolve(currentDirectory(), directory ?? '.')
  const system = systemOf(process.platform, process.arch)
  if (system === null) {
    throw new ToolError(
      'E_CONFIG',
      `Tenon runs on x86_64 and aarch64 Linux, not on ${process.platform} ${process.arch}.`,
    )
  }
  return {
    cwd,
    start: directory === undefined ? resolve(cwd, environment['TENON_WORKSPACE'] ?? '.') : cwd,
    tenonStore: absolute('TENON_STORE', environment['TENON_STORE']),
    sharedStore: join(
      absolute('XDG_DATA_HOME', environment['XDG_DATA_HOME']) ?? join(home(environment), '.local', 'share'),
      'tenon',
      'store',
    ),
    keysFile: join(
      absolute('XDG_CONFIG_HOME', environment['XDG_CONFIG_HOME']) ?? join(home(environment), '.config'),
      'tenon',
      'keys',
    ),
    offline: options.offline === true || isOn(environment['TENON_OFFLINE']),
    proxyVariables: Object.entries(environment).some(
      ([name, value]) => /^(?:https?_)?proxy$/i.test(name) && value !== undefined && value !== '',
    ),
    environment,
    hostPath: hostPathOf(environment),
    system,
    umask,
  }
}

/** Node's way to ask for colours where there is no terminal; it says itself which. */
export function areColoursForced(): boolean {
  return process.env['FORCE_COLOR'] !== undefined
}

/**
 * Lets more calls of Node's own threads wait at once than four. Only for what starts no programs, which would inherit it, and only before the first
 * such call: the threads are started then.
 */
export function widenThreadPool(): void {
  process.env['UV_THREADPOOL_SIZE'] ??= '8'
}

function hostPathOf(environment: NodeJS.ProcessEnv): string {
  const active = environment['TENON_ROOT']
  const entries = (environment['PATH'] ?? '').split(':')
  return entries.filter((entry) => active === undefined || entry !== `${active}/bin`).join(':')
}

function currentDirectory(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new ToolError('E_CONFIG', 'The current directory does not exist any more.', {
      hint: 'cd to another directory',
      cause,
    })
  }
}

function home(environment: NodeJS.ProcessEnv): string {
  const value = environment['HOME']
  if (value !== undefined && isAbsolute(value)) return value
  try {
    // `homedir()` would believe a relative HOME.
    return process.getBuiltinModule('node:os').userInfo().homedir
  } catch (cause) {
    throw new ToolError('E_CONFIG', '`HOME` is not set, and this user has no home directory.', {
      hint: 'Set `HOME`, or `TENON_STORE` and `XDG_DATA_HOME`.',
      cause,
    })
  }
}

function absolute(name: string, value: string | undefined): string | null {
  if (value === undefined || value === '') return null
  if (isAbsolute(value)) return resolve(value)
  throw new ToolError('E_CONFIG', `\`${name}\` is \`${value}\`, which is not an absolute path.`, {
    details: { variable: name, value },
  })
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}
