// Where things are in a store; drawn in store/README.md. Some callers still build paths to objects and into the cache themselves
// (docs/architecture.md, invariants).

import type { DerivationId } from '../core/derivation.ts'
import { type Integrity, integrityFileName } from '../core/digest.ts'
import { asStoreError } from '../core/errors.ts'
import type { StorePath } from '../core/store-path.ts'
import type { Host } from '../host/host.ts'

export class StoreLayout {
  readonly root: string
  readonly objects: string
  readonly info: string
  readonly realisations: string
  readonly profiles: string
  readonly cache: string
  readonly leases: string
  readonly temporary: string
  readonly partialDirectory: string
  readonly unpackedDirectory: string
  readonly objectIndex: string
  /** Links that people made roots of. */
  readonly roots: string
  /** Objects that were replaced by a repair. */
  readonly damaged: string
  /** Where objects are made anew. */
  readonly repair: string
  /** Names the object whose directories take other names in (unsealed.ts). */
  readonly unsealed: string
  /** Names the object that a repair is exchanging (replacing.ts). */
  readonly replacing: string

  constructor(root: string) {
    this.root = root
    this.objects = `${root}/objects`
    this.info = `${root}/info`
    this.realisations = `${root}/realisations`
    this.profiles = `${root}/profiles`
    this.cache = `${root}/cache`
    this.leases = `${root}/leases`
    this.temporary = `${root}/tmp`
    this.partialDirectory = `${root}/cache/artifacts/partial`
    this.unpackedDirectory = `${root}/cache/unpacked`
    this.objectIndex = `${root}/cache/objects.index`
    this.roots = `${root}/roots`
    this.damaged = `${root}/damaged`
    this.repair = `${root}/repair`
    this.unsealed = `${root}/unsealed`
    this.replacing = `${root}/replacing`
  }

  object(path: StorePath): string {
    return `${this.objects}/${path}`
  }

  infoOf(path: StorePath): string {
    return `${this.info}/${path}.json`
  }

  realisation(id: DerivationId): string {
    return `${this.realisations}/${id}.json`
  }

  /** A link to where an artifact was unpacked last; a hint. */
  unpacked(integrity: Integrity): string {
    return `${this.unpackedDirectory}/${integrityFileName(integrity)}`
  }

  directories(): readonly string[] {
    return [this.objects, this.info, this.realisations, this.profiles, this.cache, this.leases, this.temporary]
  }
}

/** The names in a directory of the store, sorted; empty when it is missing. */
export function listNames(host: Host, directory: string): readonly string[] {
  if (host.stat(directory) === null) return []
  return [...host.readNames(directory)].sort()
}

/** No store at all is one without objects; something else at its place is none. @throws ToolError E_STORE_IO */
export function requireStoreDirectory(host: Host, root: string): void {
  try {
    if (host.stat(root) !== null) host.readNames(root)
  } catch (error) {
    throw asStoreError(error, `read the store \`${root}\``)
  }
}
