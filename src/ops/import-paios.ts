// `tenon import paios`: from a directory of abilities as pAI-OS keeps them (`<id>/<version>/metadata.json`, with whatever files lie beside it) to
// native packages. What has no counterpart here is kept in the package's metadata and listed, never dropped silently.

import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints, isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { PACKAGE_FILE } from '../core/native-package.ts'
import { packageToJson, parsePackageFile } from '../core/package-file.ts'
import { makeDirectories, writeFileAtomic } from '../host/durable.ts'
import type { Host } from '../host/host.ts'

const METADATA = 'metadata.json'

export interface ImportedPackage {
  /** `chroma@0.1.0`. */
  readonly package: string
  /** Absolute directory of the package. */
  readonly path: string
  /** What it asks for that no package can ask for here. */
  readonly notes: readonly string[]
}

/**
 * @param registry what the registry calls itself that the packages are for: abilities that need abilities ask it
 * @throws ToolError E_USAGE when there is no ability, E_PACKAGE_INVALID, E_EXISTS when another file is in the way
 */
export async function importPaios(
  host: Host,
  { directory, out, registry }: { readonly directory: string; readonly out: string; readonly registry: string },
): Promise<readonly ImportedPackage[]> {
  const { default: fastGlob } = await import('fast-glob')
  const found = await fastGlob([`*/*/${METADATA}`, `abilities/*/*/${METADATA}`], { cwd: directory, dot: false })
  if (found.length === 0) {
    throw new ToolError('E_USAGE', `There is no ability in \`${directory}\`: no \`<id>/<version>/${METADATA}\`.`, {
      details: { path: directory },
      hint: 'Name the directory `abilities` of pAI-OS, or the one that it is in.',
    })
  }
  const imported: ImportedPackage[] = []
  for (const file of found.sort(compareCodePoints)) {
    const from = join(directory, dirname(file))
    const files = await fastGlob('**', { cwd: from, dot: true, followSymbolicLinks: false })
    const { text, name, version, notes } = translate(readMetadata(host, join(from, METADATA)), {
      file,
      files,
      registry,
    })
    const path = join(out, name, version)
    put(host, join(path, PACKAGE_FILE), Buffer.from(text))
    for (const other of files) copy(host, join(from, other), join(path, other))
    imported.push({ package: `${name}@${version}`, path, notes })
  }
  return imported
}

interface Surroundings {
  /** What messages call the metadata. */
  readonly file: string
  /** Paths of the files beside it. */
  readonly files: readonly string[]
  readonly registry: string
}

interface Translated {
  readonly text: string
  readonly name: string
  readonly version: string
  readonly notes: readonly string[]
}

function translate(metadata: JsonObject, { file, files, registry }: Surroundings): Translated {
  const { id, description, license, versions, scripts, dependencies, ...rest } = metadata
  const name = textOf(id)
  const version = textOf(objectOf(versions)['package'])
  const notes: string[] = []
  const needs = listOf(dependencies).flatMap((item) => requirementOf(item, registry, notes))
  const start = textOf(objectOf(scripts)['start'])?.trim() ?? ''
  const words = start === '' ? [] : start.split(/\s+/)
  const [program = '', ...more] = words
  const isOwn = files.includes(program)
  const product = textOf(objectOf(versions)['product'])
  const value: Record<string, Json> = {
    tenon: 1,
    name: name ?? '',
    version: version ?? '',
    type: 'ability',
    description: textOf(description) ?? '',
    ...(typeof license === 'string' ? { license } : {}),
    ...(needs.length === 0 ? {} : { dependencies: needs }),
    // A file of its own becomes a command under the ability's name; anything else is looked up in the environment.
    ...(isOwn ? { commands: { [name ?? '']: program } } : {}),
    ...(words.length === 0 ? {} : { services: { main: { command: isOwn ? [name ?? '', ...more] : words } } }),
    metadata: { ...rest, ...(product === null ? {} : { product }), ...(notes.length === 0 ? {} : { notes }) },
  }
  const text = stringify(value, { lineWidth: 0 })
  // What was made is held against the rules as if somebody had written it.
  const item = parsePackageFile(text, file)
  return { text: stringify(packageToJson(item), { lineWidth: 0 }), name: item.name, version: item.version, notes }
}

/** The requirement for a dependency, in the long form where there is more to say; none, with a note, where there is no counterpart. */
function requirementOf(item: Json, registry: string, notes: string[]): readonly (string | JsonObject)[] {
  const dependency = objectOf(item)
  const type = textOf(dependency['type']) ?? ''
  const name = textOf(dependency['id']) ?? textOf(dependency['name']) ?? ''
  const required = textOf(objectOf(dependency['versions'])['required'])?.replaceAll(' ', '') ?? ''
  const range = required === '' ? '' : `@${required}`
  switch (type) {
    case 'python': {
      const extras = listOf(dependency['extras']).filter((extra) => typeof extra === 'string')
      return [`pypi:${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${range}`]
    }
    case 'resource': {
      const hash = /^sha256:([0-9a-f]{64})$/i.exec(textOf(dependency['file_hash']) ?? '')?.[1]
      const address = textOf(dependency['source_url']) ?? textOf(dependency['url']) ?? ''
      const isProgram = address.endsWith('.llamafile')
      return [
        { url: address, ...(hash === undefined ? {} : { sha256: hash }), ...(isProgram ? { executable: true } : {}) },
      ]
    }
    case 'linux': {
      const names = listOf(dependency['packages']).flatMap((entry) => textOf(objectOf(entry)['debian']) ?? [])
      if (names.length === 0) notes.push(`linux package ${name}: no name of a Debian package is given`)
      return names.map((debian) => `deb:${debian}`)
    }
    case 'abilities':
    case 'ability':
      return [`${registry}:${name}${range}`]
    default:
      notes.push(`${type === '' ? 'a dependency without a type' : type} ${name}: there is nothing like it here`)
      return []
  }
}

function readMetadata(host: Host, path: string): JsonObject {
  const bytes = host.readFile(path)
  let value: unknown = null
  try {
    value = JSON.parse(bytes?.toString('utf8') ?? '')
  } catch {
    // Said below, as for any other value that is no object.
  }
  if (isJsonObject(value) && isShallow(value, MAX_LEVELS)) return value
  throw new ToolError('E_PACKAGE_INVALID', `\`${path}\` is not a JSON object of at most ${MAX_LEVELS} levels.`, {
    details: { path },
    hint: null,
  })
}

/** As files of packages may be, with room for what is put around it. */
const MAX_LEVELS = 24

function isShallow(value: Json | undefined, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((item) => isShallow(item, levels - 1))
}

function copy(host: Host, from: string, to: string): void {
  const stat = host.stat(from)
  const bytes = stat?.kind === 'file' ? host.readFile(from) : null
  if (stat === null || bytes === null) return
  put(host, to, bytes, (stat.mode & 0o111) === 0 ? 0o644 : 0o755)
}

function put(host: Host, path: string, bytes: Buffer, mode = 0o644): void {
  const there = host.readFile(path)
  if (there?.equals(bytes) === true) return
  if (there !== null) {
    throw new ToolError('E_EXISTS', `\`${path}\` is there already, with other content.`, {
      details: { path },
      hint: 'Remove it, or import into another directory.',
    })
  }
  makeDirectories(host, dirname(path))
  writeFileAtomic(host, path, bytes, { mode })
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** Old metadata has a mapping of lists by type where newer one has a list. */
function listOf(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value
  return Object.entries(objectOf(value)).flatMap(([type, items]) =>
    Array.isArray(items) ? items.map((item) => ({ type, ...objectOf(item) })) : [],
  )
}
