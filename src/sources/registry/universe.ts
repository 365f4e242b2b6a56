// Registries as the solver sees them: which versions a native package has, and what each one needs. Environments of several systems get one
// version for all of them, so a version needs what it needs on any of them. Native packages that no registry has are guests.

import semverCompare from 'semver/functions/compare.js'
import prerelease from 'semver/functions/prerelease.js'
import satisfies from 'semver/functions/satisfies.js'
import type { Requirement } from '../../core/environment.ts'
import type { LockedPackage } from '../../core/lock.ts'
import type { NativePackage } from '../../core/native-package.ts'
import type { PackageLocation, PackageVersion } from '../../core/registry.ts'
import type { System } from '../../core/system.ts'
import type { Candidate, Facts, Listing, Need, PackageId, Universe } from '../../solver/universe.ts'
import { baseOf, nativeRequirements, type PackageBase, reachOf, readNative } from '../native-lock.ts'
import type { RegistryClient } from './client.ts'
import type { Guests } from './guests.ts'
import type { Located } from './location.ts'

export interface RegistryUniverseOptions {
  /** By the names that the environment gives them; undefined for one that it does not declare. */
  readonly registries: { get(name: string): RegistryClient | undefined }
  /** Where a package of a registry lies. */
  readonly locate: (registry: string, location: PackageLocation) => Located
  readonly guests: Guests
  readonly systems: readonly System[]
  /** What was released later is hidden; null for nothing. RFC 3339. */
  readonly asOf: string | null
  /** Why a requirement of another source can never be met; null when that source is asked later. */
  readonly refuse: (requirement: Requirement) => string | null
}

export function nativeId(registry: string, name: string): PackageId {
  return `${registry}:${name}`
}

export function registryUniverse(options: RegistryUniverseOptions): Universe {
  return {
    async list(id) {
      if (options.guests.has(id)) return await options.guests.list(id, (item) => guestFacts(item, options))
      const [registry = '', name = ''] = splitId(id)
      const record = await options.registries.get(registry)?.record(name)
      return record === null || record === undefined ? null : listingOf(registry, record.versions, options)
    },
    facts(id) {
      throw new Error(`the listing of ${id} has them`)
    },
  }
}

/** `versions` as records have them: highest first. */
function listingOf(registry: string, versions: readonly PackageVersion[], options: RegistryUniverseOptions): Listing {
  const byVersion = new Map(versions.map((item) => [item.version, item]))
  return {
    versions: [...versions]
      .sort((a, b) => semverCompare(a.version, b.version))
      .map((item) => candidateOf(item, options)),
    select: (range) => selectVersions(range, [...byVersion.keys()]),
    facts: (version) => {
      const item = byVersion.get(version)
      if (item === undefined) throw new Error(`there is no version ${version}`)
      return factsOf(registry, item, options)
    },
  }
}

function candidateOf(item: PackageVersion, { asOf }: RegistryUniverseOptions): Candidate {
  const { version, yanked, released } = item
  if (yanked !== null) return { version, withheld: { reason: `was withdrawn: ${yanked}`, unlessLocked: true } }
  if (asOf !== null && Date.parse(released) > Date.parse(asOf))
    return { version, withheld: { reason: `was released on ${released}, after ${asOf}` } }
  return prerelease(version) === null ? { version } : { version, isLastResort: true }
}

/** By npm's rule: a pre-release only where the range names one of the same version, or where there is nothing else. */
export function selectVersions(range: string, versions: readonly string[]): readonly string[] {
  const wanted = range === '' ? '*' : range
  const selected = versions.filter((version) => satisfies(version, wanted))
  return selected.length > 0
    ? selected
    : versions.filter((version) => satisfies(version, wanted, { includePrerelease: true }))
}

function factsOf(registry: string, item: PackageVersion, options: RegistryUniverseOptions): Facts {
  const located = options.locate(registry, item.location)
  if (located.refusal !== null) return { needs: [], unusable: located.refusal }
  return factsAt(item.package, located, options, registry)
}

/** The registries that a guest asks are those of the environment, by the names that it gives them. */
function guestFacts(item: LockedPackage, options: RegistryUniverseOptions): Facts {
  return factsAt(readNative(item), baseOf(item), options, null)
}

/** `registry` is the one that the package is in; null for a guest. */
function factsAt(
  item: NativePackage,
  base: PackageBase,
  options: RegistryUniverseOptions,
  registry: string | null,
): Facts {
  const { systems, refuse, guests, registries } = options
  const missing = systems.filter((system) => item.systems !== null && !item.systems.includes(system))
  if (missing.length > 0) return { needs: [], unusable: `does not run on ${missing.join(' and ')}` }
  const needs: Need[] = []
  for (const requirement of nativeRequirements(item, base, systems)) {
    const { source, prefix, name, constraint, text } = requirement
    const refusal =
      source === 'registry'
        ? registry === null && registries.get(prefix) === undefined
          ? `the environment has no registry \`${prefix}\``
          : null
        : (reachOf(requirement, base) ?? refuse(requirement))
    if (refusal !== null) return { needs: [], unusable: `needs \`${text}\`, and ${refusal}` }
    const id = source === 'registry' ? nativeId(registry ?? prefix, name) : guests.idOf(requirement)
    if (id === null) continue
    const range = source === 'registry' ? constraint : ''
    needs.push({ anyOf: [{ id, range }], text: range === '' ? id : `${id}@${range}` })
  }
  return { needs }
}

export function splitId(id: PackageId): readonly [registry: string, name: string] {
  const colon = id.indexOf(':')
  return [id.slice(0, colon), id.slice(colon + 1)]
}
