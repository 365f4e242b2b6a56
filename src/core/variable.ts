// The variables that an environment and its packages may set.

/** Text, or a place in the tree: relative to its root, wherever that is. */
export type VariableValue = string | { readonly path: string }

/** An identifier: what every shell can set. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
}

/**
 * True for the variables that an environment may not set: Tenon's own and PATH, and those that a shell refuses to set, computes, or
 * works by. A test tries every name that the shells know.
 */
export function isReservedVariable(name: string): boolean {
  return (
    /^_?tenon_/i.test(name) ||
    /^(BASH|ZSH|FISH|fish|EPOCH|PROMPT|TRY_BLOCK|dis)(_|[A-Z]|$)/.test(name) ||
    RESERVED.has(name)
  )
}

const RESERVED: ReadonlySet<string> = new Set(
  `PATH IFS PWD OLDPWD SHLVL _ PS0 PS1 PS2 PS3 PS4 UID EUID GID EGID USERNAME PPID LINENO RANDOM SRANDOM SECONDS OPTIND SHELLOPTS
  DIRSTACK FUNCNAME FUNCNEST GROUPS HISTCMD PIPESTATUS ARGC TTYIDLE KEYBOARD_HACK
  argv path cdpath fpath manpath mailpath module_path fignore psvar watch status pipestatus status_generation history historywords
  version hostname umask prompt options functions functions_source functrace funcstack funcfiletrace funcsourcetrace aliases galiases
  saliases builtins commands dirstack parameters patchars reswords modules nameddirs userdirs usergroups jobdirs jobstates jobtexts
  keymaps widgets signals terminfo termcap histchars zsh_eval_context zsh_scheduled_events`.split(/\s+/),
)
