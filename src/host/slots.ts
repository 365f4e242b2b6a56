// Jobs whose results are bytes that are wanted in the order of the jobs. This thread and a worker each do next what neither has begun, into slots of
// shared memory, so any number of jobs takes the same memory and nobody waits while there is something to do. What a job is is for the caller to know.

import { setImmediate } from 'node:timers/promises'
import type { MessagePort, Worker } from 'node:worker_threads'
import { threads } from './threads.ts'
import { type DescribedError, describeError, reviveError } from './workers.ts'

const SLOTS = 6
export const SLOT_SIZE = 1 << 20
const YOUNG_GENERATION_MB = 2
/** How long this thread works before it listens: to signals, and to a worker that failed. */
const TURN_MS = 20
/** Jobs that this thread does not take from a worker that is only waking up, for that is dear and would have been for nothing. */
const LEFT_TO_WORKER = 2
const PATIENCE_MS = 2

/** What doing a job came to. */
export interface Outcome {
  /** Bytes in the slot. */
  readonly length: number
  /** How far the job was done, in the caller's unit; the rest may have had no room in the slot. */
  readonly done: number
}

/** Does a job; its bytes go to the start of `slot`. */
export type Work<Job> = (job: Job, slot: Buffer) => Outcome

export interface RunOptions<Job> {
  /** Asked, as soon as there is a slot for it, for the next job; null when there are no more. */
  readonly next: () => Job | null
  /** In this thread; the worker's module does the same. */
  readonly work: Work<Job>
  /** Told of each job, in order. The bytes are overwritten later. Jobs that it returns, each asked for as `next` is, come before all that were not told of. */
  readonly onDone: (job: Job, bytes: Buffer, done: number) => Iterable<Job>
  readonly signal?: AbortSignal | undefined
}

/** Of each slot three words: who has it, and the outcome. Behind them whether the worker is up, and how many jobs it was offered. */
const WORDS = 3
const OWNER = 0
const LENGTH = 1
const DONE = 2
const IS_UP = SLOTS * WORDS
const OFFERED = IS_UP + 1

/** A ticket is a job's number, so that who comes late to a slot sees that it is another's now; in its lowest bits the job's state. */
const STATES = 4
const FREE_TO_TAKE = 0
const TAKEN = 1
const FINISHED = 2

interface Shared {
  readonly bytes: SharedArrayBuffer
  readonly words: Int32Array
}

interface Place {
  readonly slot: number
  readonly ticket: number
}

interface Item<Job> {
  readonly job: Job
  readonly place: Place
}

type Request<Job> = Place & { readonly job: Job }

