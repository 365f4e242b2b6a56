// From the text of a package.yaml to a NativePackage, with all its faults at once. It reads no disk.

import { posix } from 'node:path'
import parseVersion from 'semver/functions/parse.js'
import type { Requirement } from './environment.ts'
import { isToolError } from './errors.ts'
import { type Fault, faultsError, faultsOf } from './fault.ts'
import { validatePackage } from './generated/validate-package.ts'
import { compareCodePoints, isJsonObject, type Json, type JsonObject } from './json.ts'
import {
  type NativePackage,
  PACKAGE_FILE,
  type PackagePart,
  type PackageType,
  type PackageVariables,
  type Readiness,
  type Service,
} from './native-package.ts'
import { packageSchema } from './package-schema.ts'
import { requirementToJson } from './requirement.ts'
import { checkShape, type FaultFacts, type Form, faultAt, requirementAt, textAt, valueAt } from './shape.ts'
import { SYSTEMS, type System } from './system.ts'
import { isReservedVariable, type VariableValue } from './variable.ts'
import { pointerTo, readYaml, type YamlText } from './yaml.ts'

const DEFAULT_TIMEOUT = 60

const packageForm: Form = {
  schema: packageSchema,
  validate: validatePackage,
  title: 'A package file',
  begin: 'Begin with `tenon: 1`, then `name:`, `version:`, `type:` and `description:`.',
  requirementLists: ['/dependencies', ...SYSTEMS.map((system) => `/on/${system}/dependencies`)],
  rules: new Map([
    ['', 'S-12.1'],
    ['version', 'S-12.2'],
    ['dependencies', 'S-12.3'],
    ['commands', 'S-12.4'],
    ['files', 'S-12.4'],
    ['variables', 'S-12.7'],
    ['services', 'S-12.5'],
    ['on', 'S-12.6'],
  ]),
  requirementRules: { short: 'S-12.3', long: 'S-12.3', path: 'S-12.3' },
}

/**
 * @param path what messages call the file
 * @throws ToolError E_PACKAGE_INVALID, with every fault of the file in `details.faults`
 */
export function parsePackageFile(input: string | Uint8Array, path: string = PACKAGE_FILE): NativePackage {
  return asPackageFaults(path, () => new PackageReader(readYaml(input, path)).read())
}

/** The same of a value that was read already, of the shape that `packageToJson` gives. @throws ToolError E_PACKAGE_INVALID */
export function parsePackageValue(value: Json, path: string): NativePackage {
  const yaml = { path, text: '', lineStarts: [0], root: null, value, nodes: new Map() }
  return asPackageFaults(path, () => new PackageReader(yaml).read())
}

function asPackageFaults(path: string, work: () => NativePackage): NativePackage {
  try {
    return work()
  } catch (error) {
    if (!isToolError(error, 'E_ENV_SYNTAX') && !isToolError(error, 'E_ENV_INVALID')) throw error
    // The same faults, of another kind of file.
    throw faultsError(
      path,
      faultsOf(error).map((fault) => ({ ...fault, code: 'E_PACKAGE_INVALID' as const })),
    )
  }
}

/** The value of a package file that says the same, without what is not set. */
export function packageToJson(item: NativePackage): JsonObject {
  const { name, version, type, description, license, homepage, systems, files, services, on, metadata } = item
  const set: Record<string, Json> = { tenon: 1, name, version, type, description, ...partToJson(item) }
  if (license !== null) set['license'] = license
  if (homepage !== null) set['homepage'] = homepage
  if (systems !== null) set['systems'] = systems
  if (!isEmpty(files)) set['files'] = files
  if (!isEmpty(services)) {
    set['services'] = Object.fromEntries(Object.entries(services).map(([key, value]) => [key, serviceToJson(value)]))
  }
  if (!isEmpty(on)) {
    set['on'] = Object.fromEntries(Object.entries(on).map(([system, part]) => [system, partToJson(part)]))
  }
  if (!isEmpty(metadata)) set['metadata'] = metadata
  return set
}

function partToJson({ dependencies, commands, variables }: PackagePart): JsonObject {
  return {
    ...(dependencies.length === 0 ? {} : { dependencies: dependencies.map(requirementToJson) }),
    ...(isEmpty(commands) ? {} : { commands }),
    ...(isEmpty(variables) ? {} : { variables }),
  }
}

function serviceToJson({ command, ready, variables, directory }: Service): JsonObject {
  return {
    command,
    ...(ready === null ? {} : { ready: readinessToJson(ready) }),
    ...(isEmpty(variables) ? {} : { variables }),
    ...(directory === null ? {} : { directory }),
  }
}

function readinessToJson(ready: Readiness): JsonObject {
  const { timeout } = ready
  if (ready.kind === 'http') return { http: ready.url, timeout }
  return ready.kind === 'port' ? { port: ready.port, timeout } : { file: ready.path, timeout }
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}

/** Turns a file of the right shape into a value, and collects what no schema can say. */
class PackageReader {
  readonly #yaml: YamlText
  readonly #faults: Fault[]

