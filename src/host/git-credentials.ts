// Credentials for repositories over HTTP, from where the user's own git has them: netrc first, since it costs nothing, then git's credential
// helpers, which are told whether theirs were right. Nobody is asked on a terminal.

import type { Host } from './host.ts'
import type { Credentials } from './netrc.ts'
import { readNetrc } from './netrc.ts'
import { captureProgram } from './process.ts'

export interface GitCredentialOptions {
  readonly host: Host
  /** The process environment: `HOME`, `NETRC`, and what helpers look at. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The host's PATH, without the directories of any environment. */
  readonly path: string
  readonly signal: AbortSignal
}

type Verb = 'fill' | 'approve' | 'reject'

/** For one repository: which to try, one after the other, and which were right. */
export class GitCredentials {
  readonly #options: GitCredentialOptions
  readonly #url: URL
  /** How many places were asked since `first`. */
  #asked = 0
  #last: Credentials | null = null
  /** The last ones came from a helper. */
  #isFilled = false
  #isGood = false

  constructor(url: string, options: GitCredentialOptions) {
    this.#url = new URL(url)
    this.#options = options
  }

  /** Those that were right before, or else the first there are; null when there are none. */
  async first(): Promise<Credentials | null> {
    if (this.#isGood) return this.#last
    this.#asked = 0
    return await this.#next()
  }

  /** The last ones were wrong: the next there are. */
  async afterFailure(): Promise<Credentials | null> {
    if (this.#isFilled && this.#last !== null) await this.#run('reject', this.#last)
    this.#isGood = false
    return await this.#next()
  }

  /** The last ones were right. */
  async approve(): Promise<void> {
    if (this.#isFilled && !this.#isGood && this.#last !== null) await this.#run('approve', this.#last)
    this.#isGood = true
  }

  async #next(): Promise<Credentials | null> {
    const { host, env } = this.#options
    this.#asked += 1
    this.#isFilled = this.#asked > 1
    if (this.#asked > 2) this.#last = null
    else this.#last = this.#isFilled ? await this.#fill() : readNetrc(host, env, this.#url.hostname)
    return this.#last === null && this.#asked === 1 ? await this.#next() : this.#last
  }

  async #fill(): Promise<Credentials | null> {
    const output = await this.#run('fill', null)
    const username = /^username=(.*)$/m.exec(output)?.[1]
    const password = /^password=(.*)$/m.exec(output)?.[1]
    return username === undefined || password === undefined ? null : { username, password }
  }

  /** What git printed; nothing when there is no git, or it has no answer. */
  async #run(verb: Verb, credentials: Credentials | null): Promise<string> {
    const { env, path, signal } = this.#options
    const { protocol, host, pathname } = this.#url
    const input = [
      `protocol=${protocol.replace(':', '')}`,
      `host=${host}`,
      `path=${decode(pathname).replace(/^\//, '')}`,
      ...(credentials === null ? [] : [`username=${credentials.username}`, `password=${credentials.password}`]),
    ]
    // A line break in an address could say anything to a helper.
    if (input.some((line) => /[\n\r\0]/.test(line))) return ''
    const environment = { ...env, PATH: path, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '' }
    const run = await captureProgram(['git', 'credential', verb], {
      cwd: '/',
      environment,
      umask: 0o077,
      signal,
      input: `${input.join('\n')}\n\n`,
    })
    return run.exitCode === 0 ? run.output : ''
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    // Not every address that can be asked is well encoded.
    return path
  }
}
