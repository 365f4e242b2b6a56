// The main job through the built program: lock, build, switch, change, break, roll back.

import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { builtProgram, makeWorld, type World } from '../support/world.ts'

const command = (text: string) => ({ 'cli.js': `#!/usr/bin/env node\nconsole.log(${JSON.stringify(text)})\n` })

function publishTools(world: World): void {
  world.registry.publish(
    'greet@1.0.0',
    { words: '^1.0.0' },
    {
      manifest: { bin: { greet: 'cli.js' } },
      files: { 'cli.js': "#!/usr/bin/env node\nconsole.log(require('words'))\n" },
    },
  )
  world.registry.publish(
    'greet@1.1.0',
    { words: '^1.0.0' },
    {
      manifest: { bin: { greet: 'cli.js' } },
      files: { 'cli.js': "#!/usr/bin/env node\nconsole.log('1.1', require('words'))\n" },
    },
  )
  world.registry.publish('words@1.0.0', {})
  world.registry.publish('other@1.0.0', {}, { manifest: { bin: 'cli.js' }, files: command('other') })
}

test('S-7.1 a switch locks, builds and makes the first generation current', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  const result = await world.json('switch')
  expect(result).toMatchObject({ environment: 'default', changed: true, generation: { number: 1 } })
  expect(result.added.map((item: { package: string }) => item.package)).toEqual(['npm:greet', 'npm:words'])
  expect(result.generation.path).toBe(join(world.store, 'objects', result.generation.storePath))
  expect(await world.ok('run', '--', 'greet')).toBe('words@1.0.0\n')
  expect(
    JSON.parse(world.read('environments/default.lock.json')).packages.map((item: { id: string }) => item.id),
  ).toEqual(['npm:greet@1.0.0', 'npm:words@1.0.0'])
})

test('S-7.2 a switch with nothing to do makes no generation and asks nobody', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  const first = await world.json('switch')
  await world.registry.stop()
  const second = await world.json('switch')
  expect(second).toMatchObject({ changed: false, added: [], removed: [], updated: [], generation: first.generation })
  expect(await world.json('generations')).toHaveLength(1)
})

test('S-7.3 a rollback needs neither the registry nor the cache, and goes back to the parent', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  await world.ok('switch')
  world.environment('default', ['npm:greet@1.1.0', 'npm:other'])
  expect(await world.json('switch')).toMatchObject({
    generation: { number: 2 },
    updated: [{ package: 'npm:greet', from: ['1.0.0'], to: ['1.1.0'] }],
  })
  expect(await world.ok('run', '--', 'greet')).toBe('1.1 words@1.0.0\n')
  await world.registry.stop()
  rmSync(join(world.store, 'cache'), { recursive: true })
  expect(await world.json('rollback')).toEqual({ environment: 'default', from: 2, to: 1 })
  expect(await world.ok('run', '--', 'greet')).toBe('words@1.0.0\n')
  expect((await world.run(['run', '--', 'other'])).status).toBe(127)
})

test('S-7.4 history is a tree: a change after a rollback has the older generation as its parent', async () => {
  const world = await makeWorld()
  publishTools(world)
  for (const packages of [['npm:greet@1.0.0'], ['npm:greet@1.1.0'], ['npm:greet@1.1.0', 'npm:other']]) {
    world.environment('default', packages)
    await world.ok('switch')
  }
  await world.ok('rollback', '--to', '1')
  world.environment('default', ['npm:other'])
  await world.ok('switch')
  const rows = await world.json('generations')
  expect(
    rows.map((row: { number: number; parent: number | null; current: boolean }) => [
      row.number,
      row.parent,
      row.current,
    ]),
  ).toEqual([
    [1, null, false],
    [2, 1, false],
    [3, 2, false],
    [4, 1, true],
  ])
  expect(await world.json('rollback')).toEqual({ environment: 'default', from: 4, to: 1 })
})

test('S-7.5 numbers are never reused, also when the newest generation was forgotten', async () => {
  const world = await makeWorld()
  publishTools(world)
  for (const packages of [['npm:greet@1.0.0'], ['npm:greet@1.1.0']]) {
    world.environment('default', packages)
    await world.ok('switch')
  }
  await world.ok('rollback')
  await world.ok('forget', '2')
  world.environment('default', ['npm:other'])
  expect(await world.json('switch')).toMatchObject({ generation: { number: 3 } })
  expect(await world.fails('E_GENERATION_CURRENT', 'forget', '3')).toMatchObject({ status: 65 })
  expect(await world.fails('E_GENERATION_NOT_FOUND', 'rollback', '--to', '2')).toMatchObject({ status: 66 })
})

