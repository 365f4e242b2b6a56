// The npm source: which packages npm requirements come to, how they become derivations, and where their tarballs are. What npm's
// own libraries do is loaded only when a lock has to be made or something fetched.

import satisfies from 'semver/functions/satisfies.js'
import validRange from 'semver/ranges/valid.js'
import type { Requirement } from '../../core/environment.ts'
import { ToolError } from '../../core/errors.ts'
import { canonicalJson, compareCodePoints, isJsonObject } from '../../core/json.ts'
import type { Artifact, LockedEnvironment, LockedId, LockedPackage } from '../../core/lock.ts'
import type { HttpRequest } from '../../host/http.ts'
import type { Outdated } from '../outdated.ts'
import type {
  LockContext,
  LockedRequirement,
  OpenContext,
  RequirementGroup,
  Source,
  SourceLock,
  Updates,
} from '../source.ts'
import type { Flat, NpmOptions } from './config.ts'
import type { GraphNode, GraphRoot } from './graph.ts'
import type { LockedGroup } from './ideal-tree.ts'
import { isOptionalFact } from './manifest.ts'
import type { Packuments } from './packuments.ts'
import { planNpm } from './plan.ts'

/** What is asked of the registries while one lock is made. */
interface Inquiry {
  readonly flat: Flat
  readonly packuments: Packuments
}

export function createNpmSource(options: NpmOptions): Source {
  const npm = new Npm(options)
  return {
    name: 'npm',
    lock: (groups, context) => npm.lock(groups, context),
    plan: planNpm,
    isSatisfied: ({ constraint }, version) =>
      validRange(constraint) === null || satisfies(version, constraint, { includePrerelease: true }),
    outdated: (asked, context) => npm.outdated(asked, context),
    open: (artifact, context) => ({ kind: 'bytes', places: () => npm.places(artifact, context) }),
  }
}

/** Holds what is worth remembering while a process lives: the configuration of a workspace, and registries with paths of their own. */
class Npm {
  readonly #options: NpmOptions
  readonly #configs = new Map<string, Promise<Flat>>()
  /** Registries whose tarballs are not where convention has them. */
  readonly #unconventional = new Set<string>()

  constructor(options: NpmOptions) {
    this.#options = options
  }

  async lock(groups: readonly RequirementGroup[], context: LockContext): Promise<SourceLock> {
    const sorted = [...groups].sort((a, b) => compareCodePoints(a.id, b.id))
    const kept = new KeptNodes(context.previous)
    const roots: GraphRoot[] = []
    const resolved: LockedGroup[] = []
    for (const group of sorted) {
      const requirements = checkRequirements(group.requirements)
      const unchanged = isUnchanged(group, context) ? group.previous : null
      if (unchanged !== null) roots.push(...kept.roots(group.id, requirements, unchanged))
      else if (requirements.length > 0) {
        // Whether a group can be locked is tried before it counts; it is one question.
        const question = canonicalJson(['npm', group.id, ...requirements.map((item) => canonicalJson({ ...item }))])
        const locked = await context.once(question, () => this.#resolve({ ...group, requirements }, context))
        roots.push(...locked.roots)
        resolved.push(locked)
      }
    }
    const { toInstances } = await import('./graph.ts')
    const { packages, roots: ids, members } = toInstances(roots, context.systems)
    const { heldBackWarnings, scriptWarnings, undatedWarnings } = await import('./warnings.ts')
    const warnings = [
      ...scriptWarnings(packages),
      ...heldBackWarnings(resolved.flatMap((item) => item.heldBack)),
      ...undatedWarnings(resolved.flatMap((item) => item.undated)),
    ]
    return { roots: ids, packages, members, brings: new Map(), warnings }
  }

  /** What one making of a lock asks the registries, under the configuration as it is then. */
  #inquiry(context: LockContext): Promise<Inquiry> {
    return context.once('npm registries', async () => {
      // A process may live long: what the configuration says now counts.
      this.#configs.delete(context.workspace)
      const flat = await this.#config(context.workspace)
      const { Packuments } = await import('./packuments.ts')
      const { previous, releases: rule, offline, signal } = context
      const update = namesOf(context.update)
      const refresh = update === 'all' || update.size > 0
      const own = previous?.packages.filter((item) => item.source === 'npm') ?? []
      const locked = new Set(own.map((item) => `${item.name}@${item.version}`))
      const { host } = context
      const { temporary } = this.#options
      const asking = { host, flat, temporary, rule, locked, offline, refresh, signal }
      return { flat, packuments: new Packuments(asking) }
    })
  }

