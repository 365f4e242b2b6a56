// `tenon search` and `tenon info`: what the registries of an environment have. Changes nothing.

import { join } from 'node:path'
import { SOURCE_PREFIXES } from '../core/environment.ts'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints } from '../core/json.ts'
import type { LockedPackage } from '../core/lock.ts'
import type { PackageType } from '../core/native-package.ts'
import { didYouMean } from '../core/nearest.ts'
import type { CatalogueEntry, PackageRecord, PackageVersion } from '../core/registry.ts'
import { isNative, readNative } from '../sources/native-lock.ts'
import type { RegistryClient } from '../sources/registry/client.ts'
import { openRegistry } from '../sources/registry/open.ts'
import type { Context } from './context.ts'
import { readLock } from './lock.ts'
import { readEnvironment } from './read-environment.ts'
import { isCalled } from './specs.ts'

export interface SearchOptions {
  /** Words of which each must be in the name or the description, in any letter case. */
  readonly words: readonly string[]
  /** Null for all. */
  readonly type: PackageType | null
  /** Null for every registry of the environment. */
  readonly registry: string | null
}

export interface Found extends CatalogueEntry {
  readonly registry: string
  /** As `tenon add` takes it. */
  readonly reference: string
}

/** Best first: the name itself, names that begin with a word, names, then descriptions. @throws ToolError E_USAGE, and what reading registries throws */
export async function search(context: Context, environment: string, options: SearchOptions): Promise<readonly Found[]> {
  const words = options.words.map((word) => word.toLowerCase())
  const found: { readonly entry: Found; readonly rank: number }[] = []
  for (const [registry, client] of await registriesFor(context, environment, options.registry)) {
    const matches = await client.catalogue((entry) => {
      if (options.type !== null && entry.type !== options.type) return null
      const rank = Math.max(0, ...words.map((word) => rankOf(entry, word)))
      return rank < NO_MATCH ? { entry: { ...entry, registry, reference: `${registry}:${entry.name}` }, rank } : null
    })
    for (const match of matches) found.push(match)
  }
  const sorted = found.sort((a, b) => a.rank - b.rank || compareCodePoints(a.entry.reference, b.entry.reference))
  return sorted.map((item) => item.entry)
}

const NO_MATCH = 4

function rankOf({ name, description }: CatalogueEntry, word: string): number {
  if (name === word) return 0
  if (name.startsWith(word)) return 1
  if (name.includes(word)) return 2
  return description.toLowerCase().includes(word) ? 3 : NO_MATCH
}

export interface Info {
  /** For a package that no registry has, its source: `git`. */
  readonly registry: string
  readonly record: Pick<PackageRecord, 'name'> & { readonly versions: readonly InfoVersion[] }
}

/** As in a record; of a package that no registry has, the lock knows neither a time nor a place in a registry. */
export type InfoVersion = Omit<PackageVersion, 'released' | 'location'> & {
  readonly released: PackageVersion['released'] | null
  readonly location: PackageVersion['location'] | null
}

/**
 * Everything that a registry says of a package, or the lock of a native package that no registry has. `reference` is `core:markdown` or `git:lint`.
 * @throws ToolError E_USAGE, E_PACKAGE_NOT_FOUND
 */
export async function info(context: Context, environment: string, reference: string): Promise<Info> {
  const locked = readLock(context, environment)?.packages ?? []
  const sources = await context.sources()
  const guests = locked.filter(
    (item) => item.source !== 'registry' && isNative(item) && isCalled(item, reference, sources),
  )
  const [guest] = guests
  if (guest !== undefined) {
    const registry = guest.id.slice(0, guest.id.indexOf(':'))
    return { registry, record: { name: guest.name, versions: guests.flatMap(versionOf) } }
  }
  const [registry = '', name = '', ...more] = reference.split(':')
  if (name === '' || more.length > 0) {
    throw new ToolError('E_USAGE', `\`${reference}\` is not of the form \`registry:name\`.`, {
      details: { reference },
      hint: `Search for it: \`tenon search ${registry}\`.`,
    })
  }
  if (Object.values(SOURCE_PREFIXES).includes(registry)) {
    throw new ToolError(
      'E_USAGE',
      `\`${reference}\` is no native package of this environment, and only of these there is more to say.`,
      {
        details: { reference },
        hint: `tenon why ${reference}`,
      },
    )
  }
  for (const [, client] of await registriesFor(context, environment, registry)) {
    const record = await client.record(name)
    if (record !== null) return { registry, record }
    const near = await client.nearest(name)
    throw new ToolError('E_PACKAGE_NOT_FOUND', `The registry \`${registry}\` has no package \`${name}\`.`, {
      details: { package: reference },
      hint: near === null ? `tenon search ${name}` : `Did you mean \`${registry}:${near}\`?`,
    })
  }
  throw new Error('one registry was asked for')
}

function versionOf(item: LockedPackage): readonly InfoVersion[] {
  const [artifact] = item.artifacts
  if (artifact === undefined) return []
  const native = readNative(item)
  const { integrity } = artifact
  const location =
    artifact.kind === 'git' ? { git: artifact.url, commit: artifact.commit, directory: artifact.directory } : null
  return [
    { version: native.version, released: null, yanked: null, deprecated: null, location, integrity, package: native },
  ]
}

/** The registries that an environment declares, or one of them. @throws ToolError E_USAGE */
async function registriesFor(
  context: Context,
  environment: string,
  only: string | null,
): Promise<readonly (readonly [string, RegistryClient])[]> {
  const { registries, keys } = (await readEnvironment(context, environment)).environment
  const names = Object.keys(registries).sort(compareCodePoints)
  if (names.length === 0) {
    throw new ToolError('E_USAGE', `Environment \`${environment}\` has no registries.`, {
      details: { environment },
      hint: 'Add one to its file: `registries: { core: https://… }`.',
    })
  }
  if (only !== null && !names.includes(only)) {
    throw new ToolError('E_USAGE', `Environment \`${environment}\` has no registry \`${only}\`.`, {
      details: { environment, registry: only },
      hint: didYouMean(only, names) ?? `It has ${names.map((name) => `\`${name}\``).join(', ')}.`,
    })
  }
  const locked = readLock(context, environment)?.registries ?? {}
  return names
    .filter((name) => only === null || name === only)
    .map((name) => [
      name,
      openRegistry(name, registries[name] ?? '', {
        host: context.host,
        http: context.http,
        registryCache: join(context.storeRoot, 'cache', 'registry'),
        workspace: context.workspace.root,
        openGit: context.openGit,
        keysFile: context.keysFile,
        keys,
        locked: locked[name] ?? null,
        // What one could have now; without the network what the lock has.
        commit: context.offline ? (locked[name]?.commit ?? null) : null,
        offline: context.offline,
        signal: context.signal,
      }),
    ])
}
