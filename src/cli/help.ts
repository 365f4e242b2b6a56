// What `tenon --help` and `tenon help VERB` print: the overview of all verbs on one screen, and the way the help of a verb looks.

import { type Command, Help } from 'commander'

/** Group → its verbs, in the order in which people meet them. Every verb is in one. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['Change an environment', ['init', 'add', 'remove', 'update', 'switch', 'lock', 'build']],
  ['Use it', ['run', 'shell', 'activate']],
  ['Look at it', ['list', 'tree', 'why', 'owns', 'outdated', 'diff', 'generations']],
  ['Find, publish', ['search', 'info', 'registry', 'import']],
  ['Go back, tidy up', ['rollback', 'forget', 'gc']],
  ['More', ['env', 'store', 'doctor', 'explain', 'completions', 'help']],
]

const FOOT = `
Every verb takes --json, --quiet, --offline, --frozen, --no-color and -C <path>.
[env] names a file environments/<name>.yaml; \`default\` where none is given.
\`tenon help <verb>\` shows examples; \`tenon explain <code>\` explains an error.
`

/** Gives the program and every verb below it the same look. */
export function setUpHelp(program: Command): void {
  program.configureHelp({
    helpWidth: 80,
    showGlobalOptions: true,
    subcommandTerm,
    commandDescription: (command) => command.description() || sentence(command.summary()),
    styleTitle: (title) => (title === 'Commands:' ? 'Verbs:' : title),
    formatHelp: (command, helper) =>
      command.parent === null ? overview(command) : Help.prototype.formatHelp.call(helper, command, helper),
  })
}

function overview(program: Command): string {
  const width = Math.max(...program.commands.map((command) => subcommandTerm(command).length))
  const groups = GROUPS.map(([title, names]) => {
    const rows = names.map((name) => {
      const command = program.commands.find((item) => item.name() === name)
      if (command === undefined) throw new Error(`there is no verb ${name}`)
      return `  ${subcommandTerm(command).padEnd(width)}  ${command.summary()}`
    })
    return [`${title}:`, ...rows].join('\n')
  })
  return `${program.description()}\n\nUsage: tenon <verb> [options]\n\n${groups.join('\n')}\n${FOOT}`
}

/** A summary as it stands at the head of a help. */
function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

/** `switch [env]`: every verb has options, so saying so of each says nothing. */
function subcommandTerm(command: Command): string {
  if (command.name() === 'run') return 'run [env] -- <command>'
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  if (command.commands.length > 0) words.push('<verb>')
  return [command.name(), ...words].join(' ')
}
