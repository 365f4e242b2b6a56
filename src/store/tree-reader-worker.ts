// The worker's side of tree-reader.ts.

import { NodeHost } from '../host/node-host.ts'
import { serveSlots } from '../host/slots.ts'
import { readStretch, type Stretch } from './stretch.ts'

const host = new NodeHost()

serveSlots((stretch: Stretch, slot) => readStretch(host, stretch, slot))
