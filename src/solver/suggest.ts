// What would help when nothing fits: each requirement that takes part in the failure is tried with any version, and, if that is not
// enough, left out; and withheld versions are tried. Bounded, so a failure is told in good time; what is not found is not said.

import { type Catalog, type Package, versionOf } from './catalog.ts'
import { rootsIn, type Suggestion } from './failure.ts'
import { derivationOf, type Incompatibility } from './incompatibility.ts'
import { type RunOptions, type RunOutcome, run } from './run.ts'
import type { PackageId, Problem, Refusal, Root } from './universe.ts'
import { statesOf } from './version-set.ts'

const MAX_ROOTS = 8
const MAX_CONFLICTS = 500
const MAX_SUGGESTIONS = 3

export interface SuggestContext {
  readonly catalog: Catalog
  readonly problem: Problem
  readonly refused: readonly Refusal[]
  readonly signal: AbortSignal
}

/** What would help, the smallest change first; empty when nothing was found. @throws what the universe throws */
export async function suggest(because: Incompatibility, context: SuggestContext): Promise<readonly Suggestion[]> {
  const { catalog, problem, refused, signal } = context
  const steps = derivationOf(because)
  const usual = { signal, problem, released: new Set<PackageId>(), supposed: [], refused, check: null, onHard: null }
  const attempt = (changes: Partial<RunOptions>) => run(catalog, { ...usual, maxConflicts: MAX_CONFLICTS, ...changes })
  const found: { readonly suggestion: Suggestion; readonly size: number }[] = []
  for (const suggestion of await releases(steps, attempt)) found.push({ suggestion, size: 0 })
  for (const root of rootsIn(steps).slice(0, MAX_ROOTS)) {
    const others = problem.roots.filter((other) => other !== root)
    const wider = await widening(catalog, root, (wide) =>
      attempt({ problem: { ...problem, roots: [...others, wide] } }),
    )
    if (wider !== null) found.push(wider)
    // With nothing left there is nothing to help.
    else if (others.length > 0 && (await attempt({ problem: { ...problem, roots: others } })).kind === 'solved')
      found.push({ suggestion: { kind: 'remove', root }, size: Number.POSITIVE_INFINITY })
  }
  return found
    .sort((a, b) => (a.size === b.size ? 0 : a.size - b.size))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ suggestion }) => suggestion)
}

async function releases(
  steps: readonly Incompatibility[],
  attempt: (changes: Partial<RunOptions>) => Promise<RunOutcome>,
): Promise<readonly Suggestion[]> {
  const released = new Set<PackageId>()
  for (const { cause, terms } of steps)
    if (cause.kind === 'withheld') for (const term of terms) released.add(term.package.id)
  if (released.size === 0) return []
  const outcome = await attempt({ released })
  if (outcome.kind !== 'solved') return []
  return [...outcome.decided].flatMap(([item, state]): readonly Suggestion[] => {
    const withheld = item.candidates[state - 1]?.withheld
    if (withheld === undefined || !released.has(item.id)) return []
    return [{ kind: 'release', id: item.id, version: versionOf(item, state), reason: withheld.reason }]
  })
}

/** How far the version that is found lies from those that are asked for, in versions. */
async function widening(catalog: Catalog, root: Root, attempt: (wide: Root) => Promise<RunOutcome>) {
  const [target, second] = root.anyOf
  const item = target === undefined ? undefined : catalog.find(target.id)
  if (target === undefined || item === undefined || second !== undefined || target.range === '') return null
  const outcome = await attempt({ ...root, anyOf: [{ id: target.id, range: '' }] })
  const state = outcome.kind === 'solved' ? outcome.decided.get(item) : undefined
  if (state === undefined) return null
  const suggestion: Suggestion = { kind: 'widen', root, version: versionOf(item, state) }
  return { suggestion, size: distance(item, target.range, state) }
}

function distance(item: Package, range: string, state: number): number {
  const asked = statesOf(item.select(range))
  return Math.min(item.all.size, ...asked.map((other) => Math.abs(other - state)))
}
