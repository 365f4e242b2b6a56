// Addresses of what lies in git, as `registries`, `extends` and the command line write them:
//
//   git+https://example.org/team/base.git?dir=tools&rev=main#name      git+../base.git?rev=v1#name
//
// What stands behind `#` is the caller's: the directory of a registry, or the name of an environment. Nothing here asks anybody.

import { posix } from 'node:path'

export interface GitAddress {
  /** As the source of git takes it: an http(s), ssh or file address, or a path that begins with `./` or `../`, relative to the workspace root. */
  readonly url: string
  /** A branch, a tag or a commit's full id; empty for HEAD. */
  readonly revision: string
  /** Of the workspace in the repository (`dir`); empty for its root. Registries have theirs behind `#`. */
  readonly directory: string
  /** What stands behind `#`; empty when there is none. */
  readonly fragment: string
}

/** True for text that is meant to be such an address. */
export function isGitAddress(text: string): boolean {
  return text.startsWith('git+')
}

/**
 * The address, or a sentence's end that says what is wrong with it. A relative path starts at `from`, relative to the workspace root.
 */
export function parseGitAddress(text: string, from = '.'): GitAddress | string {
  const match = /^git\+([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text)
  if (match === null || /[\s\p{Cc}\\]/u.test(text)) return 'is not a git address'
  const [, written = '', query = '', fragment = ''] = match
  const isRelative = /^\.{1,2}(?:\/|$)/.test(written)
  const url = isRelative ? relativePath(posix.join(from, written)) : written
  if (!isRelative && !/^(?:https?|ssh):\/\/[^/]|^file:\/\/\//.test(url))
    return 'is not a git address: behind `git+` comes `https://…`'
  if (!isRelative && URL.parse(url) === null) return 'is not a git address: nobody could be asked at it'
  if (URL.parse(url)?.password || (/^http/.test(url) && URL.parse(url)?.username))
    return 'holds a user name or password; credentials belong to the configuration of the machine'
  const parameters = query === '' ? [] : query.split('&').map((part) => /^(rev|dir)=(.+)$/.exec(part))
  const valuesOf = (name: string): readonly string[] =>
    parameters.flatMap((match) => (match?.[1] === name ? [match[2] ?? ''] : []))
  const [revision = '', ...revisions] = valuesOf('rev')
  const [inside = '', ...directories] = valuesOf('dir')
  if (parameters.includes(null) || revisions.length + directories.length > 0)
    return 'may only have `rev` and `dir` behind `?`, each once'
  if (revision !== '' && (!/^[0-9A-Za-z][0-9A-Za-z._/+-]*$/.test(revision) || revision.includes('..')))
    return `has \`${revision}\` as revision, which is none; write a branch, a tag or a commit id`
  const directory = inside.replace(/\/$/, '')
  if (directory !== '' && !directory.split('/').every(isName))
    return `has \`${inside}\` as directory, which is none of a repository; write it as \`tools/lint\``
  if (fragment !== '' && !fragment.replace(/\/$/, '').split('/').every(isName))
    return `has \`${fragment}\` behind \`#\`, which leads nowhere in a repository; write it as \`public\``
  return { url: url.replace(/\/+$/, ''), revision, directory, fragment }
}

/** The text of an address; the same address has one text. */
export function printGitAddress({ url, revision, directory, fragment }: GitAddress): string {
  const parameters = [
    ...(directory === '' ? [] : [`dir=${directory}`]),
    ...(revision === '' ? [] : [`rev=${revision}`]),
  ]
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`
  return `git+${url}${query}${fragment === '' ? '' : `#${fragment}`}`
}

/** True for what a directory in a repository can be called. Nothing is decoded, so nothing can hide. */
function isName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git' && !/[%=]/.test(part)
}

/** A place that is written relative to a directory of a repository, as if the files of the repository lay at its address. */
export function resolveBeside(url: string, directory: string, relative: string): string {
  if (!/^[a-z]+:\/\//.test(url)) return relativePath(posix.join(url, directory, relative))
  const address = new URL(url)
  const user = address.username === '' ? '' : `${address.username}@`
  const path = posix.join(address.pathname, directory, relative)
  return `${address.protocol}//${user}${address.host}${path}`.replace(/\/+$/, '')
}

function relativePath(path: string): string {
  return path.startsWith('../') || path === '..' ? path : `./${path}`
}
