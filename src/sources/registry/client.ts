// Reads a registry and believes none of it: the root record must be signed by a key that is wanted, and every other file must have the
// integrity that the root record leads to. One small file is read for each package that is considered, and one for each bin.

import { join } from 'node:path'
import { digestText, type Integrity, integrityFileName, integrityOf } from '../../core/digest.ts'
import { isToolError, ToolError } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import {
  binFile,
  binOf,
  type CatalogueEntry,
  catalogueFile,
  MAX_CATALOGUE,
  type PackageRecord,
  parseBin,
  parseCatalogue,
  parseRecord,
  parseRoot,
  type RegistryBin,
  type RegistryRoot,
  ROOT_FILE,
  recordFile,
  registryInvalid,
  SIGNATURE_FILE,
} from '../../core/registry.ts'
import { type PublicKey, signedBy } from '../../core/signature.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../../host/durable.ts'
import type { Host } from '../../host/host.ts'
import type { RegistryFiles } from './files.ts'

export interface RegistryOptions {
  readonly host: Host
  readonly files: RegistryFiles
  /** A directory for what was read; null to keep nothing. It may be deleted at any time. */
  readonly cache: string | null
  /** Who may have signed it; empty for anybody or nobody. */
  readonly keys: readonly PublicKey[]
  /** The highest serial that is known to have been there; 0 for none. */
  readonly seen: number
  readonly offline: boolean
  readonly signal: AbortSignal
}

/** What was read last; the two texts belong together. */
interface KeptRoot {
  readonly text: string
  readonly signature: string
  /** What the web host may be asked by whether it is still the same. */
  readonly validator: string | null
}

/** Parts of a catalogue that are read at the same time; each may take some megabytes. */
const PARTS_AT_ONCE = 8

