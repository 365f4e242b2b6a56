// `tenon store repair`: makes damaged objects anew from what is whole, from the cache or from their source, puts them in place and keeps the
// damaged ones. Says of everything what was done, and whom it hurts where nothing could be done.

import { join } from 'node:path'
import { realise } from '../build/realise.ts'
import type { DerivationId } from '../core/derivation.ts'
import { asStoreError, isToolError } from '../core/errors.ts'
import { compareCodePoints } from '../core/json.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import { checkGenerations } from '../profile/check.ts'
import { workspaceState } from '../profile/workspace.ts'
import { ObjectRecords } from '../store/object-records.ts'
import { RepairShop } from '../store/repair.ts'
import { profileRoots } from '../store/roots.ts'
import { Store, type StoreObject } from '../store/store.ts'
import type { Defect, DefectKind } from '../store/verify.ts'
import type { Context } from './context.ts'
import { Definitions, type Recipe } from './definitions.ts'
import { whileNobodyElseRepairs } from './repairing.ts'
import { verifyOpened } from './verify.ts'
import { artifactCache } from './with-artifacts.ts'

export interface Repaired {
  readonly storePath: StorePath
  /** `record`: only its record was written anew; `copy`: from a whole tree that was there; `source`: made again. */
  readonly from: 'record' | 'copy' | 'source'
  /** Absolute path of what it replaced; null when there was nothing. */
  readonly damaged: string | null
}

export interface Unrepaired {
  readonly storePath: StorePath
  readonly reason: string
  /** Which generations need it. */
  readonly hurts: readonly {
    readonly workspace: string
    readonly environment: string
    readonly generations: readonly number[]
  }[]
}

export interface RepairResult {
  /** How many objects were checked. */
  readonly checked: number
  readonly repaired: readonly Repaired[]
  readonly unrepaired: readonly Unrepaired[]
  /** What is no object and was left as it is. */
  readonly others: readonly Defect[]
}

/** Kinds that are about the object itself. */
const OF_OBJECT: ReadonlySet<DefectKind> = new Set([
  'no-info',
  'not-sealed',
  'changed',
  'unrecorded-reference',
  'unreadable',
])

/**
 * Repairs what is damaged or missing of all objects, or of those given.
 * @throws ToolError E_STORE_BUSY, E_STORE_IO, E_CANCELLED; what was repaired until then stays so
 */
export async function repair(context: Context, only: readonly StorePath[] | null): Promise<RepairResult> {
  try {
    return await whileNobodyElseRepairs(context, () => new Repair(context, only).run())
  } catch (error) {
    throw asStoreError(error, `repair the store \`${context.storeRoot}\``)
  }
}

/** What was merely left behind does not count. */
export function isStillDamaged({ unrepaired, others }: RepairResult): boolean {
  return unrepaired.length > 0 || others.some(({ kind }) => kind !== 'leftover')
}

class Repair {
  readonly #context: Context
  readonly #only: readonly StorePath[] | null
  readonly #repaired: Repaired[] = []
  /** What is left to do, and why it could not be done so far. */
  readonly #targets = new Map<StorePath, string>()
  #definitions: Definitions | null = null

  constructor(context: Context, only: readonly StorePath[] | null) {
    this.#context = context
    this.#only = only
  }

