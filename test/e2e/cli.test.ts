// The command line as a new user meets it, through the built program: what is on stdout, what on stderr, how it ends.

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { findProgram } from '../support/shells.ts'
import { builtProgram, makeWorld, type Run, type World } from '../support/world.ts'

async function toolWorld(options: Parameters<typeof makeWorld>[0] = {}): Promise<World> {
  const world = await makeWorld(options)
  const cli = { 'cli.js': '#!/usr/bin/env node\nconsole.log(JSON.stringify(process.argv.slice(2)))\n' }
  for (const version of ['1.0.0', '1.1.0'])
    world.registry.publish(
      `greet@${version}`,
      { words: '^1.0.0' },
      { manifest: { bin: { greet: 'cli.js' } }, files: cli },
    )
  world.registry.publish('words@1.0.0')
  world.registry.publish('slow@1.0.0')
  return world
}

async function switchedWorld(): Promise<World> {
  const world = await toolWorld()
  world.environment('default', ['npm:greet@1.0.0'])
  await world.ok('switch')
  return world
}

/** Resolves when somebody asks the registry for `slow`, which never answers. */
function askedForSlow(world: World): Promise<void> {
  return new Promise((resolve) => world.registry.answer('/slow', () => resolve()))
}

function sh(world: World, script: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', script, builtProgram()], { cwd: world.workspace, env: world.variables(env) })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk
    })
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
}

test('S-9.10 from an empty directory: init, add, run, with nothing but HOME', async () => {
  const world = await toolWorld({ store: 'shared' })
  world.sh('rmdir environments')
  const init = await world.run(['init'])
  expect(init.stdout).toBe('created environments/default.yaml\n')
  expect(init.stderr).toContain('next: `tenon add')
  const add = await world.run(['add', 'npm:greet'])
  expect(add.stdout).toMatch(/\+ {2}npm:greet {2}1\.1\.0\n/)
  expect(add.stdout).toMatch(/default is now generation 1\n$/)
  expect(add.stderr).toBe('next: `tenon shell`\n')
  expect(await world.ok('run', '--', 'greet', '--json', '-h', '--', 'x', '')).toBe('["--json","-h","--","x",""]\n')
  expect(await world.fails('E_EXISTS', 'init')).toMatchObject({ status: 73 })
})

test('S-9.1 with --json stdout is one document of the documented shape, and stderr is silent', async () => {
  const world = await switchedWorld()
  const run = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await world.run([...args, '--json'])
    expect([args, status, stderr]).toEqual([args, 0, ''])
    return JSON.parse(stdout)
  }
  const keys = async (...args: readonly string[]) => Object.keys(await run(...args))
  const changes = ['added', 'removed', 'updated']
  expect(await keys('switch')).toEqual(['environment', 'generation', 'changed', ...changes])
  const { generation } = await run('add', 'npm:words')
  expect(Object.keys(generation)).toEqual(['number', 'storePath', 'path', 'narHash', 'created'])
  expect(await keys('build')).toEqual(['environment', 'storePath', 'path', 'narHash'])
  expect(await keys('diff')).toEqual(['environment', 'from', 'to', ...changes])
  expect(await run('rollback')).toEqual({ environment: 'default', from: 2, to: 1 })
  expect(await keys('switch', '--generation', '2')).toEqual(['environment', 'generation'])
  const [row] = await run('generations')
  expect(Object.keys(row)).toEqual(
    expect.arrayContaining([
      'number',
      'current',
      'parent',
      'storePath',
      'narHash',
      'lock',
      'links',
      'created',
      'reason',
    ]),
  )
  expect(await keys('lock')).toEqual(['environment', 'path', 'changed', ...changes, 'packages'])
  expect((await run('list')).packages[0]).toEqual({
    requirement: 'npm:greet@1.0.0',
    package: 'npm:greet@1.0.0',
    name: 'greet',
    version: '1.0.0',
  })
  expect((await run('why', 'words'))[0]).toEqual({
    package: 'npm:words@1.0.0',
    chains: [
      { requirement: 'npm:greet@1.0.0', chain: ['npm:greet@1.0.0', 'npm:words@1.0.0'] },
      { requirement: 'npm:words', chain: ['npm:words@1.0.0'] },
    ],
  })
  expect((await run('tree'))[0]).toEqual({
    package: 'npm:greet@1.0.0',
    repeated: false,
    dependencies: [{ package: 'npm:words@1.0.0', repeated: false, dependencies: [] }],
  })
  expect(await run('env', 'list')).toEqual([{ name: 'default', generation: 2 }])
  expect(await run('store', 'hash', 'environments')).toEqual({ narHash: expect.stringMatching(/^sha256-/) })
  expect(await run('store', 'verify')).toEqual({ checked: expect.any(Number), defects: [] })
  const collected = ['deleted', 'freedBytes', 'kept', 'forgotten']
  expect(await keys('gc', '--plan')).toEqual([...collected, 'objects', 'environments', 'others'])
  expect(await keys('store', 'gc')).toEqual(collected)
})

