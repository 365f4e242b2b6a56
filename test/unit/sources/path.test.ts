import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { activationFiles } from '../../../src/build/activation.ts'
import { digestJson } from '../../../src/core/digest.ts'
import { isToolError } from '../../../src/core/errors.ts'
import { printLock } from '../../../src/core/lock.ts'
import type { TreeNode } from '../../../src/core/tree.ts'
import { readPathTree } from '../../../src/sources/path/tree.ts'
import type { NpmRegistry } from '../../support/npm-registry.ts'
import { derivationOf, idsOf, packageOf, type SourceWorld, useSourceWorld } from '../../support/source-world.ts'

let registry: NpmRegistry
let world: SourceWorld

useSourceWorld((made) => {
  registry = made.registry
  world = made.world
})

/** Every file and link of a tree: `bin/run*` is executable, `a -> b` a link. */
function listing(node: TreeNode, path = ''): readonly string[] {
  if (node.kind === 'directory') {
    return [...node.entries].flatMap(([name, entry]) => listing(entry, path === '' ? name : `${path}/${name}`)).sort()
  }
  if (node.kind === 'symlink') return [`${path} -> ${node.target}`]
  return [node.executable ? `${path}*` : path]
}

function read(path: string): readonly string[] {
  return listing(readPathTree(world.host, world.workspace, path))
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isToolError(error)) return error.code
    throw error
  }
  return 'nothing was thrown'
}

