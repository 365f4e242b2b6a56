// Canonical JSON and the order of strings.

import { expect, test } from 'vitest'
import { canonicalJson, compareCodePoints, isJsonObject, printJson } from '../../../src/core/json.ts'

test('strings are ordered by code point, as their UTF-8 bytes are', () => {
  const words = ['', 'a', 'B', 'ab', 'Z', 'é', '\uE000', '\uFFFD', '😀', '\u{10FFFF}', 'a\u0000', '10', '9']
  const byBytes = [...words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  expect([...words].sort(compareCodePoints)).toEqual(byBytes)
  // By UTF-16 units the emoji would come before U+FFFD.
  expect('😀' < '\uFFFD').toBe(true)
  expect(compareCodePoints('😀', '\uFFFD')).toBeGreaterThan(0)
  expect(compareCodePoints('a', 'a')).toBe(0)
})

test('canonical JSON is one line with sorted keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}')
  expect(canonicalJson([])).toBe('[]')
})

test('printed JSON is indented and ends with a line end', () => {
  expect(printJson({ b: 1, a: [] })).toBe('{\n  "a": [],\n  "b": 1\n}\n')
})

test('a key that is called like a prototype is a key', () => {
  const value = JSON.parse('{"__proto__":{"x":1},"constructor":2}')
  expect(canonicalJson(value)).toBe('{"__proto__":{"x":1},"constructor":2}')
})

test('what JSON cannot hold is refused', () => {
  expect(() => canonicalJson({ a: Number.NaN })).toThrow('NaN')
  expect(() => canonicalJson([Number.POSITIVE_INFINITY])).toThrow('Infinity')
})

test('only objects are objects', () => {
  expect([{}, [], null, 'x', 1, undefined].map(isJsonObject)).toEqual([true, false, false, false, false, false])
})
