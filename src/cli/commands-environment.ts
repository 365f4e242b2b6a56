// The verbs of the main path: making, changing and looking at environments.

import { type Command, InvalidArgumentError } from 'commander'
import { ToolError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { buildEnvironment } from '../ops/build.ts'
import { addPackages, removePackages, updatePackages } from '../ops/edit.ts'
import {
  copyEnvironment,
  createEnvironment,
  deleteEnvironment,
  environmentTemplate,
  listEnvironments,
} from '../ops/environments.ts'
import { forgetGenerations, listGenerations } from '../ops/generations.ts'
import { initWorkspace } from '../ops/init.ts'
import { lockEnvironment } from '../ops/lock.ts'
import { currentGeneration, rollback, switchToGeneration } from '../ops/rollback.ts'
import { dependencyTree, diffGenerations, diffRevisions, listPackages, why } from '../ops/show.ts'
import { withStore } from '../ops/with-store.ts'
import { renderDiff, renderGenerations, renderList, renderTree, renderWhy } from './render.ts'
import { renderChanges } from './render-switch.ts'
import type { Session } from './session.ts'
import { printSwitch, runSwitch, tellState } from './switch-now.ts'

export const DEFAULT_ENVIRONMENT = 'default'
export type Act = (
  command: Command,
  run: (
    session: Session,
    args: readonly (string | undefined)[],
    options: Record<string, unknown>,
  ) => Promise<void> | void,
) => void

export function addEnvironmentVerbs(program: Command, act: Act): void {
  act(
    program
      .command('init')
      .summary('make a workspace here')
      .description('Makes `environments/default.yaml` in this directory, so that it becomes a workspace.')
      .argument('[package...]', 'packages to begin with, such as npm:typescript@~5.9')
      .addHelpText('after', examples('tenon init', 'tenon init npm:typescript npm:prettier@^3')),
    (session, packages) => {
      const made = initWorkspace(session.host, session.config.start, packages.filter(isText))
      session.print(
        { workspace: session.config.start, created: [...made] },
        made.map((path) => `created ${path}`).join('\n'),
      )
      session.say('next: tenon add npm:typescript, or edit environments/default.yaml and run tenon switch')
    },
  )

  act(
    environmentVerb(program, 'switch', 'lock if needed, build, check, and make current')
      .description('The main job: brings the environment to what its file says. When nothing changed it does nothing.')
      .option('--generation <number>', 'make this earlier generation current instead', wholeNumber)
      .option('--reason <text>', 'kept with the generation')
      .addHelpText('after', examples('tenon switch', 'tenon switch dev --frozen', 'tenon switch --generation 3')),
    async (session, [name], options) => {
      const environment = name ?? DEFAULT_ENVIRONMENT
      const context = session.context()
      tellState(session, environment)
      if (typeof options['generation'] === 'number') {
        const to = await switchToGeneration(context, environment, options['generation'])
        session.print(
          { environment, generation: { ...to, path: `${context.storeRoot}/objects/${to.storePath}` } },
          `${environment} is now generation ${to.number}`,
        )
        return
      }
      const reason = typeof options['reason'] === 'string' ? { reason: options['reason'] } : {}
      await runSwitch(session, environment, reason)
    },
  )

  act(
    environmentVerb(program, 'rollback', 'go back to the generation before')
      .description(
        'Makes the generation current from which the current one was made. Needs neither network nor cache. The environment file stays as it is.',
      )
      .option('--to <number>', 'go to this generation', wholeNumber)
      .addHelpText('after', examples('tenon rollback', 'tenon rollback dev --to 3')),
    async (session, [name], options) => {
      const environment = name ?? DEFAULT_ENVIRONMENT
      const context = session.context()
      tellState(session, environment)
      const result = await rollback(context, environment, typeof options['to'] === 'number' ? options['to'] : null)
      session.print({ ...result }, `${environment}: generation ${result.from} → ${result.to}`)
      session.say(
        `environments/${environment}.yaml still says what it said; tenon switch ${environment} follows it again`,
      )
    },
  )

  act(
    environmentVerb(program, 'generations', 'list the generations').addHelpText(
      'after',
      examples('tenon generations', 'tenon generations dev --json'),
    ),
    (session, [name]) => {
      const context = session.context()
      const rows = listGenerations(context, name ?? DEFAULT_ENVIRONMENT)
      session.print(rows as unknown as Json, renderGenerations(rows, context.workspace.root))
    },
  )

  act(
    program
      .command('forget')
      .summary('drop old generations, so that gc may free them')
      .argument('<number...>', 'generations to forget')
      .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT)
      .addHelpText('after', examples('tenon forget 1 2 3 --env dev')),
    async (session, numbers, options) => {
      const environment = String(options['env'])
      await forgetGenerations(session.context(), environment, numbers.filter(isText).map(wholeNumber))
      session.print(
        { environment, forgotten: numbers.filter(isText).map(Number) },
        `forgot ${numbers.length} of ${environment}`,
      )
      session.say('next: tenon gc')
    },
  )

  act(
    program
      .command('diff')
      .summary('what differs between two generations or git revisions')
      .argument('[env]', 'environment')
      .argument('[a]', 'generation number or git revision; the default is the one before')
      .argument('[b]', 'generation number, or git revision; the default is the current one')
      .addHelpText('after', examples('tenon diff', 'tenon diff dev 3 5', 'tenon diff default HEAD~1')),
    async (session, args) => {
      const context = session.context()
      const given = args.filter(isText)
      const known = listEnvironments(session.host, context.workspace)
      const environment =
        given[0] !== undefined && known.includes(given[0]) ? (given.shift() as string) : DEFAULT_ENVIRONMENT
      const [a, b] = given
      const isNumber = (text: string | undefined) => text === undefined || /^[0-9]+$/.test(text)
      const diff =
        isNumber(a) && isNumber(b)
          ? await diffGenerations(
              context,
              environment,
              a === undefined ? null : Number(a),
              b === undefined ? null : Number(b),
            )
          : await diffRevisions(context, environment, a as string, b ?? null)
      session.print(diff as unknown as Json, renderDiff(diff))
    },
  )

  act(
    environmentVerb(program, 'lock', 'choose versions and write the lock file')
      .option('--check', 'write nothing; fail if the lock would change')
      .option('--update [package...]', 'choose these packages anew, or all')
      .option('--as-of <date>', 'hide what was published after this date')
      .addHelpText(
        'after',
        examples(
          'tenon lock',
          'tenon lock --check',
          'tenon lock dev --update typescript',
          'tenon lock --as-of 2026-01-31',
        ),
      ),
    async (session, [name], options) => {
      const environment = name ?? DEFAULT_ENVIRONMENT
      const context = session.context()
      const check = options['check'] === true
      const result = await lockEnvironment(context, environment, {
        update: updateOption(options['update']),
        asOf: dateOption(options['asOf']),
        check,
      })
      if (check && result.changed) {
        throw new ToolError(
          'E_LOCK_STALE',
          `\`environments/${environment}.lock.json\` is not what \`tenon lock\` would write.`,
          {
            details: {
              environment,
              added: result.added as unknown as Json,
              removed: result.removed as unknown as Json,
              updated: result.updated as unknown as Json,
            },
            hint: `tenon lock ${environment}`,
          },
        )
      }
      const { added, removed, updated, changed, lock, path } = result
      const text = changed
        ? [...renderChanges(result), `locked ${lock.packages.length} packages`]
        : [`the lock is up to date (${lock.packages.length} packages)`]
      session.print(
        { environment, path, changed, added, removed, updated, packages: lock.packages.length } as unknown as Json,
        text.join('\n'),
      )
      if (changed) session.say(`next: tenon switch ${environment}`)
    },
  )

  act(
    environmentVerb(program, 'build', 'build the tree without making it current').addHelpText(
      'after',
      examples('tenon build', 'tenon build dev --json'),
    ),
    async (session, [name]) => {
      const environment = name ?? DEFAULT_ENVIRONMENT
      const context = session.context()
      const { storePath, path, narHash } = await withStore(context, (store) =>
        buildEnvironment(context, store, environment),
      )
      session.print({ environment, storePath, path, narHash }, path)
    },
  )

  editVerb(
    program,
    act,
    'add',
    'add packages to the environment file and switch',
    '<package...>',
    ['tenon add npm:typescript@~5.9', 'tenon add npm:eslint path:./tools/hello --env dev'],
    addPackages,
  )
  editVerb(
    program,
    act,
    'remove',
    'remove packages from the environment file and switch',
    '<package...>',
    ['tenon remove npm:eslint'],
    removePackages,
  )
  editVerb(
    program,
    act,
    'update',
    'choose newer versions within the ranges and switch',
    '[package...]',
    ['tenon update', 'tenon update npm:typescript --env dev'],
    updatePackages,
  )

  act(
    environmentVerb(program, 'list', 'list what the current generation holds').option(
      '--all',
      'every package, not only those asked for',
    ),
    (session, [name], options) => {
      const list = listPackages(session.context(), name ?? DEFAULT_ENVIRONMENT, options['all'] === true)
      session.print(list as unknown as Json, renderList(list))
    },
  )

  act(
    program
      .command('why')
      .summary('why a package is there')
      .argument('<package>', 'name, npm:name or npm:name@version')
      .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT),
    (session, [reference], options) => {
      const results = why(session.context(), String(options['env']), reference as string)
      session.print(results as unknown as Json, renderWhy(results))
    },
  )

  act(
    environmentVerb(program, 'tree', 'the packages as a tree').option('--depth <number>', 'how deep', wholeNumber, 64),
    (session, [name], options) => {
      const nodes = dependencyTree(session.context(), name ?? DEFAULT_ENVIRONMENT, Number(options['depth']))
      session.print(nodes as unknown as Json, renderTree(nodes))
    },
  )

  const env = program.command('env').summary('list, create, copy or delete environments')
  act(env.command('list').summary('the environments of this workspace'), (session) => {
    const context = session.context()
    const rows = listEnvironments(session.host, context.workspace).map((name) => ({
      name,
      generation: currentGeneration(context, name)?.number ?? null,
    }))
    session.print(
      rows,
      rows.map((row) => `${row.name}${row.generation === null ? '' : `  generation ${row.generation}`}`).join('\n'),
    )
  })
  act(env.command('create').summary('make an empty one').argument('<name>'), (session, [name]) => {
    const path = createEnvironment(
      session.host,
      session.workspace(),
      name as string,
      environmentTemplate(name as string, []),
    )
    session.print({ environment: name as string, path }, `created ${path}`)
    session.say(`next: tenon add npm:typescript --env ${name}`)
  })
  act(
    env.command('copy').summary('copy file and lock under a new name').argument('<from>').argument('<to>'),
    (session, [from, to]) => {
      const path = copyEnvironment(session.host, session.workspace(), from as string, to as string)
      session.print({ environment: to as string, path }, `created ${path}`)
      session.say(`next: tenon switch ${to}`)
    },
  )
  act(
    env.command('delete').summary('delete file and lock; its generations stay until forgotten').argument('<name>'),
    (session, [name]) => {
      const deleted = deleteEnvironment(session.host, session.workspace(), name as string)
      session.print(
        { environment: name as string, deleted: [...deleted] },
        deleted.map((path) => `deleted ${path}`).join('\n'),
      )
    },
  )
}

