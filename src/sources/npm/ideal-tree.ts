// One run of npm's own resolver for one group of requirements, and its result as a graph. Where packages come from is npm's
// configuration; which versions are preferred is the previous lock, which is handed over as a package-lock. Nothing is installed and
// no script runs.

import { join } from 'node:path'
import type Arborist from '@npmcli/arborist'
import type { Node as TreeNode } from '@npmcli/arborist'
import semver from 'semver'
import { type Integrity, integrityOf, parseIntegrity, strongestIntegrity } from '../../core/digest.ts'
import type { Requirement } from '../../core/environment.ts'
import { ToolError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject, printJson } from '../../core/json.ts'
import type { LockedPackage } from '../../core/lock.ts'
import { untilStopped } from '../../core/stop.ts'
import type { Host } from '../../host/host.ts'
import { isPackageName } from '../node-package.ts'
import { type NeedStep, stepsDownTo } from './because.ts'
import { asToolError, invalidAnswer } from './errors.ts'
import type { GraphEdge, GraphNode, GraphRoot } from './graph.ts'
import { type LibraryOptions, withLibraries } from './libraries.ts'
import { factsOf, isOptionalDependency, isPeerDependency, lockEntry, tarballName, typesOf } from './manifest.ts'
import type { Packuments } from './packuments.ts'
import { heldBackIn, withdrawDependents } from './too-young.ts'
import type { HeldBack } from './warnings.ts'

export interface IdealTreeOptions extends LibraryOptions {
  /** Answers of the registries, shared by the groups of one lock. */
  readonly packuments: Packuments
  /** Of the group: '' or `examples/hello/`. */
  readonly prefix: string
  readonly previous: readonly LockedPackage[]
  readonly update: ReadonlySet<string> | 'all'
  /** Whether what is chosen anew may be older than what is locked. */
  readonly mayGoBack: boolean
  /** Only what the registries answered earlier counts. */
  readonly offline: boolean
  readonly signal: AbortSignal
  /** The conventional address of a package's tarball. */
  readonly tarballOf: (item: LockedPackage) => Promise<string>
}

export interface LockedGroup {
  readonly roots: readonly GraphRoot[]
  readonly heldBack: readonly HeldBack[]
  /** Names of packages of which nobody knows when their versions were released. */
  readonly undated: readonly string[]
}

/** @throws ToolError as `errors.ts` says */
export async function lockGroup(
  group: string,
  requirements: readonly Requirement[],
  options: IdealTreeOptions,
): Promise<LockedGroup> {
  const root = rootManifest(requirements)
  const tree = await withDirectory(options, async (directory) => {
    writeText(options.host, join(directory, 'package.json'), printJson(root))
    if (options.update !== 'all' && options.previous.length > 0) {
      writeText(options.host, join(directory, 'package-lock.json'), printJson(await packageLock(root, options)))
    }
    for (;;) {
      const { tree, error } = await buildIdealTree(directory, options)
      // What needs what is too young is too young itself: npm's resolver would fail, or leave an optional dependency out without a word.
      if (withdrawDependents(tree, error, options.packuments)) continue
      if (error !== null || tree === null)
        throw asToolError(error, requirements, { offers: options.packuments, steps: stepsBefore(error, tree) })
      return tree
    }
  })
  const roots = await toRoots(group, tree, requirements, options)
  const nodes = [...tree.inventory.values()].filter((node) => !node.isProjectRoot && !node.inBundle)
  const undated = nodes.flatMap(({ packageName: name }) =>
    typeof name === 'string' && options.packuments.known(name)?.isUndated === true ? [name] : [],
  )
  return { roots, heldBack: heldBackIn(nodes, options.packuments, options.update), undated }
}

function rootManifest(requirements: readonly Requirement[]): JsonObject {
  const of = (optional: boolean) =>
    Object.fromEntries(
      requirements
        .filter((item) => isOptional(item) === optional)
        .map((item) => [item.name, item.constraint === '' ? '*' : item.constraint]),
    )
  return { name: 'environment', version: '0.0.0', dependencies: of(false), optionalDependencies: of(true) }
}

