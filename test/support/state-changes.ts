// Every verb that changes something, each with a world in which it begins and what stands after it, for the tests that make the host fail.

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { type ErrorCode, isToolError } from '../../src/core/errors.ts'
import type { Generation } from '../../src/core/generation.ts'
import { parseLock } from '../../src/core/lock.ts'
import { NodeHost } from '../../src/host/node-host.ts'
import type { Context } from '../../src/ops/context.ts'
import { addPackages, removePackages, updatePackages } from '../../src/ops/edit.ts'
import {
  copyEnvironment,
  createEnvironment,
  deleteEnvironment,
  environmentTemplate,
} from '../../src/ops/environments.ts'
import { forgetGenerations } from '../../src/ops/forget.ts'
import { collectGarbage } from '../../src/ops/gc.ts'
import { initWorkspace } from '../../src/ops/init.ts'
import { lockEnvironment } from '../../src/ops/lock.ts'
import { rollback, switchToGeneration } from '../../src/ops/rollback.ts'
import { switchEnvironment } from '../../src/ops/switch.ts'
import { existingProfiles } from '../../src/profile/workspace.ts'
import { type Fault, FaultyHost } from './faulty-host.ts'
import { LocalWorld } from './local-world.ts'
import { LoneHost } from './lone-host.ts'

export interface Verb {
  /** Brings a new world to where the verb begins. */
  readonly prepare: (world: LocalWorld) => Promise<void>
  readonly run: (context: Context) => unknown
  /** What the same says once it is done, where it is no success. */
  readonly onceDone?: ErrorCode
  /** The lock becomes new before the file, whose name is what counts. */
  readonly lockFirst?: true
  /** Works on one thing after another, so that what stands between is a part of the way. */
  readonly inSteps?: true
  /** Other workspaces of the world, which must not notice anything. */
  readonly others?: readonly string[]
}

const LINKS = 'links:\n  shown: share\n  tool: bin/one\n'
const retention = { keep: null, olderThan: null } as const

export const VERBS: Readonly<Record<string, Verb>> = {
  init: {
    prepare: async (world) => {
      rmSync(world.path('environments'), { recursive: true })
      rmSync(world.path('store'), { recursive: true })
    },
    run: ({ host, workspace }) => initWorkspace(host, workspace.root, ['path:tools/one']),
    onceDone: 'E_EXISTS',
  },
  'env create': {
    prepare: async (world) => world.environment(['one']),
    run: ({ host, workspace }) => createEnvironment(host, workspace, 'next', environmentTemplate('next')),
    onceDone: 'E_EXISTS',
  },
  'env copy': {
    prepare: async (world) => {
      world.environment(['one'])
      await lockEnvironment(world.context(), 'default')
    },
    run: ({ host, workspace }) => copyEnvironment(host, workspace, 'default', 'next'),
    onceDone: 'E_EXISTS',
    lockFirst: true,
  },
  'env delete': {
    prepare: async (world) => {
      await threeGenerations(world)
      world.environment(['one'], '', 'other')
      await switchEnvironment(world.context(), 'other')
    },
    run: (context) => deleteEnvironment(context, 'default'),
    onceDone: 'E_ENV_NOT_FOUND',
  },
  'the first switch': {
    prepare: async (world) => world.environment(['one'], LINKS),
    run: (context) => switchEnvironment(context, 'default'),
  },
  'a switch to something new': {
    prepare: async (world) => {
      world.environment(['one'], LINKS)
      await switchEnvironment(world.context(), 'default')
      world.environment(['one', 'two'], LINKS)
    },
    run: (context) => switchEnvironment(context, 'default'),
  },
  'a switch that has only to move': {
    prepare: async (world) => {
      await threeGenerations(world)
      await rollback(world.context(), 'default', 1)
    },
    run: (context) => switchEnvironment(context, 'default'),
  },
  'a switch that shows other links': {
    prepare: async (world) => {
      world.environment(['one', 'two'], LINKS)
      await switchEnvironment(world.context(), 'default')
      world.environment(['two'], 'links:\n  other: share\n  shown/deeper: share\n')
    },
    run: (context) => switchEnvironment(context, 'default'),
  },
  'a switch after the workspace was moved': {
    prepare: async (world) => {
      await threeGenerations(world)
      world.move('elsewhere')
      world.environment(['one'])
    },
    run: (context) => switchEnvironment(context, 'default'),
  },
  'a switch of a copied workspace, with a store that both use': {
    prepare: async (world) => {
      rmSync(world.path('store'), { recursive: true })
      await threeGenerations(world)
      world.copy('copy')
      world.environment(['one'])
    },
    run: (context) => switchEnvironment(context, 'default'),
    others: ['workspace'],
  },
  'a rollback that shows other links': {
    prepare: async (world) => {
      world.environment(['one', 'two'], LINKS)
      await switchEnvironment(world.context(), 'default')
      world.environment(['two'], 'links:\n  other: share\n')
      await switchEnvironment(world.context(), 'default')
    },
    run: (context) => rollback(context, 'default', 1),
  },
  'a rollback after the workspace was moved': {
    prepare: async (world) => {
      await threeGenerations(world)
      world.move('elsewhere')
    },
    run: (context) => rollback(context, 'default', 1),
  },
  'switch --generation': {
    prepare: threeGenerations,
    run: (context) => switchToGeneration(context, 'default', 1),
  },
  'forget of one': {
    prepare: threeGenerations,
    run: (context) => forgetGenerations(context, 'default', [2]),
  },
  'forget of several': {
    prepare: threeGenerations,
    run: (context) => forgetGenerations(context, 'default', [1, 2]),
    inSteps: true,
  },
  'gc with retention': {
    prepare: async (world) => {
      await threeGenerations(world)
      await switchToGeneration(world.context(), 'default', 1)
    },
    run: (context) => collectGarbage(context, { ...retention, keep: 1 }),
    inSteps: true,
  },
  'gc after env delete': {
    prepare: async (world) => {
      world.environment(['one', 'two'], LINKS)
      await switchEnvironment(world.context(), 'default')
      world.environment(['three'], '', 'other')
      await switchEnvironment(world.context(), 'other')
      deleteEnvironment(world.context(), 'default')
    },
    run: (context) => collectGarbage(context, retention),
    inSteps: true,
  },
  'gc after a workspace was deleted': {
    prepare: async (world) => {
      rmSync(world.path('store'), { recursive: true })
      await threeGenerations(world)
      world.go('other')
      for (const tool of ['one', 'two', 'three']) world.tool(tool, `${tool} of the other`)
      world.environment(['one'])
      await switchEnvironment(world.context(), 'default')
      rmSync(join(world.root, 'workspace'), { recursive: true })
    },
    run: (context) => collectGarbage(context, retention),
    inSteps: true,
  },
  lock: {
    prepare: async (world) => {
      world.environment(['one'])
      await lockEnvironment(world.context(), 'default')
      world.environment(['one', 'two'])
    },
    run: (context) => lockEnvironment(context, 'default'),
  },
  add: {
    prepare: async (world) => {
      world.environment(['one'], LINKS)
      await switchEnvironment(world.context(), 'default')
    },
    run: (context) => addPackages(context, 'default', ['path:tools/two']),
  },
  'add to what was never locked': {
    prepare: async (world) => world.environment(['one'], LINKS),
    run: (context) => addPackages(context, 'default', ['path:tools/two']),
  },
  remove: {
    prepare: async (world) => {
      world.environment(['one', 'two'], LINKS)
      await switchEnvironment(world.context(), 'default')
    },
    run: (context) => removePackages(context, 'default', ['path:tools/two']),
    onceDone: 'E_PACKAGE_NOT_FOUND',
  },
  update: {
    prepare: async (world) => {
      world.environment(['one', 'two'], LINKS)
      await switchEnvironment(world.context(), 'default')
      world.tool('two', 'changed')
    },
    run: (context) => updatePackages(context, 'default', []),
  },
}

