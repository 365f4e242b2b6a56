// What all archives have in common: names that are safe to use, and the two errors, unsafe and damaged.

import { type ErrorCode, ToolError } from '../core/errors.ts'

export const MAX_DEPTH = 64
const MAX_PATH_BYTES = 4096
const MAX_NAME_BYTES = 255
const HINT = 'Nothing of it was used. Tell its publisher, or choose another version.'

/** The parts of an entry's path as they are written, empty and `.` ones included. @throws ToolError E_ARCHIVE_UNSAFE */
export function safeParts(label: string, path: string): readonly string[] {
  if (path.includes('\ufffd')) throw unsafe(label, path, 'its name is not UTF-8')
  if (path.includes('\0')) throw unsafe(label, path, 'its name holds a NUL')
  if (Buffer.byteLength(path) > MAX_PATH_BYTES)
    throw unsafe(label, path, `its path is longer than ${MAX_PATH_BYTES} bytes`)
  // A backslash is a letter like any other here, but a name that would climb or be absolute elsewhere has no honest use.
  if (/^[/\\]|^[A-Za-z]:[/\\]/.test(path)) throw unsafe(label, path, 'its path is absolute')
  if (/(^|[/\\])\.\.($|[/\\])/.test(path)) throw unsafe(label, path, 'its path climbs out with `..`')
  return path.split('/')
}

/** Without empty and `.` parts; '' when nothing is left. @throws ToolError E_ARCHIVE_UNSAFE */
export function joinParts(label: string, path: string, parts: readonly string[]): string {
  const kept = parts.filter((part) => part !== '' && part !== '.')
  if (kept.length > MAX_DEPTH) throw unsafe(label, path, `it is more than ${MAX_DEPTH} directories deep`)
  for (const part of kept) {
    if (part.length * 3 > MAX_NAME_BYTES && Buffer.byteLength(part) > MAX_NAME_BYTES)
      throw unsafe(label, path, `its name is longer than ${MAX_NAME_BYTES} bytes`)
  }
  return kept.join('/')
}

/** `entry` is null when it is about the archive as a whole. */
export function unsafe(label: string, entry: string | null, reason: string): ToolError {
  return failure('E_ARCHIVE_UNSAFE', label, entry, `is refused: ${reason}`)
}

export function damaged(label: string, reason: string, cause?: unknown): ToolError {
  return failure('E_SOURCE_INVALID', label, null, `is not a readable archive: ${reason}`, cause)
}

function failure(code: ErrorCode, label: string, entry: string | null, what: string, cause?: unknown): ToolError {
  const subject = entry === null ? `\`${label}\`` : `Entry ${JSON.stringify(shorten(entry))} of \`${label}\``
  return new ToolError(code, `${subject} ${what}.`, {
    details: { archive: label, entry: entry === null ? null : shorten(entry) },
    hint: HINT,
    cause,
  })
}

function shorten(name: string): string {
  return name.length > 200 ? `${name.slice(0, 200)}…` : name
}
