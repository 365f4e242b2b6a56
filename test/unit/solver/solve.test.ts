// What a solve chooses, rule by rule, over small universes in memory.

import { expect, test } from 'vitest'
import { ToolError } from '../../../src/core/errors.ts'
import { type Outcome, type SolveOptions, solve } from '../../../src/solver/solver.ts'
import type { Problem } from '../../../src/solver/universe.ts'
import { faultsOf, versionsOf } from './support/checker.ts'
import { type MemoryOptions, MemoryUniverse, type PackageData, roots } from './support/memory-universe.ts'
import { DEBIAN } from './support/schemes.ts'

const signal = new AbortController().signal
const TOO_NEW = { reason: 'was published 3 hours ago, and the minimum release age is one day' }
const YANKED = { reason: 'is yanked', unlessLocked: true }

test('S-11.2 versions are ordered by their source, not by semver', async () => {
  const chosen = await choose(
    {
      'deb:libc6': { '2.36-9': {}, '2.36-9+deb12u4': {}, '2.37~rc1-1': {}, '1:2.5-1': {} },
      'deb:jq': { '1.6-2.1': { needs: ['deb:libc6 (<< 1:0)', 'deb:libc6 (>= 2.36)'] } },
    },
    { roots: roots('deb:jq (>= 1.6)') },
    { scheme: DEBIAN },
  )
  expect(chosen).toEqual({ 'deb:jq': '1.6-2.1', 'deb:libc6': '2.37~rc1-1' })
})

test('S-11.2 packages of several sources are chosen in one solve, each by its own order', async () => {
  const universe = {
    'core:chroma': { '0.1.0': { needs: ['pypi:chromadb 1.0.0'] }, '0.2.0': { needs: ['pypi:chromadb 2.0.0'] } },
    'pypi:chromadb': { '1.0.0': { needs: ['pypi:numpy <2.0.0'] }, '2.0.0': { needs: ['pypi:numpy >=2.0.0'] } },
    'pypi:numpy': { '1.9.0': {}, '2.1.0': {} },
  }
  const chosen = await choose(universe, { roots: roots('core:chroma', 'pypi:numpy <2.0.0') })
  expect(chosen).toEqual({ 'core:chroma': '0.1.0', 'pypi:chromadb': '1.0.0', 'pypi:numpy': '1.9.0' })
})

test('S-11.3 the highest version that fits is chosen', async () => {
  const universe = { 'core:a': { '1.0.0': {}, '1.10.0': {}, '1.9.0': {}, '2.0.0': {} } }
  expect(await choose(universe, { roots: roots('core:a') })).toEqual({ 'core:a': '2.0.0' })
  expect(await choose(universe, { roots: roots('core:a ^1.0.0') })).toEqual({ 'core:a': '1.10.0' })
})

test('S-11.3 a last resort is chosen only where no other version fits', async () => {
  const universe = {
    'pypi:a': { '1.0.0': {}, '2.0.0': { isLastResort: true } },
    'pypi:b': { '1.0.0': { isLastResort: true }, '1.1.0': { isLastResort: true } },
    'pypi:c': { '1.0.0': { needs: ['pypi:a >=1.5.0'] } },
  }
  expect(await choose(universe, { roots: roots('pypi:a', 'pypi:b') })).toEqual({ 'pypi:a': '1.0.0', 'pypi:b': '1.1.0' })
  expect(await choose(universe, { roots: roots('pypi:a', 'pypi:c') })).toEqual({ 'pypi:a': '2.0.0', 'pypi:c': '1.0.0' })
})

test('S-11.3 whether a range asks for pre-releases is its source’s rule', async () => {
  const universe = { 'core:a': { '1.0.0': {}, '2.0.0-rc.1': {} } }
  expect(await choose(universe, { roots: roots('core:a >=1.0.0') })).toEqual({ 'core:a': '1.0.0' })
  expect(await choose(universe, { roots: roots('core:a >=2.0.0-rc.0') })).toEqual({ 'core:a': '2.0.0-rc.1' })
})

