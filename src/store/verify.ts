// Checks a store against itself: first its structure, then every byte. It reports and never repairs.

import { isToolError, systemCode, ToolError } from '../core/errors.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import type { FileStat } from '../host/host.ts'
import { listNames } from './layout.ts'
import type { Store } from './store.ts'
import { isSealed } from './tree.ts'
import { hashPath } from './walk.ts'

export type DefectKind =
  /** Something in `objects/` is not named like an object. */
  | 'unknown-entry'
  /** An object has no info record, or one that is damaged or belongs to another tree; it counts as missing until added again. */
  | 'no-info'
  /** A reference of a valid object is not valid. */
  | 'missing-reference'
  /** A file can be written, or has another mode that no sealed file has. */
  | 'not-sealed'
  /** The bytes are not those that the name stands for. */
  | 'changed'
  /** The tree could not be read, or holds what no object can. */
  | 'unreadable'

export interface Defect {
  /** The name in `objects/`. */
  readonly storePath: string
  readonly kind: DefectKind
  readonly detail: string
}

/** One defect, or the number of objects checked so far. */
export type VerifyItem =
  | { readonly defect: Defect; readonly total: number }
  | { readonly checked: number; readonly total: number }

/**
 * All of the structure first, which is quick; then object by object all bytes. The store may be in use meanwhile.
 * @throws ToolError E_CANCELLED
 */
export async function* verifyStore(store: Store, signal?: AbortSignal): AsyncGenerator<VerifyItem, void> {
  const names = listNames(store.host, store.layout.objects)
  const total = names.length
  for (const name of names) for (const defect of checkStructure(store, name)) yield { defect, total }
  let checked = 0
  for (const path of store.list()) {
    // Hashing blocks; between two objects signals must be heard.
    await store.host.sleep(0)
    if (signal?.aborted === true) {
      throw new ToolError('E_CANCELLED', `Stopped after ${checked} of ${total} objects; nothing was changed.`)
    }
    for (const defect of checkContent(store, path)) yield { defect, total }
    yield { checked: ++checked, total }
  }
}

function* checkStructure(store: Store, name: string): Generator<Defect> {
  const path = parseStorePath(name)
  if (path === null) {
    yield { storePath: name, kind: 'unknown-entry', detail: 'it is not named like an object' }
    return
  }
  const object = store.query(path)
  if (object === null) {
    yield { storePath: path, kind: 'no-info', detail: 'its record is missing or damaged, so it is not valid' }
  }
  for (const reference of object?.references ?? []) {
    if (!store.isValid(reference)) yield { storePath: path, kind: 'missing-reference', detail: `needs ${reference}` }
  }
}

function* checkContent(store: Store, path: StorePath): Generator<Defect> {
  const object = store.query(path)
  const loose: string[] = []
  const onFile = (relative: string, stat: FileStat): void => {
    if (!isSealed({ ...stat, modifiedMs: 1000 })) loose.push(`\`${relative}\` has mode ${stat.mode.toString(8)}`)
  }
  try {
    const nar = hashPath(store.host, store.locate(path), { label: path, onFile })
    if (object !== null && nar.integrity !== object.narHash) {
      yield { storePath: path, kind: 'changed', detail: `NAR hash ${nar.integrity}, wanted ${object.narHash}` }
    }
  } catch (error) {
    if (!isToolError(error) && systemCode(error) === null) throw error
    yield { storePath: path, kind: 'unreadable', detail: error instanceof Error ? error.message : String(error) }
  }
  if (loose.length > 0) {
    const more = loose.length > 3 ? ` and ${loose.length - 3} more` : ''
    yield { storePath: path, kind: 'not-sealed', detail: loose.slice(0, 3).join(', ') + more }
  }
}
