// Connections: which agent of Node's a request goes through, with whose proxies, authorities and certificates.

import type { Agent } from 'node:http'
import type { SecureContext } from 'node:tls'

export interface AgentOptions {
  readonly ca?: string | readonly string[]
  readonly cert?: string
  readonly key?: string
  readonly strictSSL?: boolean
  readonly proxy?: string
  readonly noProxy?: string
  readonly localAddress?: string
}

const NO_SETTINGS: AgentOptions = {}

/** Connections that are kept and used again. */
export class Agents {
  readonly #agents = new WeakMap<AgentOptions, Map<string, Promise<Agent>>>()
  readonly #sockets: number
  readonly #proxyVariables: boolean

  /** At most `sockets` for each host; `proxyVariables` as `HttpOptions` says. */
  constructor(sockets: number, proxyVariables: boolean) {
    this.#sockets = sockets
    this.#proxyVariables = proxyVariables
  }

  /** One agent for each host and each settings object; two objects with equal settings only cost a second connection. */
  async for(url: URL, options: AgentOptions | null): Promise<Agent> {
    const settings = options ?? NO_SETTINGS
    const known = this.#agents.get(settings) ?? new Map<string, Promise<Agent>>()
    this.#agents.set(settings, known)
    const isDirect = !this.#proxyVariables && settings.proxy === undefined
    const agent =
      known.get(url.origin) ??
      (isDirect ? directAgent(url, settings, this.#sockets) : npmAgent(url, settings, this.#sockets))
    known.set(url.origin, agent)
    return await agent
  }
}

/** npm's agent, whatever proxies it uses. */
async function npmAgent(url: URL, settings: AgentOptions, sockets: number): Promise<Agent> {
  const { getAgent, Agent: NpmAgent } = await import('@npmcli/agent')
  // Always said: npm's agent takes "not said" for "do not check" when it looks for an agent to share.
  const { strictSSL = true, ...common } = settings
  const options = { ...common, rejectUnauthorized: strictSSL, maxSockets: sockets }
  const shared = getAgent(url.href, options)
  if (url.protocol !== 'https:' || shared.proxy.url !== undefined) return shared
  const { ca: _ca, cert: _cert, key: _key, ...rest } = options
  return new NpmAgent({ ...rest, secureContext: await secureContext(settings) })
}

/** The same without a proxy: npm's agent takes longer to load than a dozen downloads take. */
async function directAgent(url: URL, settings: AgentOptions, sockets: number): Promise<Agent> {
  const { strictSSL = true, localAddress } = settings
  const options = { keepAlive: true, maxSockets: sockets, ...(localAddress === undefined ? {} : { localAddress }) }
  if (url.protocol === 'http:') return new (await import('node:http')).Agent(options)
  const { Agent: HttpsAgent } = await import('node:https')
  return new HttpsAgent({ ...options, rejectUnauthorized: strictSSL, secureContext: await secureContext(settings) })
}

/** Node makes a key of all certificate authorities for every request, which costs more than the request; of a context it makes none. */
async function secureContext({ ca, cert, key }: AgentOptions): Promise<SecureContext> {
  const { createSecureContext } = await import('node:tls')
  return createSecureContext({
    ...(ca === undefined ? {} : { ca: typeof ca === 'string' ? ca : [...ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  })
}