test('S-7.6 a failing check leaves the old generation current and says so', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  await world.ok('switch')
  world.environment('default', ['npm:greet@1.1.0'], 'checks:\n  - greet\n  - sh -c "echo broken; exit 3"\n')
  const error = await world.fails('E_CHECK_FAILED', 'switch')
  expect(error).toMatchObject({
    status: 1,
    details: { exitCode: 3, explanation: 'broken' },
    state: 'generation 1 of default is still current',
  })
  expect(await world.ok('run', '--', 'greet')).toBe('words@1.0.0\n')
})

test('S-7.7 links show the current generation in the workspace, follow every switch, and leave alone what Tenon did not make', async () => {
  const world = await makeWorld()
  publishTools(world)
  const links = 'links:\n  node_modules: lib/node_modules\n'
  world.environment('default', ['npm:greet@1.0.0'], links)
  await world.ok('switch')
  world.write(
    'program.mjs',
    "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)\nconsole.log(require('greet/package.json').version)\n",
  )
  expect(world.sh('node program.mjs').stdout).toBe('1.0.0\n')
  world.write('node_modules/.vite/cache.txt', 'a tool wrote this')
  world.environment('default', ['npm:greet@1.1.0', 'npm:other'], links)
  await world.ok('switch')
  expect(world.sh('node program.mjs').stdout).toBe('1.1.0\n')
  expect(readdirSync(world.path('node_modules')).toSorted()).toEqual(['.bin', '.vite', 'greet', 'other'])
  await world.ok('rollback')
  expect(readdirSync(world.path('node_modules')).toSorted()).toEqual(['.bin', '.vite', 'greet'])
  expect(world.sh('node program.mjs').stdout).toBe('1.0.0\n')
  world.write('node_modules/other/mine.txt', 'mine')
  const error = await world.fails('E_LINK_BLOCKED', 'switch')
  expect(error).toMatchObject({ status: 73, state: 'generation 1 of default is still current' })
  expect(world.read('node_modules/other/mine.txt')).toBe('mine')
})

test('S-7.8 several environments stand side by side and do not influence each other', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  world.environment('next', ['npm:greet@1.1.0'])
  await world.ok('switch')
  await world.ok('switch', 'next')
  expect(await world.ok('run', '--', 'greet')).toBe('words@1.0.0\n')
  expect(await world.ok('run', 'next', '--', 'greet')).toBe('1.1 words@1.0.0\n')
  await world.ok('env', 'copy', 'next', 'third')
  const third = await world.json('switch', 'third')
  const next = await world.json('switch', 'next')
  expect(third.generation.storePath).toBe(next.generation.storePath)
})

test("S-1.2 without store/ the user's own store is used, and workspaces share it", async () => {
  const world = await makeWorld({ store: 'shared' })
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  const { generation } = await world.json('switch')
  expect(generation.path).toBe(join(world.root, 'home/.local/share/tenon/store/objects', generation.storePath))
  expect(await world.ok('run', '--', 'greet')).toBe('words@1.0.0\n')
  const elsewhere = await world.run(['switch', '--json'], { env: { TENON_STORE: join(world.root, 'elsewhere') } })
  expect(elsewhere.status).toBe(0)
})

test('S-1.3 a moved workspace keeps its generations', async () => {
  const world = await makeWorld({ store: 'shared' })
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  await world.ok('switch')
  world.environment('default', ['npm:greet@1.1.0'])
  await world.ok('switch')
  const moved = join(world.root, 'moved')
  world.sh(`mv "${world.workspace}" "${moved}"`)
  const collected = await world.run(['gc', '--json', '-C', moved], { cwd: world.root })
  expect(JSON.parse(collected.stdout)).toMatchObject({ deleted: [] })
  const rolled = await world.run(['rollback', '--json'], { cwd: moved })
  expect(JSON.parse(rolled.stdout)).toEqual({ environment: 'default', from: 2, to: 1 })
  expect((await world.run(['run', '--', 'greet'], { cwd: moved })).stdout).toBe('words@1.0.0\n')
})

test('S-1.4 generations of a deleted workspace are no roots any more', async () => {
  const world = await makeWorld({ store: 'shared' })
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  await world.ok('switch')
  const other = join(world.root, 'other')
  world.sh(`mkdir -p "${other}/environments" && rm -r "${world.workspace}"`)
  const collected = await world.run(['gc', '--json'], { cwd: other })
  expect(JSON.parse(collected.stdout)).toMatchObject({ kept: 0 })
  expect(readdirSync(join(world.root, 'home/.local/share/tenon/store/objects'))).toEqual([])
})

