// The worker's side of the unpack pool: one job in, one store path or error out. It works under the lease that the main thread holds.

import { NodeHost } from '../host/node-host.ts'
import { threads } from '../host/threads.ts'
import { describeError } from '../host/workers.ts'
import { CachedArtifacts } from '../store/cached-artifacts.ts'
import { Store } from '../store/store.ts'
import { unpack } from './unpack.ts'
import type { Answer, Request, WorkerData } from './unpack-pool.ts'

const { parentPort, workerData } = threads()
const { root, artifacts: artifactsRoot }: WorkerData = workerData
const host = new NodeHost()
const store = Store.attach(root, host)
const artifacts = new CachedArtifacts(artifactsRoot, host)

parentPort?.on('message', ({ id, job, bytes }: Request) => {
  parentPort.postMessage({ id, ...result(job, bytes) } satisfies Answer)
})

function result(job: Request['job'], bytes: Request['bytes']) {
  try {
    return {
      path: unpack(
        job,
        (part) => ({ bytes: bytes[job.parts.indexOf(part)] ?? artifacts.readVerified(part.integrity) }),
        store,
      ),
    }
  } catch (error) {
    return { error: describeError(error) }
  }
}
