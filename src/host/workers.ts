// Shares a row of items out between this thread and worker threads, each of which does next what nobody has taken yet. What an item is, and
// what is done with it, is for the caller to know.

import { availableParallelism } from 'node:os'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import { type ErrorCode, ToolError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { threads } from './threads.ts'

/** More threads than this wait for each other in the kernel, and each costs memory. */
const MAX_THREADS = 4
const YOUNG_GENERATION_MB = 2
/** How long a worker gathers results before it tells them, and this thread works before it listens. */
const TELL_MS = 20

/** Places in the shared counters: how many items are taken, how many of them from the front, how many from the back. */
const TAKEN = 0
const FRONT = 1
const BACK = 2

/** As many workers as keep every processor busy: this thread works too. */
export function usefulWorkers(): number {
  return Math.min(MAX_THREADS, availableParallelism()) - 1
}

export interface WorkersOptions {
  /** The module that calls `serveWork`. */
  readonly module: URL
  /** Plain data for it. */
  readonly data: object
}

export interface RunOptions<Result> {
  readonly onResult: (result: Result) => void
  readonly signal?: AbortSignal | undefined
}

export class Workers<Item, Result> {
  readonly #module: URL
  readonly #options: WorkerOptions
  #workers: readonly Worker[] = []

  /** Without `start` everything is done in this thread. */
  constructor({ module, data }: WorkersOptions) {
    this.#module = module
    this.#options = { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } }
  }

  /** Returns at once; a worker needs some 50 ms before it does anything. Again is harmless. */
  start(count: number): void {
    if (this.#workers.length > 0) return
    this.#workers = Array.from({ length: count }, () => new (threads().Worker)(this.#module, this.#options))
  }

  /**
   * Does every item once, those of this thread by `work`. Workers begin at the front, where the items should stand that take long; this
   * thread begins at the back, and turns the event loop between items, so that signals are heard. When `signal` aborts, what is under way
   * is finished and the rest left out.
   * @throws what doing an item threw first
   */
  async run(items: readonly Item[], work: (item: Item) => Result, options: RunOptions<Result>): Promise<void> {
    const row = { counters: new Int32Array(new SharedArrayBuffer(12)), items }
    const stop = () => void Atomics.store(row.counters, TAKEN, items.length)
    const failures: unknown[] = []
    const stopFor = (error: unknown) => {
      failures.push(error)
      stop()
    }
    options.signal?.addEventListener('abort', stop)
    if (options.signal?.aborted === true) stop()
    try {
      const parts = this.#workers.map((worker) => follow(worker, row, options.onResult).catch(stopFor))
      // Nobody is stopped in the middle of an item: what it began would be left behind.
      await Promise.all([...parts, workHere(row, work, options.onResult).catch(stopFor)])
      if (failures.length > 0) throw failures[0]
    } finally {
      options.signal?.removeEventListener('abort', stop)
    }
  }

  /** As `run`, result by result. */
  async *each(
    items: readonly Item[],
    work: (item: Item) => Result,
    signal?: AbortSignal,
  ): AsyncGenerator<Result, void> {
    const stop = new AbortController()
    const results: Result[] = []
    let wake = (): void => undefined
    let isDone = false
    const onResult = (result: Result) => {
      results.push(result)
      wake()
    }
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])
    const run = this.run(items, work, { onResult, signal: either })
    const ended = Promise.allSettled([run]).then(() => {
      isDone = true
      wake()
    })
    try {
      while (true) {
        while (results.length > 0) yield* results.splice(0)
        if (isDone) break
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      await run
    } finally {
      // Whoever asked may have stopped listening.
      stop.abort()
      await ended
    }
  }

  /** What a worker is doing ends between two system calls. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

/** The worker's side: `open` is handed the data and gives what does an item. */
export function serveWork<Data, Item, Result>(open: (data: Data) => (item: Item) => Result): void {
  const { parentPort, workerData } = threads()
  const work = open(workerData)
  parentPort?.on('message', (row: Row<Item>) => {
    let results: Result[] = []
    const tell = (isDone: boolean) => {
      parentPort?.postMessage({ results, isDone } satisfies Answer<Result>)
      results = []
    }
    try {
      let told = performance.now()
      for (let index = take(row, FRONT); index !== null; index = take(row, FRONT)) {
        results.push(work(row.items[index] as Item))
        if (performance.now() - told < TELL_MS) continue
        tell(false)
        told = performance.now()
      }
      tell(true)
    } catch (error) {
      parentPort?.postMessage({ error: describeError(error) } satisfies Answer<Result>)
    }
  })
}

interface Row<Item> {
  readonly counters: Int32Array
  readonly items: readonly Item[]
}

type Answer<Result> =
  | { readonly results: readonly Result[]; readonly isDone: boolean }
  | { readonly error: DescribedError }

/** The next item's index; null when all are taken. Both ends meet, for together they never take more than there are. */
function take({ counters, items }: Row<unknown>, end: typeof FRONT | typeof BACK): number | null {
  if (Atomics.add(counters, TAKEN, 1) >= items.length) return null
  const nth = Atomics.add(counters, end, 1)
  return end === FRONT ? nth : items.length - 1 - nth
}

async function workHere<Item, Result>(
  row: Row<Item>,
  work: (item: Item) => Result,
  onResult: (result: Result) => void,
): Promise<void> {
  const { setImmediate } = await import('node:timers/promises')
  let heard = performance.now()
  for (let index = take(row, BACK); index !== null; index = take(row, BACK)) {
    onResult(work(row.items[index] as Item))
    if (performance.now() - heard < TELL_MS) continue
    await setImmediate()
    heard = performance.now()
  }
}

/** Until the worker has nothing left to do in the row. */
async function follow<Item, Result>(worker: Worker, row: Row<Item>, onResult: (result: Result) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('a worker ended before its work')))
    worker.on('message', (answer: Answer<Result>) => {
      if ('error' in answer) {
        reject(reviveError(answer.error))
        return
      }
      for (const result of answer.results) onResult(result)
      if (answer.isDone) resolve()
    })
    worker.postMessage(row)
  }).finally(() => {
    // Each by name: a Worker has listeners of its own, without which it hears nothing more.
    for (const event of ['error', 'exit', 'message']) worker.removeAllListeners(event)
  })
}

/** Errors lose their class on the way between threads, so the facts travel as data. */
export type DescribedError =
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
      readonly stack?: string | undefined
      readonly code?: string | undefined
      readonly path?: string | undefined
    }

export function describeError(error: unknown): DescribedError {
  if (error instanceof ToolError) {
    return { kind: 'tool', code: error.code, message: error.message, details: error.details, hint: error.hint }
  }
  const { message, stack, code, path } = error as { message?: string; stack?: string; code?: string; path?: string }
  return { kind: 'other', message: message ?? String(error), stack, code, path }
}

export function reviveError(sent: DescribedError): Error {
  if (sent.kind === 'tool') return new ToolError(sent.code, sent.message, { details: sent.details, hint: sent.hint })
  const { message, stack, code, path } = sent
  return Object.assign(new Error(message), { stack, code, path })
}
