// Verbs about the store, and about Tenon itself.

import { join } from 'node:path'
import type { Command } from 'commander'
import { ERRORS, type ErrorCode, ToolError } from '../core/errors.ts'
import type { Json } from '../core/json.ts'
import { didYouMean } from '../core/nearest.ts'
import { parseStorePath, type StorePath } from '../core/store-path.ts'
import type { Context } from '../ops/context.ts'
import { diagnose } from '../ops/doctor.ts'
import { diskUsage } from '../ops/du.ts'
import { isStillDamaged, repair } from '../ops/repair.ts'
import { isDamaged, verify } from '../ops/verify.ts'
import { findWorkspace } from '../profile/workspace.ts'
import type { Store } from '../store/store.ts'
import { type Act, examples, isText } from './commands-environment.ts'
import { addGc, addRootVerbs } from './commands-gc.ts'
import { addTreeVerbs } from './commands-trees.ts'
import { printBytes } from './progress.ts'
import { renderRepair, renderVerify } from './render.ts'
import { renderDiskUsage } from './render-du.ts'
import { table } from './render-switch.ts'
import { Session } from './session.ts'
import { useStore } from './store-access.ts'
import { VERSION } from './version.ts'

export function addStoreVerbs(program: Command, act: Act): void {
  addGc(program, act)
  const store = program.command('store').summary('look into the store').usage('<verb>').helpCommand(false)
  addGc(store, act)
  addRootVerbs(store, act)

  addTreeVerbs(store, act)

  act(
    store
      .command('verify')
      .summary('check every object, realisation and generation')
      .description('Checks the structure of the store, then every byte of every object. Reports and changes nothing.')
      .addHelpText('after', examples('tenon store verify', 'tenon store verify --json')),
    async (session) => {
      const { host, signal, progress } = session
      const root = session.storeRoot(findWorkspace(host, session.config.start))
      const result = await verify(host, root, { report: progress.report, signal })
      session.print(result as unknown as Json, renderVerify(result))
      if (isDamaged(result)) process.exitCode = ERRORS.E_STORE_CORRUPT.exit
    },
  )

  act(
    store
      .command('repair')
      .summary('make damaged objects anew')
      .description(
        'Verifies all objects, or those named, and replaces what is damaged by a whole copy, or makes it again from the cache or its source. What was replaced is kept in `damaged/` of the store.',
      )
      .argument('[store-path...]')
      .addHelpText('after', examples('tenon store repair', 'tenon store repair --offline <store-path>')),
    async (session, paths) => {
      const only = paths.filter(isText).map(requireStorePath)
      const here = findWorkspace(session.host, session.config.start) ?? { root: session.config.start }
      const result = await repair(session.context(here), only.length === 0 ? null : only)
      session.print(result as unknown as Json, renderRepair(result))
      if (isStillDamaged(result)) process.exitCode = ERRORS.E_STORE_CORRUPT.exit
    },
  )

  act(
    store
      .command('info')
      .summary('what the store knows of an object')
      .argument('<store-path>')
      .addHelpText('after', examples('tenon store info <store-path>')),
    async (session, [path]) => {
      const storePath = requireStorePath(path)
      const object = await useStore(session, 'read', (opened) => requireValid(opened, storePath))
      const { narHash, narSize, references } = object
      const rows = [
        ['path', object.location],
        ['NAR hash', narHash],
        ['NAR size', printBytes(narSize)],
        ...references.map((reference) => ['refers to', reference]),
      ]
      session.print({ storePath, path: object.location, narHash, narSize, references: [...references] }, table(rows))
    },
  )

  act(
    store
      .command('closure')
      .summary('an object and everything it refers to, leaves first')
      .argument('<store-path...>')
      .addHelpText('after', examples('tenon store closure <store-path>')),
    async (session, paths) => {
      const roots = paths.filter(isText).map(requireStorePath)
      const closure = await useStore(session, 'read', (opened) => {
        for (const root of roots) requireValid(opened, root)
        return opened.closure(roots)
      })
      session.print([...closure], closure.join('\n'))
    },
  )

  act(
    store
      .command('du')
      .summary('what the store takes on disk, and who needs it')
      .description(
        'Of each environment, generation and package: what it needs in total, what of that others need too, and what it alone holds. A file with several names counts once.',
      )
      .addHelpText('after', examples('tenon store du', 'tenon store du --json')),
    async (session) => {
      const workspace = findWorkspace(session.host, session.config.start)
      const usage = await diskUsage(session.host, session.storeRoot(workspace), session.signal)
      session.print(usage as unknown as Json, renderDiskUsage(usage, workspace?.root ?? null))
    },
  )

  act(
    program
      .command('doctor')
      .summary('what Tenon sees here, and what is wrong with it')
      .description(
        'Looks at the workspace, its environments and generations, the store and the configuration. Changes nothing, and asks nobody over the network.',
      )
      .addHelpText('after', examples('tenon doctor')),
    async (session) => {
      const { host, config } = session
      const offline = new Session(host, { ...session.options, offline: true }, config.umask)
      const here = findWorkspace(host, config.start)
      const context = offline.context(here ?? { root: config.start }, session.storeRoot(here))
      const findings = await diagnose(context, {
        start: config.start,
        nodeVersion: process.version,
        version: VERSION,
        offline: config.offline,
        keysFile: config.keysFile,
        describeNpm: () => describeNpm(session, context),
      })
      session.print(
        findings as unknown as Json,
        table(findings.map((item) => [item.status, item.subject, item.detail])),
      )
      if (findings.some((item) => item.status === 'error')) process.exitCode = ERRORS.E_STORE_IO.exit
    },
  )

  act(
    program
      .command('explain')
      .summary('what an error code means and what to do')
      .argument('[code]', 'such as E_LOCK_STALE; none lists all')
      .addHelpText('after', examples('tenon explain E_COLLISION')),
    (session, [code]) => {
      if (code === undefined) {
        const rows = Object.entries(ERRORS).map(([name, item]) => [name, String(item.exit), item.title])
        session.print(Object.keys(ERRORS), table(rows))
        return
      }
      const name = requireCode(code)
      const { title, exit, http, retryable, explanation } = ERRORS[name]
      session.print(
        { code: name, title, exit, http, retryable, explanation },
        `${name} (exit code ${exit}): ${title}\n\n${explanation}`,
      )
    },
  )
}

