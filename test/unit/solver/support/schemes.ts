// Ways of ordering and selecting versions other than semver, just enough of each for the tests. The sources use the libraries of
// their ecosystems.

import type { Scheme } from './memory-universe.ts'

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
  const [left, right] = [epochOf(a), epochOf(b)]
  return left.epoch - right.epoch || compareStretches(left.rest, right.rest)
}

function epochOf(version: string): { epoch: number; rest: string } {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/.exec(version) ?? []
  return { epoch: Number(epoch), rest }
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
