// Any history of one environment against a simple model: what number, parent and tree each generation has, which one is current.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StorePath } from '../../src/core/store-path.ts'
import { collectGarbage } from '../../src/ops/gc.ts'
import { forgetGenerations } from '../../src/ops/generations.ts'
import { rollback, switchToGeneration } from '../../src/ops/rollback.ts'
import { switchEnvironment } from '../../src/ops/switch.ts'
import { Store } from '../../src/store/store.ts'
import { FaultyHost, SimulatedCrash } from '../support/faulty-host.ts'
import { expectSound, LocalWorld } from '../support/local-world.ts'

/** What the file can say. Two of them have the same tree and differ in what they show. */
const VARIANTS = [
  { tools: ['one'], more: '' },
  { tools: ['one', 'two'], more: 'links:\n  shown: share\n' },
  { tools: ['one', 'two'], more: 'links:\n  shown: share\n  tool: bin/two\n' },
  { tools: ['two', 'three'], more: 'variables:\n  A: b\n' },
] as const

type Step =
  | { readonly kind: 'switch'; readonly variant: number; readonly crashAt: number | null; readonly torn: boolean }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'move'; readonly to: number }
  | { readonly kind: 'forget'; readonly number: number }
  | { readonly kind: 'collect'; readonly keep: number | null }

const aVariant = fc.nat({ max: VARIANTS.length - 1 })
const aNumber = fc.integer({ min: 1, max: 6 })
const aSwitch = fc.record({ kind: fc.constant('switch' as const), variant: aVariant })
const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: aSwitch.map((step) => ({ ...step, crashAt: null, torn: false })) },
  {
    weight: 3,
    arbitrary: fc.tuple(aSwitch, fc.integer({ min: 1, max: 130 }), fc.boolean()).map(([step, crashAt, torn]) => ({
      ...step,
      crashAt,
      torn,
    })),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'rollback' as const }) },
  { weight: 1, arbitrary: aNumber.map((to) => ({ kind: 'move' as const, to })) },
  { weight: 1, arbitrary: aNumber.map((number) => ({ kind: 'forget' as const, number })) },
  {
    weight: 1,
    arbitrary: fc.option(fc.integer({ min: 1, max: 3 })).map((keep) => ({ kind: 'collect' as const, keep })),
  },
)

interface Known {
  readonly parent: number | null
  readonly variant: number
}

/** The environment as it should be. */
class Model {
  readonly generations = new Map<number, Known>()
  current: number | null = null
  /** The highest number that was ever used. */
  last = 0

  /** What a switch to this variant makes current, whether it is there or still to be made. */
  switchTo(variant: number): number {
    for (const number of [this.current, this.last]) {
      if (number !== null && this.generations.get(number)?.variant === variant) return number
    }
    return this.last + 1
  }

  add(number: number, variant: number): void {
    if (!this.generations.has(number)) this.generations.set(number, { parent: this.current, variant })
    this.last = Math.max(this.last, number)
  }

  /** What the collector forgets when it keeps so many. */
  surplus(keep: number): readonly number[] {
    const newestFirst = [...this.generations.keys()].sort((a, b) => b - a)
    return newestFirst.slice(keep).filter((number) => number !== this.current)
  }
}

test('S-7.19 after any row of switches, rollbacks, forgetting, collections and crashes history is what it should be', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 16 }), async (steps) => {
      const world = new LocalWorld()
      for (const name of ['one', 'two', 'three']) world.tool(name)
      const model = new Model()
      const trees = new Map<number, StorePath>()
      for (const step of steps) {
        await perform(step, world, model)
        const found = world.profile()?.list() ?? []
        expect(found.map(({ number, parent }) => [number, parent])).toEqual(
          [...model.generations].sort(([a], [b]) => a - b).map(([number, { parent }]) => [number, parent]),
        )
        expect(world.profile()?.currentNumber() ?? null).toBe(model.current)
        // The same file gives the same tree, whenever and however it comes about.
        for (const { number, storePath } of found) {
          const variant = model.generations.get(number)?.variant ?? -1
          if (!trees.has(variant)) trees.set(variant, storePath)
          expect(storePath).toBe(trees.get(variant))
        }
        await expectSound(world)
      }
      world.remove()
    }),
    { numRuns: 100 },
  )
})

