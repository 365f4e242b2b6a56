// The ways to a registry's files: a directory or a web host. What the files mean is client.ts.

import { join } from 'node:path'
import { ToolError } from '../../core/errors.ts'
import { MAX_REGISTRY_FILE } from '../../core/registry.ts'
import type { Host } from '../../host/host.ts'
import { type HttpClient, redactUrl } from '../../host/http.ts'

export interface RegistryFiles {
  /** What messages call the registry; without user names, passwords and queries. */
  readonly place: string
  /** True where asking costs no connection. */
  readonly isLocal: boolean
  /**
   * A file, by its path in the registry; null when there is none.
   * @throws ToolError E_REGISTRY_INVALID for a file that is too large, and what asking a web host can throw
   */
  read(path: string, signal: AbortSignal): Promise<Buffer | null>
}

export function directoryFiles(host: Host, directory: string, place: string): RegistryFiles {
  return {
    place,
    isLocal: true,
    async read(path) {
      const file = join(directory, path)
      const size = host.stat(file)?.size ?? 0
      if (size <= MAX_REGISTRY_FILE) return host.readFile(file)
      throw new ToolError(
        'E_REGISTRY_INVALID',
        `\`${join(place, path)}\` has ${size} bytes; no file of a registry may have more than ${MAX_REGISTRY_FILE}.`,
        { details: { place: join(place, path), size }, hint: null },
      )
    },
  }
}

/** `address` is http or https. */
export function webFiles(http: HttpClient, address: string): RegistryFiles {
  const base = address.endsWith('/') ? address : `${address}/`
  return {
    place: redactUrl(base),
    isLocal: false,
    async read(path, signal) {
      const { href } = new URL(path, base)
      return await http.getBytes({ url: href, headers: {}, agent: null }, { maxBytes: MAX_REGISTRY_FILE, signal })
    },
  }
}