/** One state of a registry: the answers of one client belong together. */
export class RegistryClient {
  readonly #options: RegistryOptions
  #root: Promise<RegistryRoot> | null = null
  #signer: PublicKey | null = null
  #asksWhole = false
  readonly #bins = new Map<number, Promise<RegistryBin>>()
  readonly #records = new Map<string, Promise<PackageRecord | null>>()

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  /**
   * @throws ToolError E_REGISTRY_NOT_FOUND, E_REGISTRY_INVALID, E_REGISTRY_UNSIGNED, E_REGISTRY_OLDER, E_SOURCE_UNAVAILABLE, E_AUTH, E_OFFLINE
   */
  root(): Promise<RegistryRoot> {
    this.#root ??= this.#readRoot().catch((error: unknown) => {
      // It may have been published anew between its root record and its signature.
      if (this.#asksWhole || !isToolError(error, 'E_REGISTRY_UNSIGNED')) throw error
      this.#asksWhole = true
      return this.#readRoot()
    })
    return this.#root
  }

  /** Which of the wanted keys had signed the root record; null where none is wanted. @throws what `root` throws */
  async signer(): Promise<PublicKey | null> {
    await this.root()
    return this.#signer
  }

  /** At which commit the registry is read; null where there are none. @throws what `root` throws */
  commit(): Promise<string | null> {
    return this.#options.files.commit()
  }

  /** Every version of a package; null when the registry has no such package. @throws what `root` throws */
  record(name: string): Promise<PackageRecord | null> {
    const known = this.#records.get(name)
    if (known !== undefined) return known
    const record = this.#settled(() => this.#readRecord(name))
    this.#records.set(name, record)
    return record
  }

  /**
   * What `pick` makes of the line about each package, for those who search; null for what they do not want. The catalogue is never in
   * memory as a whole. `pick` may be asked twice about a package. @throws what `root` throws
   */
  async catalogue<T>(pick: (entry: CatalogueEntry) => T | null): Promise<readonly T[]> {
    return await this.#settled(async () => {
      const parts = (await this.root()).catalogue
      const picked: T[] = []
      let length = 0
      const { host, signal } = this.#options
      const read = async (part: number): Promise<void> => {
        const integrity = parts[part]
        if (integrity === undefined) return
        const file = catalogueFile(part)
        // What comes from the cache waits for nothing, and signals are to be heard.
        await host.sleep(0, signal)
        const text = await this.#trusted(file, integrity)
        length += text.length
        if (length > MAX_CATALOGUE)
          throw registryInvalid(this.#at(file), `the catalogue has more than ${MAX_CATALOGUE} bytes so far`)
        for (const entry of parseCatalogue(text, this.#at(file))) {
          const item = pick(entry)
          if (item !== null) picked.push(item)
        }
        await read(part + PARTS_AT_ONCE)
      }
      await Promise.all(Array.from({ length: PARTS_AT_ONCE }, (_, part) => read(part)))
      return picked
    })
  }

  /** The package that one that is not there is likely a misspelling of; null also where looking would cost more than a hint is worth. */
  async nearest(name: string): Promise<string | null> {
    try {
      if ((await this.root()).catalogue.length > 1) return null
      return nearest(name, await this.catalogue((entry) => entry.name))
    } catch (error) {
      if (isToolError(error)) return null
      throw error
    }
  }

  /**
   * A registry may be published anew between two reads; then its files no longer belong to the root record that was read. Once, all is
   * read again.
   */
  async #settled<T>(read: () => Promise<T>): Promise<T> {
    const before = this.root()
    try {
      return await read()
    } catch (error) {
      if (!isToolError(error, 'E_REGISTRY_INVALID') || error.details['mismatch'] !== true) throw error
      if (this.#root === before) {
        this.#root = null
        this.#bins.clear()
        // A web host that says wrongly that nothing changed shall not be believed twice.
        this.#asksWhole = true
      }
      return await read()
    }
  }

  async #readRecord(name: string): Promise<PackageRecord | null> {
    const root = await this.root()
    const integrity = (await this.#bin(binOf(name, root.bins.length), root)).get(name)
    if (integrity === undefined) return null
    const file = recordFile(name)
    return parseRecord(await this.#trusted(file, integrity), this.#at(file), { name, registry: root.name })
  }

  #bin(bin: number, root: RegistryRoot): Promise<RegistryBin> {
    const known = this.#bins.get(bin)
    if (known !== undefined) return known
    const integrity = root.bins[bin]
    if (integrity === undefined) throw new Error(`bin ${bin} of ${root.bins.length}`)
    const read = this.#trusted(binFile(bin), integrity).then((text) => parseBin(text, this.#at(binFile(bin))))
    this.#bins.set(bin, read)
    return read
  }

  /** The text of a file that has this integrity, from the cache if it is there. */
  async #trusted(path: string, integrity: Integrity): Promise<string> {
    const cached = this.#cached(integrityFileName(integrity))
    if (cached !== null && integrityOf(cached) === integrity) return cached.toString('utf8')
    const bytes = await this.#options.files.read(path, this.#options.signal)
    if (bytes === null || integrityOf(bytes) !== integrity) {
      const what = bytes === null ? 'it is missing' : 'it is not the file that the root record leads to'
      const error = registryInvalid(this.#at(path), what)
      throw new ToolError(error.code, error.message, {
        details: { ...error.details, mismatch: true },
        hint: error.hint,
      })
    }
    this.#keep(integrityFileName(integrity), bytes)
    return bytes.toString('utf8')
  }

  async #readRoot(): Promise<RegistryRoot> {
    const { files, seen, offline } = this.#options
    const kept = files.isLocal ? null : this.#keptRoot()
    const read = offline && !files.isLocal ? kept : await this.#askForRoot(kept)
    if (read === null) throw neverRead(files.place)
    const signature = await this.#signatureOf(read, kept)
    this.#signer = signedBy(read.text, signature, this.#options.keys)
    const root = parseRoot(read.text, this.#at(ROOT_FILE))
    const highest = Math.max(seen, this.#serialOf(kept))
    if (root.serial < highest) throw older(files.place, root.serial, highest)
    const record: KeptRoot = { ...read, signature }
    if (!files.isLocal) this.#keep(this.#rootName(), Buffer.from(JSON.stringify(record)))
    return root
  }

  /** What the place has now. Where it is what was kept, it is not sent again. */
  async #askForRoot(kept: KeptRoot | null): Promise<Omit<KeptRoot, 'signature'>> {
    const { files, signal } = this.#options
    const known = this.#asksWhole ? null : (kept?.validator ?? null)
    const answer = await files.readIfChanged(ROOT_FILE, known, signal)
    if (answer === 'same' && kept !== null) return kept
    if (answer === null || answer === 'same') throw noRegistry(files.place)
    return { text: answer.bytes.toString('utf8'), validator: answer.validator }
  }

  /** The signatures of a root record that a wanted key signed; not asked for where no key is wanted. @throws ToolError E_REGISTRY_UNSIGNED */
  async #signatureOf({ text }: { readonly text: string }, kept: KeptRoot | null): Promise<string> {
    const { files, keys, signal, offline } = this.#options
    const known = kept?.text === text ? kept.signature : ''
    if (keys.length === 0 || signedBy(text, known, keys) !== null) return known
    const isAtHand = files.isLocal || !offline
    const signature = isAtHand ? ((await files.read(SIGNATURE_FILE, signal))?.toString('utf8') ?? '') : known
    if (signedBy(text, signature, keys) === null) throw unsigned(files.place, signature, isAtHand)
    return signature
  }

  /** Of what was kept, if it would be trusted now: nobody without a key shall be able to make every later state count as old. */
  #serialOf(kept: KeptRoot | null): number {
    const { keys } = this.#options
    if (kept === null || (keys.length > 0 && signedBy(kept.text, kept.signature, keys) === null)) return 0
    try {
      return parseRoot(kept.text, '').serial
    } catch (error) {
      if (isToolError(error)) return 0
      throw error
    }
  }

  #rootName(): string {
    return `root-${digestText(this.#options.files.place)}`
  }

  #keptRoot(): KeptRoot | null {
    const cached = this.#cached(this.#rootName())?.toString('utf8')
    if (cached === undefined) return null
    try {
      const { text, signature, validator = null } = JSON.parse(cached)
      const isValidator = validator === null || typeof validator === 'string'
      return typeof text === 'string' && typeof signature === 'string' && isValidator
        ? { text, signature, validator }
        : null
    } catch {
      // Damaged, so it was never read.
      return null
    }
  }

  #cached(name: string): Buffer | null {
    const { cache, host } = this.#options
    return cache === null ? null : host.readFile(join(cache, name))
  }

  #keep(name: string, bytes: Buffer): void {
    const { cache, host, files } = this.#options
    if (cache === null || files.isLocal) return
    // A cache that cannot be written to only costs the next reading.
    ifPossible(() => {
      makeDirectories(host, cache)
      writeFileAtomic(host, join(cache, name), bytes, { sync: false })
    })
  }

  #at(path: string): string {
    const { place } = this.#options.files
    return place.endsWith('/') ? `${place}${path}` : `${place}/${path}`
  }
}

