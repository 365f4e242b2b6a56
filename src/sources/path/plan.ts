// From locked directories to derivations. Pure.

import { compareCodePoints } from '../../core/json.ts'
import type { LockedId } from '../../core/lock.ts'
import { planDirectory } from '../directory-package.ts'
import type { Placement, PlanContext } from '../source.ts'

/** @throws ToolError E_LOCK_INVALID */
export function planPaths(context: PlanContext): ReadonlyMap<LockedId, Placement> {
  const items = [...context.packages.values()].filter((item) => item.source === 'path')
  items.sort((a, b) => compareCodePoints(a.id, b.id))
  return new Map(items.map((item) => [item.id, planDirectory(item, { format: 'tree', strip: 0 }, context)]))
}
