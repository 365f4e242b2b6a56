// The url source: one file at an address, by its hash. It appears in the tree under its name, or is an archive whose contents are a
// package like a directory of the workspace. Nothing of it is run.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ToolError } from '../../core/errors.ts'
import type { Artifact } from '../../core/lock.ts'
import type { Host } from '../../host/host.ts'
import type { HttpRequest } from '../../host/http.ts'
import { basicAuthorization, readNetrc } from '../../host/netrc.ts'
import type { Source } from '../source.ts'
import { isFilePath } from './file-name.ts'
import { onePlace } from './place.ts'
import { planUrls } from './plan.ts'

export interface UrlOptions {
  readonly host: Host
  /** The process environment: `HOME` and `NETRC`, for credentials. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** One file, at most. */
const MAX_BYTES = 1024 ** 4

export function createUrlSource(options: UrlOptions): Source {
  const request = (url: string, workspace: string): HttpRequest =>
    isFilePath(url) ? fileRequest(url, workspace, options.host) : requestFor(url, options)
  return {
    name: 'url',
    // What reads archives is loaded only when a lock has to be made.
    lock: async (groups, context) => (await import('./lock.ts')).lockUrls(groups, context, request),
    plan: planUrls,
    isSatisfied: () => true,
    mayBeGuest: ({ options }) => options['unpack'] === true && options['place'] === undefined,
    addressOf: ({ artifacts: [artifact] }) => (artifact?.kind === 'url' ? artifact.url : null),
    open: (artifact: Artifact, { workspace }) => {
      if (artifact.kind !== 'url') throw new Error('not a file at an address')
      return { kind: 'bytes', places: () => onePlace(request(artifact.url, workspace)), maxBytes: MAX_BYTES }
    },
  }
}

/** A file of the workspace, and of nothing else. @throws ToolError E_PACKAGE_NOT_FOUND */
function fileRequest(path: string, workspace: string, host: Host): HttpRequest {
  const real = host.realPath(join(workspace, path))
  const root = host.realPath(workspace)
  if (real === null || root === null || !real.startsWith(`${root}/`) || host.stat(real)?.kind !== 'file') {
    throw new ToolError('E_PACKAGE_NOT_FOUND', `\`${path}\` is not a file of the workspace.`, {
      details: { path },
      hint: 'A package of a registry in the workspace names it, relative to the registry.',
    })
  }
  return { url: pathToFileURL(real).href, headers: {}, agent: null }
}

function requestFor(url: string, { host, env }: UrlOptions): HttpRequest {
  const credentials = readNetrc(host, env, new URL(url).hostname)
  const headers: Record<string, string> = credentials === null ? {} : { authorization: basicAuthorization(credentials) }
  return {
    url,
    headers,
    agent: null,
    advice: { refused: 'Put credentials for this host into `~/.netrc`, or choose another address.' },
  }
}
