// From locked directories to derivations. Pure.

import { unpackStep } from '../../core/derivation.ts'
import { compareCodePoints } from '../../core/json.ts'
import { isSafeRelative, type LockedId, type LockedPackage } from '../../core/lock.ts'
import { toStoreName } from '../../core/store-path.ts'
import { checkPackageName, executablesOf, invalidLock, linkPlace, parseCommands, provide } from '../node-package.ts'
import type { Placement, PlanContext } from '../source.ts'

/** @throws ToolError E_LOCK_INVALID */
export function planPaths(context: PlanContext): ReadonlyMap<LockedId, Placement> {
  const placed = new Map<LockedId, Placement>()
  const items = [...context.packages.values()].filter((item) => item.source === 'path')
  for (const item of items.sort((a, b) => compareCodePoints(a.id, b.id))) {
    placed.set(item.id, item.data['kind'] === 'node' ? placeNodePackage(item, context) : placePrefix(item, context))
  }
  return placed
}

function placePrefix(item: LockedPackage, context: PlanContext): Placement {
  const merges = item.data['merges']
  if (!Array.isArray(merges) || !merges.every((name) => isSafeRelative(name)))
    throw invalidLock(item.id, 'its `merges` are not directories')
  const derivation = context.add({
    name: toStoreName(item.name),
    system: context.system,
    step: unpackStep([{ artifact: artifactOf(item), format: 'tree', strip: 0, at: '', executables: [] }], []),
    inputs: [],
  })
  return { derivation, path: '', links: {}, merges: Object.fromEntries(merges.map((name) => [name, name])) }
}

function placeNodePackage(item: LockedPackage, context: PlanContext): Placement {
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
      [{ artifact: artifactOf(item), format: 'tree', strip: 0, at: path, executables: executablesOf(commands) }],
      links.sort((a, b) => compareCodePoints(a.at, b.at)),
    ),
    inputs,
  })
  return { derivation, path, links: provide([name], path, commands), merges: {} }
}

function artifactOf(item: LockedPackage): LockedPackage['artifacts'][number] {
  const [artifact] = item.artifacts
  if (artifact === undefined) throw invalidLock(item.id, 'it has no artifact')
  return artifact
}
