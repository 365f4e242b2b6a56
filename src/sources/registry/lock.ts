// From requirements of registries to chosen versions: one solve over all registries of the environment, one version of a package for all
// systems. Native packages that no registry has take part as guests. What the chosen packages bring of other sources is locked after them; if that
// cannot be done, another version is chosen.

import type { Requirement } from '../../core/environment.ts'
import { ToolError } from '../../core/errors.ts'
import { parseGitAddress } from '../../core/git-address.ts'
import { canonicalJson, type Json } from '../../core/json.ts'
import type { LockedEnvironment, LockedId, LockedPackage, LockedRegistry } from '../../core/lock.ts'
import type { PackageVersion } from '../../core/registry.ts'
import { SYSTEMS } from '../../core/system.ts'
import { areVouchedFor } from '../../core/trusted-keys.ts'
import { collectEarly } from '../../host/garbage.ts'
import type { NamedCommit } from '../../host/git.ts'
import { errorOf } from '../../solver/failure.ts'
import { heldBackText } from '../../solver/solution.ts'
import { solve } from '../../solver/solver.ts'
import type { PackageId, Problem, Refusal, Root, Solution, Universe } from '../../solver/universe.ts'
import { settleMove } from '../git-reader.ts'
import {
  dependencyName,
  isNative,
  lockedRequirements,
  nativeData,
  nativeGroup,
  nativeRequirements,
} from '../native-lock.ts'
import type { LockContext, RequirementGroup, SourceLock } from '../source.ts'
import type { RegistryClient } from './client.ts'
import { Guests } from './guests.ts'
import { locate } from './location.ts'
import { openRegistry, type RegistrySourceOptions } from './open.ts'
import { nativeId, registryUniverse, splitId } from './universe.ts'
import { readTrustedKeys } from './user-keys.ts'

/**
 * @throws ToolError E_RESOLVE_CONFLICT, E_PACKAGE_NOT_FOUND, E_UNSUPPORTED, E_REGISTRY_*, E_SOURCE_UNAVAILABLE, E_AUTH, E_OFFLINE,
 *   and what locking brought packages throws
 */
export async function lockRegistries(
  groups: readonly RequirementGroup[],
  context: LockContext,
  options: RegistrySourceOptions,
): Promise<SourceLock> {
  const kept = await keptLock(groups, context, options)
  if (kept !== null) return kept
  // Guests ask again, once they are locked, for what they were given here: that is no other question.
  const own = groups.flatMap((group) => (group.id === '' ? group.requirements : []))
  const chosen = await context.once(`solve ${canonicalJson(own.map((item) => item.text))}`, () =>
    chooseAll(own, context, options),
  )
  return sourceLock(groups, context, chosen)
}

async function chooseAll(
  asked: readonly Requirement[],
  context: LockContext,
  options: RegistrySourceOptions,
): Promise<Chosen> {
  const clients = new Clients(context, options)
  const { solution } = await choose(asked, clients, context)
  for (const held of solution.heldBack) context.report({ kind: 'warning', message: heldBackText(held), hint: null })
  const versions = await versionsOf(solution, clients)
  return {
    packages: solution.packages.flatMap((item) => {
      const version = versions.get(item.id)
      return version === undefined ? [] : [lockedPackage(item.id, version, { solution, versions, context })]
    }),
    registries: await registriesOf([...versions.keys()], clients, context),
  }
}

export interface Choice {
  readonly problem: Problem
  readonly solution: Solution
  readonly universe: Universe
}

/** One solve over all that is asked, and the guests. @throws ToolError E_RESOLVE_CONFLICT, E_PACKAGE_NOT_FOUND, and what reading registries throws */
export async function choose(asked: readonly Requirement[], clients: Clients, context: LockContext): Promise<Choice> {
  const { previous, update, systems, asOf, refuse, signal } = context
  const guests = new Guests(context)
  const universe = registryUniverse({
    registries: clients,
    locate: (registry, location) => locate(location, placeOf(registry, context)),
    guests,
    systems,
    asOf,
    refuse,
  })
  const locked = update === 'all' ? [] : (previous?.packages ?? []).filter((item) => item.source === 'registry')
  const problem: Problem = {
    roots: [
      ...asked.map((requirement) => rootOf(requirement, nativeId(requirement.prefix, requirement.name), context)),
      ...context.guests.flatMap((requirement) => {
        const id = guests.idOf(requirement)
        return id === null ? [] : [rootOf({ ...requirement, constraint: '' }, id, context)]
      }),
    ],
    locked: new Map(locked.map((item) => [idOf(item.id), item.version])),
    update: update === 'all' ? new Set() : update,
  }
  const check = async (solution: Solution): Promise<readonly Refusal[]> => {
    const versions = await versionsOf(solution, clients)
    const brought = solution.packages.flatMap(({ id, version }) => {
      const item = versions.get(id)
      const group =
        item === undefined
          ? guests.groupOf(id)
          : nativeGroup(
              `${id}@${version}`,
              nativeRequirements(item.package, locate(item.location, placeOf(splitId(id)[0], context)), systems),
              previous,
            )
      return group === null ? [] : [{ id, version, group: later(group, context) }]
    })
    const failed = await context.attempt(brought.map((item) => item.group))
    return failed.map(({ group, reason }) => {
      const culprits = brought.filter((item) => item.group.id === group)
      return { versions: culprits.map(({ id, version }) => ({ id, version })), reason }
    })
  }
  const outcome = await solve(problem, universe, { signal, check, onHard: collectEarly })
  if (outcome.kind === 'failed')
    throw await withNearest(errorOf(outcome.failure), outcome.failure.missing?.text, asked, clients)
  return { problem, solution: outcome.solution, universe }
}

