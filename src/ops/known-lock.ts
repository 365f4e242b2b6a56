// What is known of locks that were built before in this store, for whatever environment: enough to find the tree of the same lock again without
// reading the lock and the environment's files, planning and hashing 500 derivations; and to plan of another lock only what differs
// (plan-memory.ts). Records are derived, live in the cache, and count only for the very program that wrote them.
//
//   cache/locks/<size of the lock>-<its digest>-<system>
//     the program
//     what is known, as JSON
//     [id, derivation] of each package, as JSON
//     the lock, to the letter

import { join } from 'node:path'
import type { DerivationId } from '../core/derivation.ts'
import { type Digest, type Integrity, isDigest } from '../core/digest.ts'
import type { Environment } from '../core/environment.ts'
import type { LoadedEnvironment } from '../core/environment-chain.ts'
import { isJsonObject } from '../core/json.ts'
import type { LockedEnvironment, LockedId, TreeArtifact } from '../core/lock.ts'
import type { StorePath } from '../core/store-path.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import type { Reader } from '../host/watch.ts'
import type { Context } from './context.ts'
import { environmentPath } from './environments.ts'

/** The newest of them are kept. */
const MAX_RECORDS = 16
const LINE_FEED = 10

export interface KnownLock {
  /** Of its text. */
  readonly digest: Digest
  /** As in the lock. */
  readonly satisfies: Digest
  /** What it came to on this system. */
  readonly tree: KnownTree
  /** What in the lock can change without it: directories of the workspace. */
  readonly trees: readonly TreeArtifact[]
  /** What the lock was made of; keys may come that nobody wanted then. Missing when there are none. */
  readonly registries?: LockedEnvironment['registries']
  /** What the files that it was built for said; null where files of other repositories take part. */
  readonly read: { readonly files: readonly KnownFile[]; readonly environment: Environment } | null
}

export interface KnownTree {
  readonly storePath: StorePath
  readonly narHash: Integrity
  /** What the store recorded of it. */
  readonly record: string
}

interface KnownFile {
  /** Relative to the workspace root. */
  readonly path: string
  readonly text: string
}

type RecordContext = Pick<Context, 'host' | 'storeRoot' | 'program' | 'system'>

/** Null for a lock that is to no letter one that was built. It is compared and not hashed, which would take longer than all the rest. */
export function findKnownLock(context: RecordContext, lock: Buffer): KnownLock | null {
  const names = recordNames(context).filter((name) => name.startsWith(`${lock.length}-`))
  for (const name of names) {
    const record = readRecord(context, name)
    if (record?.lock.equals(lock) === true) return record.known
  }
  return null
}

/** What the files of `name` say, if they are to the letter those that the lock was built for; where the workspace is does not matter. */
export function recallEnvironment(
  { read }: KnownLock,
  name: string,
  { reader, workspace }: { readonly reader: Reader; readonly workspace: Context['workspace'] },
): Environment | null {
  if (read === null) return null
  const own = environmentPath(workspace, name)
  const [, ...bases] = read.files.map(({ path }) => join(workspace.root, path))
  // What extended another environment would extend itself under that one's name.
  if (bases.includes(own)) return null
  const isSame = read.files.every(({ text }, index) => {
    const path = index === 0 ? own : bases[index - 1]
    return path !== undefined && reader.readFile(path)?.equals(Buffer.from(text)) === true
  })
  return isSame ? { ...read.environment, name } : null
}

/** A lock that was built before, and which derivation each of its packages has on this system, in their order. */
export interface PlannedLock {
  readonly text: string
  readonly derivations: readonly (readonly [LockedId, DerivationId | null])[]
}

/** The lock that was built last, as far as that is known. */
export function latestPlannedLock(context: RecordContext): PlannedLock | null {
  const directory = directoryOf(context)
  const age = (name: string) => context.host.stat(`${directory}/${name}`)?.modifiedMs ?? 0
  const [latest] = recordNames(context)
    .map((name) => ({ name, time: age(name) }))
    .sort((a, b) => b.time - a.time)
  const record = latest === undefined ? null : readRecord(context, latest.name)
  return record === null ? null : { text: record.lock.toString('utf8'), derivations: record.derivations() }
}

