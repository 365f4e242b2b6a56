// The NAR format, beside Nix's own tools: both ways, over trees of every shape; and what must be refused.

import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NarWriter, narOf } from '../../src/core/nar.ts'
import { NarParser, type NarVisitor } from '../../src/core/nar-parser.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { restoreTree } from '../../src/store/restore.ts'
import { dumpTree, hashTree } from '../../src/store/tree-reader.ts'
import { hashPath } from '../../src/store/walk.ts'
import { temporaryDirectory } from '../support/store.ts'

const host = new NodeHost()
const hasNix = spawnSync('nix-store', ['--version']).status === 0

type Node =
  | { readonly kind: 'file'; readonly executable: boolean; readonly bytes: Uint8Array }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'directory'; readonly entries: readonly (readonly [string, Node])[] }

const NAME_UNITS = [
  'a',
  'b',
  'B',
  '0',
  '.',
  '-',
  '_',
  '~',
  ' ',
  '\n',
  '\\',
  'é',
  '日',
  '\ud7ff',
  '\ue000',
  '\uffee',
  '😀',
]
const fileName = fc
  .string({ unit: fc.constantFrom(...NAME_UNITS), minLength: 1, maxLength: 12 })
  .filter((text) => text !== '.' && text !== '..')
const sizes = fc.oneof(fc.nat(40), fc.constantFrom(0, 7, 8, 9, 4096, 65_535, 65_536, 1 << 20, (1 << 20) + 1, 1_500_000))
const node: fc.Arbitrary<Node> = fc.letrec<{ node: Node; directory: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 6 },
    fc.record({
      kind: fc.constant('file' as const),
      executable: fc.boolean(),
      bytes: fc.tuple(sizes, fc.nat(255)).map(([size, byte]) => new Uint8Array(size).fill(byte)),
    }),
    fc.record({
      kind: fc.constant('symlink' as const),
      target: fc.oneof(fileName, fc.constantFrom('/', '/nowhere', '..', '../../x/', 'a//b/./c')),
    }),
    tie('directory'),
  ),
  directory: fc
    .uniqueArray(fc.tuple(fileName, tie('node')), { selector: ([name]) => name, maxLength: 6 })
    .map((entries) => ({ kind: 'directory' as const, entries })),
})).node

function create(path: string, tree: Node): void {
  if (tree.kind === 'symlink') {
    symlinkSync(tree.target, path)
    return
  }
  if (tree.kind === 'file') {
    writeFileSync(path, tree.bytes)
    chmodSync(path, tree.executable ? 0o700 : 0o600)
    return
  }
  mkdirSync(path)
  for (const [name, child] of tree.entries) create(`${path}/${name}`, child)
}

