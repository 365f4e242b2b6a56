// Where the packages of a registry lie: what a record says of a repository, seen from the place of the registry.

import { posix } from 'node:path'
import { isGitAddress, parseGitAddress, resolveBeside } from '../../core/git-address.ts'
import type { PackageLocation } from '../../core/registry.ts'
import { isOfThisMachine, type PackageBase } from '../native-lock.ts'

export interface Located extends PackageBase {
  /** Why the package cannot be used; ends the sentence "core:x 1.0.0 …". */
  readonly refusal: string | null
}

/** `place` is that of the registry, as the environment names it. A registry of another machine never leads to this one. */
export function locate({ git, directory }: PackageLocation, place: string): Located {
  const url = resolveLocation(git, place)
  const isFar = !isOfThisMachine(place.replace(/^git\+/, ''))
  const refusal =
    isFar && isOfThisMachine(url)
      ? `lies in \`${git}\`, a repository of this machine, which \`${place}\` cannot name`
      : null
  return { url, directory, files: filesOf(place), refusal }
}

/** Where files beside a registry are; null for one in git, of which nobody serves single files. */
function filesOf(place: string): string | null {
  return /^https?:\/\//.test(place) || !/^[a-z][a-z0-9+]*:|^git\+/.test(place) ? place : null
}

/** An address, or a path relative to the workspace. */
function resolveLocation(git: string, registry: string): string {
  if (/^[a-z][a-z0-9+]*:\/\//.test(git)) return git
  const address = isGitAddress(registry) ? parseGitAddress(registry) : null
  if (address !== null && typeof address !== 'string') return resolveBeside(address.url, address.fragment, git)
  if (/^https?:\/\//.test(registry)) return new URL(git, registry.endsWith('/') ? registry : `${registry}/`).href
  return posix.join(registry, git)
}
