// What an ecosystem has to answer. A source never touches the store and never builds: it says which packages an environment's
// requirements come to, how a locked package becomes derivations, and where an artifact's bytes can be asked for.
//
// Who calls it: `lock` from ops/lock.ts, once per source, with every requirement of that source; `plan` from build/plan.ts, once
// per system; `locate` from build/realise.ts, once per artifact that is not cached.

import type { Derivation, DerivationId } from '../core/derivation.ts'
import type { Requirement, SourceName } from '../core/environment.ts'
import type { Report } from '../core/event.ts'
import type { Artifact, LockedId, LockedPackage } from '../core/lock.ts'
import type { System } from '../core/system.ts'
import type { Host } from '../host/host.ts'
import type { HttpRequest } from '../host/http.ts'

export interface LockContext {
  /** Absolute path of the workspace, for `.npmrc` and local directories. */
  readonly workspace: string
  readonly systems: readonly System[]
  /** The packages of the previous lock, preferred unless named in `update`. */
  readonly previous: readonly LockedPackage[]
  /** Package names (of this source) whose lock is to be ignored; `'all'` for everything. */
  readonly update: ReadonlySet<string> | 'all'
  /** Publication times after this are hidden; null for none. RFC 3339. */
  readonly asOf: string | null
  /** Throw E_OFFLINE where the network would be needed. */
  readonly offline: boolean
  readonly host: Host
  readonly report: Report
  readonly signal: AbortSignal
}

/** One package graph that has to be locked together. `id` is the environment itself ('') or the package that brings the requirements. */
export interface SourceLock {
  /** By `Requirement.text`. */
  readonly roots: ReadonlyMap<string, LockedId>
  readonly packages: readonly LockedPackage[]
  /** Which of `packages` each system has. */
  readonly members: ReadonlyMap<System, ReadonlySet<LockedId>>
}

/** Where a package is, once realised: at `path` inside the output of `derivation`, and what it gives to a tree that asks for it. */
export interface Placement {
  readonly derivation: DerivationId
  readonly path: string
  /** Tree path → path inside the derivation's output. */
  readonly links: { readonly [path: string]: string }
}

export interface PlanContext {
  readonly system: System
  /** Every package of this lock and system, of any source. */
  readonly packages: ReadonlyMap<LockedId, LockedPackage>
  /** Packages that are placed already: those of sources planned earlier. */
  readonly placed: ReadonlyMap<LockedId, Placement>
  /** Registers a derivation and returns its id; the same derivation twice is one. */
  readonly add: (derivation: Derivation) => DerivationId
}

export interface Source {
  readonly name: SourceName
  lock(requirements: readonly Requirement[], context: LockContext): Promise<SourceLock>
  /** Pure. Places every package of this source in `context.packages`. */
  plan(context: PlanContext): ReadonlyMap<LockedId, Placement>
  /** Places to ask for the bytes of an artifact, in order; never for `tree` artifacts. */
  locate(artifact: Artifact, context: LocateContext): Promise<readonly HttpRequest[]>
}

export interface LocateContext {
  readonly workspace: string
  readonly signal: AbortSignal
}
