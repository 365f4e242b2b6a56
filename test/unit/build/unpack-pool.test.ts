import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { UnpackJob } from '../../../src/build/unpack.ts'
import { UnpackPool } from '../../../src/build/unpack-pool.ts'
import { integrityOf } from '../../../src/core/digest.ts'
import { HttpClient } from '../../../src/host/http.ts'
import { ArtifactCache } from '../../../src/store/artifacts.ts'
import { name, openStore } from '../../support/store.ts'

test('a pool that is stopped makes nothing more of what is queued', async () => {
  const store = await openStore()
  const artifacts = new ArtifactCache(
    join(store.root, 'cache', 'artifacts'),
    store.host,
    new HttpClient(store.host, { offline: true }),
  )
  const pool = new UnpackPool(store, artifacts)
  pool.expect(100)
  const part = {
    label: 'none.tgz',
    integrity: integrityOf(Buffer.from('none')),
    format: 'npm',
    strip: 1,
    at: '',
    executables: [],
  } as const
  const jobs = Array.from(
    { length: 100 },
    (): UnpackJob => ({ name: name('none'), parts: [part], links: [], inputs: [] }),
  )
  const results = jobs.map((job) => pool.run(job, 1))
  const reason = new Error('stopped')
  pool.stop(reason)
  const reasons = (await Promise.allSettled(results)).map((result) =>
    result.status === 'rejected' ? result.reason : null,
  )
  expect(reasons.filter((item) => item === reason).length).toBeGreaterThanOrEqual(96)
  await expect(pool.run(jobs[0] as UnpackJob, 1)).rejects.toBe(reason)
  await pool.close()
})
