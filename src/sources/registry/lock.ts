// From requirements of registries to chosen versions: one solve over all registries of the environment, one version of a package for all
// systems. What the chosen packages bring of other sources is locked after them; if that cannot be done, another version is chosen.

import { posix } from 'node:path'
import type { Requirement } from '../../core/environment.ts'
import { isGitAddress, parseGitAddress, resolveBeside } from '../../core/git-address.ts'
import type { LockedId, LockedPackage, LockedRegistry } from '../../core/lock.ts'
import type { PackageVersion } from '../../core/registry.ts'
import type { System } from '../../core/system.ts'
import { errorOf } from '../../solver/failure.ts'
import { heldBackText } from '../../solver/solution.ts'
import { solve } from '../../solver/solver.ts'
import type { PackageId, Problem, Refusal, Root, Solution, Universe } from '../../solver/universe.ts'
import { nativeData, nativeGroup, nativeRequirements, readNative } from '../native-lock.ts'
import type { LockContext, RequirementGroup, SourceLock } from '../source.ts'
import type { RegistryClient } from './client.ts'
import { openRegistry, type RegistrySourceOptions } from './open.ts'
import { nativeId, registryUniverse, splitId } from './universe.ts'

/**
 * @throws ToolError E_RESOLVE_CONFLICT, E_PACKAGE_NOT_FOUND, E_UNSUPPORTED, E_REGISTRY_*, E_SOURCE_UNAVAILABLE, E_AUTH, E_OFFLINE,
 *   and what locking brought packages throws
 */
export async function lockRegistries(
  groups: readonly RequirementGroup[],
  context: LockContext,
  options: RegistrySourceOptions,
): Promise<SourceLock> {
  const asked = groups.flatMap((group) => group.requirements)
  const kept = keptLock(groups, context)
  if (kept !== null) return kept
  const clients = clientsFor(asked, context, options)
  const { solution } = await choose(asked, clients, context)
  for (const held of solution.heldBack) context.report({ kind: 'warning', message: heldBackText(held), hint: null })
  const versions = await versionsOf(solution, clients)
  return sourceLock(groups, context, {
    packages: solution.packages.map((item) => {
      const version = versions.get(item.id)
      if (version === undefined) throw new Error(`${item.id} has no version`)
      return lockedPackage(item.id, version, { solution, place: placeOf(splitId(item.id)[0], context) })
    }),
    registries: await registriesOf(clients, context),
  })
}

export interface Choice {
  readonly problem: Problem
  readonly solution: Solution
}

/** One solve over all that is asked. @throws ToolError E_RESOLVE_CONFLICT, E_PACKAGE_NOT_FOUND, and what reading registries throws */
export async function choose(
  asked: readonly Requirement[],
  clients: ReadonlyMap<string, RegistryClient>,
  context: LockContext,
): Promise<Choice> {
  const { previous, update, systems, signal } = context
  const locked = update === 'all' ? [] : (previous?.packages ?? []).filter((item) => item.source === 'registry')
  const problem: Problem = {
    roots: asked.map((requirement) => rootOf(requirement, context)),
    locked: new Map(locked.map((item) => [idOf(item.id), item.version])),
    update: update === 'all' ? new Set() : update,
  }
  const check = async (solution: Solution): Promise<readonly Refusal[]> => {
    const versions = await versionsOf(solution, clients)
    const brought = solution.packages.flatMap(({ id, version }) => {
      const item = versions.get(id)
      const lockedId = `${id}@${version}` as LockedId
      const group =
        item === undefined ? null : nativeGroup(lockedId, nativeRequirements(item.package, systems), previous)
      return group === null ? [] : [{ id, version, group }]
    })
    const failed = await context.attempt(brought.map((item) => item.group))
    return failed.map(({ group, reason }) => {
      const culprits = brought.filter((item) => item.group.id === group)
      return { versions: culprits.map(({ id, version }) => ({ id, version })), reason }
    })
  }
  const outcome = await solve(problem, universeFor(clients, context), { signal, check })
  if (outcome.kind === 'failed') throw errorOf(outcome.failure)
  return { problem, solution: outcome.solution }
}

