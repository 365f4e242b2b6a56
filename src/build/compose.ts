// The symlink forest of an environment. Directories are merged; everything else is a relative symlink into another object; a
// directory that only one package gives is folded into one link. Writes nothing, and reads the store's directories only where no record says
// what is in them.

import { type Contribution, MANIFEST_PATH, type PackageManifest, TENON_DIRECTORY } from '../core/derivation.ts'
import { ToolError } from '../core/errors.ts'
import { compareCodePoints, type Json, printJson } from '../core/json.ts'
import type { StorePath } from '../core/store-path.ts'
import { makeDirectory, nameTwins, putNode, type TreeDirectory } from '../core/tree.ts'
import type { VariableValue } from '../core/variable.ts'
import type { Host } from '../host/host.ts'
import { Listing } from '../store/listing.ts'
import type { Store } from '../store/store.ts'
import { activationFiles } from './activation.ts'
import { keepModuleLinksInside } from './module-links.ts'

interface Claim {
  readonly owner: string
  readonly priority: number
  readonly storePath: StorePath
  /** Inside the object. */
  readonly path: string
  /** What is there; a leaf, whatever it is, where it must not be merged with others. */
  readonly entry: Entry
}

/** A directory: its names, or that no record has them. Anything else is a leaf. */
type Entry = Listing | 'unlisted' | 'leaf'

/** A place in the tree: who claims it as a whole, and what is claimed below it. */
interface Place {
  readonly claims: Claim[]
  /** Null for none. */
  children: Map<string, Place> | null
}

export interface ComposeInput {
  readonly contributions: readonly Contribution[]
  readonly outputs: readonly StorePath[]
  readonly variables: { readonly [name: string]: VariableValue }
  readonly packages: PackageManifest
}

/**
 * `earlier` is the absolute path of a tree that is probably much like this one: what stands there is named as the twin of what stands here.
 * @throws ToolError E_COLLISION naming both packages and the path
 */
export function composeTree(input: ComposeInput, store: Store, earlier: string | null): TreeDirectory {
  const root = newPlace()
  for (const contribution of input.contributions) {
    const storePath = input.outputs[contribution.input] as StorePath
    const { owner, priority } = contribution
    for (const [at, path] of Object.entries(contribution.links)) {
      placeAt(root, at).claims.push({ owner, priority, storePath, path, entry: 'leaf' })
    }
    const merges = Object.entries(contribution.merges)
    const listing = merges.length === 0 ? null : listingOf(storePath, store)
    for (const [at, path] of merges) {
      const entry = listing === null ? lookAt(store.host, pathIn(store, storePath, path)) : listing.directory(path)
      placeAt(root, at).claims.push({ owner, priority, storePath, path, entry: entry ?? 'leaf' })
    }
  }
  // Tenon's own directory is part of every tree, so `etc` is always a real directory.
  placeAt(root, TENON_DIRECTORY)
  const tree = makeDirectory()
  fillDirectory(root, tree, '', store)
  if (!keepModuleLinksInside(tree, TENON_DIRECTORY)) throw tenonsOwn(TENON_DIRECTORY)
  const files = new Map(activationFiles(input.variables))
  files.set(MANIFEST_PATH, { text: printJson(input.packages as unknown as Json), executable: false })
  for (const [path, file] of files) {
    const node = { kind: 'file', executable: file.executable, bytes: Buffer.from(file.text) } as const
    if (!putNode(tree, path, node)) throw tenonsOwn(path)
  }
  if (earlier !== null) nameTwins(tree, earlier)
  return tree
}

function tenonsOwn(path: string): ToolError {
  return new ToolError('E_COLLISION', `A package gives \`${path}\`, which is Tenon's own.`, { details: { path } })
}

function fillDirectory(place: Place, directory: TreeDirectory, at: string, store: Store): void {
  const children = place.children ?? new Map<string, Place>()
  for (const name of [...children.keys()].sort(compareCodePoints)) {
    const child = children.get(name) as Place
    const path = at === '' ? name : `${at}/${name}`
    const winner = fold(child, path, store)
    if (winner !== null) {
      directory.entries.set(name, { kind: 'symlink', target: relativeTarget(path, winner) })
    } else {
      const inner = makeDirectory()
      directory.entries.set(name, inner)
      fillDirectory(child, inner, path, store)
    }
  }
}

/** The one claim that the place folds into; null when it is a directory with children, which then stand in `place.children`. */
function fold(place: Place, at: string, store: Store): Claim | null {
  const claims = distinct(place.claims)
  const hasChildren = place.children !== null
  const [only] = claims
  if (only !== undefined && claims.length === 1 && !hasChildren) return only
  const top = Math.max(...claims.map((claim) => claim.priority))
  const leaf = claims.find((claim) => claim.priority === top && claim.entry === 'leaf')
  if (leaf !== undefined) {
    const rival =
      claims.find((claim) => claim !== leaf && claim.priority === top) ?? (hasChildren ? ownerBelow(place, top) : null)
    if (rival !== null && rival !== undefined) throw collision(at, leaf, rival)
    return leaf
  }
  for (const claim of claims) {
    if (claim.entry === 'leaf') continue // outranked by a directory of higher priority
    const { owner, priority, storePath } = claim
    const prefix = claim.path === '' ? '' : `${claim.path}/`
    eachEntry(claim, claim.entry, store, (name, entry) => {
      childOf(place, name).claims.push({ owner, priority, storePath, path: prefix + name, entry })
    })
  }
  return null
}

function ownerBelow(place: Place, priority: number): Claim | null {
  for (const child of place.children?.values() ?? []) {
    const found = child.claims.find((claim) => claim.priority >= priority) ?? ownerBelow(child, priority)
    if (found !== null && found !== undefined) return found
  }
  return null
}

/** The same file of the same object claimed twice is one claim: the first. */
function distinct(claims: readonly Claim[]): readonly Claim[] {
  if (claims.length < 2) return claims
  if (new Set(claims.map(({ storePath }) => storePath)).size === claims.length) return claims
  const first = new Map<string, Claim>()
  for (const claim of claims) {
    const key = `${claim.storePath}/${claim.path}`
    if (!first.has(key)) first.set(key, claim)
  }
  return [...first.values()]
}

function listingOf(storePath: StorePath, store: Store): Listing | null {
  const text = store.query(storePath)?.listing ?? null
  return text === null ? null : new Listing(text)
}

function eachEntry(
  claim: Claim,
  directory: Exclude<Entry, 'leaf'>,
  store: Store,
  use: (name: string, entry: Entry) => void,
): void {
  if (directory !== 'unlisted') {
    directory.each((name, below) => use(name, below ?? 'leaf'))
  } else {
    for (const { name, kind } of store.host.readDirectory(pathIn(store, claim.storePath, claim.path)))
      use(name, kind === 'directory' ? 'unlisted' : 'leaf')
  }
}

function lookAt(host: Host, path: string): Entry {
  return host.stat(path)?.kind === 'directory' ? 'unlisted' : 'leaf'
}

function pathIn(store: Store, storePath: StorePath, path: string): string {
  return path === '' ? store.locate(storePath) : `${store.locate(storePath)}/${path}`
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
  return { claims: [], children: null }
}

function childOf(place: Place, name: string): Place {
  place.children ??= new Map()
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
