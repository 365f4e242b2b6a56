// Registries made of a few lines, for tests: packages as text in, the files of a registry out.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { integrityOf } from '../../src/core/digest.ts'
import { parsePackageFile } from '../../src/core/package-file.ts'
import { assembleRegistry, type PackageRecord, type PackageVersion, sortVersions } from '../../src/core/registry.ts'

/** One version of a package; `lines` is added to its package file. */
export function packageVersion(
  name: string,
  version: string,
  lines = '',
  more: Partial<PackageVersion> = {},
): PackageVersion {
  const type = /^type:/m.test(lines) ? '' : 'type: library\n'
  const text = `tenon: 1\nname: ${name}\nversion: ${version}\n${type}description: The package ${name}.\n${lines}`
  return {
    version,
    released: '2026-01-01T00:00:00Z',
    yanked: null,
    deprecated: null,
    location: { git: 'https://example.org/core.git', commit: 'a'.repeat(40), directory: `packages/${name}` },
    integrity: integrityOf(Buffer.from(`${name}@${version}`)),
    package: parsePackageFile(text),
    ...more,
  }
}

/** The files of a registry `core` with these versions, by path. */
export function registryOf(
  versions: readonly PackageVersion[],
  about: { readonly serial?: number; readonly name?: string } = {},
): Map<string, string> {
  const names = [...new Set(versions.map((item) => item.package.name))]
  const records: PackageRecord[] = names.map((name) => ({
    name,
    versions: sortVersions(versions.filter((item) => item.package.name === name)),
  }))
  const { serial = 1, name = 'core' } = about
  return new Map(
    assembleRegistry({ name, description: 'A registry.', serial, created: '2026-01-01T00:00:00Z' }, records),
  )
}

export function writeRegistry(directory: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}
