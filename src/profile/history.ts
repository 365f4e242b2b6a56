// What people are shown of all generations of a profile: opening a thousand records takes longer than the program takes to start, so a look leaves
// what it read in one file. A record is never changed while its generation is there, and a number never used again; so what the file says of a
// generation is true for as long as the names of its link and its record are there. Whoever needs more of a generation reads its record.
//
//   <profile>/history      JSON, a row of [number, parent, created, reason]; may be missing, old, or damaged

import type { Generation } from '../core/generation.ts'
import { ifPossible, writeFileAtomic } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import type { Profile } from './profile.ts'

export type HistoryEntry = Pick<Generation, 'number' | 'parent' | 'created' | 'reason'>

/** So many records are read in a few milliseconds. */
const WORTH_KEEPING = 64

/** Ascending. */
export function readHistory(host: Host, profile: Profile): readonly HistoryEntry[] {
  const names = new Set(host.readNames(profile.directory))
  const kept = readKept(host, profile)
  const entries: HistoryEntry[] = []
  let fresh = 0
  for (const name of names) {
    if (!/^[1-9][0-9]{0,14}$/.test(name) || !names.has(`${name}.json`)) continue
    const known = kept.get(Number(name))
    const entry = known ?? profile.read(Number(name))
    if (entry !== null) entries.push(entry)
    if (known === undefined) fresh++
  }
  entries.sort((a, b) => a.number - b.number)
  if (fresh >= WORTH_KEEPING) keep(host, profile, entries)
  return entries
}

function placeOf(profile: Profile): string {
  return `${profile.directory}/history`
}

function keep(host: Host, profile: Profile, entries: readonly HistoryEntry[]): void {
  const rows = entries.map(({ number, parent, created, reason }) => [number, parent, created, reason])
  ifPossible(() => writeFileAtomic(host, placeOf(profile), JSON.stringify(rows), { sync: false }))
}

/** Nothing of a file that was cut off. */
function readKept(host: Host, profile: Profile): ReadonlyMap<number, HistoryEntry> {
  const kept = new Map<number, HistoryEntry>()
  const bytes = host.readFile(placeOf(profile))
  if (bytes === null) return kept
  try {
    const rows: unknown = JSON.parse(bytes.toString('utf8'))
    for (const row of Array.isArray(rows) ? rows : []) {
      const entry = parseRow(row)
      if (entry !== null) kept.set(entry.number, entry)
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return kept
}

function parseRow(row: unknown): HistoryEntry | null {
  if (!Array.isArray(row)) return null
  const [number, parent, created, reason]: readonly unknown[] = row
  if (typeof number !== 'number' || typeof created !== 'string' || typeof reason !== 'string') return null
  return parent === null || typeof parent === 'number' ? { number, parent, created, reason } : null
}
