// A real application runs from a Tenon environment as it does after `npm ci` of the same versions: the same graph, and the same
// results of its compiler, bundler, linter, test runner and formatter. Meets the real registry through this machine's own npm
// configuration; says so and skips when it cannot be reached.
//
// Of rollup and unrs-resolver the application asks for releases whose packages for every platform are in registries that mirror
// slowly, too: npm calls its lock incomplete without them.

import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LockedEnvironment, parseLock } from '../../src/core/lock.ts'
import { LiveWorld } from '../support/live.ts'
import { compareInstallations } from '../support/module-graph.ts'
import { builtProgram, type Run } from '../support/world.ts'

const APPLICATION = fileURLToPath(new URL('../fixtures/application', import.meta.url))
const LOCK = 'environments/default.lock.json'

const world = new LiveWorld()
const ordinary = { whyNot: world.whyNotOrdinary() }
let unreachable: string | null = null

// `environment` is for `tenon run` by whoever runs this test; `shared`, on the same store, for programs started from `node_modules/.bin`
// by an ordinary user, who could not write to the store if a program tried.
beforeAll(async () => {
  if (ordinary.whyNot !== null) console.warn(`Nothing is run as an ordinary user: ${ordinary.whyNot}`)
  for (const name of ['environment', 'shared', 'installed']) world.copy(APPLICATION, name)
  unreachable = await world.whyNotPrepared(() =>
    together([
      world.tenon('environment', 'switch', '--frozen').then(() => world.tenon('shared', 'switch', '--frozen')),
      world.ok('installed', ['npm', 'ci', '--no-audit', '--no-fund']),
    ]),
  )
  if (unreachable !== null) {
    console.warn(
      `The tests of the real application are skipped, because the registry cannot be reached: ${unreachable}`,
    )
    return
  }
  world.giveAway('shared')
})

afterAll(() => world.remove())

describe('a real application', () => {
  test('its environment is what its package.json asks for', () => {
    const { dependencies, devDependencies } = readJson(join(APPLICATION, 'package.json'))
    const wanted = Object.entries({ ...dependencies, ...devDependencies }).map(
      ([name, version]) => `npm:${name}@${version}`,
    )
    const text = readFileSync(join(APPLICATION, 'environments/default.yaml'), 'utf8')
    const packages = [...text.matchAll(/^ {2}- (npm:.*)$/gm)].map(([, requirement]) => requirement)
    expect(packages.sort()).toEqual(wanted.sort())
  })

  test('every dependency leads to the version that npm ci has there', ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const graph = compareInstallations(world.path('installed'), world.path('environment'))
    expect(graph.differences).toEqual([])
    expect([...graph.right].sort()).toEqual([...graph.left].sort())
    expect(graph.left.size).toBeGreaterThan(300)
    expect(graph.edges).toBeGreaterThan(1000)
    // Nothing lies about that nobody asks for, here or there.
    const installed: Record<string, { name?: string; version: string }> = readJson(
      world.path('installed/node_modules/.package-lock.json'),
    ).packages
    const names = Object.entries(installed).map(([place, item]) => `${item.name ?? nameIn(place)}@${item.version}`)
    expect([...new Set(names)].sort()).toEqual([...graph.left].sort())
  })

  test('locking afresh chooses what npm chooses', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    world.copy(APPLICATION, 'afresh')
    await world.ok('afresh', ['rm', LOCK, 'package-lock.json'])
    await together([
      world.tenon('afresh', 'lock'),
      world.ok('afresh', ['npm', 'install', '--package-lock-only', '--no-audit', '--no-fund']),
    ])
    const chosen: Record<string, { version: string; os?: string[]; optional?: boolean }> = readJson(
      world.path('afresh/package-lock.json'),
    ).packages
    const places = new Map(placesOf(readLock('afresh')).map(({ place, item }) => [place, item.version]))
    for (const [place, { version, optional }] of Object.entries(chosen)) {
      // What no system of the environment has is not in its lock.
      if (place !== '' && (optional !== true || places.has(place)))
        expect([place, places.get(place)]).toEqual([place, version])
    }
    for (const place of places.keys()) expect(Object.keys(chosen)).toContain(place)
  })

  test('tsc finds nothing wrong where nothing is', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const { installed, others } = await everywhere('tsc', '--noEmit', '--pretty', 'false')
    expect(installed).toEqual({ status: 0, stdout: '', stderr: '' })
    for (const other of others) expect(other).toEqual(installed)
  })

  test('S-4.18 tsc finds planted mistakes, which need the types of every package', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const { installed, others } = await everywhere('tsc', '--pretty', 'false', '-p', 'tsconfig.planted.json')
    expect(installed.status).toBe(2)
    expect(installed.stdout).toMatch(/planted\/types.tsx.*'nothing' does not exist on type 'MouseEvent</)
    for (const other of others) expect(other).toEqual(installed)
  })

  test('vite build emits the same bytes, but for the places of sources in source maps', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const { installed, others } = await everywhere('vite', 'build', '--logLevel', 'warn')
    expect(installed).toEqual({ status: 0, stdout: '', stderr: '' })
    for (const other of others) expect(other).toEqual(installed)
    const emitted = emittedFiles('installed')
    expect([...emitted.keys()].filter((file) => /\.(?:js|css|html|map)$/.test(file)).length).toBeGreaterThan(5)
    for (const place of ['environment', 'shared']) expect(emittedFiles(place)).toEqual(emitted)
  })

  test('eslint with plug-ins reports the same', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const { installed, others } = await everywhere('eslint', '.', '--format', 'json')
    expect(installed.status).toBe(1)
    const rules = new Set(messagesOf(installed).map(({ ruleId }) => ruleId?.split('/')[0]))
    expect([...rules].sort()).toEqual(['@typescript-eslint', 'import-x', 'jsx-a11y', 'react-hooks'])
    for (const other of others) expect(other).toEqual(installed)
  })

  test('vitest in jsdom gives the same tests and states', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const { installed, others } = await everywhere('vitest', 'run', '--reporter=json')
    const results = testsOf(installed)
    expect(results.tests.map((item) => item.status)).toEqual(['passed', 'passed', 'failed'])
    for (const other of others) expect(testsOf(other)).toEqual(results)
  })

  test('prettier with a plug-in finds the same file badly formatted', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const { installed, others } = await everywhere('prettier', '--check', '.')
    expect(installed.status).toBe(1)
    expect(installed.stderr).toMatch(/planted\/format\.tsx\n[^/]*$/)
    for (const other of others) expect(other).toEqual(installed)
    const formatted = await everywhere('prettier', 'planted/format.tsx')
    // Sorting classes is the plug-in's work.
    expect(formatted.installed.stdout).toContain('mx-2 flex p-4 underline')
    for (const other of formatted.others) expect(other).toEqual(formatted.installed)
  })

  test('the development server serves every module', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    const { installed, others } = await inEach((place, options) =>
      world.ok(place, [process.execPath, 'serve.mjs'], options),
    )
    const served = servedBy(installed)
    expect(served.length).toBeGreaterThan(10)
    expect(served.filter(([, status]) => status !== 200)).toEqual([])
    for (const other of others) expect(servedBy(other)).toEqual(served)
  })

  test('tools wrote their caches into the workspace, and nothing into the store', async ({ skip }) => {
    skip(unreachable !== null, unreachable ?? '')
    for (const place of ['environment', 'shared']) {
      const cache = world.path(place, 'node_modules/.vite')
      expect(existsSync(cache) && lstatSync(cache).isDirectory()).toBe(true)
    }
    expect((await world.tenon('environment', 'store', 'verify')).stdout).toMatch(/ 0 defects/)
  })
})