async function threeGenerations(world: LocalWorld): Promise<void> {
  for (const tools of [['one'], ['one', 'two'], ['two', 'three']]) {
    world.environment(tools, 'links:\n  shown: share\n')
    await switchEnvironment(world.context(), 'default')
  }
}

export async function prepared(verb: Verb): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const name of ['one', 'two', 'three']) world.tool(name)
  await verb.prepare(world)
  return world
}

export interface EnvironmentState {
  readonly file: string | null
  readonly lock: string | null
  readonly current: number | null
  readonly tree: string | null
  readonly history: readonly Omit<Generation, 'created'>[]
}

/** What stands in a workspace: by environment. */
export type State = Readonly<Record<string, EnvironmentState>>

const host = new NodeHost()

export function stateOf(world: LocalWorld): State {
  const directory = world.path('environments')
  const files = existsSync(directory)
    ? readdirSync(directory).map((name) => name.replace(/\.(yaml|lock\.json)$/, ''))
    : []
  const profiles = existsSync(world.store) ? existingProfiles(host, { root: world.workspace }, world.store) : []
  const names = [...new Set([...files, ...profiles])].sort()
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        file: world.text(`environments/${name}.yaml`),
        lock: world.text(`environments/${name}.lock.json`),
        current: world.profile(name)?.currentNumber() ?? null,
        tree: world.current(name)?.storePath ?? null,
        history: world.history(name),
      },
    ]),
  )
}

/** The same without what a crash may cost (a number) or add (the reason of what finished it). */
export function essenceOf(world: LocalWorld) {
  const environments = Object.entries(stateOf(world)).map(([name, { file, lock, tree, history }]) => {
    const numbers = history.map((item) => item.number)
    // Numbers by their place in the row.
    const generations = history.map(({ number, reason, parent, ...rest }) => ({
      ...rest,
      parent: parent === null ? null : numbers.indexOf(parent),
    }))
    return [
      name,
      { file, lock, tree, generations, isDeleted: world.profile(name)?.isMarkedDeleted() ?? false },
    ] as const
  })
  const countOf = (directory: string) => (existsSync(directory) ? readdirSync(directory).length : 0)
  return {
    environments: Object.fromEntries(environments),
    links: world.links('shown', 'shown/deeper', 'other', 'tool'),
    objects: countOf(join(world.store, 'objects')),
    workspaces: countOf(join(world.store, 'profiles')),
  }
}

