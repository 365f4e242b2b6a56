// Derivations and plans as values, and that the way in which they are realised changes no byte.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import objectHash from 'object-hash'
import { expect, test } from 'vitest'
import { plan } from '../../../src/build/plan.ts'
import { type Derivation, derivationId, parseDerivationId } from '../../../src/core/derivation.ts'
import { canonicalJson, type Json } from '../../../src/core/json.ts'
import type { LockedEnvironment } from '../../../src/core/lock.ts'
import { lockEnvironment } from '../../../src/ops/lock.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { contextOf } from '../../support/ops-world.ts'
import { name } from '../../support/store.ts'
import { makeWorld, type World } from '../../support/world.ts'

const DERIVATION: Derivation = {
  name: name('tool-1.0.0'),
  system: 'x86_64-linux',
  inputs: [],
  step: { kind: 'unpack', format: 1, parts: [], links: [] },
}

test('S-6.1 the id of a derivation is the object-hash of its canonical JSON, and says nothing of the order of its keys', () => {
  const id = derivationId(DERIVATION)
  expect(id).toBe(objectHash(canonicalJson(DERIVATION as unknown as Json), { algorithm: 'sha256', encoding: 'hex' }))
  // For ever: a new Tenon finds what an old one made.
  expect(id).toBe('c6daddeca866af1e9b875707be0bc9bfda78cf6dd66e23ab3e15ec4f544ef00b')
  const { step, inputs, system, name } = DERIVATION
  expect(derivationId({ step, inputs, system, name })).toBe(id)
  expect(parseDerivationId(id)).toBe(id)
  for (const other of [
    { ...DERIVATION, system: 'aarch64-linux' as const },
    { ...DERIVATION, inputs: [id] },
    {
      ...DERIVATION,
      step: { kind: 'unpack' as const, format: 1, parts: [], links: [{ at: 'a', input: null, path: 'b' }] },
    },
  ])
    expect(derivationId(other)).not.toBe(id)
})

test('S-6.1 an id is 64 hexadecimal digits and nothing else', () => {
  for (const text of ['', 'a'.repeat(63), 'A'.repeat(64), `${'a'.repeat(64)}\n`, null, 1])
    expect(parseDerivationId(text)).toBeNull()
})

async function toolWorld(): Promise<World> {
  const world = await makeWorld()
  world.registry.publish('greet@1.0.0', { words: '^1.0.0', left: '1' }, { manifest: { bin: { greet: 'index.js' } } })
  world.registry.publish('words@1.0.0', { greet: '1' })
  world.registry.publish('left@1.0.0')
  world.write('tools/hello/bin/hello', '#!/bin/sh\necho hello\n', 0o755)
  world.environment('default', ['npm:greet', 'path: ../tools/hello'])
  return world
}

test('S-6.2 planning a lock again gives the same ids, whatever the order of anything in memory', async () => {
  const world = await toolWorld()
  const context = contextOf(world)
  const { lock } = await lockEnvironment(context, 'default')
  const first = plan(lock, 'x86_64-linux', await context.sources())
  expect(first.derivations.size).toBeGreaterThan(3)
  const reversed = (value: object): object =>
    Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([key, item]) => [
          key,
          item !== null && typeof item === 'object' && !Array.isArray(item) ? reversed(item) : item,
        ]),
    )
  const shuffled = {
    ...(reversed(lock) as LockedEnvironment),
    packages: lock.packages.toReversed().map((item) => reversed(item) as (typeof lock.packages)[number]),
  }
  for (const other of [lock, structuredClone(lock), shuffled]) {
    const again = plan(other, 'x86_64-linux', await contextOf(world).sources())
    expect(again.root).toBe(first.root)
    expect([...again.derivations.keys()].toSorted()).toEqual([...first.derivations.keys()].toSorted())
  }
})

test('S-6.2 a plan holds every derivation behind its inputs, and the root last', async () => {
  const world = await toolWorld()
  const context = contextOf(world)
  const { lock } = await lockEnvironment(context, 'default')
  const { root, derivations } = plan(lock, 'x86_64-linux', await context.sources())
  const seen = new Set<string>()
  for (const [id, derivation] of derivations) {
    expect(derivationId(derivation)).toBe(id)
    for (const input of derivation.inputs) expect(seen).toContain(input)
    seen.add(id)
  }
  expect([...seen].at(-1)).toBe(root)
})

test('S-6.8 many packages, unpacked by workers, give the objects that a few at a time give', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `tool-${index}`)
  const publish = (world: World) => {
    for (const tool of names) {
      const files = { 'cli.js': `#!/usr/bin/env node\r\n${tool}`, 'lib/a/b': tool.repeat(1000), 'lib/é': tool }
      world.registry.publish(`${tool}@1.0.0`, {}, { manifest: { bin: 'cli.js' }, files })
    }
  }
  const many = await makeWorld()
  publish(many)
  many.environment(
    'default',
    names.map((tool) => `npm:${tool}`),
  )
  await switchEnvironment(contextOf(many), 'default')
  const few = await makeWorld()
  publish(few)
  for (const count of [10, 20, 30]) {
    few.environment(
      'default',
      names.slice(0, count).map((tool) => `npm:${tool}`),
    )
    await switchEnvironment(contextOf(few), 'default')
  }
  const objects = (world: World) =>
    readdirSync(join(world.store, 'objects'))
      .filter((path) => /-tool-/.test(path))
      .toSorted()
  expect(objects(many)).toHaveLength(30)
  expect(objects(few)).toEqual(objects(many))
  const tree = async (world: World) => (await switchEnvironment(contextOf(world), 'default')).generation.narHash
  expect(await tree(few)).toBe(await tree(many))
})
