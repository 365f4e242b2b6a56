// Jobs of two threads, taken in order.

import { threadId } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { Slots } from '../../../src/host/slots.ts'
import { type NumberJob, writeNumber } from '../../support/slot-job.ts'

const WORKER = new URL('../../support/slot-worker.ts', import.meta.url)
const opened: Slots<NumberJob>[] = []
afterEach(async () => {
  for (const slots of opened.splice(0)) await slots.close()
})

function open(): Slots<NumberJob> {
  const slots = new Slots<NumberJob>(WORKER)
  opened.push(slots)
  return slots
}

/** Jobs 0, 1, 2, … without end. */
function* numbers(fault?: NumberJob['fault']): Generator<NumberJob, never> {
  for (let number = 0; ; number++) yield fault === undefined ? { number } : { number, fault }
}

interface Told {
  readonly number: number
  readonly thread: number
}

/** Goes on until `isEnough`. */
async function collect(
  slots: Slots<NumberJob>,
  isEnough: (told: readonly Told[]) => boolean,
  jobs = numbers(),
): Promise<readonly Told[]> {
  const told: Told[] = []
  await slots.run({
    next: () => (isEnough(told) ? null : jobs.next().value),
    work: writeNumber,
    onDone: (job, bytes, done) => {
      const [number, thread] = bytes.toString().split(' ').map(Number)
      expect([number, done]).toEqual([job.number, job.number])
      told.push({ number: job.number, thread: thread ?? -1 })
      return []
    },
  })
  return told
}

const byOther = (told: readonly Told[]) => told.filter(({ thread }) => thread !== threadId).length

test('without a worker this thread does all jobs', async () => {
  const told = await collect(open(), (so) => so.length > 50)
  expect(told.map(({ number }) => number)).toEqual(told.map((_, index) => index))
  expect(byOther(told)).toBe(0)
})

test('two threads do each job once, and are told of in order, run after run', async () => {
  const slots = open()
  slots.start()
  for (let round = 0; round < 2; round++) {
    const told = await collect(slots, (so) => byOther(so) > 100 && so.length - byOther(so) > 10)
    expect(told.map(({ number }) => number)).toEqual(told.map((_, index) => index))
  }
})

test('jobs that the end of another brings come before all others', async () => {
  const slots = open()
  slots.start()
  const order: number[] = []
  const jobs = Array.from({ length: 400 }, (_, number) => ({ number }))
  await slots.run({
    next: () => jobs.shift() ?? null,
    work: writeNumber,
    onDone: ({ number }) => {
      order.push(number)
      return number < 400 && number % 10 === 0 ? Array.from({ length: 12 }, (_, more) => ({ number: 1000 + more })) : []
    },
  })
  const wanted = Array.from({ length: 400 }, (_, number) => number).flatMap((number) =>
    number % 10 === 0 ? [number, ...Array.from({ length: 12 }, (_, more) => 1000 + more)] : [number],
  )
  expect(order).toEqual(wanted)
})

test('what a job threw in the worker is thrown here, with its code', async () => {
  const slots = open()
  slots.start()
  await expect(collect(slots, () => false, numbers('throw'))).rejects.toMatchObject({
    code: 'EIO',
    message: expect.stringMatching(/^cannot do \d+$/),
  })
})

test('a worker that is gone in the middle of a job is an error, not a wait without end', async () => {
  const slots = open()
  slots.start()
  await expect(collect(slots, () => false, numbers('exit'))).rejects.toThrow('a worker ended before its work')
})

test('a signal ends the run', async () => {
  const stop = new AbortController()
  const jobs = numbers()
  const reason = new Error('stopped')
  setTimeout(() => stop.abort(reason), 30)
  const run = open().run({ next: () => jobs.next().value, work: writeNumber, onDone: () => [], signal: stop.signal })
  await expect(run).rejects.toBe(reason)
})
