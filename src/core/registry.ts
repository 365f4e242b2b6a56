// The files of a registry: a static tree that any web host, directory or git repository can serve. Text in, values out, and back.
// Nothing here reads a file or asks an address.
//
//   registry.json                the root record: what it is called, how often it changed, and the integrity of each bin and part
//   registry.sig                 signatures of registry.json (core/signature.ts), if it is signed
//   index/<bin>.json             name → integrity of its record, for the names of one bin
//   packages/<ab>/<name>.json    the record of one package: every version, and where it is in git
//   catalogue/<part>.json        a line about each package of one part, for those who search
//
// Whoever trusts the root record can check every other file, and reads of them only what concerns the packages that it considers.

import semverCompare from 'semver/functions/compare.js'
import parseVersion from 'semver/functions/parse.js'
import { digestText, type Integrity, integrityOf, parseIntegrity } from './digest.ts'
import { ToolError } from './errors.ts'
import { compareCodePoints, isJsonObject, type Json, type JsonObject, printJson } from './json.ts'
import { isCommitId, isSafeRelative } from './lock.ts'
import { isNativeName, type NativePackage, PACKAGE_TYPES, type PackageType } from './native-package.ts'
import { packageToJson, parsePackageValue } from './package-file.ts'

export const REGISTRY_SCHEMA = 1
export const ROOT_FILE = 'registry.json'
export const SIGNATURE_FILE = 'registry.sig'
/** Bytes that a client reads of each file at most. */
export const MAX_REGISTRY_FILE = 16 * 1024 * 1024
/** Of all parts of a catalogue: some millions of packages. Whoever searches keeps them in a cache. */
export const MAX_CATALOGUE = 1024 ** 3
const BIN_COUNTS = [1, 16, 256, 4096]
const NAMES_PER_BIN = 64
/** Who searches reads all of them, so they are large; but none may come near what a client reads at most. */
const NAMES_PER_PART = 4096
/** Of one package. */
export const MAX_VERSIONS = 10_000
const MAX_LOCATION = 2048
/** Deeper than any package file may be (S-2.2), so only a file that nobody wrote is. */
const MAX_LEVELS = 40

export interface RegistryRoot {
  /** What packages of this registry call it in their dependencies. */
  readonly name: string
  readonly description: string
  /** Rises with every change: a client that saw a higher one refuses a lower one. */
  readonly serial: number
  /** RFC 3339. */
  readonly created: string
  /** Of packages. */
  readonly count: number
  /** Integrity of each bin's file, by the bin's number. */
  readonly bins: readonly Integrity[]
  /** Integrity of each part of the catalogue, by its number. */
  readonly catalogue: readonly Integrity[]
}

/** Name → integrity of the package's record. */
export type RegistryBin = ReadonlyMap<string, Integrity>

export interface PackageRecord {
  readonly name: string
  /** Highest first. */
  readonly versions: readonly PackageVersion[]
}

export interface PackageVersion {
  readonly version: string
  /** RFC 3339. */
  readonly released: string
  /** Why it must not be chosen any more; null when it may be. A lock that has it keeps it. */
  readonly yanked: string | null
  /** What its users should know; null for nothing. */
  readonly deprecated: string | null
  readonly location: PackageLocation
  /** Of the NAR of the directory. */
  readonly integrity: Integrity
  /** The package file as it was published. */
  readonly package: NativePackage
}

export interface PackageLocation {
  /** An address, or a path relative to where the registry is. */
  readonly git: string
  /** The commit's full id. */
  readonly commit: string
  /** Within the repository; '' for all of it. */
  readonly directory: string
}

/** One line about a package. */
export interface CatalogueEntry {
  readonly name: string
  readonly type: PackageType
  readonly description: string
  /** The highest version that is neither yanked nor a pre-release, otherwise the highest. */
  readonly latest: string
  readonly deprecated: string | null
}

/** How many bins a registry of so many packages has. */
export function binCount(packages: number): number {
  return fewest(packages, NAMES_PER_BIN)
}

/** How many parts the catalogue of so many packages has. */
export function partCount(packages: number): number {
  return fewest(packages, NAMES_PER_PART)
}

function fewest(packages: number, each: number): number {
  return BIN_COUNTS.find((count) => packages <= count * each) ?? 4096
}

/** The number of the bin of a name, or of its part of the catalogue. `bins` is one of the counts that the functions above give. */
export function binOf(name: string, bins: number): number {
  // The first 12 bits; fewer bins take the first ones of these.
  return Math.floor((Number.parseInt(digestText(name).slice(0, 3), 16) * bins) / 4096)
}