test('S-9.1 stdout is the result, stderr the talk, which --quiet leaves out', async () => {
  const world = await toolWorld()
  world.registry.publish('scripted@1.0.0', {}, { manifest: { scripts: { postinstall: 'false' } } })
  world.environment('default', ['npm:scripted'])
  const loud = await world.run(['switch'])
  expect(loud.stdout).toBe('+  npm:scripted  1.0.0\ndefault is now generation 1\n')
  expect(loud.stderr).toMatch(/^warning: `scripted@1\.0\.0` has an install script.*\n.*\nnext: `tenon shell`\n$/)
  expect(loud.stderr).not.toContain('\u001b')
  const quiet = await world.run(['add', 'npm:greet', '-q'])
  expect(quiet.stdout).toContain('default is now generation 2')
  expect(quiet.stderr).toBe('')
  // With --json every line of stderr is a document.
  const json = await world.run(['update', '--json'])
  expect(
    json.stderr
      .trim()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line))),
  ).toEqual([['warning']])
})

test('S-9.1 without a verb the help is printed, but not as a success', async () => {
  const world = await makeWorld()
  for (const args of [[], ['env'], ['store']]) {
    const run = await world.run(args)
    expect([run.status, run.stdout]).toEqual([64, ''])
    expect(run.stderr).toContain('Usage: tenon')
  }
  const help = await world.run(['help'])
  expect((await world.run(['--help'])).stdout).toBe(help.stdout)
  expect((await world.run([])).stderr).toBe(help.stdout)
  expect(await world.fails('E_USAGE')).toMatchObject({ status: 64 })
})

test('S-9.2 an error says what is current, has no trace, and ends with the exit code of its kind', async () => {
  const world = await switchedWorld()
  world.environment('default', ['npm:greet@1.0.0', 'npm:nothing'])
  const run = await world.run(['switch'])
  expect(run.status).toBe(65)
  expect(run.stdout).toBe('')
  expect(run.stderr).toContain('environments/default.yaml:4:5\n  |\n4 |   - npm:nothing\n  |     ^^^^^^^^^^^\n')
  expect(run.stderr).toContain('error E_PACKAGE_NOT_FOUND: ')
  expect(run.stderr).toContain('\n  generation 1 of default is still current\nhint: ')
  expect(run.stderr).not.toMatch(/^ +at /m)
  expect(await world.fails('E_PACKAGE_NOT_FOUND', 'lock')).toMatchObject({
    state: '`environments/default.lock.json` is what it was',
    hint: expect.any(String),
    details: { requirement: 'npm:nothing', places: [{ line: 4 }] },
  })
})

