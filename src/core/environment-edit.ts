// Edits of environment files that keep every other byte: comments, blank lines, order, quotes, indentation and line ends. Each edit
// cuts into the text at the place that the YAML parser reports, then reads the result again to prove that it means what was asked.

import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Requirement } from './environment.ts'
import { type EnvironmentDeclaration, parseEnvironmentFile } from './environment-file.ts'
import { isToolError, ToolError } from './errors.ts'
import { canonicalJson, type Json } from './json.ts'
import { didYouMean } from './nearest.ts'
import { constraintKeyOf, parseRequirement, printRequirement, SOURCE_KEYS, withConstraint } from './requirement.ts'
import { readYaml } from './yaml.ts'

/** Which package: a requirement will do. */
export interface Reference {
  readonly prefix: string
  readonly name: string
}

// Every file that is edited lies in `environments/`, where relative paths start; whoever calls has its name for messages.
const DIRECTORY = 'environments'
const OPTIONS = { name: 'edited', path: `${DIRECTORY}/edited.yaml` }

/**
 * Adds a requirement at the end of `packages`, or gives the one that is there its range; does nothing when it asks for the same.
 * @throws ToolError E_ENV_SYNTAX, E_ENV_INVALID when the file has faults already, E_USAGE for a registry that it does not declare
 */
export function addRequirement(text: string, requirement: Requirement): string {
  const file = open(text)
  const index = indexOf(file, requirement)
  const existing = file.declaration.packages[index]
  if (existing === undefined) {
    checkRegistry(file, requirement)
    return prove(file, insert(file, requirement), [...file.declaration.packages, requirement])
  }
  const isPlain = requirement.priority === 0 && Object.keys(requirement.options).length === 0
  const wanted = isPlain ? { ...requirement, priority: existing.priority, options: existing.options } : requirement
  if (sameJson(existing, wanted)) return text
  const ranged = requirement.source === 'path' ? existing : withConstraint(existing, requirement.constraint)
  if (sameJson(ranged, wanted)) return setConstraint(file, index, requirement.constraint)
  return addRequirement(removeAt(file, index), wanted)
}

/** Removes the line or lines of a package; null when the file does not ask for it. @throws ToolError E_ENV_SYNTAX, E_ENV_INVALID */
export function removeRequirement(text: string, reference: Reference): string | null {
  const file = open(text)
  const index = indexOf(file, reference)
  return index === -1 ? null : removeAt(file, index)
}

/** Gives a package another range, '' for any; null when the file does not ask for it. @throws ToolError E_USAGE for a range that cannot be read */
export function setRange(text: string, reference: Reference, constraint: string): string | null {
  const file = open(text)
  const index = indexOf(file, reference)
  return index === -1 ? null : setConstraint(file, index, constraint)
}

interface OpenFile {
  readonly text: string
  readonly root: YAMLMap<Node, Node | null>
  readonly declaration: EnvironmentDeclaration
  readonly eol: string
}

interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

interface Style {
  readonly isFlow: boolean
  /** A scalar whose quotes are to be imitated, or a mapping that begins with it. */
  readonly like: Node | null | undefined
}

function open(text: string): OpenFile {
  const declaration = parseEnvironmentFile(text, OPTIONS)
  const { root } = readYaml(text, OPTIONS.path)
  if (!isMap<Node, Node | null>(root)) throw new Error('a file without faults is a mapping')
  return { text, root, declaration, eol: text.includes('\r\n') ? '\r\n' : '\n' }
}

function indexOf(file: OpenFile, reference: Reference): number {
  return file.declaration.packages.findIndex((item) => item.prefix === reference.prefix && item.name === reference.name)
}

function checkRegistry(file: OpenFile, { source, prefix, text }: Requirement): void {
  const declared = Object.keys(file.declaration.registries)
  if (source !== 'registry' || declared.includes(prefix) || file.declaration.extends.length > 0) return
  throw new ToolError(
    'E_USAGE',
    `\`${text}\` names the registry \`${prefix}\`, which the environment does not declare.`,
    {
      details: { requirement: text, registries: declared },
      hint: didYouMean(prefix, [...SOURCE_KEYS, ...declared]) ?? 'Add it under `registries` in the file.',
    },
  )
}

/** The new text, once it is shown to differ from the old one in its packages alone, and in these as meant. */
function prove(file: OpenFile, splices: readonly Splice[], packages: readonly Requirement[]): string {
  let text = file.text
  for (const { start, end, text: part } of [...splices].sort((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + part + text.slice(end)
  }
  const after = parseEnvironmentFile(text, OPTIONS)
  if (!sameJson(after, { ...file.declaration, packages }))
    throw new Error('the edit of the environment file did not come out as meant')
  return text
}

function sameJson(a: object, b: object): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json)
}

