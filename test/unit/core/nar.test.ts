import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NarHash, NarWriter, narIntegrity, narOf, sortNames } from '../../../src/core/nar.ts'
import type { TreeNode } from '../../../src/core/tree.ts'

function directory(entries: { readonly [name: string]: TreeNode }): TreeNode {
  return { kind: 'directory', entries: new Map(Object.entries(entries)) }
}

function file(text: string | Buffer, executable = false): TreeNode {
  return { kind: 'file', executable, bytes: Buffer.from(text) }
}

function link(target: string): TreeNode {
  return { kind: 'symlink', target }
}

// What nix-hash and nix-store --dump of Nix 2.8 say about these trees.
const vectors: readonly { name: string; tree: TreeNode; integrity: string; size: number }[] = [
  {
    name: 'an empty directory',
    tree: directory({}),
    integrity: 'sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=',
    size: 96,
  },
  {
    name: 'a file',
    tree: file('hello\n'),
    integrity: 'sha256-HDfQGvQL4ugGkd48w99EN3ppmvuxfGjwgJZLL9Bx/BM=',
    size: 120,
  },
  {
    name: 'an executable file',
    tree: file('#!/bin/sh\n', true),
    integrity: 'sha256-YoPBZoJg+QPRqJXAzWuCL6S2h2K7CxfO3vLTnZfiZVQ=',
    size: 160,
  },
  {
    name: 'an empty file',
    tree: file(''),
    integrity: 'sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU04kY=',
    size: 112,
  },
  {
    name: 'a symlink',
    tree: link('../x'),
    integrity: 'sha256-1hHyDep6TlxuB2AKJFn0idUMGv5WQS8R/LMe4U/l3r8=',
    size: 120,
  },
  {
    name: 'names whose UTF-8 order is neither that of a locale nor that of UTF-16',
    tree: directory({
      b: file('1'),
      'a.b': file('2'),
      a: directory({ z: file('zz', true), é: file('x'), 日本: link('ü') }),
      '\uffee': file('p'),
      '😀': file('q'),
      A: file('12345678'),
    }),
    integrity: 'sha256-cEGDyP8iXSNyFEcgg2OwU3weJHCr4OVqeAsXusxjzzI=',
    size: 1832,
  },
  {
    name: 'a file larger than the buffer',
    tree: directory({ big: file(Buffer.alloc(3_500_001, 'abcdefg')), z: file('1') }),
    integrity: 'sha256-UwWn8I1O7u5dMzduGTsrjBcwsKGS+lsgzHXamnmj7p0=',
    size: 3_500_480,
  },
]

const hasNix = spawnSync('nix-hash', ['--version']).status === 0

describe('S-5.2 the NAR hash', () => {
  for (const { name, tree, integrity, size } of vectors) {
    test(`of ${name} is the one that Nix prints`, () => {
      expect(narOf(tree)).toEqual({ integrity, size })
      expect(narIntegrity(tree)).toBe(integrity)
    })

    test.runIf(hasNix)(
      `of ${name} is the one of the installed nix-hash, and the bytes those of nix-store --dump`,
      () => {
        const scratch = mkdtempSync(join(tmpdir(), 'tenon-nar-'))
        try {
          const path = join(scratch, 'tree')
          writeTree(path, tree)
          const hex = execFileSync('nix-hash', ['--type', 'sha256', path], { encoding: 'utf8' }).trim()
          expect(`sha256-${Buffer.from(hex, 'hex').toString('base64')}`).toBe(integrity)
          expect(execFileSync('nix-store', ['--dump', path], { maxBuffer: 1 << 24 }).length).toBe(size)
        } finally {
          rmSync(scratch, { recursive: true })
        }
      },
    )
  }

  test('is the same whether bytes come from memory or from a reader, in pieces of any size', () => {
    const bytes = Buffer.alloc(2_500_000, 'tenon')
    for (const piece of [7_919, 1 << 20]) {
      const hash = new NarHash()
      const writer = new NarWriter((chunk) => hash.update(chunk))
      let position = 0
      writer.fileFrom(true, bytes.length, (buffer, offset, length) => {
        const count = Math.min(length, piece, bytes.length - position)
        buffer.set(bytes.subarray(position, position + count), offset)
        position += count
        return count
      })
      writer.finish()
      expect(hash.finish()).toEqual(narOf(file(bytes, true)))
    }
  })

  test('fails when a file shrinks while it is read', () => {
    expect(() => new NarWriter(() => {}).fileFrom(false, 10, () => 0)).toThrow('shrank')
  })

  test('two writers at once do not disturb each other', () => {
    const hashes = [new NarHash(), new NarHash()] as const
    const first = new NarWriter((chunk) => hashes[0].update(chunk))
    const second = new NarWriter((chunk) => hashes[1].update(chunk))
    first.file(false, Buffer.from('hello\n'))
    second.file(true, Buffer.from('#!/bin/sh\n'))
    first.finish()
    second.finish()
    expect(hashes[0].finish()).toEqual(narOf(file('hello\n')))
    expect(hashes[1].finish()).toEqual(narOf(file('#!/bin/sh\n', true)))
  })

  test('names are sorted by their UTF-8 bytes', () => {
    expect(sortNames(['b', '😀', 'a', '\uffee', 'B', 'é'])).toEqual(['B', 'a', 'b', 'é', '\uffee', '😀'])
  })
})

function writeTree(path: string, node: TreeNode): void {
  if (node.kind === 'directory') {
    mkdirSync(path)
    for (const [name, child] of node.entries) writeTree(join(path, name), child)
  } else if (node.kind === 'symlink') {
    symlinkSync(node.target, path)
  } else if (node.kind === 'file') {
    writeFileSync(path, node.bytes)
    if (node.executable) chmodSync(path, 0o755)
  }
}
