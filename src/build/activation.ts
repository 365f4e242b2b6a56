// The files of a tree that put its environment into force: four to be sourced, one launcher. Pure text; nothing is run here.
//
//   etc/tenon/activate.{bash,zsh,fish,sh}   sourced by a shell; define `tenon_deactivate`
//   etc/tenon/rc.bash                       for `bash --rcfile`: the user's own start file, then the activation
//   etc/tenon/zsh/{.zshenv,.zshrc}          the same for zsh, which takes the directory of its start files from ZDOTDIR
//   etc/tenon/run                           [--pure] [--] COMMAND [ARGUMENT...]
//
// The texts hold no absolute path: each file finds the root of its tree from the name by which it was reached, without resolving
// symlinks, so that what was reached through `current` follows every switch. They start no other program, because a prompt hook runs
// them. Every name of their own begins with `_tenon_`: a shell exports whatever it inherited, so a plain name could change the
// environment of the user's programs.

import { compareCodePoints } from '../core/json.ts'
import { isReservedVariable, isVariableName, type VariableValue } from '../core/variable.ts'

export interface ActivationFile {
  readonly text: string
  readonly executable: boolean
}

export const SHELLS = ['bash', 'zsh', 'fish', 'sh'] as const
export type Shell = (typeof SHELLS)[number]

/** What `run --pure` keeps of the host besides nothing: who and where the user is, and how text is to be shown. */
export const KEPT_WHEN_PURE = [
  ...['HOME', 'USER', 'LOGNAME', 'TERM', 'NO_COLOR', 'TZ', 'TMPDIR', 'LANG', 'LANGUAGE', 'LC_ALL'],
  ...['LC_ADDRESS', 'LC_COLLATE', 'LC_CTYPE', 'LC_IDENTIFICATION', 'LC_MEASUREMENT', 'LC_MESSAGES', 'LC_MONETARY'],
  ...['LC_NAME', 'LC_NUMERIC', 'LC_PAPER', 'LC_TELEPHONE', 'LC_TIME'],
] as const

/** Path in the tree → file. The variables' names are identifiers that `isReservedVariable` does not refuse, their values free of NUL. */
export function activationFiles(variables: {
  readonly [name: string]: VariableValue
}): ReadonlyMap<string, ActivationFile> {
  const names = Object.keys(variables).sort(compareCodePoints)
  for (const name of names) {
    const isUsable = isVariableName(name) && !isReservedVariable(name)
    if (!isUsable || textOf(variables[name] ?? '').includes('\0'))
      throw new Error(`not a variable that can be set: ${name}`)
  }
  const list = names.map((name): Variable => ({ name, value: variables[name] ?? '' }))
  return new Map([
    ['etc/tenon/activate.bash', { text: posixFile(BASH, list), executable: false }],
    ['etc/tenon/activate.fish', { text: fishFile(list), executable: false }],
    ['etc/tenon/activate.sh', { text: posixFile(SH, list), executable: false }],
    ['etc/tenon/activate.zsh', { text: posixFile(ZSH, list), executable: false }],
    ['etc/tenon/rc.bash', { text: RC_BASH, executable: false }],
    ['etc/tenon/run', { text: launcher(list), executable: true }],
    ['etc/tenon/zsh/.zshenv', { text: ZSHENV, executable: false }],
    ['etc/tenon/zsh/.zshrc', { text: ZSHRC, executable: false }],
  ])
}

/** What a shell evaluates to activate the tree at `root`, an absolute path. `bin/tenon` prints the same without Node. */
export function activationCommand(shell: Shell, root: string): string {
  if (shell === 'fish') return `source ${quoteFish(`${root}/etc/tenon/activate.fish`)}`
  if (shell === 'sh') return `TENON_ROOT=${quotePosix(root)}; . "$TENON_ROOT/etc/tenon/activate.sh"`
  return `. ${quotePosix(`${root}/etc/tenon/activate.${shell}`)}`
}

interface Variable {
  readonly name: string
  readonly value: VariableValue
}

function textOf(value: VariableValue): string {
  return typeof value === 'string' ? value : value.path
}