export function isOptional(requirement: Requirement): boolean {
  return requirement.options['optional'] === true
}

async function packageLock(root: JsonObject, options: IdealTreeOptions): Promise<JsonObject> {
  const packages: [string, JsonObject][] = [['', root]]
  for (const item of options.previous) {
    const locations = item.data['locations']
    if (!Array.isArray(locations)) continue
    for (const location of locations) {
      if (typeof location !== 'string' || !location.startsWith(`${options.prefix}node_modules/`)) continue
      const place = location.slice(options.prefix.length)
      if (isLeftOpen(place, options)) continue
      // Of a tarball that bundles packages, the resolver needs the address, to look inside it.
      const resolved = Array.isArray(item.data['bundleDependencies']) ? { resolved: await options.tarballOf(item) } : {}
      packages.push([place, { ...lockEntry(item, place), ...resolved }])
    }
  }
  return {
    name: 'environment',
    version: '0.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: Object.fromEntries(packages),
  }
}

/** The resolver never replaces what it knows by something older, which a given time may ask for. */
function isLeftOpen(place: string, { update, mayGoBack }: IdealTreeOptions): boolean {
  if (!mayGoBack || update === 'all') return false
  return place.split('node_modules/').some((part) => update.has(part.replace(/\/$/, '')))
}

async function buildIdealTree(
  directory: string,
  options: IdealTreeOptions,
): Promise<{ readonly tree: TreeNode | null; readonly error: unknown }> {
  const { default: Resolver } = await import('@npmcli/arborist')
  const { update } = options
  const refresh = update === 'all' || update.size > 0
  const settings = {
    path: directory,
    // What is too young or too late is not among the packuments.
    before: null,
    ...(refresh ? { preferOnline: true } : {}),
    ...(options.offline ? { offline: true } : {}),
    signal: options.signal,
    packumentCache: options.packuments.cache,
    // Chosen versions must not depend on the Node or npm that happens to run the resolver.
    nodeVersion: null,
    npmVersion: null,
    engineStrict: false,
    // What is not in a registry, with an integrity, cannot be locked; and a git dependency would have to run its scripts.
    allowGit: 'none',
    // Refuses dependencies on addresses, but not the address of a tarball that has to be looked into.
    allowRemote: 'root',
    _isRoot: true,
    allowFile: 'none',
    allowDirectory: 'none',
    complete: true,
    ignoreScripts: true,
    ignoreExtension: true,
    audit: false,
    force: false,
    global: false,
    installLinks: false,
    installStrategy: 'hoisted',
    lockfileVersion: 3,
    omit: [],
    packageLock: true,
    packageLockOnly: true,
    save: true,
    workspaces: [],
    workspacesEnabled: false,
  }
  const resolvers: Arborist[] = []
  try {
    const tree = await withLibraries(options, (flat) => {
      const resolver = new Resolver({ ...flat, ...settings })
      resolvers.push(resolver)
      const building = resolver.buildIdealTree(
        update === 'all' || update.size === 0 ? {} : { update: { names: [...update].sort() } },
      )
      // The resolver asks again, after a pause, for what was stopped, and may wait for ever for what does not come any more.
      return untilStopped(options.signal, building)
    })
    return { tree, error: null }
  } catch (error) {
    const tree = resolvers.at(-1)?.idealTree ?? null
    // The tree is complete when the resolver checks it against this machine, which is not what decides here.
    const isComplete = tree !== null && (error as { code?: unknown }).code === 'EBADPLATFORM'
    return { tree, error: isComplete ? null : error }
  }
}

