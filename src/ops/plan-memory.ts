// What the lock that was built last in this store came to, for whatever environment: the next one has most packages in common with it, and
// these need be neither checked nor planned again. Derived, in the cache, and believed only by the very program that wrote it.
//
//   cache/plan-<system>      the program; the packages and their derivations as JSON; the blocks of the lock (core/lock-blocks.ts)

import { join } from 'node:path'
import type { EnvironmentPlan } from '../build/plan.ts'
import { type DerivationId, parseDerivationId } from '../core/derivation.ts'
import type { Json } from '../core/json.ts'
import type { LockedEnvironment, LockedId } from '../core/lock.ts'
import { joinBlocks, splitBlocks } from '../core/lock-blocks.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import { NOTHING_REMEMBERED, type RememberedPlan } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import type { Context } from './context.ts'

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

/** Empty when nothing is remembered. */
export function readPlanMemory(context: Context): PlanMemory {
  const text = context.program === null ? '' : (context.host.readFile(recordPath(context))?.toString('utf8') ?? '')
  const [program = '', list = ''] = text.split('\n', 2)
  if (program === '' || program !== context.program) return EMPTY
  const ids = parseIds(list)
  const blocks = splitBlocks(text.slice(program.length + list.length + 2))
  if (ids === null || ids.length !== blocks.length) return EMPTY
  const derivations = new Map<LockedId, DerivationId>()
  for (const [id, derivation] of ids) if (derivation !== null) derivations.set(id, derivation)
  return { blocks: new Set(blocks), derivations }
}

/** What of it a lock can take over. */
export function recallPlan(memory: PlanMemory, { lock, blocks }: LockText): RememberedPlan {
  if (blocks === null || memory === EMPTY) return NOTHING_REMEMBERED
  const same = lock.packages.filter((_, index) => memory.blocks.has(blocks[index] ?? ''))
  return { unchanged: new Set(same.map((item) => item.id)), derivations: memory.derivations }
}

/** Forgetting it costs the next switch some 20 ms. */
export function rememberPlan(context: Context, store: Store, { lock, blocks }: LockText, plan: EnvironmentPlan): void {
  const { program } = context
  if (program === null || blocks === null) return
  const ids = lock.packages.map(({ id }) => [id, plan.packages.get(id) ?? null])
  ifPossible(() => {
    makeDirectories(context.host, join(context.storeRoot, 'cache'))
    const text = `${program}\n${JSON.stringify(ids)}\n${joinBlocks(blocks)}`
    writeFileAtomic(context.host, recordPath(context), text, { temporary: store.layout.temporary, sync: false })
  })
}

/** Null for a text that is not whole. */
function parseIds(text: string): readonly (readonly [LockedId, DerivationId | null])[] | null {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (!Array.isArray(value)) return null
  const isPair = (item: Json): item is Json[] => Array.isArray(item) && typeof item[0] === 'string'
  if (!value.every(isPair)) return null
  return value.map(([id, derivation]) => [id as LockedId, parseDerivationId(derivation)] as const)
}

function recordPath(context: Context): string {
  return join(context.storeRoot, 'cache', `plan-${context.system}`)
}
