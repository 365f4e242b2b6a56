// From the place of a registry, as an environment names it, to a client that reads it.

import { resolve } from 'node:path'
import { ToolError } from '../../core/errors.ts'
import type { LockedRegistry } from '../../core/lock.ts'
import { parseRegistryPlace } from '../../core/registry-place.ts'
import { areVouchedFor, type KeyRing, wantedKeys } from '../../core/trusted-keys.ts'
import type { HttpClient } from '../../host/http.ts'
import type { OpenGit } from '../git-reader.ts'
import { RegistryClient, type RegistryOptions } from './client.ts'
import { directoryFiles, type GitFilesOptions, gitFiles, type RegistryFiles, webFiles } from './files.ts'
import { readTrustedKeys } from './user-keys.ts'

export interface RegistrySourceOptions {
  readonly http: HttpClient
  /** A directory for what registries answered; null to keep nothing. It may be deleted at any time. */
  readonly registryCache: string | null
  readonly openGit: OpenGit
  /** Absolute path of the file with the user's own keys, which need not be there. */
  readonly keysFile?: string | null
}

export interface OpenRegistryOptions
  extends RegistrySourceOptions,
    Pick<RegistryOptions, 'host' | 'offline' | 'signal'> {
  /** The environment's keys, by the names of its registries. */
  readonly keys: KeyRing['keys']
  /** What the lock says of the registry of that name; null for nothing. */
  readonly locked: LockedRegistry | null
  /** Absolute; places that are directories start here. */
  readonly workspace: string
  /** The commit at which a registry in git is read; null for what its revision means now. */
  readonly commit: string | null
  /** As for `gitFiles`. */
  readonly settle?: GitFilesOptions['settle']
}

/** Reads nothing of the registry yet. @throws ToolError E_UNSUPPORTED, E_CONFIG for a file of keys that cannot be used */
export function openRegistry(name: string, place: string, options: OpenRegistryOptions): RegistryClient {
  const { host, workspace, locked, offline, signal, registryCache: cache } = options
  const trusted = readTrustedKeys(host, options.keysFile ?? null)
  const ring: KeyRing = { keys: options.keys, trusted, workspace }
  const keys = wantedKeys(name, place, ring)
  // Another place is another registry, whatever its name; and what nobody had signed who was to sign it was never seen.
  const seen = locked?.place === place && areVouchedFor({ [name]: locked }, ring) ? locked.serial : 0
  return new RegistryClient({ host, files: filesAt(place, options), cache, keys, seen, offline, signal })
}

function filesAt(text: string, options: OpenRegistryOptions): RegistryFiles {
  const { http, host, workspace, openGit, commit, signal, settle } = options
  const place = parseRegistryPlace(text)
  if (typeof place === 'string') {
    throw new ToolError('E_UNSUPPORTED', `The registry \`${text}\` ${place}.`, {
      details: { place: text },
      hint: 'Name a directory, an http(s) address, or a git address: `git+https://…?rev=main#directory`.',
    })
  }
  if (place.kind === 'web') return webFiles(http, place.url)
  if (place.kind === 'directory') return directoryFiles(host, resolve(workspace, place.path), text)
  const open = () => openGit(place.address.url, { workspace, signal })
  return gitFiles(place.address, { open, pinned: commit, ...(settle === undefined ? {} : { settle }) })
}
