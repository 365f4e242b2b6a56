// What is too large to be held in memory: files and archives on their way from a server to the store.

import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import { removeTree } from '../../../src/store/tree.ts'
import { FileServer } from '../../support/file-server.ts'
import { tarEntry } from '../../support/tar-builder.ts'

const MIB = 1024 * 1024
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'tenon-large-')))
afterAll(() => removeTree(new NodeHost(), scratch))

/** `/<MiB>` is a file of so many, `/<MiB>.tgz` an archive with one. */
async function serveLarge(): Promise<FileServer> {
  const piece = Buffer.alloc(MIB, 'tenon')
  return FileServer.start(async (request, response) => {
    const size = Number.parseInt(request.url?.slice(1) ?? '', 10)
    const isArchive = request.url?.endsWith('.tgz') === true
    const output = isArchive ? createGzip({ level: 1 }) : response
    if (isArchive) output.pipe(response)
    if (isArchive) output.write(tarEntry({ path: 'large', size: size * MIB }).subarray(0, 512))
    for (let count = 0; count < size; count++) {
      if (!output.write(piece)) await new Promise((resolve) => output.once('drain', resolve))
    }
    output.end(isArchive ? Buffer.alloc(1024) : undefined)
  })
}

async function use(...args: readonly string[]): Promise<{ readonly tree: string; readonly maxRssBytes: number }> {
  const script = join(import.meta.dirname, '../../support/large-file-user.ts')
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  await new Promise((resolve) => child.on('close', resolve))
  return JSON.parse(output)
}

test('S-4.43 a file, and an archive, of 300 MiB need no more memory than ones of 1 MiB', async () => {
  const server = await serveLarge()
  const rss: number[] = []
  for (const [name, place, ...options] of [
    ['1', 'share/1'],
    ['300', 'share/300'],
    ['1.tgz', 'share/unpacked/large', 'unpack'],
    ['300.tgz', 'share/unpacked/large', 'unpack'],
  ] as const) {
    const { tree, maxRssBytes } = await use(`${server.origin}/${name}`, join(scratch, name), ...options)
    expect(statSync(join(tree, place)).size).toBe(Number.parseInt(name, 10) * MIB)
    rss.push(maxRssBytes)
  }
  await server.stop()
  // What the garbage collector leaves lying differs from run to run, but not by the size of the file.
  const [file = 0, largeFile = 0, archive = 0, largeArchive = 0] = rss
  expect(largeFile / file).toBeLessThan(1.3)
  expect(largeArchive / archive).toBeLessThan(1.3)
})
