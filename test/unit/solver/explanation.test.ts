// What a failure says: the texts themselves, the lines that they end at, and the changes that would help.

import { expect, test } from 'vitest'
import { errorOf } from '../../../src/solver/failure.ts'
import { type SolveOptions, solve } from '../../../src/solver/solver.ts'
import { MemoryUniverse, type PackageData, roots } from './support/memory-universe.ts'

const signal = new AbortController().signal
const TOO_NEW = { reason: 'was published 3 hours ago, and the minimum release age is one day' }

test('S-11.12 a chain of needs is one sentence, from a line of the file to another', async () => {
  const error = await failing(
    {
      'core:foo': { '1.0.0': { needs: ['core:bar ^2.0.0'] } },
      'core:bar': { '2.0.0': { needs: ['core:baz ^3.0.0'] } },
      'core:baz': { '1.0.0': {}, '3.0.0': {} },
    },
    ['core:foo ^1.0.0', 'core:baz ^1.0.0'],
  )
  expect(error.code).toBe('E_RESOLVE_CONFLICT')
  expect(error.message).toBe(
    'No set of versions satisfies all of `core:foo@^1.0.0` (environments/default.yaml:4) and `core:baz@^1.0.0` (environments/default.yaml:5).',
  )
  expect(error.lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:foo@^1.0.0`, which needs core:bar ^2.0.0, which needs core:baz ^3.0.0, and environments/default.yaml:5 asks for `core:baz@^1.0.0`, no set of versions fits.',
  ])
  expect(error.hint).toBe(
    'Let `core:baz@^1.0.0` (environments/default.yaml:5) allow 3.0.0. Or: Remove `core:foo@^1.0.0` (environments/default.yaml:4).',
  )
  expect(error.details['places']).toMatchObject([{ line: 4 }, { line: 5 }])
  expect(error.details['requirements']).toEqual(['core:foo@^1.0.0', 'core:baz@^1.0.0'])
})

test('S-11.12 versions that fail for the same reason are said once, and the requirements last', async () => {
  const { lines, hint } = await failing(
    {
      'core:menu': {
        '1.0.0': { needs: ['core:dropdown ^1.0.0'] },
        '1.1.0': { needs: ['core:dropdown ^2.0.0'] },
        '1.5.0': { needs: ['core:dropdown ^2.0.0'] },
      },
      'core:dropdown': {
        '1.8.0': { needs: ['core:intl ^3.0.0'] },
        '2.0.0': { needs: ['core:icons ^2.0.0'] },
        '2.3.0': { needs: ['core:icons ^2.0.0'] },
      },
      'core:icons': { '1.0.0': {}, '2.0.0': {} },
      'core:intl': { '3.0.0': {}, '4.0.0': {}, '5.0.0': {} },
    },
    ['core:menu', 'core:icons ^1.0.0', 'core:intl ^5.0.0'],
  )
  expect(lines).toEqual([
    'Because core:menu 1.0.0 needs core:dropdown ^1.0.0, which needs core:intl ^3.0.0, core:menu 1.0.0 needs core:intl ^3.0.0.',
    'And because core:menu >=1.1.0 needs core:dropdown ^2.0.0, which needs core:icons ^2.0.0, and environments/default.yaml:6 asks for `core:intl@^5.0.0`, every version of core:menu needs core:icons ^2.0.0.',
    'So, because environments/default.yaml:4 asks for `core:menu` and environments/default.yaml:5 asks for `core:icons@^1.0.0`, no set of versions fits.',
  ])
  expect(hint).toContain('Let `core:icons@^1.0.0` (environments/default.yaml:5) allow 2.0.0.')
})

test('S-11.12 branches are set apart, and the first is referred to by its number', async () => {
  const { lines } = await failing(
    {
      'core:foo': {
        '1.0.0': { needs: ['core:a ^1.0.0', 'core:b ^1.0.0'] },
        '1.1.0': { needs: ['core:x ^1.0.0', 'core:y ^1.0.0'] },
      },
      'core:a': { '1.0.0': { needs: ['core:b ^2.0.0'] } },
      'core:b': { '1.0.0': {}, '2.0.0': {} },
      'core:x': { '1.0.0': { needs: ['core:y ^2.0.0'] } },
      'core:y': { '1.0.0': {}, '2.0.0': {} },
    },
    ['core:foo ^1.0.0'],
  )
  expect(lines).toEqual([
    '(1) Because core:foo 1.0.0 needs core:b ^1.0.0 and core:a ^1.0.0, which needs core:b ^2.0.0, core:foo 1.0.0 cannot be used.',
    '',
    '    Because core:foo 1.1.0 needs core:y ^1.0.0 and core:x ^1.0.0, which needs core:y ^2.0.0, core:foo 1.1.0 cannot be used.',
    '    And because core:foo 1.0.0 cannot be used (1), no version of core:foo can be used.',
    '    So, because environments/default.yaml:4 asks for `core:foo@^1.0.0`, no set of versions fits.',
  ])
})

test('S-11.12 what branches share is said once, and referred to by its number', async () => {
  const { lines } = await failing(
    {
      'core:foo': { '1.0.0': { needs: ['core:left ^1.0.0'] }, '1.1.0': { needs: ['core:right ^1.0.0'] } },
      'core:left': { '1.0.0': { needs: ['core:core ^1.0.0', 'core:util ^2.0.0'] } },
      'core:right': { '1.0.0': { needs: ['core:core ^1.0.0', 'core:util ^2.0.0'] } },
      'core:core': { '1.0.0': { needs: ['core:base ^1.0.0'] }, '1.1.0': { needs: ['core:base ^2.0.0'] } },
      'core:base': { '1.0.0': { needs: ['core:util ^1.0.0'] }, '2.0.0': { needs: ['core:util ^1.0.0'] } },
      'core:util': { '1.0.0': {}, '2.0.0': {} },
    },
    ['core:foo ^1.0.0'],
  )
  expect(lines[0]).toBe(
    '(1) Because every version of core:core needs core:base, which needs core:util ^1.0.0, every version of core:core needs core:util ^1.0.0.',
  )
  expect(lines.filter((line) => line.includes('needs core:base'))).toHaveLength(1)
  expect(lines.filter((line) => line.includes('every version of core:core needs core:util ^1.0.0 (1)'))).toHaveLength(1)
})

test('S-11.12 two needs of what the file asks for are told as two of one subject', async () => {
  const { lines } = await failing(
    {
      'core:app': { '1.0.0': { needs: ['core:web', 'core:http ^1.0.0'] } },
      'core:web': { '1.0.0': { needs: ['core:http ^2.0.0'] } },
      'core:http': { '1.0.0': {}, '2.0.0': {} },
    },
    ['core:app'],
  )
  expect(lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:app`, which needs core:http ^1.0.0 and core:web, which needs core:http ^2.0.0, no set of versions fits.',
  ])
})

