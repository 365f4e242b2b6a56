// `tenon switch` with nothing to do, as bin/tenon answers it without Node: whatever it says, Node must say the same at that moment. Node is
// the built program; in front of it stands a front whose Node is a stub, so that it shows which of the two answered.

import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NodeHost } from '../../src/host/node-host.ts'
import { removeTree } from '../../src/store/tree.ts'
import { InstalledFront, type Run, type Start } from '../support/front.ts'
import { reportMissingShells, SH_UNDER_TEST, temporaryDirectory } from '../support/shells.ts'

/** How `tenon switch` is started. */
type SwitchStart = Partial<Start>

const installed = new InstalledFront()

/** A workspace with two environments, of packages in directories alone. */
class World {
  readonly base: string
  readonly workspace: string

  constructor(name = 'workspace') {
    this.base = temporaryDirectory('switch')
    this.workspace = join(this.base, name)
    this.write('tools/hello/bin/hello', '#!/bin/sh\necho 1\n', 0o755)
    this.write('tools/hello/share/more/text', 'more\n')
    this.write('environments/base.yaml', 'tenon: 1\npackages:\n  - path: ../tools/hello\n')
    this.write('environments/default.yaml', 'tenon: 1\nextends: [base]\npackages: []\nlinks:\n  shown: bin\n')
    mkdirSync(join(this.base, 'home'))
  }

  get store(): string {
    return join(this.base, 'home/.local/share/tenon/store')
  }

  path(...parts: readonly string[]): string {
    return join(this.workspace, ...parts)
  }

  profile(...parts: readonly string[]): string {
    const link = this.path('.tenon/profiles/default')
    return join(readlinkSync(link), ...parts)
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true })
    writeFileSync(this.path(path), text, { mode })
  }

  node(start: SwitchStart = {}): Run {
    return installed.node(this.#start(start))
  }

  /** Null when Node was asked. */
  front(sh: readonly string[], start: SwitchStart = {}): Run | null {
    return installed.answer(sh, this.#start(start))
  }

  /** Switches until the front answers: a record is only left when what it names has stood still for a moment. */
  settle(start: SwitchStart = {}): void {
    for (;;) {
      const run = this.node(start)
      if (run.status !== 0) throw new Error(run.stderr)
      if (this.front(['sh'], start) !== null) return
    }
  }

  #start({ args = ['switch'], cwd = this.workspace, environment = {} }: SwitchStart): Start {
    return { args, cwd, environment: { HOME: join(this.base, 'home'), ...environment } }
  }
}

const DASH = SH_UNDER_TEST.find(({ label }) => label === 'dash')?.command ?? ['sh']
const UP_TO_DATE: Run = { status: 0, stdout: 'default is up to date (generation 1)\n', stderr: '' }

/** In every shell: the front answers as Node does, or leaves it to Node. Says whether dash answered. */
function agrees(world: World, start: SwitchStart = {}): boolean {
  const answers = SH_UNDER_TEST.map(({ label, command }) => ({ label, run: world.front(command, start) }))
  const node = world.node(start)
  for (const { label, run } of answers) if (run !== null) expect({ label, run }).toEqual({ label, run: node })
  return answers.some(({ run }) => run !== null)
}

reportMissingShells()

test('S-8.28 the first answer is by Node, and the next needs none, in any shell whose `stat` is that of GNU', () => {
  const world = new World()
  world.node()
  expect(world.front(DASH)).toBe(null)
  world.settle()
  expect(world.front(DASH)).toEqual(UP_TO_DATE)
  expect(world.node()).toEqual(UP_TO_DATE)
  for (const { command } of SH_UNDER_TEST) expect([UP_TO_DATE, null]).toContainEqual(world.front(command))
})

test('S-8.28 what Node leaves for the front it writes once, and nothing where nothing can be written', () => {
  const world = new World()
  world.settle()
  const before = statSync(world.profile('up-to-date'))
  world.node({ args: ['switch', '--json'] })
  world.node()
  expect(statSync(world.profile('up-to-date')).ino).toBe(before.ino)
})

