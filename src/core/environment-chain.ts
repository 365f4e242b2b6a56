// An environment with everything it extends, here and in other repositories: which files take part, and their merge. It reads no disk and asks
// nobody: the caller hands it a reader and what is known of repositories, and is told what has to be known first.

import { posix } from 'node:path'
import { integrityOf } from './digest.ts'
import { type Environment, isEnvironmentName, type LockedImport, type Requirement } from './environment.ts'
import {
  type EnvironmentDeclaration,
  type Origin,
  overlaps,
  type ParseOptions,
  readDeclaration,
  undeclared,
} from './environment-file.ts'
import { ToolError } from './errors.ts'
import { type Fault, faultsError, type Place, type Position } from './fault.ts'
import { type GitAddress, isGitAddress, parseGitAddress, printGitAddress } from './git-address.ts'
import { compareCodePoints } from './json.ts'
import { didYouMean } from './nearest.ts'
import { mergeReleaseAge } from './release-age.ts'
import { resolveInWorkspace } from './requirement.ts'
import { faultAt } from './shape.ts'
import { SYSTEMS } from './system.ts'
import { pointerTo, positionAt, readYaml, type YamlText } from './yaml.ts'

/** A file that took part. */
export interface EnvironmentFile {
  /** Relative to the workspace root; for a file of another repository, `<address>:<path>`. */
  readonly path: string
  readonly text: string
  /** What it was read with, for a file of another repository. */
  readonly imported?: { readonly origin: Origin; readonly path: string }
}

/** What is known of a repository that an environment extends environments of. */
export interface ImportedRepository {
  /** Full id. */
  readonly commit: string
  /** The files that were asked for so far, by their path; null for one that is not there. */
  readonly files: ReadonlyMap<string, Uint8Array | null>
}

/** A file of a repository that has to be known first. */
export interface WantedFile {
  /** Without a fragment. */
  readonly repository: GitAddress
  /** Relative to the workspace in it. */
  readonly path: string
  /** Where it is asked for. */
  readonly place: Place
}

export interface LoadOptions {
  /** The contents of a file, by its path relative to the workspace root; null when there is none. */
  readonly read: (path: string) => Uint8Array | string | null
  /** Names of environments in the workspace, for "did you mean". */
  readonly known: readonly string[]
  /** By the address of the repository, without a fragment. */
  readonly imported?: ReadonlyMap<string, ImportedRepository>
}

export interface LoadedEnvironment {
  readonly environment: Environment
  /** Every file that was read, the environment's own first. */
  readonly files: readonly EnvironmentFile[]
  /** What has to be among `imported` for the environment to be whole; as long as there is any, the environment is not to be used. */
  readonly wanted: readonly WantedFile[]
}

const MAX_CHAIN = 32
/** Of other repositories. */
const MAX_IMPORTED_FILES = 64

/** The path of an environment's file, relative to the workspace root. */
export function environmentFilePath(name: string): string {
  return `environments/${name}.yaml`
}

/**
 * Reads an environment and everything it extends, and merges them (S-2.13).
 * @throws ToolError E_ENV_NOT_FOUND, E_ENV_SYNTAX, E_ENV_INVALID, E_UNSUPPORTED
 */
export function loadEnvironment(name: string, options: LoadOptions): LoadedEnvironment {
  const path = environmentFilePath(name)
  const input = isEnvironmentName(name) ? options.read(path) : null
  if (input === null) {
    const hint = didYouMean(name, options.known) ?? 'List the environments with `tenon env list`.'
    throw new ToolError('E_ENV_NOT_FOUND', `There is no \`${path}\`.`, {
      details: { path, environments: options.known },
      hint,
    })
  }
  const loader = new Loader(options)
  const {
    systems,
    extends: _,
    minimumReleaseAge,
    ...merged
  } = loader.load({ name, path, input, chain: [], origin: null })
  const chosen = [...new Set(systems ?? SYSTEMS)].sort(compareCodePoints)
  const imports = importsOf(loader.files)
  return {
    environment: {
      schema: 1,
      ...merged,
      systems: chosen,
      ...(minimumReleaseAge === null ? {} : { minimumReleaseAge }),
      ...(imports === null ? {} : { imports }),
    },
    files: loader.files,
    wanted: loader.wanted,
  }
}

