// Where a collection begins: links that keep objects. Which generations count is for the caller to say; what runs is running.ts.
//
//   profiles/<workspace>/<env>/7 -> ../../../objects/<store path>     generations
//   roots/<digest of the link's path> -> /home/me/result              a link outside that keeps what it leads to, for as long as it is there
//   roots/<any name> -> ../objects/<store path>                       the same, made by hand

import { digestText } from '../core/digest.ts'
import { ToolError } from '../core/errors.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { makeDirectories, replaceSymlink } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import type { StoreLayout } from './layout.ts'
import type { Store } from './store.ts'

export interface Root {
  /** What keeps the object: a link below `profiles/`, relative to it; otherwise in words. */
  readonly place: string
  readonly object: StorePath
}

export interface OutsideRoot {
  /** Absolute. */
  readonly link: string
  /** Null when the link is gone, or leads to no object: then it keeps nothing. */
  readonly object: StorePath | null
}

/**
 * The links below `profiles/` that lead to an object or into one. The links themselves are read: whether their targets exist says nothing
 * about what they are meant to keep.
 */
export function profileRoots(host: Host, layout: StoreLayout): readonly Root[] {
  const roots: Root[] = []
  const visit = (directory: string, relative: string): void => {
    for (const { name, kind } of host.readDirectory(directory)) {
      const place = relative === '' ? name : `${relative}/${name}`
      if (kind === 'directory') visit(`${directory}/${name}`, place)
      if (kind !== 'symlink') continue
      const object = objectOf(host.readLink(`${directory}/${name}`))
      if (object !== null) roots.push({ place, object })
    }
  }
  if (host.stat(layout.profiles) !== null) visit(layout.profiles, '')
  return roots
}

/** What people made roots of. */
export function outsideRoots(host: Host, layout: StoreLayout): readonly OutsideRoot[] {
  return entriesOf(host, layout).map(({ link, target }) => {
    const direct = objectOf(target)
    return direct !== null ? { link, object: direct } : { link: target, object: objectBehind(host, target) }
  })
}

/** Forgets the roots whose links are gone. Returns these links. */
export function dropStaleRoots(host: Host, layout: StoreLayout): readonly string[] {
  const stale = entriesOf(host, layout).filter(
    ({ target }) => objectOf(target) === null && objectBehind(host, target) === null,
  )
  for (const { link } of stale) host.unlink(link)
  return stale.map(({ target }) => target)
}

/**
 * Makes the link at `link` (absolute) a root; what it leads to must be a valid object, or be in one. Again changes nothing.
 * @throws ToolError E_STORE_INVALID_PATH
 */
export function addOutsideRoot(store: Store, link: string): StorePath {
  const { host, layout } = store
  const object = objectBehind(host, link)
  if (object === null || !store.isValid(object)) {
    throw new ToolError('E_STORE_INVALID_PATH', `\`${link}\` is no link to a valid object of this store.`, {
      details: { path: link, storePath: object, store: store.root },
      hint: `tenon store root add ${link} <store-path>`,
    })
  }
  makeDirectories(host, layout.roots)
  replaceSymlink(host, link, entryOf(layout, link), { temporary: layout.temporary })
  return object
}

/** Leaves the link itself. False when it was no root. */
export function removeOutsideRoot(host: Host, layout: StoreLayout, link: string): boolean {
  const entry = entryOf(layout, link)
  if (host.stat(entry) === null) return false
  host.unlink(entry)
  return true
}

function entryOf(layout: StoreLayout, link: string): string {
  return `${layout.roots}/${digestText(link).slice(0, 32)}`
}

function entriesOf(host: Host, layout: StoreLayout): readonly { readonly link: string; readonly target: string }[] {
  if (host.stat(layout.roots) === null) return []
  return host.readDirectory(layout.roots).flatMap(({ name }) => {
    const link = `${layout.roots}/${name}`
    const target = host.readLink(link)
    return target === null ? [] : [{ link, target }]
  })
}

/** Only a link counts: a file or directory that somebody put in its place keeps nothing. */
function objectBehind(host: Host, link: string): StorePath | null {
  const target = host.readLink(link)
  return target === null ? null : (objectOf(host.realPath(link)) ?? objectOf(target))
}

/** Reads generously, any `…/objects/<store path>/…`: a link too many keeps something, a link too few would lose it. */
function objectOf(target: string | null): StorePath | null {
  const parts = target?.split('/') ?? []
  return parseStorePath(parts[parts.lastIndexOf('objects') + 1])
}
