// How packages, sets of versions, facts and conclusions are called in an explanation. Which of them are said, and in which order, is
// explanation.ts.

import { type Package, printNeed, printTarget, versionOf } from './catalog.ts'
import { type Fact, type Incompatibility, inverse, isNegative, type Term } from './incompatibility.ts'
import type { Need, Root } from './universe.ts'
import {
  ABSENT,
  contains,
  countOf,
  intersection,
  isEmpty,
  isSubset,
  keyOf,
  setOf,
  statesOf,
  type VersionSet,
} from './version-set.ts'

/** More versions than these are not listed. */
const MAX_REMARKED = 3

/** What the words of one explanation depend on beside the fact that they tell. */
export interface Scope {
  /** Packages of which one fact asks for versions that another does not allow. */
  readonly disputed: ReadonlySet<Package>
  /** Packages of which versions are withheld. */
  readonly withheld: ReadonlySet<Package>
  /**
   * The versions that come into question at all. Bounds of ranges pass over the others: "<2.0.0" is clearer than the same with a hole for each
   * pre-release that nobody asked for.
   */
  readonly relevant: ReadonlyMap<Package, VersionSet>
  /** Package → set of versions, by its key → the range by which a fact asks for it. */
  readonly written: ReadonlyMap<Package, ReadonlyMap<string, string>>
}

const EVERYTHING: Scope = { disputed: new Set(), withheld: new Set(), relevant: new Map(), written: new Map() }

/** Versions of a package as the subject of a sentence whose verb is in the singular. */
function subjectOf({ package: item, states }: Term, scope: Scope): string {
  return isEvery(item, states) ? `every version of ${item.id}` : objectOf({ package: item, states }, scope)
}

/** Versions of a package as what something needs. */
function objectOf({ package: item, states }: Term, scope: Scope): string {
  const versions = versionsText(item, states, scope)
  return versions === '' ? item.id : `${item.id} ${versions}`
}

/** Versions of a package as what a conclusion needs: in the words of the fact that asked for them, where those are clear. */
function wantedOf(term: Term, scope: Scope): string {
  const { package: item, states } = term
  const range = scope.written.get(item)?.get(keyOf(states))
  if (range === undefined || isEvery(item, states)) return objectOf(term, scope)
  const isVague = scope.disputed.has(item) && !names(range, item, states)
  return isVague || !/\d/.test(range) ? objectOf(term, scope) : printTarget({ id: item.id, range })
}

/** A set of versions: the only one, as someone wrote it, or by its bounds; '' for all of several. */
export function versionsText(item: Package, states: VersionSet, scope = EVERYTHING): string {
  if (isEvery(item, states)) return ''
  const relevant = scope.relevant.get(item) ?? item.all
  const meant = intersection(states, relevant)
  for (const set of [states, meant]) {
    const written = item.spellings.get(keyOf(set))
    if (countOf(set) > 1 && written !== undefined) return written
  }
  const inQuestion = statesOf(isEmpty(meant) ? item.all : relevant).filter((state) => state !== ABSENT)
  const parts: string[] = []
  for (let at = 0; at < inQuestion.length; at++) {
    const from = inQuestion[at]
    if (from === undefined || !contains(states, from)) continue
    while (contains(states, inQuestion[at + 1] ?? ABSENT) && at + 1 < inQuestion.length) at++
    parts.push(spanText(item, from, inQuestion[at] ?? from, inQuestion[at + 1]))
  }
  return parts.length === 0 ? '(no version)' : parts.join(' or ')
}

/** True for all of several versions. Of an only version one says which. */
function isEvery(item: Package, states: VersionSet): boolean {
  const versions = countOf(states) - (contains(states, ABSENT) ? 1 : 0)
  return versions === item.candidates.length && versions > 1
}

/** `next` is the first version in question that is not meant. */
function spanText(item: Package, from: number, to: number, next: number | undefined): string {
  if (from === to) return versionOf(item, from)
  const bounds: string[] = []
  if (from > ABSENT + 1) bounds.push(`>=${versionOf(item, from)}`)
  if (next !== undefined) bounds.push(`<${versionOf(item, next)}`)
  else if (to < item.candidates.length) bounds.push(`<=${versionOf(item, to)}`)
  return bounds.join(' ')
}

/** A fact as the beginning of a clause and its predicate; several facts with one beginning can share it. */
export interface Clause {
  readonly about: string
  readonly verb: string
  readonly what: string
  /** What it says that has to be chosen, when that is versions of one package. */
  readonly leadsTo: Term | null
  /** Whose versions it is about, when that is one package's. */
  readonly of: Term | null
  /** Where a requirement of the environment stands; it is told after what it leads to trouble with, in the order of the file. */
  readonly line: number | null
}

