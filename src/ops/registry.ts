// Publishing a registry: from a tree of packages in a git repository to the static files that clients read. What was published stays:
// versions are added, withdrawn and deprecated, never changed or lost. Reading a registry is sources/registry/.

import { basename, dirname, join, relative } from 'node:path'
import semverValid from 'semver/functions/valid.js'
import { isToolError, ToolError } from '../core/errors.ts'
import { compareCodePoints, type Json } from '../core/json.ts'
import { narIntegrity } from '../core/nar.ts'
import { type NativePackage, PACKAGE_FILE } from '../core/native-package.ts'
import { didYouMean } from '../core/nearest.ts'
import { parsePackageFile } from '../core/package-file.ts'
import { checkPlaces } from '../core/package-places.ts'
import {
  assembleRegistry,
  catalogueFile,
  isGitPlace,
  MAX_REGISTRY_FILE,
  MAX_VERSIONS,
  type PackageRecord,
  type PackageVersion,
  parseCatalogue,
  parseRecord,
  parseRoot,
  type RegistryRoot,
  ROOT_FILE,
  recordFile,
  SIGNATURE_FILE,
  sortVersions,
} from '../core/registry.ts'
import { isRegistryName } from '../core/requirement.ts'
import { makeKeys, type PublicKey, parseSecretKey, publicKeyOf, sign } from '../core/signature.ts'
import { nodeAt } from '../core/tree.ts'
import { makeDirectories, writeFileAtomic } from '../host/durable.ts'
import { type Commit, findRepository, headCommit, type Repository } from '../host/git.ts'
import { readCommitTree } from '../host/git-tree.ts'
import type { Host } from '../host/host.ts'
import { namesBelow } from '../host/names-below.ts'

export interface BuildRegistryOptions {
  /** The tree of packages: an absolute path inside a git repository. */
  readonly directory: string
  /** Where the registry is or will be: an absolute path. */
  readonly out: string
  /** Needed for a new registry; kept afterwards. */
  readonly name: string | null
  readonly description: string | null
  /** Where clients find the repository; a path relative to the registry unless given. */
  readonly git: string | null
}

export interface RegistryChange {
  readonly name: string
  readonly serial: number
  readonly packages: number
  readonly changed: boolean
  /** `markdown@1.0.0`, sorted. */
  readonly added: readonly string[]
}

/**
 * Adds every package below a directory that the registry does not have yet. A second build of the same tree changes no byte.
 * @throws ToolError E_PACKAGE_INVALID, E_REGISTRY_INVALID, E_EXISTS for a version that was published otherwise, E_USAGE
 */
export async function buildRegistry(host: Host, options: BuildRegistryOptions): Promise<RegistryChange> {
  const { directory, out } = options
  const before = readPublished(host, out)
  const name = options.name ?? before?.root.name ?? null
  if (name === null || (before !== null && name !== before.root.name)) throw wrongName(options, name, before?.root.name)
  if (!isRegistryName(name)) throw noName(name)
  const packages = findPackages(host, directory, out)
  if (packages.length === 0) {
    throw new ToolError('E_USAGE', `There is no \`${PACKAGE_FILE}\` in \`${directory}\` or below it.`, {
      details: { path: directory },
      hint: 'A package is a directory with a `package.yaml`.',
    })
  }
  const checkout = await checkoutOf(host, directory)
  const versions = new Map(before?.versions ?? [])
  const added: string[] = []
  for (const found of packages) {
    const { item, place } = found
    checkOwn(item, place, name)
    const key = `${item.name}@${item.version}`
    const version = await publish(found, checkout, options)
    const earlier = versions.get(key)
    if (earlier !== undefined && earlier.integrity !== version.integrity) throw publishedOtherwise(key, place)
    if (earlier !== undefined) continue
    versions.set(key, version)
    added.push(key)
  }
  const description = options.description ?? before?.root.description ?? ''
  return write(host, out, { name, description, before, versions, added: added.sort(compareCodePoints) })
}

/** Withdraws a version (a reason) or takes that back (null). @throws ToolError E_PACKAGE_NOT_FOUND, E_REGISTRY_* */
export function yankVersion(host: Host, out: string, spec: string, reason: string | null): RegistryChange {
  return alter(host, out, spec, (version) => ({ ...version, yanked: reason }))
}

/** Deprecates a version, or every version of a package. `message` null takes it back. @throws what `yankVersion` throws */
export function deprecateVersion(host: Host, out: string, spec: string, message: string | null): RegistryChange {
  return alter(host, out, spec, (version) => ({ ...version, deprecated: message }))
}

