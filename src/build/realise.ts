// From a plan to store objects. Each derivation is looked up first and made at most once; downloads and unpacking overlap.

import type { Derivation, DerivationId, Plan, UnpackPart } from '../core/derivation.ts'
import { asStoreError, isToolError, ToolError } from '../core/errors.ts'
import type { Report } from '../core/event.ts'
import type { Artifact } from '../core/lock.ts'
import { narIntegrity } from '../core/nar.ts'
import type { StorePath } from '../core/store-path.ts'
import type { TreeDirectory } from '../core/tree.ts'
import type { Host } from '../host/host.ts'
import { type Opened, openArtifact, type Source } from '../sources/source.ts'
import type { ArtifactCache, Fetchable } from '../store/artifacts.ts'
import type { Store } from '../store/store.ts'
import { composeTree } from './compose.ts'
import type { PartContent, UnpackJob } from './unpack.ts'
import type { UnpackPool } from './unpack-pool.ts'

export interface RealiseContext {
  readonly host: Host
  readonly store: Store
  readonly artifacts: ArtifactCache
  readonly sources: readonly Source[]
  /** Absolute path of a tree that is probably much like the new one; null when there is none. */
  readonly earlier: string | null
  /** Absolute path, for `path:` packages and `.npmrc`. */
  readonly workspace: string
  readonly report: Report
  readonly signal: AbortSignal
  /** Of `openPool`, when it was known before what is missing that it is much. It is closed in any case. */
  readonly pool?: UnpackPool | null
}

/** Whether everything that a plan took over from an earlier one is valid here; otherwise only the whole plan can be realised. */
export function hasRemembered(plan: Plan, store: Store): boolean {
  const isThere = (id: DerivationId) => plan.derivations.has(id) || store.realisation(id) !== null
  return [...plan.derivations.values()].every(({ inputs }) => inputs.every(isThere))
}

/**
 * Makes the plan's root valid and returns it. What is valid already is not touched and not fetched.
 * @throws ToolError E_INTEGRITY, E_ARCHIVE_UNSAFE, E_COLLISION, E_SOURCE_UNAVAILABLE, E_OFFLINE, E_STORE_IO, E_CANCELLED
 */
export async function realise(plan: Plan, context: RealiseContext): Promise<StorePath> {
  try {
    return await new Realiser(plan, context).run()
  } catch (error) {
    throw asStoreError(error, 'write to the store')
  }
}

/** For `RealiseContext.pool`. */
export async function openPool({ store, artifacts }: Pick<RealiseContext, 'store' | 'artifacts'>): Promise<UnpackPool> {
  const { UnpackPool } = await import('./unpack-pool.ts')
  return new UnpackPool(store, artifacts)
}

type OpenedPart = UnpackPart & { readonly opened: Opened }

class Realiser {
  readonly #plan: Plan
  readonly #context: RealiseContext
  readonly #outputs = new Map<DerivationId, Promise<StorePath>>()
  readonly #abort = new AbortController()
  #pool: UnpackPool | null
  #done = 0
  #total = 0
  #bytes = 0

  constructor(plan: Plan, context: RealiseContext) {
    this.#plan = plan
    this.#context = context
    this.#pool = context.pool ?? null
  }

