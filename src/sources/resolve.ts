// From an environment to its lock: every source locks what the environment and other packages ask of it, and the results are joined.
// Files and the decision whether a lock is needed at all are the caller's.

import { type Environment, type Requirement, SOURCE_PREFIXES } from '../core/environment.ts'
import { isToolError, ToolError } from '../core/errors.ts'
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
import { SYSTEMS, type System } from '../core/system.ts'
import { dependencyName, isNative, lockedRequirements } from './native-lock.ts'
import type { Outdated } from './outdated.ts'
import { releaseRule } from './release-rule.ts'
import {
  type FailedGroup,
  IMPOSSIBLE,
  type Inspected,
  type LockContext,
  type LockedRequirement,
  type RequirementGroup,
  type Source,
  type SourceLock,
} from './source.ts'

export type ResolveContext = Omit<
  LockContext,
  'systems' | 'registries' | 'keys' | 'releases' | 'refuse' | 'attempt' | 'mayBeGuest' | 'guests' | 'inspect' | 'once'
>

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
  const groupsOf = (source: Source): readonly RequirementGroup[] => [
    ownGroup(environment, source, context.previous),
    ...locks.flatMap((lock) => groupsFor(lock.brings.values(), source, environment)),
  ]
  const answered: string[] = []
  for (let index = 0; index < order.length; ) {
    const source = order[index]
    if (source === undefined) break
    const groups = groupsOf(source)
    answered[index] = questionOf(source, groups)
    locks[index] = await lockOnce(
      source,
      groups,
      fullContext(environment, order, index, { ...context, memory }),
      memory,
    )
    // What was brought may be for a source that answered already: a package in git may need others in git, and some of a registry.
    const again = order.findIndex((item, at) => at <= index && questionOf(item, groupsOf(item)) !== answered[at])
    index = again === -1 ? index + 1 : again
  }
  for (const { message, hint } of locks.flatMap((lock) => lock.warnings ?? []))
    context.report({ kind: 'warning', message, hint })
  const packages = locks.flatMap((lock) =>
    lock.packages.map((item) => withBrought(item, lock, { environment, sources, locks })),
  )
  return {
    schema: LOCK_SCHEMA,
    satisfies: digestEnvironment(environment),
    variables: environment.variables,
    systems: Object.fromEntries(
      environment.systems.map((system) => [system, systemLock(environment, system, locks, packages)]),
    ),
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
    const full = fullContext(environment, order, index, { ...context, memory: new Map() })
    rows.push(...(await source.outdated(asked, full)))
  }
  return rows.sort((a, b) => compareCodePoints(a.requirement, b.requirement))
}

/** Answers of this lock, by their question. */
type Memory = Map<string, Promise<unknown>>

/** For the source at `index` of `order`, in which sources are locked. */
function fullContext(
  environment: Environment,
  order: readonly Source[],
  index: number,
  { memory, ...context }: ResolveContext & { readonly memory: Memory },
): LockContext {
  const later = order.slice(index + 1)
  const mayBeGuest = (requirement: Requirement): boolean =>
    order.find((source) => source.name === requirement.source)?.mayBeGuest?.(requirement) === true
  const full: LockContext = {
    ...context,
    systems: environment.systems,
    registries: environment.registries,
    keys: environment.keys,
    releases: releaseRule(environment, context.host.now(), context.asOf),
    refuse: (requirement) => refusalOf(requirement, later),
    attempt: (groups) => attempt(groups, later, full, memory),
    mayBeGuest,
    guests: environment.packages.filter(mayBeGuest),
    inspect: (requirement) => inspect(requirement, order, full, memory),
    once: (question, ask) => once(memory, question, ask),
  }
  return full
}

function once<T>(memory: Memory, question: string, ask: () => Promise<T>): Promise<T> {
  // One question always has answers of one type.
  const known = (memory.get(question) as Promise<T> | undefined) ?? ask()
  memory.set(question, known)
  return known
}

async function inspect(
  requirement: Requirement,
  order: readonly Source[],
  context: LockContext,
  memory: Memory,
): Promise<Inspected> {
  const source = order.find((item) => item.name === requirement.source)
  if (source === undefined) throw new Error(`no source for ${requirement.text}`)
  const group = { id: '', requirements: [requirement], previous: null }
  const lock = await lockOnce(source, [group], context, memory)
  const id = lock.roots.get('')?.get(requirement.text)
  const item = lock.packages.find((other) => other.id === id)
  if (item === undefined) throw new Error(`${requirement.text} was not locked`)
  return { item, brought: lock.brings.get(item.id) ?? null }
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
  return once(memory, questionOf(source, groups), () => source.lock(groups, context))
}

