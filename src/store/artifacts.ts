// The cache of downloaded artifacts, by integrity. The one way by which bytes of packages come in: nothing is in the cache whose hash
// did not match. Nothing here is truth: the whole directory may be deleted at any time, also while it is used.
//
//   cache/artifacts/<algorithm>-<hex>                    an artifact whose hash matched
//   cache/artifacts/partial/<algorithm>-<hex>.<random>   one download under way, or what a killed process left of it
//   cache/artifacts/partial/<algorithm>-<hex>            the start of an artifact that nobody is writing to: free to take

import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Integrity, integrityAlgorithm, integrityOf } from '../core/digest.ts'
import { asStoreError, isToolError, systemCode, ToolError } from '../core/errors.ts'
import type { Artifact } from '../core/lock.ts'
import type { Host } from '../host/host.ts'
import { type HttpClient, type HttpRequest, redactUrl, type Sink, type TransferOptions } from '../host/http.ts'
import { CachedArtifacts } from './cached-artifacts.ts'
import { PartialArtifact, WrongBytes } from './partial-artifact.ts'
import { removeTree } from './tree.ts'
import { UnknownArtifact } from './unknown-artifact.ts'

export type FileArtifact = Extract<Artifact, { kind: 'file' }>

type Named = Pick<FileArtifact, 'package' | 'name'>

/** What of an artifact a fetch has to know. */
export type Fetchable = Named & Pick<FileArtifact, 'size' | 'integrity'>

export type FetchOptions = Pick<TransferOptions, 'signal' | 'onBytes'> & {
  /** How large an artifact may be whose size is not known. */
  readonly maxBytes?: number
}

export interface LearnedArtifact {
  readonly integrity: Integrity
  readonly size: number
}

/** What is read whole into memory later must have a bound when the lock names none. */
const MAX_UNKNOWN_BYTES = 2 * 1024 ** 3
/** One file, at most: far more than anybody publishes, and than a disk takes unnoticed. */
const MAX_LEARNED_BYTES = 1024 ** 4
const COPY_BYTES = 1024 * 1024
/** Of artifacts that were downloaded just now, for whoever unpacks them next. */
const MAX_FRESH_BYTES = 64 * 1024 * 1024
/** How often a fetch survives that somebody deletes the cache under it. */
const MAX_ROUNDS = 3

interface Running {
  readonly size: Promise<number>
  readonly abort: AbortController
  waiting: number
}

export class ArtifactCache extends CachedArtifacts {
  readonly #http: HttpClient
  readonly #running = new Map<Integrity, Running>()
  readonly #fresh = new Map<Integrity, Buffer>()
  #freshBytes = 0

  /** `root` is made when it is first needed. */
  constructor(root: string, host: Host, http: HttpClient) {
    super(root, host)
    this.#http = http
  }

  /**
   * The bytes of an artifact that was downloaded a moment ago, whose hash matched then: once, for a first user who need not read and hash
   * them again. Null for all others. Their memory is the caller's alone.
   */
  takeFresh(integrity: Integrity): Buffer | null {
    const bytes = this.#fresh.get(integrity) ?? null
    this.#fresh.delete(integrity)
    this.#freshBytes -= bytes?.length ?? 0
    return bytes
  }

  #keepFresh(integrity: Integrity, bytes: Buffer | null): void {
    if (bytes === null || this.#fresh.has(integrity) || this.#freshBytes + bytes.length > MAX_FRESH_BYTES) return
    this.#fresh.set(integrity, bytes)
    this.#freshBytes += bytes.length
  }

