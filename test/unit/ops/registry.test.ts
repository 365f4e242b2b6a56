import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseRecord, parseRoot, printRecord, recordFile } from '../../../src/core/registry.ts'
import { signedBy } from '../../../src/core/signature.ts'
import { NodeHost } from '../../../src/host/node-host.ts'
import {
  type BuildRegistryOptions,
  buildRegistry,
  deprecateVersion,
  makeKeyFiles,
  type RegistryChange,
  signRegistry,
  yankVersion,
} from '../../../src/ops/registry.ts'
import { checkRegistry } from '../../../src/ops/registry-check.ts'
import { RegistryClient } from '../../../src/sources/registry/client.ts'
import { directoryFiles } from '../../../src/sources/registry/files.ts'
import { packageVersion, registryOf, writeRegistry } from '../../support/registry.ts'
import { temporaryDirectory } from '../../support/store.ts'

const host = new NodeHost()
let root: string
let packages: string
let out: string

beforeEach(() => {
  root = temporaryDirectory()
  packages = join(root, 'repository', 'packages')
  out = join(root, 'public')
  mkdirSync(packages, { recursive: true })
  git('init', '-q', '-b', 'main')
})

afterEach(() => rmSync(root, { recursive: true }))

function git(...words: readonly string[]): string {
  const identity = ['-c', 'user.name=x', '-c', 'user.email=x@example.org', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...words], { cwd: join(root, 'repository'), encoding: 'utf8' }).trim()
}

function put(path: string, text: string): void {
  mkdirSync(dirname(join(packages, path)), { recursive: true })
  writeFileSync(join(packages, path), text)
}

function declare(directory: string, name: string, version: string, lines = ''): void {
  put(
    `${directory}/package.yaml`,
    `tenon: 1\nname: ${name}\nversion: ${version}\ntype: library\ndescription: The package ${name}.\n${lines}`,
  )
}

function commit(): string {
  git('add', '-A')
  git('commit', '-q', '-m', 'x')
  return git('rev-parse', 'HEAD')
}

function build(more: Partial<BuildRegistryOptions> = {}): Promise<RegistryChange> {
  return buildRegistry(host, { directory: packages, out, name: 'core', description: null, git: null, ...more })
}

function record(name: string): ReturnType<typeof parseRecord> {
  return parseRecord(readFileSync(join(out, recordFile(name)), 'utf8'), name, { name, registry: 'core' })
}

function snapshot(): readonly (readonly [string, string])[] {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).sort()
  return files
    .filter((path) => statSync(join(out, path)).isFile())
    .map((path) => [path, readFileSync(join(out, path), 'utf8')])
}

function check(): ReturnType<typeof checkRegistry> {
  const files = directoryFiles(host, out, 'public')
  const { signal } = new AbortController()
  return checkRegistry(new RegistryClient({ host, files, cache: null, keys: [], seen: 0, offline: false, signal }))
}

