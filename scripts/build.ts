// Bundles src/ into dist/: what users start. Code is split so that the most frequent verbs load one small file; the libraries for
// locking stay in node_modules and are loaded when a lock is made.

import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { resolve } from 'node:path'
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
]

/** Changes with any line of the sources or of this script, and any version of a dependency. */
const program = digestOf([...listFiles('src'), 'scripts/build.ts', 'package-lock.json'])
// Tests ask for a program that is that of the sources, whoever built it.
if (process.argv.includes('--if-stale') && readProgram() === program) process.exit(0)

// Built beside and put in place in the end: a build that fails, or another that runs at the same time, leaves a program that works.
const staging = mkdtempSync('dist-')
process.on('exit', () => rmSync(staging, { recursive: true, force: true }))
// Bundles that share nothing, so that the quick verbs are in the one file that starts: main hands over to `cli` or `switch-now` by
// name. Only a Host crosses from one to the other, and no class of one is looked for in the other.
interface Bundle {
  readonly name: string
  readonly entry: string
  /** Modules that are loaded together, with all that they import, when the first of them is. */
  readonly later?: readonly { readonly name: string; readonly modules: readonly string[] }[]
}
const BUILD_ANEW = {
  name: 'build-anew',
  modules: ['src/ops/read-environment.ts', 'src/ops/build-anew.ts', 'src/sources/index.ts'],
}
const BUNDLES: readonly Bundle[] = [
  { name: 'main', entry: 'src/main.ts' },
  { name: 'cli', entry: 'src/cli/cli.ts' },
  { name: 'switch-now', entry: 'src/cli/switch-now.ts', later: [BUILD_ANEW] },
  { name: 'unpack-worker', entry: 'src/build/unpack-worker.ts' },
  { name: 'tree-reader-worker', entry: 'src/store/tree-reader-worker.ts' },
  { name: 'add-worker', entry: 'src/store/add-worker.ts' },
  { name: 'object-worker', entry: 'src/store/object-worker.ts' },
]
for (const { name, entry, later = [] } of BUNDLES) {
  /**
   * Each module's file, for those that the entry loads in any case, and those that are always loaded together later. Otherwise what
   * parts share would become a file for each combination.
   */
  const files = new Map<string, string>()
  const bundle = await rolldown({
    input: { [name]: entry },
    platform: 'node',
    external: (id) => EXTERNAL.some((item) => id === item || id.startsWith(`${item}/`)),
    transform: { define: { __TENON_VERSION__: JSON.stringify(version), __TENON_PROGRAM__: JSON.stringify(program) } },
    plugins: [
      {
        name: 'loaded-together',
        buildEnd() {
          const visit = (id: string, file: string): void => {
            if (files.has(id)) return
            files.set(id, file)
            for (const imported of this.getModuleInfo(id)?.importedIds ?? []) visit(imported, file)
          }
          visit(resolve(entry), name)
          for (const part of later) for (const path of part.modules) visit(resolve(path), part.name)
        },
      },
      {
        name: 'hand-over',
        resolveId(id) {
          const target = /\/(cli|switch-now)\.ts$/.exec(id)?.[1]
          return name !== 'main' || target === undefined ? null : { id: `./${target}.cjs`, external: true }
        },
      },
    ],
  })
  await bundle.write({
    dir: staging,
    format: 'cjs',
    minify: true,
    sourcemap: false,
    dynamicImportInCjs: false,
    codeSplitting: {
      groups: [name, ...later.map((part) => part.name)].map((file) => ({
        name: file,
        test: (id) => files.get(id) === file,
      })),
    },
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
writeFileSync(`${staging}/version.txt`, `${version}\n`)
// By this the front knows whose records it reads.
writeFileSync(`${staging}/program.txt`, `${program}\n`)
// What the front prints for `tenon --help` without starting Node.
let help = ''
commands.configureOutput({
  writeOut: (text) => {
    help += text
  },
})
commands.outputHelp()
writeFileSync(`${staging}/help.txt`, help)
chmodSync('bin/tenon', 0o755)
chmodSync(staging, 0o755)
keepRecentParts()
if (existsSync('dist')) renameSync('dist', `${staging}-old`)
renameSync(staging, 'dist')
rmSync(`${staging}-old`, { recursive: true, force: true })

/** Programs that run load further parts, which have their hash in the name, from where they were. */
function keepRecentParts(): void {
  if (!existsSync('dist')) return
  const start = Date.now() - 600_000
  for (const name of readdirSync('dist')) {
    const isPart = /-[\w-]{8}\.cjs$/.test(name) && !existsSync(`${staging}/${name}`)
    const stat = isPart ? statSync(`dist/${name}`, { throwIfNoEntry: false }) : undefined
    if (stat === undefined || stat.mtimeMs < start) continue
    try {
      linkSync(`dist/${name}`, `${staging}/${name}`)
    } catch (error) {
      // Another build was done meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

function readProgram(): string {
  return existsSync('dist/program.txt') ? readFileSync('dist/program.txt', 'utf8').trim() : ''
}

function digestOf(paths: readonly string[]): string {
  const digest = createHash('sha256')
  for (const path of paths.toSorted()) digest.update(path).update(readFileSync(path))
  return digest.digest('hex')
}

function listFiles(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`)
}
