// bin/tenon, started with every shell that may be /bin/sh, and the launcher `etc/tenon/run` of a tree. Node is a script that shows how
// it was started; the real one is started by the transcripts of the verbs.

import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activationCommand, KEPT_WHEN_PURE, SHELLS } from '../../src/build/activation.ts'
import {
  findProgram,
  reportMissingShells,
  SH_UNDER_TEST,
  temporaryDirectory,
  writeProgram,
  writeTree,
} from '../support/shells.ts'

const FRONT = join(import.meta.dirname, '../../bin/tenon')
/** Shows its own path, its arguments and the compile cache, each ended by a NUL. */
const SHOW_NODE = `#!/bin/sh
printf '%s\\0' "$0" "\${NODE_COMPILE_CACHE-none}" "$@"
exit 42
`
const SHOW_ARGUMENTS = `#!/bin/sh
for argument; do printf '%s\\0' "$argument"; done
`
const SHOW_ENVIRONMENT = `#!/bin/sh
exec /usr/bin/env -0
`

interface World {
  readonly base: string
  readonly project: string
  readonly workspace: string
  readonly tree: string
}

interface Run {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly program?: string
}

function makeWorld(workspaceName = 'workspace'): World {
  const base = temporaryDirectory('front')
  const project = join(base, 'project')
  mkdirSync(join(project, 'bin'), { recursive: true })
  mkdirSync(join(project, 'dist'))
  copyFileSync(FRONT, join(project, 'bin/tenon'))
  chmodSync(join(project, 'bin/tenon'), 0o755)
  writeFileSync(join(project, 'dist/version.txt'), '1.2.3\n')
  writeFileSync(join(project, 'dist/help.txt'), 'Usage: tenon\n\n  \\n %s\n')
  writeFileSync(join(project, 'dist/main.cjs'), '')
  writeProgram(join(project, 'node_modules/node/bin/node'), SHOW_NODE)
  const workspace = join(base, workspaceName)
  mkdirSync(join(workspace, 'environments'), { recursive: true })
  const tree = makeGeneration(workspace, 'default', { GREETING: `it's $HOME` })
  return { base, project, workspace, tree }
}

function makeGeneration(workspace: string, environment: string, variables: Readonly<Record<string, string>>): string {
  const profile = join(workspace, '.tenon/profiles', environment)
  writeTree(join(profile, '1'), variables)
  symlinkSync('1', join(profile, 'current'))
  writeProgram(join(profile, '1/bin/show-arguments'), SHOW_ARGUMENTS)
  writeProgram(join(profile, '1/bin/show-environment'), SHOW_ENVIRONMENT)
  return join(profile, 'current')
}

function words(text: string): readonly string[] {
  return text.split('\0').slice(0, -1)
}

function environmentOf(text: string): ReadonlyMap<string, string> {
  const own = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD'])
  return new Map(
    words(text)
      .map((entry): [string, string] => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])
      .filter(([name]) => !own.has(name)),
  )
}

reportMissingShells()

test('S-8.20 the front is a program for /bin/sh', () => {
  expect(statSync(FRONT).mode & 0o111).toBe(0o111)
  expect(readFileSync(FRONT, 'utf8').startsWith('#!/bin/sh\n')).toBe(true)
})

