// LockedEnvironment: what was chosen. Parse and print of `<name>.lock.json`.
//
// Goals (rattler's seven): complete, readable, easy to parse, small diffs, byte-for-byte deterministic, checkable without the
// network, old versions readable for ever. It never holds a download host; sources know where from the machine's configuration.

import { type Digest, digestJson, type Integrity, isDigest, parseIntegrity } from './digest.ts'
import {
  type Environment,
  LOCKED_SOURCES,
  type LockedImport,
  type Requirement,
  SOURCE_PREFIXES,
  type SourceName,
} from './environment.ts'
import { ToolError } from './errors.ts'
import { parseGitAddress } from './git-address.ts'
import { canonicalJson, compareCodePoints, isJsonObject, type Json, type JsonObject, printJson } from './json.ts'
import { splitLock } from './lock-blocks.ts'
import { isPublicKey } from './signature.ts'
import { isSystem, type System } from './system.ts'
import { isReservedVariable, isVariableName } from './variable.ts'

export const LOCK_SCHEMA = 1
const MAX_PACKAGES = 200_000
const MAX_LENGTH = 256 * 1024 * 1024
/** Of what sources keep in `data`. */
const MAX_DEPTH = 16
const NOT_THERE = 'names a package that is not in the lock'
/** Wide enough for the sources to come: Debian's `1:2.3~rc1-1`, PEP 440's `1!2.0`. */
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.+_~:!-]{0,255}$/

/**
 * Unique within a lock: the prefix by which requirements ask for the package (`npm`, `deb`, the name of a registry), its name, and what
 * tells it from others of that name: `npm:left-pad@1.3.0`.
 */
export type LockedId = string & { readonly __lockedId: true }

export type Artifact =
  /** One file that the source named `source` knows where to get, as `name` of package `package`. Size in bytes, null when the index does not say. */
  | {
      readonly kind: 'file'
      readonly source: SourceName
      readonly package: string
      readonly name: string
      readonly size: number | null
      readonly integrity: Integrity
    }
  /** One file at an address that the environment file names. `name` is what it is called in messages and places. */
  | {
      readonly kind: 'url'
      readonly url: string
      readonly name: string
      readonly size: number | null
      readonly integrity: Integrity
    }
  /** A directory of the workspace, by content: `path` is relative to the workspace root; the integrity is that of its NAR. */
  | { readonly kind: 'tree'; readonly path: string; readonly integrity: Integrity }
  /**
   * A directory of a git repository at a commit, by content: `url` is as the file or the registry names it (relative to the workspace where it is a
   * directory), `commit` a full id, `directory` '' for all of it; the integrity is that of the directory's NAR.
   */
  | {
      readonly kind: 'git'
      readonly url: string
      readonly commit: string
      readonly directory: string
      readonly integrity: Integrity
    }

export type UrlArtifact = Extract<Artifact, { readonly kind: 'url' }>
export type GitArtifact = Extract<Artifact, { readonly kind: 'git' }>
export type TreeArtifact = Extract<Artifact, { readonly kind: 'tree' }>

export interface LockedPackage {
  readonly id: LockedId
  readonly source: SourceName
  readonly name: string
  readonly version: string
  readonly artifacts: readonly Artifact[]
  /** By the name under which the package knows the dependency. An id outside a system's `packages` is absent on that system. */
  readonly dependencies: { readonly [name: string]: LockedId }
  /** Source-owned; core never looks inside. */
  readonly data: JsonObject
}

export interface LockedRoot {
  /** The requirement in its short form, as asked. */
  readonly requirement: string
  readonly package: LockedId
  readonly priority: number
}

export interface SystemLock {
  readonly roots: readonly LockedRoot[]
  /** Every package of this system, sorted. */
  readonly packages: readonly LockedId[]
}

/** The state of a registry that packages were chosen from. */
export interface LockedRegistry {
  /** As the environment names it. */
  readonly place: string
  /** What the registry calls itself. */
  readonly name: string
  /** It never falls. */
  readonly serial: number
  /** The full id of the commit that it was read at; only of registries in git. */
  readonly commit?: string
  /** The public key that had signed it; missing where none was wanted. */
  readonly key?: string
}

