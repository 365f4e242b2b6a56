// From the place of a registry, as an environment names it, to a client that reads it.

import { join } from 'node:path'
import { ToolError } from '../../core/errors.ts'
import { isGitAddress, parseGitAddress } from '../../core/git-address.ts'
import type { PublicKey } from '../../core/signature.ts'
import { NO_TRUSTED_KEYS, parseTrustedKeys, registryKeyPlace, type TrustedKeys } from '../../core/trusted-keys.ts'
import type { Host } from '../../host/host.ts'
import type { HttpClient } from '../../host/http.ts'
import type { OpenGit } from '../git-reader.ts'
import { RegistryClient, type RegistryOptions } from './client.ts'
import { directoryFiles, type GitFilesOptions, gitFiles, type RegistryFiles, webFiles } from './files.ts'

export interface RegistrySourceOptions {
  readonly http: HttpClient
  /** A directory for what registries answered; it may be deleted at any time. */
  readonly registryCache: string
  readonly openGit: OpenGit
  /** Absolute path of the file with the user's own keys, which need not be there. */
  readonly keysFile?: string | null
}

export interface OpenRegistryOptions
  extends RegistrySourceOptions,
    Pick<RegistryOptions, 'host' | 'keys' | 'seen' | 'offline' | 'signal'> {
  /** Absolute; places that are directories start here. */
  readonly workspace: string
  /** The commit at which a registry in git is read; null for what its revision means now. */
  readonly commit: string | null
  /** As for `gitFiles`. */
  readonly settle?: GitFilesOptions['settle']
}

/** Reads nothing of the registry yet. @throws ToolError E_UNSUPPORTED, E_CONFIG for a file of keys that cannot be used */
export function openRegistry(place: string, options: OpenRegistryOptions): RegistryClient {
  const { host, seen, offline, signal, registryCache } = options
  const keys = [...options.keys, ...userKeys(place, options)]
  return new RegistryClient({ host, files: filesAt(place, options), cache: registryCache, keys, seen, offline, signal })
}

/** What the user's own configuration says of a registry. */
function userKeys(place: string, { host, workspace, keysFile }: OpenRegistryOptions): readonly PublicKey[] {
  const full = /^[a-z][a-z0-9+]*:|^git\+/.test(place) ? place : join(workspace, place)
  return readTrustedKeys(host, keysFile ?? null).get(registryKeyPlace(full)) ?? []
}

/** The user's own keys; none where there is no such file. @throws ToolError E_CONFIG */
export function readTrustedKeys(host: Host, keysFile: string | null): TrustedKeys {
  const text = keysFile === null ? null : host.readFile(keysFile)
  return keysFile === null || text === null ? NO_TRUSTED_KEYS : parseTrustedKeys(text.toString('utf8'), keysFile)
}

function filesAt(place: string, options: OpenRegistryOptions): RegistryFiles {
  const { http, host, workspace, openGit, commit, signal } = options
  if (isGitAddress(place)) {
    const address = parseGitAddress(place)
    if (typeof address === 'string') throw unsupported(place, address)
    const open = () => openGit(address.url, { workspace, signal })
    return gitFiles(address, {
      open,
      pinned: commit,
      ...(options.settle === undefined ? {} : { settle: options.settle }),
    })
  }
  if (/^https?:\/\//.test(place)) return webFiles(http, place)
  if (!/^[a-z+]+:\/\//.test(place)) return directoryFiles(host, join(workspace, place), place)
  throw unsupported(place, 'is neither a directory nor an address that registries are read from')
}

function unsupported(place: string, what: string): ToolError {
  return new ToolError('E_UNSUPPORTED', `The registry \`${place}\` ${what}.`, {
    details: { place },
    hint: 'Name a directory, an http(s) address, or a git address: `git+https://…?rev=main#directory`.',
  })
}
