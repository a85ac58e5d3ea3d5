import type { MartQuery } from '@stoa/contracts/shared/mart-query'
import { expect, test } from 'vitest'
import { buildQuery, isDay } from './build-query.ts'

test('builds a statement from declared names; what a client sends is in the parameters', () => {
  const planted = `'); drop table fact_sales; --`
  const built = buildQuery({
    measures: ['revenue', 'units'],
    dimensions: ['currency', 'product'],
    timeGrain: 'month',
    from: '2026-01-01',
    to: '2027-01-01',
    filters: [
      { dimension: 'product', values: [planted, 'Tea'] },
      { dimension: 'weekday', values: ['1'] },
    ],
    orderBy: [{ by: 'revenue', descending: true }],
    limit: 10,
  })
  if (!('sql' in built)) throw new Error(built.detail)
  expect(built.sql).toBe(
    `select date_trunc('month', f.day)::date as "period", f.currency as "currency", coalesce(p.product_name, f.sku, f.kind) as "product", ` +
      `(coalesce(sum(f.amount) filter (where f.is_confirmed), 0))::bigint as "revenue", ` +
      `(coalesce(sum(f.quantity) filter (where f.is_confirmed), 0))::bigint as "units"\n` +
      'from fact_sales as f left join dim_product as p on p.sku = f.sku left join dim_date as d on d.day = f.day\n' +
      'where f.day >= $1::date and f.day < $2::date and coalesce(p.product_name, f.sku, f.kind) in ($3::varchar, $4::varchar) ' +
      'and d.weekday in ($5::integer)\n' +
      'group by 1, 2, 3\norder by "revenue" desc nulls last, 1 nulls last, 2 nulls last, 3 nulls last, 4 nulls last, 5 nulls last\nlimit 11',
  )
  expect(built.parameters).toEqual(['2026-01-01', '2027-01-01', planted, 'Tea', '1'])
  expect(built.tables).toEqual(['fact_sales', 'dim_product', 'dim_date'])
})

const cases: readonly [string, MartQuery, string][] = [
  ['an empty period', { measures: ['orders'], from: '2026-02-01', to: '2026-02-01' }, '/to'],
  ['an unknown column', { measures: ['orders'], orderBy: [{ by: '1; drop' }] }, '/orderBy/0/by'],
  [
    'a day that is not one',
    { measures: ['orders'], filters: [{ dimension: 'day', values: ['2026-02-30'] }] },
    '/filters/0/values',
  ],
  [
    'a weekday that is not one',
    { measures: ['orders'], filters: [{ dimension: 'weekday', values: ['Mon'] }] },
    '/filters/0/values',
  ],
  ['amounts of several currencies', { measures: ['revenue'] }, '/dimensions'],
  [
    'amounts of two currencies',
    { measures: ['revenue'], filters: [{ dimension: 'currency', values: ['EUR', 'USD'] }] },
    '/dimensions',
  ],
]

test.each(cases)('refuses %s', (_, query, pointer) => {
  expect(buildQuery(query)).toMatchObject({ pointer })
})

test('knows the days of the calendar', () => {
  expect(['2024-02-29', '2023-02-29', '0999-01-01', '2026-13-01', 'x'].map(isDay)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
})
