// `tenon rollback` and `switch --generation`, as bin/tenon answers them without Node: what it says, and what it leaves, is what Node would say and
// leave at that moment.

import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { switchEnvironment } from '../../src/ops/switch.ts'
import { InstalledFront, type Run, type Start } from '../support/front.ts'
import { LocalWorld } from '../support/local-world.ts'
import { reportMissingShells, SH_UNDER_TEST } from '../support/shells.ts'

const installed = new InstalledFront()
const DASH = SH_UNDER_TEST.find(({ label }) => label === 'dash')?.command ?? ['sh']
const PLACES = ['shown', 'deep/er']

type MoveStart = Partial<Start>

/** Generation 3 is current, made from 2, made from 1; 1 shows one name more than the others. */
async function makeWorld(
  options: { store?: 'local' | 'shared'; links?: string; name?: string } = {},
): Promise<LocalWorld> {
  const world = new LocalWorld({ store: options.store ?? 'shared' })
  if (options.name !== undefined) world.move(options.name)
  const links = options.links ?? 'links:\n  shown: bin\n  deep/er: share\n'
  for (const tool of ['one', 'two']) world.tool(tool)
  for (const [tools, text] of [
    [['one', 'two'], '1'],
    [['one'], '2'],
    [['one'], '3'],
  ] as const) {
    world.tool('one', text)
    world.environment(tools, links)
    await switchEnvironment(world.context(), 'default')
  }
  return world
}

function start(world: LocalWorld, { args = ['rollback'], cwd = world.workspace, environment = {} }: MoveStart): Start {
  return { args, cwd, environment: { HOME: world.root, TENON_STORE: join(world.root, 'shared'), ...environment } }
}

function profile(world: LocalWorld, ...parts: readonly string[]): string {
  return join(realpathSync(world.path('.tenon/profiles/default')), ...parts)
}

/** Every name in the profile and its target, and every link that is shown. */
function whatStands(world: LocalWorld): unknown {
  const directory = profile(world)
  const names = readdirSync(directory)
  return {
    names: names.map((name) => [name, attempt(() => readlinkSync(join(directory, name)))]).sort(),
    moves: attempt(() => readdirSync(join(directory, 'moves'))),
    links: attempt(() => world.links(...PLACES)),
  }
}

