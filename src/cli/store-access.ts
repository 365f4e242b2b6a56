// How verbs about the store come to it and to what the user names.

import { resolve } from 'node:path'
import { ToolError } from '../core/errors.ts'
import { findWorkspace } from '../profile/workspace.ts'
import { Store, type StoreMode } from '../store/store.ts'
import type { Session } from './session.ts'

/** @throws ToolError E_USAGE */
export function existingPath(session: Session, path: string): string {
  const absolute = resolve(session.config.cwd, path)
  if (session.host.stat(absolute) !== null) return absolute
  throw new ToolError('E_USAGE', `There is nothing at \`${path}\`.`, { details: { path: absolute } })
}

export async function useStore<T>(
  session: Session,
  mode: StoreMode,
  use: (store: Store) => T | Promise<T>,
): Promise<T> {
  const root = session.storeRoot(findWorkspace(session.host, session.config.start))
  const store = await Store.open(root, session.host, { mode, signal: session.signal })
  try {
    return await use(store)
  } finally {
    store.close()
  }
}
