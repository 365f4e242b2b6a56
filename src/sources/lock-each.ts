// How sources lock whose packages are found one by one, whatever else is asked: directories of the workspace and of repositories, files at addresses.

import type { Requirement } from '../core/environment.ts'
import { canonicalJson, compareCodePoints } from '../core/json.ts'
import type { LockedId, LockedPackage } from '../core/lock.ts'
import type { Inspected, LockContext, RequirementGroup, SourceLock } from './source.ts'

/** `lockOne` is asked once in a lock for each requirement, whoever asks: a branch may move meanwhile, and a file nobody knows the hash of be another. */
export async function lockEach(
  groups: readonly RequirementGroup[],
  context: LockContext,
  lockOne: (requirement: Requirement) => Promise<Inspected>,
): Promise<SourceLock> {
  const roots = new Map<string, ReadonlyMap<string, LockedId>>()
  const packages = new Map<LockedId, LockedPackage>()
  const brings = new Map<LockedId, RequirementGroup>()
  for (const group of groups) {
    const ids = new Map<string, LockedId>()
    for (const requirement of [...group.requirements].sort((a, b) => compareCodePoints(a.text, b.text))) {
      const { source, text, options } = requirement
      const { item, brought } = await context.once(canonicalJson([source, text, options]), () => lockOne(requirement))
      ids.set(text, item.id)
      packages.set(item.id, item)
      if (brought !== null) brings.set(item.id, brought)
    }
    roots.set(group.id, ids)
  }
  const all = new Set(packages.keys())
  const members = new Map(context.systems.map((system) => [system, all]))
  return { roots, packages: [...packages.values()], members, brings }
}
