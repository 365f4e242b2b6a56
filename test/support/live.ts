// Worlds that meet the real registry through this machine's own npm configuration: directories to work in, and programs run in them
// under a known environment, as the current user or as an ordinary one.

import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { NodeHost } from '../../src/host/node-host.ts'
import { removeTree } from '../../src/store/tree.ts'
import { builtProgram, type Run } from './world.ts'

/** `nobody` of every Linux; a user who owns nothing of the store. */
const NOBODY = 65534

/** E_SOURCE_UNAVAILABLE. */
const UNAVAILABLE = 69

class FailedRun extends Error {
  readonly isOfNetwork: boolean

  constructor(command: readonly string[], { status, stdout, stderr }: Run) {
    super(`${command.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
    this.isOfNetwork = status === UNAVAILABLE || command[0] === 'npm'
  }
}

export class LiveWorld {
  readonly root: string

  constructor() {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'tenon-live-')))
    // An ordinary user has to get here, too.
    chmodSync(this.root, 0o755)
    for (const name of ['cache', 'home', 'npm']) mkdirSync(join(this.root, name))
    this.giveAway('home')
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text)
  }

  copy(from: string, to: string): void {
    cpSync(from, this.path(to), { recursive: true })
  }

  /** A workspace whose `default` environment has these packages, shown as its `node_modules`. */
  workspace(name: string, packages: readonly string[]): void {
    const lines = packages.map((item) => `  - '${item}'\n`).join('')
    const text = `tenon: 1\npackages:\n${lines}links:\n  node_modules: lib/node_modules\n`
    this.write(`${name}/environments/default.yaml`, text)
    this.write(`${name}/package.json`, '{ "private": true, "type": "module" }\n')
  }

  /** Runs a program in the directory `at`, as an ordinary user where that is asked for and possible. */
  run(
    at: string,
    [command = '', ...args]: readonly string[],
    options: { readonly ordinary?: boolean } = {},
  ): Promise<Run> {
    const ordinary = options.ordinary === true && isRoot()
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd: this.path(at),
        env: { ...this.variables(), ...(ordinary ? { HOME: this.path('home') } : {}) },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(ordinary ? { uid: NOBODY, gid: NOBODY } : {}),
      })
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        stdout += chunk
      })
      child.stderr.setEncoding('utf8').on('data', (chunk) => {
        stderr += chunk
      })
      child.on('error', reject)
      child.on('close', (status) => resolve({ status, stdout, stderr }))
    })
  }

  /** Runs and expects success. */
  async ok(at: string, command: readonly string[], options: { readonly ordinary?: boolean } = {}): Promise<Run> {
    const run = await this.run(at, command, options)
    if (run.status !== 0) throw new FailedRun(command, run)
    return run
  }

  tenon(at: string, ...args: readonly string[]): Promise<Run> {
    return this.ok(at, [builtProgram(), ...args])
  }

  /** What `script`, an ECMAScript module of the workspace, prints as JSON. */
  async script(at: string, script: string, file = 'script.mjs'): Promise<unknown> {
    this.write(join(at, file), script)
    return JSON.parse((await this.ok(at, [process.execPath, file])).stdout)
  }

  /** Lets the ordinary user write below `at`. */
  giveAway(at: string): void {
    if (!isRoot()) return
    const give = (path: string): void => {
      lchownSync(path, NOBODY, NOBODY)
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (entry.isDirectory()) give(join(path, entry.name))
        else lchownSync(join(path, entry.name), NOBODY, NOBODY)
      }
    }
    give(this.path(at))
  }

  /** Why programs of this project cannot be run as an ordinary user; null when they can. */
  whyNotOrdinary(): string | null {
    if (!isRoot()) return null
    const tried = spawnSync(process.execPath, ['--version'], { uid: NOBODY, gid: NOBODY, env: {} })
    const read = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', builtProgram()], {
      uid: NOBODY,
      gid: NOBODY,
      env: {},
    })
    return tried.status === 0 && read.status === 0 ? null : 'an ordinary user cannot read this project or its Node'
  }

  /** Why the registry cannot be had, as npm says it; null when it can. */
  async whyUnreachable(): Promise<string | null> {
    const { status, stderr } = await this.run('.', ['npm', 'view', 'left-pad@1.3.0', 'version'])
    if (status === 0) return null
    return stderr.split('\n').find((line) => line.startsWith('npm error')) ?? 'npm gives no reason'
  }

  /**
   * Runs what needs the registry. Why it cannot be had, before or half-way; null when all was done. A failure counts as one of the network
   * only when it says so itself and npm cannot reach the registry either.
   */
  async whyNotPrepared(work: () => Promise<unknown>): Promise<string | null> {
    const before = await this.whyUnreachable()
    if (before !== null) return before
    try {
      await work()
      return null
    } catch (error) {
      const after = error instanceof FailedRun && error.isOfNetwork ? await this.whyUnreachable() : null
      if (after === null) throw error
      return `it went away half-way: ${after}`
    }
  }

  remove(): void {
    removeTree(new NodeHost(), this.root)
  }

  private variables(): Record<string, string> {
    return {
      ...machineVariables(),
      PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
      HOME: process.env['HOME'] ?? this.path('home'),
      // Nothing that this machine already has is used, and nothing is left on it.
      TENON_STORE: this.path('store'),
      XDG_CACHE_HOME: this.path('cache'),
      XDG_DATA_HOME: this.path('cache'),
      npm_config_cache: this.path('npm'),
      npm_config_update_notifier: 'false',
      // Plain text, on whatever this test runs.
      NO_COLOR: '1',
    }
  }
}

/** The machine's own ways to a registry: npm's variables, proxies and certificates. */
function machineVariables(): Record<string, string> {
  const names = /^(?:npm_config_.*|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_(?:file|dir))$/i
  // `npm test` tells its own project, too.
  const project = /^npm_config_(?:local_prefix|prefix|global_prefix|omit_lockfile_registry_resolved)$/i
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && names.test(name) && !project.test(name)) kept[name] = value
  }
  return kept
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}
