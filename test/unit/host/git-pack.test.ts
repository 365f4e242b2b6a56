import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { BadPackError, checkPack } from '../../../src/host/git-pack.ts'
import { deltaSize, HELLO, packBytes, packEntry } from '../../support/git-bytes.ts'

const base = packEntry('blob', Buffer.from('base'))
/** Copies the four bytes of the base. */
const delta = Buffer.concat([deltaSize(4), deltaSize(4), Buffer.from([0b1001_0000, 4])])

/** A delta behind `distance` bytes. */
function ofs(distance: number, body: Buffer = delta): Buffer {
  return packEntry('ofs', body, { before: Buffer.from([distance]) })
}

describe('S-10.34 a pack is looked through before it is unpacked', () => {
  test('a good one passes, with deltas of both kinds and chains of them', () => {
    const next = ofs(base.length)
    const other = packEntry('ref', delta, { before: Buffer.alloc(20, 7) })
    expect(() => checkPack(packBytes(HELLO.entries))).not.toThrow()
    expect(() => checkPack(packBytes([base, next, ofs(next.length), other]))).not.toThrow()
    expect(() => checkPack(packBytes([]))).not.toThrow()
  })

  const whole = packBytes(HELLO.entries)
  const withOther = (at: number): Buffer => {
    const bytes = Buffer.from(whole)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes
  }
  test.each([
    ['no pack at all', Buffer.from('<!doctype html>'.repeat(9)), /begin/],
    ['nothing', Buffer.alloc(0), /begin/],
    ['one that is cut off', whole.subarray(0, -30), /checksum/],
    ['a checksum of other bytes', withOther(whole.length - 1), /checksum/],
    ['one byte that is another', withOther(40), /checksum/],
    ['fewer objects than it says', packBytes(HELLO.entries, 99), /cut off/],
    ['more objects than it says', packBytes(HELLO.entries, 1), /more than it says/],
    ['more objects than anybody has', packBytes([], 4_000_000_000), /objects/],
    ['an object that is its own delta', packBytes([base, ofs(0)]), /not there/],
    ['a delta on the middle of an object', packBytes([base, ofs(base.length - 1)]), /not there/],
    ['a delta on what comes before the pack', packBytes([ofs(12)]), /not there/],
    [
      'a delta so far back that 32 bits wrap',
      packBytes([base, packEntry('ofs', delta, { before: Buffer.from([0x8f, 255, 255, 255, 127]) })]),
      /not there/,
    ],
    ['an object that is larger than it says', packBytes([packEntry('blob', Buffer.alloc(99), { size: 9 })]), /damaged/],
    ['one that is smaller', packBytes([packEntry('blob', Buffer.alloc(9), { size: 99 })]), /another size/],
    ['a size beyond all numbers', packBytes([Buffer.alloc(30, 0xbf)]), /none/],
    ['a kind that is not known', packBytes([Buffer.concat([Buffer.from([0x50]), deflateSync('')])]), /kind/],
    ['a delta that is cut off', packBytes([base, ofs(base.length, Buffer.from([0xff]))]), /delta is cut off/],
  ])('refused is %s', (_, pack, message) => {
    expect(() => checkPack(pack)).toThrow(BadPackError)
    expect(() => checkPack(pack)).toThrow(message)
  })

  test('bombs stop at the bounds: large objects, small ones that are many, and deltas that grow', () => {
    const bounds = { objects: 100, bytes: 10_000, total: 50_000, ratio: 1 }
    const zeros = (length: number): Buffer => packEntry('blob', Buffer.alloc(length))
    expect(() => checkPack(packBytes(Array(5).fill(zeros(10_000))), bounds)).not.toThrow()
    expect(() => checkPack(packBytes(Array(6).fill(zeros(10_000))), bounds)).toThrow(/more than 50000 bytes/)
    expect(() => checkPack(packBytes([zeros(10_001)]), bounds)).toThrow(/more than 10000 bytes/)
    const grown = ofs(base.length, Buffer.concat([deltaSize(4), deltaSize(10_001)]))
    expect(() => checkPack(packBytes([base, grown]), bounds)).toThrow(/more than 10000 bytes/)
    expect(() => checkPack(packBytes(Array(101).fill(base)), bounds)).toThrow(/more than 100 objects/)
  })

  test('a chain of deltas has an end', () => {
    const link = ofs(base.length)
    const chain = (length: number): Buffer => packBytes([base, link, ...Array(length - 1).fill(ofs(link.length))])
    expect(() => checkPack(chain(4096))).not.toThrow()
    expect(() => checkPack(chain(4097))).toThrow(/build on each other/)
  })

  test('every cut of a pack is refused', () => {
    for (let length = 0; length < whole.length; length++) expect(() => checkPack(whole.subarray(0, length))).toThrow()
  })
})