  async run(): Promise<StorePath> {
    const missing = this.#missing()
    const { signal, report } = this.#context
    const cancel = () => this.#abort.abort(signal.reason)
    // What is queued for the workers must not be made first only to be thrown away.
    this.#abort.signal.addEventListener('abort', () => this.#pool?.stop(this.#abort.signal.reason))
    signal.addEventListener('abort', cancel)
    if (signal.aborted) cancel()
    try {
      const unpacks = missing.filter(([, derivation]) => derivation.step.kind === 'unpack')
      this.#total = unpacks.length
      if (unpacks.length > 0) report({ kind: 'stage', stage: 'fetch', total: unpacks.length })
      if (unpacks.length > 0) {
        this.#pool ??= await openPool(this.#context)
        this.#pool.expect(unpacks.length)
      }
      const results = missing.map(([id, derivation]) => {
        const made = this.#make(id, derivation)
        this.#outputs.set(id, made)
        // The first failure stops the rest; each is awaited below, so none is unhandled.
        made.catch((error: unknown) => this.#abort.abort(error))
        return made
      })
      await Promise.all(results).catch(async (error: unknown) => {
        await Promise.allSettled(results)
        throw signal.aborted ? cancelled() : error
      })
      return await this.#output(this.#plan.root)
    } finally {
      signal.removeEventListener('abort', cancel)
      await this.#pool?.close()
    }
  }

  /** Derivations without a valid output that the root needs, inputs first. A valid output vouches for its whole closure. */
  #missing(): readonly (readonly [DerivationId, Derivation])[] {
    const wanted = new Set<DerivationId>([this.#plan.root])
    const missing = new Set<DerivationId>()
    // Inputs precede their users, so walking backwards meets every user before its inputs.
    const derivations = [...this.#plan.derivations].reverse()
    for (const [id, derivation] of derivations) {
      if (!wanted.has(id) || this.#lookUp(id)) continue
      missing.add(id)
      for (const input of derivation.inputs) wanted.add(input)
    }
    // See `hasRemembered`; nobody collects meanwhile.
    for (const id of wanted)
      if (!this.#plan.derivations.has(id) && !this.#lookUp(id)) throw new Error(`${id} is neither planned nor there`)
    return derivations.filter(([id]) => missing.has(id)).reverse()
  }

  #lookUp(id: DerivationId): boolean {
    const known = this.#context.store.realisation(id)
    if (known !== null) this.#outputs.set(id, Promise.resolve(known.output))
    return known !== null
  }

  async #make(id: DerivationId, derivation: Derivation): Promise<StorePath> {
    const { store } = this.#context
    const step = derivation.step
    let output: StorePath
    if (step.kind === 'compose') {
      const outputs = await Promise.all(derivation.inputs.map((input) => this.#output(input)))
      this.#throwIfStopped()
      this.#context.report({ kind: 'stage', stage: 'compose', total: null })
      const tree = composeTree({ ...step, outputs }, store, this.#context.earlier)
      output = store.addTree(derivation.name, tree).path
    } else {
      const parts = step.parts.map((part) => ({ ...part, opened: this.#open(part.artifact) }))
      const fetched = await Promise.all(parts.map((part) => this.#fetch(part)))
      const outputs = await Promise.all(derivation.inputs.map((input) => this.#output(input)))
      this.#throwIfStopped()
      const job: UnpackJob = {
        name: derivation.name,
        parts: step.parts.map(({ artifact, format, strip, at, executables }) => ({
          label: labelOf(artifact),
          integrity: artifact.integrity,
          format,
          strip,
          at,
          executables,
        })),
        inputs: outputs,
        links: step.links.map(
          (link) =>
            [
              link.at,
              targetOf(link.at, link.input === null ? null : (outputs[link.input] as StorePath), link.path),
            ] as const,
        ),
      }
      const size = fetched.reduce((sum, item) => sum + item, 0)
      output = await this.#unpackOnceMore(job, parts, size)
      this.#done++
      this.#bytes += size
      this.#context.report({
        kind: 'progress',
        stage: 'fetch',
        done: this.#done,
        total: this.#total,
        bytes: this.#bytes,
      })
    }
    store.register({ derivation: id, output }, derivation)
    return output
  }

  /** A cached copy that rotted, or that somebody deleted since, is fetched anew; but only once. */
  async #unpackOnceMore(job: UnpackJob, parts: readonly OpenedPart[], size: number): Promise<StorePath> {
    try {
      return await this.#unpack(job, parts, size)
    } catch (error) {
      if (!isToolError(error, 'E_INTEGRITY') || parts.some((part) => part.opened.kind === 'tree')) throw error
      await Promise.all(parts.map((part) => this.#fetch(part)))
      return await this.#unpack(job, parts, size)
    }
  }

  async #unpack(job: UnpackJob, parts: readonly OpenedPart[], size: number): Promise<StorePath> {
    if (parts.some(({ format }) => format !== 'npm' && format !== 'tree')) {
      const { unpackLarge } = await import('./unpack-large.ts')
      return await unpackLarge(job, { ...this.#context, signal: this.#abort.signal })
    }
    // Sources are for this thread alone, and what they read is in memory already.
    const trees = new Map<string, PartContent>()
    for (const { opened, artifact, at } of parts)
      if (opened.kind === 'tree') trees.set(at, { tree: await readTree(artifact, opened) })
    if (trees.size === 0 && this.#pool !== null) return await this.#pool.run(job, size)
    const { store, artifacts } = this.#context
    const { unpack } = await import('./unpack.ts')
    return unpack(job, (part) => trees.get(part.at) ?? { bytes: artifacts.readVerified(part.integrity) }, store)
  }

  #open(artifact: Artifact): Opened {
    const { sources, workspace, host } = this.#context
    return openArtifact(artifact, sources, { workspace, reader: host, signal: this.#abort.signal })
  }

  /** The artifact's size in bytes once it is in the cache; 0 for what need not be there. */
  async #fetch({ artifact, format, opened }: OpenedPart): Promise<number> {
    if (opened.kind === 'tree') return 0
    const { store, artifacts } = this.#context
    if (format === 'file' && store.unpackedAt(artifact.integrity) !== null) return 0
    const { maxBytes } = opened
    const options = { signal: this.#abort.signal, ...(maxBytes === undefined ? {} : { maxBytes }) }
    return await artifacts.fetch(fetchable(artifact), opened.places, options)
  }

  #output(id: DerivationId): Promise<StorePath> {
    const output = this.#outputs.get(id)
    if (output === undefined) throw new Error(`${id} is used before it is planned`)
    return output
  }

  #throwIfStopped(): void {
    if (this.#context.signal.aborted) throw cancelled()
    if (this.#abort.signal.aborted) throw this.#abort.signal.reason
  }
}

/** @throws ToolError E_INTEGRITY, and what reading it throws */
async function readTree(artifact: Artifact, opened: Extract<Opened, { kind: 'tree' }>): Promise<TreeDirectory> {
  const tree = await opened.read()
  const found = narIntegrity(tree)
  if (found === artifact.integrity) return tree
  throw new ToolError('E_INTEGRITY', `\`${labelOf(artifact)}\` is not what the lock says.`, {
    details: { path: labelOf(artifact), wanted: artifact.integrity, found },
    hint: 'If the change is meant, run `tenon lock`.',
  })
}

function cancelled(): ToolError {
  return new ToolError('E_CANCELLED', 'It was stopped before it was done.')
}

function fetchable(artifact: Artifact): Fetchable {
  if (artifact.kind === 'file') return artifact
  if (artifact.kind === 'url') return { ...artifact, package: URL.parse(artifact.url)?.host ?? 'the workspace' }
  throw new Error(`${labelOf(artifact)} has no bytes`)
}

function labelOf(artifact: Artifact): string {
  if (artifact.kind === 'git') return `${artifact.url}#${artifact.directory}@${artifact.commit.slice(0, 12)}`
  return artifact.kind === 'tree' ? artifact.path : artifact.name
}

/** From a link's place in an object to a path in another object, or in the same one. */
function targetOf(at: string, output: StorePath | null, path: string): string {
  const depth = at.split('/').length
  if (output === null) return `${'../'.repeat(depth - 1)}${path}`
  return path === '' ? `${'../'.repeat(depth)}${output}` : `${'../'.repeat(depth)}${output}/${path}`
}
