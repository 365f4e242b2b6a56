// Archives, honest and hostile, into trees.

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ErrorCode, isToolError, type ToolError } from '../../../src/core/errors.ts'
import { nodeAt, type TreeDirectory } from '../../../src/core/tree.ts'
import { fixShebang, type UnpackOptions, unpackTar } from '../../../src/host/archive.ts'
import { gnuLongPath, pax, type TarEntry, tar, tarEntry } from '../../support/tar-builder.ts'

function unpackTree(bytes: Uint8Array, options: UnpackOptions): TreeDirectory {
  return unpackTar(bytes, options).tree
}

function unpack(entries: readonly TarEntry[], options: Partial<UnpackOptions> = {}): TreeDirectory {
  return unpackTree(tar(entries), { label: 'evil.tgz', strip: 1, ...options })
}

/** Path → content; directories end in `/`, executables in `*`. */
function listing(tree: TreeDirectory, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, node] of tree.entries) {
    const path = `${prefix}${name}`
    if (node.kind === 'directory') Object.assign(found, { [`${path}/`]: '' }, listing(node, `${path}/`))
    else if (node.kind === 'file') found[`${path}${node.executable ? '*' : ''}`] = Buffer.from(node.bytes).toString()
    else throw new Error(`${path} is a ${node.kind}`)
  }
  return found
}

function refusal(work: () => unknown): ToolError {
  try {
    work()
  } catch (error) {
    if (isToolError(error)) return error
    throw error
  }
  throw new Error('it was not refused')
}

function expectRefused(code: ErrorCode, message: RegExp, work: () => unknown): void {
  const error = refusal(work)
  expect(error.message).toMatch(message)
  expect(error.code).toBe(code)
  expect(error.message).toContain('evil.tgz')
  expect(error.details).toMatchObject({ archive: 'evil.tgz' })
}