export interface BuiltLock extends PlannedLock {
  readonly lock: LockedEnvironment
  /** Of the text. */
  readonly digest: Digest
  readonly tree: KnownTree
  readonly loaded: LoadedEnvironment
}

/** Forgetting it costs the next switch some 50 ms. */
export function rememberLock(context: RecordContext, temporary: string, built: BuiltLock): void {
  const { host, program, system } = context
  if (program === null) return
  const { lock, digest, tree, loaded, text, derivations } = built
  const { files, environment } = loaded
  const known: KnownLock = {
    digest,
    satisfies: lock.satisfies,
    tree,
    trees: treesOf(lock),
    ...(lock.registries === undefined ? {} : { registries: lock.registries }),
    read: files.some(({ imported }) => imported !== undefined)
      ? null
      : { files: files.map(({ path, text: content }) => ({ path, text: content })), environment },
  }
  const record = Buffer.from(`${program}\n${JSON.stringify(known)}\n${JSON.stringify(derivations)}\n${text}`)
  ifPossible(() => {
    const directory = directoryOf(context)
    makeDirectories(host, directory)
    const path = `${directory}/${Buffer.byteLength(text)}-${digest}-${system}`
    writeFileAtomic(host, path, record, { temporary, sync: false })
    dropOldest(context, directory)
  })
}

export function treesOf(lock: LockedEnvironment): readonly TreeArtifact[] {
  return lock.packages.flatMap((item) => item.artifacts.filter((artifact) => artifact.kind === 'tree'))
}

function dropOldest({ host }: RecordContext, directory: string): void {
  const names = host.readNames(directory)
  if (names.length <= MAX_RECORDS) return
  const paths = names.map((name) => `${directory}/${name}`)
  const byAge = paths.map((path) => ({ path, time: host.stat(path)?.modifiedMs ?? 0 })).sort((a, b) => b.time - a.time)
  for (const { path } of byAge.slice(MAX_RECORDS)) host.unlink(path)
}

interface ReadRecord {
  readonly known: KnownLock
  readonly derivations: () => PlannedLock['derivations']
  readonly lock: Buffer
}

/** Null for one that is damaged, or another program's. What is in it this program wrote itself, of a lock that it had checked. */
function readRecord(context: RecordContext, name: string): ReadRecord | null {
  const bytes = context.host.readFile(`${directoryOf(context)}/${name}`)
  if (bytes === null) return null
  const ends: number[] = []
  for (let at = 0; ends.length < 3; at = (ends.at(-1) ?? 0) + 1) {
    const end = bytes.indexOf(LINE_FEED, at)
    if (end === -1) return null
    ends.push(end)
  }
  const [program = 0, known = 0, derivations = 0] = ends
  if (bytes.toString('utf8', 0, program) !== context.program) return null
  const facts = parseJson(bytes.toString('utf8', program + 1, known))
  if (!isJsonObject(facts) || !isDigest(facts['digest']) || !isJsonObject(facts['tree'])) return null
  return {
    known: facts as unknown as KnownLock,
    derivations: () => {
      const pairs = parseJson(bytes.toString('utf8', known + 1, derivations))
      return (Array.isArray(pairs) ? pairs : []) as unknown as PlannedLock['derivations']
    },
    lock: bytes.subarray(derivations + 1),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Those of this system; unbuilt sources, which change from run to run, have none. */
function recordNames(context: RecordContext): readonly string[] {
  const directory = directoryOf(context)
  if (context.program === null || context.host.stat(directory) === null) return []
  return context.host.readNames(directory).filter((name) => name.endsWith(`-${context.system}`))
}

function directoryOf({ storeRoot }: RecordContext): string {
  return join(storeRoot, 'cache', 'locks')
}
