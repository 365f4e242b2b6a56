// What files at addresses come to. A hash that the file gives is believed until the bytes come; without one, the file is downloaded now and
// locked by what it is. Archives are downloaded in any case, to see what they hold.

import { posix } from 'node:path'
import type { ArchiveFormat } from '../../core/derivation.ts'
import { type Integrity, parseIntegrity, printIntegrity } from '../../core/digest.ts'
import type { Requirement } from '../../core/environment.ts'
import { ToolError } from '../../core/errors.ts'
import { canonicalJson, type JsonObject } from '../../core/json.ts'
import type { LockedId, LockedPackage, UrlArtifact } from '../../core/lock.ts'
import { PACKAGE_FILE } from '../../core/native-package.ts'
import type { ArchiveSink } from '../../host/archive-guard.ts'
import { detectFormat, HEAD_BYTES, readArchive } from '../../host/archive-reader.ts'
import type { Host } from '../../host/host.ts'
import type { HttpRequest } from '../../host/http.ts'
import {
  bringsAgain,
  bringsOf,
  type DirectoryFacts,
  describeDirectory,
  PREFIX_DIRECTORIES,
} from '../describe-directory.ts'
import { lockEach } from '../lock-each.ts'
import { lockedFor } from '../native-lock.ts'
import type { Inspected, LockContext, RequirementGroup, SourceLock } from '../source.ts'
import { fileNameOf, isFilePath } from './file-name.ts'
import { onePlace } from './place.ts'

/** A package.json or package.yaml that is larger says nothing. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024

type RequestFor = (url: string, workspace: string) => HttpRequest

/** @throws ToolError E_PACKAGE_NOT_FOUND, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID, E_AUTH, E_OFFLINE, E_INTEGRITY, E_ARCHIVE_UNSAFE, E_ENV_INVALID */
export function lockUrls(
  groups: readonly RequirementGroup[],
  context: LockContext,
  requestFor: RequestFor,
): Promise<SourceLock> {
  return lockEach(groups, context, (requirement) => lockUrl(requirement, context, requestFor))
}

async function lockUrl(requirement: Requirement, context: LockContext, requestFor: RequestFor): Promise<Inspected> {
  const previous = previousOf(requirement, context)
  const { name: url, options } = requirement
  const name = fileNameOf(url)
  if (options['unpack'] !== true) {
    const artifact = previous?.artifact ?? (await identify(requirement, name, context, requestFor, false)).artifact
    const place = options['place'] ?? `${options['executable'] === true ? 'bin' : 'share'}/${name}`
    const data = { kind: 'file', place, ...(options['executable'] === true ? { executable: true } : {}) }
    return { item: toPackage(artifact, { name, version: hashStart(artifact.integrity), data }), brought: null }
  }
  const again = previous !== null && isAsked(previous.item, options) ? bringsAgain(previous.item, context) : undefined
  if (previous !== null && again !== undefined) return { item: previous.item, brought: again }
  const { artifact, path } = await identify(requirement, name, context, requestFor, true, previous?.artifact)
  return await describeArchive(requirement, artifact, path ?? '', context)
}

interface Previous {
  readonly item: LockedPackage
  readonly artifact: UrlArtifact
}

/** The package was locked with these very options. */
function isAsked({ data }: LockedPackage, options: JsonObject): boolean {
  return canonicalJson(data['options'] ?? null) === canonicalJson(options)
}

/** What the previous lock has for the address; null when it has nothing, or is not to count. */
function previousOf(requirement: Requirement, { update, previous }: LockContext): Previous | null {
  if (update === 'all' || update.has(`url:${requirement.name}`)) return null
  const item = lockedFor(requirement, previous)
  const [artifact] = item?.artifacts ?? []
  if (item === null || artifact?.kind !== 'url' || artifact.url !== requirement.name) return null
  return { item, artifact }
}

interface Identified {
  readonly artifact: UrlArtifact
  /** Of the bytes, where they had to be downloaded. */
  readonly path: string | null
}

async function identify(
  requirement: Requirement,
  name: string,
  context: LockContext,
  requestFor: RequestFor,
  isNeeded: boolean,
  previous?: UrlArtifact,
): Promise<Identified> {
  const { name: url, text } = requirement
  const places = () => onePlace(requestFor(url, context.workspace))
  const wanted = { package: isFilePath(url) ? 'the workspace' : new URL(url).host, name }
  const integrity = previous?.integrity ?? integrityOf(requirement.constraint)
  if (integrity !== null) {
    const known = previous?.size ?? null
    if (!isNeeded) return { artifact: { kind: 'url', url, name, size: known, integrity }, path: null }
    const { path, size } = await context.downloads.fetch({ ...wanted, integrity, size: known }, places)
    return { artifact: { kind: 'url', url, name, size, integrity }, path }
  }
  const learned = await context.downloads.learn(wanted, places)
  const hex = `sha256:${parseIntegrity(learned.integrity)?.raw.toString('hex') ?? ''}`
  context.report({
    kind: 'note',
    message: `\`${text}\` is locked at its first use, with ${hex}.`,
  })
  return { artifact: { kind: 'url', url, name, size: learned.size, integrity: learned.integrity }, path: learned.path }
}

function integrityOf(constraint: string): Integrity | null {
  if (constraint === '') return null
  const hex = /^sha256:([0-9a-f]{64})$/.exec(constraint)?.[1]
  return hex === undefined
    ? (parseIntegrity(constraint)?.integrity ?? null)
    : printIntegrity('sha256', Buffer.from(hex, 'hex'))
}