  async run(): Promise<RepairResult> {
    const { checked, others } = await this.#withStore('shared', (store) => this.#findTargets(store))
    // What is repaired may be what something else is made of.
    for (let left = -1; this.#targets.size > 0 && this.#targets.size !== left; ) {
      left = this.#targets.size
      await this.#repairSome()
    }
    return await this.#withStore('shared', (store) => {
      new RepairShop(store).clear()
      const generations = this.#only === null ? [...checkGenerations(store)] : []
      const unrepaired = this.#describe(store)
      return { checked, repaired: this.#repaired, unrepaired, others: [...others, ...generations] }
    })
  }

  async #findTargets(store: Store): Promise<Pick<RepairResult, 'checked' | 'others'>> {
    const { report, signal, host } = this.#context
    const isThere = (path: StorePath) => host.stat(store.locate(path)) !== null
    const run = { report, signal, ...(this.#only === null ? {} : { only: this.#only.filter(isThere) }) }
    const { checked, defects } = await verifyOpened(store, run)
    for (const { storePath, kind, detail } of defects) {
      const path = parseStorePath(storePath)
      if (path !== null && OF_OBJECT.has(kind)) this.#targets.set(path, detail)
    }
    const records = ObjectRecords.fresh(host, store.layout)
    const roots = this.#only === null ? profileRoots(host, store.layout).map(({ object }) => object) : []
    const needed = (this.#only ?? store.list()).flatMap((path) => records.get(path)?.references ?? [])
    for (const path of [...(this.#only ?? []), ...roots, ...needed]) {
      if (!isThere(path)) this.#targets.set(path, 'it is missing')
    }
    return { checked, others: defects.filter(({ kind }) => kind === 'unknown-entry' || kind === 'leftover') }
  }

  /** One round: whatever can be made now is made, then all of it put in place at once. */
  async #repairSome(): Promise<void> {
    const made = await this.#withStore('shared', async (store) => {
      const shop = new RepairShop(store)
      const found: [StorePath, Repaired['from']][] = []
      for (const path of this.#targets.keys()) {
        const from = await this.#make(store, shop, path)
        if (from === 'record') this.#done({ storePath: path, from, damaged: null })
        else if (from !== null) found.push([path, from])
      }
      return found
    })
    if (made.length === 0) return
    await this.#withStore('exclusive', async (store) => {
      const shop = new RepairShop(store)
      for (const [path, from] of made) {
        const replaced = shop.replace(store, path)
        if (replaced === null) continue
        const damaged = replaced.damaged === null ? null : join(store.root, replaced.damaged)
        this.#done({ storePath: path, from, damaged })
      }
    })
  }

  #done(repaired: Repaired): void {
    this.#repaired.push(repaired)
    this.#targets.delete(repaired.storePath)
  }

  /** Null, with the reason noted, when it cannot be made now. */
  async #make(store: Store, shop: RepairShop, path: StorePath): Promise<Repaired['from'] | null> {
    const whole = shop.findWhole(path)
    try {
      if (whole !== null) {
        if (!whole.object.references.every((reference) => store.isValid(reference))) {
          this.#targets.set(path, 'what it refers to is damaged too')
          return null
        }
        if (whole.place === store.locate(path) && whole.isSealed) {
          if (isRight(store.query(path), whole.object))
            return this.#cannot(path, 'its name says nothing of a reference that it has')
          shop.record(whole.object)
          return 'record'
        }
        shop.copy(whole)
        return 'copy'
      }
      this.#definitions ??= new Definitions(this.#context, await this.#context.sources(), store)
      const recipes = this.#definitions.recipesFor(path)
      if (recipes.length === 0) return this.#cannot(path, 'nothing says how it was made: no lock, and no realisation')
      for (const recipe of recipes) if (await this.#makeBy(recipe, shop, path)) return 'source'
      return null
    } catch (error) {
      if (!isToolError(error) || error.code === 'E_CANCELLED') throw error
      return this.#cannot(path, error.message)
    }
  }

  #cannot(path: StorePath, reason: string): null {
    this.#targets.set(path, reason)
    return null
  }

  /** False, with the reason noted, when it is something else. */
  async #makeBy(recipe: Recipe, shop: RepairShop, path: StorePath): Promise<boolean> {
    const { host, report, signal } = this.#context
    const known = this.#definitions
    const derivations = new Map([[recipe.id, recipe.derivation] as const])
    const scratch = shop.open()
    for (const input of recipe.derivation.inputs) {
      const output = known?.output(input) ?? null
      const definition = known?.recipe(input)?.derivation
      if (output === null || definition === undefined || this.#targets.has(output) || !shop.show(output)) {
        return this.#cannot(path, `it is made of ${output ?? 'something'} that is damaged or unknown itself`) !== null
      }
      scratch.register({ derivation: input, output })
      derivations.set(input, definition)
    }
    shop.hide(path)
    const plan = { root: recipe.id, derivations: inputsFirst(recipe.id, derivations) }
    const artifacts = artifactCache(this.#context)
    const made = await realise(plan, {
      ...{ host, store: scratch, artifacts, sources: await this.#context.sources(), report, signal },
      workspace: recipe.workspace,
      earlier: null,
    })
    if (made === path) return true
    return this.#cannot(path, `made again it is ${made}`) !== null
  }

  #describe(store: Store): readonly Unrepaired[] {
    const { host } = this.#context
    if (this.#targets.size === 0) return []
    const records = ObjectRecords.fresh(host, store.layout)
    const hurts = new Map<StorePath, Map<string, number[]>>()
    for (const { place, object } of profileRoots(host, store.layout)) {
      const [, workspace, environment, number] = /^([^/]+)\/([^/]+)\/([0-9]+)$/.exec(place) ?? []
      if (number === undefined) continue
      for (const path of needsOf(records, object)) {
        if (!this.#targets.has(path)) continue
        const byEnvironment = hurts.get(path) ?? new Map<string, number[]>()
        const key = `${workspace}/${environment}`
        byEnvironment.set(key, [...(byEnvironment.get(key) ?? []), Number(number)])
        hurts.set(path, byEnvironment)
      }
    }
    return [...this.#targets].map(([storePath, reason]) => ({
      storePath,
      reason,
      hurts: [...(hurts.get(storePath) ?? [])]
        .sort(([a], [b]) => compareCodePoints(a, b))
        .map(([key, generations]) => {
          const [id = '', environment = ''] = key.split('/')
          const workspace = workspaceState(host, store.root, id).path
          return { workspace, environment, generations: generations.sort((a, b) => a - b) }
        }),
    }))
  }

  async #withStore<T>(mode: 'shared' | 'exclusive', use: (store: Store) => T | Promise<T>): Promise<T> {
    const { host, storeRoot, signal } = this.#context
    const store = await Store.open(storeRoot, host, { mode, signal })
    try {
      return await use(store)
    } finally {
      store.close()
    }
  }
}

/** Whether a record says all that can be told from the tree. */
function isRight(recorded: StoreObject | null, found: StoreObject): boolean {
  if (recorded === null || recorded.narSize !== found.narSize) return false
  return recorded.listing === null || recorded.listing === found.listing
}

/** As plans have it. */
function inputsFirst<T>(root: DerivationId, derivations: ReadonlyMap<DerivationId, T>): ReadonlyMap<DerivationId, T> {
  return new Map([...derivations].sort(([a], [b]) => Number(a === root) - Number(b === root)))
}

/** The root and everything that it needs, also what is missing. */
function needsOf(records: ObjectRecords, root: StorePath): ReadonlySet<StorePath> {
  const needs = new Set([root])
  // What is added while it is walked is walked too.
  for (const path of needs) for (const reference of records.get(path)?.references ?? []) needs.add(reference)
  return needs
}