export interface LockedEnvironment {
  readonly schema: typeof LOCK_SCHEMA
  /** Of what the environment asks for: staleness needs no network. */
  readonly satisfies: Digest
  readonly variables: { readonly [name: string]: string }
  readonly systems: { readonly [S in System]?: SystemLock }
  /** By the names that requirements use; missing when there are none. */
  readonly registries?: { readonly [name: string]: LockedRegistry }
  /** Repositories that the environment extends environments of, by their address; missing when there are none. */
  readonly imports?: { readonly [repository: string]: LockedImport }
  /** Sorted by id. */
  readonly packages: readonly LockedPackage[]
}

/** The name of the source that can open an artifact. */
export function sourceOf(artifact: Artifact): SourceName {
  if (artifact.kind === 'file') return artifact.source
  return artifact.kind === 'tree' ? 'path' : artifact.kind
}

/** `npm:left-pad`: a package as its users name it, whatever its version. The prefix is that of the id, which need not be the source's name. */
export function referenceOf(item: { readonly id: string; readonly name: string }): string {
  return `${item.id.slice(0, item.id.indexOf(':'))}:${item.name}`
}

/** The digest that `satisfies` holds: of requirements, systems and variables, whatever their order or layout in the file. */
export function digestEnvironment(environment: Environment): Digest {
  return digestJson({
    packages: [...environment.packages].sort(compareRequirements).map((item) => ({
      requirement: item.text,
      options: item.options,
      priority: item.priority,
    })),
    systems: [...environment.systems].sort(compareCodePoints),
    registries: environment.registries,
    // Locks that were made before there were keys keep their digest.
    ...(Object.keys(environment.keys).length === 0 ? {} : { keys: environment.keys }),
    variables: environment.variables,
    ...(environment.imports === undefined ? {} : { imports: environment.imports as unknown as Json }),
  })
}

/** Pure; the network is not needed to know whether a lock is stale. (Local directories are compared by the verbs that can read them.) */
export function satisfies(lock: LockedEnvironment, environment: Environment): boolean {
  // The variables are copied as they are, so an edited copy is found out; what was chosen is vouched for by nothing but the lock.
  const isCopied = canonicalJson(lock.variables) === canonicalJson(environment.variables)
  return isCopied && lock.satisfies === digestEnvironment(environment)
}

export function compareRequirements(a: Requirement, b: Requirement): number {
  return compareCodePoints(a.text, b.text)
}

/** Packages are sorted by id and roots by requirement, so the order in which they were found changes no byte. */
export function printLock(lock: LockedEnvironment): string {
  const systems = Object.entries(lock.systems).map(([system, { roots, packages }]) => {
    const sorted = { roots: sortBy(roots, (root) => root.requirement), packages: sortBy(packages, (id) => id) }
    return [system, sorted] as const
  })
  const packages = sortBy(lock.packages, (item) => item.id)
  return printJson({ ...lock, packages, systems: Object.fromEntries(systems) } as unknown as Json)
}

function sortBy<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  return [...items].sort((a, b) => compareCodePoints(key(a), key(b)))
}

/** True for text with git's conflict markers; such a lock is resolved again, not rejected. */
export function hasConflictMarkers(text: string): boolean {
  return text.includes('<<<<<<< ') && /^<{7} /m.test(text) && /^>{7} /m.test(text)
}

/** @throws ToolError E_LOCK_INVALID (details.pointer), E_LOCK_TOO_NEW */
export function parseLock(text: string, path: string): LockedEnvironment {
  return parseLockBlocks(text, path, new Set()).lock
}

export interface ParsedLock {
  readonly lock: LockedEnvironment
  /** The text of each package (lock-blocks.ts); null for a lock that is laid out otherwise. */
  readonly blocks: readonly string[] | null
}