function attempt<T>(action: () => T): T | null {
  try {
    return action()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}

function relink(path: string, target: string): void {
  unlinkSync(path)
  symlinkSync(target, path)
}

/**
 * In every shell: the front says what Node says and leaves what Node leaves, or asks Node and leaves everything as it was. Ends as Node left it. Says whether
 * dash answered.
 */
function agrees(world: LocalWorld, move: MoveStart = {}): boolean {
  const before = attempt(() => whatStands(world))
  const current = attempt(() => readlinkSync(profile(world, 'current')))
  const answers = SH_UNDER_TEST.map(({ label, command }) => {
    const run = installed.answer(command, start(world, move))
    const after = attempt(() => whatStands(world))
    if (run === null) expect({ label, after }).toEqual({ label, after: before })
    else if (current !== null) relink(profile(world, 'current'), current)
    return { label, run, after }
  })
  const run = installed.node(start(world, move))
  const node = { run, after: attempt(() => whatStands(world)) }
  for (const { label, ...answer } of answers)
    if (answer.run !== null) expect({ label, ...answer }).toEqual({ label, ...node })
  return answers.find(({ label }) => label === 'dash')?.run != null
}

const ROLLED_BACK: Run = {
  status: 0,
  stdout: 'default: generation 3 → 2\n',
  stderr: '`environments/default.yaml` still says what it said; `tenon switch` follows it again\n',
}

reportMissingShells()

test('S-8.30 a rollback needs no Node, in any shell, with links and without, in a store here or elsewhere', async () => {
  for (const options of [{}, { links: '' }, { store: 'local' }] as const) {
    const world = await makeWorld(options)
    for (const { command } of SH_UNDER_TEST) {
      expect(installed.answer(command, start(world, {}))).toEqual(ROLLED_BACK)
      expect(world.current()?.number).toBe(2)
      expect(installed.answer(command, start(world, { args: ['switch', '--generation', '3'] }))).toEqual({
        status: 0,
        stdout: 'default is now generation 3\n',
        stderr: '',
      })
      expect(readdirSync(profile(world, 'moves'))).toEqual([])
    }
    expect(agrees(world)).toBe(true)
  }
})

/** From generation 3. `answers` is whether the front does. */
const STARTS: readonly (readonly [string, boolean, (world: LocalWorld) => MoveStart])[] = [
  ['the name', true, () => ({ args: ['rollback', 'default'] })],
  ['a number', true, () => ({ args: ['rollback', '--to', '2'] })],
  ['a number before the name', true, () => ({ args: ['rollback', '--to', '2', 'default', '--quiet'] })],
  ['a number whose links are others', false, () => ({ args: ['rollback', '--to', '1'] })],
  ['--generation', true, () => ({ args: ['switch', 'default', '--generation', '2'] })],
  [
    '--generation and options',
    true,
    () => ({ args: ['switch', '--offline', '--generation', '2', '--frozen', '--quiet'] }),
  ],
  ['--json', true, () => ({ args: ['rollback', '--json'] })],
  ['--json, --quiet and a number', true, () => ({ args: ['rollback', '--json', '--quiet', '--to', '2'] })],
  ['--quiet', true, () => ({ args: ['rollback', '--quiet'] })],
  ['--generation and --json', false, () => ({ args: ['switch', '--generation', '2', '--json'] })],
  ['what is current', false, () => ({ args: ['rollback', '--to', '3'] })],
  ['what is not there', false, () => ({ args: ['rollback', '--to', '4'] })],
  ['two numbers', false, () => ({ args: ['rollback', '--to', '2', '--to', '2'] })],
  ...['', '0', '02', '-2', '2e0', ' 2', '٢', '1000000000000000'].map(
    (number) => [`the number ${number}`, false, () => ({ args: ['rollback', '--to', number] })] as const,
  ),
  ['no number', false, () => ({ args: ['rollback', '--to'] })],
  ['=', false, () => ({ args: ['rollback', '--to=2'] })],
  ["the other verb's option", false, () => ({ args: ['rollback', '--generation', '2'] })],
  ["the other verb's option for switch", false, () => ({ args: ['switch', '--to', '2', '--generation', '2'] })],
  ['an unknown option', false, () => ({ args: ['rollback', '--nonsense'] })],
  ['a short option', false, () => ({ args: ['rollback', '-q'] })],
  ['help', false, () => ({ args: ['rollback', '--help'] })],
  ['--', false, () => ({ args: ['rollback', '--', 'default'] })],
  ['two names', false, () => ({ args: ['rollback', 'default', 'default'] })],
  ['an empty name', false, () => ({ args: ['rollback', ''] })],
  ['a name that is an option elsewhere', false, () => ({ args: ['rollback', 'x--frozen'] })],
  ['a capital', false, () => ({ args: ['rollback', 'Default'] })],
  ['a path', false, () => ({ args: ['rollback', '../default'] })],
  ['another environment', false, () => ({ args: ['rollback', 'other'] })],
  ['from below', true, (world) => ({ cwd: world.path('tools/one') })],
  ['from outside', false, (world) => ({ cwd: world.root })],
  ['PWD says something else', true, (world) => ({ environment: { PWD: world.root } })],
  ['TENON_WORKSPACE', true, (world) => ({ cwd: '/', environment: { TENON_WORKSPACE: world.workspace } })],
  ['TENON_WORKSPACE with a slash', false, (world) => ({ environment: { TENON_WORKSPACE: `${world.workspace}/` } })],
  [
    'a relative TENON_WORKSPACE',
    false,
    (world) => ({ cwd: world.root, environment: { TENON_WORKSPACE: 'workspace' } }),
  ],
  ['TENON_STORE with a slash', false, (world) => ({ environment: { TENON_STORE: `${world.root}/shared/` } })],
  ['a relative TENON_STORE', false, (world) => ({ cwd: world.root, environment: { TENON_STORE: 'shared' } })],
  ['another TENON_STORE', false, (world) => ({ environment: { TENON_STORE: world.root } })],
  ['no TENON_STORE', false, () => ({ environment: { TENON_STORE: undefined } })],
  ['a relative XDG_DATA_HOME', false, () => ({ environment: { XDG_DATA_HOME: '.local' } })],
  ['a relative XDG_CONFIG_HOME', false, () => ({ environment: { XDG_CONFIG_HOME: '.config' } })],
  ['no PATH', true, () => ({ environment: { PATH: '' } })],
  ['another locale', true, () => ({ environment: { LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'tr' } })],
  ['POSIXLY_CORRECT', true, () => ({ environment: { POSIXLY_CORRECT: '1' } })],
  [
    'variables of its own',
    true,
    () => ({
      environment: {
        IFS: ':/-',
        CDPATH: '/',
        ENV: '/nonexistent',
        SIMPLE_BACKUP_SUFFIX: 'x',
        VERSION_CONTROL: 'numbered',
        _tenon_to: '1',
        _tenon_named: '1',
        _tenon_moved: '1',
        _tenon_form: 'json',
        _tenon_links: 'x',
        _tenon_letters: '',
        _tenon_from: '1',
      },
    }),
  ],
]

test('S-8.30 however it is started, the front says and does what Node would', async () => {
  const world = await makeWorld()
  const stands = whatStands(world)
  for (const [name, answers, move] of STARTS) {
    expect([name, agrees(world, move(world))]).toEqual([name, answers])
    relink(profile(world, 'current'), '3')
    if (name === 'a number whose links are others')
      installed.node(start(world, { args: ['switch', '--generation', '3'] }))
    expect([name, whatStands(world)]).toEqual([name, stands])
  }
})

type Change = (world: LocalWorld) => void

/** Each may be made in any order, again, and after any other; and whether the front still answers a rollback after it alone. */
const CHANGES: Readonly<Record<string, readonly [answers: boolean, Change]>> = {
  'nothing current': [false, (world) => unlinkSync(profile(world, 'current'))],
  'current leads nowhere': [false, (world) => relink(profile(world, 'current'), '9')],
  'current is no number': [false, (world) => relink(profile(world, 'current'), '03')],
  'current is a path': [false, (world) => relink(profile(world, 'current'), './3')],
  'current is a directory': [
    false,
    (world) => {
      unlinkSync(profile(world, 'current'))
      mkdirSync(profile(world, 'current'))
    },
  ],
  'another is current': [false, (world) => relink(profile(world, 'current'), '2')],
  'the target without its link': [false, (world) => unlinkSync(profile(world, '2'))],
  'the target without its record': [false, (world) => unlinkSync(profile(world, '2.json'))],
  'the target with another tree': [
    false,
    (world) => relink(profile(world, '2'), `../../../objects/${'0'.repeat(32)}-environment`),
  ],
  'the target forgotten': [
    false,
    (world) => {
      unlinkSync(profile(world, '2'))
      unlinkSync(profile(world, '2.json'))
    },
  ],
  'the current one without its link': [false, (world) => unlinkSync(profile(world, '3'))],
  'the current one without its record': [false, (world) => unlinkSync(profile(world, '3.json'))],
  'a record that is a directory': [
    false,
    (world) => {
      unlinkSync(profile(world, '3.json'))
      mkdirSync(profile(world, '3.json'))
    },
  ],
  'a record cut off': [false, (world) => rewrite(profile(world, '3.json'), (text) => text.slice(0, -4))],
  'a record written otherwise': [
    false,
    (world) => rewrite(profile(world, '3.json'), (text) => `${JSON.stringify(JSON.parse(text))}\n`),
  ],
  'a record of another number': [false, (world) => copyFileSync(profile(world, '1.json'), profile(world, '2.json'))],
  'a reason in quotes': [
    false,
    (world) => rewrite(profile(world, '3.json'), (text) => text.replace('"switch"', '"a \\"b\\""')),
  ],
  'another reason': [
    true,
    (world) => rewrite(profile(world, '3.json'), (text) => text.replace('"switch"', '"it\'s $1 `x` %s ü"')),
  ],
  'a parent that is none': [
    false,
    (world) => rewrite(profile(world, '3.json'), (text) => text.replace('"parent": 2', '"parent": null')),
  ],
  'no tree': [false, (world) => renameSync(tree(world), `${tree(world)}-away`)],
  'a link less': [false, (world) => unlinkSync(world.path('shown/one'))],
  'a link elsewhere': [false, (world) => relink(world.path('shown/one'), '/nonexistent')],
  'a link that is absolute': [false, (world) => relink(world.path('shown/one'), realpathSync(world.path('shown/one')))],
  'a link more': [
    false,
    (world) => symlinkSync('../.tenon/profiles/default/current/bin/none', world.path('shown/none')),
  ],
  "a link of the user's": [false, (world) => symlinkSync('/nonexistent', world.path('shown/.mine'))],
  "a file of the user's": [true, (world) => writeFileSync(world.path('shown/.mine file'), '')],
  'a file in the place of a link': [
    false,
    (world) => {
      unlinkSync(world.path('shown/one'))
      writeFileSync(world.path('shown/one'), '')
    },
  ],
  'a place that is gone': [false, (world) => rmSync(world.path('deep'), { recursive: true })],
  'a place that is a link': [
    false,
    (world) => {
      renameSync(world.path('shown'), world.path('shown-away'))
      symlinkSync('shown-away', world.path('shown'))
    },
  ],
  'something unfinished': [false, (world) => writeFileSync(profile(world, 'links.json'), '["old"]\n')],
  'an environment that was deleted': [true, (world) => unlinkSync(world.path('environments/default.yaml'))],
  'an environment that is marked as deleted': [true, (world) => writeFileSync(profile(world, 'deleted'), '')],
  'a mover that was killed': [false, (world) => symlinkSync('1', profile(world, `moves/.tenon-${'0'.repeat(16)}`))],
  'a changer that was killed': [
    false,
    (world) => {
      symlinkSync('1', profile(world, `moves/.tenon-${'0'.repeat(16)}`))
      renameSync(profile(world, 'moves'), profile(world, 'closed'))
    },
  ],
  'no place for movers': [false, (world) => rmSync(profile(world, 'moves'), { recursive: true })],
  'no identity': [false, (world) => unlinkSync(world.path('.tenon/id'))],
  'another identity': [
    false,
    (world) => {
      unlinkSync(world.path('.tenon/id'))
      writeFileSync(world.path('.tenon/id'), `${'0'.repeat(32)}\n`)
    },
  ],
  'an identity with more': [false, (world) => writeFileSync(world.path('.tenon/id'), 'more\n', { flag: 'a' })],
  'an identity that is a copy': [
    false,
    (world) => {
      copyFileSync(world.path('.tenon/id'), world.path('.tenon/copy'))
      renameSync(world.path('.tenon/copy'), world.path('.tenon/id'))
    },
  ],
  'a workspace that the store does not know': [false, (world) => unlinkSync(profile(world, '../workspace.json'))],
  'a workspace that was elsewhere': [
    false,
    (world) => rewrite(profile(world, '../workspace.json'), (text) => text.replace(world.workspace, '/elsewhere')),
  ],
  'a workspace whose hard link is gone': [false, (world) => unlinkSync(profile(world, '../alive'))],
  'a workspace known by its path': [
    true,
    (world) => rewrite(profile(world, '../workspace.json'), (text) => text.replace('true', 'false')),
  ],
  'no link to the profile': [false, (world) => unlinkSync(world.path('.tenon/profiles/default'))],
  'another link to the profile': [
    false,
    (world) => relink(world.path('.tenon/profiles/default'), `${profile(world)}/../default`),
  ],
  'a profile that is a link': [
    false,
    (world) => {
      const directory = profile(world)
      renameSync(directory, `${directory}-away`)
      symlinkSync(`${directory}-away`, directory)
    },
  ],
  'a store in the workspace': [false, (world) => mkdirSync(world.path('store'))],
}

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}

