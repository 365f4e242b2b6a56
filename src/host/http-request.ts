// What is asked of a web host, and what of it follows a redirect.

import type { AgentOptions } from './http-agent.ts'
import { invalid } from './http-errors.ts'

/** A GET. Headers may hold credentials: they never reach an error message, and do not follow a redirect to another host. */
export interface HttpRequest {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  /** TLS and proxy settings, in the form that @npmcli/agent takes; null for the process defaults. */
  readonly agent: AgentOptions | null
  /** Whose configuration leads to this place knows what to do about it. */
  readonly advice?: Advice
}

/** Hints; where one is missing, what holds for any host is said. */
export interface Advice {
  /** The server refuses the credentials, or there are none. */
  readonly refused?: string
  readonly untrusted?: string
  /** Proxy, certificates or credentials make no sense. */
  readonly unusable?: string
  /** The server does not have what was locked. */
  readonly missing?: string
}

/** All that may follow a redirect to another host. */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'if-range', 'range', 'user-agent'])

export function withHeaders(request: HttpRequest, headers: { readonly [name: string]: string }): HttpRequest {
  return { ...request, headers: { ...request.headers, ...headers } }
}

export function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalid(text, 'is not an address that can be asked')
  }
  return url
}

/** The request to make after a redirect. @throws ToolError E_SOURCE_INVALID */
export function redirected(request: HttpRequest, location: string): HttpRequest {
  const from = parseUrl(request.url)
  if (!URL.canParse(location, from.href)) throw invalid(request.url, 'redirects to something that is no address')
  const to = new URL(location, from)
  if (to.protocol !== 'https:' && (to.protocol !== 'http:' || from.protocol === 'https:')) {
    throw invalid(request.url, `redirects to an address that is not safe (\`${to.protocol}\`)`)
  }
  if (to.host === from.host) return { ...request, url: to.href }
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => HARMLESS_HEADERS.has(name.toLowerCase())),
  )
  // A client certificate is a credential too.
  const { cert: _cert, key: _key, ...agent } = request.agent ?? {}
  const { refused: _refused, ...advice } = request.advice ?? {}
  return { url: to.href, headers, agent: request.agent === null ? null : agent, advice }
}
