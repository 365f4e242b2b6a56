// Bundles src/ into dist/: what users start. Code is split so that the most frequent verbs load one small file; the libraries for
// locking stay in node_modules and are loaded when a lock is made.

import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rolldown } from 'rolldown'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
/** Loaded lazily and too dynamic, or too large, to be worth bundling. */
const EXTERNAL = [
  '@npmcli/arborist',
  '@npmcli/config',
  '@npmcli/agent',
  'pacote',
  'npm-registry-fetch',
  'isomorphic-git',
  'fast-glob',
  'ora',
]

/** Changes with any line of the sources or any version of a dependency. */
const program = digestOf([...listFiles('src'), 'package-lock.json'])

rmSync('dist', { recursive: true, force: true })
mkdirSync('dist')
// Two bundles that share nothing: then what the quick verbs need is in the one file that starts, and not in common parts beside it.
for (const [name, input] of Object.entries({ main: 'src/main.ts', 'unpack-worker': 'src/build/unpack-worker.ts' })) {
  const bundle = await rolldown({
    input: { [name]: input },
    platform: 'node',
    external: (id) => EXTERNAL.some((item) => id === item || id.startsWith(`${item}/`)),
    transform: { define: { __TENON_VERSION__: JSON.stringify(version), __TENON_PROGRAM__: JSON.stringify(program) } },
  })
  await bundle.write({
    dir: 'dist',
    format: 'cjs',
    minify: true,
    sourcemap: false,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    comments: { legal: false },
  })
  await bundle.close()
}

const { createProgram } = await import('../src/cli/cli.ts')
const commands = createProgram(() => {
  throw new Error('help opens no session')
})
writeFileSync('dist/version.txt', `${version}\n`)
// What the front prints for `tenon --help` without starting Node.
let help = ''
commands.configureOutput({
  writeOut: (text) => {
    help += text
  },
})
commands.outputHelp()
writeFileSync('dist/help.txt', help)
chmodSync('bin/tenon', 0o755)

function digestOf(paths: readonly string[]): string {
  const digest = createHash('sha256')
  for (const path of paths.toSorted()) digest.update(path).update(readFileSync(path))
  return digest.digest('hex')
}

function listFiles(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`)
}
