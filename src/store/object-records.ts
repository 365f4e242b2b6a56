// What the info records of a store say, each read at most once; for those who look at some of them. Whether object and record are still there is
// not asked here. Those who look at all of a store use graph.ts.

import type { StorePath } from '../core/store-path.ts'
import type { Host } from '../host/host.ts'
import type { StoreLayout } from './layout.ts'
import { parseInfo } from './records.ts'

export interface ObjectFacts {
  /** Bytes of the NAR. */
  readonly narSize: number
  readonly references: readonly StorePath[]
}

export class ObjectRecords {
  readonly #host: Host
  readonly #layout: StoreLayout
  readonly #known = new Map<StorePath, ObjectFacts | null>()

  private constructor(host: Host, layout: StoreLayout) {
    this.#host = host
    this.#layout = layout
  }

  /** Believes the records alone. */
  static fresh(host: Host, layout: StoreLayout): ObjectRecords {
    return new ObjectRecords(host, layout)
  }

  /** Null for a record that is missing, damaged, or that of another object. */
  get(path: StorePath): ObjectFacts | null {
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const bytes = this.#host.readFile(this.#layout.infoOf(path))
    const object = bytes === null ? null : parseInfo(path, bytes)
    const facts = object === null ? null : { narSize: object.narSize, references: object.references }
    this.#known.set(path, facts)
    return facts
  }
}
