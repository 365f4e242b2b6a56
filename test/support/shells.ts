// The shells that activation is tested in, and one small language of steps that is written out for each of them. Starts real shells.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { activationFiles } from '../../src/build/activation.ts'
import type { VariableValue } from '../../src/core/variable.ts'

export interface ShellUnderTest {
  readonly label: string
  readonly command: readonly [string, ...string[]]
  readonly file: 'activate.bash' | 'activate.zsh' | 'activate.fish' | 'activate.sh'
}

const ALL: readonly ShellUnderTest[] = [
  { label: 'bash', command: ['bash', '--norc', '--noprofile'], file: 'activate.bash' },
  { label: 'bash --posix', command: ['bash', '--posix'], file: 'activate.bash' },
  { label: 'zsh', command: ['zsh', '-f'], file: 'activate.zsh' },
  { label: 'fish', command: ['fish', '--no-config'], file: 'activate.fish' },
  { label: 'dash', command: ['dash'], file: 'activate.sh' },
  { label: 'busybox sh', command: ['busybox', 'sh'], file: 'activate.sh' },
  { label: 'bash as sh', command: ['bash', '--posix'], file: 'activate.sh' },
  { label: 'bash with activate.sh', command: ['bash', '--norc'], file: 'activate.sh' },
]

/** Absolute path of a program of this machine; null when it is missing. */
export function findProgram(name: string): string | null {
  for (const directory of ['/usr/bin', '/bin', '/usr/local/bin', '/opt/homebrew/bin']) {
    if (existsSync(join(directory, name))) return join(directory, name)
  }
  return null
}

function present(list: readonly ShellUnderTest[]): readonly ShellUnderTest[] {
  return list.flatMap(({ label, command: [name, ...options], file }): ShellUnderTest[] => {
    const program = findProgram(name)
    return program === null ? [] : [{ label, command: [program, ...options], file }]
  })
}

export const SHELLS_UNDER_TEST = present(ALL)
/** The shells that may be `/bin/sh`. */
export const SH_UNDER_TEST = SHELLS_UNDER_TEST.filter(({ label }) =>
  ['dash', 'busybox sh', 'bash as sh'].includes(label),
)

/** One test per missing shell: it fails in CI, and is otherwise a visible skip. */
export function reportMissingShells(): void {
  const { CI } = process.env
  for (const name of new Set(ALL.map(({ command }) => command[0]))) {
    if (findProgram(name) !== null) continue
    test.skipIf(CI === undefined)(`${name} is not installed here, so nothing was proved for it`, () => {
      expect.fail(`install ${name}; .ci/run does`)
    })
  }
}

export type Step =
  | { readonly do: 'activate'; readonly root: string }
  | { readonly do: 'deactivate' }
  | { readonly do: 'set'; readonly name: string; readonly value: string; readonly exported: boolean }
  | { readonly do: 'prepend'; readonly directory: string }
  | { readonly do: 'cd'; readonly directory: string }
  /** Writes the exported environment. */
  | { readonly do: 'dump'; readonly to: string }
  /** Writes one variable of the shell itself, exported or not. */
  | { readonly do: 'show'; readonly name: string; readonly to: string }
  | { readonly do: 'run'; readonly text: string }

export interface ShellResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ShellOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Shell text before everything, not given to fish, which has no such modes. */
  readonly preamble?: string
}

/** Runs the steps in one script of that shell; a failing step ends a POSIX-like shell only under `set -e`. */
export function runSteps(shell: ShellUnderTest, steps: readonly Step[], options: ShellOptions = {}): ShellResult {
  const isFish = shell.file === 'activate.fish'
  const home = temporaryDirectory('home')
  const script = join(home, 'script')
  const lines = steps.map((step) => (isFish ? fishLine(step) : posixLine(step, shell)))
  writeFileSync(script, `${[isFish ? '' : (options.preamble ?? ''), ...lines].join('\n')}\n`)
  const [program, ...words] = shell.command
  const result = spawnSync(program, [...words, script], {
    cwd: options.cwd ?? home,
    env: { HOME: home, PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...options.environment },
    encoding: 'utf8',
  })
  return { status: result.status, stdout: result.stdout, stderr: result.stderr }
}

export function quotePosix(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

export function quoteFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function posixLine(step: Step, shell: ShellUnderTest): string {
  switch (step.do) {
    case 'activate':
      if (shell.file === 'activate.sh')
        return `TENON_ROOT=${quotePosix(step.root)}; . "$TENON_ROOT/etc/tenon/activate.sh"`
      return `. ${quotePosix(sourcePath(step.root, shell))}`
    case 'deactivate':
      return 'tenon_deactivate'
    case 'set':
      return `${step.name}=${quotePosix(step.value)}${step.exported ? `; export ${step.name}` : ''}`
    case 'prepend':
      return `PATH=${quotePosix(step.directory)}:$PATH`
    case 'cd':
      return `cd ${quotePosix(step.directory)}`
    case 'dump':
      return `/usr/bin/env -0 >${quotePosix(step.to)}`
    case 'show':
      return `printf '%s' "\${${step.name}-(unset)}" >${quotePosix(step.to)}`
    case 'run':
      return step.text
  }
}

function fishLine(step: Step): string {
  switch (step.do) {
    case 'activate':
      return `source ${quoteFish(`${step.root}/etc/tenon/activate.fish`)}`
    case 'deactivate':
      return 'tenon_deactivate'
    case 'set':
      return `set -g ${step.exported ? '-x' : '-u'} ${step.name} ${quoteFish(step.value)}`
    case 'prepend':
      return `set -gx PATH ${quoteFish(step.directory)} $PATH`
    case 'cd':
      return `cd ${quoteFish(step.directory)}`
    case 'dump':
      return `/usr/bin/env -0 >${quoteFish(step.to)}`
    case 'show':
      return `set -q ${step.name}; and printf '%s' $${step.name} >${quoteFish(step.to)}; or printf '(unset)' >${quoteFish(step.to)}`
    case 'run':
      return step.text
  }
}

/** `.` searches PATH for a name without a slash. */
function sourcePath(root: string, shell: ShellUnderTest): string {
  return `${root}/etc/tenon/${shell.file}`
}

/** The variables that a `dump` step wrote, without those that shells set by themselves. */
export function readDump(path: string): ReadonlyMap<string, string> {
  const own = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD'])
  const entries = readFileSync(path, 'utf8')
    .split('\0')
    .filter((entry) => entry !== '')
  return new Map(
    entries
      .map((entry): [string, string] => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)])
      .filter(([name]) => !own.has(name)),
  )
}

/** Everything that the tests of one file make; gone when they are done. */
const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'tenon-shells-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

export function temporaryDirectory(name: string): string {
  return mkdtempSync(join(scratch, `${name}-`))
}

/** Writes Tenon's files of a tree with these variables, and an empty `bin`. */
export function writeTree(root: string, variables: Readonly<Record<string, VariableValue>>): void {
  mkdirSync(join(root, 'bin'), { recursive: true })
  for (const [path, file] of activationFiles(variables)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), file.text, { mode: file.executable ? 0o755 : 0o644 })
  }
}

export function writeProgram(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text, { mode: 0o755 })
}
