// How native packages lie in store objects and trees, wherever they come from. Pure, and loaded with every switch, so it reads of a lock only what
// it needs; what a package file says as a whole is native-lock.ts.
//
// A store object of one package:   …                         its files
//                                  node_modules/<name>       a link for each npm package that it depends on
// Native packages, and whatever is neither of them nor of npm, are part of the tree of every environment that has the package.

import { type UnpackPart, unpackStep } from '../core/derivation.ts'
import { compareCodePoints, isJsonObject, type Json, type JsonObject } from '../core/json.ts'
import { isSafeRelative, type LockedPackage } from '../core/lock.ts'
import { toStoreName } from '../core/store-path.ts'
import type { System } from '../core/system.ts'
import { isReservedVariable, isVariableName, type VariableValue } from '../core/variable.ts'
import { checkPackageName, invalidLock } from './node-package.ts'
import type { Placement, PlanContext } from './source.ts'

/** `part` is all of the package's files. @throws ToolError E_LOCK_INVALID */
export function placeNative(item: LockedPackage, part: UnpackPart, context: PlanContext): Placement {
  const { commands, files, variables } = partOf(item, context.system)
  const present = Object.entries(item.dependencies).filter(([, id]) => context.packages.has(id))
  const isNpm = (id: LockedPackage['id']): boolean => context.packages.get(id)?.source === 'npm'
  const modules = present
    .filter(([, id]) => isNpm(id))
    .map(([name, id]) => {
      const placement = context.placed.get(id)
      if (placement === undefined) throw new Error(`${id} is planned after ${item.id}`)
      return { at: `node_modules/${checkPackageName(name, item.id)}`, placement }
    })
  const inputs = [...new Set(modules.map(({ placement }) => placement.derivation))].sort(compareCodePoints)
  const links = modules.map(({ at, placement }) => ({
    at,
    input: inputs.indexOf(placement.derivation),
    path: placement.path,
  }))
  const executables = [...new Set(Object.values(commands))].sort(compareCodePoints)
  const derivation = context.add({
    name: toStoreName(`${item.name}-${item.version}`),
    system: context.system,
    step: unpackStep(
      [{ ...part, executables }],
      links.sort((a, b) => compareCodePoints(a.at, b.at)),
    ),
    inputs,
  })
  const shown: [string, string][] = [
    ...Object.entries(commands).map(([name, file]): [string, string] => [`bin/${name}`, file]),
    ...Object.entries(files),
    [placeOf(item), ''],
  ]
  return {
    derivation,
    path: '',
    links: Object.fromEntries(shown.sort(([a], [b]) => compareCodePoints(a, b))),
    merges: {},
    variables,
    joins: present.map(([, id]) => id).filter((id) => !isNpm(id)),
  }
}

interface Part {
  readonly commands: { readonly [command: string]: string }
  readonly files: { readonly [path: string]: string }
  readonly variables: { readonly [name: string]: VariableValue }
}

/** What the package gives on a system. Locks may have been edited by hand. @throws ToolError E_LOCK_INVALID */
function partOf(item: LockedPackage, system: System): Part {
  const whole = objectAt(item, item.data['package'], 'package')
  const own = objectAt(item, objectAt(item, whole['on'] ?? {}, 'on')[system] ?? {}, `on.${system}`)
  const read = (from: JsonObject, key: string): [string, Json][] => Object.entries(objectAt(item, from[key] ?? {}, key))
  const joined = <T>(key: string, readValue: (name: string, value: Json) => T | null): { readonly [name: string]: T } =>
    Object.fromEntries(
      [...read(whole, key), ...read(own, key)].map(([name, written]): [string, T] => {
        const value = readValue(name, written)
        if (value === null) throw invalidLock(item.id, `its \`${key}\` cannot hold \`${name}\``)
        return [name, value]
      }),
    )
  const pathOf = (value: Json | undefined): string | null => (isSafeRelative(value) ? value : null)
  return {
    commands: joined('commands', (name, file) => (isSafeRelative(name) && !name.includes('/') ? pathOf(file) : null)),
    files: joined('files', (place, path) => (isSafeRelative(place) ? pathOf(path) : null)),
    variables: joined('variables', (name, value): VariableValue | null => {
      if (!isVariableName(name) || isReservedVariable(name)) return null
      if (!isJsonObject(value)) return textOf(value)
      const path = pathOf(value['path'])
      return path === null ? null : { path: `${placeOf(item)}/${path}` }
    }),
  }
}

/** Where all of the package is in the tree. */
function placeOf({ name }: LockedPackage): string {
  return `share/packages/${name}`
}

function textOf(value: Json): string | null {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  const text = isScalar ? String(value) : null
  return text?.includes('\0') === true ? null : text
}

function objectAt(item: LockedPackage, value: Json | undefined, what: string): JsonObject {
  if (isJsonObject(value)) return value
  throw invalidLock(item.id, `its \`${what}\` is not an object`)
}
