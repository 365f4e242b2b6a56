// What differs between two sets of packages: added, removed, updated.

import { compareCodePoints } from '../core/json.ts'
import { type LockedEnvironment, referenceOf } from '../core/lock.ts'

export interface PackageVersion {
  /** `npm:typescript` */
  readonly package: string
  readonly version: string
}

export interface PackageUpdate {
  readonly package: string
  /** Several where versions stand side by side. */
  readonly from: readonly string[]
  readonly to: readonly string[]
}

export interface PackageChanges {
  readonly added: readonly PackageVersion[]
  readonly removed: readonly PackageVersion[]
  readonly updated: readonly PackageUpdate[]
}

/** `npm:typescript` → its versions. */
export type Versions = ReadonlyMap<string, ReadonlySet<string>>

export function collectVersions(
  packages: Iterable<{ readonly id: string; readonly name: string; readonly version: string }>,
): Versions {
  const versions = new Map<string, Set<string>>()
  for (const item of packages) {
    const key = referenceOf(item)
    const known = versions.get(key)
    if (known === undefined) versions.set(key, new Set([item.version]))
    else known.add(item.version)
  }
  return versions
}

export function lockVersions(lock: LockedEnvironment | null): Versions {
  return collectVersions(lock?.packages ?? [])
}

/** Sorted by package. */
export function changesBetween(before: Versions, after: Versions): PackageChanges {
  const added: PackageVersion[] = []
  const removed: PackageVersion[] = []
  const updated: PackageUpdate[] = []
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort(compareCodePoints)) {
    const from = [...(before.get(name) ?? [])].sort(compareCodePoints)
    const to = [...(after.get(name) ?? [])].sort(compareCodePoints)
    if (from.length === 0) added.push(...to.map((version) => ({ package: name, version })))
    else if (to.length === 0) removed.push(...from.map((version) => ({ package: name, version })))
    else if (from.join() !== to.join()) updated.push({ package: name, from, to })
  }
  return { added, removed, updated }
}
