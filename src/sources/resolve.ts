// From an environment to its lock: every source locks what the environment and other packages ask of it, and the results are joined.
// Files and the decision whether a lock is needed at all are the caller's.

import type { Environment, Requirement } from '../core/environment.ts'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints } from '../core/json.ts'
import {
  digestEnvironment,
  LOCK_SCHEMA,
  type LockedEnvironment,
  type LockedId,
  type LockedPackage,
  type LockedRoot,
  type SystemLock,
} from '../core/lock.ts'
import type { System } from '../core/system.ts'
import type { LockContext, RequirementGroup, Source, SourceLock } from './source.ts'

export type ResolveContext = Omit<LockContext, 'systems'>

/**
 * The same environment, previous lock and state of the registries give the same bytes, in whatever order the file has its lines.
 * What the previous lock chose stays unless it no longer satisfies, or is named in `update`; when nothing of a source's requirements
 * changed, that source is not asked.
 *
 * @param sources in planning order
 * @throws ToolError E_UNSUPPORTED, E_PACKAGE_NOT_FOUND, E_RESOLVE_CONFLICT, E_SYSTEM_UNSUPPORTED, E_SOURCE_UNAVAILABLE,
 *   E_SOURCE_INVALID, E_AUTH, E_OFFLINE, and what reading a local directory can throw
 */
export async function resolve(
  environment: Environment,
  sources: readonly Source[],
  context: ResolveContext,
): Promise<LockedEnvironment> {
  for (const requirement of environment.packages) checkSource(requirement, sources)
  const locks: SourceLock[] = []
  // Against the planning order: what a package brings is locked after the package.
  for (const source of sources.toReversed()) {
    const groups = [ownGroup(environment, source, context.previous)]
    for (const lock of locks) groups.push(...groupsFor(lock, source, environment))
    locks.push(await source.lock(groups, { ...context, systems: environment.systems }))
  }
  const packages = locks.flatMap((lock) =>
    lock.packages.map((item) => withBrought(item, lock, { environment, sources, locks })),
  )
  return {
    schema: LOCK_SCHEMA,
    satisfies: digestEnvironment(environment),
    variables: environment.variables,
    systems: Object.fromEntries(environment.systems.map((system) => [system, systemLock(environment, system, locks)])),
    packages: packages.sort((a, b) => compareCodePoints(a.id, b.id)),
  }
}

function checkSource(requirement: Requirement, sources: readonly Source[]): void {
  if (sources.some((source) => source.name === requirement.source)) return
  const known = sources.map((source) => `\`${source.name}:\``).join(' and ')
  throw new ToolError(
    'E_UNSUPPORTED',
    `\`${requirement.text}\` cannot be locked: this version of Tenon knows ${known}.`,
    {
      details: { requirement: requirement.text, source: requirement.source },
      hint: 'Remove the requirement for now.',
    },
  )
}

/** What the environment itself asks of a source. */
function ownGroup(environment: Environment, source: Source, previous: LockedEnvironment | null): RequirementGroup {
  const requirements = environment.packages.filter((item) => item.source === source.name)
  if (previous === null) return { id: '', requirements, previous: null }
  const sourceOf = new Map(previous.packages.map((item) => [item.id, item.source]))
  const chosen = new Map<string, LockedId>()
  for (const lock of Object.values(previous.systems)) {
    for (const root of lock.roots)
      if (sourceOf.get(root.package) === source.name) chosen.set(root.requirement, root.package)
  }
  return { id: '', requirements, previous: chosen }
}

function groupsFor(lock: SourceLock, source: Source, environment: Environment): readonly RequirementGroup[] {
  const groups: RequirementGroup[] = []
  for (const { id, requirements, previous } of lock.brings.values()) {
    const met = requirements.filter((item) => ownFor(item, environment) !== null).map((item) => item.text)
    const asked = requirements.filter((item) => item.source === source.name && !met.includes(item.text))
    const chosen = previous === null ? null : new Map([...previous].filter(([text]) => !met.includes(text)))
    if (asked.length > 0) groups.push({ id, requirements: asked, previous: chosen })
  }
  return groups
}

/** The environment's own requirement of the name of a peer: a peer is to be the same package that the environment has. */
function ownFor(requirement: Requirement, environment: Environment): Requirement | null {
  if (requirement.options['peer'] !== true) return null
  return environment.packages.find((own) => own.source === requirement.source && own.name === requirement.name) ?? null
}

interface Locked {
  readonly environment: Environment
  readonly sources: readonly Source[]
  readonly locks: readonly SourceLock[]
}

/** The package with what it brought among its dependencies. @throws ToolError E_RESOLVE_CONFLICT */
function withBrought(item: LockedPackage, lock: SourceLock, { environment, sources, locks }: Locked): LockedPackage {
  const group = lock.brings.get(item.id)
  if (group === undefined) return item
  const dependencies: [string, LockedId][] = Object.entries(item.dependencies)
  for (const requirement of group.requirements) {
    const own = ownFor(requirement, environment)
    const id = own === null ? rootOf(locks, group.id, requirement.text) : rootOf(locks, '', own.text)
    if (id === null) continue
    if (own !== null) {
      const version = versionOf(id, locks)
      const source = sources.find(({ name }) => name === requirement.source)
      if (source?.isSatisfied(requirement, version) === false) throw wrongPeer(item, requirement, own, version)
    }
    dependencies.push([requirement.name, id])
  }
  dependencies.sort(([a], [b]) => compareCodePoints(a, b))
  return { ...item, dependencies: Object.fromEntries(dependencies) }
}

function wrongPeer(item: LockedPackage, peer: Requirement, own: Requirement, version: string): ToolError {
  return new ToolError(
    'E_RESOLVE_CONFLICT',
    `\`${item.id}\` needs \`${peer.name}@${peer.constraint}\` beside it (a peer), but \`${own.text}\` comes to ${version}.`,
    {
      details: { package: peer.name, requirements: [peer.text, own.text], version },
      hint: 'Widen one of the two ranges.',
    },
  )
}

function versionOf(id: LockedId, locks: readonly SourceLock[]): string {
  for (const lock of locks) {
    const found = lock.packages.find((item) => item.id === id)
    if (found !== undefined) return found.version
  }
  throw new Error(`${id} is not locked`)
}

function rootOf(locks: readonly SourceLock[], group: string, text: string): LockedId | null {
  for (const lock of locks) {
    const id = lock.roots.get(group)?.get(text)
    if (id !== undefined) return id
  }
  return null
}

function systemLock(environment: Environment, system: System, locks: readonly SourceLock[]): SystemLock {
  const members = new Set<LockedId>()
  for (const lock of locks) for (const id of lock.members.get(system) ?? []) members.add(id)
  const roots = new Map<string, LockedRoot>()
  for (const { text, priority } of environment.packages) {
    const id = rootOf(locks, '', text)
    if (id !== null && members.has(id)) roots.set(text, { requirement: text, package: id, priority })
  }
  return {
    roots: [...roots.values()].sort((a, b) => compareCodePoints(a.requirement, b.requirement)),
    packages: [...members].sort(compareCodePoints),
  }
}
