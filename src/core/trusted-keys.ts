// The keys that a user trusts registries by, whatever environments say: one `<place of a registry> <public key>` on each line of a text file.
// Empty lines and lines that begin with `#` say nothing. Reading the file is the caller's.

import { posix } from 'node:path'
import { isToolError, ToolError } from './errors.ts'
import { printGitAddress } from './git-address.ts'
import type { LockedRegistry } from './lock.ts'
import { parseRegistryPlace } from './registry-place.ts'
import { type PublicKey, parsePublicKey } from './signature.ts'

/** Keys by what `registryKeyPlace` makes of a registry's place. */
export type TrustedKeys = ReadonlyMap<string, readonly PublicKey[]>

export const NO_TRUSTED_KEYS: TrustedKeys = new Map()
const MAX_LENGTH = 1024 * 1024

/** `path` is what messages call the file. @throws ToolError E_CONFIG, with the line */
export function parseTrustedKeys(text: string, path: string): TrustedKeys {
  if (text.length > MAX_LENGTH) throw faulty(path, 1, `it is larger than ${MAX_LENGTH} bytes`)
  const keys = new Map<string, readonly PublicKey[]>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [place = '', key, ...more] = line.trim().split(/\s+/)
    if (place === '' || place.startsWith('#')) continue
    if (key === undefined || more.length > 0)
      throw faulty(path, index + 1, 'a line is the place of a registry, a space and a public key')
    if (!/^(?:https?:\/\/|git\+|\/)/.test(place))
      throw faulty(path, index + 1, `\`${place}\` is neither an http(s) or git address nor an absolute path`)
    const known = keys.get(registryKeyPlace(place)) ?? []
    keys.set(registryKeyPlace(place), [...known, readKey(key, path, index + 1)])
  }
  return keys
}

/** What says whose signature a registry needs. */
export interface KeyRing {
  /** Those of the environment, by the names of registries. */
  readonly keys: { readonly [registry: string]: readonly PublicKey[] }
  /** Those of the user. */
  readonly trusted: TrustedKeys
  /** Absolute; places that are directories start here. */
  readonly workspace: string
}

/** Of which one must have signed the registry; none where nobody asks for it. */
export function wantedKeys(name: string, place: string, { keys, trusted, workspace }: KeyRing): readonly PublicKey[] {
  const parsed = parseRegistryPlace(place)
  const isDirectory = typeof parsed !== 'string' && parsed.kind === 'directory'
  const full = isDirectory ? posix.resolve(workspace, parsed.path) : place
  return [
    ...((Object.hasOwn(keys, name) ? keys[name] : undefined) ?? []),
    ...(trusted.get(registryKeyPlace(full)) ?? []),
  ]
}

/** True where each of these states was read under a key that is wanted now: a lock that was made before there was a key is not. */
export function areVouchedFor(registries: { readonly [name: string]: LockedRegistry }, ring: KeyRing): boolean {
  return Object.entries(registries).every(([name, { place, key }]) => {
    const wanted = wantedKeys(name, place, ring)
    return wanted.length === 0 || wanted.some((item) => item === key)
  })
}

/** What two ways to write the place of one registry have in common: a closing slash and a revision of git do not count. */
export function registryKeyPlace(place: string): string {
  const parsed = parseRegistryPlace(place)
  if (typeof parsed !== 'string' && parsed.kind === 'git') return printGitAddress({ ...parsed.address, revision: '' })
  return place.replace(/\/+$/, '')
}

function readKey(text: string, path: string, line: number): PublicKey {
  try {
    return parsePublicKey(text)
  } catch (error) {
    if (!isToolError(error, 'E_CONFIG')) throw error
    throw faulty(path, line, 'what stands behind the place is not a public key: `NAME:` and 32 bytes in base64')
  }
}

function faulty(path: string, line: number, what: string): ToolError {
  return new ToolError('E_CONFIG', `Line ${line} of \`${path}\` cannot be used: ${what}.`, {
    details: { path, line },
    hint: 'A line looks like this: `https://example.org/core core-1:Base64Base64…=`.',
  })
}
