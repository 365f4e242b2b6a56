// Draws errors for people, and as JSON. The one place that turns an unknown throw into E_INTERNAL.

import { styleText } from 'node:util'
import { ERRORS, ToolError } from '../core/errors.ts'
import { faultsOf, renderFaults } from '../core/fault.ts'
import type { JsonObject } from '../core/json.ts'

export function toToolError(error: unknown): ToolError {
  if (error instanceof ToolError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ToolError('E_INTERNAL', `Something unexpected happened: ${message}`, {
    details: { stack: error instanceof Error ? (error.stack ?? null) : null },
    hint: 'This is a bug in Tenon. Please report it with the command and the lines above.',
    cause: error,
  })
}

export function exitCodeOf(error: ToolError): number {
  return ERRORS[error.code].exit
}

/** The document that `--json` prints on stderr. */
export function errorDocument(error: ToolError, state: string | null): JsonObject {
  return { error: { code: error.code, message: error.message, details: error.details, hint: error.hint, state } }
}

/** Some lines, the last one the next action; `state` says what is current now. */
export function renderError(error: ToolError, state: string | null): string {
  const lines: string[] = []
  const faults = faultsOf(error)
  if (faults.length > 0) lines.push(renderFaults(String(error.details['path']), faults), '')
  lines.push(
    `${styleText(['bold', 'red'], 'error', STDERR)} ${styleText('bold', error.code, STDERR)}: ${error.message}`,
  )
  const explanation = error.details['explanation']
  if (typeof explanation === 'string') lines.push('', explanation, '')
  for (const cause of causesOf(error)) lines.push(`  cause: ${cause}`)
  if (error.code === 'E_INTERNAL' && typeof error.details['stack'] === 'string') lines.push(error.details['stack'])
  if (state !== null) lines.push(`  ${state}`)
  if (error.hint !== null) lines.push(`${styleText('cyan', 'hint', STDERR)}: ${error.hint}`)
  return `${lines.join('\n')}\n`
}

const STDERR = { stream: process.stderr }

function causesOf(error: ToolError): readonly string[] {
  const causes: string[] = []
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
    if (error.code !== 'E_INTERNAL') causes.push(cause.message)
  }
  return causes
}
