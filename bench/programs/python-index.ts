// Serves the made-up registry as a Python index on loopback, until it is stopped. The first line it prints is its address. No wheel is ever
// asked for: versions and needs are in the index pages and the metadata files beside them.
// usage: node python-index.js

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeGraph } from '../solve-registry.ts'

const graph = makeGraph()
const server = createServer((request, response) => {
  const [, kind, name = '', file = ''] = (request.url ?? '').split('/')
  const versions = graph.get(name)
  if (kind === 'simple' && versions !== undefined) sendPage(response, name, [...versions.keys()])
  else if (kind === 'files' && versions !== undefined) {
    const version = file.split('-')[1] ?? ''
    send(response, 'text/plain', metadata(name, version, versions.get(version) ?? []))
  } else response.writeHead(404).end()
})
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`)
})

function sendPage(response: ServerResponse, name: string, versions: readonly string[]): void {
  const files = versions.map((version) => {
    const filename = `${name}-${version}-py3-none-any.whl`
    return { filename, url: `/files/${name}/${filename}`, hashes: {}, 'core-metadata': true }
  })
  send(
    response,
    'application/vnd.pypi.simple.v1+json',
    JSON.stringify({ meta: { 'api-version': '1.1' }, name, versions, files }),
  )
}

function metadata(name: string, version: string, needs: readonly string[]): string {
  const lines = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`]
  return `${[...lines, ...needs.map((need) => `Requires-Dist: ${need}`)].join('\n')}\n`
}

function send(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=86400' }).end(body)
}
