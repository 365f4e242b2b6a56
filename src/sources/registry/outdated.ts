// Which native packages of an environment have newer versions, and what holds each one back: the chain that the solver finds.

import semverGt from 'semver/functions/gt.js'
import type { Requirement } from '../../core/environment.ts'
import type { LockedId } from '../../core/lock.ts'
import { type WhyNot, whyNotNewer, whyNotText } from '../../solver/why-not.ts'
import { moveText, type Outdated } from '../outdated.ts'
import type { LockContext } from '../source.ts'
import { Clients, choose } from './lock.ts'
import type { RegistrySourceOptions } from './open.ts'
import { nativeId } from './universe.ts'

/** @throws ToolError what locking throws */
export async function outdatedNative(
  asked: readonly { readonly requirement: Requirement; readonly locked: LockedId; readonly version: string }[],
  context: LockContext,
  options: RegistrySourceOptions,
): Promise<readonly Outdated[]> {
  const requirements = asked.map((item) => item.requirement)
  const clients = new Clients(context, options)
  const rows: Outdated[] = []
  for (const { requirement, locked, version } of asked) {
    const id = nativeId(requirement.prefix, requirement.name)
    const { problem, solution, universe } = await choose(requirements, clients, { ...context, update: new Set([id]) })
    const allowed = solution.packages.find((item) => item.id === id)?.version ?? version
    const answer = await whyNotNewer({ problem, solution, id }, universe, context.signal)
    const moves = semverGt(allowed, version) ? [moveText(id, allowed)] : []
    const held = reasonsOf(answer)
    rows.push({
      requirement: requirement.text,
      package: locked,
      current: version,
      allowed,
      latest: answer.newest,
      why: moves.length + held.length === 0 ? null : [...held, ...moves].join('\n'),
    })
  }
  return rows
}

function reasonsOf(answer: WhyNot): readonly string[] {
  return answer.kind === 'newest' ? [] : whyNotText(answer)
}
