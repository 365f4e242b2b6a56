// Verbs that only look: `list`, `why`, `tree`, `diff`.

import type { PackageManifest } from '../core/derivation.ts'
import type { Digest } from '../core/digest.ts'
import { ToolError } from '../core/errors.ts'
import { parseLock, referenceOf } from '../core/lock.ts'
import type { PackageType } from '../core/native-package.ts'
import { didYouMean } from '../core/nearest.ts'
import type { System } from '../core/system.ts'
import { readGitFile } from '../host/git.ts'
import { Store } from '../store/store.ts'
import { changesBetween, collectVersions, lockVersions, type PackageChanges } from './changes.ts'
import { type Context, requireCurrent, requireProfile } from './context.ts'
import { lockPath } from './environments.ts'
import { readManifest } from './manifest.ts'

export interface ListRow {
  readonly requirement: string
  readonly package: string
  readonly name: string
  readonly version: string
  /** Of a native package; missing for any other. */
  readonly type?: PackageType
}

export interface ListResult {
  readonly environment: string
  readonly generation: number
  readonly packages: readonly ListRow[]
}

export interface ListOptions {
  /** Every package of the graph, not only what was asked for. */
  readonly all: boolean
  /** Only native packages of this type, whether asked for or only needed; null for all. */
  readonly type: PackageType | null
}

/** What the current generation has for each requirement, or of each kind. */
export function listPackages(context: Context, name: string, { all, type }: ListOptions): ListResult {
  const { manifest, number } = currentManifest(context, name)
  const byId = new Map<string, PackageManifest['packages'][number]>(manifest.packages.map((item) => [item.id, item]))
  const asked = new Map<string, string>(manifest.roots.map((root) => [root.package, root.requirement]))
  const isWhole = all || type !== null
  const ids = isWhole ? manifest.packages.map((item) => item.id) : manifest.roots.map((root) => root.package)
  const packages = ids.flatMap((id) => {
    const item = byId.get(id)
    if (item === undefined || (type !== null && item.type !== type)) return []
    const kind = item.type === undefined ? {} : { type: item.type }
    return [{ requirement: asked.get(id) ?? '', package: id, name: item.name, version: item.version, ...kind }]
  })
  return { environment: name, generation: number, packages }
}

export interface WhyResult {
  readonly package: string
  /** One shortest chain of ids per requirement that needs the package, the requirement's package first. */
  readonly chains: readonly { readonly requirement: string; readonly chain: readonly string[] }[]
}

/** Why the current generation has a package. @throws ToolError E_PACKAGE_NOT_FOUND */
export function why(context: Context, environment: string, reference: string): readonly WhyResult[] {
  const { manifest } = currentManifest(context, environment)
  return wantedIn(manifest, environment, reference).map((item) => ({
    package: item.id,
    chains: manifest.roots.flatMap((root) => {
      const chain = shortestChain(manifest, root.package, item.id)
      return chain === null ? [] : [{ requirement: root.requirement, chain }]
    }),
  }))
}

function wantedIn(manifest: PackageManifest, environment: string, reference: string): PackageManifest['packages'] {
  const place = reference.replace(/^path:(?!\.)/, 'path:./')
  const asked = manifest.roots.filter(({ requirement }) => requirement === place || requirement.startsWith(`${place}@`))
  const wanted = manifest.packages.filter(
    (item) => matches(item, reference) || asked.some((root) => root.package === item.id),
  )
  if (wanted.length > 0) return wanted
  throw new ToolError(
    'E_PACKAGE_NOT_FOUND',
    `The current generation of \`${environment}\` has no package \`${reference}\`.`,
    {
      details: { environment, package: reference },
      hint:
        didYouMean(
          reference,
          manifest.packages.flatMap((item) => [item.name, referenceOf(item)]),
        ) ?? `tenon list ${environment} --all`,
    },
  )
}

export interface TreeNodeView {
  readonly package: string
  /** True when its dependencies stand elsewhere in the tree already. */
  readonly repeated: boolean
  readonly dependencies: readonly TreeNodeView[]
}

/** The graph of the current generation as a tree; a package's dependencies are shown where it first occurs. */
export function dependencyTree(context: Context, environment: string, depth: number): readonly TreeNodeView[] {
  const { manifest } = currentManifest(context, environment)
  const byId = new Map(manifest.packages.map((item) => [item.id, item]))
  const shown = new Set<string>()
  const view = (id: PackageManifest['packages'][number]['id'], left: number): TreeNodeView => {
    const dependencies = byId.get(id)?.dependencies ?? []
    if (shown.has(id)) return { package: id, repeated: dependencies.length > 0, dependencies: [] }
    if (left === 0) return { package: id, repeated: false, dependencies: [] }
    shown.add(id)
    return { package: id, repeated: false, dependencies: dependencies.map((next) => view(next, left - 1)) }
  }
  return manifest.roots.map((root) => view(root.package, depth))
}

