// What can go wrong with HTTP, as errors that name the address without what could be secret.

import { systemCode, ToolError } from '../core/errors.ts'

/** The address without what could be secret: no user, no password, no query. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(not an address)'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

export function isCertificateError(error: Error): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /CERT|SELF_SIGNED|UNABLE_TO_/.test(code)
}

export function untrusted(
  { url, advice }: { readonly url: string; readonly advice?: { readonly untrusted?: string } },
  cause: Error,
): ToolError {
  return new ToolError(
    'E_SOURCE_UNAVAILABLE',
    `\`${redactUrl(url)}\` shows a certificate that is not trusted: ${cause.message}.`,
    {
      details: { url: redactUrl(url) },
      hint: advice?.untrusted ?? 'Behind a company proxy, set NODE_EXTRA_CA_CERTS to its certificate.',
      cause,
    },
  )
}

export function unavailable(url: string, reason: string, cause: unknown): ToolError {
  return new ToolError('E_SOURCE_UNAVAILABLE', `\`${redactUrl(url)}\` could not be read: ${reason}.`, {
    details: { url: redactUrl(url) },
    hint: 'Check the network and the proxy settings, and run the same command again.',
    cause,
  })
}

export function invalid(url: string, what: string, cause?: unknown): ToolError {
  return new ToolError('E_SOURCE_INVALID', `\`${redactUrl(url)}\` ${what}.`, {
    details: { url: redactUrl(url) },
    hint: 'Look at the address. Something between you and the server may answer in its place: a login page, a proxy.',
    cause,
  })
}

export function offlineError(url: string): ToolError {
  return new ToolError('E_OFFLINE', `\`${redactUrl(url)}\` is needed, and the network is forbidden.`, {
    details: { url: redactUrl(url) },
    hint: 'Run once without `--offline`.',
  })
}

export function tooLarge(url: string, maxBytes: number): ToolError {
  return invalid(url, `is larger than ${maxBytes} bytes`)
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal)
}

export function cancelled(signal: AbortSignal): ToolError {
  return new ToolError('E_CANCELLED', 'A download was stopped.', { cause: signal.reason })
}

/** What a failure of the network says, for the end of a sentence. */
export function reasonOf(error: unknown, otherwise: string): string {
  return NETWORK_REASONS[systemCode(error) ?? ''] ?? otherwise
}

const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
}
