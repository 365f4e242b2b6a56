// Movers (the front of bin/tenon, whose Node is a stub) beside whoever else changes the profile: stopped at chosen and at random moments while
// something is done to the generations in this process, or killed. Nothing in the front helps with that: the moments are seen in the file system.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Generation } from '../../src/core/generation.ts'
import { deleteEnvironment } from '../../src/ops/environments.ts'
import { forgetGenerations } from '../../src/ops/forget.ts'
import { collectGarbage } from '../../src/ops/gc.ts'
import { rollback, switchToGeneration } from '../../src/ops/rollback.ts'
import { switchEnvironment } from '../../src/ops/switch.ts'
import { InstalledFront, isAsking } from '../support/front.ts'
import { expectSound, LocalWorld } from '../support/local-world.ts'

const installed = new InstalledFront()
const SEED = 20_261_123

/** Generation 3 is current, made from 2, made from 1, which shows one name more where there are links. */
async function makeWorld(links = 'links:\n  shown: bin\n'): Promise<LocalWorld> {
  const world = new LocalWorld()
  for (const tool of ['one', 'two']) world.tool(tool)
  for (const [tools, text] of [
    [['one', 'two'], '1'],
    [['one'], '2'],
    [['one'], '3'],
  ] as const) {
    world.environment(tools, links)
    await commit(world, text)
  }
  return world
}

async function commit(world: LocalWorld, text: string): Promise<Generation> {
  world.tool('one', text)
  return (await switchEnvironment(world.context(), 'default')).generation
}

function place(world: LocalWorld, name: string): string {
  return world.path('.tenon/profiles/default', name)
}

function links(world: LocalWorld): readonly string[] {
  return existsSync(place(world, 'moves')) ? readdirSync(place(world, 'moves')) : []
}

function currentLink(world: LocalWorld): string | null {
  const number = world.profile()?.currentNumber() ?? null
  return number === null ? null : String(number)
}

/** What is current is there, whole. */
function expectWhole(world: LocalWorld): void {
  const current = world.profile()?.currentNumber() ?? null
  if (current === null) return
  expect(world.profile()?.read(current)).not.toBeNull()
  expect(existsSync(join(place(world, 'current'), 'etc/tenon/run'))).toBe(true)
}

class Mover {
  readonly #child: ChildProcess
  /** What it said, or null when Node was asked or it was killed. */
  readonly said: Promise<string | null>

