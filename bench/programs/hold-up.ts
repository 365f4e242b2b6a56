// Another user of a store: opens and closes it every few milliseconds, as any verb does, until the file STOP is there; then prints how long it
// had to wait at most, in milliseconds. Writes the file READY when it begins.
// usage: node hold-up.js STORE READY STOP

import { existsSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { NodeHost } from '../../src/host/node-host.ts'
import { Store } from '../../src/store/store.ts'

const PAUSE_MS = 10

async function main([root = '', ready = '', stop = '']: readonly string[]): Promise<void> {
  const host = new NodeHost()
  let longest = 0
  for (let first = true; !existsSync(stop); first = false) {
    const start = performance.now()
    const store = await Store.open(root, host, { mode: 'shared', timeoutMs: 300_000 })
    store.close()
    // The first time is spent on loading what opening a store needs.
    if (first) writeFileSync(ready, '')
    else longest = Math.max(longest, performance.now() - start)
    await setTimeout(PAUSE_MS)
  }
  writeFileSync(`${stop}.result`, String(longest))
}

void main(process.argv.slice(2))
