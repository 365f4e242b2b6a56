// What directories of the workspace come to: their content by hash, what kind of package each is, and what it needs from npm.

import type { Requirement } from '../../core/environment.ts'
import { ToolError } from '../../core/errors.ts'
import { compareCodePoints, isJsonObject, type JsonObject } from '../../core/json.ts'
import type { LockedEnvironment, LockedId, LockedPackage } from '../../core/lock.ts'
import { narIntegrity } from '../../core/nar.ts'
import { printPath } from '../../core/requirement.ts'
import { nodeAt, type TreeDirectory } from '../../core/tree.ts'
import { isPackageName, readCommands } from '../node-package.ts'
import type { LockContext, RequirementGroup, SourceLock } from '../source.ts'
import { readPathTree } from './tree.ts'

/** The directories of a prefix that become part of the tree. */
const PREFIX = ['bin', 'etc', 'include', 'lib', 'libexec', 'man', 'sbin', 'share']

/** Later ones win where a name is in several. */
const KINDS = ['peerDependencies', 'dependencies', 'optionalDependencies'] as const
const OPTIONS: Readonly<Record<(typeof KINDS)[number], JsonObject>> = {
  peerDependencies: { peer: true },
  dependencies: {},
  optionalDependencies: { optional: true },
}

/** @throws ToolError E_PACKAGE_NOT_FOUND, E_ENV_INVALID, E_UNSUPPORTED */
export function lockPaths(groups: readonly RequirementGroup[], context: LockContext): SourceLock {
  const packages = new Map<LockedId, LockedPackage>()
  const brings = new Map<LockedId, RequirementGroup>()
  const roots = new Map<string, ReadonlyMap<string, LockedId>>()
  for (const group of groups) {
    const ids = new Map<string, LockedId>()
    for (const { name: path, text } of group.requirements) {
      const tree = readPathTree(context.reader, context.workspace, path)
      const found = describe(path, tree)
      const id = `path:${path}` as LockedId
      ids.set(text, id)
      packages.set(id, {
        id,
        source: 'path',
        name: found.name,
        version: found.version,
        artifacts: [{ kind: 'tree', path, integrity: narIntegrity(tree) }],
        dependencies: {},
        data: found.data,
      })
      if (found.requirements.length > 0) {
        brings.set(id, {
          id: path,
          requirements: found.requirements,
          previous: previousOf(context.previous, id, found.requirements),
        })
      }
    }
    roots.set(group.id, ids)
  }
  const all = new Set(packages.keys())
  const members = new Map(context.systems.map((system) => [system, all]))
  return { roots, packages: [...packages.values()], members, brings }
}

interface Description {
  readonly name: string
  readonly version: string
  readonly data: JsonObject
  readonly requirements: readonly Requirement[]
}

/** What a directory is. @throws ToolError E_ENV_INVALID, E_UNSUPPORTED */
function describe(path: string, tree: TreeDirectory): Description {
  const manifest = readManifest(path, tree)
  const name = manifest?.['name']
  if (manifest !== null && typeof name === 'string') return describeNodePackage(path, name, manifest)
  const merges = PREFIX.filter((directory) => nodeAt(tree, directory)?.kind === 'directory')
  if (merges.length === 0) {
    throw invalid(
      path,
      `has neither a package.json with a \`name\` nor one of the directories ${PREFIX.map((item) => `\`${item}\``).join(', ')}`,
      'Put commands into `bin/`, or write a package.json. Ignored files do not count.',
    )
  }
  const directory = path === '.' ? 'workspace' : (path.split('/').at(-1) ?? path)
  return { name: directory, version: '0.0.0', data: { kind: 'prefix', merges }, requirements: [] }
}

function readManifest(path: string, tree: TreeDirectory): JsonObject | null {
  const file = nodeAt(tree, 'package.json')
  if (file?.kind !== 'file') return null
  try {
    const manifest: unknown = JSON.parse(
      Buffer.from(file.bytes)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    )
    if (isJsonObject(manifest)) return manifest
  } catch (cause) {
    throw invalid(
      path,
      `has a package.json that is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      null,
    )
  }
  throw invalid(path, 'has a package.json that is not an object', null)
}

function describeNodePackage(path: string, name: string, manifest: JsonObject): Description {
  if (!isPackageName(name))
    throw invalid(path, `has a package.json whose name, \`${name}\`, npm would not accept`, null)
  const version = manifest['version']
  const requirements = requirementsOf(path, manifest)
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
function requirementsOf(path: string, manifest: JsonObject): readonly Requirement[] {
  const meta = manifest['peerDependenciesMeta']
  const isOptionalPeer = (name: string): boolean => {
    const item = isJsonObject(meta) && Object.hasOwn(meta, name) ? meta[name] : null
    return isJsonObject(item) && item['optional'] === true
  }
  const byName = new Map<string, Requirement>()
  for (const kind of KINDS) {
    const ranges = manifest[kind] ?? {}
    if (!isJsonObject(ranges)) throw invalid(path, `has a package.json whose \`${kind}\` is not an object`, null)
    for (const [name, range] of Object.entries(ranges)) {
      if (kind === 'peerDependencies' && isOptionalPeer(name)) continue
      if (!isPackageName(name) || typeof range !== 'string')
        throw invalid(path, `has a package.json whose \`${kind}\` cannot be read at \`${name}\``, null)
      byName.set(name, toRequirement(path, name, range.trim(), OPTIONS[kind]))
    }
  }
  return [...byName.values()].sort((a, b) => compareCodePoints(a.text, b.text))
}

function toRequirement(path: string, name: string, range: string, options: JsonObject): Requirement {
  // Neither ranges nor tags have colons or slashes; aliases have, behind their `npm:`.
  if (!range.startsWith('npm:') && /[:/]/.test(range)) {
    throw new ToolError(
      'E_UNSUPPORTED',
      `\`path:${path}\` depends on \`${name}\` as \`${range}\`, which is not in a registry.`,
      {
        details: { requirement: `path:${printPath(path)}`, dependency: name },
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

function invalid(path: string, what: string, hint: string | null): ToolError {
  return new ToolError('E_ENV_INVALID', `\`path:${path}\` ${what}.`, {
    details: { requirement: `path:${printPath(path)}`, path },
    hint,
  })
}
