// Properties of core values: what is printed is read again, digests do not see layout, and edits keep every other byte.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { integrityOf, printBase32 } from '../../src/core/digest.ts'
import { addRequirement, removeRequirement, setRange } from '../../src/core/environment-edit.ts'
import { parseEnvironmentFile } from '../../src/core/environment-file.ts'
import { ToolError } from '../../src/core/errors.ts'
import { faultsOf, renderFaults } from '../../src/core/fault.ts'
import { canonicalJson, compareCodePoints, type Json, type JsonObject, printJson } from '../../src/core/json.ts'
import { parseLock, printLock } from '../../src/core/lock.ts'
import { parseRequirement, printRequirement, withConstraint } from '../../src/core/requirement.ts'

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'))
const npmName = fc.oneof(
  word,
  fc.tuple(word, word).map(([scope, name]) => `@${scope}/${name}`),
)
const npmRange = fc.oneof(
  fc.constantFrom('', 'next', '*', '>=1 <3', '1 || 2', '^1.2.3-beta.1'),
  fc.tuple(fc.constantFrom('', '^', '~', '>=', '<', '='), version).map((parts) => parts.join('')),
)
const at = (range: string) => (range === '' ? '' : `@${range}`)
const npm = fc.tuple(npmName, npmRange).map(([name, range]) => `npm:${name}${at(range)}`)
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter(
    (text) =>
      !/[/\\\p{Cc}\u2028\u2029]|^\s|\s$|^~$/u.test(text) && text.isWellFormed() && text !== '.' && text !== '..',
  )
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `path:./${parts.join('/')}`)
const requirementText = fc.oneof(
  npm,
  path,
  fc.tuple(npmName, npmName, npmRange).map(([alias, name, range]) => `npm:${alias}@npm:${name}${at(range)}`),
  fc.tuple(word, fc.array(word, { maxLength: 3 }), version).map(([name, extras, number]) => {
    const sorted = [...new Set(extras.map((extra) => extra.replace(/-+$/, '').replace(/-+/g, '-')))].sort()
    return `pypi:${name.replace(/-+$/, '').replace(/-+/g, '-')}${sorted.length === 0 ? '' : `[${sorted.join(',')}]`}@>=${number},<99`
  }),
  word.map((name) => `deb:${name}x@>=1.2-3`),
  fc.tuple(word, version).map(([name, number]) => `core:${name}@^${number}`),
  fc
    .tuple(word, word, word)
    .map(([host, name, directory]) => `git:https://${host}.example.org/${name}.git#${directory}@v1`),
  word.map((name) => `url:https://example.org/${name}@sha256:${'0f'.repeat(32)}`),
)

test('S-2.4 a requirement is read as it was printed', () => {
  fc.assert(
    fc.property(requirementText, (text) => {
      const requirement = parseRequirement(text)
      expect(requirement.text).toBe(text)
      expect(parseRequirement(printRequirement(requirement))).toEqual(requirement)
    }),
  )
})

test('S-2.6 a path means the same wherever it is written', () => {
  const directory = fc.array(word, { maxLength: 3 }).map((parts) => parts.join('/') || '.')
  fc.assert(
    fc.property(path, directory, (text, from) => {
      const requirement = parseRequirement(text)
      expect(parseRequirement(printRequirement(requirement, { directory: from }), { directory: from })).toEqual(
        requirement,
      )
    }),
  )
})

test('S-2.4 any text is read or refused with one sentence', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(fc.constantFrom('npm:', 'pypi:', 'deb:', 'git:https://', 'url:https://', 'path:', 'x:'), fc.string())
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (written) => {
      try {
        const requirement = parseRequirement(written)
        expect(parseRequirement(requirement.text)).toEqual(requirement)
        expect(requirement.name.split('/')).not.toContain('..')
      } catch (error) {
        if (!(error instanceof ToolError)) throw error
        expect(error.code).toBe('E_USAGE')
      }
    }),
    { numRuns: 1000 },
  )
})

const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>

function shuffled(value: Json, order: (keys: string[]) => string[]): Json {
  if (Array.isArray(value)) return value.map((item: Json) => shuffled(item, order))
  if (typeof value !== 'object' || value === null) return value
  const object = value as JsonObject
  return Object.fromEntries(order(Object.keys(object)).map((key) => [key, shuffled(object[key] ?? null, order)]))
}

test('canonical and printed JSON do not see the order of keys, and are JSON of the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value)
      expect(canonicalJson(shuffled(value, (keys) => keys.reverse()))).toBe(text)
      expect(canonicalJson(JSON.parse(text))).toBe(text)
      const printed = printJson(value)
      expect(printJson(shuffled(value, (keys) => keys.reverse()))).toBe(printed)
      expect(printJson(JSON.parse(printed))).toBe(printed)
    }),
  )
})

