// The lock file's text: what is printed, what is read, and what a hostile one cannot do.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { integrityOf } from '../../../src/core/digest.ts'
import { parseEnvironmentFile } from '../../../src/core/environment-file.ts'
import { ToolError } from '../../../src/core/errors.ts'
import { isJsonObject, type Json } from '../../../src/core/json.ts'
import { digestEnvironment, hasConflictMarkers, parseLock, printLock } from '../../../src/core/lock.ts'

const INTEGRITY = integrityOf(Buffer.from('x'))
const PATH = 'environments/default.lock.json'

function example() {
  return {
    schema: 1,
    satisfies: '0'.repeat(64),
    variables: { GREETING: 'hello' },
    systems: {
      'x86_64-linux': {
        roots: [{ requirement: 'npm:@scope/a@^1', package: 'npm:@scope/a@1.0.0', priority: 0 }],
        packages: ['npm:@scope/a@1.0.0', 'path:tools/hello'],
      },
    },
    packages: [
      {
        id: 'npm:@scope/a@1.0.0',
        source: 'npm',
        name: '@scope/a',
        version: '1.0.0',
        dependencies: { hello: 'path:tools/hello' },
        artifacts: [
          { kind: 'file', source: 'npm', package: '@scope/a', name: 'a-1.0.0.tgz', size: 3, integrity: INTEGRITY },
        ],
        data: { bin: { a: 'cli.js' } },
      },
      {
        id: 'path:tools/hello',
        source: 'path',
        name: 'hello',
        version: '0.0.0',
        dependencies: {},
        artifacts: [
          { kind: 'tree', path: 'tools/hello', integrity: INTEGRITY },
          { kind: 'url', url: 'https://example.org/a.gguf', name: 'a.gguf', size: null, integrity: INTEGRITY },
        ],
        data: {},
      },
    ],
  }
}

function refusal(value: unknown): ToolError {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  try {
    parseLock(text, PATH)
  } catch (error) {
    if (error instanceof ToolError) return error
    throw error
  }
  throw new Error(`the lock was read: ${text}`)
}

/** Every way of replacing one text of the value by `by`. */
function* replaced(value: Json, by: string): Generator<[string, Json]> {
  if (typeof value === 'string') yield ['', by]
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const [at, next] of replaced(item, by)) yield [`/${index}${at}`, value.with(index, next)]
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value))
      for (const [at, next] of replaced(item, by)) yield [`/${key}${at}`, { ...value, [key]: next }]
  }
}

test('S-3.1 a lock is read as it was printed, with sorted keys and a final line end', () => {
  const lock = parseLock(JSON.stringify(example()), PATH)
  const text = printLock(lock)
  expect(text).toMatch(/^\{\n {2}"packages": [\s\S]*\}\n$/)
  expect(parseLock(text, PATH)).toEqual(lock)
  expect(printLock(parseLock(text, PATH))).toBe(text)
})

test('S-3.1 packages are sorted by id and roots by requirement, whatever their order was', () => {
  const { packages, systems, ...rest } = example()
  const linux = systems['x86_64-linux']
  const roots = [...linux.roots, { requirement: 'npm:@a/b', package: 'path:tools/hello', priority: 0 }]
  const systemsOf = (order: typeof roots) => ({ 'x86_64-linux': { ...linux, roots: order } })
  const one = parseLock(JSON.stringify({ ...rest, packages, systems: systemsOf(roots) }), PATH)
  const other = parseLock(
    JSON.stringify({ systems: systemsOf(roots.toReversed()), packages: packages.toReversed(), ...rest }),
    PATH,
  )
  expect(printLock(other)).toBe(printLock(one))
})

test('S-3.5 the published schema agrees with what is read', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../schema/lock.schema.json'), 'utf8')
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(text))
  validate(example())
  expect(validate.errors).toBe(null)
  // A file beside a registry, or in a directory of the workspace.
  const url = { kind: 'url', url: './files/a.gguf', name: 'a.gguf', size: null, integrity: INTEGRITY }
  const [first, ...more] = example().packages
  const beside = (artifact: object) => ({ ...example(), packages: [{ ...first, artifacts: [artifact] }, ...more] })
  for (const [place, isRead] of [
    ['./files/a.gguf', true],
    ['./../a.gguf', false],
    ['./', false],
    ['files/a.gguf', false],
  ] as const) {
    const lock = beside({ ...url, url: place })
    const read = () => parseLock(JSON.stringify(lock), PATH)
    if (isRead) expect(read().packages[0]?.artifacts).toEqual([{ ...url, url: place }])
    else expect(read).toThrow(/artifacts\/0\/url/)
    expect([place, validate(lock)]).toEqual([place, isRead])
  }
  for (const by of ['../../etc/passwd', '', 'a\u0000b']) {
    for (const [at, value] of replaced(example() as unknown as Json, by)) {
      // That an id is one of a package in the lock is beyond a schema.
      if (/^\/variables\/|\/data\/|\/dependencies\/|\/package$|\/systems\/[^/]+\/packages/.test(at)) continue
      expect([at, by, validate(value)]).toEqual([at, by, false])
    }
  }
})

