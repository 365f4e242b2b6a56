// A directory of an object that takes other names in cannot be sealed meanwhile. Which object that is stands in the store until it is over, so that
// whoever comes after a process that died in between can seal it. It seals nothing else; what somebody's hand unsealed is for repair.ts.
//
//   unsealed -> <store path>

import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { ifPossible, replaceSymlink } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import type { StoreLayout } from './layout.ts'
import { isSealed, SEALED_DIRECTORY, SEALED_TIME } from './tree.ts'

/** Before the first directory of the object is opened. The store must be held exclusively until `sealUnsealed`. */
export function noteUnsealed(host: Host, layout: StoreLayout, path: StorePath): void {
  replaceSymlink(host, path, layout.unsealed, { temporary: layout.temporary, sync: false })
}

/** The object whose directories may not be sealed now; null for none. */
export function unsealedObject(host: Host, layout: StoreLayout): StorePath | null {
  return parseStorePath(host.readLink(layout.unsealed))
}

/** After the last directory of it was sealed again. */
export function forgetUnsealed(host: Host, layout: StoreLayout): void {
  ifPossible(() => host.unlink(layout.unsealed))
}

/**
 * Seals the directories of the object that is noted, if one is. Any lease will do, since whoever noted it was alone. What belongs to another user
 * stays, with the note, for that user.
 */
export function sealUnsealed(host: Host, layout: StoreLayout): void {
  if (host.stat(layout.unsealed) === null) return
  ifPossible(() => {
    const path = unsealedObject(host, layout)
    if (path !== null) sealDirectories(host, layout.object(path))
    host.unlink(layout.unsealed)
  })
}

function sealDirectories(host: Host, path: string): void {
  const stat = host.stat(path)
  if (stat?.kind !== 'directory') return
  for (const { name, kind } of host.readDirectory(path))
    if (kind === 'directory') sealDirectories(host, `${path}/${name}`)
  if (isSealed(stat) && stat.mode === SEALED_DIRECTORY) return
  host.setTime(path, SEALED_TIME)
  host.setMode(path, SEALED_DIRECTORY)
}
