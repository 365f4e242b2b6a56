// Registries made of a few lines, for tests: packages as text in, the files of a registry out.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { integrityOf } from '../../src/core/digest.ts'
import { parsePackageFile } from '../../src/core/package-file.ts'
import {
  assembleRegistry,
  binCount,
  binFile,
  binOf,
  type CatalogueEntry,
  catalogueEntry,
  catalogueFile,
  type PackageRecord,
  type PackageVersion,
  partCount,
  printBin,
  printCatalogue,
  printRecord,
  printRoot,
  ROOT_FILE,
  recordFile,
  sortVersions,
} from '../../src/core/registry.ts'

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

/** A registry of so many packages, of which only `package-000000` has a record: all that one client would read of it. */
export function largeRegistry(count: number): Map<string, string> {
  const files = new Map<string, string>()
  const put = (path: string, text: string) => {
    files.set(path, text)
    return integrityOf(Buffer.from(text))
  }
  const first = { name: 'package-000000', versions: [packageVersion('package-000000', '1.0.0')] }
  const record = put(recordFile(first.name), printRecord(first))
  const bins = Array.from({ length: binCount(count) }, () => new Map([['x', record]]))
  const parts = Array.from({ length: partCount(count) }, (): CatalogueEntry[] => [])
  const entry = catalogueEntry(first)
  const description = 'Reads what others wrote and writes what others read, as quickly as it can be done with care.'
  for (let index = 0; index < count; index++) {
    const name = `package-${String(index).padStart(6, '0')}`
    bins[binOf(name, bins.length)]?.set(name, record)
    parts[binOf(name, parts.length)]?.push({ ...entry, name, description })
  }
  const root = printRoot({
    name: 'core',
    description: 'A registry.',
    serial: 1,
    created: '2026-01-01T00:00:00Z',
    count,
    bins: bins.map((bin, index) => put(binFile(index), printBin(bin))),
    catalogue: parts.map((entries, index) => put(catalogueFile(index), printCatalogue(entries))),
  })
  return files.set(ROOT_FILE, root)
}

export function writeRegistry(directory: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}
