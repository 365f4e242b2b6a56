// Credentials from `~/.netrc`, as curl and git read it. Nothing is written, and nothing of it reaches a message.

import { join } from 'node:path'
import { systemCode } from '../core/errors.ts'
import type { Host } from './host.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

const MAX_TOKENS = 10_000

/** For a host name; those of `default` where no machine matches. Null when there are none, or no file. */
export function readNetrc(
  host: Host,
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
): Credentials | null {
  const { NETRC: named, HOME: home } = environment
  const path = named ?? (home === undefined ? null : join(home, '.netrc'))
  const text = path === null ? null : readIfPossible(host, path)
  return text === null ? null : findMachine(text, name)
}

/** A file that cannot be read says nothing, as for curl. */
function readIfPossible(host: Host, path: string): string | null {
  try {
    return host.readFile(path)?.toString('utf8') ?? null
  } catch (error) {
    if (systemCode(error) === null) throw error
    return null
  }
}

/** A macro ends at a blank line, and its lines are no tokens. */
function withoutMacros(text: string): string {
  let isMacro = false
  const lines = text.split('\n').filter((line) => {
    if (/^macdef\b/.test(line)) isMacro = true
    else if (line.trim() === '') isMacro = false
    return !isMacro
  })
  return lines.join('\n')
}

function findMachine(text: string, name: string): Credentials | null {
  // A comment ends with its line.
  const lines = withoutMacros(text).replace(/(?:^|\s)#.*$/gm, '')
  const tokens = [...lines.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)]
    .slice(0, MAX_TOKENS)
    .map(([, quoted, plain]) => plain ?? (quoted ?? '').replace(/\\(.)/g, '$1'))
  let isMatch = false
  let login: string | null = null
  for (let at = 0; at < tokens.length; at++) {
    switch (tokens[at]) {
      case 'machine':
        isMatch = tokens[++at] === name
        login = null
        break
      case 'default':
        isMatch = true
        login = null
        break
      case 'login':
        login = tokens[++at] ?? null
        break
      case 'password': {
        const password = tokens[++at]
        if (isMatch && password !== undefined) return { username: login ?? loginAfter(tokens, at), password }
        break
      }
    }
  }
  return null
}

/** The two may stand in either order. */
function loginAfter(tokens: readonly string[], at: number): string {
  return tokens[at + 1] === 'login' ? (tokens[at + 2] ?? '') : ''
}

/** The value of an Authorization header. */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