test('S-11.12 a conflict across sources is one chain', async () => {
  const { lines } = await failing(
    {
      'core:chroma': { '0.1.0': { needs: ['pypi:chromadb ^1.0.0'] } },
      'core:vision': { '1.0.0': { needs: ['pypi:opencv ^4.0.0'] } },
      'pypi:chromadb': { '1.0.0': { needs: ['pypi:numpy ^1.9.0'] } },
      'pypi:opencv': { '4.0.0': { needs: ['pypi:numpy >=2.0.0'] } },
      'pypi:numpy': { '1.9.0': {}, '2.0.0': {} },
    },
    ['core:chroma', 'core:vision'],
  )
  expect(lines).toEqual([
    'Because core:vision 1.0.0 needs pypi:opencv ^4.0.0, which needs pypi:numpy >=2.0.0, core:vision 1.0.0 needs pypi:numpy >=2.0.0.',
    'So, because environments/default.yaml:4 asks for `core:chroma`, which needs pypi:chromadb ^1.0.0, which needs pypi:numpy ^1.9.0, and environments/default.yaml:5 asks for `core:vision`, no set of versions fits.',
  ])
})

test('S-11.12 where ranges overlap and no version is in both, the versions are named', async () => {
  const { lines } = await failing(
    {
      'core:foo': { '1.0.0': { needs: ['core:shared ^2.0.0'] } },
      'core:bar': { '1.0.0': { needs: ['core:shared >=2.9.0 <4.0.0'] } },
      'core:shared': { '2.5.0': {}, '3.5.0': {} },
    },
    ['core:foo', 'core:bar'],
  )
  expect(lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:foo`, which needs core:shared ^2.0.0 (that is 2.5.0), and environments/default.yaml:5 asks for `core:bar`, which needs core:shared >=2.9.0 <4.0.0 (that is 3.5.0), no set of versions fits.',
  ])
})

test('S-11.12 that an extra needs its base goes without saying', async () => {
  const { lines } = await failing(
    {
      'pypi:httpx': { '0.27.0': {}, '0.28.0': {} },
      'pypi:httpx[http2]': {
        '0.27.0': { needs: ['pypi:httpx 0.27.0', 'pypi:h2 ^3.0.0'] },
        '0.28.0': { needs: ['pypi:httpx 0.28.0', 'pypi:h2 ^4.0.0'] },
      },
      'pypi:h2': { '3.0.0': {}, '4.0.0': {} },
    },
    ['pypi:httpx[http2]', 'pypi:h2 ^4.0.0', 'pypi:httpx <0.28.0'],
    { follows: { 'pypi:httpx[http2]': 'pypi:httpx' } },
  )
  expect(lines.join('\n')).not.toContain('pypi:httpx[http2] 0.27.0 needs pypi:httpx 0.27.0')
  expect(lines.join('\n')).toContain('pypi:httpx[http2] 0.27.0 needs pypi:h2 ^3.0.0')
})

test('S-11.12 alternatives and conflicts are named as such', async () => {
  const { lines } = await failing(
    {
      'deb:cron': { '3.0.0': { needs: ['deb:postfix | deb:exim4'] } },
      'deb:postfix': { '3.7.0': { excludes: ['deb:ssl'] } },
      'deb:exim4': { '4.9.0': { excludes: ['deb:ssl'] } },
      'deb:ssl': { '1.0.0': {}, '3.0.0': {} },
    },
    ['deb:cron', 'deb:ssl'],
  )
  expect(lines).toEqual([
    'Because deb:postfix 3.7.0 conflicts with deb:ssl and deb:cron 3.0.0 needs deb:postfix or deb:exim4, every version of deb:ssl and deb:cron 3.0.0 together need deb:exim4 4.9.0.',
    'And because deb:exim4 4.9.0 conflicts with deb:ssl, every version of deb:ssl cannot be used together with deb:cron 3.0.0.',
    'So, because environments/default.yaml:4 asks for `deb:cron` and environments/default.yaml:5 asks for `deb:ssl`, no set of versions fits.',
  ])
})

test('S-11.12 what a version says in words of its own is summed up over the versions that fail alike', async () => {
  const numbers = Array.from({ length: 9 }, (_, index) => `1.${index}.0`)
  const { lines } = await failing(
    {
      'core:foo': Object.fromEntries(numbers.map((version) => [version, { needs: [`core:bar ${version}`] }])),
      'core:bar': { ...Object.fromEntries(numbers.map((version) => [version, {}])), '2.0.0': {} },
    },
    ['core:foo', 'core:bar ^2.0.0'],
  )
  expect(lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:foo`, which needs core:bar <2.0.0, and environments/default.yaml:5 asks for `core:bar@^2.0.0`, no set of versions fits.',
  ])
})

