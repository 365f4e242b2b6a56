// The source of native packages: versions and dependencies come from registries, the files from git.

import satisfies from 'semver/functions/satisfies.js'
import { compareCodePoints } from '../../core/json.ts'
import type { LockedId } from '../../core/lock.ts'
import { planDirectory } from '../directory-package.ts'
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
        placed.set(item.id, planDirectory(item, { format: 'tree', strip: 0 }, context))
      }
      return placed
    },
    isSatisfied: (requirement, version) => requirement.constraint === '' || satisfies(version, requirement.constraint),
    open(artifact) {
      throw new Error(`${artifact.kind} is not an artifact of registries: their packages lie in git`)
    },
  }
}
