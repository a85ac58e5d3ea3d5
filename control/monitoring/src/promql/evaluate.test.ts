import { expect, test } from 'vitest'
import { evaluate, type Value } from './evaluate.ts'
import { parseExpression } from './parse.ts'
import { storeOf } from './test-series.ts'

const minute = 60_000
const store = storeOf(
  [
    { series: 'requests_total{job="a",code="200"}', values: '0+60x20' },
    { series: 'requests_total{job="a",code="500"}', values: '0+6x20' },
    { series: 'requests_total{job="b",code="200"}', values: '0+30x10 0+30x9' },
    { series: 'depth{job="a"}', values: '5x10 7x9' },
    { series: 'depth{job="b"}', values: '3x4 _x16' },
    { series: 'took_bucket{job="a",le="0.1"}', values: '0+50x20' },
    { series: 'took_bucket{job="a",le="0.5"}', values: '0+90x20' },
    { series: 'took_bucket{job="a",le="+Inf"}', values: '0+100x20' },
  ],
  minute,
)

/** The value of an expression after 20 minutes, with the labels as text. */
function value(source: string, atMs = 20 * minute): number | Record<string, number> {
  const found: Value = evaluate(parseExpression(source), { source: store, atMs })
  if (typeof found === 'number') return found
  const rows = found.map(({ labels, value }) => {
    const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return [sorted.map(([name, text]) => `${name}=${text}`).join(' '), Math.round(value * 1e6) / 1e6] as const
  })
  return Object.fromEntries(rows)
}

test.each([
  ['1 + 2 * 3 ^ 2 ^ 0', 7],
  ['-2 ^ 2', -4],
  ['(1 + 2) * 3 % 4', 1],
  ['2 > bool 1', 1],
  ['sum(rate(requests_total{job="a"}[5m]))', { '': 1.1 }],
  ['sum by (job) (rate(requests_total[5m]))', { 'job=a': 1.1, 'job=b': 0.5 }],
  ['sum(rate(requests_total[5m])) by (code)', { 'code=200': 1.5, 'code=500': 0.1 }],
  ['sum without (code) (increase(requests_total{job="a"}[10m]))', { 'job=a': 660 }],
  ['sum(rate(requests_total{job="a",code=~"5.."}[5m])) / sum(rate(requests_total{job="a"}[5m]))', { '': 0.090909 }],
  ['requests_total{code!="200"} / on (job) depth', { 'job=a': 17.142857 }],
  ['requests_total{job="a"} / ignoring (code) depth{job="b"}', {}],
  ['depth', { '__name__=depth job=a': 7 }],
  ['depth > 6 and depth < 8', { '__name__=depth job=a': 7 }],
  ['depth unless depth > 6', {}],
  ['depth > 10 or vector(1)', { '': 1 }],
  ['avg_over_time(depth{job="a"}[15m])', { 'job=a': 6.333333 }],
  ['min_over_time(depth{job="a"}[15m]) - max_over_time(depth{job="a"}[15m])', { 'job=a': -2 }],
  ['min_over_time(sum by (job) (depth)[5m:1m])', { 'job=a': 7 }],
  ['count_over_time(depth[16m])', { 'job=a': 16 }],
  ['depth offset 10m', { '__name__=depth job=a': 5 }],
  ['absent(depth{job="c"})', { 'job=c': 1 }],
  ['absent(depth{job="a"})', {}],
  ['histogram_quantile(0.9, sum by (le) (rate(took_bucket[5m])))', { '': 0.5 }],
  ['histogram_quantile(0.7, rate(took_bucket[5m]))', { 'job=a': 0.3 }],
  ['histogram_quantile(0.99, rate(took_bucket[5m]))', { 'job=a': 0.5 }],
  ['1 - avg(depth) > 5', {}],
  ['count(depth) by ()', { '': 1 }],
  ['scalar(depth) + time()', 1_207],
] as const)('%s', (source, expected) => {
  expect(value(source)).toEqual(expected)
})

test('a counter that falls was reset', () => {
  // 540 in the 19 minutes between the first sample in the period and the last, and the share of one more
  expect(value('increase(requests_total{job="b"}[20m])')).toEqual({ 'code=200 job=b': 568.421053 })
})

test('a series that ended has no value, and one that is not scraped any more has one for five minutes', () => {
  expect(value('depth{job="b"}', 4 * minute)).toEqual({ '__name__=depth job=b': 3 })
  expect(value('depth{job="b"}', 5 * minute)).toEqual({})
  expect(value('depth{job="a"}', 24 * minute)).toEqual({ '__name__=depth job=a': 7 })
  expect(value('depth{job="a"}', 25 * minute)).toEqual({})
})

test.each([
  ['', 'unexpected the end'],
  ['sum(', 'unexpected the end'],
  ['rate(depth)', 'rate takes a range'],
  ['depth[5m]', 'a range is an argument'],
  ['topk(1, depth)', 'the function topk is not supported'],
  ['depth * on (job) group_left () depth', 'group_left is not supported'],
  ['requests_total + on (job) requests_total', 'several samples'],
  ['{job!="a"}', 'a selector needs a condition'],
  ['depth{job=~"(a+)+"}', 'a repetition inside of a repetition'],
  ['depth{job=~"(?=a)"}', 'a kind that is not supported'],
  ['depth{job=~"("}', 'is not valid'],
  ['1 > 2', 'requires bool'],
  [`${'('.repeat(400)}1${')'.repeat(400)}`, 'nested too deeply'],
])('refuses %j', (source, reason) => {
  expect(() => value(source)).toThrow(reason)
})

test('parts of an expression count as what it reads: a subquery of many numbers is refused', () => {
  const expression = parseExpression(`count_over_time((${'time() + '.repeat(300)}1)[10000s:1s])`)
  const budget = { left: 2_000_000 }
  expect(() => evaluate(expression, { source: store, atMs: 0, budget })).toThrow('reads too many samples')
})
