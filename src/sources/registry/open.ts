// From the place of a registry, as an environment names it, to a client that reads it.

import { join } from 'node:path'
import { ToolError } from '../../core/errors.ts'
import type { HttpClient } from '../../host/http.ts'
import { RegistryClient, type RegistryOptions } from './client.ts'
import { directoryFiles, type RegistryFiles, webFiles } from './files.ts'

export interface RegistrySourceOptions {
  readonly http: HttpClient
  /** A directory for what registries answered; it may be deleted at any time. */
  readonly registryCache: string
}

export interface OpenRegistryOptions
  extends RegistrySourceOptions,
    Pick<RegistryOptions, 'host' | 'keys' | 'seen' | 'offline' | 'signal'> {
  /** Absolute; places that are directories start here. */
  readonly workspace: string
}

/** Reads nothing yet. @throws ToolError E_UNSUPPORTED */
export function openRegistry(place: string, options: OpenRegistryOptions): RegistryClient {
  const { host, keys, seen, offline, signal, registryCache } = options
  return new RegistryClient({ host, files: filesAt(place, options), cache: registryCache, keys, seen, offline, signal })
}

function filesAt(place: string, { http, host, workspace }: OpenRegistryOptions): RegistryFiles {
  if (/^https?:\/\//.test(place)) return webFiles(http, place)
  if (!/^[a-z+]+:\/\//.test(place)) return directoryFiles(host, join(workspace, place), place)
  throw new ToolError(
    'E_UNSUPPORTED',
    `The registry \`${place}\` cannot be used: registries in git are not read yet.`,
    {
      details: { place },
      hint: 'Name a directory or an http(s) address.',
    },
  )
}
