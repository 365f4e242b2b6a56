// Text for people, from the values that --json prints.

import type { RepairResult } from '../ops/repair.ts'
import type { DiffResult, ListResult, TreeNodeView, WhyResult } from '../ops/show.ts'
import type { VerifyResult } from '../ops/verify.ts'
import { printBytes } from './progress.ts'
import { table } from './render-switch.ts'
import { countOf } from './text.ts'

export function renderDiff(diff: DiffResult): string {
  const rows: string[][] = []
  for (const item of diff.added) rows.push(['+', item.package, item.version])
  for (const item of diff.removed) rows.push(['-', item.package, item.version])
  for (const item of diff.updated) rows.push(['~', item.package, `${item.from.join(', ')} → ${item.to.join(', ')}`])
  const head = `${diff.environment}: ${diff.from.label} → ${diff.to.label}`
  const body = rows.length === 0 ? 'the same packages' : table(rows)
  const sizes = diff.from.bytes === null || diff.to.bytes === null ? '' : `\n${renderSizeChange(diff)}`
  return `${head}\n${body}${sizes}`
}

function renderSizeChange({ from, to }: DiffResult): string {
  const bytes = (to.bytes ?? 0) - (from.bytes ?? 0)
  const files = (to.files ?? 0) - (from.files ?? 0)
  const sign = (value: number) => (value < 0 ? '-' : '+')
  return `size ${sign(bytes)}${printBytes(Math.abs(bytes))} (${printBytes(to.bytes ?? 0)}), files ${sign(files)}${Math.abs(files)} (${to.files ?? 0})`
}

/** `type` is the one that was asked for, if any. */
export function renderList(list: ListResult, type: string | null): string {
  if (list.packages.length === 0)
    return `${list.environment} (generation ${list.generation}) has no packages${type === null ? '' : ` of type ${type}`}`
  return table(
    list.packages.map((row) => [
      row.package.slice(0, row.package.indexOf(':')),
      row.name,
      row.version,
      row.requirement,
    ]),
  )
}

export function renderWhy(results: readonly WhyResult[]): string {
  return results
    .map((result) =>
      [
        result.package,
        ...result.chains.map(({ requirement, chain }) => `  ${[requirement, ...chain.slice(1)].join(' → ')}`),
      ].join('\n'),
    )
    .join('\n')
}

export function renderTree(nodes: readonly TreeNodeView[]): string {
  const lines: string[] = []
  const visit = (node: TreeNodeView, prefix: string, head: string, rest: string) => {
    lines.push(`${prefix}${head}${node.package}${node.repeated ? ' (see above)' : ''}`)
    node.dependencies.forEach((child, index) => {
      const isLast = index === node.dependencies.length - 1
      visit(child, prefix + rest, isLast ? '└─ ' : '├─ ', isLast ? '   ' : '│  ')
    })
  }
  for (const node of nodes) visit(node, '', '', '')
  return lines.join('\n')
}

const HOW = { record: 'wrote its record anew', copy: 'replaced by a whole copy', source: 'made again' } as const

export function renderRepair({ checked, repaired, unrepaired, others }: RepairResult): string {
  const lines = repaired.map(({ storePath, from, damaged }) => {
    const kept = damaged === null ? '' : `; the damaged one is ${damaged}`
    return `${storePath}: ${HOW[from]}${kept}`
  })
  for (const { storePath, reason, hurts } of unrepaired) {
    lines.push(`${storePath}: could not be repaired: ${reason}`)
    for (const { workspace, environment, generations } of hurts) {
      const noun = generations.length === 1 ? 'generation' : 'generations'
      const end = `\`tenon forget ${generations.join(' ')} --env ${environment}\` gives up what cannot be had any more`
      lines.push(`  hurts ${noun} ${generations.join(', ')} of ${environment} in ${workspace}; ${end}`)
    }
  }
  const counts = `repaired ${countOf(repaired.length, 'object')}, ${unrepaired.length} left`
  return [...lines, ...others.map(renderDefect), `checked ${countOf(checked, 'object')}, ${counts}`].join('\n')
}

function renderDefect({ storePath, kind, detail }: VerifyResult['defects'][number]): string {
  return `${storePath}: ${kind}: ${detail}`
}

export function renderVerify({ checked, defects }: VerifyResult): string {
  return [
    ...defects.map(renderDefect),
    `checked ${countOf(checked, 'object')}, ${countOf(defects.length, 'defect')}`,
  ].join('\n')
}
