// Looks through a pack of git before anybody unpacks it: that it is whole, and that what it unpacks to is bounded. It unpacks one object after
// the other and keeps none. The objects themselves are isomorphic-git's business, which has no bounds of its own.
//
//   PACK, version, count   then for each object: type and size, what a delta builds on, deflated bytes   then the SHA-1 of all that

import { inflateSync } from 'node:zlib'
import { crypto } from '../core/digest.ts'

/** The pack is cut off, damaged, or made to hurt. The message is the end of a sentence. */
export class BadPackError extends Error {}

export interface PackBounds {
  readonly objects: number
  /** Of one object. */
  readonly bytes: number
  /** Of all objects together, or so many times the pack's own size if that is more. */
  readonly total: number
  readonly ratio: number
}

export const PACK_BOUNDS: PackBounds = { objects: 2_000_000, bytes: 512 * 1024 ** 2, total: 1024 ** 3, ratio: 64 }

const HEAD_BYTES = 12
const SUM_BYTES = 20
/** Git itself makes chains of 50, and never more than 4,095. */
const MAX_CHAIN = 4096
const MAX_CHUNK = 256 * 1024
const OFS_DELTA = 6
const REF_DELTA = 7
const PLAIN_TYPES: readonly number[] = [1, 2, 3, 4]

/** @throws BadPackError */
export function checkPack(pack: Buffer, bounds: PackBounds = PACK_BOUNDS): void {
  const count = readHead(pack)
  if (count > bounds.objects) throw new BadPackError(`it has more than ${bounds.objects} objects`)
  const end = pack.length - SUM_BYTES
  const most = Math.max(bounds.total, pack.length * bounds.ratio)
  /** How many deltas lead to the object at an offset. */
  const chains = new Map<number, number>()
  let total = 0
  const add = (size: number): void => {
    total += size
    if (size > bounds.bytes) throw new BadPackError(`one of its objects has more than ${bounds.bytes} bytes`)
    if (total > most) throw new BadPackError(`it unpacks to more than ${most} bytes`)
  }
  let at = HEAD_BYTES
  for (let index = 0; index < count; index++) {
    const entry = readEntry(pack, at, end)
    add(entry.size)
    chains.set(at, chainOf(entry, at, chains))
    const { bytes, length } = unpack(pack, entry, end)
    if (entry.type === OFS_DELTA || entry.type === REF_DELTA) add(deltaResult(bytes))
    at = entry.at + length
  }
  if (at !== end) throw new BadPackError('it holds more than it says')
}

/** How many objects follow. */
function readHead(pack: Buffer): number {
  if (pack.length < HEAD_BYTES + SUM_BYTES || pack.toString('latin1', 0, 4) !== 'PACK')
    throw new BadPackError('it does not begin as packs do')
  if (pack.readUInt32BE(4) !== 2) throw new BadPackError('it is of a version that is not known')
  const sum = crypto().createHash('sha1').update(pack.subarray(0, -SUM_BYTES)).digest()
  if (!sum.equals(pack.subarray(-SUM_BYTES))) throw new BadPackError('its checksum is wrong')
  return pack.readUInt32BE(8)
}

interface PackEntry {
  readonly type: number
  /** Of the unpacked bytes. */
  readonly size: number
  /** Where the object is that a delta builds on; null where that is not said by place. */
  readonly base: number | null
  /** Where the deflated bytes begin. */
  readonly at: number
}

function readEntry(pack: Buffer, start: number, end: number): PackEntry {
  let at = start
  const next = (): number => {
    const byte = at < end ? pack[at++] : undefined
    if (byte === undefined) throw new BadPackError('it is cut off')
    return byte
  }
  let byte = next()
  const type = (byte >> 4) & 7
  let size = byte & 15
  for (let factor = 16; byte & 128; factor *= 128) {
    byte = next()
    size += (byte & 127) * factor
    if (size > Number.MAX_SAFE_INTEGER) throw new BadPackError('an object has a size that is none')
  }
  if (type === REF_DELTA) return { type, size, base: null, at: at + 20 }
  if (type === OFS_DELTA) return { type, size, base: start - readDistance(next), at }
  if (!PLAIN_TYPES.includes(type)) throw new BadPackError('an object is of a kind that is not known')
  return { type, size, base: null, at }
}

function readDistance(next: () => number): number {
  let byte = next()
  let distance = byte & 127
  while (byte & 128) {
    byte = next()
    distance = (distance + 1) * 128 + (byte & 127)
    // Whoever reads it later counts with 32 bits.
    if (distance > 0x7fffffff) throw new BadPackError('a delta builds on what is not there')
  }
  return distance
}

/** A delta builds on an object before it, or unpacking would not end. */
function chainOf({ base, type }: PackEntry, start: number, chains: ReadonlyMap<number, number>): number {
  if (type !== OFS_DELTA || base === null) return 0
  const chain = base < start ? chains.get(base) : undefined
  if (chain === undefined) throw new BadPackError('a delta builds on what is not there')
  if (chain >= MAX_CHAIN) throw new BadPackError(`more than ${MAX_CHAIN} deltas build on each other`)
  return chain + 1
}

/** The unpacked bytes, and how many there were before. */
function unpack(
  pack: Buffer,
  { at, size }: PackEntry,
  end: number,
): { readonly bytes: Buffer; readonly length: number } {
  try {
    // What `info` adds is not in the types.
    const { buffer, engine } = inflateSync(pack.subarray(at, end), {
      info: true,
      chunkSize: Math.min(Math.max(size, 64), MAX_CHUNK),
      maxOutputLength: Math.max(size, 1),
    }) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }
    if (buffer.length === size) return { bytes: buffer, length: engine.bytesWritten }
  } catch (cause) {
    throw new BadPackError('an object is damaged', { cause })
  }
  throw new BadPackError('an object has another size than it says')
}

/** What a delta says that it comes to; whoever applies it holds it to that. */
function deltaResult(delta: Buffer): number {
  let at = 0
  const next = (): number => {
    let size = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = delta[at++]
      if (byte === undefined) throw new BadPackError('a delta is cut off')
      size += (byte & 127) * factor
      if (size > Number.MAX_SAFE_INTEGER) throw new BadPackError('a delta has a size that is none')
      if (byte < 128) return size
    }
  }
  next()
  return next()
}
