// Runs unpack jobs: a few in this thread, many on workers. A worker costs some 50 ms to start, so it has to be worth it.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type ErrorCode, ToolError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { StorePath } from '../core/store-path.ts'
import type { UnpackJob } from './unpack.ts'

const MAX_WORKERS = 4

interface Waiting {
  readonly job: UnpackJob
  readonly resolve: (path: StorePath) => void
  readonly reject: (error: unknown) => void
}

export class UnpackPool {
  readonly #root: string
  readonly #workers: Worker[] = []
  readonly #idle: Worker[] = []
  readonly #queue: Waiting[] = []
  readonly #running = new Map<number, Waiting>()
  #next = 0
  #failure: unknown = null

  /** `root` is the store's; `jobs` the number of jobs to expect. */
  constructor(root: string, jobs: number) {
    this.#root = root
    const count = Math.max(1, Math.min(MAX_WORKERS, availableParallelism(), jobs))
    for (let i = 0; i < count; i++) this.#start()
  }

  run(job: UnpackJob): Promise<StorePath> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, resolve, reject })
      this.#feed()
    })
  }

  /** Takes no further job: those that wait fail with `reason`, those that run finish. */
  stop(reason: unknown): void {
    this.#failure ??= reason
    for (const waiting of this.#queue.splice(0)) waiting.reject(this.#failure)
  }

  /** Ends the workers between two file operations at most: an object appears whole or not at all. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }

  #start(): void {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'cjs'
    const worker = new Worker(new URL(`./unpack-worker.${extension}`, import.meta.url), {
      workerData: { root: this.#root },
      // Whole archives live for a moment only; with room for them the young generation is collected a third as often.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    worker.on('message', (answer: Answer) => {
      const waiting = this.#running.get(answer.id)
      this.#running.delete(answer.id)
      this.#idle.push(worker)
      if ('path' in answer) waiting?.resolve(answer.path)
      else waiting?.reject(revive(answer.error))
      this.#feed()
    })
    worker.on('error', (error) => this.#fail(error))
    this.#workers.push(worker)
    this.#idle.push(worker)
  }

  #feed(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop() as Worker
      const waiting = this.#queue.shift() as Waiting
      const id = this.#next++
      this.#running.set(id, waiting)
      worker.postMessage({ id, job: waiting.job })
    }
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
