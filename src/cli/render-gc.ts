// Text for people about collecting garbage, from the values that --json prints.

import type { GcResult } from '../ops/gc.ts'
import type { GcPlan, Held, HeldByEnvironment } from '../ops/gc-plan.ts'
import { printBytes } from './progress.ts'
import { table } from './render-switch.ts'
import { countOf } from './text.ts'

/** The largest of what would go; --json has all. */
const MOST_LISTED = 20

export function renderGc(result: GcResult): string {
  const forgotten = result.forgotten.map(
    (item) => `forgot ${countOf(item.generations.length, 'generation')} of ${item.environment}`,
  )
  const { deleted, freedBytes, kept } = result
  return [...forgotten, `deleted ${countOf(deleted.length, 'object')}, ${printBytes(freedBytes)}; kept ${kept}`].join(
    '\n',
  )
}

/** `here` is the workspace that asks. */
export function renderGcPlan(plan: GcPlan, here: string): string {
  const parts = [
    ...plan.forgotten.map(
      (item) => `would forget ${countOf(item.generations.length, 'generation')} of ${item.environment}`,
    ),
    `would delete ${countOf(plan.deleted.length, 'object')}, ${printBytes(plan.freedBytes)}; kept ${plan.kept}`,
  ]
  if (plan.objects.length > 0) {
    parts.push(table(plan.objects.slice(0, MOST_LISTED).map((item) => [`  ${item.storePath}`, printBytes(item.bytes)])))
  }
  if (plan.objects.length > MOST_LISTED)
    parts.push(`  and ${plan.objects.length - MOST_LISTED} smaller ones (--json lists all)`)
  if (plan.environments.length > 0) {
    parts.push('', 'kept alive by one environment, or one generation, alone:')
    parts.push(table(plan.environments.flatMap((item) => rowsOf(item, here))))
  }
  if (plan.others.length > 0) {
    parts.push('', 'also kept:', table(plan.others.map(({ place, object }) => [`  ${object}`, `by ${place}`])))
  }
  return parts.join('\n')
}

function rowsOf(item: HeldByEnvironment, here: string): readonly (readonly string[])[] {
  const name = item.workspace === here ? item.environment : `${item.environment} (${item.workspace})`
  return [
    [`  ${name}`, ...heldOf(item)],
    ...item.generations.map((row) => [`    ${row.number}${row.current ? ' *' : ''}`, ...heldOf(row)]),
  ]
}

function heldOf({ objects, bytes }: Held): readonly string[] {
  return [countOf(objects, 'object'), printBytes(bytes)]
}