export function clauseOf({ cause, terms }: Fact, scope = EVERYTHING): Clause {
  switch (cause.kind) {
    case 'root':
      return {
        about: placeText(cause.root),
        verb: 'asks for',
        what: `\`${cause.root.text}\`${remark(cause.root, cause.targets, scope)}`,
        leadsTo: aim(terms, null),
        of: null,
        line: cause.root.place.line,
      }
    case 'need': {
      const of = termAbout(terms, cause.dependent)
      const leadsTo = aim(terms, cause.dependent)
      const needed = cause.isVerbatim || leadsTo === null ? printNeed(cause.need) : objectOf(leadsTo, scope)
      return {
        about: subjectOf(of, scope),
        verb: 'needs',
        what: `${needed}${cause.isVerbatim ? remark(cause.need, cause.targets, scope) : ''}`,
        leadsTo,
        of,
        line: null,
      }
    }
    case 'exclusion': {
      const of = termAbout(terms, cause.dependent)
      return {
        about: subjectOf(of, scope),
        verb: 'conflicts with',
        what: printTarget(cause.target),
        leadsTo: null,
        of,
        line: null,
      }
    }
    case 'withheld':
    case 'unusable': {
      const of = only(terms)
      return { about: subjectOf(of, scope), verb: '', what: cause.reason, leadsTo: null, of, line: null }
    }
    case 'refused': {
      const about = terms.map((term) => subjectOf(term, scope))
      const what = `(${cause.reason})`
      return { about: listText(about, 'and'), verb: 'do not work together', what, leadsTo: null, of: null, line: null }
    }
    case 'supposed': {
      const term = inverse(only(terms))
      return { about: objectOf(term, scope), verb: 'is', what: cause.as, leadsTo: term, of: null, line: null }
    }
  }
}

export function factText(fact: Fact, scope = EVERYTHING): string {
  const { about, verb, what } = clauseOf(fact, scope)
  return [about, verb, what].filter((part) => part !== '').join(' ')
}

/** What follows, said of versions. */
export function conclusionText({ terms }: Incompatibility, scope = EVERYTHING): string {
  const chosen = terms.filter((term) => !isNegative(term))
  const needed = terms.filter(isNegative).map((term) => wantedOf(inverse(term), scope))
  const [first, second] = chosen
  if (terms.length === 0) return 'no set of versions fits'
  if (first === undefined) return `${listText(needed, 'or')} is needed`
  if (needed.length > 0) {
    const verb = second === undefined ? 'needs' : 'together need'
    return `${listText(
      chosen.map((term) => subjectOf(term, scope)),
      'and',
    )} ${verb} ${listText(needed, 'or')}`
  }
  if (second === undefined) {
    return isEvery(first.package, first.states)
      ? `no version of ${first.package.id} can be used`
      : `${objectOf(first, scope)} cannot be used`
  }
  if (chosen.length === 2) return `${subjectOf(first, scope)} cannot be used together with ${objectOf(second, scope)}`
  return `${listText(
    chosen.map((term) => objectOf(term, scope)),
    'and',
  )} cannot be used together`
}

/** True when whatever `from` leads to is what `to` is about. */
export function leadsInto(from: Clause, to: Clause): boolean {
  const { leadsTo } = from
  return (
    leadsTo !== null && to.of !== null && leadsTo.package === to.of.package && isSubset(leadsTo.states, to.of.states)
  )
}

export function placeText({ place }: Root): string {
  return `${place.path}:${place.line}`
}

export function listText(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length < 2) return items.join('')
  // After a clause with a comma of its own, a bare "and" would join the wrong things.
  const comma = items.length > 2 || items[0]?.includes(', ') ? ',' : ''
  return `${items.slice(0, -1).join(', ')}${comma} ${word} ${items.at(-1)}`
}

/** What has to be chosen by a need of one target. A target that no version meets is not among the terms. */
function aim(terms: readonly Term[], dependent: Package | null): Term | null {
  const needed = terms.filter((term) => term.package !== dependent)
  const [first] = needed
  return first === undefined || needed.length > 1 || !isNegative(first) ? null : inverse(first)
}

/** What else to say of a need: that nothing can meet it; or which versions do, where the range does not tell and that is disputed or they are withheld. */
function remark(need: Need, targets: readonly Package[], { disputed, withheld }: Scope): string {
  const sets = need.anyOf.map(({ range }, at) => targets[at]?.select(range) ?? setOf(1, []))
  const [target, second] = targets
  const [states] = sets
  if (sets.every(isEmpty)) return lack(target, second)
  if (target === undefined || second !== undefined || states === undefined) return ''
  const versions = statesOf(states).map((state) => versionOf(target, state))
  if (versions.length > MAX_REMARKED) return ''
  // What is disputed is clear from a range that names one of its versions; what is withheld only from one that is the version itself.
  const isUnclear =
    (disputed.has(target) && !names(printNeed(need), target, states)) ||
    (withheld.has(target) && versions.join() !== need.anyOf[0]?.range)
  return isUnclear ? ` (that is ${listText(versions, 'or')})` : ''
}

/** True when a range has one of these versions in its text. */
function names(range: string, item: Package, states: VersionSet): boolean {
  return statesOf(states).some((state) => state !== ABSENT && range.includes(versionOf(item, state)))
}

function lack(target: Package | undefined, second: Package | undefined): string {
  if (target === undefined || second !== undefined) return ', which nothing provides'
  if (!target.exists) return ', which does not exist'
  const newest = target.candidates.at(-1)
  if (newest === undefined) return ', which has no versions'
  const usual = target.candidates.findLast(({ isLastResort }) => isLastResort !== true)
  const there =
    usual === undefined
      ? `there is only the pre-release ${newest.version}`
      : `the newest is ${usual.version}${usual === newest ? '' : `, and ${newest.version} as a pre-release`}`
  return `, which no version meets (${there})`
}

function termAbout(terms: readonly Term[], item: Package): Term {
  return terms.find((term) => term.package === item) ?? { package: item, states: item.all }
}

function only([term]: readonly Term[]): Term {
  if (term === undefined || isEmpty(term.states)) throw new Error('a fact about nothing')
  return term
}