describe('S-10.20 a tar archive becomes a tree as npm unpacks it', () => {
  test('files and directories lose the first part of their path, whatever its name', () => {
    const tree = unpack([
      { path: 'package/', type: '5' },
      { path: 'package/package.json', body: '{}' },
      { path: 'other/lib/a.js', body: 'a' },
      { path: 'package/empty/', type: '5' },
      { path: 'package/nothing' },
    ])
    expect(listing(tree)).toEqual({ 'package.json': '{}', 'lib/': '', 'lib/a.js': 'a', 'empty/': '', nothing: '' })
  })

  test('gzipped and plain give the same', () => {
    const bytes = tar([{ path: 'package/a', body: 'x'.repeat(100_000) }])
    const options = { label: 'a.tgz', strip: 1 }
    expect(unpackTree(gzipSync(bytes), options)).toEqual(unpackTree(bytes, options))
  })

  test('several gzip members are one archive', () => {
    const bytes = tar([{ path: 'package/a', body: 'x'.repeat(3000) }])
    const parts = Buffer.concat([gzipSync(bytes.subarray(0, 1000)), gzipSync(bytes.subarray(1000))])
    expect(listing(unpackTree(parts, { label: 'a.tgz', strip: 1 }))).toEqual({ a: 'x'.repeat(3000) })
  })

  test('symlinks and hard links are left out', () => {
    const tree = unpack([
      { path: 'package/a', body: 'a' },
      { path: 'package/link', type: '2', link: '/etc/passwd' },
      { path: 'package/hard', type: '1', link: 'package/a' },
      { path: 'package/link/below', body: 'stays inside' },
    ])
    expect(listing(tree)).toEqual({ a: 'a', 'link/': '', 'link/below': 'stays inside' })
  })

  test('any executable bit makes a file executable, and setuid does nothing', () => {
    const tree = unpack([
      { path: 'package/a', mode: 0o644 },
      { path: 'package/b', mode: 0o755 },
      { path: 'package/c', mode: 0o601 },
      { path: 'package/d', mode: 0o6644 },
      { path: 'package/e', mode: 0 },
    ])
    expect(Object.keys(listing(tree))).toEqual(['a', 'b*', 'c*', 'd', 'e'])
  })

  test('of two files with one path the last wins', () => {
    expect(
      listing(
        unpack([
          { path: 'package/a', body: '1', mode: 0o755 },
          { path: 'x/a', body: '2' },
        ]),
      ),
    ).toEqual({ a: '2' })
  })

  test('what an entry comes to does not depend on its neighbours', () => {
    const part = fc.constantFrom('package', 'a', 'b', '.c', '', '.', '..', 'd:', 'e\\f', 'ä', 'x'.repeat(82))
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/').slice(0, 100))
    const entry = fc.record({ path, type: fc.constantFrom('0', '0', '0', '5', '2') })
    const elsewhere = { path: 'package/else/where' }
    const outcome = (entries: readonly TarEntry[], strip: number): unknown => {
      try {
        const found = Object.entries(listing(unpack([elsewhere, ...entries], { strip })))
        return found.filter(([name]) => !/^(package\/)?(package|else|where)/.test(name)).sort()
      } catch (error) {
        return String(error)
      }
    }
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), fc.integer({ min: 0, max: 2 }), (entries, strip) => {
        const written = entries.map((item, at) => ({ ...item, body: item.type === '0' ? String(at) : '' }))
        const apart = written.flatMap((item) => [elsewhere, item])
        expect(outcome(written, strip)).toEqual(outcome(apart, strip))
      }),
      { numRuns: 2000 },
    )
  })

  test('names that differ in case are two', () => {
    expect(
      listing(
        unpack([
          { path: 'package/A', body: '1' },
          { path: 'package/a', body: '2' },
        ]),
      ),
    ).toEqual({ A: '1', a: '2' })
  })

  test('long names of PAX and of GNU tar are read', () => {
    const long = `package/${'directory/'.repeat(20)}file`
    const tree = unpack([
      pax({ path: long }),
      { path: 'short', body: 'pax' },
      gnuLongPath(`${long}2`),
      { path: 'short', body: 'gnu' },
    ])
    expect(nodeAt(tree, long.slice(8))).toMatchObject({ kind: 'file', bytes: Buffer.from('pax') })
    expect(nodeAt(tree, `${long.slice(8)}2`)).toMatchObject({ kind: 'file', bytes: Buffer.from('gnu') })
  })

  test('harmless oddities in paths are read as npm reads them', () => {
    const tree = unpack([
      { path: 'package//a' },
      { path: 'package/./b' },
      { path: './package/c' },
      { path: 'package/d\\e' },
      { path: 'package/ü' },
    ])
    expect(Object.keys(listing(tree))).toEqual(['a', 'b', 'package/', 'package/c', 'd\\e', 'ü'])
  })

  test('a file without a directory above it is left out', () => {
    expect(
      listing(
        unpack([
          { path: 'package.json', body: '{}' },
          { path: 'package/a', body: 'a' },
        ]),
      ),
    ).toEqual({ a: 'a' })
  })

  test('the names of Object.prototype are names like any other', () => {
    const tree = unpack([
      { path: 'package/__proto__', body: 'p' },
      { path: 'package/constructor/toString', body: 't' },
    ])
    expect([...tree.entries.keys()]).toEqual(['__proto__', 'constructor'])
  })

  test('files are views into one buffer', () => {
    const tree = unpack([
      { path: 'package/a', body: 'a' },
      { path: 'package/b', body: 'b' },
    ])
    const [a, b] = [nodeAt(tree, 'a'), nodeAt(tree, 'b')]
    if (a?.kind !== 'file' || b?.kind !== 'file') throw new Error('no files')
    expect(a.bytes.buffer).toBe(b.bytes.buffer)
  })
})

test('memory is given back when nobody needs the tree any more, but none that is not its own', () => {
  const bytes = tar([{ path: 'package/a', body: 'x'.repeat(200_000) }])
  const lengths = [gzipSync(bytes), gzipSync(tar([{ path: 'package/a', body: 'x' }])), bytes].map((archive) => {
    const { tree, release } = unpackTar(archive, { label: 'a.tgz', strip: 1 })
    release()
    const file = nodeAt(tree, 'a')
    return file?.kind === 'file' ? file.bytes.length : null
  })
  expect(lengths).toEqual([0, 1, 200_000])
})