export function binFile(bin: number): string {
  return `index/${bin}.json`
}

export function catalogueFile(part: number): string {
  return `catalogue/${part}.json`
}

export function recordFile(name: string): string {
  return `packages/${name.slice(0, 2)}/${name}.json`
}

export function printRoot(root: RegistryRoot): string {
  const { name, description, serial, created, count, bins, catalogue } = root
  return printJson({ schema: REGISTRY_SCHEMA, name, description, serial, created, packages: count, bins, catalogue })
}

export function printBin(bin: RegistryBin): string {
  return printJson({ schema: REGISTRY_SCHEMA, packages: Object.fromEntries(bin) })
}

export function printRecord(record: PackageRecord): string {
  const versions = record.versions.map((item) => ({
    ...item,
    location: { ...item.location },
    package: packageToJson(item.package),
  }))
  return printJson({ schema: REGISTRY_SCHEMA, name: record.name, versions })
}

export function printCatalogue(entries: readonly CatalogueEntry[]): string {
  const sorted = [...entries].sort((a, b) => compareCodePoints(a.name, b.name))
  return printJson({ schema: REGISTRY_SCHEMA, packages: sorted.map((entry) => ({ ...entry })) })
}

/** Every file of the registry that holds these packages, by its path; only the signatures are not among them. */
export function assembleRegistry(
  about: Pick<RegistryRoot, 'name' | 'description' | 'serial' | 'created'>,
  records: readonly PackageRecord[],
): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const put = (path: string, text: string): Integrity => {
    files.set(path, text)
    return integrityOf(Buffer.from(text))
  }
  const bins = Array.from({ length: binCount(records.length) }, () => new Map<string, Integrity>())
  const parts = Array.from({ length: partCount(records.length) }, (): CatalogueEntry[] => [])
  for (const record of records) {
    bins[binOf(record.name, bins.length)]?.set(record.name, put(recordFile(record.name), printRecord(record)))
    parts[binOf(record.name, parts.length)]?.push(catalogueEntry(record))
  }
  const { name, description, serial, created } = about
  const root: RegistryRoot = {
    name,
    description,
    serial,
    created,
    count: records.length,
    bins: bins.map((bin, index) => put(binFile(index), printBin(bin))),
    catalogue: parts.map((entries, index) => put(catalogueFile(index), printCatalogue(entries))),
  }
  put(ROOT_FILE, printRoot(root))
  return files
}

/** What the catalogue says of a package. */
export function catalogueEntry(record: PackageRecord): CatalogueEntry {
  const usable = record.versions.filter((item) => item.yanked === null)
  const isRelease = (item: PackageVersion): boolean => !item.version.includes('-')
  const latest = usable.find(isRelease) ?? usable[0] ?? record.versions[0]
  if (latest === undefined) throw new Error(`${record.name} has no version`)
  const { type, description } = latest.package
  return { name: record.name, type, description, latest: latest.version, deprecated: latest.deprecated }
}

/** Highest version first: the order of records. */
export function sortVersions(versions: readonly PackageVersion[]): readonly PackageVersion[] {
  return [...versions].sort((a, b) => semverCompare(b.version, a.version))
}

/** @throws ToolError E_REGISTRY_INVALID, E_UNSUPPORTED for a newer format */
export function parseRoot(text: string, place: string): RegistryRoot {
  const door = new Door(place)
  const root = door.file(text)
  const [bins = [], catalogue = []] = ['bins', 'catalogue'].map((key) => {
    const items = door.list(root[key], key, 4096).map((item) => door.integrity(item, key))
    door.that(BIN_COUNTS.includes(items.length), key, `has ${items.length} items`)
    return items
  })
  const name = door.text(root['name'], 'name', 64)
  door.that(/^[a-z][a-z0-9-]{0,63}$/.test(name), 'name', 'is not the name of a registry')
  return {
    name,
    description: door.text(root['description'], 'description', 2048),
    serial: door.integer(root['serial'], 'serial'),
    created: door.time(root['created'], 'created'),
    count: door.integer(root['packages'], 'packages'),
    bins,
    catalogue,
  }
}

