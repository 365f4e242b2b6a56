// What the ages of versions do to a tree that npm's resolver made: what has to go because of what it needs, and what would be newer.

import type { Node as TreeNode } from '@npmcli/arborist'
import semver from 'semver'
import { isJsonObject, type Json } from '../../core/json.ts'
import type { Young } from '../release-rule.ts'
import { rangeOfSpec } from './manifest.ts'
import { type Offer, versionsIn, youngPick } from './offer.ts'
import type { Packuments } from './packuments.ts'
import type { HeldBack } from './warnings.ts'

/** Of a package with more versions only the last ones are looked at, and the one that was chosen. */
const MAX_VERSIONS = 1000

/**
 * Passes over what was chosen and needs what is too young, with every other version that needs it in the same way. False when there is nothing of
 * the kind; so it is true only a limited number of times.
 */
export function withdrawDependents(tree: TreeNode | null, error: unknown, packuments: Packuments): boolean {
  let isWithdrawn = false
  for (const { dependent, version, name, range } of unmetNeeds(tree, error)) {
    const [offer, needed] = [packuments.known(dependent), packuments.known(name)]
    if (offer === null || needed === null || blockedBy(needed, range) === null) continue
    const reasons = new Map<string, Young>()
    const all = Object.entries(versionsIn(offer.packument))
    const looked = all.filter(([other], index) => other === version || index >= all.length - MAX_VERSIONS)
    for (const [other, manifest] of looked) {
      const need = other === version ? range : needOf(manifest, name)
      const young = need === null ? null : blockedBy(needed, need)
      if (need === null || young === null || packuments.isLocked(dependent, other)) continue
      reasons.set(other, youngDependent(dependent, other, { young, need: `${name}@${need === '' ? '*' : need}` }))
    }
    if (reasons.size === 0) continue
    packuments.withdraw(dependent, reasons)
    isWithdrawn = true
  }
  return isWithdrawn
}

/** A version that is as young as what it needs. */
function youngDependent(
  name: string,
  version: string,
  { young, need }: { readonly young: Young; readonly need: string },
): Young {
  const words = `needs \`${need}\`, and \`${young.name}@${young.version}\` ${young.words}`
  return { ...young, name, version, released: null, words }
}

interface UnmetNeed {
  readonly dependent: string
  /** Null where npm does not say; then it is one of those that need just this. */
  readonly version: string | null
  readonly name: string
  readonly range: string
}

/** What npm's resolver could not load, or place, for a package of a registry. */
function unmetNeeds(tree: TreeNode | null, error: unknown): readonly UnmetNeed[] {
  const failures = new Set([...(tree?.inventory.values() ?? [])].flatMap((node) => node.errors))
  if (error !== null) failures.add(error)
  return [...failures].flatMap((failure): UnmetNeed[] => {
    const { code, name, wanted, requiredBy, edge, currentEdge } = failure as { readonly [fact: string]: unknown }
    if (code === 'ERESOLVE') return [edge, currentEdge].flatMap(needOfEdge)
    if ((code !== 'ETARGET' && code !== 'ENOVERSIONS') || typeof name !== 'string') return []
    const location = typeof requiredBy === 'string' ? requiredBy : ''
    const range = typeof wanted === 'string' ? wanted : ''
    const node = tree?.inventory.get(location)
    if (typeof node?.packageName === 'string' && !node.isProjectRoot)
      return [{ dependent: node.packageName, version: node.version, name, range }]
    // Peers are tried out in a tree of their own before they get a place in this one.
    const at = location.lastIndexOf('node_modules/')
    return at === -1 ? [] : [{ dependent: location.slice(at + 'node_modules/'.length), version: null, name, range }]
  })
}

/** As npm explains an edge. */
function needOfEdge(edge: unknown): readonly UnmetNeed[] {
  const { name, spec, from } = isJsonObject(edge) ? edge : {}
  if (!isJsonObject(from) || typeof name !== 'string' || typeof spec !== 'string') return []
  const { name: dependent, version } = from
  if (typeof dependent !== 'string' || typeof version !== 'string') return []
  return [{ dependent, version, name, range: rangeOfSpec(spec) }]
}

/** The version that would meet a need, were it not too young, where no other does. */
function blockedBy(offer: Offer, range: string): Young | null {
  if (semver.valid(range, true) !== null) return offer.young.get(semver.clean(range, true) ?? '') ?? null
  const young = youngPick(offer, range)
  if (young === null || semver.validRange(range, true) === null) return young
  return Object.keys(versionsIn(offer.packument)).some((version) => semver.satisfies(version, range, true))
    ? null
    : young
}

function needOf(manifest: Json, name: string): string | null {
  const { dependencies, optionalDependencies, peerDependencies } = isJsonObject(manifest) ? manifest : {}
  for (const needs of [optionalDependencies, dependencies, peerDependencies]) {
    const range = isJsonObject(needs) && Object.hasOwn(needs, name) ? needs[name] : undefined
    if (typeof range === 'string') return range
  }
  return null
}

/** What would be newer than it is: every dependent allows a version that is passed over, and npm would have chosen it. */
export function heldBackIn(
  nodes: readonly TreeNode[],
  packuments: Packuments,
  update: ReadonlySet<string> | 'all',
): readonly HeldBack[] {
  const found: HeldBack[] = []
  for (const node of nodes) {
    const { name, chosen } = targetOf(node)
    const offer = name === null ? null : packuments.known(name)
    if (name === null || offer === null || offer.young.size === 0) continue
    const isKept = chosen !== null && packuments.isLocked(name, chosen) && update !== 'all' && !update.has(name)
    const edges = [...node.edgesIn]
    const ranges = edges.map((edge) => rangeOfSpec(edge.spec))
    const young = ranges.map((range) => youngPick(offer, range)).find((item) => item !== null)
    if (isKept || young === undefined || young === null) continue
    const isNewer = chosen === null || semver.gt(young.version, chosen, true)
    const isAllowed = ranges.every(
      (range) => semver.validRange(range, true) === null || semver.satisfies(young.version, range, true),
    )
    const isAskedFor = edges.some((edge) => edge.from?.isProjectRoot === true)
    if (isNewer && isAllowed) found.push({ name, chosen, young, isAskedFor })
  }
  return found
}

/** The package of a node, and its version; null for one that could not be loaded. */
function targetOf(node: TreeNode): { readonly name: string | null; readonly chosen: string | null } {
  const [error] = node.errors
  if (error === undefined)
    return { name: typeof node.packageName === 'string' ? node.packageName : null, chosen: node.version }
  const { code, name } = error as { readonly [fact: string]: unknown }
  return { name: code === 'ETARGET' && typeof name === 'string' ? name : null, chosen: null }
}
