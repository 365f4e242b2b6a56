// Which npm packages of an environment have newer versions: what the registry has now, against what is locked and what the requirement
// allows. Peers and other packages of the graph are not looked at.

import maxSatisfying from 'semver/ranges/max-satisfying.js'
import validRange from 'semver/ranges/valid.js'
import type { Requirement } from '../../core/environment.ts'
import type { LockedPackage } from '../../core/lock.ts'
import { explainHold, type Outdated } from '../outdated.ts'
import { youngText } from '../release-rule.ts'
import { asToolError } from './errors.ts'
import { rangeOfSpec } from './manifest.ts'
import { type Offer, tagsOf, versionsIn, youngPick } from './offer.ts'
import type { Packuments } from './packuments.ts'

/** @throws ToolError E_PACKAGE_NOT_FOUND, E_SOURCE_UNAVAILABLE, E_SOURCE_INVALID, E_AUTH */
export async function outdatedNpm(
  packuments: Packuments,
  asked: readonly { readonly requirement: Requirement; readonly locked: LockedPackage }[],
): Promise<readonly Outdated[]> {
  return await Promise.all(
    asked.map(async ({ requirement, locked }): Promise<Outdated> => {
      const offer = await packuments.read(locked.name).catch((error: unknown) => {
        throw asToolError(error, [requirement])
      })
      const range = rangeOfSpec(requirement.constraint)
      const current = locked.version
      const young = youngPick(offer, range)
      const allowed = allowedBy(range, offer) ?? current
      const latest = offer.tags.get('latest') ?? allowed
      const isAllowed = range === '' || latest === allowed || latest === young?.version
      return {
        requirement: requirement.text,
        package: locked.id,
        current,
        allowed,
        latest,
        why: explainHold({
          current,
          allowed,
          range: isAllowed ? null : `\`${range}\` does not allow ${latest}`,
          young: young === null ? null : `${young.version} ${youngText(young)}`,
          update: `${requirement.prefix}:${requirement.name}`,
        }),
      }
    }),
  )
}

/** Of what is not passed over. */
function allowedBy(range: string, { packument }: Offer): string | null {
  const tags = tagsOf(packument)
  if (range === '') return tags.get('latest') ?? null
  if (validRange(range) === null) return tags.get(range) ?? null
  return maxSatisfying(Object.keys(versionsIn(packument)), range)
}
