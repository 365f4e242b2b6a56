// Repositories of others over HTTP: which commits their branches and tags name, and single commits fetched into a bare repository of ours.
// The protocol is isomorphic-git's, the connections are http.ts's. Repositories on this machine are git.ts.

import fs from 'node:fs'
import { basename, join } from 'node:path'
import type { GitAuth, GitHttpRequest, GitHttpResponse } from 'isomorphic-git'
import { isToolError, ToolError } from '../core/errors.ts'
import { makeDirectories } from './durable.ts'
import { type GitCredentialOptions, GitCredentials } from './git-credentials.ts'
import { type Exchange, type HttpClient, redactUrl } from './http.ts'
import type { Credentials } from './netrc.ts'

export interface GitRemoteOptions extends GitCredentialOptions {
  readonly http: HttpClient
  /** A directory, on the file system of the repositories that are fetched into. */
  readonly temporary: string
}

/** Of a pack and of a list of references; what arrives is held in memory by the library. */
const MAX_BYTES = 1024 ** 3

/** Full name of a reference → commit; tags with a message stand for what they name. `HEAD` is among them if the repository has one. */
export type RemoteRefs = ReadonlyMap<string, string>

type Git = typeof import('isomorphic-git')

export class GitRemote {
  readonly #url: string
  readonly #options: GitRemoteOptions
  readonly #credentials: GitCredentials
  /** Where the server moved the repository to. */
  #moved: string | null = null

  /** `url` is an http(s) address. */
  constructor(url: string, options: GitRemoteOptions) {
    this.#url = url.replace(/\/+$/, '')
    this.#options = options
    this.#credentials = new GitCredentials(url, options)
  }

