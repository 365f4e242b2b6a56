// The activation files of a tree, sourced by real shells.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { activationCommand, activationFiles, type Shell } from '../../src/build/activation.ts'
import { isReservedVariable, isVariableName, type VariableValue } from '../../src/core/variable.ts'
import {
  findProgram,
  quoteFish,
  quotePosix,
  readDump,
  reportMissingShells,
  runSteps,
  SHELLS_UNDER_TEST,
  type ShellOptions,
  type ShellUnderTest,
  type Step,
  temporaryDirectory,
  writeProgram,
  writeTree,
} from '../support/shells.ts'

const HARD_VALUES: Readonly<Record<string, string>> = {
  A_QUOTES: `it's "quoted" \`twice\` ''`,
  A_DOLLAR: `$HOME \${HOME} $(exit 3) \\$x !! ~`,
  A_LINES: '\nfirst\n\nlast\n\n',
  A_PERCENT: '-n %s %% \\n \\',
  A_CONTROL: '\u0001\u0002\u001b[0m\u007f\t\r',
  A_UNICODE: 'Áé ü 漢字 🦊 \u{f600}\u{fdd0}\u{10ffff}',
  A_GLOB: '* ? [a-z] {a,b} # ; & | < > ( )',
  A_EMPTY: '',
  A_PATH: 'a:b::c:',
  ZPATH: ':x',
  name: 'a name that scripts like to use',
  root: 'another',
}
const ODD_NAMES = [
  'plain',
  'two words',
  "it's",
  '"q" $x `y`',
  'line\nfeed',
  'Ünï 漢字',
  '*[a-z]?',
  'back\\slash',
  '-dash',
  '~',
  '%s &',
]

interface Fixture {
  readonly profile: string
  readonly current: string
  readonly file: (name: string) => string
}

/** A profile as `current` shows it, in a workspace of that name. */
function makeProfile(
  variables: Readonly<Record<string, VariableValue>>,
  workspace = 'w',
  environment = 'default',
): Fixture {
  const base = temporaryDirectory('activation')
  const profile = join(base, workspace, '.tenon/profiles', environment)
  writeTree(join(profile, '7'), variables)
  symlinkSync('7', join(profile, 'current'))
  return { profile, current: join(profile, 'current'), file: (name) => join(base, name) }
}

function run(shell: ShellUnderTest, steps: readonly Step[], options: ShellOptions = {}): void {
  const result = runSteps(shell, steps, options)
  expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: '' })
}

reportMissingShells()

