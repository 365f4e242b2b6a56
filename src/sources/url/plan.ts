// From locked files and archives to derivations. Pure.

import { ARCHIVE_FORMATS, type ArchiveFormat, unpackStep } from '../../core/derivation.ts'
import { compareCodePoints, type Json } from '../../core/json.ts'
import { isSafeRelative, type LockedId, type LockedPackage } from '../../core/lock.ts'
import { toStoreName } from '../../core/store-path.ts'
import { type DirectoryPart, planDirectory, unpackPart, versionOf } from '../directory-package.ts'
import { invalidLock } from '../node-package.ts'
import type { Placement, PlanContext } from '../source.ts'

/** @throws ToolError E_LOCK_INVALID */
export function planUrls(context: PlanContext): ReadonlyMap<LockedId, Placement> {
  const items = [...context.packages.values()].filter((item) => item.source === 'url')
  items.sort((a, b) => compareCodePoints(a.id, b.id))
  return new Map(items.map((item) => [item.id, planUrl(item, context)]))
}

function planUrl(item: LockedPackage, context: PlanContext): Placement {
  const { kind, executable } = item.data
  if (kind === 'file') {
    const part = { format: 'file', strip: 0 } as const
    return placeWhole(item, part, executable === true ? [''] : [], context)
  }
  const part = archiveOf(item)
  return kind === 'directory'
    ? placeWhole(item, part, [], context)
    : planDirectory({ ...item, version: versionOf(item) }, part, context)
}

/** One link to all of it. */
function placeWhole(
  item: LockedPackage,
  part: DirectoryPart,
  executables: readonly string[],
  context: PlanContext,
): Placement {
  const { place } = item.data
  if (!isSafeRelative(place)) throw invalidLock(item.id, 'its `place` is not a path in a tree')
  const derivation = context.add({
    name: toStoreName(item.name),
    system: context.system,
    step: unpackStep([unpackPart(item, part, { at: '', executables })], []),
    inputs: [],
  })
  return { derivation, path: '', links: { [place]: '' }, merges: {} }
}

function archiveOf(item: LockedPackage): DirectoryPart {
  const { archive, strip } = item.data
  if (!isArchiveFormat(archive) || typeof strip !== 'number' || !Number.isInteger(strip) || strip < 0)
    throw invalidLock(item.id, 'it does not say what kind of archive it is')
  return { format: archive, strip }
}

function isArchiveFormat(value: Json | undefined): value is ArchiveFormat {
  return ARCHIVE_FORMATS.some((format) => format === value)
}
