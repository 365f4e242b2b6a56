// Draws errors for people, and as JSON. The one place that turns an unknown throw into E_INTERNAL.

import { asStoreError, ERRORS, isStorageError, ToolError } from '../core/errors.ts'
import { faultsOf, placesOf, renderFaults, renderPlaces } from '../core/fault.ts'
import type { JsonObject } from '../core/json.ts'
import { paint } from './style.ts'
import { VERSION } from './version.ts'

export function toToolError(error: unknown): ToolError {
  if (error instanceof ToolError) return error
  if (isStorageError(error)) return asStoreError(error, 'read or write what is needed') as ToolError
  const message = error instanceof Error ? error.message : String(error)
  return new ToolError('E_INTERNAL', `Something unexpected happened: ${message}`, {
    details: { stack: error instanceof Error ? (error.stack ?? null) : null, version: VERSION, node: process.version },
    hint: `This is a bug in Tenon ${VERSION} (Node ${process.version}). Keep the command and the lines above, and report them where you got Tenon from.`,
    cause: error,
  })
}

/** By the catalogue; whoever was stopped by a signal ends as if by that signal. */
export function exitCodeOf(error: ToolError): number {
  const exit = SIGNAL_EXITS[String(error.details['signal'])]
  return error.code === 'E_CANCELLED' && exit !== undefined ? exit : ERRORS[error.code].exit
}

const SIGNAL_EXITS: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/** The document that `--json` prints on stderr. */
export function errorDocument(error: ToolError, state: string | null): JsonObject {
  return { error: { code: error.code, message: error.message, details: error.details, hint: error.hint, state } }
}

/** Some lines, the last one the next action; `state` says what is current now. */
export function renderError(error: ToolError, state: string | null): string {
  const { code, details, hint } = error
  const lines: string[] = []
  const faults = faultsOf(error)
  const places = placesOf(error)
  if (faults.length > 0) lines.push(renderFaults(String(details['path']), faults), '')
  if (places.length > 0) lines.push(renderPlaces(places), '')
  lines.push(`${paint(['bold', 'red'], 'error', STDERR)} ${paint('bold', code, STDERR)}: ${printable(error.message)}`)
  const explanation = details['explanation']
  if (typeof explanation === 'string' && explanation !== '') lines.push('', explanation, '')
  for (const cause of causesOf(error)) lines.push(`  cause: ${printable(cause)}`)
  if (code === 'E_INTERNAL' && typeof details['stack'] === 'string') lines.push(withoutSecrets(details['stack']))
  if (state !== null) lines.push(`  ${state}`)
  if (hint !== null) lines.push(`${paint('cyan', 'hint', STDERR)}: ${printable(hint)}`)
  return `${lines.join('\n')}\n`
}

const STDERR = 2

/** What others said, unless the message says it already. */
function causesOf(error: ToolError): readonly string[] {
  if (error.code === 'E_INTERNAL') return []
  const causes: string[] = []
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
    const text = withoutSecrets(cause.message)
    if (text !== '' && !error.message.includes(text) && !causes.includes(text)) causes.push(text)
  }
  return causes
}

/** Addresses without user name, password and query. */
function withoutSecrets(text: string): string {
  return text
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1')
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s?]*)\?\S*/gi, '$1')
}

/** Text from elsewhere may hold what moves a terminal's cursor. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}
