// From locked directories of repositories to derivations. Pure.

import { compareCodePoints } from '../../core/json.ts'
import type { LockedId } from '../../core/lock.ts'
import { planDirectory, versionOf } from '../directory-package.ts'
import type { Placement, PlanContext } from '../source.ts'

/** @throws ToolError E_LOCK_INVALID */
export function planGit(context: PlanContext): ReadonlyMap<LockedId, Placement> {
  const items = [...context.packages.values()].filter((item) => item.source === 'git')
  items.sort((a, b) => compareCodePoints(a.id, b.id))
  const part = { format: 'tree', strip: 0 } as const
  return new Map(items.map((item) => [item.id, planDirectory({ ...item, version: versionOf(item) }, part, context)]))
}
