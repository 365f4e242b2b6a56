// Faults: what is wrong in a text that a user wrote, each with its position. How they become one error, and how they are drawn.
// Nothing here prints, and nothing reads the file again: a fault carries the line that it is about.

import { type ErrorCode, ToolError } from './errors.ts'
import type { Json } from './json.ts'

/** The first faults of a file are shown; whoever has more than this has one mistake that repeats. */
export const MAX_FAULTS = 50
const MAX_EXCERPT = 160
const TAB_WIDTH = 4

export interface Fault {
  readonly code: 'E_ENV_SYNTAX' | 'E_ENV_INVALID' | 'E_PACKAGE_INVALID'
  /** Of flake-like.spec.md: `S-2.4`. */
  readonly rule: string
  readonly message: string
  /** JSON pointer of the value that is wrong; '' for the file as a whole. */
  readonly pointer: string
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number
  /** Never beyond the end of the line; at least 1. */
  readonly length: number
  readonly hint: string | null
  /** The line, or the part of a long line around the fault. */
  readonly excerpt: string
  /** Where in `excerpt` the fault begins, from 0. */
  readonly excerptOffset: number
}

export interface Position {
  readonly line: number
  readonly column: number
  readonly length: number
  readonly excerpt: string
  readonly excerptOffset: number
}

/** A part of a file that an error is about. */
export interface Place extends Position {
  readonly path: string
}

/** Finds the position of a part of `text`. `lineStarts` are the offsets at which its lines begin. */
export function positionIn(
  text: string,
  lineStarts: readonly number[],
  [start, end]: readonly [number, number],
): Position {
  let low = 0
  let high = lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lineStarts[middle] ?? 0) <= start) low = middle
    else high = middle - 1
  }
  const lineStart = lineStarts[low] ?? 0
  const next = lineStarts[low + 1] ?? text.length + 1
  // A byte order mark is no character of the first line.
  const first = lineStart === 0 && text.startsWith('\uFEFF') ? 1 : lineStart
  const line = text.slice(first, Math.max(first, next - 1)).replace(/\r$/, '')
  const offset = Math.min(Math.max(start - first, 0), line.length)
  const length = Math.max(1, Math.min(end - start, line.length - offset))
  return { line: low + 1, column: offset + 1, length, ...excerptOf(line, offset) }
}

export function lineStartsOf(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** One error for all faults of a file; `faults` is not empty. `path` is what messages call the file. */
export function faultsError(path: string, faults: readonly Fault[]): ToolError {
  const sorted = [...faults].sort((a, b) => a.line - b.line || a.column - b.column)
  const [first] = sorted
  if (first === undefined) throw new Error('an error without a fault')
  const code: ErrorCode = first.code
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more ${faults.length === 2 ? 'fault' : 'faults'})`
  return new ToolError(code, `${path}:${first.line}:${first.column}: ${first.message}${more}`, {
    details: {
      path,
      pointer: first.pointer,
      rule: first.rule,
      line: first.line,
      column: first.column,
      faults: sorted.slice(0, MAX_FAULTS) as unknown as Json,
    },
    hint: first.hint,
  })
}

/** The faults that an error from `faultsError` carries; empty for any other error. */
export function faultsOf(error: ToolError): readonly Fault[] {
  const faults = error.details['faults']
  return Array.isArray(faults) ? (faults as unknown as readonly Fault[]) : []
}

/**
 * Draws each fault: `path:line:column`, what is wrong, the source line, a caret under the part, and the hint.
 * Plain text without colour; control characters are shown as `�`, so a hostile file cannot move the cursor.
 */
export function renderFaults(path: string, faults: readonly Fault[]): string {
  return faults.map((fault) => renderFault(path, fault)).join('\n\n')
}

function renderFault(path: string, fault: Fault): string {
  const lines = [
    `${path}:${fault.line}:${fault.column}: ${fault.message} [${fault.rule}]`,
    ...renderExcerpt(fault),
    ...(fault.hint === null ? [] : [`${gutterOf(fault)} = ${fault.hint}`]),
  ]
  return lines.join('\n')
}

/** The places that an error carries besides faults; see ops/places.ts. */
export function placesOf(error: ToolError): readonly Place[] {
  const places = error.details['places']
  return Array.isArray(places) ? (places as unknown as readonly Place[]) : []
}

/** Draws each place: `path:line:column`, the source line, and a caret under the part. Plain text, as `renderFaults`. */
export function renderPlaces(places: readonly Place[]): string {
  return places
    .map((place) => [`${place.path}:${place.line}:${place.column}`, ...renderExcerpt(place)].join('\n'))
    .join('\n\n')
}

function renderExcerpt(position: Position): readonly string[] {
  const { excerpt, excerptOffset, length } = position
  const before = draw(excerpt.slice(0, excerptOffset))
  const marked = draw(excerpt.slice(excerptOffset, excerptOffset + length), before.width)
  const after = draw(excerpt.slice(excerptOffset + length), before.width + marked.width)
  const gutter = gutterOf(position)
  return [
    `${gutter} |`,
    `${position.line} | ${before.text}${marked.text}${after.text}`.trimEnd(),
    `${gutter} | ${' '.repeat(before.width)}${'^'.repeat(Math.max(1, marked.width))}`,
  ]
}

function gutterOf(position: Position): string {
  return ' '.repeat(String(position.line).length)
}

function excerptOf(line: string, offset: number): { excerpt: string; excerptOffset: number } {
  if (line.length <= MAX_EXCERPT) return { excerpt: line, excerptOffset: offset }
  const start = Math.max(0, Math.min(offset - 40, line.length - MAX_EXCERPT))
  const end = Math.min(line.length, start + MAX_EXCERPT)
  const head = start > 0 ? '…' : ''
  const tail = end < line.length ? '…' : ''
  return {
    excerpt: `${head}${line.slice(start, end).toWellFormed()}${tail}`,
    excerptOffset: offset - start + head.length,
  }
}

/** The text as a terminal shows it, and how many columns it takes when it begins at column `from`. */
function draw(text: string, from = 0): { text: string; width: number } {
  let drawn = ''
  let width = 0
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (segment === '\t') {
      const spaces = TAB_WIDTH - ((from + width) % TAB_WIDTH)
      drawn += ' '.repeat(spaces)
      width += spaces
    } else if (/\p{Cc}|\p{Cf}|\p{Cs}|[\u2028\u2029]/u.test(segment) && !/\p{Extended_Pictographic}/u.test(segment)) {
      drawn += '\uFFFD'
      width += 1
    } else {
      drawn += segment
      width += isWide(segment) ? 2 : 1
    }
  }
  return { text: drawn, width }
}

/** East Asian wide and full-width characters and emoji take two columns. */
function isWide(segment: string): boolean {
  const code = segment.codePointAt(0) ?? 0
  if (code < 0x1100) return false
  return (
    /\p{Emoji_Presentation}|\uFE0F/u.test(segment) ||
    code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  )
}