test.each([
  [64, 'E_USAGE', ['add', 'greet']],
  [64, 'E_USAGE', ['run', 'greet', '--version']],
  [64, 'E_USAGE', ['env', 'create', 'Not/A/Name']],
  [64, 'E_USAGE', ['store', 'hash', 'nowhere']],
  [64, 'E_USAGE', ['store', 'add', 'nowhere']],
  [64, 'E_USAGE', ['lock', '--as-of', 'yesterday']],
  [64, 'E_USAGE', ['completions', 'tcsh']],
  [64, 'E_USAGE', ['activate', '--shell', 'tcsh']],
  [64, 'E_USAGE', ['explain', 'E_LOCK_STAL']],
  [64, 'E_USAGE', ['forget', 'x']],
  [64, 'E_USAGE', ['diff', '1', 'HEAD']],
  [65, 'E_PACKAGE_NOT_FOUND', ['remove', 'npm:nothing']],
  [65, 'E_PACKAGE_NOT_FOUND', ['update', 'npm:nothing']],
  [65, 'E_PACKAGE_NOT_FOUND', ['lock', '--update', 'npm:nothing']],
  [65, 'E_PACKAGE_NOT_FOUND', ['why', 'nothing']],
  [65, 'E_STORE_INVALID_PATH', ['store', 'info', 'nothing']],
  [66, 'E_ENV_NOT_FOUND', ['switch', 'defalt']],
  [66, 'E_WORKSPACE_NOT_FOUND', ['switch', '-C', '/']],
  [66, 'E_GENERATION_NOT_FOUND', ['switch', '--generation', '9']],
  [73, 'E_EXISTS', ['env', 'create', 'default']],
] as const)('S-9.2 exit code %i and %s for `tenon %s`', async (status, code, args) => {
  const world = await makeWorld()
  world.environment('default', [])
  await world.ok('switch')
  const error = await world.fails(code, ...args)
  expect(error).toMatchObject({ status, stdout: '' })
  expect(error.message).toMatch(/^[A-Z`].*\.$/)
})

test('S-9.3 an environment that does not exist is named, with one that is near, by every verb', async () => {
  const world = await makeWorld()
  for (const name of ['default', 'tools']) world.environment(name, [])
  for (const verb of [
    'switch',
    'rollback',
    'generations',
    'diff',
    'lock',
    'build',
    'list',
    'tree',
    'shell',
    'activate',
  ]) {
    const error = await world.fails(verb === 'diff' ? 'E_USAGE' : 'E_ENV_NOT_FOUND', verb, 'tool')
    expect([verb, error.hint]).toEqual([verb, 'Did you mean `tools`?'])
  }
  for (const args of [
    ['add', 'npm:x', '--env', 'tool'],
    ['forget', '1', '--env', 'tool'],
    ['why', 'npm:x', '--env', 'tool'],
    ['env', 'copy', 'tool', 'new'],
    ['env', 'delete', 'tool'],
  ])
    expect([args, (await world.fails('E_ENV_NOT_FOUND', ...args)).hint]).toEqual([args, 'Did you mean `tools`?'])
  expect((await world.run(['run', 'tool', '--', 'x'])).stderr).toContain('hint: Did you mean `tools`?')
})

test('S-9.3 `run` without -- says how to write it', async () => {
  const world = await switchedWorld()
  const run = await world.run(['run', 'greet', '--version'])
  expect(run.stderr).toContain('hint: tenon run -- greet --version\n')
  expect((await world.run(['run', '--'])).stderr).toContain('error E_USAGE: `tenon run` needs `--` and a command.')
  expect((await world.run(['run', '--', 'no-such-command'])).stderr).toContain('error E_COMMAND_NOT_FOUND: ')
})

test('S-9.4 --offline and TENON_OFFLINE use no network, before and after the verb', async () => {
  const world = await switchedWorld()
  world.environment('default', ['npm:greet@1.1.0'])
  const asked = world.registry.requests.length
  for (const args of [
    ['--offline', 'switch'],
    ['switch', '--offline'],
    ['add', 'npm:slow', '--offline'],
    ['--offline', 'update'],
  ])
    expect(await world.fails('E_OFFLINE', ...args)).toMatchObject({ status: 69 })
  expect((await world.run(['switch'], { env: { TENON_OFFLINE: '1' } })).status).toBe(69)
  expect(world.registry.requests.length).toBe(asked)
  // What is locked and cached needs none.
  world.environment('default', ['npm:greet@1.0.0'])
  world.sh('chmod -R u+w store && rm -r store/objects store/info store/realisations')
  expect(await world.json('switch', '--offline')).toMatchObject({ environment: 'default' })
  expect(world.registry.requests.length).toBe(asked)
  expect((await world.run(['switch'], { env: { TENON_OFFLINE: '0' } })).status).toBe(0)
})

test('S-9.11 `lock --as-of` goes back for everything, `lock --update` for what is named', async () => {
  const world = await makeWorld()
  for (const [version, published] of [
    ['1.0.0', '2024-01-01T00:00:00.000Z'],
    ['1.1.0', '2025-01-01T00:00:00.000Z'],
  ] as const)
    for (const name of ['a', 'b']) world.registry.publish(`${name}@${version}`, {}, { published })
  world.environment('default', ['npm:a', 'npm:b'])
  await world.ok('lock')
  const past = await world.json('lock', '--as-of', '2024-06-01')
  expect(past.updated.map((item: { package: string }) => item.package)).toEqual(['npm:a', 'npm:b'])
  expect(await world.json('lock')).toMatchObject({ changed: false })
  expect((await world.json('lock', '--update', 'npm:b')).updated).toMatchObject([{ package: 'npm:b', to: ['1.1.0'] }])
})

test('S-9.4 --frozen never writes a lock, before and after the verb', async () => {
  const world = await switchedWorld()
  world.environment('default', ['npm:greet@1.1.0'])
  const lock = world.read('environments/default.lock.json')
  for (const args of [
    ['--frozen', 'switch'],
    ['switch', '--frozen'],
    ['--frozen', 'add', 'npm:words'],
    ['update', '--frozen'],
  ])
    expect(await world.fails('E_LOCK_STALE', ...args)).toMatchObject({ status: 65 })
  expect(world.read('environments/default.lock.json')).toBe(lock)
  expect(world.read('environments/default.yaml')).not.toContain('words')
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  'S-9.5 %s ends a verb with %i; the old generation, file and lock stay, and it says so',
  async (signal, status) => {
    const world = await switchedWorld()
    const file = world.read('environments/default.yaml')
    const asked = askedForSlow(world)
    const child = spawn(builtProgram(), ['add', 'npm:slow'], { cwd: world.workspace, env: world.variables() })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    await asked
    // Nothing is written before everything is known.
    expect(world.read('environments/default.yaml')).toBe(file)
    child.kill(signal)
    // Somebody who is impatient changes nothing of it.
    child.kill(signal)
    expect(await ended).toBe(status)
    expect(stderr).toBe(`error E_CANCELLED: It was stopped by ${signal}.\n  generation 1 of default is still current\n`)
    expect(world.read('environments/default.yaml')).toBe(file)
    world.registry.heal()
    expect(await world.json('switch')).toMatchObject({ changed: false })
  },
)

test('S-9.5 one Ctrl-C is enough, also where npm would pause and ask again', async () => {
  const world = await switchedWorld()
  const asked = askedForSlow(world)
  const patient = { npm_config_fetch_retries: '5', npm_config_fetch_retry_mintimeout: '600000' }
  const child = spawn(builtProgram(), ['add', 'npm:slow'], {
    cwd: world.workspace,
    env: world.variables({ ...patient, npm_config_fetch_retry_maxtimeout: '600000' }),
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  await asked
  child.kill('SIGINT')
  expect(await ended).toBe(130)
  expect(world.sh('ls store/tmp').stdout).toBe('')
})

test('S-9.5 a reader that goes away is no error, and a full disk is one sentence', async () => {
  const world = await switchedWorld()
  const head = await sh(world, '("$0" explain; echo "status $?" >&2) | head -n 1')
  expect(head.stderr).toBe('status 0\n')
  for (const args of ['list', 'switch', 'explain', '--help', '--version', 'help list']) {
    expect((await sh(world, `"$0" ${args} >&-`)).stderr).toBe('')
    const full = await sh(world, `"$0" ${args} >/dev/full`)
    expect([args, full.status]).toEqual([args, 74])
    expect(full.stderr).toContain('error E_STORE_IO: Could not write the output: the disk is full.')
  }
  expect((await sh(world, '"$0" nosuch 2>&-')).status).toBe(64)
  expect((await sh(world, '"$0" nosuch 2>/dev/full')).status).toBe(64)
})

const script = findProgram('script')

test.skipIf(script === null)(
  'S-9.1 on a terminal progress is one line that goes away, and the result stays',
  async () => {
    const world = await toolWorld()
    world.environment('default', ['npm:greet@1.0.0'])
    const terminal = (command: string) =>
      sh(world, `"${script}" -qec 'stty cols 80 rows 24; "${builtProgram()}" ${command}' /dev/null </dev/null`)
    const run = await terminal('switch')
    expect(run.status).toBe(0)
    expect(run.stdout).toContain('Choosing versions')
    // The cursor is visible again, and the last line is the next command.
    expect(run.stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(run.stdout.lastIndexOf('\u001b[?25l'))
    expect(stripVTControlCharacters(run.stdout)).toMatch(/default is now generation 1\r\nnext: `tenon shell`\r\n$/)
    expect((await terminal('activate --shell bash')).stdout).toContain('evaluate it: `eval "$(tenon activate)"`')
    expect(stripVTControlCharacters((await terminal('add npm:words --quiet')).stdout)).toBe(
      'default is now generation 2\r\n',
    )
  },
)

test.skipIf(script === null).each(['bash', 'zsh', 'fish', 'dash'].flatMap((name) => findProgram(name) ?? []))(
  'S-8.8 `tenon shell` enters the environment in %s, whatever the start files of the user say, and ends with its status',
  async (shell) => {
    const world = await switchedWorld()
    const away = 'PATH=/usr/bin:/bin\nFROM_START_FILE=yes\n'
    for (const [file, text] of [
      ['.bashrc', away],
      ['.zshrc', away],
      ['.config/fish/config.fish', 'set -gx PATH /usr/bin /bin\nset FROM_START_FILE yes\n'],
    ] as const) {
      mkdirSync(join(world.root, 'home', file, '..'), { recursive: true })
      writeFileSync(join(world.root, 'home', file), text)
    }
    // Where it is missing, a first fish starts a program that reads all man pages, and outlives the test.
    mkdirSync(join(world.root, 'home/.local/share/fish/generated_completions'), { recursive: true })
    // The shell's name in two parts: what is typed is echoed too.
    const typed = 'greet entered\necho "start=$FROM_START_FILE" | tr a-z A-Z\nexit 3\n'
    const run = await sh(world, `printf '%s' '${typed}' | "${script}" -qec '"${builtProgram()}" shell' /dev/null`, {
      SHELL: shell,
      TERM: 'dumb',
    })
    expect(run.stdout).toContain('["entered"]')
    if (!shell.endsWith('dash')) expect(run.stdout).toContain('START=YES')
    expect(run.status).toBe(3)
  },
)

test('S-9.9 NO_COLOR and --no-color switch colours off, and no word depends on them', async () => {
  const world = await makeWorld()
  world.environment('default', ['npm:nothing'])
  const run = async (args: readonly string[], env: Record<string, string>) => (await world.run(args, { env })).stderr
  const coloured = await run(['switch'], { FORCE_COLOR: '1' })
  expect(coloured).toContain('\u001b[')
  const plain = await run(['switch'], {})
  expect(plain).not.toContain('\u001b')
  expect(stripVTControlCharacters(coloured)).toBe(plain)
  expect(await run(['switch'], { NO_COLOR: '1' })).toBe(plain)
  expect(await run(['switch', '--no-color'], { FORCE_COLOR: '1' })).toBe(plain)
  expect(await run(['--no-color', 'switch'], { FORCE_COLOR: '1' })).toBe(plain)
})

test('S-1.1 a workspace whose path holds spaces and quotes, from a subdirectory, with -C and TENON_WORKSPACE', async () => {
  const world = await toolWorld()
  const odd = join(world.root, `o'd "d" $x`)
  mkdirSync(join(odd, 'environments'), { recursive: true })
  mkdirSync(join(odd, 'sub/deeper'), { recursive: true })
  writeFileSync(join(odd, 'environments/default.yaml'), 'tenon: 1\npackages: [npm:greet@1.0.0]\n')
  expect((await world.run(['switch', '--json'], { cwd: join(odd, 'sub/deeper') })).status).toBe(0)
  for (const [args, env] of [
    [['-C', odd, 'list'], {}],
    [['list', '-C', join(odd, 'sub')], {}],
    [['list'], { TENON_WORKSPACE: odd }],
    [['run', '-C', odd, '--', 'greet', 'a b'], {}],
  ] as const) {
    const run = await world.run(args, { cwd: world.root, env })
    expect([args, run.status, run.stderr]).toEqual([args, 0, ''])
  }
  const nowhere = await world.run(['list'], { env: { TENON_WORKSPACE: '/nowhere' } })
  expect(nowhere.stderr).toContain('hint: Look at `TENON_WORKSPACE`.')
})

test('S-9.17 -C is as if started there, for paths and for what runs; --env is the same as the word', async () => {
  const world = await toolWorld()
  world.environment('default', [])
  world.environment('dev', [])
  world.write('tools/hi/bin/hi', '#!/bin/sh\npwd\n', 0o755)
  const tools = world.path('tools')
  const outside = async (...args: readonly string[]) => await world.run(args, { cwd: world.root })
  expect(await outside('-C', tools, 'add', 'path:hi', '--env', 'dev')).toMatchObject({ status: 0 })
  expect(world.read('environments/dev.yaml')).toContain('path:../tools/hi')
  expect((await outside('run', '-C', tools, 'dev', '--', 'hi')).stdout).toBe(`${tools}\n`)
  expect((await outside('-C', 'workspace/tools', 'registry', 'keygen', 'k')).status).toBe(0)
  expect(world.has('tools/k.secret')).toBe(true)
  // TENON_WORKSPACE only says where the workspace is.
  const elsewhere = { cwd: world.root, env: { TENON_WORKSPACE: world.workspace } }
  expect((await world.run(['registry', 'keygen', 'm'], elsewhere)).stderr).toContain(join(world.root, 'm.secret'))
  expect(await world.json('list', '--env', 'dev')).toMatchObject({ environment: 'dev' })
  expect(await world.json('diff', '--env', 'dev', '1', '1')).toMatchObject({ environment: 'dev', added: [] })
  expect((await world.fails('E_USAGE', 'list', 'default', '--env', 'dev')).hint).toContain('Leave out `--env dev`')
  expect(Object.keys(await world.json('version'))).toEqual(['version'])
  expect((await world.json('help', 'switch')).help).toContain('Usage: tenon switch')
})

test('S-5.36 outside of a workspace gc collects the own store of the user', async () => {
  const world = await toolWorld({ store: 'shared' })
  world.environment('default', ['npm:words'])
  await world.ok('switch')
  await world.ok('store', 'add', 'environments')
  const outside = async (...args: readonly string[]) => await world.run([...args, '--json'], { cwd: world.root })
  const plan = await outside('gc', '--plan')
  expect(JSON.parse(plan.stdout).deleted).toEqual([expect.stringMatching(/-environments$/)])
  expect(JSON.parse((await outside('gc')).stdout).deleted).toHaveLength(1)
  expect((await outside('gc', '--keep', '1')).stderr).toContain('E_WORKSPACE_NOT_FOUND')
  expect(await world.ok('run', '--', 'true')).toBe('')
})

test.each(['bash', 'zsh', 'fish'].flatMap((name) => findProgram(name) ?? []))(
  'S-9.8 %s completes verbs, options, environments and values, without starting Node',
  async (shell) => {
    const world = await makeWorld()
    world.environment('default', [])
    world.environment('dev', [])
    const name = shell.split('/').at(-1) as keyof typeof COMPLETE
    const { stdout: text } = await world.run(['completions', name])
    world.write('completions', text)
    const complete = (...words: readonly string[]): readonly string[] => {
      const run = spawnSync(
        shell,
        [...COMPLETE[name].options, COMPLETE[name].script, ...COMPLETE[name].before, ...words],
        {
          cwd: world.workspace,
          encoding: 'utf8',
          // Nothing of ours, and no Node, can be found.
          env: { PATH: '/usr/bin:/bin', HOME: join(world.root, 'home') },
        },
      )
      expect(run.stderr).toBe('')
      return run.stdout
        .split('\n')
        .flatMap((line) => line.split('\t')[0]?.trim() || [])
        .toSorted()
    }
    expect(complete('sw')).toEqual(['switch'])
    expect(complete('')).toContain('generations')
    expect(complete('switch', '')).toEqual(['default', 'dev'])
    expect(complete('env', 'co')).toEqual(['copy'])
    expect(complete('env', 'copy', 'de')).toEqual(['default', 'dev'])
    expect(complete('add', 'npm:x', '--env', 'd')).toEqual(['default', 'dev'])
    expect(complete('switch', '--gen')).toEqual(['--generation'])
    expect(complete('switch', '--js')).toEqual(['--json'])
    expect(complete('-C', 'somewhere', 'roll')).toEqual(['rollback'])
    expect(complete('activate', '--shell', 'z')).toEqual(['zsh'])
    expect(complete('explain', 'E_LOCK_ST')).toEqual(['E_LOCK_STALE'])
    expect(complete('store', 'hash', '--format', 'h')).toEqual(['hex'])
    expect(complete('help', 'sto')).toEqual(['store'])
  },
)

/** Each shell's own way of asking the script, with as little stubbed as it allows. */
const COMPLETE = {
  bash: {
    options: ['--norc', '-c'],
    before: [],
    script: `compopt() { :; }; . ./completions; set -- "$0" "$@"
COMP_WORDS=(tenon "$@"); COMP_CWORD=$#; _tenon; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  zsh: {
    options: ['-f', '-c'],
    before: [],
    script: `compdef() { :; }; _files() { :; }
_describe() { local item; for item in "\${(@P)2}"; do case $item in "\${words[CURRENT]}"*) print -r -- "\${item%%:*}" ;; esac; done; }
. ./completions; words=(tenon "$0" "$@"); CURRENT=$#words; _tenon`,
  },
  fish: {
    options: ['--no-config', '-c'],
    before: ['--'],
    script:
      'source ./completions; set -l line (string escape -- $argv[1..-2]); complete -C (string join " " -- tenon $line (string escape -n -- $argv[-1]))',
  },
} as const
