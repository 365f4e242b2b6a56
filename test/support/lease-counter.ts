// A process of its own that increments a number in a file many times, each time under an exclusive lease, without any other
// protection, for the race tests. Arguments: the directory, the file, how many times.

import { readFileSync, writeFileSync } from 'node:fs'
import { withLease } from '../../src/host/lease.ts'
import { NodeHost } from '../../src/host/node-host.ts'

const [directory = '', path = '', times = ''] = process.argv.slice(2)
const host = new NodeHost()
for (let i = 0; i < Number(times); i++) {
  await withLease(
    host,
    directory,
    { name: 'counter', mode: 'exclusive', what: 'the counter', timeoutMs: 600_000 },
    async () => {
      const value = Number(readFileSync(path, 'utf8'))
      await host.sleep(0)
      writeFileSync(path, String(value + 1))
    },
  )
}