// Inserting.

function insert(file: OpenFile, requirement: Requirement): readonly Splice[] {
  const pair = packagesPair(file)
  if (pair === null) return [insertKey(file, requirement)]
  const { value } = pair
  if (isSeq<Node>(value)) {
    if (value.flow === true) return insertFlow(file, value, requirement)
    return [insertBlock(file, value, requirement)]
  }
  const item = flowItem(requirement, { isFlow: true, like: pair.key })
  if (value?.range && value.range[0] !== value.range[1])
    return [{ start: value.range[0], end: value.range[1], text: `[${item}]` }]
  const end = endOf(pair.key)
  const colon = skipTrivia(file.text, end)
  if (file.text[colon] !== ':') {
    // A key alone: `? packages`, or in a flow mapping.
    if (file.root.flow === true) return [at(end, `: [${item}]`)]
    return [afterLine(file, end, `${keyIndent(file)}: [${item}]`)]
  }
  if (file.root.flow === true) return [at(colon + 1, ` [${item}]`)]
  return [afterLine(file, colon + 1, blockItem(file, requirement, `${listIndent(file)}- `, pair.key))]
}

/** The file has no `packages` yet. */
function insertKey(file: OpenFile, requirement: Requirement): Splice {
  const first = file.root.items[0]
  const last = file.root.items.at(-1)
  const like = first?.key
  const key = quote('packages', { isFlow: false, like })
  if (file.root.flow === true) {
    return at(endOf(last?.value ?? last?.key), `, ${key}: [${flowItem(requirement, { isFlow: true, like })}]`)
  }
  const lines = `${keyIndent(file)}${key}:${file.eol}${blockItem(file, requirement, `${listIndent(file)}- `, null)}`
  const end = /^\.\.\.[ \t]*\r?$/m.exec(file.text.slice(endOf(last?.value ?? last?.key)))
  const offset = end === null ? file.text.length : endOf(last?.value ?? last?.key) + end.index
  const isLineStart = offset === 0 || file.text[offset - 1] === '\n'
  return at(offset, isLineStart ? `${lines}${file.eol}` : `${file.eol}${lines}`)
}

