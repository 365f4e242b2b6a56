// Verbs that start something in an environment, or set up the shell for it.

import { basename, join } from 'node:path'
import type { Command } from 'commander'
import { SHELLS as ACTIVATION_SHELLS, activationCommand, type Shell } from '../build/activation.ts'
import { ToolError } from '../core/errors.ts'
import { isGitAddress } from '../core/git-address.ts'
import type { RunOptions } from '../host/process.ts'
import { borrowEnvironment } from '../ops/borrow.ts'
import { requireKnown } from '../ops/known.ts'
import { currentGeneration } from '../ops/rollback.ts'
import { switchEnvironment } from '../ops/switch.ts'
import { profileLink } from '../profile/workspace.ts'
import { type Act, environmentVerb, examples, isText } from './commands-environment.ts'
import { completionScript, SHELLS } from './completions.ts'
import type { Session } from './session.ts'
import { tellState } from './switch-now.ts'
import { DEFAULT_ENVIRONMENT, withEnvironment } from './text.ts'

export function addRunVerbs(program: Command, act: Act): void {
  act(
    program
      .command('run')
      .summary('run a command in the environment')
      .description(
        'Runs a command with the current generation first on PATH. Where there is no generation yet, it switches first. Whatever stands behind `--` belongs to the command. The environment may also be one of a git repository (`git+https://…?rev=main#name`), which needs no workspace and makes no generation.',
      )
      .usage('[env] -- <command> [args...]')
      .argument('[words...]')
      .option('--pure', "keep the host's PATH and variables out")
      .addHelpText(
        'after',
        examples(
          'tenon run -- tsc --version',
          'tenon run dev --pure -- node script.js',
          'tenon run git+https://example.org/tools.git#lint -- lint .',
        ),
      ),
    async (session, words, options) => {
      const { environment, command } = splitWords(words.filter(isText))
      const pure = options['pure'] === true ? ['--pure'] : []
      await startIn(session, environment, (launcher) => [launcher, ...pure, ...command])
    },
  )

  act(
    environmentVerb(program, 'shell', 'start a shell in the environment')
      .option('--pure', "keep the host's PATH and variables out")
      .addHelpText('after', examples('tenon shell', 'tenon shell dev')),
    async (session, [name], options) => {
      const environment = name ?? DEFAULT_ENVIRONMENT
      const pure = options['pure'] === true ? ['--pure'] : []
      const shell = session.config.environment['SHELL'] || '/bin/sh'
      await startIn(session, environment, (launcher) => {
        session.say(`entering \`${environment}\`; \`exit\` leaves it`)
        return [launcher, ...pure, ...shellCommand(shell, join(launcher, '..'))]
      })
    },
  )

  act(
    environmentVerb(program, 'activate', 'print what a shell evaluates to enter the environment')
      .option('--shell <name>', `one of ${ACTIVATION_SHELLS.join(', ')}`)
      .addHelpText('after', examples('eval "$(tenon activate)"', 'tenon activate dev --shell fish | source')),
    async (session, [name], options) => {
      const environment = name ?? DEFAULT_ENVIRONMENT
      const launcher = await launcherOf(session, environment)
      const shell =
        typeof options['shell'] === 'string'
          ? options['shell']
          : basename(session.config.environment['SHELL'] ?? 'bash')
      if (!isActivationShell(shell)) {
        throw new ToolError('E_USAGE', `\`${shell}\` is not a shell that Tenon can set up.`, {
          details: { shell },
          hint: `Use --shell with one of ${ACTIVATION_SHELLS.join(', ')}.`,
        })
      }
      const root = join(launcher, '..', '..', '..')
      session.print({ environment, shell, root }, activationCommand(shell, root))
      if (process.stdout.isTTY !== true) return
      const command = withEnvironment('tenon activate', environment)
      session.say(
        `your shell has to evaluate it: \`${shell === 'fish' ? `${command} | source` : `eval "$(${command})"`}\``,
      )
    },
  )

  act(
    program
      .command('completions')
      .summary('print the completion script of a shell')
      .argument('<shell>', SHELLS.join(', '))
      .addHelpText(
        'after',
        examples(
          'tenon completions bash > ~/.local/share/bash-completion/completions/tenon',
          'tenon completions fish > ~/.config/fish/completions/tenon.fish',
        ),
      ),
    (session, [shell]) => {
      const script = completionScript(program, shell as string)
      session.print({ shell: shell as string, script }, script)
    },
  )
}