/** The other way round: what needs these packages, and what needs that, up to what was asked for. @throws ToolError E_PACKAGE_NOT_FOUND */
export function dependentTree(
  context: Context,
  environment: string,
  reference: string,
  depth: number,
): readonly TreeNodeView[] {
  const { manifest } = currentManifest(context, environment)
  const dependents = new Map<string, string[]>()
  for (const item of manifest.packages)
    for (const id of item.dependencies) dependents.set(id, [...(dependents.get(id) ?? []), item.id])
  const shown = new Set<string>()
  const view = (id: string, left: number): TreeNodeView => {
    const above = dependents.get(id) ?? []
    if (shown.has(id)) return { package: id, repeated: above.length > 0, dependencies: [] }
    if (left === 0) return { package: id, repeated: false, dependencies: [] }
    shown.add(id)
    return { package: id, repeated: false, dependencies: above.map((next) => view(next, left - 1)) }
  }
  return wantedIn(manifest, environment, reference).map((item) => view(item.id, depth))
}

export interface DiffSide {
  readonly label: string
  readonly bytes: number | null
  readonly files: number | null
}

export interface DiffResult extends PackageChanges {
  readonly environment: string
  readonly from: DiffSide
  readonly to: DiffSide
}

/** Between two generations; by default the current one's parent and the current one. */
export async function diffGenerations(
  context: Context,
  name: string,
  from: number | null,
  to: number | null,
): Promise<DiffResult> {
  const profile = requireProfile(context, name)
  const right = to === null ? requireCurrent(context, name) : profile.get(to)
  const left = from ?? right.parent
  if (left === null) {
    throw new ToolError(
      'E_GENERATION_NOT_FOUND',
      `Generation ${right.number} of \`${name}\` was made from no other, so there is nothing to compare it with.`,
      {
        details: { environment: name, generation: right.number },
        hint: `tenon generations ${name}`,
      },
    )
  }
  const old = profile.get(left)
  const store = await Store.open(context.storeRoot, context.host, { mode: 'read', signal: context.signal })
  try {
    const sides = [old, right].map((generation) => {
      const { bytes, files } = store.closureSize([generation.storePath])
      return { label: String(generation.number), bytes, files }
    })
    const [before, after] = [old, right].map((generation) =>
      collectVersions(readManifest(context.host, store.locate(generation.storePath)).packages),
    )
    if (before === undefined || after === undefined) throw new Error('two sides were read')
    return { environment: name, from: sides[0] as DiffSide, to: sides[1] as DiffSide, ...changesBetween(before, after) }
  } finally {
    store.close()
  }
}

/** Between the locks of two git revisions; `to` null means the file as it is now. Needs no store. */
export async function diffRevisions(
  context: Context,
  name: string,
  from: string,
  to: string | null,
): Promise<DiffResult> {
  const path = lockPath(context.workspace, name)
  const read = async (revision: string | null) => {
    const bytes = revision === null ? context.host.readFile(path) : await readGitFile(context.host, path, revision)
    if (bytes === null) {
      throw new ToolError(
        'E_LOCK_MISSING',
        `\`environments/${name}.lock.json\` does not exist${revision === null ? '' : ` at \`${revision}\``}.`,
        {
          details: { path, revision },
        },
      )
    }
    return lockVersions(parseLock(Buffer.from(bytes).toString('utf8'), `environments/${name}.lock.json`))
  }
  const side = (label: string | null): DiffSide => ({ label: label ?? 'working tree', bytes: null, files: null })
  return { environment: name, from: side(from), to: side(to), ...changesBetween(await read(from), await read(to)) }
}

export interface CurrentManifest {
  readonly manifest: PackageManifest
  readonly number: number
  readonly lock: Digest
  readonly system: System
}

export function currentManifest(context: Context, name: string): CurrentManifest {
  const generation = requireCurrent(context, name)
  const manifest = readManifest(context.host, `${context.storeRoot}/objects/${generation.storePath}`)
  return { manifest, number: generation.number, lock: generation.lock, system: manifest.system }
}

/** `left-pad`, `npm:left-pad` or `npm:left-pad@1.3.0`. */
function matches(item: PackageManifest['packages'][number], reference: string): boolean {
  return item.id === reference || item.name === reference || referenceOf(item) === reference
}

function shortestChain(manifest: PackageManifest, from: string, to: string): readonly string[] | null {
  const byId = new Map<string, PackageManifest['packages'][number]>(manifest.packages.map((item) => [item.id, item]))
  const cameFrom = new Map<string, string | null>([[from, null]])
  const queue = [from]
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (id === to) {
      const chain: string[] = []
      for (let step: string | null = id; step !== null; step = cameFrom.get(step) ?? null) chain.unshift(step)
      return chain
    }
    for (const next of byId.get(id)?.dependencies ?? []) {
      if (cameFrom.has(next)) continue
      cameFrom.set(next, id)
      queue.push(next)
    }
  }
  return null
}
