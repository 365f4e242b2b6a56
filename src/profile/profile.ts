// Generations of one environment of one workspace.
//
//   <profile>/7            -> ../../../objects/<hash>-environment     the GC root
//   <profile>/7.json       Generation
//   <profile>/current      -> 7
//   <profile>/next         the number that the next generation gets
//   <profile>/deleted      only after `tenon env delete`, until the next commit
//   <profile>/history      history.ts
//
// Every changing operation holds the profile's exclusive lease. Nothing here reads all generations but `list`.

import { dirname, join } from 'node:path'
import { ToolError } from '../core/errors.ts'
import { type Generation, parseGeneration } from '../core/generation.ts'
import { canonicalJson, type Json, printJson } from '../core/json.ts'
import type { StorePath } from '../core/store-path.ts'
import { replaceSymlink, writeFileAtomic } from '../host/durable.ts'
import { FileMemory } from '../host/file-memory.ts'
import type { Host } from '../host/host.ts'

export interface CommitOptions {
  readonly storePath: StorePath
  readonly narHash: Generation['narHash']
  readonly lock: Generation['lock']
  readonly links: Generation['links']
  readonly reason: string
}

const DELETED = 'deleted'
/** Of all profiles. A record never changes while its generation is there, but it may be damaged, and goes with it. */
const records = new FileMemory(parseRecord)

export class Profile {
  readonly directory: string
  readonly environment: string
  readonly #host: Host

  /** `directory` must exist; the caller holds the profile's lease for `commit`, `switchTo` and `forget`. */
  constructor(host: Host, directory: string, environment: string) {
    this.#host = host
    this.directory = directory
    this.environment = environment
  }

  /** Null when there is none yet. */
  currentNumber(): number | null {
    const target = this.#host.readLink(`${this.directory}/current`)
    return target !== null && /^[1-9][0-9]{0,14}$/.test(target) ? Number(target) : null
  }

  current(): Generation | null {
    const number = this.currentNumber()
    return number === null ? null : this.read(number)
  }

  /** @throws ToolError E_GENERATION_NOT_FOUND */
  get(number: number): Generation {
    const generation = this.read(number)
    if (generation !== null) return generation
    const known = this.numbers()
    throw new ToolError('E_GENERATION_NOT_FOUND', `Environment \`${this.environment}\` has no generation ${number}.`, {
      details: {
        environment: this.environment,
        generation: number,
        lowest: known[0] ?? null,
        highest: known.at(-1) ?? null,
      },
      hint: known.length === 0 ? `tenon switch ${this.environment}` : `tenon generations ${this.environment}`,
    })
  }