/** Waits for all, so that nothing still runs when one fails. */
async function together(works: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason
}

interface Results<T> {
  /** After `npm ci`. */
  readonly installed: T
  /** From the environment. */
  readonly others: readonly T[]
}

/** One program after `npm ci`, by `tenon run`, and started from `node_modules/.bin` by an ordinary user. */
async function everywhere(program: string, ...args: readonly string[]): Promise<Results<Run>> {
  return inEach((place, options) => {
    const command = place === 'environment' ? [builtProgram(), 'run', '--', program] : [`node_modules/.bin/${program}`]
    return world.run(place, [...command, ...args], options)
  })
}

async function inEach(
  run: (place: string, options: { readonly ordinary?: boolean }) => Promise<Run>,
): Promise<Results<Run>> {
  const [installed, ...others] = await Promise.all(
    ['installed', 'environment', 'shared'].map(async (place) => {
      const result = await run(place, { ordinary: place === 'shared' && ordinary.whyNot === null })
      const clean = (text: string): string => text.replaceAll(world.path(place), '<workspace>')
      return { status: result.status, stdout: clean(result.stdout), stderr: clean(result.stderr) }
    }),
  )
  if (installed === undefined) throw new Error('nothing ran')
  return { installed, others }
}

/** Path → content of what vite emitted; in a source map the places of dependencies are cut down to what is below `node_modules`. */
function emittedFiles(place: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const dist = world.path(place, 'dist')
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!lstatSync(join(dist, file)).isFile()) continue
    const text = readFileSync(join(dist, file), 'latin1')
    files.set(file, file.endsWith('.map') ? withoutPlaces(text) : text)
  }
  return files
}

function withoutPlaces(map: string): string {
  const { sources, ...rest } = JSON.parse(map)
  return JSON.stringify({
    ...rest,
    sources: sources.map((source: string) => source.replace(/^.*\/node_modules\//, 'node_modules/')),
  })
}

function messagesOf(run: Run): readonly { readonly ruleId: string | null }[] {
  const files: readonly { readonly messages: readonly { readonly ruleId: string | null }[] }[] = JSON.parse(run.stdout)
  return files.flatMap((file) => file.messages)
}

/** Addresses and statuses. The names of vite's own chunks are hashes of code that mentions the places of sources in comments. */
function servedBy(run: Run): readonly (readonly [string, number])[] {
  const served: readonly [string, number][] = JSON.parse(run.stdout)
  return served.map(([name, status]) => [name.replace(/chunk-\w+/, 'chunk'), status] as const)
}

interface TestResults {
  readonly status: number | null
  readonly tests: readonly { readonly name: string; readonly status: string; readonly reason: string }[]
}

function testsOf(run: Run): TestResults {
  const { testResults } = JSON.parse(run.stdout)
  const tests = testResults.flatMap(
    (file: { name: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }) =>
      file.assertionResults.map(({ fullName, status, failureMessages }) => ({
        name: `${file.name}: ${fullName}`,
        status,
        // Below the message are frames, which name places of packages.
        reason: failureMessages.map((message) => message.split('\n    at ')[0]).join('\n'),
      })),
  )
  return { status: run.status, tests }
}

function readLock(place: string): LockedEnvironment {
  return parseLock(readFileSync(world.path(place, LOCK), 'utf8'), LOCK)
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into many shapes
function readJson(path: string): any {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function nameIn(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function placesOf(lock: LockedEnvironment) {
  return lock.packages.flatMap((item) => {
    const { locations } = item.data
    if (!Array.isArray(locations)) throw new Error(`${item.id} is nowhere`)
    return locations.map((place) => ({ place: String(place), item }))
  })
}