test('S-1.5 a copied workspace gets generations of its own', async () => {
  const world = await makeWorld({ store: 'shared' })
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  await world.ok('switch')
  const copy = join(world.root, 'copy')
  world.sh(`cp -a "${world.workspace}" "${copy}"`)
  world.environment('default', ['npm:greet@1.1.0'])
  await world.ok('switch')
  const inCopy = await world.run(['switch', '--json'], { cwd: copy })
  expect(JSON.parse(inCopy.stdout)).toMatchObject({ generation: { number: 1 } })
  expect((await world.run(['run', '--', 'greet'], { cwd: copy })).stdout).toBe('words@1.0.0\n')
  expect(await world.ok('run', '--', 'greet')).toBe('1.1 words@1.0.0\n')
})

test('S-6.4 a tree holds relative links only, and whole directories are one link where one package owns them', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.write('tools/hello/bin/hello', '#!/bin/sh\necho hello\n', 0o755)
  world.write('tools/hello/share/hello/text.txt', 'hello\n')
  world.environment('default', ['npm:greet@1.0.0', 'path: ../tools/hello'])
  const { generation } = await world.json('switch')
  const tree = generation.path
  expect(readlinkSync(join(tree, 'share'))).toMatch(/^\.\.\/[0-9a-z]{32}-/)
  expect(lstatSync(join(tree, 'bin')).isDirectory()).toBe(true)
  expect(readdirSync(join(tree, 'bin')).toSorted()).toEqual(['greet', 'hello'])
  for (const entry of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) expect(readlinkSync(join(entry.parentPath, entry.name))).not.toMatch(/^\//)
  }
  expect(await world.ok('run', '--', 'hello')).toBe('hello\n')
})

test('S-6.5 two packages that give the same path are an error that names both, unless one has priority', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.write('tools/greet/bin/greet', '#!/bin/sh\necho local\n', 0o755)
  world.environment('default', ['npm:greet@1.0.0', 'path: ../tools/greet'])
  const error = await world.fails('E_COLLISION', 'switch')
  expect(error).toMatchObject({ status: 65, details: { path: 'bin/greet' } })
  expect(error.details.between).toHaveLength(2)
  world.write(
    'environments/default.yaml',
    'tenon: 1\npackages:\n  - npm:greet@1.0.0\n  - path: ../tools/greet\n    priority: 1\n',
  )
  await world.ok('switch')
  expect(await world.ok('run', '--', 'greet')).toBe('local\n')
})

test('S-3.7 a changed local directory makes the lock stale, and the next switch takes it up without the network', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.write('tools/hello/bin/hello', '#!/bin/sh\necho one\n', 0o755)
  world.environment('default', ['npm:greet@1.0.0', 'path: ../tools/hello'])
  await world.ok('switch')
  world.write('tools/hello/bin/hello', '#!/bin/sh\necho two\n', 0o755)
  await world.registry.stop()
  expect(await world.fails('E_LOCK_STALE', 'switch', '--frozen')).toMatchObject({ status: 65 })
  expect(await world.ok('run', '--', 'hello')).toBe('one\n')
  await world.ok('switch')
  expect(await world.ok('run', '--', 'hello')).toBe('two\n')
})

test('S-7.9 what runs goes through `current`, so a shell that was activated follows every switch', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'], 'variables:\n  GREETING: "hi there"\n')
  await world.ok('switch')
  world.environment('default', ['npm:greet@1.1.0'])
  const script = `eval "$("${builtProgram()}" activate --shell bash)"; greet; echo "$GREETING"; echo waiting; read line; hash -r; greet`
  const { spawn } = await import('node:child_process')
  const shell = spawn('bash', ['-c', script], { cwd: world.workspace, env: world.variables() })
  let out = ''
  await new Promise<void>((resolve) => {
    shell.stdout.setEncoding('utf8').on('data', (chunk) => {
      out += chunk
      if (out.includes('waiting')) resolve()
    })
  })
  await world.ok('switch')
  shell.stdin.end('go\n')
  await new Promise((resolve) => shell.on('close', resolve))
  expect(out).toBe('words@1.0.0\nhi there\nwaiting\n1.1 words@1.0.0\n')
})

test('S-1.1 a workspace is the nearest directory above that holds environments/', async () => {
  const world = await makeWorld()
  publishTools(world)
  world.environment('default', ['npm:greet@1.0.0'])
  await world.ok('switch')
  world.write('deep/er/file.txt', '')
  expect((await world.run(['run', '--', 'greet'], { cwd: world.path('deep/er') })).stdout).toBe('words@1.0.0\n')
  const outside = await world.run(['switch'], { cwd: world.root })
  expect(outside).toMatchObject({ status: 66 })
  expect(outside.stderr).toContain('E_WORKSPACE_NOT_FOUND')
  expect(existsSync(realpathSync(world.path('.tenon/profiles/default')))).toBe(true)
})
