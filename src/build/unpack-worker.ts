// The worker's side of the unpack pool: one job in, one store path or error out. It works under the lease that the main thread holds.

import { parentPort, workerData } from 'node:worker_threads'
import { ToolError } from '../core/errors.ts'
import { NodeHost } from '../host/node-host.ts'
import { ArtifactCache } from '../store/artifacts.ts'
import { Store } from '../store/store.ts'
import { type UnpackJob, unpack } from './unpack.ts'

const { root } = workerData as { root: string }
const host = new NodeHost()
const store = Store.attach(root, host)
const artifacts = ArtifactCache.reader(`${root}/cache/artifacts`, host)

/** `bytes` are those of the job's parts, verified, as far as the main thread had them at hand. */
interface Request {
  readonly id: number
  readonly job: UnpackJob
  readonly bytes: readonly (Uint8Array | null)[]
}

parentPort?.on('message', ({ id, job, bytes }: Request) => {
  try {
    const path = unpack(
      job,
      (part) => ({ bytes: bytes[job.parts.indexOf(part)] ?? artifacts.readVerified(part.integrity) }),
      store,
    )
    parentPort?.postMessage({ id, path })
  } catch (error) {
    parentPort?.postMessage({ id, error: describe(error) })
  }
})

/** Errors lose their class on the way between threads, so the facts travel as data. */
function describe(error: unknown): object {
  if (error instanceof ToolError) {
    return { kind: 'tool', code: error.code, message: error.message, details: error.details, hint: error.hint }
  }
  const { message, stack, code, path } = error as { message?: string; stack?: string; code?: string; path?: string }
  return { kind: 'other', message: message ?? String(error), stack, code, path }
}