/** A word of a POSIX-like shell; a place in the tree follows `_tenon_root`. */
function wordPosix(value: VariableValue): string {
  return typeof value === 'string' ? quotePosix(value) : `"$_tenon_root"${quotePosix(`/${value.path}`)}`
}

/** The same for fish. */
function wordFish(value: VariableValue): string {
  return typeof value === 'string' ? quoteFish(value) : `$_tenon_root${quoteFish(`/${value.path}`)}`
}

function quotePosix(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function quoteFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** What the POSIX-like shells do not share. */
interface Dialect {
  readonly shell: Shell
  /** First line of each function. */
  readonly prologue: string
  /** The word that names, inside a function, the file that defined it. */
  readonly file: string
  /** Before the variables are saved. */
  readonly beforeSaving: string
  /** Sets `_tenon_how` to a text that matches `exportedPattern` when the set variable `$_tenon_name` is exported. */
  readonly readAttributes: string
  readonly exportedPattern: string
  /** A further command that takes the export mark off `$_tenon_name`, where `unset` does not. */
  readonly hide: string
}

const BASH: Dialect = {
  shell: 'bash',
  prologue: '',
  file: `"\${BASH_SOURCE[0]}"`,
  beforeSaving: '',
  readAttributes: `eval "_tenon_how=\\\${$_tenon_name@a}"`,
  exportedPattern: '*x*',
  hide: ':',
}

const ZSH: Dialect = {
  shell: 'zsh',
  prologue: '  emulate -L sh\n',
  // `%x` would show a line feed in the path as an escape; index 0 because of the emulation.
  file: `"\${funcsourcetrace[0]%:*}"`,
  beforeSaving: '',
  readAttributes: `eval "_tenon_how=\\\${(t)$_tenon_name}"`,
  exportedPattern: '*export*',
  // Some of zsh's own variables (MANPATH, COLUMNS) keep the mark when they are unset.
  hide: 'typeset -g +x "$_tenon_name"',
}

const SH: Dialect = {
  shell: 'sh',
  prologue: '',
  file: `"\${TENON_ROOT-}/etc/tenon/activate.sh"`,
  // TENON_ROOT is the argument here, not something to come back to. The subshell starts no program.
  beforeSaving: `  unset -v TENON_ROOT
  _tenon_exported="
$(export -p)"
`,
  readAttributes: '_tenon_how=$_tenon_exported',
  exportedPattern: `*"\nexport $_tenon_name="* | *"\ndeclare -x $_tenon_name="*`,
  hide: ':',
}

/** Sets `_tenon_next` to the root of the tree, from the name of a file of the tree, which the shell gave. */
function locate(word: string, path: string): string {
  return `  _tenon_next=${word}
  case $_tenon_next in /*) ;; *) _tenon_next=\${PWD%/}/$_tenon_next ;; esac
  while :; do
    case $_tenon_next in
      */./*) _tenon_next=\${_tenon_next%%/./*}/\${_tenon_next#*/./} ;;
      *) break ;;
    esac
  done
  case $_tenon_next in
    */${path}) _tenon_next=\${_tenon_next%/${path}} ;;
    *) _tenon_next=\${_tenon_next%/*}/../.. ;;
  esac
  _tenon_next=\${_tenon_next%/}
`
}

/** Sets `_tenon_environment`: the directory that holds `current` or the generation; otherwise the tree's own name. */
const NAME_ENVIRONMENT = `  _tenon_environment=\${_tenon_root##*/}
  case $_tenon_environment in
    current) _tenon_environment=\${_tenon_root%/*} ;;
    *[!0-9]*) ;;
    *) _tenon_environment=\${_tenon_root%/*} ;;
  esac
  _tenon_environment=\${_tenon_environment##*/}
`

function posixFile(dialect: Dialect, variables: readonly Variable[]): string {
  const { shell, prologue } = dialect
  const path = `etc/tenon/activate.${shell}`
  const names = ['TENON_ENVIRONMENT', 'TENON_ROOT', ...variables.map(({ name }) => name)].join(' ')
  const assignments = variables.map(({ name, value }) => `  ${name}=${wordPosix(value)}\n`).join('')
  return `# Written by Tenon, to be sourced${shell === 'sh' ? ' after TENON_ROOT was set to the root of the tree' : ''}.
_tenon_activate() {
  unset -f _tenon_activate
${prologue}${locate(dialect.file, path)}  if ! [ -f "$_tenon_next/${path}" ]; then
    printf '%s\\n' 'error E_USAGE: This file cannot tell which tree it belongs to.' 'hint: source it by its path in the tree, <root>/${path}' >&2
    return 64
  fi
  case $_tenon_next in
    *:*)
      printf '%s\\n' "error E_CONFIG: PATH cannot hold \\\`$_tenon_next\\\`, because of its colon." 'hint: move the workspace' >&2
      return 78
      ;;
  esac
  if command -v tenon_deactivate >/dev/null 2>&1; then tenon_deactivate; fi
${dialect.beforeSaving}  for _tenon_name in PATH ${names}; do
    eval "_tenon_had=\\\${$_tenon_name+set}"
    if [ -n "$_tenon_had" ]; then
      eval "_tenon_old_$_tenon_name=\\$$_tenon_name"
      ${dialect.readAttributes}
      case $_tenon_how in ${dialect.exportedPattern}) _tenon_had=exported ;; esac
    fi
    eval "_tenon_had_$_tenon_name=$_tenon_had"
  done
  _tenon_root=$_tenon_next
${NAME_ENVIRONMENT}  case \${PATH-} in
    "$_tenon_root/bin" | "$_tenon_root/bin":*) ;;
    *) PATH=$_tenon_root/bin\${PATH:+:$PATH} ;;
  esac
  TENON_ENVIRONMENT=$_tenon_environment
  TENON_ROOT=$_tenon_root
${assignments}  export PATH ${names}
  unset -v _tenon_next _tenon_name _tenon_had _tenon_how _tenon_environment _tenon_exported

  tenon_deactivate() {
${prologue}    _tenon_path=:\${PATH-}:
    _tenon_head=\${_tenon_path%%":$_tenon_root/bin:"*}
    if [ "$_tenon_head" != "$_tenon_path" ]; then
      _tenon_path=$_tenon_head:\${_tenon_path#*":$_tenon_root/bin:"}
    fi
    _tenon_path=\${_tenon_path#:}
    _tenon_old_PATH=\${_tenon_path%:}
    if [ -n "$_tenon_old_PATH" ] && [ -z "$_tenon_had_PATH" ]; then _tenon_had_PATH=exported; fi
    for _tenon_name in PATH ${names}; do
      unset -v "$_tenon_name"
      eval "_tenon_had=\\$_tenon_had_$_tenon_name"
      if [ -n "$_tenon_had" ]; then eval "$_tenon_name=\\$_tenon_old_$_tenon_name"; fi
      case $_tenon_had in
        set) ${dialect.hide} ;;
        exported) export "$_tenon_name" ;;
      esac
      unset -v "_tenon_had_$_tenon_name" "_tenon_old_$_tenon_name"
    done
    unset -v _tenon_root _tenon_path _tenon_head _tenon_name _tenon_had
    unset -f tenon_deactivate
  }
}
_tenon_activate
`
}

const RC_BASH = `# Written by Tenon: bash --rcfile <root>/etc/tenon/rc.bash
if [ -f ~/.bashrc ]; then . ~/.bashrc; fi
. "\${BASH_SOURCE[0]%/*}/activate.bash"
`

// Whoever starts zsh so says in `_tenon_zdotdir` where the user's own start files are. They may move ZDOTDIR themselves.
const ZSHENV = `# Written by Tenon: _tenon_zdotdir=$HOME ZDOTDIR=<root>/etc/tenon/zsh zsh -i
_tenon_zsh=$ZDOTDIR
ZDOTDIR=\${_tenon_zdotdir-$HOME}
unset _tenon_zdotdir
if [[ -f $ZDOTDIR/.zshenv ]]; then . "$ZDOTDIR/.zshenv"; fi
_tenon_own=$ZDOTDIR
ZDOTDIR=$_tenon_zsh
`
const ZSHRC = `# Written by Tenon, see .zshenv.
ZDOTDIR=$_tenon_own
if [[ $ZDOTDIR == "$HOME" ]]; then unset ZDOTDIR; fi
if [[ -f \${ZDOTDIR-$HOME}/.zshrc ]]; then . "\${ZDOTDIR-$HOME}/.zshrc"; fi
. "\${_tenon_zsh%/zsh}/activate.zsh"
unset _tenon_own _tenon_zsh
`

function fishFile(variables: readonly Variable[]): string {
  const names = ['TENON_ENVIRONMENT', 'TENON_ROOT', ...variables.map(({ name }) => name)].join(' ')
  const assignments = variables.map(({ name, value }) => `    set -gx --unpath ${name} ${wordFish(value)}\n`).join('')
  // `string collect` keeps a line feed in a path from splitting it; in patterns `(?s)` lets a dot match one.
  return `# Written by Tenon, to be sourced.
function _tenon_activate
    functions -e _tenon_activate
    set -l _tenon_next $argv[1]
    string match -q -- '/*' $_tenon_next; or set _tenon_next (string replace -r -- '(?s)/$' '' $PWD | string collect)/$_tenon_next
    while string match -q -- '*/./*' $_tenon_next
        set _tenon_next (string replace -- /./ / $_tenon_next | string collect)
    end
    if string match -q -- '*/etc/tenon/activate.fish' $_tenon_next
        set _tenon_next (string replace -r -- '/etc/tenon/activate\\.fish$' '' $_tenon_next | string collect)
    else
        set _tenon_next (string replace -r -- '(?s)/[^/]*$' '' $_tenon_next | string collect)/../..
    end
    if not test -f $_tenon_next/etc/tenon/activate.fish
        printf '%s\\n' 'error E_USAGE: This file cannot tell which tree it belongs to.' 'hint: source it by its path in the tree, <root>/etc/tenon/activate.fish' >&2
        return 64
    end
    if string match -q -- '*:*' $_tenon_next
        printf '%s\\n' "error E_CONFIG: PATH cannot hold \`$_tenon_next\`, because of its colon." 'hint: move the workspace' >&2
        return 78
    end
    functions -q tenon_deactivate; and tenon_deactivate
    set -l _tenon_name
    for _tenon_name in ${names}
        set -g _tenon_had_$_tenon_name ''
        if set -qg $_tenon_name
            set -g _tenon_had_$_tenon_name set
            set -qgx $_tenon_name; and set -g _tenon_had_$_tenon_name exported
            set -g _tenon_old_$_tenon_name $$_tenon_name
        end
    end
    set -g _tenon_root $_tenon_next
    set -l _tenon_environment (string replace -r -- '(?s)/(current|[0-9]+)$' '' $_tenon_root | string collect)
    test "$PATH[1]" = $_tenon_root/bin; or set -gx PATH $_tenon_root/bin $PATH
    set -gx TENON_ENVIRONMENT (string replace -r -- '(?s)^.*/' '' $_tenon_environment | string collect)
    set -gx TENON_ROOT $_tenon_root
${assignments}
    function tenon_deactivate --description 'Leave the Tenon environment'
        set -l _tenon_index (contains -i -- $_tenon_root/bin $PATH)
        and set -e PATH[$_tenon_index]
        set -l _tenon_name
        for _tenon_name in ${names}
            set -l _tenon_had _tenon_had_$_tenon_name
            set -l _tenon_old _tenon_old_$_tenon_name
            set -eg $_tenon_name
            switch $$_tenon_had
                case set
                    set -g $_tenon_name $$_tenon_old
                case exported
                    set -gx $_tenon_name $$_tenon_old
            end
            set -eg $_tenon_had
            set -eg $_tenon_old
        end
        set -eg _tenon_root
        functions -e tenon_deactivate
    end
end
_tenon_activate (status filename | string collect)
`
}

function launcher(variables: readonly Variable[]): string {
  const assignments = variables.map(({ name, value }) => `${name}=${wordPosix(value)}\n`).join('')
  const names = variables.map(({ name }) => ` ${name}`).join('')
  const words = variables.map(({ name, value }) => `  set -- ${name}=${wordPosix(value)} "$@"\n`).join('')
  return `#!/bin/sh
# Written by Tenon. Runs a command in this environment: run [--pure] [--] COMMAND [ARGUMENT...]

_tenon_fail() {
  printf '%s\\n' "error $2: $3" "hint: $4" >&2
  exit "$1"
}

${locate('$0', 'etc/tenon/run')}_tenon_root=$_tenon_next
[ -f "$_tenon_root/etc/tenon/run" ] || _tenon_fail 64 E_USAGE 'This launcher cannot tell which tree it belongs to.' 'start it by its path in the tree, <root>/etc/tenon/run'
case $_tenon_root in
  *:*) _tenon_fail 78 E_CONFIG "PATH cannot hold \\\`$_tenon_root\\\`, because of its colon." 'move the workspace' ;;
esac
${NAME_ENVIRONMENT}
_tenon_pure=
if [ "\${1-}" = --pure ]; then
  _tenon_pure=yes
  shift
fi
case \${1-} in
  --) shift ;;
  -*) _tenon_fail 64 E_USAGE "\\\`$1\\\` is not an option of this launcher." 'run [--pure] -- COMMAND [ARGUMENT...]' ;;
esac
[ $# -gt 0 ] || _tenon_fail 64 E_USAGE 'A command is missing.' 'run [--pure] -- COMMAND [ARGUMENT...]'

_tenon_path=$_tenon_root/bin
if [ -z "$_tenon_pure" ]; then
  case \${PATH-} in
    '') ;;
    "$_tenon_path" | "$_tenon_path":*) _tenon_path=$PATH ;;
    *) _tenon_path=$_tenon_path:$PATH ;;
  esac
fi

# The command is looked up here only to say clearly what is wrong; \`exec\` looks it up again and never runs a builtin.
_tenon_found=
_tenon_seen=
case $1 in
  */*)
    if [ -f "$1" ] && [ -x "$1" ]; then _tenon_found=$1; elif [ -e "$1" ]; then _tenon_seen=$1; fi
    ;;
  ?*)
    _tenon_rest=$_tenon_path:
    while [ -n "$_tenon_rest" ] && [ -z "$_tenon_found" ]; do
      _tenon_try=\${_tenon_rest%%:*}
      _tenon_try=\${_tenon_try:-.}/$1
      _tenon_rest=\${_tenon_rest#*:}
      if [ -f "$_tenon_try" ]; then
        if [ -x "$_tenon_try" ]; then _tenon_found=$_tenon_try; else _tenon_seen=\${_tenon_seen:-$_tenon_try}; fi
      fi
    done
    ;;
esac
if [ -z "$_tenon_found" ]; then
  [ -z "$_tenon_seen" ] || _tenon_fail 126 E_COMMAND_NOT_FOUND "\\\`$_tenon_seen\\\` cannot be executed." 'chmod +x makes a file executable'
  _tenon_where='in the environment or on PATH'
  [ -z "$_tenon_pure" ] || _tenon_where='in the environment'
  _tenon_fail 127 E_COMMAND_NOT_FOUND "There is no command \\\`$1\\\` $_tenon_where." "tenon list $_tenon_environment"
fi
case $1 in
  -*)
    # \`exec\` would take it for an option.
    case $_tenon_found in -*) _tenon_found=./$_tenon_found ;; esac
    shift
    set -- "$_tenon_found" "$@"
    ;;
esac

if [ -n "$_tenon_pure" ]; then
  # \`env\` would take a command with an equals sign for a variable.
  case $1 in *=*) set -- /bin/sh -c 'exec "$@"' sh "$@" ;; esac
${words}  for _tenon_name in ${KEPT_WHEN_PURE.join(' ')}; do
    eval "[ -z \\"\\\${$_tenon_name+set}\\" ] || set -- \\"$_tenon_name=\\$$_tenon_name\\" \\"\\$@\\""
  done
  exec /usr/bin/env -i "PATH=$_tenon_path" "TENON_ENVIRONMENT=$_tenon_environment" "TENON_ROOT=$_tenon_root" "$@"
fi

PATH=$_tenon_path
TENON_ENVIRONMENT=$_tenon_environment
TENON_ROOT=$_tenon_root
${assignments}export PATH TENON_ENVIRONMENT TENON_ROOT${names}
exec "$@"
`
}