/** Signs the root record, in place of an earlier signature with a key of that name. @throws ToolError E_CONFIG, E_REGISTRY_* */
export function signRegistry(
  host: Host,
  out: string,
  keyFile: string,
): { readonly key: PublicKey; readonly serial: number } {
  const text = readText(host, join(out, ROOT_FILE)) ?? noRegistry(out)
  const { serial } = parseRoot(text, join(out, ROOT_FILE))
  const secret = readText(host, keyFile)
  if (secret === null) {
    throw new ToolError('E_CONFIG', `There is no key at \`${keyFile}\`.`, {
      details: { path: keyFile },
      hint: 'Make a pair with `tenon registry keygen NAME`.',
    })
  }
  const key = parseSecretKey(secret)
  const line = sign(text, key)
  const others = (readText(host, join(out, SIGNATURE_FILE)) ?? '')
    .split('\n')
    .filter((other) => other !== '' && other.split(':', 1)[0] !== line.split(':', 1)[0])
  writeFileAtomic(host, join(out, SIGNATURE_FILE), `${others.map((other) => `${other}\n`).join('')}${line}`)
  return { key: publicKeyOf(key), serial }
}

/** A new pair of keys, as `<name>.secret` and `<name>.public`. @throws ToolError E_EXISTS, E_CONFIG */
export function makeKeyFiles(
  host: Host,
  directory: string,
  name: string,
): { readonly secret: string; readonly public: PublicKey } {
  const keys = makeKeys(name, Buffer.from(host.random(32), 'hex'))
  const secret = join(directory, `${name}.secret`)
  const open = join(directory, `${name}.public`)
  const there = [secret, open].find((path) => host.stat(path) !== null)
  if (there !== undefined) {
    throw new ToolError('E_EXISTS', `\`${there}\` is there already.`, {
      details: { path: there },
      hint: 'Choose another name.',
    })
  }
  writeFileAtomic(host, secret, `${keys.secret}\n`, { mode: 0o600 })
  writeFileAtomic(host, open, `${keys.public}\n`)
  return { secret, public: keys.public }
}

interface Found {
  readonly item: NativePackage
  /** Absolute. */
  readonly place: string
  /** Of its package file. */
  readonly bytes: Buffer
}

function findPackages(host: Host, directory: string, out: string): readonly Found[] {
  // A registry may be published among its packages.
  const below = relative(directory, out)
  const isLeftOut = (path: string): boolean => /(?:^|\/)(?:node_modules|\.git)$/.test(path) || path === below
  const files = namesBelow(host, directory, isLeftOut).filter((path) => basename(path) === PACKAGE_FILE)
  const first = new Map<string, string>()
  return files.sort(compareCodePoints).map((file) => {
    const bytes = host.readFile(join(directory, file))
    if (bytes === null) throw new Error(`${file} has gone`)
    const item = parsePackageFile(bytes, file)
    const key = `${item.name}@${item.version}`
    const other = first.get(key)
    if (other !== undefined) {
      throw new ToolError('E_EXISTS', `\`${key}\` is there twice: \`${other}\` and \`${file}\`.`, {
        details: { package: key, paths: [other, file] },
        hint: 'Raise the version of one of them.',
      })
    }
    first.set(key, file)
    return { item, place: join(directory, dirname(file)), bytes }
  })
}

/** Native dependencies are asked of the registry that the package is in. */
function checkOwn(item: NativePackage, place: string, registry: string): void {
  for (const { dependencies } of [item, ...Object.values(item.on)]) {
    const other = dependencies.find(({ source, prefix }) => source === 'registry' && prefix !== registry)
    if (other === undefined) continue
    throw new ToolError(
      'E_PACKAGE_INVALID',
      `\`${join(place, PACKAGE_FILE)}\` asks for \`${other.text}\`, and only \`${registry}:\` is this registry.`,
      {
        details: { path: join(place, PACKAGE_FILE), requirement: other.text },
        hint: `Write \`${registry}:${other.name}\`, or publish it there too.`,
      },
    )
  }
}

interface Checkout {
  readonly repository: Repository
  readonly head: Commit
}

/** @throws ToolError E_USAGE */
async function checkoutOf(host: Host, directory: string): Promise<Checkout> {
  const repository = findRepository(host, directory)
  if (repository !== null) return { repository, head: await headCommit(host, repository) }
  throw new ToolError('E_USAGE', `\`${directory}\` is in no git repository.`, {
    details: { path: directory },
    hint: 'Clients fetch packages from git: `git init`, and commit.',
  })
}

