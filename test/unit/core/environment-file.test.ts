// Environment files: shape, meaning, faults with positions, hostile YAML, and the merge.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { loadEnvironment, positionOf } from '../../../src/core/environment-chain.ts'
import { type EnvironmentDeclaration, parseEnvironmentFile } from '../../../src/core/environment-file.ts'
import { isToolError, ToolError } from '../../../src/core/errors.ts'
import { type Fault, faultsOf, renderFaults } from '../../../src/core/fault.ts'
import { readYaml } from '../../../src/core/yaml.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/environments')
const SCHEMA = join(import.meta.dirname, '../../../schema/environment.schema.json')
const OPTIONS = { name: 'default', path: 'environments/default.yaml' }

function parse(text: string | Uint8Array): EnvironmentDeclaration {
  return parseEnvironmentFile(text, OPTIONS)
}

function errorOf(act: () => unknown): ToolError {
  try {
    act()
  } catch (error) {
    if (error instanceof ToolError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

function faults(text: string | Uint8Array): readonly Fault[] {
  return faultsOf(errorOf(() => parse(text)))
}

function only(text: string | Uint8Array): Fault {
  const [fault, ...more] = faults(text)
  expect(more).toEqual([])
  if (fault === undefined) throw new Error('no fault')
  return fault
}

describe('the published schema and the parser', () => {
  const validate = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    keywords: ['patternErrorMessage'],
  }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')))
  const names = (kind: string) => readdirSync(join(FIXTURES, kind))
  const read = (kind: string, name: string) => readFileSync(join(FIXTURES, kind, name), 'utf8')

  test.each(names('valid'))('S-2.16 both accept %s', (name) => {
    const text = read('valid', name)
    expect(parse(text).name).toBe('default')
    validate(readYaml(text, name).value)
    expect(validate.errors).toBe(null)
  })

  test.each(names('invalid'))('S-2.14 %s has the faults that it names, and S-2.16 the schema agrees', (name) => {
    const text = read('invalid', name)
    const [head = ''] = text.slice(2).split('\n')
    const expected = [...head.matchAll(/(S-\d+\.\d+) (\/\S*)?/g)].map(([, rule, pointer = '']) => `${rule} ${pointer}`)
    const found = faults(text).map(({ rule, pointer }) => `${rule} ${pointer}`)
    expect(found.sort()).toEqual(expected.sort())
    // The grammar of names, and what concerns more than one value, is beyond a schema.
    expect(validate(readYaml(text, name).value)).toBe(head.endsWith('(beyond the schema)'))
  })
})

describe('one file', () => {
  test('S-2.3 a key without a value means the same as no key', () => {
    const file = parse('tenon: 1\npackages:\nextends: ~\nvariables: null\nlinks: {}\n')
    expect(file).toEqual({
      name: 'default',
      extends: [],
      systems: null,
      registries: {},
      keys: {},
      packages: [],
      variables: {},
      links: {},
      minimumReleaseAge: null,
      checks: [],
    })
  })

  test('S-2.3 a file of a newer Tenon has one fault only', () => {
    expect(only('tenon: 2\nfuture: true\n')).toMatchObject({ hint: 'Update Tenon.', line: 1, column: 8 })
  })

  test('S-2.3 an unknown key names the nearest one', () => {
    expect(only('tenon: 1\npakages: []\n').hint).toBe('Did you mean `packages`?')
    expect(only('tenon: 1\nxyzzy: []\n').hint).toContain('The keys are `tenon`')
  })

  test('S-2.5 numbers that stand for text are taken as they are written', () => {
    const file = parse(
      'tenon: 1\npackages:\n  - { npm: a, version: 5.10 }\n  - { git: https://example.org/x, rev: 1e3 }\n',
    )
    expect(file.packages.map((item) => item.text)).toEqual(['npm:a@5.10', 'git:https://example.org/x@1e3'])
  })

  test('S-2.5 a source written as a key gets told how to write it', () => {
    expect(only('tenon: 1\nregistries: { core: ../r }\npackages: [{ core: chroma }]\n').hint).toContain(
      'registry: core:chroma',
    )
    expect(only('tenon: 1\npackages: [{ nmp: a }]\n').hint).toBe('Did you mean `npm`?')
  })

  test('S-2.6 paths start at the directory of the file', () => {
    const file = parse('tenon: 1\nregistries: { core: ../registry }\npackages: [path: ../tools/hello]\n')
    expect(file.packages[0]?.text).toBe('path:./tools/hello')
    expect(file.registries).toEqual({ core: './registry' })
  })

  test('S-2.7 a package that is there twice is a fault that names both lines', () => {
    const fault = only('tenon: 1\npackages:\n  - npm:a@1\n  - npm:b\n  - npm: a\n')
    expect(fault).toMatchObject({ rule: 'S-2.7', line: 5, message: '`npm:a` is there twice, on lines 3 and 5.' })
    expect(only('tenon: 1\npackages: ["pypi:Foo_Bar", "pypi:foo-bar"]\n').rule).toBe('S-2.7')
  })

  test('S-2.8 systems are sorted and each is there once', () => {
    expect(parse('tenon: 1\nsystems: [x86_64-linux, aarch64-linux, x86_64-linux]\n').systems).toEqual([
      'aarch64-linux',
      'x86_64-linux',
    ])
    expect(only('tenon: 1\nsystems: [x86_64-linx]\n').hint).toBe('Did you mean `x86_64-linux`?')
  })

  test('S-2.21 a minimum release age is an age, or an age with exceptions', () => {
    const of = (text: string) => parse(`tenon: 1\nminimumReleaseAge: ${text}\n`).minimumReleaseAge
    expect(parse('tenon: 1\n').minimumReleaseAge).toBe(null)
    expect(of('')).toBe(null)
    const ages = {
      '0': 0,
      '3': 259_200_000,
      '30m': 1_800_000,
      '12h': 43_200_000,
      '1d': 86_400_000,
      '"2w"': 1_209_600_000,
    }
    for (const [text, age] of Object.entries(ages)) expect(of(text)).toEqual({ age, except: [] })
    expect(
      of('{ age: 3d, except: ["npm:foo", "npm:@x/*", "npm:@x/y@1.2.3", "npm:foo", "pypi:Foo_Bar@==1.0"] }'),
    ).toEqual({
      age: 259_200_000,
      except: ['npm:@x/*', 'npm:@x/y@1.2.3', 'npm:foo', 'pypi:foo-bar@1.0'],
    })
    expect(of('{ except: [npm:foo] }')).toEqual({ age: null, except: ['npm:foo'] })
  })

  test('S-2.21 what is no age and no exception is a fault at its place', () => {
    const fault = (text: string) => only(`tenon: 1\nminimumReleaseAge: ${text}\n`)
    for (const text of ['soon', '1.5', '-1', '3y', 'true', '[1d]'])
      expect(fault(text)).toMatchObject({ rule: 'S-2.21' })
    // What pnpm takes as minutes.
    expect(fault('1440').message).toBe('`minimumReleaseAge` must be between 0 and 365.')
    expect(fault('1440d')).toMatchObject({
      message: '`1440d` is more than a year.',
      hint: expect.stringContaining('days'),
    })
    expect(fault('{ age: soon }')).toMatchObject({ rule: 'S-2.21', pointer: '/minimumReleaseAge/age' })
    expect(fault('{ ages: 1d }').hint).toBe('Did you mean `age`?')
    for (const item of ['npm:foo@^1', 'npm:*', 'npm:@*/x', 'npm:f*', 'deb:jq', 'core:x', 'foo', 'npm:a@npm:b'])
      expect(fault(`{ except: ["npm:ok", "${item}"] }`)).toMatchObject({
        rule: 'S-2.21',
        pointer: '/minimumReleaseAge/except/1',
      })
  })

  test('S-2.13 the winner gives the minimum release age, and all give exceptions', () => {
    const files: Record<string, string> = {
      'environments/base.yaml': 'tenon: 1\nminimumReleaseAge: { age: 3d, except: [npm:a] }\n',
      'environments/more.yaml': 'tenon: 1\nextends: [base]\nminimumReleaseAge: { except: [npm:b] }\n',
      'environments/less.yaml': 'tenon: 1\nextends: [base]\nminimumReleaseAge: 1h\n',
      'environments/none.yaml': 'tenon: 1\n',
    }
    const ageOf = (name: string) =>
      loadEnvironment(name, { read: (path) => files[path] ?? null, known: [] }).environment.minimumReleaseAge
    expect(ageOf('more')).toEqual({ age: 259_200_000, except: ['npm:a', 'npm:b'] })
    expect(ageOf('less')).toEqual({ age: 3_600_000, except: ['npm:a'] })
    expect(ageOf('none')).toBe(undefined)
  })

  test('S-2.17 keys are those of declared registries, one or several, and replace those of a base', () => {
    const key = `core-1:${Buffer.alloc(32, 1).toString('base64')}`
    const other = `core-2:${Buffer.alloc(32, 2).toString('base64')}`
    const head = 'tenon: 1\nregistries: { core: ../core }\n'
    expect(parse(head).keys).toEqual({})
    expect(parse(`${head}keys: { core: "${key}" }\n`).keys).toEqual({ core: [key] })
    expect(parse(`${head}keys: { core: ["${key}", "${other}"] }\n`).keys).toEqual({ core: [key, other] })
    expect(only(`${head}keys: { cor: "${key}" }\n`)).toMatchObject({ rule: 'S-2.17', hint: 'Did you mean `core`?' })
    expect(only(`${head}keys: { core: [core-1] }\n`)).toMatchObject({ rule: 'S-2.17', pointer: '/keys/core/0' })
    expect(only(`${head}keys: { core: 5 }\n`)).toMatchObject({ rule: 'S-2.17', pointer: '/keys/core' })
    const files: Record<string, string> = {
      'environments/base.yaml': `${head}keys: { core: "${key}" }\n`,
      'environments/default.yaml': `tenon: 1\nextends: [base]\nkeys: { core: "${other}" }\n`,
    }
    const { environment } = loadEnvironment('default', { read: (path) => files[path] ?? null, known: [] })
    expect(environment.keys).toEqual({ core: [other] })
  })

  test('S-2.2 what git could not merge is said as that, once for each place', () => {
    const text =
      'tenon: 1\npackages:\n<<<<<<< HEAD\n  - npm:a\n=======\n  - npm:b\n>>>>>>> other\nchecks:\n<<<<<<< HEAD\n=======\n>>>>>>> x\n'
    expect(faults(text)).toMatchObject([
      {
        code: 'E_ENV_SYNTAX',
        message: 'Git could not merge this part.',
        line: 3,
        hint: expect.stringMatching('delete those with'),
      },
      { message: 'Git could not merge this part.', line: 9 },
    ])
    expect(faults(text.replaceAll('\n', '\r\n'))).toHaveLength(2)
    expect(parse('tenon: 1\nvariables:\n  A: |\n    <<<<<<< a\n    >>>>>>> b\n').variables['A']).toContain('<<<')
  })

  test('S-2.9 a registry has to be declared, and addresses hold no password', () => {
    expect(only('tenon: 1\npackages: [nmp:a]\n')).toMatchObject({ rule: 'S-2.9', hint: 'Did you mean `npm`?' })
    expect(only('tenon: 1\nregistries: { core: ../r }\npackages: [cor:a]\n').hint).toBe('Did you mean `core`?')
    expect(only('tenon: 1\nregistries: { core: "https://a:b@example.org" }\n').rule).toBe('S-2.9')
    // Not when it is asked for, without the line.
    expect(only('tenon: 1\nregistries: { core: "ssh://git@example.org/core" }\n')).toMatchObject({
      rule: 'S-2.9',
      line: 2,
    })
  })

  test('S-2.10 variables are text as it is written', () => {
    const file = parse('tenon: 1\nvariables: { V: 1.10, H: 0x1F, T: true, Y: yes, N: "" }\n')
    expect(file.variables).toEqual({ V: '1.10', H: '0x1F', T: 'true', Y: 'yes', N: '' })
    expect(only('tenon: 1\nvariables:\n  A:\n')).toMatchObject({
      rule: 'S-2.10',
      line: 3,
      hint: 'For text that is empty, write `A: ""`.',
    })
    expect(only('tenon: 1\nvariables: { PATH: x }\n').message).toContain('Tenon makes it')
  })

  test('S-2.11 links are normalised, and no place lies inside another', () => {
    expect(parse('tenon: 1\nlinks: { ./a/b/: lib//x/ }\n').links).toEqual({ 'a/b': 'lib/x' })
    expect(only('tenon: 1\nlinks: { a/b: lib, ./a: lib }\n').rule).toBe('S-2.11')
    expect(only('tenon: 1\nlinks: { .git/hooks: lib }\n').rule).toBe('S-2.11')
  })

  test('S-2.12 checks are commands', () => {
    expect(parse('tenon: 1\nchecks: ["tsc --version", no]\n').checks).toEqual(['tsc --version', 'no'])
    expect(only('tenon: 1\nchecks: [""]\n').message).toBe('An item must be a command.')
  })
})

describe('faults', () => {
  test('S-2.14 all faults are reported at once, in the order of the file, with position and source line', () => {
    const text = 'tenon: 1\npakages: []\npackages:\n  - npm:ok\n  - typescript\nvariables: { 1: x }\nsystems: [x]\n'
    const error = errorOf(() => parse(text))
    expect(error.code).toBe('E_ENV_INVALID')
    expect(error.message).toBe('environments/default.yaml:2:1: There is no key `pakages` here. (and 3 more faults)')
    expect(error.details).toMatchObject({
      path: 'environments/default.yaml',
      line: 2,
      column: 1,
      rule: 'S-2.3',
      pointer: '/pakages',
    })
    expect(faultsOf(error).map(({ line, column, length }) => [line, column, length])).toEqual([
      [2, 1, 7],
      [5, 5, 10],
      [6, 14, 1],
      [7, 11, 1],
    ])
    expect(JSON.parse(JSON.stringify(error.details))).toEqual(error.details)
  })

  test('S-2.14 a fault is drawn with the line, a caret and the hint', () => {
    const error = errorOf(() => parse('tenon: 1\npackages:\n  - npm:a\n  - typescript # here\n'))
    expect(renderFaults('environments/default.yaml', faultsOf(error))).toBe(
      [
        'environments/default.yaml:4:5: `typescript` does not say which source it comes from. [S-2.4]',
        '  |',
        '4 |   - typescript # here',
        '  |     ^^^^^^^^^^',
        '  = Did you mean `npm:typescript`?',
      ].join('\n'),
    )
  })

  test('S-2.14 the caret stands right after tabs, wide characters and a byte order mark', () => {
    const draw = (text: string) => renderFaults('f', faults(text)).split('\n').slice(2, 4)
    expect(draw('tenon: 1\nvariables: { A: "漢字🎉", 1: x }\n')).toEqual([
      '2 | variables: { A: "漢字🎉", 1: x }',
      '  |                           ^',
    ])
    expect(draw('tenon: 1\nchecks: [a,\t3]\n')).toEqual(['2 | checks: [a, 3]', '  |             ^'])
    expect(draw('\uFEFFtenon: x\n')).toEqual(['1 | tenon: x', '  |        ^'])
    expect(faults('\uFEFFtenon: x\n')[0]).toMatchObject({ line: 1, column: 8 })
  })

  test('S-2.14 of a long line the part around the fault is shown', () => {
    const fault = only(
      `tenon: 1\npackages: [${Array.from({ length: 200 }, (_, n) => `npm:p${n}`).join(', ')}, nope, npm:z]\n`,
    )
    expect(fault.excerpt.length).toBeLessThan(170)
    expect(fault.excerpt.slice(fault.excerptOffset, fault.excerptOffset + 4)).toBe('nope')
    const lines = renderFaults('f', [fault]).split('\n')
    expect(lines[3]?.indexOf('^')).toBe(lines[2]?.indexOf('nope'))
  })

  test('S-2.14 a drawn fault cannot move the cursor', () => {
    const fault = { ...only('tenon: 1\nchecks: [3]\n'), excerpt: 'a\u001b[2J\u202e\u0007', excerptOffset: 0 }
    expect(renderFaults('f', [fault])).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u)
  })

  test('S-2.14 text that is no YAML is not checked further', () => {
    const error = errorOf(() => parse('tenon: 1\npakages: [\n'))
    expect(error.code).toBe('E_ENV_SYNTAX')
    expect(faultsOf(error).every((fault) => fault.rule === 'S-2.2')).toBe(true)
  })
})

describe('mistakes in YAML', () => {
  test.each<[string, string, number, number]>([
    ['double', 'tenon: 1\nvariables:\n  A: "x\n  B: y\n', 3, 6],
    ['single', "tenon: 1\nvariables: { A: 'it''s }\n", 2, 17],
  ])('S-2.14 a %s quote that is not closed is shown where it is opened', (_, text, line, column) => {
    expect(faults(text)[0]).toMatchObject({ line, column, message: 'A quote is opened here and not closed.' })
  })

  test.each(['tenon: 1\n packages: []\n', 'packages:\n  - npm:a\n - npm:b\ntenon: 1\n', 'a:\n  b: 1\n c: 2\n'])(
    'S-2.14 indentation that does not fit is said to be that: %j',
    (text) => {
      expect(faults(text)[0]?.hint).toMatch(/begin in the same column/)
    },
  )
})

describe('hostile YAML', () => {
  const SIZE = 256 * 1024
  const fill = (text: string) => text.repeat(Math.floor(SIZE / text.length))

  test.each<[string, string, RegExp]>([
    ['an alias bomb', 'a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n', /is an anchor|is an alias/],
    ['an alias for itself', 'tenon: &a [*a]\n', /is an anchor|is an alias/],
    ['keys that are there twice', 'tenon: 1\ntenon: 1\n', /the first is on line 1/],
    ['an unknown tag', 'tenon: !!js/function x\n', /is a tag/],
    ['a known tag', 'tenon: !!int "1"\n', /is a tag/],
    ['a tag for sets', 'tenon: 1\npackages: !!set { a }\n', /is a tag/],
    ['a directive', '%YAML 1.1\n---\ntenon: 1\n', /no YAML directives/],
    ['two documents', 'tenon: 1\n---\ntenon: 1\n', /second document/],
    ['two documents with an end mark', 'tenon: 1\n...\ntenon: 1\n', /second document/],
    ['a tab as indentation', 'tenon: 1\nlinks:\n\ta: b\n', /Tabs are not allowed/],
    ['NUL', 'tenon: 1\u0000', /U\+0000/],
    ['an escape character', 'tenon: "\u001b[31m"', /U\+001B/],
    ['a lone carriage return', 'tenon: 1\rpackages: []', /U\+000D/],
    ['a lone surrogate', 'tenon: "\ud800"', /U\+D800/],
    ['an escaped NUL', 'tenon: 1\nvariables: { A: "\\0" }', /no value may hold/],
    ['an escaped surrogate', 'tenon: 1\nvariables: { A: "\\ud800" }', /no value may hold/],
    ['a list as a key', '? [a]\n: 1\n', /A key must be text/],
  ])('S-2.2 %s is a fault', (_, text, message) => {
    expect(
      faults(text)
        .map((fault) => fault.message)
        .join('\n'),
    ).toMatch(message)
  })

  test.each<[string, string]>([
    ['brackets', fill('[')],
    ['dashes', fill('- ')],
    ['braces', fill('{a: ')],
    ['question marks', fill('? ')],
    ['indentation', Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['brackets that are closed', `tenon: ${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['list in a list, line by line', Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}-`).join('\n')],
  ])('S-2.2 nesting by %s is refused before anything recurses', (_, text) => {
    expect(errorOf(() => parse(text)).code).toBe('E_ENV_SYNTAX')
  })

  test.each<[string, string]>([
    ['closing brackets', fill(']')],
    ['anchors', fill('&a ')],
    ['tags', fill('!a ')],
    ['aliases', fill('- *a\n')],
    ['directives', fill('%a\n')],
    ['document marks', fill('---\n')],
    ['broken lines', fill('a: b: c\n')],
    ['equal keys', fill('k: 1\n')],
    ['different keys', Array.from({ length: 19_000 }, (_, n) => `k${n}: 1\n`).join('')],
    ['wrong packages', `tenon: 1\npackages:\n${'- {}\n'.repeat(19_000)}`],
    ['nested links', `tenon: 1\nlinks:\n${Array.from({ length: 19_000 }, (_, n) => `  a/${n}: b\n`).join('')}`],
    ['commas', fill('[a,')],
    ['blank lines', fill('\n')],
  ])('S-2.2 a file full of %s is refused with a bounded number of faults', (_, text) => {
    expect(faults(text).length).toBeLessThanOrEqual(50)
  })

  test('S-2.1 a file of 100 MB is refused without being parsed', () => {
    expect(only('a'.repeat(100_000_000)).message).toContain('too large')
    expect(only(new Uint8Array(100_000_000).fill(97)).message).toContain('too large')
  })

  test('S-2.1 what is not UTF-8 is said to be so, with the place', () => {
    expect(only(Buffer.from('tenon: 1\n', 'utf16le')).message).toContain('UTF-16')
    expect(only(Buffer.from('\uFEFFtenon: 1\n', 'utf16le')).message).toContain('UTF-16')
    const fault = only(Buffer.concat([Buffer.from('tenon: 1\nchecks: ['), Buffer.from([0xff]), Buffer.from(']\n')]))
    expect(fault).toMatchObject({ message: 'The file is not UTF-8 text.', line: 2, column: 10 })
  })

  test('S-2.1 a byte order mark and CRLF change nothing', () => {
    const text = 'tenon: 1\npackages:\n  - npm:a@1\nchecks: [x]\n'
    expect(parse(Buffer.from(`\uFEFF${text.replaceAll('\n', '\r\n')}`))).toEqual(parse(text))
  })

  test('S-2.2 keys of prototypes are keys like any other', () => {
    const found = faults(
      'tenon: 1\n__proto__: { packages: [npm:a] }\nconstructor: 1\nvariables: { __proto__: x, toString: y }\n',
    )
    expect(found.map((fault) => fault.pointer)).toEqual(['/__proto__', '/constructor', '/variables/__proto__'])
    expect(parse('tenon: 1\nvariables: { toString: y, constructor: z }\n').variables).toEqual({
      toString: 'y',
      constructor: 'z',
    })
  })

  test('S-2.2 one document with marks around it is one document', () => {
    expect(parse('# head\n---\ntenon: 1\n...\n# end\n').name).toBe('default')
  })
})

describe('extending', () => {
  function load(files: { readonly [path: string]: string }, name = 'default') {
    const known = Object.keys(files).flatMap((path) => /^environments\/(.*)\.yaml$/.exec(path)?.[1] ?? [])
    return loadEnvironment(name, { read: (path) => (Object.hasOwn(files, path) ? (files[path] ?? null) : null), known })
  }
  const faultOf = (files: { readonly [path: string]: string }) => faultsOf(errorOf(() => load(files)))[0]

  test('S-2.13 a file wins over its bases, and a later base over an earlier one', () => {
    const { environment, files } = load({
      'environments/default.yaml':
        'tenon: 1\nextends: [one, ../shared/two.yaml]\npackages: [npm:own, npm:a@3]\nvariables: { A: own }\nchecks: [c, own]\n',
      'environments/one.yaml':
        'tenon: 1\nsystems: [aarch64-linux]\nregistries: { core: ../r }\npackages: [npm:a@1, npm:b@1, core:x]\nvariables: { A: one, B: one }\nlinks: { a: lib }\nchecks: [c]\n',
      'shared/two.yaml':
        'tenon: 1\nsystems: [x86_64-linux]\npackages: [npm:b@2, path: ./tool]\nvariables: { B: two }\nlinks: { b: lib }\nchecks: [d, c]\n',
    })
    expect(environment).toMatchObject({
      schema: 1,
      name: 'default',
      systems: ['x86_64-linux'],
      registries: { core: './r' },
      variables: { A: 'own', B: 'two' },
      links: { a: 'lib', b: 'lib' },
      checks: ['c', 'd', 'own'],
    })
    expect(environment.packages.map((item) => item.text)).toEqual([
      'npm:a@3',
      'npm:b@2',
      'core:x',
      'path:./shared/tool',
      'npm:own',
    ])
    expect(files.map((file) => file.path)).toEqual([
      'environments/default.yaml',
      'environments/one.yaml',
      'shared/two.yaml',
    ])
  })

  test('S-2.8 an environment is for both systems unless some file says otherwise', () => {
    expect(load({ 'environments/default.yaml': 'tenon: 1\n' }).environment.systems).toEqual([
      'aarch64-linux',
      'x86_64-linux',
    ])
  })

  test('S-2.13 one base may be reached in two ways and is read once', () => {
    const { environment, files } = load({
      'environments/default.yaml': 'tenon: 1\nextends: [a, b]\n',
      'environments/a.yaml': 'tenon: 1\nextends: [c]\n',
      'environments/b.yaml': 'tenon: 1\nextends: [./c.yaml]\n',
      'environments/c.yaml': 'tenon: 1\npackages: [npm:x]\nchecks: [y]\n',
    })
    expect(environment.packages.map((item) => item.text)).toEqual(['npm:x'])
    expect(environment.checks).toEqual(['y'])
    expect(files).toHaveLength(4)
  })

  test('S-2.13 a base that is missing names the nearest one and the chain', () => {
    const files = {
      'environments/default.yaml': 'tenon: 1\nextends: [base]\n',
      'environments/base.yaml': 'tenon: 1\nextends: [tols]\n',
      'environments/tools.yaml': 'tenon: 1\n',
    }
    const error = errorOf(() => load(files))
    expect(error.details).toMatchObject({ path: 'environments/base.yaml', line: 2, column: 11 })
    expect(error.message).toContain(
      'There is no `environments/tols.yaml` to extend (`environments/default.yaml` → `environments/base.yaml`)',
    )
    expect(error.hint).toBe('Did you mean `tools`?')
  })

  test('S-2.13 an environment that extends itself names the way', () => {
    expect(
      faultOf({
        'environments/default.yaml': 'tenon: 1\nextends: [a]\n',
        'environments/a.yaml': 'tenon: 1\nextends: [default]\n',
      })?.message,
    ).toBe(
      'The environment extends itself: `environments/default.yaml` → `environments/a.yaml` → `environments/default.yaml`.',
    )
    expect(faultOf({ 'environments/default.yaml': 'tenon: 1\nextends: [./default.yaml]\n' })?.message).toContain(
      'extends itself',
    )
  })

  test('S-2.13 a chain is bounded, and many ways through it cost nothing', () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, n) => [
          `environments/${n === 0 ? 'default' : `e${n}`}.yaml`,
          `tenon: 1\nextends: [${n + 1 < length ? `e${n + 1}, ./e${n + 1}.yaml` : ''}]\n`,
        ]),
      )
    expect(load(chain(32)).files).toHaveLength(32)
    expect(faultOf(chain(34))?.message).toContain('More than 32 files')
  })

  test('S-2.13 a base lies inside the workspace', () => {
    for (const base of ['../../x.yaml', '/etc/x.yaml', '../x.txt', 'A b', 'https://example.org/x.yaml']) {
      expect(faultOf({ 'environments/default.yaml': `tenon: 1\nextends: ["${base}"]\n` })).toMatchObject({
        rule: 'S-2.13',
        pointer: '/extends/0',
      })
    }
  })

  test('S-2.19 a base in git is wanted first, with the line that asks for it', () => {
    const loaded = load({ 'environments/default.yaml': 'tenon: 1\nextends: ["git+https://example.org/x?rev=1#a"]\n' })
    expect(loaded.wanted).toMatchObject([
      {
        repository: { url: 'https://example.org/x', revision: '1', fragment: '' },
        path: 'environments/a.yaml',
        place: { path: 'environments/default.yaml', line: 2, column: 11 },
      },
    ])
  })

  test('S-2.13 faults of a base are those of its file', () => {
    const error = errorOf(() =>
      load({ 'environments/default.yaml': 'tenon: 1\nextends: [a]\n', 'environments/a.yaml': 'tenon: 1\nx: 1\n' }),
    )
    expect(error.details).toMatchObject({ path: 'environments/a.yaml', line: 2 })
  })

  test('S-2.13 registries may come from a base, but must come from somewhere', () => {
    const own = 'tenon: 1\nextends: [a]\npackages: [core:x, cor:y]\n'
    expect(
      faultOf({ 'environments/default.yaml': own, 'environments/a.yaml': 'tenon: 1\nregistries: { core: ../r }\n' }),
    ).toMatchObject({
      rule: 'S-2.9',
      pointer: '/packages/1',
      hint: 'Did you mean `core`?',
    })
  })

  test('S-2.11 an inherited link does not lie inside an own one', () => {
    const files = {
      'environments/default.yaml': 'tenon: 1\nextends: [a]\nlinks: { x/y: lib }\n',
      'environments/a.yaml': 'tenon: 1\nlinks: { x: lib }\n',
    }
    expect(faultOf(files)).toMatchObject({ rule: 'S-2.11', line: 3 })
  })

  test('an environment without a file is named with the nearest one', () => {
    const error = errorOf(() => load({ 'environments/default.yaml': 'tenon: 1\n' }, 'defualt'))
    expect(isToolError(error, 'E_ENV_NOT_FOUND') && error.hint).toBe('Did you mean `default`?')
    expect(errorOf(() => load({}, '../x')).code).toBe('E_ENV_NOT_FOUND')
  })

  test('S-2.14 a requirement is found again in the file that asks for it', () => {
    const { files } = load({
      'environments/default.yaml': 'tenon: 1\nextends: [a]\npackages:\n  - npm:own\n',
      'environments/a.yaml': 'tenon: 1\npackages:\n  - npm: typescript\n    version: ~5.9\n',
    })
    expect(positionOf(files, 'npm:typescript@~5.9')).toMatchObject({ path: 'environments/a.yaml', line: 3, column: 5 })
    expect(positionOf(files, 'npm:own')).toMatchObject({
      path: 'environments/default.yaml',
      line: 4,
      column: 5,
      length: 7,
    })
    expect(positionOf(files, 'npm:other')).toBe(null)
  })
})