test('S-11.12 where versions say the same in words of their own all along, they are summed up all along', async () => {
  const numbers = Array.from({ length: 9 }, (_, index) => `1.${index}.0`)
  const each = (needs: (version: string) => string, more: PackageData = {}): PackageData => ({
    ...Object.fromEntries(numbers.map((version) => [version, { needs: [needs(version)] }])),
    ...more,
  })
  const packages = {
    'core:app': each((version) => `core:lib ${version}`, { '2.0.0-rc.1': {}, '2.0.0': {} }),
    'core:lib': each((version) => `core:base ${version < '1.5.0' ? '1.0.0' : '>=1.1.0 <2.0.0'}`, { '1.0.0-rc.1': {} }),
    'core:base': { '1.0.0': {}, '1.1.0-rc.1': {}, '1.1.0': {}, '1.2.0': {}, '3.0.0': {} },
  }
  const { lines } = await failing(packages, ['core:app ^1.0.0', 'core:base ^3.0.0'])
  expect(lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:app@^1.0.0`, which needs core:lib >=1.0.0, which needs core:base <3.0.0, and environments/default.yaml:5 asks for `core:base@^3.0.0`, no set of versions fits.',
  ])
})

test('S-11.12 withheld, unusable and refused versions are told with their reasons', async () => {
  const withheld = await failing({ 'core:foo': { '1.0.0': {}, '2.0.0': { withheld: TOO_NEW } } }, ['core:foo ^2.0.0'])
  expect(withheld.lines).toEqual([
    `Because environments/default.yaml:4 asks for \`core:foo@^2.0.0\` (that is 2.0.0), which ${TOO_NEW.reason}, no set of versions fits.`,
  ])
  const unusable = { unusable: 'has no wheel for x86_64-linux' }
  expect((await failing({ 'pypi:numpy': { '1.0.0': unusable, '2.0.0': unusable } }, ['pypi:numpy'])).lines).toEqual([
    'Because environments/default.yaml:4 asks for `pypi:numpy`, which has no wheel for x86_64-linux, no set of versions fits.',
  ])
  const refused = await failing({ 'core:app': { '1.0.0': {}, '2.0.0': {} } }, ['core:app ^2.0.0'], {
    check: async ({ packages }) => [{ versions: packages, reason: 'needs npm:x@^9, which no version meets' }],
  })
  expect(refused.lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:app@^2.0.0`, which needs npm:x@^9, which no version meets, no set of versions fits.',
  ])
})

test('S-11.12 of a range it is said which versions were withheld, unless it names the only one', async () => {
  const yanked = { withheld: { reason: 'was withdrawn: a leak' } }
  const packages = {
    'core:foo': { '1.0.0': { needs: ['core:bar ^2.0.0'] }, '2.0.0': { needs: ['core:bar 2.0.0'] } },
    'core:bar': { '1.0.0': {}, '2.0.0': yanked, '2.1.0': yanked },
  }
  expect((await failing(packages, ['core:foo ^1.0.0'])).lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:foo@^1.0.0`, which needs core:bar ^2.0.0 (that is 2.0.0 or 2.1.0), which was withdrawn: a leak, no set of versions fits.',
  ])
  expect((await failing(packages, ['core:foo ^2.0.0'])).lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:foo@^2.0.0`, which needs core:bar 2.0.0, which was withdrawn: a leak, no set of versions fits.',
  ])
})

test('S-11.12 where no version meets a range, the newest is named, and a pre-release above it as one', async () => {
  const preview = { isLastResort: true }
  const packages = { 'core:foo': { '1.0.0': {}, '2.0.0-rc.1': preview }, 'core:bar': { '2.0.0-rc.1': preview } }
  expect((await failing(packages, ['core:foo ^2.0.0'])).message).toBe(
    'environments/default.yaml:4 asks for `core:foo@^2.0.0`, which no version meets (the newest is 1.0.0, and 2.0.0-rc.1 as a pre-release).',
  )
  expect((await failing(packages, ['core:bar ^2.0.0'])).message).toBe(
    'environments/default.yaml:4 asks for `core:bar@^2.0.0`, which no version meets (there is only the pre-release 2.0.0-rc.1).',
  )
})

test('S-11.12 a circle is told from the package that it is about, once around for each of its versions', async () => {
  const { lines } = await failing(
    {
      'core:a': { '1.0.0': { needs: ['core:b 1.0.0'] }, '2.0.0': { needs: ['core:b 2.0.0'] } },
      'core:b': { '1.0.0': { needs: ['core:a 2.0.0'] }, '2.0.0': { needs: ['core:a 1.0.0'] } },
    },
    ['core:a', 'core:b'],
  )
  expect(lines).toEqual([
    'Because core:a 2.0.0 needs core:b 2.0.0, which needs core:a 1.0.0, and core:a 1.0.0 needs core:b 1.0.0, which needs core:a 2.0.0, no version of core:a can be used.',
    'So, because environments/default.yaml:4 asks for `core:a`, no set of versions fits.',
  ])
})

test('S-11.12 versions that were refused for one reason are told as one', async () => {
  const refused = await failing({ 'core:app': { '1.0.0': {}, '2.0.0': {}, '2.1.0': {} } }, ['core:app ^2.0.0'], {
    check: async ({ packages }) => [{ versions: packages, reason: 'needs npm:x@^9, which no version meets' }],
  })
  expect(refused.lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:app@^2.0.0`, which needs npm:x@^9, which no version meets, no set of versions fits.',
  ])
})

