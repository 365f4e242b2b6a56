// What slots.test.ts has done, by its own thread and by slot-worker.ts.

import { threadId } from 'node:worker_threads'
import type { Outcome } from '../../src/host/slots.ts'

export interface NumberJob {
  readonly number: number
  /** In the worker, instead of the work. */
  readonly fault?: 'throw' | 'exit'
}

/** Writes the number and the thread that did it; takes a moment, so that there is something to do for both. */
export function writeNumber({ number }: NumberJob, slot: Buffer): Outcome {
  const end = performance.now() + 0.2
  while (performance.now() < end);
  return { length: slot.write(`${number} ${threadId}`), done: number }
}