export function universeFor(clients: ReadonlyMap<string, RegistryClient>, context: LockContext): Universe {
  const { systems, asOf, refuse } = context
  return registryUniverse({ registries: clients, systems, asOf, refuse })
}

/** One for each registry that is asked. @throws ToolError E_UNSUPPORTED */
export function clientsFor(
  asked: readonly Requirement[],
  context: LockContext,
  options: RegistrySourceOptions,
): ReadonlyMap<string, RegistryClient> {
  const names = [...new Set(asked.map((requirement) => requirement.prefix))]
  return new Map(names.map((name) => [name, clientFor(name, context, options)]))
}

function rootOf(requirement: Requirement, context: LockContext): Root {
  const id = nativeId(requirement.prefix, requirement.name)
  const { text } = requirement
  return { anyOf: [{ id, range: requirement.constraint }], text, place: context.placeOf(text) }
}

/** `core:markdown@1.2.0` → `core:markdown`. */
function idOf(id: LockedId): PackageId {
  return id.slice(0, id.lastIndexOf('@'))
}

async function versionsOf(
  solution: Solution,
  clients: ReadonlyMap<string, RegistryClient>,
): Promise<ReadonlyMap<PackageId, PackageVersion>> {
  const found = await Promise.all(
    solution.packages.map(async ({ id, version }): Promise<[PackageId, PackageVersion]> => {
      const [registry, name] = splitId(id)
      const record = await clients.get(registry)?.record(name)
      const item = record?.versions.find((other) => other.version === version)
      if (item === undefined) throw new Error(`${id} ${version} was chosen and is not there`)
      return [id, item]
    }),
  )
  return new Map(found)
}

