// HTTP for everything: one agent, bounded concurrency, retries, size caps, resumed downloads, redacted errors. It knows nothing of
// files, hashes and packages: who downloads brings a sink.

import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { SecureContext } from 'node:tls'
import { isToolError, systemCode, ToolError } from '../core/errors.ts'
import type { Host } from './host.ts'

/** A GET. Headers may hold credentials: they never reach an error message, and do not follow a redirect to another host. */
export interface HttpRequest {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  /** TLS and proxy settings, in the form that @npmcli/agent takes; null for the process defaults. */
  readonly agent: AgentOptions | null
  /** What to do when the server refuses; about `.npmrc` unless given. */
  readonly authHint?: string
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

export interface HttpOptions {
  /** Every request throws E_OFFLINE. */
  readonly offline?: boolean
  /** Whether variables such as `https_proxy` may name a proxy for requests whose settings name none; true unless said otherwise. */
  readonly proxyVariables?: boolean
  readonly sockets?: number
  /** Tries in a row that bring nothing new; two more once anything was answered. */
  readonly attempts?: number
  /** The wait after the first failure; each later one is four times as long. */
  readonly backoffMs?: number
  /** A connection that is silent for so long counts as broken. */
  readonly stallMs?: number
}

/** A file, and what its server may be asked by whether it is still the same; null when nothing tells that for certain. */
export interface Fresh {
  readonly bytes: Buffer
  readonly validator: string | null
}

export interface TransferOptions {
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Begin again where nothing proves that the rest would belong to what is there: for what no hash will tell afterwards. */
  readonly onlyProven?: boolean
  /** Told the length of every piece as it arrives; what is asked for again is told again. */
  readonly onBytes?: (count: number) => void
}

/** Where a download goes. It may be filled by several answers, one after the other. What it throws ends the download as it is. */
export interface Sink {
  /** How many bytes from the start are there already: only what follows is asked for. */
  readonly kept: number
  /** The next byte will be the first one again. */
  restart(): void
  write(chunk: Buffer): void
}

export interface ExchangeOptions extends Pick<TransferOptions, 'maxBytes' | 'signal'> {
  readonly method: string
  readonly body: Uint8Array | null
}

export interface Exchange {
  /** Where the answer came from, after redirects. */
  readonly url: string
  readonly status: number
  readonly message: string
  readonly headers: IncomingHttpHeaders
  /** To be read to its end, or ended by `return`. */
  readonly body: AsyncGenerator<Buffer>
}

const MAX_REDIRECTS = 10
/** Further tries for a network that was there before: it is worth waiting for. */
const FURTHER_ATTEMPTS = 2
const MAX_WAIT_MS = 60_000
const MAX_VALIDATOR = 1024
/** Of what a time of change can tell from what it was before. */
const MIN_AGE_MS = 2000
/** Of an answer that is read only to free its connection. */
const MAX_DRAIN_BYTES = 65_536
/** A try that brought so much is no failure in a row; less could keep a hostile server's download alive for ever. */
const PROGRESS_BYTES = 65_536
/** All that may follow a redirect to another host. */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(['accept', 'accept-encoding', 'if-range', 'range', 'user-agent'])

type Outcome = Settled | { readonly kind: 'moved'; readonly location: string }
type Settled =
  | { readonly kind: 'done'; readonly headers: IncomingHttpHeaders }
  | { readonly kind: 'missing' }
  /** As the request says that it is known. */
  | { readonly kind: 'same' }
  /** Worth another try, after `waitMs` if the server said so. */
  | { readonly kind: 'again'; readonly reason: string; readonly waitMs: number | null; readonly cause: unknown }

const NO_SETTINGS: AgentOptions = {}

/** One per process is meant: the bound on sockets is its own. Idle connections do not keep the process alive. */
export class HttpClient {
  readonly offline: boolean
  readonly #host: Host
  readonly #proxyVariables: boolean
  readonly #gate: Gate
  #hasAnswered = false
  readonly #sockets: number
  readonly #attempts: number
  readonly #backoffMs: number
  readonly #stallMs: number
  readonly #agents = new WeakMap<AgentOptions, Map<string, Promise<Agent>>>()

