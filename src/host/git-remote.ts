// Repositories of others over HTTP: which commits their branches and tags name, and single commits fetched into a bare repository of ours.
// What is said on the wire is git-protocol.ts's, whether a pack may be unpacked git-pack.ts's, unpacking isomorphic-git's, the connections
// http.ts's. Repositories on this machine are git.ts.

import fs from 'node:fs'
import { basename, join } from 'node:path'
import { isToolError, systemCode, ToolError } from '../core/errors.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from './durable.ts'
import { otherHash } from './git.ts'
import { type GitCredentialOptions, GitCredentials } from './git-credentials.ts'
import { BadPackError, checkPack } from './git-pack.ts'
import {
  type Advertisement,
  isOtherHash,
  type PackWish,
  packOf,
  packRequest,
  parseAdvertisement,
  RefusedError,
} from './git-protocol.ts'
import { type Exchange, type HttpClient, redactUrl } from './http.ts'
import { basicAuthorization, type Credentials } from './netrc.ts'

export interface GitRemoteOptions extends GitCredentialOptions {
  readonly http: HttpClient
  /** A directory, best on the file system of the repositories that are fetched into. */
  readonly temporary: string
}

/** Held in memory while it is looked through and indexed. */
const MAX_PACK_BYTES = 1024 ** 3
const MAX_REFS_BYTES = 128 * 1024 ** 2
const REFS_PATH = '/info/refs?service=git-upload-pack'
const PACK_PATH = '/git-upload-pack'
const REFS_TYPE = 'application/x-git-upload-pack-advertisement'

/** Full name of a reference → commit; tags with a message stand for what they name. `HEAD` is among them if the repository has one. */
export type RemoteRefs = ReadonlyMap<string, string>

export class GitRemote {
  readonly #url: string
  readonly #options: GitRemoteOptions
  readonly #credentials: GitCredentials
  /** Those that the server wanted to see; null while it wants none. */
  #used: Credentials | null = null
  /** Where the server moved the repository to. */
  #moved: string | null = null
  #advertised: Promise<Advertisement> | null = null

  /** `url` is an http(s) address. */
  constructor(url: string, options: GitRemoteOptions) {
    this.#url = url.replace(/\/+$/, '')
    this.#options = options
    this.#credentials = new GitCredentials(url, options)
  }

  /** @throws ToolError E_PACKAGE_NOT_FOUND, E_AUTH, E_OFFLINE, E_UNSUPPORTED, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID */
  async refs(): Promise<RemoteRefs> {
    return (await this.#advertisement()).refs
  }

  /**
   * Brings a commit and all its files, without its history where the server allows that, into the bare repository at `gitdir`, which is made.
   * @throws ToolError as `refs`; E_PACKAGE_NOT_FOUND also when the repository does not have the commit
   */
  async fetch(commit: string, gitdir: string): Promise<void> {
    const advertised = await this.#advertisement()
    // Least first: servers differ in what they let one ask for.
    const wishes: readonly PackWish[] = [
      { wants: [commit], shallow: advertised.capabilities.has('shallow') },
      { wants: advertised.tips, shallow: false },
    ]
    for (const wish of wishes) {
      const pack = wish.wants.length === 0 ? null : await this.#pack(wish, advertised)
      if (pack !== null && (await this.#keep(pack, commit, gitdir))) return
    }
    throw this.#notFound(commit)
  }

  #advertisement(): Promise<Advertisement> {
    this.#advertised ??= this.#readAdvertisement()
    return this.#advertised
  }

  async #readAdvertisement(): Promise<Advertisement> {
    const answer = await this.#authorized()
    const type = answer.headers['content-type'] ?? ''
    const bytes = await collect(answer.body)
    const isSmart = type.split(';', 1)[0]?.trim() === REFS_TYPE
    const advertised = this.#explained(() => (isSmart ? parseAdvertisement(bytes) : null))
    if (advertised === null) throw this.#invalid('it only gives out files')
    if (!isOtherHash(advertised)) return advertised
    throw otherHash(redactUrl(this.#url))
  }

  /** What references the repository has, asked with the credentials that it wants. */
  async #authorized(): Promise<Exchange> {
    for (let isFirst = true; ; isFirst = false) {
      const answer = await this.#send(REFS_PATH, null)
      if (answer.status !== 401) {
        if (answer.status !== 200) throw this.#refused(answer.status)
        if (this.#used !== null) await this.#credentials.approve()
        return answer
      }
      await answer.body.return(undefined)
      this.#used = await (isFirst ? this.#credentials.first() : this.#credentials.afterFailure())
      if (this.#used === null) throw this.#refused(401)
    }
  }

  /** Null when the server does not give out what was wished for; it may say so in many ways. */
  async #pack(wish: PackWish, advertised: Advertisement): Promise<Buffer | null> {
    const answer = await this.#send(PACK_PATH, packRequest(wish, advertised))
    if (answer.status !== 200) {
      await answer.body.return(undefined)
      if (answer.status === 401 || answer.status === 403) throw this.#refused(answer.status)
      return null
    }
    const bytes = await collect(answer.body)
    try {
      const pack = this.#explained(() => packOf(bytes))
      return pack.length === 0 ? null : pack
    } catch (error) {
      if (isToolError(error) && error.cause instanceof RefusedError) return null
      throw error
    }
  }

  /** True once the commit is in the repository at `gitdir`. */
  async #keep(pack: Buffer, commit: string, gitdir: string): Promise<boolean> {
    this.#explained(() => checkPack(pack))
    const { host, temporary } = this.#options
    const staging = join(temporary, `git-${host.random(8)}`)
    const place = join('objects', 'pack')
    const name = join(place, `pack-${pack.subarray(-20).toString('hex')}.pack`)
    try {
      makeDirectories(host, join(staging, place))
      writeFileAtomic(host, join(staging, name), pack, { sync: false })
      const git = await import('isomorphic-git')
      await git.indexPack({ fs, dir: staging, gitdir: staging, filepath: name }).catch((error: unknown) => {
        if (systemCode(error) !== null) throw error
        throw this.#invalid('its pack cannot be unpacked', error)
      })
      if (!(await hasCommit(staging, commit))) return false
      this.#publish(join(staging, place), join(gitdir, place))
      return true
    } finally {
      ifPossible(() => host.removeAll(staging))
    }
  }

  /** A pack counts once its index is there, and both are named by their content, so any number of processes may do this at once. */
  #publish(from: string, to: string): void {
    const { host } = this.#options
    makeDirectories(host, to)
    const names = host.readDirectory(from).map(({ name }) => name)
    for (const extension of ['.pack', '.idx'])
      for (const name of names.filter((item) => item.endsWith(extension))) this.#move(join(from, name), join(to, name))
  }

  #move(from: string, to: string): void {
    const { host } = this.#options
    try {
      host.rename(from, to)
    } catch (error) {
      // Caches are often mounts of their own.
      if (systemCode(error) !== 'EXDEV') throw error
      writeFileAtomic(host, to, host.readFile(from) ?? '', { sync: false })
    }
  }