  /** @throws ToolError E_PACKAGE_NOT_FOUND, E_AUTH, E_OFFLINE, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID */
  async refs(): Promise<RemoteRefs> {
    const git = await import('isomorphic-git')
    const listed = await this.#ask(() =>
      git.listServerRefs({ ...this.#connection(), peelTags: true, symrefs: true, protocolVersion: 1 }),
    )
    return new Map(listed.map(({ ref, oid, peeled }) => [ref, peeled ?? oid]))
  }

  /**
   * Brings a commit and all its files, without its history where the server allows that, into the bare repository at `gitdir`, which is made.
   * `ref` is a reference that names the commit, if one is known.
   * @throws ToolError as `refs`; E_PACKAGE_NOT_FOUND also when the repository does not have the commit
   */
  async fetch(commit: string, ref: string | null, gitdir: string): Promise<void> {
    const git = await import('isomorphic-git')
    const { host, temporary } = this.#options
    const staging = join(temporary, `git-${host.random(8)}`)
    try {
      makeDirectories(host, staging)
      await git.init({ fs, gitdir: staging, bare: true })
      await git.setConfig({ fs, gitdir: staging, path: 'remote.origin.fetch', value: '+refs/*:refs/remotes/origin/*' })
      if (!(await this.#fetchInto(git, staging, commit, ref))) throw this.#notFound(commit)
      this.#publish(staging, gitdir)
    } finally {
      host.removeAll(staging)
    }
  }

  /** Least first: servers differ in what they let one ask for. */
  async #fetchInto(git: Git, gitdir: string, commit: string, ref: string | null): Promise<boolean> {
    const common = { ...this.#connection(), fs, gitdir, remote: 'origin' }
    const shallow = { singleBranch: true, depth: 1, tags: false }
    for (const options of [
      ...(ref === null ? [] : [{ ...shallow, ref }]),
      { ...shallow, ref: commit },
      { singleBranch: false, tags: true },
    ]) {
      try {
        await this.#ask(() => git.fetch({ ...common, ...options }))
      } catch (error) {
        // A server says in many ways that it does not give out a commit by its id.
        if (options.tags || !isToolError(error, 'E_SOURCE_INVALID')) throw error
      }
      if (await hasCommit(gitdir, commit)) return true
    }
    return false
  }

  /** A pack counts once its index is there, and both are named by their content, so any number of processes may do this at once. */
  #publish(staging: string, gitdir: string): void {
    const { host } = this.#options
    const to = join(gitdir, 'objects', 'pack')
    makeDirectories(host, to)
    const from = join(staging, 'objects', 'pack')
    const names = host.readDirectory(from).map(({ name }) => name)
    for (const extension of ['.pack', '.idx'])
      for (const name of names.filter((item) => item.endsWith(extension))) host.rename(join(from, name), join(to, name))
  }

  #connection() {
    return {
      http: { request: (request: GitHttpRequest) => this.#request(request) },
      url: this.#url,
      onAuth: async () => toAuth(await this.#credentials.first()),
      onAuthFailure: async () => toAuth(await this.#credentials.afterFailure()),
      onAuthSuccess: () => this.#credentials.approve(),
    }
  }

  async #request(request: GitHttpRequest): Promise<GitHttpResponse> {
    const { http, signal } = this.#options
    const { method = 'GET', body } = request
    const url = this.#moved === null ? request.url : request.url.replace(this.#url, this.#moved)
    const isElsewhere = new URL(url).host !== new URL(this.#url).host
    const headers = Object.entries(request.headers ?? {}).filter(
      ([name]) => !(isElsewhere && name.toLowerCase() === 'authorization'),
    )
    const asked = { url, headers: Object.fromEntries(headers), agent: null }
    const bytes = body === undefined ? null : await collect(body)
    const answer = await http.exchange(asked, { method, body: bytes, maxBytes: MAX_BYTES, signal })
    const suffix = /\/info\/refs\?service=[a-z-]+$/
    if (answer.url !== url && suffix.test(answer.url)) this.#moved = answer.url.replace(suffix, '')
    return toResponse(request.url, method, answer)
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw this.#explain(error)
    }
  }

  #explain(error: unknown): unknown {
    if (isToolError(error)) return error
    this.#options.signal.throwIfAborted()
    const { code, data } = error as { code?: unknown; data?: { statusCode?: unknown } }
    const url = redactUrl(this.#url)
    const status = code === 'HttpError' ? data?.statusCode : null
    if (code === 'UserCanceledError' || status === 401 || status === 403) {
      return new ToolError('E_AUTH', `The repository \`${url}\` may not be read.`, {
        details: { url },
        hint: "Put credentials into `~/.netrc` or one of git's credential helpers; `git ls-remote` then works too.",
        cause: error,
      })
    }
    if (status === 404 || status === 410) {
      return new ToolError('E_PACKAGE_NOT_FOUND', `There is no git repository at \`${url}\`.`, {
        details: { url },
        hint: 'Look at the address. Some servers also say so of a repository that may not be read.',
        cause: error,
      })
    }
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
    return new ToolError('E_SOURCE_INVALID', `\`${url}\` does not answer as a git repository: ${reason}`, {
      details: { url },
      hint: 'Only the "smart" HTTP protocol of git is known.',
      cause: error,
    })
  }

  #notFound(commit: string): ToolError {
    const url = redactUrl(this.#url)
    return new ToolError(
      'E_PACKAGE_NOT_FOUND',
      `The repository \`${url}\` does not have the commit ${commit.slice(0, 12)}.`,
      {
        details: { url, commit },
        hint: 'It may have been removed from every branch. Choose another one, or ask whoever has the repository.',
      },
    )
  }
}

export async function hasCommit(gitdir: string, commit: string): Promise<boolean> {
  const git = await import('isomorphic-git')
  try {
    await git.readCommit({ fs, gitdir, oid: commit })
    return true
  } catch (error) {
    if ((error as { code?: unknown }).code === 'NotFoundError') return false
    throw error
  }
}

/** The id of the tree of a directory at a commit, as git has it; `''` is all of it. */
export async function treeId(gitdir: string, commit: string, directory: string): Promise<string> {
  const git = await import('isomorphic-git')
  const place = directory === '' ? {} : { filepath: directory }
  return (await git.readTree({ fs, gitdir, oid: commit, ...place })).oid
}

/** A name for the repository's address that is safe in a path: nobody can guess what two addresses would share. */
export function repositoryName(url: string, digest: (text: string) => string): string {
  return `${basename(new URL(url).pathname, '.git')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 40)}-${digest(url).slice(0, 32)}`
}

function toAuth(credentials: Credentials | null): GitAuth {
  return credentials === null ? { cancel: true } : { ...credentials }
}

function toResponse(url: string, method: string, answer: Exchange): GitHttpResponse {
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
  return {
    url,
    method,
    statusCode: answer.status,
    statusMessage: answer.message,
    headers: Object.fromEntries(headers),
    body: answer.body,
  }
}

/** The library says that it gives an iterator, and gives an array. */
async function collect(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}
