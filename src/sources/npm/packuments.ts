// What the registries have of each package while one lock is made: asked for once, checked, and cut down to the versions that may be locked. npm's
// resolver reads through it, so what is too young, or later than the time that is asked for, is as if it were not there, for the whole graph.

import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { ageWords, isHidden, type Release, type ReleaseRule, type Young, youngBy } from '../release-rule.ts'
import { isOwnRegistry, npmReleaseBound } from './config.ts'
import { invalidAnswer } from './errors.ts'
import { type LibraryOptions, withLibraries } from './libraries.ts'
import { datesOf, holdBack, type Offer, type Offers, tagsOf, without } from './offer.ts'
import { versionsOf } from './packument.ts'

/** Far more than any real graph; a registry that answers without end is stopped here. */
const MAX_PACKUMENTS = 20_000

export interface PackumentsOptions extends LibraryOptions {
  readonly rule: ReleaseRule
  /** `name@version` of what is locked; however young it is, it stays. */
  readonly locked: ReadonlySet<string>
  /** Only what the registries answered earlier counts. */
  readonly offline: boolean
  /** What is cached is not enough. */
  readonly refresh: boolean
  readonly signal: AbortSignal
}

export class Packuments implements Offers {
  readonly #options: PackumentsOptions
  readonly #asked = new Map<string, Promise<Offer>>()
  readonly #offers = new Map<string, Offer>()

  constructor(options: PackumentsOptions) {
    this.#options = options
  }

  /** @throws what npm's libraries throw; ToolError E_SOURCE_INVALID */
  read(name: string): Promise<Offer> {
    let offer = this.#asked.get(name)
    if (offer === undefined) {
      if (this.#asked.size >= MAX_PACKUMENTS)
        throw invalidAnswer(`the graph needs more than ${MAX_PACKUMENTS} packages`)
      offer = this.#ask(name)
      this.#asked.set(name, offer)
    }
    return offer
  }

  known(name: string): Offer | null {
    return this.#offers.get(name) ?? null
  }

  get asOf(): string | null {
    const { asOf } = this.#options.rule
    return asOf === null ? null : new Date(asOf).toISOString()
  }

  /** True for a version that is locked already. */
  isLocked(name: string, version: string): boolean {
    return this.#options.locked.has(`${name}@${version}`)
  }

  /** Passes over these versions from now on, for the reasons given. The package was asked for before. */
  withdraw(name: string, versions: ReadonlyMap<string, Young>): void {
    const offer = this.#offers.get(name)
    if (offer === undefined) throw new Error(`nobody asked for ${name}`)
    const next = holdBack(offer, new Map([...offer.young, ...versions]))
    this.#offers.set(name, next)
    this.#asked.set(name, Promise.resolve(next))
  }

  /** As npm's resolver wants it: whatever it asks for, it finds here. */
  get cache(): object {
    return {
      has: () => true,
      get: async (key: string) => {
        // Its key ends with its address.
        const name = key.slice(key.lastIndexOf('/') + 1).replace(/%2f/i, '/')
        return (await this.read(name)).packument
      },
      set: () => undefined,
      delete: () => undefined,
    }
  }

  async #ask(name: string): Promise<Offer> {
    const { offline, refresh, signal } = this.#options
    const { default: pacote } = await import('pacote')
    const packument = await withLibraries(this.#options, (flat) =>
      pacote.packument(name, {
        ...flat,
        // What abbreviated answers leave out: times, and some of what locks hold.
        fullMetadata: true,
        before: null,
        ...(refresh ? { preferOnline: true } : {}),
        ...(offline ? { offline: true } : {}),
        signal,
      }),
    )
    const versions = versionsOf(name, packument)
    const offer = await this.#judge(name, isJsonObject(packument) ? packument : {}, Object.keys(versions))
    this.#offers.set(name, offer)
    return offer
  }

  async #judge(name: string, packument: JsonObject, versions: readonly string[]): Promise<Offer> {
    const { flat, rule, locked } = this.#options
    const { dates, changed } = datesOf(packument)
    const isOwn = isOwnRegistry(flat, name)
    const bound = await npmReleaseBound(flat, name)
    const heldBy = (version: string, released: number | null): Young | null => {
      const release = { prefix: 'npm', name, version, released } as const
      return (isOwn ? null : youngBy(rule, release)) ?? (bound === null ? null : laterThan(bound, release, rule))
    }
    // Everything in a packument is as old as its last change at least.
    const isUndated = dates.size === 0 && (isHidden(rule, changed) || heldBy('*', changed) !== null)
    // What is left is old enough; npm's libraries would pass over versions whose time cannot be read.
    const { time: _, ...undatedPackument } = packument
    const whole: Offer = {
      packument: undatedPackument,
      tags: tagsOf(packument),
      young: new Map(),
      late: new Set(),
      isUndated,
    }
    if (dates.size === 0) return whole
    // Most versions are older than all that could count against them.
    const since = isOwn || rule.age === 0 ? null : rule.moment - rule.age
    const limit = Math.min(...[since, bound, rule.asOf].map((time) => time ?? Number.POSITIVE_INFINITY))
    const late = new Set<string>()
    const young = new Map<string, Young>()
    for (const version of versions) {
      const released = dates.get(version) ?? changed
      if (released !== null && released <= limit) continue
      const held = locked.has(`${name}@${version}`) ? null : heldBy(version, released)
      if (isHidden(rule, released)) late.add(version)
      else if (held !== null) young.set(version, held)
    }
    // What is late is not there at all; the tags are those of then.
    const then = late.size === 0 ? whole : { ...without(whole, late), late }
    const { packument: left } = then
    return young.size === 0 ? then : holdBack({ ...then, tags: tagsOf(left) }, young)
  }
}

function laterThan(bound: number, release: Release, rule: ReleaseRule): Young | null {
  const { prefix, name, version, released } = release
  if (released !== null && released <= bound) return null
  return {
    ...release,
    setting: '`min-release-age` or `before` of npm',
    until: null,
    words: ageWords(rule, released),
    exception: `${prefix}:${name}@${version}`,
  }
}
