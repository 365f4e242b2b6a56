// The ways to a registry's files: a directory, a web host or a commit in git. What the files mean is client.ts.

import { join } from 'node:path'
import { ToolError } from '../../core/errors.ts'
import { type GitAddress, printGitAddress } from '../../core/git-address.ts'
import { MAX_REGISTRY_FILE } from '../../core/registry.ts'
import type { NamedCommit } from '../../host/git.ts'
import type { Host } from '../../host/host.ts'
import { type Fresh, type HttpClient, redactUrl } from '../../host/http.ts'
import { type GitReader, REVISION_HINT } from '../git-reader.ts'

export interface RegistryFiles {
  /** What messages call the registry; without user names, passwords and queries. */
  readonly place: string
  /** True where its files are at hand, or kept by who reads them, so that nobody else needs to keep them. */
  readonly isLocal: boolean
  /** The id of the commit that the files are read at; null where there are no commits. @throws ToolError what `read` throws */
  readonly commit: () => Promise<string | null>
  /**
   * A file, by its path in the registry; null when there is none.
   * @throws ToolError E_REGISTRY_INVALID for a file that is too large, and what asking a web host can throw
   */
  read(path: string, signal: AbortSignal): Promise<Buffer | null>
  /** As `read`; `'same'` where the place can tell that the file is still the one that came with the validator `known`. */
  readIfChanged(path: string, known: string | null, signal: AbortSignal): Promise<Fresh | 'same' | null>
}

export function directoryFiles(host: Host, directory: string, place: string): RegistryFiles {
  return withoutValidators({
    place,
    isLocal: true,
    commit: async () => null,
    async read(path) {
      const file = join(directory, path)
      const size = host.stat(file)?.size ?? 0
      if (size <= MAX_REGISTRY_FILE) return host.readFile(file)
      throw tooLarge(join(place, path), size)
    },
  })
}

/** Where asking whether a file is the same costs as much as reading it. */
function withoutValidators(files: Omit<RegistryFiles, 'readIfChanged'>): RegistryFiles {
  return {
    ...files,
    async readIfChanged(path, _known, signal) {
      const bytes = await files.read(path, signal)
      return bytes === null ? null : { bytes, validator: null }
    },
  }
}

const ADVICE = {
  refused:
    'Web hosts are asked without credentials. A private registry can lie in git (`git+https://…`), which takes those of git, or in a directory.',
}

/** `address` is http or https. */
export function webFiles(http: HttpClient, address: string): RegistryFiles {
  const base = address.endsWith('/') ? address : `${address}/`
  const request = (path: string) => ({ url: new URL(path, base).href, headers: {}, agent: null, advice: ADVICE })
  return {
    place: redactUrl(base),
    isLocal: false,
    commit: async () => null,
    read: (path, signal) => http.getBytes(request(path), { maxBytes: MAX_REGISTRY_FILE, signal }),
    readIfChanged: (path, known, signal) =>
      http.getIfChanged(request(path), known, { maxBytes: MAX_REGISTRY_FILE, signal }),
  }
}

export interface GitFilesOptions {
  readonly open: () => Promise<GitReader>
  /** The commit to read at; null to ask what the revision of the address means. */
  readonly pinned: string | null
  /** What to do with what the revision means now; takes it unless given. */
  readonly settle?: (found: NamedCommit) => NamedCommit
}

/** The files of one commit: that of the lock, or the one that the revision named when it was first asked. The fragment is their directory. */
export function gitFiles(address: GitAddress, { open, pinned, settle }: GitFilesOptions): RegistryFiles {
  const place = printGitAddress({ ...address, url: redactPlace(address.url) })
  let found: Promise<{ readonly reader: GitReader; readonly id: string }> | null = null
  const find = async () => {
    const reader = await open()
    const named = pinned === null ? await reader.find(address.revision) : { id: pinned, ref: null }
    if (named !== null) return { reader, ...(settle?.(named) ?? named) }
    throw new ToolError(
      'E_REGISTRY_NOT_FOUND',
      `The repository of \`${place}\` has no \`${address.revision || 'HEAD'}\`.`,
      {
        details: { place, revision: address.revision },
        hint: REVISION_HINT,
      },
    )
  }
  const at = () => {
    found ??= find()
    return found
  }
  return withoutValidators({
    place,
    isLocal: true,
    commit: async () => (await at()).id,
    async read(path) {
      const { reader, id } = await at()
      const bytes = await reader.file(id, join(address.fragment, path))
      if (bytes !== null && bytes.length > MAX_REGISTRY_FILE) throw tooLarge(`${place}/${path}`, bytes.length)
      return bytes === null ? null : Buffer.from(bytes)
    },
  })
}

function redactPlace(url: string): string {
  return /^https?:/.test(url) ? redactUrl(url) : url
}

function tooLarge(place: string, size: number): ToolError {
  return new ToolError(
    'E_REGISTRY_INVALID',
    `\`${place}\` has ${size} bytes; no file of a registry may have more than ${MAX_REGISTRY_FILE}.`,
    {
      details: { place, size },
      hint: 'Nothing of it was used. Look at the address; otherwise tell whoever keeps the registry.',
    },
  )
}
