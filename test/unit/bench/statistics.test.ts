import { expect, test } from 'vitest'
import { summarise, summarisePairs } from '../../../bench/statistics.ts'

test('the median of an even number of values lies between the two in the middle', () => {
  expect(summarise([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 })
  expect(summarise([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 })
  expect(summarise([7])).toEqual({ median: 7, min: 7, max: 7 })
})

test('ratios are paired by round, so a slow round of both changes nothing', () => {
  const ratio = (a: number, b: number): number => a / b
  expect(summarisePairs([10, 100, 10], [20, 200, 20], ratio)).toEqual({ median: 0.5, min: 0.5, max: 0.5 })
})
