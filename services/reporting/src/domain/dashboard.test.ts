import type { MartColumn } from '@stoa/contracts/shared/mart-query'
import { expect, test } from 'vitest'
import { findInvalidTile, kpiTable, queryOf } from './dashboard.ts'

const period = { from: '2026-11-01', to: '2026-12-01' }

test('a figure of money is divided by currency, and filtered to the one that is asked for', () => {
  expect(queryOf({ title: 'Any', kpi: 'averageOrderValue' }, { ...period, currency: 'EUR' })).toEqual({
    measures: ['revenue', 'confirmedOrders'],
    dimensions: ['currency'],
    filters: [{ dimension: 'currency', values: ['EUR'] }],
    limit: 1_000,
    ...period,
  })
  expect(queryOf({ title: 'Any', kpi: 'ordersPlaced' }, period)).toMatchObject({ measures: ['orders'], dimensions: [] })
})

test('the figures are those of analytics: an average is rounded, and missing where nothing was confirmed', () => {
  const columns: MartColumn[] = [
    { name: 'currency', type: 'text' },
    { name: 'revenue', type: 'money' },
    { name: 'confirmedOrders', type: 'integer' },
  ]
  const rows = [
    ['EUR', 1_000, 3],
    ['USD', 0, 0],
  ]
  expect(kpiTable('averageOrderValue', { columns, rows })).toEqual({
    columns: [
      { name: 'currency', type: 'text' },
      { name: 'averageOrderValue', type: 'money' },
    ],
    rows: [
      ['EUR', 333],
      ['USD', null],
    ],
  })
})

test.each([
  [{}, 'not both'],
  [{ kpi: 'revenue' as const, query: { measures: ['units' as const] } }, 'not both'],
  [{ kpi: 'revenue' as const, chart: { x: 'day', y: 'revenue' } }, 'without a query'],
  [{ query: { measures: ['units' as const] }, chart: { x: 'day', y: 'units' } }, 'no column day'],
])('the tile %j is refused', (tile, detail) => {
  const tiles = [
    { title: 'Good', kpi: 'revenue' as const },
    { title: 'Any', ...tile },
  ]
  expect(findInvalidTile({ title: 'Any', tiles })).toMatchObject({ index: 1, detail: expect.stringContaining(detail) })
})
