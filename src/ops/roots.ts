// `tenon store root`: links outside of the store that keep objects.

import { ToolError } from '../core/errors.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { replaceSymlink } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import { requireStoreDirectory, StoreLayout } from '../store/layout.ts'
import { addOutsideRoot, outsideRoots, removeOutsideRoot } from '../store/roots.ts'
import { Store } from '../store/store.ts'

export interface RootRow {
  readonly link: string
  /** Null for one that keeps nothing any more. */
  readonly storePath: StorePath | null
}

export interface AddRootOptions {
  /** Absolute. */
  readonly link: string
  /** A store path to which the link is made first, unless null. */
  readonly target: string | null
  readonly signal: AbortSignal
}

/** @throws ToolError E_STORE_INVALID_PATH, E_EXISTS when something that is no link stands where one is to be made, E_STORE_BUSY, E_STORE_IO */
export async function addRoot(host: Host, storeRoot: string, options: AddRootOptions): Promise<StorePath> {
  // Under the lease, so that nothing collects the object before it is kept.
  const store = await Store.open(storeRoot, host, { mode: 'shared', signal: options.signal })
  try {
    if (options.target !== null) makeLink(store, options.link, options.target)
    return addOutsideRoot(store, options.link)
  } finally {
    store.close()
  }
}

/** @throws ToolError E_STORE_IO */
export function listRoots(host: Host, storeRoot: string): readonly RootRow[] {
  requireStoreDirectory(host, storeRoot)
  return outsideRoots(host, new StoreLayout(storeRoot)).map(({ link, object }) => ({ link, storePath: object }))
}

/** @throws ToolError E_USAGE for a link that is no root */
export function removeRoot(host: Host, storeRoot: string, link: string): void {
  if (removeOutsideRoot(host, new StoreLayout(storeRoot), link)) return
  throw new ToolError('E_USAGE', `\`${link}\` is no root.`, { details: { path: link }, hint: 'tenon store root list' })
}

function makeLink(store: Store, link: string, target: string): void {
  const path = parseStorePath(target.split('/').at(-1))
  if (path === null || !store.isValid(path)) {
    throw new ToolError('E_STORE_INVALID_PATH', `\`${target}\` is not a valid object of this store.`, {
      details: { path: target, store: store.root },
    })
  }
  const there = store.host.stat(link)
  if (there !== null && there.kind !== 'symlink') {
    throw new ToolError('E_EXISTS', `\`${link}\` is there already, and is no link.`, { details: { path: link } })
  }
  replaceSymlink(store.host, store.locate(path), link)
}