/** Of generation 2. */
function tree(world: LocalWorld): string {
  return realpathSync(profile(world, '2'))
}

test.each(Object.entries(CHANGES))(
  'S-8.30 after a change the front does nothing that Node would not: %s',
  async (_, [answers, change]) => {
    const world = await makeWorld()
    change(world)
    expect(agrees(world)).toBe(answers)
  },
)

test('S-8.30 after any changes the front does nothing that Node would not', async () => {
  const moves = [
    ['rollback'],
    ['rollback', '--to', '3', '--json'],
    ['switch', '--generation', '2'],
    ['switch', '--generation', '1'],
  ]
  const step = fc.record({ change: fc.constantFrom(...Object.values(CHANGES)), args: fc.constantFrom(...moves) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 4 }), async (steps) => {
      const world = await makeWorld()
      for (const { change, args } of steps) {
        // What an earlier change took away cannot be changed.
        attempt(() => change[1](world))
        agrees(world, { args })
      }
      world.remove()
    }),
    { numRuns: 8 },
  )
})

test('S-8.30 whatever is left of a record, the front takes of it only what Node would', async () => {
  const world = await makeWorld()
  const path = profile(world, '3.json')
  const text = readFileSync(path)
  const damage = fc.oneof(
    fc.nat({ max: text.length - 1 }).map((length) => text.subarray(0, length)),
    fc.tuple(fc.nat({ max: text.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([at, byte]) => {
      const bytes = Buffer.from(text)
      bytes[at] = byte
      return bytes
    }),
  )
  fc.assert(
    fc.property(damage, (bytes) => {
      writeFileSync(path, bytes)
      if (readlinkSync(profile(world, 'current')) !== '3') relink(profile(world, 'current'), '3')
      const answers = SH_UNDER_TEST.map(({ command }) => {
        const run = installed.answer(command, start(world, {}))
        if (run !== null) relink(profile(world, 'current'), '3')
        return run !== null
      })
      // Node's own rule, without starting it.
      if (world.current()?.parent !== 2) expect(answers).toEqual(answers.map(() => false))
    }),
    { numRuns: 30 },
  )
})

test('S-8.30 names in a place may be odd', async () => {
  const world = new LocalWorld({ store: 'shared' })
  const names = ['a b', '-n', "it's", '*', '[x]', '.hidden', '..more', '%s', 'ümlaut', 'line\nfeed', '\\', '$x']
  for (const text of ['1', '2']) {
    for (const name of names) world.write(`tools/odd/share/odd/${name}`, text)
    world.environment(['odd'], 'links:\n  two words/$x: share/odd\n')
    await switchEnvironment(world.context(), 'default')
  }
  expect(agrees(world)).toBe(true)
  unlinkSync(world.path('two words/$x/*'))
  expect(agrees(world, { args: ['switch', '--generation', '2'] })).toBe(false)
  expect(agrees(world)).toBe(true)
})

test.each(['two words', "it's", 'a "b" $x `y`', '*?[a]', ' x ', '-n', 'ümlaut', 'line\nfeed', '\\', '%s'])(
  'S-8.30 a workspace may be called %j',
  async (name) => {
    const world = await makeWorld({ name })
    expect(agrees(world)).toBe(!/["\n\\]/.test(name))
    expect(world.current()?.number).toBe(2)
  },
)

test('S-8.30 a workspace that was moved or copied is for Node, and then for the front again', async () => {
  const world = await makeWorld()
  world.move('moved')
  expect(agrees(world)).toBe(false)
  expect(agrees(world, { args: ['switch', '--generation', '3'] })).toBe(true)
  cpSync(world.workspace, join(world.root, 'copy'), { recursive: true, verbatimSymlinks: true })
  const copy = start(world, { cwd: join(world.root, 'copy') })
  expect(installed.answer(DASH, copy)).toBe(null)
  expect(installed.node(copy).status).not.toBe(0)
  expect(world.current()?.number).toBe(3)
})

test('S-8.30 what stood in the way of the front is gone after Node was asked', async () => {
  const changes = ['a mover that was killed', 'a changer that was killed', 'no place for movers']
  for (const name of changes) {
    const world = await makeWorld()
    CHANGES[name]?.[1](world)
    expect(installed.answer(DASH, start(world, {}))).toBe(null)
    expect(installed.node(start(world, {})).status).toBe(0)
    expect(existsSync(profile(world, 'closed'))).toBe(false)
    expect(installed.answer(DASH, start(world, { args: ['rollback', '--to', '3'] }))?.status).toBe(0)
  }
})

test('S-8.30 what cannot be written Node says, without moving once more', async () => {
  const world = await makeWorld()
  const through = (redirection: string) => {
    relink(profile(world, 'current'), '3')
    const { cwd, environment } = start(world, {})
    const env = { PATH: '/usr/bin:/bin', ...environment }
    const run = spawnSync('bash', ['-c', `set -o pipefail; "${installed.program}" rollback ${redirection}`], {
      cwd,
      env,
    })
    return [run.status, run.stdout.toString(), world.current()?.number]
  }
  expect(through('2>/dev/null >/dev/full')).toEqual([74, '', 2])
  expect(through('2>/dev/full')).toEqual([0, ROLLED_BACK.stdout, 2])
  expect(through('2>&-')).toEqual([0, ROLLED_BACK.stdout, 2])
  expect(through('2>&1 | true')).toEqual([0, '', 2])
})

test('S-8.30 where nothing can be written, Node is asked', async () => {
  const world = await makeWorld()
  const moves = profile(world, 'moves')
  renameSync(moves, `${moves}-away`)
  // A file system on which nothing can be made, whoever asks.
  symlinkSync('/proc/self', moves)
  expect(installed.answer(DASH, start(world, {}))).toBe(null)
  expect(world.current()?.number).toBe(3)
})
