// A small Debian archive in memory: paragraphs as Debian writes them, the universe that a source would make of them, and, apart from that and by
// the words of Debian's policy alone, whether a set of versions may be installed.

import type { Facts, Listing, Need, PackageId, Target, Universe } from '../../../../src/solver/universe.ts'
import { type Rule, someCombination } from './combinations.ts'
import { DEBIAN, remembered } from './schemes.ts'

/** The fields of one version of one package. */
export interface Paragraph {
  readonly depends?: string
  readonly conflicts?: string
  readonly breaks?: string
  /** `awk, awk (= 1.3)` */
  readonly provides?: string
}

/** Name → version → fields. */
export type Archive = Readonly<Record<string, Readonly<Record<string, Paragraph>>>>

/** `awk` or `awk (>= 1.3)`. */
interface Relation {
  readonly name: string
  readonly range: string
}

export class DebianUniverse implements Universe {
  readonly #archive: Archive

  constructor(archive: Archive) {
    this.#archive = archive
  }

  list(id: PackageId): Listing | null {
    const paragraphs = this.#archive[nameOf(id)]
    if (paragraphs === undefined) return null
    const versions = Object.keys(paragraphs).sort((a, b) => DEBIAN.compare(a, b))
    return {
      versions: versions.map((version) => ({ version })),
      select: (range) => {
        const [, provided] = /^providing (.*)$/.exec(range) ?? []
        if (provided === undefined) return DEBIAN.select(range, versions)
        return versions.filter((version) => provides(paragraphs[version] ?? {}, relationOf(provided)))
      },
      facts: (version) => this.facts(id, version),
    }
  }

  facts(id: PackageId, version: string): Facts {
    const { depends, conflicts, breaks } = this.#archive[nameOf(id)]?.[version] ?? {}
    return {
      needs: listOf(depends).map((clause) => this.need(clause)),
      excludes: [...listOf(conflicts), ...listOf(breaks)]
        .flatMap((clause) => this.#targets(relationOf(clause)))
        .filter((target) => target.id !== id),
    }
  }

  /** `a | b (>= 1)` as what would meet it: the real packages of these names, and the versions that provide them. */
  need(clause: string): Need {
    return { text: clause, anyOf: clause.split(' | ').flatMap((text) => this.#targets(relationOf(text))) }
  }

  #targets(relation: Relation): readonly Target[] {
    const { name, range } = relation
    const real: Target = { id: `deb:${name}`, range }
    const providers = Object.entries(this.#archive)
      .filter(([, versions]) => Object.values(versions).some((paragraph) => provides(paragraph, relation)))
      .map(([other]): Target => ({ id: `deb:${other}`, range: `providing ${name} ${range}`.trim() }))
    return name in this.#archive || providers.length === 0 ? [real, ...providers] : providers
  }
}

/** What is wrong with these versions; empty when nothing is. */
export function brokenRelations(
  archive: Archive,
  installed: ReadonlyMap<string, string>,
  asked: readonly string[],
): readonly string[] {
  const broken = asked.filter((clause) => !isMet(archive, installed, clause))
  for (const [name, version] of installed) {
    const { depends, conflicts, breaks } = archive[name]?.[version] ?? {}
    for (const clause of listOf(depends))
      if (!isMet(archive, installed, clause)) broken.push(`${name} ${version} depends on ${clause}`)
    for (const clause of [...listOf(conflicts), ...listOf(breaks)])
      if (satisfiersOf(archive, installed, relationOf(clause)).some((other) => other !== name))
        broken.push(`${name} ${version} conflicts with ${clause}`)
  }
  return broken
}

/** By trying all sets of versions. */
export function isInstallable(archive: Archive, asked: readonly string[]): boolean {
  const names = Object.keys(archive)
  const versions = names.map((name) => Object.keys(archive[name] ?? {}))
  const installedBy = (combination: readonly number[]) =>
    new Map(
      names.flatMap((name, place): [string, string][] => {
        const version = versions[place]?.[(combination[place] ?? 0) - 1]
        return version === undefined ? [] : [[name, version]]
      }),
    )
  const everything: Rule = {
    about: names.map((_, place) => place),
    holds: (combination) => brokenRelations(archive, installedBy(combination), asked).length === 0,
  }
  return someCombination(
    versions.map((list) => list.length),
    [everything],
  )
}

function isMet(archive: Archive, installed: ReadonlyMap<string, string>, clause: string): boolean {
  return clause.split(' | ').some((text) => satisfiersOf(archive, installed, relationOf(text)).length > 0)
}

/** The installed packages that are, or provide, what a relation names. */
function satisfiersOf(archive: Archive, installed: ReadonlyMap<string, string>, relation: Relation): readonly string[] {
  return [...installed].flatMap(([name, version]) => {
    const isReal = name === relation.name && inRange(version, relation.range)
    return isReal || provides(archive[name]?.[version] ?? {}, relation) ? [name] : []
  })
}

/** A name that is provided without a version meets only what asks for none. */
function provides(paragraph: Paragraph, { name, range }: Relation): boolean {
  return listOf(paragraph.provides).some((text) => {
    const provided = relationOf(text)
    if (provided.name !== name) return false
    const [, version] = /^\(= (.*)\)$/.exec(provided.range) ?? []
    return range === '' || (version !== undefined && inRange(version, range))
  })
}

// Brute force asks the same a million times.
const inRange = remembered((version: string, range: string) => [...DEBIAN.select(range, [version])].length > 0)
const clausesOf = remembered((field: string) => (field === '' ? [] : field.split(', ')))
const relationOf = remembered((text: string): Relation => {
  const [name = '', ...range] = text.split(' ')
  return { name, range: range.join(' ') }
})

function listOf(field: string | undefined): readonly string[] {
  return clausesOf(field ?? '')
}

function nameOf(id: PackageId): string {
  return id.slice('deb:'.length)
}