function questionOf(source: Source, groups: readonly RequirementGroup[]): string {
  const asked = groups.map((group) => [group.id, ...group.requirements.map((item) => canonicalJson({ ...item }))])
  return canonicalJson([source.name, ...asked])
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
        failed.push({ group: group.id, reason: reasonOf(error) })
        break
      }
    }
  }
  return failed
}

/** Ends the sentence "core:app 2.0.0 …". */
function reasonOf({ message, details }: ToolError): string {
  const { because } = details
  return typeof because === 'string' ? because : `brings what cannot be locked (${message.replace(/\.$/, '')})`
}

function refusalOf(requirement: Requirement, later: readonly Source[]): string | null {
  if (later.some((source) => source.name === requirement.source)) return null
  return `this version of Tenon does not know \`${requirement.prefix}:\` yet`
}

function checkSource(requirement: Requirement, sources: readonly Source[]): void {
  if (sources.some((source) => source.name === requirement.source)) return
  const prefixes = sources.flatMap(({ name }) => SOURCE_PREFIXES[name] ?? [])
  const named = prefixes.map((prefix) => `\`${prefix}:\``)
  const known = `${named.join(', ')} and packages of registries`
  throw new ToolError(
    'E_UNSUPPORTED',
    `\`${requirement.text}\` cannot be locked: this version of Tenon knows ${known}.`,
    {
      details: { requirement: requirement.text, source: requirement.source },
      hint: 'It is designed for, and comes in a later version; leave it out for now.',
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
    const isChosen = (text: string): boolean => !met.includes(text) && isOf(source, text)
    const chosen = previous === null ? null : new Map([...previous].filter(([text]) => isChosen(text)))
    if (asked.length > 0) groups.push({ id, requirements: asked, previous: chosen })
  }
  return groups
}

/** Whether a requirement with this text is one of a source. */
function isOf(source: Source, text: string): boolean {
  const prefix = text.slice(0, text.indexOf(':'))
  const own = SOURCE_PREFIXES[source.name]
  return own === null ? !Object.values(SOURCE_PREFIXES).includes(prefix) : own === prefix
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
  const all = isNative(item) ? lockedRequirements(item, SYSTEMS) : group.requirements
  for (const requirement of group.requirements) {
    const own = ownFor(requirement, environment)
    const id = own === null ? rootOf(locks, group.id, requirement.text) : rootOf(locks, '', own.text)
    if (id === null) continue
    if (own !== null) {
      const version = versionOf(id, locks)
      const source = sources.find(({ name }) => name === requirement.source)
      if (source?.isSatisfied(requirement, version) === false) throw wrongPeer(item, requirement, own, version)
    }
    dependencies.push([dependencyName(requirement, all), id])
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

function systemLock(
  environment: Environment,
  system: System,
  locks: readonly SourceLock[],
  packages: readonly LockedPackage[],
): SystemLock {
  const possible = new Set<LockedId>()
  for (const lock of locks) for (const id of lock.members.get(system) ?? []) possible.add(id)
  const roots = new Map<string, LockedRoot>()
  for (const { text, priority } of environment.packages) {
    const id = rootOf(locks, '', text)
    if (id !== null && possible.has(id)) roots.set(text, { requirement: text, package: id, priority })
  }
  const byId = new Map(packages.map((item) => [item.id, item]))
  const members = new Set<LockedId>()
  const waiting = [...roots.values()].map((root) => root.package)
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const item = byId.get(id)
    if (item === undefined || members.has(id) || !possible.has(id)) continue
    members.add(id)
    waiting.push(...neededOn(item, system))
  }
  return {
    roots: [...roots.values()].sort((a, b) => compareCodePoints(a.requirement, b.requirement)),
    packages: [...members].sort(compareCodePoints),
  }
}

/** Native packages may need something on one system only. */
function neededOn(item: LockedPackage, system: System): readonly LockedId[] {
  if (!isNative(item)) return Object.values(item.dependencies)
  const all = lockedRequirements(item, SYSTEMS)
  return lockedRequirements(item, [system]).flatMap((requirement) => {
    const id = item.dependencies[dependencyName(requirement, all)]
    return id === undefined ? [] : [id]
  })
}