function insertBlock(file: OpenFile, list: YAMLSeq<Node>, requirement: Requirement): Splice {
  const last = list.items.at(-1)
  const dash = dashOf(list, list.items.length - 1)
  const gap = /^-( +)[^ #\r\n]/.exec(file.text.slice(dash))?.[1] ?? ' '
  const prefix = `${file.text.slice(lineStart(file.text, dash), dash)}-${gap}`
  return afterLine(file, endOf(last), blockItem(file, requirement, prefix, last))
}

function insertFlow(file: OpenFile, list: YAMLSeq<Node>, requirement: Requirement): readonly Splice[] {
  const { text, eol } = file
  const last = list.items.at(-1)
  const item = flowItem(requirement, { isFlow: true, like: last ?? packagesPair(file)?.key })
  if (last === undefined) {
    const [start, end] = list.range ?? [0, 0]
    return text.slice(start + 1, end - 1).trim() === '' ? [{ start, end, text: `[${item}]` }] : [at(start + 1, item)]
  }
  const indent = text.slice(lineStart(text, startOf(last)), startOf(last))
  if (indent.trim() !== '') return [at(endOf(last), `, ${item}`)]
  // One item a line, so the new one gets its own. What follows the last item on its line, perhaps a comment, stays with it.
  const comma = skipTrivia(text, endOf(last))
  const hasComma = text[comma] === ','
  const rest = hasComma ? comma + 1 : endOf(last)
  const end = isTrivia(text.slice(rest, lineEnd(text, rest))) ? lineEnd(text, rest) : rest
  const line = at(end, `${eol}${indent}${item}${hasComma ? ',' : ''}`)
  if (hasComma) return [line]
  return end === rest ? [at(rest, `,${line.text}`)] : [at(rest, ','), line]
}

/** The lines of a list item without a line end; `prefix` is the indentation, the dash and the gap. */
function blockItem(file: OpenFile, requirement: Requirement, prefix: string, like: Node | null | undefined): string {
  const style = { isFlow: false, like }
  const entries = longEntries(requirement, style)
  if (entries === null) return prefix + quote(printRequirement(requirement, { directory: DIRECTORY }), style)
  return prefix + entries.join(`${file.eol}${' '.repeat(prefix.length)}`)
}

function flowItem(requirement: Requirement, style: Style): string {
  const entries = longEntries(requirement, style)
  return entries === null
    ? quote(printRequirement(requirement, { directory: DIRECTORY }), style)
    : `{${entries.join(', ')}}`
}

/** Null when the short form says everything. */
function longEntries(requirement: Requirement, style: Style): readonly string[] | null {
  const options = Object.entries(requirement.options)
  if (requirement.priority === 0 && options.length === 0) return null
  const short = printRequirement(requirement, { directory: DIRECTORY })
  const [key, value] =
    requirement.source === 'registry'
      ? ['registry', short]
      : [requirement.prefix, short.slice(requirement.prefix.length + 1)]
  const entries = options.map(([name, item]) => [name, JSON.stringify(item)] as const)
  if (requirement.priority !== 0) entries.push(['priority', String(requirement.priority)])
  return [
    `${quote(key ?? '', style)}: ${quote(value ?? '', style)}`,
    ...entries.map(([name, item]) => `${quote(name, style)}: ${item}`),
  ]
}

// Removing.

function removeAt(file: OpenFile, index: number): string {
  const list = packagesPair(file)?.value
  const item = isSeq<Node>(list) ? list.items[index] : undefined
  if (!isSeq<Node>(list) || item === undefined) throw new Error('a requirement that is not in the file')
  const splice =
    list.flow === true ? removeFlow(file.text, list, index) : removeLines(file.text, dashOf(list, index), endOf(item))
  const packages = file.declaration.packages.filter((_, other) => other !== index)
  return prove(file, [splice], packages)
}

function removeFlow(text: string, list: YAMLSeq<Node>, index: number): Splice {
  const item = list.items[index]
  const start = startOf(item)
  const next = list.items[index + 1]
  const previous = list.items[index - 1]
  const comma = skipTrivia(text, endOf(item))
  const end = text[comma] === ',' ? comma + 1 : endOf(item)
  const isAlone =
    text.slice(lineStart(text, start), start).trim() === '' && isTrivia(text.slice(end, lineEnd(text, end)))
  if (isAlone) return removeLines(text, start, end)
  if (next !== undefined) return { start, end: startOf(next), text: '' }
  // A comma behind the last item stays with the one before it, where there is one.
  return previous === undefined ? { start, end, text: '' } : { start: endOf(previous), end: endOf(item), text: '' }
}

/** The whole lines from `start` to `end`. */
function removeLines(text: string, start: number, end: number): Splice {
  const from = lineStart(text, start)
  const to = text[end - 1] === '\n' ? end : lineEnd(text, end)
  if (to < text.length)
    return { start: from, end: text[to - 1] === '\n' ? to : to + (text[to] === '\r' ? 2 : 1), text: '' }
  // The last line of a file that ends without a line end: the one before it goes instead.
  const before = text[to - 1] === '\n' ? from : from - (text.slice(from - 2, from) === '\r\n' ? 2 : 1)
  return { start: Math.max(0, before), end: to, text: '' }
}

// Changing a range.

function setConstraint(file: OpenFile, index: number, constraint: string): string {
  const list = packagesPair(file)?.value
  const item = isSeq<Node>(list) ? list.items[index] : undefined
  const existing = file.declaration.packages[index]
  if (!isSeq<Node>(list) || item === undefined || existing === undefined)
    throw new Error('a requirement that is not in the file')
  const wanted = withConstraint(existing, constraint)
  const isFlow = list.flow === true || (isMap(item) && item.flow === true)
  const packages = file.declaration.packages.map((other, at) => (at === index ? wanted : other))
  return prove(file, [constraintSplice(file, item, existing, { isFlow, constraint: wanted.constraint })], packages)
}

function constraintSplice(
  file: OpenFile,
  item: Node,
  existing: Requirement,
  to: { isFlow: boolean; constraint: string },
): Splice {
  const replace = (scalar: Scalar, text: string): Splice => {
    const style = { isFlow: to.isFlow, like: scalar }
    const end = scalar.range?.[1] ?? 0
    return {
      start: scalar.range?.[0] ?? 0,
      end,
      text: quote(text, style) + (file.text[end - 1] === '\n' ? file.eol : ''),
    }
  }
  const suffix = to.constraint === '' ? '' : `@${to.constraint}`
  if (isScalar(item)) return replace(item, headOf(String(item.value), existing, '') + suffix)
  if (!isMap<Node, Node | null>(item)) throw new Error('a package is text or a mapping')
  const range = pairOf(item, constraintKeyOf(existing) ?? '')?.value
  if (isScalar(range))
    return replace(range, existing.source === 'url' ? to.constraint.replace(/^sha256:/, '') : to.constraint)
  const key = existing.source === 'registry' ? 'registry' : existing.prefix
  const name = pairOf(item, key)?.value
  if (!isScalar(name)) throw new Error('a package has a source')
  return replace(name, headOf(String(name.value), existing, key === 'registry' ? '' : `${key}:`) + suffix)
}

/** What is written before the range, as the user spelled it. */
function headOf(written: string, existing: Requirement, prefix: string): string {
  const any = withConstraint(existing, '').text
  for (let end = written.length; end > 0; end = written.lastIndexOf('@', end - 1)) {
    const head = written.slice(0, end)
    if (textOf(prefix + head) === any) return head
  }
  // In the long form the directory of a git repository stands elsewhere.
  return written
}

function textOf(written: string): string | null {
  try {
    return parseRequirement(written, { directory: DIRECTORY }).text
  } catch (error) {
    if (isToolError(error, 'E_USAGE')) return null
    throw error
  }
}

// Places in the text.

function packagesPair(file: OpenFile): Pair<Node, Node | null> | null {
  return pairOf(file.root, 'packages')
}

function pairOf(map: YAMLMap<Node, Node | null>, key: string): Pair<Node, Node | null> | null {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key) ?? null
}

