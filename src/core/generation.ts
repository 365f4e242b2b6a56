// One immutable, numbered revision of a profile.

import { type Digest, type Integrity, isDigest, parseIntegrity } from './digest.ts'
import { isJsonObject, type Json } from './json.ts'
import { parseStorePath, type StorePath } from './store-path.ts'

export interface Generation {
  /** Rises; never reused. */
  readonly number: number
  /** The generation that was current when this one was made; history is a tree, not a line. */
  readonly parent: number | null
  /** The environment's tree. */
  readonly storePath: StorePath
  readonly narHash: Integrity
  /** Digest of the lock file's text. */
  readonly lock: Digest
  /** Place in the workspace → part of the tree, as the environment's `links` said. */
  readonly links: { readonly [place: string]: string }
  /** RFC 3339, UTC; metadata, in no hash. */
  readonly created: string
  /** The verb that made it and why: `switch`, `add npm:left-pad`, … */
  readonly reason: string
}

/** Of a record's JSON; null for what is no generation. */
export function parseGeneration(value: Json | undefined): Generation | null {
  if (!isJsonObject(value)) return null
  const { number, parent, storePath, narHash, lock, links, created, reason } = value
  const path = parseStorePath(storePath)
  const integrity = parseIntegrity(narHash)
  if (!Number.isSafeInteger(number) || path === null || integrity === null || !isDigest(lock)) return null
  if (parent !== null && !Number.isSafeInteger(parent)) return null
  return {
    number: number as number,
    parent: parent as number | null,
    storePath: path,
    narHash: integrity.integrity,
    lock,
    links: isJsonObject(links) ? (links as Generation['links']) : {},
    created: String(created),
    reason: String(reason),
  }
}
