// The worker's side of object-workers.ts. It works under the lease that the main thread holds.

import { parseStorePath } from '../core/store-path.ts'
import { NodeHost } from '../host/node-host.ts'
import { serveWork } from '../host/workers.ts'
import type { ObjectWorkerData } from './object-workers.ts'
import { Store } from './store.ts'
import { checkContents, type Defect } from './verify.ts'

serveWork(({ root }: ObjectWorkerData) => {
  const store = Store.attach(root, new NodeHost())
  return (name: string): readonly Defect[] => {
    const path = parseStorePath(name)
    if (path === null) throw new Error(`${name} is no store path`)
    return checkContents(store, path)
  }
})