export function environmentVerb(program: Command, name: string, summary: string): Command {
  return program.command(name).summary(summary).argument('[env]', `environment (default: ${DEFAULT_ENVIRONMENT})`)
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

export function isText(value: string | undefined): value is string {
  return value !== undefined
}

export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError(`\`${text}\` is not a whole number.`)
  return Number(text)
}

type Edit = typeof addPackages

function editVerb(
  program: Command,
  act: Act,
  name: string,
  summary: string,
  argument: string,
  lines: readonly string[],
  edit: Edit,
): void {
  const command = program
    .command(name)
    .summary(summary)
    .argument(argument, 'source:name, with @range when adding')
    .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT)
    .addHelpText('after', examples(...lines))
  act(command, async (session, packages, options) => {
    const environment = String(options['env'])
    const context = session.context()
    tellState(session, environment)
    printSwitch(session, await edit(context, environment, packages.filter(isText)))
  })
}

function updateOption(value: unknown): ReadonlySet<string> | 'all' {
  if (value === true) return 'all'
  if (!Array.isArray(value)) return new Set()
  return new Set(value.map((item) => String(item).replace(/^[a-z]+:/, '')))
}

function dateOption(value: unknown): string | null {
  if (value === undefined) return null
  const time = Date.parse(String(value))
  if (Number.isNaN(time))
    throw new ToolError('E_USAGE', `\`${value}\` is not a date.`, {
      hint: 'Write it as 2026-01-31 or 2026-01-31T12:00:00Z.',
    })
  return new Date(time).toISOString()
}
