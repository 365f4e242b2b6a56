// Reads the manifest of packages that every tree carries.

import { join } from 'node:path'
import { MANIFEST_PATH, type PackageManifest } from '../core/derivation.ts'
import { ToolError } from '../core/errors.ts'
import type { Host } from '../host/host.ts'

/** `tree` is the absolute path of an environment's tree. @throws ToolError E_STORE_CORRUPT */
export function readManifest(host: Host, tree: string): PackageManifest {
  const path = join(tree, MANIFEST_PATH)
  const bytes = host.readFile(path)
  try {
    if (bytes !== null) return JSON.parse(bytes.toString('utf8')) as PackageManifest
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new ToolError('E_STORE_CORRUPT', `\`${path}\` is missing or unreadable.`, {
    details: { path },
    hint: 'tenon store verify',
  })
}
