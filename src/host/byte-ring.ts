// Bytes from a worker thread to this one, through a ring of shared memory: the worker fills one slot after the other and waits when all are
// full, so a stream of any length takes the same memory and nothing is copied. What the bytes are is for the caller to know.

import { parentPort, Worker, workerData } from 'node:worker_threads'
import { type DescribedError, describeError, reviveError } from './workers.ts'

const SLOTS = 6
const SLOT_SIZE = 512 << 10
const YOUNG_GENERATION_MB = 8

interface Ring {
  readonly slots: SharedArrayBuffer
  /** How many slots this thread has let go of since the start. */
  readonly released: Int32Array
}

interface Sent<Note> {
  readonly note: Note
  /** Null when no bytes belong to it. */
  readonly length: number | null
}

type Message<Note, Result> = Sent<Note> | { readonly result: Result } | { readonly error: DescribedError }

/** This thread's side. */
export class RingReader<Job, Note, Result> {
  readonly #ring: Ring = {
    slots: new SharedArrayBuffer(SLOTS * SLOT_SIZE),
    released: new Int32Array(new SharedArrayBuffer(4)),
  }
  readonly #worker: Worker
  #received = 0

  /** `module` calls `serveRing`. The worker begins to start at once, which takes it some 50 ms. */
  constructor(module: URL) {
    this.#worker = new Worker(module, {
      workerData: this.#ring,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
  }

  /**
   * Has the worker do one job and hands on what it sends, in order; bytes are overwritten later. One job at a time; after one that failed,
   * or was stopped by `signal`, the ring can only be closed.
   */
  async run(job: Job, onNote: (note: Note, bytes: Buffer | null) => void, signal?: AbortSignal): Promise<Result> {
    const { slots, released } = this.#ring
    const handOn = ({ note, length }: Sent<Note>): void => {
      if (length === null) {
        onNote(note, null)
        return
      }
      onNote(note, Buffer.from(slots, (this.#received++ % SLOTS) * SLOT_SIZE, length))
      Atomics.add(released, 0, 1)
      Atomics.notify(released, 0)
    }
    let abort = (): void => {}
    try {
      return await new Promise<Result>((resolve, reject) => {
        abort = () => reject(signal?.reason)
        signal?.addEventListener('abort', abort)
        if (signal?.aborted === true) abort()
        let isOver = false
        const fail = (error: unknown): void => {
          isOver = true
          reject(error)
        }
        this.#worker.on('error', fail)
        this.#worker.on('exit', () => fail(new Error('a worker ended before its work')))
        this.#worker.on('message', (message: Message<Note, Result>) => {
          if (isOver || signal?.aborted === true) return
          try {
            if ('note' in message) handOn(message)
            else if ('result' in message) resolve(message.result)
            else fail(reviveError(message.error))
          } catch (error) {
            fail(error)
          }
        })
        this.#worker.postMessage(job)
      })
    } finally {
      signal?.removeEventListener('abort', abort)
      // Each by name: a Worker has listeners of its own, without which it hears nothing more.
      for (const event of ['error', 'exit', 'message']) this.#worker.removeAllListeners(event)
    }
  }

  /** What the worker is doing ends between two system calls. */
  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** The worker's side. */
export class RingWriter<Note> {
  readonly #ring: Ring
  #sent = 0

  constructor(ring: Ring) {
    this.#ring = ring
  }

  /** Where the next bytes go. Waits until a slot is free. */
  nextBuffer(): Buffer {
    const { slots, released } = this.#ring
    for (let count = Atomics.load(released, 0); this.#sent - count >= SLOTS; count = Atomics.load(released, 0)) {
      Atomics.wait(released, 0, count)
    }
    return Buffer.from(slots, (this.#sent % SLOTS) * SLOT_SIZE, SLOT_SIZE)
  }

  /** Whether who sends now has to wait before there is a next buffer. */
  get isBehind(): boolean {
    return this.#sent + 1 - Atomics.load(this.#ring.released, 0) >= SLOTS
  }

  /** Sends the first `length` bytes of the last buffer; with null nothing of it, and the buffer is the next one again. */
  send(note: Note, length: number | null): void {
    if (length !== null) this.#sent++
    parentPort?.postMessage({ note, length } satisfies Message<Note, never>)
  }
}

/** `work` does a job, sending through the ring. */
export function serveRing<Job, Note, Result>(work: (job: Job, ring: RingWriter<Note>) => Result): void {
  const ring = new RingWriter<Note>(workerData)
  parentPort?.on('message', (job: Job) => {
    try {
      parentPort?.postMessage({ result: work(job, ring) } satisfies Message<never, Result>)
    } catch (error) {
      parentPort?.postMessage({ error: describeError(error) } satisfies Message<never, never>)
    }
  })
}
