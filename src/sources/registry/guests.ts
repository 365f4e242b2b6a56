// Packages of other sources that take part in the solve of registries: directories of the workspace, of repositories and of archives, which are
// native packages if they have a package.yaml. Each has one version, whatever is chosen. What they hold is for their sources to say.

import type { Requirement } from '../../core/environment.ts'
import { isToolError, ToolError } from '../../core/errors.ts'
import type { LockedPackage } from '../../core/lock.ts'
import type { Facts, Listing, PackageId } from '../../solver/universe.ts'
import { isNative, readNative } from '../native-lock.ts'
import { IMPOSSIBLE, type Inspected, type LockContext, type RequirementGroup } from '../source.ts'

/** A repository may name a further one, and so on; one that makes them up never ends. */
const MAX_GUESTS = 1000

export class Guests {
  readonly #context: LockContext
  readonly #asked = new Map<PackageId, Requirement>()
  readonly #found = new Map<PackageId, Inspected>()

  constructor(context: LockContext) {
    this.#context = context
  }

  /** What the solver calls it; null for what is never a native package. */
  idOf(requirement: Requirement): PackageId | null {
    if (!this.#context.mayBeGuest(requirement)) return null
    const { text } = requirement
    if (!this.#asked.has(text) && this.#asked.size >= MAX_GUESTS) {
      throw new ToolError('E_UNSUPPORTED', `More than ${MAX_GUESTS} repositories and archives ask for one another.`, {
        details: { requirement: text },
        hint: 'Look at what the package brings; repositories may make up further ones without end.',
      })
    }
    if (!this.#asked.has(text)) this.#asked.set(text, requirement)
    return text
  }

  has(id: PackageId): boolean {
    return this.#asked.has(id)
  }

  /** `factsOf` says what the native package needs. @throws what locking the requirement throws, but for what makes it unusable */
  async list(id: PackageId, factsOf: (item: LockedPackage) => Facts): Promise<Listing> {
    const requirement = this.#asked.get(id)
    if (requirement === undefined) throw new Error(`${id} was not asked for`)
    const found = await this.#inspect(requirement)
    if (typeof found === 'string') return listingOf('as it is', { needs: [], unusable: found })
    this.#found.set(id, found)
    const { item } = found
    // Outside of what is caught: that there are too many guests is no fault of this one.
    return isNative(item) ? listingOf(readNative(item).version, factsOf(item)) : listingOf(item.version, { needs: [] })
  }

  /** What it comes to, or why it cannot be used. */
  async #inspect(requirement: Requirement): Promise<Inspected | string> {
    try {
      return await this.#context.inspect(requirement)
    } catch (error) {
      // Of what the environment itself asks for, the error says more than a chain could.
      const isAsked = this.#context.guests.includes(requirement)
      if (isAsked || !isToolError(error) || !IMPOSSIBLE.includes(error.code)) throw error
      return `cannot be used: ${error.message.replace(/\.$/, '')}`
    }
  }

  /** What a chosen one brings that no solve decides about; null when nothing, and for what is locked in any case. */
  groupOf(id: PackageId): RequirementGroup | null {
    const found = this.#found.get(id)
    const requirement = this.#asked.get(id)
    if (found === undefined || requirement === undefined) return null
    if (!isNative(found.item) && this.#context.guests.includes(requirement)) return null
    return found.brought
  }
}

function listingOf(version: string, facts: Facts): Listing {
  return { versions: [{ version }], select: () => [version], facts: () => facts }
}