/** @throws ToolError E_REGISTRY_INVALID */
export function parseBin(text: string, place: string): RegistryBin {
  const door = new Door(place)
  const entries = Object.entries(door.object(door.file(text)['packages'], 'packages'))
  return new Map(
    entries.map(([name, integrity]) => {
      door.that(isNativeName(name), 'packages', 'holds what is not the name of a package')
      return [name, door.integrity(integrity, `packages.${name}`)]
    }),
  )
}

/**
 * @param registry what the registry calls itself: the one prefix that native dependencies may have
 * @throws ToolError E_REGISTRY_INVALID
 */
export function parseRecord(text: string, place: string, wanted: { name: string; registry: string }): PackageRecord {
  const door = new Door(place)
  const file = door.file(text)
  door.that(file['name'] === wanted.name, 'name', `is not \`${wanted.name}\``)
  const versions = door.list(file['versions'], 'versions', MAX_VERSIONS).map((item, index): PackageVersion => {
    const at = `versions[${index}]`
    const written = door.object(item, at)
    const version = door.text(written['version'], `${at}.version`, 256)
    door.that(parseVersion(version)?.version === version, `${at}.version`, 'is not a version')
    const declared = door.package(written['package'], `${at}.package`)
    door.that(declared.name === wanted.name, `${at}.package`, `is not \`${wanted.name}\``)
    door.that(declared.version === version, `${at}.package`, `is not version ${version}`)
    checkDependencies(door, declared, wanted.registry, at)
    return {
      version,
      released: door.time(written['released'], `${at}.released`),
      yanked: door.optionalText(written['yanked'], `${at}.yanked`),
      deprecated: door.optionalText(written['deprecated'], `${at}.deprecated`),
      location: parseLocation(door, written['location'], `${at}.location`),
      integrity: door.integrity(written['integrity'], `${at}.integrity`),
      package: declared,
    }
  })
  const names = new Set(versions.map((item) => item.version))
  door.that(names.size === versions.length, 'versions', 'has a version twice')
  door.that(versions.length > 0, 'versions', 'is empty')
  return { name: wanted.name, versions: sortVersions(versions) }
}

function checkDependencies(door: Door, item: NativePackage, registry: string, at: string): void {
  for (const { dependencies } of [item, ...Object.values(item.on)]) {
    for (const { source, prefix, text } of dependencies) {
      const isOwn = source !== 'registry' || prefix === registry
      door.that(isOwn, `${at}.package`, `asks for \`${text}\`, and only \`${registry}:\` is this registry`)
    }
  }
}

function parseLocation(door: Door, value: Json | undefined, at: string): PackageLocation {
  const written = door.object(value, at)
  const git = door.text(written['git'], `${at}.git`, MAX_LOCATION)
  door.that(isGitPlace(git), `${at}.git`, 'is neither an address of a repository nor a relative path')
  const commit = door.text(written['commit'], `${at}.commit`, 64)
  door.that(isCommitId(commit), `${at}.commit`, "is not a commit's full id")
  const directory = door.text(written['directory'], `${at}.directory`, MAX_LOCATION)
  const isInside = directory === '' || (isSafeRelative(directory) && !directory.split('/').includes('.git'))
  door.that(isInside, `${at}.directory`, 'leads out of the repository')
  return { git, commit, directory }
}

