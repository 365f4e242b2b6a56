// One header of a tar archive. What nearly every header is, a file of POSIX tar with nothing unusual about it, is read here, in a fifth of the
// time; all others, and what PAX records say, are left to node-tar. Of what both can read both say the same: a test compares them.

import { Header } from 'tar/header'
import type { Pax } from 'tar/pax'

/** What is used of a header; node-tar's words and meanings. */
export type TarHeader = Pick<Header, 'path' | 'type' | 'mode' | 'size' | 'linkpath' | 'cksumValid' | 'nullBlock'>

export const BLOCK = 512

/** Where fields begin; each ends where the next begins. */
const MODE = 100
const OWNER = 108
const GROUP = 116
const SIZE = 124
const MODIFIED = 136
const CHECKSUM = 148
const TYPE = 156
const LINK = 157
const MAGIC = 257
const DEVICE_MAJOR = 329
const DEVICE_MINOR = 337
const PREFIX = 345
const PREFIX_END = 475
const ACCESSED = 476
const CHANGED = 488

const FILE = 0x30
const SLASH = 0x2f
const SPACE = 0x20
/** `ustar`, a NUL and `00`. */
const MAGIC_START = 0x75737461
const MAGIC_REST = 0x72003030
/** In the first byte of a number: it is no text. */
const BINARY = 0x80

/**
 * The header of `BLOCK` bytes at `at`; `next` and `all` are what PAX records said of it and of all.
 * @throws what node-tar throws
 */
export function readTarHeader(tar: Buffer, at: number, next?: Pax, all?: Pax): TarHeader {
  const plain = next === undefined && all === undefined ? readPlainHeader(tar, at) : null
  return plain ?? new Header(tar, at, next, all)
}

/** Null for everything that is not plain: then node-tar is to say what it is. */
export function readPlainHeader(tar: Buffer, at: number): TarHeader | null {
  if (tar.readUInt32BE(at + MAGIC) !== MAGIC_START || tar.readUInt32BE(at + MAGIC + 4) !== MAGIC_REST) return null
  if (tar[at + TYPE] !== FILE || tar[at + PREFIX_END] !== 0) return null
  const mode = octal(tar, at + MODE, at + OWNER)
  const size = octal(tar, at + SIZE, at + MODIFIED)
  const checksum = octal(tar, at + CHECKSUM, at + TYPE - 1)
  if (mode < 0 || size < 0 || checksum < 0 || isNumber(tar, at + TYPE - 1)) return null
  if (hasBinary(tar, at)) return null

  const nameEnd = endOfText(tar, at, at + MODE)
  const prefixEnd = endOfText(tar, at + PREFIX, at + PREFIX_END)
  // A name that ends in a slash is a directory's in old archives.
  if (nameEnd === at || tar[nameEnd - 1] === SLASH) return null
  // What is behind the end of a text may be a second one, to node-tar.
  const behind = sum(tar, nameEnd, at + MODE) + sum(tar, at + LINK, at + MAGIC) + sum(tar, prefixEnd, at + PREFIX_END)
  const texts = sum(tar, at, nameEnd) + sum(tar, at + MAGIC, prefixEnd)
  const numbers = sum(tar, at + MODE, at + CHECKSUM) + sum(tar, at + ACCESSED, at + BLOCK)
  if (behind !== 0 || texts + numbers + FILE + 8 * SPACE !== checksum) return null

  const name = tar.toString('utf8', at, nameEnd)
  const path = prefixEnd === at + PREFIX ? name : `${tar.toString('utf8', at + PREFIX, prefixEnd)}/${name}`
  return { path, type: 'File', mode, size, linkpath: '', cksumValid: true, nullBlock: false }
}

/** Digits, and behind them nothing but blanks and NULs; otherwise -1. */
function octal(tar: Buffer, start: number, end: number): number {
  let value = 0
  let at = start
  for (; at < end; at++) {
    const digit = (tar[at] ?? 0) - 0x30
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  if (at === start) return -1
  for (; at < end; at++) if (tar[at] !== SPACE && tar[at] !== 0) return -1
  return value
}

/** Whether what stands there may belong to a number. */
function isNumber(tar: Buffer, at: number): boolean {
  return tar[at] !== SPACE && tar[at] !== 0
}

/** Numbers that nobody asks for, but that may be such that node-tar refuses them. */
function hasBinary(tar: Buffer, at: number): boolean {
  const first =
    (tar[at + OWNER] ?? 0) |
    (tar[at + GROUP] ?? 0) |
    (tar[at + MODIFIED] ?? 0) |
    (tar[at + DEVICE_MAJOR] ?? 0) |
    (tar[at + DEVICE_MINOR] ?? 0) |
    (tar[at + ACCESSED] ?? 0) |
    (tar[at + CHANGED] ?? 0)
  return (first & BINARY) !== 0
}

function endOfText(tar: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && tar[at] !== 0) at++
  return at
}

function sum(tar: Buffer, start: number, end: number): number {
  let total = 0
  for (let at = start; at < end; at++) total += tar[at] ?? 0
  return total
}
