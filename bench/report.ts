// Results as values, as JSON and as tables. Pure.

import type { Aim, Case, Sample } from './case.ts'
import { type Summary, summarise, summarisePairs } from './statistics.ts'

export interface CaseResult {
  readonly name: string
  readonly title: string
  readonly rounds: number
  readonly contenders: readonly ContenderResult[]
  readonly aims: readonly AimResult[]
}

export interface ContenderResult {
  readonly name: string
  /** Why this contender could not take part; null when it did. */
  readonly absent: string | null
  readonly metrics: Readonly<Record<string, Summary>>
  readonly samples: readonly Sample[]
}

export interface AimResult extends Aim {
  /** Null when one of the two could not take part. */
  readonly value: Summary | null
  /** The same for cpu time, which other work on the machine disturbs less; the verdict does not use it. Null where nothing is timed. */
  readonly cpu: Summary | null
  readonly met: boolean | null
}

export type Outcome = { readonly samples: readonly Sample[] } | { readonly absent: string }

export function resultOf(item: Case, rounds: number, outcomes: ReadonlyMap<string, Outcome>): CaseResult {
  const contenders = [...outcomes].map(([name, outcome]) => contenderResult(name, outcome))
  const samples = new Map(contenders.map((contender) => [contender.name, contender.samples]))
  const aims = item.aims.map((aim) => aimResult(aim, samples.get(aim.of) ?? [], samples.get(aim.against) ?? []))
  return { name: item.name, title: item.title, rounds, contenders, aims }
}

export function printResult(result: CaseResult): string {
  const width = Math.max(...result.contenders.map((contender) => contender.name.length))
  const contenders = result.contenders.map(({ name, absent, metrics }) => {
    const cells = Object.entries(metrics).map(
      ([metric, summary]) => `${metric} ${printSummary(summary, unitOf(metric))}`,
    )
    return `  ${name.padEnd(width)}  ${
      absent === null
        ? cells
            .map((cell) => cell.padEnd(34))
            .join('  ')
            .trimEnd()
        : `absent: ${firstLine(absent)}`
    }`
  })
  return [
    `${result.name}: ${result.title} (rounds: ${result.rounds})`,
    ...contenders,
    ...result.aims.map((aim) => `  ${printAim(aim)}`),
    '',
  ].join('\n')
}

export function printSummaryOfAims(results: readonly CaseResult[]): string {
  const aims = results.flatMap((result) => result.aims)
  const count = (met: boolean | null): number => aims.filter((aim) => aim.met === met).length
  const missed = results.flatMap((result) =>
    result.aims.filter((aim) => aim.met !== true).map((aim) => `  ${result.name}: ${printAim(aim)}`),
  )
  const absent = results.flatMap((result) => result.contenders.flatMap((contender) => contender.absent ?? []))
  const reasons = [...new Set(absent)].map((reason) => `absent: ${reason}`)
  return [
    `${count(true)} of ${aims.length} aims met, ${count(false)} not met, ${count(null)} not measured`,
    ...missed,
    ...reasons,
    '',
  ].join('\n')
}

function contenderResult(name: string, outcome: Outcome): ContenderResult {
  if ('absent' in outcome) return { name, absent: outcome.absent, metrics: {}, samples: [] }
  const metrics = Object.keys(outcome.samples[0] ?? {})
  const summaries = metrics.map((metric): [string, Summary] => [metric, summarise(valuesOf(outcome.samples, metric))])
  return { name, absent: null, metrics: Object.fromEntries(summaries), samples: outcome.samples }
}

function aimResult(aim: Aim, of: readonly Sample[], against: readonly Sample[]): AimResult {
  if (of.length === 0 || against.length === 0) return { ...aim, value: null, cpu: null, met: null }
  const compare = aim.kind === 'ratio' ? (a: number, b: number) => a / b : (a: number, b: number) => a - b
  const compareBy = (metric: string): Summary =>
    summarisePairs(valuesOf(of, metric), valuesOf(against, metric), compare)
  const value = compareBy(aim.metric)
  return { ...aim, value, cpu: aim.metric === 'wall' ? compareBy('cpu') : null, met: value.median <= aim.atMost }
}

function valuesOf(samples: readonly Sample[], metric: string): number[] {
  return samples.map((sample) => sample[metric] ?? Number.NaN)
}

function printAim(aim: AimResult): string {
  const sign = aim.kind === 'ratio' ? '÷' : '−'
  const unit = aim.kind === 'ratio' ? '' : unitOf(aim.metric)
  const value = aim.value === null ? 'not measured' : printSummary(aim.value, unit)
  const cpu = aim.cpu === null ? '' : ` (cpu ${printValue(aim.cpu.median, unit)})`
  const verdict = aim.met === null ? '' : aim.met ? '  met' : '  NOT MET'
  return `${aim.of} ${sign} ${aim.against}, ${aim.metric}: ${value}${cpu}, aim ≤ ${printValue(aim.atMost, unit)}${verdict}`
}

function printSummary({ median, min, max }: Summary, unit: string): string {
  return `${printValue(median, unit)} [${printValue(min, unit)} – ${printValue(max, unit)}]`
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

function printValue(value: number, unit: string): string {
  if (unit === '') return value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
  return unit === 'ms' && Math.abs(value) >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(1)} ${unit}`
}

function unitOf(metric: string): string {
  return metric === 'wall' || metric === 'cpu' ? 'ms' : ''
}
