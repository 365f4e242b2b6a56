// One `unpack` step of archives or single files of any size: they go from the cache to the store in pieces, or without being copied at
// all. What npm publishes, and trees, which are read whole, are unpack.ts.

import type { ArchiveFormat } from '../core/derivation.ts'
import { systemCode, ToolError } from '../core/errors.ts'
import type { StorePath } from '../core/store-path.ts'
import { fixShebang } from '../host/archive.ts'
import { readArchive } from '../host/archive-reader.ts'
import { ArchiveWriter } from '../host/archive-writer.ts'
import { makeDirectories } from '../host/durable.ts'
import type { Host } from '../host/host.ts'
import { type CachedArtifacts, hashFile, type TakenArtifact } from '../store/cached-artifacts.ts'
import type { Store } from '../store/store.ts'
import type { UnpackJob, UnpackJobPart } from './unpack.ts'

export interface UnpackLargeContext {
  readonly host: Host
  readonly store: Store
  readonly artifacts: CachedArtifacts
  readonly signal: AbortSignal
}

/** A larger file is no script whose first line could need mending. */
const MAX_SCRIPT_BYTES = 16 * 1024 * 1024
const COPY_BYTES = 1024 * 1024

/** @throws ToolError E_INTEGRITY when the cache does not have the bytes, E_ARCHIVE_UNSAFE, E_SOURCE_INVALID, E_STORE_IO */
export async function unpackLarge(job: UnpackJob, context: UnpackLargeContext): Promise<StorePath> {
  const taken: TakenArtifact[] = []
  try {
    const { path } = await context.store.add(job.name, async (staging) => {
      for (const part of job.parts) {
        if (part.format === 'file') placeFile(part, placeIn(staging, part.at), context, taken)
        else await unpackArchive(part, placeIn(staging, part.at), context)
      }
      for (const [at, target] of job.links) putLink(context.host, placeIn(staging, at), target, at)
    })
    // In this order: at every moment somebody knows where the bytes are, so they need never be downloaded twice.
    for (const part of job.parts)
      if (part.format === 'file') context.store.rememberUnpacked(part.integrity, placeIn(path, part.at))
    const isKnown = job.parts.every(
      (part) => part.format !== 'file' || context.store.unpackedAt(part.integrity) !== null,
    )
    for (const item of taken) {
      if (isKnown) item.release()
      else item.putBack()
    }
    return path
  } catch (error) {
    for (const item of taken) item.putBack()
    throw error
  }
}

/** One copy is enough: the file moves from the cache into the store. */
function placeFile(part: UnpackJobPart, place: string, context: UnpackLargeContext, taken: TakenArtifact[]): void {
  const { host, store, artifacts } = context
  makeParent(host, place)
  const stored = store.unpackedAt(part.integrity)
  if (stored === null) {
    const artifact = artifacts.take(part.integrity)
    taken.push(artifact)
    try {
      // Another name of the file could be one in an object that was sealed with another mode.
      if ((host.stat(artifact.path)?.links ?? 0) > 1) copyFile(host, artifact.path, place)
      else host.hardLink(artifact.path, place)
    } catch (error) {
      // Somebody deleted the cache in this moment; E_INTEGRITY means that it is fetched again.
      if (systemCode(error) !== 'ENOENT' || host.stat(artifact.path) !== null) throw error
      throw new ToolError('E_INTEGRITY', `The cached copy of \`${part.label}\` is gone.`, {
        details: { path: artifact.path, wanted: part.integrity, found: null },
        hint: 'Run the same command again: it will be downloaded anew.',
        cause: error,
      })
    }
  } else {
    copyFile(host, stored, place)
    if (hashFile(host, place, part.integrity) !== part.integrity) {
      store.forgetUnpacked(part.integrity)
      throw new ToolError('E_INTEGRITY', `The stored copy of \`${part.label}\` is damaged.`, {
        details: { path: stored, wanted: part.integrity },
        hint: 'tenon store verify',
      })
    }
  }
  host.setMode(place, part.executables.includes('') ? 0o755 : 0o644)
}

function copyFile(host: Host, from: string, to: string): void {
  const buffer = Buffer.allocUnsafe(COPY_BYTES)
  const source = host.openRead(from)
  try {
    const target = host.createFile(to, 0o644)
    try {
      for (let length = -1; length !== 0; ) {
        length = host.read(source, buffer, 0, buffer.length, null)
        if (length > 0) host.write(target, buffer, 0, length)
      }
    } finally {
      host.close(target)
    }
  } finally {
    host.close(source)
  }
}

async function unpackArchive(part: UnpackJobPart, place: string, context: UnpackLargeContext): Promise<void> {
  const { host, artifacts, signal } = context
  if (part.format === 'npm' || part.format === 'tree' || part.format === 'file') throw new Error('not an archive')
  const format: ArchiveFormat = part.format
  const writer = new ArchiveWriter(host, place)
  try {
    makeDirectories(host, place)
    const { label, strip } = part
    await readArchive(host, artifacts.verify(part.integrity), { label, format, strip, signal }, writer)
  } finally {
    writer.close()
  }
  for (const path of part.executables) makeExecutable(host, `${place}/${path}`)
}

/** As npm does it for commands. What is not there, or no file, is left alone. */
function makeExecutable(host: Host, path: string): void {
  const stat = host.stat(path)
  if (stat?.kind !== 'file') return
  const bytes = stat.size > MAX_SCRIPT_BYTES ? null : host.readFile(path)
  const fixed = bytes === null ? null : fixShebang(bytes)
  if (bytes !== null && fixed !== null && fixed !== bytes) {
    host.unlink(path)
    const handle = host.createFile(path, 0o755)
    try {
      host.write(handle, fixed, 0, fixed.length)
    } finally {
      host.close(handle)
    }
  } else {
    host.setMode(path, 0o755)
  }
}

/** A bundled copy of a dependency wins over the link to it, as it does for npm. */
function putLink(host: Host, place: string, target: string, at: string): void {
  if (host.stat(place) !== null) return
  try {
    makeParent(host, place)
    host.symlink(target, place)
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code !== 'ENOTDIR') throw cause
    throw new ToolError('E_ARCHIVE_UNSAFE', `A package has a file where \`${at}\` needs a directory.`, {
      details: { path: at },
      cause,
    })
  }
}

function makeParent(host: Host, place: string): void {
  makeDirectories(host, place.slice(0, place.lastIndexOf('/')))
}

function placeIn(top: string, at: string): string {
  return at === '' ? top : `${top}/${at}`
}
