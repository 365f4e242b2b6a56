// Worker threads for objects of a store: how they are started. What they do is object-worker.ts.

import { Workers } from '../host/workers.ts'

/** `root` is the store's. */
export function objectWorkers<Item extends string, Result>(root: string): Workers<Item, Result> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'
  const data: ObjectWorkerData = { root }
  return new Workers({ module: new URL(`./object-worker.${extension}`, import.meta.url), data })
}

export interface ObjectWorkerData {
  readonly root: string
}
