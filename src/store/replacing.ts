// A repair that puts an object in the place of a damaged one is two renames, and between them the object is missing. Which one that is stands in the
// store until it is over, so that whoever comes after a repair that died in between can end it. Nothing is put anywhere that was not made, or moved, by
// that repair of that object; how it was made is repair.ts.
//
//   replacing -> <store path>/<name of the damaged one in damaged/>

import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { ifPossible, replaceSymlink, writeFileAtomic } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import { StoreLayout } from './layout.ts'
import { parseInfo, printInfo, type StoreObject } from './records.ts'
import { moveObject, sealTop } from './tree.ts'

/**
 * Gives an object that was made in `repair/` its place. What stands there goes to `damaged/` by the name `aside`, which is null when nothing does. The
 * store is held exclusively, and everything that the object refers to is valid.
 */
export function replaceObject(host: Host, layout: StoreLayout, made: StoreObject, aside: string | null): void {
  if (aside === null) {
    putInPlace(host, layout, made)
    return
  }
  try {
    replaceSymlink(host, `${made.path}/${aside}`, layout.replacing, { temporary: layout.temporary, sync: false })
    moveObject(host, layout.object(made.path), `${layout.damaged}/${aside}`)
    // Should the process die here, `finishReplacement` goes on.
    putInPlace(host, layout, made)
  } catch (error) {
    // The disk may be full.
    ifPossible(() => undo(host, layout, { path: made.path, aside }))
    throw error
  }
  settle(host, layout, aside)
}

/** What the store can say, and what may be done to it. */
export interface Opened {
  readonly isValid: (path: StorePath) => boolean
  readonly isAlone: boolean
}

/**
 * Ends what a killed repair began: the object that it made takes its place. Where that is gone, or cannot be valid any more, the damaged one comes back,
 * but only for who is alone: of several that do the same, another may have put the new one there. Any lease will do for the rest, since a repair is alone
 * while it exchanges. What cannot be done here stays, with the note: it may belong to another user.
 */
export function finishReplacement(host: Host, layout: StoreLayout, opened: Opened): void {
  const target = host.readLink(layout.replacing)
  if (target === null) return
  ifPossible(() => {
    const noted = parseNote(target)
    if (noted === null) host.unlink(layout.replacing)
    else finish(host, layout, noted, opened)
  })
}

function finish(host: Host, layout: StoreLayout, { path, aside }: Noted, { isValid, isAlone }: Opened): void {
  if (host.stat(layout.object(path)) === null && host.stat(`${layout.damaged}/${aside}`) !== null) {
    const made = madeObject(host, layout, path)
    if (made?.references.every(isValid) === true) putInPlace(host, layout, made)
    else if (isAlone) undo(host, layout, { path, aside })
    else return
  }
  settle(host, layout, aside)
}

/** Only for who is alone. */
function undo(host: Host, layout: StoreLayout, { path, aside }: Noted): void {
  const place = layout.object(path)
  if (host.stat(place) === null) moveObject(host, `${layout.damaged}/${aside}`, place)
  sealTop(host, place)
  host.unlink(layout.replacing)
}

function putInPlace(host: Host, layout: StoreLayout, object: StoreObject): void {
  writeFileAtomic(host, layout.infoOf(object.path), printInfo(object), { temporary: layout.temporary, sync: false })
  const place = layout.object(object.path)
  // Commit point: after this rename the object is whole.
  moveObject(host, repairLayout(layout).object(object.path), place)
  sealTop(host, place)
}

function settle(host: Host, layout: StoreLayout, aside: string): void {
  ifPossible(() => sealTop(host, `${layout.damaged}/${aside}`))
  ifPossible(() => host.unlink(layout.replacing))
}

/** Null unless it was made in `repair/`; what is shown there of the store is not. */
export function madeObject(host: Host, layout: StoreLayout, path: StorePath): StoreObject | null {
  const inner = repairLayout(layout)
  const kind = host.stat(inner.object(path))?.kind
  const record = kind === 'directory' || kind === 'file' ? host.readFile(inner.infoOf(path)) : null
  return record === null ? null : parseInfo(path, record)
}

/** The store inside the store. */
export function repairLayout(layout: StoreLayout): StoreLayout {
  return new StoreLayout(layout.repair)
}

interface Noted {
  readonly path: StorePath
  readonly aside: string
}

/** Null for what no repair wrote. */
function parseNote(target: string): Noted | null {
  const [first, aside = '', ...rest] = target.split('/')
  const path = parseStorePath(first)
  if (path === null || rest.length > 0 || !aside.startsWith(path)) return null
  return /^(?:\.[0-9]+)?$/.test(aside.slice(path.length)) ? { path, aside } : null
}
