// The program: builds a host, answers the most frequent verbs from a small part of the code, loads the rest for everything else.

import { NodeHost } from './host/node-host.ts'

// The front sets this for us alone; programs that we start must not inherit it.
delete process.env['NODE_COMPILE_CACHE']

// A reader such as `head` may go away: what it wanted it has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
  throw error
})

const umask = process.umask()
const host = new NodeHost()
const argv = process.argv.slice(2)
const { answerQuickly } = await import('./cli/quick.ts')
if (!(await answerQuickly(argv, host))) {
  const { cli } = await import('./cli/cli.ts')
  await cli(argv, host, umask)
}
