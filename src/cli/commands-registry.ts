// Verbs for those who publish packages: making, checking and signing a registry.

import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ERRORS } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { importPaios } from '../ops/import-paios.ts'
import {
  buildRegistry,
  deprecateVersion,
  makeKeyFiles,
  type RegistryChange,
  signRegistry,
  yankVersion,
} from '../ops/registry.ts'
import { checkRegistryAt, type RegistryReport } from '../ops/registry-check.ts'
import { findWorkspace } from '../profile/workspace.ts'
import { type Act, examples } from './commands-environment.ts'
import type { Session } from './session.ts'
import { countOf } from './text.ts'

export function addRegistryVerbs(program: Command, act: Act): void {
  const registry = program
    .command('registry')
    .summary('publish packages in a registry')
    .usage('<verb>')
    .helpCommand(false)

  act(
    registry
      .command('build')
      .summary('add the packages of a directory to a registry')
      .description(
        'Makes static files that any web host can serve from every `package.yaml` in a directory of a git repository. Versions that were published stay as they are; a second build changes nothing.',
      )
      .argument('<path>', 'the directory of packages')
      .requiredOption('--out <path>', 'the directory of the registry')
      .option('--name <name>', 'what packages of the registry call it; needed once')
      .option('--description <text>', 'what the registry is for')
      .option('--git <address>', 'where clients find the repository; relative to the registry unless given')
      .addHelpText(
        'after',
        examples(
          'tenon registry build packages --out public --name core',
          'tenon registry build . --out ../registry --git https://example.org/team/packages.git',
        ),
      ),
    async (session, [directory], options) => {
      const { host } = session
      const change = await buildRegistry(host, {
        directory: at(session, directory),
        out: at(session, options['out']),
        name: textOf(options['name']),
        description: textOf(options['description']),
        git: textOf(options['git']),
      })
      printChange(session, change)
    },
  )

  act(
    registry
      .command('check')
      .summary('read a registry as clients do, and list what is wrong')
      .argument('<place>', 'a directory, an http(s) address or a git address')
      .addHelpText(
        'after',
        examples(
          'tenon registry check public',
          'tenon registry check https://example.org/registry',
          "tenon registry check 'git+https://example.org/team/registry.git?rev=main#public'",
        ),
      ),
    async (session, [place = '']) => {
      const { host, config } = session
      const storeRoot = session.storeRoot(findWorkspace(host, config.start))
      const report = await checkRegistryAt(place, session.context({ root: config.cwd }, storeRoot))
      session.print(report as unknown as Json, renderReport(report))
      if (report.faults.length > 0) process.exitCode = ERRORS.E_REGISTRY_INVALID.exit
    },
  )

  act(
    registry
      .command('sign')
      .summary('sign a registry, so that clients can tell it from another')
      .argument('<path>', 'the directory of the registry')
      .requiredOption('--key <path>', 'the secret key')
      .addHelpText('after', examples('tenon registry sign public --key core-1.secret')),
    (session, [directory], options) => {
      const signed = signRegistry(session.host, at(session, directory), at(session, options['key']))
      session.print({ ...signed }, `signed serial ${signed.serial} with ${signed.key}`)
    },
  )

  act(
    registry
      .command('keygen')
      .summary('make a pair of keys')
      .description('Writes NAME.secret, which signs, and NAME.public, which clients name in their environment files.')
      .argument('<name>', 'the name of the key, such as core-1')
      .addHelpText('after', examples('tenon registry keygen core-1')),
    (session, [name = '']) => {
      const made = makeKeyFiles(session.host, session.config.cwd, name)
      session.print({ ...made }, made.public)
      session.say(`the secret key is in ${made.secret}; keep it out of git`)
    },
  )

  act(
    registry
      .command('yank')
      .summary('withdraw a version; who has it locked keeps it')
      .argument('<path>', 'the directory of the registry')
      .argument('<version>', 'NAME@VERSION')
      .option('--reason <text>', 'why; shown to those who ask for it')
      .option('--undo', 'take it back')
      .addHelpText('after', examples("tenon registry yank public markdown@1.2.0 --reason 'it deletes files'")),
    (session, [directory, version = ''], options) => {
      const reason = options['undo'] === true ? null : (textOf(options['reason']) ?? 'no reason is given')
      printChange(session, yankVersion(session.host, at(session, directory), version, reason))
    },
  )

  act(
    registry
      .command('deprecate')
      .summary('tell the users of a package or version something')
      .argument('<path>', 'the directory of the registry')
      .argument('<version>', 'NAME or NAME@VERSION')
      .option('--message <text>', 'what they should know')
      .option('--undo', 'take it back')
      .addHelpText('after', examples("tenon registry deprecate public markdown --message 'use commonmark'")),
    (session, [directory, version = ''], options) => {
      const message = options['undo'] === true ? null : (textOf(options['message']) ?? 'it is deprecated')
      printChange(session, deprecateVersion(session.host, at(session, directory), version, message))
    },
  )
}

export function addImportVerbs(program: Command, act: Act): void {
  const importer = program
    .command('import')
    .summary('make packages of what others have')
    .usage('<verb>')
    .helpCommand(false)

  act(
    importer
      .command('paios')
      .summary('make packages of the abilities of pAI-OS')
      .argument('<path>', 'its directory `abilities`, or the one that it is in')
      .requiredOption('--out <path>', 'where the packages go')
      .option('--registry <name>', 'what the registry calls itself that they are for', 'core')
      .addHelpText('after', examples('tenon import paios ~/paios/abilities --out packages')),
    async (session, [directory], options) => {
      const imported = await importPaios(session.host, {
        directory: at(session, directory),
        out: at(session, options['out']),
        registry: String(options['registry']),
      })
      const lines = imported.flatMap((item) => [`+ ${item.package}`, ...item.notes.map((note) => `  ${note}`)])
      session.print(imported as unknown as Json, lines.join('\n'))
      session.say('next: commit the packages, then `tenon registry build`')
    },
  )
}

function printChange(session: Session, change: RegistryChange): void {
  const { name, serial, packages, changed, added } = change
  const state = `${name}: serial ${serial}, ${countOf(packages, 'package')}${changed ? '' : ', unchanged'}`
  session.print({ ...change, added: [...added] }, [...added.map((item) => `+ ${item}`), state].join('\n'))
  if (changed) session.say('next: `tenon registry sign`, if it is signed, and publish the directory')
}

function renderReport({ name, serial, packages, versions, faults }: RegistryReport): string {
  const state = `${name}: serial ${serial}, ${countOf(packages, 'package')}, ${countOf(versions, 'version')}`
  const lines = faults.map((fault) => `${fault.subject}: ${fault.message}`)
  return [...lines, `${state}, ${faults.length === 0 ? 'no faults' : countOf(faults.length, 'fault')}`].join('\n')
}

function at(session: Session, path: unknown): string {
  return resolve(session.config.cwd, String(path))
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
