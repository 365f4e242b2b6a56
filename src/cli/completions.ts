// Completion scripts for bash, zsh and fish, made from the same command table that parses the command line. They start no program of
// ours: completing must not take 50 ms. Each script finds the verb among the words, then offers its verbs, options or values.

import type { Command, Option } from 'commander'
import { SHELLS as ACTIVATION_SHELLS } from '../build/activation.ts'
import { ERRORS, ToolError } from '../core/errors.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** @throws ToolError E_USAGE for another shell */
export function completionScript(program: Command, shell: string): string {
  const verbs = verbsOf(program)
  switch (shell) {
    case 'bash':
      return bashScript(verbs)
    case 'zsh':
      return zshScript(verbs)
    case 'fish':
      return fishScript(verbs)
    default:
      throw new ToolError('E_USAGE', `There are no completions for \`${shell}\`.`, {
        details: { shell },
        hint: `Use one of ${SHELLS.join(', ')}.`,
      })
  }
}

/** What can stand in a place: names of environments, paths, some words, or something that cannot be known. */
type Values = 'environments' | 'paths' | 'unknown' | readonly string[]

interface Flag {
  readonly names: readonly string[]
  readonly description: string
  /** Null for one that takes no value. */
  readonly values: Values | null
}

interface Verb {
  /** `store hash`; '' for the program itself. */
  readonly path: string
  readonly below: readonly { readonly name: string; readonly summary: string }[]
  readonly flags: readonly Flag[]
  readonly values: Values
}

/** By the name of an argument, or of the value of an option. */
function valuesOf(name: string, program: Command): Values {
  const words: { readonly [name: string]: Values } = {
    env: 'environments',
    path: 'paths',
    package: 'paths',
    shell: SHELLS,
    'shell to set up': ACTIVATION_SHELLS,
    format: ['sri', 'hex', 'base32'],
    code: Object.keys(ERRORS),
    verb: program.commands.map((command) => command.name()),
  }
  return words[name] ?? 'unknown'
}

function verbsOf(program: Command): readonly Verb[] {
  const flagOf = (option: Option): Flag => {
    const value = /[<[]([a-z-]+)/.exec(option.flags)?.[1]
    const name = option.long === '--shell' ? 'shell to set up' : option.long === '--env' ? 'env' : (value ?? '')
    const names = [option.long, option.short].filter((item) => typeof item === 'string')
    return { names, description: option.description, values: value === undefined ? null : valuesOf(name, program) }
  }
  const shared = program.options.map(flagOf)
  const visit = (command: Command, path: string): readonly Verb[] => {
    const own = command === program ? [] : command.options.map(flagOf)
    const help: Flag = { names: ['--help', '-h'], description: 'show help', values: null }
    const verb: Verb = {
      path,
      below: command.commands.map((item) => ({ name: item.name(), summary: item.summary() })),
      flags: [...own, help, ...shared],
      // `run` declares its words loosely, because what stands behind `--` is not its own.
      values: path === 'run' ? 'environments' : valuesOf(command.registeredArguments[0]?.name() ?? '', program),
    }
    return [verb, ...command.commands.flatMap((item) => visit(item, `${path} ${item.name()}`.trim()))]
  }
  return visit(program, '')
}

/** Verbs below which there are verbs, as a shell pattern; '' is the program. */
function groupsOf(verbs: readonly Verb[]): readonly string[] {
  return verbs.filter((verb) => verb.below.length > 0).map((verb) => verb.path)
}

/** Every flag that takes a value, each once. */
function valueFlags(verbs: readonly Verb[]): readonly (readonly [string, Values])[] {
  const flags = verbs.flatMap((verb) => verb.flags)
  return [
    ...new Map(
      flags.flatMap(({ names, values }) => (values === null ? [] : names.map((name) => [name, values] as const))),
    ),
  ]
}

/** Names come from the files. */
const LIST_ENVIRONMENTS = `_tenon_environments() {
  local directory=\${TENON_WORKSPACE:-$PWD} file
  while [ -n "$directory" ] && [ ! -d "$directory/environments" ]; do directory=\${directory%/*}; done
  for file in "$directory"/environments/*.yaml; do
    [ -e "$file" ] || continue
    file=\${file##*/}
    printf '%s\\n' "\${file%.yaml}"
  done
}`

function bashScript(verbs: readonly Verb[]): string {
  const offer = (values: Values): string => {
    if (values === 'environments') return 'words=$(_tenon_environments)'
    if (values === 'paths') return 'compopt -o default'
    return values === 'unknown' ? ':' : `words='${values.join(' ')}'`
  }
  const flags = valueFlags(verbs)
  const cases = verbs.map((verb) => {
    const options = verb.flags.map((flag) => flag.names[0]).join(' ')
    const words = verb.below.map((item) => item.name)
    return `    '${verb.path}') if [ -n "$dash" ]; then words='${options}'; else ${offer(words.length > 0 ? words : verb.values)}; fi ;;`
  })
  return `# Written by \`tenon completions bash\`.
${LIST_ENVIRONMENTS}
_tenon() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} verb='' word words='' skip='' dash=''
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ -n "$skip" ]; then skip=''; continue; fi
    case $word in
      --) compopt -o default; [ "$previous" != -- ] || COMPREPLY=($(compgen -c -- "$current")); return ;;
      ${flags.map(([name]) => name).join(' | ')}) skip=yes ;;
      -*) ;;
      *) case $verb in ${casePattern(groupsOf(verbs))}) verb="\${verb:+$verb }$word" ;; esac ;;
    esac
  done
  case $current in -*) dash=yes ;; esac
  case $previous in
${flags.map(([name, values]) => `    ${name}) ${offer(values)} ;;`).join('\n')}
    *) case $verb in
${cases.join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _tenon tenon
`
}