const links = (world: World): Readonly<Record<string, string>> => {
  for (const [name, target] of [
    ['workspace-link', 'workspace'],
    ['deep-link', 'workspace/tools/hello'],
  ] as const)
    if (!existsSync(join(world.base, name))) symlinkSync(target, join(world.base, name))
  return {}
}

/** In one world, which they leave as it is. `answers` is whether the front does, where that is certain. */
const STARTS: readonly (readonly [string, boolean | null, (world: World) => SwitchStart])[] = [
  ['the name', true, () => ({ args: ['switch', 'default'] })],
  ['options that change nothing', true, () => ({ args: ['switch', '--frozen', '--offline', '--quiet'] })],
  ['options on both sides', true, () => ({ args: ['switch', '--quiet', 'default', '--quiet'] })],
  ['--json', false, () => ({ args: ['switch', '--json'] })],
  ['an unknown option', false, () => ({ args: ['switch', '--nonsense'] })],
  ['two names', false, () => ({ args: ['switch', 'default', 'default'] })],
  ['a generation', false, () => ({ args: ['switch', '--generation', '1'] })],
  ['an empty name', false, () => ({ args: ['switch', ''] })],
  ['a capital', false, () => ({ args: ['switch', 'Default'] })],
  ['a path', false, () => ({ args: ['switch', '../default'] })],
  ['an option before the verb', false, () => ({ args: ['--quiet', 'switch'] })],
  ['help', false, () => ({ args: ['switch', '--help'] })],
  ['another environment', false, () => ({ args: ['switch', 'base'] })],
  ['from below', true, (world) => ({ cwd: world.path('tools/hello/share') })],
  ['from outside', false, (world) => ({ cwd: world.base })],
  [
    'through a link, as PWD has it',
    true,
    (world) => ({
      ...links(world),
      cwd: join(world.base, 'deep-link'),
      environment: { PWD: join(world.base, 'deep-link') },
    }),
  ],
  ['PWD says something else', true, (world) => ({ environment: { PWD: world.base } })],
  ['TENON_WORKSPACE', true, (world) => ({ cwd: '/', environment: { TENON_WORKSPACE: world.workspace } })],
  ['an empty TENON_WORKSPACE', true, () => ({ environment: { TENON_WORKSPACE: '' } })],
  ['TENON_WORKSPACE with a slash', false, (world) => ({ environment: { TENON_WORKSPACE: `${world.workspace}/` } })],
  [
    'a relative TENON_WORKSPACE',
    false,
    (world) => ({ cwd: world.base, environment: { TENON_WORKSPACE: 'workspace' } }),
  ],
  [
    'TENON_WORKSPACE through a link',
    false,
    (world) => ({ ...links(world), cwd: '/', environment: { TENON_WORKSPACE: join(world.base, 'workspace-link') } }),
  ],
  ['TENON_WORKSPACE below', null, (world) => ({ environment: { TENON_WORKSPACE: world.path('tools') } })],
  ['an empty TENON_STORE', true, () => ({ environment: { TENON_STORE: '' } })],
  ['the same TENON_STORE', true, (world) => ({ environment: { TENON_STORE: world.store } })],
  ['a relative TENON_STORE', false, () => ({ environment: { TENON_STORE: 'store' } })],
  [
    'the same XDG_DATA_HOME',
    true,
    (world) => ({ environment: { XDG_DATA_HOME: join(world.base, 'home/.local/share') } }),
  ],
  ['a relative XDG_CONFIG_HOME', false, () => ({ environment: { XDG_CONFIG_HOME: '.config' } })],
  ['a relative XDG_DATA_HOME', false, () => ({ environment: { XDG_DATA_HOME: '.local' } })],
  [
    'a relative XDG_DATA_HOME that is not needed',
    false,
    (world) => ({ environment: { XDG_DATA_HOME: '.local', TENON_STORE: world.store } }),
  ],
  [
    'no HOME that is needed',
    true,
    (world) => ({ environment: { HOME: undefined, XDG_DATA_HOME: join(world.base, 'home/.local/share') } }),
  ],
  ['no PATH', true, () => ({ environment: { PATH: '' } })],
  ['other locales', true, () => ({ environment: { LC_ALL: 'de_DE.UTF-8', LANG: 'tr_TR.UTF-8' } })],
  ['C.UTF-8', true, () => ({ environment: { LC_ALL: 'C.UTF-8' } })],
  ['another time zone and quoting', true, () => ({ environment: { TZ: 'Asia/Kolkata', QUOTING_STYLE: 'c' } })],
  ['POSIXLY_CORRECT', true, () => ({ environment: { POSIXLY_CORRECT: '1' } })],
  [
    'variables of its own',
    true,
    () => ({
      environment: {
        IFS: ':/',
        CDPATH: '/',
        ENV: '/nonexistent',
        _tenon_environment: 'base',
        _tenon_store: '/',
        _tenon_text: 'end',
        _tenon_line: 'end',
        _tenon_paths: '/',
      },
    }),
  ],
  ['TENON_OFFLINE and NO_COLOR', true, () => ({ environment: { TENON_OFFLINE: '1', NO_COLOR: '1' } })],
]

