// `tenon registry check`: reads a whole registry as a client would, and lists everything that a client would stumble over.

import { isToolError } from '../core/errors.ts'
import { canonicalJson, compareCodePoints } from '../core/json.ts'
import { type CatalogueEntry, catalogueEntry, type PackageRecord } from '../core/registry.ts'
import { parseRegistryPlace } from '../core/registry-place.ts'
import { isOfThisMachine } from '../sources/native-lock.ts'
import type { RegistryClient } from '../sources/registry/client.ts'
import { openRegistry } from '../sources/registry/open.ts'
import { selectVersions } from '../sources/registry/universe.ts'
import type { Context } from './context.ts'
import { withStore } from './with-store.ts'

export interface RegistryReport {
  readonly name: string
  readonly serial: number
  readonly packages: number
  readonly versions: number
  readonly faults: readonly RegistryFault[]
}

export interface RegistryFault {
  /** `markdown`, `markdown@1.0.0`, or the name of a file. */
  readonly subject: string
  readonly message: string
}

/** What a check needs; the root of the workspace is only where directories and repositories by a path start. */
export type CheckContext = Pick<
  Context,
  'host' | 'http' | 'openGit' | 'keysFile' | 'workspace' | 'storeRoot' | 'offline' | 'signal'
>

/**
 * Checks the registry at a place as `registries` of environments name it; a directory may be absolute. Nothing of it is kept, but commits of
 * other machines, which never change.
 * @throws ToolError what `checkRegistry` throws; E_UNSUPPORTED, E_CONFIG, and what reading git can throw
 */
export async function checkRegistryAt(place: string, context: CheckContext): Promise<RegistryReport> {
  const { workspace, ...options } = context
  const parsed = parseRegistryPlace(place)
  const isFetched = typeof parsed !== 'string' && parsed.kind === 'git' && !isOfThisMachine(parsed.address.url)
  const check = (): Promise<RegistryReport> =>
    checkRegistry(
      openRegistry('', place, {
        ...options,
        workspace: workspace.root,
        registryCache: null,
        keys: {},
        locked: null,
        commit: null,
      }),
    )
  // What git needs for its work lies in the store, so nobody may collect meanwhile.
  return isFetched ? await withStore(context, check) : await check()
}

/** @throws ToolError E_REGISTRY_* when the root record or the catalogue cannot be used, and what asking a web host can throw */
export async function checkRegistry(client: RegistryClient): Promise<RegistryReport> {
  const root = await client.root()
  const catalogue = [...(await client.catalogue((entry) => entry))].sort((a, b) => compareCodePoints(a.name, b.name))
  const faults: RegistryFault[] = []
  const records = new Map<string, PackageRecord>()
  for (const entry of catalogue) {
    try {
      const record = await client.record(entry.name)
      if (record === null) faults.push({ subject: entry.name, message: 'It is in the catalogue, and no bin has it.' })
      else records.set(entry.name, record)
    } catch (error) {
      if (!isToolError(error, 'E_REGISTRY_INVALID')) throw error
      faults.push({ subject: entry.name, message: error.message })
    }
  }
  if (root.count !== catalogue.length) {
    faults.push({
      subject: 'registry.json',
      message: `It counts ${root.count} packages, the catalogue ${catalogue.length}.`,
    })
  }
  for (const entry of catalogue) {
    const record = records.get(entry.name)
    if (record !== undefined) faults.push(...faultsOf(record, entry, records))
  }
  const versions = [...records.values()].reduce((sum, record) => sum + record.versions.length, 0)
  return { name: root.name, serial: root.serial, packages: catalogue.length, versions, faults }
}

function faultsOf(
  record: PackageRecord,
  entry: CatalogueEntry,
  records: ReadonlyMap<string, PackageRecord>,
): readonly RegistryFault[] {
  const faults: RegistryFault[] = []
  if (canonicalJson({ ...entry }) !== canonicalJson({ ...catalogueEntry(record) }))
    faults.push({ subject: record.name, message: 'The catalogue says something else than the record.' })
  for (const { version, yanked, package: item } of record.versions) {
    // A withdrawn version is chosen by nobody any more.
    if (yanked !== null) continue
    for (const { dependencies } of [item, ...Object.values(item.on)]) {
      for (const { source, name, constraint, text } of dependencies) {
        if (source !== 'registry') continue
        const usable = records.get(name)?.versions.filter((other) => other.yanked === null) ?? []
        const selected = selectVersions(
          constraint,
          usable.map((other) => other.version),
        )
        if (selected.length === 0)
          faults.push({ subject: `${record.name}@${version}`, message: `It needs \`${text}\`, and no version fits.` })
      }
    }
  }
  return faults
}