/**
 * As `parseLock`. `checked` are blocks of locks that this function let pass before, which are not checked again by themselves.
 * @throws as `parseLock`
 */
export function parseLockBlocks(text: string, path: string, checked: ReadonlySet<string>): ParsedLock {
  if (text.length > MAX_LENGTH) throw invalid(path, '', 'it is too large')
  const split = splitLock(text)
  const raw = split?.value ?? parseJson(text, path)
  if (!isJsonObject(raw)) throw invalid(path, '', 'it is not an object')
  if (typeof raw['schema'] === 'number' && raw['schema'] > LOCK_SCHEMA) {
    throw tooNew(path, `has schema ${raw['schema']}, and this Tenon reads up to ${LOCK_SCHEMA}`)
  }
  const check = new Checker(path)
  check.that(raw['schema'] === LOCK_SCHEMA, '', '/schema', `must be ${LOCK_SCHEMA}`)
  check.that(isDigest(raw['satisfies']), '', '/satisfies', 'must be a digest')
  checkStrings(check, raw['variables'], '/variables')
  for (const [name, item] of Object.entries(check.object(raw['registries'] ?? {}, '/registries'))) {
    checkRegistry(check, item, `/registries/${name}`, name)
  }
  for (const [repository, item] of Object.entries(check.object(raw['imports'] ?? {}, '/imports'))) {
    checkImport(check, item, '/imports', repository)
  }
  const packages = raw['packages']
  if (!Array.isArray(packages) || packages.length > MAX_PACKAGES) throw invalid(path, '/packages', 'must be a list')
  const ids = new Set<string>()
  packages.forEach((item, index) => {
    if (!checked.has(split?.blocks[index] ?? '')) checkPackage(check, item, `/packages/${index}`)
    const id = (item as { id: string }).id
    if (ids.has(id)) throw invalid(path, `/packages/${index}/id`, 'is there twice')
    ids.add(id)
  })
  packages.forEach((item, index) => {
    for (const [name, id] of Object.entries((item as LockedPackage).dependencies)) {
      if (!ids.has(id)) throw invalid(path, `/packages/${index}/dependencies/${name}`, NOT_THERE)
    }
  })
  const systems = raw['systems']
  if (!isJsonObject(systems)) throw invalid(path, '/systems', 'must be an object')
  for (const [system, item] of Object.entries(systems)) {
    check.that(isSystem(system), '/systems/', system, 'is not a known system')
    checkSystem(check, item, `/systems/${system}`, ids)
  }
  return { lock: raw as unknown as LockedEnvironment, blocks: split?.blocks ?? null }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(path, '', 'it is not JSON', cause)
  }
}

function checkSystem(check: Checker, item: Json, at: string, ids: ReadonlySet<string>): void {
  const object = check.object(item, at)
  const members = new Set<string>()
  for (const id of check.array(object['packages'], at, '/packages')) {
    check.that(typeof id === 'string' && ids.has(id), at, '/packages', NOT_THERE)
    members.add(id as string)
  }
  check.array(object['roots'], at, '/roots').forEach((root, index) => {
    const value = check.object(root, `${at}/roots/${index}`)
    check.that(isRequirement(value['requirement']), at, `/roots/${index}/requirement`, 'must be a requirement')
    check.that(Number.isInteger(value['priority']), at, `/roots/${index}/priority`, 'must be an integer')
    check.that(
      members.has(value['package'] as string),
      at,
      `/roots/${index}/package`,
      'is not a package of this system',
    )
  })
}

