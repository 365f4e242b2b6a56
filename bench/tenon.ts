// Tenon's side: workspaces, stores and locks, made through the program that users start.

import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { appPackages, type Packages } from './app.ts'
import { type Command, type Lab, PROJECT, type Variables } from './lab.ts'

/** The name of the environment in every workspace here. */
export const ENVIRONMENT = 'app'

/** Of the project's directory; and of `bench`, what runs wrote. */
const NOT_SOURCE = ['.git', '.tenon', 'dist', 'node_modules', 'store']
const RESULTS = join(PROJECT, 'bench/results')

export interface Workspace {
  readonly root: string
  readonly store: string
}

/** A program start in a workspace. */
export function tenon(
  lab: Lab,
  workspace: Workspace,
  args: readonly string[],
  variables: Variables = lab.quiet,
): Command {
  return {
    argv: [tenonProgram(lab), ...args],
    cwd: workspace.root,
    variables: { ...variables, TENON_STORE: workspace.store },
  }
}

/** `tenon store …` on a store that belongs to no workspace. */
export function storeVerb(lab: Lab, store: string, args: readonly string[]): Command {
  return tenon(lab, { root: lab.root, store }, ['store', ...args])
}

/** Adds directories in one process, not measured, and gives their store paths. */
export function addDirectories(lab: Lab, store: string, directories: readonly string[]): readonly string[] {
  return JSON.parse(lab.run(partsProgram(lab, 'add-directories', [store, ...directories])))
}

/** The program that users start, built from the source as it is now: later changes and builds of the project do not disturb the run. */
export function tenonProgram(lab: Lab): string {
  return lab.once('tenon', () => {
    const directory = lab.fresh('program')
    for (const part of readdirSync(PROJECT).filter((name) => !NOT_SOURCE.includes(name) && !name.startsWith('dist-'))) {
      cpSync(join(PROJECT, part), join(directory, part), { recursive: true, filter: (path) => path !== RESULTS })
    }
    symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'))
    lab.run({ argv: ['npm', 'run', 'build', '--silent'], cwd: directory, variables: lab.quiet })
    return join(directory, 'bin/tenon')
  })
}

/**
 * A program of bench/programs, which uses parts of Tenon directly; bundled like Tenon itself, so that it starts as fast, and put beside it, so that
 * it finds the worker threads.
 */
export function partsProgram(lab: Lab, name: string, args: readonly string[]): Command {
  const directory = lab.once('bench programs', () => {
    const source = dirname(dirname(tenonProgram(lab)))
    const programs = join(source, 'bench/programs')
    const inputs = readdirSync(programs).map((file) => join(programs, file))
    const dist = join(source, 'dist')
    const rolldown = [join(PROJECT, 'node_modules/.bin/rolldown'), ...inputs] as const
    const options = ['--dir', dist, '--format', 'cjs', '--platform', 'node', '--minify']
    const names = ['--entryFileNames', '[name].cjs', '--chunkFileNames', 'bench-[name]-[hash].cjs']
    lab.run({ argv: [...rolldown, ...options, ...names], cwd: source, variables: lab.quiet })
    return dist
  })
  return { argv: [lab.node, join(directory, `${name}.cjs`), ...args], cwd: lab.root, variables: lab.quiet }
}

export type Links = Readonly<Record<string, string>>

/** `node_modules` in the workspace, as the peers make it. */
const AS_PEERS: Links = { node_modules: 'lib/node_modules' }

/** The text of an environment file. */
export function environmentText(packages: Packages, links: Links): string {
  return [
    'tenon: 1',
    `systems: [${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux]`,
    'packages:',
    ...Object.entries(packages).map(([name, version]) => `  - npm:${name}@${version}`),
    `links: ${JSON.stringify(links)}`,
    '',
  ].join('\n')
}

