// How a run of the program fails: one error on stderr, and the exit code. What commander throws is turned into an error by cli.ts.

import { ToolError } from '../core/errors.ts'
import { writeNow } from '../host/output.ts'
import { errorDocument, exitCodeOf, renderError, toToolError } from './render-error.ts'
import type { Session } from './session.ts'

/** Says what went wrong and what is current now, and sets the exit code. Does not return when the user stopped the program. */
export function reportFailure(error: unknown, session: Session | null, asJson: boolean): void {
  session?.progress.stop()
  const aborted = session?.signal.aborted === true ? session.signal.reason : null
  const known = toToolError(aborted instanceof ToolError ? aborted : error)
  const state = readState(session)
  writeNow(2, asJson ? `${JSON.stringify(errorDocument(known, state))}\n` : renderError(known, state))
  process.exitCode = exitCodeOf(known)
  // What was stopped may have left behind what still waits, such as a pause before the next try.
  if (aborted !== null) process.exit()
}

/** Null when it cannot be read either; the error itself matters more. */
function readState(session: Session | null): string | null {
  try {
    return session?.state?.() ?? null
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}

/** What is thrown outside of every verb is reported like any failure. */
export function guardProcess(asJson: boolean): void {
  process.on('uncaughtException', (error) => {
    reportFailure(error, null, asJson)
    process.exit()
  })
}
