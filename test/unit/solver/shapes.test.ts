// The shapes that Debian and Python bring, alone and together. Each universe is written as its ecosystem writes it, and each outcome is
// checked by that ecosystem's definition, apart from the solver.

import { expect, test } from 'vitest'
import { solve } from '../../../src/solver/solver.ts'
import { versionsOf } from './support/checker.ts'
import { type Archive, brokenRelations, DebianUniverse, isInstallable } from './support/debian-archive.ts'
import { rootOf } from './support/memory-universe.ts'
import { type Index, isSatisfiable, needsOf, PythonUniverse, unmet } from './support/python-index.ts'
import { DEBIAN, PEP440 } from './support/schemes.ts'

const signal = new AbortController().signal

test('S-11.2 Debian orders by epoch, tilde and stretches of digits', () => {
  const ordered = [
    '1.0~~',
    '1.0~~a',
    '1.0~',
    '1.0',
    '1.0-1',
    '1.0-1+b1',
    '1.0a',
    '1.0+dfsg',
    '1.2',
    '1.10',
    '1:0.1',
    '2:0',
  ]
  expect(ordered.toReversed().sort(DEBIAN.compare)).toEqual(ordered)
})

test('S-11.2 Python orders by epoch, dev, letters, post and local part', () => {
  const ordered = [
    '1.0.dev1',
    '1.0a1.dev1',
    '1.0a1',
    '1.0b2',
    '1.0rc1',
    '1.0',
    '1.0+local',
    '1.0.post1.dev1',
    '1.0.post1',
    '1.0.1',
    '1.10',
    '1!0.5',
  ]
  expect(ordered.toReversed().sort(PEP440.compare)).toEqual(ordered)
})

test('S-11.2 the highest is the highest of the ecosystem', async () => {
  const archive = { a: { '2.0': {}, '1:0.1~rc1': {}, '1:0.1~beta': {} }, b: { '1.0~rc1': {}, '1.0': {} } }
  expect(await install(archive, 'a', 'b (<< 1.0)')).toEqual({ a: '1:0.1~rc1', b: '1.0~rc1' })
  const index = { a: { '2024.1': {}, '1!1.0': {} }, b: { '1.0': {}, '1.0.post1': {}, '1.1.dev1': {} } }
  expect(await pip(index, 'a', 'b')).toEqual({ a: '1!1.0', b: '1.0.post1' })
})

test('S-11.3 a Python pre-release is chosen when it is unavoidable, and otherwise not', async () => {
  const index: Index = {
    black: { '22.0': {}, '23.0b1': {} },
    only: { '0.1a1': {}, '0.1a2': {} },
    newer: { '1.0': { requires: { '': ['black>=23.0b0'] } } },
  }
  expect(await pip(index, 'black', 'only')).toEqual({ black: '22.0', only: '0.1a2' })
  expect(await pip(index, 'black', 'newer')).toEqual({ black: '23.0b1', newer: '1.0' })
})

const MAIL: Archive = {
  exim: { '4.96': { provides: 'mta', conflicts: 'mta' } },
  postfix: { '3.7': { provides: 'mta', conflicts: 'mta' } },
  nullmailer: { '2.2': { provides: 'mta (= 2)', breaks: 'reader (<< 2)' } },
  cron: { '3.0': { depends: 'exim | mta' } },
  reader: { '1': {}, '2': {} },
  legacy: { '1': { depends: 'reader (<< 2)' } },
}

test('S-11.8 an alternative of a real package and a virtual one', async () => {
  expect(await install(MAIL, 'cron')).toEqual({ cron: '3.0', exim: '4.96' })
  expect(await install(MAIL, 'cron', 'postfix')).toEqual({ cron: '3.0', postfix: '3.7' })
  expect(await install(MAIL, 'mta (>= 2)')).toEqual({ nullmailer: '2.2' })
  expect(await install(MAIL, 'mta (>= 3)')).toBe(null)
})

test('S-11.8 an alternative of virtual packages, each with several providers', async () => {
  const archive: Archive = {
    tool: { '1': { depends: 'browser (>= 2) | pager' } },
    lynx: { '1': { provides: 'browser (= 1)' }, '2': { provides: 'browser (= 2), pager', conflicts: 'less' } },
    w3m: { '1': { provides: 'browser', breaks: 'tool (<< 2)' } },
    less: { '5': { provides: 'pager' } },
  }
  expect(await install(archive, 'tool')).toEqual({ tool: '1', lynx: '2' })
  expect(await install(archive, 'tool', 'less')).toEqual({ tool: '1', less: '5' })
  // A provider without a version does not meet a need for one.
  expect(await install(archive, 'browser (>= 1)', 'less')).toEqual({ lynx: '1', less: '5' })
  expect(await install(archive, 'w3m', 'tool')).toBe(null)
})

