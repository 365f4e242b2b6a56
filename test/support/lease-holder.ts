// A process of its own that takes a lease, says so, and holds it until it is told to stop or killed, for the tests of leases.
// Arguments: the directory, the name, the mode, how long to wait.

import { isToolError } from '../../src/core/errors.ts'
import { acquireLease, type LeaseMode } from '../../src/host/lease.ts'
import { NodeHost } from '../../src/host/node-host.ts'

const [directory = '', name = '', mode = '', timeoutMs = ''] = process.argv.slice(2)
try {
  const lease = await acquireLease(new NodeHost(), directory, {
    name,
    mode: mode as LeaseMode,
    what: name,
    timeoutMs: Number(timeoutMs),
  })
  process.stdout.write('held\n')
  process.stdin.once('data', () => {
    lease.release()
    process.stdout.write('released\n')
    process.exit()
  })
} catch (error) {
  process.stdout.write(isToolError(error) ? `${error.code}\n` : `${error}\n`)
  process.exit(1)
}
