// Verbs that look for packages: in the registries of an environment, and for newer versions of what it has.

import { type Command, Option } from 'commander'
import type { Json } from '../core/json.ts'
import { PACKAGE_TYPES, type PackageType } from '../core/native-package.ts'
import { packageToJson } from '../core/package-file.ts'
import { requirementToJson } from '../core/requirement.ts'
import { requireKnown } from '../ops/known.ts'
import { outdatedPackages } from '../ops/outdated.ts'
import { type Ownership, ownerOf } from '../ops/owners.ts'
import { type Info, info, search } from '../ops/search.ts'
import type { Outdated } from '../sources/outdated.ts'
import { type Act, examples, isText } from './commands-environment.ts'
import { table } from './render-switch.ts'
import { DEFAULT_ENVIRONMENT } from './text.ts'

export function addFindVerbs(program: Command, act: Act): void {
  act(
    program
      .command('search')
      .summary('look for packages in the registries of an environment')
      .argument('[word...]', 'words that name or description must have')
      .addOption(new Option('--type <type>', 'only packages of this type').choices(PACKAGE_TYPES))
      .option('--registry <name>', 'only this registry')
      .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT)
      .addHelpText(
        'after',
        examples('tenon search markdown', 'tenon search --type ability', 'tenon search vector --json'),
      ),
    async (session, words, options) => {
      const type = PACKAGE_TYPES.find((item) => item === options['type']) ?? null
      const registry = typeof options['registry'] === 'string' ? options['registry'] : null
      const found = await search(session.context(), String(options['env']), {
        words: words.filter(isText),
        type,
        registry,
      })
      session.print(found as unknown as Json, table(found.map(searchRow)))
      session.say(
        found.length === 0 ? 'nothing was found' : 'next: `tenon info REGISTRY:NAME`, `tenon add REGISTRY:NAME`',
      )
    },
  )

  act(
    program
      .command('info')
      .summary('what a registry, or the lock, says of a package')
      .argument('<package>', 'REGISTRY:NAME, or git:NAME of the lock')
      .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT)
      .addHelpText('after', examples('tenon info core:markdown', 'tenon info path:lint')),
    async (session, [reference = ''], options) => {
      const found = await info(session.context(), String(options['env']), reference)
      session.print(infoJson(found), renderInfo(found))
    },
  )

  act(
    program
      .command('outdated')
      .summary('what is newer, and what holds it back')
      .argument('[env]', `environment (default: ${DEFAULT_ENVIRONMENT})`)
      .option('--env <name>', 'the same as the word')
      .option('--all', 'also what is at its latest version')
      .addHelpText('after', examples('tenon outdated', 'tenon outdated dev --json')),
    async (session, [name], options) => {
      const rows = await outdatedPackages(session.context(), name ?? DEFAULT_ENVIRONMENT, options['all'] === true)
      session.print(rows as unknown as Json, renderOutdated(rows))
      if (rows.length === 0)
        session.say('nothing newer was found; what the addresses of `url:` have, only `tenon update` asks')
    },
  )

  act(
    program
      .command('owns')
      .summary('which package a file comes from')
      .argument('<path>', 'in the tree, such as bin/tsc, or of this machine')
      .option('--env <name>', 'the environment', DEFAULT_ENVIRONMENT)
      .addHelpText('after', examples('tenon owns bin/tsc', 'tenon owns "$(command -v tsc)"')),
    async (session, [path = ''], options) => {
      const environment = String(options['env'])
      const context = session.context()
      requireKnown(context, environment)
      const owner = await ownerOf(context, environment, path, session.config.cwd)
      session.print({ ...owner, packages: [...owner.packages] }, renderOwner(owner))
    },
  )
}

function renderOwner({ packages, storePath, file }: Ownership): string {
  const owners = packages.length === 0 ? ['no package of the present lock'] : packages
  return table([
    ...owners.map((owner) => ['package', owner]),
    ['object', storePath],
    ['file', file === '' ? '.' : file],
  ])
}

function searchRow(entry: {
  readonly reference: string
  readonly latest: string
  readonly type: PackageType
  readonly description: string
  readonly deprecated: string | null
}): readonly string[] {
  const { reference, latest, type, description, deprecated } = entry
  return [reference, latest, type, deprecated === null ? description : `deprecated: ${deprecated}`]
}

function infoJson({ registry, record }: Info): Json {
  const versions = record.versions.map((item) => ({
    ...item,
    location: item.location === null ? null : { ...item.location },
    package: packageToJson(item.package),
  }))
  return { registry, name: record.name, versions }
}

function renderInfo({ registry, record }: Info): string {
  const [newest] = record.versions
  if (newest === undefined) return ''
  const { type, description, license, homepage, dependencies, commands, services } = newest.package
  const rows: [string, string][] = [
    ['package', `${registry}:${record.name}`],
    ['type', type],
    ['description', description],
    ...optional('licence', license),
    ...optional('home page', homepage),
    ...dependencies.map((item): [string, string] => ['needs', shortForm(requirementToJson(item))]),
    ...Object.keys(commands).map((name): [string, string] => ['command', name]),
    ...Object.keys(services).map((name): [string, string] => ['service', name]),
    ...record.versions.map((item): [string, string] => ['version', versionText(item)]),
  ]
  return table(rows)
}

function optional(label: string, text: string | null): readonly [string, string][] {
  return text === null ? [] : [[label, text]]
}

function shortForm(written: ReturnType<typeof requirementToJson>): string {
  return typeof written === 'string' ? written : JSON.stringify(written)
}

function versionText({ version, released, yanked, deprecated }: Info['record']['versions'][number]): string {
  const notes = [
    ...(yanked === null ? [] : [`withdrawn: ${yanked}`]),
    ...(deprecated === null ? [] : [`deprecated: ${deprecated}`]),
  ]
  const when = released === null ? '' : `, released ${released.slice(0, 10)}`
  return [`${version}${when}`, ...notes].join('; ')
}

function renderOutdated(rows: readonly Outdated[]): string {
  if (rows.length === 0) return ''
  const heads = ['requirement', 'current', 'allowed', 'latest']
  const lines = table([heads, ...rows.map((row) => [row.requirement, row.current, row.allowed, row.latest])]).split(
    '\n',
  )
  const [head = '', ...body] = lines
  const text = rows.flatMap((row, index) => [
    body[index] ?? '',
    ...(row.why ?? '').split('\n').filter(isFilled).map(indent),
  ])
  return [head, ...text].join('\n')
}

function isFilled(line: string): boolean {
  return line.trim() !== ''
}

function indent(line: string): string {
  return `  ${line}`
}
