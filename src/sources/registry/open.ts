// From the place of a registry, as an environment names it, to a client that reads it.

import { join } from 'node:path'
import { ToolError } from '../../core/errors.ts'
import { isGitAddress, parseGitAddress } from '../../core/git-address.ts'
import type { HttpClient } from '../../host/http.ts'
import type { OpenGit } from '../git-reader.ts'
import { RegistryClient, type RegistryOptions } from './client.ts'
import { directoryFiles, gitFiles, type RegistryFiles, webFiles } from './files.ts'

export interface RegistrySourceOptions {
  readonly http: HttpClient
  /** A directory for what registries answered; it may be deleted at any time. */
  readonly registryCache: string
  readonly openGit: OpenGit
}

export interface OpenRegistryOptions
  extends RegistrySourceOptions,
    Pick<RegistryOptions, 'host' | 'keys' | 'seen' | 'offline' | 'signal'> {
  /** Absolute; places that are directories start here. */
  readonly workspace: string
  /** The commit at which a registry in git is read; null for what its revision means now. */
  readonly commit: string | null
}

/** Reads nothing yet. @throws ToolError E_UNSUPPORTED */
export function openRegistry(place: string, options: OpenRegistryOptions): RegistryClient {
  const { host, keys, seen, offline, signal, registryCache } = options
  return new RegistryClient({ host, files: filesAt(place, options), cache: registryCache, keys, seen, offline, signal })
}

function filesAt(place: string, options: OpenRegistryOptions): RegistryFiles {
  const { http, host, workspace, openGit, commit, signal } = options
  if (isGitAddress(place)) {
    const address = parseGitAddress(place)
    if (typeof address === 'string') throw unsupported(place, address)
    return gitFiles(address, { open: () => openGit(address.url, { workspace, signal }), pinned: commit })
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
