// The verbs that people run all day, answered from a small part of the code: a switch, a rollback, and a look at what there is to go back to.
// Anything out of the ordinary (an unknown option, a rollback that fails) is left to cli.ts, which begins afresh and says what is wrong.

import type { Host } from '../host/host.ts'
import { writeNow } from '../host/output.ts'
import type { Context } from '../ops/context.ts'
import { leaveForFront } from '../ops/front-record.ts'
import { showGenerations } from '../ops/generations.ts'
import { rollback, rollbackTarget } from '../ops/rollback.ts'
import { upToDate } from '../ops/up-to-date.ts'
import { findWorkspace, storeRootOf } from '../profile/workspace.ts'
import { readConfig } from './config.ts'
import { renderGenerations } from './render-generations.ts'
import { DEFAULT_ENVIRONMENT, rolledBackText } from './text.ts'
import { PROGRAM } from './version.ts'

const FLAGS: ReadonlySet<string> = new Set(['--json', '--frozen', '--offline', '--quiet'])

interface Words {
  readonly verb: 'switch' | 'rollback' | 'generations'
  readonly environment: string
  readonly json: boolean
  readonly generation: number | null
  /** For a switch with work to do. */
  readonly options: { readonly frozen: boolean; readonly offline: boolean; readonly quiet: boolean }
}

/** `answered`: everything is written, and the process may end at once. `run`: it ends by itself. Otherwise what cli.ts has to run. */
export async function answerQuickly(
  argv: readonly string[],
  host: Host,
  umask: number,
): Promise<'answered' | 'run' | readonly string[]> {
  const words = parseWords(argv)
  if (words === null) return argv
  if (words.verb === 'generations') return answerList(words, host) ? 'answered' : argv
  if (words.verb === 'rollback' || words.generation !== null) return await answerMove(words, argv, host)
  if (answerUpToDate(words, host)) return 'answered'
  const { switchNow } = await import('./switch-now.ts')
  await switchNow(host, words.environment, { ...words.options, json: words.json }, umask)
  return 'run'
}

function answerUpToDate({ environment, json }: Words, host: Host): boolean {
  const found = upToDateIfSure(environment, host)
  if (found === null) return false
  const { place, current } = found
  const { number, storePath, narHash, created } = current.generation
  const generation = { number, storePath, path: current.tree, narHash, created }
  const value = { environment, generation, changed: false, added: [], removed: [], updated: [] }
  try {
    writeNow(1, json ? `${JSON.stringify(value, null, 2)}\n` : `${environment} is up to date (generation ${number})\n`)
  } catch (error) {
    // The long way cannot write it either, and says so.
    if (error instanceof Error) return false
    throw error
  }
  leaveForFront(place, environment, current)
  return true
}

/** False for what has no generations, for --json, which takes their records, and for an error of any kind. */
function answerList({ environment, json }: Words, host: Host): boolean {
  try {
    const place = findPlace(host)
    if (place === null || json) return false
    const { rows, current } = showGenerations({ ...place, signal: null }, environment)
    if (rows.length === 0) return false
    writeNow(1, `${renderGenerations(rows, current)}\n`)
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

/** An error of any kind only means that the long way has to find out. */
function upToDateIfSure(environment: string, host: Host) {
  try {
    const found = findPlace(host)
    if (found === null) return null
    const place = { ...found, program: PROGRAM }
    const current = upToDate(place, environment)
    return current === null ? null : { place, current }
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}

/**
 * Moves to a generation. When that fails, cli.ts moves again, to say what is wrong; so the number is fixed before the first try: the
 * parent of what is current would be another one by then.
 */
async function answerMove(words: Words, argv: readonly string[], host: Host): Promise<'answered' | readonly string[]> {
  const { verb, environment, json, options } = words
  const place = findPlace(host)
  if (place === null || (json && verb === 'switch')) return argv
  const context = { ...place, signal: null }
  let target = words.generation
  try {
    target ??= rollbackTarget(context, environment)
    const { from, to } = await rollback(context, environment, target, { admit: true })
    if (verb === 'switch') writeNow(1, `${environment} is now generation ${to}\n`)
    else if (json) writeNow(1, `${JSON.stringify({ environment, from, to }, null, 2)}\n`)
    else writeNow(1, `${environment}: generation ${from} → ${to}\n`)
    if (verb === 'rollback' && !json && !options.quiet) writeNow(2, `${rolledBackText(environment)}\n`)
    return 'answered'
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return verb === 'rollback' && target !== null && words.generation === null
      ? [...argv, '--to', String(target)]
      : argv
  }
}

/** Null outside of a workspace. */
function findPlace(host: Host): Pick<Context, 'host' | 'workspace' | 'storeRoot'> | null {
  const config = readConfig({}, 0)
  const workspace = findWorkspace(host, config.start)
  if (workspace === null) return null
  const storeRoot = storeRootOf(host, workspace, { tenonStore: config.tenonStore, shared: config.sharedStore })
  return { host, workspace, storeRoot }
}

/** Null for everything but `switch [ENV] [--generation N]`, `rollback [ENV] [--to N]` and `generations [ENV]`, with the options that need no explaining. */
function parseWords(argv: readonly string[]): Words | null {
  const [verb, ...rest] = argv
  if (verb !== 'switch' && verb !== 'rollback' && verb !== 'generations') return null
  const option = { switch: '--generation', rollback: '--to', generations: null }[verb]
  const flags = new Set<string>()
  let environment: string | null = null
  let generation: number | null = null
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (FLAGS.has(word)) flags.add(word)
    else if (word === option && /^[1-9][0-9]{0,14}$/.test(rest[0] ?? '')) generation = Number(rest.shift())
    else if (environment === null && /^[a-z0-9][a-z0-9._-]{0,62}$/.test(word)) environment = word
    else return null
  }
  const options = { frozen: flags.has('--frozen'), offline: flags.has('--offline'), quiet: flags.has('--quiet') }
  return { verb, environment: environment ?? DEFAULT_ENVIRONMENT, json: flags.has('--json'), generation, options }
}