  async #resolve(group: RequirementGroup, context: LockContext): Promise<LockedGroup> {
    const update = namesOf(context.update)
    const wantsNews = update === 'all' || update.size > 0
    if (context.offline && wantsNews) {
      const { offlineError } = await import('./errors.ts')
      throw offlineError(
        'An update asks the registries what is new',
        group.requirements.map((item) => item.text),
      )
    }
    const { flat, packuments } = await this.#inquiry(context)
    if (wantsNews) {
      const { requireAnswers } = await import('./reachable.ts')
      await requireAnswers(flat, group.requirements.map(realName), context)
    }
    const { lockGroup } = await import('./ideal-tree.ts')
    return lockGroup(group.id, group.requirements, {
      host: context.host,
      flat,
      packuments,
      temporary: this.#options.temporary,
      prefix: prefixOf(group.id),
      previous: context.previous?.packages.filter((item) => item.source === 'npm') ?? [],
      update,
      mayGoBack: context.asOf !== null,
      offline: context.offline,
      signal: context.signal,
      tarballOf: async (item) => {
        const { registryOf } = await import('./config.ts')
        return conventional(registryOf(flat, item.name), item.name, fileOf(item))
      },
    })
  }

  async outdated(asked: readonly LockedRequirement[], context: LockContext): Promise<readonly Outdated[]> {
    if (asked.length === 0) return []
    const texts = asked.map(({ requirement }) => requirement.text)
    if (context.offline) {
      const { offlineError } = await import('./errors.ts')
      throw offlineError('Whether there is anything newer, the registries have to say', texts)
    }
    const { flat, packuments } = await this.#inquiry(context)
    const { requireAnswers } = await import('./reachable.ts')
    await requireAnswers(
      flat,
      asked.map(({ locked }) => locked.name),
      context,
    )
    const { outdatedNpm } = await import('./outdated.ts')
    return outdatedNpm(packuments, asked)
  }

  async *places(artifact: Artifact, context: OpenContext): AsyncGenerator<HttpRequest> {
    if (artifact.kind !== 'file') throw new Error('npm has nothing but files')
    const flat = await this.#config(context.workspace)
    const { npmRequest, registryOf } = await import('./config.ts')
    const registry = registryOf(flat, artifact.package)
    const usual = conventional(registry, artifact.package, artifact.name)
    const wasUnconventional = this.#unconventional.has(registry)
    if (!wasUnconventional) yield npmRequest(flat, artifact.package, usual)
    const { publishedAt } = await import('./packument.ts')
    const { host, temporary } = this.#options
    const published = await publishedAt({ host, flat, temporary }, artifact, context.signal)
    if (published !== null && published !== usual) {
      this.#unconventional.add(registry)
      yield npmRequest(flat, artifact.package, published)
    }
    if (wasUnconventional) yield npmRequest(flat, artifact.package, usual)
  }

  #config(workspace: string): Promise<Flat> {
    let config = this.#configs.get(workspace)
    if (config === undefined) {
      config = import('./config.ts').then(({ loadNpmConfig }) => loadNpmConfig(this.#options, workspace))
      this.#configs.set(workspace, config)
    }
    return config
  }
}

/** Those of npm's packages. */
function namesOf(update: Updates): ReadonlySet<string> | 'all' {
  if (update === 'all') return 'all'
  return new Set([...update].filter((item) => item.startsWith('npm:')).map((item) => item.slice('npm:'.length)))
}

function conventional(registry: string, name: string, file: string): string {
  return `${registry}${name}/-/${file}`
}

function fileOf(item: LockedPackage): string {
  const [artifact] = item.artifacts
  if (artifact?.kind !== 'file') throw new Error(`${item.id} has no tarball`)
  return artifact.name
}

