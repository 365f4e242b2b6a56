// Checks the generations that a store keeps, those of every workspace: links, records, and which one is current. Trees are checked by the
// store itself.

import { join } from 'node:path'
import { compareCodePoints } from '../core/json.ts'
import type { Host } from '../host/host.ts'
import type { Store } from '../store/store.ts'
import type { Defect } from '../store/verify.ts'
import { Profile } from './profile.ts'

/**
 * Every generation that cannot be used as it is. A generation that was forgotten, or was never finished, is none. Others may make, move between
 * and forget generations meanwhile; what only looks damaged because of that is not reported.
 */
export function* checkGenerations(store: Store): Generator<Defect> {
  const { host, layout } = store
  for (const workspace of directoriesIn(host, layout.profiles)) {
    for (const environment of directoriesIn(host, join(layout.profiles, workspace))) {
      const place = `profiles/${workspace}/${environment}`
      yield* checkProfile(store, new Profile(host, join(store.root, place), environment), place)
    }
  }
}

function* checkProfile(store: Store, profile: Profile, place: string): Generator<Defect> {
  const found = (name: string, detail: string): Defect => ({
    storePath: `${place}/${name}`,
    kind: 'generation',
    detail,
  })
  for (const number of profile.numbers()) {
    const generation = profile.read(number)
    if (generation === null) {
      // Forgotten since it was listed, if its link is gone.
      if (hasLink(store.host, profile, number) && profile.read(number) === null)
        yield found(String(number), 'its link or its record is missing or damaged')
    } else if (!store.isValid(generation.storePath))
      yield found(String(number), `its tree ${generation.storePath} is not valid`)
  }
  if (isCurrentBroken(store.host, profile)) yield found('current', 'it leads to no generation')
}

function isCurrentBroken(host: Host, profile: Profile): boolean {
  if (host.stat(join(profile.directory, 'current')) === null) return false
  const current = profile.currentNumber()
  if (current !== null && hasLink(host, profile, current)) return false
  // What was current may have been left and forgotten in this moment; then something else is.
  return profile.currentNumber() === current || isCurrentBroken(host, profile)
}

function hasLink(host: Host, profile: Profile, number: number): boolean {
  return host.readLink(join(profile.directory, String(number))) !== null
}

function directoriesIn(host: Host, path: string): readonly string[] {
  if (host.stat(path) === null) return []
  const entries = host.readDirectory(path).filter((entry) => entry.kind === 'directory')
  return entries.map((entry) => entry.name).sort(compareCodePoints)
}
