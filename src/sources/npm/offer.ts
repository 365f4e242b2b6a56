// What the registry has of one package, cut down to what may be locked: which versions are left, and what tags and ranges mean then. Pure.

import semver from 'semver'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Young } from '../release-rule.ts'

/** What there is of a package. */
export interface Offer {
  /** As the registry gave it, without the versions that are passed over. */
  readonly packument: JsonObject
  /** As the registry has them. */
  readonly tags: ReadonlyMap<string, string>
  /** The versions that are passed over for now, with their manifests. */
  readonly young: ReadonlyMap<string, Young>
  /** The versions that are not there because of the time that was given. */
  readonly late: ReadonlySet<string>
  /** True where the registry does not tell when versions were released, and so nothing could be passed over. */
  readonly isUndated: boolean
}

/**
 * What npm would choose for a range or tag if nothing were passed over, if that is a version that is passed over as too young; null otherwise.
 * The tag `latest` comes first where the range allows it, then the highest version.
 */
export function youngPick({ packument, tags, young }: Offer, wanted: string): Young | null {
  if (young.size === 0) return null
  const range = semver.validRange(wanted, { loose: true })
  if (range === null) return young.get(tags.get(wanted) ?? '') ?? null
  const fits = (version: string) => wanted === '' || semver.satisfies(version, range, { loose: true })
  const latest = tags.get('latest')
  if (latest !== undefined && (range === '*' || fits(latest))) return young.get(latest) ?? null
  const offered = Object.keys(versionsIn(packument)).filter(fits)
  const held = [...young.keys()].filter(fits)
  const best = semver.maxSatisfying([...offered, ...held], '*', { loose: true, includePrerelease: true })
  return best === null ? null : (young.get(best) ?? null)
}

/** What was asked of the registries while one lock was made. */
export interface Offers {
  /** What was read of a package by now. */
  known(name: string): Offer | null
  /** What was released after this is not there; RFC 3339, null for none. */
  readonly asOf: string | null
}

/** The offer without the versions that are too young. */
export function holdBack(offer: Offer, young: Offer['young']): Offer {
  return { ...without(offer, young), young }
}

/** What is left of an offer. Tags of what goes mean the highest below it that is left. */
export function without(offer: Offer, removed: { has(version: string): boolean }): Offer {
  const versions = Object.entries(versionsIn(offer.packument)).filter(([version]) => !removed.has(version))
  const left = Object.fromEntries(versions)
  const parsed = versions.flatMap(([version, manifest]): Left[] => {
    const order = semver.parse(version)
    return order === null ? [] : [{ order, isDeprecated: isJsonObject(manifest) && Boolean(manifest['deprecated']) }]
  })
  const tags = [...offer.tags].flatMap(([tag, version]): [string, string][] => {
    const meant = Object.hasOwn(left, version) ? version : highestBelow(version, parsed)
    return meant === null ? [] : [[tag, meant]]
  })
  return { ...offer, packument: { ...offer.packument, versions: left, 'dist-tags': Object.fromEntries(tags) } }
}

interface Left {
  readonly order: semver.SemVer
  readonly isDeprecated: boolean
}

/** No pre-release for what is none, and rather none that is deprecated. */
function highestBelow(bound: string, left: readonly Left[]): string | null {
  const limit = semver.parse(bound)
  if (limit === null) return null
  const isPre = limit.prerelease.length > 0
  let best: Left | null = null
  for (const one of left) {
    if (one.order.compare(limit) > 0 || (!isPre && one.order.prerelease.length > 0)) continue
    const isBetter =
      best === null || (best.isDeprecated === one.isDeprecated ? one.order.compare(best.order) > 0 : best.isDeprecated)
    if (isBetter) best = one
  }
  return best?.order.raw ?? null
}

/** When each version was released, of those of which that can be read, and when the packument was changed last. */
export function datesOf(packument: JsonObject): {
  readonly dates: ReadonlyMap<string, number>
  readonly changed: number | null
} {
  const { time, modified } = packument
  const times = isJsonObject(time) ? time : {}
  const dates = new Map<string, number>()
  for (const [version, text] of Object.entries(times)) {
    const released = version === 'created' || version === 'modified' ? null : readDate(text)
    if (released !== null) dates.set(version, released)
  }
  return { dates, changed: readDate(times['modified'] ?? modified) }
}

function readDate(text: unknown): number | null {
  // What `Date.parse` makes of other texts is a guess, and without a zone that of this machine counts.
  const isWhole = typeof text === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text)
  const time = isWhole ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? null : time
}

export function tagsOf(packument: JsonObject): ReadonlyMap<string, string> {
  const tags = packument['dist-tags']
  return new Map(
    Object.entries(isJsonObject(tags) ? tags : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}

/** Version → manifest, of a packument that was checked. */
export function versionsIn(packument: JsonObject): JsonObject {
  const { versions } = packument
  return isJsonObject(versions) ? versions : {}
}
