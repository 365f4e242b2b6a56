// Ed25519 signatures of small texts, with keys as lines of text in the form that Nix's users know:
//
//   public key   <name>:<base64 of 32 bytes>           secret key   <name>:<base64 of 64 bytes: seed, then public key>
//   signature    <name>:<base64 of 64 bytes>           one on each line of a signature file
//
// The name only says which key to look for; who signed is decided by the bytes.

import type { Brand } from './digest.ts'
import { crypto } from './digest.ts'
import { ToolError } from './errors.ts'

export type PublicKey = Brand<string, 'PublicKey'>
export type SecretKey = Brand<string, 'SecretKey'>

const SEED_LENGTH = 32
const PUBLIC_LENGTH = 32
const SIGNATURE_LENGTH = 64
const MAX_SIGNATURES = 16
/** What stands before the 32 bytes in the forms that Node's crypto reads (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A new pair of keys. `seed` is 32 random bytes. */
export function makeKeys(name: string, seed: Uint8Array): { readonly public: PublicKey; readonly secret: SecretKey } {
  if (seed.length !== SEED_LENGTH) throw new Error('a seed has 32 bytes')
  if (!isKeyName(name)) throw keyInvalid(`\`${name}\` cannot be the name of a key`)
  const der = crypto().createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' })
  const raw = der.subarray(SPKI_HEAD.length)
  return {
    public: `${name}:${raw.toString('base64')}` as PublicKey,
    secret: `${name}:${Buffer.concat([seed, raw]).toString('base64')}` as SecretKey,
  }
}

/** @throws ToolError E_CONFIG */
export function parsePublicKey(text: string): PublicKey {
  const key = text.trim()
  if (!isPublicKey(key)) throw keyInvalid('it is not a public key: `NAME:` and 32 bytes in base64')
  return key
}

export function isPublicKey(value: unknown): value is PublicKey {
  return typeof value === 'string' && split(value, PUBLIC_LENGTH) !== null
}

/** @throws ToolError E_CONFIG, which never quotes the key */
export function parseSecretKey(text: string): SecretKey {
  const parts = split(text.trim(), SEED_LENGTH + PUBLIC_LENGTH)
  if (parts === null) throw keyInvalid('it is not a secret key: `NAME:` and 64 bytes in base64')
  const own = makeKeys(parts.name, parts.raw.subarray(0, SEED_LENGTH))
  if (own.secret !== text.trim()) throw keyInvalid('its two halves do not belong together')
  return own.secret
}

export function publicKeyOf(secret: SecretKey): PublicKey {
  const { name, raw } = partsOf(secret, SEED_LENGTH + PUBLIC_LENGTH)
  return `${name}:${raw.subarray(SEED_LENGTH).toString('base64')}` as PublicKey
}

/** One line of a signature file, with its line feed. */
export function sign(text: string, secret: SecretKey): string {
  const { name, raw } = partsOf(secret, SEED_LENGTH + PUBLIC_LENGTH)
  const signature = crypto().sign(null, Buffer.from(text), privateKey(raw.subarray(0, SEED_LENGTH)))
  return `${name}:${signature.toString('base64')}\n`
}

/** The first of `keys` that signed the text; null when none did. Lines of another form are passed over. */
export function signedBy(text: string, signatures: string, keys: readonly PublicKey[]): PublicKey | null {
  const lines = signatures.split('\n', MAX_SIGNATURES).flatMap((line) => split(line.trim(), SIGNATURE_LENGTH) ?? [])
  const bytes = Buffer.from(text)
  const signed = keys.find((key) => {
    const { name, raw } = partsOf(key, PUBLIC_LENGTH)
    return lines.some((line) => line.name === name && verify(bytes, raw, line.raw))
  })
  return signed ?? null
}

function verify(text: Buffer, publicKey: Buffer, signature: Buffer): boolean {
  const der = Buffer.concat([SPKI_HEAD, publicKey])
  try {
    return crypto().verify(null, text, crypto().createPublicKey({ key: der, format: 'der', type: 'spki' }), signature)
  } catch {
    // Thirty-two bytes that are no point of the curve.
    return false
  }
}

function privateKey(seed: Uint8Array): ReturnType<ReturnType<typeof crypto>['createPrivateKey']> {
  return crypto().createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
}

function isKeyName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)
}

function split(text: string, length: number): { readonly name: string; readonly raw: Buffer } | null {
  const colon = text.indexOf(':')
  const name = text.slice(0, Math.max(colon, 0))
  const base64 = text.slice(colon + 1)
  const raw = Buffer.from(base64, 'base64')
  return isKeyName(name) && raw.length === length && raw.toString('base64') === base64 ? { name, raw } : null
}

function partsOf(key: PublicKey | SecretKey, length: number): { readonly name: string; readonly raw: Buffer } {
  const parts = split(key, length)
  if (parts === null) throw new Error('a key that was not parsed')
  return parts
}

function keyInvalid(what: string): ToolError {
  return new ToolError('E_CONFIG', `The key cannot be used: ${what}.`, {
    hint: 'Make a pair with `tenon registry keygen NAME`.',
  })
}
