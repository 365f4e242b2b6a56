// The command table as people meet it: help, near names, and words that are not ours.

import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from '../../../src/cli/cli.ts'
import { commandOf, ownWords, protectWords, restoreWord, usageError } from '../../../src/cli/usage.ts'
import { ToolError } from '../../../src/core/errors.ts'

function program(output: string[] = []) {
  const made = createProgram(() => {
    throw new Error('no verb runs here')
  })
  const mute = (command: typeof made): void => {
    command.configureOutput({ writeOut: (text) => output.push(text) })
    for (const below of command.commands) mute(below)
  }
  mute(made)
  return made
}

function refusal(...argv: readonly string[]): ToolError {
  const table = program()
  try {
    table.parse([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return usageError(error, commandOf(table, argv))
    if (error instanceof ToolError) return error
    throw error
  }
  throw new Error(`${argv.join(' ')} was accepted`)
}

test('S-9.1 the help fits a screen: 80 columns and 45 lines, every verb once', () => {
  const output: string[] = []
  const table = program(output)
  table.outputHelp()
  const lines = output.join('').trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(45)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  const verbs = lines.flatMap((line) => /^ {2}([a-z]+)\b/.exec(line)?.[1] ?? [])
  const known = table.commands.map((command) => command.name())
  expect(verbs.toSorted()).toEqual(known.filter((name) => name !== 'version').toSorted())
})

test('S-9.1 every verb says in one line what it does, and has help of its own', () => {
  const all = (command: ReturnType<typeof program>): readonly ReturnType<typeof program>[] =>
    command.commands.flatMap((below) => [below, ...all(below)])
  for (const command of all(program())) {
    expect(command.summary()).toMatch(/^[a-zA-Z].{4,70}[^.]$/)
    expect(command.helpInformation()).toContain('Usage: tenon ')
    for (const option of command.options) expect(option.description).not.toBe('')
  }
})

type Table = ReturnType<typeof program>

/** `store hash`, for every verb that does something. */
function leaves(command: Table, path = ''): readonly (readonly [string, Table])[] {
  return command.commands.flatMap((below) => {
    const name = `${path} ${below.name()}`.trim()
    return below.commands.length > 0 ? leaves(below, name) : [[name, below] as const]
  })
}

function helpOf(name: string): string {
  const output: string[] = []
  program(output).parse(['help', ...name.split(' ')], { from: 'user' })
  return output.join('')
}

test.each(leaves(program()).flatMap(([name]) => (name === 'version' ? [] : [name])))(
  'S-9.17 the help of `%s` says what it does, fits 80 columns, and its examples can be typed',
  async (name) => {
    const help = helpOf(name)
    expect(help).toMatch(/^Usage: .*(\n.+)*\n\n[A-Z][^\n]+(\n[^\n]+)*\.\n/)
    expect(help.split('\n').filter((line) => line.length > 80 && !line.includes('tenon '))).toEqual([])
    const [, after = ''] = help.split('\nExamples:\n')
    const lines = after.trimEnd().split('\n')
    for (const line of lines) {
      const typed = /tenon (.*?)(?: [|<>] .*|$)/.exec(line.replace(/^ *eval "\$\((.*)\)"$/, '$1'))?.[1] ?? ''
      const words = (typed.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'))
      expect(commandOf(program(), words).name()).toBe(name.split(' ').at(-1))
      if (name === 'help') continue
      // Accepted: the verb would run.
      await expect(program().parseAsync([...protectWords(words)], { from: 'user' })).rejects.toThrow(
        'no verb runs here',
      )
    }
  },
)

test('S-9.1 the specification says what every verb prints with --json', () => {
  const spec = readFileSync(new URL('../../../flake-like.spec.md', import.meta.url), 'utf8')
  const table = spec.slice(spec.indexOf('| verb | `--json` |'))
  const heads = table.split('\n').flatMap((line) => (line.startsWith('| `') ? [line.split(' | ')[0] ?? ''] : []))
  const said = new Set(
    heads.flatMap((head) =>
      /`([a-z]+ )?/.exec(head)?.[1] === undefined
        ? namesIn(head, '')
        : namesIn(head, /`([a-z]+) /.exec(head)?.[1] ?? ''),
    ),
  )
  // What these print is not ours, or no text.
  const silent = ['run', 'shell', 'store dump']
  expect(leaves(program()).flatMap(([name]) => (silent.includes(name) || said.has(name) ? [] : [name]))).toEqual([])
})

/** Names in a head such as `registry build`, `yank`: those without a group have that of the first. */
function namesIn(head: string, group: string): readonly string[] {
  const names = [...head.matchAll(/`([a-z ]+)(?: --[a-z]+)?`/g)].map((match) => match[1] ?? '')
  return names.flatMap((name) => (group === '' || name.includes(' ') ? [name] : [`${group} ${name}`]))
}

test('S-9.1 `help VERB` is `VERB --help`', () => {
  for (const words of [['switch'], ['store', 'hash'], ['env']]) {
    const [one, two]: [string[], string[]] = [[], []]
    program(one).parse(['help', ...words], { from: 'user' })
    expect(() => program(two).parse([...words, '--help'], { from: 'user' })).toThrow('(outputHelp)')
    expect(one.join('')).toBe(two.join(''))
    expect(one.join('')).toContain(`Usage: tenon ${words.join(' ')}`)
  }
})

test.each([
  [['swich'], '`tenon` has no verb `swich`.', 'Did you mean `switch`?'],
  [['env', 'lst'], '`tenon env` has no verb `lst`.', 'Did you mean `list`?'],
  [['help', 'swich'], '`tenon` has no verb `swich`.', 'Did you mean `switch`?'],
  [['install'], '`tenon` has no verb `install`.', 'Did you mean `switch`?'],
  [['registry', 'sign', 'x'], '`tenon registry sign` needs `--key <path>`.', 'tenon help registry sign'],
  [['frobnicate'], '`tenon` has no verb `frobnicate`.', 'tenon --help'],
  [['switch', '--jsn'], '`tenon switch` has no option `--jsn`.', 'Did you mean `--json`?'],
  [['--nope'], '`tenon` has no option `--nope`.', 'tenon --help'],
  [['switch', 'a', 'b'], '`tenon switch` was given more words than it takes.', 'tenon help switch'],
  [['store', 'hash'], '`tenon store hash` needs `<path>`.', 'tenon help store hash'],
  [['tree', '--depth', 'x'], '`--depth <number>`: `x` is not a whole number.', 'tenon help tree'],
  [['rollback', '--to'], '`--to <number>` needs a value.', 'tenon help rollback'],
  [['-C', 'env', 'swich'], '`tenon` has no verb `swich`.', 'Did you mean `switch`?'],
] as const)('S-9.3 `tenon %s` is a usage error with a way on', (argv, message, hint) => {
  expect(refusal(...argv)).toMatchObject({ code: 'E_USAGE', message, hint })
})

test('S-9.3 what stands behind -- is not ours, and comes back as it was', () => {
  const argv = ['run', 'dev', '--', 'cmd', '--json', '--', '-h', '']
  expect(ownWords(argv)).toEqual(['run', 'dev'])
  expect(protectWords(argv).map(restoreWord)).toEqual(argv)
  expect(protectWords(argv).filter((word) => word.startsWith('-'))).toEqual([])
})
