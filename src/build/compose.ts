// The symlink forest of an environment. Directories are merged; everything else is a relative symlink into another object; a
// directory that only one package gives is folded into one link. Reads the store's directories, writes nothing.

import type { Contribution, PackageManifest } from '../core/derivation.ts'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints, type Json, printJson } from '../core/json.ts'
import type { StorePath } from '../core/store-path.ts'
import { makeDirectory, putNode, type TreeDirectory } from '../core/tree.ts'
import type { Host } from '../host/host.ts'
import type { Store } from '../store/store.ts'
import { activationFiles } from './activation.ts'

/** Tenon's own files in a tree; no package may give anything below it. */
export const TENON_DIRECTORY = 'etc/tenon'
export const MANIFEST_PATH = `${TENON_DIRECTORY}/packages.json`

interface Claim {
  readonly owner: string
  readonly priority: number
  readonly storePath: StorePath
  /** Inside the object. */
  readonly path: string
  /** Whether it is a directory that may be merged with others; null until somebody has looked. */
  readonly merges: boolean | null
}

/** A place in the tree: who claims it as a whole, and what is claimed below it. */
interface Place {
  readonly claims: Claim[]
  readonly children: Map<string, Place>
}

export interface ComposeInput {
  readonly contributions: readonly Contribution[]
  readonly outputs: readonly StorePath[]
  readonly variables: { readonly [name: string]: string }
  readonly packages: PackageManifest
}

/** @throws ToolError E_COLLISION naming both packages and the path */
export function composeTree(input: ComposeInput, store: Store, host: Host): TreeDirectory {
  const root = newPlace()
  for (const contribution of input.contributions) {
    const storePath = input.outputs[contribution.input] as StorePath
    const { owner, priority } = contribution
    for (const [at, path] of Object.entries(contribution.links)) {
      placeAt(root, at).claims.push({ owner, priority, storePath, path, merges: false })
    }
    for (const [at, path] of Object.entries(contribution.merges)) {
      placeAt(root, at).claims.push({ owner, priority, storePath, path, merges: null })
    }
  }
  // Tenon's own directory is part of every tree, so `etc` is always a real directory.
  placeAt(root, TENON_DIRECTORY)
  const tree = makeDirectory()
  fillDirectory(root, tree, '', { store, host })
  const files = new Map(activationFiles(input.variables))
  files.set(MANIFEST_PATH, { text: printJson(input.packages as unknown as Json), executable: false })
  for (const [path, file] of files) {
    if (!putNode(tree, path, { kind: 'file', executable: file.executable, bytes: Buffer.from(file.text) })) {
      throw new ToolError('E_COLLISION', `A package gives \`${path}\`, which is Tenon's own.`, { details: { path } })
    }
  }
  return tree
}

interface ComposeContext {
  readonly store: Store
  readonly host: Host
}

function fillDirectory(place: Place, directory: TreeDirectory, at: string, context: ComposeContext): void {
  for (const name of [...place.children.keys()].sort(compareCodePoints)) {
    const child = place.children.get(name) as Place
    const path = at === '' ? name : `${at}/${name}`
    const winner = fold(child, path, context)
    if (winner !== null) {
      directory.entries.set(name, { kind: 'symlink', target: relativeTarget(path, winner) })
    } else {
      const inner = makeDirectory()
      directory.entries.set(name, inner)
      fillDirectory(child, inner, path, context)
    }
  }
}

/** The one claim that the place folds into; null when it is a directory with children, which then stand in `place.children`. */
function fold(place: Place, at: string, context: ComposeContext): Claim | null {
  const claims = distinct(place.claims)
  if (place.children.size === 0 && claims.length === 1) return claims[0] as Claim
  const top = Math.max(...claims.map((claim) => claim.priority))
  const leaf = claims.find((claim) => claim.priority === top && !isDirectory(claim, context))
  if (leaf !== undefined) {
    const rival =
      claims.find((claim) => claim !== leaf && claim.priority === top) ??
      (place.children.size > 0 ? ownerBelow(place, top) : null)
    if (rival !== null && rival !== undefined) throw collision(at, leaf, rival)
    return leaf
  }
  for (const claim of claims) {
    if (!isDirectory(claim, context)) continue // outranked by a directory of higher priority
    for (const entry of context.host.readDirectory(absolute(claim, context))) {
      childOf(place, entry.name).claims.push({
        ...claim,
        path: claim.path === '' ? entry.name : `${claim.path}/${entry.name}`,
        merges: entry.kind === 'directory',
      })
    }
  }
  return null
}

function ownerBelow(place: Place, priority: number): Claim | null {
  for (const child of place.children.values()) {
    const found = child.claims.find((claim) => claim.priority >= priority) ?? ownerBelow(child, priority)
    if (found !== null && found !== undefined) return found
  }
  return null
}

/** The same file of the same object claimed twice is one claim: the first. */
function distinct(claims: readonly Claim[]): readonly Claim[] {
  if (claims.length < 2) return claims
  const first = new Map<string, Claim>()
  for (const claim of claims) {
    const key = `${claim.storePath}/${claim.path}`
    if (!first.has(key)) first.set(key, claim)
  }
  return [...first.values()]
}

function isDirectory(claim: Claim, context: ComposeContext): boolean {
  return claim.merges ?? context.host.stat(absolute(claim, context))?.kind === 'directory'
}

function absolute(claim: Claim, context: ComposeContext): string {
  const top = context.store.locate(claim.storePath)
  return claim.path === '' ? top : `${top}/${claim.path}`
}

function relativeTarget(at: string, claim: Claim): string {
  const up = '../'.repeat(at.split('/').length)
  return claim.path === '' ? `${up}${claim.storePath}` : `${up}${claim.storePath}/${claim.path}`
}

function collision(path: string, a: Claim, b: Claim): ToolError {
  const owners = [a.owner, b.owner].sort(compareCodePoints)
  return new ToolError('E_COLLISION', `\`${owners[0]}\` and \`${owners[1]}\` both give \`${path}\`.`, {
    details: { path, between: owners },
    hint: `Give one of them a \`priority\` above ${Math.max(a.priority, b.priority)} in the environment file, or remove one.`,
  })
}

function newPlace(): Place {
  return { claims: [], children: new Map() }
}

function childOf(place: Place, name: string): Place {
  let child = place.children.get(name)
  if (child === undefined) {
    child = newPlace()
    place.children.set(name, child)
  }
  return child
}

function placeAt(root: Place, path: string): Place {
  let place = root
  for (const part of path.split('/')) place = childOf(place, part)
  return place
}