async function dump(path: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  await dumpTree(host, path, (chunk) => void chunks.push(Buffer.from(chunk)))
  return Buffer.concat(chunks)
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('S-5.20 a NAR goes out and comes back', () => {
  test('byte for byte as Nix writes it, and is restored to a tree with the same NAR', {
    timeout: 300_000,
  }, async () => {
    const scratch = temporaryDirectory()
    let count = 0
    await fc.assert(
      fc.asyncProperty(node, fc.integer({ min: 1, max: 1 << 17 }), async (tree, size) => {
        const path = `${scratch}/${count++}`
        create(path, tree)
        const nar = await dump(path)
        if (hasNix) {
          expect(nar.equals(execFileSync('nix-store', ['--dump', path], { maxBuffer: 1 << 28 }))).toBe(true)
          const hex = execFileSync('nix-hash', ['--type', 'sha256', path], { encoding: 'utf8' }).trim()
          expect((await hashTree(host, path)).integrity).toBe(`sha256-${Buffer.from(hex, 'hex').toString('base64')}`)
        }
        const restored = await restoreTree(host, `${path}-restored`, inPieces(nar, Math.max(size, nar.length >> 10)))
        expect(restored).toEqual(await hashTree(host, path))
        expect((await dump(`${path}-restored`)).equals(nar)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test.skipIf(!hasNix)('to Nix and from it, in whole processes', () => {
    const scratch = temporaryDirectory()
    create(`${scratch}/tree`, {
      kind: 'directory',
      entries: [
        ['big', { kind: 'file', executable: true, bytes: new Uint8Array(3_000_000).fill(7) }],
        ['empty', { kind: 'directory', entries: [] }],
        ['to', { kind: 'symlink', target: '/nowhere' }],
      ],
    })
    const tenon = (...args: string[]) =>
      [process.execPath, 'src/main.ts', 'store', ...args].map((word) => `'${word}'`).join(' ')
    const script = [
      `${tenon('dump', `${scratch}/tree`)} | nix-store --restore ${scratch}/nix`,
      `nix-store --dump ${scratch}/nix | ${tenon('restore', `${scratch}/tenon`)} >${scratch}/hash`,
      `${tenon('dump', `${scratch}/tenon`)} >${scratch}/nar`,
      `nix-store --dump ${scratch}/tree | cmp - ${scratch}/nar`,
    ].join(' && ')
    const done = spawnSync('bash', ['-c', `set -o pipefail; ${script}`], { encoding: 'utf8' })
    expect(done).toMatchObject({ status: 0, stderr: '' })
    expect(readFileSync(`${scratch}/hash`, 'utf8')).toBe(`${hashPath(host, `${scratch}/tree`).integrity}\n`)
    expect(lstatSync(`${scratch}/tenon/big`).mode & 0o777).toBe(0o755)
  })
})

const words = (...texts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text)
      const length = Buffer.alloc(8)
      length.writeUInt32LE(bytes.length)
      return [length, bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]
    }),
  )
const length = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
const MAGIC = 'nix-archive-1'
const emptyFile = ['(', 'type', 'regular', 'contents', '', ')']
const entry = (name: string | Buffer, ...inner: readonly (string | Buffer)[]) => [
  'entry',
  '(',
  'name',
  name,
  'node',
  ...inner,
  ')',
]
const withEntries = (...entries: readonly (string | Buffer)[]): Buffer =>
  words(MAGIC, '(', 'type', 'directory', ...entries, ')')

const HOSTILE: Readonly<Record<string, Buffer>> = {
  nothing: Buffer.alloc(0),
  'another format': words('nix-archive-2', ...emptyFile),
  'a name with a slash': withEntries(...entry('a/b', ...emptyFile)),
  'the name ..': withEntries(...entry('..', ...emptyFile)),
  'the name .': withEntries(...entry('.', ...emptyFile)),
  'an empty name': withEntries(...entry('', ...emptyFile)),
  'a name with a zero byte': withEntries(...entry('a\0b', ...emptyFile)),
  'a name that is not UTF-8': withEntries(...entry(Buffer.from([0x61, 0xff]), ...emptyFile)),
  'a name of 256 bytes': withEntries(...entry('a'.repeat(256), ...emptyFile)),
  'names out of order': withEntries(...entry('b', ...emptyFile), ...entry('a', ...emptyFile)),
  'names in the order of UTF-16': withEntries(...entry('😀', ...emptyFile), ...entry('\uffee', ...emptyFile)),
  'a name twice': withEntries(...entry('a', ...emptyFile), ...entry('a', ...emptyFile)),
  'bytes after its end': Buffer.concat([words(MAGIC, ...emptyFile), Buffer.alloc(8)]),
  'a second NAR after its end': Buffer.concat([words(MAGIC, ...emptyFile), words(MAGIC, ...emptyFile)]),
  'an end that is missing': words(MAGIC, '(', 'type', 'directory'),
  'contents longer than said': Buffer.concat([
    words(MAGIC, '(', 'type', 'regular', 'contents'),
    length(1n),
    Buffer.from('two bytes, or more'.padEnd(24)),
    words(')'),
  ]),
  'contents shorter than said': Buffer.concat([
    words(MAGIC, '(', 'type', 'regular', 'contents'),
    length(1n << 40n),
    Buffer.alloc(64),
    words(')'),
  ]),
  'a length of 2^64 - 1': Buffer.concat([words(MAGIC, '(', 'type', 'regular', 'contents'), length((1n << 64n) - 1n)]),
  'a word of 2^40 bytes': Buffer.concat([words(MAGIC), length(1n << 40n), Buffer.alloc(64)]),
  'a target of 2^31 bytes': Buffer.concat([words(MAGIC, '(', 'type', 'symlink', 'target'), length(1n << 31n)]),
  'padding that is not zero': Buffer.concat([
    words(MAGIC, '(', 'type', 'regular', 'contents'),
    length(1n),
    Buffer.from('xyyyyyyy'),
    words(')'),
  ]),
  'a device': words(MAGIC, '(', 'type', 'device', ')'),
  'an empty symlink': words(MAGIC, '(', 'type', 'symlink', 'target', '', ')'),
  'executable said otherwise': words(MAGIC, '(', 'type', 'regular', 'executable', 'yes', 'contents', '', ')'),
  'an unknown field of a directory': withEntries('mode', '0755'),
  '100,000 directories in each other': Buffer.concat([
    words(MAGIC),
    ...Array.from({ length: 100_000 }, () => words('(', 'type', 'directory', ...entry('a').slice(0, -1))),
  ]),
}

describe('S-5.21 a NAR that nobody should have made is refused, and leaves nothing', () => {
  for (const [title, nar] of Object.entries(HOSTILE)) {
    test(title, async () => {
      const scratch = temporaryDirectory()
      for (const size of [1 << 20, 5]) {
        if (nar.length > 1 << 20 && size === 5) continue
        const restored = restoreTree(host, `${scratch}/tree`, inPieces(nar, size))
        await expect(restored).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE' })
        expect(readdirSync(scratch)).toEqual([])
      }
    })
  }

  test('cut anywhere', async () => {
    const nar = withEntries(...entry('a', ...emptyFile), ...entry('b', '(', 'type', 'symlink', 'target', 'a', ')'))
    const scratch = temporaryDirectory()
    for (let end = 0; end < nar.length; end++) {
      const restored = restoreTree(host, `${scratch}/tree`, inPieces(nar.subarray(0, end), 64))
      await expect(restored).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE' })
    }
    expect(readdirSync(scratch)).toEqual([])
  })

  test('any other byte anywhere is another tree or refused, never a crash', { timeout: 120_000 }, () => {
    const nar = withEntries(
      ...entry('a', '(', 'type', 'regular', 'executable', '', 'contents', 'x', ')'),
      ...entry('d', '(', 'type', 'directory', ...entry('l', '(', 'type', 'symlink', 'target', '..', ')'), ')'),
    )
    fc.assert(
      fc.property(fc.nat(nar.length - 1), fc.nat(255), (at, byte) => {
        if (nar[at] === byte) return
        const changed = Buffer.from(nar)
        changed[at] = byte
        // What is let pass is the NAR of the tree that it was read as.
        const again: Buffer[] = []
        const writer = new NarWriter((chunk) => void again.push(Buffer.from(chunk)))
        const parser = new NarParser('it', echo(writer))
        try {
          parser.push(changed)
          parser.finish()
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_ARCHIVE_UNSAFE' })
          return
        }
        writer.finish()
        expect(Buffer.concat(again).equals(changed)).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
})

/** Writes what it visits. */
function echo(writer: NarWriter): NarVisitor {
  let bytes: Uint8Array[] = []
  let isExecutable = false
  const enter = (path: string): void => {
    if (path !== '') writer.openEntry(path.slice(path.lastIndexOf('/') + 1))
  }
  const leave = (path: string): void => {
    if (path !== '') writer.closeEntry()
  }
  return {
    onDirectory: (path) => {
      enter(path)
      writer.openDirectory()
    },
    onDirectoryEnd: (path) => {
      writer.closeDirectory()
      leave(path)
    },
    onFile: (path, executable) => {
      enter(path)
      bytes = []
      isExecutable = executable
    },
    onBytes: (more) => void bytes.push(Buffer.from(more)),
    onFileEnd: (path) => {
      writer.file(isExecutable, Buffer.concat(bytes))
      leave(path)
    },
    onLink: (path, target) => {
      enter(path)
      writer.symlink(target)
      leave(path)
    },
  }
}

describe('S-5.20 restoring', () => {
  const nar = words(MAGIC, ...emptyFile)

  test('never replaces what is there, not even an empty directory', async () => {
    const scratch = temporaryDirectory()
    mkdirSync(`${scratch}/there`)
    await expect(restoreTree(host, `${scratch}/there`, inPieces(nar, 64))).rejects.toMatchObject({ code: 'E_EXISTS' })
    expect(readdirSync(scratch)).toEqual(['there'])
  })

  test('that is stopped leaves nothing', async () => {
    const scratch = temporaryDirectory()
    const stop = new AbortController()
    const input = new PassThrough()
    input.write(nar.subarray(0, 50))
    const restored = restoreTree(host, `${scratch}/tree`, input, stop.signal)
    setImmediate(() => {
      stop.abort(new Error('stopped'))
      input.write(nar.subarray(50, 60))
    })
    await expect(restored).rejects.toThrow('stopped')
    expect(existsSync(`${scratch}/tree`)).toBe(false)
    expect(readdirSync(scratch)).toEqual([])
  })

  test('a single file, and a tree of a thousand directories in each other', async () => {
    const scratch = temporaryDirectory()
    await restoreTree(host, `${scratch}/f`, inPieces(nar, 64))
    expect(await hashTree(host, `${scratch}/f`)).toEqual(
      narOf({ kind: 'file', executable: false, bytes: Buffer.alloc(0) }),
    )
    let deep: (string | Buffer)[] = ['(', 'type', 'directory', ')']
    for (let depth = 0; depth < 1000; depth++) deep = ['(', 'type', 'directory', ...entry('a', ...deep), ')']
    const bytes = words(MAGIC, ...deep)
    await restoreTree(host, `${scratch}/deep`, inPieces(bytes, 4096))
    expect((await dump(`${scratch}/deep`)).equals(bytes)).toBe(true)
  })
})