test('the order of strings is that of their bytes', () => {
  const string = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(string, string, (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))))
    }),
  )
})

test('base32 is one to one', () => {
  const bytes = fc.uint8Array({ minLength: 20, maxLength: 20 })
  const alphabet = '0123456789abcdfghijklmnpqrsvwxyz'
  fc.assert(
    fc.property(bytes, (raw) => {
      // Nix's definition read backwards: the text is the number, most significant digit first, bytes little-endian.
      const number = [...printBase32(raw)].reduce((sum, digit) => sum * 32n + BigInt(alphabet.indexOf(digit)), 0n)
      expect(number.toString(16).padStart(40, '0')).toBe(Buffer.from(raw).reverse().toString('hex'))
    }),
  )
})

const lockedPackage = fc
  .tuple(npmName, version, fc.dictionary(word, json, { maxKeys: 3 }))
  .map(([name, number, data]) => ({
    id: `npm:${name}@${number}`,
    source: 'npm',
    name,
    version: number,
    artifacts: [
      {
        kind: 'file',
        source: 'npm',
        package: name,
        name: `${number}.tgz`,
        size: null,
        integrity: integrityOf(Buffer.from(number)),
      },
    ],
    dependencies: {},
    data,
  }))

test('S-3.1 a lock is read as it was printed', () => {
  const packages = fc.uniqueArray(lockedPackage, { selector: (item) => item.id, maxLength: 6 })
  fc.assert(
    fc.property(
      packages,
      fc.dictionary(
        word.map((name) => name.replaceAll('-', '_')),
        fc.string().filter((text) => !text.includes('\0')),
      ),
      (items, variables) => {
        const ids = items.map((item) => item.id)
        const roots = items.map((item) => ({ requirement: `npm:${item.name}`, package: item.id, priority: 0 }))
        const value = {
          schema: 1,
          satisfies: '0'.repeat(64),
          variables,
          systems: { 'x86_64-linux': { roots, packages: ids } },
          packages: items,
        }
        const text = JSON.stringify(value)
        const lock = parseLock(printLock(parseLock(text, 'x.lock.json')), 'x.lock.json')
        expect(parseLock(printLock(lock), 'x.lock.json')).toEqual(lock)
        expect(printLock(parseLock(printLock(lock), 'x.lock.json'))).toBe(printLock(lock))
      },
    ),
  )
})

/** Environment files in many styles, as parts: head, one text for each item, tail. */
const comment = fc.constantFrom('', ' # why', '   # [a, b]', ' #')
const file = fc
  .record({
    names: fc.uniqueArray(npmName, { minLength: 1, maxLength: 5 }),
    range: npmRange,
    comments: fc.array(comment, { minLength: 5, maxLength: 5 }),
    quote: fc.constantFrom('', '"', "'"),
    style: fc.constantFrom('block', 'long', 'flow', 'lines', 'commas'),
    indent: fc.constantFrom('', '  ', '      '),
    eol: fc.constantFrom('\n', '\r\n'),
    head: fc.constantFrom('tenon: 1', '# head', '\uFEFFtenon: 1', '---\ntenon: 1'),
    tail: fc.constantFrom('', '# end', '\nvariables: { A: "x" }', 'checks:\n- a', '...'),
    hasFinalEol: fc.boolean(),
  })
  .map(({ names, range, comments, quote, style, indent, eol, head, tail, hasFinalEol }) => {
    const texts = names.map((name) =>
      `${quote}npm:${name}${at(range)}${quote}`.replace(/^npm:.*[,|*<>].*$/, (text) => `"${text}"`),
    )
    const items = texts.map((text, index) => {
      const note = comments[index] ?? ''
      if (style === 'long')
        return `${indent}- npm: ${quote}${names[index]?.startsWith('@') && quote === '' ? `"${names[index]}"` : names[index]}${quote}${note}\n${indent}  priority: ${index}`
      if (style === 'block') return `${indent}- ${text}${note}`
      return text
    })
    const notes = (separator: (index: number) => string) =>
      items.map((text, index) => `  ${text}${separator(index)}${comments[index] ?? ''}`).join('\n')
    const list =
      style === 'flow'
        ? `packages: [${items.join(', ')}]${comments[0] ?? ''}`
        : style === 'lines' || style === 'commas'
          ? `packages: [\n${notes((index) => (style === 'commas' || index + 1 < items.length ? ',' : ''))}\n]`
          : `packages:\n${items.join('\n')}`
    const first = head === '# head' ? '# head\ntenon: 1' : head
    const text = [first, list, tail].filter((part) => part !== '').join('\n')
    return { names, style, text: `${text}${hasFinalEol ? '\n' : ''}`.replaceAll('\n', eol) }
  })

