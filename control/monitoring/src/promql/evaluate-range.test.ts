import { expect, test } from 'vitest'
import { evaluateRange, type RangeLimits } from './evaluate-range.ts'
import { parseExpression } from './parse.ts'
import { TooLargeError } from './syntax.ts'
import { storeOf } from './test-series.ts'

const minute = 60_000
const store = storeOf(
  [
    { series: 'depth{job="b"}', values: '3x4 _x10' },
    { series: 'depth{job="a"}', values: '5x3 7x10' },
  ],
  minute,
)
const limits = (more: Partial<RangeLimits> = {}): RangeLimits => ({
  series: 10,
  values: 100,
  budget: { left: 1_000 },
  busyMs: 60_000,
  ...more,
})
const steps = { fromMs: 2 * minute, stepMs: minute, count: 5 }
const values = (source: string, more?: Partial<RangeLimits>) =>
  evaluateRange(parseExpression(source), store, steps, limits(more))

test('a series has a value for each step, and none where it has ended', async () => {
  expect(await values('depth')).toEqual([
    { labels: { __name__: 'depth', job: 'a' }, values: [5, 5, 7, 7, 7] },
    { labels: { __name__: 'depth', job: 'b' }, values: [3, 3, 3, undefined, undefined] },
  ])
  expect(await values('sum(depth)')).toEqual([{ labels: {}, values: [8, 8, 10, 7, 7] }])
  expect(await values('1 + 1')).toEqual([{ labels: {}, values: [2, 2, 2, 2, 2] }])
})

test('refuses more series, values or reads than are permitted', async () => {
  await expect(values('depth', { series: 1 })).rejects.toThrow(TooLargeError)
  await expect(values('depth', { values: 9 })).rejects.toThrow(TooLargeError)
  await expect(values('depth', { budget: { left: 14 } })).rejects.toThrow(TooLargeError)
  expect(await values('depth', { series: 2, values: 10, budget: { left: 15 } })).toHaveLength(2)
})
