// Unpacking into the store: what instances of one package share, and what becomes of commands.

import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type UnpackJob, unpack } from '../../../src/build/unpack.ts'
import { integrityOf } from '../../../src/core/digest.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { packTarball } from '../../support/npm-registry.ts'
import { name, openStore } from '../../support/store.ts'

const archive = packTarball({
  'package.json': '{}',
  'cli.js': '#!/usr/bin/env node\r\nrun()\n',
  'lib/deep/file.js': 'x'.repeat(1000),
})

function job(links: UnpackJob['links']): UnpackJob {
  const part: UnpackJob['parts'][number] = {
    label: 'tool-1.0.0.tgz',
    integrity: integrityOf(archive),
    format: 'npm',
    strip: 1,
    at: 'node_modules/tool',
    executables: ['cli.js'],
  }
  return { name: name('tool-1.0.0'), parts: [part], links, inputs: [] }
}

const content = () => ({ bytes: archive })
const inode = (...parts: string[]) => statSync(join(...parts)).ino

test('S-5.5 a package with another graph below it is another object, and shares the inodes of its files', async () => {
  const store = await openStore()
  const [a, b] = [unpack(job([]), content, store), unpack(job([['node_modules/peer', 'tool']]), content, store)]
  expect(a).not.toBe(b)
  for (const file of ['cli.js', 'lib/deep/file.js']) {
    const inodes = [a, b].map((path) => inode(store.locate(path), 'node_modules/tool', file))
    expect(inodes[0]).toBe(inodes[1])
  }
})

test('S-5.5 what is no longer as it was sealed is not shared but written', async () => {
  const store = await openStore()
  const a = unpack(job([]), content, store)
  const changed = join(store.locate(a), 'node_modules/tool/lib/deep/file.js')
  chmodSync(changed, 0o644)
  writeFileSync(changed, 'y'.repeat(1000))
  const b = unpack(job([['node_modules/peer', 'tool']]), content, store)
  expect(inode(store.locate(b), 'node_modules/tool/lib/deep/file.js')).not.toBe(inode(changed))
})

test('S-5.5 a file that was changed and has its size and mode again is not shared: its time tells', async () => {
  const store = await openStore()
  const a = unpack(job([]), content, store)
  const changed = join(store.locate(a), 'node_modules/tool/lib/deep/file.js')
  chmodSync(changed, 0o644)
  writeFileSync(changed, 'y'.repeat(1000))
  chmodSync(changed, 0o444)
  const b = unpack(job([['node_modules/peer', 'tool']]), content, store)
  expect(readFileSync(join(store.locate(b), 'node_modules/tool/lib/deep/file.js'), 'utf8')).toBe('x'.repeat(1000))
})

for (const places of [
  ['', ''],
  ['node_modules/a', 'node_modules/a'],
  ['lib', ''],
  ['', 'lib'],
]) {
  test(`two parts at ${JSON.stringify(places)} are a fault of the plan, and make no object`, async () => {
    const store = await openStore()
    const [part] = job([]).parts
    if (part === undefined) throw new Error('the job has no part')
    const parts = places.map((at) => ({ ...part, at }))
    expect(() => unpack({ ...job([]), parts }, content, store)).toThrow('two parts at')
    expect(store.list()).toEqual([])
  })
}

for (const code of ['ENOSPC', 'EACCES', 'ENOENT']) {
  test(`an object stands although it cannot be remembered where its artifact went (${code})`, async () => {
    class NoCache extends NodeHost {
      override symlink(): void {
        throw Object.assign(new Error(code), { code })
      }
    }
    const store = await openStore({ host: new NoCache() })
    expect(store.isValid(unpack(job([]), content, store))).toBe(true)
  })
}

test('S-10.24 commands become executable, and their first line ends as npm ends it', async () => {
  const store = await openStore()
  const path = unpack(job([]), content, store)
  const cli = join(store.locate(path), 'node_modules/tool/cli.js')
  expect(statSync(cli).mode & 0o777).toBe(0o555)
  expect(statSync(cli).size).toBe('#!/usr/bin/env node\nrun()\n'.length)
})
