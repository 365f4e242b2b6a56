// `tenon owns`: which packages a file of an environment comes from.

import { join, relative, resolve } from 'node:path'
import { placements } from '../build/plan.ts'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints } from '../core/json.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { type Context, requireCurrent } from './context.ts'
import { readLock } from './lock.ts'
import { withStore } from './with-store.ts'

export interface Ownership {
  /** As asked. */
  readonly path: string
  readonly storePath: StorePath
  /** Of the file within the store object. */
  readonly file: string
  /** Packages of the present lock whose files are there, sorted; empty for what Tenon made itself, or for a lock that has changed since. */
  readonly packages: readonly string[]
}

/**
 * @param path in the tree (`bin/tsc`), or of this machine, relative to `start`
 * @throws ToolError E_PROFILE_NOT_FOUND, E_USAGE for a path that is in no store object
 */
export async function ownerOf(context: Context, environment: string, path: string, start: string): Promise<Ownership> {
  const { host, storeRoot } = context
  const objects = join(storeRoot, 'objects')
  const tree = join(objects, requireCurrent(context, environment).storePath)
  const real = host.realPath(join(tree, path)) ?? host.realPath(resolve(start, path))
  const inside = real === null ? '' : relative(host.realPath(objects) ?? objects, real)
  const [name = '', ...rest] = inside.split('/')
  const storePath = parseStorePath(name)
  if (storePath === null) {
    throw new ToolError('E_USAGE', `\`${path}\` is neither in environment \`${environment}\` nor in the store.`, {
      details: { path, environment },
      hint: 'Name a path of the tree, such as `bin/tsc`.',
    })
  }
  const file = rest.join('/')
  const lock = readLock(context, environment)
  if (lock === null) return { path, storePath, file, packages: [] }
  const placed = placements(lock, context.system, await context.sources())
  const packages = await withStore(context, async (store) =>
    [...placed].flatMap(([id, placement]) => {
      const isThere = store.realisation(placement.derivation)?.output === storePath
      return isThere && (placement.path === '' || `${file}/`.startsWith(`${placement.path}/`)) ? [id] : []
    }),
  )
  return { path, storePath, file, packages: packages.sort(compareCodePoints) }
}