  constructor(host: Host, options: HttpOptions = {}) {
    this.#host = host
    this.offline = options.offline ?? false
    this.#proxyVariables = options.proxyVariables ?? true
    this.#sockets = options.sockets ?? 16
    this.#gate = new Gate(this.#sockets)
    this.#attempts = options.attempts ?? 4
    this.#backoffMs = options.backoffMs ?? 300
    this.#stallMs = options.stallMs ?? 30_000
  }

  /**
   * A small answer, whole in memory, gunzipped if it was sent so; null when the server says that there is none (404, 410).
   *
   * @throws ToolError E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID, E_AUTH, E_OFFLINE, E_CANCELLED
   */
  async getBytes(request: HttpRequest, options: TransferOptions): Promise<Buffer | null> {
    const answer = await this.getIfChanged(request, null, options)
    return answer === null || answer === 'same' ? null : answer.bytes
  }

  /**
   * As `getBytes`, but `'same'`, which costs no body, where the server says that the file is still the one that came with the validator `known`.
   *
   * @throws ToolError as `getBytes`
   */
  async getIfChanged(
    request: HttpRequest,
    known: string | null,
    options: TransferOptions,
  ): Promise<Fresh | 'same' | null> {
    const sink = new MemorySink()
    const asked = withHeaders(request, { 'accept-encoding': 'gzip', ...conditionOf(known) })
    const headers = await this.#transfer(asked, sink, { ...options, resumes: false })
    if (headers === null || headers === 'same') return headers
    return { bytes: await this.#decoded(request, headers, sink, options), validator: validatorOf(headers) }
  }

  async #decoded(
    request: HttpRequest,
    headers: IncomingHttpHeaders,
    sink: MemorySink,
    options: TransferOptions,
  ): Promise<Buffer> {
    const encoding = headers['content-encoding'] ?? 'identity'
    const bytes = sink.bytes()
    if (encoding === 'identity') return bytes
    const { gunzipSync } = await import('node:zlib')
    try {
      if (encoding !== 'gzip') throw new Error(`nobody asked for the encoding ${encoding}`)
      return gunzipSync(bytes, { maxOutputLength: options.maxBytes })
    } catch (cause) {
      if (cause instanceof RangeError) throw tooLarge(request.url, options.maxBytes)
      throw invalid(request.url, 'sent an answer that cannot be decoded', cause)
    }
  }