const LAYERS = {
  'core:app': { '1.0.0': { needs: ['core:lib ^1.0.0'] }, '1.1.0': { needs: ['core:lib ^1.0.0'] } },
  'core:lib': {
    '1.0.0': { needs: ['core:base ^1.0.0'] },
    '1.1.0': { needs: ['core:base ^1.0.0'] },
    '1.2.0': { needs: ['core:base ^1.1.0'] },
  },
  'core:base': { '1.0.0': {}, '1.1.0': {}, '1.2.0': {} },
  'core:other': { '1.0.0': {}, '2.0.0': { needs: ['core:base ^1.0.0'] } },
}
const LOCKED = new Map([
  ['core:app', '1.0.0'],
  ['core:lib', '1.0.0'],
  ['core:base', '1.0.0'],
])

test('S-11.4 what is locked stays, also when something is added', async () => {
  expect(await choose(LAYERS, { roots: roots('core:app', 'core:other'), locked: LOCKED })).toEqual({
    ...Object.fromEntries(LOCKED),
    'core:other': '2.0.0',
  })
})

test('S-11.4 what no longer fits changes, and nothing else', async () => {
  expect(await choose(LAYERS, { roots: roots('core:app >=1.1.0'), locked: LOCKED })).toEqual({
    'core:app': '1.1.0',
    'core:lib': '1.0.0',
    'core:base': '1.0.0',
  })
})

test('S-11.4 an update brings the named package to its newest, and others only as far as they must', async () => {
  const update = new Set(['core:lib'])
  expect(await choose(LAYERS, { roots: roots('core:app'), locked: LOCKED, update })).toEqual({
    'core:app': '1.0.0',
    'core:lib': '1.2.0',
    'core:base': '1.2.0',
  })
  const only = new Set(['core:app'])
  expect(await choose(LAYERS, { roots: roots('core:app'), locked: LOCKED, update: only })).toEqual({
    'core:app': '1.1.0',
    'core:lib': '1.0.0',
    'core:base': '1.0.0',
  })
})

test('S-11.4 a locked version that is gone is replaced', async () => {
  const locked = new Map([['core:base', '0.9.0']])
  expect(await choose(LAYERS, { roots: roots('core:base'), locked })).toEqual({ 'core:base': '1.2.0' })
})

test('S-11.6 only what is considered is asked for, once each, and what is needed together at once', async () => {
  let waiting = 0
  let most = 0
  const delay = async () => {
    waiting += 1
    most = Math.max(most, waiting)
    await new Promise((resolve) => setImmediate(resolve))
    waiting -= 1
  }
  const needs = Array.from({ length: 20 }, (_, index) => `core:leaf${index}`)
  const leaves = Object.fromEntries(needs.map((id): [string, PackageData] => [id, { '1.0.0': {}, '2.0.0': {} }]))
  const unused = { 'core:unused': { '1.0.0': {} }, 'core:old': { '1.0.0': {} } }
  const top = { 'core:top': { '1.0.0': { needs: ['core:old'] }, '2.0.0': { needs } } }
  const universe = new MemoryUniverse({ ...top, ...leaves, ...unused }, { delay })
  expect((await solve({ roots: roots('core:top') }, universe, { signal })).kind).toBe('solved')
  expect(universe.questions.toSorted()).toEqual(
    ['list core:top', 'facts core:top 2.0.0', ...needs.flatMap((id) => [`list ${id}`, `facts ${id} 2.0.0`])].toSorted(),
  )
  expect(most).toBe(20)
})

test('S-11.6 an answer that failed matters only where it is needed', async () => {
  const universe = new MemoryUniverse({
    'core:a': { '1.0.0': { needs: ['core:b <2.0.0', 'core:c'] } },
    'core:b': { '1.0.0': {}, '2.0.0': {} },
    'core:c': { '1.0.0': {} },
  })
  const answers = universe.facts.bind(universe)
  universe.facts = (id, version) =>
    id === 'core:b' && version === '2.0.0'
      ? Promise.reject(new ToolError('E_SOURCE_UNAVAILABLE', 'It is away.'))
      : answers(id, version)
  expect((await solve({ roots: roots('core:a') }, universe, { signal })).kind).toBe('solved')
  await expect(solve({ roots: roots('core:b') }, universe, { signal })).rejects.toThrow('It is away.')
})

