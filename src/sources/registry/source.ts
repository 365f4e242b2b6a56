// The source of native packages: versions and dependencies come from registries, the files from git.

import satisfies from 'semver/functions/satisfies.js'
import { compareCodePoints } from '../../core/json.ts'
import type { LockedId } from '../../core/lock.ts'
import { placeNative } from '../native.ts'
import { invalidLock } from '../node-package.ts'
import type { Placement, Source } from '../source.ts'
import type { RegistrySourceOptions } from './open.ts'

export function createRegistrySource(options: RegistrySourceOptions): Source {
  return {
    name: 'registry',
    // The solver is loaded only when a lock has to be made.
    lock: async (groups, context) => (await import('./lock.ts')).lockRegistries(groups, context, options),
    outdated: async (asked, context) => {
      const { outdatedNative } = await import('./outdated.ts')
      const rows = asked.map(({ requirement, locked }) => ({ requirement, locked: locked.id, version: locked.version }))
      return outdatedNative(rows, context, options)
    },
    plan(context) {
      const placed = new Map<LockedId, Placement>()
      const items = [...context.packages.values()].filter((item) => item.source === 'registry')
      for (const item of items.sort((a, b) => compareCodePoints(a.id, b.id))) {
        const [artifact] = item.artifacts
        if (artifact === undefined) throw invalidLock(item.id, 'it has no artifact')
        placed.set(item.id, placeNative(item, artifact, context))
      }
      return placed
    },
    isSatisfied: (requirement, version) => requirement.constraint === '' || satisfies(version, requirement.constraint),
    open(artifact) {
      throw new Error(`${artifact.kind} is not an artifact of registries: their packages lie in git`)
    },
  }
}
