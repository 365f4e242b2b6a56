// Walks over a tar archive that is whole in memory. What a header says is read by tar-header.ts, PAX records by node-tar; going from one to
// the next is done here, because node-tar's own parser makes a stream of every entry, which takes longer than all else that is done with it.
// It has no bounds and no opinion on what is safe: that is archive.ts.

import { Pax } from 'tar/pax'
import { BLOCK, readTarHeader, type TarHeader } from './tar-header.ts'

export interface TarEntry {
  readonly path: string
  /** node-tar's word for it: `File`, `SymbolicLink`, and for what only says something of the next entry `ExtendedHeader`. */
  readonly type: TarHeader['type']
  readonly mode: number
  /** A view into the archive. */
  readonly bytes: Buffer
}

/** Not a tar archive, or not all of one. */
export class DamagedTar extends Error {}

/**
 * Everything up to the end mark, in order, what is said of other entries included: whoever is handed such a one may refuse it before it
 * counts.
 * @throws DamagedTar
 */
export function* walkTar(tar: Buffer): Generator<TarEntry, void> {
  /** Of the next entry, and of all that follow. */
  let next: Pax | undefined
  let all: Pax | undefined
  let isEmpty = true
  let wasNull = false
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = readHeader(tar, at, next, all)
    at += BLOCK
    if (header.nullBlock) {
      if (wasNull) break
      wasNull = true
      continue
    }
    wasNull = false
    const { type } = header
    const path = isExtension(type) ? header.path : (next?.path ?? header.path)
    check(header, path)
    const size = header.size ?? 0
    const end = at + Math.ceil(size / BLOCK) * BLOCK
    if (end > tar.length) throw new DamagedTar(`it ends ${end - tar.length} bytes too early`)
    const bytes = tar.subarray(at, at + size)
    at = end
    isEmpty = false
    yield { path: path ?? '', type, mode: header.mode ?? 0, bytes }
    if (type === 'GlobalExtendedHeader') all = Pax.parse(bytes.toString(), all, true)
    else next = isExtension(type) ? extend(next, type, bytes.toString()) : undefined
  }
  if (isEmpty) throw new DamagedTar('it is no tar archive')
}

/** Whether an entry only says something of those that follow. */
export function isExtension(type: TarEntry['type']): boolean {
  switch (type) {
    case 'ExtendedHeader':
    case 'OldExtendedHeader':
    case 'GlobalExtendedHeader':
    case 'NextFileHasLongPath':
    case 'OldGnuLongPath':
    case 'NextFileHasLongLinkpath':
      return true
    default:
      return false
  }
}

function readHeader(tar: Buffer, at: number, next: Pax | undefined, all: Pax | undefined): TarHeader {
  try {
    return readTarHeader(tar, at, next, all)
  } catch (error) {
    throw new DamagedTar(error instanceof Error ? error.message : String(error))
  }
}

function check(header: TarHeader, path: string | undefined): void {
  if (!header.cksumValid) throw new DamagedTar('the checksum of a header is wrong')
  if (path === undefined || path === '') throw new DamagedTar('an entry has no name')
  const isLink = header.type === 'Link' || header.type === 'SymbolicLink'
  const hasTarget = header.linkpath !== undefined && header.linkpath !== ''
  // The name of an extended header may have been cut so that it reaches into this field.
  if (isLink !== hasTarget && !header.type.endsWith('ExtendedHeader'))
    throw new DamagedTar(isLink ? 'a link leads nowhere' : 'an entry that is no link has a target')
}

/** What is known of the next entry after one more extension. */
function extend(next: Pax | undefined, type: TarEntry['type'], text: string): Pax {
  if (type === 'ExtendedHeader' || type === 'OldExtendedHeader') return Pax.parse(text, next)
  const [name] = text.split('\0', 1)
  return new Pax({ ...next, [type === 'NextFileHasLongLinkpath' ? 'linkpath' : 'path']: name })
}
