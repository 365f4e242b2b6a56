// Text for people about the space that a store takes.

import type { DiskUsage, Usage } from '../ops/du.ts'
import { printBytes } from './progress.ts'
import { table } from './render-switch.ts'
import { countOf } from './text.ts'

/** The largest packages; --json has all. */
const MOST_LISTED = 20

/** `here` is the workspace that asks, if any. */
export function renderDiskUsage(usage: DiskUsage, here: string | null): string {
  const { objects, files, bytes, dead, environments, packages } = usage
  const head = `${countOf(objects, 'object')}, ${countOf(files, 'file')}, ${printBytes(bytes)} on disk`
  const rows = [
    ['', 'total', 'shared', 'alone'],
    ...environments.flatMap((item) => [
      [`${item.environment}${item.workspace === here ? '' : ` (${item.workspace})`}`, ...sizes(item)],
      ...item.generations.map((row) => [`  ${row.number}${row.current ? ' *' : ''}`, ...sizes(row)]),
    ]),
    ...packages.slice(0, MOST_LISTED).map((item) => [item.name, ...sizes(item)]),
  ]
  const more =
    packages.length > MOST_LISTED ? [`and ${packages.length - MOST_LISTED} smaller packages (--json lists all)`] : []
  const free = dead === 0 ? [] : [`${printBytes(dead)} of it no generation needs: \`tenon gc\``]
  return [head, ...free, ...(rows.length > 1 ? [table(rows)] : []), ...more].join('\n')
}

function sizes({ total, shared, alone }: Usage): readonly string[] {
  return [total, shared, alone].map(printBytes)
}