/** This thread's side. */
export class Slots<Job> {
  readonly #shared: Shared = {
    bytes: new SharedArrayBuffer(SLOTS * SLOT_SIZE),
    words: new Int32Array(new SharedArrayBuffer((OFFERED + 1) * Int32Array.BYTES_PER_ELEMENT)),
  }
  readonly #slots = slotsOf(this.#shared.bytes)
  readonly #module: URL
  #worker: Worker | null = null
  #failure: { readonly error: unknown } | null = null
  #tickets = 0

  /** `module` calls `serveSlots`. */
  constructor(module: URL) {
    this.#module = module
  }

  /** Has a worker start, which takes it some 40 ms; until then this thread works alone. Again is harmless. */
  start(): void {
    if (this.#worker !== null) return
    const fail = (error: unknown): void => {
      this.#failure ??= { error }
    }
    this.#worker = new (threads().Worker)(this.#module, {
      workerData: this.#shared,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    })
    this.#worker.on('error', fail)
    this.#worker.on('exit', () => fail(new Error('a worker ended before its work')))
    this.#worker.on('message', (error: DescribedError) => fail(reviveError(error)))
  }

  /**
   * Does all jobs. After one that failed, or when `signal` aborted, only `close` is left.
   * @throws what a job or `onDone` threw, and the reason of `signal`
   */
  async run({ next, work, onDone, signal }: RunOptions<Job>): Promise<void> {
    const { words } = this.#shared
    /** What has a slot and was not told of, in order, and between them where more comes from; the first of these gets the next slot. */
    const row: (Item<Job> | Iterator<Job>)[] = [jobsFrom(next)]
    const free = this.#slots.map((_, slot) => slot)
    let listened = performance.now()
    const listen = async (): Promise<void> => {
      await setImmediate()
      listened = performance.now()
      if (this.#failure !== null) throw this.#failure.error
      signal?.throwIfAborted()
    }
    const tellOf = ({ job, place }: Item<Job>): void => {
      row.shift()
      const { slot } = place
      const bytes = this.#slotOf(place).subarray(0, words[slot * WORDS + LENGTH])
      row.unshift(onDone(job, bytes, words[slot * WORDS + DONE] ?? 0)[Symbol.iterator]())
      free.push(slot)
    }
    let isLate = false
    const offerNext = (): boolean => {
      for (const [at, entry] of row.entries()) {
        if ('job' in entry) continue
        const { value: job, done } = entry.next()
        if (done === true) row.splice(at, 1)
        else row.splice(at, 0, { job, place: this.#offer(job, free.pop() as number) })
        return true
      }
      return false
    }
    signal?.throwIfAborted()
    while (true) {
      if (performance.now() - listened >= TURN_MS) await listen()
      // First of all the worker gets something to do.
      if (free.length > 0 && offerNext()) continue
      const items = row.filter((entry) => 'job' in entry)
      // No source is before it: the slot of whatever came before went there.
      const first = items[0]
      if (first === undefined) return
      if (isFinished(words, first.place)) {
        tellOf(first)
        continue
      }
      const open = items.filter(({ place }) => isOpen(words, place))
      const mine = isLate || !this.#isUp ? open[0] : open[LEFT_TO_WORKER]
      isLate = false
      if (mine !== undefined) {
        if (take(words, mine.place)) finish(this.#shared, mine.place, work(mine.job, this.#slotOf(mine.place)))
      } else isLate = !waitFor(words, first.place)
    }
  }

  get #isUp(): boolean {
    return Atomics.load(this.#shared.words, IS_UP) === 1
  }

  #slotOf({ slot }: Place): Buffer {
    return this.#slots[slot] as Buffer
  }

  #offer(job: Job, slot: number): Place {
    const place: Place = { slot, ticket: ++this.#tickets }
    const { words } = this.#shared
    Atomics.store(words, slot * WORDS + OWNER, owner(place, FREE_TO_TAKE))
    if (this.#isUp) {
      this.#worker?.postMessage({ slot, ticket: place.ticket, job } satisfies Request<Job>)
      Atomics.add(words, OFFERED, 1)
      Atomics.notify(words, OFFERED)
    }
    return place
  }

  /** What the worker is doing ends between two system calls. */
  async close(): Promise<void> {
    await this.#worker?.terminate()
  }
}

function* jobsFrom<Job>(next: () => Job | null): Generator<Job, void> {
  for (let job = next(); job !== null; job = next()) yield job
}

/** The worker's side. It never returns. */
export function serveSlots<Job>(work: Work<Job>): void {
  const { parentPort, receiveMessageOnPort, workerData } = threads()
  const shared: Shared = workerData
  const slots = slotsOf(shared.bytes)
  const port = parentPort as MessagePort
  Atomics.store(shared.words, IS_UP, 1)
  while (true) {
    const offered = Atomics.load(shared.words, OFFERED)
    const message: { readonly message: Request<Job> } | undefined = receiveMessageOnPort(port)
    // Not by an event: turning the event loop for each job takes longer than many a job.
    if (message === undefined) {
      Atomics.wait(shared.words, OFFERED, offered)
      continue
    }
    const { job, ...place } = message.message
    if (!take(shared.words, place)) continue
    try {
      finish(shared, place, work(job, slots[place.slot] as Buffer))
    } catch (error) {
      port.postMessage(describeError(error) satisfies DescribedError)
    }
  }
}

function slotsOf(bytes: SharedArrayBuffer): readonly Buffer[] {
  return Array.from({ length: SLOTS }, (_, slot) => Buffer.from(bytes, slot * SLOT_SIZE, SLOT_SIZE))
}

function owner({ ticket }: Place, state: number): number {
  return ticket * STATES + state
}

/** False when somebody else did, or the slot has another job meanwhile. */
function take(words: Int32Array, place: Place): boolean {
  const before = owner(place, FREE_TO_TAKE)
  return Atomics.compareExchange(words, place.slot * WORDS + OWNER, before, owner(place, TAKEN)) === before
}

function finish({ words }: Shared, place: Place, { length, done }: Outcome): void {
  const at = place.slot * WORDS
  words[at + LENGTH] = length
  words[at + DONE] = done
  Atomics.store(words, at + OWNER, owner(place, FINISHED))
  Atomics.notify(words, at + OWNER)
}

function isOpen(words: Int32Array, place: Place): boolean {
  return Atomics.load(words, place.slot * WORDS + OWNER) === owner(place, FREE_TO_TAKE)
}

function isFinished(words: Int32Array, place: Place): boolean {
  return Atomics.load(words, place.slot * WORDS + OWNER) === owner(place, FINISHED)
}

/** Until the job is done; false when the worker takes its time. */
function waitFor(words: Int32Array, place: Place): boolean {
  const at = place.slot * WORDS + OWNER
  const now = Atomics.load(words, at)
  return now === owner(place, FINISHED) || Atomics.wait(words, at, now, PATIENCE_MS) !== 'timed-out'
}