  /**
   * Streams a file into `sink`, byte for byte as it is on the server, going on where a connection broke if the server can; false when
   * the server says that there is none (404, 410). That the bytes are the right ones is for the caller to find out.
   *
   * @throws what `getBytes` throws, and what `sink` throws
   */
  async download(request: HttpRequest, sink: Sink, options: TransferOptions): Promise<boolean> {
    // An encoding on the way would make ranges and hashes those of other bytes.
    return (
      (await this.#transfer(withHeaders(request, { 'accept-encoding': 'identity' }), sink, {
        ...options,
        resumes: true,
      })) !== null
    )
  }

  async #transfer(
    request: HttpRequest,
    sink: Sink,
    options: TransferOptions & { readonly resumes: boolean },
  ): Promise<IncomingHttpHeaders | 'same' | null> {
    if (this.offline) throw offlineError(request.url)
    const validator = new Validator()
    let best = sink.kept
    for (let failures = 1; ; failures++) {
      const outcome = await this.#gate.run(() => this.#follow(request, sink, validator, options))
      if (outcome.kind !== 'again') {
        this.#hasAnswered = true
        if (outcome.kind === 'missing') return null
        return outcome.kind === 'same' ? 'same' : outcome.headers
      }
      if (!options.resumes || (options.onlyProven === true && validator.etag === null)) sink.restart()
      if (sink.kept >= best + PROGRESS_BYTES) {
        best = sink.kept
        failures = 1
      }
      if (failures >= this.#attempts + (this.#hasAnswered ? FURTHER_ATTEMPTS : 0))
        throw unavailable(request.url, outcome.reason, outcome.cause)
      await this.#wait(outcome.waitMs ?? this.#backoff(failures), options.signal)
    }
  }

  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds === 0) return
    try {
      await this.#host.sleep(milliseconds, signal)
    } catch (error) {
      throwIfAborted(signal)
      throw error
    }
  }

  #backoff(failures: number): number {
    const jitter = 0.5 + Number.parseInt(this.#host.random(2), 16) / 0xffff / 2
    return Math.min(this.#backoffMs * 4 ** (failures - 1) * jitter, MAX_WAIT_MS)
  }

  async #follow(request: HttpRequest, sink: Sink, validator: Validator, options: TransferOptions): Promise<Settled> {
    let hop = request
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      throwIfAborted(options.signal)
      const outcome = await this.#exchange(hop, sink, validator, options)
      if (outcome.kind !== 'moved') return outcome
      hop = redirected(hop, outcome.location)
    }
    throw invalid(request.url, `redirects more than ${MAX_REDIRECTS} times`)
  }

  /** One request and its answer. Rejects only with what no other try could change. */
  async #exchange(request: HttpRequest, sink: Sink, validator: Validator, options: TransferOptions): Promise<Outcome> {
    const url = parseUrl(request.url)
    const outgoing = await this.#open(url, withHeaders(request, rangeHeaders(sink.kept, validator)))
    return new Promise((resolve, reject) => {
      let cause: unknown = null
      let outcome: Outcome | null = null
      // Node's own `signal` option costs more than the rest of what is done here.
      const abort = () => {
        outgoing.destroy()
        settle()
      }
      const stall = setTimeout(() => {
        cause = new Error(`it was silent for ${this.#stallMs / 1000} seconds`)
        outgoing.destroy()
        settle()
      }, this.#stallMs)
      const done = () => {
        clearTimeout(stall)
        options.signal.removeEventListener('abort', abort)
      }
      const settle = () => {
        done()
        if (options.signal.aborted) reject(cancelled(options.signal))
        else resolve(outcome ?? broken(cause, outgoing.reusedSocket))
      }
      const fail = (error: unknown) => {
        done()
        reject(error)
        outgoing.destroy()
      }
      // After a failure the connection may have more to say; without a listener it would bring the process down.
      outgoing.on('error', (error) => {
        if (isCertificateError(error)) fail(untrusted(request.url, error))
        cause ??= error
        settle()
      })
      outgoing.on('response', (response) => {
        let take: (chunk: Buffer) => void
        let verdict: Outcome
        try {
          const accepted = judge(request, response, sink, validator, options.maxBytes)
          verdict = accepted
          take = accepted.kind === 'done' ? intoSink(request.url, sink, options) : intoNothing(outgoing)
        } catch (error) {
          fail(error)
          return
        }
        response.on('data', (chunk: Buffer) => {
          stall.refresh()
          try {
            take(chunk)
          } catch (error) {
            fail(error)
          }
        })
        response.on('error', (error) => {
          cause ??= error
        })
        response.on('end', () => {
          outcome = verdict
          settle()
        })
        response.on('close', () => {
          // Nothing but the head of such an answer counts, so it need not have come to its end.
          if (verdict.kind !== 'done') outcome = verdict
          settle()
        })
      })
      options.signal.addEventListener('abort', abort)
      if (options.signal.aborted) abort()
      else outgoing.end()
    })
  }

  /**
   * One request and its answer as it comes, whatever its status, for a protocol of its own (git's). A GET follows redirects; what did not
   * reach the server, or found it busy, is tried again, as for a download.
   *
   * @throws ToolError E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID, E_OFFLINE, E_CANCELLED; the body throws the same
   */
  async exchange(request: HttpRequest, options: ExchangeOptions): Promise<Exchange> {
    if (this.offline) throw offlineError(request.url)
    let hop = request
    let hops = 0
    for (let failures = 1; ; ) {
      throwIfAborted(options.signal)
      const answer = await this.#send(hop, options)
      if ('reason' in answer) {
        if (failures >= this.#attempts) throw unavailable(hop.url, answer.reason, answer.cause)
        await this.#wait(this.#backoff(failures), options.signal)
        failures++
        continue
      }
      const { location } = answer.headers
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined || options.method !== 'GET')
        return answer
      await answer.body.return(undefined)
      hop = redirected(hop, location)
      hops++
      if (hops > MAX_REDIRECTS) throw invalid(request.url, `redirects more than ${MAX_REDIRECTS} times`)
    }
  }

  async #send(
    request: HttpRequest,
    { method, body, maxBytes, signal }: ExchangeOptions,
  ): Promise<Exchange | { readonly reason: string; readonly cause: unknown }> {
    const length: Record<string, string> = body === null ? {} : { 'content-length': String(body.length) }
    const outgoing = await this.#open(parseUrl(request.url), withHeaders(request, length), method)
    const abort = () => outgoing.destroy()
    signal.addEventListener('abort', abort)
    outgoing.setTimeout(this.#stallMs, () =>
      outgoing.destroy(new Error(`it was silent for ${this.#stallMs / 1000} seconds`)),
    )
    const response = await new Promise<IncomingMessage | Error>((resolve) => {
      outgoing.on('error', resolve)
      outgoing.on('response', resolve)
      outgoing.end(body ?? undefined)
    })
    if (response instanceof Error) {
      signal.removeEventListener('abort', abort)
      throwIfAborted(signal)
      if (isCertificateError(response)) throw untrusted(request.url, response)
      return { reason: NETWORK_REASONS[systemCode(response) ?? ''] ?? response.message, cause: response }
    }
    const status = response.statusCode ?? 0
    if (status === 408 || status === 429 || status >= 500) {
      signal.removeEventListener('abort', abort)
      outgoing.destroy()
      return { reason: `it answered ${status}`, cause: null }
    }
    const pieces = async function* (): AsyncGenerator<Buffer> {
      let count = 0
      try {
        for await (const piece of response) {
          count += piece.length
          if (count > maxBytes) throw tooLarge(request.url, maxBytes)
          yield piece
        }
      } catch (cause) {
        throwIfAborted(signal)
        if (isToolError(cause)) throw cause
        throw unavailable(request.url, NETWORK_REASONS[systemCode(cause) ?? ''] ?? 'the connection broke', cause)
      } finally {
        signal.removeEventListener('abort', abort)
        if (!response.complete) outgoing.destroy()
      }
    }
    return {
      url: request.url,
      status,
      message: response.statusMessage ?? '',
      headers: response.headers,
      body: pieces(),
    }
  }

  /** One agent for each host and each settings object; two objects with equal settings only cost a second connection. */
  async #agentFor(url: URL, options: AgentOptions | null): Promise<Agent> {
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

  async #open(url: URL, request: HttpRequest, method = 'GET'): Promise<ClientRequest> {
    // Loading these costs tens of milliseconds, which verbs that need no network shall not pay.
    const { request: open } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
    try {
      const agent = await this.#agentFor(url, request.agent)
      return open(url, { method, agent, headers: { 'user-agent': 'tenon', accept: '*/*', ...request.headers } })
    } catch (cause) {
      throw new ToolError('E_CONFIG', `The settings for \`${url.host}\` cannot be used.`, {
        details: { url: redactUrl(url.href) },
        hint: 'Look at the proxy, the certificates and the credentials for this host in `.npmrc`.',
        cause,
      })
    }
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

