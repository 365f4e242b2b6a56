// Any history of two workspaces on one store against a small model: what number, parent and tree each generation has, which one is current, what
// the file says. Commands are carried out, die in the middle, or run two at a time.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ErrorCode, isToolError } from '../../src/core/errors.ts'
import type { StorePath } from '../../src/core/store-path.ts'
import type { NodeHost } from '../../src/host/node-host.ts'
import { addPackages, removePackages } from '../../src/ops/edit.ts'
import { forgetGenerations } from '../../src/ops/forget.ts'
import { collectGarbage } from '../../src/ops/gc.ts'
import { rollback, switchToGeneration } from '../../src/ops/rollback.ts'
import { switchEnvironment } from '../../src/ops/switch.ts'
import { Store } from '../../src/store/store.ts'
import { FaultyHost, SimulatedCrash } from '../support/faulty-host.ts'
import { expectSound, LocalWorld } from '../support/local-world.ts'
import { LoneHost } from '../support/lone-host.ts'

const TOOLS = ['one', 'two', 'three'] as const
/** What else a file may say. The second shows more of the same tree than the first. */
const REST = [
  '',
  'links:\n  shown: share\n',
  'links:\n  shown: share\n  tool: bin/two\n',
  'variables:\n  A: b\n',
] as const
const WORKSPACES = ['workspace', 'other'] as const

type Verb =
  | { readonly kind: 'write'; readonly tools: readonly string[]; readonly rest: string }
  | { readonly kind: 'add' | 'remove'; readonly tool: string }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'move' | 'forget'; readonly number: number }
  | { readonly kind: 'collect'; readonly keep: number | null }

/** A workspace as it should be. Plain: an order of events can be tried out. */
interface Model {
  readonly tools: readonly string[]
  readonly rest: string
  readonly generations: ReadonlyMap<number, { readonly parent: number | null; readonly key: string }>
  readonly current: number | null
  /** The highest number that was ever used. */
  readonly last: number
  /** Tools whose removal was killed: the same command may go on, or find that all is done. */
  readonly removing: readonly string[]
}

const START: Model = { tools: ['one'], rest: '', generations: new Map(), current: null, last: 0, removing: [] }

const keyOf = ({ tools, rest }: Pick<Model, 'tools' | 'rest'>): string => `${[...tools].sort()} ${rest}`

/** What a switch makes current, whether it is there or still to be made. */
function target(model: Model): number {
  for (const number of [model.current, model.last]) {
    if (number !== null && model.generations.get(number)?.key === keyOf(model)) return number
  }
  return model.last + 1
}

function switched(model: Model): Model {
  const number = target(model)
  const generations = new Map(model.generations)
  if (!generations.has(number)) generations.set(number, { parent: model.current, key: keyOf(model) })
  return { ...model, generations, current: number, last: Math.max(model.last, number) }
}

/** What the file says after the verb. */
function written(model: Model, verb: Verb): Model {
  if (verb.kind === 'write') return { ...model, tools: verb.tools, rest: verb.rest }
  if (verb.kind === 'add') return { ...model, tools: [...new Set([...model.tools, verb.tool])] }
  if (verb.kind === 'remove') return { ...model, tools: model.tools.filter((tool) => tool !== verb.tool) }
  return model
}

function without(model: Model, numbers: readonly number[]): Model {
  return { ...model, generations: new Map([...model.generations].filter(([number]) => !numbers.includes(number))) }
}