test('S-11.5 of several answers that failed it is always the same one that ends the solve', async () => {
  for (const slow of ['list core:b', 'list core:c']) {
    const universe = new MemoryUniverse(
      { 'core:a': { '1.0.0': { needs: ['core:b', 'core:c'] } } },
      {
        delay: async (question) => {
          if (question === 'list core:a' || question.startsWith('facts')) return
          if (question === slow) await new Promise((resolve) => setImmediate(resolve))
          throw new ToolError('E_SOURCE_UNAVAILABLE', `${question} got no answer.`)
        },
      },
    )
    await expect(solve({ roots: roots('core:a') }, universe, { signal })).rejects.toThrow('list core:b got no answer.')
  }
})

const EXTRAS = {
  'pypi:httpx': { '0.26.0': {}, '0.27.0': { needs: ['pypi:idna'] }, '0.28.0': { needs: ['pypi:idna'] } },
  'pypi:httpx[http2]': {
    '0.26.0': { needs: ['pypi:httpx 0.26.0', 'pypi:h2 ^3.0.0'] },
    '0.27.0': { needs: ['pypi:httpx 0.27.0', 'pypi:h2 ^3.0.0'] },
    '0.28.0': { needs: ['pypi:httpx 0.28.0', 'pypi:h2 ^4.0.0'] },
  },
  'pypi:h2': { '3.2.0': {}, '4.1.0': {} },
  'pypi:idna': { '3.0.0': {} },
}
const FOLLOWS = { 'pypi:httpx[http2]': 'pypi:httpx' }

test('S-11.7 an extra has the version of its base, whatever narrows either', async () => {
  const pick = (...texts: string[]) => choose(EXTRAS, { roots: roots(...texts) }, { follows: FOLLOWS })
  expect(await pick('pypi:httpx[http2]', 'pypi:httpx <0.28.0')).toMatchObject({
    'pypi:httpx': '0.27.0',
    'pypi:httpx[http2]': '0.27.0',
  })
  expect(await pick('pypi:httpx[http2]', 'pypi:h2 ^3.0.0')).toMatchObject({
    'pypi:httpx': '0.27.0',
    'pypi:h2': '3.2.0',
  })
  expect(await pick('pypi:httpx')).not.toHaveProperty(['pypi:httpx[http2]'])
})

const MAIL: Readonly<Record<string, PackageData>> = {
  'deb:cron': { '3.0': { needs: ['deb:postfix | deb:exim4 | deb:sendmail'] } },
  'deb:postfix': { '3.7': {} },
  'deb:exim4': { '4.96': {} },
  'deb:sendmail': { '8.17': {} },
  'deb:list': { '1.0': { needs: ['deb:exim4'] } },
}

test('S-11.8 of several packages that would do, the first is chosen', async () => {
  expect(await choose(MAIL, { roots: roots('deb:cron') }, { scheme: DEBIAN })).toEqual({
    'deb:cron': '3.0',
    'deb:postfix': '3.7',
  })
})

test('S-11.8 of several packages that would do, one that is chosen anyway is taken', async () => {
  expect(await choose(MAIL, { roots: roots('deb:cron', 'deb:list') }, { scheme: DEBIAN })).toEqual({
    'deb:cron': '3.0',
    'deb:list': '1.0',
    'deb:exim4': '4.96',
  })
})

test('S-11.8 of several packages that would do, the locked one is taken', async () => {
  const locked = new Map([['deb:sendmail', '8.17']])
  expect(await choose(MAIL, { roots: roots('deb:cron'), locked }, { scheme: DEBIAN })).toEqual({
    'deb:cron': '3.0',
    'deb:sendmail': '8.17',
  })
})

test('S-11.8 a virtual package is met by the versions that provide it', async () => {
  // As the source writes a need of `awk (>= 2)`: the versions of each package that provide awk in such a version.
  const universe = {
    'deb:script': { '1.0': { needs: ['deb:mawk (>= 1.4) | deb:gawk (>= 5.2)'] } },
    'deb:mawk': { '1.3': {}, '1.4': { excludes: ['deb:tool'] } },
    'deb:gawk': { '5.1': {}, '5.2': {} },
    'deb:tool': { '1.0': {} },
  }
  const scheme = { scheme: DEBIAN }
  expect(await choose(universe, { roots: roots('deb:script') }, scheme)).toEqual({
    'deb:script': '1.0',
    'deb:mawk': '1.4',
  })
  expect(await choose(universe, { roots: roots('deb:script', 'deb:tool') }, scheme)).toEqual({
    'deb:script': '1.0',
    'deb:tool': '1.0',
    'deb:gawk': '5.2',
  })
})

