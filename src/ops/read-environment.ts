// What the files of an environment say. Apart from environments.ts because reading YAML takes more code than most verbs: a lock that is known needs none.

import { join, relative } from 'node:path'
import { type ImportedRepository, type LoadedEnvironment, loadEnvironment } from '../core/environment-chain.ts'
import type { Reader } from '../host/watch.ts'
import type { Updates } from '../sources/source.ts'
import type { Context } from './context.ts'
import { listEnvironments, lockPath, requireEnvironmentFile } from './environments.ts'

export interface ReadOptions {
  /** What the files of the workspace say is asked of this alone. */
  readonly reader?: Reader
  /** What is to be chosen anew; repositories that the environment extends environments of are named by their address. */
  readonly update?: Updates
}

/**
 * The environment with everything it extends. Other repositories are read at the commits that the lock holds.
 * @throws ToolError E_ENV_NOT_FOUND, E_ENV_SYNTAX, E_ENV_INVALID, and what `loadImports` throws
 */
export async function readEnvironment(
  context: Context,
  name: string,
  { reader = context.host, update = new Set() }: ReadOptions = {},
): Promise<LoadedEnvironment> {
  const { host, workspace } = context
  requireEnvironmentFile(host, workspace, name)
  const load = (imported: ReadonlyMap<string, ImportedRepository>): LoadedEnvironment =>
    loadEnvironment(name, {
      read: (path) => reader.readFile(join(workspace.root, path)),
      known: listEnvironments(host, workspace),
      imported,
    })
  const loaded = load(new Map())
  if (loaded.wanted.length === 0) return loaded
  const path = lockPath(workspace, name)
  const text = host.readFile(path)?.toString('utf8')
  const lock = text === undefined ? null : { text, path: relative(workspace.root, path) }
  // Few environments need it, and it loads what reads git and locks.
  const { loadImports } = await import('./imports.ts')
  return await loadImports(context, loaded, { lock, update, load })
}
