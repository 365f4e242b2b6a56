// Stopping work that does not listen, or not well. It does not end such work: that goes on until the process ends, and changes nothing.

import { ToolError } from './errors.ts'

/** What `work` comes to, unless the signal is first. @throws ToolError E_CANCELLED, or what the signal was given as its reason */
export async function untilStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  const stop = () =>
    reject(signal.reason instanceof ToolError ? signal.reason : new ToolError('E_CANCELLED', 'It was stopped.'))
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop)
  try {
    return await Promise.race([work, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