describe('S-10.21 an archive that reaches out is refused', () => {
  const unsafe: readonly (readonly [string, RegExp, readonly TarEntry[]])[] = [
    ['an absolute path', /absolute/, [{ path: '/etc/passwd' }]],
    ['an absolute path of Windows', /absolute/, [{ path: 'C:\\windows\\a' }]],
    ['a path that starts with a backslash', /absolute/, [{ path: '\\a\\b' }]],
    ['a path that climbs', /climbs/, [{ path: 'package/../../a' }]],
    ['a path that climbs out of the stripped part', /climbs/, [{ path: '../a' }]],
    ['a path that climbs at its end', /climbs/, [{ path: 'package/a/..', type: '5' }]],
    ['a path that climbs with backslashes', /climbs/, [{ path: 'package/..\\..\\a' }]],
    ['a PAX path that climbs', /climbs/, [pax({ path: 'package/../../a' }), { path: 'package/a' }]],
    ['a GNU path that climbs', /climbs/, [gnuLongPath('package/../../a'), { path: 'package/a' }]],
    ['a link that climbs', /climbs/, [{ path: '../../a', type: '2', link: 'x' }]],
    ['a NUL in a PAX path', /NUL/, [pax({ path: 'package/a\0.js' }), { path: 'package/a' }]],
    ['a name that is not UTF-8', /UTF-8/, [{ path: Buffer.from('package/\xff\xfe', 'latin1') }]],
    ['a character device', /CharacterDevice/, [{ path: 'package/a', type: '3' }]],
    ['a block device', /BlockDevice/, [{ path: 'package/a', type: '4' }]],
    ['a FIFO', /FIFO/, [{ path: 'package/a', type: '6' }]],
    ['a sparse file of GNU tar', /SparseFile/, [{ path: 'package/a', type: 'S' }]],
    ['a sparse file of PAX', /sparse/, [pax({ 'GNU.sparse.major': '1' }), { path: 'package/a' }]],
    ['a file over a directory', /directory of that name/, [{ path: 'package/a/b' }, { path: 'package/a' }]],
    ['a file below a file', /file stands/, [{ path: 'package/a' }, { path: 'package/a/b' }]],
    ['a directory over a file', /file stands/, [{ path: 'package/a' }, { path: 'package/a/', type: '5' }]],
  ]
  test.each(unsafe)('%s', (_name, message, entries) => {
    expectRefused('E_ARCHIVE_UNSAFE', message, () => unpack([{ path: 'package/good', body: 'good' }, ...entries]))
  })

  test('the message names the entry and keeps control characters out', () => {
    const error = refusal(() => unpack([{ path: 'package/../\u001b[31m' }]))
    expect(error.message).toContain('\\u001b')
    expect(error.message).not.toContain('\u001b')
    expect(error.details['entry']).toBe('package/../\u001b[31m')
  })
})

describe('S-10.22 an archive beyond the bounds is refused', () => {
  test('a gzip bomb stops at the bound', () => {
    const bomb = gzipSync(tar([{ path: 'package/a', body: Buffer.alloc(8 * 1024 * 1024) }]))
    expect(bomb.length).toBeLessThan(20_000)
    expectRefused('E_ARCHIVE_UNSAFE', /more than 1048576 bytes/, () =>
      unpackTree(bomb, { label: 'evil.tgz', strip: 1, maxBytes: 1024 * 1024 }),
    )
  })

  test('a bomb that lies about its size stops at the bound', () => {
    const bomb = gzipSync(tar([{ path: 'package/a', body: Buffer.alloc(8 * 1024 * 1024) }]))
    bomb.writeUInt32LE(10, bomb.length - 4)
    expectRefused('E_ARCHIVE_UNSAFE', /more than 1048576 bytes/, () =>
      unpackTree(bomb, { label: 'evil.tgz', strip: 1, maxBytes: 1024 * 1024 }),
    )
  })

  test('a size that lies upwards does no harm', () => {
    const bytes = gzipSync(tar([{ path: 'package/a', body: 'a' }]))
    bytes.writeUInt32LE(0xffffffff, bytes.length - 4)
    expectRefused('E_SOURCE_INVALID', /not a readable archive/, () =>
      unpackTree(bytes, { label: 'evil.tgz', strip: 1 }),
    )
  })

  test('a plain archive that is too large', () => {
    expectRefused('E_ARCHIVE_UNSAFE', /more than 2048 bytes/, () =>
      unpack([{ path: 'package/a', body: 'a'.repeat(3000) }], { maxBytes: 2048 }),
    )
  })

  test('an archive within an archive', () => {
    const twice = gzipSync(gzipSync(tar([{ path: 'package/a' }])))
    expectRefused('E_ARCHIVE_UNSAFE', /compressed twice/, () => unpackTree(twice, { label: 'evil.tgz', strip: 1 }))
  })

  test('too many entries', () => {
    const entries = Array.from({ length: 11 }, (_, index) => ({ path: `package/${index}` }))
    expect(unpack(entries, { maxEntries: 11 }).entries.size).toBe(11)
    expectRefused('E_ARCHIVE_UNSAFE', /more than 10 entries/, () => unpack(entries, { maxEntries: 10 }))
  })

  test('too deep, too long, too long a name', () => {
    const path = (name: string) => [pax({ path: `package/${name}` }), { path: 'package/a' }]
    expectRefused('E_ARCHIVE_UNSAFE', /deep/, () => unpack(path(`${'a/'.repeat(64)}a`)))
    expectRefused('E_ARCHIVE_UNSAFE', /4096 bytes/, () => unpack(path('a'.repeat(4096))))
    expectRefused('E_ARCHIVE_UNSAFE', /255 bytes/, () => unpack(path('ü'.repeat(128))))
    expect(unpack(path('ü'.repeat(127))).entries.size).toBe(1)
  })

  test('a PAX header without end', () => {
    expectRefused('E_ARCHIVE_UNSAFE', /ExtendedHeader/, () =>
      unpack([pax({ comment: 'x'.repeat(1024 * 1024) }), { path: 'package/a' }]),
    )
  })
})

