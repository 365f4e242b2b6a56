// What a switch with nothing to do leaves for the front: only what is certain.

import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NodeHost } from '../../../src/host/node-host.ts'
import type { Context } from '../../../src/ops/context.ts'
import { leaveForFront } from '../../../src/ops/front-record.ts'
import { switchEnvironment } from '../../../src/ops/switch.ts'
import { type UpToDate, upToDate } from '../../../src/ops/up-to-date.ts'
import { LocalWorld } from '../../support/local-world.ts'

/** Runs `then` once, at the first look at `path` by `statText`. */
class InterruptedHost extends NodeHost {
  #then: (() => void) | null
  readonly #path: string

  constructor(path: string, then: () => void) {
    super()
    this.#path = path
    this.#then = then
  }

  override statText(path: string): string | null {
    const text = super.statText(path)
    if (path === this.#path) {
      this.#then?.()
      this.#then = null
    }
    return text
  }
}

const PROGRAM = 'the program'

function makeWorld(): LocalWorld {
  const world = new LocalWorld()
  world.tool('hello')
  world.environment(['hello'])
  return world
}

function contextOf(world: LocalWorld, host = new NodeHost()): Context {
  return { ...world.context(host), program: PROGRAM }
}

/** Switches until a record is there. */
async function settle(world: LocalWorld): Promise<UpToDate> {
  for (;;) {
    await switchEnvironment(contextOf(world), 'default')
    const answer = upToDate(contextOf(world), 'default')
    if (answer !== null) return answer
  }
}

function recordOf(answer: UpToDate): string {
  return join(answer.directory, 'up-to-date')
}

/** Until what was written last is old enough. */
function leave(world: LocalWorld, answer: UpToDate): string {
  for (;;) {
    leaveForFront(contextOf(world), 'default', answer)
    const text = new NodeHost().readFile(recordOf(answer))?.toString()
    if (text !== undefined) return text
  }
}

test('S-8.28 the record names all that the answer depends on', async () => {
  const world = makeWorld()
  const answer = await settle(world)
  const lines = leave(world, answer).split('\n')
  expect(lines.slice(0, 8)).toEqual([
    'up-to-date 1',
    PROGRAM,
    'default',
    world.workspace,
    world.store,
    answer.directory,
    answer.tree,
    '1',
  ])
  const named = lines.slice(8, -2).map((line) => line.slice(line.indexOf(' ') + 1))
  for (const path of [
    'environments/default.yaml',
    'environments/default.lock.json',
    'tools/hello/bin/hello',
    '.tenon/id',
  ])
    expect(named).toContain(world.path(path))
  for (const name of ['current', '1', '1.json', 'switched.json', '../workspace.json', '../alive'])
    expect(named).toContain(join(answer.directory, name))
  expect(lines.slice(-2)).toEqual(['end', ''])
})

test('S-8.28 nothing is left by sources that run unbuilt', async () => {
  const world = makeWorld()
  const answer = await settle(world)
  leaveForFront({ ...contextOf(world), program: null }, 'default', answer)
  expect(new NodeHost().readFile(recordOf(answer))).toBe(null)
})

test('S-8.28 a change while the record is made is never part of it, though the record is made again', async () => {
  const world = makeWorld()
  const answer = await settle(world)
  leave(world, answer)
  const file = world.path('environments/default.yaml')
  rmSync(recordOf(answer))
  const host = new InterruptedHost(file, () => writeFileSync(file, 'tenon: 1\npackages: []\n'))
  leaveForFront(contextOf(world, host), 'default', answer)
  expect(host.readFile(recordOf(answer))).toBe(null)
})

test('S-8.28 what cannot be written is no error', async () => {
  const world = makeWorld()
  const answer = await settle(world)
  const state = world.path('.tenon')
  chmodSync(state, 0o555)
  const host = new (class extends NodeHost {
    override createFile(): number {
      throw Object.assign(new Error('read-only'), { code: 'EROFS' })
    }
  })()
  leaveForFront(contextOf(world, host), 'default', answer)
  chmodSync(state, 0o755)
  expect(host.readFile(recordOf(answer))).toBe(null)
})

test('S-8.28 a record that would be too long to be worth it is not left', async () => {
  const world = makeWorld()
  for (let index = 0; index < 300; index++) world.write(`tools/hello/share/hello/${index}`, `${index}\n`)
  const answer = await settle(world)
  expect(answer.paths.length).toBeGreaterThan(300)
  for (let run = 0; run < 3; run++) leaveForFront(contextOf(world), 'default', answer)
  expect(new NodeHost().readFile(recordOf(answer))).toBe(null)
})

test('S-8.28 a record that is right already is not written again', async () => {
  const world = makeWorld()
  const answer = await settle(world)
  leave(world, answer)
  const before = readFileSync(recordOf(answer))
  const inode = new NodeHost().stat(recordOf(answer))?.inode
  leaveForFront(contextOf(world), 'default', answer)
  expect(readFileSync(recordOf(answer))).toEqual(before)
  expect(new NodeHost().stat(recordOf(answer))?.inode).toBe(inode)
})
