// Environment: what one YAML file declares, as a value. Reading files is core/environment-file.ts, their merge core/environment-chain.ts.

import type { Integrity } from './digest.ts'
import type { JsonObject } from './json.ts'
import type { PublicKey } from './signature.ts'
import type { System } from './system.ts'

export type SourceName = 'registry' | 'npm' | 'pypi' | 'debian' | 'git' | 'url' | 'path'

/** What requirements and locked ids of a source begin with; null for packages of a named registry, which begin with its name. */
export const SOURCE_PREFIXES: Readonly<Record<SourceName, string | null>> = {
  registry: null,
  npm: 'npm',
  pypi: 'pypi',
  debian: 'deb',
  git: 'git',
  url: 'url',
  path: 'path',
}

/** Those whose packages a lock can hold: sources/index.ts has them. What belongs to another one is from a newer Tenon. */
export const LOCKED_SOURCES: readonly SourceName[] = ['git', 'npm', 'path', 'registry', 'url']

/** What the user asked: one line of `packages`. */
export interface Requirement {
  readonly source: SourceName
  /** For a named registry its name (`core`); otherwise the source's prefix (`npm`). */
  readonly prefix: string
  /** Of the package within its source; for `path` the directory relative to the workspace root, normalised. */
  readonly name: string
  /** The source's own syntax, verbatim; empty when any version will do. */
  readonly constraint: string
  readonly extras: readonly string[]
  /** Who wins when two packages give the same path; higher wins; 0 unless set. */
  readonly priority: number
  /** Source-owned, already validated (long form only); empty for the short form. */
  readonly options: JsonObject
  /** The short form, canonical: `npm:typescript@~5.9`. Two requirements with equal text ask for the same. */
  readonly text: string
}

/** What an environment was read from in another repository. */
export interface LockedImport {
  /** Full id. */
  readonly commit: string
  /** Every file that was read, by its path in the repository. */
  readonly files: { readonly [path: string]: Integrity }
}

/** How long a version must have been public before it is locked; release-age.ts reads it. */
export interface ReleaseAge {
  /** Milliseconds; null where only exceptions are named. */
  readonly age: number | null
  /** Sorted: `npm:typescript`, `npm:typescript@5.9.4`, `npm:@scope/*`. */
  readonly except: readonly string[]
}

export interface Environment {
  readonly schema: 1
  readonly name: string
  /** Sorted by code point, without repetition. */
  readonly systems: readonly System[]
  readonly registries: { readonly [name: string]: string }
  /** By the name of a registry: the keys of which one must have signed it. Registries without any are not here. */
  readonly keys: { readonly [registry: string]: readonly PublicKey[] }
  /** In the order of the file, inherited ones first. */
  readonly packages: readonly Requirement[]
  readonly variables: { readonly [name: string]: string }
  /** Place in the workspace (relative, normalised) → part of the tree (relative, normalised). */
  readonly links: { readonly [place: string]: string }
  readonly checks: readonly string[]
  /** How long versions must have been public before they are locked; null or missing where nothing is said. It decides what a lock takes, and makes none stale. */
  readonly minimumReleaseAge?: ReleaseAge | null
  /** By the address of the repository; missing when the environment is of this workspace alone. */
  readonly imports?: { readonly [repository: string]: LockedImport }
}

/** Names that an environment can have: those of its file, its lock and its profile. */
export function isEnvironmentName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)
}
