import type { MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'
import { expect, test } from 'vitest'
import { makeChart, others, sumOf } from './chart-sums.ts'

const columns: MartColumn[] = [
  { name: 'day', type: 'day' },
  { name: 'currency', type: 'text' },
  { name: 'country', type: 'text' },
  { name: 'revenue', type: 'money' },
]
const currencyOf = (row: readonly MartCell[]) => String(row[1])

function charted(rows: readonly (readonly MartCell[])[], x = 'day') {
  const chart = makeChart({ x, y: 'revenue', ...(x === 'country' ? {} : { series: 'country' }) }, columns, currencyOf)
  for (const row of rows) chart.add(row)
  return chart.end()
}

test('amounts of two currencies are never added up, and a day without rows is a bar of nothing', () => {
  const made = charted([
    ['2026-11-01', 'EUR', 'AT', 5],
    ['2026-11-03', 'EUR', 'AT', 7],
    ['2026-11-02', 'USD', 'US', 9],
  ])
  expect(made?.axis).toBe('day')
  const [euro, dollar] = made?.charts ?? []
  expect([euro?.currency, euro?.total, dollar?.currency, dollar?.total]).toEqual(['EUR', 12, 'USD', 9])
  expect(euro?.bars.map(({ at, parts }) => [at, sumOf(parts)])).toEqual([
    ['2026-11-01', 5],
    ['2026-11-02', 0],
    ['2026-11-03', 7],
  ])
})

test('the six largest series are named, and keep their places in the charts of all currencies; nothing is lost', () => {
  const countries = ['A', 'B', 'C', 'D', 'E', 'F', 'G', null]
  const rows = countries.flatMap((country, index): MartCell[][] => [
    ['2026-11-01', 'EUR', country, 100 - index],
    ['2026-11-01', 'USD', country, 100 - index],
  ])
  const [euro, dollar] = charted(rows)?.charts ?? []
  expect(euro?.series).toEqual(['A', 'B', 'C', 'D', 'E', 'F', others])
  expect(dollar?.series).toEqual(euro?.series)
  expect(euro?.bars).toEqual([{ at: '2026-11-01', parts: [100, 99, 98, 97, 96, 95, 94 + 93] }])
})

test.each([
  ['2026-12-31', 'day', '2026-12-31'],
  ['2027-03-05', 'month', '2027-03'],
  ['2036-03-05', 'year', '2036'],
])('until %s there is one bar for each %s', (last, axis, name) => {
  const made = charted([
    ['2026-11-01', 'EUR', 'AT', 1],
    [last, 'EUR', 'AT', 2],
  ])
  expect([made?.axis, made?.charts[0]?.bars.at(-1)?.at]).toEqual([axis, name])
  expect(made?.charts[0]?.bars.length).toBeLessThanOrEqual(62)
})

test('of many values the largest are named; the sum stays', () => {
  const rows = Array.from({ length: 100 }, (_, index): MartCell[] => ['2026-11-01', 'EUR', `C${index}`, index])
  const [made] = charted(rows, 'country')?.charts ?? []
  expect(made?.bars.map(({ at }) => at).slice(0, 2)).toEqual(['C99', 'C98'])
  expect([made?.bars.length, made?.bars.at(-1)?.at]).toEqual([12, others])
  expect(sumOf(made?.bars.flatMap(({ parts }) => parts) ?? [])).toBe(made?.total)
})

test('there is no chart over more values than it can keep', () => {
  const rows = Array.from({ length: 20_001 }, (_, index): MartCell[] => ['2026-11-01', 'EUR', `C${index}`, 1])
  expect(charted(rows, 'country')).toBeUndefined()
})
