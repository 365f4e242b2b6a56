// What a lock keeps of native packages, wherever they come from, and what they bring of other sources. Reading package.yaml files is
// not done here.

import type { Requirement } from '../core/environment.ts'
import { isToolError } from '../core/errors.ts'
import { compareCodePoints, type JsonObject } from '../core/json.ts'
import type { LockedEnvironment, LockedId, LockedPackage } from '../core/lock.ts'
import { type NativePackage, packagePart } from '../core/native-package.ts'
import { packageToJson, parsePackageValue } from '../core/package-file.ts'
import type { System } from '../core/system.ts'
import { invalidLock } from './node-package.ts'
import type { RequirementGroup } from './source.ts'

/** What a lock keeps of a native package. */
export function nativeData(item: NativePackage): JsonObject {
  return { kind: 'native', package: packageToJson(item) }
}

/** @throws ToolError E_LOCK_INVALID */
export function readNative(item: LockedPackage): NativePackage {
  try {
    return parsePackageValue(item.data['package'] ?? null, item.id)
  } catch (error) {
    if (!isToolError(error, 'E_PACKAGE_INVALID')) throw error
    throw invalidLock(item.id, error.message.replace(/\.$/, ''))
  }
}

/** What the package requires on any of these systems, of any source; each once, sorted. */
export function nativeRequirements(item: NativePackage, systems: readonly System[]): readonly Requirement[] {
  const all = new Map<string, Requirement>()
  for (const system of systems)
    for (const requirement of packagePart(item, system).dependencies) all.set(requirement.text, requirement)
  return [...all.values()].sort((a, b) => compareCodePoints(a.text, b.text))
}

/** What the package brings of other sources than the registries; null when nothing. */
export function nativeGroup(
  id: LockedId,
  requirements: readonly Requirement[],
  previous: LockedEnvironment | null,
): RequirementGroup | null {
  const brought = requirements.filter((item) => item.source !== 'registry')
  if (brought.length === 0) return null
  const before = previous?.packages.find((item) => item.id === id)
  const chosen = (requirement: Requirement): LockedId | null => before?.dependencies[requirement.name] ?? null
  return {
    id,
    requirements: brought,
    previous: before === undefined ? null : new Map(brought.map((item) => [item.text, chosen(item)])),
  }
}