describe('reading a directory of the workspace', () => {
  test('S-4.30 files, executable bits and links are kept; empty directories and other bits are not', () => {
    world.write('tool/bin/run', '#!/bin/sh\n', 0o744)
    world.write('tool/share/doc.txt', 'text', 0o600)
    world.write('tool/.hidden', '')
    mkdirSync(join(world.workspace, 'tool/empty'))
    symlinkSync('../share/doc.txt', join(world.workspace, 'tool/bin/doc'))
    expect(read('tool')).toEqual(['.hidden', 'bin/doc -> ../share/doc.txt', 'bin/run*', 'share/doc.txt'])
  })

  test('S-4.30 names may hold whatever a file system allows', () => {
    const names = ['a\\b/c', 'line\nfeed/file', '[x]/{y}*', '!not', '(a|b)', '~', 'tab\t/ü']
    for (const name of names) world.write(`tool/bin/${name}`, name)
    expect(read('tool')).toEqual(names.map((name) => `bin/${name}`).sort())
  })

  test('S-4.30 the path of the workspace may as well', () => {
    const workspace = join(world.root, 'a\\b [c] {d}\n*')
    mkdirSync(join(workspace, 'tool/bin'), { recursive: true })
    writeFileSync(join(workspace, 'tool/bin/run'), '')
    expect(listing(readPathTree(world.host, workspace, 'tool'))).toEqual(['bin/run'])
  })

  test('S-4.31 what .gitignore files name is left out: those above, those inside, the deepest deciding', () => {
    world.write('.gitignore', '*.log\n/tool/build/\n')
    world.write('tool/.gitignore', 'dist\n!keep.log\n')
    world.write('tool/sub/.gitignore', '/local\n')
    for (const path of [
      'a.log',
      'keep.log',
      'build/x',
      'dist/x',
      'sub/local',
      'sub/deep/local',
      'sub/dist/y',
      'lib/z',
    ]) {
      world.write(`tool/${path}`, '')
    }
    expect(read('tool')).toEqual(['.gitignore', 'keep.log', 'lib/z', 'sub/.gitignore', 'sub/deep/local'])
  })

  test('S-4.31 a directory that is ignored itself was named on purpose: rules above it do not count', () => {
    world.write('.gitignore', 'tool\n*.bin\n')
    world.write('tool/.gitignore', 'skip\n')
    world.write('tool/lib/x.bin', '')
    world.write('tool/skip', '')
    expect(read('tool')).toEqual(['.gitignore', 'lib/x.bin'])
  })

  test('S-4.31 .git everywhere, node_modules and .tenon at the top, the store and locks are left out', () => {
    for (const path of [
      '.git/config',
      'sub/.git',
      'node_modules/a/x',
      '.tenon/x',
      'store/objects/x',
      'lib/node_modules/b/x',
    ]) {
      world.write(path, '')
    }
    world.write('environments/default.yaml', '')
    world.write('environments/default.lock.json', '')
    expect(read('.')).toEqual(['environments/default.yaml', 'lib/node_modules/b/x'])
  })

  test("S-4.31 a link into the workspace's .tenon is not part of it, wherever it stands and however it is written", () => {
    world.write('tool/lib/x', '')
    mkdirSync(join(world.workspace, 'tool/vendor'))
    symlinkSync('../.tenon/profiles/default/current/bin', join(world.workspace, 'tool/bin'))
    symlinkSync('../../.tenon/profiles/default/current/bin/x', join(world.workspace, 'tool/vendor/x'))
    symlinkSync(join(world.workspace, '.tenon/profiles/default/current'), join(world.workspace, 'tool/vendor/y'))
    expect(read('tool')).toEqual(['lib/x'])
    expect(read('.')).toEqual(['tool/lib/x'])
  })

  test('S-4.31 through a link a directory is what it is where the link leads: rules and what is always left out', () => {
    world.write('vendor/.gitignore', '*.log\n')
    world.write('vendor/h/lib/x', '')
    world.write('vendor/h/a.log', '')
    world.write('environments/default.lock.json', '')
    mkdirSync(join(world.workspace, 'tools'))
    symlinkSync('../vendor/h', join(world.workspace, 'tools/cur'))
    symlinkSync('..', join(world.workspace, 'tools/all'))
    expect(read('tools/cur')).toEqual(['lib/x'])
    expect(read('tools/all')).toEqual(read('.'))
  })

  test('S-4.31 ignored directories are not even read', () => {
    world.write('tool/.gitignore', 'secret\n')
    world.write('tool/lib/x', '')
    world.write('tool/secret/x', '')
    const seen: string[] = []
    const host = Object.create(world.host) as typeof world.host
    host.readDirectory = (path) => {
      seen.push(path)
      return world.host.readDirectory(path)
    }
    readPathTree(host, world.workspace, 'tool')
    expect(seen.map((path) => path.slice(world.workspace.length))).toEqual(['/tool', '/tool/lib'])
  })

  test.each(['/etc/passwd', '../outside', '../../x', 'a/../../../x', '..'])(
    'S-4.32 a link to %s is refused',
    (target) => {
      world.write('tool/bin/x', '')
      symlinkSync(target, join(world.workspace, 'tool/bin/link'))
      const code = codeOf(() => read('tool'))
      expect(code).toBe(target === '..' || target === '../outside' ? 'nothing was thrown' : 'E_UNSUPPORTED')
    },
  )

  test('S-4.33 a directory that is missing, a file, or outside is E_PACKAGE_NOT_FOUND', () => {
    world.write('file', '')
    symlinkSync('/', join(world.workspace, 'out'))
    for (const path of ['missing', 'file', 'out']) expect(codeOf(() => read(path))).toBe('E_PACKAGE_NOT_FOUND')
  })

  test('names that are patterns elsewhere are names here', () => {
    world.write('to[o]l/bin/[a]*{b}!', '')
    expect(read('to[o]l')).toEqual(['bin/[a]*{b}!'])
  })
})

