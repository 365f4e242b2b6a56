// Why a package is not newer than it is in a solution: it is withheld, or it cannot be (with the chain that forbids it), or it could be if
// others changed (with those, and the chain that ties it to them), or nothing but the lock holds it.

import { Catalog, type Package, stateOf, versionOf } from './catalog.ts'
import { explain } from './explanation.ts'
import { unfold } from './incompatibility.ts'
import { type RunOptions, type RunOutcome, run, type Supposition } from './run.ts'
import { heldBackText, solutionOf } from './solution.ts'
import type { PackageId, Problem, Solution, Universe } from './universe.ts'

export interface Question {
  readonly problem: Problem
  /** Of that problem. */
  readonly solution: Solution
  readonly id: PackageId
}

export type WhyNot = { readonly id: PackageId; readonly chosen: string; readonly newest: string } & (
  | { readonly kind: 'newest' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'withheld'; readonly reason: string }
  | { readonly kind: 'forbidden'; readonly explanation: readonly string[] }
  | { readonly kind: 'tied'; readonly changes: readonly Change[]; readonly explanation: readonly string[] }
  /** It was too hard to find out. */
  | { readonly kind: 'unknown' }
)

/** `null` for a package that is not chosen. */
export interface Change {
  readonly id: PackageId
  readonly from: string | null
  readonly to: string | null
}

const MAX_CONFLICTS = 1000

/**
 * What keeps `id` from its newest version. Pre-releases count as newest only where there is nothing else.
 * @throws ToolError what `solve` throws
 */
export async function whyNotNewer(question: Question, universe: Universe, signal: AbortSignal): Promise<WhyNot> {
  const work = new AbortController()
  try {
    return await answer(question, new Catalog(universe, signal), AbortSignal.any([signal, work.signal]))
  } finally {
    work.abort()
  }
}

async function answer({ problem, solution, id }: Question, catalog: Catalog, signal: AbortSignal): Promise<WhyNot> {
  const [item] = await catalog.packages([id])
  const present = solution.packages.find((one) => one.id === id)
  if (item === undefined || present === undefined) throw new Error(`${id} is not in the solution`)
  const newest = newestOf(item)
  const about = { id, chosen: present.version, newest: versionOf(item, newest) }
  if (newest <= (stateOf(item, present.version) ?? 0)) return { ...about, kind: 'newest' }
  const withheld = item.candidates[newest - 1]?.withheld
  if (withheld !== undefined) return { ...about, kind: 'withheld', reason: withheld.reason }

  // Everything else as it is now, where that is possible.
  const kept = new Map(solution.packages.map((one) => [one.id, one.version]))
  const update = new Set([id])
  const wanted: Supposition = { package: item, state: newest, as: 'wanted' }
  const attempt = (supposed: RunOptions['supposed']): Promise<RunOutcome> =>
    run(catalog, {
      problem: { ...problem, locked: kept, update },
      signal,
      supposed,
      refused: solution.refused,
      released: new Set(),
      check: null,
      maxConflicts: MAX_CONFLICTS,
      onHard: null,
    })
  const free = await attempt([wanted])
  if (free.kind === 'gave-up') return { ...about, kind: 'unknown' }
  if (free.kind === 'failed') return { ...about, kind: 'forbidden', explanation: explain(unfold(free.because)) }
  const changes = changesBetween(kept, solutionOf(catalog, problem, free.decided, [])).filter(
    (change) => change.id !== id,
  )
  // What comes or goes with it does not hold it back; what would have to be older does, before what would have to be newer.
  const tied = changes.flatMap((change) => keep(catalog, change))
  for (const kept of [tied.filter(({ isOlder }) => isOlder), tied]) {
    const held = kept.length === 0 ? null : await attempt([wanted, ...kept])
    if (held?.kind === 'failed') return { ...about, kind: 'tied', changes, explanation: explain(unfold(held.because)) }
  }
  return { ...about, kind: 'locked' }
}

interface Tie extends Supposition {
  /** The package would have to be older than it is. */
  readonly isOlder: boolean
}

/** The answer in lines of text. */
export function whyNotText(why: WhyNot): readonly string[] {
  const { id, chosen, newest } = why
  switch (why.kind) {
    case 'newest':
      return [`${id} ${chosen} is the newest version.`]
    case 'locked':
      return [`${id} is locked at ${chosen}; an update would bring ${newest}.`]
    case 'withheld':
      return [heldBackText({ id, chosen, version: newest, reason: why.reason })]
    case 'forbidden':
      return [`${id} stays at ${chosen}, for it cannot be ${newest}:`, ...why.explanation]
    case 'tied': {
      const changes = why.changes.map(({ id: other, from, to }) => `${other} ${from ?? '(none)'} → ${to ?? '(none)'}`)
      return [`${id} stays at ${chosen}. It could be ${newest} with ${changes.join(', ')}:`, ...why.explanation]
    }
    case 'unknown':
      return [`${id} stays at ${chosen}. Why it is not ${newest} could not be found out in good time.`]
  }
}

function keep(catalog: Catalog, { id, from, to }: Change): readonly Tie[] {
  const item = catalog.find(id)
  if (item === undefined || from === null || to === null) return []
  const [state, other] = [stateOf(item, from), stateOf(item, to)]
  return state === undefined || other === undefined
    ? []
    : [{ package: item, state, as: 'kept', isOlder: other < state }]
}

function newestOf(item: Package): number {
  const states = item.candidates.map((candidate, index) => ({
    state: index + 1,
    isLast: candidate.isLastResort === true,
  }))
  const newest = states.findLast(({ isLast }) => !isLast) ?? states.at(-1)
  return newest?.state ?? 0
}

function changesBetween(before: ReadonlyMap<PackageId, string>, after: Solution): readonly Change[] {
  const now = new Map(after.packages.map((one) => [one.id, one.version]))
  const ids = [...new Set([...before.keys(), ...now.keys()])].sort()
  return ids
    .map((id): Change => ({ id, from: before.get(id) ?? null, to: now.get(id) ?? null }))
    .filter(({ from, to }) => from !== to)
}