/** A fresh workspace with an environment file and its lock (made once per run for the same packages), and nothing realised. */
export function makeWorkspace(
  lab: Lab,
  name: string,
  options: { store: string; packages?: Packages; links?: Links },
): Workspace {
  const workspace: Workspace = { root: lab.fresh(`tenon/${name}`), store: options.store }
  lab.fresh(`tenon/${name}/environments`)
  setEnvironment(lab, workspace, options.packages ?? appPackages(), options.links)
  return workspace
}

/** Writes the environment file and its lock. */
export function setEnvironment(lab: Lab, workspace: Workspace, packages: Packages, links: Links = AS_PEERS): void {
  const text = environmentText(packages, links)
  writeFileSync(join(workspace.root, 'environments', `${ENVIRONMENT}.yaml`), text)
  copyFileSync(lockFor(lab, text), join(workspace.root, 'environments', `${ENVIRONMENT}.lock.json`))
}

/** What a shell sources, as a prompt hook reaches it. */
export function activationFile(workspace: Workspace): string {
  return join(workspace.root, '.tenon/profiles', ENVIRONMENT, 'current/etc/tenon/activate.bash')
}

/** `tenon switch`, not measured. */
export function realise(lab: Lab, workspace: Workspace, variables: Variables = lab.quiet): void {
  lab.run(tenon(lab, workspace, ['switch', ENVIRONMENT], variables))
  assertSwitched(workspace, appPackages(), join('.tenon/profiles', ENVIRONMENT, 'current/lib/node_modules'))
}

/** A measured switch that quietly did nothing would be the fastest of all. */
export function assertSwitched(
  workspace: Workspace,
  packages: Packages = appPackages(),
  modules = 'node_modules',
): void {
  for (const name of Object.keys(packages)) {
    if (!existsSync(join(workspace.root, modules, name, 'package.json')))
      throw new Error(`\`${name}\` is missing in ${workspace.root}`)
  }
}

/** The packages of the app and one more: an environment that shares every package object with the app, but not its tree. */
export function otherPackages(): Packages {
  return { ...appPackages(), 'left-pad': '1.3.0' }
}

/** A store that holds the other environment, and so all packages of the app, all artifacts, but nothing composed of the app. */
export function otherStore(lab: Lab): string {
  return lab.once('other store', () => {
    const store = lab.fresh('tenon/other-store')
    realise(lab, makeWorkspace(lab, 'other', { store, packages: otherPackages() }), lab.online)
    return store
  })
}

/** A workspace whose environment was switched to: nothing is left to do. */
export function warmWorkspace(lab: Lab): Workspace {
  return lab.once('warm workspace', () => {
    const workspace = makeWorkspace(lab, 'warm', { store: copyStore(lab, otherStore(lab), 'tenon/warm-store') })
    realise(lab, workspace)
    return workspace
  })
}

/** A copy of a store: objects (never written again) as hard links, everything else copied. Profiles belong to the original. */
export function copyStore(lab: Lab, store: string, name: string): string {
  const copy = lab.fresh(name)
  const script =
    'cp -al "$1/objects" "$2" && for part in info realisations cache; do [ ! -e "$1/$part" ] || cp -a "$1/$part" "$2"; done'
  lab.run({ argv: ['sh', '-ec', script, 'sh', store, copy], cwd: lab.root, variables: lab.quiet })
  return copy
}

function lockFor(lab: Lab, text: string): string {
  return lab.once(`tenon lock ${text}`, () => {
    const name = `tenon/lock-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
    const environments = lab.fresh(`${name}/environments`)
    const workspace: Workspace = {
      root: dirname(environments),
      store: lab.once('tenon lock store', () => lab.fresh('tenon/lock-store')),
    }
    writeFileSync(join(environments, `${ENVIRONMENT}.yaml`), text)
    lab.run(tenon(lab, workspace, ['lock', ENVIRONMENT], lab.online))
    return join(environments, `${ENVIRONMENT}.lock.json`)
  })
}
