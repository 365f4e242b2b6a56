// Runs unpack jobs in this thread and, when there are many, on workers beside it. A worker costs some 50 ms to start and has to warm up its
// code like any program, so there is one less than processors: this thread works, too.

import { dirname } from 'node:path'
import type { Worker } from 'node:worker_threads'
import type { Integrity } from '../core/digest.ts'
import type { StorePath } from '../core/store-path.ts'
import { threads } from '../host/threads.ts'
import { type DescribedError, reviveError, usefulWorkers } from '../host/workers.ts'
import type { ArtifactCache } from '../store/artifacts.ts'
import type { Store } from '../store/store.ts'
import type { UnpackJob, unpack } from './unpack.ts'

/** Below this many jobs a worker costs more than it saves. */
const WORKER_THRESHOLD = 24
/** How many jobs a worker is given at a time, so that it need not wait for this thread, which may be busy with a job of its own. */
const AHEAD = 4
const YOUNG_GENERATION_MB = 64

/** What a worker is started with. */
export interface WorkerData {
  /** Of the store, and of the artifact cache. */
  readonly root: string
  readonly artifacts: string
}

/** `bytes` are those of the job's parts, verified, as far as the main thread had them at hand. */
export interface Request {
  readonly id: number
  readonly job: UnpackJob
  readonly bytes: readonly (Uint8Array | null)[]
}

export type Answer = { readonly id: number } & ({ readonly path: StorePath } | { readonly error: DescribedError })

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
  /** By size. */
  readonly #queue: Waiting[] = []
  readonly #running = new Map<number, Waiting>()
  /** Loaded with the first job, so that workers can be started before. */
  #unpack: typeof unpack | null = null
  #next = 0
  #isScheduled = false
  #failure: unknown = null

  constructor(store: Store, artifacts: ArtifactCache) {
    this.#store = store
    this.#artifacts = artifacts
  }

  /** Starts workers if so many jobs are worth it. Returns at once; again is harmless. */
  expect(jobs: number): void {
    if (jobs < WORKER_THRESHOLD || this.#helpers.length > 0) return
    for (let count = usefulWorkers(); count > 0; count--) this.#start()
  }

  /** `size` is that of the job's artifacts in bytes, which have to be in the cache. */
  async run(job: UnpackJob, size: number): Promise<StorePath> {
    this.#unpack ??= (await import('./unpack.ts')).unpack
    if (this.#failure !== null) throw this.#failure
    return await new Promise((resolve, reject) => {
      this.#enqueue({ job, size, resolve, reject })
      this.#schedule()
    })
  }

  /** Takes no further job: those that wait fail with `reason`, those that run finish. */
  stop(reason: unknown): void {
    this.#failure ??= reason
    for (const waiting of this.#queue.splice(0)) waiting.reject(this.#failure)
  }

  /** Ends the workers between two file operations at most: an object appears whole or not at all. Again is harmless. */
  async close(): Promise<void> {
    await Promise.all(this.#helpers.map(({ worker }) => worker.terminate()))
  }

  #start(): void {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'
    const data: WorkerData = { root: this.#store.root, artifacts: this.#artifacts.root }
    const worker = new (threads().Worker)(new URL(`./unpack-worker.${extension}`, import.meta.url), {
      workerData: data,
      env: compileCache(),
      // Whole archives live for a moment only; with room for them the young generation is collected a third as often.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    const helper = { worker, running: 0 }
    worker.on('message', (answer: Answer) => {
      const waiting = this.#running.get(answer.id)
      this.#running.delete(answer.id)
      helper.running -= 1
      if ('path' in answer) {
        this.#store.vouchFor([answer.path])
        waiting?.resolve(answer.path)
      } else waiting?.reject(reviveError(answer.error))
      this.#schedule()
    })
    worker.on('error', (error) => this.#fail(error))
    this.#helpers.push(helper)
  }

  #enqueue(waiting: Waiting): void {
    let low = 0
    for (let high = this.#queue.length; low < high; ) {
      const middle = (low + high) >> 1
      if ((this.#queue[middle]?.size ?? 0) < waiting.size) low = middle + 1
      else high = middle
    }
    this.#queue.splice(low, 0, waiting)
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
    for (let given = true; given; ) {
      given = false
      for (const helper of this.#helpers) {
        const waiting = helper.running < AHEAD ? this.#queue.pop() : undefined
        if (waiting === undefined) continue
        this.#give(helper, waiting)
        given = true
      }
    }
    const own = this.#unpack === null ? undefined : this.#queue.shift()
    if (own === undefined || this.#unpack === null) return
    try {
      own.resolve(this.#unpack(own.job, (part) => ({ bytes: this.#bytesOf(part.integrity) }), this.#store))
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
    helper.worker.postMessage({ id, job: waiting.job, bytes } satisfies Request, owned)
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

/** Variables of a worker: it keeps what V8 compiled where this program does, which took the variable that said so away. */
function compileCache(): NodeJS.Dict<string> {
  const directory = process.getBuiltinModule('node:module').getCompileCacheDir?.()
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) }
}
