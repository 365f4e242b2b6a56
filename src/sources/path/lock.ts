// What directories of the workspace come to: their content by hash, what kind of package each is, and what it needs of others.

import type { Requirement } from '../../core/environment.ts'
import type { LockedId, LockedPackage } from '../../core/lock.ts'
import { narIntegrity } from '../../core/nar.ts'
import { printPath } from '../../core/requirement.ts'
import { bringsOf, describeDirectory, factsOfTree } from '../describe-directory.ts'
import { lockEach } from '../lock-each.ts'
import type { Inspected, LockContext, RequirementGroup, SourceLock } from '../source.ts'
import { readPathTree } from './tree.ts'

/** @throws ToolError E_PACKAGE_NOT_FOUND, E_PACKAGE_INVALID, E_ENV_INVALID, E_UNSUPPORTED */
export function lockPaths(groups: readonly RequirementGroup[], context: LockContext): Promise<SourceLock> {
  return lockEach(groups, context, async (requirement) => lockPath(requirement, context))
}

function lockPath({ name: path }: Requirement, context: LockContext): Inspected {
  const tree = readPathTree(context.reader, context.workspace, path)
  const name = path === '.' ? 'workspace' : (path.split('/').at(-1) ?? path)
  const details = { requirement: `path:${printPath(path)}`, path }
  const base = { url: path, directory: '', files: path }
  const file = (below: string): string => (path === '.' ? below : `${path}/${below}`)
  const found = describeDirectory({ asked: `path:${path}`, details, name, base, file }, factsOfTree(tree))
  const id = `path:${path}` as LockedId
  const item: LockedPackage = {
    id,
    source: 'path',
    name: found.name,
    version: found.version,
    artifacts: [{ kind: 'tree', path, integrity: narIntegrity(tree) }],
    dependencies: {},
    data: found.data,
  }
  return { item, brought: bringsOf({ id: path, locked: id, base }, found, context) }
}
