// `tenon store verify`: checks a store and the generations in it. Repairs nothing; that is repair.ts.

import type { Report } from '../core/event.ts'
import { compareCodePoints } from '../core/json.ts'
import type { Host } from '../host/host.ts'
import { checkGenerations } from '../profile/check.ts'
import { Store } from '../store/store.ts'
import { type Defect, type VerifyOptions, verifyStore } from '../store/verify.ts'

export interface VerifyResult {
  /** How many objects were checked. */
  readonly checked: number
  /** Sorted. */
  readonly defects: readonly Defect[]
}

export interface VerifyRun extends VerifyOptions {
  readonly report: Report
  readonly signal: AbortSignal
}

/** Of the store at `root`. @throws ToolError E_STORE_BUSY, E_STORE_IO, E_CANCELLED */
export async function verify(host: Host, root: string, run: VerifyRun): Promise<VerifyResult> {
  const store = await Store.open(root, host, { mode: 'read', signal: run.signal })
  try {
    return await verifyOpened(store, run)
  } finally {
    store.close()
  }
}

export async function verifyOpened(store: Store, run: VerifyRun): Promise<VerifyResult> {
  const defects: Defect[] = run.only === undefined ? [...checkGenerations(store)] : []
  let checked = 0
  for await (const item of verifyStore(store, run.signal, run)) {
    if ('defect' in item) defects.push(item.defect)
    else checked = item.checked
    run.report({ kind: 'progress', stage: 'verify', done: checked, total: item.total, bytes: 0 })
  }
  defects.sort((a, b) => compareCodePoints(a.storePath, b.storePath) || compareCodePoints(a.kind, b.kind))
  return { checked, defects }
}

/** Whether anything that is kept differs from what it should be; what merely was left behind does not count. */
export function isDamaged(result: VerifyResult): boolean {
  return result.defects.some((defect) => defect.kind !== 'leftover')
}