function checkPackage(check: Checker, item: Json, at: string): void {
  const object = check.object(item, at)
  const source = object['source']
  const isLater = typeof source === 'string' && Object.hasOwn(SOURCE_PREFIXES, source)
  if (isLater && !LOCKED_SOURCES.includes(source as SourceName))
    throw tooNew(check.path, `holds a package of the source \`${source}\``)
  check.that(LOCKED_SOURCES.includes(source as SourceName), at, '/source', 'is not a known source')
  const id = object['id']
  check.that(
    isHarmless(id) && hasPrefixOf(source as SourceName, id),
    at,
    '/id',
    'must begin with the source and lead nowhere',
  )
  check.that(isSafeRelative(object['name']), at, '/name', 'must be the name of a package')
  const version = object['version']
  check.that(typeof version === 'string' && VERSION.test(version), at, '/version', 'must be a version')
  checkData(check, object['data'], at)
  for (const [name, id] of Object.entries(check.object(object['dependencies'] ?? null, at, '/dependencies'))) {
    // Sources that make paths of these names check that they can; one of a repository beside the workspace leads upwards.
    check.that(
      isHarmless(name.replace(/^(?:\.\.\/)+/, '')) && !name.startsWith('/') && name !== '__proto__' && isSafeText(id),
      at,
      '/dependencies',
      'must map names to ids',
    )
  }
  check.array(object['artifacts'], at, '/artifacts').forEach((artifact, index) => {
    checkArtifact(check, artifact, `${at}/artifacts/${index}`)
  })
}

function hasPrefixOf(source: SourceName, id: string): boolean {
  const prefix = SOURCE_PREFIXES[source]
  return prefix === null ? /^[a-z][a-z0-9-]{0,63}:/.test(id) : id.startsWith(`${prefix}:`)
}

function checkArtifact(check: Checker, item: Json, at: string): void {
  const object = check.object(item, at)
  check.that(parseIntegrity(object['integrity']) !== null, at, '/integrity', 'must be an SRI string')
  if (object['kind'] === 'file') {
    check.that(LOCKED_SOURCES.includes(object['source'] as SourceName), at, '/source', 'is not a known source')
    check.that(isSafeRelative(object['package']), at, '/package', 'must be the name of a package')
    check.that(isSafeRelative(object['name']) && !object['name'].includes('/'), at, '/name', 'must be a file name')
    checkSize(check, object['size'], at)
  } else if (object['kind'] === 'url') {
    const url = object['url']
    const isAddress = isSafeText(url) && /^https?:\/\/[^/@]/.test(url) && URL.canParse(url)
    const isFile = typeof url === 'string' && url.startsWith('./') && isSafeRelative(url.slice(2))
    check.that(isAddress || isFile, at, '/url', 'must be an address, or a file of the workspace')
    check.that(isSafeRelative(object['name']) && !object['name'].includes('/'), at, '/name', 'must be a file name')
    checkSize(check, object['size'], at)
  } else if (object['kind'] === 'git') {
    check.that(isSafeText(object['url']), at, '/url', 'must be an address or a path')
    check.that(isCommitId(object['commit']), at, '/commit', "must be a commit's full id")
    check.that(
      object['directory'] === '' || isSafeRelative(object['directory']),
      at,
      '/directory',
      'must be a path inside the repository',
    )
  } else {
    check.that(object['kind'] === 'tree', at, '/kind', 'must be `file`, `git`, `tree` or `url`')
    check.that(
      object['path'] === '.' || isSafeRelative(object['path']),
      at,
      '/path',
      'must be a path inside the workspace',
    )
  }
}

function checkRegistry(check: Checker, item: Json, at: string, name: string): void {
  const object = check.object(item, at)
  check.that(isRegistryText(name), at, '', 'is not the name of a registry')
  check.that(isSafeText(object['place']), at, '/place', 'must be an address or a path')
  check.that(isRegistryText(object['name']), at, '/name', 'must be the name of a registry')
  const serial = object['serial']
  check.that(Number.isSafeInteger(serial) && (serial as number) >= 0, at, '/serial', 'must be a whole number')
  const commit = object['commit']
  check.that(commit === undefined || isCommitId(commit), at, '/commit', "must be a commit's full id")
  const key = object['key']
  check.that(key === undefined || isPublicKey(key), at, '/key', 'must be a public key')
}