/** Where in these files a requirement with this text is asked for, the environment's own file first; null when nowhere. */
export function positionOf(
  files: readonly EnvironmentFile[],
  requirement: string,
): (Position & { readonly path: string }) | null {
  for (const { path, text, imported } of files) {
    const yaml = readYaml(text, path)
    const { packages } = readDeclaration(yaml, { name: '', path, ...imported })
    const index = packages.findIndex((item) => item.text === requirement)
    if (index !== -1) return { path, ...positionAt(yaml, pointerTo('/packages', index)) }
  }
  return null
}

/** Which commit each repository was read at, and what its files were; null when all files are of this workspace. */
function importsOf(files: readonly EnvironmentFile[]): { readonly [repository: string]: LockedImport } | null {
  const imports = new Map<string, LockedImport>()
  for (const { text, imported } of files) {
    if (imported === undefined) continue
    const { origin, path } = imported
    const key = printGitAddress(origin.repository)
    const read = { ...imports.get(key)?.files, [path]: integrityOf(Buffer.from(text)) }
    imports.set(key, { commit: origin.commit, files: read })
  }
  return imports.size === 0 ? null : Object.fromEntries(imports)
}

interface Visit extends ParseOptions {
  readonly input: string | Uint8Array
  readonly origin: Origin | null
  /** Labels of the files that led here, the environment first. */
  readonly chain: readonly string[]
}

/** What messages call a file, and what no other file of the same commit is called. */
function labelOf(path: string, repository: GitAddress | null): string {
  return repository === null ? path : `${printGitAddress(repository)}:${path}`
}

/** Follows `extends`. */
class Loader {
  readonly files: EnvironmentFile[] = []
  readonly wanted: WantedFile[] = []
  readonly #options: LoadOptions
  readonly #merged = new Map<string, EnvironmentDeclaration>()

  constructor(options: LoadOptions) {
    this.#options = options
  }

  load(visit: Visit): EnvironmentDeclaration {
    const { origin } = visit
    const label = labelOf(visit.path, origin?.repository ?? null)
    const done = this.#merged.get(label)
    if (done !== undefined) return done
    const yaml = readYaml(visit.input, label)
    this.files.push({
      path: label,
      text: yaml.text,
      ...(origin === null ? {} : { imported: { origin, path: visit.path } }),
    })
    const own = readDeclaration(yaml, visit)
    const chain = [...visit.chain, label]
    const faults: Fault[] = []
    const bases: EnvironmentDeclaration[] = []
    own.extends.forEach((base, index) => {
      const found = this.#find({ base, pointer: pointerTo('/extends', index), yaml, chain, visit })
      if (found === null) return
      if ('code' in found) faults.push(found)
      else bases.push(this.load(found))
    })
    const merged = [...bases, own].reduce(merge)
    if (faults.length === 0 && this.wanted.length === 0) faults.push(...mergeFaults(yaml, own, merged))
    if (faults.length > 0) throw faultsError(label, faults)
    this.#merged.set(label, merged)
    return merged
  }

