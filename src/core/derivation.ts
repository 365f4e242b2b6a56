// Derivations: build steps as pure data, and the plan that holds them.

import { type Brand, type Digest, digestText, isDigest } from './digest.ts'
import { canonicalJson, type Json } from './json.ts'
import type { Artifact, LockedId } from './lock.ts'
import type { PackageType } from './native-package.ts'
import type { StoreName, StorePath } from './store-path.ts'
import type { System } from './system.ts'
import type { VariableValue } from './variable.ts'

/** 64 hexadecimal digits: the `object-hash` (sha256) of the derivation. */
export type DerivationId = Brand<string, 'DerivationId'>

export const ARCHIVE_FORMATS = ['tar', 'tar.gz', 'tar.xz', 'tar.zst', 'tar.bz2', 'zip'] as const
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number]

/**
 * What an artifact is: `npm`, a tarball as npm unpacks it (gzipped or not, links left out, the last of two entries with one name); an
 * archive with everything in it; `file`, the bytes as they are; `tree`, no bytes at all but a tree, which its source reads.
 */
export type PartFormat = 'npm' | ArchiveFormat | 'file' | 'tree'

/** One artifact put into an object: its tree or file appears at `at` ('' is the object itself). */
export interface UnpackPart {
  readonly artifact: Artifact
  readonly format: PartFormat
  /** How many leading parts every path in the artifact loses. */
  readonly strip: number
  readonly at: string
  /** Files, relative to `at` ('' for a file that is there itself), that must be executable; missing ones are ignored. */
  readonly executables: readonly string[]
}

/** A symlink at `at` to `path` inside input number `input`, or inside this object itself when `input` is null. */
export interface UnpackLink {
  readonly at: string
  readonly input: number | null
  readonly path: string
}

/** What one package gives to an environment's tree. */
export interface Contribution {
  /** For messages: `npm:typescript@5.9.3`. */
  readonly owner: LockedId
  /** Index into the derivation's inputs. */
  readonly input: number
  readonly priority: number
  /** Path in the tree → path in the input ('' is its root); each is one link, whatever it points to. */
  readonly links: { readonly [path: string]: string }
  /** The same for directories that are merged with what other packages give there, and folded where only one gives it. */
  readonly merges: { readonly [path: string]: string }
}

/** Tenon's own files in a tree; no package may give anything below it. */
export const TENON_DIRECTORY = 'etc/tenon'
export const MANIFEST_PATH = `${TENON_DIRECTORY}/packages.json`

/** `etc/tenon/packages.json` of every tree: what the environment is made of, readable without its lock. Sorted. */
export interface PackageManifest {
  readonly system: System
  readonly roots: readonly { readonly requirement: string; readonly package: LockedId }[]
  readonly packages: readonly {
    readonly id: LockedId
    readonly name: string
    readonly version: string
    readonly dependencies: readonly LockedId[]
    /** Of native packages only. */
    readonly type?: PackageType
  }[]
}

/**
 * What Tenon itself contributes to the output of a step, as a number: raise it when the same step would now give other bytes, so that what
 * an older Tenon made is made anew.
 */
const UNPACK_FORMAT = 2
export const COMPOSE_FORMAT = 2

export type Step =
  | {
      readonly kind: 'unpack'
      readonly format: number
      readonly parts: readonly UnpackPart[]
      readonly links: readonly UnpackLink[]
    }
  | {
      readonly kind: 'compose'
      readonly format: number
      /** Of the activation files without any variable. */
      readonly activation: Digest
      readonly contributions: readonly Contribution[]
      readonly variables: { readonly [name: string]: VariableValue }
      readonly packages: PackageManifest
    }

export interface Derivation {
  readonly name: StoreName
  readonly system: System
  readonly step: Step
  /** Ids are hashes of content, so a cycle cannot be written down. */
  readonly inputs: readonly DerivationId[]
}

export interface Realisation {
  readonly derivation: DerivationId
  readonly output: StorePath
}

/** The derivations of one system. */
export interface Plan {
  readonly root: DerivationId
  /** Every derivation comes after its inputs. Those that an earlier plan had and this one took over by their ids are missing. */
  readonly derivations: ReadonlyMap<DerivationId, Derivation>
}

export function unpackStep(parts: readonly UnpackPart[], links: readonly UnpackLink[]): Step {
  // Keys in order, here and where parts and derivations are made: canonical JSON then needs no copy.
  return { format: UNPACK_FORMAT, kind: 'unpack', links, parts }
}

export function derivationId(derivation: Derivation): DerivationId {
  // Over the canonical text: the library walks a record an order of magnitude more slowly than the engine prints it. And for a text it
  // hashes just this, after a set-up that takes longer than the hashing (decision 0024; a test compares the two).
  const text = canonicalJson(derivation as unknown as Json)
  return digestText(`string:${text.length}:${text}`) as string as DerivationId
}

export function parseDerivationId(text: unknown): DerivationId | null {
  return isDigest(text) ? (text as string as DerivationId) : null
}
