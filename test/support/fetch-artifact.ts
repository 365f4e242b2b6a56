// A process of its own that fetches one artifact into a cache, for the tests that kill it or run several at once.
// Arguments: the cache's root, the address, the integrity.

import { parseIntegrity } from '../../src/core/digest.ts'
import { HttpClient, type HttpRequest } from '../../src/host/http.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import { ArtifactCache } from '../../src/store/artifacts.ts'

const [root, url, text] = process.argv.slice(2)
const integrity = parseIntegrity(text)?.integrity
if (root === undefined || url === undefined || integrity === undefined)
  throw new Error('usage: fetch-artifact ROOT URL INTEGRITY')

const host = new NodeHost()
const cache = new ArtifactCache(root, host, new HttpClient(host))
const artifact = { kind: 'file', source: 'npm', package: 'big', name: 'big.tgz', size: null, integrity } as const
const request: HttpRequest = { url, headers: {}, agent: { noProxy: '127.0.0.1' } }
async function* places() {
  yield request
}
await cache.fetch(artifact, places, { signal: new AbortController().signal })
cache.readVerified(integrity)
