// Runs unpack jobs in this thread and, when there are many, on workers beside it. A worker costs some 50 ms to start and has to warm up its
// code like any program, so there is one less than processors: this thread works, too.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Integrity } from '../core/digest.ts'
import { type ErrorCode, ToolError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { StorePath } from '../core/store-path.ts'
import type { ArtifactCache } from '../store/artifacts.ts'
import type { Store } from '../store/store.ts'
import { type UnpackJob, unpack } from './unpack.ts'

/** Below this many jobs a worker costs more than it saves. */
const WORKER_THRESHOLD = 24
const MAX_WORKERS = 3
/** How many jobs a worker is given at a time, so that it need not wait for this thread, which may be busy with a job of its own. */
const AHEAD = 4

interface Waiting {
  readonly job: UnpackJob
  /** Of its artifacts: what takes long to unpack. */
  readonly size: number
  readonly resolve: (path: StorePath) => void
  readonly reject: (error: unknown) => void
}

interface Helper {
  readonly worker: Worker
  running: number
}

export class UnpackPool {
  readonly #store: Store
  readonly #artifacts: ArtifactCache
  readonly #helpers: Helper[] = []
  readonly #queue: Waiting[] = []
  readonly #running = new Map<number, Waiting>()
  #next = 0
  #isScheduled = false
  #failure: unknown = null

  /** `jobs` is how many to expect. */
  constructor(store: Store, artifacts: ArtifactCache, jobs: number) {
    this.#store = store
    this.#artifacts = artifacts
    const count = jobs < WORKER_THRESHOLD ? 0 : Math.min(MAX_WORKERS, availableParallelism() - 1)
    for (let i = 0; i < count; i++) this.#start()
  }

  /** `size` is that of the job's artifacts in bytes, which have to be in the cache. */
  run(job: UnpackJob, size: number): Promise<StorePath> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, size, resolve, reject })
      this.#schedule()
    })
  }

  /** Takes no further job: those that wait fail with `reason`, those that run finish. */
  stop(reason: unknown): void {
    this.#failure ??= reason
    for (const waiting of this.#queue.splice(0)) waiting.reject(this.#failure)
  }

  /** Ends the workers between two file operations at most: an object appears whole or not at all. */
  async close(): Promise<void> {
    await Promise.all(this.#helpers.map(({ worker }) => worker.terminate()))
  }

  #start(): void {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'
    const worker = new Worker(new URL(`./unpack-worker.${extension}`, import.meta.url), {
      workerData: { root: this.#store.root },
      // Whole archives live for a moment only; with room for them the young generation is collected a third as often.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    const helper = { worker, running: 0 }
    worker.on('message', (answer: Answer) => {
      const waiting = this.#running.get(answer.id)
      this.#running.delete(answer.id)
      helper.running -= 1
      if ('path' in answer) waiting?.resolve(answer.path)
      else waiting?.reject(revive(answer.error))
      this.#schedule()
    })
    worker.on('error', (error) => this.#fail(error))
    this.#helpers.push(helper)
  }

  /** Once per turn of the event loop, so that downloads, signals and the answers of workers come in between. */
  #schedule(): void {
    if (this.#isScheduled || this.#queue.length === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#feed()
    })
  }

  /** The largest jobs go to the workers; this thread takes a small one, to be back soon. */
  #feed(): void {
    this.#queue.sort((a, b) => a.size - b.size)
    for (let given = true; given; ) {
      given = false
      for (const helper of this.#helpers) {
        const waiting = helper.running < AHEAD ? this.#queue.pop() : undefined
        if (waiting === undefined) continue
        this.#give(helper, waiting)
        given = true
      }
    }
    const own = this.#queue.shift()
    if (own === undefined) return
    try {
      own.resolve(unpack(own.job, (part) => ({ bytes: this.#bytesOf(part.integrity) }), this.#store))
    } catch (error) {
      own.reject(error)
    }
    this.#schedule()
  }

  #give(helper: Helper, waiting: Waiting): void {
    const id = this.#next++
    this.#running.set(id, waiting)
    helper.running += 1
    const bytes = waiting.job.parts.map((part) => this.#artifacts.takeFresh(part.integrity))
    const owned = bytes.flatMap((item) => (item?.buffer instanceof ArrayBuffer ? [item.buffer] : []))
    helper.worker.postMessage({ id, job: waiting.job, bytes }, owned)
  }

  #bytesOf(integrity: Integrity): Buffer {
    return this.#artifacts.takeFresh(integrity) ?? this.#artifacts.readVerified(integrity)
  }

  #fail(error: unknown): void {
    this.stop(error)
    for (const waiting of this.#running.values()) waiting.reject(error)
    this.#running.clear()
  }
}

type Answer = { readonly id: number } & ({ readonly path: StorePath } | { readonly error: SentError })
type SentError =
  | {
      readonly kind: 'tool'
      readonly code: ErrorCode
      readonly message: string
      readonly details: JsonObject
      readonly hint: string | null
    }
  | {
      readonly kind: 'other'
      readonly message: string
      readonly stack?: string
      readonly code?: string
      readonly path?: string
    }

function revive(sent: SentError): Error {
  if (sent.kind === 'tool') return new ToolError(sent.code, sent.message, { details: sent.details, hint: sent.hint })
  const { message, stack, code, path } = sent
  return Object.assign(new Error(message), { stack, code, path })
}
