// A lock that git could not merge: from its text with conflict markers to what both sides agree on. That is not yet a lock of anything;
// it is what a new lock keeps.

import { digestText } from './digest.ts'
import { isToolError } from './errors.ts'
import { canonicalJson } from './json.ts'
import {
  hasConflictMarkers,
  type LockedEnvironment,
  type LockedId,
  type LockedPackage,
  type LockedRegistry,
  type ParsedLock,
  parseLock,
  parseLockBlocks,
  type SystemLock,
} from './lock.ts'
import type { System } from './system.ts'

/** A lock, or of one with git's conflict markers what both sides agree on; null when that is nothing. @throws ToolError as `parseLock` */
export function readLockText(text: string, path: string): LockedEnvironment | null {
  return readLockBlocks(text, path, new Set())?.lock ?? null
}

/** The same as `parseLockBlocks` reads it. @throws ToolError as `parseLock` */
export function readLockBlocks(text: string, path: string, checked: ReadonlySet<string>): ParsedLock | null {
  if (!hasConflictMarkers(text)) return parseLockBlocks(text, path, checked)
  const lock = agreedLock(text, path)
  return lock === null ? null : { lock, blocks: null }
}

/** Null when a side is no lock by itself. */
export function agreedLock(text: string, path: string): LockedEnvironment | null {
  const [ours, theirs] = [sideOf(text, 'ours'), sideOf(text, 'theirs')].map((side) => readSide(side, path))
  if (ours === null || theirs === null || ours === undefined || theirs === undefined) return null
  const packages = agreedPackages(ours, theirs)
  const ids = new Set(packages.map((item) => item.id))
  const systems = Object.entries(ours.systems).flatMap(([system, own]): [string, SystemLock][] => {
    const other = theirs.systems[system as System]
    return other === undefined ? [] : [[system, agreedSystem(own, other, ids)]]
  })
  const registries = agreedRegistries(ours.registries ?? {}, theirs.registries ?? {})
  const imports = agreedImports(ours.imports ?? {}, theirs.imports ?? {})
  return {
    schema: ours.schema,
    // It satisfies nothing, so nobody takes it for a lock that needs no look.
    satisfies: digestText('agreed'),
    variables: {},
    systems: Object.fromEntries(systems),
    ...(Object.keys(registries).length === 0 ? {} : { registries }),
    ...(Object.keys(imports).length === 0 ? {} : { imports }),
    packages,
  }
}

type Registries = NonNullable<LockedEnvironment['registries']>
type Imports = NonNullable<LockedEnvironment['imports']>

/** What one side saw of a registry was seen: it shall not become older by a merge. */
function agreedRegistries(ours: Registries, theirs: Registries): Registries {
  const agreed = Object.entries(ours).flatMap(([name, own]): [string, LockedRegistry][] => {
    const other = Object.hasOwn(theirs, name) ? theirs[name] : undefined
    if (other === undefined || other.place !== own.place || other.name !== own.name) return []
    const { place, name: called, commit, key } = own
    const serial = Math.max(own.serial, other.serial)
    const pin = commit === undefined || commit !== other.commit ? {} : { commit }
    const signer = key === undefined || key !== other.key ? {} : { key }
    return [[name, { place, name: called, serial, ...pin, ...signer }]]
  })
  return Object.fromEntries(agreed)
}

function agreedImports(ours: Imports, theirs: Imports): Imports {
  const isSame = (repository: string): boolean =>
    Object.hasOwn(theirs, repository) &&
    canonicalJson({ ...ours[repository] }) === canonicalJson({ ...theirs[repository] })
  return Object.fromEntries(Object.entries(ours).filter(([repository]) => isSame(repository)))
}

function readSide(text: string, path: string): LockedEnvironment | null {
  try {
    return parseLock(text, path)
  } catch (error) {
    if (isToolError(error)) return null
    throw error
  }
}

/** One side of every conflict, and what is outside of conflicts. Knows the base in the middle that `merge.conflictStyle` can add. */
function sideOf(text: string, side: 'ours' | 'theirs'): string {
  let part: 'both' | 'ours' | 'base' | 'theirs' = 'both'
  const kept: string[] = []
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('<<<<<<< ')) part = 'ours'
    else if (line.startsWith('||||||| ') && part === 'ours') part = 'base'
    else if (line === '=======' && part !== 'both') part = 'theirs'
    else if (line.startsWith('>>>>>>> ')) part = 'both'
    else if (part === 'both' || part === side) kept.push(line)
  }
  return kept.join('\n')
}

/** Packages that are the same on both sides, with everything that they need. */
function agreedPackages(ours: LockedEnvironment, theirs: LockedEnvironment): readonly LockedPackage[] {
  const other = new Map(theirs.packages.map((item) => [item.id, canonicalJson({ ...item })]))
  const agreed = new Map(
    ours.packages.filter((item) => other.get(item.id) === canonicalJson({ ...item })).map((item) => [item.id, item]),
  )
  for (let before = -1; before !== agreed.size; ) {
    before = agreed.size
    for (const item of agreed.values())
      if (Object.values(item.dependencies).some((id) => !agreed.has(id))) agreed.delete(item.id)
  }
  return [...agreed.values()]
}

function agreedSystem(ours: SystemLock, theirs: SystemLock, ids: ReadonlySet<LockedId>): SystemLock {
  const roots = new Map(theirs.roots.map((root) => [root.requirement, root.package]))
  const members = new Set(theirs.packages)
  return {
    roots: ours.roots.filter((root) => roots.get(root.requirement) === root.package && ids.has(root.package)),
    packages: ours.packages.filter((id) => members.has(id) && ids.has(id)),
  }
}
