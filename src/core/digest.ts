// Digests, integrities and Nix's base32: the only file of core that hashes.

import { canonicalJson, type Json } from './json.ts'

declare const brand: unique symbol
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** 64 hexadecimal digits: the sha256 of a value's canonical JSON. */
export type Digest = Brand<string, 'Digest'>
/** An SRI string, `sha256-…`, `sha512-…` or (old npm packages only) `sha1-…`: of bytes, or of a tree's NAR. */
export type Integrity = Brand<string, 'Integrity'>
export type IntegrityAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512'

let loaded: typeof import('node:crypto') | null = null

/** Node's, loaded when it is first used: it costs more time than everything else that a rollback does. */
export function crypto(): typeof import('node:crypto') {
  // Asking for it takes longer than hashing a line.
  loaded ??= process.getBuiltinModule('node:crypto')
  return loaded
}

const RAW_LENGTH: Readonly<Record<IntegrityAlgorithm, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 }
const BASE32 = '0123456789abcdfghijklmnpqrsvwxyz'

export function digestJson(value: Json): Digest {
  return crypto().hash('sha256', canonicalJson(value), 'hex') as Digest
}

export function digestText(text: string): Digest {
  return crypto().hash('sha256', text, 'hex') as Digest
}

export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

export function printIntegrity(algorithm: IntegrityAlgorithm, raw: Uint8Array): Integrity {
  return `${algorithm}-${Buffer.from(raw).toString('base64')}` as Integrity
}

/** Null when the text is not one well-formed SRI entry of a known algorithm with canonical base64. */
export function parseIntegrity(
  text: unknown,
): { algorithm: IntegrityAlgorithm; raw: Buffer; integrity: Integrity } | null {
  if (typeof text !== 'string' || text.length > 200) return null
  const match = /^(sha1|sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})$/.exec(text)
  if (match === null) return null
  const algorithm = match[1] as IntegrityAlgorithm
  const raw = Buffer.from(match[2] as string, 'base64')
  if (raw.length !== RAW_LENGTH[algorithm] || raw.toString('base64') !== match[2]) return null
  return { algorithm, raw, integrity: text as Integrity }
}

/** The strongest known entry of an SRI list (`sha1-… sha512-…`); null when none is usable. */
export function strongestIntegrity(text: unknown): Integrity | null {
  if (typeof text !== 'string') return null
  let best: Integrity | null = null
  let length = 0
  for (const part of text.trim().split(/\s+/).slice(0, 16)) {
    const parsed = parseIntegrity(part.split('?')[0])
    if (parsed !== null && parsed.raw.length > length) {
      best = parsed.integrity
      length = parsed.raw.length
    }
  }
  return best
}

export function integrityAlgorithm(integrity: Integrity): IntegrityAlgorithm {
  return integrity.slice(0, integrity.indexOf('-')) as IntegrityAlgorithm
}

/** A name for these bytes that is safe in a file name: `sha512-<hex>`. */
export function integrityFileName(integrity: Integrity): string {
  const parsed = parseIntegrity(integrity)
  if (parsed === null) throw new Error(`not an integrity: ${integrity}`)
  return `${parsed.algorithm}-${parsed.raw.toString('hex')}`
}

export function integrityOf(bytes: Uint8Array, algorithm: IntegrityAlgorithm = 'sha256'): Integrity {
  return `${algorithm}-${crypto().hash(algorithm, bytes, 'base64')}` as Integrity
}

/** Nix's base32: its own alphabet, least significant digit last. */
export function printBase32(raw: Uint8Array): string {
  const length = Math.ceil((raw.length * 8) / 5)
  let text = ''
  for (let n = length - 1; n >= 0; n--) {
    const bit = n * 5
    const byte = bit >> 3
    const shift = bit & 7
    const low = (raw[byte] ?? 0) >> shift
    const high = shift > 3 ? (raw[byte + 1] ?? 0) << (8 - shift) : 0
    text += BASE32[(low | high) & 31]
  }
  return text
}
