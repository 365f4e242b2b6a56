// What a lock keeps of native packages, wherever they come from, and what they bring of other sources. Reading package.yaml files is
// not done here.

import type { Requirement } from '../core/environment.ts'
import { isToolError } from '../core/errors.ts'
import { resolveBeside } from '../core/git-address.ts'
import { compareCodePoints, type JsonObject } from '../core/json.ts'
import type { LockedEnvironment, LockedId, LockedPackage } from '../core/lock.ts'
import { type NativePackage, packagePart } from '../core/native-package.ts'
import { packageToJson, parsePackageValue } from '../core/package-file.ts'
import { isLocalPath } from '../core/requirement.ts'
import { SYSTEMS, type System } from '../core/system.ts'
import { invalidLock } from './node-package.ts'
import type { RequirementGroup } from './source.ts'

/** Where a package file lies. What it names relative to itself starts there, as if the files of a repository lay at its address. */
export interface PackageBase {
  /** An address, or a path relative to the workspace root. */
  readonly url: string
  /** Below it; '' for itself. */
  readonly directory: string
  /** Where relative addresses of files start: that of a registry or a directory of the workspace; null where there is none. */
  readonly files: string | null
}

/** What a lock keeps of a native package. */
export function nativeData(item: NativePackage, { files }: PackageBase): JsonObject {
  const isAsked = SYSTEMS.some((system) => packagePart(item, system).dependencies.some(isRelativeFile))
  return { kind: 'native', package: packageToJson(item), ...(isAsked && files !== null ? { files } : {}) }
}

export function isNative(item: LockedPackage): boolean {
  return item.data['kind'] === 'native'
}

/** @throws ToolError E_LOCK_INVALID */
export function readNative(item: LockedPackage): NativePackage {
  try {
    const known = parsed.get(item.data) ?? parsePackageValue(item.data['package'] ?? null, item.id)
    parsed.set(item.data, known)
    return known
  } catch (error) {
    if (!isToolError(error, 'E_PACKAGE_INVALID')) throw error
    throw invalidLock(item.id, error.message.replace(/\.$/, ''))
  }
}

/** A lock is looked at from many sides. */
const parsed = new WeakMap<JsonObject, NativePackage>()

/** What a locked native package requires on any of these systems. @throws ToolError E_LOCK_INVALID */
export function lockedRequirements(item: LockedPackage, systems: readonly System[]): readonly Requirement[] {
  return nativeRequirements(readNative(item), baseOf(item), systems)
}

/** What the package requires on any of these systems, of any source; each once, sorted. */
export function nativeRequirements(
  item: NativePackage,
  base: PackageBase,
  systems: readonly System[],
): readonly Requirement[] {
  const all = new Map<string, Requirement>()
  for (const system of systems) {
    for (const written of packagePart(item, system).dependencies) {
      const requirement = resolveFrom(written, base)
      all.set(requirement.text, requirement)
    }
  }
  return [...all.values()].sort((a, b) => compareCodePoints(a.text, b.text))
}

/** Why a package that lies at `base` must not ask for this; null when it may. Ends a sentence: `it is a repository of this machine, …`. */
export function reachOf(requirement: Requirement, base: PackageBase): string | null {
  const { source, name } = requirement
  if (source === 'url' && isOfThisMachine(name)) {
    if (base.files === null) return 'only a registry on the web or in the workspace has files'
    return name.startsWith('./') ? null : 'it lies outside of the workspace'
  }
  return source === 'git' && isOfThisMachine(name) && !isOfThisMachine(base.url)
    ? 'it is a repository of this machine, which a package from elsewhere cannot name'
    : null
}

/** True for a file address and for a path. */
export function isOfThisMachine(url: string): boolean {
  return url.startsWith('file:') || !/^[a-z][a-z0-9+]*:\/\//.test(url)
}

/**
 * The name by which a native package knows what it requires. npm packages keep theirs, since it is that of a directory; of others that are called
 * the same, each has its source in front.
 */
export function dependencyName(requirement: Requirement, all: readonly Requirement[]): string {
  const { source, prefix, name } = requirement
  const isTaken = source !== 'npm' && all.some((other) => other.prefix !== prefix && other.name === name)
  return isTaken ? `${prefix}:${name}` : name
}

/** What the package brings of other sources than the registries that were solved with it; null when nothing. */
export function nativeGroup(
  id: string,
  requirements: readonly Requirement[],
  previous: LockedEnvironment | null,
): RequirementGroup | null {
  if (requirements.length === 0) return null
  const before = previous?.packages.find((item) => item.id === id)
  if (before === undefined || !isNative(before)) return { id, requirements, previous: null }
  const known = lockedRequirements(before, SYSTEMS)
  const chosen = known.map((item): [string, LockedId | null] => [
    item.text,
    before.dependencies[dependencyName(item, known)] ?? null,
  ])
  const asked = new Set(requirements.map((item) => item.text))
  return { id, requirements, previous: new Map(chosen.filter(([text]) => asked.has(text))) }
}

/**
 * What the previous lock has for a requirement, whoever asked: the environment, or else a native package. Two that ask for the same branch
 * thus get the same commit.
 */
export function lockedFor(requirement: Requirement, previous: LockedEnvironment | null): LockedPackage | null {
  if (previous === null) return null
  const known = choices.get(previous) ?? choicesOf(previous)
  choices.set(previous, known)
  return known.get(requirement.text) ?? null
}

const choices = new WeakMap<LockedEnvironment, ReadonlyMap<string, LockedPackage>>()

function choicesOf(lock: LockedEnvironment): ReadonlyMap<string, LockedPackage> {
  const byId = new Map(lock.packages.map((item) => [item.id, item]))
  const chosen = new Map<string, LockedPackage>()
  const choose = (text: string, id: LockedId | undefined): void => {
    const item = id === undefined ? undefined : byId.get(id)
    if (item !== undefined && !chosen.has(text)) chosen.set(text, item)
  }
  for (const { roots } of Object.values(lock.systems)) for (const root of roots) choose(root.requirement, root.package)
  for (const item of lock.packages.filter(isNative)) {
    const requirements = lockedRequirements(item, SYSTEMS)
    for (const asked of requirements) choose(asked.text, item.dependencies[dependencyName(asked, requirements)])
  }
  return chosen
}

/** Where the package file of a locked package lies. */
export function baseOf(item: LockedPackage): PackageBase {
  const [artifact] = item.artifacts
  const files = typeof item.data['files'] === 'string' ? item.data['files'] : null
  if (artifact?.kind === 'git') return { url: artifact.url, directory: artifact.directory, files }
  if (artifact?.kind === 'url') return { url: artifact.url, directory: '..', files }
  return { url: artifact?.kind === 'tree' ? artifact.path : '.', directory: '', files }
}

function isRelativeFile({ source, name }: Requirement): boolean {
  return source === 'url' && isLocalPath(name)
}

/** What is written relative to the package, as a requirement of the workspace. */
function resolveFrom(requirement: Requirement, { url, directory, files }: PackageBase): Requirement {
  const { source, name, constraint } = requirement
  if (isRelativeFile(requirement) && files !== null) {
    const place = resolveBeside(files, '', name)
    return { ...requirement, name: place, text: `url:${place}${constraint === '' ? '' : `@${constraint}`}` }
  }
  if (source !== 'git' || !isLocalPath(name)) return requirement
  const [written = '', inside] = name.split('#')
  const place = resolveBeside(url, directory, written)
  const resolved = inside === undefined ? place : `${place}#${inside}`
  return { ...requirement, name: resolved, text: `git:${resolved}${constraint === '' ? '' : `@${constraint}`}` }
}
