// Memory that large streams and long calculations leave behind. Each piece that arrives from a socket has a buffer of its own, which to V8 is a few bytes of its heap: it
// lets some 70 MiB of them lie before it looks. Whoever passes on much has them freed in time, so that a file of any size takes the memory of a small
// one. And a heap in which much is made and dropped doubles before V8 looks; it can be told to look sooner.

/** How much may lie about. */
const MAX_LYING_BYTES = 4 * 1024 * 1024

type Collect = (options: { readonly type: 'minor'; readonly execution: 'sync' }) => void

let collect: Collect | null = null

/** Counts the bytes of buffers that are done with. */
export class SpentBuffers {
  #bytes = 0

  add(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes < MAX_LYING_BYTES) return
    this.#bytes = 0
    collect ??= collector()
    // Of the youngest generation alone, in which they are: that takes less than a millisecond.
    collect({ type: 'minor', execution: 'sync' })
  }
}

/** From now on the heap grows by a seventh, not to its double, before garbage is collected: for whoever is at work for seconds, with a large heap. */
export function collectEarly(): void {
  v8().setFlagsFromString('--heap-growing-percent=15')
}

/** Loaded when it is used: with it come Node's streams, which most verbs have no use for. */
function v8(): typeof import('node:v8') {
  return process.getBuiltinModule('node:v8')
}

/** V8's own, which a program has only if it asks for it; asked for late, it appears in new contexts. */
function collector(): Collect {
  v8().setFlagsFromString('--expose-gc')
  const found: unknown = process.getBuiltinModule('node:vm').runInNewContext('typeof gc === "function" ? gc : null')
  return typeof found === 'function' ? (options) => void Reflect.apply(found, undefined, [options]) : () => {}
}
