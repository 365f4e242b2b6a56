// HTTP for everything: one agent, bounded concurrency, retries, size caps, resumed downloads, redacted errors. It knows nothing of
// files, hashes and packages: who downloads brings a sink.

import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isToolError, ToolError } from '../core/errors.ts'
import { SpentBuffers } from './garbage.ts'
import type { Host } from './host.ts'
import { Agents } from './http-agent.ts'
import {
  broken,
  conditionOf,
  judge,
  MAX_WAIT_MS,
  type Outcome,
  rangeHeaders,
  type Settled,
  type Sink,
  Validator,
  validatorOf,
} from './http-answer.ts'
import {
  cancelled,
  invalid,
  isCertificateError,
  offlineError,
  reasonOf,
  redactUrl,
  throwIfAborted,
  tooLarge,
  unavailable,
  untrusted,
} from './http-errors.ts'
import { type HttpRequest, parseUrl, redirected, withHeaders } from './http-request.ts'

export type { AgentOptions } from './http-agent.ts'
export type { Sink } from './http-answer.ts'
export { redactUrl } from './http-errors.ts'
export type { Advice, HttpRequest } from './http-request.ts'

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
  /** So is one that brings hardly anything for so long after it was given work: servers of git send five bytes every five seconds while they count. */
  readonly workMs?: number
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
/** What comes in the time after which a connection counts as silent, or it is as good as that. */
const STALL_BYTES = 1024
/** Of an answer that is read only to free its connection. */
const MAX_DRAIN_BYTES = 65_536
/** A try that brought so much is no failure in a row; less could keep a hostile server's download alive for ever. */
const PROGRESS_BYTES = 65_536
/** One per process is meant: the bound on sockets is its own. Idle connections do not keep the process alive. */
export class HttpClient {
  readonly offline: boolean
  readonly #host: Host
  readonly #agents: Agents
  readonly #gate: Gate
  #hasAnswered = false
  readonly #attempts: number
  readonly #backoffMs: number
  readonly #stallMs: number
  readonly #workMs: number

  constructor(host: Host, options: HttpOptions = {}) {
    this.#host = host
    this.offline = options.offline ?? false
    const sockets = options.sockets ?? 16
    this.#agents = new Agents(sockets, options.proxyVariables ?? true)
    this.#gate = new Gate(sockets)
    this.#attempts = options.attempts ?? 4
    this.#backoffMs = options.backoffMs ?? 300
    this.#stallMs = options.stallMs ?? 30_000
    this.#workMs = options.workMs ?? 600_000
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
      let arrived = 0
      const stall = setTimeout(() => {
        const what = arrived === 0 ? 'was silent' : 'sent hardly anything'
        cause = new Error(`it ${what} for ${this.#stallMs / 1000} seconds`)
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
        if (isCertificateError(error)) fail(untrusted(request, error))
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
          arrived += chunk.length
          if (arrived >= STALL_BYTES) {
            arrived = 0
            stall.refresh()
          }
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
    const silent = () => outgoing.destroy(new Error(`it was silent for ${this.#stallMs / 1000} seconds`))
    outgoing.setTimeout(this.#stallMs, silent)
    // A head may come a byte at a time.
    const stall = setTimeout(silent, this.#stallMs)
    const response = await new Promise<IncomingMessage | Error>((resolve) => {
      outgoing.on('error', resolve)
      outgoing.on('response', resolve)
      outgoing.end(body ?? undefined)
    })
    clearTimeout(stall)
    if (response instanceof Error) {
      signal.removeEventListener('abort', abort)
      throwIfAborted(signal)
      if (isCertificateError(response)) throw untrusted(request, response)
      return { reason: reasonOf(response, response.message), cause: response }
    }
    const status = response.statusCode ?? 0
    if (status === 408 || status === 429 || status >= 500) {
      signal.removeEventListener('abort', abort)
      outgoing.destroy()
      return { reason: `it answered ${status}`, cause: null }
    }
    const patienceMs = method === 'GET' ? this.#stallMs : this.#workMs
    const pieces = async function* (): AsyncGenerator<Buffer> {
      let count = 0
      let arrived = 0
      let slow: string | null = null
      const drip = setTimeout(() => {
        slow = `it sent hardly anything for ${patienceMs / 1000} seconds`
        response.destroy()
      }, patienceMs)
      try {
        for await (const piece of response) {
          count += piece.length
          if (count > maxBytes) throw tooLarge(request.url, maxBytes)
          arrived += piece.length
          if (arrived >= STALL_BYTES) {
            arrived = 0
            drip.refresh()
          }
          yield piece
        }
      } catch (cause) {
        throwIfAborted(signal)
        if (isToolError(cause)) throw cause
        throw unavailable(request.url, slow ?? reasonOf(cause, 'the connection broke'), cause)
      } finally {
        clearTimeout(drip)
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

  async #open(url: URL, request: HttpRequest, method = 'GET'): Promise<ClientRequest> {
    // Loading these costs tens of milliseconds, which verbs that need no network shall not pay.
    const { request: open } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
    try {
      const agent = await this.#agents.for(url, request.agent)
      return open(url, { method, agent, headers: { 'user-agent': 'tenon', accept: '*/*', ...request.headers } })
    } catch (cause) {
      throw new ToolError('E_CONFIG', `The settings for \`${url.host}\` cannot be used.`, {
        details: { url: redactUrl(url.href) },
        hint: request.advice?.unusable ?? 'Look at the proxy that the environment names (`HTTPS_PROXY`).',
        cause,
      })
    }
  }
}

function intoSink(url: string, sink: Sink, options: TransferOptions): (chunk: Buffer) => void {
  const spent = new SpentBuffers()
  return (chunk) => {
    if (sink.kept + chunk.length > options.maxBytes) throw tooLarge(url, options.maxBytes)
    sink.write(chunk)
    spent.add(chunk.length)
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
