// What an ecosystem has to answer. A source never touches the store and never builds: it says which packages an environment's
// requirements come to, how a locked package becomes derivations, and how to get at what a locked artifact stands for.
//
// Who calls it: `lock` and `isSatisfied` from sources/resolve.ts, `lock` once per source, with all groups of its requirements; `plan` from
// build/plan.ts, once per system; `open` from build/realise.ts, once per artifact that is to be unpacked, and from whoever has to know
// whether a directory of the workspace is still what was locked.

import type { Derivation, DerivationId } from '../core/derivation.ts'
import type { Integrity } from '../core/digest.ts'
import type { Requirement, SourceName } from '../core/environment.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { Report } from '../core/event.ts'
import type { Place } from '../core/fault.ts'
import {
  type Artifact,
  type LockedEnvironment,
  type LockedId,
  type LockedPackage,
  type LockedRegistry,
  type LockedRoot,
  sourceOf,
} from '../core/lock.ts'
import type { PublicKey } from '../core/signature.ts'
import type { System } from '../core/system.ts'
import type { TreeDirectory } from '../core/tree.ts'
import type { VariableValue } from '../core/variable.ts'
import type { Host } from '../host/host.ts'
import type { HttpRequest } from '../host/http.ts'
import type { Reader } from '../host/watch.ts'
import type { Outdated } from './outdated.ts'
import type { ReleaseRule } from './release-rule.ts'

/** Packages whose lock is to be ignored, with the prefix that requirements ask by: `npm:typescript`. `'all'` for everything. */
export type Updates = ReadonlySet<string> | 'all'

export interface LockContext {
  /** Absolute path of the workspace, for `.npmrc` and local directories. */
  readonly workspace: string
  readonly systems: readonly System[]
  /** The previous lock: what it chose is preferred unless named in `update`. */
  readonly previous: LockedEnvironment | null
  readonly update: Updates
  /** Publication times after this are hidden; null for none. RFC 3339. */
  readonly asOf: string | null
  /** When what public registries publish counts. */
  readonly releases: ReleaseRule
  /** The registries of the environment, by the names that requirements use. */
  readonly registries: { readonly [name: string]: string }
  /** The keys of which one must have signed a registry, by its name. */
  readonly keys: { readonly [registry: string]: readonly PublicKey[] }
  /** Where in the files of the environment a requirement stands. */
  readonly placeOf: (requirement: string) => Place
  /** Why a requirement that a package brings can never be met; null when it is locked later. */
  readonly refuse: (requirement: Requirement) => string | null
  /**
   * Locks what packages of this source would bring, to see whether it can be done: the groups that cannot be met, and why. Empty when all
   * is well.
   */
  readonly attempt: (groups: readonly RequirementGroup[]) => Promise<readonly FailedGroup[]>
  /** Whether a requirement may come to a native package that no registry has, which takes part in the solve. */
  readonly mayBeGuest: (requirement: Requirement) => boolean
  /** Those of the environment. */
  readonly guests: readonly Requirement[]
  /** What a requirement of another source comes to. @throws what locking it throws */
  readonly inspect: (requirement: Requirement) => Promise<Inspected>
  /** The answer to a question of this lock, which is asked once however many ask. */
  readonly once: <T>(question: string, ask: () => Promise<T>) => Promise<T>
  /** Throw E_OFFLINE where the network would be needed. */
  readonly offline: boolean
  readonly host: Host
  readonly downloads: Downloads
  /** What a directory of the workspace holds is asked of this alone: it remembers what the lock depends on. */
  readonly reader: Reader
  readonly report: Report
  readonly signal: AbortSignal
}

/** Files that a source has to see before they can be locked. They go to the same cache from which they are unpacked later. */
export interface Downloads {
  /** A file whose hash is known. @throws ToolError as the artifact cache does */
  fetch(
    wanted: Wanted & { readonly integrity: Integrity; readonly size: number | null },
    places: Places,
  ): Promise<Download>
  /** A file whose hash nobody knows yet. */
  learn(wanted: Wanted, places: Places): Promise<Download>
}

/** For messages: `model.gguf` of `example.org`. */
interface Wanted {
  readonly package: string
  readonly name: string
}

/** Best first. */
type Places = () => AsyncIterable<HttpRequest>

export interface Download {
  readonly integrity: Integrity
  readonly size: number
  /** Absolute; to be read and not to be changed. */
  readonly path: string
}

/** Requirements that are locked as one graph; different groups may hold different ranges of one name. */
export interface RequirementGroup {
  /** Who asks: '' is the environment itself, otherwise what tells the package that brings them from others. */
  readonly id: string
  readonly requirements: readonly Requirement[]
  /** What the previous lock chose for this group, by `Requirement.text` (null: dropped on every system); null when it had no such group. */
  readonly previous: ReadonlyMap<string, LockedId | null> | null
}

/** What another version of the package that asks could change. */
export const IMPOSSIBLE: readonly ErrorCode[] = [
  'E_PACKAGE_NOT_FOUND',
  'E_PACKAGE_INVALID',
  'E_RESOLVE_CONFLICT',
  'E_SYSTEM_UNSUPPORTED',
  'E_UNSUPPORTED',
]