test('S-11.9 what a version excludes is not chosen beside it, in whichever order they come', async () => {
  const universe = {
    'deb:a': { '1.0': {}, '2.0': { excludes: ['deb:z (<< 3.0)'] } },
    'deb:z': { '1.0': {}, '2.0': {} },
    'deb:b': { '1.0': {}, '2.0': {} },
    'deb:y': { '1.0': { excludes: ['deb:b (>= 2.0)'] } },
  }
  const scheme = { scheme: DEBIAN }
  expect(await choose(universe, { roots: roots('deb:a', 'deb:z') }, scheme)).toEqual({ 'deb:a': '1.0', 'deb:z': '2.0' })
  expect(await choose(universe, { roots: roots('deb:b', 'deb:y') }, scheme)).toEqual({ 'deb:b': '1.0', 'deb:y': '1.0' })
  // What excludes something that nobody needs excludes nothing.
  expect(await choose(universe, { roots: roots('deb:a') }, scheme)).toEqual({ 'deb:a': '2.0' })
})

test('S-11.9 a package that excludes its own name excludes nothing', async () => {
  const universe = { 'deb:a': { '1.0': { excludes: ['deb:a'] } } }
  expect(await choose(universe, { roots: roots('deb:a') }, { scheme: DEBIAN })).toEqual({ 'deb:a': '1.0' })
})

test('S-11.10 a withheld version is passed over, and told with its reason where it would have fitted', async () => {
  const universe = {
    'core:a': { '1.0.0': {}, '1.1.0': { withheld: TOO_NEW }, '2.0.0': { withheld: TOO_NEW } },
    'core:b': { '1.0.0': {}, '1.1.0': { withheld: TOO_NEW } },
    'core:c': { '1.0.0': { needs: ['core:b 1.0.0'] } },
  }
  const { solution } = await solved(universe, { roots: roots('core:a ^1.0.0', 'core:c') })
  expect(Object.fromEntries(versionsOf(solution))).toEqual({ 'core:a': '1.0.0', 'core:b': '1.0.0', 'core:c': '1.0.0' })
  expect(solution.heldBack).toEqual([{ id: 'core:a', chosen: '1.0.0', version: '1.1.0', reason: TOO_NEW.reason }])
})

test('S-11.10 a yanked version stays where it is locked, and is never newly chosen', async () => {
  const universe = { 'core:a': { '1.0.0': {}, '1.1.0': { withheld: YANKED } } }
  const locked = new Map([['core:a', '1.1.0']])
  expect(await choose(universe, { roots: roots('core:a'), locked })).toEqual({ 'core:a': '1.1.0' })
  expect(await choose(universe, { roots: roots('core:a') })).toEqual({ 'core:a': '1.0.0' })
  expect(await choose(universe, { roots: roots('core:a'), locked, update: new Set(['core:a']) })).toEqual({
    'core:a': '1.0.0',
  })
})

test('S-11.10 a version that is too new is not kept because it is locked', async () => {
  const universe = { 'core:a': { '1.0.0': {}, '1.1.0': { withheld: TOO_NEW } } }
  expect(await choose(universe, { roots: roots('core:a'), locked: new Map([['core:a', '1.1.0']]) })).toEqual({
    'core:a': '1.0.0',
  })
})

test('S-11.11 what is refused afterwards is never chosen again, and the next best is', async () => {
  const seen: string[] = []
  const { solution } = await solved(
    { 'core:a': { '1.0.0': {}, '2.0.0': {}, '3.0.0': {} }, 'core:b': { '1.0.0': {} } },
    { roots: roots('core:a', 'core:b') },
    {
      check: async (candidate) => {
        const version = versionsOf(candidate).get('core:a') ?? ''
        seen.push(version)
        return version === '1.0.0'
          ? []
          : [{ versions: [{ id: 'core:a', version }], reason: `npm cannot lock what ${version} needs` }]
      },
    },
  )
  expect(seen).toEqual(['3.0.0', '2.0.0', '1.0.0'])
  expect(solution.refused.map(({ reason }) => reason)).toEqual([
    'npm cannot lock what 3.0.0 needs',
    'npm cannot lock what 2.0.0 needs',
  ])
})

