// The door of the solver: one problem and one universe in, a solution or a failure that explains itself out. Pure but for the universe: it reads no
// files, asks no network, and keeps nothing between two calls.

import { compareCodePoints } from '../core/json.ts'
import { Catalog } from './catalog.ts'
import { type Failure, failureOf } from './failure.ts'
import { unfold } from './incompatibility.ts'
import { run } from './run.ts'
import { solutionOf } from './solution.ts'
import { suggest } from './suggest.ts'
import type { Problem, Refusal, Root, Solution, Universe } from './universe.ts'

export interface SolveOptions {
  readonly signal: AbortSignal
  /** Looks at each solution before it counts. What it refuses is never chosen again, and solving goes on. */
  readonly check?: (solution: Solution) => Promise<readonly Refusal[]>
  /** Told once, when the problem turned out to be hard: there is much memory to be had by collecting garbage more often. */
  readonly onHard?: () => void
}

export type Outcome =
  | { readonly kind: 'solved'; readonly solution: Solution }
  | { readonly kind: 'failed'; readonly failure: Failure }

/**
 * Chooses one version of everything that is needed, so that all needs are met and nothing excludes another. What is locked stays where it can;
 * otherwise the highest version comes first. The same problem and the same answers give the same outcome, whatever the order of the roots and
 * the time that answers take.
 * @throws ToolError E_CANCELLED, E_SOURCE_INVALID, and what the universe throws
 */
export async function solve(problem: Problem, universe: Universe, options: SolveOptions): Promise<Outcome> {
  const work = new AbortController()
  try {
    const signal = AbortSignal.any([options.signal, work.signal])
    const catalog = new Catalog(universe, signal)
    const ordered = inOrder(problem)
    const { check } = options
    const outcome = await run(catalog, {
      signal,
      problem: ordered,
      released: new Set(),
      supposed: [],
      refused: [],
      check: check === undefined ? null : (decided) => check(solutionOf(catalog, ordered, decided, [])),
      maxConflicts: Number.POSITIVE_INFINITY,
      onHard: options.onHard ?? null,
    })
    if (outcome.kind === 'gave-up') throw new Error('gave up without a bound')
    const { refused } = outcome
    if (outcome.kind === 'solved')
      return { kind: 'solved', solution: solutionOf(catalog, ordered, outcome.decided, refused) }
    const because = unfold(outcome.because)
    const suggestions = await suggest(because, { catalog, problem: ordered, refused, signal })
    return { kind: 'failed', failure: failureOf(because, suggestions) }
  } finally {
    // What was asked for in advance and is still under way is not needed any more.
    work.abort()
  }
}

/** The order of lines in a file must not decide anything. */
function inOrder(problem: Problem): Problem {
  const keyed = problem.roots.map((root): [string, Root] => [keyOf(root), root])
  return { ...problem, roots: keyed.sort(([a], [b]) => compareCodePoints(a, b)).map(([, root]) => root) }
}

function keyOf(root: Root): string {
  const { path, line } = root.place
  return [...root.anyOf.map(({ id, range }) => `${id} ${range}`), root.text, path, String(line).padStart(9, '0')].join(
    '\n',
  )
}
