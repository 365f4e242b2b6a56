// Names of store objects. The only file that mints them.

import { type Brand, crypto, type Integrity, printBase32 } from './digest.ts'
import { compareCodePoints } from './json.ts'

/** What follows the hash: `[0-9A-Za-z+._?=-]`, no leading dot, at most 211 characters (Nix's rule). */
export type StoreName = Brand<string, 'StoreName'>
/** `<hash>-<name>`: a base name, never absolute. */
export type StorePath = Brand<string, 'StorePath'>

export const HASH_LENGTH = 32
const NAME = /^[0-9A-Za-z+_?=-][0-9A-Za-z+._?=-]{0,210}$/
const PATH = /^[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9A-Za-z+_?=-][0-9A-Za-z+._?=-]{0,210}$/

export function parseStoreName(text: string): StoreName | null {
  return NAME.test(text) ? (text as StoreName) : null
}

/** The nearest valid store name: forbidden characters become `-`, for packages such as `@scope/name`. */
export function toStoreName(text: string): StoreName {
  const name = text
    .replace(/^@/, '')
    .replace(/[^0-9A-Za-z+._?=-]/g, '-')
    .replace(/^\.+/, '')
    .slice(0, 211)
  return (name === '' ? 'unnamed' : name) as StoreName
}

export function parseStorePath(text: unknown): StorePath | null {
  return typeof text === 'string' && PATH.test(text) ? (text as StorePath) : null
}

/** Depends on the tree (its NAR hash), its references and its name; never on where the store is. */
export function makeStorePath(name: StoreName, narHash: Integrity, references: readonly StorePath[]): StorePath {
  const sorted = [...references].sort(compareCodePoints)
  const text = ['tenon-object-1', narHash, name, ...sorted].join('\n')
  return `${printBase32(crypto().hash('sha256', text, 'buffer').subarray(0, 20))}-${name}` as StorePath
}

export function storePathHash(path: StorePath): string {
  return path.slice(0, HASH_LENGTH)
}

export function storePathName(path: StorePath): string {
  return path.slice(HASH_LENGTH + 1)
}
