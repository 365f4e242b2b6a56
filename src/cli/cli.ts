// argv in; text, JSON and an exit code out. `commander` parses; each verb is a few lines that call ops/.

import { Command, CommanderError } from 'commander'
import { ERRORS, ToolError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { Host } from '../host/host.ts'
import { writeNow } from '../host/output.ts'
import { type Act, addEnvironmentVerbs, examples } from './commands-environment.ts'
import { addFindVerbs } from './commands-find.ts'
import { addImportVerbs, addRegistryVerbs } from './commands-registry.ts'
import { addRunVerbs, requireDashes } from './commands-run.ts'
import { addStoreVerbs } from './commands-store.ts'
import { guardProcess, reportFailure } from './failure.ts'
import { setUpHelp } from './help.ts'
import { Session } from './session.ts'
import { switchColoursOff } from './style.ts'
import { commandOf, ownWords, protectWords, restoreWord, usageError } from './usage.ts'
import { VERSION } from './version.ts'

export async function cli(argv: readonly string[], host: Host, umask: number): Promise<void> {
  const asJson = ownWords(argv).includes('--json')
  guardProcess(asJson)
  if (ownWords(argv).includes('--no-color')) switchColoursOff()
  let session: Session | null = null
  const open = (options: Record<string, unknown>) => {
    const opened = new Session(host, options, umask)
    opened.catchSignals((reason) => reportFailure(reason, opened, asJson))
    session = opened
    return opened
  }
  const texts: string[] = []
  const program = createProgram(open, (text) => (asJson ? texts.push(text) : writeNow(1, text)))
  const command = commandOf(program, argv)
  try {
    if (command.name() === 'run') requireDashes(argv)
    try {
      await program.parseAsync(command.name() === 'run' ? protectWords(argv) : argv, { from: 'user' })
    } finally {
      if (texts.length > 0) writeNow(1, `${JSON.stringify(documentOf(texts.join('')), null, 2)}\n`)
    }
  } catch (error) {
    if (!(error instanceof CommanderError)) reportFailure(error, session, asJson)
    // Help and version were printed already.
    else if (error.exitCode !== 0) failUsage(error, command, asJson)
  }
}

/** Who names no verb gets the help, which is the answer, but not as a success. */
function failUsage(error: CommanderError, command: Command, asJson: boolean): void {
  if (error.code === 'commander.help' && !asJson) {
    command.configureOutput({ writeErr: (text) => writeNow(2, text) }).outputHelp({ error: true })
    process.exitCode = ERRORS.E_USAGE.exit
  } else {
    reportFailure(usageError(error, command), null, asJson)
  }
}

/** The whole command table; `open` is called when a verb runs, `write` with a help or the version. */
export function createProgram(
  open: (options: Record<string, unknown>) => Session,
  write: (text: string) => void = (text) => writeNow(1, text),
): Command {
  const program = new Command('tenon')
    .description('Declarative, reproducible environments: one YAML file, one lock, rollback.')
    .usage('<verb> [options]')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .option('-C, --directory <path>', 'work as if started there')
    .option('--json', 'print one JSON document')
    .option('-q, --quiet', 'say nothing but results and errors')
    .option('--offline', 'never use the network')
    .option('--frozen', 'fail rather than change the lock file')
    .option('--no-color', 'no colours')
    .showSuggestionAfterError(true)
  setUpHelp(program)
  const act: Act = (command, run) => {
    command.action(async () => {
      const options = command.optsWithGlobals()
      const args = command.processedArgs.flatMap((arg: unknown) => (Array.isArray(arg) ? arg : [arg])) as (
        | string
        | undefined
      )[]
      const words = withEnvironmentOption(command, args.map(restoreWord), options['env'])
      await run(open({ ...program.opts(), ...options }), words, options)
    })
  }
  addEnvironmentVerbs(program, act)
  addRunVerbs(program, act)
  addStoreVerbs(program, act)
  addFindVerbs(program, act)
  addRegistryVerbs(program, act)
  addImportVerbs(program, act)
  addHelpVerb(program)
  program
    .command('version', { hidden: true })
    .summary('print the version')
    .action(() => write(`${VERSION}\n`))
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({ writeOut: write, writeErr: () => {}, outputError: () => {} })
  }
  return program
}

/** What the table itself prints, as JSON: the version, or a help. */
function documentOf(text: string): JsonObject {
  return text.trim() === VERSION ? { version: VERSION } : { help: text }
}

/** For verbs that take the environment as their first word, the same as `--env`. @throws ToolError E_USAGE when there are two */
function withEnvironmentOption(
  command: Command,
  words: readonly (string | undefined)[],
  environment: unknown,
): readonly (string | undefined)[] {
  const takes = command.registeredArguments
  if (typeof environment !== 'string' || takes[0]?.name() !== 'env') return words
  const all = [environment, ...words.filter((word) => word !== undefined)]
  if (all.length <= takes.length) return all
  throw new ToolError('E_USAGE', `\`tenon ${command.name()}\` was given the environment twice.`, {
    details: { environments: all },
    hint: `Leave out \`--env ${environment}\`, or the word.`,
  })
}

function addHelpVerb(program: Command): void {
  const help = program
    .command('help')
    .summary('show the help of a verb')
    .argument('[verb...]', 'such as `store hash`')
    .addHelpText('after', examples('tenon help switch', 'tenon help store hash'))
  help.action((words: readonly string[]) => {
    let command = program
    for (const word of words) {
      const below = command.commands.find((item) => item.name() === word)
      if (below === undefined)
        throw usageError(new CommanderError(1, 'commander.unknownCommand', `unknown command '${word}'`), command)
      command = below
    }
    command.outputHelp()
  })
}

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}
