// Universes in memory: packages written as plain data, in one or several ways of ordering and selecting versions. Answers can be made to
// arrive in any order, and every question is noted.

import compareSemver from 'semver/functions/compare.js'
import satisfies from 'semver/functions/satisfies.js'
import type { Place } from '../../../../src/core/fault.ts'
import type { Facts, Listing, Need, PackageId, Root, Universe, Withheld } from '../../../../src/solver/universe.ts'

/** A need as text: `bar ^1`, `bar`, or `bar ^1 | baz`. */
export interface VersionData {
  readonly needs?: readonly string[]
  readonly excludes?: readonly string[]
  readonly unusable?: string
  readonly withheld?: Withheld
  readonly isLastResort?: boolean
}

export type PackageData = Readonly<Record<string, VersionData>>

export interface MemoryOptions {
  /** How versions are ordered, and which of them a range selects; semver unless said otherwise. */
  readonly scheme?: Scheme
  /** The listing of a package tells what all of its versions need. */
  readonly tellsFacts?: boolean
  readonly follows?: Readonly<Record<PackageId, PackageId>>
  /** Waits before each answer, so that answers come in another order. */
  readonly delay?: (question: string) => Promise<void>
}

export interface Scheme {
  compare(a: string, b: string): number
  select(range: string, versions: readonly string[]): Iterable<string>
}

export const SEMVER: Scheme = {
  compare: compareSemver,
  select: (range, versions) => versions.filter((version) => satisfies(version, range === '' ? '*' : range)),
}

export class MemoryUniverse implements Universe {
  readonly questions: string[] = []
  readonly #packages: ReadonlyMap<PackageId, PackageData>
  readonly #options: MemoryOptions

  constructor(packages: Readonly<Record<PackageId, PackageData>>, options: MemoryOptions = {}) {
    this.#packages = new Map(Object.entries(packages))
    this.#options = options
  }

  async list(id: PackageId): Promise<Listing | null> {
    await this.#ask(`list ${id}`)
    return this.listing(id)
  }

  async facts(id: PackageId, version: string): Promise<Facts> {
    await this.#ask(`facts ${id} ${version}`)
    return this.factsOf(id, version)
  }

  listing(id: PackageId): Listing | null {
    const data = this.#packages.get(id)
    if (data === undefined) return null
    const { scheme = SEMVER, tellsFacts = false, follows = {} } = this.#options
    const versions = Object.keys(data).sort((a, b) => scheme.compare(a, b))
    const base = follows[id]
    return {
      versions: versions.map((version) => {
        const { withheld, isLastResort } = data[version] ?? {}
        return {
          version,
          ...(withheld === undefined ? {} : { withheld }),
          ...(isLastResort === undefined ? {} : { isLastResort }),
        }
      }),
      select: (range) => scheme.select(range, versions),
      ...(tellsFacts ? { facts: (version: string) => this.factsOf(id, version) } : {}),
      ...(base === undefined ? {} : { follows: base }),
    }
  }

  factsOf(id: PackageId, version: string): Facts {
    const data = this.#packages.get(id)?.[version]
    if (data === undefined) throw new Error(`there is no ${id} ${version}`)
    const { needs = [], excludes = [], unusable } = data
    return {
      needs: needs.map(need),
      excludes: excludes.map(target),
      ...(unusable === undefined ? {} : { unusable }),
    }
  }

  async #ask(question: string): Promise<void> {
    this.questions.push(question)
    await this.#options.delay?.(question)
  }
}

export function need(text: string): Need {
  return { anyOf: text.split(' | ').map(target) }
}

export function target(text: string) {
  const [id = '', ...range] = text.split(' ')
  return { id, range: range.join(' ') }
}

/** Requirements as the lines of one file, the first on line 4. */
export function roots(...texts: readonly string[]): readonly Root[] {
  return texts.map((text, index) => rootOf(need(text), text.replace(' ', '@'), index))
}

/** A need as a requirement of the environment, `at` lines below the first. */
export function rootOf({ anyOf }: Need, text: string, at: number): Root {
  return { anyOf, text, place: placeOf(at + 4, text) }
}

function placeOf(line: number, text: string): Place {
  return {
    path: 'environments/default.yaml',
    line,
    column: 5,
    length: text.length,
    excerpt: `  - ${text}`,
    excerptOffset: 4,
  }
}
