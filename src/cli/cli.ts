// argv in; text, JSON and an exit code out. `commander` parses; each verb is a few lines that call ops/.

import { Command, CommanderError } from 'commander'
import { ToolError } from '../core/errors.ts'
import type { Host } from '../host/host.ts'
import { type Act, addEnvironmentVerbs } from './commands-environment.ts'
import { addRunVerbs } from './commands-run.ts'
import { addStoreVerbs } from './commands-store.ts'
import { reportFailure, tolerateClosedOutput } from './failure.ts'
import { Session } from './session.ts'
import { VERSION } from './version.ts'

export async function cli(argv: readonly string[], host: Host, umask: number): Promise<void> {
  tolerateClosedOutput()
  let session: Session | null = null
  const open = (options: Record<string, unknown>) => {
    session = new Session(host, options, umask)
    session.catchSignals()
    return session
  }
  try {
    await createProgram(open).parseAsync(withProtectedWords(argv), { from: 'user' })
  } catch (error) {
    // Help and version were printed already.
    if (error instanceof CommanderError && error.exitCode === 0) return
    const shown = error instanceof CommanderError ? usageError(error) : error
    reportFailure(shown, session, argv.includes('--json'))
  }
}

/** The whole command table; `open` is called when a verb runs. */
export function createProgram(open: (options: Record<string, unknown>) => Session): Command {
  const program = new Command('tenon')
    .description(
      'Declarative, reproducible environments: one YAML file, one lock, immutable generations, atomic rollback.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('-C, --directory <path>', 'work as if started there')
    .option('--json', 'print one JSON document')
    .option('-q, --quiet', 'say nothing but results and errors')
    .option('--offline', 'never use the network')
    .option('--frozen', 'fail rather than change the lock file')
    .option('--no-color', 'no colours')
    .addHelpText('after', OVERVIEW)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureHelp({ helpWidth: 100, subcommandTerm, showGlobalOptions: true })
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
  const act: Act = (command, run) => {
    command.exitOverride().configureOutput({ writeErr: () => {}, outputError: () => {} })
    command.action(async () => {
      const options = command.optsWithGlobals()
      const args = command.processedArgs.flatMap((arg: unknown) => (Array.isArray(arg) ? arg : [arg])) as (
        | string
        | undefined
      )[]
      await run(open({ ...program.opts(), ...options }), args.map(restoreWord), options)
    })
  }
  addEnvironmentVerbs(program, act)
  addRunVerbs(program, act)
  addStoreVerbs(program, act)
  return program
}

const OVERVIEW = `
Everyday:
  tenon init                       make a workspace here
  tenon add npm:typescript@~5.9    edit the file, lock, build, switch
  tenon switch                     bring the environment to what its file says
  tenon run -- tsc --version       run a command in it
  tenon rollback                   back to the generation before
  tenon generations                what there was

An environment is environments/<name>.yaml; \`default\` where none is named.
\`tenon help VERB\` shows a verb; \`tenon explain CODE\` an error.
`

/** `switch [env]`: every verb has options, so saying so of each says nothing. */
function subcommandTerm(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`
    return argument.required ? `<${name}>` : `[${name}]`
  })
  if (command.commands.length > 0) words.push('<verb>')
  if (command.name() === 'run') return 'run [env] -- <command>'
  return [command.name(), ...words].join(' ')
}

/** commander drops \`--\`; \`tenon run [ENV] -- CMD\` needs to know where it was, and CMD's options are not ours. */
function withProtectedWords(argv: readonly string[]): string[] {
  const at = argv.indexOf('--')
  if (at === -1) return [...argv]
  return [...argv.slice(0, at), ...argv.slice(at).map((word) => `\u0000${word}`)]
}

function restoreWord(word: string | undefined): string | undefined {
  return typeof word === 'string' && word.startsWith('\u0000') ? word.slice(1) : word
}

/** "error: unknown command 'swich'\n(Did you mean switch?)" → our own form. */
function usageError(error: CommanderError): ToolError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const suggestion = /Did you mean (.*)\?/.exec(rest.join(' '))?.[1]
  const sentence = first === '(outputHelp)' ? 'a verb is missing' : first
  const message = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1).replaceAll("'", '`')}${sentence.endsWith('.') ? '' : '.'}`
  return new ToolError('E_USAGE', message, {
    hint: suggestion === undefined ? 'tenon --help' : `Did you mean \`${suggestion}\`?`,
  })
}