  constructor(yaml: YamlText) {
    this.#yaml = yaml
    this.#faults = [...checkShape(yaml, packageForm)]
    // What has the wrong shape means nothing, and what it means cannot be checked further.
    if (this.#faults.length > 0) throw faultsError(yaml.path, this.#faults)
  }

  read(): NativePackage {
    const systems = this.#list('/systems').map((at) => textAt(this.#yaml, at) as System)
    const on = SYSTEMS.filter((system) => this.#value(`/on/${system}`) !== null)
    const value: NativePackage = {
      name: textAt(this.#yaml, '/name'),
      version: this.#version(),
      type: textAt(this.#yaml, '/type') as PackageType,
      description: textAt(this.#yaml, '/description'),
      license: this.#optionalText('/license'),
      homepage: this.#optionalText('/homepage'),
      systems: systems.length === 0 ? null : [...new Set(systems)].sort(compareCodePoints),
      ...this.#part(''),
      files: this.#paths('/files', (place) => this.#place(place, pointerTo('/files', place), 'key')),
      services: Object.fromEntries(
        Object.keys(this.#object('/services')).map((name) => [name, this.#service(pointerTo('/services', name))]),
      ),
      on: Object.fromEntries(on.map((system) => [system, this.#part(`/on/${system}`)])),
      metadata: this.#object('/metadata'),
    }
    if (this.#faults.length > 0) throw faultsError(this.#yaml.path, this.#faults)
    return value
  }

  #fault(facts: FaultFacts): void {
    this.#faults.push(faultAt(this.#yaml, facts))
  }

  #value(pointer: string): Json {
    return valueAt(this.#yaml.value, pointer) ?? null
  }

  #object(pointer: string): JsonObject {
    const value = this.#value(pointer)
    return isJsonObject(value) ? value : {}
  }

  /** Pointers of the items of a list. */
  #list(pointer: string): readonly string[] {
    const value = this.#value(pointer)
    return Array.isArray(value) ? value.map((_, index) => pointerTo(pointer, index)) : []
  }

  #optionalText(pointer: string): string | null {
    return this.#value(pointer) === null ? null : textAt(this.#yaml, pointer)
  }

  /** Paths within the package, by what `nameOf` makes of their keys. */
  #paths(pointer: string, nameOf: (key: string) => string): { readonly [name: string]: string } {
    const keys = Object.keys(this.#object(pointer)).sort(compareCodePoints)
    return Object.fromEntries(keys.map((key) => [nameOf(key), this.#path(pointerTo(pointer, key))]))
  }

  #path(pointer: string): string {
    return this.#place(textAt(this.#yaml, pointer), pointer, 'value')
  }

  /** A relative path that stays inside, as the schema made sure, in the one form that it has in a lock. */
  #place(written: string, pointer: string, part: 'key' | 'value'): string {
    const path = posix.join(written).replace(/\/+$/, '')
    if (path !== '.') return path
    const message = `\`${written}\` names no file or directory inside.`
    this.#fault({ rule: 'S-12.4', pointer, part, message })
    return path
  }

  #version(): string {
    const written = textAt(this.#yaml, '/version')
    const parsed = parseVersion(written)
    if (parsed === null || parsed.version !== written) {
      const message = `\`${written}\` is not a version of three numbers, as in \`1.0.0\` or \`1.0.0-beta.2\`.`
      this.#fault({ rule: 'S-12.2', pointer: '/version', message })
    }
    return written
  }

  #part(pointer: string): PackagePart {
    return {
      dependencies: this.#dependencies(`${pointer}/dependencies`),
      commands: this.#paths(`${pointer}/commands`, (name) => name),
      variables: this.#variables(`${pointer}/variables`),
    }
  }

  #dependencies(list: string): readonly Requirement[] {
    const first = new Set<string>()
    const requirements: Requirement[] = []
    for (const pointer of this.#list(list)) {
      const requirement = requirementAt(this.#yaml, packageForm, { pointer, directory: '.', isOfPackage: true })
      if ('code' in requirement) {
        this.#faults.push(requirement)
        continue
      }
      const rule = 'S-12.3'
      const id = `${requirement.prefix}:${requirement.name}`
      if (requirement.source === 'path') {
        const message = 'A package cannot depend on a directory: elsewhere it is not there.'
        this.#fault({
          rule,
          pointer,
          message,
          hint: 'Make the directory a package of the registry, or part of this one.',
        })
      }
      if (first.has(id)) this.#fault({ rule, pointer, message: `\`${id}\` is there twice.`, hint: 'Keep one of them.' })
      first.add(id)
      requirements.push(requirement)
    }
    return requirements
  }

  #variables(pointer: string): PackageVariables {
    const names = Object.keys(this.#object(pointer)).sort(compareCodePoints)
    for (const name of names.filter(isReservedVariable)) {
      const message = `\`${name}\` cannot be set: shells and Tenon work by it.`
      this.#fault({ rule: 'S-12.4', pointer: pointerTo(pointer, name), part: 'key', message })
    }
    const readValue = (at: string): VariableValue =>
      isJsonObject(this.#value(at)) ? { path: this.#path(pointerTo(at, 'path')) } : textAt(this.#yaml, at)
    return Object.fromEntries(names.map((name) => [name, readValue(pointerTo(pointer, name))]))
  }

  #service(pointer: string): Service {
    return {
      command: this.#list(`${pointer}/command`).map((at) => textAt(this.#yaml, at)),
      ready: this.#readiness(`${pointer}/ready`),
      variables: this.#variables(`${pointer}/variables`),
      directory: this.#optionalText(`${pointer}/directory`),
    }
  }

  #readiness(pointer: string): Readiness | null {
    const written = this.#value(pointer)
    if (!isJsonObject(written)) return null
    const { timeout = DEFAULT_TIMEOUT, ...ways } = written
    const [way, second] = Object.keys(ways)
    if (way === undefined || second !== undefined) {
      const message = 'A service is ready in exactly one way: `http`, `port` or `file`.'
      this.#fault({ rule: 'S-12.5', pointer, message })
    }
    const shared = { timeout: Number(timeout) }
    if (way === 'port') return { kind: 'port', port: Number(ways[way]), ...shared }
    if (way === 'file') return { kind: 'file', path: textAt(this.#yaml, `${pointer}/file`), ...shared }
    return { kind: 'http', url: textAt(this.#yaml, `${pointer}/http`), ...shared }
  }
}