describe('building a registry', () => {
  test('S-13.20 adds every package below a directory, as it is committed', async () => {
    declare('markdown', 'markdown', '1.0.0', 'dependencies: [core:escape]\n')
    declare('deep/er/escape', 'escape', '2.0.0')
    put('deep/er/node_modules/x/package.yaml', 'this is not ours')
    const head = commit()
    expect(await build()).toEqual({
      name: 'core',
      serial: 1,
      packages: 2,
      changed: true,
      added: ['escape@2.0.0', 'markdown@1.0.0'],
    })
    const [version] = record('escape').versions
    expect(version?.location).toEqual({ git: '../repository', commit: head, directory: 'packages/deep/er/escape' })
    expect(version?.released).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(await check()).toMatchObject({ packages: 2, versions: 2, faults: [] })
  })

  test('S-13.24 what no client would read is not published: too many versions, or too large a record', async () => {
    const long = `metadata: { notes: "${'x'.repeat(200_000)}" }\n`
    const one = packageVersion('markdown', '1.0.0')
    const many = Array.from({ length: 10_000 }, (_, index) => {
      const version = `0.0.${index}`
      return { ...one, version, package: { ...one.package, version } }
    })
    const large = Array.from({ length: 83 }, (_, index) => packageVersion('escape', `0.0.${index}`, long))
    for (const [name, versions, lines, what] of [
      ['markdown', many, '', '`markdown` would have 10001 versions'],
      ['escape', large, long, '`packages/es/escape.json` would have more than'],
    ] as const) {
      rmSync(out, { recursive: true, force: true })
      writeRegistry(out, registryOf(versions))
      declare('one', name, '1.0.0', lines)
      commit()
      const before = snapshot()
      await expect(build()).rejects.toMatchObject({ code: 'E_USAGE', message: expect.stringContaining(what) })
      expect(snapshot()).toEqual(before)
    }
    const tooMany = printRecord({ name: 'markdown', versions: [...many, one] })
    expect(() => parseRecord(tooMany, 'x', { name: 'markdown', registry: 'core' })).toThrow(/more than 10000 items/)
  })

  test('S-13.20 directories may be called anything, and the registry may be published among its packages', async () => {
    declare('[a] *', 'one', '1.0.0')
    declare('{b}', 'two', '1.0.0')
    declare('node_modules/x', 'three', '1.0.0')
    commit()
    renameSync(join(root, 'repository'), join(root, 'back\\slash'))
    packages = join(root, 'back\\slash/packages')
    out = packages
    expect((await build()).added).toEqual(['one@1.0.0', 'two@1.0.0'])
    expect((await build()).changed).toBe(false)
  })

  test('S-13.20 a second build changes no byte, and a new version adds to what is there', async () => {
    declare('markdown', 'markdown', '1.0.0')
    const first = commit()
    await build()
    const before = snapshot()
    expect(await build({ name: null })).toMatchObject({ serial: 1, changed: false, added: [] })
    expect(snapshot()).toEqual(before)
    declare('markdown', 'markdown', '1.1.0')
    const second = commit()
    expect(await build()).toMatchObject({ serial: 2, changed: true, added: ['markdown@1.1.0'] })
    expect(record('markdown').versions.map((item) => [item.version, item.location.commit])).toEqual([
      ['1.1.0', second],
      ['1.0.0', first],
    ])
  })

  test('S-13.20 many versions of a package may lie side by side', async () => {
    declare('markdown/1.0.0', 'markdown', '1.0.0')
    declare('markdown/2.0.0', 'markdown', '2.0.0')
    commit()
    await build({ git: 'https://example.org/core.git' })
    expect(record('markdown').versions.map((item) => item.location)).toEqual([
      expect.objectContaining({ git: 'https://example.org/core.git', directory: 'packages/markdown/2.0.0' }),
      expect.objectContaining({ directory: 'packages/markdown/1.0.0' }),
    ])
  })

  test('S-13.20 a place in git that no client would take is refused before anything is published', async () => {
    declare('markdown', 'markdown', '1.0.0')
    commit()
    for (const git of ['https://me:secret@example.org/core.git', 'ext::sh -c id', '/srv/core'])
      await expect(build({ git })).rejects.toMatchObject({
        code: 'E_USAGE',
        message: expect.not.stringMatching('secret'),
      })
    expect(existsSync(out)).toBe(false)
  })

  test('S-13.20 what was published never changes', async () => {
    declare('markdown', 'markdown', '1.0.0')
    commit()
    await build()
    const before = snapshot()
    put('markdown/extra', 'x')
    commit()
    await expect(build()).rejects.toMatchObject({ code: 'E_EXISTS', hint: expect.stringContaining('Raise `version`') })
    expect(snapshot()).toEqual(before)
  })

  test.each<[string, string, () => unknown]>([
    ['a version that is there twice', 'E_EXISTS', () => declare('copy', 'markdown', '1.0.0')],
    ['a file that breaks a rule', 'E_PACKAGE_INVALID', () => declare('bad', 'bad', '1')],
    [
      'a dependency of another registry',
      'E_PACKAGE_INVALID',
      () => declare('bad', 'bad', '1.0.0', 'dependencies: [corp:x]\n'),
    ],
  ])('S-13.20 refuses %s, and writes nothing', async (_, code, spoil) => {
    declare('markdown', 'markdown', '1.0.0')
    spoil()
    commit()
    await expect(build()).rejects.toMatchObject({ code })
    expect(readdirSync(root)).toEqual(['repository'])
  })

  test('S-13.20 refuses what is not committed, or in no repository, or nothing at all', async () => {
    await expect(build()).rejects.toMatchObject({ code: 'E_USAGE' })
    declare('markdown', 'markdown', '1.0.0')
    await expect(build()).rejects.toThrow(/no commit yet/)
    commit()
    declare('markdown', 'markdown', '1.0.1')
    await expect(build()).rejects.toThrow(/not committed as it is/)
    declare('new', 'new', '1.0.0')
    git('checkout', '-q', '--', '.')
    await expect(build()).rejects.toThrow(/not committed as it is/)
    mkdirSync(join(root, 'elsewhere'))
    writeFileSync(join(root, 'elsewhere', 'package.yaml'), readFileSync(join(packages, 'new/package.yaml')))
    await expect(build({ directory: join(root, 'elsewhere') })).rejects.toThrow(/in no git repository/)
  })

  test('S-13.20 a new registry needs a name, which then stays', async () => {
    declare('markdown', 'markdown', '1.0.0')
    commit()
    await expect(build({ name: null })).rejects.toMatchObject({ code: 'E_USAGE' })
    for (const name of ['Team', 'a b', '', '__proto__', 'npm', 'pip']) {
      await expect(build({ name })).rejects.toMatchObject({ code: 'E_USAGE', details: { name } })
      expect(existsSync(join(out, 'registry.json'))).toBe(false)
    }
    await build()
    await expect(build({ name: 'other' })).rejects.toMatchObject({ code: 'E_USAGE' })
  })
})