  /**
   * Downloads a file whose hash nobody knows yet into the cache. A connection that breaks is gone on with only where the server proves that
   * it still has the same file.
   *
   * @throws ToolError as `fetch`, but for E_INTEGRITY
   */
  async learn(
    wanted: Named,
    places: () => AsyncIterable<HttpRequest>,
    options: FetchOptions,
  ): Promise<LearnedArtifact> {
    if (this.#http.offline) throw offline(wanted, 'was never downloaded')
    let partial: UnknownArtifact | null = null
    try {
      partial = new UnknownArtifact(this.host, join(this.root, 'partial'))
      const limits = { maxBytes: MAX_LEARNED_BYTES, ...options, onlyProven: true }
      let isThere = false
      let asked: HttpRequest | null = null
      for await (const request of places()) {
        asked = request
        isThere = await this.#download(request, partial, limits)
        if (isThere) break
      }
      if (!isThere) throw notFound(wanted, asked)
      const size = partial.kept
      return { integrity: partial.commit((integrity) => this.path(integrity)), size }
    } catch (error) {
      partial?.discard()
      throw asStoreError(error, `keep \`${wanted.name}\` in the cache`)
    }
  }

  /**
   * Puts bytes that are here already into the cache.
   *
   * @throws ToolError E_INTEGRITY when they are not those of `integrity`; E_STORE_IO
   */
  add(integrity: Integrity, bytes: Uint8Array): void {
    const found = integrityOf(bytes, integrityAlgorithm(integrity))
    if (found !== integrity) {
      throw new ToolError('E_INTEGRITY', `Bytes with ${found} are not ${integrity}.`, {
        details: { wanted: integrity, found },
      })
    }
    const partial = new PartialArtifact(this.host, this.path(integrity), { integrity, size: null })
    try {
      partial.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      partial.commit()
    } catch (error) {
      partial.putAway()
      throw asStoreError(error, `write \`${this.path(integrity)}\``)
    }
  }

  /** Deletes what downloads that did not finish left behind, and says how many bytes. Only while nobody else uses the cache. */
  dropUnfinished(): number {
    return removeTree(this.host, join(this.root, 'partial'))
  }

  /**
   * Sees to it that the artifact is in the cache; its size in bytes. Asks the places of `locate` in turn until one gives the right
   * bytes. The same artifact twice at a time is one download, which goes on until everyone who waits for it has stopped waiting.
   *
   * @throws ToolError E_INTEGRITY, E_OFFLINE, E_PACKAGE_NOT_FOUND, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID, E_AUTH, E_CANCELLED,
   *   E_STORE_IO; what has arrived until then is kept for the next time, unless it was wrong
   */
  async fetch(artifact: Fetchable, locate: () => AsyncIterable<HttpRequest>, options: FetchOptions): Promise<number> {
    const cached = this.host.stat(this.path(artifact.integrity))
    if (cached !== null) return cached.size
    if (this.#http.offline) throw offline(artifact, 'is not cached')
    return this.#join(artifact.integrity, options.signal, (signal) =>
      this.#fetch(artifact, locate, { ...options, signal }),
    )
  }

  #join(integrity: Integrity, signal: AbortSignal, start: (signal: AbortSignal) => Promise<number>): Promise<number> {
    let running = this.#running.get(integrity)
    if (running === undefined) {
      const abort = new AbortController()
      running = { size: start(abort.signal), abort, waiting: 0 }
      this.#running.set(integrity, running)
    }
    const joined = running
    const forget = () => {
      if (this.#running.get(integrity) === joined) this.#running.delete(integrity)
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        joined.waiting -= 1
        if (joined.waiting > 0) {
          reject(new ToolError('E_CANCELLED', 'A download was stopped.', { cause: signal.reason }))
          return
        }
        // The last one waits until the download has put away what it has.
        forget()
        joined.abort.abort(signal.reason)
      }
      joined.waiting += 1
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
      joined.size.then(resolve, reject).finally(() => {
        signal.removeEventListener('abort', leave)
        forget()
      })
    })
  }

  async #fetch(artifact: Fetchable, locate: () => AsyncIterable<HttpRequest>, options: FetchOptions): Promise<number> {
    for (let round = 1; ; round++) {
      const partial = new PartialArtifact(this.host, this.path(artifact.integrity), artifact)
      try {
        partial.resume()
        if (partial.kept === 0 || !partial.isWhole()) await this.#fill(artifact, partial, locate, options)
        partial.commit()
        this.#keepFresh(artifact.integrity, partial.bytes())
        return partial.kept
      } catch (error) {
        partial.putAway()
        if (systemCode(error) !== 'ENOENT' || round === MAX_ROUNDS)
          throw asStoreError(error, `keep \`${artifact.name}\` in the cache`)
      }
    }
  }

  async #fill(
    artifact: Fetchable,
    partial: PartialArtifact,
    locate: () => AsyncIterable<HttpRequest>,
    options: FetchOptions,
  ): Promise<void> {
    let first: unknown = null
    let asked: HttpRequest | null = null
    try {
      for await (const request of locate()) {
        asked = request
        try {
          if (await this.#fillFrom(artifact, request, partial, options)) return
        } catch (error) {
          if (!isFaultOfPlace(error)) throw error
          first ??= error
        }
      }
    } catch (error) {
      // That a later place could not even be found says less than what went wrong at the first.
      throw first !== null && isFaultOfPlace(error) ? first : error
    }
    throw first ?? notFound(artifact, asked)
  }

  /** False when this place does not have it. A wrong answer is asked for once more, from the start: a resumed one may have been patched up badly. */
  async #fillFrom(
    artifact: Fetchable,
    request: HttpRequest,
    partial: PartialArtifact,
    options: FetchOptions,
  ): Promise<boolean> {
    const unknown = options.maxBytes ?? MAX_UNKNOWN_BYTES
    const limits = { ...options, maxBytes: artifact.size === null ? unknown : Number.MAX_SAFE_INTEGER }
    for (let isRetry = false; ; isRetry = true) {
      try {
        if (!(await this.#download(request, partial, limits))) return false
        partial.verify()
        return true
      } catch (error) {
        if (!(error instanceof WrongBytes)) throw error
        partial.restart()
        if (isRetry) throw wrong(artifact, error, request)
      }
    }
  }

  /** A file of this machine, which no answer of a server leads to, is read where it is. */
  async #download(request: HttpRequest, sink: Sink, options: TransferOptions): Promise<boolean> {
    if (!request.url.startsWith('file:')) return await this.#http.download(request, sink, options)
    return await readFileInto(this.host, fileURLToPath(request.url), sink, options)
  }
}

