// Environments of other repositories that an environment extends: which commit each repository is read at, and the files of that commit. What is
// locked is read by its hash from the cache, where it may be deleted at any time; the network is needed for what is neither locked nor there.
//
//   cache/imports/<hash>    a file of an environment, by its integrity

import { join, posix } from 'node:path'
import { type Integrity, integrityFileName, integrityOf } from '../core/digest.ts'
import type { LockedImport } from '../core/environment.ts'
import type { ImportedRepository, LoadedEnvironment, WantedFile } from '../core/environment-chain.ts'
import { isToolError, ToolError } from '../core/errors.ts'
import { type GitAddress, printGitAddress } from '../core/git-address.ts'
import type { Json } from '../core/json.ts'
import { readLockText } from '../core/lock-merge.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import type { NamedCommit } from '../host/git.ts'
import { chooseCommit, type GitReader, requireCommit } from '../sources/git-reader.ts'
import type { Updates } from '../sources/source.ts'
import type { Context } from './context.ts'
import { withStore } from './with-store.ts'

export interface ImportOptions {
  /** The lock's text and what messages call it; null when there is none. */
  readonly lock: { readonly text: string; readonly path: string } | null
  readonly update: Updates
  /** Reads the environment again, with what is known of repositories by then. */
  readonly load: (imported: ReadonlyMap<string, ImportedRepository>) => LoadedEnvironment
}

/**
 * Reads whatever `first` wants, and what that wants, until nothing is wanted.
 * @throws ToolError what reading git throws, with the line that names the repository; E_INTEGRITY for a file that is not what was locked
 */
export async function loadImports(
  context: Context,
  first: LoadedEnvironment,
  options: ImportOptions,
): Promise<LoadedEnvironment> {
  const { lock, update, load } = options
  const pins = (lock === null ? null : readLockText(lock.text, lock.path))?.imports ?? {}
  const repositories = new Map<string, Repository>()
  for (let loaded = first; ; loaded = load(repositories)) {
    if (loaded.wanted.length === 0) return loaded
    for (const wanted of loaded.wanted) {
      const key = printGitAddress(wanted.repository)
      const repository = repositories.get(key) ?? new Repository(context, wanted, { locked: pins[key] ?? null, update })
      await repository.read(wanted)
      repositories.set(key, repository)
    }
  }
}

interface Pin {
  readonly locked: LockedImport | null
  readonly update: Updates
}

class Repository implements ImportedRepository {
  readonly files = new Map<string, Uint8Array | null>()
  commit = ''
  readonly #context: Context
  readonly #repository: GitAddress
  readonly #pin: Pin
  #reader: Promise<GitReader> | null = null
  #found: NamedCommit | null = null

  constructor(context: Context, { repository }: WantedFile, pin: Pin) {
    this.#context = context
    this.#repository = repository
    this.#pin = pin
  }

  async read(wanted: WantedFile): Promise<void> {
    try {
      this.#found ??= await this.#choose()
      this.commit = this.#found.id
      const pinned = this.#pin.locked?.commit === this.commit ? this.#pin.locked : null
      const locked = pinned?.files[wanted.path] ?? null
      const cached = locked === null ? null : this.#cached(locked)
      // What git needs for its work lies in the store, so nobody may collect meanwhile.
      const { directory } = this.#repository
      const bytes =
        cached ??
        (await withStore(this.#context, async () =>
          (await this.#open()).file(this.commit, posix.join(directory, wanted.path)),
        ))
      if (bytes !== null && locked !== null && integrityOf(bytes) !== locked) throw this.#altered(wanted.path)
      this.files.set(wanted.path, bytes)
      if (bytes !== null && cached === null) this.#keep(bytes)
    } catch (error) {
      throw withPlace(error, wanted)
    }
  }

  async #choose(): Promise<NamedCommit> {
    const { url, revision } = this.#repository
    const locked = this.#pin.locked === null ? null : { id: this.#pin.locked.commit, ref: null }
    const named = printGitAddress(this.#repository)
    return await chooseCommit(
      { locked, update: this.#pin.update, revision, asked: url, named },
      async () => requireCommit(await this.#open(), url, revision),
      this.#context.report,
    )
  }

  #open(): Promise<GitReader> {
    const { openGit, workspace, signal } = this.#context
    this.#reader ??= openGit(this.#repository.url, { workspace: workspace.root, signal })
    return this.#reader
  }

  #cached(integrity: Integrity): Uint8Array | null {
    const bytes = this.#context.host.readFile(join(this.#cache(), integrityFileName(integrity)))
    return bytes !== null && integrityOf(bytes) === integrity ? bytes : null
  }

  /** A cache that cannot be written to only costs the next reading. */
  #keep(bytes: Uint8Array): void {
    const { host } = this.#context
    ifPossible(() => {
      makeDirectories(host, this.#cache())
      writeFileAtomic(host, join(this.#cache(), integrityFileName(integrityOf(bytes))), bytes, { sync: false })
    })
  }

  #cache(): string {
    return join(this.#context.storeRoot, 'cache', 'imports')
  }

  #altered(path: string): ToolError {
    return new ToolError('E_INTEGRITY', `\`${path}\` of \`${this.#repository.url}\` is not the file that was locked.`, {
      details: { url: this.#repository.url, path, commit: this.commit },
      hint: 'Nothing of it was used. A commit never changes, so either the lock or the repository was tampered with.',
    })
  }
}

/** The same error, with the line that names the repository. */
function withPlace(error: unknown, { place }: WantedFile): unknown {
  if (!isToolError(error)) return error
  return new ToolError(error.code, error.message, {
    details: { ...error.details, places: [{ ...place }] as Json },
    hint: error.hint,
    cause: error.cause,
  })
}