function checkImport(check: Checker, item: Json, at: string, repository: string): void {
  check.that(typeof parseGitAddress(repository) !== 'string', at, '', `\`${repository}\` is not a git address`)
  const object = check.object(item, `${at}/${repository}`)
  check.that(isCommitId(object['commit']), at, `/${repository}/commit`, "must be a commit's full id")
  for (const [path, integrity] of Object.entries(check.object(object['files'] ?? null, at, `/${repository}/files`))) {
    const isFile = isSafeRelative(path) && parseIntegrity(integrity) !== null
    check.that(isFile, at, `/${repository}/files`, 'must map paths to SRI strings')
  }
}

function isRegistryText(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z][a-z0-9-]{0,63}$/.test(value)
}

function checkSize(check: Checker, size: Json | undefined, at: string): void {
  const isSize = size === null || (Number.isSafeInteger(size) && (size as number) >= 0)
  check.that(isSize, at, '/size', 'must be a size or null')
}

function checkStrings(check: Checker, item: Json | undefined, at: string): void {
  for (const [name, value] of Object.entries(check.object(item ?? null, at))) {
    const isUsable = isVariableName(name) && !isReservedVariable(name) && name !== '__proto__'
    check.that(isUsable, at, `/${name}`, 'is not a variable that an environment may set')
    check.that(typeof value === 'string' && !value.includes('\0'), at, `/${name}`, 'must be text')
  }
}

/** Sources check what they keep; here it only may not be able to hurt whoever walks over it. */
function checkData(check: Checker, value: Json | undefined, at: string): void {
  const visit = (item: Json, depth: number): void => {
    if (typeof item !== 'object' || item === null) return
    check.that(depth < MAX_DEPTH, at, '/data', 'is nested too deeply')
    check.that(!Object.hasOwn(item, '__proto__'), at, '/data', 'holds the key `__proto__`')
    for (const part of Object.values(item)) visit(part, depth + 1)
  }
  visit(check.object(value ?? null, at, '/data'), 0)
}

/** A repository may lie beside the workspace: it is never written to, and what it gives is locked by content. */
function isRequirement(value: unknown): value is string {
  return typeof value === 'string' && isHarmless(value.replace(/^git:(?:\.\.\/)*(?:\.\.(?=[#@]|$))?/, 'git:'))
}

/** Text that, used as a path by mistake, would not lead upwards. */
function isHarmless(value: unknown): value is string {
  return isSafeText(value) && !/(?:^|[/:@])\.\.(?:\/|$)/.test(value)
}

/** Printable, bounded text. */
function isSafeText(value: unknown): value is string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return typeof value === 'string' && value !== '' && value.length <= 4096 && !/[\u0000-\u001f\u007f]/.test(value)
}

/** The full id of a commit of git, of either hash. */
export function isCommitId(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)
}

/** A relative path that stays below where it starts: no empty, `.` or `..` part, no leading slash. */
export function isSafeRelative(value: unknown): value is string {
  return isSafeText(value) && value.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function tooNew(path: string, what: string): ToolError {
  return new ToolError('E_LOCK_TOO_NEW', `\`${path}\` ${what}.`, { details: { path }, hint: 'Update Tenon.' })
}

function invalid(path: string, pointer: string, what: string, cause?: unknown): ToolError {
  const where = pointer === '' ? '' : ` at \`${pointer}\``
  return new ToolError('E_LOCK_INVALID', `\`${path}\` is not a valid lock${where}: ${what}.`, {
    details: { path, pointer },
    hint: 'Restore it from git, or delete it and run `tenon lock`.',
    cause,
  })
}

class Checker {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** The pointer comes in two pieces, since it is hardly ever needed. */
  that(holds: boolean, at: string, key: string, what: string): void {
    if (!holds) throw invalid(this.path, at + key, what)
  }

  object(value: Json, at: string, key = ''): JsonObject {
    if (!isJsonObject(value)) throw invalid(this.path, at + key, 'must be an object')
    return value
  }

  array(value: Json | undefined, at: string, key = ''): readonly Json[] {
    if (!Array.isArray(value) || value.length > MAX_PACKAGES) throw invalid(this.path, at + key, 'must be a list')
    return value
  }
}
