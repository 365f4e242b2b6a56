// Meets the real registry through this machine's own npm configuration. Says so and skips when it cannot be reached.

import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plan } from '../../src/build/plan.ts'
import { integrityOf } from '../../src/core/digest.ts'
import { isToolError } from '../../src/core/errors.ts'
import { type LockedEnvironment, printLock } from '../../src/core/lock.ts'
import { HttpClient } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { downloadsTo } from '../../src/ops/with-artifacts.ts'
import { createSources, type SourcesOptions } from '../../src/sources/index.ts'
import { resolve } from '../../src/sources/resolve.ts'
import { ArtifactCache } from '../../src/store/artifacts.ts'
import { environmentOf, idsOf, placeIn } from '../support/source-world.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'tenon-live-')))
const host = new NodeHost()
const options: SourcesOptions = {
  host,
  env: { ...process.env, HOME: join(root, 'home') },
  path: process.env['PATH'] ?? '',
  execPath: process.execPath,
  cache: join(root, 'cache'),
  temporary: root,
  http: new HttpClient(host),
  registryCache: join(root, 'registry'),
  gitCache: join(root, 'git'),
}
const sources = createSources(options)

async function lock(
  requirements: readonly string[],
  previous: LockedEnvironment | null = null,
): Promise<LockedEnvironment> {
  return resolve(environmentOf(requirements, ['aarch64-linux', 'x86_64-linux']), sources, {
    workspace: join(root, 'workspace'),
    previous,
    update: new Set(),
    asOf: null,
    offline: false,
    host,
    downloads: downloadsTo(
      new ArtifactCache(join(root, 'artifacts'), host, new HttpClient(host)),
      new AbortController().signal,
    ),
    reader: host,
    placeOf: (requirement) => placeIn(requirements, requirement),
    report: () => {},
    signal: new AbortController().signal,
  })
}

let unreachable: string | null = null

beforeAll(async () => {
  mkdirSync(join(root, 'workspace'))
  mkdirSync(join(root, 'home'))
  try {
    await lock(['npm:left-pad@1.3.0'])
  } catch (error) {
    if (!isToolError(error, 'E_SOURCE_UNAVAILABLE')) throw error
    unreachable = error.message
    console.warn(`The live npm tests are skipped: ${unreachable}`)
  }
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('the real npm registry', () => {
  test.for([
    ['typescript', ['npm:typescript@~5.9'], 1],
    ['prettier', ['npm:prettier@^3'], 1],
    ['eslint with a plug-in', ['npm:eslint', 'npm:eslint-plugin-n', 'npm:@eslint/js'], 80],
    ['vite with react', ['npm:vite', 'npm:@vitejs/plugin-react', 'npm:react', 'npm:react-dom'], 10],
  ] as const)(
    '%s is locked, again to the same bytes, and planned for every system',
    async ([, requirements, least], { skip }) => {
      skip(unreachable !== null, unreachable ?? '')
      const first = await lock(requirements)
      expect(idsOf(first).length).toBeGreaterThanOrEqual(least)
      expect(printLock(first)).not.toMatch(/"https?:/)
      expect(printLock(await lock(requirements.toReversed()))).toBe(printLock(first))
      expect(printLock(await lock(requirements, first))).toBe(printLock(first))
      for (const system of ['x86_64-linux', 'aarch64-linux'] as const) {
        expect(plan(first, system, sources).derivations.size).toBeGreaterThan(1)
      }
    },
  )

  test('a tarball at its conventional place has the locked bytes', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const locked = await lock(['npm:left-pad@1.3.0'])
    const [artifact] = locked.packages[0]?.artifacts ?? []
    const npm = sources.find((source) => source.name === 'npm')
    if (artifact === undefined || npm === undefined) throw new Error('nothing was locked')
    const { signal } = new AbortController()
    const client = new HttpClient(host)
    const opened = npm.open(artifact, { workspace: join(root, 'workspace'), reader: host, signal })
    if (opened.kind !== 'bytes') throw new Error('a tarball is bytes')
    for await (const request of opened.places()) {
      const bytes = await client.getBytes(request, { maxBytes: 1_000_000, signal })
      if (bytes === null) throw new Error('the registry has no such tarball')
      expect(integrityOf(bytes, 'sha512')).toBe(artifact.integrity)
      return
    }
    throw new Error('no place was named')
  })
})
