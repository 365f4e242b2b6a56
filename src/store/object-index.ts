// An index of all info records of a store, which an earlier look at them left in the cache: opening a hundred thousand files takes seconds. A
// name is a hash over what its record says, so what was once true of it stays true; whether object and record are still there the graph knows.
// Those who delete believe no index.
//
//   cache/objects.index     a header, then one line per object, the size of its NAR and the numbers of the lines of its references:
//     <store path> <size> <line> …      lines count from 0
//     -                                 for an object of which that cannot be said

import { parseStorePath } from '../core/store-path.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import { ObjectGraph } from './graph.ts'
import type { Store } from './store.ts'

const HEADER = 'tenon-objects-1'
/** So many records are read in a few hundredths of a second. */
const WORTH_KEEPING = 500
/** Lines that are made into bytes at once. */
const PORTION = 2000
const [LINE_FEED, SPACE, ZERO, NINE] = [0x0a, 0x20, 0x30, 0x39]
/** In the place of an object's number: a line of an object that is not there, and one that is none. */
const ABSENT = -1
const DAMAGED = -2

/** The graph of a store, with what the index says learnt already. */
export function indexedGraph(store: Store): ObjectGraph {
  const graph = new ObjectGraph(store)
  const index = store.host.readFile(store.layout.objectIndex)
  if (index !== null && isWhole(index)) learnFrom(index, graph)
  return graph
}

/** Leaves an index for the next time, if enough of what the graph knows is new. */
export function keepIndex({ host, layout }: Store, graph: ObjectGraph): void {
  if (graph.recordsRead < WORTH_KEEPING) return
  ifPossible(() => {
    makeDirectories(host, layout.cache)
    writeFileAtomic(host, layout.objectIndex, printIndex(graph), { sync: false })
  })
}

function printIndex(graph: ObjectGraph): Buffer {
  const portions = [Buffer.from(`${HEADER}\n`)]
  for (let start = 0; start < graph.paths.length; start += PORTION) {
    const lines = graph.paths.slice(start, start + PORTION).map((path, index) => {
      const references = graph.knownReferences(start + index)
      return references === null ? '-\n' : `${[path, graph.size(start + index), ...references].join(' ')}\n`
    })
    portions.push(Buffer.from(lines.join(''), 'latin1'))
  }
  return Buffer.concat(portions)
}

/** One that was cut off, or is of another kind, is as good as none. */
function isWhole(index: Buffer): boolean {
  return index.toString('latin1', 0, HEADER.length + 1) === `${HEADER}\n` && index.at(-1) === LINE_FEED
}

/** A line that is damaged is passed over, and so is what refers to it. */
function learnFrom(index: Buffer, graph: ObjectGraph): void {
  const numbers: number[] = []
  for (const [start, end] of linesOf(index)) {
    const path = parseStorePath(index.toString('latin1', start, endOfWord(index, start, end)))
    numbers.push(path === null ? DAMAGED : (graph.number(path) ?? ABSENT))
  }
  let line = 0
  for (const [start, end] of linesOf(index)) {
    const number = numbers[line++] ?? DAMAGED
    if (number < 0 || !graph.hasRecord(number)) continue
    const [size = DAMAGED, ...lines] = wordsAsNumbers(index, endOfWord(index, start, end), end)
    const references = lines.map((reference) => numbers[reference] ?? DAMAGED)
    if (size >= 0 && !references.includes(DAMAGED)) graph.learn(number, size, references)
  }
}

/** Starts and ends, but for the header. */
function* linesOf(index: Buffer): Generator<readonly [start: number, end: number]> {
  for (let start = HEADER.length + 1; start < index.length; ) {
    const end = index.indexOf(LINE_FEED, start)
    yield [start, end]
    start = end + 1
  }
}

function endOfWord(index: Buffer, start: number, end: number): number {
  const space = index.indexOf(SPACE, start)
  return space === -1 || space > end ? end : space
}

/** Of ` 12 7`; DAMAGED for what is no number. */
function wordsAsNumbers(index: Buffer, start: number, end: number): readonly number[] {
  const numbers: number[] = []
  for (let at = start; at < end; ) {
    let value = index[at + 1] === SPACE || at + 1 === end ? DAMAGED : 0
    for (at++; at < end && index[at] !== SPACE; at++) {
      const byte = index[at] ?? 0
      value = byte >= ZERO && byte <= NINE && value >= 0 ? value * 10 + byte - ZERO : DAMAGED
    }
    numbers.push(Number.isSafeInteger(value) ? value : DAMAGED)
  }
  return numbers
}
