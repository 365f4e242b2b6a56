import { expect, test } from 'vitest'
import { aimMemory, aimRatio, type Case } from '../../../bench/case.ts'
import { printResult, resultOf } from '../../../bench/report.ts'

const RUN = { rounds: 2, about: 'two trees' }

test('a ratio is taken in each round and judged by its median', () => {
  const result = resultOf(caseOf(aimRatio('ours', 'theirs', 1)), RUN, outcomes(sample(10, 60), sample(30, 60)))
  expect(result.aims[0]).toMatchObject({
    value: { median: 0.5, min: 0.25, max: 0.75 },
    cpu: { median: 0.5 },
    met: true,
  })
  expect(printResult(result)).toContain('ours ÷ theirs, wall: 0.5 [0.25 – 0.75] (cpu 0.5), aim ≤ 1  met')
})

test('a value is judged alone, and stays so when the other contender is absent', () => {
  const ours = { samples: [sample(10, 60), sample(30, 170)] }
  const result = resultOf(caseOf(aimMemory('ours')), RUN, new Map([['ours', ours] as const]))
  expect(result.aims[0]).toMatchObject({ value: { median: 115 }, met: true })
  expect(printResult(result)).toContain('ours, memory: 115 MB [60 MB – 170 MB], aim ≤ 150 MB  met')
  expect(printResult(result)).toContain('two trees')
})

test('one metric may be compared with another', () => {
  const aim = { ...aimRatio('ours', 'theirs', 0.1), metric: 'heldUp', againstMetric: 'wall' }
  const result = resultOf(caseOf(aim), RUN, outcomes(sample(10, 1, 5), sample(10, 1, 10)))
  expect(result.aims[0]).toMatchObject({ value: { median: 0.1875 }, cpu: null, met: false })
  expect(printResult(result)).toContain('ours, heldUp ÷ theirs, wall: 0.188 [0.125 – 0.25], aim ≤ 0.1  NOT MET')
})

test('what was not measured in every round is neither met nor missed', () => {
  const aims = [aimMemory('ours'), aimRatio('ours', 'nobody', 1)]
  const ours = { samples: [sample(10, 60), { wall: 10, cpu: 10 }] }
  const result = resultOf(caseOf(...aims), RUN, new Map([['ours', ours] as const]))
  expect(result.aims.map(({ value, met }) => ({ value, met }))).toEqual([
    { value: null, met: null },
    { value: null, met: null },
  ])
  expect(printResult(result)).toContain('ours, memory: not measured, aim ≤ 150 MB\n')
})

function caseOf(...aims: Case['aims']): Case {
  return { name: 'it', title: 'it', rounds: 2, heavy: false, warmUp: false, aims, contenders: () => [] }
}

function outcomes(...samples: readonly ReturnType<typeof sample>[]) {
  const theirs = samples.map(() => ({ wall: 40, cpu: 40 }))
  return new Map([
    ['ours', { samples }],
    ['theirs', { samples: theirs }],
  ] as const)
}

function sample(wall: number, memory: number, heldUp = 0) {
  return { wall, cpu: wall, memory, heldUp }
}
