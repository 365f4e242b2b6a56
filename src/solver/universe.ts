// What a solve chooses from, as the sources answer it, and what it is asked to choose. Only types: whoever joins a source to the solver
// reads this file and no other.

import type { Place } from '../core/fault.ts'

/**
 * Names one thing of which at most one version can be chosen, its source in front: `core:chroma`, `deb:libc6`, `pypi:httpx`. An extra is a
 * package of its own (`pypi:httpx[http2]`). To the solver a name is opaque.
 */
export type PackageId = string

type Awaitable<T> = T | Promise<T>

/**
 * Everything that could be chosen. It is asked lazily, for many things at once, and for nothing twice. Its answers must not depend on when they are
 * given; then the outcome does not either. It may throw a ToolError (a registry that cannot be reached): the solve ends with the one
 * that it needed first.
 */
export interface Universe {
  /** What there is of a package; null when its source knows no such name. */
  list(id: PackageId, signal: AbortSignal): Awaitable<Listing | null>
  /** What one version needs. Asked only for versions that are about to be chosen, and not at all where the listing has `facts`. */
  facts(id: PackageId, version: string, signal: AbortSignal): Awaitable<Facts>
}

export interface Listing {
  /** Every version that exists, lowest first in the source's own order; no two with the same text. */
  readonly versions: readonly Candidate[]
  /**
   * The versions that a range selects, by the source's own rule, in the source's own notation; '' selects all that are not special.
   * Whether a range asks for pre-releases is decided here.
   */
  select(range: string): Iterable<string>
  /**
   * The facts of every version, where an index holds them all. Worth a lot: a failure is then explained (and avoided) for all
   * versions that fail for the same reason at once.
   */
  readonly facts?: (version: string) => Facts
  /**
   * The package of which this is a part, for an extra. Both have the same versions, each version of this one needs the same of that
   * one (which its facts have to say), and it is decided with it.
   */
  readonly follows?: PackageId
}

export interface Candidate {
  readonly version: string
  /** Chosen only where nothing else fits: a pre-release, in the ecosystems that allow one when it is unavoidable. */
  readonly isLastResort?: boolean
  /** Present when the version is there and must not be chosen. */
  readonly withheld?: Withheld
}

export interface Withheld {
  /** Ends the sentence "core:chroma 0.2.0 …": `was published 3 hours ago, and the minimum release age is one day`. */
  readonly reason: string
  /** A yanked version stays in use where it is locked already. */
  readonly unlessLocked?: boolean
}

/** What holds once a version is chosen. */
export interface Facts {
  /** All of them have to be met. */
  readonly needs: readonly Need[]
  /** None of these may be chosen beside it: conflicts and breaks. Naming the package itself is allowed and means its other versions. */
  readonly excludes?: readonly Target[]
  /** Why it cannot be used after all; ends the sentence "pypi:numpy 2.4.0 …": `has no wheel for x86_64-linux`. */
  readonly unusable?: string
}

export interface Need {
  /**
   * What meets it: one target, or several when one of them is enough, best first. What others *provide* (a virtual package) is written
   * as the providing versions.
   */
  readonly anyOf: readonly Target[]
  /** How its author wrote it; its targets, if left out. */
  readonly text?: string
}

export interface Target {
  readonly id: PackageId
  /** In the notation of that package's source. */
  readonly range: string
}

/** A requirement of the environment, and where it stands. */
export interface Root extends Need {
  readonly text: string
  readonly place: Place
}

export interface Problem {
  readonly roots: readonly Root[]
  /** The versions that are locked: kept wherever they still fit. */
  readonly locked?: ReadonlyMap<PackageId, string>
  /** Packages whose locked version does not count: they go to the newest that fits, and others change only where they must. */
  readonly update?: ReadonlySet<PackageId>
}

/** A part of a solution that turned out not to work: never to be chosen together again. */
export interface Refusal {
  readonly versions: readonly { readonly id: PackageId; readonly version: string }[]
  /** Of one version, ends the sentence "core:app 2.0.0 …": `needs npm:x@^9, which no version meets`. Of several, says why they do not work together. */
  readonly reason: string
}

export interface Solution {
  /** In the order of their ids, by code point. */
  readonly packages: readonly Chosen[]
  /** Newer versions that would have fitted, had they not been withheld. */
  readonly heldBack: readonly HeldBack[]
  /** What turned out not to work on the way. */
  readonly refused: readonly Refusal[]
}

export interface Chosen {
  readonly id: PackageId
  readonly version: string
  /** In the order of its needs: what meets each one. */
  readonly needs: readonly PackageId[]
}

export interface HeldBack {
  readonly id: PackageId
  readonly chosen: string
  readonly version: string
  readonly reason: string
}
