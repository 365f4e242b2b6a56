// Completion scripts for bash, zsh and fish, made from the same command table that parses the command line.

import type { Command } from 'commander'
import { ToolError } from '../core/errors.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** @throws ToolError E_USAGE for another shell */
export function completionScript(program: Command, shell: string): string {
  const verbs = commandsOf(program)
  switch (shell) {
    case 'bash':
      return bashScript(verbs)
    case 'zsh':
      return `#compdef tenon\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(verbs)}`
    case 'fish':
      return fishScript(verbs)
    default:
      throw new ToolError('E_USAGE', `There are no completions for \`${shell}\`.`, {
        details: { shell },
        hint: `Use one of ${SHELLS.join(', ')}.`,
      })
  }
}

interface Verb {
  readonly words: readonly string[]
  readonly summary: string
  readonly options: readonly { readonly flag: string; readonly description: string }[]
  readonly takesEnvironment: boolean
}

function commandsOf(program: Command, above: readonly string[] = []): readonly Verb[] {
  return program.commands.flatMap((command) => {
    const words = [...above, command.name()]
    const verb: Verb = {
      words,
      summary: command.summary() || command.description(),
      options: command.options.flatMap((option) =>
        option.long === undefined || option.long === null
          ? []
          : [{ flag: option.long, description: option.description }],
      ),
      takesEnvironment: command.registeredArguments.some((argument) => argument.name() === 'env'),
    }
    return [verb, ...commandsOf(command, words)]
  })
}

/** Names come from the files, not from Node: completing must not take 50 ms. */
const LIST_ENVIRONMENTS = `_tenon_environments() {
  local directory=$PWD
  while [ -n "$directory" ] && [ ! -d "$directory/environments" ]; do directory=\${directory%/*}; done
  local file
  for file in "$directory"/environments/*.yaml; do
    [ -e "$file" ] || continue
    file=\${file##*/}
    printf '%s\\n' "\${file%.yaml}"
  done
}`

function bashScript(verbs: readonly Verb[]): string {
  const top = verbs.filter((verb) => verb.words.length === 1)
  const cases = verbs.map((verb) => {
    const below = verbs.filter(
      (other) =>
        other.words.length === verb.words.length + 1 && verb.words.every((word, index) => other.words[index] === word),
    )
    const words = [
      ...below.map((other) => other.words.at(-1)),
      ...verb.options.map((option) => option.flag),
      '--help',
      '--json',
    ].join(' ')
    const environments = verb.takesEnvironment ? ' $(_tenon_environments)' : ''
    return `    '${verb.words.join(' ')}') words="${words}${environments}" ;;`
  })
  return `${LIST_ENVIRONMENTS}
_tenon() {
  local current=\${COMP_WORDS[COMP_CWORD]} verb='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      *) if [ -z "$verb" ]; then verb=$word; elif [ "$verb" = env ] || [ "$verb" = store ]; then verb="$verb $word"; fi ;;
    esac
  done
  if [ "\${COMP_WORDS[COMP_CWORD-1]}" = --env ]; then
    words=$(_tenon_environments)
  else
    case $verb in
    '') words="${top.map((verb) => verb.words[0]).join(' ')}" ;;
${cases.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _tenon tenon
`
}

function fishScript(verbs: readonly Verb[]): string {
  const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = [
    'function __tenon_environments',
    '  set -l directory $PWD',
    '  while test -n "$directory"; and not test -d "$directory/environments"',
    "    set directory (string replace -r '/[^/]*$' '' -- $directory)",
    '  end',
    '  for file in $directory/environments/*.yaml',
    "    string replace -r '^.*/(.*)\\.yaml$' '$1' -- $file",
    '  end',
    'end',
    'complete -c tenon -f',
  ]
  for (const verb of verbs) {
    const [first = '', second] = verb.words
    const condition = second === undefined ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${first}`
    lines.push(`complete -c tenon -n ${text(condition)} -a ${text(second ?? first)} -d ${text(verb.summary)}`)
    const seen = `__fish_seen_subcommand_from ${second ?? first}`
    for (const option of verb.options)
      lines.push(`complete -c tenon -n ${text(seen)} -l ${text(option.flag.slice(2))} -d ${text(option.description)}`)
    if (verb.takesEnvironment) lines.push(`complete -c tenon -n ${text(seen)} -a '(__tenon_environments)'`)
  }
  return `${lines.join('\n')}\n`
}