function zshScript(verbs: readonly Verb[]): string {
  const item = (name: string, description: string) =>
    quotePosix(description === '' ? name : `${name}:${description.replaceAll(':', '\\:')}`)
  const offer = (values: Values): string => {
    if (values === 'environments') return 'items=($(_tenon_environments))'
    if (values === 'paths') return '_files; return'
    return values === 'unknown' ? 'return' : `items=(${values.join(' ')})`
  }
  const flags = valueFlags(verbs)
  const cases = verbs.map((verb) => {
    const options = verb.flags.map((flag) => item(flag.names[0] ?? '', flag.description)).join(' ')
    const below = verb.below.map(({ name, summary }) => item(name, summary)).join(' ')
    return `    ${quotePosix(verb.path)}) if [[ $current == -* ]]; then items=(${options}); else ${below === '' ? offer(verb.values) : `items=(${below})`}; fi ;;`
  })
  return `#compdef tenon
# Written by \`tenon completions zsh\`.
${LIST_ENVIRONMENTS}
_tenon() {
  local current=\${words[CURRENT]} previous=\${words[CURRENT-1]} verb='' word skip=''
  local -a items
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $word in
      --) local -i at=\${words[(i)--]}; shift $at words; ((CURRENT -= at)); _normal; return ;;
      ${flags.map(([name]) => name).join(' | ')}) skip=yes ;;
      -*) ;;
      *) case $verb in ${casePattern(groupsOf(verbs))}) verb="\${verb:+$verb }$word" ;; esac ;;
    esac
  done
  case $previous in
${flags.map(([name, values]) => `    ${name}) ${offer(values)} ;;`).join('\n')}
    *) case $verb in
${cases.join('\n')}
    esac ;;
  esac
  _describe tenon items
}
if [[ \${funcstack[1]} == _tenon ]]; then _tenon "$@"; else compdef _tenon tenon; fi
`
}

function fishScript(verbs: readonly Verb[]): string {
  const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const offer = (values: Values): string => {
    if (values === 'environments') return "-f -a '(__tenon_environments)'"
    if (values === 'paths') return '-F'
    return values === 'unknown' ? '-f' : `-f -a ${text(values.join(' '))}`
  }
  const flags = valueFlags(verbs).map(([name]) => name)
  const groups = groupsOf(verbs).map((path) => text(path))
  const lines = verbs.flatMap((verb) => {
    const at = `complete -c tenon -n ${text(`__tenon_at ${text(verb.path)}`)}`
    const options = verb.flags.map(({ names, description, values }) => {
      const short = names[1] === undefined ? '' : ` -s ${names[1].slice(1)}`
      const value = values === null ? '' : ` -r ${offer(values)}`
      return `${at} -l ${names[0]?.slice(2)}${short}${value} -d ${text(description)}`
    })
    if (verb.below.length === 0) return [`${at} ${offer(verb.values)}`, ...options]
    return [...verb.below.map(({ name, summary }) => `${at} -f -a ${name} -d ${text(summary)}`), ...options]
  })
  return `# Written by \`tenon completions fish\`.
function __tenon_environments
    set -l directory $PWD
    set -q TENON_WORKSPACE[1]; and set directory $TENON_WORKSPACE
    while test -n "$directory"; and not test -d "$directory/environments"
        set directory (string replace -r '/[^/]*$' '' -- $directory)
    end
    for file in $directory/environments/*.yaml
        string replace -r '^.*/(.*)\\.yaml$' '$1' -- $file
    end
end
function __tenon_at
    set -l verb ''
    set -l skip ''
    set -l given (commandline -opc)
    set -e given[1]
    for word in $given
        if test -n "$skip"
            set skip ''
            continue
        end
        switch $word
            case --
                return 1
            case ${flags.join(' ')}
                set skip yes
            case '-*'
            case '*'
                switch $verb
                    case ${groups.join(' ')}
                        set verb (string trim -- "$verb $word")
                end
        end
    end
    test "$verb" = "$argv[1]"
end
# Behind \`--\` stands a command line of its own.
function __tenon_command
    set -l given (commandline -opc)
    set -l at (contains -i -- -- $given); or return 1
    set -e given[1..$at]
    complete -C (string join ' ' -- (string escape -- $given) (commandline -ct))
end
complete -c tenon -f
complete -c tenon -n 'contains -- -- (commandline -opc)' -a '(__tenon_command)'
${lines.join('\n')}
`
}

function casePattern(paths: readonly string[]): string {
  return paths.map((path) => `'${path}'`).join(' | ')
}

function quotePosix(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