/** What is published is what is committed. @throws ToolError E_USAGE for a package file that is not committed as it is */
async function publish(
  { item, place, bytes }: Found,
  { repository, head }: Checkout,
  options: BuildRegistryOptions,
): Promise<PackageVersion> {
  const { root, common } = repository
  const directory = relative(root, place)
  const tree = await readCommitTree({ gitdir: common, commit: head.id, directory, label: root }).catch(
    (error: unknown) => {
      if (isToolError(error, 'E_PACKAGE_NOT_FOUND')) return null
      throw error
    },
  )
  const committed = tree === null ? null : nodeAt(tree, PACKAGE_FILE)
  if (tree === null || committed?.kind !== 'file' || !bytes.equals(committed.bytes)) throw uncommitted(place)
  checkPlaces(item, tree, join(place, PACKAGE_FILE))
  const git = options.git ?? (relative(options.out, root) || '.')
  if (!isGitPlace(git)) throw noPlace()
  return {
    version: item.version,
    released: head.committed,
    yanked: null,
    deprecated: null,
    location: { git, commit: head.id, directory },
    integrity: narIntegrity(tree),
    package: item,
  }
}

/** The place may hold a password, so it is not quoted. */
function noPlace(): ToolError {
  return new ToolError('E_USAGE', 'Where the repository is cannot be written into a registry.', {
    hint: 'Name an address without user, password and parameters with `--git https://…`. Paths cannot have `:`, `?`, `#` or a backslash.',
  })
}

function uncommitted(place: string): ToolError {
  return new ToolError('E_USAGE', `\`${join(place, PACKAGE_FILE)}\` is not committed as it is.`, {
    details: { path: place },
    hint: 'Commit it: clients get what is committed.',
  })
}

interface Published {
  readonly root: RegistryRoot
  readonly files: ReadonlyMap<string, string>
  /** By `name@version`. */
  readonly versions: ReadonlyMap<string, PackageVersion>
}

/** What a registry holds; null when there is none yet. @throws ToolError E_REGISTRY_INVALID */
function readPublished(host: Host, out: string): Published | null {
  const text = readText(host, join(out, ROOT_FILE))
  if (text === null) return null
  const root = parseRoot(text, join(out, ROOT_FILE))
  const versions = new Map<string, PackageVersion>()
  for (const part of root.catalogue.keys()) {
    const file = join(out, catalogueFile(part))
    for (const { name } of parseCatalogue(readText(host, file) ?? '', file)) {
      const place = join(out, recordFile(name))
      const record = parseRecord(readText(host, place) ?? '', place, { name, registry: root.name })
      for (const version of record.versions) versions.set(`${name}@${version.version}`, version)
    }
  }
  return { root, files: new Map([[ROOT_FILE, text]]), versions }
}

interface NewState {
  readonly name: string
  readonly description: string
  readonly before: Published | null
  readonly versions: ReadonlyMap<string, PackageVersion>
  readonly added: readonly string[]
}

/** Writes what changed, the root record last: until then readers find what they found before. @throws ToolError E_USAGE, and nothing was written */
function write(host: Host, out: string, state: NewState): RegistryChange {
  const { name, description, before, versions, added } = state
  const records = recordsOf(versions)
  const same = before === null ? null : assembleRegistry({ ...before.root, name, description }, records)
  if (before !== null && same?.get(ROOT_FILE) === before.files.get(ROOT_FILE)) {
    return { name, serial: before.root.serial, packages: records.length, changed: false, added }
  }
  const serial = (before?.root.serial ?? 0) + 1
  const created = `${new Date(host.now()).toISOString().slice(0, 19)}Z`
  const files = assembleRegistry({ name, description, serial, created }, records)
  checkReadable(records, files)
  for (const [path, text] of files) {
    if (path === ROOT_FILE || readText(host, join(out, path)) === text) continue
    makeDirectories(host, dirname(join(out, path)))
    writeFileAtomic(host, join(out, path), text)
  }
  makeDirectories(host, out)
  // Commit point: the new root record, which everything else hangs on, takes the old one's name.
  writeFileAtomic(host, join(out, ROOT_FILE), files.get(ROOT_FILE) ?? '')
  return { name, serial, packages: records.length, changed: true, added }
}

