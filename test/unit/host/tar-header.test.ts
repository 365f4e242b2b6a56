// Reading headers of tar archives: what is read here must be what node-tar reads.

import fc from 'fast-check'
import { Header } from 'tar/header'
import { expect, test } from 'vitest'
import { BLOCK, readPlainHeader, readTarHeader, type TarHeader } from '../../../src/host/tar-header.ts'
import { tarEntry } from '../../support/tar-builder.ts'

/** Where a byte more or less could change the meaning of a field: its first and last ones, and what is behind the end of a text. */
const PLACES = [
  0, 1, 98, 99, 100, 106, 107, 108, 115, 116, 123, 124, 134, 135, 136, 147, 148, 154, 155, 156, 157, 158, 256, 257, 262,
  264, 265, 297, 329, 336, 337, 344, 345, 346, 474, 475, 476, 487, 488, 499, 500, 511,
] as const
const BYTES = [...'\0\n /07859ax\\.'].map((letter) => letter.charCodeAt(0)).concat(0x80, 0xc3, 0xa4, 0xe2, 0xff)

const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }),
  fc.string({ unit: fc.constantFrom(...'ab/.\n\0 ä€'), minLength: 1, maxLength: 110 }),
)
const change = fc.record({
  at: fc.oneof(fc.constantFrom(...PLACES), fc.integer({ min: 0, max: BLOCK - 1 })),
  byte: fc.oneof(fc.constantFrom(...BYTES), fc.integer({ min: 0, max: 255 })),
})
const header = fc
  .record({
    name,
    prefix: fc.option(name, { nil: '' }),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    size: fc.integer({ min: 0, max: 0o77777777777 }),
    changes: fc.array(change, { maxLength: 3 }),
    checksum: fc.constantFrom('\0 ', ' \0', '0\0', '0 ', '07', '0x', null),
  })
  .map(({ name, prefix, mode, size, changes, checksum }) => {
    const bytes = tarEntry({ path: name, mode, size }).subarray(0, BLOCK)
    bytes.set(Buffer.from(prefix).subarray(0, 155), 345)
    for (const { at, byte } of changes) bytes[at] = byte
    if (checksum !== null) setChecksum(bytes, checksum)
    return bytes
  })

/** Six or seven digits, and what stands behind them. */
function setChecksum(bytes: Buffer, end: string): void {
  bytes.fill(' ', 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  const digits = sum.toString(8).padStart(6, '0')
  bytes.write(end.startsWith('0') ? `0${digits}${end.slice(1)}` : `${digits}${end}`, 148, 'latin1')
}

function used({ path, type, mode, size, linkpath, cksumValid, nullBlock }: TarHeader): object {
  return { path, type, mode, size, linkpath, cksumValid, nullBlock }
}

test('S-10.20 a header that is read here is what node-tar reads', () => {
  let plain = 0
  fc.assert(
    fc.property(header, (bytes) => {
      const read = readPlainHeader(bytes, 0)
      if (read === null) return
      plain++
      expect(read).toEqual(used(new Header(bytes, 0)))
    }),
    { numRuns: 5000 },
  )
  expect(plain).toBeGreaterThan(500)
})

test('S-10.20 a file of an ordinary archive needs no node-tar', () => {
  const bytes = Buffer.concat([Buffer.alloc(BLOCK), tarEntry({ path: 'package/lib/ä.js', mode: 0o755, size: 7 })])
  expect(readPlainHeader(bytes, BLOCK)).toEqual({
    path: 'package/lib/ä.js',
    type: 'File',
    mode: 0o755,
    size: 7,
    linkpath: '',
    cksumValid: true,
    nullBlock: false,
  })
})

test.each([
  ['a directory', { path: 'package/lib/', type: '5' }],
  ['a file that is called like one', { path: 'package/lib/' }],
  ['a link', { path: 'package/a', type: '2', link: 'b' }],
  ['a header with a wrong checksum', { path: 'package/a', checksum: 1 }],
  ['a size in binary', { path: 'package/a', size: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]) }],
  ['what says something of another entry', { path: 'PaxHeader', type: 'x', body: '12 path=abc\n' }],
])('S-10.20 %s is left to node-tar', (_what, entry) => {
  const bytes = tarEntry(entry)
  expect(readPlainHeader(bytes, 0)).toBeNull()
  expect(used(readTarHeader(bytes, 0))).toEqual(used(new Header(bytes, 0)))
})