test('S-11.12 a requirement of what does not exist is E_PACKAGE_NOT_FOUND', async () => {
  const packages = { 'core:foo': { '1.0.0': { needs: ['core:nowhere'] } } }
  const noName = await failing(packages, ['core:bar'])
  expect([noName.code, noName.message]).toEqual([
    'E_PACKAGE_NOT_FOUND',
    'environments/default.yaml:4 asks for `core:bar`, which does not exist.',
  ])
  const noVersion = await failing(packages, ['core:foo ^2.0.0'])
  expect([noVersion.code, noVersion.message]).toEqual([
    'E_PACKAGE_NOT_FOUND',
    'environments/default.yaml:4 asks for `core:foo@^2.0.0`, which no version meets (the newest is 1.0.0).',
  ])
  const deeper = await failing(packages, ['core:foo'])
  expect(deeper.code).toBe('E_RESOLVE_CONFLICT')
  expect(deeper.lines).toEqual([
    'Because environments/default.yaml:4 asks for `core:foo`, which needs core:nowhere, which does not exist, no set of versions fits.',
  ])
})

test('S-11.12 a virtual package that nothing provides is told by its name', async () => {
  const universe = {
    list: () => ({ versions: [{ version: '1.0' }], select: () => ['1.0'] }),
    facts: () => ({ needs: [{ anyOf: [], text: 'awk (>= 2)' }] }),
  }
  const outcome = await solve({ roots: roots('deb:script') }, universe, { signal })
  expect(outcome.kind === 'failed' ? outcome.failure.explanation : []).toEqual([
    'Because environments/default.yaml:4 asks for `deb:script`, which needs awk (>= 2), which nothing provides, no set of versions fits.',
  ])
})

