// Where a registry is, from the text by which environments, locks and the user's keys name it. Nothing here asks anybody.

import { posix } from 'node:path'
import { type GitAddress, isGitAddress, parseGitAddress } from './git-address.ts'

export type RegistryPlace =
  /** What stands behind `#` is the directory of the registry in the repository, whether it was written there or as `dir`. */
  | { readonly kind: 'git'; readonly address: GitAddress }
  /** Http or https, with a slash at its end. */
  | { readonly kind: 'web'; readonly url: string }
  /** Absolute, or relative to the workspace root. */
  | { readonly kind: 'directory'; readonly path: string }

/** The place, or a sentence's end that says why no registry is read from there. */
export function parseRegistryPlace(text: string): RegistryPlace | string {
  if (isGitAddress(text)) {
    const address = parseGitAddress(text)
    if (typeof address === 'string') return address
    const fragment = posix.join(address.directory, address.fragment).replace(/^\.$|\/$/, '')
    return { kind: 'git', address: { ...address, directory: '', fragment } }
  }
  if (/^https?:\/\//.test(text)) return { kind: 'web', url: text.endsWith('/') ? text : `${text}/` }
  if (/^[a-z][a-z0-9+]*:/.test(text)) return 'is neither a directory nor an address that registries are read from'
  return { kind: 'directory', path: text }
}
