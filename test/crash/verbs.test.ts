// Every crash point of the verbs that change something: the process dies before, or in, mutating call k = 1, 2, 3, … until a run
// meets none. Afterwards the old or the new state stands, whole, and the same verb then succeeds.

import { expect, test } from 'vitest'
import { isToolError } from '../../src/core/errors.ts'
import { parseLock } from '../../src/core/lock.ts'
import type { Context } from '../../src/ops/context.ts'
import { addPackages, removePackages } from '../../src/ops/edit.ts'
import { forgetGenerations } from '../../src/ops/generations.ts'
import { lockEnvironment } from '../../src/ops/lock.ts'
import { rollback, switchToGeneration } from '../../src/ops/rollback.ts'
import { switchEnvironment } from '../../src/ops/switch.ts'
import { type Fault, FaultyHost, SimulatedCrash } from '../support/faulty-host.ts'
import { expectSound, LocalWorld } from '../support/local-world.ts'

const LINKS = 'links:\n  shown: share\n  tool: bin/one\n'

interface Verb {
  /** Brings a new world to where the verb begins. */
  readonly prepare: (world: LocalWorld) => Promise<void>
  readonly run: (context: Context) => Promise<unknown>
  /** Whether an edit's file and lock belong to what is asserted. */
  readonly edits?: true
}

const verbs: Readonly<Record<string, Verb>> = {
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
  'a rollback that shows other links': {
    prepare: async (world) => {
      world.environment(['one', 'two'], LINKS)
      await switchEnvironment(world.context(), 'default')
      world.environment(['two'], 'links:\n  other: share\n')
      await switchEnvironment(world.context(), 'default')
    },
    run: (context) => rollback(context, 'default', 1),
  },
  'switch --generation': {
    prepare: threeGenerations,
    run: (context) => switchToGeneration(context, 'default', 1),
  },
  'rollback --to': {
    prepare: threeGenerations,
    run: (context) => rollback(context, 'default', 2),
  },
  'forget of one': {
    prepare: threeGenerations,
    run: (context) => forgetGenerations(context, 'default', [2]),
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
    edits: true,
  },
  remove: {
    prepare: async (world) => {
      world.environment(['one', 'two'], LINKS)
      await switchEnvironment(world.context(), 'default')
    },
    run: (context) => removePackages(context, 'default', ['path:tools/two']),
    edits: true,
  },
}

async function threeGenerations(world: LocalWorld): Promise<void> {
  for (const tools of [['one'], ['one', 'two'], ['two', 'three']]) {
    world.environment(tools, 'links:\n  shown: share\n')
    await switchEnvironment(world.context(), 'default')
  }
}

async function prepared(verb: Verb): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const name of ['one', 'two', 'three']) world.tool(name)
  await verb.prepare(world)
  return world
}

interface State {
  readonly current: number | null
  readonly tree: string | null
  readonly history: ReturnType<LocalWorld['history']>
  readonly lock: string | null
  readonly file: string | null
}

/** What stands; the tree by its name, so that worlds can be compared. */
function stateOf(world: LocalWorld): State {
  return {
    current: world.profile()?.currentNumber() ?? null,
    tree: world.currentTree()?.split('/').at(-1) ?? null,
    history: world.history(),
    lock: world.text('environments/default.lock.json'),
    file: world.text('environments/default.yaml'),
  }
}

/** What must be the same whether or not a crash came between: a crash may cost a number, and a repeated edit is a plain switch. */
function essence(world: LocalWorld) {
  const { tree, lock, file, history } = stateOf(world)
  const generations = history.map(({ number, reason, ...rest }) => rest)
  return { tree, lock, file, generations, links: world.links('shown', 'shown/deeper', 'other', 'tool') }
}

/** Tries the verb with a fault at every call, each time in a new world, until a run meets none; returns how often one was met. */
async function forEachFault(
  verb: Verb,
  fault: (at: number) => Fault,
  check: (world: LocalWorld, error: unknown) => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at++) {
    const world = await prepared(verb)
    const host = new FaultyHost(fault(at))
    const error = await verb.run(world.context(host)).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (!host.failed) {
      expect(error).toBeNull()
      return at - 1
    }
    await check(world, error)
    world.remove()
  }
}

/** What stands before the verb, and what after it. */
async function outcomesOf(verb: Verb) {
  const world = await prepared(verb)
  const old = stateOf(world)
  await verb.run(world.context())
  await expectSound(world)
  return { old, wanted: stateOf(world), essence: essence(world) }
}

/** Each part that has a commit point of its own is old or new, and they become new in their order: file, lock, current. */
function expectOldOrNew(found: State, old: State, wanted: State): void {
  const isNew = (part: keyof State) => found[part] === wanted[part]
  if (!isNew('file')) expect(found).toMatchObject({ file: old.file, lock: old.lock })
  if (!isNew('lock')) expect(found).toMatchObject({ lock: old.lock, tree: old.tree })
  if (!isNew('tree')) expect(found).toMatchObject({ tree: old.tree, current: old.current })
  if (found.lock !== null) parseLock(found.lock, 'environments/default.lock.json')
  // A generation that was there is untouched, or forgotten as asked; a new one may be there before it is current.
  const known = [...old.history, ...wanted.history].map((item) => JSON.stringify(item))
  for (const item of found.history) expect(known).toContain(JSON.stringify(item))
}

/** The same verb, or what finishes it: an edit is not typed again when the file has it already. */
async function again(verb: Verb, world: LocalWorld, wanted: State): Promise<void> {
  if (verb.edits === true && world.text('environments/default.yaml') === wanted.file) {
    await switchEnvironment(world.context(), 'default')
  } else {
    await verb.run(world.context())
  }
}

for (const [title, verb] of Object.entries(verbs)) {
  for (const kind of ['crash', 'torn'] as const) {
    const where = kind === 'crash' ? 'before' : 'in'
    test(`S-7.10 a crash ${where} any call leaves old or new, and the same then succeeds: ${title}`, async () => {
      const { old, wanted, essence: expected } = await outcomesOf(verb)
      const numbers = new Set(old.history.map((item) => item.number))
      const crashes = await forEachFault(
        verb,
        (at) => ({ kind, at }),
        async (world, error) => {
          expect(error).toBeInstanceOf(SimulatedCrash)
          expectOldOrNew(stateOf(world), old, wanted)
          await expectSound(world)
          await again(verb, world, wanted)
          expect(essence(world)).toEqual(expected)
          await expectSound(world)
          // Numbers rise and are not used twice: what was forgotten does not come back as something else.
          const next = world.profile()?.lastNumber() ?? 0
          world.environment(['three'])
          const made = await switchEnvironment(world.context(), 'default')
          if (made.generation.number <= next) expect(numbers).toContain(made.generation.number)
        },
      )
      expect(crashes).toBeGreaterThan(2)
    })
  }

  for (const code of ['ENOSPC', 'EACCES'] as const) {
    test(`S-7.11 ${code} at any call is one clear error and leaves old or new: ${title}`, async () => {
      const { old, wanted, essence: expected } = await outcomesOf(verb)
      await forEachFault(
        verb,
        (at) => ({ kind: 'error', at, code }),
        async (world, error) => {
          // What comes after the last commit point may be left for the next run, without a word.
          if (error !== null)
            expect(isToolError(error, 'E_STORE_IO') ? error.details : error).toMatchObject({ errno: code })
          expectOldOrNew(stateOf(world), old, wanted)
          await expectSound(world)
          await again(verb, world, wanted)
          expect(essence(world)).toEqual(expected)
          await expectSound(world)
        },
      )
    })
  }
}
