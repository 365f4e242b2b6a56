// What a benchmark case is: contenders measured side by side in one run, and what Tenon aims at against them.

import type { Lab, Measure } from './lab.ts'

export interface Contender {
  readonly name: string
  /**
   * Does everything that is not measured, for so many rounds. Called once, before anything is measured in this case; an error means that this
   * contender cannot take part, and why.
   */
  prepare(rounds: number): Measure
}

export interface Aim {
  readonly of: string
  readonly metric: string
  /** `ratio`: of / against, per round. `difference`: of − against, per round. `value`: of alone. */
  readonly kind: 'ratio' | 'difference' | 'value'
  /** Null for a `value`. */
  readonly against: string | null
  /** The metric of the other one, where it is another. */
  readonly againstMetric?: string
  readonly atMost: number
}

export interface Case {
  readonly name: string
  readonly title: string
  /** How often unless `--rounds` says otherwise, the warm-up not counted. */
  readonly rounds: number
  /** Writes so much that memory which the machine never touched would be measured; the lab warms memory first. */
  readonly heavy: boolean
  /** False when a second measurement would tell nothing new (sizes), or would need too much to be made anew. */
  readonly warmUp: boolean
  readonly aims: readonly Aim[]
  contenders(lab: Lab): readonly Contender[]
  /** What was measured on this machine, known when the contenders are prepared. */
  readonly about?: (lab: Lab) => string
}

/** At most `atMost` times as long as `against`, by wall clock. */
export function aimRatio(of: string, against: string, atMost: number): Aim {
  return { of, against, metric: 'wall', kind: 'ratio', atMost }
}

/** At most `atMost` milliseconds more than `against`, by wall clock. */
export function aimMore(of: string, against: string, atMost: number): Aim {
  return { of, against, metric: 'wall', kind: 'difference', atMost }
}

/** Never more than `atMost` of a metric. */
export function aimValue(of: string, metric: string, atMost: number): Aim {
  return { of, against: null, metric, kind: 'value', atMost }
}

/** Issue 3: no work on a store needs more memory than this, whatever its size. */
export function aimMemory(of: string): Aim {
  return aimValue(of, 'memory', 150)
}
