// The text forms of what the store records about objects and realisations. A record that cannot be read, or that does not belong
// to its name, is null: all of them can be made again.

import {
  type Derivation,
  type DerivationId,
  derivationId,
  parseDerivationId,
  type Realisation,
} from '../core/derivation.ts'
import { type Integrity, parseIntegrity } from '../core/digest.ts'
import { isJsonObject, type Json, printJson } from '../core/json.ts'
import { makeStorePath, parseStoreName, parseStorePath, type StorePath, storePathName } from '../core/store-path.ts'

export interface StoreObject {
  readonly path: StorePath
  /** Of the object's NAR, sha256. */
  readonly narHash: Integrity
  /** Bytes of the NAR. */
  readonly narSize: number
  /** Sorted. */
  readonly references: readonly StorePath[]
  /** The names in it (listing.ts); null where they are not recorded. */
  readonly listing: string | null
}

/** A record stays within one block where it would without the listing. */
const BLOCK_SIZE = 4096

export function printInfo(object: StoreObject): string {
  const { narHash, narSize, references, listing } = object
  // Keys in order, here and below: then no copy is made to print them.
  const facts = { narHash, narSize, references, schema: 1 }
  const text = listing === null ? null : printJson({ listing, ...facts })
  return text === null || Buffer.byteLength(text) > BLOCK_SIZE ? printJson(facts) : text
}

/** Null unless hash, name and references come to exactly this path. */
export function parseInfo(path: StorePath, record: Buffer): StoreObject | null {
  const value = parseJson(record)
  if (!isJsonObject(value) || value['schema'] !== 1) return null
  const { narHash, narSize, references } = value
  const integrity = parseIntegrity(narHash)
  const name = parseStoreName(storePathName(path))
  if (integrity === null || name === null || typeof narSize !== 'number' || !Array.isArray(references)) return null
  const paths = references.flatMap((reference) => parseStorePath(reference) ?? [])
  if (paths.length !== references.length || makeStorePath(name, integrity.integrity, paths) !== path) return null
  const listing = value['listing']
  return {
    path,
    narHash: integrity.integrity,
    narSize,
    references: paths,
    listing: typeof listing === 'string' ? listing : null,
  }
}

export function parseRealisation(id: DerivationId, record: Buffer): Realisation | null {
  const value = parseJson(record)
  if (!isJsonObject(value) || value['schema'] !== 1 || parseDerivationId(value['derivation']) !== id) return null
  const output = parseStorePath(value['output'])
  return output === null ? null : { derivation: id, output }
}

/** With what the output was made by, so that it can be made again when no lock says how any more. */
export function printRealisation({ derivation, output }: Realisation, definition: Derivation | null): string {
  return printJson({
    ...(definition === null ? {} : { definition: definition as unknown as Json }),
    derivation,
    output,
    schema: 1,
  })
}

/** Null when it is not recorded, or is not that derivation: an id is a hash over it. */
export function parseDefinition(id: DerivationId, record: Buffer): Derivation | null {
  const value = parseJson(record)
  const definition = isJsonObject(value) && isJsonObject(value['definition']) ? value['definition'] : null
  if (definition === null) return null
  const derivation = definition as unknown as Derivation
  return derivationId(derivation) === id ? derivation : null
}

function parseJson(record: Buffer): Json {
  try {
    return JSON.parse(record.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