/** What a record may say of where a repository is: an address without credentials and parameters, or a path relative to the registry. */
export function isGitPlace(text: string): boolean {
  if (/[?#\\]/.test(text)) return false
  if (!/^[a-z]+:\/\//.test(text)) return /^[^/:-][^:]*$/.test(text)
  const url = URL.parse(text)
  if (url === null || url.password !== '') return false
  if (url.protocol === 'ssh:') return true
  return url.username === '' && ['https:', 'http:', 'file:'].includes(url.protocol)
}

/** One part of it. @throws ToolError E_REGISTRY_INVALID */
export function parseCatalogue(text: string, place: string): readonly CatalogueEntry[] {
  const door = new Door(place)
  return door.list(door.file(text)['packages'], 'packages', 1_000_000).map((item, index) => {
    const at = `packages[${index}]`
    const written = door.object(item, at)
    const name = door.text(written['name'], `${at}.name`, 200)
    door.that(isNativeName(name), `${at}.name`, 'is not the name of a package')
    const type = written['type'] as PackageType
    door.that(PACKAGE_TYPES.includes(type), `${at}.type`, 'is not a type of package')
    return {
      name,
      type,
      description: door.text(written['description'], `${at}.description`, 2048),
      latest: door.text(written['latest'], `${at}.latest`, 256),
      deprecated: door.optionalText(written['deprecated'], `${at}.deprecated`),
    }
  })
}

/** Checks what a file of a registry holds. `place` is what messages call the file. */
class Door {
  readonly #place: string

  constructor(place: string) {
    this.#place = place
  }

  that(holds: boolean, at: string, what: string): void {
    if (!holds) throw registryInvalid(this.#place, `\`${at}\` ${what}`)
  }

  file(text: string): JsonObject {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw registryInvalid(this.#place, 'it is not JSON')
    }
    if (!isJsonObject(value)) throw registryInvalid(this.#place, 'it is not an object')
    const schema = value['schema']
    if (typeof schema === 'number' && schema > REGISTRY_SCHEMA) {
      throw new ToolError(
        'E_UNSUPPORTED',
        `\`${this.#place}\` has schema ${schema}, and this Tenon reads up to ${REGISTRY_SCHEMA}.`,
        { details: { place: this.#place, schema }, hint: 'Update Tenon.' },
      )
    }
    this.that(schema === REGISTRY_SCHEMA, 'schema', `is not ${REGISTRY_SCHEMA}`)
    return value
  }

  object(value: Json | undefined, at: string): JsonObject {
    if (!isJsonObject(value)) throw registryInvalid(this.#place, `\`${at}\` is not an object`)
    this.that(!Object.hasOwn(value, '__proto__'), at, 'holds the key `__proto__`')
    return value
  }

  list(value: Json | undefined, at: string, most: number): readonly Json[] {
    if (!Array.isArray(value)) throw registryInvalid(this.#place, `\`${at}\` is not a list`)
    this.that(value.length <= most, at, `has more than ${most} items`)
    return value
  }

  /** Printable and bounded, so that it can be shown. */
  text(value: Json | undefined, at: string, most: number): string {
    if (typeof value !== 'string') throw registryInvalid(this.#place, `\`${at}\` is not text`)
    this.that(value.length <= most, at, `is longer than ${most} characters`)
    this.that(!/\p{Cc}/u.test(value) && value.isWellFormed(), at, 'holds a control character')
    return value
  }

  optionalText(value: Json | undefined, at: string): string | null {
    return value === undefined || value === null ? null : this.text(value, at, 2048)
  }

  integer(value: Json | undefined, at: string): number {
    this.that(Number.isSafeInteger(value) && (value as number) >= 0, at, 'is not a whole number')
    return value as number
  }

  time(value: Json | undefined, at: string): string {
    const text = this.text(value, at, 64)
    this.that(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text),
      at,
      'is not a time such as 2026-01-31T12:00:00Z',
    )
    this.that(!Number.isNaN(Date.parse(text)), at, 'is not a time')
    return text
  }

  integrity(value: Json | undefined, at: string): Integrity {
    const parsed = parseIntegrity(value)
    if (parsed === null || parsed.algorithm !== 'sha256')
      throw registryInvalid(this.#place, `\`${at}\` is not a sha256 in SRI form`)
    return parsed.integrity
  }

  /** Of what is not looked at further, that it can be written again. */
  #plain(value: Json | undefined, at: string, level: number): void {
    this.that(typeof value !== 'number' || Number.isFinite(value), at, 'holds a number that is none')
    if (typeof value !== 'object' || value === null) return
    this.that(level < MAX_LEVELS, at, `is more than ${MAX_LEVELS} levels deep`)
    for (const item of Object.values(value)) this.#plain(item, at, level + 1)
  }

  package(value: Json | undefined, at: string): NativePackage {
    this.#plain(value, at, 0)
    try {
      return parsePackageValue(this.object(value, at), this.#place)
    } catch (error) {
      if (!(error instanceof ToolError) || error.code !== 'E_PACKAGE_INVALID') throw error
      throw registryInvalid(
        this.#place,
        `\`${at}\` is not a package: ${error.message.replace(/^.*?:\d+:\d+: /, '').replace(/\.$/, '')}`,
      )
    }
  }
}

/** A file of a registry that makes no sense. `place` is what messages call it. */
export function registryInvalid(place: string, what: string, hint: string | null = null): ToolError {
  // What is wrong may be quoted, and is not to move anybody's cursor.
  const shown = what.replace(/\p{Cc}+/gu, '\ufffd')
  return new ToolError('E_REGISTRY_INVALID', `\`${place}\` is not a file of a registry as it should be: ${shown}.`, {
    details: { place },
    hint: hint ?? 'Tell whoever keeps the registry; `tenon registry check` shows every fault.',
  })
}
