// Short ways to write trees in memory.

import type { TreeDirectory, TreeFile, TreeNode, TreeSymlink } from '../../src/core/tree.ts'

export function directory(entries: { readonly [name: string]: TreeNode } = {}): TreeDirectory {
  return { kind: 'directory', entries: new Map(Object.entries(entries)) }
}

export function file(content: string | Uint8Array, executable = false): TreeFile {
  return { kind: 'file', executable, bytes: Buffer.from(content) }
}

export function link(target: string): TreeSymlink {
  return { kind: 'symlink', target }
}
