// From the text of environment files to an Environment: one file with all its faults at once, and the merge of a file with
// everything it extends. It reads no disk; the caller hands it a reader.

import { posix } from 'node:path'
import { integrityOf } from './digest.ts'
import { type Environment, isEnvironmentName, type LockedImport, type Requirement } from './environment.ts'
import { environmentForm } from './environment-shape.ts'
import { isToolError, ToolError } from './errors.ts'
import { type Fault, faultsError, type Place, type Position } from './fault.ts'
import { type GitAddress, isGitAddress, parseGitAddress, printGitAddress } from './git-address.ts'
import { compareCodePoints, isJsonObject } from './json.ts'
import { didYouMean } from './nearest.ts'
import { isRegistryName, parseRequirement, printPath, resolveInWorkspace, SOURCE_KEYS } from './requirement.ts'
import { checkShape, type FaultFacts, faultAt, requirementAt, textAt, valueAt } from './shape.ts'
import { type PublicKey, parsePublicKey } from './signature.ts'
import { SYSTEMS, type System } from './system.ts'
import { pointerTo, positionAt, readYaml, type YamlText } from './yaml.ts'

/** What one file declares, before the merge with what it extends. */
export interface EnvironmentDeclaration {
  readonly name: string
  readonly extends: readonly string[]
  /** Null when the file does not say. */
  readonly systems: readonly System[] | null
  readonly registries: { readonly [name: string]: string }
  readonly keys: Environment['keys']
  readonly packages: readonly Requirement[]
  readonly variables: { readonly [name: string]: string }
  readonly links: { readonly [place: string]: string }
  readonly checks: readonly string[]
}

export interface ParseOptions {
  readonly name: string
  /** Relative to the workspace root; relative paths in the file start at its directory, and messages name it. */
  readonly path: string
  /** For a file of another repository, where it was read; its path is then relative to the root of that. */
  readonly origin?: Origin | null
}

/** A commit of another repository. */
interface Origin {
  /** Without a fragment. */
  readonly repository: GitAddress
  readonly commit: string
}

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
/** First parts of places that `links` may not take: they hold the workspace itself. */
const RESERVED_PLACES = ['.git', '.tenon', 'environments', 'store']

/** The path of an environment's file, relative to the workspace root. */
export function environmentFilePath(name: string): string {
  return `environments/${name}.yaml`
}

/**
 * Reads one file; what it extends is not looked at, so registries that it does not declare are let through when it extends anything.
 * @throws ToolError E_ENV_SYNTAX or E_ENV_INVALID, with every fault of the file in `details.faults`
 */
