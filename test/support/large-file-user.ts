// A process of its own that locks and realises one file at an address, and says how much memory that took: `URL DIRECTORY [unpack]`.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { plan } from '../../src/build/plan.ts'
import { realise } from '../../src/build/realise.ts'
import { parseRequirement } from '../../src/core/requirement.ts'
import { HttpClient } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { downloadsTo } from '../../src/ops/with-artifacts.ts'
import { createSources } from '../../src/sources/index.ts'
import { resolve } from '../../src/sources/resolve.ts'
import { ArtifactCache } from '../../src/store/artifacts.ts'
import { Store } from '../../src/store/store.ts'

const [url = '', root = '', unpack = ''] = process.argv.slice(2)
mkdirSync(root, { recursive: true })
const host = new NodeHost()
const http = new HttpClient(host)
const artifacts = new ArtifactCache(join(root, 'store/cache/artifacts'), host, http)
const sources = createSources({
  host,
  http,
  env: { HOME: root },
  path: '/nonexistent',
  execPath: process.execPath,
  cache: join(root, 'npm'),
  registryCache: join(root, 'registry'),
  gitCache: join(root, 'git'),
  temporary: join(root, 'tmp'),
})
const { signal } = new AbortController()
const common = { host, workspace: root, report: () => {}, signal }
const lock = await resolve(
  {
    schema: 1,
    name: 'test',
    systems: ['x86_64-linux'],
    registries: {},
    keys: {},
    packages: [parseRequirement({ url, ...(unpack === '' ? {} : { unpack: true, place: 'share/unpacked' }) })],
    variables: {},
    links: {},
    checks: [],
  },
  sources,
  {
    ...common,
    previous: null,
    update: new Set(),
    asOf: null,
    offline: false,
    downloads: downloadsTo(artifacts, signal),
    reader: host,
    placeOf: () => {
      throw new Error('nothing is wrong here')
    },
  },
)
const store = await Store.open(join(root, 'store'), host, { mode: 'shared' })
const tree = await realise(plan(lock, 'x86_64-linux', sources), { ...common, store, artifacts, sources, earlier: null })
process.stdout.write(JSON.stringify({ tree: store.locate(tree), maxRssBytes: process.resourceUsage().maxRSS * 1024 }))
store.close()
