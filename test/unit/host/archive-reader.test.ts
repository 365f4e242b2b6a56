// Archives of every format, read in pieces: the same tree from each, and everything refused that could do harm.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ARCHIVE_FORMATS, type ArchiveFormat } from '../../../src/core/derivation.ts'
import { isToolError, type ToolError } from '../../../src/core/errors.ts'
import type { ArchiveSink, ReadArchiveOptions } from '../../../src/host/archive-guard.ts'
import { detectFormat, readArchive } from '../../../src/host/archive-reader.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { compress, compressWith, type ZipEntry, zip } from '../../support/archives.ts'
import { pax, type TarEntry, tar, tarEntry } from '../../support/tar-builder.ts'

const host = new NodeHost()
const scratch = mkdtempSync(join(tmpdir(), 'tenon-archives-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

type Options = Partial<Omit<ReadArchiveOptions, 'format' | 'label'>>

/** Path → what is there: text, `name*` for executables, `-> target` for links, `= path` for hard links, null for directories. */
async function read(
  format: ArchiveFormat,
  bytes: Buffer,
  options: Options = {},
): Promise<Record<string, string | null>> {
  const path = join(scratch, 'archive')
  writeFileSync(path, bytes)
  const found: Record<string, string | null> = {}
  const sink: ArchiveSink = {
    directory: (at) => {
      found[at] = null
    },
    file: (at, executable) => {
      const pieces: Uint8Array[] = []
      return {
        write: (piece) => pieces.push(Uint8Array.from(piece)),
        end: () => {
          found[executable ? `${at}*` : at] = Buffer.concat(pieces).toString('utf8')
        },
      }
    },
    symlink: (at, target) => {
      found[at] = `-> ${target}`
    },
    hardLink: (at, existing) => {
      found[at] = `= ${existing}`
    },
  }
  const { signal } = new AbortController()
  await readArchive(host, path, { label: 'x.archive', format, strip: 0, signal, ...options }, sink)
  return found
}

async function refusal(format: ArchiveFormat, bytes: Buffer, options: Options = {}): Promise<ToolError> {
  try {
    await read(format, bytes, options)
  } catch (error) {
    if (isToolError(error)) return error
    throw error
  }
  throw new Error('it was read')
}

const ENTRIES: readonly TarEntry[] = [
  { path: 'tool/', type: '5', mode: 0o755 },
  { path: 'tool/bin/run', body: '#!/bin/sh\n', mode: 0o755 },
  { path: 'tool/lib/big', body: 'x'.repeat(600_000) },
  { path: 'tool/lib/empty' },
  { path: 'tool/lib/link', type: '2', link: '../bin/run' },
]
const TREE = {
  'bin/run*': '#!/bin/sh\n',
  'lib/big': 'x'.repeat(600_000),
  'lib/empty': '',
  'lib/link': '-> ../bin/run',
}

function pack(format: ArchiveFormat): Buffer | null {
  const plain = tar(ENTRIES)
  switch (format) {
    case 'tar':
      return plain
    case 'tar.gz':
      return compress.gzip(plain)
    case 'tar.zst':
      return compress.zstd(plain)
    case 'tar.xz':
      return compressWith('xz', plain)
    case 'tar.bz2':
      return compressWith('bzip2', plain)
    case 'zip':
      return zip([
        { name: 'tool/', mode: 0o40755 },
        { name: 'tool/bin/run', body: '#!/bin/sh\n', mode: 0o100755 },
        { name: 'tool/lib/big', body: 'x'.repeat(600_000), mode: 0o100644 },
        { name: 'tool/lib/empty' },
        { name: 'tool/lib/link', body: '../bin/run', mode: 0o120777 },
      ])
  }
}

describe('every format', () => {
  test.each(ARCHIVE_FORMATS)('S-10.25 %s gives files, executable bits and links', async (format) => {
    const bytes = pack(format)
    if (bytes === null) throw new Error(`this machine has no program for ${format}`)
    expect(detectFormat(bytes.subarray(0, 512))).toBe(format)
    expect(await read(format, bytes, { strip: 1 })).toEqual(TREE)
    expect(Object.keys(await read(format, bytes))).toContain('tool/bin/run*')
  })

  test.each(ARCHIVE_FORMATS)('S-10.23 %s that is cut off or damaged is E_SOURCE_INVALID', async (format) => {
    const bytes = pack(format)
    if (bytes === null) throw new Error(`this machine has no program for ${format}`)
    for (const length of [0, 1, 20, Math.floor(bytes.length / 2), bytes.length - 1100].filter(
      (n) => n < bytes.length && n >= 0,
    )) {
      if (format === 'tar' && length === 0) continue
      expect(await refusal(format, bytes.subarray(0, length))).toMatchObject({ code: 'E_SOURCE_INVALID' })
    }
    const changed = Buffer.from(bytes)
    const middle = Math.floor(bytes.length / 2)
    if (format !== 'tar') {
      changed[middle] = (changed[middle] ?? 0) ^ 0xff
      expect(await refusal(format, changed)).toMatchObject({ code: 'E_SOURCE_INVALID' })
    }
  })

  test.each(ARCHIVE_FORMATS)('S-10.26 %s with a bomb in it is refused before it is written', async (format) => {
    const body = Buffer.alloc(3_000_000)
    const plain = tar([{ path: 'zeros', body }])
    const bytes =
      format === 'zip'
        ? zip([{ name: 'zeros', body }])
        : format === 'tar.gz'
          ? compress.gzip(plain)
          : format === 'tar.zst'
            ? compress.zstd(plain)
            : format === 'tar'
              ? plain
              : compressWith(format === 'tar.xz' ? 'xz' : 'bzip2', plain)
    if (bytes === null) throw new Error(`this machine has no program for ${format}`)
    const error = await refusal(format, bytes, { maxBytes: 2_000_000 })
    expect(error).toMatchObject({
      code: 'E_ARCHIVE_UNSAFE',
      message: expect.stringContaining('more than 2000000 bytes'),
    })
  })

  test('S-10.25 several streams behind each other are one archive', async () => {
    const plain = tar(ENTRIES)
    const halves = [plain.subarray(0, 4096), plain.subarray(4096)]
    for (const [format, pack] of [
      ['tar.gz', compress.gzip],
      ['tar.xz', (bytes: Buffer) => compressWith('xz', bytes) ?? bytes],
      ['tar.bz2', (bytes: Buffer) => compressWith('bzip2', bytes) ?? bytes],
    ] as const) {
      expect([format, await read(format, Buffer.concat(halves.map((half) => pack(half))), { strip: 1 })]).toEqual([
        format,
        TREE,
      ])
    }
  })

  test('S-10.23 a zstd archive of several frames, of which Node would read the first, is E_SOURCE_INVALID', async () => {
    const bytes = Buffer.concat([compress.zstd(tar(ENTRIES)), compress.zstd(tar(ENTRIES))])
    expect((await refusal('tar.zst', bytes)).message).toContain('several frames')
  })

  test('S-10.26 an xz archive that asks for hundreds of megabytes of memory is E_SOURCE_INVALID', async () => {
    const bytes = compressWith('xz', tar(ENTRIES), '--lzma2=dict=768MiB')
    expect(bytes === null ? null : (await refusal('tar.xz', bytes)).code).toBe('E_SOURCE_INVALID')
  })
})

describe('what is refused in tar', () => {
  const good: TarEntry = { path: 'dir/good', body: 'good' }
  test.each<[string, readonly TarEntry[], string]>([
    ['a path that climbs', [{ path: '../x' }], 'climbs out'],
    ['a path that climbs in the middle', [{ path: 'a/../../x' }], 'climbs out'],
    ['an absolute path', [{ path: '/etc/passwd' }], 'absolute'],
    ['a link that leads out', [{ path: 'dir/l', type: '2', link: '../../x' }], 'leads out'],
    ['a link that leads out through a name', [{ path: 'l', type: '2', link: 'dir/../../x' }], 'leads out'],
    ['an absolute link', [{ path: 'l', type: '2', link: '/etc' }], 'leads out'],
    [
      'a file behind a link',
      [
        { path: 'l', type: '2', link: 'dir' },
        { path: 'l/x', body: 'x' },
      ],
      'of that name',
    ],
    ['a hard link out', [{ path: 'h', type: '1', link: '../../etc/passwd' }], 'climbs out'],
    ['a hard link to nothing', [{ path: 'h', type: '1', link: 'nothing' }], 'not there'],
    [
      'a hard link to a link',
      [
        { path: 'l', type: '2', link: 'dir' },
        { path: 'h', type: '1', link: 'l' },
      ],
      'not there',
    ],
    ['a device', [{ path: 'd', type: '3' }], 'special file'],
    ['a pipe', [{ path: 'd', type: '6' }], 'special file'],
    ['a file twice', [good, { path: './dir/good', body: 'bad' }], 'there already'],
    ['a file where a directory is', [good, { path: 'dir', body: 'bad' }], 'there already'],
    ['a directory where a file is', [good, { path: 'dir/good/x', body: 'bad' }], 'there already'],
    ['a name in another case', [good, { path: 'dir/Good', body: 'bad' }], 'another spelling'],
    ['a directory in another case around one name', [good, { path: 'DIR/good', body: 'bad' }], 'another spelling'],
    ['a name composed otherwise', [{ path: 'e\u0301' }, { path: '\u00e9' }], 'another spelling'],
    ['a depth of 65', [pax({ path: `${'d/'.repeat(64)}x` }), { path: 'x' }], 'directories deep'],
    ['a sparse file', [pax({ 'GNU.sparse.major': '1', path: 'x' }), good], 'sparse'],
  ])('S-10.26 %s', async (_, entries, message) => {
    const error = await refusal('tar', tar(entries))
    expect(error.code).toBe('E_ARCHIVE_UNSAFE')
    expect(error.message).toContain(message)
  })

  test('S-10.26 more entries than the bound', async () => {
    const many = Array.from({ length: 11 }, (_, index) => ({ path: `f${index}` }))
    expect((await refusal('tar', tar(many), { maxEntries: 10 })).message).toContain('more than 10 entries')
  })

  test('S-10.26 an archive that is compressed twice', async () => {
    const twice = compress.gzip(compress.gzip(tar([good])))
    expect((await refusal('tar.gz', twice)).message).toContain('compressed twice')
  })

  test('S-10.25 directories that differ in letter case may stand side by side, and setuid bits do not count', async () => {
    const entries: readonly TarEntry[] = [
      { path: 'A/x', body: '1', mode: 0o4644 },
      { path: 'a/y', body: '2', mode: 0o6755 },
      { path: 'a/', type: '5' },
      { path: 'a/', type: '5' },
      { path: 'h', type: '1', link: 'A/x' },
    ]
    expect(await read('tar', tar(entries))).toEqual({ 'A/x': '1', 'a/y*': '2', a: null, h: '= A/x' })
  })

  test('S-10.25 what follows the end mark is not read', async () => {
    const bytes = Buffer.concat([tar([good]), tarEntry({ path: '../../evil' }), Buffer.alloc(1024)])
    expect(await read('tar', bytes)).toEqual({ 'dir/good': 'good' })
    expect(await read('tar', Buffer.concat([tar([good]), Buffer.from('a few bytes')]))).toEqual({ 'dir/good': 'good' })
  })

  test.each([
    ['no number of ours', Buffer.from(`\x80${'\x7f'.repeat(11)}`, 'latin1')],
    ['no notation', Buffer.alloc(12, 0x90)],
  ])('S-10.23 a size that is %s is E_SOURCE_INVALID', async (_, size) => {
    await expect(read('tar', tar([{ path: 'a', size }]))).rejects.toMatchObject({ code: 'E_SOURCE_INVALID' })
  })
})

describe('what is refused in zip', () => {
  test.each<[string, ZipEntry]>([
    ['files', { name: 'x', body: 'a'.repeat(4000) }],
    ['links', { name: 'x', body: 'a/'.repeat(2000), mode: 0o120777 }],
  ])('S-10.26 more %s than fit, all of them in one place', async (_, entry) => {
    const others = Array.from({ length: 30 }, (_, index) => ({ ...entry, name: `x${index}`, isFirst: true }))
    const error = await refusal('zip', zip([entry, ...others]), { maxBytes: 100_000 })
    expect(error).toMatchObject({
      code: 'E_ARCHIVE_UNSAFE',
      message: expect.stringContaining('more than 100000 bytes'),
    })
  })

  test.each<[string, Partial<NonNullable<ZipEntry['zip64']>>, string]>([
    ['a size', { size: 2n ** 63n }, 'size'],
    ['a size that fits together with another', { size: 2n ** 62n, packed: 2n ** 62n }, 'overflows'],
    ['a place', { offset: 2n ** 63n }, 'ends too early'],
    ['a place behind the end', { offset: 500n }, 'ends too early'],
  ])('S-10.26 a lie about %s that needs 64 bits', async (_, lie, message) => {
    const zip64 = { size: 3n, packed: 3n, offset: 0n, ...lie }
    const error = await refusal('zip', zip([{ name: 'x', body: 'abc', zip64 }]))
    expect([error.code, error.message]).toEqual(['E_SOURCE_INVALID', expect.stringContaining(message)])
  })

  test.each<[string, readonly ZipEntry[], string, string]>([
    ['a path that climbs', [{ name: '../x' }], 'E_ARCHIVE_UNSAFE', 'climbs out'],
    ['a path that climbs with backslashes', [{ name: '..\\x' }], 'E_ARCHIVE_UNSAFE', 'climbs out'],
    ['an absolute path', [{ name: '/x' }], 'E_ARCHIVE_UNSAFE', 'absolute'],
    ['a link that leads out', [{ name: 'l', body: '../x', mode: 0o120777 }], 'E_ARCHIVE_UNSAFE', 'leads out'],
    ['a device', [{ name: 'd', mode: 0o060644 }], 'E_ARCHIVE_UNSAFE', 'special file'],
    ['a name twice', [{ name: 'x' }, { name: 'x' }], 'E_ARCHIVE_UNSAFE', 'there already'],
    ['a name in another case', [{ name: 'x' }, { name: 'X' }], 'E_ARCHIVE_UNSAFE', 'another spelling'],
    [
      'an encrypted file',
      [{ name: 'x', flags: 0x801, body: 'abc'.repeat(5), size: 3 }],
      'E_ARCHIVE_UNSAFE',
      'encrypted',
    ],
    ['another compression', [{ name: 'x', method: 12, body: 'abc' }], 'E_SOURCE_INVALID', 'not supported'],
    ['a wrong sum', [{ name: 'x', body: 'abc', crc: 1 }], 'E_SOURCE_INVALID', 'not those it was made of'],
    ['a lie about the size', [{ name: 'x', body: 'abc', size: 9 }], 'E_SOURCE_INVALID', 'size'],
  ])('S-10.26 %s', async (_, entries, code, message) => {
    const error = await refusal('zip', zip([{ name: 'good', body: 'good' }, ...entries]))
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)])
  })
})
