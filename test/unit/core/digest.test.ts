// Digests, integrities and Nix's base32, against vectors of Nix's own tests.

import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  digestJson,
  digestText,
  integrityFileName,
  integrityOf,
  isDigest,
  parseIntegrity,
  printBase32,
  printIntegrity,
  strongestIntegrity,
} from '../../../src/core/digest.ts'

test.each([
  ['sha1', '800d59cfcd3c05e900cb4e214be48f6b886a08df', 'vw46m23bizj4n8afrc0fj19wrp7mj3c0'],
  [
    'sha256',
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    '1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s',
  ],
  [
    'sha512',
    '204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c33596fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445',
    '12k9jiq29iyqm03swfsgiw5mlqs173qazm3n7daz43infy12pyrcdf30fkk3qwv4yl2ick8yipc2mqnlh48xsvvxl60lbx8vp38yji0',
  ],
])('base32 of a %s is what Nix prints', (_, hex, base32) => {
  expect(printBase32(Buffer.from(hex, 'hex'))).toBe(base32)
})

test('base32 of nothing is nothing', () => {
  expect(printBase32(new Uint8Array())).toBe('')
})

test('the digest of a value does not depend on the order of its keys', () => {
  expect(digestJson({ a: 1, b: 2 })).toBe(digestJson({ b: 2, a: 1 }))
  expect(digestJson({ a: 1 })).toBe(digestText('{"a":1}'))
  expect(isDigest(digestText(''))).toBe(true)
  expect([null, 'x', 'A'.repeat(64), 'a'.repeat(63), `${'a'.repeat(64)}\n`].map(isDigest)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
})

test.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('a %s integrity is read as it was printed', (algorithm) => {
  const raw = createHash(algorithm).update('x').digest()
  const integrity = printIntegrity(algorithm, raw)
  expect(parseIntegrity(integrity)).toEqual({ algorithm, raw, integrity })
  expect(integrityOf(Buffer.from('x'), algorithm)).toBe(integrity)
  expect(integrityFileName(integrity)).toBe(`${algorithm}-${raw.toString('hex')}`)
})

test('an integrity that is not well-formed is none', () => {
  const good = integrityOf(Buffer.from('x'))
  const bits = good.replace(/.=$/, (end) => `${end.startsWith('A') ? 'B' : 'A'}=`)
  for (const text of [
    null,
    '',
    'sha256-',
    'md5-AAAA',
    'sha256-AAAA',
    `${good}=`,
    ` ${good}`,
    `${good}\n`,
    `${good} ${good}`,
    good.toUpperCase(),
    'x'.repeat(1e6),
  ]) {
    expect(parseIntegrity(text)).toBe(null)
  }
  // The last digit holds two bits that no byte has; only zero is canonical there.
  expect([bits, good].filter((text) => parseIntegrity(text) !== null).length).toBeLessThanOrEqual(2)
})

test('of a list of integrities the strongest is taken', () => {
  const bytes = Buffer.from('x')
  const [weak, strong] = [integrityOf(bytes, 'sha1'), integrityOf(bytes, 'sha512')]
  expect(strongestIntegrity(` ${weak}  ${strong}?opt nonsense `)).toBe(strong)
  expect(strongestIntegrity('nonsense')).toBe(null)
  expect(strongestIntegrity(3)).toBe(null)
})