describe.each(SHELLS_UNDER_TEST)('$label', (shell) => {
  test('S-8.1 activation puts the commands first on PATH and exports root, environment and variables byte for byte', () => {
    const { current, file } = makeProfile(HARD_VALUES)
    run(shell, [
      { do: 'activate', root: current },
      { do: 'dump', to: file('dump') },
    ])
    const dump = readDump(file('dump'))
    expect(dump.get('PATH')).toBe(`${current}/bin:/usr/bin:/bin`)
    expect(dump.get('TENON_ROOT')).toBe(current)
    expect(dump.get('TENON_ENVIRONMENT')).toBe('default')
    for (const [name, value] of Object.entries(HARD_VALUES)) expect([name, dump.get(name)]).toEqual([name, value])
    expect([...dump.keys()].filter((name) => /^_?tenon/.test(name))).toEqual([])
  })

  test('S-12.7 a variable may name a place in the tree, which follows every switch', () => {
    const { current, file } = makeProfile({ MODEL: { path: "share/packages/m/it's \\$a" }, PLAIN: 'x' }, "w $' \\ é")
    run(shell, [
      { do: 'activate', root: current },
      { do: 'dump', to: file('dump') },
      { do: 'deactivate' },
      { do: 'dump', to: file('after') },
    ])
    expect(readDump(file('dump')).get('MODEL')).toBe(`${current}/share/packages/m/it's \\$a`)
    expect(readDump(file('after')).has('MODEL')).toBe(false)
    for (const pure of [[], ['--pure']]) {
      const { stdout } = spawnSync(join(current, 'etc/tenon/run'), [...pure, '--', '/usr/bin/env'], {
        encoding: 'utf8',
      })
      expect(stdout.split('\n')).toContain(`MODEL=${current}/share/packages/m/it's \\$a`)
    }
  })

  test('S-8.1 any text without NUL survives as a value, and as the earlier value that deactivation restores', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 40 })
      .map((value) => Buffer.from(value.replaceAll('\0', '')).toString())
    const hostile = fc.string({ unit: fc.constantFrom(...`'"\\\`$!%-\n\r\t =:*?~#{}()é`), maxLength: 12 })
    const values = fc.array(fc.oneof(text, hostile), { minLength: 12, maxLength: 12 })
    fc.assert(
      fc.property(values, values, (inside, before) => {
        const variables = Object.fromEntries(inside.map((value, index) => [`V${index}`, value]))
        const { current, file } = makeProfile(variables)
        const environment = Object.fromEntries(before.map((value, index) => [`V${index}`, value]))
        run(
          shell,
          [
            { do: 'activate', root: current },
            { do: 'dump', to: file('inside') },
            { do: 'deactivate' },
            { do: 'dump', to: file('after') },
          ],
          { environment },
        )
        const dumps = [readDump(file('inside')), readDump(file('after'))]
        const seen = dumps.map((dump) => inside.map((_, index) => dump.get(`V${index}`)))
        expect(seen).toEqual([inside, before])
      }),
      { numRuns: 15 },
    )
  })

  test('S-8.2 what was reached through `current` follows a switch', () => {
    const { profile, current, file } = makeProfile({})
    writeTree(join(profile, '8'), {})
    writeProgram(join(profile, '7/bin/which-generation'), '#!/bin/sh\nprintf 7 >>"$OUT"\n')
    writeProgram(join(profile, '8/bin/which-generation'), '#!/bin/sh\nprintf 8 >>"$OUT"\n')
    run(
      shell,
      [
        { do: 'activate', root: current },
        { do: 'run', text: 'which-generation' },
        { do: 'run', text: `ln -s 8 ${profile}/next && mv -T ${profile}/next ${current}` },
        { do: 'run', text: 'which-generation' },
      ],
      { environment: { OUT: file('out') } },
    )
    expect(readFileSync(file('out'), 'utf8')).toBe('78')
  })

  test('S-8.2 a relative path is made absolute, and a numbered generation has the name of its environment', () => {
    const { profile, file } = makeProfile({}, 'w', 'dev.tools')
    run(
      shell,
      [
        { do: 'cd', directory: `${profile}/current/etc` },
        { do: 'activate', root: '.././../7/.' },
        { do: 'cd', directory: '/' },
        { do: 'dump', to: file('dump') },
      ],
      { cwd: profile },
    )
    const dump = readDump(file('dump'))
    expect(dump.get('TENON_ROOT')?.startsWith('/')).toBe(true)
    expect(dump.get('PATH')).toBe(`${dump.get('TENON_ROOT')}/bin:/usr/bin:/bin`)
    run(shell, [
      { do: 'activate', root: `${profile}/7` },
      { do: 'dump', to: file('dump') },
    ])
    expect(readDump(file('dump')).get('TENON_ENVIRONMENT')).toBe('dev.tools')
  })

  test('S-8.3 deactivation restores what was set, unset and not exported, and keeps other changes of PATH', () => {
    const { current, file } = makeProfile({ WAS_UNSET: '1', WAS_EXPORTED: '2', WAS_LOCAL: '3', WAS_EMPTY: '4' })
    const before: Step[] = [
      { do: 'set', name: 'WAS_EXPORTED', value: "old 'value'", exported: true },
      { do: 'set', name: 'WAS_LOCAL', value: 'only\nhere', exported: false },
      { do: 'set', name: 'WAS_EMPTY', value: '', exported: true },
    ]
    run(shell, [
      ...before,
      { do: 'dump', to: file('before') },
      { do: 'activate', root: current },
      { do: 'dump', to: file('inside') },
      { do: 'deactivate' },
      { do: 'dump', to: file('after') },
      { do: 'show', name: 'WAS_LOCAL', to: file('local') },
      { do: 'show', name: 'WAS_UNSET', to: file('unset') },
      { do: 'activate', root: current },
      { do: 'prepend', directory: '/added since' },
      { do: 'deactivate' },
      { do: 'dump', to: file('path') },
    ])
    expect(readDump(file('inside')).get('WAS_LOCAL')).toBe('3')
    expect(readDump(file('after'))).toEqual(readDump(file('before')))
    expect(readFileSync(file('local'), 'utf8')).toBe('only\nhere')
    expect(readFileSync(file('unset'), 'utf8')).toBe('(unset)')
    expect(readDump(file('path')).get('PATH')).toBe('/added since:/usr/bin:/bin')
  })

  test('S-8.3 deactivation leaves nothing of Tenon in the shell', () => {
    const { current } = makeProfile({ X: '1' })
    const result = runSteps(shell, [
      { do: 'activate', root: current },
      { do: 'deactivate' },
      { do: 'run', text: shell.file === 'activate.fish' ? 'set --names; functions --all --names' : 'set' },
      { do: 'run', text: shell.file === 'activate.zsh' ? 'functions' : '' },
    ])
    expect(result.stdout.split('\n').filter((line) => /^_?tenon/i.test(line))).toEqual([])
  })

  test.each(['', ':', '/usr/bin:', ':/usr/bin', '/a::/b', '/a:/b:/a'])('S-8.3 PATH `%s` comes back exactly', (path) => {
    // fish reads an empty entry as the current directory and writes it as a dot, without Tenon too.
    if (shell.file === 'activate.fish') return
    const { current, file } = makeProfile({})
    run(shell, [
      { do: 'set', name: 'PATH', value: path, exported: true },
      { do: 'activate', root: current },
      { do: 'show', name: 'PATH', to: file('inside') },
      { do: 'deactivate' },
      { do: 'show', name: 'PATH', to: file('after') },
    ])
    expect(readFileSync(file('inside'), 'utf8')).toBe(path === '' ? `${current}/bin` : `${current}/bin:${path}`)
    expect(readFileSync(file('after'), 'utf8')).toBe(path)
  })

  test('S-8.4 activating another environment leaves the first, and activating one twice changes nothing', () => {
    const first = makeProfile({ ONLY_FIRST: '1', BOTH: '1' })
    const second = makeProfile({ BOTH: '2' }, 'w', 'second')
    run(shell, [
      { do: 'dump', to: first.file('before') },
      { do: 'activate', root: first.current },
      { do: 'dump', to: first.file('once') },
      { do: 'activate', root: first.current },
      { do: 'dump', to: first.file('twice') },
      { do: 'activate', root: second.current },
      { do: 'dump', to: first.file('second') },
      { do: 'deactivate' },
      { do: 'dump', to: first.file('after') },
    ])
    expect(readDump(first.file('twice'))).toEqual(readDump(first.file('once')))
    const inSecond = readDump(first.file('second'))
    expect(inSecond.get('PATH')).toBe(`${second.current}/bin:/usr/bin:/bin`)
    expect(inSecond.get('TENON_ENVIRONMENT')).toBe('second')
    expect([inSecond.get('BOTH'), inSecond.get('ONLY_FIRST')]).toEqual(['2', undefined])
    expect(readDump(first.file('after'))).toEqual(readDump(first.file('before')))
  })

  test('S-8.4 a shell inside an activated one does not add to PATH again', () => {
    const { current, file } = makeProfile({ X: '1' })
    run(
      shell,
      [
        { do: 'activate', root: current },
        { do: 'dump', to: file('inside') },
        { do: 'deactivate' },
        { do: 'dump', to: file('after') },
      ],
      { environment: { PATH: `${current}/bin:/usr/bin:/bin`, X: '1' } },
    )
    expect(readDump(file('inside')).get('PATH')).toBe(`${current}/bin:/usr/bin:/bin`)
    expect(readDump(file('after')).get('PATH')).toBe('/usr/bin:/bin')
  })

  test.each(ODD_NAMES)('S-8.5 a workspace may be called `%s`', (workspace) => {
    const { current, file } = makeProfile({ X: '1' }, workspace)
    run(shell, [
      { do: 'dump', to: file('before') },
      { do: 'activate', root: current },
      { do: 'dump', to: file('inside') },
      { do: 'deactivate' },
      { do: 'dump', to: file('after') },
      { do: 'cd', directory: `${current}/..` },
      { do: 'activate', root: './current' },
      { do: 'show', name: 'TENON_ENVIRONMENT', to: file('relative') },
    ])
    expect(readDump(file('inside')).get('PATH')).toBe(`${current}/bin:/usr/bin:/bin`)
    expect(readDump(file('inside')).get('TENON_ENVIRONMENT')).toBe('default')
    expect(readDump(file('after'))).toEqual(readDump(file('before')))
    expect(readFileSync(file('relative'), 'utf8')).toBe('default')
  })

  test.each(['set -eu', 'IFS=/:_ten', 'set -f', 'set -eua'])(
    'S-8.5 activation and deactivation work under `%s`',
    (preamble) => {
      const { current, file } = makeProfile({ X: '1', Y: 'a b' })
      const steps: Step[] = [
        { do: 'set', name: 'Y', value: 'before', exported: true },
        { do: 'activate', root: current },
        { do: 'activate', root: current },
        { do: 'dump', to: file('inside') },
        { do: 'deactivate' },
        { do: 'dump', to: file('after') },
      ]
      run(shell, steps, { preamble })
      expect(readDump(file('inside')).get('X')).toBe('1')
      expect(readDump(file('inside')).get('Y')).toBe('a b')
      expect(readDump(file('after')).get('X')).toBeUndefined()
      expect(readDump(file('after')).get('Y')).toBe('before')
    },
  )

  test('S-8.5 activation works from inside a function, and under the options that change how a shell reads', () => {
    const { current, file } = makeProfile({ X: 'a b' })
    const isFish = shell.file === 'activate.fish'
    const preamble = {
      'activate.bash': 'shopt -s nocasematch extglob failglob nullglob; set -T',
      'activate.zsh':
        'setopt ksharrays shwordsplit rcquotes extendedglob nounset warncreateglobal nofunctionargzero globsubst noequals',
      'activate.fish': '',
      'activate.sh': '',
    }[shell.file]
    run(
      shell,
      [
        { do: 'run', text: isFish ? 'function enter' : 'enter() {' },
        { do: 'activate', root: current },
        { do: 'run', text: isFish ? 'end' : '}' },
        { do: 'run', text: 'enter' },
        { do: 'show', name: 'X', to: file('inside') },
        { do: 'deactivate' },
        { do: 'show', name: 'X', to: file('after') },
      ],
      { preamble },
    )
    expect([readFileSync(file('inside'), 'utf8'), readFileSync(file('after'), 'utf8')]).toEqual(['a b', '(unset)'])
  })

  test('S-8.6 activation starts no program', () => {
    const { current, file } = makeProfile({ X: '1' })
    run(
      shell,
      [
        { do: 'set', name: 'PATH', value: '/nonexistent', exported: true },
        { do: 'activate', root: current },
        { do: 'deactivate' },
        { do: 'activate', root: current },
        { do: 'dump', to: file('dump') },
      ],
      {},
    )
    expect(readDump(file('dump')).get('PATH')).toBe(`${current}/bin:/nonexistent`)
  })

  test('S-8.7 a root with a colon is refused, and what was active stays active', () => {
    const good = makeProfile({ X: '1' })
    const bad = makeProfile({ X: '2' }, 'a:b')
    const result = runSteps(shell, [
      { do: 'activate', root: good.current },
      { do: 'activate', root: bad.current },
      { do: 'run', text: shell.file === 'activate.fish' ? 'echo "status $status"' : 'echo "status $?"' },
      { do: 'show', name: 'X', to: good.file('x') },
    ])
    expect(result.stderr).toContain('error E_CONFIG: PATH cannot hold')
    expect(result.stdout).toBe('status 78\n')
    expect(readFileSync(good.file('x'), 'utf8')).toBe('1')
  })

  test('S-8.7 a file that was reached under another name says so and changes nothing', () => {
    const { current, file } = makeProfile({ X: '1' })
    symlinkSync(join(current, 'etc/tenon', shell.file), file('elsewhere'))
    const result = runSteps(shell, [
      { do: 'run', text: `. ${file('elsewhere')}` },
      { do: 'show', name: 'X', to: file('x') },
    ])
    expect(result.stderr).toContain('error E_USAGE: This file cannot tell which tree it belongs to.')
    expect(readFileSync(file('x'), 'utf8')).toBe('(unset)')
  })

  test('S-8.10 every name that a shell knows and that is not reserved can be set and comes back', () => {
    const names = namesKnownToShells().filter((name) => !isReservedVariable(name) && !/^(LC_|LANG)/.test(name))
    const { current, file } = makeProfile(Object.fromEntries(names.map((name) => [name, '1'])))
    run(shell, [
      { do: 'dump', to: file('before') },
      { do: 'activate', root: current },
      { do: 'dump', to: file('inside') },
      { do: 'deactivate' },
      { do: 'dump', to: file('after') },
    ])
    const inside = readDump(file('inside'))
    expect(names.filter((name) => inside.get(name) !== '1')).toEqual([])
    expect(readDump(file('after'))).toEqual(readDump(file('before')))
  })

  test.each(ODD_NAMES)('S-8.8 the printed command activates the workspace `%s`', (workspace) => {
    const { current, file } = makeProfile({ X: '1' }, workspace)
    const command = activationCommand(shell.file.slice('activate.'.length) as Shell, current)
    const evaluate = shell.file === 'activate.fish' ? `eval ${quoteFish(command)}` : `eval ${quotePosix(command)}`
    run(shell, [
      { do: 'run', text: evaluate },
      { do: 'show', name: 'X', to: file('x') },
    ])
    expect(readFileSync(file('x'), 'utf8')).toBe('1')
  })
})

