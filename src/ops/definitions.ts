// By which derivation an object of the store can be made again: from what realisations recorded, and from the locks of all workspaces that use
// the store.

import { join } from 'node:path'
import { plan } from '../build/plan.ts'
import { type Derivation, type DerivationId, parseDerivationId } from '../core/derivation.ts'
import { isToolError } from '../core/errors.ts'
import { parseLock } from '../core/lock.ts'
import { type StorePath, storePathName } from '../core/store-path.ts'
import { workspaceState } from '../profile/workspace.ts'
import type { Source } from '../sources/source.ts'
import { listNames } from '../store/layout.ts'
import { parseDefinition, parseRealisation } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Context } from './context.ts'
import { listEnvironments, lockPath } from './environments.ts'

export interface Recipe {
  readonly id: DerivationId
  readonly derivation: Derivation
  /** Absolute path of the workspace whose directories and `.npmrc` it may need. */
  readonly workspace: string
}

export class Definitions {
  readonly #recipes = new Map<DerivationId, Recipe>()
  readonly #outputs = new Map<DerivationId, StorePath>()

  /** Reads every realisation and lock, which takes its time: for those who have something to repair. */
  constructor(context: Context, sources: readonly Source[], store: Store) {
    const workspaces = workspacesOf(context, store)
    for (const workspace of workspaces) this.#readLocks(context, sources, workspace)
    this.#readRealisations(store, workspaces[0] ?? context.workspace.root)
  }

  /** Those that gave this object; without a realisation that says so, those that may have by their name. */
  recipesFor(path: StorePath): readonly Recipe[] {
    const known = [...this.#recipes.values()]
    const certain = known.filter(({ id }) => this.#outputs.get(id) === path)
    if (certain.length > 0) return certain
    return known.filter(({ id, derivation }) => !this.#outputs.has(id) && derivation.name === storePathName(path))
  }

  recipe(id: DerivationId): Recipe | null {
    return this.#recipes.get(id) ?? null
  }

  /** Valid or not. */
  output(id: DerivationId): StorePath | null {
    return this.#outputs.get(id) ?? null
  }

  #readLocks(context: Context, sources: readonly Source[], workspace: string): void {
    for (const environment of listEnvironments(context.host, { root: workspace })) {
      const text = context.host.readFile(lockPath({ root: workspace }, environment))?.toString('utf8')
      if (text === undefined) continue
      try {
        const lock = parseLock(text, `environments/${environment}.lock.json`)
        const planned = plan(lock, context.system, sources)
        for (const [id, derivation] of planned.derivations) this.#recipes.set(id, { id, derivation, workspace })
      } catch (error) {
        // Another may still know; a lock that cannot be read is for the verbs that need it to report.
        if (!isToolError(error)) throw error
      }
    }
  }

  #readRealisations({ host, layout }: Store, workspace: string): void {
    for (const name of listNames(host, layout.realisations)) {
      const id = parseDerivationId(name.replace(/\.json$/, ''))
      const record = id === null ? null : host.readFile(layout.realisation(id))
      const realisation = id === null || record === null ? null : parseRealisation(id, record)
      if (id === null || record === null || realisation === null) continue
      this.#outputs.set(id, realisation.output)
      if (this.#recipes.has(id)) continue
      const derivation = parseDefinition(id, record)
      if (derivation !== null) this.#recipes.set(id, { id, derivation, workspace })
    }
  }
}

/** Those that the store knows and that are there; first the one that asks. */
function workspacesOf({ host, workspace }: Context, { layout, root }: Store): readonly string[] {
  const known = listNames(host, layout.profiles).map((id) => workspaceState(host, root, id))
  const alive = known.filter(({ kind }) => kind === 'alive').map(({ path }) => path)
  return [...new Set([workspace.root, ...alive])].filter((path) => host.stat(join(path, 'environments')) !== null)
}