function noRegistry(place: string): ToolError {
  return new ToolError('E_REGISTRY_NOT_FOUND', `There is no registry at \`${place}\`: it has no \`${ROOT_FILE}\`.`, {
    details: { place },
    hint: 'Look at `registries` in the environment file; `tenon registry build` makes a registry.',
  })
}

function neverRead(place: string): ToolError {
  return new ToolError('E_OFFLINE', `The registry \`${place}\` was never read, and the network is forbidden.`, {
    details: { place },
    hint: 'Run once without `--offline`.',
  })
}

function unsigned(place: string, signature: string, isAtHand: boolean): ToolError {
  const isUnread = signature === '' && !isAtHand
  const what = isUnread
    ? 'was read when no key was wanted, and its signature cannot be had without the network'
    : signature === ''
      ? 'is not signed'
      : 'is not signed by a key that is trusted'
  return new ToolError('E_REGISTRY_UNSIGNED', `The registry \`${place}\` ${what}.`, {
    details: { place },
    hint: isUnread
      ? 'Run once without `--offline`.'
      : 'Nothing of it was used. Compare the key in the environment file with the one that its keepers publish.',
  })
}

function older(place: string, serial: number, seen: number): ToolError {
  return new ToolError(
    'E_REGISTRY_OLDER',
    `The registry \`${place}\` is at serial ${serial}, and it has been at ${seen} before.`,
    {
      details: { place, serial, seen },
      hint: 'A mirror may be behind, or somebody hides newer versions; nothing of it was used. If its keepers began anew, remove `cache/registry` of the store and the lock file.',
    },
  )
}
