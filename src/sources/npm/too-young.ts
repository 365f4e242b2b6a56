// What the ages of versions do to a tree that npm's resolver made: what has to go because of what it needs, and what would be newer.

import type { Node as TreeNode } from '@npmcli/arborist'
import semver from 'semver'
import { rangeOfSpec } from './manifest.ts'
import { youngPick } from './offer.ts'
import type { Packuments } from './packuments.ts'
import type { HeldBack } from './warnings.ts'

/** Passes over what was chosen and needs what is too young; false when there is nothing of the kind. */
export function withdrawDependents(tree: TreeNode | null, error: unknown, packuments: Packuments): boolean {
  if (tree === null) return false
  const failures = [...tree.inventory.values()].flatMap((node) => node.errors)
  let isWithdrawn = false
  for (const failure of new Set([...failures, ...(error === null ? [] : [error])])) {
    const { code, name, wanted, requiredBy } = failure as { readonly [fact: string]: unknown }
    if ((code !== 'ETARGET' && code !== 'ENOVERSIONS') || typeof name !== 'string') continue
    const range = typeof wanted === 'string' ? wanted : ''
    const offer = packuments.known(name)
    const young = offer === null ? null : youngPick(offer, range)
    const dependent = typeof requiredBy === 'string' ? tree.inventory.get(requiredBy) : undefined
    if (young === null || dependent === undefined || dependent.isProjectRoot || dependent.inBundle) continue
    const { packageName, version } = dependent
    if (typeof packageName !== 'string' || packuments.known(packageName) === null) continue
    if (packuments.isLocked(packageName, version) || packuments.known(packageName)?.young.has(version)) continue
    packuments.withdraw(packageName, version, young, `${name}@${range === '' ? '*' : range}`)
    isWithdrawn = true
  }
  return isWithdrawn
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