  /** The file of a base; null when it has to be known first. */
  #find({ base, pointer, yaml, chain, visit }: Base): Visit | Fault | null {
    const fault = (message: string, hint: string | null = null): Fault =>
      faultAt(yaml, { rule: 'S-2.13', pointer, message, hint })
    const address = isGitAddress(base) ? parseGitAddress(base, posix.dirname(visit.path)) : null
    if (typeof address === 'string') return fault(`\`${base}\` ${address}.`)
    if (address === null && /^[a-z][a-z0-9+.-]*:/.test(base))
      return fault(
        `\`${base}\` is neither a name, a path nor a git address.`,
        'A git address begins with `git+https://`.',
      )
    if (address !== null && visit.origin !== null && !/^(?:https?|ssh):/.test(address.url))
      return fault(`\`${base}\` is a repository of the machine, which a file of another repository cannot name.`)
    const repository = address === null ? (visit.origin?.repository ?? null) : { ...address, fragment: '' }
    const named = address === null ? base : address.fragment || 'default'
    const isPath = address === null && (base.includes('/') || base.endsWith('.yaml'))
    const path = isPath ? resolveInWorkspace(posix.dirname(visit.path), base) : environmentFilePath(named)
    if (isPath && (path === null || !path.endsWith('.yaml')))
      return fault(`\`${base}\` is not a .yaml file inside the workspace.`)
    if (path === null || (!isPath && !isEnvironmentName(named)))
      return fault(`\`${named}\` cannot be the name of an environment.`)
    const label = labelOf(path, repository)
    const again = chain.indexOf(label)
    if (again !== -1)
      return fault(
        `The environment extends itself: ${[...chain.slice(again), label].map((item) => `\`${item}\``).join(' → ')}.`,
      )
    if (chain.length >= MAX_CHAIN)
      return fault(`More than ${MAX_CHAIN} files extend one another: ${chain.slice(0, 3).join(' → ')} → ….`)
    const name = isPath ? posix.basename(path, '.yaml') : named
    const way = chain.length === 1 ? '' : ` (${chain.map((item) => `\`${item}\``).join(' → ')})`
    const missing = `There is no \`${label}\` to extend${way}.`
    if (repository === null) {
      const input = this.#options.read(path)
      if (input !== null) return { name, path, input, chain, origin: null }
      return fault(missing, didYouMean(base, this.#options.known))
    }
    const known = this.#options.imported?.get(printGitAddress(repository))
    const input = known?.files.get(path)
    if (known !== undefined && input !== undefined) {
      const origin = { repository, commit: known.commit }
      return input === null ? fault(missing) : { name, path, input, chain, origin }
    }
    const imported = this.files.filter((item) => item.imported !== undefined).length + this.wanted.length
    if (imported >= MAX_IMPORTED_FILES)
      return fault(`More than ${MAX_IMPORTED_FILES} files of other repositories take part.`)
    this.wanted.push({ repository, path, place: { path: yaml.path, ...positionAt(yaml, pointer) } })
    return null
  }
}

/** A base as a file names it. */
interface Base {
  readonly base: string
  readonly pointer: string
  readonly yaml: YamlText
  readonly chain: readonly string[]
  /** The file. */
  readonly visit: Visit
}

/** What `own` says wins over what it builds on. */
function merge(base: EnvironmentDeclaration, own: EnvironmentDeclaration): EnvironmentDeclaration {
  const packages = new Map<string, Requirement>()
  for (const item of [...base.packages, ...own.packages]) packages.set(`${item.prefix}:${item.name}`, item)
  return {
    name: own.name,
    extends: own.extends,
    systems: own.systems ?? base.systems,
    registries: { ...base.registries, ...own.registries },
    keys: { ...base.keys, ...own.keys },
    packages: [...packages.values()],
    variables: { ...base.variables, ...own.variables },
    minimumReleaseAge: mergeReleaseAge(base.minimumReleaseAge, own.minimumReleaseAge),
    links: { ...base.links, ...own.links },
    checks: [...new Set([...base.checks, ...own.checks])],
  }
}

/** What only shows once everything that a file extends is known. */
function mergeFaults(yaml: YamlText, own: EnvironmentDeclaration, merged: EnvironmentDeclaration): readonly Fault[] {
  const registries = Object.keys(merged.registries)
  const faults = own.packages.flatMap((requirement, index) => {
    const fault =
      requirement.source === 'registry'
        ? undeclared(yaml, pointerTo('/packages', index), requirement, registries)
        : null
    return fault === null ? [] : [fault]
  })
  const places = Object.keys(merged.links)
  places.forEach((place, index) => {
    const other = places.slice(0, index).find((item) => overlaps(place, item))
    if (other === undefined) return
    const ours = [place, other].find((item) => Object.hasOwn(own.links, item))
    const pointer = ours === undefined ? '/extends' : pointerTo('/links', ours)
    faults.push(
      faultAt(yaml, {
        rule: 'S-2.11',
        pointer,
        message: `The links \`${other}\` and \`${place}\`, of which one is inherited, lie inside one another.`,
      }),
    )
  })
  return faults
}
