// Terms and incompatibilities: the only statements that the solver makes. And the one rule by which a new one follows from two others.
//
// A term says that a package is in one of some states; "not chosen" is a state like each version. So "foo ^1 is chosen" is a set without it,
// "foo ^1 is not chosen" is the complement, and no term needs a sign. An incompatibility is terms that must never hold all at once.

import type { Package } from './catalog.ts'
import type { Need, Root, Target } from './universe.ts'
import { ABSENT, complement, contains, intersection, isEmpty, isFull, union, type VersionSet } from './version-set.ts'

export interface Term {
  readonly package: Package
  readonly states: VersionSet
}

export interface Incompatibility {
  /** At most one for each package. Without terms it says that nothing can hold: there is no solution. */
  readonly terms: readonly Term[]
  readonly cause: Cause
  /** An assignment that breaks a term: while it stands, nothing follows from this incompatibility. A note to save time, nothing more. */
  blocker: { readonly isStanding: boolean } | null
  /** True once another one says the same of more versions: then it need not be looked at any more. */
  isReplaced: boolean
}

/** Why an incompatibility holds: a fact from outside, or two others. */
export type Cause =
  | { readonly kind: 'root'; readonly root: Root; readonly targets: readonly Package[] }
  /** The versions of `dependent` need this. `isVerbatim`: each of them says it in just these words. */
  | {
      readonly kind: 'need'
      readonly dependent: Package
      readonly need: Need
      readonly targets: readonly Package[]
      readonly isVerbatim: boolean
    }
  | { readonly kind: 'exclusion'; readonly dependent: Package; readonly target: Target }
  /** `reason` ends a sentence that begins with the versions. */
  | { readonly kind: 'unusable' | 'withheld'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody asks for it: it is tried. Either a version is wanted, or one is to stay as it is. */
  | { readonly kind: 'supposed'; readonly as: 'wanted' | 'kept' }
  | { readonly kind: 'derived'; readonly of: readonly [Incompatibility, Incompatibility] }
  /**
   * Derived from `from` by one incompatibility after the other. What lies between is made again by `unfold` if a failure has to be explained: most conflicts
   * never need it, and there can be millions.
   */
  | { readonly kind: 'learned'; readonly from: Incompatibility; readonly steps: readonly ResolutionStep[] }

export interface ResolutionStep {
  readonly by: Incompatibility
  readonly about: Package
}

/**
 * Null when the terms can never hold all at once anyway. Terms of one package become one (both have to hold, so their intersection),
 * and a term that always holds says nothing.
 */
export function incompatibility(terms: readonly Term[], cause: Cause): Incompatibility | null {
  const merged = new Map<Package, VersionSet>()
  for (const { package: item, states } of terms) {
    const other = merged.get(item)
    merged.set(item, other === undefined ? states : intersection(states, other))
  }
  const left: Term[] = []
  for (const [item, states] of merged) {
    if (isEmpty(states)) return null
    if (!isFull(states)) left.push({ package: item, states })
  }
  return { terms: left, cause, blocker: null, isReplaced: false }
}

/**
 * What follows from two incompatibilities that both speak of `about`: whatever state it is in that either of them names, the other terms of
 * that one must not all hold; so for the union of both, not all other terms of both. When the union is every state, the package is out of the matter.
 */
export function resolvent(a: Incompatibility, b: Incompatibility, about: Package): Incompatibility {
  const terms = [...a.terms, ...b.terms].filter((term) => term.package !== about)
  terms.push({ package: about, states: union(statesIn(a, about), statesIn(b, about)) })
  const result = incompatibility(terms, { kind: 'derived', of: [a, b] })
  // Both held in the partial solution up to `about`, so no other term of theirs is empty in common.
  if (result === null) throw new Error('a resolvent that never holds')
  return result
}

export type Fact = Incompatibility & { readonly cause: Exclude<Cause, { kind: 'derived' | 'learned' }> }

/** True for what comes from outside. */
export function isFact(of: Incompatibility): of is Fact {
  return of.cause.kind !== 'derived' && of.cause.kind !== 'learned'
}

/** The same with everything that lies between facts and it: each step follows from just two others. */
export function unfold(conclusion: Incompatibility): Incompatibility {
  const unfolded = new Map<Incompatibility, Incompatibility>()
  for (const node of inOrder(conclusion, premisesOf)) {
    const { cause } = node
    if (cause.kind !== 'learned') unfolded.set(node, node)
    else {
      const start = unfolded.get(cause.from) ?? cause.from
      const last = cause.steps.reduce(
        (result, { by, about }) => resolvent(result, unfolded.get(by) ?? by, about),
        start,
      )
      unfolded.set(node, last)
    }
  }
  return unfolded.get(conclusion) ?? conclusion
}

/** What it follows from; nothing for a fact. */
export function premisesOf({ cause }: Incompatibility): readonly Incompatibility[] {
  if (cause.kind === 'derived') return cause.of
  return cause.kind === 'learned' ? [cause.from, ...cause.steps.map(({ by }) => by)] : []
}

/** An incompatibility and all that it follows from, premises before conclusions; each once. */
export function derivationOf(conclusion: Incompatibility): readonly Incompatibility[] {
  return inOrder(conclusion, premisesOf)
}

/** By hand: derivations can be deeper than the stack. */
function inOrder<T>(end: T, premises: (node: T) => readonly T[]): readonly T[] {
  const ordered = new Set<T>()
  const open: { readonly node: T; readonly isDone: boolean }[] = [{ node: end, isDone: false }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, isDone } = next
    if (ordered.has(node)) continue
    const before = isDone ? [] : premises(node)
    if (before.length === 0) ordered.add(node)
    else {
      open.push({ node, isDone: true })
      for (const premise of before.toReversed()) open.push({ node: premise, isDone: false })
    }
  }
  return [...ordered]
}

export function statesIn(of: Incompatibility, item: Package): VersionSet {
  const term = of.terms.find((candidate) => candidate.package === item)
  if (term === undefined) throw new Error(`no term about ${item.id}`)
  return term.states
}

/** True for "it is not one of these versions", which holds also when the package is not chosen. */
export function isNegative(term: Term): boolean {
  return contains(term.states, ABSENT)
}

/** The term as it reads when it follows from the rest of an incompatibility. */
export function inverse(term: Term): Term {
  return { package: term.package, states: complement(term.states) }
}
