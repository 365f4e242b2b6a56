// A lock in which somebody changed any one value: it is refused with one clear error, or does no harm. What its hashes do not lead to is never
// in the tree, and nothing is written outside of the store.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { integrityOf } from '../../../src/core/digest.ts'
import { isToolError } from '../../../src/core/errors.ts'
import { isJsonObject, type Json } from '../../../src/core/json.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import { buildEnvironment } from '../../../src/ops/build.ts'
import { Store } from '../../../src/store/store.ts'
import { verifyStore } from '../../../src/store/verify.ts'
import { FileServer, serve } from '../../support/file-server.ts'
import { GitServer, GitWorkTree } from '../../support/git-server.ts'
import { contextOf } from '../../support/ops-world.ts'
import { packageVersion, registryOf, writeRegistry } from '../../support/registry.ts'
import { makeWorld } from '../../support/world.ts'

const HOSTILE: readonly Json[] = [
  null,
  1e308,
  '../../../escape',
  '/etc/passwd',
  '__proto__',
  'a\0b\u001b[2J',
  '; touch escape; $(touch escape)',
  { __proto__: null, toString: 1 },
]

/** Every value in it that holds no other, by its way. */
function leavesOf(value: Json, way: readonly string[] = []): readonly (readonly string[])[] {
  const isLeaf = typeof value !== 'object' || value === null || Object.keys(value).length === 0
  return isLeaf ? [way] : Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...way, key]))
}

function altered(value: Json, [key, ...rest]: readonly string[], to: Json): Json {
  if (key === undefined) return to
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? altered(item, rest, to) : item))
  if (!isJsonObject(value)) throw new Error(`nothing at ${key}`)
  return { ...value, [key]: altered(value[key] ?? null, rest, to) }
}

/** What the files of a tree hold, of those that packages brought. */
function contentsOf(tree: string): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (path: string, level: number): void => {
    // A link that leads nowhere shows nothing.
    if (!existsSync(path)) return
    if (!statSync(path).isDirectory()) found.add(integrityOf(readFileSync(path)))
    else if (level < 8) for (const name of readdirSync(path)) look(join(path, name), level + 1)
  }
  for (const name of readdirSync(tree)) if (name !== 'etc') look(join(tree, name), 0)
  return found
}

test('S-3.5 a lock with any one value changed is refused, or does no harm', async () => {
  const world = await makeWorld()
  world.registry.publish('words@1.0.0')
  world.registry.publish(
    'greet@1.0.0',
    { words: '^1.0.0' },
    { manifest: { bin: { greet: 'cli.js' } }, files: { 'cli.js': '#!/usr/bin/env node\n' } },
  )
  const server = await GitServer.start(join(world.root, 'srv'))
  onTestFinished(() => server.stop())
  const files = await FileServer.start(serve(Buffer.from('a file')))
  onTestFinished(() => files.stop())
  const git = new GitWorkTree(join(world.root, 'srv/tools'))
  const base = git.commit({ 'lint/bin/lint*': '#!/bin/sh\n', 'environments/base.yaml': 'tenon: 1\n' })
  writeRegistry(world.path('core'), registryOf([packageVersion('unused', '1.0.0')]))
  world.write('tools/hello/bin/hello', '#!/bin/sh\n', 0o755)
  world.environment(
    'default',
    [
      'npm:greet@^1',
      'path: ../tools/hello',
      `{ git: "${server.url}/tools/.git", rev: ${base}, directory: lint }`,
      `url: ${files.origin}/data.txt`,
    ],
    `systems: [x86_64-linux]\nregistries: { core: ../core }\nextends: ["git+${server.url}/tools/.git?rev=main#base"]\nvariables: { A: a }\n`,
  )
  const store = await Store.open(world.store, new NodeHost(), { mode: 'shared' })
  onTestFinished(() => store.close())
  const { path } = await buildEnvironment(contextOf(world), store, 'default')
  const wanted = contentsOf(path)
  const text = world.read('environments/default.lock.json')
  const lock: Json = JSON.parse(text)
  const around = readdirSync(world.root).sort()
  const harmless: string[] = []
  for (const way of leavesOf(lock)) {
    for (const value of HOSTILE) {
      world.write('environments/default.lock.json', JSON.stringify(altered(lock, way, value)))
      try {
        const built = await buildEnvironment(contextOf(world, { frozen: true }), store, 'default')
        const brought = [...contentsOf(built.path)].filter((content) => !wanted.has(content))
        expect(brought, `${way.join('.')} = ${JSON.stringify(value)}`).toEqual([])
        harmless.push(way.join('.'))
      } catch (error) {
        if (!isToolError(error)) throw new Error(`${way.join('.')} = ${JSON.stringify(value)}`, { cause: error })
        expect(error.message, way.join('.')).toMatch(/^\P{Cc}*$/u)
      }
    }
  }
  // What is not hashed is names and sizes; if nothing at all did no harm, nothing was tried.
  expect(harmless.length).toBeGreaterThan(20)
  expect(readdirSync(world.root).sort()).toEqual(around)
  for await (const item of verifyStore(store)) expect('defect' in item ? item.defect : null).toBeNull()
})