/** The way to what asked for what could not be had. */
function stepsBefore(error: unknown, tree: TreeNode | null): readonly NeedStep[] {
  const { requiredBy } = (error ?? {}) as { readonly requiredBy?: unknown }
  const node = typeof requiredBy === 'string' ? tree?.inventory.get(requiredBy) : undefined
  return node === undefined ? [] : stepsDownTo(node)
}

/** The nodes of a tree, without those inside tarballs, and with an integrity each. */
async function toRoots(
  group: string,
  tree: TreeNode,
  requirements: readonly Requirement[],
  options: IdealTreeOptions,
): Promise<readonly GraphRoot[]> {
  const nodes = new Map<TreeNode, GraphNode>()
  for (const item of tree.inventory.values()) {
    if (!item.isProjectRoot && !item.inBundle) nodes.set(item, await toNode(item, options))
  }
  for (const [item, node] of nodes) addEdges(item, node, nodes)
  const roots: GraphRoot[] = []
  for (const requirement of requirements) {
    const target = tree.edgesOut.get(requirement.name)?.to
    const node = target ? nodes.get(target) : undefined
    if (node !== undefined)
      roots.push({ group, requirement: requirement.text, optional: isOptional(requirement), node })
    else if (!isOptional(requirement)) throw invalidAnswer(`npm gave nothing for \`${requirement.text}\``)
  }
  return roots
}

async function toNode(item: TreeNode, options: IdealTreeOptions): Promise<GraphNode> {
  const locations = [`${options.prefix}${item.location}`]
  const name = item.packageName
  if (item.errors.length > 0) {
    return {
      name: '',
      version: '',
      integrity: NO_BYTES,
      file: '',
      locations,
      facts: {},
      edges: new Map(),
      isMissing: true,
    }
  }
  if (typeof name !== 'string' || !isPackageName(name)) {
    throw invalidAnswer(`a package is called \`${String(name).slice(0, 100)}\`, which is not a package name`)
  }
  if (semver.valid(item.version) === null) {
    throw invalidAnswer(`\`${name}\` has the version \`${String(item.version).slice(0, 100)}\`, which is not a version`)
  }
  const { version } = item
  const facts = factsOf(name, item.package)
  const integrity = await integrityOfNode(item, `${name}@${version}`, options)
  return {
    name,
    version,
    integrity,
    file: fileName(item, name, options),
    locations,
    facts,
    edges: new Map(),
    isMissing: false,
  }
}

const NO_BYTES = integrityOf(new Uint8Array())

/** What the registry promises; where it promises nothing better than sha1, the tarball is downloaded and hashed once. */
async function integrityOfNode(item: TreeNode, spec: string, options: IdealTreeOptions): Promise<Integrity> {
  const promised = strongestIntegrity(item.integrity)
  if (promised !== null && parseIntegrity(promised)?.algorithm !== 'sha1') return promised
  const { default: pacote } = await import('pacote')
  try {
    const bytes = await withLibraries(options, (flat) =>
      pacote.tarball(item.resolved ?? spec, {
        ...flat,
        allowRemote: 'all',
        signal: options.signal,
        ...(promised === null ? {} : { integrity: promised }),
      }),
    )
    return integrityOf(bytes, 'sha512')
  } catch (error) {
    throw asToolError(error, [])
  }
}

/** The name under which the registry has the tarball where it keeps to the convention `<name>/-/<file>`. */
function fileName(item: TreeNode, name: string, options: IdealTreeOptions): string {
  const conventional = tarballName(name, item.version)
  if (item.resolved === null || !URL.canParse(item.resolved)) {
    const known = options.previous.find((other) => other.name === name && other.version === item.version)?.artifacts[0]
    return known?.kind === 'file' ? known.name : conventional
  }
  const path = new URL(item.resolved).pathname.replaceAll(/%2f/gi, '/').replaceAll('%40', '@')
  const file = path.slice(path.lastIndexOf('/') + 1)
  return path.endsWith(`/${name}/-/${file}`) && /^[\w.+~-]+\.t(?:ar\.)?gz$/.test(file) ? file : conventional
}