async function perform(step: Step, world: LocalWorld, model: Model): Promise<void> {
  const context = world.context()
  switch (step.kind) {
    case 'switch':
      return await performSwitch(step, world, model)
    case 'rollback': {
      const parent = model.current === null ? null : (model.generations.get(model.current)?.parent ?? null)
      if (parent === null || !model.generations.has(parent)) {
        // A crash may have used a number without making anything current.
        const code = model.last === 0 ? 'E_PROFILE_NOT_FOUND' : 'E_GENERATION_NOT_FOUND'
        await expect(rollback(context, 'default', null)).rejects.toMatchObject({ code })
        return
      }
      expect(await rollback(context, 'default', null)).toMatchObject({ from: model.current, to: parent })
      model.current = parent
      return
    }
    case 'move': {
      if (model.current === null) return
      if (!model.generations.has(step.to)) {
        await expect(switchToGeneration(context, 'default', step.to)).rejects.toMatchObject({
          code: 'E_GENERATION_NOT_FOUND',
        })
        return
      }
      await switchToGeneration(context, 'default', step.to)
      model.current = step.to
      return
    }
    case 'forget': {
      const code =
        model.last === 0
          ? 'E_PROFILE_NOT_FOUND'
          : step.number > model.last
            ? 'E_GENERATION_NOT_FOUND'
            : step.number === model.current
              ? 'E_GENERATION_CURRENT'
              : null
      const forgetting = forgetGenerations(context, 'default', [step.number])
      if (code !== null) return await expect(forgetting).rejects.toMatchObject({ code })
      await forgetting
      model.generations.delete(step.number)
      return
    }
    case 'collect': {
      const surplus = step.keep === null ? [] : model.surplus(step.keep)
      const { forgotten } = await collectGarbage(context, { keep: step.keep, olderThan: null })
      expect(forgotten.flatMap((item) => item.generations)).toEqual(surplus)
      for (const number of surplus) model.generations.delete(number)
      // Nothing is left but what generations need.
      const store = await Store.open(context.storeRoot, context.host, { mode: 'read' })
      const roots = world.profile()?.list() ?? []
      expect(store.list()).toEqual([...store.closure(roots.map((item) => item.storePath))].sort())
      store.close()
      return
    }
  }
}

async function performSwitch(step: Step & { kind: 'switch' }, world: LocalWorld, model: Model): Promise<void> {
  const { tools, more } = VARIANTS[step.variant] ?? VARIANTS[0]
  world.environment(tools, more)
  const expected = model.switchTo(step.variant)
  if (step.crashAt === null) {
    const { generation } = await switchEnvironment(world.context(), 'default')
    expect(generation.number).toBe(expected)
    model.add(expected, step.variant)
    model.current = expected
    return
  }
  const host = new FaultyHost({ kind: step.torn ? 'torn' : 'crash', at: step.crashAt })
  await switchEnvironment(world.context(host), 'default').catch((error: unknown) => {
    if (!(error instanceof SimulatedCrash)) throw error
  })
  // Old or new: the generation may be there or not, and if it is, it may be current or not; its number may be lost.
  const profile = world.profile()
  if (profile?.read(expected) !== null && profile !== null) model.add(expected, step.variant)
  const current = profile?.currentNumber() ?? null
  if (current !== model.current) expect(current).toBe(expected)
  model.current = current
  const last = profile?.lastNumber() ?? 0
  expect([model.last, Math.max(model.last, expected)]).toContain(last)
  model.last = last
}
