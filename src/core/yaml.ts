// The door for YAML: text from anywhere in, a tree of nodes with positions out, in bounded time and memory. It reads a strict
// part of YAML 1.2 (one document, no anchors, aliases, tags or directives) and knows nothing of environments.

import { Composer, CST, isMap, isScalar, isSeq, Lexer, type Node, type Pair, Parser, type YAMLError } from 'yaml'
import { type Fault, faultsError, lineStartsOf, MAX_FAULTS, type Position, positionIn } from './fault.ts'
import type { Json } from './json.ts'

export const MAX_YAML_BYTES = 256 * 1024
const MAX_DEPTH = 32
const MAX_VALUES = 20_000
/** Entries of the parser's stack: one for each level of nesting, and a few of its own. */
const MAX_STACK = MAX_DEPTH + 4
const RULE = 'S-2.2'

/** A YAML text that was read, with what is needed to point into it and to edit it. */
export interface YamlText {
  readonly path: string
  readonly text: string
  /** Offsets at which lines begin. */
  readonly lineStarts: readonly number[]
  /** Null for an empty document. */
  readonly root: Node | null
  /** As JSON Schema sees it: maps have no prototype, keys are text. */
  readonly value: Json
  /** By JSON pointer. */
  readonly nodes: ReadonlyMap<string, YamlNode>
}

export interface YamlNode {
  /** Offsets of the value; an empty value lies at its key. */
  readonly range: readonly [number, number]
  /** Offsets of its key; those of the value for items of lists. */
  readonly keyRange: readonly [number, number]
  /** For scalars: what is written, without quotes. */
  readonly source: string | null
}

/** @throws ToolError E_ENV_SYNTAX with every fault */
export function readYaml(input: string | Uint8Array, path: string): YamlText {
  const text = typeof input === 'string' ? input : decode(input, path)
  refuseConflicts(text, path)
  const reader = new Reader(path, text)
  const root = reader.compose()
  const { value, nodes } = reader.read(root)
  return { path, text, lineStarts: reader.lineStarts, root, value, nodes }
}

/** What git could not merge, said as that: as YAML it is any of several riddles. */
function refuseConflicts(text: string, path: string): void {
  const starts = [...text.matchAll(/^<{7}(?= |\r?$)/gm)]
  if (starts.length === 0 || !/^>{7}(?= |\r?$)/m.test(text)) return
  const lineStarts = lineStartsOf(text)
  const faults = starts.slice(0, MAX_FAULTS).map(
    ({ index }): Fault => ({
      code: 'E_ENV_SYNTAX',
      rule: RULE,
      message: 'Git could not merge this part.',
      pointer: '',
      hint: 'Keep the lines that are wanted, and delete those with `<<<<<<<`, `=======` and `>>>>>>>`.',
      ...positionIn(text, lineStarts, [index, index + 7]),
    }),
  )
  throw faultsError(path, faults)
}

/** Where the value at `pointer`, or its key, is; the nearest value around it when there is none. */
export function positionAt(yaml: YamlText, pointer: string, part: 'key' | 'value' = 'value'): Position {
  let at = pointer
  while (at !== '' && !yaml.nodes.has(at)) at = at.slice(0, at.lastIndexOf('/'))
  const node = yaml.nodes.get(at)
  return positionIn(yaml.text, yaml.lineStarts, (part === 'key' ? node?.keyRange : node?.range) ?? [0, 1])
}

/** A JSON pointer for a key below another pointer. */
export function pointerTo(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function decode(bytes: Uint8Array, path: string): string {
  const refuse = (message: string, hint: string | null): never => {
    const position = { line: 1, column: 1, length: 1, excerpt: '', excerptOffset: 0 }
    throw faultsError(path, [{ code: 'E_ENV_SYNTAX', rule: 'S-2.1', message, pointer: '', hint, ...position }])
  }
  if (bytes.length > MAX_YAML_BYTES) refuse(tooLarge(bytes.length), null)
  const [first, second] = bytes
  const isUtf16 =
    (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff) ||
    (bytes.length > 1 && (first === 0) !== (second === 0))
  if (isUtf16) refuse('The file is UTF-16, not UTF-8.', 'Save it as UTF-8.')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const good = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    const at = good.indexOf('\uFFFD')
    const position = positionIn(good, lineStartsOf(good), [at, at + 1])
    throw faultsError(path, [
      {
        code: 'E_ENV_SYNTAX',
        rule: 'S-2.1',
        message: 'The file is not UTF-8 text.',
        pointer: '',
        hint: 'Save it as UTF-8.',
        ...position,
      },
    ])
  }
}

function tooLarge(size: number): string {
  return `The file is too large: ${size} bytes, and ${MAX_YAML_BYTES} are allowed.`
}

