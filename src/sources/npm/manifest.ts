// What the lock keeps of an npm manifest, and how it becomes an entry of a package-lock again. Pure.

import { compareCodePoints, isJsonObject, type Json, type JsonObject } from '../../core/json.ts'
import type { LockedPackage } from '../../core/lock.ts'
import { readCommands } from '../node-package.ts'

const RANGES = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const
const PLATFORM = ['os', 'cpu', 'libc'] as const
const MAX_TEXT = 4096

/** Only what planning and the next lock need; empty fields are left out. */
export function factsOf(name: string, manifest: Readonly<Record<string, unknown>>): JsonObject {
  const facts: [string, Json][] = []
  const put = (key: string, value: Json, isEmpty: boolean): void => {
    if (!isEmpty) facts.push([key, value])
  }
  const optional = textsOf(manifest['optionalDependencies'])
  const commands = readCommands(name, manifest['bin'])
  put('bin', commands, Object.keys(commands).length === 0)
  const bundled = bundledOf(manifest)
  put('bundleDependencies', bundled, bundled.length === 0)
  for (const key of RANGES) {
    // Registries repeat the optional dependencies among the others; npm's own locks do not.
    const ranges = textsOf(manifest[key]).filter(
      ([item]) => key !== 'dependencies' || !optional.some(([other]) => other === item),
    )
    put(key, Object.fromEntries(ranges), ranges.length === 0)
  }
  const optionalPeers = optionalPeersOf(manifest['peerDependenciesMeta'])
  put(
    'peerDependenciesMeta',
    Object.fromEntries(optionalPeers.map((peer) => [peer, { optional: true }])),
    optionalPeers.length === 0,
  )
  for (const key of PLATFORM) {
    const list = listOf(manifest[key])
    put(key, list, list.length === 0)
  }
  put('hasInstallScript', true, !hasInstallScript(manifest))
  return Object.fromEntries(facts)
}

/** An entry of a package-lock, at `place`, from which npm's resolver knows the package without asking. */
export function lockEntry(item: LockedPackage, place: string): JsonObject {
  const { locations: _, ...facts } = item.data
  const [artifact] = item.artifacts
  const folder = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
  return {
    ...(folder === item.name ? {} : { name: item.name }),
    version: item.version,
    integrity: artifact?.integrity ?? null,
    ...facts,
  }
}

/** The file name under which registries keep a version by convention. */
export function tarballName(name: string, version: string): string {
  return `${name.slice(name.indexOf('/') + 1)}-${version}.tgz`
}

/** Of the package itself: `npm:name@^1`, which gives it another name, asks for `^1`. */
export function rangeOfSpec(spec: string): string {
  const alias = /^npm:(?:@[^/]+\/)?[^@]+(?:@(.*))?$/.exec(spec)
  return alias === null ? spec : (alias[1] ?? '')
}

/** True for the kinds of edges of npm's resolver without which a package still works. */
export function isOptionalDependency(type: string): boolean {
  return type === 'optional' || type === 'peerOptional'
}

export function isPeerDependency(type: string): boolean {
  return type === 'peer' || type === 'peerOptional'
}

/** Where DefinitelyTyped has the types of a package. */
export function typesOf(name: string): string {
  return `@types/${name.replace(/^@/, '').replace('/', '__')}`
}

/** Whether a dependency that a lock names is one that the package works without. */
export function isOptionalFact(facts: JsonObject, name: string): boolean {
  const has = (key: string): boolean => {
    const value = facts[key]
    return isJsonObject(value) && Object.hasOwn(value, name)
  }
  if (has('optionalDependencies')) return true
  // Types of a peer, which the package itself does not name.
  if (name.startsWith('@types/') && !has('dependencies') && !has('peerDependencies')) return true
  return has('peerDependenciesMeta') && !has('dependencies')
}

function hasInstallScript(manifest: Readonly<Record<string, unknown>>): boolean {
  if (manifest['hasInstallScript'] === true) return true
  const scripts = manifest['scripts']
  return isJsonObject(scripts) && ['preinstall', 'install', 'postinstall'].some((name) => Object.hasOwn(scripts, name))
}

function bundledOf(manifest: Readonly<Record<string, unknown>>): readonly string[] {
  const bundled = manifest['bundleDependencies'] ?? manifest['bundledDependencies']
  if (bundled === true) return textsOf(manifest['dependencies']).map(([name]) => name)
  return listOf(bundled)
}

function optionalPeersOf(meta: unknown): readonly string[] {
  if (!isJsonObject(meta)) return []
  return Object.entries(meta)
    .filter(([, value]) => isJsonObject(value) && value['optional'] === true)
    .map(([name]) => name)
    .sort(compareCodePoints)
}

function textsOf(value: unknown): readonly (readonly [string, string])[] {
  if (!isJsonObject(value)) return []
  return Object.entries(value)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].length <= MAX_TEXT)
    .sort(([a], [b]) => compareCodePoints(a, b))
}

function listOf(value: unknown): readonly string[] {
  const list = typeof value === 'string' ? [value] : Array.isArray(value) ? value : []
  return list
    .filter((item): item is string => typeof item === 'string' && item.length <= MAX_TEXT)
    .sort(compareCodePoints)
}
