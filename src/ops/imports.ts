// Environments of other repositories that an environment extends: which commit each repository is read at, and the files of that commit. What is
// locked is read by its hash from the cache, where it may be deleted at any time; the network is needed for what is neither locked nor there.
//
//   cache/imports/<hash>    a file of an environment, by its integrity

import { join } from 'node:path'
import { type Integrity, integrityFileName, integrityOf } from '../core/digest.ts'
import type { LockedImport } from '../core/environment.ts'
import type { ImportedRepository, LoadedEnvironment, WantedFile } from '../core/environment-chain.ts'
import { isToolError, ToolError } from '../core/errors.ts'
import { printGitAddress } from '../core/git-address.ts'
import type { Json } from '../core/json.ts'
import { readLockText } from '../core/lock-merge.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import type { NamedCommit } from '../host/git.ts'
import type { GitReader } from '../sources/git-reader.ts'
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
  const pinOf = (key: string): LockedImport | null => (isNamed(key, update) ? null : (pins[key] ?? null))
  for (let loaded = first; ; loaded = load(repositories)) {
    if (loaded.wanted.length === 0) return loaded
    for (const wanted of loaded.wanted) {
      const key = printGitAddress(wanted.repository)
      const repository = repositories.get(key) ?? new Repository(context, wanted, pinOf(key))
      await repository.read(wanted)
      repositories.set(key, repository)
    }
  }
}

/** Whether an update is asked for everything or for this repository. */
function isNamed(key: string, update: Updates): boolean {
  return update === 'all' || update.has(key)
}

class Repository implements ImportedRepository {
  readonly files = new Map<string, Uint8Array | null>()
  commit = ''
  readonly #context: Context
  readonly #pin: LockedImport | null
  readonly #url: string
  readonly #revision: string
  #reader: Promise<GitReader> | null = null
  #found: NamedCommit | null

  constructor(context: Context, { repository }: WantedFile, pin: LockedImport | null) {
    this.#context = context
    this.#pin = pin
    this.#url = repository.url
    this.#revision = repository.revision
    this.#found = pin === null ? null : { id: pin.commit, ref: null }
  }

  async read(wanted: WantedFile): Promise<void> {
    const locked = this.#pin?.files[wanted.path] ?? null
    try {
      const cached = locked === null ? null : this.#cached(locked)
      // What git needs for its work lies in the store, so nobody may collect meanwhile.
      const bytes = cached ?? (await withStore(this.#context, () => this.#fromGit(wanted.path)))
      if (bytes !== null && locked !== null && integrityOf(bytes) !== locked) throw this.#altered(wanted.path)
      this.files.set(wanted.path, bytes)
      if (bytes !== null && cached === null) this.#keep(bytes)
      this.commit = (await this.#commit()).id
    } catch (error) {
      throw withPlace(error, wanted)
    }
  }

  async #fromGit(path: string): Promise<Uint8Array | null> {
    const { id, ref } = await this.#commit()
    return await (await this.#open()).file(id, path, ref)
  }

  async #commit(): Promise<NamedCommit> {
    this.#found ??= await (await this.#open()).find(this.#revision)
    if (this.#found !== null) return this.#found
    throw new ToolError(
      'E_PACKAGE_NOT_FOUND',
      `The repository \`${this.#url}\` has no \`${this.#revision === '' ? 'HEAD' : this.#revision}\`.`,
      {
        details: { url: this.#url, revision: this.#revision },
        hint: 'Name a branch, a tag or a full commit id with `?rev=`.',
      },
    )
  }

  #open(): Promise<GitReader> {
    const { openGit, workspace, signal } = this.#context
    this.#reader ??= openGit(this.#url, { workspace: workspace.root, signal })
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
    return new ToolError('E_INTEGRITY', `\`${path}\` of \`${this.#url}\` is not the file that was locked.`, {
      details: { url: this.#url, path, commit: this.#pin?.commit ?? null },
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
