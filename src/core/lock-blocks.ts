// A lock as its text: one block for each package, as `printLock` writes them, and what stands around. A block whose text was seen before need
// not be looked at again, so that a lock much like another costs what differs. It checks no block; that is lock.ts.

import { isJsonObject, type Json, type JsonObject } from './json.ts'

const HEAD = '{\n  "packages": [\n    {\n'
const BETWEEN = ',\n    {\n'
const END = '\n  ],\n'

/** The blocks of a text that is laid out as locks are, without their first line; null for any other. What a block holds is not looked at. */
export function lockBlocks(text: string): readonly string[] | null {
  const end = text.indexOf(END)
  return text.startsWith(HEAD) && end !== -1 ? text.slice(HEAD.length, end).split(BETWEEN) : null
}

export interface SplitLock {
  readonly value: JsonObject
  /** The text of each package of the value. */
  readonly blocks: readonly string[]
}

/**
 * Reads a text by its blocks. Null unless it is laid out as locks are; otherwise `value` is what the whole text means, because each block is a
 * value by itself, and the head can be nothing but the beginning of the list of packages.
 */
export function splitLock(text: string): SplitLock | null {
  const blocks = lockBlocks(text)
  if (blocks === null) return null
  try {
    const packages = blocks.map((block): Json => JSON.parse(`{\n${block}`))
    const rest: Json = JSON.parse(`{\n${text.slice(text.indexOf(END) + END.length)}`)
    // Of a key that is there twice the last one counts.
    if (!isJsonObject(rest) || Object.hasOwn(rest, 'packages')) return null
    return { value: { packages, ...rest }, blocks }
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