describe('locking and planning directories', () => {
  test('S-4.34 a directory without a package.json is a prefix whose directories are merged', async () => {
    world.write('tool/bin/run', '#!/bin/sh\n', 0o755)
    world.write('tool/share/x', '')
    world.write('tool/README.md', '')
    const lock = await world.lock(['path:tool'])
    expect(idsOf(lock)).toEqual(['path:tool'])
    const plan = world.plan(lock)
    expect(plan.derivations.get(plan.root)?.step).toMatchObject({
      contributions: [{ links: {}, merges: { bin: 'bin', share: 'share' } }],
    })
    expect(derivationOf(plan, 'tool').step).toMatchObject({
      parts: [{ at: '', artifact: { kind: 'tree', path: 'tool' } }],
    })
  })

  test('S-6.9 a derivation covers what Tenon itself adds to its output', async () => {
    world.write('tool/bin/run', '#!/bin/sh\n', 0o755)
    const plan = world.plan(await world.lock(['path:tool']))
    const [unpack, compose] = [...plan.derivations.values()]
    const texts = [...activationFiles({})].map(([path, file]) => [path, file.text, file.executable])
    expect(unpack?.step).toMatchObject({ kind: 'unpack', format: expect.any(Number) })
    expect(compose?.step).toMatchObject({
      kind: 'compose',
      format: expect.any(Number),
      activation: digestJson(texts),
    })
  })

  test('S-4.34 a directory with a package.json is a Node.js package with its commands and dependencies', async () => {
    registry.publish('left@1.0.0')
    registry.publish('right@1.0.0')
    registry.publish('peer@3.0.0')
    world.write('tool/cli.js', '')
    world.write(
      'tool/package.json',
      JSON.stringify({
        name: '@me/tool',
        version: '2.0.0',
        bin: 'cli.js',
        dependencies: { left: '^1.0.0', other: 'npm:right@1' },
        devDependencies: { nothing: '*' },
        optionalDependencies: { gone: '*' },
        peerDependencies: { peer: '*', absent: '*' },
        peerDependenciesMeta: { absent: { optional: true } },
      }),
    )
    const lock = await world.lock(['path:tool'])
    expect(packageOf(lock, 'path:tool').dependencies).toEqual({
      left: 'npm:left@1.0.0',
      other: 'npm:right@1.0.0',
      peer: 'npm:peer@3.0.0',
    })
    const plan = world.plan(lock)
    expect(derivationOf(plan, 'me-tool-2.0.0').step).toMatchObject({
      parts: [{ at: 'node_modules/@me/tool', executables: ['cli.js'] }],
      links: [
        { at: 'node_modules/left', path: 'node_modules/left' },
        { at: 'node_modules/other', path: 'node_modules/right' },
        { at: 'node_modules/peer', path: 'node_modules/peer' },
      ],
    })
    expect(plan.derivations.get(plan.root)?.step).toMatchObject({
      contributions: [
        { links: { 'bin/tool': 'node_modules/@me/tool/cli.js', 'lib/node_modules/@me/tool': 'node_modules/@me/tool' } },
      ],
    })
  })

  test('S-4.35 a directory may need another version than the environment, and shares what is the same', async () => {
    registry.publish('a@1.0.0', { leaf: '*' })
    registry.publish('a@2.0.0', { leaf: '*' })
    registry.publish('leaf@1.0.0')
    world.write('tool/package.json', '{"name":"tool","dependencies":{"a":"^1.0.0"}}')
    const lock = await world.lock(['path:tool', 'npm:a@2'])
    expect(idsOf(lock)).toEqual(['npm:a@1.0.0', 'npm:a@2.0.0', 'npm:leaf@1.0.0', 'path:tool'])
    expect(packageOf(lock, 'path:tool').dependencies).toEqual({ a: 'npm:a@1.0.0' })
    expect(packageOf(lock, 'npm:leaf@1.0.0').data['locations']).toEqual(['node_modules/leaf', 'tool/node_modules/leaf'])
  })

  test('S-4.35 a change of the files needs no registry; a change of the dependencies asks for them alone', async () => {
    registry.publish('a@1.0.0')
    registry.publish('b@1.0.0')
    registry.publish('c@1.0.0')
    world.write('tool/package.json', '{"name":"tool","dependencies":{"a":"*"}}')
    const lock = await world.lock(['path:tool', 'npm:c'])
    registry.publish('a@1.1.0')
    registry.publish('c@1.1.0')
    world.write('tool/index.js', 'new')
    const changed = await world.lock(['path:tool', 'npm:c'], { previous: lock, offline: true })
    expect(changed.satisfies).toBe(lock.satisfies)
    expect(packageOf(changed, 'path:tool').artifacts).not.toEqual(packageOf(lock, 'path:tool').artifacts)
    expect(changed.packages.filter((item) => item.source === 'npm')).toEqual(
      lock.packages.filter((item) => item.source === 'npm'),
    )

    world.write('tool/package.json', '{"name":"tool","dependencies":{"a":"*","b":"*"}}')
    registry.clearLog()
    const more = await world.lock(['path:tool', 'npm:c'], { previous: lock })
    expect(idsOf(more)).toEqual(['npm:a@1.0.0', 'npm:b@1.0.0', 'npm:c@1.0.0', 'path:tool'])
    expect(registry.requests.map((request) => request.path)).toEqual(['/b'])
  })

  test('S-4.35 a needed peer is the package that the environment has, if it has it', async () => {
    registry.publish('peer@1.0.0')
    registry.publish('peer@2.0.0')
    world.write('tool/package.json', '{"name":"tool","peerDependencies":{"peer":">=1"}}')
    const alone = await world.lock(['path:tool'])
    expect(packageOf(alone, 'path:tool').dependencies).toEqual({ peer: 'npm:peer@2.0.0' })
    const both = await world.lock(['path:tool', 'npm:peer@1'], { previous: alone })
    expect(idsOf(both)).toEqual(['npm:peer@1.0.0', 'path:tool'])
    expect(packageOf(both, 'path:tool').dependencies).toEqual({ peer: 'npm:peer@1.0.0' })
    const again = await world.lock(['path:tool', 'npm:peer@1'], { previous: both, offline: true })
    expect(printLock(again)).toBe(printLock(both))

    world.write('tool/package.json', '{"name":"tool","peerDependencies":{"peer":">=2"}}')
    const error = await world.refuse('E_RESOLVE_CONFLICT', ['path:tool', 'npm:peer@1'])
    expect(error.message).toBe('`path:tool` needs `peer@>=2` beside it (a peer), but `npm:peer@1` comes to 1.0.0.')
  })

  test('S-4.36 the lock of a directory depends on its content alone', async () => {
    world.write('tool/bin/run', 'x', 0o755)
    const text = printLock(await world.lock(['path:tool']))
    chmodSync(join(world.workspace, 'tool/bin/run'), 0o700)
    mkdirSync(join(world.workspace, 'tool/empty'))
    expect(printLock(await world.lock(['path:tool']))).toBe(text)
    chmodSync(join(world.workspace, 'tool/bin/run'), 0o644)
    expect(printLock(await world.lock(['path:tool']))).not.toBe(text)
  })

  test.each([
    ['nothing that a tree could use', { 'README.md': '' }, 'E_ENV_INVALID'],
    ['a package.json that is not JSON', { 'package.json': '{' }, 'E_ENV_INVALID'],
    ['a package.json that is a list', { 'package.json': '[]' }, 'E_ENV_INVALID'],
    ['a name that leads out', { 'package.json': '{"name":"../x"}' }, 'E_ENV_INVALID'],
    ['dependencies that are a list', { 'package.json': '{"name":"x","dependencies":["a"]}' }, 'E_ENV_INVALID'],
    [
      'a dependency on a directory',
      { 'package.json': '{"name":"x","dependencies":{"a":"file:../a"}}' },
      'E_UNSUPPORTED',
    ],
    [
      'a dependency on a workspace',
      { 'package.json': '{"name":"x","dependencies":{"a":"workspace:*"}}' },
      'E_UNSUPPORTED',
    ],
    ['a dependency on git', { 'package.json': '{"name":"x","dependencies":{"a":"owner/repo"}}' }, 'E_UNSUPPORTED'],
  ] as const)('S-4.37 %s is an error that names the directory', async (_, files, code) => {
    for (const [path, text] of Object.entries(files)) world.write(`tool/${path}`, text)
    expect((await world.refuse(code, ['path:tool'])).message).toContain('`path:tool`')
  })
})
