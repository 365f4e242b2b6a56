// From a derivation to a text: a proof in plain words, from facts to the conclusion, that ends at lines of the environment file. What is used more
// than once is said once, gets a number, and is referred to by it. The words themselves are wording.ts.

import { compareCodePoints } from '../core/json.ts'
import type { Package } from './catalog.ts'
import { derivationOf, type Fact, type Incompatibility, isFact, premisesOf, type Term } from './incompatibility.ts'
import { memo } from './memo.ts'
import { summarise } from './summary.ts'
import { isDisjoint, keyOf, union, type VersionSet } from './version-set.ts'
import { type Clause, clauseOf, conclusionText, factText, leadsInto, listText, type Scope } from './wording.ts'

/** One sentence says at most so many facts, and begins at most so many chains of them. */
const MAX_FACTS = 4
const MAX_CHAINS = 2
/** A longer derivation is not told step by step, nor given as data: its reader would be a proof checker. */
export const MAX_STEPS = 500
/** So many packages are named that such a derivation is about. */
const MAX_NAMED = 5
/** Of longer derivations only the part next to the conclusion is told, which is the part next to the environment file. */
const MAX_DERIVED = 60

/** The lines of the explanation, each a sentence; empty ones set branches apart. `conclusion` is unfolded. */
export function explain(conclusion: Incompatibility): readonly string[] {
  if (isFact(conclusion)) return [printable(`${factText(conclusion)}.`)]
  const summary = summarise(conclusion)
  const told = [conclusion, ...(summary === null ? [] : [summary])].filter(
    (end) => derivationOf(end).length <= MAX_STEPS,
  )
  const [lines = overview(conclusion), fewer = lines] = told.map((end) => new Writer(end).write())
  return (fewer.length < lines.length ? fewer : lines).map(printable)
}

/** What takes part in a derivation that is too long to be told: what is asked for, and what its facts are mostly about. */
function overview(conclusion: Incompatibility): readonly string[] {
  const steps = derivationOf(conclusion)
  const facts = steps.filter(isFact)
  const counts = new Map<string, number>()
  for (const { terms } of facts)
    for (const { package: item } of terms) counts.set(item.id, (counts.get(item.id) ?? 0) + 1)
  const named = [...counts].sort(([a, many], [b, more]) => more - many || compareCodePoints(a, b)).slice(0, MAX_NAMED)
  const asked = facts.filter(({ cause }) => cause.kind === 'root' || cause.kind === 'supposed')
  const ids = named.map(([id]) => id)
  return [
    `Because ${factsText(asked, conclusion, scopeOf(facts))}, ${conclusionText(conclusion)}.`,
    '',
    `(The proof has ${steps.length} steps, too many to be told. Its facts are mostly about ${listText(ids, 'and')}.)`,
  ]
}

/** Ranges and reasons are texts from registries, and may hold what moves a terminal's cursor. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\uFFFD')
}

interface Line {
  readonly text: string
  number: number | null
}

/** What a sentence concludes from: facts, claims whose reasons are left out, and what needs sentences of its own. */
interface Premises {
  readonly facts: readonly Fact[]
  readonly claims: readonly Incompatibility[]
  readonly derived: readonly Incompatibility[]
}

class Writer {
  readonly #conclusion: Incompatibility
  readonly #told: ReadonlySet<Incompatibility>
  readonly #scope: Scope
  /** How many others follow from each. */
  readonly #uses = new Map<Incompatibility, number>()
  readonly #lines: Line[] = []
  readonly #written = new Map<Incompatibility, Line>()
  #numbers = 0