export function parseEnvironmentFile(input: string | Uint8Array, options: ParseOptions): EnvironmentDeclaration {
  return new FileReader(readYaml(input, options.path), options).read()
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
  const { systems, extends: _, ...merged } = loader.load({ name, path, input, chain: [], origin: null })
  const chosen = [...new Set(systems ?? SYSTEMS)].sort(compareCodePoints)
  const imports = importsOf(loader.files)
  return {
    environment: { schema: 1, ...merged, systems: chosen, ...(imports === null ? {} : { imports }) },
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
    const { packages } = new FileReader(yaml, { name: '', path, ...imported }).read()
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

/** Turns one file of the right shape into values, and collects what no schema can say. */
class FileReader {
  readonly #yaml: YamlText
  readonly #options: ParseOptions
  readonly #directory: string
  readonly #faults: Fault[]
  /** Pointers of the parts that have the wrong shape, and so mean nothing, and of all that they are parts of. */
  readonly #unsound = new Set<string>()

  constructor(yaml: YamlText, options: ParseOptions) {
    this.#yaml = yaml
    this.#options = options
    this.#directory = posix.dirname(options.path)
    this.#faults = [...checkShape(yaml, environmentForm)]
    for (const { pointer } of this.#faults) {
      for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) this.#unsound.add(at)
    }
  }

  read(): EnvironmentDeclaration {
    const bases = this.#texts('/extends')
    const registries = this.#registries()
    const declaration: EnvironmentDeclaration = {
      name: this.#options.name,
      extends: bases,
      systems: this.#systems(),
      registries,
      keys: this.#keys(bases.length > 0 ? null : Object.keys(registries)),
      packages: this.#packages(bases.length > 0 ? null : Object.keys(registries)),
      variables: Object.fromEntries(this.#entries('/variables')),
      links: this.#links(),
      checks: this.#texts('/checks'),
    }
    if (this.#faults.length > 0) throw faultsError(this.#yaml.path, this.#faults)
    return declaration
  }

  #fault(facts: FaultFacts): void {
    this.#faults.push(faultAt(this.#yaml, facts))
  }

  /** Pointers of the sound items of a list. */
  #items(pointer: string): readonly string[] {
    const list = valueAt(this.#yaml.value, pointer)
    if (!Array.isArray(list)) return []
    return list.map((_, index) => pointerTo(pointer, index)).filter((item) => !this.#unsound.has(item))
  }

  #texts(pointer: string): readonly string[] {
    return this.#items(pointer).map((item) => textAt(this.#yaml, item))
  }

  /** The sound entries of a mapping whose values are scalars, with the values as they are written. */
  #entries(pointer: string): readonly (readonly [string, string])[] {
    const mapping = valueAt(this.#yaml.value, pointer)
    if (mapping === undefined || !isJsonObject(mapping)) return []
    return Object.keys(mapping)
      .map((key) => [key, pointerTo(pointer, key)] as const)
      .filter(([, at]) => !this.#unsound.has(at))
      .map(([key, at]) => [key, textAt(this.#yaml, at)] as const)
  }

  #systems(): readonly System[] | null {
    const systems = this.#texts('/systems') as readonly System[]
    return systems.length === 0 ? null : [...new Set(systems)].sort(compareCodePoints)
  }

  #registries(): { readonly [name: string]: string } {
    const found = this.#entries('/registries').map(([name, place]) => {
      const pointer = pointerTo('/registries', name)
      if (!isRegistryName(name)) {
        this.#fault({
          rule: 'S-2.9',
          pointer,
          part: 'key',
          message: `\`${name}\` cannot be the name of a registry: it means something else.`,
          hint: 'Choose another name.',
        })
      }
      if (isGitAddress(place)) return [name, this.#gitRegistry(pointer, place)] as const
      const { origin } = this.#options
      if (/^(?:https?|ssh):\/\//.test(place)) {
        if (URL.canParse(place) && !/^[^/]*\/\/[^/]*:[^/]*@/.test(place)) return [name, place] as const
        this.#fault({ rule: 'S-2.9', pointer, message: `\`${name}\` is not an address without a password.` })
        return [name, place] as const
      }
      const directory = /^[a-z][a-z0-9+]*:/.test(place) ? null : resolveInWorkspace(this.#directory, place)
      if (directory === null) {
        const message = `\`${place}\` is neither an http(s) or git address nor a directory of the workspace.`
        this.#fault({ rule: 'S-2.9', pointer, message })
      }
      // A directory of another repository is read at the commit at which the file was.
      if (origin) {
        const fragment = directory === '.' ? '' : (directory ?? '')
        return [name, printGitAddress({ ...origin.repository, revision: origin.commit, fragment })] as const
      }
      return [name, printPath(directory ?? '')] as const
    })
    return Object.fromEntries(found)
  }

  /** The address of a registry in git; what stands behind `#` is its directory. */
  #gitRegistry(pointer: string, place: string): string {
    const address = parseGitAddress(place, this.#directory)
    const directory = typeof address === 'string' ? '' : resolveInWorkspace('.', address.fragment)
    if (typeof address !== 'string' && directory !== null && this.#isReachable(pointer, address.url))
      return printGitAddress({ ...address, fragment: directory === '.' ? '' : directory })
    if (typeof address !== 'string' && directory !== null) return place
    const what = typeof address === 'string' ? address : 'leads out of the repository'
    this.#fault({ rule: 'S-2.9', pointer, message: `\`${place}\` ${what}.` })
    return place
  }

  /** A file of another repository knows nothing of this machine, and shall not choose what is read of it. */
  #isReachable(pointer: string, url: string): boolean {
    if (!this.#options.origin || /^(?:https?|ssh|git):\/\//.test(url)) return true
    this.#fault({
      rule: 'S-2.19',
      pointer,
      message: `\`${url}\` is a repository of the machine, which a file of another repository cannot name.`,
      hint: 'Name its address: `https://…`.',
    })
    return false
  }

  /** What a file of another repository asks for, as it is asked for from here: its directories are those of its commit. */
  #imported(pointer: string, requirement: Requirement): Requirement {
    const { origin } = this.#options
    if (!origin) return requirement
    const { source, name, priority, options } = requirement
    if (source === 'git') this.#isReachable(pointer, name)
    if (source !== 'path') return requirement
    const { url } = origin.repository
    try {
      const text = `git:${url}${name === '.' ? '' : `#${name}`}@${origin.commit}`
      return { ...parseRequirement(text), priority, options }
    } catch (error) {
      if (!isToolError(error, 'E_USAGE')) throw error
      this.#fault({ rule: 'S-2.19', pointer, message: error.message, hint: error.hint })
      return requirement
    }
  }

  /** `registries` as for packages. */
  #keys(registries: readonly string[] | null): Environment['keys'] {
    const mapping = valueAt(this.#yaml.value, '/keys') ?? null
    if (!isJsonObject(mapping)) return {}
    const entries = Object.entries(mapping).map(([registry, written]): [string, readonly PublicKey[]] => {
      const pointer = pointerTo('/keys', registry)
      if (registries !== null && !registries.includes(registry)) {
        const hint = didYouMean(registry, registries)
        this.#fault({ rule: 'S-2.17', pointer, part: 'key', message: `There is no registry \`${registry}\`.`, hint })
      }
      const items = Array.isArray(written) ? this.#items(pointer) : this.#unsound.has(pointer) ? [] : [pointer]
      return [registry, items.flatMap((item) => this.#key(item))]
    })
    return Object.fromEntries(entries.sort(([a], [b]) => compareCodePoints(a, b)))
  }

  #key(pointer: string): readonly PublicKey[] {
    try {
      return [parsePublicKey(textAt(this.#yaml, pointer))]
    } catch (error) {
      if (!isToolError(error, 'E_CONFIG')) throw error
      this.#fault({ rule: 'S-2.17', pointer, message: error.message, hint: error.hint })
      return []
    }
  }

  /** `registries` holds the names that requirements may use; null when they are not all known yet. */
  #packages(registries: readonly string[] | null): readonly Requirement[] {
    const first = new Map<string, string>()
    const requirements: Requirement[] = []
    for (const pointer of this.#items('/packages')) {
      const written = requirementAt(this.#yaml, environmentForm, { pointer, directory: this.#directory })
      if ('code' in written) {
        this.#faults.push(written)
        continue
      }
      const requirement = this.#imported(pointer, written)
      const id = `${requirement.prefix}:${requirement.name}`
      const earlier = first.get(id)
      if (earlier !== undefined) {
        const message = `\`${id}\` is there twice, on lines ${positionAt(this.#yaml, earlier).line} and ${positionAt(this.#yaml, pointer).line}.`
        this.#fault({ rule: 'S-2.7', pointer, message, hint: 'Keep one of them.' })
      }
      if (earlier === undefined) first.set(id, pointer)
      if (registries !== null && requirement.source === 'registry') {
        const fault = undeclared(this.#yaml, pointer, requirement, registries)
        if (fault !== null) this.#faults.push(fault)
      }
      requirements.push(requirement)
    }
    return requirements
  }

  #links(): { readonly [place: string]: string } {
    const links = new Map<string, string>()
    for (const [written, part] of this.#entries('/links')) {
      const pointer = pointerTo('/links', written)
      const refuse = (message: string, hint: string | null = null): void =>
        this.#fault({ rule: 'S-2.11', pointer, part: 'key', message, hint })
      const place = resolveInWorkspace('.', written) ?? '.'
      const target = resolveInWorkspace('.', part) ?? '.'
      if (place === '.' || target === '.') {
        refuse(
          place === '.'
            ? 'A link needs a place of its own; the workspace itself cannot be one.'
            : `\`${written}\` must show a part of the tree, not all of it.`,
        )
        continue
      }
      if (RESERVED_PLACES.includes(place.split('/')[0] ?? ''))
        refuse(`\`${written}\` cannot be a link: the workspace itself is kept there.`)
      const clash = [...links.keys()].find((other) => overlaps(place, other))
      if (clash !== undefined)
        refuse(`\`${written}\` and \`${clash}\` are one place, or one is inside the other.`, 'Keep one of them.')
      links.set(place, target)
    }
    return Object.fromEntries(links)
  }
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
    const own = new FileReader(yaml, visit).read()
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

function undeclared(
  yaml: YamlText,
  pointer: string,
  requirement: Requirement,
  registries: readonly string[],
): Fault | null {
  if (registries.includes(requirement.prefix)) return null
  const prefixes = [...SOURCE_KEYS.filter((key) => key !== 'registry'), ...registries]
  const hint = didYouMean(requirement.prefix, prefixes) ?? `Declare it: \`registries: { ${requirement.prefix}: … }\`.`
  return faultAt(yaml, { rule: 'S-2.9', pointer, message: `There is no registry \`${requirement.prefix}\`.`, hint })
}

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}
