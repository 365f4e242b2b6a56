// HTTP for everything: one agent, bounded concurrency, retries, size caps, resumed downloads, redacted errors.

/** A GET. Headers may hold credentials: they never reach an error message, and do not follow a redirect to another host. */
export interface HttpRequest {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  /** TLS and proxy settings, in the form that @npmcli/agent takes; null for the process defaults. */
  readonly agent: AgentOptions | null
}

export interface AgentOptions {
  readonly ca?: string | readonly string[]
  readonly cert?: string
  readonly key?: string
  readonly strictSSL?: boolean
  readonly proxy?: string
  readonly noProxy?: string
  readonly localAddress?: string
}