function prefixOf(group: string): string {
  return group === '' ? '' : `${group}/`
}

/** Sorted by name, each name once. @throws ToolError E_RESOLVE_CONFLICT */
function checkRequirements(requirements: readonly Requirement[]): readonly Requirement[] {
  const byName = new Map<string, Requirement>()
  for (const item of [...requirements].sort((a, b) => compareCodePoints(a.text, b.text))) {
    const other = byName.get(item.name)
    if (other !== undefined && other.text !== item.text) {
      throw new ToolError(
        'E_RESOLVE_CONFLICT',
        `\`${other.text}\` and \`${item.text}\` ask for one name in two ways.`,
        {
          details: {
            package: item.name,
            requirements: [other.text, item.text],
            because: `needs ${other.text} and ${item.text}, which is one name in two ranges`,
          },
          hint: `Keep one of them, or give one an alias: \`npm:another-name@npm:${item.name}@${item.constraint || '*'}\`.`,
        },
      )
    }
    byName.set(item.name, item)
  }
  return [...byName.values()]
}

/** True when the previous lock still answers everything, so that nobody needs to be asked. */
function isUnchanged(group: RequirementGroup, context: LockContext): boolean {
  const { previous, systems } = context
  const update = namesOf(context.update)
  if (previous === null || group.previous === null || update === 'all' || update.size > 0) return false
  if (systems.some((system) => previous.systems[system] === undefined)) return false
  const texts = new Set(group.requirements.map((item) => item.text))
  return texts.size === group.previous.size && [...texts].every((text) => group.previous?.has(text))
}

/** The previous lock as a graph: one node for each instance. */
class KeptNodes {
  readonly #packages = new Map<LockedId, LockedPackage>()
  readonly #nodes = new Map<string, GraphNode>()

  constructor(previous: LockedEnvironment | null) {
    for (const item of previous?.packages ?? []) if (item.source === 'npm') this.#packages.set(item.id, item)
  }

  roots(
    group: string,
    requirements: readonly Requirement[],
    previous: ReadonlyMap<string, LockedId | null>,
  ): readonly GraphRoot[] {
    const roots: GraphRoot[] = []
    for (const requirement of requirements) {
      const id = previous.get(requirement.text)
      const item = id ? this.#packages.get(id) : undefined
      if (item === undefined) continue
      const optional = requirement.options['optional'] === true
      roots.push({ group, requirement: requirement.text, optional, node: this.#node(group, item) })
    }
    return roots
  }

  #node(group: string, start: LockedPackage): GraphNode {
    const key = (item: LockedPackage): string => `${group}\0${item.id}`
    const known = this.#nodes.get(key(start))
    if (known !== undefined) return known
    const added = new Map<LockedPackage, GraphNode>()
    const nodeFor = (item: LockedPackage): GraphNode => {
      const existing = this.#nodes.get(key(item))
      if (existing !== undefined) return existing
      const node = toNode(item, prefixOf(group))
      this.#nodes.set(key(item), node)
      added.set(item, node)
      return node
    }
    const node = nodeFor(start)
    for (const [item, from] of added) {
      for (const [name, id] of Object.entries(item.dependencies)) {
        const target = this.#packages.get(id)
        if (target !== undefined)
          from.edges.set(name, { to: nodeFor(target), optional: isOptionalFact(item.data, name) })
      }
    }
    return node
  }
}

function toNode(item: LockedPackage, prefix: string): GraphNode {
  const { locations, ...facts } = item.data
  const [artifact] = item.artifacts
  if (artifact?.kind !== 'file' || !isJsonObject(facts)) throw new Error(`${item.id} has no tarball`)
  const places = Array.isArray(locations) ? locations.filter((place): place is string => typeof place === 'string') : []
  return {
    name: item.name,
    version: item.version,
    integrity: artifact.integrity,
    file: artifact.name,
    locations: places.filter((place) => place.startsWith(`${prefix}node_modules/`)),
    facts,
    edges: new Map(),
    isMissing: false,
  }
}

/** The name that a registry knows a requirement by, which may be an alias. */
function realName({ name, constraint }: Requirement): string {
  return /^npm:(@?[^@]+)/.exec(constraint)?.[1] ?? name
}