/** What one requirement comes to, and what that needs of other sources; null for nothing. */
export interface Inspected {
  readonly item: LockedPackage
  readonly brought: RequirementGroup | null
}

export interface FailedGroup {
  /** The id of the group. */
  readonly group: string
  /** Ends the sentence "core:app 2.0.0 …": `needs npm:x@^9, which no version meets`. */
  readonly reason: string
}

export interface Warning {
  readonly message: string
  readonly hint: string | null
}

export interface SourceLock {
  /** By the group's id, then by `Requirement.text`. An optional requirement that no system can have is missing. */
  readonly roots: ReadonlyMap<string, ReadonlyMap<string, LockedId>>
  readonly packages: readonly LockedPackage[]
  /** Which of `packages` each system has. */
  readonly members: ReadonlyMap<System, ReadonlySet<LockedId>>
  /** What packages of this source require of other sources, by the package. `Requirement.name` is the name they know it by. */
  readonly brings: ReadonlyMap<LockedId, RequirementGroup>
  /** The states of registries that were chosen from. */
  readonly registries?: { readonly [name: string]: LockedRegistry }
  /** What the user should know of this lock, if it is the one that counts. */
  readonly warnings?: readonly Warning[]
}

/** Where a package is, once realised: at `path` inside the output of `derivation`, and what it gives to a tree that asks for it. */
export interface Placement {
  readonly derivation: DerivationId
  readonly path: string
  /** Tree path → path inside the derivation's output; as in `Contribution`. */
  readonly links: { readonly [path: string]: string }
  readonly merges: { readonly [path: string]: string }
  /** What programs of an environment with this package see. */
  readonly variables?: { readonly [name: string]: VariableValue }
  /** Packages that are part of every tree that this one is part of. */
  readonly joins?: readonly LockedId[]
}

export interface PlanContext {
  readonly system: System
  /** What the environment asked for itself. */
  readonly roots: readonly LockedRoot[]
  /** Every package of this lock and system, of any source. */
  readonly packages: ReadonlyMap<LockedId, LockedPackage>
  /** Packages that are placed already: those of sources planned earlier. */
  readonly placed: ReadonlyMap<LockedId, Placement>
  /** Registers a derivation and returns its id; the same derivation twice is one. */
  readonly add: (derivation: Derivation) => DerivationId
  /** What a plan of another lock came to; nothing where there was none. */
  readonly remembered: RememberedPlan
}

/** What an earlier plan for the same system, by the same program, came to. Whoever uses it adds no derivation for what stayed the same. */
export interface RememberedPlan {
  /** Packages of this lock that are to the letter what they were; what they depend on may have changed. */
  readonly unchanged: ReadonlySet<LockedId>
  /** Of every package of the earlier system. */
  readonly derivations: ReadonlyMap<LockedId, DerivationId>
}

export const NOTHING_REMEMBERED: RememberedPlan = { unchanged: new Set(), derivations: new Map() }

export interface Source {
  readonly name: SourceName
  lock(groups: readonly RequirementGroup[], context: LockContext): Promise<SourceLock>
  /** Pure. Places every package of this source in `context.packages`. */
  plan(context: PlanContext): ReadonlyMap<LockedId, Placement>
  /** Pure. Whether `version` is one that a requirement of this source asks for; true also where that cannot be said. */
  isSatisfied(requirement: Requirement, version: string): boolean
  /** Pure. Whether a requirement of this source may come to a native package; missing where none does, and where all do (registries). */
  mayBeGuest?(requirement: Requirement): boolean
  /** Pure. The name by which requirements ask for a locked package of this source, where it is an address; missing where it is the package's own. */
  addressOf?(item: LockedPackage): string | null
  /** What is newer than what is locked; missing where there are no versions. @throws what `lock` throws */
  outdated?(asked: readonly LockedRequirement[], context: LockContext): Promise<readonly Outdated[]>
  /** Asks nobody yet. Artifacts of other sources are not for it to open. */
  open(artifact: Artifact, context: OpenContext): Opened
}

/** A requirement of the environment, and what is locked for it. */
export interface LockedRequirement {
  readonly requirement: Requirement
  readonly locked: LockedPackage
}

export interface OpenContext {
  readonly workspace: string
  /** What a directory of the workspace holds is asked of this alone. */
  readonly reader: Reader
  readonly signal: AbortSignal
}

/** The way to what an artifact stands for. Nobody has compared it with the artifact's integrity yet. */
export type Opened =
  /**
   * Bytes, and the places to ask for them, best first. Later ones may cost a look-up, so they are made only when the one before did not
   * give the right bytes.
   */
  | {
      readonly kind: 'bytes'
      readonly places: Places
      /** How many there may be where the artifact does not say; the cache has a bound of its own otherwise. */
      readonly maxBytes?: number
    }
  /** A tree that the source reads itself; the integrity is that of its NAR. */
  | { readonly kind: 'tree'; readonly read: () => Promise<TreeDirectory> }

export function openArtifact(artifact: Artifact, sources: readonly Source[], context: OpenContext): Opened {
  const name = sourceOf(artifact)
  const source = sources.find((item) => item.name === name)
  if (source === undefined) throw new Error(`no source named ${name}`)
  return source.open(artifact, context)
}