  constructor(world: LocalWorld, args: readonly string[]) {
    const env = { PATH: '/usr/bin:/bin', HOME: world.root }
    // A group of its own, so that what it starts can be stopped with it.
    const child = spawn('sh', [installed.front, ...args], {
      cwd: world.workspace,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk
    })
    this.said = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (status) => resolve(status !== 0 || isAsking(stdout) ? null : stdout.trim()))
    })
    this.#child = child
  }

  get #pid(): number {
    return this.#child.pid ?? Number.NaN
  }

  isAlive(): boolean {
    return !['Z', 'X'].includes(stateOf(this.#pid))
  }

  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#pid, signal)
    } catch (error) {
      // It is over.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }

  /** When this returns none of its processes runs. */
  stop(): void {
    this.signal('SIGSTOP')
    while (!isStill(this.#pid));
  }
}

/** Who starts a program (vfork) waits in state D, and only stops, when that has begun; but the program is stopped before that. */
function isStill(pid: number): boolean {
  const children = childrenOf(pid)
  const state = stateOf(pid)
  return (['T', 'Z', 'X'].includes(state) || (state === 'D' && children.length > 0)) && children.every(isStill)
}

/** `X` when there is none. */
function stateOf(pid: number): string {
  const text = readProc(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2)[0] ?? 'X'
}

function childrenOf(pid: number): readonly number[] {
  const words = readProc(`/proc/${pid}/task/${pid}/children`).split(' ')
  return words.filter((word) => word !== '').map(Number)
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const isAnnounced = (world: LocalWorld) => links(world).length > 0 && currentLink(world) === '3'
const hasMoved = (world: LocalWorld) => currentLink(world) === '2'

/** A mover that is stopped where that is so, some way after it began to be so. */
async function stopWhere(world: LocalWorld, isReached: (world: LocalWorld) => boolean, turns: number): Promise<Mover> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const mover = new Mover(world, ['rollback'])
    while (!isReached(world) && mover.isAlive());
    for (let turn = 0; turn < turns; turn++) readlinkSync(place(world, 'current'))
    mover.stop()
    if (mover.isAlive() && isReached(world)) return mover
    mover.signal('SIGCONT')
    await mover.said
    unlinkSync(place(world, 'current'))
    symlinkSync('3', place(world, 'current'))
  }
  throw new Error('no mover came there')
}

interface Change {
  readonly run: (world: LocalWorld) => Promise<unknown>
  /** The current one after it. */
  readonly current: string | null
}

/** Whatever takes movers their chance. */
const CHANGES: Readonly<Record<string, Change>> = {
  'a switch that makes a generation': { run: (world) => commit(world, '4'), current: '4' },
  'the target forgotten': { run: (world) => forgetGenerations(world.context(), 'default', [2]), current: '3' },
  'a collection with retention': {
    run: (world) => collectGarbage(world.context(), { keep: 1, olderThan: null }),
    current: '3',
  },
  'an environment deleted and collected': {
    run: async (world) => {
      deleteEnvironment(world.context(), 'default')
      await collectGarbage(world.context(), { keep: null, olderThan: null })
    },
    current: null,
  },
  'a move to other links': { run: (world) => rollback(world.context(), 'default', 1), current: '1' },
}

for (const [name, { run, current }] of Object.entries(CHANGES)) {
  test(`S-7.35 a mover that has made its link does nothing more beside ${name}`, async () => {
    for (const turns of [0, 60, 120, 180, 240]) {
      const world = await makeWorld()
      const mover = await stopWhere(world, isAnnounced, turns)
      await run(world)
      const shown = world.links('shown')
      mover.signal('SIGCONT')
      expect(await mover.said).toBe(null)
      expect(currentLink(world)).toBe(current)
      expectWhole(world)
      expect(world.links('shown')).toEqual(shown)
      expect(links(world)).toEqual([])
      expect(existsSync(place(world, 'closed'))).toBe(false)
      if (current === '4') expect(world.current()?.parent).toBe(3)
      world.remove()
    }
  })

  test(`S-7.35 a mover that moved before has moved: ${name}`, async () => {
    const world = await makeWorld()
    const mover = await stopWhere(world, hasMoved, 0)
    const isAfter = await run(world).then(
      () => true,
      // What is current now cannot be forgotten.
      () => false,
    )
    mover.signal('SIGCONT')
    expect(await mover.said).toBe('default: generation 3 → 2')
    if (isAfter && current === '4') expect(world.current()?.parent).toBe(2)
    if (current !== null) expect(world.current()).not.toBeNull()
    expectWhole(world)
  })
}

test('S-7.35 beside a move of Node that is one rename too, each is done, and the later stands', async () => {
  const world = await makeWorld('')
  const mover = await stopWhere(world, isAnnounced, 100)
  await switchToGeneration(world.context(), 'default', 1)
  expect(currentLink(world)).toBe('1')
  mover.signal('SIGCONT')
  const said = await mover.said
  // It looked before that, or after it.
  expect(['default: generation 3 → 2', null]).toContain(said)
  expect(currentLink(world)).toBe(said === null ? '1' : '2')
})

test('S-7.35 of two movers at once, who comes second asks Node', async () => {
  const world = await makeWorld()
  const first = await stopWhere(world, isAnnounced, 300)
  expect(await new Mover(world, ['rollback']).said).toBe(null)
  expect(currentLink(world)).toBe('3')
  first.signal('SIGCONT')
  expect(['default: generation 3 → 2', null]).toContain(await first.said)
})

test('S-7.35 a mover says and does what it would alone before a switch or after it, whenever it was stopped for one', async () => {
  const world = await makeWorld('')
  const moments = fc.sample(fc.integer({ min: 0, max: 8_000 }), { numRuns: 40, seed: SEED })
  let text = 10
  let answers = 0
  for (const microseconds of moments) {
    const before = currentLink(world)
    const mover = new Mover(world, ['rollback'])
    const begun = performance.now()
    while (performance.now() - begun < microseconds / 1000);
    mover.stop()
    const made = await commit(world, String(text++))
    mover.signal('SIGCONT')
    const said = await mover.said
    expectWhole(world)
    const now = currentLink(world)
    if (said === null) {
      expect([now, made.parent]).toEqual([String(made.number), Number(before)])
      continue
    }
    answers++
    const [, from, to] = /^default: generation (\d+) → (\d+)$/.exec(said) ?? []
    const isFirst = made.parent === Number(to) && from === before && now === String(made.number)
    const isSecond = from === String(made.number) && to === String(made.parent) && now === to && to === before
    expect([said, made.number, made.parent, now, isFirst || isSecond]).toEqual([
      said,
      made.number,
      made.parent,
      now,
      true,
    ])
  }
  expect(answers).toBeGreaterThan(0)
})

test('S-7.35 movers that are stopped with Ctrl-C leave what was current or what they moved to, and nothing that matters', async () => {
  const world = await makeWorld()
  for (const [isReached, number] of [
    [isAnnounced, '3'],
    [hasMoved, '2'],
  ] as const) {
    const mover = await stopWhere(world, isReached, 0)
    mover.signal('SIGINT')
    mover.signal('SIGCONT')
    await mover.said
    expect(currentLink(world)).toBe(number)
    // From the command line Node clears the way again.
    await rollback(world.context(), 'default', 3, { admit: true })
    expect(links(world)).toEqual([])
    expect(await new Mover(world, ['rollback', '--to', '2']).said).toBe('default: generation 3 → 2')
    await rollback(world.context(), 'default', 3)
  }
})

test('S-7.35 signal 9 at random moments of movers, beside whoever changes the generations, loses and leaves nothing', async () => {
  const world = await makeWorld()
  const verbs: readonly ((round: number) => Promise<unknown>)[] = [
    (round) => commit(world, `kill ${round}`),
    () => switchToGeneration(world.context(), 'default', world.profile()?.numbers()[0] ?? 1),
    () => collectGarbage(world.context(), { keep: 3, olderThan: null }),
    (round) => {
      world.environment(round % 2 === 0 ? ['one', 'two'] : ['one'], 'links:\n  shown: bin\n')
      return commit(world, `kill ${round}`)
    },
  ]
  const rounds = fc.sample(fc.tuple(fc.nat({ max: verbs.length - 1 }), fc.nat({ max: 8_000 }), fc.boolean()), {
    numRuns: 40,
    seed: SEED,
  })
  for (const [round, [verb, microseconds, isFirst]] of rounds.entries()) {
    const known = world.profile()?.numbers() ?? []
    const movers = [new Mover(world, ['rollback']), new Mover(world, ['switch', '--generation', String(known.at(-1))])]
    if (isFirst) await verbs[verb]?.(round)
    const begun = performance.now()
    while (performance.now() - begun < microseconds / 1000);
    for (const mover of movers) mover.signal('SIGKILL')
    if (!isFirst) await verbs[verb]?.(round)
    for (const mover of movers) await mover.said
    expect(world.current()).not.toBeNull()
    expectWhole(world)
    if (verb !== 2) expect(world.profile()?.numbers()).toEqual(expect.arrayContaining([...known]))
  }
  await expectSound(world)
  await rollback(world.context(), 'default', world.profile()?.numbers()[0] ?? 1, { admit: true })
  expect(links(world)).toEqual([])
})
