// Results as values, as JSON and as tables. Pure.

import type { Aim, Case } from './case.ts'
import type { Sample } from './lab.ts'
import { type Summary, summarise, summarisePairs } from './statistics.ts'

export interface CaseResult {
  readonly name: string
  readonly title: string
  readonly rounds: number
  /** What was measured on this machine, where the title cannot say it. */
  readonly about: string | null
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

export function resultOf(
  item: Case,
  run: { readonly rounds: number; readonly about: string | null },
  outcomes: ReadonlyMap<string, Outcome>,
): CaseResult {
  const contenders = [...outcomes].map(([name, outcome]) => contenderResult(name, outcome))
  const samples = new Map(contenders.map((contender) => [contender.name, contender.samples]))
  const aims = item.aims.map((aim) => aimResult(aim, samples.get(aim.of) ?? [], samples.get(aim.against ?? '') ?? []))
  return { name: item.name, title: item.title, ...run, contenders, aims }
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
    ...(result.about === null ? [] : [`  ${result.about}`]),
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
  const compareBy = (metric: string, againstMetric: string): Summary | null => {
    const left = valuesOf(of, metric)
    if (left.length === 0) return null
    if (aim.kind === 'value') return summarise(left)
    const right = valuesOf(against, againstMetric)
    const compare = aim.kind === 'ratio' ? (a: number, b: number) => a / b : (a: number, b: number) => a - b
    return right.length === 0 ? null : summarisePairs(left, right, compare)
  }
  const value = compareBy(aim.metric, aim.againstMetric ?? aim.metric)
  const cpu = aim.metric === 'wall' && aim.againstMetric === undefined ? compareBy('cpu', 'cpu') : null
  return { ...aim, value, cpu, met: value === null ? null : value.median <= aim.atMost }
}

/** None when it was not measured in every round. */
function valuesOf(samples: readonly Sample[], metric: string): readonly number[] {
  const values = samples.flatMap((sample) => sample[metric] ?? [])
  return values.length === samples.length ? values : []
}

function printAim(aim: AimResult): string {
  const unit = aim.kind === 'ratio' ? '' : unitOf(aim.metric)
  const value = aim.value === null ? 'not measured' : printSummary(aim.value, unit)
  const cpu = aim.cpu === null ? '' : ` (cpu ${printValue(aim.cpu.median, unit)})`
  const verdict = aim.met === null ? '' : aim.met ? '  met' : '  NOT MET'
  return `${printComparison(aim)}: ${value}${cpu}, aim ≤ ${printValue(aim.atMost, unit)}${verdict}`
}

function printComparison({ of, against, kind, metric, againstMetric }: Aim): string {
  if (against === null) return `${of}, ${metric}`
  const sign = kind === 'ratio' ? '÷' : '−'
  return againstMetric === undefined
    ? `${of} ${sign} ${against}, ${metric}`
    : `${of}, ${metric} ${sign} ${against}, ${againstMetric}`
}

function printSummary({ median, min, max }: Summary, unit: string): string {
  return `${printValue(median, unit)} [${printValue(min, unit)} – ${printValue(max, unit)}]`
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

function printValue(value: number, unit: string): string {
  if (unit === '') return value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
  if (unit !== 'ms') return `${Number(value.toPrecision(3))} ${unit}`
  if (Math.abs(value) >= 1000) return `${(value / 1000).toFixed(2)} s`
  return Math.abs(value) < 1 && value !== 0 ? `${(value * 1000).toFixed(0)} µs` : `${value.toFixed(1)} ms`
}

function unitOf(metric: string): string {
  if (metric === 'memory') return 'MB'
  return metric === 'wall' || metric === 'cpu' || metric === 'heldUp' ? 'ms' : ''
}