  /** Null when the generation, or a part of it, is missing. */
  read(number: number): Generation | null {
    const target = this.#host.readLink(`${this.directory}/${number}`)
    const generation = records.read(this.#host, `${this.directory}/${number}.json`)?.value ?? null
    return generation?.number === number && target?.endsWith(`/${generation.storePath}`) === true ? generation : null
  }

  /** Ascending. Linear in the number of generations; only those who look at all of them and error texts use it. */
  numbers(): readonly number[] {
    return this.#host
      .readDirectory(this.directory)
      .filter((entry) => entry.kind === 'symlink' && /^[1-9][0-9]{0,14}$/.test(entry.name))
      .map((entry) => Number(entry.name))
      .sort((a, b) => a - b)
  }

  /** Ascending, read record by record; for those who only look there is history.ts. */
  list(): readonly Generation[] {
    return this.numbers().flatMap((number) => this.read(number) ?? [])
  }

  /** The highest number ever used, 0 when none. */
  lastNumber(): number {
    const text = this.#host.readFile(join(this.directory, 'next'))?.toString('utf8') ?? ''
    const next = /^[1-9][0-9]{0,14}\n$/.test(text) ? Number(text) : 1
    // The counter is bumped before anything else; where it is missing (an old copy), the links themselves tell.
    return next > 1 ? next - 1 : (this.numbers().at(-1) ?? 0)
  }

  /**
   * Appends a generation and makes it current. When the current or the newest generation has the same tree and links already, that
   * one becomes current instead and nothing is appended. A crash before the commit point leaves at most an unused number or a
   * generation that is not current.
   */
  commit(options: CommitOptions): Generation {
    const mark = join(this.directory, DELETED)
    if (this.#host.stat(mark) !== null) this.#host.unlink(mark)
    const last = this.lastNumber()
    for (const known of [this.current(), last === 0 ? null : this.read(last)]) {
      const isSame =
        known?.storePath === options.storePath && canonicalJson(known.links) === canonicalJson(options.links)
      if (known !== null && isSame) return this.switchTo(known.number)
    }
    const number = last + 1
    const generation: Generation = {
      number,
      parent: this.currentNumber(),
      storePath: options.storePath,
      narHash: options.narHash,
      lock: options.lock,
      links: options.links,
      created: new Date(this.#host.now()).toISOString(),
      reason: options.reason,
    }
    const record = printJson(generation as unknown as Json)
    // What a power failure leaves of it does not count, and then the links tell, if they can: that of the last generation is there.
    const canLinksTell = last === 0 || this.#host.readLink(join(this.directory, String(last))) !== null
    const sync = canLinksTell ? false : 'content'
    writeFileAtomic(this.#host, join(this.directory, 'next'), `${number + 1}\n`, { sync })
    writeFileAtomic(this.#host, join(this.directory, `${number}.json`), record, { sync: 'content' })
    // This syncs the directory, and with it the names of both files.
    replaceSymlink(this.#host, `../../../objects/${options.storePath}`, join(this.directory, String(number)))
    return this.switchTo(number)
  }

  /** Makes an existing generation current. @throws ToolError E_GENERATION_NOT_FOUND */
  switchTo(number: number): Generation {
    const generation = this.get(number)
    this.makeCurrent(generation)
    return generation
  }

  /** The same for one that was read under this lease, as `current` was. */
  makeCurrent({ number }: Generation, current: number | null = this.currentNumber()): void {
    if (current === number) return
    // Commit point: this rename makes the generation current, at once for every link that goes through `current`.
    // The new link first stands among the profiles: each change to a directory of 20,000 names is another block for the disk.
    const temporary = dirname(this.directory)
    replaceSymlink(this.#host, String(number), `${this.directory}/current`, { temporary })
  }

  /** Says that the environment was deleted on purpose: the collector may forget all of it. */
  markDeleted(): void {
    writeFileAtomic(this.#host, join(this.directory, DELETED), '')
  }

  isMarkedDeleted(): boolean {
    return this.#host.stat(join(this.directory, DELETED)) !== null
  }

  /**
   * Drops generations, so that the collector may take what only they kept. One that was forgotten before, perhaps by a run that did
   * not finish, is passed over. The current one goes only if there is `leaveCurrent`, which is called first.
   * @throws ToolError E_GENERATION_CURRENT, E_GENERATION_NOT_FOUND for a number that never was one; nothing is forgotten then
   */
  forget(numbers: readonly number[], leaveCurrent: (() => void) | null = null): void {
    const current = this.currentNumber()
    const last = this.lastNumber()
    for (const number of numbers) {
      if (number < 1 || number > last) this.get(number)
      if (number === current && leaveCurrent === null) {
        throw new ToolError('E_GENERATION_CURRENT', `Generation ${number} of \`${this.environment}\` is current.`, {
          details: { environment: this.environment, generation: number },
          hint: `tenon rollback ${this.environment}`,
        })
      }
    }
    this.#keepLast(last)
    if (current !== null && numbers.includes(current)) {
      leaveCurrent?.()
      this.#host.unlink(join(this.directory, 'current'))
    }
    for (const number of numbers) {
      // Commit point: without its link the generation is gone; the record is junk after that.
      for (const name of [String(number), `${number}.json`]) {
        const path = join(this.directory, name)
        if (this.#host.stat(path) !== null) this.#host.unlink(path)
      }
    }
    this.#host.syncDirectory(this.directory)
  }

  /** Once links are gone, only this file knows that their numbers were used. It is there already, so a full disk is in nobody's way. */
  #keepLast(last: number): void {
    const path = join(this.directory, 'next')
    const text = `${last + 1}\n`
    if (this.#host.readFile(path)?.toString('utf8') !== text) {
      writeFileAtomic(this.#host, path, text, { sync: 'content' })
      return
    }
    const handle = this.#host.openRead(path)
    try {
      this.#host.syncFile(handle)
    } finally {
      this.#host.close(handle)
    }
  }
}

function parseRecord(record: Buffer): Generation | null {
  try {
    return parseGeneration(JSON.parse(record.toString('utf8')))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
