// Temporary stores for the tests of the store and of what stands on it.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { toStoreName } from '../../src/core/store-path.ts'
import type { Host } from '../../src/host/host.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { type OpenOptions, Store } from '../../src/store/store.ts'
import { removeTree } from '../../src/store/tree.ts'

export { directory, file, link } from './trees.ts'

/** A directory that is removed, sealed or not, when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tenon-test-'))
  onTestFinished(() => void removeTree(new NodeHost(), directory))
  return directory
}

/** Opens a store, by default a new one, that is closed when the test is over. */
export async function openStore(options: { root?: string; host?: Host } & Partial<OpenOptions> = {}): Promise<Store> {
  const { root = `${temporaryDirectory()}/store`, host = new NodeHost(), ...rest } = options
  const store = await Store.open(root, host, { mode: 'shared', ...rest })
  onTestFinished(() => store.close())
  return store
}

export function name(text: string): ReturnType<typeof toStoreName> {
  return toStoreName(text)
}
