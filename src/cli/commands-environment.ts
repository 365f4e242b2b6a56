// The verbs of the main path: making, changing and looking at environments.

import { relative } from 'node:path'
import { type Command, Option } from 'commander'
import { isToolError, ToolError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { PACKAGE_TYPES } from '../core/native-package.ts'
import { didYouMean } from '../core/nearest.ts'
import { buildEnvironment } from '../ops/build.ts'
import type { Context } from '../ops/context.ts'
import { addPackages, packagesToUpdate, removePackages, updatePackages } from '../ops/edit.ts'
import {
  copyEnvironment,
  createEnvironment,
  deleteEnvironment,
  environmentTemplate,
  listEnvironments,
} from '../ops/environments.ts'
import { forgetGenerations } from '../ops/forget.ts'
import { listGenerations } from '../ops/generations.ts'
import { initWorkspace } from '../ops/init.ts'
import { requireKnown } from '../ops/known.ts'
import { lockEnvironment } from '../ops/lock.ts'
import { currentGeneration, rollback, switchToGeneration } from '../ops/rollback.ts'
import {
  type DiffResult,
  dependencyTree,
  dependentTree,
  diffGenerations,
  diffRevisions,
  listPackages,
  why,
} from '../ops/show.ts'
import { withStore } from '../ops/with-store.ts'
import type { Updates } from '../sources/source.ts'
import { packageDetails, withPackageOptions } from './add-options.ts'
import { wholeNumber } from './numbers.ts'
import { renderDiff, renderList, renderTree, renderWhy } from './render.ts'
import { renderGenerations } from './render-generations.ts'
import { renderChanges, table } from './render-switch.ts'
import type { Session } from './session.ts'
import { printSwitch, runSwitch, tellState } from './switch-now.ts'
import { countOf, DEFAULT_ENVIRONMENT, rolledBackText, withEnvironment } from './text.ts'

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
      const { start } = session.config
      const made = initWorkspace(session.host, start, packages.filter(isText))
      session.print({ workspace: start, created: [...made] }, made.map((path) => `created ${path}`).join('\n'))
      session.say(
        packages.some(isText)
          ? 'next: `tenon switch`'
          : 'next: `tenon add npm:typescript`, or edit the file and `tenon switch`',
      )
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
        requireKnown(context, environment)
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
      requireKnown(context, environment)
      tellState(session, environment)
      const result = await rollback(context, environment, typeof options['to'] === 'number' ? options['to'] : null)
      session.print({ ...result }, `${environment}: generation ${result.from} → ${result.to}`)
      session.say(rolledBackText(environment))
    },
  )

  act(
    environmentVerb(program, 'generations', 'list the generations').addHelpText(
      'after',
      examples('tenon generations', 'tenon generations dev --json'),
    ),
    (session, [name]) => {
      const context = session.context()
      const environment = name ?? DEFAULT_ENVIRONMENT
      requireKnown(context, environment)
      const rows = listGenerations(context, environment)
      const current = rows.find((row) => row.current)?.number ?? null
      session.print(rows as unknown as Json, renderGenerations(rows, current))
    },
  )

  act(
    program
      .command('forget')
      .summary('drop old generations, so that gc may free them')
      .argument('<number...>', 'generations to forget; the current one only if the environment has no file')
      .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT)
      .addHelpText('after', examples('tenon forget 1 2 3 --env dev')),
    async (session, numbers, options) => {
      const environment = String(options['env'])
      const context = session.context()
      requireKnown(context, environment)
      const forgotten = [...new Set(numbers.filter(isText).map(generationNumber))]
      await forgetGenerations(context, environment, forgotten)
      session.print({ environment, forgotten }, `forgot ${countOf(forgotten.length, 'generation')} of ${environment}`)
      session.say('next: `tenon gc`')
    },
  )

  act(
    program
      .command('diff')
      .summary('what differs between two generations or git revisions')
      .argument('[env]', `environment (default: ${DEFAULT_ENVIRONMENT})`)
      .option('--env <name>', 'the same as the word')
      .argument('[a]', 'generation number or git revision; the default is the one before')
      .argument('[b]', 'generation number, or git revision; the default is the current one')
      .addHelpText('after', examples('tenon diff', 'tenon diff dev 3 5', 'tenon diff default HEAD~1')),
    async (session, args) => {
      const context = session.context()
      const given = args.filter(isText)
      const known = listEnvironments(session.host, context.workspace)
      const [first] = given
      const isNamed = first !== undefined && (given.length === 3 || known.includes(first))
      const environment = isNamed ? first : DEFAULT_ENVIRONMENT
      requireKnown(context, environment)
      const [a, b] = isNamed ? given.slice(1) : given
      if (!isNamed && given.length === 3) throw new Error('three words begin with an environment')
      const diff = await diffOf(context, environment, a, b, known)
      session.print(diff as unknown as Json, renderDiff(diff))
    },
  )

  act(
    environmentVerb(program, 'lock', 'choose versions and write the lock file')
      .option('--check', 'write nothing; fail if the lock would change')
      .option('--update [package...]', 'choose these packages anew (source:name), or all')
      .option('--as-of <date>', 'choose all anew, from what was published up to this date')
      .addHelpText(
        'after',
        examples(
          'tenon lock',
          'tenon lock --check',
          'tenon lock dev --update npm:typescript',
          'tenon lock --as-of 2026-01-31',
        ),
      ),
    async (session, [name], options) => {
      const environment = name ?? DEFAULT_ENVIRONMENT
      const context = session.context()
      const check = options['check'] === true
      requireKnown(context, environment)
      session.state = () => `\`environments/${environment}.lock.json\` is what it was`
      const result = await lockEnvironment(context, environment, {
        update: await updateOption(options, (references) =>
          packagesToUpdate(context, environment, references, directoryOf(session)),
        ),
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
        ? [...renderChanges(result), `locked ${countOf(lock.packages.length, 'package')}`]
        : [`the lock is up to date (${countOf(lock.packages.length, 'package')})`]
      session.print(
        { environment, path, changed, added, removed, updated, packages: lock.packages.length } as unknown as Json,
        text.join('\n'),
      )
      if (changed) session.say(`next: \`${withEnvironment('tenon switch', environment)}\``)
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
      tellState(session, environment)
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
    [
      'tenon add npm:typescript@~5.9',
      'tenon add npm:eslint path:./tools/hello --env dev',
      'tenon add git:https://example.org/tools.git --rev v1 --subdirectory packages/lint',
      'tenon add url:https://example.org/model.tar.gz --unpack --place share/model',
    ],
    addPackages,
    withPackageOptions,
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
    environmentVerb(program, 'list', 'list what the current generation holds')
      .option('--all', 'every package, not only those asked for')
      .addOption(new Option('--type <type>', 'only native packages of this type').choices(PACKAGE_TYPES))
      .addHelpText('after', examples('tenon list', 'tenon list dev --all', 'tenon list --type ability')),
    (session, [name], options) => {
      const type = PACKAGE_TYPES.find((item) => item === options['type']) ?? null
      const wanted = { all: options['all'] === true, type }
      const list = listPackages(knownContext(session, name), name ?? DEFAULT_ENVIRONMENT, wanted)
      session.print(list as unknown as Json, renderList(list, type))
    },
  )

  act(
    program
      .command('why')
      .summary('why a package is there')
      .argument('<package>', 'name, npm:name or npm:name@version')
      .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT)
      .addHelpText('after', examples('tenon why semver', 'tenon why npm:semver@7.7.2 --env dev')),
    (session, [reference], options) => {
      const environment = String(options['env'])
      const results = why(knownContext(session, environment), environment, reference as string)
      session.print(results as unknown as Json, renderWhy(results))
    },
  )

  act(
    environmentVerb(program, 'tree', 'the packages as a tree')
      .option('--depth <number>', 'how deep', wholeNumber, 64)
      .option('--needing <package>', 'the other way round: what needs this package')
      .addHelpText('after', examples('tenon tree', 'tenon tree dev --depth 2', 'tenon tree --needing npm:semver')),
    (session, [name], options) => {
      const [context, environment] = [knownContext(session, name), name ?? DEFAULT_ENVIRONMENT]
      const [needed, depth] = [options['needing'], Number(options['depth'])]
      const nodes =
        typeof needed === 'string'
          ? dependentTree(context, environment, needed, depth)
          : dependencyTree(context, environment, depth)
      session.print(nodes as unknown as Json, renderTree(nodes))
      if (nodes.length === 0) session.say(`${environment} has no packages`)
    },
  )

  const env = program
    .command('env')
    .summary('list, create, copy or delete environments')
    .usage('<verb>')
    .helpCommand(false)
  const list = env.command('list').summary('the environments of this workspace')
  act(list.addHelpText('after', examples('tenon env list')), (session) => {
    const context = session.context()
    const rows = listEnvironments(session.host, context.workspace).map((name) => ({
      name,
      generation: currentGeneration(context, name)?.number ?? null,
    }))
    session.print(
      rows,
      table(rows.map((row) => [row.name, row.generation === null ? '' : `generation ${row.generation}`])),
    )
  })
  const create = env.command('create').summary('make an empty one').argument('<name>')
  act(create.addHelpText('after', examples('tenon env create dev')), (session, [name]) => {
    const workspace = session.workspace()
    const path = createEnvironment(session.host, workspace, name as string, environmentTemplate(name as string))
    session.print({ environment: name as string, path }, `created ${relative(workspace.root, path)}`)
    const old = currentGeneration(session.context(), name as string)
    if (old !== null)
      session.say(`generation ${old.number} of an earlier \`${name}\` is current until \`tenon switch ${name}\``)
    session.say(`next: \`${withEnvironment('tenon add npm:typescript', name as string, '--env ')}\``)
  })
  act(
    env
      .command('copy')
      .summary('copy file and lock under a new name')
      .argument('<env>')
      .argument('<name>')
      .addHelpText('after', examples('tenon env copy default dev')),
    (session, [from, to]) => {
      const workspace = session.workspace()
      const path = copyEnvironment(session.host, workspace, from as string, to as string)
      session.print({ environment: to as string, path }, `created ${relative(workspace.root, path)}`)
      session.say(`next: \`${withEnvironment('tenon switch', to as string)}\``)
    },
  )
  act(
    env
      .command('delete')
      .summary('delete file and lock; the next gc forgets its generations')
      .argument('<env>')
      .addHelpText('after', examples('tenon env delete dev')),
    (session, [name]) => {
      const deleted = deleteEnvironment(session.context(), name as string)
      session.print(
        { environment: name as string, deleted: [...deleted] },
        deleted.map((path) => `deleted ${path}`).join('\n'),
      )
      session.say('next: `tenon gc`')
    },
  )
}

export function environmentVerb(program: Command, name: string, summary: string): Command {
  return program
    .command(name)
    .summary(summary)
    .argument('[env]', `environment (default: ${DEFAULT_ENVIRONMENT})`)
    .option('--env <name>', 'the same as the word')
}

export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

export function isText(value: string | undefined): value is string {
  return value !== undefined
}

function generationNumber(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text)
  throw new ToolError('E_USAGE', `\`${text}\` is not the number of a generation.`, { hint: 'tenon generations' })
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
  withOptions: (command: Command) => Command = (command) => command,
): void {
  const command = program
    .command(name)
    .summary(summary)
    .argument(argument, 'source:name, with @range when adding')
    .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT)
    .addHelpText('after', examples(...lines))
  act(withOptions(command), async (session, packages, options) => {
    const environment = String(options['env'])
    const context = session.context()
    tellState(session, environment)
    const named = packages.filter(isText)
    const asked = { directory: directoryOf(session), details: packageDetails(named, options) }
    printSwitch(session, await edit(context, environment, named, asked))
  })
}