test('S-8.28 however it is started, the front says what Node says', () => {
  const world = new World()
  world.settle()
  for (const [name, answers, start] of STARTS) {
    const answered = agrees(world, start(world))
    if (answers !== null) expect([name, answered]).toEqual([name, answers])
  }
  expect(world.front(DASH)).toEqual(UP_TO_DATE)
})

test('S-8.28 what reads the output may be gone, and what is closed or full is for Node', () => {
  const world = new World()
  world.settle()
  const through = (redirection: string): readonly (string | number | null)[] => {
    const text = `"${installed.front}" switch ${redirection}`
    const { status, stdout, stderr } = spawnSync('bash', ['-c', text], {
      cwd: world.workspace,
      env: { PATH: '/usr/bin:/bin', HOME: join(world.base, 'home') },
      encoding: 'utf8',
    })
    return [status, stdout, stderr.replace(/^.*stub.*\n/gm, '')]
  }
  // The stub cannot write either.
  expect(through('>/dev/full')[0]).not.toBe(0)
  expect(through('2>/dev/full')).toEqual([0, UP_TO_DATE.stdout, ''])
  expect(through('</dev/null 2>&-')).toEqual([0, UP_TO_DATE.stdout, ''])
})

type Change = (world: World) => void

/** Each may be made in any order, again, and after any other. */
const CHANGES: Readonly<Record<string, Change>> = {
  'the environment file, with as many bytes': (world) =>
    rewrite(world.path('environments/default.yaml'), (text) => text.replace('shown: bin', 'bhown: bin')),
  'the environment file, and its time put back': (world) => {
    const file = world.path('environments/default.yaml')
    const { atime, mtime } = statSync(file)
    rewrite(file, (text) => text.replace(/.hown/, 'thown'))
    utimesSync(file, atime, mtime)
  },
  'the environment file, written again as it is': (world) =>
    rewrite(world.path('environments/default.yaml'), (text) => text),
  'the environment file, replaced by a rename': (world) => {
    const file = world.path('environments/default.yaml')
    copyFileSync(file, `${file}~`)
    renameSync(`${file}~`, file)
  },
  'the environment file, behind a link': (world) => {
    renameSync(world.path('environments/default.yaml'), world.path('moved.yaml'))
    symlinkSync('../moved.yaml', world.path('environments/default.yaml'))
  },
  'an environment that it extends': (world) => appendFileSync(world.path('environments/base.yaml'), '# more\n'),
  'no environment file': (world) => unlinkSync(world.path('environments/default.yaml')),
  'an environment file that is none': (world) => writeFileSync(world.path('environments/default.yaml'), 'tenon: [\n'),
  'no lock': (world) => unlinkSync(world.path('environments/default.lock.json')),
  'a lock that is none': (world) => writeFileSync(world.path('environments/default.lock.json'), '{}\n'),
  'a lock with a conflict': (world) =>
    rewrite(world.path('environments/default.lock.json'), (text) => `<<<<<<< a\n${text}=======\n${text}>>>>>>> b\n`),
  'a file of a package': (world) => appendFileSync(world.path('tools/hello/bin/hello'), 'echo 2\n'),
  'one more file in a package': (world) => world.write('tools/hello/share/more/other', 'text\n'),
  'one more file deep in a package': (world) => world.write('tools/hello/share/new/one/file', 'text\n'),
  'one file less in a package': (world) => unlinkSync(world.path('tools/hello/share/more/text')),
  'the mode of a file of a package': (world) => chmodSync(world.path('tools/hello/share/more/text'), 0o755),
  'what git ignores in a package': (world) => world.write('tools/hello/.gitignore', 'share\n'),
  'what git ignores above a package': (world) => world.write('.gitignore', 'more\n'),
  'a package that is a link now': (world) => {
    renameSync(world.path('tools'), world.path('elsewhere'))
    symlinkSync('elsewhere', world.path('tools'))
  },
  'no package': (world) => renameSync(world.path('tools/hello'), world.path('tools/hello-no-more')),
  'a link of the workspace gone': (world) => unlinkSync(world.path('shown/hello')),
  'a link of the workspace that leads elsewhere': (world) => {
    unlinkSync(world.path('shown/hello'))
    symlinkSync('/nonexistent', world.path('shown/hello'))
  },
  'a file in the place of a link': (world) => {
    unlinkSync(world.path('shown/hello'))
    writeFileSync(world.path('shown/hello'), 'mine\n')
  },
  'nothing current': (world) => unlinkSync(world.profile('current')),
  'current leads nowhere': (world) => relink(world.profile('current'), '9'),
  'current is no number': (world) => relink(world.profile('current'), '01'),
  'a generation without its link': (world) => unlinkSync(world.profile('1')),
  'a generation without its record': (world) => unlinkSync(world.profile('1.json')),
  'a generation with another record': (world) =>
    rewrite(world.profile('1.json'), (text) => text.replace('switch', 'swatch')),
  'no record of the switch': (world) => unlinkSync(world.profile('switched.json')),
  'a record of the switch that is none': (world) => writeFileSync(world.profile('switched.json'), '{'),
  'no tree': (world) => renameSync(objects(world), `${objects(world)}-away`),
  'a store that is elsewhere behind a link': (world) => {
    renameSync(world.store, join(world.base, 'store-away'))
    symlinkSync(join(world.base, 'store-away'), world.store)
  },
  'profiles that are elsewhere behind a link': (world) => {
    renameSync(join(world.store, 'profiles'), join(world.base, 'profiles-away'))
    symlinkSync(join(world.base, 'profiles-away'), join(world.store, 'profiles'))
  },
  'a profile that is a link': (world) => {
    const profile = world.profile()
    renameSync(profile, `${profile}-away`)
    symlinkSync(`${profile}-away`, profile)
  },
  'no link to the profile': (world) => unlinkSync(world.path('.tenon/profiles/default')),
  'no identity': (world) => unlinkSync(world.path('.tenon/id')),
  'another identity': (world) => {
    unlinkSync(world.path('.tenon/id'))
    writeFileSync(world.path('.tenon/id'), `${'0'.repeat(32)}\n`)
  },
  'a workspace that the store does not know': (world) => unlinkSync(join(world.profile(), '../workspace.json')),
  'a workspace whose hard link is gone': (world) => unlinkSync(join(world.profile(), '../alive')),
  'a store in the workspace': (world) => mkdirSync(world.path('store')),
  'a store in the workspace that is a link': (world) => symlinkSync('/nonexistent', world.path('store')),
  'environments that are a link': (world) => {
    renameSync(world.path('environments'), world.path('.environments'))
    symlinkSync('.environments', world.path('environments'))
  },
}

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}