const OPTIONS = { name: 'x', path: 'environments/x.yaml' }

/** What of `text` is not in `part`, if `part` is `text` with one stretch left out; null otherwise. */
function cut(text: string, part: string): string | null {
  let start = 0
  while (start < part.length && text[start] === part[start]) start += 1
  let end = 0
  while (end < part.length - start && text[text.length - 1 - end] === part[part.length - 1 - end]) end += 1
  return start + end === part.length ? text.slice(start, text.length - end) : null
}

test('S-2.15 adding inserts, and keeps every byte that was there', () => {
  fc.assert(
    fc.property(file, ({ style, text }) => {
      const requirement = parseRequirement('npm:zzz-new@^1')
      const after = addRequirement(text, requirement)
      expect(parseEnvironmentFile(after, OPTIONS).packages.at(-1)).toEqual(requirement)
      // A list with a line for each item may need a comma as well, before the comment of its last item.
      const inserted = cut(after, text) ?? cut(after.replace(/,([ \t]*(?:#.*)?\r?\n *"?'?npm:zzz)/, '$1'), text)
      expect(inserted).toContain('npm:zzz-new@^1')
      expect(addRequirement(after, requirement)).toBe(after)
      // There the comma before it stays, where it does no harm.
      if (style !== 'lines') expect(removeRequirement(after, requirement)).toBe(text)
    }),
    { numRuns: 500 },
  )
})

test('S-2.15 removing takes out one stretch', () => {
  fc.assert(
    fc.property(file, fc.nat(), ({ names, text }, pick) => {
      const name = names[pick % names.length] ?? ''
      const before = parseEnvironmentFile(text, OPTIONS).packages
      const after = removeRequirement(text, { prefix: 'npm', name })
      if (after === null) throw new Error('not found')
      expect(cut(text, after)).not.toBe(null)
      expect(parseEnvironmentFile(after, OPTIONS).packages).toEqual(before.filter((item) => item.name !== name))
    }),
    { numRuns: 500 },
  )
})

test('S-2.15 changing a range changes nothing before or behind the item', () => {
  fc.assert(
    fc.property(file, fc.nat(), npmRange, ({ names, text }, pick, range) => {
      const name = names[pick % names.length] ?? ''
      const before = parseEnvironmentFile(text, OPTIONS).packages
      const after = setRange(text, { prefix: 'npm', name }, range)
      if (after === null) throw new Error('not found')
      const expected = before.map((item) => (item.name === name ? withConstraint(item, range) : item))
      expect(parseEnvironmentFile(after, OPTIONS).packages).toEqual(expected)
      const others = (whole: string) => whole.split('\n').filter((line) => !line.includes(name))
      expect(others(after)).toEqual(others(text))
    }),
    { numRuns: 500 },
  )
})

test('S-2.14 any text is read or refused with faults that lie in it and can be drawn', () => {
  const line = fc.constantFrom(
    'tenon: 1',
    'packages:',
    '  - npm:a',
    '- x',
    '  b: [1',
    ']',
    '{',
    '}',
    '"',
    "'",
    '  - npm: a',
    '    version: 1',
    'variables: {A: b}',
    '? a',
    ': b',
    '\t',
    '|',
    '  text',
    '&a',
    '*a',
    '!t',
    '---',
    '...',
    '#',
    '%A',
    'a: b: c',
    '漢: 字',
    'links:',
    '  ../a: b',
  )
  const text = fc.oneof(
    fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n')),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(line, { maxLength: 8 }).map((lines) => `tenon: 1\n${lines.join('\r\n')}`),
  )
  fc.assert(
    fc.property(text, (written) => {
      try {
        parseEnvironmentFile(written, OPTIONS)
      } catch (error) {
        if (!(error instanceof ToolError)) throw error
        const faults = faultsOf(error)
        const lines = written.split('\n')
        expect(faults.length).toBeGreaterThan(0)
        for (const fault of faults) {
          expect(fault.rule).toMatch(/^S-2\.\d+$/)
          expect(fault.line).toBeLessThanOrEqual(lines.length)
          expect(fault.column).toBeLessThanOrEqual((lines[fault.line - 1] ?? '').length + 1)
        }
        expect(renderFaults('x', faults)).not.toMatch(/(?!\n)\p{Cc}/u)
      }
    }),
    { numRuns: 2000 },
  )
})
