// The names of everything below a directory, whatever characters they hold. Not fast-glob: it takes names for patterns, and so loses those with a backslash
// or a line feed.

import { join } from 'node:path'
import type { DirectoryEntry, FileKind } from './host.ts'

/** What is left out is not even read, however large. Links are names like any other and not followed. In no particular order. */
export function namesBelow(
  reader: { readDirectory(path: string): readonly DirectoryEntry[] },
  top: string,
  isLeftOut: (name: string, kind: FileKind) => boolean,
): string[] {
  const names: string[] = []
  const waiting = ['']
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const { name, kind } of reader.readDirectory(join(top, directory))) {
      const path = directory === '' ? name : `${directory}/${name}`
      if (isLeftOut(path, kind)) continue
      names.push(path)
      if (kind === 'directory') waiting.push(path)
    }
  }
  return names
}
