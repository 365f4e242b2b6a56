// Addresses of what lies in git, as `registries`, `extends` and the command line write them:
//
//   git+https://example.org/team/base.git?rev=main#name      git+../base.git?rev=v1#name
//
// What stands behind `#` is the caller's: a directory, or the name of an environment. Nothing here asks anybody.

import { posix } from 'node:path'

export interface GitAddress {
  /** As the source of git takes it: an http(s), ssh or file address, or a path that begins with `./` or `../`, relative to the workspace root. */
  readonly url: string
  /** A branch, a tag or a commit's full id; empty for HEAD. */
  readonly revision: string
  /** What stands behind `#`; empty when there is none. */
  readonly fragment: string
}

/** True for text that is meant to be such an address. */
export function isGitAddress(text: string): boolean {
  return text.startsWith('git+')
}

/**
 * The address, or a sentence's end that says what is wrong with it. A relative path starts at `directory`, relative to the workspace root.
 */
export function parseGitAddress(text: string, directory = '.'): GitAddress | string {
  const match = /^git\+([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text)
  if (match === null || /[\s\p{Cc}\\]/u.test(text)) return 'is not a git address'
  const [, written = '', query = '', fragment = ''] = match
  const isRelative = /^\.{1,2}(?:\/|$)/.test(written)
  const url = isRelative ? relativePath(posix.join(directory, written)) : written
  if (!isRelative && !/^(?:https?|ssh):\/\/[^/]|^file:\/\/\//.test(url))
    return 'is not a git address: behind `git+` comes `https://…`'
  if (URL.parse(url)?.password || (/^http/.test(url) && URL.parse(url)?.username))
    return 'holds a user name or password; credentials belong to the configuration of the machine'
  const revision = query.replace(/^rev=/, '')
  if (query !== '' && (query === revision || revision === '')) return 'may only have `rev` behind `?`'
  if (revision !== '' && (!/^[0-9A-Za-z][0-9A-Za-z._/+-]*$/.test(revision) || revision.includes('..')))
    return `has \`${revision}\` as revision, which is none; write a branch, a tag or a commit id`
  return { url: url.replace(/\/+$/, ''), revision, fragment }
}

/** The text of an address; the same address has one text. */
export function printGitAddress({ url, revision, fragment }: GitAddress): string {
  return `git+${url}${revision === '' ? '' : `?rev=${revision}`}${fragment === '' ? '' : `#${fragment}`}`
}

/** A place that is written relative to a directory of a repository, as if the files of the repository lay at its address. */
export function resolveBeside(url: string, directory: string, relative: string): string {
  if (!/^[a-z]+:\/\//.test(url)) return relativePath(posix.join(url, directory, relative))
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${posix.join(pathname, directory, relative)}`.replace(/\/+$/, '')
}

function relativePath(path: string): string {
  return path.startsWith('../') || path === '..' ? path : `./${path}`
}