describe.each(SH_UNDER_TEST)('$label', ({ command: [sh, ...options] }) => {
  function start(program: string, args: readonly string[], { cwd = '/', environment = {} }: RunOptions = {}): Run {
    const result = spawnSync(sh, [...options, program, ...args], {
      cwd,
      env: { HOME: '/home/nobody-here', PATH: '/usr/bin:/bin', ...environment },
      encoding: 'utf8',
    })
    return { status: result.status, signal: result.signal, stdout: result.stdout, stderr: result.stderr }
  }
  function tenon(world: World, args: readonly string[], run: RunOptions = {}): Run {
    return start(join(world.project, 'bin/tenon'), args, { cwd: world.workspace, ...run })
  }
  /** The arguments that reached Node. */
  function reachedNode(run: Run): readonly string[] {
    expect([run.status, run.stderr]).toEqual([42, ''])
    return words(run.stdout).slice(3)
  }

  describe('front', () => {
    test.each(['--version', '-V', 'version'])('S-8.20 `%s` is answered without Node', (verb) => {
      const world = makeWorld()
      rmSync(join(world.project, 'node_modules'), { recursive: true })
      expect(tenon(world, [verb], { environment: { PATH: '' } })).toEqual({
        status: 0,
        signal: null,
        stdout: '1.2.3\n',
        stderr: '',
      })
    })

    test.each(['--help', '-h', 'help'])('S-8.20 `%s` is answered without Node', (verb) => {
      const world = makeWorld()
      rmSync(join(world.project, 'node_modules'), { recursive: true })
      const run = tenon(world, [verb], { environment: { PATH: '/nonexistent' } })
      expect(run).toEqual({ status: 0, signal: null, stdout: 'Usage: tenon\n\n  \\n %s\n', stderr: '' })
    })

    test.each([
      [[]],
      [['switch', '--json']],
      [['--version', '--json']],
      [['help', 'switch']],
      [['run']],
      [['run', '--']],
      [['run', 'true']],
      [['run', 'no-generation', '--', 'true']],
      [['run', '../../x', '--', 'true']],
      [['run', 'Default', '--', 'true']],
      [['run', '--no-network', '--', 'true']],
      [['run', 'default', 'other', '--', 'true']],
      [['-C', '/', 'run', '--', 'true']],
      [['activate', 'no-generation', '--shell', 'bash']],
      [['activate', '--shell']],
      [['activate', '--shell', 'tcsh']],
      [['', ' ', "it's", '*', 'a\nb', '$x', '--', '-n', '\\']],
    ])('S-8.21 everything else reaches Node unchanged: %j', (args) => {
      expect(reachedNode(tenon(makeWorld(), args))).toEqual(args)
    })

    test('S-8.21 any arguments reach Node byte for byte', () => {
      const world = makeWorld()
      const argument = fc
        .string({ unit: 'binary', maxLength: 12 })
        .map((text) => Buffer.from(text.replaceAll('\0', '')).toString())
      fc.assert(
        fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
          expect(reachedNode(tenon(world, ['x', ...args]))).toEqual(['x', ...args])
        }),
        { numRuns: 25 },
      )
    })

    test('S-8.22 `run` finds the workspace from below, the environment by name, and passes the command on', () => {
      const world = makeWorld()
      const other = makeGeneration(world.workspace, 'dev.tools-2', {})
      mkdirSync(join(world.workspace, 'a/b c'), { recursive: true })
      const args = ['', 'two words', '-x', '--', '--pure', "'", '*', 'a\nb\n']
      const run = tenon(world, ['run', '--', 'show-arguments', ...args], { cwd: join(world.workspace, 'a/b c') })
      expect([run.status, run.stderr, words(run.stdout)]).toEqual([0, '', args])
      const variables = environmentOf(tenon(world, ['run', 'dev.tools-2', '--', 'show-environment']).stdout)
      expect([variables.get('TENON_ROOT'), variables.get('TENON_ENVIRONMENT')]).toEqual([other, 'dev.tools-2'])
    })

    test('S-8.22 the nearest workspace counts, by the physical directory, and TENON_WORKSPACE overrides it', () => {
      const world = makeWorld()
      const inner = join(world.workspace, 'inner')
      mkdirSync(join(inner, 'environments'), { recursive: true })
      const innerTree = makeGeneration(inner, 'default', {})
      symlinkSync(inner, join(world.base, 'shortcut'))
      const rootFrom = (run: RunOptions): string | undefined =>
        environmentOf(tenon(world, ['run', '--', 'show-environment'], run).stdout).get('TENON_ROOT')
      expect(rootFrom({ cwd: inner })).toBe(innerTree)
      expect(rootFrom({ cwd: join(world.base, 'shortcut'), environment: { PWD: join(world.base, 'shortcut') } })).toBe(
        innerTree,
      )
      expect(rootFrom({ cwd: inner, environment: { TENON_WORKSPACE: world.workspace } })).toBe(world.tree)
      expect(rootFrom({ cwd: inner, environment: { TENON_WORKSPACE: '..' } })).toBe(
        `${inner}/../.tenon/profiles/default/current`,
      )
      expect(
        reachedNode(tenon(world, ['run', '--', 'x'], { cwd: inner, environment: { TENON_WORKSPACE: world.base } })),
      ).toEqual(['run', '--', 'x'])
      expect(reachedNode(tenon(world, ['run', '--', 'x'], { cwd: world.base }))).toEqual(['run', '--', 'x'])
    })

    test('S-8.23 the variables of the caller reach a command unchanged', () => {
      const world = makeWorld()
      const environment = {
        environment: 'e',
        node: 'n',
        root: 'r',
        text: 't',
        IFS: 'x',
        ENV: '/none',
        self: "'",
        _tenon: 'x',
        CDPATH: '/',
      }
      const variables = environmentOf(tenon(world, ['run', '--', 'show-environment'], { environment }).stdout)
      const { IFS: _, ...kept } = environment
      for (const [name, value] of Object.entries(kept)) expect([name, variables.get(name)]).toEqual([name, value])
      expect([...variables.keys()].filter((name) => name.startsWith('_tenon_'))).toEqual([])
    })

    test.each(SHELLS)(
      'S-8.8 `activate --shell %s` prints what activationCommand says, wherever the workspace is',
      (shell) => {
        const world = makeWorld(`it's a "q" \\ $x\nspace`)
        for (const args of [
          ['--shell', shell],
          [`--shell=${shell}`, 'default'],
        ]) {
          const run = tenon(world, ['activate', ...args])
          expect([run.status, run.stderr, run.stdout]).toEqual([0, '', `${activationCommand(shell, world.tree)}\n`])
        }
      },
    )

    test('S-8.8 `activate` tells the shell that started it', () => {
      const world = makeWorld()
      const bash = findProgram('bash') ?? ''
      const text = `x=$(${join(world.project, 'bin/tenon')} activate); printf '%s\\n' "$x"`
      const run = spawnSync(bash, ['-c', text], {
        cwd: world.workspace,
        env: { PATH: '/usr/bin:/bin' },
        encoding: 'utf8',
      })
      expect(run.stdout).toBe(`${activationCommand('bash', world.tree)}\n`)
    })

    test('S-8.24 it finds itself through symlinks: one of npm, any other, and a chain', () => {
      const world = makeWorld()
      const installed = join(world.base, 'app/node_modules')
      mkdirSync(join(installed, '.bin'), { recursive: true })
      symlinkSync(world.project, join(installed, 'tenon'))
      symlinkSync('../tenon/bin/tenon', join(installed, '.bin/tenon'))
      symlinkSync(join(installed, '.bin/tenon'), join(world.base, 'chain'))
      symlinkSync(join(world.project, 'bin/tenon'), join(world.base, 'direct link'))
      symlinkSync(join(world.project, 'bin'), join(world.base, 'linked-bin'))
      for (const program of [
        'app/node_modules/.bin/tenon',
        'chain',
        'direct link',
        'linked-bin/tenon',
        'app/node_modules/tenon/bin/tenon',
      ]) {
        expect([program, start(join(world.base, program), ['--version']).stdout]).toEqual([program, '1.2.3\n'])
        expect(start(program, ['--version'], { cwd: world.base }).stdout).toBe('1.2.3\n')
      }
      expect(start('tenon', ['--version'], { cwd: join(world.project, 'bin') }).stdout).toBe('1.2.3\n')
    })

    test("S-8.25 Node is the project's own, then one installed beside it, then the first on PATH that is not an environment's", () => {
      const world = makeWorld()
      const ownNode = join(world.project, 'node_modules/node/bin/node')
      const nodeOf = (run: Run): string | undefined => words(run.stdout)[0]
      expect(nodeOf(tenon(world, ['x']))).toMatch(/project\/bin\/\.\.\/node_modules\/node\/bin\/node$/)
      rmSync(ownNode)
      const hostBin = join(world.base, 'host bin')
      writeProgram(join(hostBin, 'node'), SHOW_NODE)
      writeProgram(join(world.tree, 'bin/node'), SHOW_NODE)
      const stacked = makeGeneration(world.workspace, 'stacked', {})
      writeProgram(join(stacked, 'bin/node'), SHOW_NODE)
      mkdirSync(join(world.base, 'directory/node'), { recursive: true })
      writeProgram(join(world.workspace, 'node'), SHOW_NODE)
      const PATH = [
        `${stacked}/bin`,
        `${world.tree}/bin/`,
        '',
        '.',
        join(world.base, 'directory'),
        hostBin,
        '/usr/bin',
      ].join(':')
      expect(nodeOf(tenon(world, ['x'], { environment: { PATH, TENON_ROOT: stacked } }))).toBe(join(hostBin, 'node'))
      const installed = join(world.base, 'app/node_modules')
      writeProgram(join(installed, 'node/bin/node'), SHOW_NODE)
      mkdirSync(join(installed, 'tenon/bin'), { recursive: true })
      copyFileSync(FRONT, join(installed, 'tenon/bin/tenon'))
      const beside = start(join(installed, 'tenon/bin/tenon'), ['x'], { environment: { PATH } })
      expect(nodeOf(beside)).toBe(`${installed}/tenon/bin/../../node/bin/node`)
      const none = tenon(world, ['x'], { environment: { PATH: `${world.tree}/bin:/nonexistent` } })
      expect([none.status, none.stdout]).toEqual([78, ''])
      expect(none.stderr).toBe(
        'error E_CONFIG: Tenon needs Node 22.13 or newer, and there is none on PATH.\nhint: install Node; one inside an environment does not count\n',
      )
    })

    test('S-8.26 Node gets a compile cache below the cache home, unless there is none or the user chose one', () => {
      const world = makeWorld()
      const cacheOf = (environment: Readonly<Record<string, string>>): string | undefined =>
        words(tenon(world, ['x'], { environment }).stdout)[1]
      const home = join(world.base, 'a home')
      expect(cacheOf({ HOME: home })).toBe('none')
      mkdirSync(home)
      expect(cacheOf({ HOME: home })).toBe(`${home}/.cache/tenon/compile`)
      expect(cacheOf({ HOME: '/none', XDG_CACHE_HOME: home })).toBe(`${home}/tenon/compile`)
      expect(cacheOf({ HOME: '/dev/null' })).toBe('none')
      expect(cacheOf({ HOME: '' })).toBe('none')
      expect(cacheOf({ NODE_COMPILE_CACHE: '/mine' })).toBe('/mine')
      // Where nothing can be made, whatever the permissions say, Node would try without end.
      expect(cacheOf({ HOME: '/proc' })).toBe('none')
    })

    test('S-8.29 moving between generations, the Node of Tenon itself starts without a new seed, and no other', () => {
      const world = makeWorld()
      const optionsFor = (args: readonly string[], run: RunOptions = {}): readonly string[] =>
        words(tenon(world, args, run).stdout).filter((word) => word === '--no-rehash-snapshot')
      for (const args of [['rollback'], ['rollback', 'dev', '--to', '3'], ['switch', '--generation', '3']])
        expect([args, optionsFor(args)]).toEqual([args, ['--no-rehash-snapshot']])
      for (const args of [
        [],
        ['switch'],
        ['switch', 'rollback'],
        ['rollbacks'],
        ['x', 'rollback'],
        ['lock', '--generation', '3'],
      ])
        expect([args, optionsFor(args)]).toEqual([args, []])
      rmSync(join(world.project, 'node_modules'), { recursive: true })
      const host = join(world.base, 'host')
      writeProgram(join(host, 'node'), SHOW_NODE)
      const environment = { PATH: `${host}:/usr/bin:/bin` }
      expect(optionsFor(['rollback'], { environment })).toEqual([])
      expect(reachedNode(tenon(world, ['rollback'], { environment }))).toEqual(['rollback'])
    })

    test('S-8.27 without dist/ the source is started', () => {
      const world = makeWorld()
      rmSync(join(world.project, 'dist'), { recursive: true })
      const run = tenon(world, ['--version'])
      expect(words(run.stdout).slice(2)).toEqual([`${join(world.project, 'bin')}/../src/main.ts`, '--version'])
    })
  })

  describe('launcher', () => {
    function launch(tree: string, args: readonly string[], run: RunOptions = {}): Run {
      return start(join(tree, 'etc/tenon/run'), args, run)
    }

    test('S-8.11 the command finds the environment and the variables of the caller', () => {
      const { tree } = makeWorld()
      const variables = environmentOf(launch(tree, ['show-environment'], { environment: { MINE: 'a\nb' } }).stdout)
      expect(Object.fromEntries(variables)).toEqual({
        HOME: '/home/nobody-here',
        MINE: 'a\nb',
        GREETING: `it's $HOME`,
        PATH: `${tree}/bin:/usr/bin:/bin`,
        TENON_ENVIRONMENT: 'default',
        TENON_ROOT: tree,
      })
    })

    test('S-8.11 PATH does not grow when launchers are nested, and an empty one is not kept as the current directory', () => {
      const { tree } = makeWorld()
      const nested = launch(tree, [join(tree, 'etc/tenon/run'), 'show-environment'])
      expect(environmentOf(nested.stdout).get('PATH')).toBe(`${tree}/bin:/usr/bin:/bin`)
      const empty = launch(tree, ['show-environment'], { environment: { PATH: '' } })
      expect(environmentOf(empty.stdout).get('PATH')).toBe(`${tree}/bin`)
    })

    test.each([[[]], [['--pure']]])('S-8.12 arguments arrive byte for byte with %j', (flags) => {
      const { tree } = makeWorld()
      const argument = fc
        .string({ unit: 'binary', maxLength: 12 })
        .map((text) => Buffer.from(text.replaceAll('\0', '')).toString())
      fc.assert(
        fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
          const run = launch(tree, [...flags, '--', 'show-arguments', ...args])
          expect([run.status, run.stderr, words(run.stdout)]).toEqual([0, '', args])
        }),
        { numRuns: 15 },
      )
    })

    test.each([
      'echo',
      'cd',
      'exec',
      'export',
      'test',
      '-dash',
      '--',
      'a=b',
      '-a=b',
      'two words',
      "it's",
      '$x',
      'if',
      '~',
    ])('S-8.12 a command called `%s` is the program of that name, never a builtin', (name) => {
      const { tree } = makeWorld()
      writeProgram(join(tree, 'bin', name), SHOW_ARGUMENTS)
      for (const flags of [[], ['--pure']]) {
        const run = launch(tree, [...flags, '--', name, '-n', 'x=y', ''])
        expect([run.status, run.stderr, words(run.stdout)]).toEqual([0, '', ['-n', 'x=y', '']])
      }
    })

    test('S-8.12 a command with a slash is taken as a path', () => {
      const world = makeWorld()
      for (const path of ['./-own=program', '-directory/own', join(world.workspace, 'own')]) {
        writeProgram(path.startsWith('/') ? path : join(world.workspace, path), SHOW_ARGUMENTS)
        for (const flags of [[], ['--pure']]) {
          const run = launch(world.tree, [...flags, '--', path, '1'], { cwd: world.workspace })
          expect([path, run.stderr, words(run.stdout)]).toEqual([path, '', ['1']])
        }
      }
    })

    test('S-8.13 a missing command gives 127, one that cannot be executed 126, a wrong call 64', () => {
      const world = makeWorld()
      const { tree } = world
      expect(launch(tree, ['--', 'no-such-command'])).toEqual({
        status: 127,
        signal: null,
        stdout: '',
        stderr:
          'error E_COMMAND_NOT_FOUND: There is no command `no-such-command` in the environment or on PATH.\nhint: tenon list default\n',
      })
      expect(launch(tree, ['--pure', '--', 'ls']).stderr).toContain('There is no command `ls` in the environment.\n')
      expect(launch(tree, ['--', './none']).status).toBe(127)
      expect(launch(tree, ['--', '']).status).toBe(127)
      expect(launch(tree, ['--', '/etc']).status).toBe(126)
      writeFileSync(join(tree, 'bin/plain'), 'text')
      expect(launch(tree, ['--', 'plain']).status).toBe(126)
      expect(launch(tree, []).status).toBe(64)
      expect(launch(tree, ['--purr', 'x']).status).toBe(64)
      expect(launch(tree, ['--']).status).toBe(64)
      const colon = makeWorld('a:b')
      expect(launch(colon.tree, ['--', 'show-arguments']).status).toBe(78)
    })

    test('S-8.13 the exit code, the signal and the streams are those of the command', () => {
      const { tree } = makeWorld()
      expect(launch(tree, ['/bin/sh', '-c', 'exit 9']).status).toBe(9)
      expect(launch(tree, ['/bin/sh', '-c', 'kill -TERM $$']).signal).toBe('SIGTERM')
      expect(launch(tree, ['/bin/sh', '-c', 'echo out; echo err >&2'])).toEqual({
        status: 0,
        signal: null,
        stdout: 'out\n',
        stderr: 'err\n',
      })
    })

    test('S-8.14 `--pure` keeps only the named variables of the host, and PATH is the environment alone', () => {
      const { tree } = makeWorld()
      const kept = Object.fromEntries(KEPT_WHEN_PURE.map((name) => [name, `'${name}'\n$x`]))
      const host = {
        ...kept,
        SECRET: '1',
        NODE_OPTIONS: '--no-warnings',
        LD_PRELOAD: '',
        GREETING: 'of the host',
        'a.b': '1',
        npm_config_x: '1',
      }
      const run = launch(tree, ['--pure', 'show-environment'], { environment: host })
      expect(Object.fromEntries(environmentOf(run.stdout))).toEqual({
        ...kept,
        GREETING: `it's $HOME`,
        PATH: `${tree}/bin`,
        TENON_ENVIRONMENT: 'default',
        TENON_ROOT: tree,
      })
      // bash makes up a TERM where there is none.
      const bare = launch(tree, ['--pure', 'show-environment'], { environment: { TERM: 'dumb' } })
      expect([...environmentOf(bare.stdout).keys()].sort()).toEqual([
        'GREETING',
        'HOME',
        'PATH',
        'TENON_ENVIRONMENT',
        'TENON_ROOT',
        'TERM',
      ])
    })

    test('S-8.14 a variable of the environment wins over the one of the host that `--pure` keeps', () => {
      const world = makeWorld()
      const tree = makeGeneration(world.workspace, 'lang', { LANG: 'C', HOME: '/elsewhere' })
      const variables = environmentOf(
        launch(tree, ['--pure', 'show-environment'], { environment: { LANG: 'xx' } }).stdout,
      )
      expect([variables.get('LANG'), variables.get('HOME')]).toEqual(['C', '/elsewhere'])
    })
  })
})