/** Relative paths on the command line start at the working directory. Relative to the workspace root. */
function directoryOf(session: Session): string {
  return relative(session.workspace().root, session.config.cwd) || '.'
}

function knownContext(session: Session, name: string | undefined): Context {
  const context = session.context()
  requireKnown(context, name ?? DEFAULT_ENVIRONMENT)
  return context
}

async function diffOf(
  context: Context,
  environment: string,
  a: string | undefined,
  b: string | undefined,
  known: readonly string[],
): Promise<DiffResult> {
  const isNumber = (text: string) => /^[0-9]{1,15}$/.test(text)
  const [from = null, to = null] = [a, b]
  if ((from === null || isNumber(from)) && (to === null || isNumber(to)))
    return await diffGenerations(
      context,
      environment,
      from === null ? null : Number(from),
      to === null ? null : Number(to),
    )
  if (from === null) throw new Error('the second of two words without the first')
  if (to !== null && isNumber(from) !== isNumber(to))
    throw new ToolError(
      'E_USAGE',
      `\`${from}\` and \`${to}\` are a generation and a git revision, which do not compare.`,
      {
        hint: 'Name two generations, or two revisions.',
      },
    )
  try {
    return await diffRevisions(context, environment, from, to)
  } catch (error) {
    const near = isToolError(error, 'E_USAGE') && to === null ? didYouMean(from, known) : null
    if (near === null) throw error
    throw new ToolError('E_USAGE', `\`${from}\` is neither an environment, a generation nor a git revision.`, {
      details: { word: from },
      hint: near,
    })
  }
}

/** What `--update` and `--as-of` choose anew. */
async function updateOption(
  options: Record<string, unknown>,
  read: (references: readonly string[]) => Promise<Updates>,
): Promise<Updates> {
  const value = options['update']
  if (Array.isArray(value)) return await read(value.map(String))
  return value === true || options['asOf'] !== undefined ? 'all' : new Set()
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
