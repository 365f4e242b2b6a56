// A small Python index in memory: requirements as Python writes them, the universe that a source would make of them (an extra is a package of
// its own), and, apart from that and by definition alone, whether a set of versions meets everything.

import type { Candidate, Facts, Listing, Need, PackageId, Target, Universe } from '../../../../src/solver/universe.ts'
import { type Rule, someCombination } from './combinations.ts'
import { isPreRelease, PEP440, remembered } from './schemes.ts'

export interface Release {
  /** `idna`, `h2>=3,<5`, `httpx[http2]>=0.27`; of the release itself under '', of an extra under its name. */
  readonly requires?: Readonly<Record<string, readonly string[]>>
  readonly isYanked?: boolean
  /** Extras that cannot be had together with those of other projects: `torch[cuda]`. */
  readonly conflicts?: Readonly<Record<string, readonly string[]>>
}

/** Name → version → release. */
export type Index = Readonly<Record<string, Readonly<Record<string, Release>>>>

interface Requirement {
  readonly name: string
  readonly extras: readonly string[]
  readonly specifier: string
}

export class PythonUniverse implements Universe {
  readonly #index: Index

  constructor(index: Index) {
    this.#index = index
  }

  list(id: PackageId): Listing | null {
    const { name, extra } = partsOf(id)
    const releases = this.#index[name]
    if (releases === undefined) return null
    const versions = Object.keys(releases).sort((a, b) => PEP440.compare(a, b))
    return {
      versions: versions.map(
        (version): Candidate => ({
          version,
          ...(releases[version]?.isYanked === true ? { withheld: { reason: 'is yanked', unlessLocked: true } } : {}),
          ...(isPreRelease(version) ? { isLastResort: true } : {}),
        }),
      ),
      select: (range) => PEP440.select(range, versions),
      facts: (version) => this.facts(id, version),
      ...(extra === '' ? {} : { follows: `pypi:${name}` }),
    }
  }

  facts(id: PackageId, version: string): Facts {
    const { name, extra } = partsOf(id)
    const { requires, conflicts } = this.#index[name]?.[version] ?? {}
    const own = (requires?.[extra] ?? []).flatMap(needsOf)
    const base: Need = { anyOf: [{ id: `pypi:${name}`, range: `==${version}` }] }
    return {
      needs: extra === '' ? own : [base, ...own],
      excludes: (conflicts?.[extra] ?? []).map((other): Target => ({ id: `pypi:${other}`, range: '' })),
    }
  }
}

/** A requirement with extras needs the project and each of them, in the same versions. */
export function needsOf(text: string): readonly Need[] {
  const { name, extras, specifier } = requirementOf(text)
  return ['', ...extras].map((extra): Need => ({ anyOf: [{ id: idOf(name, extra), range: specifier }], text }))
}

/** What is wrong with these versions; empty when nothing is. */
export function unmet(
  index: Index,
  installed: ReadonlyMap<string, string>,
  asked: readonly string[],
): readonly string[] {
  const faults: string[] = []
  // Which extras are on follows from what is asked: each is turned on by a requirement, and brings requirements of its own.
  const on = new Set<string>()
  const read = (text: string) => {
    const { name, extras, specifier } = requirementOf(text)
    const version = installed.get(name)
    if (version === undefined || !isIn(version, specifier)) faults.push(`${text} is not met`)
    for (const extra of ['', ...extras]) {
      const part = extra === '' ? name : `${name}[${extra}]`
      if (on.has(part)) continue
      on.add(part)
      for (const other of index[name]?.[version ?? '']?.requires?.[extra] ?? []) read(other)
    }
  }
  for (const text of asked) read(text)
  for (const part of on) {
    const { name, extra } = partsOf(`pypi:${part}`)
    const release = index[name]?.[installed.get(name) ?? '']
    if (release?.isYanked === true) faults.push(`${part} is yanked`)
    for (const other of release?.conflicts?.[extra] ?? [])
      if (other !== part && on.has(other)) faults.push(`${part} conflicts with ${other}`)
  }
  return faults
}

/** By trying all sets of versions. */
export function isSatisfiable(index: Index, asked: readonly string[]): boolean {
  const names = Object.keys(index)
  const versions = names.map((name) => Object.keys(index[name] ?? {}))
  const everything: Rule = {
    about: names.map((_, place) => place),
    holds: (combination) => {
      const installed = new Map(names.map((name, place) => [name, versions[place]?.[(combination[place] ?? 0) - 1]]))
      const chosen = [...installed].flatMap(([name, version]): [string, string][] =>
        version === undefined ? [] : [[name, version]],
      )
      return unmet(index, new Map(chosen), asked).length === 0
    },
  }
  return someCombination(
    versions.map((list) => list.length),
    [everything],
  )
}

function readRequirement(text: string): Requirement {
  const [, name = '', , extras = '', specifier = ''] = /^([a-z0-9]+)(\[([a-z0-9,]+)\])?(.*)$/.exec(text) ?? []
  return { name, extras: extras === '' ? [] : extras.split(','), specifier }
}

// Brute force asks the same a million times.
const requirementOf = remembered(readRequirement)
const isIn = remembered((version: string, specifier: string) => [...PEP440.select(specifier, [version])].length > 0)

function idOf(name: string, extra: string): PackageId {
  return extra === '' ? `pypi:${name}` : `pypi:${name}[${extra}]`
}

function partsOf(id: PackageId): { readonly name: string; readonly extra: string } {
  const [, name = '', , extra = ''] = /^pypi:([^[]*)(\[(.*)\])?$/.exec(id) ?? []
  return { name, extra }
}