/** What the verb makes of it, or what it says instead. */
function apply(model: Model, verb: Verb): Model | ErrorCode {
  const { generations, current, last } = model
  switch (verb.kind) {
    case 'write':
    case 'add':
      return switched(written(model, verb))
    case 'remove':
      return model.tools.includes(verb.tool) ? switched(written(model, verb)) : 'E_PACKAGE_NOT_FOUND'
    case 'rollback': {
      const parent = current === null ? null : (generations.get(current)?.parent ?? null)
      if (last === 0) return 'E_PROFILE_NOT_FOUND'
      return parent === null || !generations.has(parent) ? 'E_GENERATION_NOT_FOUND' : { ...model, current: parent }
    }
    case 'move':
      if (last === 0) return 'E_PROFILE_NOT_FOUND'
      return generations.has(verb.number) ? { ...model, current: verb.number } : 'E_GENERATION_NOT_FOUND'
    case 'forget':
      if (last === 0) return 'E_PROFILE_NOT_FOUND'
      if (verb.number > last) return 'E_GENERATION_NOT_FOUND'
      return verb.number === current ? 'E_GENERATION_CURRENT' : without(model, [verb.number])
    case 'collect': {
      const newestFirst = [...generations.keys()].sort((a, b) => b - a)
      const surplus = verb.keep === null ? [] : newestFirst.slice(verb.keep).filter((number) => number !== current)
      return without(model, surplus)
    }
  }
}

/** The workspaces themselves, and what each should be. */
class System {
  readonly world = new LocalWorld({ store: 'shared' })
  readonly models: [Model, Model] = [START, START]
  /** Key → tree: the same file gives the same tree, whenever and however it comes about. */
  readonly #trees = new Map<string, StorePath>()

  constructor() {
    for (const name of WORKSPACES) {
      this.world.go(name)
      for (const tool of TOOLS) this.world.tool(tool, `${tool} of ${name}`)
      this.world.environment(START.tools)
    }
  }

  /** What the verb says, as far as it is no success. */
  async perform(index: number, verb: Verb, host: NodeHost = new LoneHost()): Promise<ErrorCode | null> {
    this.world.go(WORKSPACES[index] ?? '')
    if (verb.kind === 'write') this.world.environment(verb.tools, verb.rest)
    const context = this.world.context(host)
    try {
      if (verb.kind === 'write') await switchEnvironment(context, 'default')
      else if (verb.kind === 'add') await addPackages(context, 'default', [`path:tools/${verb.tool}`])
      else if (verb.kind === 'remove') await removePackages(context, 'default', [`path:tools/${verb.tool}`])
      else if (verb.kind === 'rollback') await rollback(context, 'default', null)
      else if (verb.kind === 'move') await switchToGeneration(context, 'default', verb.number)
      else if (verb.kind === 'forget') await forgetGenerations(context, 'default', [verb.number])
      else if (verb.kind === 'collect') await collectGarbage(context, { keep: verb.keep, olderThan: null })
      return null
    } catch (error) {
      if (isToolError(error)) return error.code
      throw error
    }
  }

  /** The workspace as it is, in the model's words, but for trees that the model must know. */
  look(index: number): Omit<Model, 'generations' | 'rest' | 'removing'> & {
    readonly numbers: readonly (readonly [number, number | null])[]
  } {
    this.world.go(WORKSPACES[index] ?? '')
    const profile = this.world.profile()
    const text = this.world.text('environments/default.yaml') ?? ''
    return {
      tools: [...text.matchAll(/tools\/(\w+)/g)].map((match) => match[1] ?? '').sort(),
      numbers: (profile?.list() ?? []).map(({ number, parent }) => [number, parent] as const),
      current: profile?.currentNumber() ?? null,
      last: profile?.lastNumber() ?? 0,
    }
  }

