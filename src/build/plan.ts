// From a lock to the derivations of one system. Pure: the same lock always gives the same plan, and so the same ids.

import { isDeepStrictEqual } from 'node:util'
import {
  COMPOSE_FORMAT,
  type Contribution,
  type Derivation,
  type DerivationId,
  derivationId,
  type Plan,
} from '../core/derivation.ts'
import { digestJson } from '../core/digest.ts'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints, isJsonObject } from '../core/json.ts'
import type { LockedEnvironment, LockedId, LockedPackage, LockedRoot, SystemLock } from '../core/lock.ts'
import { PACKAGE_TYPES, type PackageType } from '../core/native-package.ts'
import type { StoreName } from '../core/store-path.ts'
import type { System } from '../core/system.ts'
import type { VariableValue } from '../core/variable.ts'
import { NOTHING_REMEMBERED, type Placement, type RememberedPlan, type Source } from '../sources/source.ts'
import { activationFiles } from './activation.ts'

export interface EnvironmentPlan extends Plan {
  /** In which derivation's output each package is. */
  readonly packages: ReadonlyMap<LockedId, DerivationId>
}

/**
 * The ids are the same whatever is remembered; derivations that are known by it alone are not in the plan.
 * @throws ToolError E_SYSTEM_UNSUPPORTED when the lock does not cover `system`
 */
export function plan(
  lock: LockedEnvironment,
  system: System,
  sources: readonly Source[],
  remembered: RememberedPlan = NOTHING_REMEMBERED,
): EnvironmentPlan {
  const { systemLock, members, packages, derivations, placed, add } = place(lock, system, { sources, remembered })
  const inputs: DerivationId[] = []
  const contributions: Contribution[] = []
  const variables = new Map<string, { readonly value: VariableValue; readonly owner: LockedId }>()
  for (const { id, priority } of partsOfTree(systemLock.roots, placed)) {
    const placement = placementOf(id, placed)
    let input = inputs.indexOf(placement.derivation)
    if (input === -1) input = inputs.push(placement.derivation) - 1
    contributions.push({
      input,
      links: inOrder(placement.links),
      merges: inOrder(placement.merges),
      owner: id,
      priority,
    })
    for (const [name, value] of Object.entries(placement.variables ?? {})) {
      const other = variables.get(name)
      if (other !== undefined && !isDeepStrictEqual(other.value, value) && !Object.hasOwn(lock.variables, name))
        throw variableTwice(name, other.owner, id)
      variables.set(name, { value, owner: id })
    }
  }
  const manifest = systemLock.packages.map((id) => {
    const item = packages.get(id) as LockedPackage
    const dependencies = [...new Set(Object.values(item.dependencies))]
      .filter((dependency) => members.has(dependency))
      .sort()
    const type = typeOf(item)
    return { dependencies, id, name: item.name, ...(type === null ? {} : { type }), version: item.version }
  })
  // What the environment itself says wins.
  const all = { ...Object.fromEntries([...variables].map(([name, { value }]) => [name, value])), ...lock.variables }
  // Keys in order, here and above: canonical JSON then needs no copy (`unpackStep`).
  const root = add({
    inputs,
    name: 'environment' as StoreName,
    step: {
      activation: digestJson([...activationFiles({})].map(([path, file]) => [path, file.text, file.executable])),
      contributions,
      format: COMPOSE_FORMAT,
      kind: 'compose',
      packages: {
        packages: manifest,
        roots: systemLock.roots.map(({ requirement, package: id }) => ({ package: id, requirement })),
        system,
      },
      variables: inOrder(all),
    },
    system,
  })
  return { root, derivations, packages: new Map([...placed].map(([id, { derivation }]) => [id, derivation])) }
}

function inOrder<T>(record: { readonly [key: string]: T }): { readonly [key: string]: T } {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => compareCodePoints(a, b)))
}

/** Of a native package; null for any other. */
function typeOf({ data }: LockedPackage): PackageType | null {
  const declared = isJsonObject(data['package']) ? data['package']['type'] : null
  return PACKAGE_TYPES.find((type) => type === declared) ?? null
}

interface Placed {
  readonly systemLock: SystemLock
  readonly members: ReadonlySet<LockedId>
  readonly packages: ReadonlyMap<LockedId, LockedPackage>
  readonly derivations: ReadonlyMap<DerivationId, Derivation>
  readonly placed: ReadonlyMap<LockedId, Placement>
  readonly add: (derivation: Derivation) => DerivationId
}

/** Where each package of a lock is once it is realised, in which derivation's output. @throws ToolError E_SYSTEM_UNSUPPORTED */
export function placements(
  lock: LockedEnvironment,
  system: System,
  sources: readonly Source[],
): ReadonlyMap<LockedId, Placement> {
  return place(lock, system, { sources, remembered: NOTHING_REMEMBERED }).placed
}

function place(
  lock: LockedEnvironment,
  system: System,
  { sources, remembered }: { readonly sources: readonly Source[]; readonly remembered: RememberedPlan },
): Placed {
  const systemLock = lock.systems[system]
  if (systemLock === undefined) {
    throw new ToolError(
      'E_SYSTEM_UNSUPPORTED',
      `The environment is locked for ${Object.keys(lock.systems).join(', ')}, not for ${system}.`,
      {
        details: { system },
        hint: `Add \`${system}\` under \`systems\` in the environment file.`,
      },
    )
  }
  const members = new Set<LockedId>(systemLock.packages)
  const packages = new Map<LockedId, LockedPackage>()
  for (const item of lock.packages) if (members.has(item.id)) packages.set(item.id, item)

  const derivations = new Map<DerivationId, Derivation>()
  const add = (derivation: Derivation): DerivationId => {
    const id = derivationId(derivation)
    derivations.set(id, derivation)
    return id
  }
  const placed = new Map<LockedId, Placement>()
  for (const source of sources) {
    for (const [id, placement] of source.plan({ system, roots: systemLock.roots, packages, placed, add, remembered }))
      placed.set(id, placement)
  }
  return { systemLock, members, packages, derivations, placed, add }
}

interface Part {
  readonly id: LockedId
  readonly priority: number
}

/** The roots, and what joins them wherever they are; those in the order of their ids. */
function partsOfTree(roots: readonly LockedRoot[], placed: ReadonlyMap<LockedId, Placement>): readonly Part[] {
  const asked = new Set(roots.map((root) => root.package))
  const joined = new Set<LockedId>()
  const waiting = [...asked]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const next of placementOf(id, placed).joins ?? []) {
      if (asked.has(next) || joined.has(next)) continue
      joined.add(next)
      waiting.push(next)
    }
  }
  return [
    ...roots.map((root) => ({ id: root.package, priority: root.priority })),
    ...[...joined].sort(compareCodePoints).map((id) => ({ id, priority: 0 })),
  ]
}

function placementOf(id: LockedId, placed: ReadonlyMap<LockedId, Placement>): Placement {
  const placement = placed.get(id)
  if (placement === undefined) throw new Error(`no source placed ${id}`)
  return placement
}

function variableTwice(name: string, first: LockedId, second: LockedId): ToolError {
  return new ToolError(
    'E_COLLISION',
    `\`${first}\` and \`${second}\` set the variable \`${name}\` to different values.`,
    {
      details: { variable: name, packages: [first, second] },
      hint: `Set \`${name}\` under \`variables\` in the environment file, which then wins.`,
    },
  )
}