const HINTS: { readonly [code: string]: string } = {
  TAB_AS_INDENT: 'Indent with spaces; YAML allows no tabs there.',
  BAD_SCALAR_START: 'Put the text in quotes; a package needs its source in front, as in `npm:NAME`.',
  MULTILINE_IMPLICIT_KEY: 'A key ends with `:` and a space, on its own line.',
  BLOCK_AS_IMPLICIT_KEY:
    'Keys of one mapping, and items of one list, begin in the same column; text that holds `: ` needs quotes.',
  BAD_INDENT: 'Keys of one mapping, and items of one list, begin in the same column.',
}

class Reader {
  readonly path: string
  readonly text: string
  readonly lineStarts: readonly number[]
  readonly #faults: Fault[] = []
  /** Where quoted texts that do not end break off → where they begin. */
  readonly #openQuotes = new Map<number, number>()
  #values = 0

  constructor(path: string, text: string) {
    this.path = path
    this.text = text
    this.lineStarts = lineStartsOf(text)
  }

  compose(): Node | null {
    if (this.text.length > MAX_YAML_BYTES) this.fault([0, 1], tooLarge(this.text.length), null, 'S-2.1')
    else this.#checkCharacters()
    this.finish()
    const { tokens, isTooDeep } = this.#tokens()
    // `uniqueKeys` would compare every key with every other; `read` does it with a set.
    const composer = new Composer({
      version: '1.2',
      schema: 'core',
      stringKeys: true,
      uniqueKeys: false,
      keepSourceTokens: true,
      prettyErrors: false,
      logLevel: 'silent',
    })
    let root: Node | null = null
    let documents = 0
    for (const document of composer.compose(tokens, true, this.text.length)) {
      documents += 1
      if (documents === 1) root = document.contents
      if (documents > 1) {
        if (this.#faults.length === 0) this.#secondDocument([document.range[0], document.range[0] + 1])
        break
      }
      // Where the reading broke off, everything that is open lacks its end.
      for (const error of document.errors)
        if (isTooDeep === null || error.pos[0] < isTooDeep - 1) this.#yamlError(error)
    }
    if (isTooDeep !== null && this.#faults.length === 0)
      this.fault([isTooDeep, isTooDeep + 1], `The file is nested more than ${MAX_DEPTH} levels deep.`, null)
    this.finish()
    return root
  }

  read(root: Node | null): { value: Json; nodes: ReadonlyMap<string, YamlNode> } {
    const nodes = new Map<string, YamlNode>()
    const start = this.text.startsWith('\uFEFF') ? 1 : 0
    const value = this.#read(root, '', [start, start + 1], nodes, 0)
    this.finish()
    return { value, nodes }
  }

  fault(range: readonly [number, number], message: string, hint: string | null, rule = RULE, pointer = ''): void {
    this.#faults.push({
      code: 'E_ENV_SYNTAX',
      rule,
      message,
      pointer,
      hint,
      ...positionIn(this.text, this.lineStarts, range),
    })
  }

  finish(): void {
    if (this.#faults.length > 0) throw faultsError(this.path, this.#faults)
  }

  #checkCharacters(): void {
    const forbidden = /(?![\t\n\r\u0085])\p{Cc}|\r(?!\n)|\p{Cs}|[\ufffe\uffff]|(?!^)\ufeff/u
    const match = forbidden.exec(this.text)
    if (match === null) return
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    this.fault(
      [match.index, match.index + 1],
      `The file holds a character that YAML forbids, U+${code}.`,
      code === '0000' ? 'This looks like a binary file.' : null,
      'S-2.1',
    )
  }