/** What the shells that are installed here call their own. */
function namesKnownToShells(): readonly string[] {
  const questions = [
    ['bash', '-ic', 'compgen -v'],
    ['zsh', '-fc', 'zmodload zsh/parameter zsh/complist; typeset +'],
    ['fish', '-c', 'set --names'],
  ] as const
  const names = questions.flatMap(([shell, ...words]) => {
    const program = findProgram(shell)
    if (program === null) return []
    const { stdout } = spawnSync(program, words, {
      encoding: 'utf8',
      env: { HOME: temporaryDirectory('home'), PATH: '/usr/bin:/bin' },
    })
    return stdout.split('\n').map((line) => line.trim().split(' ').at(-1) ?? '')
  })
  return [...new Set(names)].filter(isVariableName).sort()
}

test('S-8.8 `rc.bash` reads the start file of the user first', () => {
  const { current } = makeProfile({ X: 'tenon' })
  const home = temporaryDirectory('home')
  writeProgram(join(home, '.bashrc'), 'X=user; PATH=/from/bashrc:$PATH\n')
  const { stdout } = spawnSync(findProgram('bash') ?? '', ['--rcfile', join(current, 'etc/tenon/rc.bash'), '-i'], {
    env: { HOME: home, PATH: '/usr/bin:/bin' },
    input: 'echo "$X $PATH"\n',
    encoding: 'utf8',
  })
  expect(stdout).toBe(`tenon ${current}/bin:/from/bashrc:/usr/bin:/bin\n`)
})