  async expectAsModelled(): Promise<void> {
    for (const [index, model] of this.models.entries()) {
      expect(this.look(index)).toEqual(asSeen(model))
      for (const { number, storePath } of this.world.profile()?.list() ?? []) {
        const { tools = [], rest = '' } = { ...model, ...parseKey(model.generations.get(number)?.key ?? '') }
        const key = `${index} ${tools} ${rest.startsWith('links') ? '' : rest}`
        expect(storePath).toBe(this.#trees.get(key) ?? storePath)
        this.#trees.set(key, storePath)
      }
      await expectSound(this.world)
    }
  }

  /** Nothing is there but what generations need. */
  async expectNoGarbage(): Promise<void> {
    const roots = WORKSPACES.flatMap((name) => {
      this.world.go(name)
      return this.world.profile()?.list() ?? []
    })
    const store = await Store.open(this.world.store, new LoneHost(), { mode: 'read' })
    expect(store.list()).toEqual([...store.closure(roots.map((item) => item.storePath))].sort())
    store.close()
  }
}

function parseKey(key: string): { readonly tools: string; readonly rest: string } {
  const space = key.indexOf(' ')
  return { tools: key.slice(0, space), rest: key.slice(space + 1) }
}

function asSeen({ tools, generations, current, last }: Model): ReturnType<System['look']> {
  const numbers = [...generations].sort(([a], [b]) => a - b).map(([number, { parent }]) => [number, parent] as const)
  return { tools: [...tools].sort(), numbers, current, last }
}

/** Whether a removal of what is gone from the file may be the rest of one that was killed. */
function mayGoOn(model: Model, verb: Verb): boolean {
  return verb.kind === 'remove' && model.removing.includes(verb.tool)
}

type Step = fc.AsyncCommand<object, System>

/** One verb, to its end. */
class Perform implements Step {
  constructor(index: number, verb: Verb) {
    this.index = index
    this.verb = verb
  }

  readonly index: number
  readonly verb: Verb

  check = () => true
  toString = () => `${WORKSPACES[this.index]}: ${JSON.stringify(this.verb)}`

  async run(_: object, system: System): Promise<void> {
    const { index, verb } = this
    const model = system.models[index] ?? START
    const answer = apply(model, verb)
    const said = await system.perform(index, verb)
    if (typeof answer !== 'string') {
      expect(said).toBeNull()
      system.models[index] = answer
    } else if (said === null && mayGoOn(model, verb)) {
      system.models[index] = switched(model)
    } else {
      expect(said).toBe(answer)
    }
    await system.expectAsModelled()
    if (verb.kind === 'collect') await system.expectNoGarbage()
  }
}

/** The process dies at this call, or does not come so far. */
class Die implements Step {
  readonly index: number
  readonly verb: Verb
  readonly at: number
  readonly torn: boolean

  constructor(index: number, verb: Verb, at: number, torn: boolean) {
    this.index = index
    this.verb = verb
    this.at = at
    this.torn = torn
  }

  check = () => true
  toString = () =>
    `${WORKSPACES[this.index]}: ${JSON.stringify(this.verb)} dies ${this.torn ? 'in' : 'before'} call ${this.at}`

  async run(_: object, system: System): Promise<void> {
    const { index, verb, at, torn } = this
    const model = system.models[index] ?? START
    const host = new FaultyHost({ kind: torn ? 'torn' : 'crash', at })
    const died = await system.perform(index, verb, host).then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof SimulatedCrash)) throw error
        return true
      },
    )
    const found = system.look(index)
    const wanted = apply(model, verb)
    const goesOn = mayGoOn(model, verb) ? switched(model) : model
    const will = typeof wanted === 'string' ? goesOn : wanted
    // Old or new, each part; a number may be lost.
    const file = written(model, verb)
    expect([asSeen(model).tools, asSeen(file).tools]).toContainEqual(found.tools)
    expect([model.current, will.current]).toContain(found.current)
    const known = new Map([...model.generations, ...will.generations])
    for (const [number, parent] of found.numbers) expect(known.get(number)?.parent).toBe(parent)
    for (const number of model.generations.keys()) {
      if (will.generations.has(number)) expect(found.numbers.map(([other]) => other)).toContain(number)
    }
    expect(found.last).toBeGreaterThanOrEqual(model.last)
    expect(found.last).toBeLessThanOrEqual(Math.max(model.last, will.last))
    const isWritten = verb.kind === 'write' || asSeen(model).tools.join() !== found.tools.join()
    system.models[index] = {
      ...(isWritten ? file : model),
      generations: new Map([...known].filter(([number]) => found.numbers.some(([other]) => other === number))),
      current: found.current,
      last: found.last,
      removing: died && verb.kind === 'remove' ? [...model.removing, verb.tool] : model.removing,
    }
    await system.expectAsModelled()
  }
}

