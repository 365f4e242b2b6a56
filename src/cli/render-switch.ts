// Text and JSON of a switch. Apart from render.ts because the most frequent verbs load nothing else.

import { stripVTControlCharacters } from 'node:util'
import type { JsonObject } from '../core/json.ts'
import type { PackageChanges } from '../ops/changes.ts'
import type { SwitchResult } from '../ops/switch.ts'
import { paint } from './style.ts'

const MAX_CHANGES = 20

/** The documented shape of `switch --json`. */
export function switchDocument({
  environment,
  generation,
  path,
  changed,
  added,
  removed,
  updated,
}: SwitchResult): JsonObject {
  const { number, storePath, narHash, created } = generation
  return {
    environment,
    generation: { number, storePath, path, narHash, created },
    changed,
    added,
    removed,
    updated,
  } as unknown as JsonObject
}

export function renderSwitch(result: SwitchResult): string {
  const { environment, generation, changed } = result
  if (!changed) return `${environment} is up to date (generation ${generation.number})`
  return [...renderChanges(result), `${environment} is now generation ${generation.number}`].join('\n')
}

/** At most MAX_CHANGES lines; a first switch of 500 packages is one number, not 500 lines. */
export function renderChanges(changes: PackageChanges): readonly string[] {
  const { added, removed, updated } = changes
  if (added.length + removed.length + updated.length > MAX_CHANGES)
    return [`${added.length} added, ${removed.length} removed, ${updated.length} updated`]
  const rows: string[][] = []
  for (const item of added) rows.push([paint('green', '+'), item.package, item.version])
  for (const item of removed) rows.push([paint('red', '-'), item.package, item.version])
  for (const item of updated)
    rows.push([paint('yellow', '~'), item.package, `${item.from.join(', ')} → ${item.to.join(', ')}`])
  return rows.length === 0 ? [] : table(rows).split('\n')
}

/** Aligned columns, two spaces apart; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
    })
  }
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Colours take no columns. */
function widthOf(cell: string): number {
  return cell.includes('\u001b') ? stripVTControlCharacters(cell).length : cell.length
}
