// What a lock of npm packages has to say besides what it holds: what was passed over as too young, what could not be judged, what will not be run.

import { compareCodePoints } from '../../core/json.ts'
import type { LockedPackage } from '../../core/lock.ts'
import { exceptionHint, type Young, youngText } from '../release-rule.ts'
import type { Warning } from '../source.ts'

/** A package that would be newer, were that version not too young. */
export interface HeldBack {
  readonly name: string
  /** Null for an optional one that is left out. */
  readonly chosen: string | null
  readonly young: Young
  /** Whether a requirement names it. */
  readonly isAskedFor: boolean
}

const SHOWN = 3

/** One for each package that a requirement names, and one for all that lie deeper. */
export function heldBackWarnings(all: readonly HeldBack[]): readonly Warning[] {
  const byText = new Map<string, HeldBack>()
  for (const item of all) {
    const key = `${item.name}\0${item.chosen}\0${item.young.version}`
    if (item.isAskedFor || !byText.has(key)) byText.set(key, item)
  }
  const sorted = [...byText].sort(([a], [b]) => compareCodePoints(a, b)).map(([, item]) => item)
  const asked = sorted.filter((item) => item.isAskedFor)
  const deeper = sorted.filter((item) => !item.isAskedFor)
  const warnings = asked.map(({ name, chosen, young }): Warning => {
    const state = chosen === null ? 'is left out' : `stays at ${chosen}`
    return {
      message: `\`${name}\` ${state}: ${young.version} ${youngText(young)}.`,
      hint: exceptionHint(young),
    }
  })
  const [first] = deeper
  if (first === undefined) return warnings
  const names = deeper.slice(0, SHOWN).map(({ name, young }) => `\`${name}\` ${young.version}, which ${young.words}`)
  const rest = deeper.length > SHOWN ? `; and ${deeper.length - SHOWN} more` : ''
  const what = deeper.length === 1 ? 'one package that others need' : `${deeper.length} packages that others need`
  const message = `Of ${what} a newer version is held back (${first.young.setting}): ${names.join('; ')}${rest}.`
  return [...warnings, { message, hint: null }]
}

/** For packages of which the registry does not tell when their versions were released. */
export function undatedWarnings(names: Iterable<string>): readonly Warning[] {
  const all = [...new Set(names)].sort(compareCodePoints)
  if (all.length === 0) return []
  const shown = all.slice(0, SHOWN).map((name) => `\`${name}\``)
  const rest = all.length > SHOWN ? ` and ${all.length - SHOWN} more` : ''
  return [
    {
      message: `The npm registry does not say when versions of ${shown.join(', ')}${rest} were released: neither \`minimumReleaseAge\` nor \`--as-of\` held back any of them.`,
      hint: null,
    },
  ]
}

export function scriptWarnings(packages: readonly LockedPackage[]): readonly Warning[] {
  const named = new Set(
    packages.filter((item) => item.data['hasInstallScript'] === true).map((item) => `${item.name}@${item.version}`),
  )
  return [...named].map((name) => ({
    message: `\`${name}\` has an install script, which Tenon does not run.`,
    hint: 'Many such packages work without it, because what they need is an optional package of its own. If a command of it fails, look for a version or another package with prebuilt files.',
  }))
}