/** The address without what could be secret: no user, no password, no query. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(not an address)'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}

/** What the head of an answer says. Prepares the sink when a body is to follow. */
function judge(
  { url, authHint, headers: asked }: HttpRequest,
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
      hint: authHint ?? 'Check the credentials for this registry in `.npmrc`; `npm login` renews them.',
    })
  }
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: 'again', reason: `it answered ${status}`, waitMs: retryAfterMs(headers['retry-after']), cause: null }
  }
  throw invalid(url, `answered ${status}`)
}

function intoSink(url: string, sink: Sink, options: TransferOptions): (chunk: Buffer) => void {
  return (chunk) => {
    if (sink.kept + chunk.length > options.maxBytes) throw tooLarge(url, options.maxBytes)
    sink.write(chunk)
    options.onBytes?.(chunk.length)
  }
}

function intoNothing(outgoing: ClientRequest): (chunk: Buffer) => void {
  let drained = 0
  return (chunk) => {
    drained += chunk.length
    if (drained > MAX_DRAIN_BYTES) outgoing.destroy()
  }
}

function redirected(request: HttpRequest, location: string): HttpRequest {
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
  if (request.agent === null) return { url: to.href, headers, agent: null }
  // A client certificate is a credential too.
  const { cert: _cert, key: _key, ...agent } = request.agent
  return { url: to.href, headers, agent }
}

