// What a directory of files is as a package, wherever it comes from: a Node.js package if it has a package.json with a name, otherwise a
// prefix, whose `bin`, `lib`, … become part of the tree. How it is described for a lock, and planned from one. Nothing of it is run.

import { type PartFormat, type UnpackPart, unpackStep } from '../core/derivation.ts'
import type { Requirement } from '../core/environment.ts'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints, isJsonObject, type JsonObject } from '../core/json.ts'
import { isSafeRelative, type LockedEnvironment, type LockedId, type LockedPackage } from '../core/lock.ts'
import { toStoreName } from '../core/store-path.ts'
import { nodeAt, type TreeDirectory } from '../core/tree.ts'
import {
  checkPackageName,
  executablesOf,
  invalidLock,
  isPackageName,
  linkPlace,
  parseCommands,
  provide,
  readCommands,
} from './node-package.ts'
import type { Placement, PlanContext, RequirementGroup } from './source.ts'

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
  readonly packageJson: Uint8Array | null
  /** Names at the top that are directories. */
  readonly directories: readonly string[]
}

/** How a directory is called, in messages and where it does not say itself. */
export interface DirectoryLabel {
  /** As asked: `path:tools/hello`. */
  readonly asked: string
  readonly details: JsonObject
  /** For a prefix. */
  readonly name: string
}

export interface DirectoryPackage {
  readonly name: string
  readonly version: string
  /** Of the lock; `planDirectory` reads it. */
  readonly data: JsonObject
  readonly requirements: readonly Requirement[]
}

export function factsOfTree(tree: TreeDirectory): DirectoryFacts {
  const file = nodeAt(tree, 'package.json')
  const directories = [...tree.entries].flatMap(([name, node]) => (node.kind === 'directory' ? [name] : []))
  return { packageJson: file?.kind === 'file' ? file.bytes : null, directories }
}

/** What a directory is. @throws ToolError E_ENV_INVALID, E_UNSUPPORTED */
export function describeDirectory(label: DirectoryLabel, facts: DirectoryFacts): DirectoryPackage {
  const manifest = readManifest(label, facts)
  const name = manifest?.['name']
  if (manifest !== null && typeof name === 'string') return describeNodePackage(label, name, manifest)
  const merges = PREFIX_DIRECTORIES.filter((directory) => facts.directories.includes(directory))
  if (merges.length === 0) {
    const known = PREFIX_DIRECTORIES.map((item) => `\`${item}\``).join(', ')
    throw invalid(
      label,
      `has neither a package.json with a \`name\` nor one of the directories ${known}`,
      'Put commands into `bin/`, or write a package.json. Ignored files do not count.',
    )
  }
  return { name: label.name, version: '0.0.0', data: { kind: 'prefix', merges }, requirements: [] }
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

/**
 * What a package needs from npm, as a group of its own; null when it needs nothing. `id` stays the same from lock to lock.
 */
export function bringsOf(
  id: string,
  locked: LockedId,
  { requirements }: DirectoryPackage,
  previous: LockedEnvironment | null,
): RequirementGroup | null {
  if (requirements.length === 0) return null
  return { id, requirements, previous: previousOf(previous, locked, requirements) }
}

/** Where the directory of a package is. */
export interface DirectoryPart {
  readonly format: PartFormat
  readonly strip: number
}

/** A package's own version, without the state of its files behind the last `+`: the same files are one object. */
export function versionOf({ version }: LockedPackage): string {
  return version.replace(/\+[0-9a-f]{12}$/, '')
}

/** Pure. `data` of the package is what `describeDirectory` gave. @throws ToolError E_LOCK_INVALID */
export function planDirectory(item: LockedPackage, part: DirectoryPart, context: PlanContext): Placement {
  return item.data['kind'] === 'node' ? placeNodePackage(item, part, context) : placePrefix(item, part, context)
}

function placePrefix(item: LockedPackage, part: DirectoryPart, context: PlanContext): Placement {
  const merges = item.data['merges']
  if (!Array.isArray(merges) || !merges.every((name) => isSafeRelative(name)))
    throw invalidLock(item.id, 'its `merges` are not directories')
  const derivation = context.add({
    name: toStoreName(item.name),
    system: context.system,
    step: unpackStep([unpackPart(item, part, { at: '', executables: [] })], []),
    inputs: [],
  })
  return { derivation, path: '', links: {}, merges: Object.fromEntries(merges.map((name) => [name, name])) }
}

function placeNodePackage(item: LockedPackage, part: DirectoryPart, context: PlanContext): Placement {
  const name = checkPackageName(item.name, item.id)
  const path = `node_modules/${name}`
  const commands = parseCommands(item.data, item.id)
  const dependencies = Object.entries(item.dependencies).flatMap(([dependency, id]) => {
    const at = linkPlace('', name, checkPackageName(dependency, item.id), false)
    const placement = context.placed.get(id)
    return placement === undefined || at === null ? [] : [{ at, placement }]
  })
  const inputs = [...new Set(dependencies.map(({ placement }) => placement.derivation))].sort(compareCodePoints)
  const links = dependencies.map(({ at, placement }) => ({
    at,
    input: inputs.indexOf(placement.derivation),
    path: placement.path,
  }))
  const derivation = context.add({
    name: toStoreName(`${name}-${item.version}`),
    system: context.system,
    step: unpackStep(
      [unpackPart(item, part, { at: path, executables: executablesOf(commands) })],
      links.sort((a, b) => compareCodePoints(a.at, b.at)),
    ),
    inputs,
  })
  return { derivation, path, links: provide([name], path, commands), merges: {} }
}

/** @throws ToolError E_LOCK_INVALID */
export function unpackPart(
  item: LockedPackage,
  { format, strip }: DirectoryPart,
  place: Pick<UnpackPart, 'at' | 'executables'>,
): UnpackPart {
  const [artifact] = item.artifacts
  if (artifact === undefined) throw invalidLock(item.id, 'it has no artifact')
  return { artifact, format, strip, ...place }
}