/** Two verbs at once: it is as if one of them had come first. */
class Together implements Step {
  readonly first: Perform
  readonly second: Perform

  constructor(first: Perform, second: Perform) {
    this.first = first
    this.second = second
  }

  check = () => true
  toString = () => `at once: ${this.first} and ${this.second}`

  async run(_: object, system: System): Promise<void> {
    const { first, second } = this
    const said = await Promise.all([system.perform(first.index, first.verb), system.perform(second.index, second.verb)])
    const outcomes = [
      { order: [first, second], goesOn: false },
      { order: [second, first], goesOn: false },
      { order: [first, second], goesOn: true },
      { order: [second, first], goesOn: true },
    ].map(({ order, goesOn }) => {
      const models: [Model, Model] = [...system.models]
      const answers = new Map<Perform, ErrorCode | null>()
      for (const step of order) {
        const model = models[step.index] ?? START
        const applied = apply(model, step.verb)
        const answer = typeof applied === 'string' && goesOn && mayGoOn(model, step.verb) ? switched(model) : applied
        answers.set(step, typeof answer === 'string' ? answer : null)
        if (typeof answer !== 'string') models[step.index] = answer
      }
      return { models, said: [answers.get(first) ?? null, answers.get(second) ?? null] }
    })
    const seen = [system.look(0), system.look(1)]
    const match = outcomes.find(
      (outcome) => JSON.stringify([outcome.said, outcome.models.map(asSeen)]) === JSON.stringify([said, seen]),
    )
    expect(
      match,
      `${this}: ${JSON.stringify({ said, seen, outcomes: outcomes.map((o) => [o.said, o.models.map(asSeen)]) })}`,
    ).toBeDefined()
    if (match !== undefined) for (const [index, model] of match.models.entries()) system.models[index] = model
    await system.expectAsModelled()
  }
}

const anIndex = fc.nat({ max: WORKSPACES.length - 1 })
const aNumber = fc.integer({ min: 1, max: 6 })
const aTool = fc.constantFrom(...TOOLS)
const aWrite: fc.Arbitrary<Verb> = fc.record({
  kind: fc.constant('write' as const),
  tools: fc.subarray([...TOOLS], { minLength: 1 }),
  rest: fc.constantFrom(...REST),
})
const anEdit: fc.Arbitrary<Verb> = fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), tool: aTool })
/** Those that do not read the file, so that their order with an edit of it is the only thing that is open. */
const aMove: fc.Arbitrary<Verb> = fc.oneof(
  fc.constant({ kind: 'rollback' as const }),
  fc.record({ kind: fc.constantFrom('move' as const, 'forget' as const), number: aNumber }),
  fc.record({ kind: fc.constant('collect' as const), keep: fc.option(fc.integer({ min: 1, max: 3 })) }),
)
const aVerb = fc.oneof(
  { weight: 3, arbitrary: aWrite },
  { weight: 2, arbitrary: anEdit },
  { weight: 3, arbitrary: aMove },
)

const steps: fc.Arbitrary<Step>[] = [
  fc.tuple(anIndex, aVerb).map(([index, verb]) => new Perform(index, verb)),
  fc.tuple(anIndex, aVerb).map(([index, verb]) => new Perform(index, verb)),
  fc
    .tuple(anIndex, aVerb, fc.integer({ min: 1, max: 140 }), fc.boolean())
    .map(([index, verb, at, torn]) => new Die(index, verb, at, torn)),
  fc.tuple(aVerb, aVerb).map(([a, b]) => new Together(new Perform(0, a), new Perform(1, b))),
  fc.tuple(anIndex, anEdit, aMove).map(([index, a, b]) => new Together(new Perform(index, a), new Perform(index, b))),
]

test('S-7.19 after any row of switches, edits, rollbacks, forgetting and collections, killed ones and two at once among them, history is what it should be', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 14 }), async (commands) => {
      const system = new System()
      await fc.asyncModelRun(() => ({ model: {}, real: system }), commands)
      system.world.remove()
    }),
    { numRuns: 60 },
  )
})
