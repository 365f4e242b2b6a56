// What directories of the workspace come to: their content by hash, what kind of package each is, and what it needs of others.

import type { LockedId, LockedPackage } from '../../core/lock.ts'
import { narIntegrity } from '../../core/nar.ts'
import { printPath } from '../../core/requirement.ts'
import { bringsOf, describeDirectory, factsOfTree } from '../describe-directory.ts'
import type { LockContext, RequirementGroup, SourceLock } from '../source.ts'
import { readPathTree } from './tree.ts'

/** @throws ToolError E_PACKAGE_NOT_FOUND, E_PACKAGE_INVALID, E_ENV_INVALID, E_UNSUPPORTED */
export function lockPaths(groups: readonly RequirementGroup[], context: LockContext): SourceLock {
  const packages = new Map<LockedId, LockedPackage>()
  const brings = new Map<LockedId, RequirementGroup>()
  const roots = new Map<string, ReadonlyMap<string, LockedId>>()
  for (const group of groups) {
    const ids = new Map<string, LockedId>()
    for (const { name: path, text } of group.requirements) {
      const tree = readPathTree(context.reader, context.workspace, path)
      const name = path === '.' ? 'workspace' : (path.split('/').at(-1) ?? path)
      const details = { requirement: `path:${printPath(path)}`, path }
      const base = { url: path, directory: '', files: path }
      const file = (below: string): string => (path === '.' ? below : `${path}/${below}`)
      const found = describeDirectory({ asked: `path:${path}`, details, name, base, file }, factsOfTree(tree))
      const id = `path:${path}` as LockedId
      ids.set(text, id)
      packages.set(id, {
        id,
        source: 'path',
        name: found.name,
        version: found.version,
        artifacts: [{ kind: 'tree', path, integrity: narIntegrity(tree) }],
        dependencies: {},
        data: found.data,
      })
      const brought = bringsOf({ id: path, locked: id, base }, found, context)
      if (brought !== null) brings.set(id, brought)
    }
    roots.set(group.id, ids)
  }
  const all = new Set(packages.keys())
  const members = new Map(context.systems.map((system) => [system, all]))
  return { roots, packages: [...packages.values()], members, brings }
}
