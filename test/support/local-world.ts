// A workspace with its own store whose packages are local directories only, so that the verbs run in this process, on any host,
// without a network; for the tests that make the host fail.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { Generation } from '../../src/core/generation.ts'
import { HttpClient } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { type Context, existingProfile } from '../../src/ops/context.ts'
import type { Profile } from '../../src/profile/profile.ts'
import { createSources, gitReader } from '../../src/sources/index.ts'
import { Store } from '../../src/store/store.ts'
import { removeTree } from '../../src/store/tree.ts'
import { verifyStore } from '../../src/store/verify.ts'
import { LoneHost } from './lone-host.ts'

/** In memory where that is possible: these tests sync thousands of times, and what a disk would do with it is not their question. */
export const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export class LocalWorld {
  readonly root: string
  #workspace: string

  /** With `store: 'shared'` the store lies beside the workspace. `parent` is where all of it is. */
  constructor(options: { readonly store?: 'local' | 'shared'; readonly parent?: string } = {}) {
    this.root = realpathSync(mkdtempSync(join(options.parent ?? MEMORY, 'tenon-local-')))
    this.#workspace = join(this.root, 'workspace')
    mkdirSync(join(this.#workspace, 'environments'), { recursive: true })
    if (options.store !== 'shared') mkdirSync(join(this.#workspace, 'store'))
    onTestFinished(() => this.remove())
  }

  get workspace(): string {
    return this.#workspace
  }

  /** The one in use. */
  get store(): string {
    const own = join(this.#workspace, 'store')
    return existsSync(own) ? own : join(this.root, 'shared')
  }

  /** From now on this is about another workspace of the same root. */
  go(name: string): void {
    this.#workspace = join(this.root, name)
  }

  /** Moves the workspace, and goes with it. */
  move(name: string): void {
    renameSync(this.#workspace, join(this.root, name))
    this.go(name)
  }

  /** Copies the workspace as `cp -r` does, and goes to the copy. */
  copy(name: string): void {
    cpSync(this.#workspace, join(this.root, name), { recursive: true, verbatimSymlinks: true })
    this.go(name)
  }

  remove(): void {
    removeTree(new NodeHost(), this.root)
  }

  path(...parts: readonly string[]): string {
    return join(this.workspace, ...parts)
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text, { mode })
  }

  /** Null when it is not there. */
  text(path: string): string | null {
    return existsSync(this.path(path)) ? readFileSync(this.path(path), 'utf8') : null
  }

  /** A package at `tools/<name>` with one command, which prints `text`. */
  tool(name: string, text = name): void {
    this.write(`tools/${name}/bin/${name}`, `#!/bin/sh\necho '${text}'\n`, 0o755)
    this.write(`tools/${name}/share/${name}/text`, `${text}\n`)
  }

  /** Writes `environments/<name>.yaml` with these tools and further text. */
  environment(tools: readonly string[], more = '', name = 'default'): void {
    const lines = tools.map((tool) => `\n  - path: ../tools/${tool}`).join('')
    this.write(`environments/${name}.yaml`, `tenon: 1\npackages:${lines === '' ? ' []' : lines}\n${more}`)
  }

  /** What a new process would hand to the verbs. */
  context(host: NodeHost = new LoneHost()): Context {
    const storeRoot = this.store
    const http = new HttpClient(host, { offline: true })
    const access = {
      host,
      env: {},
      path: '/nonexistent',
      execPath: '/nonexistent/bin/node',
      cache: join(storeRoot, 'cache', 'npm'),
      temporary: join(storeRoot, 'tmp'),
      http,
      registryCache: join(storeRoot, 'cache', 'registry'),
      gitCache: join(storeRoot, 'cache', 'git'),
    }
    const sources = createSources(access)
    return {
      host,
      workspace: { root: this.workspace },
      storeRoot,
      sources: () => Promise.resolve(sources),
      http,
      openGit: gitReader(access),
      keysFile: null,
      system: 'x86_64-linux',
      program: null,
      offline: true,
      frozen: false,
      runCheck: () => Promise.reject(new Error('no checks here')),
      report: () => undefined,
      signal: new AbortController().signal,
    }
  }

  profile(environment = 'default'): Profile | null {
    return existingProfile(this.context(), environment)
  }

  current(environment = 'default'): Generation | null {
    return this.profile(environment)?.current() ?? null
  }

  /** Its own name below `objects/`, as one sees it by following `current`; null when there is none. */
  currentTree(environment = 'default'): string | null {
    const current = this.path('.tenon', 'profiles', environment, 'current')
    try {
      readlinkSync(current)
    } catch {
      return null
    }
    return realpathSync(current)
  }

  /** Every generation in order, as far as the clock has no say in it. */
  history(environment = 'default'): readonly Omit<Generation, 'created'>[] {
    return (this.profile(environment)?.list() ?? []).map(({ created, ...rest }) => rest)
  }

  /** Place → target, of the link or of every link in the directory at each of these places. */
  links(...places: readonly string[]): Readonly<Record<string, string>> {
    const host = new NodeHost()
    const found = places.flatMap((place) => {
      if (host.stat(this.path(place))?.kind !== 'directory') return [place]
      const entries = host.readDirectory(this.path(place)).filter((entry) => entry.kind === 'symlink')
      return entries.map((entry) => join(place, entry.name))
    })
    const links = found.flatMap((place) => {
      const target = host.readLink(this.path(place))
      return target === null || place.includes('.tenon-') ? [] : [[place, target] as const]
    })
    return Object.fromEntries(links.toSorted())
  }
}

/** Nothing in the store is wrong, every generation has a whole tree, and `current` leads to the one it names. */
export async function expectSound(world: LocalWorld): Promise<void> {
  const context = world.context()
  const store = await Store.open(context.storeRoot, context.host, { mode: 'read' })
  for await (const item of verifyStore(store)) expect('defect' in item ? item.defect : null).toBeNull()
  const profiles = join(world.path('.tenon'), 'profiles')
  for (const environment of existsSync(profiles) ? readdirSync(profiles) : []) {
    if (environment.startsWith('.tenon-')) continue
    const profile = world.profile(environment)
    if (profile === null) continue
    // Every number that has a link has a whole record too.
    expect(profile.list().map((generation) => generation.number)).toEqual(profile.numbers())
    store.closure(profile.list().map((generation) => generation.storePath))
    expect(profile.lastNumber()).toBeGreaterThanOrEqual(profile.numbers().at(-1) ?? 0)
    const current = profile.currentNumber()
    if (current === null) continue
    expect(world.currentTree(environment)).toBe(join(context.storeRoot, 'objects', profile.get(current).storePath))
    expect(existsSync(join(profile.directory, 'current', 'etc', 'tenon', 'run'))).toBe(true)
  }
  store.close()
}