test('S-8.9 the files depend on the variables alone, not on their order or on any place', () => {
  const one = activationFiles({ B: '2', A: '1' })
  expect(one).toEqual(activationFiles({ A: '1', B: '2' }))
  const moved = makeProfile({ A: '1' })
  renameSync(moved.profile, `${moved.profile}-moved`)
  mkdirSync(moved.profile)
  for (const { text } of one.values()) expect(text).not.toContain(moved.profile)
  expect([...one.keys()].sort()).toEqual(
    [
      ...['activate.bash', 'activate.fish', 'activate.sh', 'activate.zsh', 'rc.bash', 'run'],
      ...['zsh/.zshenv', 'zsh/.zshrc'],
    ].map((name) => `etc/tenon/${name}`),
  )
  expect([...one].filter(([, file]) => file.executable).map(([path]) => path)).toEqual(['etc/tenon/run'])
})

test('S-8.10 variables that would break a shell or Tenon are reserved', () => {
  for (const name of ['PATH', 'TENON_ROOT', '_tenon_root', 'IFS', 'UID', 'status']) {
    expect([name, isReservedVariable(name)]).toEqual([name, true])
    expect(() => activationFiles({ [name]: '' })).toThrow(name)
  }
  expect(isReservedVariable('NODE_ENV')).toBe(false)
  expect(() => activationFiles({ 'A-B': '' })).toThrow('A-B')
  expect(() => activationFiles({ A: '\0' })).toThrow('A')
})
