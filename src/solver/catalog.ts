// What is known of a universe so far. Each question is asked once, many at a time, and an answer is looked at only when the solve needs
// it, so the order in which answers arrive decides nothing. Shared by all solves of one problem (its suggestions and its questions "why not").

import { ToolError } from '../core/errors.ts'
import { memo } from './memo.ts'
import type { Candidate, Facts, Listing, Need, PackageId, Target, Universe } from './universe.ts'
import { fullSet, setOf, type VersionSet } from './version-set.ts'

/** A package as the solver sees it. */
export interface Package {
  readonly id: PackageId
  /** Its number among the packages of its catalog, from 0: what is noted of each package is kept in tables. */
  readonly index: number
  /** False when no source knows the name; it has no versions then. */
  readonly exists: boolean
  readonly follows: PackageId | null
  /** Lowest first; the state of the i-th is i + 1. */
  readonly candidates: readonly Candidate[]
  /** Every state. */
  readonly all: VersionSet
  /** The versions that a range selects. */
  select(range: string): VersionSet
  /** What is known already of what a version needs; undefined when it would have to be asked. */
  known(state: number): Facts | undefined
  learn(state: number, facts: Facts): void
  /** How people wrote sets of versions of this package; a set that someone wrote is spelled as it was written. */
  readonly spellings: Map<string, string>
}

/** An answer or an error, kept until it is needed. */
type Kept<T> = { readonly value: T } | { readonly error: unknown }

export class Catalog {
  readonly #universe: Universe
  readonly #signal: AbortSignal
  readonly #listings = new Map<PackageId, Promise<Kept<Listing | null>>>()
  readonly #packages = new Map<PackageId, Package>()
  readonly #facts = new Map<string, Promise<Kept<Facts>>>()

  constructor(universe: Universe, signal: AbortSignal) {
    this.#universe = universe
    this.#signal = signal
  }

  /** All of these, asked for at once. @throws what the universe throws, for the first of them that failed */
  async packages(ids: readonly PackageId[]): Promise<readonly Package[]> {
    const asked = ids.map((id) => this.#packages.get(id) ?? this.#list(id))
    const packages: Package[] = []
    for (const [at, id] of ids.entries()) {
      const found = asked[at]
      if (found === undefined) throw new Error('one answer for each question')
      packages.push(found instanceof Promise ? this.#make(id, release(await found)) : found)
    }
    return packages
  }

  /** The package, if it was ever needed. */
  find(id: PackageId): Package | undefined {
    return this.#packages.get(id)
  }

  /** @throws what the universe throws */
  async facts(item: Package, state: number): Promise<Facts> {
    const known = item.known(state)
    if (known !== undefined) return known
    const facts = release(await this.#ask(item, state))
    item.learn(state, facts)
    return facts
  }

  /** Asks for facts that will be needed soon. An error is kept, for they may turn out not to be needed at all. */
  prefetch(item: Package, state: number): void {
    if (item.known(state) === undefined) this.#ask(item, state)
  }

  #list(id: PackageId): Promise<Kept<Listing | null>> {
    return ask(this.#listings, id, () => this.#universe.list(id, this.#signal))
  }

  #ask(item: Package, state: number): Promise<Kept<Facts>> {
    const version = versionOf(item, state)
    return ask(this.#facts, `${item.id}\n${version}`, () => this.#universe.facts(item.id, version, this.#signal))
  }

  #make(id: PackageId, listing: Listing | null): Package {
    const made = this.#packages.get(id) ?? makePackage(id, this.#packages.size, listing)
    this.#packages.set(id, made)
    return made
  }
}

export function versionOf(item: Package, state: number): string {
  const candidate = item.candidates[state - 1]
  if (candidate === undefined) throw new Error(`${item.id} has no state ${state}`)
  return candidate.version
}

/** The state of a version; undefined when there is no such version (any more). */
export function stateOf(item: Package, version: string | undefined): number | undefined {
  const index = version === undefined ? -1 : item.candidates.findIndex((candidate) => candidate.version === version)
  return index === -1 ? undefined : index + 1
}

/** Equal for needs that mean the same. */
export function keyOfNeed(need: Need): string {
  return need.anyOf.map(({ id, range }) => `${id}\t${range}`).join('\n')
}

export function printNeed(need: Need): string {
  return need.text ?? need.anyOf.map(printTarget).join(' or ')
}

export function printTarget({ id, range }: Target): string {
  return range === '' ? id : `${id} ${range}`
}

function makePackage(id: PackageId, index: number, listing: Listing | null): Package {
  const candidates = listing?.versions ?? []
  const size = candidates.length + 1
  const states = new Map(candidates.map((candidate, index) => [candidate.version, index + 1]))
  if (states.size !== candidates.length) throw invalid(id, 'lists a version twice')
  const selected = new Map<string, VersionSet>()
  const facts = new Map<number, Facts>()
  const spellings = new Map<string, string>()
  const select = (range: string): VersionSet => {
    const chosen: number[] = []
    for (const version of listing?.select(range) ?? []) {
      const state = states.get(version)
      if (state === undefined) throw invalid(id, `selects \`${version}\`, which it does not list`)
      chosen.push(state)
    }
    return setOf(size, chosen)
  }
  return {
    id,
    index,
    exists: listing !== null,
    follows: listing?.follows ?? null,
    candidates,
    all: fullSet(size),
    spellings,
    select: (range) => memo(selected, range, () => select(range)),
    known: (state) => {
      const ask = listing?.facts
      if (ask === undefined) return facts.get(state)
      return memo(facts, state, () => ask(candidates[state - 1]?.version ?? ''))
    },
    learn: (state, learned) => {
      facts.set(state, learned)
    },
  }
}

function invalid(id: PackageId, what: string): ToolError {
  return new ToolError('E_SOURCE_INVALID', `The source of \`${id}\` ${what}.`, { details: { package: id } })
}

function release<T>(kept: Kept<T>): T {
  if ('error' in kept) throw kept.error
  return kept.value
}

function ask<T>(known: Map<string, Promise<Kept<T>>>, key: string, ask: () => T | Promise<T>): Promise<Kept<T>> {
  return memo(known, key, async () => {
    try {
      return { value: await ask() }
    } catch (error) {
      return { error }
    }
  })
}
