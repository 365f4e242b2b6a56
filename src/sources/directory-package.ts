// How a directory of files becomes part of a tree, wherever it comes from: native packages, Node.js packages and prefixes. Pure, and loaded with every
// switch; what a directory is, is found out in describe-directory.ts.

import { type PartFormat, type UnpackPart, unpackStep } from '../core/derivation.ts'
import { compareCodePoints } from '../core/json.ts'
import { isSafeRelative, type LockedPackage } from '../core/lock.ts'
import { toStoreName } from '../core/store-path.ts'
import { placeNative } from './native.ts'
import { checkPackageName, executablesOf, invalidLock, linkPlace, parseCommands, provide } from './node-package.ts'
import type { Placement, PlanContext } from './source.ts'

/** Where the directory of a package is. */
export interface DirectoryPart {
  readonly format: PartFormat
  readonly strip: number
}

const WHOLE = { at: '', executables: [] }

/** A package's own version, without the state of its files behind the last `+`: the same files are one object. */
export function versionOf({ version }: LockedPackage): string {
  return version.replace(/\+[0-9a-f]{12}$/, '')
}

/** Pure. `data` of the package is what `describeDirectory` gave. @throws ToolError E_LOCK_INVALID */
export function planDirectory(item: LockedPackage, part: DirectoryPart, context: PlanContext): Placement {
  if (item.data['kind'] === 'native') return placeNative(item, unpackPart(item, part, WHOLE), context)
  return item.data['kind'] === 'node' ? placeNodePackage(item, part, context) : placePrefix(item, part, context)
}

function placePrefix(item: LockedPackage, part: DirectoryPart, context: PlanContext): Placement {
  const merges = item.data['merges']
  if (!Array.isArray(merges) || !merges.every((name) => isSafeRelative(name)))
    throw invalidLock(item.id, 'its `merges` are not directories')
  const derivation = context.add({
    name: toStoreName(item.name),
    system: context.system,
    step: unpackStep([unpackPart(item, part, WHOLE)], []),
    inputs: [],
  })
  return { derivation, path: '', links: {}, merges: Object.fromEntries(merges.map((name) => [name, name])) }
}

function placeNodePackage(item: LockedPackage, part: DirectoryPart, context: PlanContext): Placement {
  const name = checkPackageName(item.name, item.id)
  const path = `node_modules/${name}`
  const commands = parseCommands(item.data, item.id)
  const dependencies = Object.entries(item.dependencies).flatMap(([dependency, id]) => {
    const at = linkPlace('', name, checkPackageName(dependency, item.id), false)
    const placement = context.placed.get(id)
    return placement === undefined || at === null ? [] : [{ at, placement }]
  })
  const inputs = [...new Set(dependencies.map(({ placement }) => placement.derivation))].sort(compareCodePoints)
  const links = dependencies.map(({ at, placement }) => ({
    at,
    input: inputs.indexOf(placement.derivation),
    path: placement.path,
  }))
  const derivation = context.add({
    name: toStoreName(`${name}-${item.version}`),
    system: context.system,
    step: unpackStep(
      [unpackPart(item, part, { at: path, executables: executablesOf(commands) })],
      links.sort((a, b) => compareCodePoints(a.at, b.at)),
    ),
    inputs,
  })
  return { derivation, path, links: provide([name], path, commands), merges: {} }
}

/** @throws ToolError E_LOCK_INVALID */
export function unpackPart(
  item: LockedPackage,
  { format, strip }: DirectoryPart,
  place: Pick<UnpackPart, 'at' | 'executables'>,
): UnpackPart {
  const [artifact] = item.artifacts
  if (artifact === undefined) throw invalidLock(item.id, 'it has no artifact')
  return { artifact, format, strip, ...place }
}
