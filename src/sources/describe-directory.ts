// What a directory of files is as a package, wherever it comes from: a native package if it has a package.yaml, a Node.js package if it has a
// package.json with a name, otherwise a prefix, whose `bin`, `lib`, … become part of the tree. How it is described for a lock; nothing of it is run.

import type { Requirement } from '../core/environment.ts'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints, isJsonObject, type JsonObject } from '../core/json.ts'
import type { LockedEnvironment, LockedId, LockedPackage } from '../core/lock.ts'
import { type NativePackage, PACKAGE_FILE } from '../core/native-package.ts'
import { parsePackageFile } from '../core/package-file.ts'
import { checkPlaces } from '../core/package-places.ts'
import type { System } from '../core/system.ts'
import { nodeAt, type TreeDirectory } from '../core/tree.ts'
import {
  isNative,
  lockedRequirements,
  nativeData,
  nativeGroup,
  nativeRequirements,
  type PackageBase,
} from './native-lock.ts'
import { isPackageName, readCommands } from './node-package.ts'
import type { RequirementGroup } from './source.ts'

/** The directories of a prefix that become part of the tree. */
export const PREFIX_DIRECTORIES: readonly string[] = ['bin', 'etc', 'include', 'lib', 'libexec', 'man', 'sbin', 'share']

/** Later ones win where a name is in several. */
const KINDS = ['peerDependencies', 'dependencies', 'optionalDependencies'] as const
const OPTIONS: Readonly<Record<(typeof KINDS)[number], JsonObject>> = {
  peerDependencies: { peer: true },
  dependencies: {},
  optionalDependencies: { optional: true },
}

/** What of a directory says what it is. */
export interface DirectoryFacts {
  /** The file's bytes; null when there is none. */
  readonly packageFile: Uint8Array | null
  /** The same. */
  readonly packageJson: Uint8Array | null
  /** Names at the top that are directories. */
  readonly directories: readonly string[]
  /** All of it; null where that is not known. */
  readonly tree: TreeDirectory | null
}

/** How a directory is called, in messages and where it does not say itself. */
export interface DirectoryLabel {
  /** As asked: `path:tools/hello`. */
  readonly asked: string
  readonly details: JsonObject
  /** For a prefix. */
  readonly name: string
  readonly base: PackageBase
  /** What messages call a file of it. */
  readonly file: (name: string) => string
}

export interface DirectoryPackage {
  readonly name: string
  readonly version: string
  /** Of the lock; `planDirectory` reads it. */
  readonly data: JsonObject
  /** Of a Node.js package, from npm. */
  readonly requirements: readonly Requirement[]
  /** What its package.yaml says; null for any other kind. */
  readonly native: NativePackage | null
}

export function factsOfTree(tree: TreeDirectory): DirectoryFacts {
  const bytesOf = (name: string): Uint8Array | null => {
    const file = nodeAt(tree, name)
    return file?.kind === 'file' ? file.bytes : null
  }
  const directories = [...tree.entries].flatMap(([name, node]) => (node.kind === 'directory' ? [name] : []))
  return { packageFile: bytesOf(PACKAGE_FILE), packageJson: bytesOf('package.json'), directories, tree }
}

/** What a directory is. @throws ToolError E_PACKAGE_INVALID, E_ENV_INVALID, E_UNSUPPORTED */
export function describeDirectory(label: DirectoryLabel, facts: DirectoryFacts): DirectoryPackage {
  if (facts.packageFile !== null) {
    const native = parsePackageFile(facts.packageFile, label.file(PACKAGE_FILE))
    if (facts.tree !== null) checkPlaces(native, facts.tree, label.file(PACKAGE_FILE))
    const { name, version } = native
    return { name, version, data: nativeData(native, label.base), requirements: [], native }
  }
  const manifest = readManifest(label, facts)
  const name = manifest?.['name']
  if (manifest !== null && typeof name === 'string') return describeNodePackage(label, name, manifest)
  const merges = PREFIX_DIRECTORIES.filter((directory) => facts.directories.includes(directory))
  if (merges.length === 0) {
    const known = PREFIX_DIRECTORIES.map((item) => `\`${item}\``).join(', ')
    throw invalid(
      label,
      `has neither a package.yaml, nor a package.json with a \`name\`, nor one of the directories ${known}`,
      'Put commands into `bin/`, or write a package.yaml. Ignored files do not count.',
    )
  }
  return { name: label.name, version: '0.0.0', data: { kind: 'prefix', merges }, requirements: [], native: null }
}