function relink(path: string, target: string): void {
  unlinkSync(path)
  symlinkSync(target, path)
}

function objects(world: World): string {
  const [, , , , , , tree = ''] = readFileSync(world.profile('up-to-date'), 'utf8').split('\n')
  return tree
}

test.each(Object.entries(CHANGES))(
  'S-8.28 after a change the front says nothing that Node would not: %s',
  (_, change) => {
    const world = new World()
    world.settle()
    change(world)
    agrees(world)
    removeTree(new NodeHost(), world.base)
  },
)

test('S-8.28 after any changes, at once or with switches between them, the front says nothing that Node would not', () => {
  const step = fc.record({ change: fc.constantFrom(...Object.values(CHANGES)), switches: fc.nat({ max: 2 }) })
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 4 }), (steps) => {
      const world = new World()
      world.settle()
      for (const { change, switches } of steps) {
        // What an earlier change took away cannot be changed.
        attempt(() => change(world))
        for (let run = 0; run < switches; run++) world.node()
        agrees(world)
      }
      removeTree(new NodeHost(), world.base)
    }),
    { numRuns: 5 },
  )
})

function attempt(action: () => void): void {
  try {
    action()
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
  }
}

test('S-8.28 a change right after the record was written shows, however soon', () => {
  const world = new World()
  const file = world.path('environments/default.yaml')
  const texts = ['shown: bin', 'thown: bin'].map((to) => readFileSync(file, 'utf8').replace('shown: bin', to))
  for (let round = 0; round < 5; round++) {
    world.settle()
    writeFileSync(file, texts[(round + 1) % 2] ?? '')
    expect(world.front(DASH)).toBe(null)
  }
})