describe('a hostile lock', () => {
  // Variables hold any text, and `data` belongs to its source, which checks it.
  const free = /^\/variables\/|\/data\//

  test.each([...replaced(example() as unknown as Json, '../../etc/passwd')].filter(([at]) => !free.test(at)))(
    'S-3.5 cannot hold `../` at %s',
    (_, value) => {
      expect(refusal(value).code).toBe('E_LOCK_INVALID')
    },
  )

  test.each(['/etc/passwd', 'a\u0000b', '', '..', 'a/../b'])('S-3.5 cannot hold `%s` as a name or place', (by) => {
    for (const [at, value] of replaced(example() as unknown as Json, by)) {
      if (free.test(at) || at.endsWith('/requirement')) continue
      expect([at, refusal(value).code]).toEqual([at, 'E_LOCK_INVALID'])
    }
  })

  test.each(['npm:../x@1', 'npm:x/..', 'path:..', 'npm:a@../../x'])('S-3.5 cannot have the id `%s`', (id) => {
    const text = JSON.stringify(example()).replaceAll('npm:@scope/a@1.0.0', id)
    expect(refusal(text)).toMatchObject({ code: 'E_LOCK_INVALID', details: { pointer: '/packages/0/id' } })
  })

  test('S-3.5 cannot reach a prototype', () => {
    const text = JSON.stringify(example())
    for (const at of ['"GREETING"', '"hello"', '"bin"', '"x86_64-linux"']) {
      expect(refusal(text.replace(`${at}:`, '"__proto__":')).code).toBe('E_LOCK_INVALID')
    }
    expect(refusal(text.replace('"bin":{"a":', '"bin":{"__proto__":')).code).toBe('E_LOCK_INVALID')
    expect(refusal(text.replace('"x86_64-linux"', '"constructor"')).code).toBe('E_LOCK_INVALID')
    expect(refusal('{"__proto__":{"schema":1}}').code).toBe('E_LOCK_INVALID')
    expect(Object.hasOwn(Object.prototype, 'schema')).toBe(false)
  })

  test('S-3.5 cannot nest without bound', () => {
    const deep = (depth: number) =>
      JSON.stringify(example()).replace('"cli.js"', `${'['.repeat(depth)}${']'.repeat(depth)}`)
    expect(parseLock(deep(5), PATH).packages).toHaveLength(2)
    expect(refusal(deep(5_000)).details).toMatchObject({ pointer: '/packages/0/data' })
    expect(refusal('['.repeat(100_000)).code).toBe('E_LOCK_INVALID')
  })

  test.each<[string, (lock: ReturnType<typeof example>) => unknown, string]>([
    ['a package twice', (lock) => ({ ...lock, packages: [...lock.packages, lock.packages[0]] }), '/packages/2/id'],
    [
      'a dependency that is not there',
      (lock) => ({ ...lock, packages: lock.packages.slice(0, 1) }),
      '/packages/0/dependencies/hello',
    ],
    ['a schema that is no number', (lock) => ({ ...lock, schema: '1' }), '/schema'],
    ['a variable that no environment may set', (lock) => ({ ...lock, variables: { PATH: 'x' } }), '/variables/PATH'],
    ['no systems', (lock) => ({ ...lock, systems: null }), '/systems'],
    ['packages that are no list', (lock) => ({ ...lock, packages: {} }), '/packages'],
  ])('S-3.5 cannot hold %s', (_, change, pointer) => {
    expect(refusal(change(example())).details).toEqual({ path: PATH, pointer })
  })

  test.each([
    ['url', ''],
    ['url', 'https://example.org/\u0000'],
    ['commit', 'main'],
    ['commit', 'a'.repeat(39)],
    ['directory', '../x'],
    ['directory', '/x'],
    ['integrity', 'sha256-x'],
  ])('S-3.5 cannot hold a place in git whose %s is %j', (key, value) => {
    const artifact = {
      kind: 'git',
      url: 'https://example.org/tools.git',
      commit: 'a'.repeat(40),
      directory: 'lint',
      integrity: INTEGRITY,
    }
    const withArtifact = (item: object): unknown => {
      const lock = example()
      const [first, ...more] = lock.packages
      return { ...lock, packages: [{ ...first, artifacts: [item] }, ...more] }
    }
    expect(parseLock(JSON.stringify(withArtifact(artifact)), PATH).packages[0]?.artifacts).toEqual([artifact])
    expect(refusal(withArtifact({ ...artifact, [key]: value })).details).toMatchObject({
      pointer: `/packages/0/artifacts/0/${key}`,
    })
  })

  test('S-3.5 what it holds of other repositories is checked, by the schema too', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../schema/lock.schema.json'), 'utf8')
    const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(text))
    const commit = 'a'.repeat(40)
    const repository = 'git+https://example.org/base.git?rev=main'
    const pins = {
      imports: { [repository]: { commit, files: { 'environments/a.yaml': INTEGRITY } } },
      registries: { core: { place: 'git+https://example.org/core.git', name: 'core', serial: 1, commit } },
    }
    expect(parseLock(JSON.stringify({ ...example(), ...pins }), PATH)).toMatchObject(pins)
    expect(validate({ ...example(), ...pins })).toBe(true)
    const { imports, registries } = pins
    for (const wrong of [
      { imports: { 'https://example.org/base.git': imports[repository] } },
      { imports: { [repository]: { commit: 'main', files: {} } } },
      { imports: { [repository]: { commit } } },
      { imports: { [repository]: { commit, files: { '../a.yaml': INTEGRITY } } } },
      { imports: { [repository]: { commit, files: { 'a.yaml': 'md5-x' } } } },
      { registries: { core: { ...registries.core, commit: 'a'.repeat(39) } } },
    ]) {
      expect(refusal({ ...example(), ...wrong }).code).toBe('E_LOCK_INVALID')
      expect([wrong, validate({ ...example(), ...wrong })]).toEqual([wrong, false])
    }
  })

  test.each(['', 'null', '[]', '"x"', '{', '\uFEFF{}'])('S-3.5 cannot be %j', (text) => {
    expect(refusal(text).code).toBe('E_LOCK_INVALID')
  })

  test('S-3.5 of a newer Tenon says so', () => {
    expect(refusal({ schema: 2 })).toMatchObject({ code: 'E_LOCK_TOO_NEW', hint: 'Update Tenon.' })
    const lock = example()
    const packages = lock.packages.map((item) => ({ ...item, source: 'pypi' }))
    expect(refusal({ ...lock, packages })).toMatchObject({ code: 'E_LOCK_TOO_NEW' })
  })
})

