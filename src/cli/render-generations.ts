// The text of `tenon generations`. Apart from render.ts because a quick verb loads it.

import type { HistoryEntry } from '../profile/history.ts'
import { table } from './render-switch.ts'

export function renderGenerations(rows: readonly HistoryEntry[], current: number | null): string {
  if (rows.length === 0) return 'no generations yet'
  return table(
    rows.map(({ number, created, parent, reason }) => [
      `${number === current ? '*' : ' '} ${number}`,
      created.replace('T', ' ').replace(/\.\d+Z$/, ''),
      parent === null ? '' : `from ${parent}`,
      reason,
    ]),
  )
}