/** The same error, with the package that was meant by a name that does not exist. */
async function withNearest(
  error: ToolError,
  missing: string | undefined,
  asked: readonly Requirement[],
  clients: Clients,
): Promise<ToolError> {
  const requirement = asked.find((item) => item.text === missing)
  const client = requirement === undefined ? undefined : clients.get(requirement.prefix)
  if (requirement === undefined || (await client?.record(requirement.name)) !== null) return error
  const near = await client?.nearest(requirement.name)
  const { code, message, details, hint } = error
  const meant = `Did you mean \`${requirement.prefix}:${near}\`?`
  return new ToolError(code, message, { details, hint: near == null ? hint : meant })
}

/** What no solve decides about. */
function later(group: RequirementGroup, { mayBeGuest }: LockContext): RequirementGroup {
  return {
    ...group,
    requirements: group.requirements.filter((item) => item.source !== 'registry' && !mayBeGuest(item)),
  }
}

/** One for each registry of the environment that is asked. */
export class Clients {
  readonly #context: LockContext
  readonly #options: RegistrySourceOptions
  readonly #clients = new Map<string, RegistryClient>()

  constructor(context: LockContext, options: RegistrySourceOptions) {
    this.#context = context
    this.#options = options
  }

  /** Undefined for a registry that the environment does not declare. @throws ToolError E_UNSUPPORTED, E_CONFIG */
  get(name: string): RegistryClient | undefined {
    if (!Object.hasOwn(this.#context.registries, name)) return undefined
    const client = this.#clients.get(name) ?? clientFor(name, this.#context, this.#options)
    this.#clients.set(name, client)
    return client
  }
}

function rootOf({ text, constraint }: Requirement, id: PackageId, context: LockContext): Root {
  return { anyOf: [{ id, range: constraint }], text, place: context.placeOf(text) }
}

/** `core:markdown@1.2.0` → `core:markdown`. */
function idOf(id: LockedId): PackageId {
  return id.slice(0, id.lastIndexOf('@'))
}

/** What of a solution registries have; the rest are guests. */
async function versionsOf(solution: Solution, clients: Clients): Promise<ReadonlyMap<PackageId, PackageVersion>> {
  const chosen = solution.packages.filter(({ id }) => clients.get(splitId(id)[0]) !== undefined)
  const found = await Promise.all(
    chosen.map(async ({ id, version }): Promise<[PackageId, PackageVersion]> => {
      const [registry, name] = splitId(id)
      const record = await clients.get(registry)?.record(name)
      const item = record?.versions.find((other) => other.version === version)
      if (item === undefined) throw new Error(`${id} ${version} was chosen and is not there`)
      return [id, item]
    }),
  )
  return new Map(found)
}

interface Solved {
  readonly solution: Solution
  readonly versions: ReadonlyMap<PackageId, PackageVersion>
  readonly context: LockContext
}

function lockedPackage(id: PackageId, item: PackageVersion, { solution, versions, context }: Solved): LockedPackage {
  const { version, location, integrity } = item
  const { commit, directory } = location
  const located = locate(location, placeOf(splitId(id)[0], context))
  const requirements = nativeRequirements(item.package, located, SYSTEMS)
  const chosen = solution.packages.find((other) => other.id === id)
  const dependencies = requirements.flatMap((requirement): [string, LockedId][] => {
    const need = nativeId(splitId(id)[0], requirement.name)
    if (requirement.source !== 'registry' || chosen?.needs.includes(need) !== true) return []
    return [[dependencyName(requirement, requirements), `${need}@${versions.get(need)?.version}` as LockedId]]
  })
  return {
    id: `${id}@${version}` as LockedId,
    source: 'registry',
    name: splitId(id)[1],
    version,
    artifacts: [{ kind: 'git', url: located.url, commit, directory, integrity }],
    dependencies: Object.fromEntries(dependencies),
    data: nativeData(item.package, located),
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
  const brings = packages.flatMap((item): [LockedId, RequirementGroup][] => {
    const requirements = lockedRequirements(item, context.systems).filter((other) => other.source !== 'registry')
    const group = nativeGroup(item.id, requirements, context.previous)
    return group === null ? [] : [[item.id, group]]
  })
  const all = new Set(packages.map((item) => item.id))
  return {
    roots: new Map(roots),
    packages,
    members: new Map(context.systems.map((system) => [system, all])),
    brings: new Map(brings),
    registries,
  }
}

/** The previous lock again, without asking anybody, where it answers the same questions. */
async function keptLock(
  groups: readonly RequirementGroup[],
  context: LockContext,
  { keysFile }: RegistrySourceOptions,
): Promise<SourceLock | null> {
  const { previous, update, systems, registries, guests, keys, workspace } = context
  const own = groups.find((group) => group.id === '')
  const asked = own?.requirements ?? []
  const native = await Promise.all(guests.map(async (item) => (await context.inspect(item)).item))
  const needs = native.filter(isNative).map((item): [string, Json] => [item.id, item.data['package'] ?? null])
  if (asked.length === 0 && needs.length === 0) return sourceLock([], context, { packages: [], registries: {} })
  if (previous === null || update === 'all' || update.size > 0 || context.asOf !== null) return null
  const trusted = readTrustedKeys(context.host, keysFile ?? null)
  if (!areVouchedFor(previous.registries ?? {}, { keys, trusted, workspace })) return null
  const known = new Set(own?.previous?.keys() ?? [])
  const isSame =
    asked.every((item) => known.has(item.text)) &&
    known.size === new Set(asked.map((item) => item.text)).size &&
    systems.every((system) => previous.systems[system] !== undefined) &&
    Object.entries(previous.registries ?? {}).every(([name, { place }]) => place === registries[name]) &&
    canonicalJson(Object.fromEntries(needs)) === canonicalJson(rootGuests(previous))
  const packages = previous.packages.filter((item) => item.source === 'registry')
  return isSame ? sourceLock(groups, context, { packages, registries: previous.registries ?? {} }) : null
}

/** What the native packages that the environment asked for itself, and that no registry has, said in the previous lock. */
function rootGuests(previous: LockedEnvironment): { readonly [id: string]: Json } {
  const roots = new Set(Object.values(previous.systems).flatMap((lock) => lock.roots.map((root) => root.package)))
  const guests = previous.packages.filter((item) => item.source !== 'registry' && isNative(item) && roots.has(item.id))
  return Object.fromEntries(guests.map((item) => [item.id, item.data['package'] ?? null]))
}

function clientFor(registry: string, context: LockContext, options: RegistrySourceOptions): RegistryClient {
  const place = placeOf(registry, context)
  // Another place is another registry, whatever its name.
  const previous = context.previous?.registries?.[registry]
  const locked = previous?.place === place ? previous : null
  return openRegistry(registry, place, {
    ...options,
    host: context.host,
    workspace: context.workspace,
    keys: context.keys,
    locked,
    commit: isMoved(registry, context) ? null : (locked?.commit ?? null),
    ...(locked?.commit === undefined ? {} : { settle: settleTag(registry, locked.commit, context) }),
    offline: context.offline,
    signal: context.signal,
  })
}

/** A registry whose tag was moved is the one that was locked, unless an update names a package of it. */
function settleTag(registry: string, commit: string, context: LockContext): (found: NamedCommit) => NamedCommit {
  const place = placeOf(registry, context)
  const address = parseGitAddress(place)
  const revision = typeof address === 'string' ? '' : address.revision
  const isNamed = context.update !== 'all'
  return (found) => {
    const locked = { id: commit, ref: null }
    return settleMove({ found, locked, revision, asked: place, named: `${registry}:NAME`, isNamed }, context.report)
  }
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
  chosen: readonly PackageId[],
  clients: Clients,
  context: LockContext,
): Promise<{ readonly [name: string]: LockedRegistry }> {
  const names = [...new Set(chosen.map((id) => splitId(id)[0]))]
  const entries = await Promise.all(
    names.map(async (name): Promise<[string, LockedRegistry][]> => {
      const client = clients.get(name)
      if (client === undefined) return []
      const [root, commit, key] = await Promise.all([client.root(), client.commit(), client.signer()])
      const pin = commit === null ? {} : { commit }
      const signer = key === null ? {} : { key }
      return [[name, { place: placeOf(name, context), name: root.name, serial: root.serial, ...pin, ...signer }]]
    }),
  )
  return Object.fromEntries(entries.flat())
}