test('S-8.28 a record that is damaged, cut off, of another program or of another environment is for Node', () => {
  const world = new World()
  world.settle()
  const record = world.profile('up-to-date')
  const text = readFileSync(record, 'utf8')
  const isLeftToNode = (content: string) => {
    writeFileSync(record, content)
    return SH_UNDER_TEST.map(({ command }) => world.front(command))
  }
  const nobody = SH_UNDER_TEST.map(() => null)
  const lines = text.split('\n')
  for (let count = 0; count < lines.length - 1; count++)
    expect([count, isLeftToNode(lines.slice(0, count).join('\n'))]).toEqual([count, nobody])
  for (let index = 0; index < lines.length - 1; index++) {
    // The number is what the front says, not what it goes by; and what is absent may be so under any name.
    if (index === 7 || lines[index]?.startsWith('absent ')) continue
    const changed = lines.with(index, `${lines[index]}x`).join('\n')
    expect([index, isLeftToNode(changed)]).toEqual([index, nobody])
  }
  for (const content of ['', '\0'.repeat(text.length), `${text.slice(0, 40)}\0`, 'end\n', `end\n${text}`])
    expect(isLeftToNode(content)).toEqual(nobody)
  rmSync(record)
  mkdirSync(record)
  expect(world.front(DASH)).toBe(null)
  expect(world.node()).toEqual(UP_TO_DATE)
})

describe('S-8.28 a workspace may be called', () => {
  test.each(['two words', "it's", 'a "b" $x `y`', '*?[a]', ' x ', '-n', 'ümlaut', 'line\nfeed', 'end', '#~'])(
    '%j',
    (name) => {
      const world = new World(name)
      world.write('tools/hello/share/ a *  b ', 'text\n')
      for (let run = 0; run < 3; run++) world.node()
      if (!name.includes('\n')) world.settle()
      expect(agrees(world)).toBe(!name.includes('\n'))
      world.write('tools/hello/share/ a *  b ', 'next\n')
      expect(world.front(DASH)).toBe(null)
      expect(world.node().stdout).toContain('default is now generation 2\n')
    },
  )
})

test('S-8.28 a workspace that was moved or copied is for Node', () => {
  const world = new World()
  world.settle()
  const moved = join(world.base, 'moved')
  renameSync(world.workspace, moved)
  expect(world.front(DASH, { cwd: moved })).toBe(null)
  agrees(world, { cwd: moved })
  world.settle({ cwd: moved })
  cpSync(moved, world.workspace, { recursive: true, verbatimSymlinks: true })
  expect(world.front(DASH)).toBe(null)
  agrees(world)
})
