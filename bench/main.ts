// `npm run bench`: runs the cases and prints, for each, Tenon beside its peers. See README.md for the method.

import { mkdirSync, writeFileSync } from 'node:fs'
import { arch, cpus, release, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Case } from './case.ts'
import { DISK } from './cases/disk.ts'
import { GENERATIONS } from './cases/generations.ts'
import { INSTALLING } from './cases/install.ts'
import { SOLVING } from './cases/solve.ts'
import { STARTING } from './cases/start.ts'
import { ADDING } from './cases/store-add.ts'
import { COMPOSING } from './cases/store-compose.ts'
import { COLLECTING } from './cases/store-gc.ts'
import { HISTORY } from './cases/store-history.ts'
import { REMEMBERING } from './cases/store-memory.ts'
import { VERIFYING } from './cases/store-verify.ts'
import { Lab, type Measure, type Sample } from './lab.ts'
import { installMemoryMeter, peerVersions } from './peers.ts'
import { type CaseResult, type Outcome, printResult, printSummaryOfAims, resultOf } from './report.ts'
import { tenonProgram } from './tenon.ts'

const USAGE = 'usage: npm run bench -- [--case NAME]… [--rounds N] [--json FILE] [--keep] [--list]'
// What deletes much comes last: it slows down creating files for minutes (bench/README.md).
const STORE: readonly Case[] = [...ADDING, ...COMPOSING, ...HISTORY, ...VERIFYING, ...REMEMBERING, ...COLLECTING]
const CASES: readonly Case[] = [...STARTING, ...GENERATIONS, ...INSTALLING, ...SOLVING, ...DISK, ...STORE]

process.exitCode = main(process.argv.slice(2))

function main(args: readonly string[]): number {
  const options = readOptions(args)
  if (typeof options === 'string') {
    console.error(options)
    return 64
  }
  if (options.list) {
    for (const item of CASES) console.log(`${item.name.padEnd(18)}${item.title}`)
    return 0
  }
  const lab = new Lab(process.env)
  try {
    console.log(`in ${lab.root}`)
    tenonProgram(lab)
    installMemoryMeter(lab)
    const versions = peerVersions(lab)
    console.log(
      `${Object.entries(versions)
        .map(([name, version]) => `${name} ${version ?? 'missing'}`)
        .join(', ')}\n`,
    )
    const results = options.cases.map((item) => {
      const result = runCase(item, lab, options.rounds ?? item.rounds)
      console.log(printResult(result))
      return result
    })
    console.log(printSummaryOfAims(results))
    writeJson(resolve(options.json), { date: new Date().toISOString(), machine: machine(), versions, cases: results })
    return results.some(lacksSubject) ? 1 : 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 1
  } finally {
    if (!options.keep) lab.close()
  }
}

/** All contenders in turn, round by round, so that whatever disturbs the machine disturbs them alike. */
function runCase(item: Case, lab: Lab, rounds: number): CaseResult {
  if (item.heavy) lab.warmMemory()
  const racers = item.contenders(lab).map((contender): Racer => {
    const measure = attempt(() => contender.prepare(rounds))
    return 'absent' in measure
      ? { name: contender.name, ...measure }
      : { name: contender.name, measure: measure.value, samples: [] }
  })
  for (let round = item.warmUp ? 0 : 1; round <= rounds; round++) {
    for (const [index, racer] of racers.entries()) {
      if ('absent' in racer) continue
      const sample = attempt(() => racer.measure(round))
      if ('absent' in sample) racers[index] = { name: racer.name, absent: sample.absent }
      else if (round > 0) racer.samples.push(sample.value)
    }
  }
  const about = attempt(() => item.about?.(lab) ?? null)
  return resultOf(
    item,
    { rounds, about: 'value' in about ? about.value : null },
    new Map(racers.map((racer): [string, Outcome] => [racer.name, racer])),
  )
}

type Racer =
  | { readonly name: string; readonly absent: string }
  | { readonly name: string; readonly measure: Measure; readonly samples: Sample[] }

function attempt<T>(action: () => T): { readonly value: T } | { readonly absent: string } {
  try {
    return { value: action() }
  } catch (error) {
    return { absent: error instanceof Error ? error.message : String(error) }
  }
}

interface Options {
  readonly cases: readonly Case[]
  readonly rounds: number | null
  readonly json: string
  readonly keep: boolean
  readonly list: boolean
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): Options | string {
  let values: { case?: string[]; rounds?: string; json?: string; keep?: boolean; list?: boolean }
  try {
    values = parseArgs({
      args: [...args],
      options: {
        case: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        json: { type: 'string' },
        keep: { type: 'boolean' },
        list: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n${USAGE}`
  }
  const wanted = values.case ?? CASES.map((item) => item.name)
  const unknown = wanted.filter((name) => !CASES.some((item) => item.name === name))
  if (unknown.length > 0) return `unknown case: ${unknown.join(', ')}; \`--list\` shows them\n${USAGE}`
  const rounds = values.rounds === undefined ? null : Number(values.rounds)
  if (rounds !== null && !(Number.isSafeInteger(rounds) && rounds >= 1))
    return `--rounds wants a number from 1\n${USAGE}`
  return {
    cases: CASES.filter((item) => wanted.includes(item.name)),
    rounds,
    json: values.json ?? `${import.meta.dirname}/results/latest.json`,
    keep: values.keep ?? false,
    list: values.list ?? false,
  }
}

/** Whether what is measured, and not only a peer, could not take part. */
function lacksSubject(result: CaseResult): boolean {
  const absent = result.contenders.filter((contender) => contender.absent !== null).map((contender) => contender.name)
  return result.aims.some((aim) => absent.includes(aim.of))
}

function machine(): object {
  return {
    processor: cpus()[0]?.model ?? null,
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    arch: arch(),
  }
}

function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
  console.log(`written to ${path}`)
}
