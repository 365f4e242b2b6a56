// A workspace in a temporary directory whose npm configuration knows nothing but one loopback registry.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach } from 'vitest'
import { plan } from '../../src/build/plan.ts'
import type { Derivation, Plan } from '../../src/core/derivation.ts'
import type { Environment } from '../../src/core/environment.ts'
import { type ErrorCode, isToolError, type ToolError } from '../../src/core/errors.ts'
import type { Event } from '../../src/core/event.ts'
import type { Place } from '../../src/core/fault.ts'
import { type LockedEnvironment, type LockedPackage, parseLock, printLock } from '../../src/core/lock.ts'
import { type LongForm, parseRequirement } from '../../src/core/requirement.ts'
import type { System } from '../../src/core/system.ts'
import { HttpClient, type HttpRequest } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { downloadsTo } from '../../src/ops/with-artifacts.ts'
import { createSources } from '../../src/sources/index.ts'
import { type ResolveContext, resolve } from '../../src/sources/resolve.ts'
import type { Source } from '../../src/sources/source.ts'
import { ArtifactCache } from '../../src/store/artifacts.ts'
import { NpmRegistry } from './npm-registry.ts'

export interface SourceWorldOptions {
  /** Further environment variables, for npm's configuration. */
  readonly env?: Readonly<Record<string, string>>
  /** The host's PATH; leads nowhere unless given. */
  readonly path?: string
}

export class SourceWorld {
  readonly root: string
  readonly workspace: string
  readonly host = new NodeHost()
  readonly events: Event[] = []
  readonly #registry: NpmRegistry
  #options: SourceWorldOptions
  #sources: readonly Source[]

  constructor(registry: NpmRegistry, options: SourceWorldOptions = {}) {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'tenon-sources-')))
    this.workspace = join(this.root, 'workspace')
    for (const directory of ['workspace/environments', 'home', 'tmp']) {
      mkdirSync(join(this.root, directory), { recursive: true })
    }
    this.#registry = registry
    this.#options = options
    this.#sources = this.#create()
  }

  get sources(): readonly Source[] {
    return this.#sources
  }

  /** Forgets what the sources remember, as a new process would. */
  restart(options: SourceWorldOptions = this.#options): void {
    this.#options = options
    this.#sources = this.#create()
  }

  #create(): readonly Source[] {
    return createSources({
      host: this.host,
      env: {
        HOME: join(this.root, 'home'),
        npm_config_registry: this.#registry.url,
        npm_config_fetch_retries: '0',
        // The machine's own files say nothing here.
        npm_config_globalconfig: join(this.root, 'none'),
        ...this.#options.env,
      },
      path: this.#options.path ?? '/nonexistent',
      execPath: '/nonexistent/bin/node',
      cache: join(this.root, 'cache'),
      temporary: join(this.root, 'tmp'),
      http: new HttpClient(this.host),
      registryCache: join(this.root, 'registry'),
      gitCache: join(this.root, 'git'),
    })
  }

  artifacts(offline = false): ArtifactCache {
    return new ArtifactCache(join(this.root, 'artifacts'), this.host, new HttpClient(this.host, { offline }))
  }

  write(path: string, text: string, mode = 0o644): void {
    const full = join(this.workspace, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text, { mode })
  }

  async lock(requirements: readonly (string | LongForm)[], options: LockOptions = {}): Promise<LockedEnvironment> {
    const context: ResolveContext = {
      workspace: this.workspace,
      previous: null,
      update: new Set(),
      asOf: null,
      offline: false,
      host: this.host,
      downloads: downloadsTo(this.artifacts(options.offline === true), new AbortController().signal),
      reader: this.host,
      placeOf: (requirement) => placeIn(requirements, requirement),
      report: (event) => this.events.push(event),
      signal: new AbortController().signal,
      ...options,
    }
    const lock = await resolve(
      {
        ...environmentOf(requirements, options.systems, options.registries),
        keys: options.keys ?? {},
        minimumReleaseAge: options.minimumReleaseAge ?? null,
      },
      this.#sources,
      context,
    )
    // Everything that is made must also be readable, and go through text unchanged.
    const text = printLock(lock)
    if (printLock(parseLock(text, 'test.lock.json')) !== text) throw new Error('the lock does not survive printing')
    return parseLock(text, 'test.lock.json')
  }

  async refuse(
    code: ErrorCode,
    requirements: readonly (string | LongForm)[],
    options: LockOptions = {},
  ): Promise<ToolError> {
    try {
      await this.lock(requirements, options)
    } catch (error) {
      if (isToolError(error, code)) return error
      throw error
    }
    throw new Error(`${requirements.join(', ')} was locked, but ${code} was expected`)
  }

  plan(lock: LockedEnvironment, system: System = 'x86_64-linux'): Plan {
    return plan(lock, system, this.#sources)
  }

  /** The first `count` places of a package's tarball. */
  async locate(item: LockedPackage, count: number): Promise<readonly HttpRequest[]> {
    const [artifact] = item.artifacts
    const source = this.#sources.find((other) => other.name === item.source)
    if (artifact === undefined || source === undefined) throw new Error(`${item.id} has no artifact`)
    const found: HttpRequest[] = []
    const signal = new AbortController().signal
    const opened = source.open(artifact, { workspace: this.workspace, reader: this.host, signal })
    if (opened.kind !== 'bytes') throw new Error(`${item.id} is no file`)
    for await (const request of opened.places()) {
      found.push(request)
      if (found.length === count) break
    }
    return found
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** One world, with one registry, for each test of a file; `use` is told which. */
export function useSourceWorld(
  use: (made: { readonly registry: NpmRegistry; readonly world: SourceWorld }) => void,
): void {
  beforeEach(async () => {
    const registry = await NpmRegistry.start()
    const world = new SourceWorld(registry)
    use({ registry, world })
    return async () => {
      world.remove()
      await registry.stop()
    }
  })
}

export type LockOptions = Partial<ResolveContext> & {
  readonly systems?: readonly System[]
  readonly registries?: { readonly [name: string]: string }
  readonly keys?: Environment['keys']
  readonly minimumReleaseAge?: Environment['minimumReleaseAge']
}

export function environmentOf(
  requirements: readonly (string | LongForm)[],
  systems: readonly System[] = ['x86_64-linux'],
  registries: { readonly [name: string]: string } = {},
): Environment {
  return {
    schema: 1,
    name: 'test',
    systems: [...systems].sort(),
    registries,
    keys: {},
    packages: requirements.map((text) => parseRequirement(text)),
    variables: {},
    links: {},
    checks: [],
  }
}

export function packageOf(lock: LockedEnvironment, id: string): LockedPackage {
  const found = lock.packages.find((item) => item.id === id)
  if (found === undefined) throw new Error(`${id} is not among ${lock.packages.map((item) => item.id).join(', ')}`)
  return found
}

export function idsOf(lock: LockedEnvironment, system: System = 'x86_64-linux'): readonly string[] {
  return lock.systems[system]?.packages ?? []
}

/** The derivation of a plan by its name. */
export function derivationOf(plan: Plan, name: string): Derivation {
  const found = [...plan.derivations.values()].filter((item) => item.name === name)
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} derivations are called ${name}`)
  return found[0]
}

/** As if each requirement stood on a line of its own. */
export function placeIn(requirements: readonly (string | LongForm)[], requirement: string): Place {
  const line = requirements.indexOf(requirement) + 1
  return { path: 'environments/test.yaml', line, column: 1, length: 1, excerpt: requirement, excerptOffset: 0 }
}
