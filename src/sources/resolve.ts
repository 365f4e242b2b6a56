// From an environment to its lock: every source locks what the environment and other packages ask of it, and the results are joined.
// Files and the decision whether a lock is needed at all are the caller's.

import type { Environment, Requirement } from '../core/environment.ts'
import { type ErrorCode, isToolError, ToolError } from '../core/errors.ts'
import { canonicalJson, compareCodePoints } from '../core/json.ts'
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
import type { Outdated } from './outdated.ts'
import type { FailedGroup, LockContext, LockedRequirement, RequirementGroup, Source, SourceLock } from './source.ts'

export type ResolveContext = Omit<LockContext, 'systems' | 'registries' | 'keys' | 'refuse' | 'attempt'>

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
  // Against the planning order: what a package brings is locked after the package.
  const order = sources.toReversed()
  const locks: SourceLock[] = []
  const memory: Memory = new Map()
  for (const [index, source] of order.entries()) {
    const full = fullContext(environment, order.slice(index + 1), context, memory)
    const groups = [ownGroup(environment, source, context.previous)]
    for (const lock of locks) groups.push(...groupsFor(lock.brings.values(), source, environment))
    locks.push(await lockOnce(source, groups, full, memory))
  }
  const packages = locks.flatMap((lock) =>
    lock.packages.map((item) => withBrought(item, lock, { environment, sources, locks })),
  )
  return {
    schema: LOCK_SCHEMA,
    satisfies: digestEnvironment(environment),
    variables: environment.variables,
    systems: Object.fromEntries(environment.systems.map((system) => [system, systemLock(environment, system, locks)])),
    ...registriesOf(locks),
    ...(environment.imports === undefined ? {} : { imports: environment.imports }),
    packages: packages.sort((a, b) => compareCodePoints(a.id, b.id)),
  }
}

/**
 * What is newer than what is locked, for each requirement of the environment whose source has versions. Requirements that are not locked
 * are left out. @throws what `resolve` throws
 */
export async function outdated(
  environment: Environment,
  sources: readonly Source[],
  context: ResolveContext,
): Promise<readonly Outdated[]> {
  const byId = new Map(context.previous?.packages.map((item) => [item.id, item]))
  const roots = Object.values(context.previous?.systems ?? {}).flatMap((lock) => lock.roots)
  const locked = environment.packages.flatMap((requirement): LockedRequirement[] => {
    const item = byId.get(roots.find((root) => root.requirement === requirement.text)?.package ?? ('' as LockedId))
    return item === undefined ? [] : [{ requirement, locked: item }]
  })
  const order = sources.toReversed()
  const rows: Outdated[] = []
  for (const [index, source] of order.entries()) {
    const asked = locked.filter(({ requirement }) => requirement.source === source.name)
    if (asked.length === 0 || source.outdated === undefined) continue
    rows.push(...(await source.outdated(asked, fullContext(environment, order.slice(index + 1), context, new Map()))))
  }
  return rows.sort((a, b) => compareCodePoints(a.requirement, b.requirement))
}

type Memory = Map<string, Promise<SourceLock>>

/** `later` are the sources that are locked after the one that is handed this. */
function fullContext(
  environment: Environment,
  later: readonly Source[],
  context: ResolveContext,
  memory: Memory,
): LockContext {
  const full: LockContext = {
    ...context,
    systems: environment.systems,
    registries: environment.registries,
    keys: environment.keys,
    refuse: (requirement) => refusalOf(requirement, later),
    attempt: (groups) => attempt(groups, later, full, memory),
  }
  return full
}

function registriesOf(locks: readonly SourceLock[]): Pick<LockedEnvironment, 'registries'> {
  const registries = Object.assign({}, ...locks.map((lock) => lock.registries ?? {}))
  return Object.keys(registries).length === 0 ? {} : { registries }
}

/** Trying whether something can be locked and then locking it is one question. */
function lockOnce(
  source: Source,
  groups: readonly RequirementGroup[],
  context: LockContext,
  memory: Memory,
): Promise<SourceLock> {
  const asked = groups.map((group) => [group.id, ...group.requirements.map((item) => canonicalJson({ ...item }))])
  const key = canonicalJson([source.name, ...asked])
  const known = memory.get(key) ?? source.lock(groups, context)
  memory.set(key, known)
  return known
}

/** Each group by itself: what one package brings does not depend on what others bring. */
async function attempt(
  groups: readonly RequirementGroup[],
  later: readonly Source[],
  context: LockContext,
  memory: Memory,
): Promise<readonly FailedGroup[]> {
  const failed: FailedGroup[] = []
  for (const group of groups) {
    for (const source of later) {
      const requirements = group.requirements.filter((item) => item.source === source.name)
      if (requirements.length === 0) continue
      try {
        await lockOnce(source, [{ ...group, requirements }], context, memory)
      } catch (error) {
        if (!isToolError(error) || !IMPOSSIBLE.includes(error.code)) throw error
        failed.push({ group: group.id, reason: error.message.replace(/\.$/, '') })
        break
      }
    }
  }
  return failed
}

/** What another version of the package that asks could change. */
const IMPOSSIBLE: readonly ErrorCode[] = [
  'E_PACKAGE_NOT_FOUND',
  'E_RESOLVE_CONFLICT',
  'E_SYSTEM_UNSUPPORTED',
  'E_UNSUPPORTED',
]

function refusalOf(requirement: Requirement, later: readonly Source[]): string | null {
  if (later.some((source) => source.name === requirement.source)) return null
  return `this version of Tenon does not know \`${requirement.prefix}:\` yet`
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

function groupsFor(
  brings: Iterable<RequirementGroup>,
  source: Source,
  environment: Environment,
): readonly RequirementGroup[] {
  const groups: RequirementGroup[] = []
  for (const { id, requirements, previous } of brings) {
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