/** What a write that was killed left where people keep their files. */
export function strayFiles(world: LocalWorld): readonly string[] {
  const directory = world.path('environments')
  if (!existsSync(directory)) return []
  return readdirSync(directory).filter((name) => name.startsWith('.tenon-'))
}

export interface Outcomes {
  readonly old: State
  readonly wanted: State
  readonly essence: ReturnType<typeof essenceOf>
}

/** What stands before the verb, and what after it. */
export async function outcomesOf(verb: Verb): Promise<Outcomes> {
  const world = await prepared(verb)
  const old = stateOf(world)
  await verb.run(world.context())
  const outcomes = { old, wanted: stateOf(world), essence: essenceOf(world) }
  world.remove()
  return outcomes
}

/**
 * Tries the verb with a fault at each of these calls, each time in a new world; without a list at every call until a run meets none. Returns how
 * many faults were met.
 */
export async function forEachFault(
  verb: Verb,
  fault: (at: number) => Fault,
  check: (world: LocalWorld, error: unknown, host: FaultyHost) => Promise<void>,
  calls: readonly number[] | null = null,
): Promise<number> {
  for (let index = 0; ; index++) {
    const at = calls === null ? index + 1 : calls[index]
    if (at === undefined) return index
    const world = await prepared(verb)
    const faulty = new FaultyHost(fault(at))
    const error = await attempt(verb, world, faulty)
    if (faulty.failed) await check(world, error, faulty)
    else expect(error).toBeNull()
    world.remove()
    // How many calls a verb makes can depend on the clock, so a listed one may not be met.
    if (!faulty.failed && calls === null) return index
  }
}

/** Which calls of the verb have one of these names, counted from 1. */
export async function callsOf(verb: Verb, names: readonly string[]): Promise<readonly number[]> {
  const world = await prepared(verb)
  const faulty = new FaultyHost({ kind: 'crash', at: Number.POSITIVE_INFINITY })
  expect(await attempt(verb, world, faulty)).toBeNull()
  world.remove()
  return faulty.names.flatMap((name, index) => (names.includes(name) ? [index + 1] : []))
}

/** What it threw, or null. */
export async function attempt(verb: Verb, world: LocalWorld, faulty: NodeHost = new LoneHost()): Promise<unknown> {
  try {
    await verb.run(world.context(faulty))
    return null
  } catch (error) {
    return error
  }
}

/** Each part that has a commit point of its own is old or new, and they become new in their order. */
export function expectOldOrNew(verb: Verb, found: State, { old, wanted }: Outcomes): void {
  for (const name of new Set([...Object.keys(old), ...Object.keys(wanted), ...Object.keys(found)])) {
    const [was, is, will] = [old[name] ?? NOTHING, found[name] ?? NOTHING, wanted[name] ?? NOTHING]
    for (const part of ['file', 'lock', 'tree', 'current'] as const) expect([was[part], will[part]]).toContain(is[part])
    const isNew = (part: 'file' | 'lock' | 'tree') => is[part] === will[part]
    const [first, second] = verb.lockFirst === true ? (['lock', 'file'] as const) : (['file', 'lock'] as const)
    if (!isNew(first)) expect(is[second]).toBe(was[second])
    if (!isNew(second)) expect(is.tree).toBe(was.tree)
    if (!isNew('tree')) expect(is.current).toBe(was.current)
    if (is.lock !== null) parseLock(is.lock, `environments/${name}.lock.json`)
    // A generation that was there is untouched, or forgotten as asked; a new one may be there before it is current.
    const known = new Set([...was.history, ...will.history].map((item) => JSON.stringify(item)))
    for (const item of is.history) expect(known).toContain(JSON.stringify(item))
    const stays = new Set(will.history.map((item) => item.number))
    for (const item of was.history) if (stays.has(item.number)) expect(is.history).toContainEqual(item)
  }
}

const NOTHING: EnvironmentState = { file: null, lock: null, current: null, tree: null, history: [] }

/** The same verb again: it succeeds and gives what it would have given, or all of it is done and it says so. */
export async function expectToSucceedNow(verb: Verb, world: LocalWorld, { essence }: Outcomes): Promise<void> {
  const before = essenceOf(world)
  const error = await attempt(verb, world)
  if (error !== null) {
    expect(isToolError(error) ? error.code : error).toBe(verb.onceDone)
    expect(before).toEqual(essence)
  }
  expect(essenceOf(world)).toEqual(essence)
}

/** What stands in those that the verb is not about. */
export function othersOf(verb: Verb, world: LocalWorld): unknown {
  const here = world.workspace.slice(dirname(world.workspace).length + 1)
  const states = (verb.others ?? []).map((name) => {
    world.go(name)
    return stateOf(world)
  })
  world.go(here)
  return states
}
