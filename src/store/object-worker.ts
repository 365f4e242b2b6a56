// The worker's side of object-workers.ts. It works under the lease that the main thread holds, or on what is nobody's any more.

import { parseStorePath } from '../core/store-path.ts'
import { NodeHost } from '../host/node-host.ts'
import { serveWork } from '../host/workers.ts'
import { type RemovedTree, removeIn } from './gc.ts'
import type { ObjectWorkerData } from './object-workers.ts'
import { Store } from './store.ts'
import { checkContents, type Defect } from './verify.ts'

serveWork(({ root, task }: ObjectWorkerData) => {
  const host = new NodeHost()
  const store = Store.attach(root, host)
  return (name: string): RemovedTree | readonly Defect[] => {
    if (task === 'remove') return removeIn(host, store.layout.temporary, name)
    const path = parseStorePath(name)
    if (path === null) throw new Error(`${name} is no store path`)
    return checkContents(store, path)
  }
})
