// The command line as words: which verb they name, what of them is the user's own, and what was wrong with them.

import type { Command, CommanderError } from 'commander'
import { ToolError } from '../core/errors.ts'
import { didYouMean } from '../core/nearest.ts'

const DIRECTORY_OPTIONS: readonly string[] = ['-C', '--directory']
/** What other tools of this kind call it → the verb here. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['install', 'switch'],
  ['sync', 'switch'],
  ['apply', 'switch'],
  ['up', 'switch'],
  ['i', 'add'],
  ['use', 'add'],
  ['uninstall', 'remove'],
  ['rm', 'remove'],
  ['upgrade', 'update'],
  ['exec', 'run'],
  ['x', 'run'],
  ['develop', 'shell'],
  ['enter', 'shell'],
  ['ls', 'list'],
  ['show', 'info'],
  ['which', 'owns'],
  ['history', 'generations'],
  ['log', 'generations'],
  ['undo', 'rollback'],
  ['status', 'doctor'],
  ['prune', 'gc'],
  ['clean', 'gc'],
  ['du', 'store du'],
  ['verify', 'store verify'],
  ['repair', 'store repair'],
  ['completion', 'completions'],
])
/** Marks a word that is not ours to read. No argument of a program can hold it. */
const PROTECTED = '\u0000'

/** What stands before `--`: everything behind it belongs to somebody else. */
export function ownWords(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--')
  return at === -1 ? argv : argv.slice(0, at)
}

/** The verb that the words name, `store hash` included; the program itself when they name none. */
export function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program
  const words = [...ownWords(argv)]
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (DIRECTORY_OPTIONS.includes(word)) words.shift()
    if (word.startsWith('-')) continue
    const below = command.commands.find((item) => item.name() === word)
    if (below === undefined) break
    command = below
  }
  return command
}

/** commander drops `--`; `tenon run [ENV] -- CMD` needs to know where it was, and CMD's options are not ours. */
export function protectWords(argv: readonly string[]): readonly string[] {
  const own = ownWords(argv)
  return [...own, ...argv.slice(own.length).map((word) => `${PROTECTED}${word}`)]
}

export function restoreWord(word: string | undefined): string | undefined {
  return word?.startsWith(PROTECTED) === true ? word.slice(PROTECTED.length) : word
}

/** What commander says, in our own form. */
export function usageError(error: CommanderError, command: Command): ToolError {
  const name = fullName(command)
  const [quoted = ''] = /'[^']*'/.exec(error.message) ?? []
  const literal = quoted.slice(1, -1)
  const fail = (message: string, hint = command.parent === null ? 'tenon --help' : `tenon help ${name.slice(6)}`) =>
    new ToolError('E_USAGE', message, { details: { verb: name }, hint })
  const suggestion = /Did you mean (?:one of )?(.*)\?\)$/.exec(error.message)?.[1]
  switch (error.code) {
    case 'commander.help':
      return fail('A verb is missing.')
    case 'commander.unknownCommand': {
      const known = command.commands.map((item) => item.name())
      const meant = command.parent === null ? SYNONYMS.get(literal.toLowerCase()) : undefined
      const hint = meant === undefined ? didYouMean(literal, known) : `Did you mean \`${meant}\`?`
      return fail(`\`${name}\` has no verb \`${literal}\`.`, hint ?? undefined)
    }
    case 'commander.unknownOption':
      return fail(
        `\`${name}\` has no option \`${literal}\`.`,
        suggestion === undefined ? undefined : `Did you mean \`${suggestion}\`?`,
      )
    case 'commander.missingArgument':
      return fail(`\`${name}\` needs \`<${literal}>\`.`)
    case 'commander.missingMandatoryOptionValue':
      return fail(`\`${name}\` needs \`${literal}\`.`)
    case 'commander.optionMissingArgument':
      return fail(`\`${literal}\` needs a value.`)
    case 'commander.excessArguments':
      return fail(`\`${name}\` was given more words than it takes.`)
    case 'commander.invalidArgument':
      return fail(`\`${literal}\`: ${error.message.replace(/^.* is invalid\. /, '')}`)
    default:
      return fail(error.message.replace(/^error: /, ''))
  }
}

/** `tenon store hash` */
function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`
}