function readManifest(label: DirectoryLabel, { packageJson }: DirectoryFacts): JsonObject | null {
  if (packageJson === null) return null
  try {
    const manifest: unknown = JSON.parse(
      Buffer.from(packageJson)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    )
    if (isJsonObject(manifest)) return manifest
  } catch (cause) {
    throw invalid(
      label,
      `has a package.json that is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      null,
    )
  }
  throw invalid(label, 'has a package.json that is not an object', null)
}

function describeNodePackage(label: DirectoryLabel, name: string, manifest: JsonObject): DirectoryPackage {
  if (!isPackageName(name))
    throw invalid(label, `has a package.json whose name, \`${name}\`, npm would not accept`, null)
  const version = manifest['version']
  const requirements = requirementsOf(label, manifest)
  const commands = readCommands(name, manifest['bin'])
  return {
    name,
    version: typeof version === 'string' && /^[0-9A-Za-z.+-]{1,100}$/.test(version) ? version : '0.0.0',
    requirements,
    native: null,
    data: {
      kind: 'node',
      ...(Object.keys(commands).length === 0 ? {} : { bin: commands }),
      ...(requirements.length === 0 ? {} : { requirements: requirements.map((item) => item.text) }),
    },
  }
}

/** What npm would install for the package: dependencies, optional ones, and peers that are not optional. */
function requirementsOf(label: DirectoryLabel, manifest: JsonObject): readonly Requirement[] {
  const meta = manifest['peerDependenciesMeta']
  const isOptionalPeer = (name: string): boolean => {
    const item = isJsonObject(meta) && Object.hasOwn(meta, name) ? meta[name] : null
    return isJsonObject(item) && item['optional'] === true
  }
  const byName = new Map<string, Requirement>()
  for (const kind of KINDS) {
    const ranges = manifest[kind] ?? {}
    if (!isJsonObject(ranges)) throw invalid(label, `has a package.json whose \`${kind}\` is not an object`, null)
    for (const [name, range] of Object.entries(ranges)) {
      if (kind === 'peerDependencies' && isOptionalPeer(name)) continue
      if (!isPackageName(name) || typeof range !== 'string')
        throw invalid(label, `has a package.json whose \`${kind}\` cannot be read at \`${name}\``, null)
      byName.set(name, toRequirement(label, name, range.trim(), OPTIONS[kind]))
    }
  }
  return [...byName.values()].sort((a, b) => compareCodePoints(a.text, b.text))
}

function toRequirement(label: DirectoryLabel, name: string, range: string, options: JsonObject): Requirement {
  // Neither ranges nor tags have colons or slashes; aliases have, behind their `npm:`.
  if (!range.startsWith('npm:') && /[:/]/.test(range)) {
    throw new ToolError(
      'E_UNSUPPORTED',
      `\`${label.asked}\` depends on \`${name}\` as \`${range}\`, which is not in a registry.`,
      {
        details: { ...label.details, dependency: name },
        hint: 'Use a published version; another directory of the workspace can be a `path:` package of the environment.',
      },
    )
  }
  const constraint = range === '*' ? '' : range
  return {
    source: 'npm',
    prefix: 'npm',
    name,
    constraint,
    extras: [],
    priority: 0,
    options,
    text: constraint === '' ? `npm:${name}` : `npm:${name}@${constraint}`,
  }
}

/** What the previous lock chose for the requirements of a directory; null when they were others. */
function previousOf(
  previous: LockedEnvironment | null,
  id: LockedId,
  requirements: readonly Requirement[],
): ReadonlyMap<string, LockedId | null> | null {
  const item = previous?.packages.find((other) => other.id === id)
  const texts = item?.data['requirements']
  if (item === undefined || !Array.isArray(texts)) return null
  const names = new Map(requirements.map((requirement) => [requirement.text, requirement.name]))
  const chosen = new Map<string, LockedId | null>()
  for (const text of texts) {
    const name = typeof text === 'string' ? names.get(text) : undefined
    if (name === undefined) return null
    const isKnown = Object.hasOwn(item.dependencies, name)
    chosen.set(String(text), (isKnown ? item.dependencies[name] : null) ?? null)
  }
  return chosen
}

function invalid({ asked, details }: DirectoryLabel, what: string, hint: string | null): ToolError {
  return new ToolError('E_ENV_INVALID', `\`${asked}\` ${what}.`, { details, hint })
}

export interface BringsContext {
  readonly systems: readonly System[]
  readonly previous: LockedEnvironment | null
}

/**
 * What a package needs of others, as a group of its own; null when it needs nothing. `id` is what a group of npm packages is called from lock to lock.
 */
export function bringsOf(
  { id, locked, base }: { readonly id: string; readonly locked: LockedId; readonly base: PackageBase },
  { requirements, native }: DirectoryPackage,
  { systems, previous }: BringsContext,
): RequirementGroup | null {
  if (native !== null) return nativeGroup(locked, nativeRequirements(native, base, systems), previous)
  if (requirements.length === 0) return null
  return { id, requirements, previous: previousOf(previous, locked, requirements) }
}

/** The same of a package that stays as it is locked, where the lock can tell. Undefined where only its files could. */
export function bringsAgain(
  item: LockedPackage,
  { systems, previous }: BringsContext,
): RequirementGroup | null | undefined {
  if (isNative(item)) return nativeGroup(item.id, lockedRequirements(item, systems), previous)
  return item.data['requirements'] === undefined ? null : undefined
}
