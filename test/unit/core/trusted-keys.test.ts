import { expect, test } from 'vitest'
import { makeKeys } from '../../../src/core/signature.ts'
import { parseTrustedKeys, registryKeyPlace } from '../../../src/core/trusted-keys.ts'

const [one, two] = [1, 2].map((seed) => makeKeys(`core-${seed}`, Buffer.alloc(32, seed)).public)

test('S-13.19 a line is a place and a key; a place may have several, and comments say nothing', () => {
  const text = `# mine\n\nhttps://example.org/core ${one}\r\nhttps://example.org/core/\t${two}\n  git+https://example.org/r?rev=main#public ${one}\n/srv/core ${two}`
  expect([...parseTrustedKeys(text, 'keys')]).toEqual([
    ['https://example.org/core', [one, two]],
    ['git+https://example.org/r#public', [one]],
    ['/srv/core', [two]],
  ])
})

test('S-13.19 a closing slash and a revision make no other registry', () => {
  expect(registryKeyPlace('https://example.org/core/')).toBe('https://example.org/core')
  expect(registryKeyPlace('git+https://example.org/r?rev=v1#public')).toBe('git+https://example.org/r#public')
})

test.each([
  [`https://example.org/core`, 'Line 2'],
  [`https://example.org/core ${one} ${two}`, 'Line 2'],
  [`https://example.org/core core-1:short`, 'not a public key'],
  [`core ${one}`, '`core` is neither'],
])('S-13.19 what is no such line is E_CONFIG: %s', (line, what) => {
  expect(() => parseTrustedKeys(`# first\n${line}\n`, '/home/x/keys')).toThrow(
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringContaining(what) }),
  )
})
