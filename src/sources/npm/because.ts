// Why a group of npm requirements cannot be locked, as the solver tells such things: a row of needs from a requirement down to what nothing meets.
// It ends the sentence "core:app 2.0.0 …". What npm's libraries said is read here and nowhere trusted.

import type { Node as TreeNode } from '@npmcli/arborist'
import { compareCodePoints, isJsonObject, type Json, type JsonObject } from '../../core/json.ts'

/** One package on the way from a requirement downwards. */
export interface NeedStep {
  readonly name: string
  /** How it is asked for; '' for any version. */
  readonly range: string
  /** What was chosen for it; null where nothing was. */
  readonly version: string | null
  readonly isPeer: boolean
}

/** Of a long way the middle is left out. */
const MAX_STEPS = 6

/** `needs npm:app@^1 (that is 1.2.0), which needs gone@^9, which no version meets`; `end` follows the last step. */
export function needsText(steps: readonly NeedStep[], end: string): string {
  return `needs ${stepsText(steps)}${end === '' ? '' : `, ${end}`}`
}

/** What npm's resolver says of two that cannot be together: the way to what is chosen, and the way to what needs something else. */
export function conflictText(current: readonly NeedStep[], other: readonly NeedStep[]): string {
  if (current.length === 0) return needsText(other, 'which suits nothing else that is needed')
  return `needs ${stepsText(current)} and ${stepsText(other)}`
}

/** The way to a node as npm explains it, from the top. */
export function stepsTo(node: Json | undefined): readonly NeedStep[] {
  const steps: NeedStep[] = []
  let at = node
  while (isJsonObject(at) && steps.length < 1000) {
    const edge: Json | undefined = Array.isArray(at['dependents']) ? at['dependents'][0] : undefined
    if (!isJsonObject(edge)) break
    steps.unshift(stepOf(edge, textOf(at['version'])))
    at = edge['from']
  }
  return steps
}

/** The way to what an edge asks for. */
export function stepsAlong(edge: JsonObject, version: string | null): readonly NeedStep[] {
  return [...stepsTo(edge['from']), stepOf(edge, version)]
}

/** The shortest way from the top of a tree to one of its nodes. */
export function stepsDownTo(node: TreeNode): readonly NeedStep[] {
  const below = new Map<TreeNode, { readonly node: TreeNode; readonly step: NeedStep } | null>([[node, null]])
  const waiting = [node]
  for (const at of waiting) {
    if (at.isProjectRoot) {
      const steps: NeedStep[] = []
      for (let way = below.get(at); way; way = below.get(way.node)) steps.push(way.step)
      return steps
    }
    const edges = [...at.edgesIn].filter((edge) => edge.from !== null && !below.has(edge.from))
    for (const { from, name, spec, type } of edges.sort((a, b) =>
      compareCodePoints(placeOf(a.from), placeOf(b.from)),
    )) {
      if (from === null || below.has(from)) continue
      below.set(from, { node: at, step: stepOf({ name, spec, type }, at.version) })
      waiting.push(from)
    }
  }
  return []
}

function placeOf(node: TreeNode | null): string {
  return node?.location ?? ''
}

function stepOf(edge: JsonObject, version: string | null): NeedStep {
  const { name, spec, type } = edge
  return {
    name: textOf(name) ?? 'a package',
    range: textOf(spec) ?? '',
    version,
    isPeer: type === 'peer' || type === 'peerOptional',
  }
}

function stepsText(steps: readonly NeedStep[]): string {
  const texts = steps.map((step, index) => {
    const { name, range, version, isPeer } = step
    const asked = `${index === 0 ? 'npm:' : ''}${name}${range === '' || range === '*' ? '' : `@${range}`}`
    const isLast = index === steps.length - 1
    // What is exact needs no remark.
    const chosen = version === null || version === range || (isLast && range === '') ? '' : ` (that is ${version})`
    return `${asked}${isPeer ? ' beside it' : ''}${chosen}`
  })
  const left = texts.length - MAX_STEPS
  const shown = left <= 0 ? texts : [...texts.slice(0, 3), `something (${left} steps on)`, ...texts.slice(3 + left)]
  return shown.join(', which needs ')
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, 300) : null
}
