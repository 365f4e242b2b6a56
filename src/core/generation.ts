// One immutable, numbered revision of a profile.

import type { Digest, Integrity } from './digest.ts'
import type { StorePath } from './store-path.ts'

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
