// Canonical JSON: the one serialiser, for hashing and for files. Keys are sorted by code point, so the same value always
// gives the same bytes. It does not validate shapes; each format's own file does.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** Surrogates, and what is above them. */
const HIGH_UNITS = /[\ud800-\uffff]/

/** Orders strings by Unicode code point, which for UTF-8 is byte order. Locale never matters. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  // UTF-16 unit order, which is the engine's own, differs from code point order only when a surrogate meets U+E000..U+FFFF.
  if (!HIGH_UNITS.test(a) || !HIGH_UNITS.test(b)) return a < b ? -1 : 1
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const xSurrogate = x >= 0xd800 && x <= 0xdfff
    const ySurrogate = y >= 0xd800 && y <= 0xdfff
    if (xSurrogate !== ySurrogate) return xSurrogate ? 1 : -1
    return x - y
  }
  return a.length - b.length
}

/** One line without spaces, for hashing. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(isInOrder(value) ? value : sortKeys(value))
}

/** Indented by two spaces with a final newline, for files that people read and git diffs. */
export function printJson(value: Json): string {
  return `${JSON.stringify(isInOrder(value) ? value : sortKeys(value), null, 2)}\n`
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether sorting would change nothing: what was written by this file is so, and a copy of it would cost more than its text. */
function isInOrder(value: Json): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isInOrder)
  let last: string | null = null
  for (const key of Object.keys(value)) {
    if (last !== null && compareCodePoints(last, key) > 0) return false
    const item = (value as JsonObject)[key]
    if (item !== undefined && !isInOrder(item)) return false
    last = key
  }
  return true
}

function sortKeys(value: Json): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('canonical JSON has no NaN or Infinity')
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isJsonObject(value)) return value
  // Integer-like keys would be reordered by the engine itself; no format of ours has them as the only order that counts.
  const sorted: Record<string, Json> = Object.create(null)
  for (const key of Object.keys(value).sort(compareCodePoints)) {
    const item = value[key]
    if (item !== undefined) sorted[key] = sortKeys(item)
  }
  return sorted
}