  /** Lexes and parses step by step, so that a file which nests too deeply is left at once, before anything recursive sees it. */
  #tokens(): { tokens: readonly CST.Token[]; isTooDeep: number | null } {
    const parser = new Parser()
    const tokens: CST.Token[] = []
    let isTooDeep: number | null = null
    let offset = 0
    let isScalarNext = false
    for (const lexeme of new Lexer().lex(this.text)) {
      // These only announce what follows.
      const takesRoom = lexeme !== CST.DOCUMENT && lexeme !== CST.FLOW_END && lexeme !== CST.SCALAR
      if (takesRoom && !isScalarNext) this.#refuseFeature(lexeme, offset)
      if (takesRoom && /^(["'])(?!.*\1$)/s.test(lexeme)) this.#openQuotes.set(offset + lexeme.length, offset)
      isScalarNext = lexeme === CST.SCALAR
      tokens.push(...parser.next(lexeme))
      if (takesRoom) offset += lexeme.length
      if (parser.stack.length > MAX_STACK || this.#faults.length >= MAX_FAULTS) {
        isTooDeep = offset
        break
      }
    }
    tokens.push(...parser.end())
    return { tokens, isTooDeep }
  }

  #refuseFeature(lexeme: string, offset: number): void {
    const range = [offset, offset + lexeme.length] as const
    if (lexeme.startsWith('&') || lexeme.startsWith('*')) {
      const hint = lexeme.startsWith('*')
        ? 'Put text that begins with `*` in quotes; to share settings, use `extends`.'
        : 'Put text that begins with `&` in quotes; to share settings, use `extends`.'
      this.fault(
        range,
        `\`${lexeme.slice(0, 60)}\` is an ${lexeme.startsWith('*') ? 'alias' : 'anchor'}, which environment files do not have.`,
        hint,
      )
    } else if (lexeme.startsWith('!')) {
      this.fault(
        range,
        `\`${lexeme.slice(0, 60)}\` is a tag, which environment files do not have.`,
        'To make a value text, put it in quotes.',
      )
    } else if (lexeme.startsWith('%')) {
      this.fault(range, 'Environment files have no YAML directives.', 'Remove the line; the file is YAML 1.2.')
    } else if (lexeme === '---' && offset > 0 && this.#hasContentBefore(offset)) {
      this.fault(
        range,
        'A second document begins here; an environment file is one document.',
        'Remove the `---`, or make it a file of its own.',
      )
    }
  }

  #secondDocument(range: readonly [number, number]): void {
    this.fault(
      range,
      'A second document begins here; an environment file is one document.',
      'Make it a file of its own.',
    )
  }

  #hasContentBefore(offset: number): boolean {
    return /^(?!\s*(?:#|$)|\ufeff?\s*$)/m.test(this.text.slice(0, offset))
  }

  #yamlError(error: YAMLError): void {
    if (this.#faults.length >= MAX_FAULTS) return
    const quote = this.#openQuotes.get(error.pos[0])
    if (error.code === 'MISSING_CHAR' && quote !== undefined) {
      this.fault([quote, quote + 1], `A quote is opened here and not closed.`, null)
      return
    }
    const words = error.code === 'NON_STRING_KEY' ? 'A key must be text' : error.message
    const message = words.endsWith('.') ? words : `${words}.`
    this.fault(error.pos, message, HINTS[error.code] ?? null)
  }

  #read(
    node: Node | null,
    pointer: string,
    keyRange: readonly [number, number],
    nodes: Map<string, YamlNode>,
    depth: number,
  ): Json {
    const range = node?.range ? ([node.range[0], Math.max(node.range[1], node.range[0])] as const) : keyRange
    const isEmpty = range[0] === range[1] && !(isScalar(node) && node.type !== 'PLAIN')
    const own = { range: isEmpty ? keyRange : range, keyRange }
    this.#values += 1
    if (this.#values === MAX_VALUES) this.fault(own.range, `The file holds more than ${MAX_VALUES} values.`, null)
    if (this.#values >= MAX_VALUES || depth > MAX_DEPTH) return null
    if (isScalar(node)) {
      nodes.set(pointer, { ...own, source: typeof node.source === 'string' ? node.source : String(node.value ?? '') })
      return this.#scalar(node.value, own.range, pointer)
    }
    nodes.set(pointer, { ...own, source: null })
    if (isSeq<Node>(node))
      return node.items.map((item, index) =>
        this.#read(
          item,
          pointerTo(pointer, index),
          item.range ? [item.range[0], item.range[1]] : own.range,
          nodes,
          depth + 1,
        ),
      )
    return isMap<Node, Node | null>(node) ? this.#map(node.items, pointer, nodes, depth) : null
  }

  #map(items: readonly Pair<Node, Node | null>[], pointer: string, nodes: Map<string, YamlNode>, depth: number): Json {
    // Without a prototype, `__proto__` and `constructor` are keys like any other.
    const object: Record<string, Json> = Object.create(null)
    for (const { key, value } of items) {
      const name = isScalar(key) ? String(key.value ?? '') : ''
      const keyRange: readonly [number, number] = key.range ? [key.range[0], key.range[1]] : [0, 1]
      const below = pointerTo(pointer, name)
      if (Object.hasOwn(object, name)) {
        const line = positionIn(this.text, this.lineStarts, nodes.get(below)?.keyRange ?? [0, 1]).line
        if (this.#faults.length < MAX_FAULTS)
          this.fault(
            keyRange,
            `The key \`${name}\` is there twice; the first is on line ${line}.`,
            'Keep one of them.',
            RULE,
            below,
          )
        continue
      }
      object[name] = this.#read(value, below, keyRange, nodes, depth + 1)
    }
    return object
  }

  #scalar(value: unknown, range: readonly [number, number], pointer: string): Json {
    if (typeof value === 'string') {
      // An escape such as "\0" or "\uD800" can make what the text itself may not hold.
      if (value.includes('\0') || !value.isWellFormed())
        this.fault(range, 'The text holds a character that no value may hold.', null, RULE, pointer)
      return value
    }
    if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
    return null
  }
}
