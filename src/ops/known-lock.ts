// What is known of a lock text that was built before: enough to find its tree again without reading the lock, planning and hashing
// 500 derivations. A record is derived and lives in the cache; it counts only for the very program that wrote it.

import { join } from 'node:path'
import { type DerivationId, parseDerivationId } from '../core/derivation.ts'
import { type Digest, isDigest } from '../core/digest.ts'
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
  /** How many packages the lock has, for all systems. */
  readonly packages: number
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
  return { satisfies, root, trees, packages }
}

/** Forgetting it costs the next switch some 30 ms. */
export function rememberLock(context: Context, digest: Digest, lock: LockedEnvironment, root: DerivationId): void {
  if (context.program === null) return
  const record = {
    program: context.program,
    satisfies: lock.satisfies,
    root,
    trees: treesOf(lock),
    packages: lock.packages.length,
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