/** Where a repository is that a registry names relative to itself: an address, or a path relative to the workspace. */
function resolveLocation(git: string, registry: string): string {
  if (/^[a-z][a-z0-9+]*:\/\//.test(git)) return git
  const address = isGitAddress(registry) ? parseGitAddress(registry) : null
  if (address !== null && typeof address !== 'string') return resolveBeside(address.url, address.fragment, git)
  if (/^https?:\/\//.test(registry)) return new URL(git, registry.endsWith('/') ? registry : `${registry}/`).href
  return posix.join(registry, git)
}

function lockedPackage(
  id: PackageId,
  item: PackageVersion,
  { solution, place }: { readonly solution: Solution; readonly place: string },
): LockedPackage {
  const { version, location, integrity } = item
  const { git, commit, directory } = location
  const chosen = solution.packages.find((other) => other.id === id)
  const dependencies = (chosen?.needs ?? []).map((need): [string, LockedId] => {
    const target = solution.packages.find((other) => other.id === need)
    return [splitId(need)[1], `${need}@${target?.version}` as LockedId]
  })
  return {
    id: `${id}@${version}` as LockedId,
    source: 'registry',
    name: splitId(id)[1],
    version,
    artifacts: [{ kind: 'git', url: resolveLocation(git, place), commit, directory, integrity }],
    dependencies: Object.fromEntries(dependencies),
    data: nativeData(item.package),
  }
}

interface Chosen {
  readonly packages: readonly LockedPackage[]
  readonly registries: { readonly [name: string]: LockedRegistry }
}

function sourceLock(
  groups: readonly RequirementGroup[],
  context: LockContext,
  { packages, registries }: Chosen,
): SourceLock {
  const byId = new Map(packages.map((item) => [idOf(item.id), item]))
  const roots = groups.map((group): [string, ReadonlyMap<string, LockedId>] => [
    group.id,
    new Map(
      group.requirements.map(({ text, prefix, name }): [string, LockedId] => {
        const item = byId.get(nativeId(prefix, name))
        if (item === undefined) throw new Error(`${text} was not chosen`)
        return [text, item.id]
      }),
    ),
  ])
  const rootIds = roots.flatMap(([, ids]) => [...ids.values()])
  const brings = packages.flatMap((item): [LockedId, RequirementGroup][] => {
    const group = nativeGroup(item.id, nativeRequirements(readNative(item), context.systems), context.previous)
    return group === null ? [] : [[item.id, group]]
  })
  return {
    roots: new Map(roots),
    packages,
    members: new Map(context.systems.map((system) => [system, membersOf(rootIds, packages, system)])),
    brings: new Map(brings),
    registries,
  }
}

/** What the roots need on one system. */
function membersOf(
  roots: readonly LockedId[],
  packages: readonly LockedPackage[],
  system: System,
): ReadonlySet<LockedId> {
  const byId = new Map(packages.map((item) => [item.id, item]))
  const members = new Set<LockedId>()
  const waiting = [...roots]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const item = byId.get(id)
    if (item === undefined || members.has(id)) continue
    members.add(id)
    for (const requirement of nativeRequirements(readNative(item), [system])) {
      const needed = requirement.source === 'registry' ? item.dependencies[requirement.name] : undefined
      if (needed !== undefined) waiting.push(needed)
    }
  }
  return members
}

/** The previous lock again, without asking anybody, where it answers the same questions. */
function keptLock(groups: readonly RequirementGroup[], context: LockContext): SourceLock | null {
  const { previous, update, systems } = context
  const asked = groups.flatMap((group) => group.requirements)
  if (asked.length === 0) return sourceLock(groups, context, { packages: [], registries: {} })
  if (previous === null || update === 'all' || update.size > 0 || context.asOf !== null) return null
  const packages = previous.packages.filter((item) => item.source === 'registry')
  const known = new Set(groups.flatMap((group) => [...(group.previous?.keys() ?? [])]))
  const isSame =
    asked.every((item) => known.has(item.text)) &&
    known.size === new Set(asked.map((item) => item.text)).size &&
    systems.every((system) => previous.systems[system] !== undefined) &&
    asked.every((item) => previous.registries?.[item.prefix]?.place === context.registries[item.prefix])
  return isSame ? sourceLock(groups, context, { packages, registries: previous.registries ?? {} }) : null
}

function clientFor(registry: string, context: LockContext, options: RegistrySourceOptions): RegistryClient {
  const place = placeOf(registry, context)
  // Another place is another registry, whatever its name.
  const previous = context.previous?.registries?.[registry]
  const locked = previous?.place === place ? previous : null
  return openRegistry(place, {
    ...options,
    host: context.host,
    workspace: context.workspace,
    keys: context.keys[registry] ?? [],
    seen: locked?.serial ?? 0,
    commit: isMoved(registry, context) ? null : (locked?.commit ?? null),
    offline: context.offline,
    signal: context.signal,
  })
}

/** A registry in git stays at its commit until an update asks for it, or for a package of it. */
function isMoved(registry: string, { update }: LockContext): boolean {
  return update === 'all' || [...update].some((id) => splitId(id)[0] === registry)
}

function placeOf(registry: string, context: LockContext): string {
  const place = context.registries[registry]
  if (place === undefined) throw new Error(`the registry ${registry} is not declared`)
  return place
}

async function registriesOf(
  clients: ReadonlyMap<string, RegistryClient>,
  context: LockContext,
): Promise<{ readonly [name: string]: LockedRegistry }> {
  const entries = await Promise.all(
    [...clients].map(async ([name, client]): Promise<[string, LockedRegistry]> => {
      const [root, commit] = await Promise.all([client.root(), client.commit()])
      const pin = commit === null ? {} : { commit }
      return [name, { place: placeOf(name, context), name: root.name, serial: root.serial, ...pin }]
    }),
  )
  return Object.fromEntries(entries)
}
