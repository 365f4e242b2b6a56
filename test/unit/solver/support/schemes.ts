// Ways of ordering and selecting versions other than semver, just enough of each for the tests. The sources use the libraries of
// their ecosystems.

import { memo } from '../../../../src/solver/memo.ts'
import type { Scheme } from './memory-universe.ts'

/** The same function of texts, which answers each question once. */
export function remembered<A extends readonly string[], T>(answer: (...question: A) => T): (...question: A) => T {
  const known = new Map<string, T>()
  return (...question) => memo(known, question.join('\n'), () => answer(...question))
}

/** RubyGems: any number of parts; letters make a pre-release; `~> 1.2` is at least 1.2 and below 2. */
export const RUBYGEMS: Scheme = {
  compare: compareGems,
  select: (range, versions) => {
    const clauses = range.split(',').map((clause) => clause.trim())
    // Pre-releases only where the range itself names one.
    const isAsked = /[a-z]/i.test(range)
    return versions.filter(
      (version) =>
        (isAsked || !/[a-z]/i.test(version)) && clauses.every((clause) => clause === '' || meetsGem(version, clause)),
    )
  },
}

function meetsGem(version: string, clause: string): boolean {
  const [, operator = '=', bound = ''] = /^(=|!=|>=|<=|~>|>|<)?\s*(.*)$/.exec(clause) ?? []
  const order = compareGems(version, bound)
  if (operator === '~>') {
    const parts = bound.split('.').filter((part) => /^\d+$/.test(part))
    const above = parts.slice(0, Math.max(1, parts.length - 1)).map(Number)
    above.push((above.pop() ?? 0) + 1)
    return order >= 0 && compareGems(version.replace(/[.-]?[a-z].*$/i, ''), above.join('.')) < 0
  }
  return meetsOrder(operator, order)
}

function meetsOrder(operator: string, order: number): boolean {
  if (operator === '!=') return order !== 0
  if (order === 0) return operator.endsWith('=')
  return operator.startsWith(order < 0 ? '<' : '>')
}

function compareGems(a: string, b: string): number {
  const [left, right] = [gemParts(a), gemParts(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at] ?? 0, right[at] ?? 0]
    if (one === other) continue
    // Letters come before numbers: 1.0.rc is before 1.0.
    if (typeof one !== typeof other) return typeof one === 'string' ? -1 : 1
    return one < other ? -1 : 1
  }
  return 0
}

function gemParts(version: string): readonly (string | number)[] {
  const parts = version.replaceAll('-', '.pre.').matchAll(/\d+|[a-z]+/gi)
  return [...parts].map(([part]) => (/^\d/.test(part) ? Number(part) : part))
}

/** Debian: an epoch, then stretches of other characters and of digits in turn; `~` comes before everything, even the end. */
export const DEBIAN: Scheme = {
  compare: compareDebian,
  select: (range, versions) => {
    const [, operator = '', bound = ''] = /^\((<<|<=|=|>=|>>) (.*)\)$/.exec(range) ?? []
    return versions.filter((version) => operator === '' || meetsOrder(operator, compareDebian(version, bound)))
  },
}

function compareDebian(a: string, b: string): number {
  const [left, right] = [debianParts(a), debianParts(b)]
  return (
    left.epoch - right.epoch ||
    compareStretches(left.upstream, right.upstream) ||
    compareStretches(left.revision, right.revision)
  )
}

function debianParts(version: string): { epoch: number; upstream: string; revision: string } {
  const [, epoch = '0', upstream = '', revision = '0'] = /^(?:(\d+):)?(.*?)(?:-([^-]*))?$/.exec(version) ?? []
  return { epoch: Number(epoch), upstream, revision }
}

function compareStretches(a: string, b: string): number {
  let [left, right] = [a, b]
  while (left !== '' || right !== '') {
    const [, words = '', digits = '', more = ''] = /^(\D*)(\d*)(.*)$/.exec(left) ?? []
    const [, otherWords = '', otherDigits = '', otherMore = ''] = /^(\D*)(\d*)(.*)$/.exec(right) ?? []
    const difference = compareWords(words, otherWords) || Number(digits) - Number(otherDigits)
    if (difference !== 0) return difference
    ;[left, right] = [more, otherMore]
  }
  return 0
}

function compareWords(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = weightOf(a[at]) - weightOf(b[at])
    if (difference !== 0) return difference
  }
  return 0
}

function weightOf(character: string | undefined): number {
  if (character === '~') return -1
  if (character === undefined) return 0
  return character.charCodeAt(0) + (/[a-z]/i.test(character) ? 0 : 256)
}

/** PEP 440: an epoch, numbers, then dev, a, b, rc before the final one and post after it; a local part last of all. */
export const PEP440: Scheme = {
  compare: (a, b) => compareParts(partsOf(a), partsOf(b)),
  select: (range, versions) => {
    const clauses = range.split(',').map((clause) => clause.trim())
    return versions.filter((version) => clauses.every((clause) => clause === '' || meetsPython(version, clause)))
  },
}

export function isPreRelease(version: string): boolean {
  return /(a|b|rc|dev)\d*/.test(version)
}

function meetsPython(version: string, clause: string): boolean {
  const [, operator = '', bound = ''] = /^(==|!=|>=|<=|~=|>|<)(.*)$/.exec(clause) ?? []
  // A bound without a local part leaves that of a version aside; `.*` leaves aside all that follows.
  const subject = bound.includes('+') ? version : version.replace(/\+.*$/, '')
  if (bound.endsWith('.*')) {
    const isSame = `${subject}.`.startsWith(bound.slice(0, -1))
    return (operator === '==') === isSame
  }
  const order = PEP440.compare(subject, bound)
  if (operator === '~=') {
    const prefix = bound.split('.').slice(0, -1).join('.')
    return order >= 0 && `${subject}.`.startsWith(`${prefix}.`)
  }
  // "<1.0" does not take in the pre-releases of 1.0, nor ">1.0" its post-releases.
  const isOfBound = subject.startsWith(bound) && /^(\.?(dev|post)|a|b|rc)\d/.test(subject.slice(bound.length))
  if ((operator === '<' || operator === '>') && isOfBound) return false
  return operator === '==' ? order === 0 : meetsOrder(operator, order)
}

function pythonParts(version: string): readonly (readonly (number | string)[])[] {
  const [, epoch = '0', release = '', pre, preNumber, post, dev, local] =
    /^(?:(\d+)!)?([\d.]*\d)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?(?:\+(.*))?$/.exec(version) ?? []
  const numbers = release.split('.').map(Number)
  while (numbers.at(-1) === 0) numbers.pop()
  // Without a letter: a bare dev release is before all letters, anything else after them.
  const letter = pre ?? (dev !== undefined && post === undefined ? ' ' : 'z')
  return [
    [Number(epoch)],
    numbers,
    [letter, Number(preNumber ?? 0)],
    [post === undefined ? -1 : Number(post)],
    [dev === undefined ? Number.POSITIVE_INFINITY : Number(dev)],
    local === undefined ? [] : [local],
  ]
}

const partsOf = remembered(pythonParts)

function compareParts(a: ReturnType<typeof pythonParts>, b: ReturnType<typeof pythonParts>): number {
  for (const [at, left] of a.entries()) {
    const right = b[at] ?? []
    for (let place = 0; place < Math.max(left.length, right.length); place++) {
      const [one, other] = [left[place], right[place]]
      if (one === other) continue
      // What is shorter comes first, as zeros at the end were left out.
      if (one === undefined || other === undefined) return one === undefined ? -1 : 1
      return one < other ? -1 : 1
    }
  }
  return 0
}
