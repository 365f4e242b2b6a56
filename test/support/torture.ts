// Many processes of the real program on one store, killed with signal 9 or stopped for a while at random moments, while files of objects lose
// their modes and the cache is deleted, round after round; after each round, when nobody is left, everything is looked at. For `npm run torture` and, in small, for a test. It only counts and reports: whoever calls it says what
// is too much.

import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCode } from '../../src/core/errors.ts'
import { parseLock } from '../../src/core/lock.ts'
import { acquireLease } from '../../src/host/lease.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { Profile } from '../../src/profile/profile.ts'
import { existingProfileDirectory } from '../../src/profile/workspace.ts'
import { Store } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify.ts'
import { NpmRegistry } from './npm-registry.ts'

export interface TortureOptions {
  /** An empty directory. */
  readonly root: string
  /** The program, as users start it. */
  readonly program: string
  readonly seed: number
  readonly processes: number
  readonly workspaces: number
  /** How many rounds, each of `stepsPerRound` commands for each process. */
  readonly rounds: number
  readonly stepsPerRound: number
  /** No round begins after this (milliseconds since the epoch). */
  readonly until?: number
  /** After each round: how many commands so far, and what was found wrong so far. */
  readonly onRound?: (round: number, report: TortureReport) => void
}

export interface VerbCount {
  started: number
  killed: number
  done: number
  /** Ended with the clear error that others are at work. */
  busy: number
  /** Ended with an error that this verb may meet here, such as a generation that another process forgot. */
  refused: number
}

export interface TortureReport {
  readonly rounds: number
  readonly verbs: Readonly<Record<string, VerbCount>>
  /** Of all environments at the end. */
  readonly generations: number
  readonly objects: number
  /** Each a sentence; empty when everything held. */
  readonly problems: readonly string[]
}

const ENVIRONMENTS = ['default', 'next'] as const
const TOOLS = ['one', 'two', 'three'] as const
/** What the file may say when somebody writes it by hand. */
const FILES = [
  ['npm:greet@1.0.0'],
  ['npm:greet@1.1.0', 'path: ../tools/one'],
  ['npm:greet@1.2.0', 'npm:words', 'path: ../tools/two'],
  ['npm:words', 'path: ../tools/one', 'path: ../tools/two'],
] as const

interface Verb {
  readonly name: string
  readonly weight: number
  readonly args: (place: Place, random: Random) => readonly string[]
  /** Besides E_STORE_BUSY. */
  readonly mayMeet: readonly string[]
  /** What it may end with without any error. */
  readonly mayEndWith?: number
}

/** Of the moments at which something happens to a process, or before it. */
const SHARES = { killed: 0.6, stopped: 0.1, cacheDropped: 0.02, modeLost: 0.1 }
const STOPPED_MS = 300

/** Others move, forget and edit at the same time, so what a verb was told may be gone when it comes to it. */
const GONE = ['E_GENERATION_NOT_FOUND', 'E_PROFILE_NOT_FOUND']
const KEPT = 3

