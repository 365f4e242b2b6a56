// Copies many paths of the user's into a store: one after the other when they are few, and in all threads, each object in one of them, when
// they are many.

import type { StoreName } from '../core/store-path.ts'
import { usefulWorkers, Workers } from '../host/workers.ts'
import type { StoreObject } from './records.ts'
import type { Store } from './store.ts'

/** With fewer a worker has hardly started before there is nothing left to do. */
const MANY = 256

export interface AddItem {
  readonly name: StoreName
  /** Absolute. */
  readonly path: string
}

/** What is shared out: the place of an item among all. */
export interface NumberedItem extends AddItem {
  readonly number: number
}

export interface AddedItem {
  readonly number: number
  readonly object: StoreObject
}

/**
 * The objects, in the order of the items. After a failure those that were added stay.
 * @throws as `Store.addPath`
 */
export async function addPaths(
  store: Store,
  items: readonly AddItem[],
  signal?: AbortSignal,
): Promise<readonly StoreObject[]> {
  const objects: StoreObject[] = []
  const numbered = items.map((item, number): NumberedItem => ({ ...item, number }))
  if (items.length < MANY) {
    for (const { number, name, path } of numbered) {
      signal?.throwIfAborted()
      objects[number] = await store.addPath(name, path, signal === undefined ? {} : { signal })
    }
    return objects
  }
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'
  const module = new URL(`./add-worker.${extension}`, import.meta.url)
  const workers = new Workers<NumberedItem, AddedItem>({ module, data: { root: store.root } })
  try {
    workers.start(usefulWorkers())
    const onResult = ({ number, object }: AddedItem): void => {
      objects[number] = object
    }
    await workers.run(numbered, (item) => addItem(store, item), { onResult, signal })
  } finally {
    await workers.close()
  }
  signal?.throwIfAborted()
  return objects
}

export function addItem(store: Store, { number, name, path }: NumberedItem): AddedItem {
  return { number, object: store.addPathHere(name, path) }
}