  async #send(path: string, body: Buffer | null): Promise<Exchange> {
    const { http, signal } = this.#options
    const base = this.#moved ?? this.#url
    // Credentials are for the host that they were asked for.
    const isHome = new URL(base).host === new URL(this.#url).host
    const headers = {
      ...(this.#used !== null && isHome ? { authorization: basicAuthorization(this.#used) } : {}),
      ...(body === null ? {} : { 'content-type': 'application/x-git-upload-pack-request' }),
    }
    const method = body === null ? 'GET' : 'POST'
    const maxBytes = body === null ? MAX_REFS_BYTES : MAX_PACK_BYTES
    const answer = await http.exchange({ url: base + path, headers, agent: null }, { method, body, maxBytes, signal })
    if (body === null && answer.url !== base + path && answer.url.endsWith(REFS_PATH))
      this.#moved = answer.url.slice(0, -REFS_PATH.length)
    return answer
  }

  #explained<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (error instanceof BadPackError) throw this.#invalid(`its pack is refused, since ${error.message}`, error)
      throw this.#invalid(error instanceof Error ? error.message : String(error), error)
    }
  }

  #refused(status: number): ToolError {
    const url = redactUrl(this.#url)
    const details = { url, status }
    if (status === 401 || status === 403) {
      return new ToolError('E_AUTH', `The repository \`${url}\` may not be read: the server answered ${status}.`, {
        details,
        hint: "Put credentials into `~/.netrc` or one of git's credential helpers; `git ls-remote` then works too.",
      })
    }
    if (status === 404 || status === 410) {
      return new ToolError('E_PACKAGE_NOT_FOUND', `There is no git repository at \`${url}\`.`, {
        details,
        hint: 'Look at the address. Some servers also say so of a repository that may not be read.',
      })
    }
    return this.#invalid(`it answered ${status}`)
  }

  #invalid(reason: string, cause?: unknown): ToolError {
    const url = redactUrl(this.#url)
    return new ToolError('E_SOURCE_INVALID', `\`${url}\` does not answer as a git repository: ${reason}.`, {
      details: { url },
      hint: 'Only the "smart" HTTP protocol of git is known. Nothing of the answer was used.',
      cause,
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

/** Whether the repository holds an object that is a commit by this id. @throws what isomorphic-git throws for a damaged repository */
export async function hasCommit(gitdir: string, commit: string): Promise<boolean> {
  const git = await import('isomorphic-git')
  try {
    return (await git.readObject({ fs, gitdir, oid: commit, format: 'content' })).type === 'commit'
  } catch (error) {
    if ((error as { code?: unknown }).code === 'NotFoundError') return false
    throw error
  }
}

/** A name for the repository's address that is safe in a path: nobody can guess what two addresses would share. */
export function repositoryName(url: string, digest: (text: string) => string): string {
  return `${basename(new URL(url).pathname, '.git')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 40)}-${digest(url).slice(0, 32)}`
}

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}
