// Compares two installations as programs see them: walks both graphs at once, resolving each declared dependency as Node does, by
// the real path of the dependent. Knows nothing of how either was made.

import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface GraphDifference {
  /** From the application to the dependent, as name@version. */
  readonly way: readonly string[]
  readonly dependency: string
  readonly left: string | null
  readonly right: string | null
}

export interface GraphComparison {
  /** name@version of everything that either application reaches. */
  readonly left: ReadonlySet<string>
  readonly right: ReadonlySet<string>
  readonly edges: number
  readonly differences: readonly GraphDifference[]
}

interface Pair {
  readonly left: string
  readonly right: string
  readonly way: readonly string[]
}

/** Two directories that hold one application's package.json and node_modules each. */
export function compareInstallations(left: string, right: string): GraphComparison {
  const seen = new Set<string>()
  const names = { left: new Set<string>(), right: new Set<string>() }
  const differences: GraphDifference[] = []
  let edges = 0
  const queue: Pair[] = [{ left: realpathSync(left), right: realpathSync(right), way: [] }]
  for (let pair = queue.pop(); pair !== undefined; pair = queue.pop()) {
    const manifest = readManifest(pair.left)
    for (const dependency of dependenciesOf(manifest, pair.way.length === 0)) {
      const l = resolvePackage(pair.left, dependency)
      const r = resolvePackage(pair.right, dependency)
      const found = { left: l === null ? null : titleOf(l), right: r === null ? null : titleOf(r) }
      if (found.left !== null) names.left.add(found.left)
      if (found.right !== null) names.right.add(found.right)
      edges++
      if (found.left !== found.right) differences.push({ way: pair.way, dependency, ...found })
      if (l === null || r === null || seen.has(`${l}\0${r}`)) continue
      seen.add(`${l}\0${r}`)
      queue.push({ left: l, right: r, way: [...pair.way, titleOf(l)] })
    }
  }
  return { ...names, edges, differences }
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies?: object
  readonly devDependencies?: object
  readonly optionalDependencies?: object
  readonly peerDependencies?: object
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
}

function titleOf(directory: string): string {
  const { name, version } = readManifest(directory)
  return `${name}@${version}`
}

function dependenciesOf(manifest: Manifest, isApplication: boolean): readonly string[] {
  const { dependencies = {}, devDependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest
  const own = isApplication ? devDependencies : {}
  return Object.keys({ ...dependencies, ...own, ...optionalDependencies, ...peerDependencies })
}

function resolvePackage(from: string, name: string): string | null {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name)
    if (!directory.endsWith('/node_modules') && existsSync(join(candidate, 'package.json')))
      return realpathSync(candidate)
    if (dirname(directory) === directory) return null
  }
}
