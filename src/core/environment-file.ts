// From the text of an environment file to what it declares: one file with all its faults at once. What it extends is environment-chain.ts. It
// reads no disk.

import { posix } from 'node:path'
import { parseAge } from './age.ts'
import type { Environment, ReleaseAge, Requirement } from './environment.ts'
import { environmentForm } from './environment-shape.ts'
import { isToolError } from './errors.ts'
import { type Fault, faultsError } from './fault.ts'
import { type GitAddress, isGitAddress, parseGitAddress, printGitAddress } from './git-address.ts'
import { canonicalJson, compareCodePoints, isJsonObject, type JsonObject } from './json.ts'
import { didYouMean } from './nearest.ts'
import { MAX_RELEASE_AGE, parseException } from './release-age.ts'
import { isRegistryName, parseRequirement, printPath, resolveInWorkspace, SOURCE_KEYS } from './requirement.ts'
import { checkShape, type FaultFacts, faultAt, requirementAt, textAt, valueAt } from './shape.ts'
import { type PublicKey, parsePublicKey } from './signature.ts'
import type { System } from './system.ts'
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
  /** Null when the file does not say. */
  readonly minimumReleaseAge: ReleaseAge | null
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
export interface Origin {
  /** Without a fragment. */
  readonly repository: GitAddress
  readonly commit: string
}

/** First parts of places that `links` may not take: they hold the workspace itself. */
const RESERVED_PLACES = ['.git', '.tenon', 'environments', 'store']

/**
 * Reads one file; what it extends is not looked at, so registries that it does not declare are let through when it extends anything.
 * @throws ToolError E_ENV_SYNTAX or E_ENV_INVALID, with every fault of the file in `details.faults`
 */
export function parseEnvironmentFile(input: string | Uint8Array, options: ParseOptions): EnvironmentDeclaration {
  return new FileReader(readYaml(input, options.path), options).read()
}

/** The same for a text that is read already. @throws ToolError E_ENV_INVALID */
export function readDeclaration(yaml: YamlText, options: ParseOptions): EnvironmentDeclaration {
  return new FileReader(yaml, options).read()
}

/** One item of `packages` in the long form, as a file in `directory` would ask for it; or what is wrong with it, of several faults the first. */
export function readLongForm(written: JsonObject, directory: string): Requirement | Fault {
  const yaml = readYaml(canonicalJson({ tenon: 1, packages: [written] }), directory)
  const [fault] = checkShape(yaml, environmentForm).toSorted((a, b) => a.column - b.column)
  return fault ?? requirementAt(yaml, environmentForm, { pointer: '/packages/0', directory })
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
      minimumReleaseAge: this.#releaseAge(),
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
      if (/^https?:\/\//.test(place)) {
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
        const { repository, commit } = origin
        const fragment = posix.join(repository.directory, directory ?? '').replace(/^\.$/, '')
        return [name, printGitAddress({ ...repository, revision: commit, directory: '', fragment })] as const
      }
      return [name, printPath(directory ?? '')] as const
    })
    return Object.fromEntries(found)
  }

  /** The address of a registry in git; what stands behind `#` is its directory. */
  #gitRegistry(pointer: string, place: string): string {
    const address = parseGitAddress(place, this.#directory)
    const directory = typeof address === 'string' ? '' : resolveInWorkspace(address.directory, address.fragment)
    if (typeof address !== 'string' && directory !== null && this.#isReachable(pointer, address.url))
      return printGitAddress({ ...address, directory: '', fragment: directory === '.' ? '' : directory })
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
    const { url, directory } = origin.repository
    const inside = posix.join(directory, name)
    try {
      const text = `git:${url}${inside === '.' ? '' : `#${inside}`}@${origin.commit}`
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

  #releaseAge(): ReleaseAge | null {
    const pointer = '/minimumReleaseAge'
    const value = valueAt(this.#yaml.value, pointer) ?? null
    if (value === null || (!isJsonObject(value) && this.#unsound.has(pointer))) return null
    if (!isJsonObject(value)) return { age: this.#age(pointer), except: [] }
    const age = Object.hasOwn(value, 'age') ? this.#age(pointerTo(pointer, 'age')) : null
    const except = this.#items(pointerTo(pointer, 'except')).flatMap((item) => this.#exception(item))
    return { age, except: [...new Set(except)].sort(compareCodePoints) }
  }

  #age(pointer: string): number | null {
    if (this.#unsound.has(pointer)) return null
    const text = textAt(this.#yaml, pointer)
    const age = parseAge(text)
    if (age !== null && age <= MAX_RELEASE_AGE) return age
    const message = age === null ? `\`${text}\` is not an age.` : `\`${text}\` is more than a year.`
    this.#fault({ rule: 'S-2.21', pointer, message, hint: 'Write `30m`, `12h`, `3d` or `2w`; a bare number is days.' })
    return null
  }

  #exception(pointer: string): readonly string[] {
    try {
      return [parseException(textAt(this.#yaml, pointer))]
    } catch (error) {
      if (!isToolError(error, 'E_USAGE')) throw error
      this.#fault({ rule: 'S-2.21', pointer, message: error.message, hint: error.hint })
      return []
    }
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

/** The fault of a requirement whose registry nobody declares; null when it is declared. */
export function undeclared(
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

/** Whether two places are one, or one is inside the other. */
export function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}
