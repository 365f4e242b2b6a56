// Every crash point of bringing a file or an archive from the cache into the store: old or new, and the same then succeeds.

import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { UnpackJob } from '../../src/build/unpack.ts'
import { unpackLarge } from '../../src/build/unpack-large.ts'
import type { PartFormat } from '../../src/core/derivation.ts'
import { integrityOf } from '../../src/core/digest.ts'
import { isToolError } from '../../src/core/errors.ts'
import { HttpClient } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { ArtifactCache } from '../../src/store/artifacts.ts'
import { Store } from '../../src/store/store.ts'
import { verifyStore } from '../../src/store/verify.ts'
import { FaultyHost, SimulatedCrash } from '../support/faulty-host.ts'
import { name, temporaryDirectory } from '../support/store.ts'
import { tar } from '../support/tar-builder.ts'

const { signal } = new AbortController()
const tarball = tar([
  { path: 'bin/run', body: '#!/bin/sh\r\n' },
  { path: 'lib/data', body: 'data' },
  { path: 'lib/link', type: '2', link: 'data' },
])

function jobOf(format: PartFormat, bytes: Buffer, executables: readonly string[]): UnpackJob {
  const part = { label: 'x', integrity: integrityOf(bytes), format, strip: 0, at: '', executables }
  return { name: name('x'), parts: [part], links: [], inputs: [] }
}

function cacheOf(root: string, host: NodeHost): ArtifactCache {
  return new ArtifactCache(join(root, 'cache/artifacts'), host, new HttpClient(host, { offline: true }))
}

async function run(root: string, host: NodeHost, job: UnpackJob): Promise<string> {
  const store = await Store.open(root, host, { mode: 'shared' })
  try {
    return store.locate(await unpackLarge(job, { host, store, artifacts: cacheOf(root, host), signal }))
  } finally {
    store.close()
  }
}

/** As a fetch does it before; there is no server any more, so the bytes must still be here. */
async function bring(root: string, host: NodeHost, job: UnpackJob, bytes: Buffer): Promise<void> {
  const integrity = integrityOf(bytes)
  const store = Store.attach(root, host)
  if (job.parts[0]?.format === 'file' && store.unpackedAt(integrity) !== null) return
  const cache = new ArtifactCache(join(root, 'cache/artifacts'), host, new HttpClient(host))
  const nowhere = () => {
    throw new Error('it has to be downloaded again')
  }
  await cache.fetch({ package: 'x', name: 'x', size: null, integrity }, nowhere, { signal })
}

test.each([
  ['a file', 'crash', jobOf('file', Buffer.from('model'), []), Buffer.from('model')],
  ['a file', 'torn', jobOf('file', Buffer.from('model'), ['']), Buffer.from('model')],
  ['an archive', 'crash', jobOf('tar', tarball, ['bin/run']), tarball],
  ['an archive', 'torn', jobOf('tar', tarball, ['bin/run']), tarball],
] as const)(
  'S-7.10 %s that is unpacked while the process dies (%s) is there whole or not at all',
  async (_, kind, job, bytes) => {
    for (let at = 1, isDone = false; !isDone; at++) {
      const root = temporaryDirectory()
      const real = new NodeHost()
      cacheOf(root, real).add(integrityOf(bytes), bytes)
      const faulty = new FaultyHost({ kind, at })
      try {
        await run(root, faulty, job)
      } catch (error) {
        if (!(error instanceof SimulatedCrash)) throw error
      }
      isDone = !faulty.failed
      await bring(root, real, job, bytes)
      const path = await run(root, real, job)
      if (job.parts[0]?.format === 'file') {
        expect(readFileSync(path)).toEqual(bytes)
        expect(statSync(path).mode & 0o777).toBe(job.parts[0].executables.length > 0 ? 0o555 : 0o444)
      } else {
        expect(readFileSync(join(path, 'bin/run'), 'utf8')).toBe('#!/bin/sh\n')
        expect(readFileSync(join(path, 'lib/link'), 'utf8')).toBe('data')
      }
      const store = await Store.open(root, real, { mode: 'read' })
      for await (const item of verifyStore(store)) expect('defect' in item ? item.defect : null).toBeNull()
      store.close()
    }
  },
)

test('S-7.11 a full disk while a file moves into the store loses nothing', async () => {
  const bytes = Buffer.from('model')
  const job = jobOf('file', bytes, [])
  for (let at = 1, isDone = false; !isDone; at++) {
    const root = temporaryDirectory()
    const real = new NodeHost()
    cacheOf(root, real).add(integrityOf(bytes), bytes)
    const faulty = new FaultyHost({ kind: 'error', at, code: 'ENOSPC' })
    try {
      await run(root, faulty, job)
    } catch (error) {
      expect(isToolError(error, 'E_STORE_IO') || isToolError(error, 'E_STORE_BUSY')).toBe(true)
    }
    isDone = !faulty.failed
    await bring(root, real, job, bytes)
    expect(readFileSync(await run(root, real, job))).toEqual(bytes)
  }
})

test('S-7.25 a cache that is deleted while a file leaves it is one that does not have the bytes', async () => {
  const root = `${temporaryDirectory()}/store`
  class Deleting extends NodeHost {
    override hardLink(existing: string, path: string): void {
      rmSync(join(root, 'cache'), { recursive: true })
      super.hardLink(existing, path)
    }
  }
  const bytes = Buffer.from('model')
  const job = jobOf('file', bytes, [])
  cacheOf(root, new NodeHost()).add(integrityOf(bytes), bytes)
  await expect(run(root, new Deleting(), job)).rejects.toMatchObject({ code: 'E_INTEGRITY', details: { found: null } })
  cacheOf(root, new NodeHost()).add(integrityOf(bytes), bytes)
  expect(readFileSync(await run(root, new NodeHost(), job), 'utf8')).toBe('model')
})
