// What is known of a lock text that was built before: enough to find its tree again without reading the lock and the environment's file, planning and
// hashing 500 derivations. A record is derived and lives in the cache; it counts only for the very program that wrote it.

import { join } from 'node:path'
import { type DerivationId, parseDerivationId } from '../core/derivation.ts'
import { type Digest, integrityOf, isDigest } from '../core/digest.ts'
import type { Environment } from '../core/environment.ts'
import type { LoadedEnvironment } from '../core/environment-chain.ts'
import { isJsonObject, type Json, printJson } from '../core/json.ts'
import { isTreeArtifact, type LockedEnvironment, type TreeArtifact } from '../core/lock.ts'
import { ifPossible, makeDirectories, writeFileAtomic } from '../host/durable.ts'
import type { Context } from './context.ts'

export interface KnownLock {
  /** As in the lock. */
  readonly satisfies: Digest
  /** Of the plan for this system. */
  readonly root: DerivationId
  /** What in the lock can change without it: directories of the workspace. */
  readonly trees: readonly TreeArtifact[]
  /** What the lock was made of; keys may come that nobody wanted then. */
  readonly registries: LockedEnvironment['registries']
  /** How many packages the lock has, for all systems. */
  readonly packages: number
  /** What the file that it was built for says; null where that takes more than one file. */
  readonly file: { readonly integrity: string; readonly environment: Environment } | null
}

/** Null when this text was not built by this program before. */
export function readKnownLock(context: Context, lock: Digest): KnownLock | null {
  const bytes = context.program === null ? null : context.host.readFile(recordPath(context, lock))
  if (bytes === null) return null
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (!isJsonObject(value) || value['program'] !== context.program) return null
  const { satisfies, trees, packages } = value
  const root = parseDerivationId(value['root'])
  if (root === null || !isDigest(satisfies) || typeof packages !== 'number') return null
  if (!Array.isArray(trees) || !trees.every(isTreeArtifact)) return null
  // The program wrote this itself, from a lock that it had checked.
  const registries = value['registries'] as unknown as KnownLock['registries']
  return { satisfies, root, trees, registries, packages, file: fileOf(value['file']) }
}

/** The program wrote this itself, so what it says of the environment is what reading the file would give. */
function fileOf(value: Json | undefined): KnownLock['file'] {
  if (!isJsonObject(value)) return null
  const { integrity, environment } = value
  if (typeof integrity !== 'string' || !isJsonObject(environment)) return null
  return { integrity, environment: environment as unknown as Environment }
}

/** What the file of `name` says, if it is to the letter the one that the lock was built for; where it is in the workspace does not matter. */
export function recallEnvironment({ file }: KnownLock, name: string, bytes: Buffer | null): Environment | null {
  if (file === null || bytes === null || integrityOf(bytes) !== file.integrity) return null
  return { ...file.environment, name }
}

export interface BuiltLock {
  readonly lock: LockedEnvironment
  readonly digest: Digest
  readonly root: DerivationId
  readonly loaded: LoadedEnvironment
}

/** Forgetting it costs the next switch some 30 ms. */
export function rememberLock(context: Context, { lock, digest, root, loaded }: BuiltLock): void {
  if (context.program === null) return
  const [file, ...others] = loaded.files
  const isAlone = file !== undefined && others.length === 0
  const record = {
    program: context.program,
    satisfies: lock.satisfies,
    root,
    trees: treesOf(lock),
    ...(lock.registries === undefined ? {} : { registries: lock.registries }),
    packages: lock.packages.length,
    file: isAlone ? { integrity: integrityOf(Buffer.from(file.text)), environment: loaded.environment } : null,
  }
  ifPossible(() => {
    makeDirectories(context.host, directoryOf(context))
    writeFileAtomic(context.host, recordPath(context, digest), printJson(record as unknown as Json), { sync: false })
  })
}

export function treesOf(lock: LockedEnvironment): readonly TreeArtifact[] {
  return lock.packages.flatMap((item) => item.artifacts.filter((artifact) => artifact.kind === 'tree'))
}

function directoryOf(context: Context): string {
  return join(context.storeRoot, 'cache', 'locks')
}

function recordPath(context: Context, digest: Digest): string {
  return join(directoryOf(context), `${digest}-${context.system}.json`)
}