describe('S-10.23 what is no archive is said to be none', () => {
  const bytes = tar([
    { path: 'package/a', body: 'a'.repeat(2000) },
    { path: 'package/b', body: 'b' },
  ])
  const damaged: readonly (readonly [string, Buffer])[] = [
    ['nothing at all', Buffer.alloc(0)],
    ['only zeros', Buffer.alloc(10_240)],
    ['text', Buffer.from('<html>please log in to the hotel network</html>'.repeat(50))],
    ['a tar archive that is cut off in a file', bytes.subarray(0, 1500)],
    ['a gzip that is cut off', gzipSync(bytes).subarray(0, 60)],
    ['a gzip with a wrong checksum', Buffer.concat([gzipSync(bytes).subarray(0, -8), Buffer.alloc(8)])],
    ['a gzip of text', gzipSync('<html></html>'.repeat(100))],
    ['a zstd frame', Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(2000, 1)])],
    ['a wrong checksum in a header', tar([{ path: 'package/a' }, { path: 'package/b', checksum: 1 }])],
    ['a size beyond the end', tar([{ path: 'package/a', size: 0o77777777777 }])],
    [
      'a size that is no number of ours',
      tar([{ path: 'package/a', size: Buffer.from(`\x80${'\x7f'.repeat(11)}`, 'latin1') }]),
    ],
    ['a size in no notation', tar([{ path: 'package/a', size: Buffer.alloc(12, 0x90) }])],
    ['garbage where a header should be', Buffer.concat([tarEntry({ path: 'package/a' }), Buffer.alloc(1024, 0x41)])],
  ]
  test.each(damaged)('%s', (_name, input) => {
    expectRefused('E_SOURCE_INVALID', /not a readable archive/, () =>
      unpackTree(input, { label: 'evil.tgz', strip: 1 }),
    )
  })

  test('what follows the end mark is not read', () => {
    const tree = unpackTree(Buffer.concat([bytes, Buffer.alloc(4096, 0x41)]), { label: 'a.tgz', strip: 1 })
    expect([...tree.entries.keys()]).toEqual(['a', 'b'])
  })

  test('zeros after the gzip are padding', () => {
    const tree = unpackTree(Buffer.concat([gzipSync(bytes), Buffer.alloc(512)]), { label: 'a.tgz', strip: 1 })
    expect(tree.entries.size).toBe(2)
  })

  test('every cut of a small archive is refused or gives a part of its files, whole', () => {
    const options = { label: 'evil.tgz', strip: 1 }
    const whole = listing(unpackTree(bytes, options))
    for (let length = 0; length < bytes.length; length += 61) {
      try {
        expect(whole).toMatchObject(listing(unpackTree(bytes.subarray(0, length), options)))
      } catch (error) {
        if (!isToolError(error, 'E_SOURCE_INVALID')) throw error
      }
    }
  })
})

describe('S-10.24 an interpreter line with CRLF gets LF', () => {
  test('only its own line end changes', () => {
    expect(Buffer.from(fixShebang(Buffer.from('#!/usr/bin/env node\r\nlet a\r\n'))).toString()).toBe(
      '#!/usr/bin/env node\nlet a\r\n',
    )
  })

  test.each([
    '#!/usr/bin/env node\nlet a\r\n',
    'let a\r\n',
    '#!\r\n',
    '',
    '#!',
    '#!/bin/sh',
    `#!${'x'.repeat(3000)}\r\n`,
  ])('%j stays as it is', (text) => {
    const bytes = Buffer.from(text)
    expect(fixShebang(bytes)).toBe(bytes)
  })
})
