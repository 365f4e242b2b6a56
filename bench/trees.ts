// What is added to stores: directories of the lab, each made once per run. Content is the same in every run, but for the `node_modules`
// from npm, whose indirect packages are those of the day.

import { createCipheriv } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { appPackages, makeProject } from './app.ts'
import type { Lab } from './lab.ts'
import { madeUpModules, type PackageFile, prefixPackage, smallPackage } from './packages.ts'
import { bun } from './peers.ts'

/** With the application's packages it comes to about 34,000 files. */
const MORE_PACKAGES = {
  '@mui/material': '6.4.0',
  'core-js': '3.40.0',
  'highlight.js': '11.11.1',
  'monaco-editor': '0.52.2',
}

export interface Modules {
  readonly path: string
  readonly about: string
}

/** A real `node_modules` of about 34,000 files and 300 MB, or, without a network, one made up of files of the same sizes. */
export function nodeModules(lab: Lab): Modules {
  return lab.once('node_modules', () => {
    try {
      const project = makeProject(lab, 'trees/npm', { ...appPackages(), ...MORE_PACKAGES })
      const cache = lab.fresh('trees/bun-cache')
      const flags = ['--ignore-scripts', '--backend=copyfile', '--cache-dir', cache]
      lab.run({ argv: [bun(lab), 'install', ...flags], cwd: project, variables: lab.online })
      return describe(join(project, 'node_modules'), 'installed from npm')
    } catch {
      const path = lab.fresh('trees/made-up')
      writeFiles(path, madeUpModules())
      return describe(path, 'made up, because npm could not be reached')
    }
  })
}

/** The packages of that tree, each a directory: absolute paths. */
export function moduleDirectories(lab: Lab): readonly string[] {
  const { path } = nodeModules(lab)
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@') ? readdirSync(join(path, name)).map((inner) => join(path, name, inner)) : [join(path, name)],
    )
}

/** `count` directories of five files, named `package-N-1.0`. */
export function smallPackages(lab: Lab, count: number): { readonly path: string; readonly names: readonly string[] } {
  return lab.once(`small packages ${count}`, () => {
    const path = lab.fresh(`trees/small-${count}`)
    const names = Array.from({ length: count }, (_, number) => smallPackageName(number))
    for (const [number, name] of names.entries()) writeFiles(join(path, name), smallPackage(number))
    return { path, names }
  })
}

export function smallPackageName(number: number): string {
  return `package-${number}-1.0`
}

/** A prefix package in a directory `<name>-<version>` of the lab. */
export function prefixDirectory(lab: Lab, name: string, version: string, seed: number): string {
  return lab.once(`prefix ${name}-${version}`, () => {
    const path = join(lab.root, 'trees/prefix', `${name}-${version}`)
    writeFiles(path, prefixPackage(name, seed))
    return path
  })
}

/** One file that no compression would make smaller. */
export function bigFile(lab: Lab, megabytes: number): string {
  return lab.once(`big file ${megabytes}`, () => {
    const path = join(lab.fresh(`trees/big-${megabytes}`), 'model.bin')
    const stream = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16))
    const handle = openSync(path, 'wx')
    for (let written = 0; written < megabytes; written++) writeSync(handle, stream.update(Buffer.alloc(1_000_000)))
    closeSync(handle)
    return path
  })
}

function writeFiles(root: string, files: Iterable<PackageFile>): void {
  const made = new Set<string>()
  for (const { path, bytes, executable } of files) {
    const place = join(root, path)
    const directory = dirname(place)
    if (!made.has(directory)) {
      mkdirSync(directory, { recursive: true })
      made.add(directory)
    }
    writeFileSync(place, bytes, { mode: executable ? 0o755 : 0o644 })
  }
}

function describe(path: string, origin: string): Modules {
  let files = 0
  let bytes = 0
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    files++
    bytes += statSync(join(entry.parentPath, entry.name)).size
  }
  return { path, about: `node_modules of ${files} files, ${Math.round(bytes / 1e6)} MB, ${origin}` }
}