test('S-3.6 conflict markers of git are found at the beginning of lines alone', () => {
  expect(hasConflictMarkers('{\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> other\n}')).toBe(true)
  expect(hasConflictMarkers('{"a": "<<<<<<< x >>>>>>> y"}')).toBe(false)
})

test('S-3.2 the digest of an environment is that of what it asks for, whatever the order and layout of its file', () => {
  const digest = (text: string) => {
    const file = parseEnvironmentFile(text, { name: 'x', path: 'environments/x.yaml' })
    return digestEnvironment({ schema: 1, ...file, systems: file.systems ?? [] })
  }
  const base = digest(
    'tenon: 1\nsystems: [x86_64-linux, aarch64-linux]\npackages: [npm:a@^1, {npm: b, version: 2}]\nvariables: {A: x, B: "y"}\n',
  )
  expect(
    digest(
      'variables:\n  B: y\n  A: x\n# c\npackages:\n  - npm:b@2\n  - npm: a@^1\nsystems: [aarch64-linux, x86_64-linux]\ntenon: 1\nchecks: [z]\nlinks: {n: lib}\n',
    ),
  ).toBe(base)
  expect(
    digest(
      'tenon: 1\nsystems: [x86_64-linux, aarch64-linux]\npackages: [npm:a@^1, {npm: b, version: 2, priority: 1}]\nvariables: {A: x, B: "y"}\n',
    ),
  ).not.toBe(base)
})
