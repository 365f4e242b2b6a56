// The application of about 550 packages that most cases install, as a project of npm, pnpm and bun. Their locks are made once per
// run, each by its own tool, before anything is measured.

import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, type Lab, PROJECT, type Variables } from './lab.ts'
import { bun, pnpm } from './peers.ts'

/** Name → exact version, as in a `package.json`. */
export type Packages = Readonly<Record<string, string>>

export interface Installer {
  readonly name: 'npm' | 'pnpm' | 'bun'
  readonly lockFile: string
  lock(lab: Lab, cache: string): Command['argv']
  /** From the lock alone, scripts off. */
  install(lab: Lab, cache: string): Command['argv']
}

const NPM_FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund']

export const NPM: Installer = {
  name: 'npm',
  lockFile: 'package-lock.json',
  lock: (_lab, cache) => ['npm', 'install', '--package-lock-only', ...NPM_FLAGS, '--cache', cache],
  install: (_lab, cache) => ['npm', 'ci', '--prefer-offline', ...NPM_FLAGS, '--cache', cache],
}

export const PNPM: Installer = {
  name: 'pnpm',
  lockFile: 'pnpm-lock.yaml',
  lock: (lab, cache) => [pnpm(lab), 'install', '--lockfile-only', ...pnpmFlags(cache)],
  install: (lab, cache) => [pnpm(lab), 'install', '--frozen-lockfile', ...pnpmFlags(cache)],
}

export const BUN: Installer = {
  name: 'bun',
  lockFile: 'bun.lock',
  lock: (lab, cache) => [bun(lab), 'install', '--lockfile-only', '--ignore-scripts', '--cache-dir', cache],
  install: (lab, cache) => [bun(lab), 'install', '--frozen-lockfile', '--ignore-scripts', '--cache-dir', cache],
}

/** The packages of bench/fixtures/app. */
export function appPackages(): Packages {
  const manifest = JSON.parse(readFileSync(join(PROJECT, 'bench/fixtures/app/package.json'), 'utf8'))
  return { ...manifest.dependencies, ...manifest.devDependencies }
}

/** A fresh directory with a package.json, and nothing installed. */
export function makeProject(lab: Lab, name: string, packages: Packages): string {
  const directory = lab.fresh(name)
  const manifest = { name: 'tenon-bench-app', version: '1.0.0', private: true, type: 'module', dependencies: packages }
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return directory
}

/** A fresh directory with the app's package.json and lock, and nothing installed. */
export function makeLockedApp(lab: Lab, installer: Installer, name: string): string {
  const locked = lab.once(`${installer.name} lock`, () => {
    const directory = makeProject(lab, `${installer.name}/lock`, appPackages())
    lab.run({
      argv: installer.lock(lab, lab.fresh(`${installer.name}/lock-cache`)),
      cwd: directory,
      variables: lab.online,
    })
    return directory
  })
  const directory = lab.fresh(`${installer.name}/${name}`)
  for (const file of ['package.json', installer.lockFile]) copyFileSync(join(locked, file), join(directory, file))
  return directory
}

/** A cache that holds everything the app needs, and a project which was installed from it. */
export function warmCache(lab: Lab, installer: Installer): { readonly cache: string; readonly project: string } {
  return lab.once(`${installer.name} warm`, () => {
    const project = makeLockedApp(lab, installer, 'warm')
    const cache = lab.fresh(`${installer.name}/warm-cache`)
    install(lab, installer, { project, cache, variables: lab.online })
    return { cache, project }
  })
}

/** Not measured. */
export function install(
  lab: Lab,
  installer: Installer,
  at: { project: string; cache: string; variables: Variables },
): void {
  lab.run({ argv: installer.install(lab, at.cache), cwd: at.project, variables: at.variables })
  assertInstalled(at.project)
}

/** A measured install that quietly did nothing would be the fastest of all. */
export function assertInstalled(project: string): void {
  for (const name of Object.keys(appPackages())) {
    if (!existsSync(join(project, 'node_modules', name, 'package.json')))
      throw new Error(`\`${name}\` is missing in ${project}`)
  }
}

function pnpmFlags(cache: string): string[] {
  return ['--ignore-scripts', `--store-dir=${join(cache, 'store')}`, `--config.cache-dir=${join(cache, 'cache')}`]
}