function rangeHeaders(kept: number, validator: Validator): { readonly [name: string]: string } {
  if (kept === 0) return {}
  const range = { range: `bytes=${kept}-` }
  return validator.etag === null ? range : { ...range, 'if-range': validator.etag }
}

function conditionOf(validator: string | null): { readonly [name: string]: string } {
  if (validator === null) return {}
  return /^(?:W\/)?"/.test(validator) ? { 'if-none-match': validator } : { 'if-modified-since': validator }
}

/** A time counts only where the file did not change in the moment in which it was read: the next change could bear the same one. */
function validatorOf({ etag, date, ...headers }: IncomingHttpHeaders): string | null {
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

function withHeaders(request: HttpRequest, headers: { readonly [name: string]: string }): HttpRequest {
  return { ...request, headers: { ...request.headers, ...headers } }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalid(text, 'is not an address that can be asked')
  }
  return url
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

function broken(cause: unknown, reusedSocket: boolean): Outcome {
  const code = systemCode(cause)
  const message = cause instanceof Error ? cause.message : 'the connection broke'
  // A kept connection that the server closed just before we used it says nothing about the server.
  const waitMs = reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE') ? 0 : null
  return { kind: 'again', reason: (code === null ? null : NETWORK_REASONS[code]) ?? message, waitMs, cause }
}

function isCertificateError(error: Error): boolean {
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && /CERT|SELF_SIGNED|UNABLE_TO_/.test(code)
}

function untrusted(url: string, cause: Error): ToolError {
  return new ToolError(
    'E_SOURCE_UNAVAILABLE',
    `\`${redactUrl(url)}\` shows a certificate that is not trusted: ${cause.message}.`,
    {
      details: { url: redactUrl(url) },
      hint: 'Behind a company proxy, set `cafile` in `.npmrc` or NODE_EXTRA_CA_CERTS to its certificate.',
      cause,
    },
  )
}

function unavailable(url: string, reason: string, cause: unknown): ToolError {
  return new ToolError('E_SOURCE_UNAVAILABLE', `\`${redactUrl(url)}\` could not be read: ${reason}.`, {
    details: { url: redactUrl(url) },
    hint: 'Check the network and the proxy settings, and run the same command again.',
    cause,
  })
}

function invalid(url: string, what: string, cause?: unknown): ToolError {
  return new ToolError('E_SOURCE_INVALID', `\`${redactUrl(url)}\` ${what}.`, {
    details: { url: redactUrl(url) },
    cause,
  })
}

function offlineError(url: string): ToolError {
  return new ToolError('E_OFFLINE', `\`${redactUrl(url)}\` is needed, and the network is forbidden.`, {
    details: { url: redactUrl(url) },
    hint: 'Run once without `--offline`.',
  })
}

function tooLarge(url: string, maxBytes: number): ToolError {
  return invalid(url, `is larger than ${maxBytes} bytes`)
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal)
}

function cancelled(signal: AbortSignal): ToolError {
  return new ToolError('E_CANCELLED', 'A download was stopped.', { cause: signal.reason })
}

/** Tells whether what follows still belongs to what came before. Only a strong tag can; a weak one does not speak of bytes. */
class Validator {
  etag: string | null = null

  learn(etag: string | undefined): void {
    this.etag = etag?.startsWith('"') ? etag : null
  }
}

class MemorySink implements Sink {
  #chunks: Buffer[] = []
  kept = 0

  restart(): void {
    this.#chunks = []
    this.kept = 0
  }

  write(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.kept += chunk.length
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}

/** Lets so many run at once, the others in the order in which they came. */
class Gate {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(size: number) {
    this.#free = size
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}