test('S-11.8 a name that is a package and is provided by another', async () => {
  const archive: Archive = {
    awk: { '1': { breaks: 'script' }, '2': { breaks: 'script' } },
    gawk: { '5': { provides: 'awk (= 3)' } },
    mawk: { '1': { provides: 'awk' } },
    script: { '1': { depends: 'awk' } },
    strict: { '1': { depends: 'awk (>= 3)' } },
  }
  expect(await install(archive, 'awk')).toEqual({ awk: '2' })
  expect(await install(archive, 'script')).toEqual({ script: '1', gawk: '5' })
  expect(await install(archive, 'script', 'mawk')).toEqual({ script: '1', mawk: '1' })
  expect(await install(archive, 'strict', 'mawk')).toEqual({ strict: '1', gawk: '5', mawk: '1' })
})

test('S-11.9 who provides and excludes the same name can be had, and only once', async () => {
  expect(await install(MAIL, 'exim')).toEqual({ exim: '4.96' })
  expect(await install(MAIL, 'exim', 'postfix')).toBe(null)
  // A conflict with a name is one with who provides it, versions or not; so also from the other side.
  expect(await install(MAIL, 'exim', 'nullmailer')).toBe(null)
})

test('S-11.9 a break of older versions moves what it breaks, or fails', async () => {
  expect(await install(MAIL, 'nullmailer', 'reader')).toEqual({ nullmailer: '2.2', reader: '2' })
  expect(await install(MAIL, 'cron', 'legacy')).toEqual({ cron: '3.0', exim: '4.96', legacy: '1', reader: '1' })
  expect(await install(MAIL, 'nullmailer', 'legacy')).toBe(null)
})

test('S-11.7 extras of one project that need different versions of another, and extras that need extras', async () => {
  const index: Index = {
    web: {
      '1.0': { requires: { http2: ['h2<4'], tls: ['crypto'] } },
      '2.0': { requires: { http2: ['h2>=4'], tls: ['crypto[fast]>=1'] } },
    },
    h2: { '3.0': {}, '4.0': { requires: { '': ['crypto<2'] } } },
    crypto: { '1.0': { requires: { fast: ['rust>=1'] } }, '2.0': { requires: { fast: ['rust>=2'] } } },
    rust: { '1.0': {}, '2.0': {} },
  }
  expect(await pip(index, 'web[http2,tls]')).toEqual({
    ...{ web: '2.0', 'web[http2]': '2.0', 'web[tls]': '2.0', h2: '4.0' },
    ...{ crypto: '1.0', 'crypto[fast]': '1.0', rust: '2.0' },
  })
  expect(await pip(index, 'web[http2]', 'h2==3.0')).toEqual({ web: '1.0', 'web[http2]': '1.0', h2: '3.0' })
})

test('S-11.9 extras that cannot be had together', async () => {
  const index: Index = {
    torch: { '2.0': { requires: { cpu: [], cuda: ['driver'] }, conflicts: { cpu: ['torch[cuda]'] } } },
    driver: { '12': {} },
    app: { '1.0': { requires: { '': ['torch[cpu]'] } }, '2.0': { requires: { '': ['torch[cuda]'] } } },
  }
  expect(await pip(index, 'app', 'torch[cpu]')).toEqual({ app: '1.0', torch: '2.0', 'torch[cpu]': '2.0' })
  expect(await pip(index, 'torch[cpu,cuda]')).toBe(null)
  expect(await pip(index, 'app==2.0', 'torch[cpu]')).toBe(null)
})

/** The bare names and versions of what is chosen; null where nothing can be, which brute force confirms. */
async function install(archive: Archive, ...asked: readonly string[]) {
  const universe = new DebianUniverse(archive)
  const roots = asked.map((clause, at) => rootOf(universe.need(clause), clause, at))
  const outcome = await solve({ roots }, universe, { signal })
  expect(outcome.kind === 'solved').toBe(isInstallable(archive, asked))
  if (outcome.kind === 'failed') return null
  const chosen = bare(versionsOf(outcome.solution))
  expect(brokenRelations(archive, chosen, asked)).toEqual([])
  return Object.fromEntries(chosen)
}

async function pip(index: Index, ...asked: readonly string[]) {
  const roots = asked.flatMap((text, at) => needsOf(text).map((need) => rootOf(need, text, at)))
  const outcome = await solve({ roots }, new PythonUniverse(index), { signal })
  expect(outcome.kind === 'solved').toBe(isSatisfiable(index, asked))
  if (outcome.kind === 'failed') return null
  const chosen = bare(versionsOf(outcome.solution))
  expect(unmet(index, chosen, asked)).toEqual([])
  return Object.fromEntries(chosen)
}

function bare(chosen: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...chosen].map(([id, version]) => [id.replace(/^[a-z]+:/, ''), version]))
}