test('S-11.11 a refusal of a combination forbids only the combination', async () => {
  const { solution } = await solved(
    { 'core:a': { '1.0.0': {}, '2.0.0': {} }, 'core:b': { '1.0.0': {}, '2.0.0': {} } },
    { roots: roots('core:a', 'core:b') },
    {
      check: async (candidate) => {
        const versions = candidate.packages.filter(({ version }) => version === '2.0.0')
        return versions.length < 2 ? [] : [{ versions, reason: 'they clash' }]
      },
    },
  )
  expect([...versionsOf(solution).values()].toSorted()).toEqual(['1.0.0', '2.0.0'])
})

test('S-11.15 a solve that is stopped ends with E_CANCELLED, and asks for nothing more', async () => {
  const stop = new AbortController()
  const universe = new MemoryUniverse(LAYERS, {
    delay: async (question) => {
      if (question.startsWith('facts core:lib')) stop.abort()
    },
  })
  const outcome = solve({ roots: roots('core:app') }, universe, { signal: stop.signal })
  await expect(outcome).rejects.toMatchObject({ code: 'E_CANCELLED' })
  expect(universe.questions.some((question) => question.startsWith('facts core:base'))).toBe(false)
})

test('S-11.15 a long solve lets other work go on, and can be stopped by it', async () => {
  const pigeons = Array.from({ length: 10 }, (_, pigeon) => pigeon)
  const packages = Object.fromEntries(
    pigeons.map((pigeon): [string, PackageData] => [
      `core:pigeon${pigeon}`,
      Object.fromEntries(
        pigeons
          .slice(1)
          .map((hole) => [
            `${hole}.0.0`,
            { excludes: pigeons.filter((other) => other !== pigeon).map((other) => `core:pigeon${other} ${hole}.0.0`) },
          ]),
      ),
    ]),
  )
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 20)
  const asked = roots(...Object.keys(packages))
  // Ten pigeons do not fit into nine holes, and there are very many ways to find that out.
  const outcome = solve({ roots: asked }, new MemoryUniverse(packages), { signal: stop.signal })
  await expect(outcome).rejects.toMatchObject({ code: 'E_CANCELLED' })
})

test('a source that lists a version twice, or selects what it does not list, is E_SOURCE_INVALID', async () => {
  const list = (versions: readonly string[], selected: readonly string[]) => ({
    list: () => ({ versions: versions.map((version) => ({ version })), select: () => selected }),
    facts: () => ({ needs: [] }),
  })
  for (const universe of [list(['1.0.0', '1.0.0'], []), list(['1.0.0'], ['2.0.0'])]) {
    await expect(solve({ roots: roots('core:a') }, universe, { signal })).rejects.toMatchObject({
      code: 'E_SOURCE_INVALID',
    })
  }
})

test('an empty environment has an empty solution', async () => {
  expect(await choose({}, { roots: [] })).toEqual({})
})

type Packages = Readonly<Record<string, PackageData>>

async function solved(packages: Packages, problem: Problem, options: Partial<SolveOptions> & MemoryOptions = {}) {
  const outcome: Outcome = await solve(problem, new MemoryUniverse(packages, options), { signal, ...options })
  if (outcome.kind === 'failed') throw new Error(outcome.failure.explanation.join('\n'))
  return outcome
}

/** The same solution, checked, whether the source tells all facts at once or only when asked. */
async function choose(packages: Packages, problem: Problem, options: MemoryOptions = {}) {
  const solutions = await Promise.all(
    [true, false].map(async (tellsFacts) => {
      const { solution } = await solved(packages, problem, { ...options, tellsFacts })
      const versions = versionsOf(solution)
      const universe = new MemoryUniverse(packages, options)
      const locked = new Map([...(problem.locked ?? [])].filter(([id]) => problem.update?.has(id) !== true))
      expect(faultsOf(universe, problem.roots, versions, locked)).toEqual([])
      return Object.fromEntries(versions)
    }),
  )
  expect(solutions[0]).toEqual(solutions[1])
  return solutions[0]
}
