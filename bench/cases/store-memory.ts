// Whether memory is flat: the same work on something ten times as large. How much it is at most stands with each of the other cases.

import { type Aim, aimMemory, type Case, type Contender } from '../case.ts'
import type { Lab, Measure } from '../lab.ts'
import { deadStore } from '../stores.ts'
import { storeVerb } from '../tenon.ts'
import { bigFile, smallPackages } from '../trees.ts'

const TIMES = 10
/** Issue 3 says "flat" and gives no number; a garbage-collected heap is never quite. */
const FLAT = 1.25

/** What is done, in what unit its size is told, the smaller size, and how. */
const WORK: readonly (readonly [string, string, number, (lab: Lab, size: number) => Measure])[] = [
  ['store add', 'MB in one file', 100, (lab, size) => adding(lab, bigFile(lab, size))],
  ['store add', 'directories of 5 files', 400, (lab, size) => adding(lab, smallPackages(lab, size).path)],
  ['store hash', 'directories of 5 files', 400, (lab, size) => hashing(lab, smallPackages(lab, size).path)],
  ['store verify', 'objects', 400, (lab, size) => verifying(lab, size)],
]

const memory: Case = {
  name: 'store-memory',
  title: `memory when there is ${TIMES} times as much to do`,
  rounds: 3,
  heavy: true,
  warmUp: false,
  aims: WORK.flatMap(([verb, unit, size]): readonly Aim[] => {
    const [small, large] = [nameOf(verb, size, unit), nameOf(verb, size * TIMES, unit)]
    return [{ of: large, against: small, metric: 'memory', kind: 'ratio', atMost: FLAT }, aimMemory(large)]
  }),
  contenders: (lab) =>
    WORK.flatMap(([verb, unit, size, measure]) =>
      [size, size * TIMES].map(
        (amount): Contender => ({ name: nameOf(verb, amount, unit), prepare: () => measure(lab, amount) }),
      ),
    ),
}

export const REMEMBERING: readonly Case[] = [memory]

function nameOf(verb: string, size: number, unit: string): string {
  return `tenon ${verb}, ${size} ${unit}`
}

function adding(lab: Lab, path: string): Measure {
  return () => lab.timeAndMemory(storeVerb(lab, lab.fresh(lab.unique('memory')), ['add', path]))
}

function hashing(lab: Lab, path: string): Measure {
  const command = storeVerb(lab, lab.fresh(lab.unique('memory')), ['hash', path])
  return () => lab.timeAndMemory(command)
}

function verifying(lab: Lab, objects: number): Measure {
  const command = storeVerb(lab, deadStore(lab, objects).store, ['verify'])
  return () => lab.timeAndMemory(command)
}