function startOf(node: Node | undefined): number {
  return node?.range?.[0] ?? 0
}

function endOf(node: Node | null | undefined): number {
  return node?.range?.[1] ?? 0
}

/** The offset of the dash of an item. */
function dashOf(list: YAMLSeq<Node>, index: number): number {
  const token = list.srcToken
  const items =
    token?.type === 'block-seq'
      ? token.items.filter((item) => item.start.some(({ type }) => type === 'seq-item-ind'))
      : []
  const dash = items[index]?.start.find(({ type }) => type === 'seq-item-ind')
  if (dash === undefined) throw new Error('a list item without a dash')
  return dash.offset
}

function keyIndent(file: OpenFile): string {
  const start = startOf(file.root.items[0]?.key)
  const indent = file.text.slice(lineStart(file.text, start), start)
  return /^ *$/.test(indent) ? indent : ''
}

/** How lists of this file are indented; two spaces more than keys unless another list shows otherwise. */
function listIndent(file: OpenFile): string {
  for (const { value } of file.root.items) {
    if (!isSeq<Node>(value) || value.flow === true || value.items.length === 0) continue
    const dash = dashOf(value, 0)
    return file.text.slice(lineStart(file.text, dash), dash)
  }
  return `${keyIndent(file)}  `
}

function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return start === 0 && text.startsWith('\uFEFF') ? 1 : start
}

/** The offset of the line end, which is that of `\r` for `\r\n`. */
function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  if (end === -1) return text.length
  return end > offset && text[end - 1] === '\r' ? end - 1 : end
}

function isTrivia(text: string): boolean {
  return /^[ \t]*(?:[ \t]#.*)?$/.test(text)
}

/** The first offset from `offset` that is neither white space nor in a comment. */
function skipTrivia(text: string, offset: number): number {
  return offset + (/^(?:\s+(?:#.*)?)*/.exec(text.slice(offset))?.[0].length ?? 0)
}

function at(offset: number, text: string): Splice {
  return { start: offset, end: offset, text }
}

/** New lines behind the line that `offset` is on. */
function afterLine(file: OpenFile, offset: number, lines: string): Splice {
  const { text, eol } = file
  if (offset > 0 && text[offset - 1] === '\n') return at(offset, `${lines}${eol}`)
  return at(lineEnd(text, offset), `${eol}${lines}`)
}

/** A scalar in the quotes of its neighbour, or plain where that is safe. */
function quote(text: string, { isFlow, like }: Style): string {
  const model = isMap<Node>(like) ? like.items[0]?.key : like
  const type = isScalar(model) ? model.type : null
  if (type === 'QUOTE_SINGLE') return `'${text.replaceAll("'", "''")}'`
  const isPlain =
    /^(?:[A-Za-z0-9._/]|[~^=<](?=.))[A-Za-z0-9 ._/@:~^<>=|*+,!#()[\]-]*$/.test(text) &&
    !/: | #|[: ]$|^(?:null|true|false)$/i.test(text)
  if (type === 'QUOTE_DOUBLE' || !isPlain || (isFlow && /[,[\]{}]/.test(text))) return JSON.stringify(text)
  return text
}
