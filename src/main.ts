// The program: builds a host, answers the most frequent verbs from a small part of the code, loads the rest for everything else.

import { answerQuickly } from './cli/quick.ts'
import { NodeHost } from './host/node-host.ts'

// Set by the front for us alone: programs that we start must not inherit it. What the user set stays.
if (process.env['NODE_COMPILE_CACHE']?.endsWith('/tenon/compile') === true) delete process.env['NODE_COMPILE_CACHE']

void main()

async function main(): Promise<void> {
  if (typeof process.getBuiltinModule !== 'function' || isOlder(process.versions.node, 22, 13)) {
    process.stderr.write(
      `error E_CONFIG: Tenon needs Node 22.13 or newer; this is ${process.version}.\nhint: install a newer Node, or use npx\n`,
    )
    process.exitCode = 78
    return
  }
  const umask = process.umask()
  const host = new NodeHost()
  const rest = await answerQuickly(process.argv.slice(2), host, umask)
  if (rest === 'run') return
  // Taking the engine down in good order takes longer than it took to answer.
  if (rest === 'answered') process.exit()
  const { cli } = await import('./cli/cli.ts')
  await cli(rest, host, umask)
}

function isOlder(version: string, major: number, minor: number): boolean {
  const [x = 0, y = 0] = version.split('.').map(Number)
  return x < major || (x === major && y < minor)
}