describe('keeping a registry', () => {
  beforeEach(async () => {
    declare('markdown/1', 'markdown', '1.0.0')
    declare('markdown/2', 'markdown', '2.0.0', 'dependencies: [core:escape@^1]\n')
    declare('escape', 'escape', '1.0.0')
    commit()
    await build()
  })

  test('S-13.21 versions are withdrawn and deprecated, and that can be taken back', async () => {
    const before = snapshot()
    expect(yankVersion(host, out, 'markdown@2.0.0', 'it lies')).toMatchObject({ serial: 2, changed: true })
    expect(yankVersion(host, out, 'markdown@2.0.0', 'it lies')).toMatchObject({ serial: 2, changed: false })
    deprecateVersion(host, out, 'markdown', 'use commonmark')
    expect(record('markdown').versions.map((item) => [item.version, item.yanked, item.deprecated])).toEqual([
      ['2.0.0', 'it lies', 'use commonmark'],
      ['1.0.0', null, 'use commonmark'],
    ])
    expect(await build()).toMatchObject({ changed: false })
    yankVersion(host, out, 'markdown@2.0.0', null)
    deprecateVersion(host, out, 'markdown', null)
    const same = (files: typeof before) => files.filter(([path]) => path !== 'registry.json')
    expect(same(snapshot())).toEqual(same(before))
    expect(() => yankVersion(host, out, 'markdown@3.0.0', null)).toThrow(
      expect.objectContaining({ code: 'E_PACKAGE_NOT_FOUND' }),
    )
    expect(() => yankVersion(host, root, 'markdown@3.0.0', null)).toThrow(
      expect.objectContaining({ code: 'E_REGISTRY_NOT_FOUND' }),
    )
  })

  test('S-13.22 it is signed with a key that is made once, and a second key adds its signature', () => {
    const made = makeKeyFiles(host, root, 'core-1')
    expect(statSync(made.secret).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(root, 'core-1.public'), 'utf8')).toBe(`${made.public}\n`)
    expect(() => makeKeyFiles(host, root, 'core-1')).toThrow(expect.objectContaining({ code: 'E_EXISTS' }))
    const other = makeKeyFiles(host, root, 'core-2')
    for (const { secret } of [made, other, made]) signRegistry(host, out, secret)
    const text = readFileSync(join(out, 'registry.json'), 'utf8')
    const signatures = readFileSync(join(out, 'registry.sig'), 'utf8')
    expect(signatures.trim().split('\n')).toHaveLength(2)
    expect(signedBy(text, signatures, [made.public])).toBe(made.public)
    expect(signedBy(text, signatures, [other.public])).toBe(other.public)
    expect(() => signRegistry(host, out, join(root, 'none'))).toThrow(expect.objectContaining({ code: 'E_CONFIG' }))
  })

  test('S-13.23 a check lists everything that a client would stumble over', async () => {
    expect((await check()).faults).toEqual([])
    yankVersion(host, out, 'escape@1.0.0', 'it lies')
    expect((await check()).faults).toEqual([
      { subject: 'markdown@2.0.0', message: 'It needs `core:escape@^1`, and no version fits.' },
    ])
    writeFileSync(join(out, recordFile('escape')), '{}')
    expect((await check()).faults.map((fault) => fault.subject)).toEqual(['escape', 'markdown@2.0.0'])
    expect(parseRoot(readFileSync(join(out, 'registry.json'), 'utf8'), 'x').serial).toBe(2)
  })
})

test('S-13.21 refusals name what is near, and a command that can be typed', async () => {
  declare('greet', 'greet', '1.0.0')
  commit()
  await expect(build({ name: null })).rejects.toMatchObject({
    code: 'E_USAGE',
    hint: `tenon registry build ${packages} --out ${out} --name core`,
  })
  await build()
  const hintFor = (spec: string): unknown => {
    try {
      yankVersion(host, out, spec, 'bad')
    } catch (error) {
      return (error as { readonly hint: unknown }).hint
    }
    throw new Error('it was withdrawn')
  }
  expect(hintFor('gret')).toBe('Did you mean `greet`?')
  expect(hintFor('gret@1.0.0')).toBe('Did you mean `greet@1.0.0`?')
  expect(hintFor('greet@9')).toBe('Write `NAME@VERSION`.')
})