async function readFileInto(
  host: Host,
  path: string,
  sink: Sink,
  { signal, onBytes, maxBytes }: TransferOptions,
): Promise<boolean> {
  if (host.stat(path)?.kind !== 'file') return false
  // Nothing tells that what is there of an earlier try belongs to it.
  sink.restart()
  const handle = host.openRead(path)
  try {
    for (let at = 0; ; ) {
      // Others may stop it.
      await setImmediate()
      signal.throwIfAborted()
      const chunk = Buffer.alloc(COPY_BYTES)
      const count = host.read(handle, chunk, 0, chunk.length, at)
      if (count === 0) return true
      at += count
      if (at > maxBytes)
        throw new ToolError('E_SOURCE_INVALID', `\`${path}\` is larger than ${maxBytes} bytes.`, { details: { path } })
      sink.write(chunk.subarray(0, count))
      onBytes?.(count)
    }
  } finally {
    host.close(handle)
  }
}

function offline(artifact: Named, what: string): ToolError {
  return new ToolError('E_OFFLINE', `\`${artifact.name}\` ${what}, and the network is forbidden.`, {
    details: { package: artifact.package, file: artifact.name },
    hint: 'Run once without `--offline`.',
  })
}

function isFaultOfPlace(error: unknown): boolean {
  return (
    isToolError(error, 'E_INTEGRITY') ||
    isToolError(error, 'E_SOURCE_UNAVAILABLE') ||
    isToolError(error, 'E_SOURCE_INVALID') ||
    isToolError(error, 'E_AUTH')
  )
}

function wrong(artifact: Fetchable, { found }: WrongBytes, request: HttpRequest): ToolError {
  const what = found === null ? `is longer than the ${artifact.size} bytes that were locked` : 'is not what was locked'
  return new ToolError('E_INTEGRITY', `\`${artifact.name}\` of \`${artifact.package}\` ${what}.`, {
    details: {
      package: artifact.package,
      file: artifact.name,
      wanted: artifact.integrity,
      found,
      url: redactUrl(request.url),
    },
    hint: 'Nothing of it was kept. Find out why it changed before you lock it again.',
  })
}

/** `asked` is the last place that was. */
function notFound(artifact: Named, asked: HttpRequest | null): ToolError {
  return new ToolError(
    'E_PACKAGE_NOT_FOUND',
    `\`${artifact.name}\` of \`${artifact.package}\` is not on any server that should have it.`,
    {
      details: { package: artifact.package, file: artifact.name },
      hint: asked?.advice?.missing ?? 'It may have been withdrawn or moved.',
    },
  )
}
