import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeKeys, parsePublicKey, parseSecretKey, publicKeyOf, sign, signedBy } from '../../../src/core/signature.ts'

const SEED = Buffer.alloc(32, 7)
const keys = makeKeys('core-1', SEED)
const others = makeKeys('core-1', Buffer.alloc(32, 8))

describe('signatures', () => {
  it('S-13.8 a text signed by a key is found to be signed by it, and by no other of the same name', () => {
    const signature = sign('text\n', keys.secret)
    expect(signedBy('text\n', signature, [others.public, keys.public])).toBe(keys.public)
    expect(signedBy('text\n', signature, [others.public])).toBeNull()
    expect(signedBy('text', signature, [keys.public])).toBeNull()
    expect(signedBy('text\n', '', [keys.public])).toBeNull()
  })

  it('S-13.8 of several signatures any one will do, and lines that are none are passed over', () => {
    const both = `# signed twice\nrubbish\n${sign('text', others.secret)}${sign('text', keys.secret)}`
    expect(signedBy('text', both, [keys.public])).toBe(keys.public)
  })

  it('S-13.8 keys are one line of text, and the public one follows from the secret one', () => {
    expect(parsePublicKey(`${keys.public}\n`)).toBe(keys.public)
    expect(publicKeyOf(parseSecretKey(keys.secret))).toBe(keys.public)
    expect(keys.public).toMatch(/^core-1:[A-Za-z0-9+/]{43}=$/)
  })

  it('S-13.8 the signature is the one of RFC 8032 (its first test vector)', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
    const pair = makeKeys('rfc', seed)
    const raw = (line: string): string => Buffer.from(line.trim().slice(4), 'base64').toString('hex')
    expect(raw(pair.public)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    expect(raw(sign('', pair.secret))).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    )
  })

  it.each([
    ['no name', keys.public.slice('core-1'.length)],
    ['another length', `core-1:${Buffer.alloc(31).toString('base64')}`],
    ['base64 that is not canonical', keys.public.replace('=', '')],
    ['a secret key', keys.secret],
    ['nothing', ''],
  ])('S-13.8 refuses as a public key %s', (_, text) => {
    expect(() => parsePublicKey(text)).toThrow(/not a public key/)
  })

  it('S-13.8 a secret key whose halves differ is refused, and never quoted', () => {
    const mixed = Buffer.concat([
      SEED,
      generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(12),
    ])
    const text = `core-1:${mixed.toString('base64')}`
    expect(() => parseSecretKey(text)).toThrow(/do not belong together/)
    try {
      parseSecretKey(text)
    } catch (error) {
      expect(String(error)).not.toContain(text.slice(8, 20))
    }
  })

  it('S-13.8 bytes that are no key of the curve have signed nothing', () => {
    const odd = parsePublicKey(`core-1:${Buffer.alloc(32, 255).toString('base64')}`)
    expect(signedBy('text', sign('text', keys.secret), [odd])).toBeNull()
  })
})
