// What a registry answers for a package as a whole: whether it can be one, and where it says that a tarball is, for registries whose paths do
// not follow the convention.

import { strongestIntegrity } from '../../core/digest.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { Artifact } from '../../core/lock.ts'
import { asToolError, invalidAnswer } from './errors.ts'
import { type LibraryOptions, withLibraries } from './libraries.ts'
import { tarballName } from './manifest.ts'

/** Null when the registry knows no such file. @throws ToolError E_SOURCE_UNAVAILABLE, E_AUTH, E_SOURCE_INVALID */
export async function publishedAt(
  options: LibraryOptions,
  artifact: Artifact & { readonly kind: 'file' },
  signal: AbortSignal,
): Promise<string | null> {
  const { default: pacote } = await import('pacote')
  let packument: unknown
  try {
    packument = await withLibraries(options, (flat) => pacote.packument(artifact.package, { ...flat, signal }))
  } catch (error) {
    if ((error as { code?: unknown }).code === 'E404') return null
    throw asToolError(error, [])
  }
  const published = Object.entries(versionsOf(artifact.package, packument)).map(([version, manifest]) => ({
    version,
    dist: distOf(manifest),
  }))
  const found =
    published.find(({ dist }) => strongestIntegrity(dist['integrity']) === artifact.integrity) ??
    published.find(({ version }) => tarballName(artifact.package, version) === artifact.name)
  const address = found?.dist['tarball']
  return typeof address === 'string' && URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)
    ? address
    : null
}

/**
 * Version → manifest; empty for a package that was taken back. Without this check npm's own libraries would find no version in an answer
 * that makes no sense, and the package would count as missing.
 * @throws ToolError E_SOURCE_INVALID
 */
export function versionsOf(name: string, packument: unknown): JsonObject {
  const versions = isJsonObject(packument) ? (packument['versions'] ?? {}) : null
  if (!isJsonObject(versions) || !Object.values(versions).every(isJsonObject))
    throw invalidAnswer(`what it says of \`${name}\` has the wrong shape`)
  return versions
}

function distOf(manifest: unknown): JsonObject {
  const dist = isJsonObject(manifest) ? manifest['dist'] : null
  return isJsonObject(dist) ? dist : {}
}
