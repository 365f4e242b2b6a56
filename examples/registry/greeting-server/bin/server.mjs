#!/usr/bin/env node
// greeting-server [--port PORT]: GET /NAME answers what `greet NAME` prints.

import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8377' } } })
const server = createServer((request, response) => {
  const name = decodeURIComponent((request.url ?? '/').slice(1)) || 'world'
  execFile('greet', ['--', name], (error, stdout) => {
    response.writeHead(error === null ? 200 : 500, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(stdout)
  })
})
server.listen(Number(values.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))