async function describeArchive(
  requirement: Requirement,
  artifact: UrlArtifact,
  path: string,
  context: LockContext,
): Promise<Inspected> {
  const { options, text } = requirement
  const format = formatOf(context.host, path)
  if (format === null) throw notAnArchive(requirement)
  const facts = new ArchiveFacts()
  const { host, signal } = context
  await readArchive(host, path, { label: artifact.name, format, strip: 0, signal }, facts)
  const strip = typeof options['strip'] === 'number' ? options['strip'] : facts.usualStrip()
  const archive = { archive: format, strip, options }
  const stem = artifact.name.replace(/\.(?:zip|tgz|txz|tbz2?|tzst|tar(?:\.[a-z0-9]+)?)$/i, '') || artifact.name
  const version = hashStart(artifact.integrity)
  if (typeof options['place'] === 'string') {
    const data = { kind: 'directory', place: options['place'], ...archive }
    return { item: toPackage(artifact, { name: stem, version, data }), brought: null }
  }
  const details = { requirement: text, archive: artifact.name, strip }
  const file = (below: string): string => `${requirement.name}:${below}`
  const base = { url: artifact.url, directory: '..', files: null }
  const label = { asked: text, details, name: stem, base, file }
  const described = describeDirectory(label, facts.below(strip))
  const isVersioned = described.data['kind'] !== 'prefix'
  const item = toPackage(artifact, {
    name: described.name,
    version: isVersioned ? `${described.version}+${version}` : version,
    data: { ...described.data, ...archive },
  })
  // The address without what changes from lock to lock.
  const id = item.id.slice(0, item.id.lastIndexOf('@'))
  return { item, brought: bringsOf({ id, locked: item.id, base }, described, context) }
}

function toPackage(
  artifact: UrlArtifact,
  { name, version, data }: { readonly name: string; readonly version: string; readonly data: JsonObject },
): LockedPackage {
  const id = `url:${placeOf(artifact.url)}@${hashStart(artifact.integrity)}` as LockedId
  return { id, source: 'url', name, version, artifacts: [artifact], dependencies: {}, data }
}

/** An address without its protocol; a path of the workspace as it is. */
function placeOf(url: string): string {
  if (isFilePath(url)) return url
  const { host, pathname, search } = new URL(url)
  return `${host}${pathname}${search}`
}

/** Enough to tell two states of a file from each other. */
function hashStart(integrity: Integrity): string {
  return parseIntegrity(integrity)?.raw.toString('hex').slice(0, 12) ?? ''
}

function formatOf(host: Host, path: string): ArchiveFormat | null {
  const head = Buffer.alloc(HEAD_BYTES)
  const handle = host.openRead(path)
  try {
    return detectFormat(head.subarray(0, host.read(handle, head, 0, head.length, 0)))
  } finally {
    host.close(handle)
  }
}

function notAnArchive(requirement: Requirement): ToolError {
  return new ToolError('E_SOURCE_INVALID', `\`${requirement.text}\` is no archive that can be unpacked.`, {
    details: { requirement: requirement.text },
    hint: 'Known are tar (plain, gzip, xz, zstd, bzip2) and zip. Remove `unpack` to take the file as it is.',
  })
}

/** What an archive holds, as far as it says what kind of package it is, for every number of stripped directories. */
class ArchiveFacts implements ArchiveSink {
  readonly #directories = new Set<string>()
  /** By what `manifestKey` gives; the first that the archive has, since it may hold any number. */
  readonly #manifests = new Map<string, Uint8Array>()
  /** The first part of every path, and whether something lies below it. */
  readonly #tops = new Map<string, boolean>()

  directory(path: string): void {
    this.#see(path, true)
  }

  file(path: string): ReturnType<ArchiveSink['file']> {
    this.#see(path, false)
    const name = posix.basename(path)
    const above = path.split('/').length - 1
    const key = manifestKey(above, name)
    // Deep ones are those of other packages.
    const counts = (name === 'package.json' || name === PACKAGE_FILE) && above <= MAX_STRIP && !this.#manifests.has(key)
    if (!counts) return { write: () => {}, end: () => {} }
    const pieces: Uint8Array[] = []
    let length = 0
    return {
      write: (piece) => {
        length += piece.length
        if (length <= MAX_MANIFEST_BYTES) pieces.push(piece)
      },
      end: () => this.#manifests.set(key, Buffer.concat(pieces)),
    }
  }

  symlink(path: string): void {
    this.#see(path, false)
  }

  hardLink(path: string): void {
    this.#see(path, false)
  }

  /** 1 when one directory holds everything, and is not itself one that a tree could use. */
  usualStrip(): number {
    const [top, second] = [...this.#tops]
    return top !== undefined && second === undefined && top[1] && !PREFIX_DIRECTORIES.includes(top[0]) ? 1 : 0
  }

  below(strip: number): DirectoryFacts {
    const at = (path: string): string => path.split('/').slice(strip).join('/')
    const directories = [...this.#directories].map(at).filter((name) => name !== '' && !name.includes('/'))
    const bytesOf = (name: string): Uint8Array | null => this.#manifests.get(manifestKey(strip, name)) ?? null
    return {
      packageFile: bytesOf(PACKAGE_FILE),
      packageJson: bytesOf('package.json'),
      directories: [...new Set(directories)],
      tree: null,
    }
  }

  #see(path: string, isDirectory: boolean): void {
    const parts = path.split('/')
    const [top = ''] = parts
    this.#tops.set(top, this.#tops.get(top) === true || isDirectory || parts.length > 1)
    for (let length = 1; length <= Math.min(parts.length - (isDirectory ? 0 : 1), MAX_STRIP + 1); length++)
      this.#directories.add(parts.slice(0, length).join('/'))
  }
}

/** A package's own file, where so many directories above it are stripped. */
function manifestKey(strip: number, name: string): string {
  return `${strip}/${name}`
}

/** As the schema allows. */
const MAX_STRIP = 16
