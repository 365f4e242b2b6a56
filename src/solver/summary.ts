// A shorter proof for people. A failure over many versions often says the same of each: "1.0 needs b 1.0, 1.1 needs b 1.1, …". Summed up they say
// less ("these need one of those"), and usually still enough; whether they do is tried, by proving the failure again from the sums alone.
// And what many lead through is joined first.

import type { Package } from './catalog.ts'
import { Engine } from './engine.ts'
import {
  derivationOf,
  type Fact,
  type Incompatibility,
  isFact,
  isNegative,
  resolvent,
  statesIn,
  type Term,
  unfold,
} from './incompatibility.ts'
import { memo } from './memo.ts'
import { contains, countOf, intersection, isFull, union } from './version-set.ts'

/** More guesses than these are no summary any more. */
const MAX_CONFLICTS = 200
/** Of more facts than these nothing is joined: that takes time by their square. */
const MAX_JOINED = 500

/** The same conclusion from fewer facts, each weaker than those it stands for; null where they prove less, or stand for nothing. */
export function summarise(conclusion: Incompatibility): Incompatibility | null {
  const facts = derivationOf(conclusion).filter(isFact)
  const sums = sumUp(facts)
  const joined = join(sums)
  return joined.length === facts.length ? null : prove(joined)
}

/**
 * Where several facts lead to a package that leads on in one way only, that way is made one statement: so it is told once, and not again with each of
 * them. What lies on it is spoken of nowhere else, so nothing is lost.
 */
function join(facts: readonly Fact[]): readonly Incompatibility[] {
  if (facts.length > MAX_JOINED) return facts
  const left = new Set<Incompatibility>(facts)
  const speakOf = (item: Package) => [...left].filter(({ terms }) => terms.some((term) => term.package === item))
  for (const fact of facts) {
    const [start, first] = sidesOf(fact)
    if (start === undefined || first === undefined || !left.has(fact)) continue
    const leadHere = speakOf(start.package).filter((one) =>
      isNegative({ package: start.package, states: statesIn(one, start.package) }),
    )
    if (leadHere.length < 2) continue
    let way: Incompatibility = fact
    for (let middle = first; ; ) {
      const about = middle.package
      const others = speakOf(about).filter((one) => one !== way)
      const [next] = others.filter(isFact)
      const [from, to] = next === undefined ? [] : sidesOf(next)
      if (next === undefined || others.length > 1 || from?.package !== about || to === undefined) break
      if (to.package === start.package || !isFull(union(middle.states, from.states))) break
      left.delete(way)
      left.delete(next)
      way = resolvent(way, next, about)
      left.add(way)
      middle = to
    }
  }
  return [...left]
}

/** What versions of one package need of another, as one fact. */
function sumUp(facts: readonly Fact[]): readonly Fact[] {
  const groups = new Map<Package, Map<Package, Fact[]>>()
  const sums: Fact[] = []
  for (const fact of facts) {
    const [dependent, target] = sidesOf(fact)
    if (dependent === undefined || target === undefined) sums.push(fact)
    else
      memo(
        memo(groups, dependent.package, () => new Map<Package, Fact[]>()),
        target.package,
        () => [],
      ).push(fact)
  }
  for (const group of groups.values()) for (const alike of group.values()) sums.push(alike.reduce(sumOf))
  return sums
}

/** The versions that need, and those of the one package of which they need some; for other facts nothing. */
function sidesOf({ cause, terms }: Fact): readonly Term[] {
  if (cause.kind !== 'need' || terms.length !== 2) return []
  const dependent = terms.find((term) => term.package === cause.dependent && !isNegative(term))
  const target = terms.find((term) => term.package !== cause.dependent && isNegative(term))
  return dependent === undefined || target === undefined ? [] : [dependent, target]
}

function sumOf(one: Fact, other: Fact): Fact {
  const [dependent, target] = sidesOf(one)
  const [dependents, targets] = sidesOf(other)
  const { cause } = one
  if (!dependent || !target || !dependents || !targets || cause.kind !== 'need') throw new Error('a sum of other facts')
  return {
    ...one,
    terms: [
      { package: dependent.package, states: union(dependent.states, dependents.states) },
      // What must not hold all at once is that neither's need is met.
      { package: target.package, states: intersection(target.states, targets.states) },
    ],
    cause: { ...cause, targets: [target.package], isVerbatim: false },
  }
}

/** A proof from these facts alone; null when there is none, or none was found soon. */
function prove(facts: readonly Incompatibility[]): Incompatibility | null {
  const engine = new Engine()
  const { solution } = engine
  for (const fact of facts) {
    for (const { package: item } of fact.terms) if (!solution.isKnown(item)) solution.introduce(item, [])
    engine.add({ ...fact, blocker: null, isReplaced: false })
  }
  while (engine.conflicts < MAX_CONFLICTS) {
    const failure = engine.propagate()
    if (failure !== null) return unfold(failure)
    const [first, ...others] = solution.known.filter((item) => solution.isUndecided(item))
    if (first === undefined) return null
    const count = (item: Package) => countOf(solution.states(item))
    const item = others.reduce((least, other) => (count(other) < count(least) ? other : least), first)
    const states = solution.states(item)
    solution.decide(item, item.candidates.findLastIndex((_, index) => contains(states, index + 1)) + 1)
  }
  return null
}
