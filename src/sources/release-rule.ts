// When a version that a public registry has counts as too young to be locked, and how that is said. One rule for all such registries: a version must
// have been public for some time, so that what is wrong with it has had time to be noticed.

import { DAY } from '../core/age.ts'
import type { Environment } from '../core/environment.ts'
import { DEFAULT_RELEASE_AGE, isExcepted } from '../core/release-age.ts'

/** What holds while one lock is made. Times in milliseconds since the epoch. */
export interface ReleaseRule {
  /** From which ages are counted. */
  readonly moment: number
  /** What was released later is as if it were not there; null for none. */
  readonly asOf: number | null
  /** Milliseconds. */
  readonly age: number
  readonly except: readonly string[]
}

export interface Release {
  readonly prefix: 'npm' | 'pypi'
  readonly name: string
  readonly version: string
  /** Null where the registry, which tells it of other versions, does not say. */
  readonly released: number | null
}

/** A version that is there, and too young to be locked. */
export interface Young extends Release {
  /** What says so: `minimumReleaseAge`. */
  readonly setting: string
  /** From when on it may be locked; null when nobody knows. */
  readonly until: number | null
  /** Says how young it is: `is 3 hours old`. */
  readonly words: string
  /** What would have to be excepted: `npm:typescript@5.9.4`, or what that needs and is too young. */
  readonly exception: string
}

/** `now` in milliseconds, `asOf` in RFC 3339. With `asOf`, ages are counted from then. */
export function releaseRule(environment: Environment, now: number, asOf: string | null): ReleaseRule {
  const { age, except } = environment.minimumReleaseAge ?? { age: null, except: [] }
  const date = asOf === null ? null : Date.parse(asOf)
  return { moment: date ?? now, asOf: date, age: age ?? DEFAULT_RELEASE_AGE, except }
}

/** True for what `--as-of` hides. What nobody can date is not known to have been there. */
export function isHidden({ asOf }: ReleaseRule, released: number | null): boolean {
  return asOf !== null && (released === null || released > asOf)
}

/** Null for a version that is old enough, or excepted. */
export function youngBy(rule: ReleaseRule, release: Release): Young | null {
  const { prefix, name, version, released } = release
  if (rule.age === 0 || (released !== null && released <= rule.moment - rule.age)) return null
  if (isExcepted(rule.except, prefix, name, version)) return null
  const until = released === null ? null : released + rule.age
  const exception = `${prefix}:${name}@${version}`
  return { ...release, setting: 'minimumReleaseAge', until, words: ageWords(rule, released), exception }
}

/** Ends the sentence "typescript 5.9.4 …". */
export function ageWords({ moment, asOf }: ReleaseRule, released: number | null): string {
  if (released === null) return 'is of an age that the registry does not tell'
  const age = moment - released
  if (age < 0) {
    const clock = asOf === null ? `, and this machine's clock says ${minuteOf(moment)}` : ''
    return `was released on ${minuteOf(released)}${clock}`
  }
  return `${asOf === null ? 'is' : 'was'} ${durationWords(age)} old`
}

/** `is 3 hours old; held back until 2026-11-24 06:00 UTC (minimumReleaseAge)` */
export function youngText({ words, until, setting }: Young): string {
  const held = until === null ? 'held back' : `held back until ${minuteOf(until)}`
  return `${words}; ${held} (${setting})`
}

/** The same within a sentence of others: `5.9.4 is 3 hours old, held back until 2026-11-24 06:00 UTC by minimumReleaseAge` */
export function youngReason({ version, words, until, setting }: Young): string {
  return `${version} ${words}, held back${until === null ? '' : ` until ${minuteOf(until)}`} by ${setting}`
}

/** What to do for whoever cannot wait. */
export function exceptionHint({ prefix, name, setting, exception }: Young): string {
  return setting === 'minimumReleaseAge'
    ? `To take it now: \`minimumReleaseAge: { except: [${exception}] }\` in the environment file, then \`tenon update ${prefix}:${name}\`.`
    : `To take it now, except \`${exception.slice(prefix.length + 1)}\` where ${setting} is set, then \`tenon update ${prefix}:${name}\`.`
}

/** `one day`, `3 hours`: whole units, the largest that fits. */
function durationWords(milliseconds: number): string {
  const units = [
    ['day', DAY],
    ['hour', DAY / 24],
    ['minute', DAY / 1440],
  ] as const
  const [unit, length] = units.find(([, size]) => milliseconds >= size) ?? ['minute', Number.POSITIVE_INFINITY]
  const count = Math.floor(milliseconds / length)
  if (count === 0) return 'less than a minute'
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function minuteOf(time: number): string {
  // A date that no calendar has is one that a registry made up.
  return Math.abs(time) > 8.64e15
    ? 'a date that is none'
    : `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
