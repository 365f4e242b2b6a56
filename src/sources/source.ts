// What an ecosystem has to answer. A source never touches the store and never builds: it says which packages an environment's
// requirements come to, how a locked package becomes derivations, and where an artifact's bytes can be asked for.
//
// Who calls it: `lock` from sources/resolve.ts, once per source, with all groups of its requirements; `plan` from build/plan.ts,
// once per system; `locate` from build/realise.ts, once per artifact that is not cached.

import type { Derivation, DerivationId } from '../core/derivation.ts'
import type { Requirement, SourceName } from '../core/environment.ts'
import type { Report } from '../core/event.ts'
import type { Artifact, LockedEnvironment, LockedId, LockedPackage, LockedRoot } from '../core/lock.ts'
import type { System } from '../core/system.ts'
import type { Host } from '../host/host.ts'
import type { HttpRequest } from '../host/http.ts'
import type { Reader } from '../host/watch.ts'

export interface LockContext {
  /** Absolute path of the workspace, for `.npmrc` and local directories. */
  readonly workspace: string
  readonly systems: readonly System[]
  /** The previous lock: what it chose is preferred unless named in `update`. */
  readonly previous: LockedEnvironment | null
  /** Package names (of this source) whose lock is to be ignored; `'all'` for everything. */
  readonly update: ReadonlySet<string> | 'all'
  /** Publication times after this are hidden; null for none. RFC 3339. */
  readonly asOf: string | null
  /** Throw E_OFFLINE where the network would be needed. */
  readonly offline: boolean
  readonly host: Host
  /** What a directory of the workspace holds is asked of this alone: it remembers what the lock depends on. */
  readonly reader: Reader
  readonly report: Report
  readonly signal: AbortSignal
}

/** Requirements that are locked as one graph; different groups may hold different ranges of one name. */
export interface RequirementGroup {
  /** Who asks: '' is the environment itself, otherwise the workspace directory of the local package that brings them. */
  readonly id: string
  readonly requirements: readonly Requirement[]
  /** What the previous lock chose for this group, by `Requirement.text` (null: dropped on every system); null when it had no such group. */
  readonly previous: ReadonlyMap<string, LockedId | null> | null
}

export interface SourceLock {
  /** By the group's id, then by `Requirement.text`. An optional requirement that no system can have is missing. */
  readonly roots: ReadonlyMap<string, ReadonlyMap<string, LockedId>>
  readonly packages: readonly LockedPackage[]
  /** Which of `packages` each system has. */
  readonly members: ReadonlyMap<System, ReadonlySet<LockedId>>
  /** What packages of this source require of other sources, by the package. `Requirement.name` is the name they know it by. */
  readonly brings: ReadonlyMap<LockedId, RequirementGroup>
}

/** Where a package is, once realised: at `path` inside the output of `derivation`, and what it gives to a tree that asks for it. */
export interface Placement {
  readonly derivation: DerivationId
  readonly path: string
  /** Tree path → path inside the derivation's output; as in `Contribution`. */
  readonly links: { readonly [path: string]: string }
  readonly merges: { readonly [path: string]: string }
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
}

export interface Source {
  readonly name: SourceName
  lock(groups: readonly RequirementGroup[], context: LockContext): Promise<SourceLock>
  /** Pure. Places every package of this source in `context.packages`. */
  plan(context: PlanContext): ReadonlyMap<LockedId, Placement>
  /**
   * Places to ask for the bytes of an artifact, best first; never for `tree` artifacts. Later ones may cost a look-up, so they are made
   * only when the one before did not give the right bytes.
   */
  locate(artifact: Artifact, context: LocateContext): AsyncIterable<HttpRequest>
}

export interface LocateContext {
  readonly workspace: string
  readonly signal: AbortSignal
}
