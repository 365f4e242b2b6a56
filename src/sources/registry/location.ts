// Where the packages of a registry lie: what a record says of a repository, seen from the place of the registry.

import { posix } from 'node:path'
import { resolveBeside } from '../../core/git-address.ts'
import type { PackageLocation } from '../../core/registry.ts'
import { parseRegistryPlace, type RegistryPlace } from '../../core/registry-place.ts'
import { isOfThisMachine, type PackageBase } from '../native-lock.ts'

export interface Located extends PackageBase {
  /** Why the package cannot be used; ends the sentence "core:x 1.0.0 …". */
  readonly refusal: string | null
}

/** `registry` is the place of the registry, as the environment names it. A registry of another machine never leads to this one. */
export function locate({ git, directory }: PackageLocation, registry: string): Located {
  const place = parseRegistryPlace(registry)
  if (typeof place === 'string') throw new Error(`${registry} ${place}`)
  const url = /^[a-z][a-z0-9+]*:\/\//.test(git) ? git : resolveIn(place, git)
  const isFar = place.kind === 'web' || (place.kind === 'git' && !isOfThisMachine(place.address.url))
  const refusal =
    isFar && isOfThisMachine(url)
      ? `lies in \`${git}\`, a repository of this machine, which \`${registry}\` cannot name`
      : null
  // Nobody serves single files of what lies in git.
  return { url, directory, files: place.kind === 'git' ? null : registry, refusal }
}

/** An address, or a path relative to the workspace. */
function resolveIn(place: RegistryPlace, git: string): string {
  if (place.kind === 'git') return resolveBeside(place.address.url, place.address.fragment, git)
  return place.kind === 'web' ? new URL(git, place.url).href : posix.join(place.path, git)
}