const VERBS: readonly Verb[] = [
  { name: 'switch', weight: 6, args: ({ environment }) => ['switch', environment], mayMeet: [] },
  {
    name: 'add',
    weight: 3,
    args: ({ environment }, random) => ['add', `path:tools/${random.of(TOOLS)}`, '--env', environment],
    mayMeet: [],
  },
  {
    name: 'remove',
    weight: 2,
    args: ({ environment }, random) => ['remove', `path:tools/${random.of(TOOLS)}`, '--env', environment],
    mayMeet: ['E_PACKAGE_NOT_FOUND'],
  },
  { name: 'update', weight: 1, args: ({ environment }) => ['update', '--env', environment], mayMeet: [] },
  { name: 'rollback', weight: 3, args: ({ environment }) => ['rollback', environment], mayMeet: GONE },
  {
    name: 'switch --generation',
    weight: 2,
    args: (place, random) => ['switch', place.environment, '--generation', String(aGeneration(place, random))],
    mayMeet: GONE,
  },
  {
    name: 'forget',
    weight: 2,
    args: (place, random) => ['forget', String(aGeneration(place, random)), '--env', place.environment],
    mayMeet: [...GONE, 'E_GENERATION_CURRENT'],
  },
  { name: 'gc', weight: 2, args: () => ['gc'], mayMeet: [] },
  { name: 'gc --keep', weight: 1, args: () => ['gc', '--keep', String(KEPT)], mayMeet: [] },
  { name: 'store optimise', weight: 2, args: () => ['store', 'optimise'], mayMeet: [] },
  // Others may damage an object while it is made anew.
  { name: 'store repair', weight: 2, args: () => ['store', 'repair'], mayMeet: [], mayEndWith: 74 },
  { name: 'store verify', weight: 1, args: () => ['store', 'verify'], mayMeet: [], mayEndWith: 74 },
  // Right after a kill there may be nothing current yet.
  { name: 'run', weight: 1, args: ({ environment }) => ['run', environment, '--', 'true'], mayMeet: GONE },
]

/** What happens to a process after a while. */
interface Event {
  readonly signal: 'SIGKILL' | 'SIGSTOP'
  readonly afterMs: number
}

interface Place {
  readonly workspace: string
  readonly store: string
  readonly environment: string
}

class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** 0 ≤ x < 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let x = this.#state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 0x1_0000_0000
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new Error('nothing to choose from')
    return item
  }

  verb(): Verb {
    return this.of(VERBS.flatMap((verb) => Array.from({ length: verb.weight }, () => verb)))
  }
}

const host = new NodeHost()