/** Edges of a node and of what its tarball bundles, as far as they lead out of the tarball. Its own names win. */
function addEdges(item: TreeNode, node: GraphNode, nodes: ReadonlyMap<TreeNode, GraphNode>): void {
  const edges = new Map<string, GraphEdge>()
  const visit = (from: TreeNode): void => {
    for (const edge of from.edgesOut.values()) {
      if (edge.to === null || edges.has(edge.name)) continue
      const to = nodes.get(edge.to)
      if (to !== undefined) edges.set(edge.name, { to, optional: isOptionalDependency(edge.type) })
      else if (!isInside(edge.to, item)) throw bundledElsewhere(from, edge.name)
    }
  }
  visit(item)
  const bundled = [...item.children.values()].filter((child) => child.inBundle)
  for (let child = bundled.shift(); child !== undefined; child = bundled.shift()) {
    visit(child)
    bundled.push(...child.children.values())
  }
  for (const [name, to] of [...peersWithoutRange(item, node.facts), ...typesOfPeers(item)]) {
    const seen = nodes.get(to)
    if (seen !== undefined && !edges.has(name)) edges.set(name, { to: seen, optional: true })
  }
  for (const [name, edge] of edges) {
    if (!isPackageName(name))
      throw invalidAnswer(`\`${node.name}\` depends on \`${name.slice(0, 100)}\`, which is not a package name`)
    node.edges.set(name, edge)
  }
}

/**
 * Peers that a package only calls optional, without a range, as webpack does with its command line: in npm's layout it finds them if they are
 * there, whichever version.
 */
function peersWithoutRange(item: TreeNode, facts: JsonObject): ReadonlyMap<string, TreeNode> {
  const found = new Map<string, TreeNode>()
  const { peerDependenciesMeta } = facts
  for (const name of isJsonObject(peerDependenciesMeta) ? Object.keys(peerDependenciesMeta) : []) {
    const peer = item.edgesOut.has(name) ? null : item.resolve(name)
    if (peer !== null) found.set(name, peer)
  }
  return found
}

/**
 * The packages of types that stand beside the peers of a package. Declarations that import a peer mean its types, which hardly any
 * package names as a further peer; TypeScript looks for them upwards from the declarations.
 */
function typesOfPeers(item: TreeNode): ReadonlyMap<string, TreeNode> {
  const found = new Map<string, TreeNode>()
  for (const edge of item.edgesOut.values()) {
    if (edge.to === null || !isPeerDependency(edge.type)) continue
    const name = typesOf(edge.name)
    const types = item.resolve(name)
    if (types !== null) found.set(name, types)
  }
  return found
}

function isInside(inner: TreeNode, outer: TreeNode): boolean {
  return inner.location.startsWith(`${outer.location}/node_modules/`)
}

function bundledElsewhere(from: TreeNode, name: string): ToolError {
  return new ToolError(
    'E_UNSUPPORTED',
    `\`${from.packageName}@${from.version}\` needs \`${name}\`, which npm would take from inside another package's tarball.`,
    {
      details: { package: `${from.packageName}@${from.version}`, dependency: name },
      hint: `Require \`npm:${name}\` in the environment.`,
    },
  )
}

async function withDirectory<T>(options: IdealTreeOptions, use: (directory: string) => Promise<T>): Promise<T> {
  const { host, temporary } = options
  const directory = join(temporary, `tenon-npm-${host.random(8)}`)
  host.makeDirectory(directory, 0o700)
  try {
    return await use(directory)
  } finally {
    for (const { name } of host.readDirectory(directory)) host.unlink(join(directory, name))
    host.removeDirectory(directory)
  }
}

function writeText(host: Host, path: string, text: string): void {
  const bytes = Buffer.from(text)
  const handle = host.createFile(path, 0o600)
  try {
    host.write(handle, bytes, 0, bytes.length)
  } finally {
    host.close(handle)
  }
}
