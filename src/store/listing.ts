// The names of everything in an object, as its info record keeps them, so that composing reads no directory. Derived from the tree, and only
// where it is short; who finds none reads the directories instead.
//
//   dbin/fone/ftwo//dshare/dman/fone.1      bin/{one,two} share/{man/{one.1}}: a mark and a name each, directories closed by nothing

import { sortNames } from '../core/nar.ts'
import type { TreeNode } from '../core/tree.ts'

/** With it a record stays within the block of 4 KiB that it takes anyway. */
const MAX_LENGTH = 3072

const DIRECTORY = 'd'
const OTHER = 'f'

/** Is told of every node of a tree in the order of its NAR. */
export class ListingWriter {
  #text: string | null = null
  /** How many directories are open below the top. */
  #depth = 0

  /** `path` is relative to the top, which is ''. */
  add(path: string, isDirectory: boolean): void {
    if (path === '') {
      this.#text = isDirectory ? '' : null
      return
    }
    if (this.#text === null) return
    let depth = 0
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) depth++
    const name = path.slice(path.lastIndexOf('/') + 1)
    const closing = '/'.repeat(this.#depth - depth)
    const text = `${this.#text}${this.#text === '' ? '' : '/'}${closing}${isDirectory ? DIRECTORY : OTHER}${name}`
    this.#text = text.length > MAX_LENGTH ? null : text
    this.#depth = isDirectory ? depth + 1 : depth
  }

  /** Null for what is no directory, and for what has too many names. */
  finish(): string | null {
    return this.#text
  }
}

export function listingOf(tree: TreeNode): string | null {
  const writer = new ListingWriter()
  const visit = (node: TreeNode, path: string): void => {
    writer.add(path, node.kind === 'directory')
    if (node.kind !== 'directory' || writer.finish() === null) return
    for (const name of sortNames([...node.entries.keys()])) {
      const child = node.entries.get(name)
      if (child !== undefined) visit(child, path === '' ? name : `${path}/${name}`)
    }
  }
  visit(tree, '')
  return writer.finish()
}

/** A directory of a listing: where in the text its entries begin. Nothing is made of what nobody asks for. */
export class Listing {
  readonly #text: string
  readonly #start: number

  constructor(text: string, start = 0) {
    this.#text = text
    this.#start = start
  }

  /** Tells of each entry, in order; `below` is null for what is no directory. */
  each(use: (name: string, below: Listing | null) => void): void {
    const text = this.#text
    let depth = 0
    for (let at = this.#start; at < text.length; ) {
      const slash = text.indexOf('/', at)
      const end = slash === -1 ? text.length : slash
      if (end === at) {
        // This directory, or one in it, ends here.
        if (depth === 0) return
        depth--
      } else {
        const isDirectory = text.startsWith(DIRECTORY, at)
        if (depth === 0) use(text.slice(at + 1, end), isDirectory ? new Listing(text, end + 1) : null)
        if (isDirectory) depth++
      }
      at = end + 1
    }
  }

  /** What is at a relative path ('' is this directory): null for what is missing or no directory. */
  directory(path: string): Listing | null {
    let found: Listing | null = this
    if (path === '') return found
    for (const part of path.split('/')) {
      let next: Listing | null = null
      found?.each((name, below) => {
        if (name === part) next = below
      })
      found = next
    }
    return found
  }
}