/** Rejects only for its own mistakes; what it finds wrong is in the report. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const registry = await NpmRegistry.start()
  try {
    const run = new Torture(options, registry)
    return await run.all()
  } finally {
    await registry.stop()
  }
}

class Torture {
  readonly #options: TortureOptions
  readonly #registry: NpmRegistry
  readonly #store: string
  readonly #places: readonly Place[]
  readonly #problems: string[] = []
  readonly #verbs: Record<string, VerbCount> = {}
  /** How long a verb takes here and now, so that the moments of the kills fall everywhere within it. */
  readonly #lengthMs = new Map<string, number>()
  /** By place: every generation that was ever seen, and what its tree is called. */
  readonly #seen = new Map<Place, Map<number, string>>()
  /** By place: what somebody asked to forget in this round. */
  readonly #forgotten = new Map<Place, Set<number>>()
  #rounds = 0

  constructor(options: TortureOptions, registry: NpmRegistry) {
    this.#options = options
    this.#registry = registry
    this.#store = join(options.root, 'store')
    const workspaces = Array.from({ length: options.workspaces }, (_, index) =>
      join(options.root, `workspace-${index}`),
    )
    this.#places = workspaces.flatMap((workspace) =>
      ENVIRONMENTS.map((environment) => ({ workspace, store: this.#store, environment })),
    )
  }

  async all(): Promise<TortureReport> {
    this.#prepare()
    for (const place of this.#places) await this.#mustWork(place, ['switch', place.environment])
    while (this.#rounds < this.#options.rounds && Date.now() < (this.#options.until ?? Number.POSITIVE_INFINITY)) {
      const round = this.#rounds++
      const { processes, seed } = this.#options
      await Promise.all(
        Array.from({ length: processes }, (_, index) => this.#actor(new Random(seed + 7919 * round + 104_729 * index))),
      )
      await this.#look()
      this.#options.onRound?.(this.#rounds, await this.#report())
      if (this.#problems.length > 0) break
    }
    if (this.#problems.length === 0) await this.#end()
    return await this.#report()
  }

  #prepare(): void {
    for (let minor = 0; minor < 3; minor++) {
      const version = `1.${minor}.0`
      const files = { 'cli.js': `#!/usr/bin/env node\nconsole.log('${version}')\n` }
      const manifest = { bin: { greet: 'cli.js' } }
      this.#registry.publish(`greet@${version}`, { words: '^1.0.0' }, { manifest, files })
    }
    this.#registry.publish('words@1.0.0')
    for (const place of this.#places) {
      for (const tool of TOOLS) {
        writeText(join(place.workspace, 'tools', tool, 'bin', tool), `#!/bin/sh\necho ${tool}\n`, 0o755)
        writeText(join(place.workspace, 'tools', tool, 'share', tool), `${tool} of ${place.workspace}\n`)
      }
      this.#writeFile(place, 0)
    }
  }

  #writeFile(place: Place, variant: number): void {
    const lines = (FILES[variant % FILES.length] ?? []).map((item) => `  - ${item}\n`).join('')
    // One environment moves between generations without Node, which where there are links it cannot.
    const links = place.environment === ENVIRONMENTS[0] ? `links:\n  shown-${place.environment}: share\n` : ''
    // Otherwise than an editor, in one step: a file that is half there is no fault of the program.
    writeText(
      join(place.workspace, 'environments', `${place.environment}.yaml`),
      `tenon: 1\npackages:\n${lines}${links}`,
    )
  }

  /** One process after another, most of them killed. */
  async #actor(random: Random): Promise<void> {
    for (let step = 0; step < this.#options.stepsPerRound; step++) {
      if (random.next() < SHARES.cacheDropped) this.#dropCache()
      if (random.next() < SHARES.modeLost) this.#loseMode(random)
      const place = random.of(this.#places)
      const verb = random.verb()
      if (verb.name === 'switch' && random.next() < 0.6) this.#writeFile(place, random.below(FILES.length))
      const args = verb.args(place, random)
      if (verb.name === 'forget') this.#forgottenAt(place).add(Number(args[1]))
      const afterMs = random.next() * (this.#lengthMs.get(verb.name) ?? 300) * 1.1
      const fate = random.next()
      const signal = fate < SHARES.killed ? 'SIGKILL' : fate < SHARES.killed + SHARES.stopped ? 'SIGSTOP' : null
      // What needs no Node gives no JSON.
      const words = random.next() < 0.5 ? args : [...args, '--json']
      await this.#step(place, verb, words, signal === null ? null : { signal, afterMs })
    }
  }

  /** What only a hand does: a file of an object that can be written. Whoever repairs has something to do then. */
  #loseMode(random: Random): void {
    try {
      const objects = join(this.#store, 'objects')
      const object = join(objects, random.of(readdirSync(objects)))
      const files = readdirSync(object, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      if (files.length === 0) return
      const { parentPath, name } = random.of(files)
      const path = join(parentPath, name)
      // It still does what it did.
      chmodSync(path, statSync(path).mode | 0o200)
    } catch (error) {
      // Somebody collected or replaced it meanwhile.
      if (systemCode(error) === null) throw error
    }
  }

  /** It may be deleted at any time, also while it is used. */
  #dropCache(): void {
    const aside = join(this.#options.root, `cache-${count++}`)
    if (existsSync(join(this.#store, 'cache'))) renameSync(join(this.#store, 'cache'), aside)
    rmSync(aside, { recursive: true, force: true })
  }

  async #step(place: Place, verb: Verb, args: readonly string[], event: Event | null): Promise<void> {
    const count = this.#verbs[verb.name] ?? { started: 0, killed: 0, done: 0, busy: 0, refused: 0 }
    this.#verbs[verb.name] = count
    count.started++
    const begun = performance.now()
    const { status, signal, stdout, stderr } = await this.#run(place, args, event)
    if (signal === 'SIGKILL') {
      count.killed++
      return
    }
    const known = this.#lengthMs.get(verb.name) ?? performance.now() - begun
    this.#lengthMs.set(verb.name, known * 0.8 + (performance.now() - begun) * 0.2)
    const code = /"code":"(E_[A-Z_]+)"|error (E_[A-Z_]+):/.exec(stderr)
    const error = code?.[1] ?? code?.[2] ?? null
    if (status === 0 || (error === null && status === verb.mayEndWith)) count.done++
    else if (error === 'E_STORE_BUSY') count.busy++
    else if (error !== null && verb.mayMeet.includes(error)) count.refused++
    else this.#problem(`\`${args.join(' ')}\` in ${place.workspace} ended with ${status ?? signal}: ${stderr}${stdout}`)
  }

  #run(
    place: Place,
    args: readonly string[],
    event: Event | null,
  ): Promise<{ status: number | null; signal: string | null; stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#options.program, args, {
        cwd: place.workspace,
        env: {
          PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
          HOME: join(this.#options.root, 'home'),
          TENON_STORE: this.#store,
          npm_config_registry: this.#registry.url,
          npm_config_globalconfig: join(this.#options.root, 'none'),
          npm_config_fetch_retries: '0',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        stdout += chunk
      })
      child.stderr.setEncoding('utf8').on('data', (chunk) => {
        stderr += chunk
      })
      const timer = event === null ? null : setTimeout(() => meet(child, event.signal), event.afterMs)
      child.on('error', reject)
      child.on('close', (status, signal) => {
        if (timer !== null) clearTimeout(timer)
        resolve({ status, signal, stdout, stderr })
      })
    })
  }

  /** Nobody is at work: what lost its mode can be repaired, every lease can be had at once, nothing is damaged, nothing is lost, and everything works. */
  async #look(): Promise<void> {
    await this.#expectFreeLeases()
    const [anywhere] = this.#places
    if (anywhere !== undefined) await this.#mustWork(anywhere, ['store', 'repair'])
    await this.#expectSoundStore()
    for (const place of this.#places) {
      this.#expectWhole(place)
      await this.#mustWork(place, ['switch', place.environment])
      await this.#mustWork(place, ['run', place.environment, '--', 'sh', '-c', 'command -v greet one two'], [127])
    }
  }

  async #expectFreeLeases(): Promise<void> {
    const directory = join(this.#store, 'leases')
    for (const name of readdirSync(directory)) {
      try {
        const lease = await acquireLease(host, directory, { name, mode: 'exclusive', what: name, timeoutMs: 0 })
        lease.release()
      } catch (error) {
        this.#problem(`the lease ${name} is held by the dead: ${error}`)
      }
    }
  }

  async #expectSoundStore(): Promise<void> {
    const store = await Store.open(this.#store, host, { mode: 'read' })
    try {
      for await (const item of verifyStore(store)) {
        if ('defect' in item) this.#problem(`defect: ${JSON.stringify(item.defect)}`)
      }
      store.closure(store.list())
    } catch (error) {
      this.#problem(`the store is not sound: ${error}`)
    } finally {
      store.close()
    }
  }

  #expectWhole(place: Place): void {
    const where = `${place.environment} of ${place.workspace}`
    const profile = profileOf(place)
    if (profile === null) {
      this.#problem(`${where} has no generations any more`)
      return
    }
    const seen = this.#seen.get(place) ?? new Map<number, string>()
    const found = new Map(profile.list().map((generation) => [generation.number, generation.storePath]))
    if (found.size !== profile.numbers().length) this.#problem(`${where} has a generation without a whole record`)
    for (const [number, storePath] of found) {
      if (seen.has(number) && seen.get(number) !== storePath) this.#problem(`${where} used the number ${number} twice`)
      if (!existsSync(join(this.#store, 'objects', storePath, 'etc', 'tenon', 'run'))) {
        this.#problem(`generation ${number} of ${where} has no whole tree`)
      }
    }
    const everKnown = new Set([...seen.keys(), ...found.keys()])
    const forgotten = this.#forgottenAt(place)
    for (const number of seen.keys()) {
      const newer = [...everKnown].filter((other) => other > number).length
      // Retention may have taken what so many newer ones stood before.
      if (!found.has(number) && !forgotten.has(number) && newer < KEPT)
        this.#problem(`${where} lost generation ${number}`)
    }
    const current = profile.currentNumber()
    if (current === null || !found.has(current))
      this.#problem(`what is current of ${where} (${current}) is no generation`)
    if (profile.lastNumber() < Math.max(0, ...everKnown)) this.#problem(`${where} may use a number again`)
    this.#seen.set(place, new Map([...seen].filter(([number]) => found.has(number)).concat([...found])))
    const lock = join(place.workspace, 'environments', `${place.environment}.lock.json`)
    try {
      parseLock(readFileSync(lock, 'utf8'), lock)
    } catch (error) {
      this.#problem(`the lock of ${where}: ${error}`)
    }
  }

  /** After a last collection nothing is left that nobody needs, in the store or beside the files that people keep. */
  async #end(): Promise<void> {
    const [place] = this.#places
    if (place === undefined) return
    await this.#mustWork(place, ['gc'])
    await this.#expectSoundStore()
    const left = readdirSync(join(this.#store, 'tmp'))
    if (left.length > 0) this.#problem(`left in tmp: ${left.join(' ')}`)
    const notes = readdirSync(this.#store).filter((name) => ['repair', 'replacing', 'unsealed'].includes(name))
    if (notes.length > 0) this.#problem(`left in the store: ${notes.join(' ')}`)
    for (const { workspace } of this.#places) {
      const strange = readdirSync(join(workspace, 'environments')).filter((name) => name.startsWith('.tenon-'))
      if (strange.length > 0) this.#problem(`left in environments/ of ${workspace}: ${strange.join(' ')}`)
    }
  }

  async #mustWork(place: Place, args: readonly string[], alsoGood: readonly number[] = []): Promise<void> {
    const { status, signal, stderr } = await this.#run(place, args, null)
    if (status === 0 || (status !== null && alsoGood.includes(status))) return
    this.#problem(
      `with nobody else at work, \`${args.join(' ')}\` in ${place.workspace} ended with ${status ?? signal}: ${stderr}`,
    )
  }

  #forgottenAt(place: Place): Set<number> {
    const known = this.#forgotten.get(place) ?? new Set<number>()
    this.#forgotten.set(place, known)
    return known
  }

  #problem(text: string): void {
    this.#problems.push(`round ${this.#rounds}: ${text.trim()}`)
  }

  async #report(): Promise<TortureReport> {
    const store = await Store.open(this.#store, host, { mode: 'read' })
    const objects = store.list().length
    store.close()
    const generations = this.#places.reduce((sum, place) => sum + (profileOf(place)?.numbers().length ?? 0), 0)
    return { rounds: this.#rounds, verbs: this.#verbs, generations, objects, problems: this.#problems }
  }
}

/** A process that was stopped goes on after a while, with whatever has changed meanwhile. */
function meet(child: ChildProcess, signal: Event['signal']): void {
  child.kill(signal)
  if (signal === 'SIGSTOP') setTimeout(() => child.kill('SIGCONT'), STOPPED_MS)
}

function profileOf({ workspace, store, environment }: Place): Profile | null {
  const directory = existingProfileDirectory(host, { root: workspace }, store, environment)
  return directory === null ? null : new Profile(host, directory, environment)
}

function aGeneration(place: Place, random: Random): number {
  return 1 + random.below(Math.max(1, profileOf(place)?.lastNumber() ?? 1))
}

let count = 0

/** Whole at once. */
function writeText(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  // Beside the directory, so that what is looked at afterwards is the program's own.
  const aside = join(dirname(dirname(path)), `aside-${count++}`)
  rmSync(aside, { force: true })
  writeFileSync(aside, text, { mode })
  renameSync(aside, path)
}
