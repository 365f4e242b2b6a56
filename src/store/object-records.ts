// What the info records of a store say, read at most once, or taken from an index of them all that an earlier reading left in the cache:
// opening a hundred thousand files takes seconds. A name is a hash over what its record says, so what was once true of it stays true;
// whether object and record are still there is not asked here.
//
//   cache/objects.index     one line per object: its path, the size of its NAR, the numbers of the lines of its references

import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import type { StoreLayout } from './layout.ts'
import { parseInfo } from './records.ts'

export interface ObjectFacts {
  /** Bytes of the NAR. */
  readonly narSize: number
  readonly references: readonly StorePath[]
}

const HEADER = 'tenon-objects-1'
/** So many records are read in a few hundredths of a second. */
const WORTH_KEEPING = 500

export class ObjectRecords {
  readonly #host: Host
  readonly #layout: StoreLayout
  readonly #known: Map<StorePath, ObjectFacts | null>
  #read = 0

  private constructor(host: Host, layout: StoreLayout, known: Map<StorePath, ObjectFacts | null>) {
    this.#host = host
    this.#layout = layout
    this.#known = known
  }

  /** Believes no index: for those who delete. */
  static fresh(host: Host, layout: StoreLayout): ObjectRecords {
    return new ObjectRecords(host, layout, new Map())
  }

  static indexed(host: Host, layout: StoreLayout): ObjectRecords {
    return new ObjectRecords(host, layout, parseIndex(host.readFile(layout.objectIndex)))
  }

  /** Null for a record that is missing, damaged, or that of another object. */
  get(path: StorePath): ObjectFacts | null {
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const bytes = this.#host.readFile(this.#layout.infoOf(path))
    const object = bytes === null ? null : parseInfo(path, bytes)
    const facts = object === null ? null : { narSize: object.narSize, references: object.references }
    this.#known.set(path, facts)
    this.#read++
    return facts
  }

  /** Leaves an index for the next time, if enough of it is new. `paths` are the objects that are there. */
  keep(paths: Iterable<StorePath>): void {
    if (this.#read < WORTH_KEEPING) return
    ifPossible(() => {
      makeDirectories(this.#host, this.#layout.cache)
      writeFileAtomic(this.#host, this.#layout.objectIndex, this.#printIndex(paths), { sync: false })
    })
  }

  #printIndex(paths: Iterable<StorePath>): string {
    const numbers = new Map<StorePath, number>()
    for (const path of paths) if ((this.#known.get(path) ?? null) !== null) numbers.set(path, numbers.size)
    const lines = [HEADER]
    for (const path of numbers.keys()) {
      const { narSize, references } = this.#known.get(path) as ObjectFacts
      // One that refers to what is not there cannot be written; its line keeps its number.
      const lineNumbers = references.map((reference) => numbers.get(reference))
      lines.push(lineNumbers.includes(undefined) ? '-' : [path, narSize, ...lineNumbers].join(' '))
    }
    return `${lines.join('\n')}\n`
  }
}

/** Empty when there is none, or one that is not whole. Line by line: all lines at once would take ten times the memory. */
function parseIndex(bytes: Buffer | null): Map<StorePath, ObjectFacts | null> {
  const known = new Map<StorePath, ObjectFacts | null>()
  const text = bytes?.toString('latin1') ?? ''
  if (!text.startsWith(`${HEADER}\n`) || !text.endsWith('\n')) return known
  const paths: (StorePath | null)[] = []
  for (const line of linesOf(text)) {
    const end = line.indexOf(' ')
    paths.push(parseStorePath(end === -1 ? line : line.slice(0, end)))
  }
  let index = 0
  for (const line of linesOf(text)) {
    const path = paths[index++]
    if (path === null || path === undefined) continue
    const [narSize = Number.NaN, ...numbers] = line
      .slice(path.length + 1)
      .split(' ')
      .map(Number)
    const references = numbers.map((number) => paths[number])
    if (Number.isSafeInteger(narSize) && references.every((item) => item !== null && item !== undefined))
      known.set(path, { narSize, references })
  }
  return known
}

/** But for the header. */
function* linesOf(text: string): Generator<string> {
  for (let start = HEADER.length + 1; start < text.length; ) {
    const end = text.indexOf('\n', start)
    yield text.slice(start, end)
    start = end + 1
  }
}
