// The keys that a user trusts registries by, whatever environments say: one `<place of a registry> <public key>` on each line of a text file.
// Empty lines and lines that begin with `#` say nothing. Reading the file is the caller's.

import { posix } from 'node:path'
import { isToolError, ToolError } from './errors.ts'
import { isGitAddress, parseGitAddress, printGitAddress } from './git-address.ts'
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

/** What two ways to write the place of one registry have in common: a closing slash and a revision of git do not count. */
export function registryKeyPlace(place: string): string {
  const address = isGitAddress(place) ? parseGitAddress(place) : null
  if (address !== null && typeof address !== 'string') {
    const fragment = posix.join(address.directory, address.fragment).replace(/^\.$|\/$/, '')
    return printGitAddress({ ...address, revision: '', directory: '', fragment })
  }
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
