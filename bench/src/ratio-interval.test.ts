import { expect, test } from 'vitest'
import { ratioInterval } from './ratio-interval.ts'

const pair = (before: number, after: number) => ({ before, after })

test('pairs of one ratio have an interval of no width, whatever the speed of the machine in each', () => {
  const { ratio, low, high } = ratioInterval([pair(10, 9), pair(20, 18), pair(40, 36)])
  for (const value of [ratio, low, high]) expect(value).toBeCloseTo(0.9)
})

test('the interval follows from the spread of the ratios and their number', () => {
  // Logarithms -0.1, 0 and 0.1: mean 0, standard deviation 0.1, t = 4.303 at 2 degrees of freedom.
  const { ratio, low, high } = ratioInterval([-0.1, 0, 0.1].map((log) => pair(1, Math.exp(log))))
  expect(ratio).toBeCloseTo(1)
  expect(Math.log(high)).toBeCloseTo((4.303 * 0.1) / Math.sqrt(3), 3)
  expect(Math.log(low)).toBeCloseTo(-Math.log(high))
})

test('one pair says nothing of its error', () => {
  expect(ratioInterval([pair(2, 1)])).toEqual({ ratio: 0.5, low: 0, high: Infinity })
})