/** Before anything is parsed: what follows `run` without `--` may look like options of ours. @throws ToolError E_USAGE */
export function requireDashes(argv: readonly string[]): void {
  const words = argv.slice(argv.indexOf('run') + 1)
  if (argv.includes('--') || words[0] === undefined || words[0].startsWith('-')) return
  throw new ToolError('E_USAGE', '`tenon run` needs `--` before the command.', {
    hint: `tenon run -- ${words.join(' ')}`,
  })
}

/** `[ENV] -- CMD…`, with the `--` that usage.ts keeps. */
function splitWords(words: readonly string[]): { environment: string; command: readonly string[] } {
  const at = words.indexOf('--')
  const before = at === -1 ? words : words.slice(0, at)
  const command = at === -1 ? [] : words.slice(at + 1)
  const hint = 'tenon run [ENV] -- COMMAND [ARGUMENT…]'
  if (before.length > 1)
    throw new ToolError('E_USAGE', `\`tenon run\` takes one environment before \`--\`, not ${before.length} words.`, {
      hint,
    })
  if (command.length === 0) throw new ToolError('E_USAGE', '`tenon run` needs `--` and a command.', { hint })
  return { environment: before[0] ?? DEFAULT_ENVIRONMENT, command }
}

/** The ready-made launcher of the current generation, seen through `current`; switches first when there is none. */
async function launcherOf(session: Session, environment: string): Promise<string> {
  const context = session.context()
  requireKnown(context, environment)
  tellState(session, environment)
  if (currentGeneration(context, environment) === null) await switchEnvironment(context, environment)
  return join(profileLink(context.workspace, environment), 'current', 'etc', 'tenon', 'run')
}

/** Hands the terminal over to what `commandFor` makes of the launcher: that of the current generation, or of an environment in git. */
async function startIn(
  session: Session,
  environment: string,
  commandFor: (launcher: string) => readonly [string, ...string[]],
): Promise<void> {
  if (!isGitAddress(environment)) {
    await handOver(session, commandFor(await launcherOf(session, environment)))
    return
  }
  // Loaded before, so that the program has started when the store is let go. Nothing of a workspace that may be here takes part.
  const { runProgram } = await import('../host/process.ts')
  const context = session.context({ root: session.config.start }, session.storeRoot(null))
  const { ended } = await borrowEnvironment(context, environment, (tree) => {
    session.progress.stop()
    return { ended: runProgram(commandFor(join(tree, 'etc', 'tenon', 'run')), runOptions(session)) }
  })
  process.exitCode = await ended
}

function runOptions(session: Session): RunOptions {
  const { cwd, environment, umask } = session.config
  return { cwd, environment, umask }
}

async function handOver(session: Session, command: readonly [string, ...string[]]): Promise<void> {
  session.progress.stop()
  const { runProgram } = await import('../host/process.ts')
  process.exitCode = await runProgram(command, runOptions(session))
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: sh, not JavaScript
const START_ZSH = '_tenon_zdotdir=${ZDOTDIR-$HOME} ZDOTDIR=$1 exec "$2" -i'

/** The user's interactive shell with the activation file read after its own start files. */
function shellCommand(shell: string, directory: string): readonly string[] {
  switch (basename(shell)) {
    case 'bash':
      return [shell, '--rcfile', join(directory, 'rc.bash'), '-i']
    case 'fish':
      return [shell, '-i', '-C', `source ${fishQuote(join(directory, 'activate.fish'))}`]
    case 'zsh':
      // The launcher may take variables away (`--pure`), so these are set behind it.
      return ['/bin/sh', '-c', START_ZSH, 'sh', join(directory, 'zsh'), shell]
    default:
      return [shell, '-i']
  }
}

function isActivationShell(name: string): name is Shell {
  return ACTIVATION_SHELLS.some((shell) => shell === name)
}

function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