/** What no client would read is not published. */
function checkReadable(records: readonly PackageRecord[], files: ReadonlyMap<string, string>): void {
  const crowded = records.find((record) => record.versions.length > MAX_VERSIONS)
  if (crowded !== undefined) {
    const count = crowded.versions.length
    throw new ToolError('E_USAGE', `\`${crowded.name}\` would have ${count} versions; clients read ${MAX_VERSIONS}.`, {
      details: { package: crowded.name, versions: count },
      hint: 'Publish it under a new name from here on.',
    })
  }
  for (const [path, text] of files) {
    // No character takes more than three bytes of UTF-8 for each of its units.
    if (text.length * 3 <= MAX_REGISTRY_FILE || Buffer.byteLength(text) <= MAX_REGISTRY_FILE) continue
    throw new ToolError(
      'E_USAGE',
      `\`${path}\` would have more than the ${MAX_REGISTRY_FILE} bytes that clients read.`,
      {
        details: { path },
        hint: 'Package files are published with everything that they say; shorten them.',
      },
    )
  }
}

function recordsOf(versions: ReadonlyMap<string, PackageVersion>): readonly PackageRecord[] {
  const byName = new Map<string, PackageVersion[]>()
  for (const version of versions.values()) {
    const { name } = version.package
    byName.set(name, [...(byName.get(name) ?? []), version])
  }
  const records = [...byName].map(([name, items]) => ({ name, versions: sortVersions(items) }))
  return records.sort((a, b) => compareCodePoints(a.name, b.name))
}

/** `spec` is `name@version`, or `name` for all of its versions. */
function alter(
  host: Host,
  out: string,
  spec: string,
  change: (version: PackageVersion) => PackageVersion,
): RegistryChange {
  const before = readPublished(host, out) ?? noRegistry(out)
  const keys = [...before.versions.keys()].filter((key) => key === spec || key.startsWith(`${spec}@`))
  if (keys.length === 0) {
    throw new ToolError('E_PACKAGE_NOT_FOUND', `The registry \`${before.root.name}\` has no \`${spec}\`.`, {
      details: { package: spec } satisfies { readonly [key: string]: Json },
      hint:
        spec.includes('@') && semverValid(spec.split('@')[1] ?? '') === null
          ? 'Write `NAME@VERSION`.'
          : didYouMean(spec, [...before.versions.keys(), ...new Set([...before.versions.keys()].map(nameOf))]),
    })
  }
  const versions = new Map(before.versions)
  for (const key of keys) {
    const version = versions.get(key)
    if (version !== undefined) versions.set(key, change(version))
  }
  const { name, description } = before.root
  return write(host, out, { name, description, before, versions, added: [] })
}

function readText(host: Host, path: string): string | null {
  return host.readFile(path)?.toString('utf8') ?? null
}

function noRegistry(out: string): never {
  throw new ToolError('E_REGISTRY_NOT_FOUND', `There is no registry in \`${out}\`: it has no \`${ROOT_FILE}\`.`, {
    details: { place: out },
    hint: 'Make one with `tenon registry build DIR --out DIR --name NAME`.',
  })
}

function wrongName(
  { directory, out }: BuildRegistryOptions,
  name: string | null,
  before: string | undefined,
): ToolError {
  if (name === null)
    return new ToolError('E_USAGE', `A new registry needs a name: what its packages call it in their dependencies.`, {
      hint: `tenon registry build ${directory} --out ${out} --name core`,
    })
  return new ToolError('E_USAGE', `The registry in \`${out}\` is called \`${before}\`, not \`${name}\`.`, {
    details: { path: out, name },
    hint: 'Its packages name it in their dependencies, so its name cannot change.',
  })
}

/** What clients would refuse, or take for a source. */
function noName(name: string): ToolError {
  return new ToolError('E_USAGE', `\`${name}\` cannot be the name of a registry.`, {
    details: { name },
    hint: 'Small letters, digits and `-`, a letter first, and not what a source is called: `core`, for example.',
  })
}

function publishedOtherwise(key: string, place: string): ToolError {
  return new ToolError('E_EXISTS', `\`${key}\` was published already, and \`${place}\` has other content.`, {
    details: { package: key, path: place },
    hint: `Raise \`version\` in \`${join(place, PACKAGE_FILE)}\`: what was published never changes.`,
  })
}

/** `greet@1.0.0` → `greet` */
function nameOf(key: string): string {
  return key.slice(0, key.indexOf('@'))
}