test('S-11.12 what a registry writes cannot move the cursor', async () => {
  const universe = {
    list: () => ({ versions: [{ version: '1.0' }], select: () => ['1.0'] }),
    facts: () => ({ needs: [{ anyOf: [], text: 'awk\u001b[2J\n(>= 2)' }] }),
  }
  const outcome = await solve({ roots: roots('deb:script') }, universe, { signal })
  expect(outcome.kind === 'failed' ? outcome.failure.explanation.join('\n') : '').toContain(
    'needs awk\uFFFD[2J\uFFFD(>= 2),',
  )
})

test('S-11.12 of a long proof only the end is told, and that it is the end', async () => {
  const { lines } = await failing(pigeons(5), Object.keys(pigeons(5)))
  expect(lines.length).toBeLessThan(130)
  expect(lines.at(-1)).toMatch(/^\(This is the end of a proof of \d+ steps\./)
  expect(lines.at(-3)).toMatch(/^ *So, because environments\/default\.yaml:\d+ asks for .*, no set of versions fits\.$/)
})

test('S-11.12 of a proof that nobody could read it is told what takes part', async () => {
  const { lines, details } = await failing(pigeons(6), Object.keys(pigeons(6)))
  expect(lines.slice(0, 2)).toEqual([
    `Because ${[0, 1, 2, 3, 4, 5]
      .map((at) => `environments/default.yaml:${at + 4} asks for \`core:pigeon${at}\``)
      .join(', ')
      .replace(/, (?=[^,]*$)/, ', and ')}, no set of versions fits.`,
    '',
  ])
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(
      /^\(The proof has \d+ steps, too many to be told\. Its facts are mostly about core:pigeon\d(, core:pigeon\d){3}, and core:pigeon\d\.\)$/,
    ),
  ])
  expect(details['proof']).toBe(null)
})

test('S-11.13 the smallest change that helps comes first', async () => {
  const { hint } = await failing(
    {
      'core:a': { '1.0.0': {}, '2.0.0': {}, '3.0.0': {}, '4.0.0': { needs: ['core:b ^2.0.0'] } },
      'core:b': { '1.0.0': {}, '2.0.0': {} },
    },
    ['core:a ^4.0.0', 'core:b ^1.0.0'],
  )
  expect(hint).toBe(
    'Let `core:a@^4.0.0` (environments/default.yaml:4) allow 3.0.0. Or: Let `core:b@^1.0.0` (environments/default.yaml:5) allow 2.0.0.',
  )
})

test('S-11.13 a withheld version that would help is told', async () => {
  const { hint } = await failing({ 'core:foo': { '1.0.0': {}, '2.0.0': { withheld: TOO_NEW } } }, ['core:foo ^2.0.0'])
  expect(hint).toContain(`core:foo 2.0.0 would fit, but it ${TOO_NEW.reason}.`)
})

test('S-11.12 the proof is data: every step follows from earlier ones, and the last is that nothing fits', async () => {
  const outcome = await solve(
    { roots: roots('core:foo', 'core:bar ^1.0.0') },
    new MemoryUniverse({
      'core:foo': { '1.0.0': { needs: ['core:bar ^2.0.0'] } },
      'core:bar': { '1.0.0': {}, '2.0.0': {} },
    }),
    { signal },
  )
  if (outcome.kind !== 'failed') throw new Error('a solution')
  const proof = outcome.failure.proof ?? []
  for (const [at, { from }] of proof.entries()) for (const premise of from) expect(premise).toBeLessThan(at)
  expect(proof.at(-1)).toMatchObject({ claims: [], says: 'no set of versions fits' })
  expect(JSON.parse(JSON.stringify(proof))).toEqual(proof)
})

/** So many pigeons, one hole less, and no two in one. */
function pigeons(count: number): Packages {
  const all = Array.from({ length: count }, (_, pigeon) => pigeon)
  const others = (one: number, hole: number) =>
    all.filter((other) => other !== one).map((other) => `core:pigeon${other} ${hole}.0.0`)
  return Object.fromEntries(
    all.map((pigeon): [string, PackageData] => [
      `core:pigeon${pigeon}`,
      Object.fromEntries(all.slice(1).map((hole) => [`${hole}.0.0`, { excludes: others(pigeon, hole) }])),
    ]),
  )
}

type Packages = Readonly<Record<string, PackageData>>

async function failing(
  packages: Packages,
  texts: readonly string[],
  options: Partial<SolveOptions> & { readonly follows?: Readonly<Record<string, string>> } = {},
) {
  const universe = new MemoryUniverse(packages, { tellsFacts: true, ...options })
  const outcome = await solve({ roots: roots(...texts) }, universe, { signal, ...options })
  if (outcome.kind !== 'failed') throw new Error('there is a solution')
  const { code, message, hint, details } = errorOf(outcome.failure)
  return { code, message, hint, details, lines: outcome.failure.explanation }
}
