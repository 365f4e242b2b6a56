// What a solve that failed says: the proof as data, the same in words, the requirements that take part, and what would help. And the error
// that users meet.

import { ToolError } from '../core/errors.ts'
import { compareCodePoints, type Json } from '../core/json.ts'
import { explain, MAX_STEPS } from './explanation.ts'
import { derivationOf, type Incompatibility, inverse, isFact, isNegative } from './incompatibility.ts'
import type { Root } from './universe.ts'
import { conclusionText, factText, listText, placeText, versionsText } from './wording.ts'

export interface Failure {
  /** Premises before conclusions; the last one is that no set of versions fits. Null for a proof of more than 500. */
  readonly proof: readonly ProofStep[] | null
  /** Lines of text; '' between branches. */
  readonly explanation: readonly string[]
  /** The requirements that take part, in the order in which they stand in the files. */
  readonly roots: readonly Root[]
  /** A requirement that asks for what does not exist at all, whatever else is chosen. */
  readonly missing: Root | null
  readonly suggestions: readonly Suggestion[]
}

export interface ProofStep {
  /** What must not hold all at once. */
  readonly claims: readonly { readonly package: string; readonly versions: string; readonly isNeeded: boolean }[]
  readonly says: string
  /** The steps that it follows from, by their number in the proof from 0; empty for a fact. */
  readonly from: readonly number[]
}

export type Suggestion =
  /** With another range, which takes in `version`, there is a solution. */
  | { readonly kind: 'widen'; readonly root: Root; readonly version: string }
  | { readonly kind: 'remove'; readonly root: Root }
  /** There is a solution with a version that is withheld. */
  | { readonly kind: 'release'; readonly id: string; readonly version: string; readonly reason: string }

export function failureOf(conclusion: Incompatibility, suggestions: readonly Suggestion[]): Failure {
  const steps = derivationOf(conclusion)
  const roots = rootsIn(steps)
  const { cause } = conclusion
  return {
    proof: steps.length <= MAX_STEPS ? proofOf(steps) : null,
    explanation: explain(conclusion),
    roots,
    missing: cause.kind === 'root' ? cause.root : null,
    suggestions,
  }
}

/** The requirements among these steps, in the order in which they stand in the files; each once. */
export function rootsIn(steps: readonly Incompatibility[]): readonly Root[] {
  const roots = new Set(steps.flatMap(({ cause }) => (cause.kind === 'root' ? [cause.root] : [])))
  return [...roots].sort((a, b) => compareCodePoints(a.place.path, b.place.path) || a.place.line - b.place.line)
}

/** One sentence for a suggestion. */
export function suggestionText(suggestion: Suggestion): string {
  switch (suggestion.kind) {
    case 'widen':
      return `Let \`${suggestion.root.text}\` (${placeText(suggestion.root)}) allow ${suggestion.version}.`
    case 'remove':
      return `Remove \`${suggestion.root.text}\` (${placeText(suggestion.root)}).`
    case 'release':
      return `${suggestion.id} ${suggestion.version} would fit, but it ${suggestion.reason}.`
  }
}

/** @returns E_PACKAGE_NOT_FOUND where a requirement asks for what does not exist, otherwise E_RESOLVE_CONFLICT */
export function errorOf(failure: Failure): ToolError {
  const { roots, missing, explanation, proof } = failure
  const [first, ...more] = failure.suggestions.map(suggestionText)
  const asked = roots.map((root) => `\`${root.text}\` (${placeText(root)})`)
  const details = {
    explanation: missing === null ? explanation.join('\n') : '',
    requirements: roots.map((root) => root.text),
    places: roots.map((root) => root.place) as unknown as Json,
    proof: proof as unknown as Json,
    suggestions: failure.suggestions.map(suggestionText),
  }
  const hint = first === undefined ? null : [first, ...more.map((text) => `Or: ${text}`)].join(' ')
  const [why = ''] = explanation
  if (missing !== null) return new ToolError('E_PACKAGE_NOT_FOUND', why, { details, hint })
  const message = `No set of versions satisfies ${asked.length === 1 ? asked[0] : `all of ${listText(asked, 'and')}`}.`
  return new ToolError('E_RESOLVE_CONFLICT', message, { details, hint })
}

function proofOf(steps: readonly Incompatibility[]): readonly ProofStep[] {
  const numbers = new Map(steps.map((step, index) => [step, index]))
  return steps.map((step) => ({
    claims: step.terms.map((term) => {
      const isNeeded = isNegative(term)
      const { package: item, states } = isNeeded ? inverse(term) : term
      return { package: item.id, versions: versionsText(item, states), isNeeded }
    }),
    says: saysOf(step),
    from: step.cause.kind === 'derived' ? step.cause.of.map((premise) => numbers.get(premise) ?? -1) : [],
  }))
}

function saysOf(step: Incompatibility): string {
  return isFact(step) ? factText(step) : conclusionText(step)
}