  constructor(conclusion: Incompatibility) {
    this.#conclusion = conclusion
    this.#told = nearest(conclusion)
    this.#scope = scopeOf([...this.#told].flatMap(premisesOf).filter(isFact))
    for (const node of this.#told)
      for (const premise of premisesOf(node)) this.#uses.set(premise, (this.#uses.get(premise) ?? 0) + 1)
  }

  write(): readonly string[] {
    this.#tell(this.#conclusion)
    const width = this.#numbers === 0 ? 0 : `(${this.#numbers}) `.length
    const lines = this.#lines.map(({ text, number }) =>
      text === '' ? '' : `${(number === null ? '' : `(${number})`).padEnd(width)}${text}`,
    )
    const all = derivationOf(this.#conclusion).filter((node) => !isFact(node)).length
    if (all === this.#told.size) return lines
    return [
      ...lines,
      '',
      `(This is the end of a proof of ${all} steps. What is said without a reason is proved by the others.)`,
    ]
  }

  /** Writes the sentences that lead to an incompatibility; its own is the last line then. */
  #tell(node: Incompatibility): void {
    const { facts, claims, derived } = this.#gather(node)
    const reasons = [
      ...(facts.length === 0 ? [] : [factsText(facts, node, this.#scope)]),
      ...claims.map((claim) => conclusionText(claim, this.#scope)),
    ]
    const earlier = derived.filter((premise) => this.#written.has(premise))
    const [untold, later] = derived.filter((premise) => !this.#written.has(premise))
    if (untold !== undefined) this.#tell(untold)
    if (untold !== undefined && later !== undefined) {
      // The sentence after next will refer to it: by then it is not the last line any more.
      this.#number(untold)
      this.#lines.push({ text: '', number: null })
      this.#tell(later)
      earlier.push(untold)
    }
    const word = untold === undefined ? 'Because' : node === this.#conclusion ? 'So, because' : 'And because'
    const all = [
      ...reasons,
      ...earlier.map((premise) => `${conclusionText(premise, this.#scope)} (${this.#number(premise)})`),
    ]
    const line: Line = { text: `${word} ${listText(all, 'and')}, ${conclusionText(node, this.#scope)}.`, number: null }
    this.#lines.push(line)
    this.#written.set(node, line)
    if ((this.#uses.get(node) ?? 0) > 1) this.#number(node)
  }

  #number(node: Incompatibility): number {
    const line = this.#written.get(node)
    if (line === undefined) throw new Error('a number for what was not said')
    if (line.number === null) {
      this.#numbers += 1
      line.number = this.#numbers
    }
    return line.number
  }

  /** A premise that is used only here is replaced by its own premises, as long as the sentence stays readable. */
  #gather(node: Incompatibility): Premises {
    let found = this.#split(node)
    for (let at = 0; at < found.derived.length; ) {
      const premise = found.derived[at]
      if (premise === undefined) break
      const inner = this.#split(premise)
      const more: Premises = {
        facts: [...inner.facts, ...found.facts],
        claims: [...inner.claims, ...found.claims],
        derived: [...found.derived.filter((other) => other !== premise), ...inner.derived],
      }
      const isOnlyHere = this.#uses.get(premise) === 1 && !this.#written.has(premise)
      if (isOnlyHere && more.derived.length <= 1 && more.claims.length <= 1 && isReadable(more.facts, node)) {
        found = more
        at = 0
      } else at += 1
    }
    return found
  }

  #split(node: Incompatibility): Premises {
    const all = premisesOf(node)
    const others = all.filter((premise) => !isFact(premise))
    return {
      facts: all.filter(isFact),
      claims: others.filter((premise) => !this.#told.has(premise)),
      derived: others.filter((premise) => this.#told.has(premise)),
    }
  }
}

/** The derived incompatibilities nearest to the conclusion, itself included. */
function nearest(conclusion: Incompatibility): ReadonlySet<Incompatibility> {
  const found = new Set([conclusion])
  for (const node of found)
    for (const premise of premisesOf(node)) if (!isFact(premise) && found.size < MAX_DERIVED) found.add(premise)
  return found
}

function scopeOf(facts: readonly Fact[]): Scope {
  const clauses = facts.map((fact) => clauseOf(fact))
  return {
    disputed: disputedIn(clauses),
    withheld: new Set(facts.flatMap(({ cause, terms }) => (cause.kind === 'withheld' ? terms.map(packageOf) : []))),
    relevant: relevantIn(clauses),
    written: writtenIn(facts),
  }
}

/** How these facts wrote sets of versions; the shortest way of each. */
function writtenIn(facts: readonly Fact[]): Scope['written'] {
  const written = new Map<Package, Map<string, string>>()
  for (const { cause } of facts) {
    const need = cause.kind === 'root' ? cause.root : cause.kind === 'need' && cause.isVerbatim ? cause.need : null
    for (const [at, { range }] of need?.anyOf.entries() ?? []) {
      const target = cause.kind === 'root' || cause.kind === 'need' ? cause.targets[at] : undefined
      if (target === undefined || range === '') continue
      const ranges = memo(written, target, () => new Map<string, string>())
      const key = keyOf(target.select(range))
      const known = ranges.get(key)
      if (known === undefined || range.length < known.length) ranges.set(key, range)
    }
  }
  return written
}

/** Packages of which two lead to versions that have none in common. Versions of one package that differ in what they need dispute nothing. */
function disputedIn(clauses: readonly Clause[]): Scope['disputed'] {
  const disagree = (one: Clause, other: Clause) =>
    one.leadsTo !== null &&
    one.leadsTo.package === other.leadsTo?.package &&
    (one.of === null || one.of.package !== other.of?.package) &&
    isDisjoint(one.leadsTo.states, other.leadsTo.states)
  const disputed = new Set<Package>()
  for (const one of clauses)
    if (one.leadsTo !== null && clauses.some((other) => disagree(one, other))) disputed.add(one.leadsTo.package)
  return disputed
}

/** The versions that anything here asks for. */
function relevantIn(clauses: readonly Clause[]): Scope['relevant'] {
  const asked = new Map<Package, VersionSet>()
  for (const { leadsTo } of clauses)
    if (leadsTo !== null) {
      const { package: item, states } = leadsTo
      asked.set(item, union(states, asked.get(item) ?? states))
    }
  return asked
}

function isReadable(facts: readonly Fact[], conclusion: Incompatibility): boolean {
  const clauses = essential(facts).map((fact) => clauseOf(fact))
  return clauses.length <= MAX_FACTS && chainsOf(clauses, conclusion).length <= MAX_CHAINS
}

/** Facts as one clause: what leads into one another is chained, what begins alike shares its beginning. */
function factsText(facts: readonly Fact[], conclusion: Incompatibility, scope: Scope): string {
  const beginnings = new Map<string, string[]>()
  const clauses = essential(facts).map((fact) => clauseOf(fact, scope))
  const chains = chainsOf(clauses, conclusion).toSorted((a, b) => (a[0]?.line ?? 0) - (b[0]?.line ?? 0))
  const goesOnFrom = (host: readonly Clause[]) =>
    chains.filter((chain) => chain !== host && host.length > 1 && beginsAs(chain, host.at(-1)))
  const hosts = chains.filter((chain) => !chains.some((other) => goesOnFrom(other).includes(chain)))
  const guests = new Set(hosts.flatMap(goesOnFrom))
  for (const chain of chains) {
    const [first] = chain
    // Where another chain ends in the same subject, this one goes on from there.
    if (first === undefined || guests.has(chain)) continue
    const beginning = `${first.about} ${first.verb}`.trim()
    const says = saysOf(chain, hosts.includes(chain) ? goesOnFrom(chain) : [])
    // The longest chain comes last, where it cannot be taken for a part of another.
    beginnings.set(
      beginning,
      [...(beginnings.get(beginning) ?? []), says].sort((a, b) => commas(a) - commas(b)),
    )
  }
  return listText(
    [...beginnings].map(([beginning, says]) => `${beginning} ${listText(says, 'and')}`),
    'and',
  )
}

/** A chain without the subject and verb that it begins with; `further` begin as it ends. */
function saysOf(chain: readonly Clause[], further: readonly (readonly Clause[])[] = []): string {
  const says = chain.map(({ verb, what }, at) => (at === 0 ? what : `which ${verb} ${what}`.replace('  ', ' ')))
  const end = listText([says.at(-1) ?? '', ...further.map((other) => saysOf(other))], 'and')
  return [...says.slice(0, -1), end].join(', ')
}

function beginsAs([first]: readonly Clause[], clause: Clause | undefined): boolean {
  return first !== undefined && first.about === clause?.about && first.verb === clause.verb
}

function commas(text: string): number {
  return text.split(', ').length
}

/** Without what goes without saying: that an extra needs its base in the same version. */
function essential(facts: readonly Fact[]): readonly Fact[] {
  const told = facts.filter(({ cause }) => {
    if (cause.kind !== 'need' || cause.dependent.follows === null) return true
    return !cause.targets.some((target) => target.id === cause.dependent.follows)
  })
  return told.length === 0 ? facts : told
}

/** A circle is told from a package that the conclusion is about, and once around: a chain never comes again to a package that it began or passed. */
function chainsOf(clauses: readonly Clause[], { terms }: Incompatibility): readonly (readonly Clause[])[] {
  const left = [...clauses]
  const chains: Clause[][] = []
  const about = new Set(terms.map(packageOf))
  const isLedInto = (clause: Clause) => left.some((other) => other !== clause && leadsInto(other, clause))
  const isBeginning = ({ of }: Clause) => of !== null && about.has(of.package)
  while (left.length > 0) {
    const free = left.findIndex((clause) => !isLedInto(clause))
    const start = free === -1 ? Math.max(0, left.findIndex(isBeginning)) : free
    const chain = left.splice(start, 1)
    const passed = new Set<Package | undefined>()
    for (let last = chain.at(-1); last !== undefined; ) {
      const from = last
      passed.add(from.of?.package)
      const next = left.findIndex((clause) => leadsInto(from, clause) && !passed.has(clause.of?.package))
      last = next === -1 ? undefined : left.splice(next, 1)[0]
      if (last !== undefined) chain.push(last)
    }
    chains.push(chain)
  }
  return chains
}

function packageOf(term: Term): Package {
  return term.package
}
