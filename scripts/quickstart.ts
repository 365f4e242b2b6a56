// `npm run quickstart`: switches to a real environment, runs its commands, changes it, shows the difference, rolls back. Whatever
// happens, environments/quickstart.yaml and its lock are in the end what they were.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const passed = process.argv.slice(2) // such as --offline
const files = ['quickstart.yaml', 'quickstart.lock.json'].map((name) => join(root, 'environments', name))
// Ctrl-C reaches the command that runs; this program lives on to put the files back.
process.on('SIGINT', () => {})

say(
  'An environment is a YAML file. This one asks for three tools from npm, a plug-in, and a package from this repository:',
)
show('cat', 'environments/quickstart.yaml')
say('One command locks it, fetches, builds, checks and makes it current:')
tenon('switch', 'quickstart', ...passed)
const before = files.map((path) => (existsSync(path) ? readFileSync(path) : null))
say('Its commands run from the environment, not from this machine:')
tenon('run', 'quickstart', '--', 'tsc', '--version')
tenon('run', 'quickstart', '--', 'prettier', '--version')
tenon('run', 'quickstart', '--', 'eslint', '--version')
tenon('run', 'quickstart', '--', 'hello')
try {
  say('Change it: prettier goes. That is a new generation; the old one stays.')
  tenon('remove', 'npm:prettier', '--env', 'quickstart', ...passed)
  tenon('diff', 'quickstart')
  say('Changed your mind? Going back is one rename, and needs no network:')
  tenon('rollback', 'quickstart', '--offline')
  tenon('run', 'quickstart', '--', 'prettier', '--version')
} finally {
  before.forEach((bytes, index) => {
    const path = files[index] as string
    if (bytes === null) rmSync(path, { force: true })
    else if (!existsSync(path) || !readFileSync(path).equals(bytes)) writeFileSync(path, bytes)
  })
}
say('The file says again what it said, so there is nothing left to do:')
tenon('switch', 'quickstart', ...passed)
tenon('generations', 'quickstart')
say('Now your own: `tenon init` in any directory. README.md says how it works.')

function tenon(...args: string[]): void {
  show(join(root, 'bin', 'tenon'), ...args)
}

function show(program: string, ...args: string[]): void {
  process.stdout.write(`\n$ ${[program.split('/').pop(), ...args].join(' ')}\n`)
  const started = performance.now()
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${program} ended with ${status}`)
  if (program.endsWith('tenon')) process.stdout.write(`  (${Math.round(performance.now() - started)} ms)\n`)
}

function say(text: string): void {
  process.stdout.write(`\n${text}\n`)
}
