// What the lock that was built last in this store came to, for whatever environment: the next one has most packages in common with it, and
// these need be neither checked nor planned again. The record is that of known-lock.ts.

import { type DerivationId, parseDerivationId } from '../core/derivation.ts'
import type { LockedEnvironment, LockedId } from '../core/lock.ts'
import { lockBlocks } from '../core/lock-blocks.ts'
import { NOTHING_REMEMBERED, type RememberedPlan } from '../sources/source.ts'
import type { PlannedLock } from './known-lock.ts'

export interface PlanMemory {
  /** Of packages that were checked. */
  readonly blocks: ReadonlySet<string>
  readonly derivations: RememberedPlan['derivations']
}

const EMPTY: PlanMemory = { blocks: new Set(), derivations: new Map() }

/** A lock and its blocks. */
interface LockText {
  readonly lock: LockedEnvironment
  readonly blocks: readonly string[] | null
}

/** Empty when nothing is known, or what is known is not whole. */
export function planMemory(planned: PlannedLock | null): PlanMemory {
  const blocks = planned === null ? null : lockBlocks(planned.text)
  if (planned === null || blocks === null || planned.derivations.length !== blocks.length) return EMPTY
  const derivations = new Map<LockedId, DerivationId>()
  for (const [id, derivation] of planned.derivations) {
    const known = parseDerivationId(derivation)
    if (known !== null) derivations.set(id, known)
  }
  return { blocks: new Set(blocks), derivations }
}

/** What of it a lock can take over. */
export function recallPlan(memory: PlanMemory, { lock, blocks }: LockText): RememberedPlan {
  if (blocks === null || memory === EMPTY) return NOTHING_REMEMBERED
  const same = lock.packages.filter((_, index) => memory.blocks.has(blocks[index] ?? ''))
  return { unchanged: new Set(same.map((item) => item.id)), derivations: memory.derivations }
}
