// The worker's side of add-paths.ts. It works under the lease that the main thread holds.

import { NodeHost } from '../host/node-host.ts'
import { serveWork } from '../host/workers.ts'
import { addItem, type NumberedItem } from './add-paths.ts'
import { Store } from './store.ts'

serveWork(({ root }: { readonly root: string }) => {
  const store = Store.attach(root, new NodeHost())
  return (item: NumberedItem) => addItem(store, item)
})
