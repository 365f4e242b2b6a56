// What the head of an answer means for a download: that it is the file, a part of it, that there is none, or that asking again may help.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { systemCode, ToolError } from '../core/errors.ts'
import { invalid, reasonOf, redactUrl, tooLarge } from './http-errors.ts'
import type { HttpRequest } from './http-request.ts'

/** Where a download goes. It may be filled by several answers, one after the other. What it throws ends the download as it is. */
export interface Sink {
  /** How many bytes from the start are there already: only what follows is asked for. */
  readonly kept: number
  /** The next byte will be the first one again. */
  restart(): void
  write(chunk: Buffer): void
}

export type Outcome = Settled | { readonly kind: 'moved'; readonly location: string }
export type Settled =
  | { readonly kind: 'done'; readonly headers: IncomingHttpHeaders }
  | { readonly kind: 'missing' }
  /** As the request says that it is known. */
  | { readonly kind: 'same' }
  /** Worth another try, after `waitMs` if the server said so. */
  | { readonly kind: 'again'; readonly reason: string; readonly waitMs: number | null; readonly cause: unknown }

export const MAX_WAIT_MS = 60_000
const MAX_VALIDATOR = 1024
/** Of what a time of change can tell from what it was before. */
const MIN_AGE_MS = 2000

/** What the head of an answer says. Prepares the sink when a body is to follow. */
export function judge(
  { url, advice, headers: asked }: HttpRequest,
  response: IncomingMessage,
  sink: Sink,
  validator: Validator,
  maxBytes: number,
): Outcome {
  const status = response.statusCode ?? 0
  const headers = response.headers
  if (status === 200) sink.restart()
  if (status === 200 || (status === 206 && sink.kept > 0)) {
    if (status === 206 && rangeStart(headers['content-range']) !== sink.kept) {
      sink.restart()
      return { kind: 'again', reason: 'it sent another part of the file than was asked for', waitMs: 0, cause: null }
    }
    if (status === 206 && validator.contradicts(headers.etag)) {
      sink.restart()
      return { kind: 'again', reason: 'it sent a part of another file', waitMs: 0, cause: null }
    }
    if (sink.kept + Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(url, maxBytes)
    validator.learn(headers.etag)
    return { kind: 'done', headers }
  }
  if (status === 416 && sink.kept > 0) {
    sink.restart()
    return { kind: 'again', reason: 'it refused to send a part of the file', waitMs: 0, cause: null }
  }
  if (status === 404 || status === 410) return { kind: 'missing' }
  if (status === 304 && ('if-none-match' in asked || 'if-modified-since' in asked)) return { kind: 'same' }
  if ([301, 302, 303, 307, 308].includes(status)) {
    if (headers.location === undefined) throw invalid(url, 'redirects to nowhere')
    return { kind: 'moved', location: headers.location }
  }
  if (status === 401 || status === 403) {
    throw new ToolError('E_AUTH', `\`${redactUrl(url)}\` may not be read: the server answered ${status}.`, {
      details: { url: redactUrl(url), status },
      hint: advice?.refused ?? 'Look at the credentials for this host.',
    })
  }
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: 'again', reason: `it answered ${status}`, waitMs: retryAfterMs(headers['retry-after']), cause: null }
  }
  throw invalid(url, `answered ${status}`)
}

export function rangeHeaders(kept: number, validator: Validator): { readonly [name: string]: string } {
  if (kept === 0) return {}
  const range = { range: `bytes=${kept}-` }
  return validator.etag === null ? range : { ...range, 'if-range': validator.etag }
}

export function conditionOf(validator: string | null): { readonly [name: string]: string } {
  if (validator === null) return {}
  return /^(?:W\/)?"/.test(validator) ? { 'if-none-match': validator } : { 'if-modified-since': validator }
}

/** A time counts only where the file did not change in the moment in which it was read: the next change could bear the same one. */
export function validatorOf({ etag, date, ...headers }: IncomingHttpHeaders): string | null {
  const modified = headers['last-modified']
  const validator = etag ?? modified ?? null
  if (validator === null || validator.length > MAX_VALIDATOR || /[^\x20-\x7e]/.test(validator)) return null
  if (etag !== undefined) return /^(?:W\/)?"/.test(etag) ? etag : null
  const age = Date.parse(date ?? '') - Date.parse(validator)
  return age >= MIN_AGE_MS ? validator : null
}

function rangeStart(header: string | undefined): number | null {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '')
  return match === null ? null : Number(match[1])
}

/** Seconds, or a date by the server's clock, which is not trusted: a date only asks for the usual wait. */
function retryAfterMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Math.min(Number(header) * 1000, MAX_WAIT_MS) : null
}

export function broken(cause: unknown, reusedSocket: boolean): Outcome {
  const code = systemCode(cause)
  const message = cause instanceof Error ? cause.message : 'the connection broke'
  // A kept connection that the server closed just before we used it says nothing about the server.
  const waitMs = reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE') ? 0 : null
  return { kind: 'again', reason: reasonOf(cause, message), waitMs, cause }
}

/** Tells whether what follows still belongs to what came before. Only a strong tag can; a weak one does not speak of bytes. */
export class Validator {
  etag: string | null = null

  /** Not every server that is told which file is meant looks at it. */
  contradicts(etag: string | undefined): boolean {
    return this.etag !== null && etag !== undefined && etag !== this.etag
  }

  learn(etag: string | undefined): void {
    this.etag = etag?.startsWith('"') ? etag : null
  }
}
