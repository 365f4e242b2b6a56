// Which npm packages of an environment have newer versions: what the registry has now, against what is locked and what the requirement
// allows. Peers and other packages of the graph are not looked at.

import maxSatisfying from 'semver/ranges/max-satisfying.js'
import validRange from 'semver/ranges/valid.js'
import type { Requirement } from '../../core/environment.ts'
import { isJsonObject } from '../../core/json.ts'
import type { LockedPackage } from '../../core/lock.ts'
import { explainHold, type Outdated } from '../outdated.ts'
import type { Flat } from './config.ts'
import { asToolError } from './errors.ts'

/** What is known of the versions of a package. */
interface Versions {
  readonly all: readonly string[]
  readonly tags: ReadonlyMap<string, string>
}

/** @throws ToolError E_PACKAGE_NOT_FOUND, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID, E_AUTH */
export async function outdatedNpm(
  flat: Flat,
  asked: readonly { readonly requirement: Requirement; readonly locked: LockedPackage }[],
  signal: AbortSignal,
): Promise<readonly Outdated[]> {
  return await Promise.all(
    asked.map(async ({ requirement, locked }): Promise<Outdated> => {
      const versions = await versionsOf(flat, locked.name, requirement, signal)
      const range = rangeOf(requirement)
      const current = locked.version
      const allowed = allowedBy(range, versions) ?? current
      const latest = versions.tags.get('latest') ?? allowed
      return {
        requirement: requirement.text,
        package: locked.id,
        current,
        allowed,
        latest,
        why: explainHold({ current, allowed, latest, range, update: `${requirement.prefix}:${requirement.name}` }),
      }
    }),
  )
}

/** Of the package itself: `npm:alias@npm:name@^1` asks for `^1`. */
function rangeOf({ constraint }: Requirement): string {
  const alias = /^npm:(?:@[^/]+\/)?[^@]+(?:@(.*))?$/.exec(constraint)
  return alias === null ? constraint : (alias[1] ?? '')
}

function allowedBy(range: string, { all, tags }: Versions): string | null {
  if (range === '') return tags.get('latest') ?? null
  if (validRange(range) === null) return tags.get(range) ?? null
  return maxSatisfying([...all], range)
}

async function versionsOf(flat: Flat, name: string, requirement: Requirement, signal: AbortSignal): Promise<Versions> {
  const { default: pacote } = await import('pacote')
  let packument: unknown
  try {
    packument = await pacote.packument(name, { ...flat, signal, preferOnline: true })
  } catch (error) {
    throw asToolError(error, [requirement])
  }
  const versions = isJsonObject(packument) ? packument['versions'] : null
  const tags = isJsonObject(packument) ? packument['dist-tags'] : null
  const named = Object.entries(isJsonObject(tags) ? tags : {}).flatMap(([tag, version]): [string, string][] =>
    typeof version === 'string' ? [[tag, version]] : [],
  )
  return { all: Object.keys(isJsonObject(versions) ? versions : {}), tags: new Map(named) }
}
