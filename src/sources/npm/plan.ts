// From locked npm packages to derivations. Pure, and a function of content alone: neither ids nor places of the lock reach a
// derivation, so two environments with the same package and graph share its object.
//
// One derivation for each strongly connected component: packages that need each other must lie in one object, since an object's
// name covers what it refers to.

import {
  type Derivation,
  type DerivationId,
  type UnpackLink,
  type UnpackPart,
  unpackStep,
} from '../../core/derivation.ts'
import { digestJson } from '../../core/digest.ts'
import { compareCodePoints } from '../../core/json.ts'
import type { LockedId, LockedPackage, LockedRoot } from '../../core/lock.ts'
import { toStoreName } from '../../core/store-path.ts'
import { checkPackageName, executablesOf, invalidLock, linkPlace, parseCommands, provide } from '../node-package.ts'
import type { Placement, PlanContext, RememberedPlan } from '../source.ts'

/** @throws ToolError E_LOCK_INVALID */
export function planNpm(context: PlanContext): ReadonlyMap<LockedId, Placement> {
  const items = new Map<LockedId, LockedPackage>()
  for (const item of context.packages.values()) if (item.source === 'npm') items.set(item.id, item)
  const names = rootNames(context.roots)
  const placed = new Map<LockedId, Placement>()
  const isKnown = knownAmong(items, context.remembered)
  for (const component of components(items)) {
    const members = component.length === 1 ? component.map(alone) : compartments(component, placed)
    const inComponent = new Map(members.map((member) => [member.item.id, member]))
    const id = isKnown(component) ?? context.add(derive(members, inComponent, placed, context.system))
    for (const { item, path } of members) placed.set(item.id, new NpmPlacement(id, { item, path, names }))
  }
  return placed
}

/**
 * Says of each component, asked in their order, which derivation it has if neither it nor anything below it changed since the earlier plan; otherwise
 * null.
 */
function knownAmong(
  items: ReadonlyMap<LockedId, LockedPackage>,
  { unchanged, derivations }: RememberedPlan,
): (component: readonly LockedPackage[]) => DerivationId | null {
  const known = new Set<LockedId>()
  return (component) => {
    const members = new Set(component.map((item) => item.id))
    const isSame = component.every(
      (item) =>
        unchanged.has(item.id) &&
        derivations.has(item.id) &&
        // What this system does not have it must not have had before.
        Object.values(item.dependencies).every((id) =>
          items.has(id) ? members.has(id) || known.has(id) : !derivations.has(id),
        ),
    )
    if (!isSame) return null
    for (const id of members) known.add(id)
    return derivations.get(component[0]?.id as LockedId) ?? null
  }
}

/** What a package gives to a tree is looked at only when a tree asks for it: most packages are only needed by others. */
class NpmPlacement implements Placement {
  readonly derivation: DerivationId
  readonly path: string
  readonly merges = {}
  readonly #item: LockedPackage
  readonly #names: ReadonlyMap<LockedId, readonly string[]>

  constructor(derivation: DerivationId, { item, path, names }: NpmPlacementFacts) {
    this.derivation = derivation
    this.path = path
    this.#item = item
    this.#names = names
  }

