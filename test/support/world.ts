// One throw-away world for end-to-end tests: the built program, a workspace with its own store, an empty HOME, and a loopback npm
// registry. The environment of the program starts empty; each variable that it gets has its reason here.

import { execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { NodeHost } from '../../src/host/node-host.ts'
import { removeTree } from '../../src/store/tree.ts'
import { NpmRegistry } from './npm-registry.ts'

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const RUN = process.env['TENON_TEST_RUN'] ?? ''

/** The path of the built program, which is built anew, once in a run of tests, where it is not that of the sources. */
export function builtProgram(): string {
  const seen = join(project, 'dist', 'test-run.txt')
  if (!existsSync(seen) || readFileSync(seen, 'utf8') !== RUN) {
    execFileSync(process.execPath, ['scripts/build.ts', '--if-stale'], { cwd: project, stdio: 'pipe' })
    writeFileSync(seen, RUN)
  }
  return join(project, 'bin', 'tenon')
}

export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export class World {
  readonly root: string
  readonly workspace: string
  readonly registry: NpmRegistry

  constructor(root: string, registry: NpmRegistry) {
    this.root = root
    this.workspace = join(root, 'workspace')
    this.registry = registry
  }

  get store(): string {
    return join(this.workspace, 'store')
  }

  path(...parts: string[]): string {
    return join(this.workspace, ...parts)
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text, { mode })
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  has(path: string): boolean {
    return existsSync(this.path(path))
  }

  /** Writes `environments/<name>.yaml` with these lines below `packages:`, and further text. */
  environment(name: string, packages: readonly string[], more = ''): void {
    const lines = packages.map((item) => `  - ${item}\n`).join('')
    this.write(`environments/${name}.yaml`, `tenon: 1\npackages:${lines === '' ? ' []\n' : `\n${lines}`}${more}`)
  }

  variables(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      // Tenon needs a shell's tools and Node; nothing of the host's other programs.
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: join(this.root, 'home'),
      // npm's own configuration, and nothing from the machine.
      npm_config_registry: this.registry.url,
      npm_config_globalconfig: join(this.root, 'none'),
      npm_config_fetch_retries: '0',
      ...extra,
    }
  }

  run(
    args: readonly string[],
    options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
  ): Promise<Run> {
    return new Promise((resolve, reject) => {
      // Not spawnSync: the registry answers from this process.
      const child = spawn(builtProgram(), args, {
        cwd: options.cwd ?? this.workspace,
        env: this.variables(options.env),
      })
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        stdout += chunk
      })
      child.stderr.setEncoding('utf8').on('data', (chunk) => {
        stderr += chunk
      })
      // A program that ends before it read anything closes the pipe.
      child.stdin.on('error', () => undefined).end(options.input ?? '')
      child.on('error', reject)
      child.on('close', (status) => resolve({ status, stdout, stderr }))
    })
  }

  /** Runs and expects success. */
  async ok(...args: readonly string[]): Promise<string> {
    const run = await this.run(args)
    if (run.status !== 0)
      throw new Error(`tenon ${args.join(' ')} ended with ${run.status}:\n${run.stdout}${run.stderr}`)
    return run.stdout
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into many shapes
  async json(...args: readonly string[]): Promise<any> {
    return JSON.parse(await this.ok(...args, '--json'))
  }

  /** Runs with --json and expects this error. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into many shapes
  async fails(code: string, ...args: readonly string[]): Promise<any> {
    const run = await this.run([...args, '--json'])
    const document = run.stderr.split('\n').find((line) => line.startsWith('{"error"'))
    if (document === undefined)
      throw new Error(`tenon ${args.join(' ')} ended with ${run.status} and no error:\n${run.stdout}${run.stderr}`)
    const { error } = JSON.parse(document)
    if (error.code !== code) throw new Error(`expected ${code}, got ${document}`)
    return { ...error, status: run.status, stdout: run.stdout }
  }

  /** A program of this machine in the workspace, with the same variables. */
  sh(script: string, extra: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
    return spawnSync('sh', ['-c', script], { cwd: this.workspace, env: this.variables(extra), encoding: 'utf8' })
  }
}

/** `store: 'shared'` leaves out `store/`, so that the user's own store in HOME is used. */
export async function makeWorld(options: { readonly store?: 'local' | 'shared' } = {}): Promise<World> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tenon-world-')))
  const registry = await NpmRegistry.start()
  onTestFinished(async () => {
    await registry.stop()
    removeTree(new NodeHost(), root)
  })
  for (const directory of [
    'home',
    'workspace/environments',
    ...(options.store === 'shared' ? [] : ['workspace/store']),
  ]) {
    mkdirSync(join(root, directory), { recursive: true })
  }
  return new World(root, registry)
}
