// The place where a benchmark run happens: one temp root on one file system, environments for the programs it starts, and the two ways
// of starting one (measured or not). It knows no case and no package manager.

import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** Metric → value. `wall`, `cpu` and `heldUp` are milliseconds, `memory` is megabytes at the peak; other metrics are plain numbers. */
export type Sample = Readonly<Record<string, number>>

/** Measures once. A round's number is given so that each run can have its own fresh directories; the warm-up is round 0. */
export type Measure = (round: number) => Sample

export type Variables = Readonly<Record<string, string>>

export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly variables: Variables
}

export const PROJECT = dirname(import.meta.dirname)
/** Debian: `time`. */
export const GNU_TIME = '/usr/bin/time'
const METER = join(import.meta.dirname, 'meter.sh')

export class Lab {
  readonly root: string
  readonly node = join(PROJECT, 'node_modules/node/bin/node')
  /** Reaches the network as the machine's owner does: their npm configuration, proxies and certificates; all state in the lab. */
  readonly online: Variables
  /**
   * The same for what needs no network, without NODE_EXTRA_CA_CERTS: some versions of Node read those certificates at every start,
   * which costs more than everything else they do.
   */
  readonly quiet: Variables
  readonly #memo = new Map<string, unknown>()
  #memoryIsWarm = false
  #names = 0

  constructor(caller: NodeJS.ProcessEnv, parent = tmpdir()) {
    const { npm_config_userconfig: npmrc = join(homedir(), '.npmrc'), PATH: callersPath = '/usr/bin:/bin' } = caller
    this.root = mkdtempSync(join(parent, 'tenon-bench-'))
    const home = this.fresh('home')
    if (existsSync(npmrc)) symlinkSync(npmrc, join(home, '.npmrc'))
    // The project's own Node comes first, so that npm runs on the same one as Tenon and `node -e 0`.
    const path = [dirname(this.node), callersPath].join(delimiter)
    const own = { PATH: path, HOME: home, TMPDIR: this.fresh('tmp'), LC_ALL: 'C' }
    this.online = { ...ofTheMachine(caller), ...own }
    this.quiet = Object.fromEntries(Object.entries(this.online).filter(([name]) => !name.startsWith('NODE_')))
  }

  /** A directory in the lab that did not exist before. Nothing is ever deleted during a run: see bench/README.md. */
  fresh(name: string): string {
    const path = join(this.root, name)
    mkdirSync(dirname(path), { recursive: true })
    mkdirSync(path)
    return path
  }

  /** A name that was not given before. */
  unique(name: string): string {
    return `${name}-${++this.#names}`
  }

  /** What several cases share (a lock, a warm store) is made by the first that needs it. A failure is remembered as well. */
  once<T>(key: string, make: () => T): T {
    let found = this.#memo.get(key)
    if (found === undefined) {
      found = attempt(make)
      this.#memo.set(key, found)
    }
    // The key belongs to one call site, so the type is that of its `make`.
    const outcome = found as { readonly value: T } | { readonly error: unknown }
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  /** Runs a command without measuring it and gives its stdout; throws, with the start of its stderr, when it fails. */
  run(command: Command): string {
    const [program, ...rest] = command.argv
    const done = spawnSync(program, rest, {
      cwd: command.cwd,
      env: { ...command.variables },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    })
    if (done.error !== undefined) throw done.error
    if (done.status !== 0) throw new Error(failure(command, done.status, done.stderr || done.stdout))
    return done.stdout
  }

  /** Runs a command as a whole process and tells what it took. */
  time(command: Command): Sample {
    const errors = join(this.root, 'stderr')
    const done = spawnSync('bash', ['--norc', '--noprofile', METER, errors, ...command.argv], {
      cwd: command.cwd,
      env: { ...command.variables },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (done.status !== 0) throw new Error(failure(command, done.status, readFileSync(errors, 'utf8')))
    return readMeter(done.stdout)
  }

  /**
   * The same, and the most memory that the process, or any one of those it started, had at once; a process more stands between, so this is for
   * what takes long. Without GNU time there is no `memory`.
   */
  timeAndMemory(command: Command): Sample {
    if (!existsSync(GNU_TIME)) return this.time(command)
    const file = join(this.root, 'kilobytes')
    const sample = this.time({ ...command, argv: [GNU_TIME, '-f', '%M', '-o', file, ...command.argv] })
    return { ...sample, memory: (Number(readFileSync(file, 'utf8').trim()) * 1024) / 1e6 }
  }

  /** Measures one command that leaves everything as it found it. */
  timing(command: Command): Measure {
    return () => this.time(command)
  }

  /** Lets what was written before reach the disk, so that the next run does not pay for it. */
  settle(): void {
    this.run({ argv: ['sync', '-f', this.root], cwd: this.root, variables: this.quiet })
  }

  /**
   * Fills free memory with page cache. A virtual machine gets a page from its host when the page is first touched, at seven times
   * the price of using it again; afterwards new pages come from this cache instead. The file is a hole: it takes no disk.
   */
  warmMemory(): void {
    if (this.#memoryIsWarm) return
    this.#memoryIsWarm = true
    const reserve = 1 << 20
    const free = Number(/^MemFree:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) - reserve
    if (free <= 0) return
    const file = join(this.root, 'memory')
    closeSync(openSync(file, 'wx'))
    truncateSync(file, free * 1024)
    this.run({
      argv: ['dd', `if=${file}`, 'of=/dev/null', 'bs=1M', 'status=none'],
      cwd: this.root,
      variables: this.quiet,
    })
  }

  /** The one deletion, after the last measurement. */
  close(): void {
    // Store objects are read-only, directories too; only root may empty those as they are.
    if (process.getuid?.() !== 0) this.run({ argv: ['chmod', '-R', 'u+w', this.root], cwd: '/', variables: this.quiet })
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** The caller's variables without those that would move state out of the lab or say that npm started us. */
function ofTheMachine(caller: NodeJS.ProcessEnv): Variables {
  const ours =
    /^(npm_(lifecycle|package|node|command|execpath)|npm_config_(cache|prefix|local_prefix|user_agent|node_gyp|init)|NODE_OPTIONS|NODE_COMPILE|INIT_CWD|XDG_|TENON_|NIX_|BUN_|PNPM_)/i
  return Object.fromEntries(
    Object.entries(caller).flatMap(([name, value]) => (value === undefined || ours.test(name) ? [] : [[name, value]])),
  )
}

/** `1.000000 1.250000`, then two lines of `0m0.001s 0m0.002s`: the shell's own and its children's. */
function readMeter(text: string): Sample {
  const [clock = '', , children = ''] = text.split('\n')
  const [start = Number.NaN, end = Number.NaN] = clock.split(' ').map(Number)
  const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0)
  return { wall: (end - start) * 1000, cpu: cpu * 1000 }
}

function attempt<T>(make: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: make() }
  } catch (error) {
    return { error }
  }
}

function failure(command: Command, status: number | null, output: string): string {
  const start = output.trim().split('\n').slice(0, 12).join('\n    ')
  const text = command.argv.join(' ')
  const argv = text.length > 200 ? `${text.slice(0, 200)}…` : text
  return `\`${argv}\` in ${command.cwd} ended with ${status}: ${start}`
}
