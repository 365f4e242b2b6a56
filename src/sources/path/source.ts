// The path source: a directory of the workspace, by content. With a package.json that has a name it is a Node.js package, whose
// dependencies npm locks; otherwise it is a prefix, whose `bin`, `lib`, … become part of the tree. Nothing of it is run.

import type { Requirement } from '../../core/environment.ts'
import { ToolError } from '../../core/errors.ts'
import { compareCodePoints, isJsonObject, type JsonObject } from '../../core/json.ts'
import { isSafeRelative, type LockedEnvironment, type LockedId, type LockedPackage } from '../../core/lock.ts'
import { narIntegrity } from '../../core/nar.ts'
import { toStoreName } from '../../core/store-path.ts'
import { nodeAt, type TreeDirectory } from '../../core/tree.ts'
import {
  checkPackageName,
  executablesOf,
  invalidLock,
  isPackageName,
  linkPlace,
  parseCommands,
  provide,
  readCommands,
} from '../node-package.ts'
import type { LockContext, Placement, PlanContext, RequirementGroup, Source, SourceLock } from '../source.ts'
import { readPathTree } from './tree.ts'

/** The directories of a prefix that become part of the tree. */
const PREFIX = ['bin', 'etc', 'include', 'lib', 'libexec', 'man', 'sbin', 'share']

export function createPathSource(): Source {
  return {
    name: 'path',
    lock: async (groups, context) => lockPaths(groups, context),
    plan: planPaths,
    // biome-ignore lint/correctness/useYield: a directory of the workspace has no place to be asked for
    locate: async function* () {
      throw new Error('a directory of the workspace is not downloaded')
    },
  }
}

function lockPaths(groups: readonly RequirementGroup[], context: LockContext): SourceLock {
  const packages = new Map<LockedId, LockedPackage>()
  const brings = new Map<LockedId, RequirementGroup>()
  const roots = new Map<string, ReadonlyMap<string, LockedId>>()
  for (const group of groups) {
    const ids = new Map<string, LockedId>()
    for (const { name: path, text } of group.requirements) {
      const tree = readPathTree(context.host, context.workspace, path)
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
  for (const kind of ['peerDependencies', 'dependencies', 'optionalDependencies'] as const) {
    const ranges = manifest[kind] ?? {}
    if (!isJsonObject(ranges)) throw invalid(path, `has a package.json whose \`${kind}\` is not an object`, null)
    for (const [name, range] of Object.entries(ranges)) {
      if (kind === 'peerDependencies' && isOptionalPeer(name)) continue
      if (!isPackageName(name) || typeof range !== 'string')
        throw invalid(path, `has a package.json whose \`${kind}\` cannot be read at \`${name}\``, null)
      byName.set(name, toRequirement(path, name, range.trim(), kind === 'optionalDependencies'))
    }
  }
  return [...byName.values()].sort((a, b) => compareCodePoints(a.text, b.text))
}

function toRequirement(path: string, name: string, range: string, isOptional: boolean): Requirement {
  // Neither ranges nor tags have colons or slashes; aliases have, behind their `npm:`.
  if (!range.startsWith('npm:') && /[:/]/.test(range)) {
    throw new ToolError(
      'E_UNSUPPORTED',
      `\`path:${path}\` depends on \`${name}\` as \`${range}\`, which is not in a registry.`,
      {
        details: { requirement: `path:${path}`, dependency: name },
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
    options: isOptional ? { optional: true } : {},
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

/** @throws ToolError E_LOCK_INVALID */
function planPaths(context: PlanContext): ReadonlyMap<LockedId, Placement> {
  const placed = new Map<LockedId, Placement>()
  const items = [...context.packages.values()].filter((item) => item.source === 'path')
  for (const item of items.sort((a, b) => compareCodePoints(a.id, b.id))) {
    placed.set(item.id, item.data['kind'] === 'node' ? placeNodePackage(item, context) : placePrefix(item, context))
  }
  return placed
}

function placePrefix(item: LockedPackage, context: PlanContext): Placement {
  const merges = item.data['merges']
  if (!Array.isArray(merges) || !merges.every((name) => isSafeRelative(name)))
    throw invalidLock(item.id, 'its `merges` are not directories')
  const derivation = context.add({
    name: toStoreName(item.name),
    system: context.system,
    step: { kind: 'unpack', parts: [{ artifact: artifactOf(item), at: '', executables: [] }], links: [] },
    inputs: [],
  })
  return { derivation, path: '', links: {}, merges: Object.fromEntries(merges.map((name) => [name, name])) }
}

function placeNodePackage(item: LockedPackage, context: PlanContext): Placement {
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
    step: {
      kind: 'unpack',
      parts: [{ artifact: artifactOf(item), at: path, executables: executablesOf(commands) }],
      links: links.sort((a, b) => compareCodePoints(a.at, b.at)),
    },
    inputs,
  })
  return { derivation, path, links: provide([name], path, commands), merges: {} }
}

function artifactOf(item: LockedPackage): LockedPackage['artifacts'][number] {
  const [artifact] = item.artifacts
  if (artifact === undefined) throw invalidLock(item.id, 'it has no artifact')
  return artifact
}

function invalid(path: string, what: string, hint: string | null): ToolError {
  return new ToolError('E_ENV_INVALID', `\`path:${path}\` ${what}.`, {
    details: { requirement: `path:${path}`, path },
    hint,
  })
}