  get links(): Placement['links'] {
    const { id, name, data } = this.#item
    return provide(this.#names.get(id) ?? [name], this.path, parseCommands(data, id))
  }
}

interface NpmPlacementFacts {
  readonly item: LockedPackage
  readonly path: string
  /** As `rootNames` gives them. */
  readonly names: ReadonlyMap<LockedId, readonly string[]>
}

interface Member {
  readonly item: LockedPackage
  /** '' or `<name>@<version>/`. */
  readonly base: string
  /** Of the package in the object. */
  readonly path: string
}

function toMember(item: LockedPackage, base: string): Member {
  const name = checkPackageName(item.name, item.id)
  return { item, base, path: `${base}node_modules/${name}` }
}

function alone(item: LockedPackage): Member {
  return toMember(item, '')
}

function derive(
  members: readonly Member[],
  inComponent: ReadonlyMap<LockedId, Member>,
  placed: ReadonlyMap<LockedId, Placement>,
  system: Derivation['system'],
): Derivation {
  const inputs = new Set<DerivationId>()
  for (const { item } of members) {
    for (const id of Object.values(item.dependencies)) {
      const placement = placed.get(id)
      if (placement !== undefined) inputs.add(placement.derivation)
    }
  }
  const sorted = [...inputs].sort(compareCodePoints)
  const parts: UnpackPart[] = []
  const links: UnpackLink[] = []
  for (const { item, base, path } of members) {
    const [artifact] = item.artifacts
    if (artifact === undefined) throw invalidLock(item.id, 'it has no artifact')
    parts.push({
      artifact,
      at: path,
      executables: executablesOf(parseCommands(item.data, item.id)),
      format: 'npm',
      strip: 1,
    })
    for (const [dependency, id] of Object.entries(item.dependencies)) {
      const at = linkPlace(base, item.name, checkPackageName(dependency, item.id), id === item.id)
      const sibling = inComponent.get(id)
      const placement = placed.get(id)
      if (at === null) continue
      if (sibling !== undefined) links.push({ at, input: null, path: sibling.path })
      // Neither here nor placed: a package that this system does not have.
      else if (placement !== undefined)
        links.push({ at, input: sorted.indexOf(placement.derivation), path: placement.path })
    }
  }
  const [first] = members
  if (first === undefined) throw new Error('a component without members')
  return {
    inputs: sorted,
    name: toStoreName(`${first.item.name}-${first.item.version}`),
    step: unpackStep(
      parts.sort((a, b) => compareCodePoints(a.at, b.at)),
      links.sort((a, b) => compareCodePoints(a.at, b.at)),
    ),
    system,
  }
}

/** Packages that need each other, each in a compartment of its own; numbered by content where name and version are the same. */
function compartments(
  component: readonly LockedPackage[],
  placed: ReadonlyMap<LockedId, Placement>,
): readonly Member[] {
  const labels = contentLabels(component, placed)
  const order = [...component].sort(
    (a, b) =>
      compareCodePoints(a.name, b.name) ||
      compareCodePoints(a.version, b.version) ||
      compareCodePoints(labels.get(a.id) ?? '', labels.get(b.id) ?? '') ||
      compareCodePoints(a.id, b.id),
  )
  const counts = new Map<string, number>()
  return order.map((item) => {
    if (!/^[0-9A-Za-z.+-]+$/.test(item.version)) throw invalidLock(item.id, `\`${item.version}\` is not a version`)
    const label = `${item.name.replace('/', '+')}@${item.version}`
    const count = (counts.get(label) ?? 0) + 1
    counts.set(label, count)
    return toMember(item, count === 1 ? `${label}/` : `${label}+${count}/`)
  })
}

/** Digests that tell the members of a component apart by what they are and what they lead to, never by how a lock calls them. */
function contentLabels(
  component: readonly LockedPackage[],
  placed: ReadonlyMap<LockedId, Placement>,
): ReadonlyMap<LockedId, string> {
  let labels = new Map<LockedId, string>(component.map((item) => [item.id, digestJson([item.name, item.version])]))
  // After as many rounds as there are members, what differs anywhere differs in its label.
  for (let round = 0; round < component.length; round++) {
    const next = new Map<LockedId, string>()
    for (const item of component) {
      const edges = Object.entries(item.dependencies)
        .sort(([a], [b]) => compareCodePoints(a, b))
        .map(([name, id]) => {
          const placement = placed.get(id)
          return [name, labels.get(id) ?? null, placement?.derivation ?? null, placement?.path ?? null]
        })
      const integrities = item.artifacts.map((artifact) => artifact.integrity)
      next.set(item.id, digestJson([item.name, item.version, integrities, edges]))
    }
    const count = new Set(next.values()).size
    const isStable = count === new Set(labels.values()).size && round > 0
    labels = next
    if (isStable || count === component.length) break
  }
  return labels
}

/** The names by which the environment asks for a package: `npm:alias@npm:name@range` gives it under the alias. */
function rootNames(roots: readonly LockedRoot[]): ReadonlyMap<LockedId, readonly string[]> {
  const names = new Map<LockedId, string[]>()
  for (const { requirement, package: id } of roots) {
    const name = /^npm:(@?[^@]+)/.exec(requirement)?.[1]
    if (name === undefined) continue
    const known = names.get(id)
    if (known === undefined) names.set(id, [checkPackageName(name, requirement)])
    else known.push(checkPackageName(name, requirement))
  }
  return names
}

/** Strongly connected components, dependencies before dependents (Tarjan, without recursion: graphs can be deep). */
function components(items: ReadonlyMap<LockedId, LockedPackage>): readonly (readonly LockedPackage[])[] {
  const indexes = new Map<LockedId, number>()
  const lows = new Map<LockedId, number>()
  const onStack = new Set<LockedId>()
  const stack: LockedPackage[] = []
  const found: LockedPackage[][] = []
  const enter = (item: LockedPackage) => {
    indexes.set(item.id, indexes.size)
    lows.set(item.id, indexes.size - 1)
    stack.push(item)
    onStack.add(item.id)
    return { item, rest: Object.values(item.dependencies).filter((id) => items.has(id)) }
  }
  const lower = (id: LockedId, value: number | undefined): void => {
    lows.set(id, Math.min(lows.get(id) ?? 0, value ?? 0))
  }
  for (const start of [...items.keys()].sort(compareCodePoints)) {
    const first = items.get(start)
    if (first === undefined || indexes.has(start)) continue
    const path = [enter(first)]
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { item, rest } = frame
      const next = rest.pop()
      if (next !== undefined) {
        const target = items.get(next)
        if (target !== undefined && !indexes.has(next)) path.push(enter(target))
        else if (onStack.has(next)) lower(item.id, indexes.get(next))
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) lower(parent.item.id, lows.get(item.id))
      if (lows.get(item.id) !== indexes.get(item.id)) continue
      const members = stack.splice(stack.lastIndexOf(item))
      for (const member of members) onStack.delete(member.id)
      found.push(members)
    }
  }
  return found
}
