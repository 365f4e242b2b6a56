// The verbs that people run all day, answered from a small part of the code: a switch, and a rollback. Anything out of the ordinary (an
// unknown option, a rollback that fails) is left to cli.ts, which begins afresh and says what is wrong.

import { isToolError } from '../core/errors.ts'
import type { Host } from '../host/host.ts'
import { writeNow } from '../host/output.ts'
import { rollback, switchToGeneration } from '../ops/rollback.ts'
import { upToDate } from '../ops/up-to-date.ts'
import { findWorkspace, storeRootOf } from '../profile/workspace.ts'
import { readConfig } from './config.ts'
import { DEFAULT_ENVIRONMENT, rolledBackText } from './text.ts'

const FLAGS: ReadonlySet<string> = new Set(['--json', '--frozen', '--offline', '--quiet'])

interface Words {
  readonly verb: 'switch' | 'rollback'
  readonly environment: string
  readonly json: boolean
  readonly generation: number | null
  /** For a switch with work to do. */
  readonly options: { readonly frozen: boolean; readonly offline: boolean; readonly quiet: boolean }
}

/** True when it was answered. */
export async function answerQuickly(argv: readonly string[], host: Host, umask: number): Promise<boolean> {
  const words = parseWords(argv)
  if (words === null) return false
  const isSwitch = words.verb === 'switch' && words.generation === null
  try {
    if (isSwitch ? answerUpToDate(words, host) : await answerMove(words, host)) return true
  } catch (error) {
    if (!isToolError(error)) throw error
  }
  if (!isSwitch) return false
  const { switchNow } = await import('./switch-now.ts')
  await switchNow(host, words.environment, { ...words.options, json: words.json }, umask)
  return true
}

function answerUpToDate({ environment, json }: Words, host: Host): boolean {
  const workspace = findWorkspace(host, readConfig({}, 0).start)
  const current = workspace === null ? null : upToDate(host, workspace, environment)
  if (current === null) return false
  const { number, storePath, narHash, created } = current.generation
  const generation = { number, storePath, path: current.tree, narHash, created }
  const value = { environment, generation, changed: false, added: [], removed: [], updated: [] }
  writeNow(1, json ? `${JSON.stringify(value, null, 2)}\n` : `${environment} is up to date (generation ${number})\n`)
  return true
}

async function answerMove({ verb, environment, json, generation, options }: Words, host: Host): Promise<boolean> {
  const config = readConfig({}, 0)
  const workspace = findWorkspace(host, config.start)
  if (workspace === null || (json && verb === 'switch')) return false
  const storeRoot = storeRootOf(host, workspace, { tenonStore: config.tenonStore, shared: config.sharedStore })
  const context = { host, workspace, storeRoot, signal: null }
  if (verb === 'switch' && generation !== null) {
    const { number } = await switchToGeneration(context, environment, generation)
    writeNow(1, `${environment} is now generation ${number}\n`)
    return true
  }
  const { from, to } = await rollback(context, environment, generation)
  writeNow(
    1,
    json ? `${JSON.stringify({ environment, from, to }, null, 2)}\n` : `${environment}: generation ${from} → ${to}\n`,
  )
  if (!json && !options.quiet) writeNow(2, `${rolledBackText(environment)}\n`)
  return true
}

/** Null for everything but `switch [ENV] [--generation N]` and `rollback [ENV] [--to N]`, with the options that need no explaining. */
function parseWords(argv: readonly string[]): Words | null {
  const [verb, ...rest] = argv
  if (verb !== 'switch' && verb !== 'rollback') return null
  const option = verb === 'switch' ? '--generation' : '--to'
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