/** Where packages of npm come from. Without credentials. @throws ToolError E_CONFIG */
async function describeNpm({ host, config }: Session, { workspace, storeRoot }: Context): Promise<string> {
  const { loadNpmConfig, registryOf } = await import('../sources/npm/config.ts')
  const flat = await loadNpmConfig(
    {
      host,
      env: config.environment,
      path: config.hostPath,
      execPath: process.execPath,
      cache: join(storeRoot, 'cache', 'npm'),
      temporary: join(storeRoot, 'tmp'),
    },
    workspace.root,
  )
  const { origin, pathname } = new URL(registryOf(flat, 'any'))
  const proxy = [flat['httpsProxy'], flat['proxy']].some((value) => typeof value === 'string' && value !== '')
  return `${origin}${pathname}${proxy ? ', through a proxy' : ''}`
}

/** Takes a bare store path, or a path into the store's `objects/`. */
function requireStorePath(text: string | undefined): StorePath {
  const base = text?.replace(/\/+$/, '').replace(/^.*\/objects\/([^/]+).*$/, '$1')
  const path = parseStorePath(base)
  if (path !== null) return path
  throw new ToolError('E_STORE_INVALID_PATH', `\`${text}\` is not a store path.`, {
    details: { path: text ?? null },
    hint: 'A store path looks like 4f…-typescript-5.9.3.',
  })
}

function requireValid(store: Store, path: StorePath) {
  const object = store.query(path)
  if (object !== null) return { ...object, location: store.locate(path) }
  throw new ToolError('E_STORE_INVALID_PATH', `\`${path}\` is not in this store.`, {
    details: { path, store: store.root },
  })
}

function requireCode(text: string): ErrorCode {
  const upper = text.toUpperCase()
  if (Object.hasOwn(ERRORS, upper)) return upper as ErrorCode
  const codes = Object.keys(ERRORS)
  const hint = didYouMean(upper, codes) ?? didYouMean(`E_${upper}`, codes) ?? 'tenon explain'
  throw new ToolError('E_USAGE', `\`${text}\` is not an error code.`, { details: { code: text }, hint })
}
