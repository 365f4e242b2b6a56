// The options of `tenon add` that say what the long form of a requirement says, named as its keys are.

import type { Command } from 'commander'
import { ToolError } from '../core/errors.ts'
import type { Json, JsonObject } from '../core/json.ts'
import { wholeNumber } from './numbers.ts'

/** Option → key. `--directory` is where Tenon works, before and behind every verb. */
const KEYS: Readonly<Record<string, string>> = {
  sha256: 'sha256',
  integrity: 'integrity',
  unpack: 'unpack',
  strip: 'strip',
  executable: 'executable',
  place: 'place',
  rev: 'rev',
  subdirectory: 'directory',
  priority: 'priority',
}

export function withPackageOptions(command: Command): Command {
  return command
    .option('--rev <name>', 'git: a branch, a tag or a commit id')
    .option('--subdirectory <path>', 'git: of the package, within the repository')
    .option('--sha256 <hash>', 'url: the hash of the file, in hexadecimal')
    .option('--integrity <sri>', 'url: the same as SRI')
    .option('--unpack', 'url: the file is an archive')
    .option('--strip <number>', 'url: how many leading directories of the archive are dropped', wholeNumber)
    .option('--executable', 'url: the file is a program')
    .option('--place <path>', 'url: where it appears in the tree')
    .option('--priority <number>', 'who wins where two packages give one path', priority)
}

/** What was said of the package, by the keys of environment files. @throws ToolError E_USAGE where it is not clear of which */
export function packageDetails(
  packages: readonly string[],
  options: { readonly [option: string]: unknown },
): JsonObject {
  const given = Object.entries(KEYS).filter(([option]) => options[option] !== undefined)
  if (given.length > 0 && packages.length !== 1) {
    const names = given.map(([option]) => `\`--${option}\``).join(', ')
    throw new ToolError('E_USAGE', `It is not clear which of ${packages.length} packages ${names} is about.`, {
      details: { packages: [...packages] },
      hint: 'Add that package by itself.',
    })
  }
  return Object.fromEntries(given.map(([option, key]) => [key, options[option] as Json]))
}

function priority(text: string): number {
  return text.startsWith('-') ? -wholeNumber(text.slice(1)) : wholeNumber(text)
}
