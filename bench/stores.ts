// Stores of many small objects, filled through Tenon's own code.

import { join } from 'node:path'
import type { Lab } from './lab.ts'
import { partsProgram, type Workspace } from './tenon.ts'

export const BIG_STORE = { objects: 100_000, dead: 1000 } as const

/** 100,000 objects, of which all but 1,000 are needed by a hundred generations of the environment `app`. */
export function bigStore(lab: Lab): Workspace {
  return lab.once('big store', () => filledStore(lab, 'big', BIG_STORE.objects - BIG_STORE.dead, BIG_STORE.dead))
}

/** `dead` objects of five files each, needed by nothing. */
export function deadStore(lab: Lab, dead: number): Workspace {
  return lab.once(`dead store ${dead}`, () => filledStore(lab, `dead-${dead}`, 0, dead))
}

function filledStore(lab: Lab, name: string, live: number, dead: number): Workspace {
  const root = lab.fresh(`stores/${name}`)
  lab.fresh(`stores/${name}/environments`)
  const store = join(root, 'own-store')
  lab.run(partsProgram(lab, 'fill-store', [store, root, String(live), String(dead)]))
  return { root, store }
}
