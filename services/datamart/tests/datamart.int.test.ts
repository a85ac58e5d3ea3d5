import { readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { accessTable } from '@stoa/contracts/auth/roles'
import type { DatamartService } from '@stoa/contracts/datamart/service'
import { newId } from '@stoa/kernel'
import { startTestService, type TestService } from '@stoa/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { laterColumns } from '../src/model/sales.ts'
import { datamartService } from '../src/service.ts'
import { builtAt, emptyLake, sale, writeStar } from './star-kit.ts'

let service: TestService<DatamartService>
let lake: string
beforeAll(async () => {
  lake = await emptyLake()
  service = await startTestService(datamartService, { access: accessTable, settings: { LAKE_FOLDER: lake } })
})
afterAll(async () => {
  await service.stop()
  await rm(lake, { recursive: true, force: true })
})

const analyst = { subject: newId(), roles: ['analyst'] }
const ask = (body: object) => service.request('POST', '/api/v1/datamart/query', { as: analyst, body })

async function rowsOf(body: object): Promise<unknown[][]> {
  const answer = await ask(body)
  expect([answer.status, answer.body]).toEqual([200, answer.body])
  return answer.body.rows
}

const measured = { measures: ['confirmedOrders', 'revenue'], dimensions: ['day', 'currency', 'product'] }
/** Asks as another service does. */
async function readRows(given: object = {}): Promise<any> {
  const { status, body } = await service.call('ReadRows', {
    resultId: newId(),
    query: JSON.stringify(measured),
    limit: 100,
    ...given,
  })
  return status === 200 ? { ...body, rows: JSON.parse(body.rows) } : body
}

test('before the first run of the pipeline there are no rows, also for another service', async () => {
  const { body } = await ask({ measures: ['orders'] })
  expect(body).toMatchObject({ rows: [], versions: {} })
  expect(body).not.toHaveProperty('asOf')
  for (const resultId of ['', newId()]) {
    const { rows, ...read } = await readRows({ resultId, query: JSON.stringify({ ...measured, from: '2026-11-01' }) })
    expect([rows, read.asOf ?? '', read.versions ?? {}]).toEqual([[], '', {}])
  }
})

const formula = '=HYPERLINK("http://evil.example","tea")'

test('measures by dimensions and periods, filtered by values that are never part of the statement', async () => {
  await writeStar(lake, {
    dim_date: [{ day: '2026-11-28', weekday: 6 }],
    dim_product: [
      { sku: 'TEA', product_name: `'); drop table fact_sales; --`, category: 'tea' },
      { sku: 'CUP', product_name: formula, category: 'cups' },
    ],
    fact_sales: [
      sale({ order_id: 'a', quantity: 2, amount: 1_001 }),
      sale({ order_id: 'a', sku: 'CUP', amount: 500 }),
      sale({ order_id: 'a', sku: null, kind: 'shipping', quantity: 0, amount: 499 }),
      sale({ order_id: 'b', currency: 'USD', day: '2026-10-31', amount: 9_007_199_254_740_000 }),
      sale({ order_id: 'c', status: 'rejected', is_confirmed: false, amount: 7 }),
    ],
  })
  const all = ['orders', 'confirmedOrders', 'units', 'revenue', 'placedValue']
  expect(await rowsOf({ measures: all, dimensions: ['currency'], timeGrain: 'month' })).toEqual([
    ['2026-10-01', 'USD', 1, 1, 1, 9_007_199_254_740_000, 9_007_199_254_740_000],
    ['2026-11-01', 'EUR', 2, 1, 3, 2_000, 2_007],
  ])
  const planted = { dimension: 'product', values: [`'); drop table fact_sales; --`] }
  expect(
    await rowsOf({ measures: ['units'], dimensions: ['sku', 'weekday'], filters: [planted], to: '2026-12-01' }),
  ).toEqual([
    ['TEA', 6, 2],
    ['TEA', null, 1],
  ])
  const top = {
    measures: ['revenue'],
    dimensions: ['currency', 'product'],
    orderBy: [{ by: 'revenue', descending: true }],
  }
  const { body } = await ask({ ...top, from: '2026-11-01', limit: 2 })
  expect(body.rows.map(([, , revenue]: unknown[]) => revenue)).toEqual([1_001, 500])
  expect(body).toMatchObject({ isTruncated: true, asOf: builtAt, versions: { fact_sales: 0, dim_product: 0 } })
  expect(await rowsOf({ measures: ['orders'], filters: [{ dimension: 'kind', values: ['nothing'] }] })).toEqual([[0]])
})

test('refuses what cannot be added up, names that are not declared, and callers without the permission', async () => {
  const money = await ask({ measures: ['revenue'] })
  expect([money.status, money.body.code]).toEqual([422, 'datamart.currency_missing'])
  expect((await ask({ measures: ['amount) from fact_sales; --'] })).status).toBe(422)
  const ordered = await ask({ measures: ['orders'], orderBy: [{ by: 'drop' }] })
  expect([ordered.status, ordered.body.code]).toEqual([422, 'datamart.query_invalid'])
  const customer = { subject: newId(), roles: ['customer'] }
  const refused = await service.request('POST', '/api/v1/datamart/query', {
    as: customer,
    body: { measures: ['orders'] },
  })
  expect(refused.status).toBe(403)
})

test('portions of one result are the rows of one run of its query, also after the tables have changed', async () => {
  const resultId = newId()
  const first = await readRows({ resultId, limit: 2 })
  expect(first).toMatchObject({ rowCount: 4, asOf: builtAt, versions: { fact_sales: 0, dim_product: 0 } })
  expect(first.sql).toContain('from fact_sales')
  expect(first.columns.map(({ name, type }: any) => [name, type])).toEqual([
    ['day', 'day'],
    ['currency', 'text'],
    ['product', 'text'],
    ['confirmedOrders', 'integer'],
    ['revenue', 'money'],
  ])
  await writeStar(lake, { fact_sales: [] })
  const second = await readRows({ resultId, offset: 2, limit: 2, madeAt: first.madeAt })
  expect([...first.rows, ...second.rows]).toEqual([
    ['2026-10-31', 'USD', `'); drop table fact_sales; --`, 1, 9_007_199_254_740_000],
    ['2026-11-28', 'EUR', `'); drop table fact_sales; --`, 1, 1_001],
    ['2026-11-28', 'EUR', formula, 1, 500],
    ['2026-11-28', 'EUR', 'shipping', 1, 499],
  ])
  expect(await readRows({ resultId, offset: 2, madeAt: 'another' })).toMatchObject({ code: 'failed_precondition' })
  // another query under the same id is another result
  expect((await readRows({ resultId, query: JSON.stringify({ measures: ['orders'] }) })).rows).toEqual([[0]])
})

test('two that make one result at once get the same rows; a limit is said, and what a message cannot hold comes later', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `${index} ${'long '.repeat(14_000)}`)
  await writeStar(lake, {
    dim_product: names.map((product_name, index) => ({ sku: `S${index}`, product_name, category: 'tea' })),
    fact_sales: names.map((_, index) => sale({ sku: `S${index}`, order_id: `o${index}` })),
  })
  const resultId = newId()
  const query = JSON.stringify({ measures: ['units'], dimensions: ['sku', 'product'], limit: 20 })
  const [one, other] = await Promise.all([readRows({ resultId, query }), readRows({ resultId, query })])
  expect(one).toEqual(other)
  expect(one).toMatchObject({ rowCount: 20, isTruncated: true })
  expect(one.rows.length).toBeLessThan(20)
  const all = [...one.rows]
  while (all.length < 20)
    all.push(...(await readRows({ resultId, query, offset: all.length, madeAt: one.madeAt })).rows)
  expect(new Set(all.map(([sku]) => sku)).size).toBe(20)
  expect((await readRows({ resultId, query, offset: 20 })).rows).toEqual([])
})

test('kept results are removed after a day', async () => {
  const resultId = newId()
  const { madeAt } = await readRows({ resultId })
  await service.runTask('remove-old', {})
  expect((await readRows({ resultId })).madeAt).toBe(madeAt)
  const folder = join(lake, 'results')
  const yesterday = new Date(Date.now() - 25 * 3_600_000)
  for (const name of await readdir(folder)) await utimes(join(folder, name), yesterday, yesterday)
  await service.runTask('remove-old', {})
  expect(await readdir(folder)).toEqual([])
  expect(await readRows({ resultId, madeAt })).toMatchObject({ code: 'failed_precondition' })
})

test('another service is refused what is no query, and what names no column of the model', async () => {
  const codes = async (query: string, resultId = newId()) => (await readRows({ query, resultId })).message
  expect(await codes('{')).toContain('not JSON')
  expect(await codes(JSON.stringify({ measures: ['amount) from fact_sales; --'] }))).toContain('model')
  expect(await codes(JSON.stringify({ measures: ['units'], from: '2026-02-30' }))).toContain('model')
  expect(await codes(JSON.stringify({ measures: ['units'], limit: 1_000_001 }))).toContain('model')
  expect(await codes(JSON.stringify({ measures: ['units'] }), '../../x')).toContain('UUID')
})

test('divides by country, channel, price list and payment method, and subtracts tax and discounts', async () => {
  const query = {
    measures: ['revenue', 'tax', 'netRevenue', 'discounts', 'costOfSales', 'grossMargin'],
    dimensions: ['currency', 'country', 'channel', 'priceList', 'paymentProvider', 'paymentMethod'],
    orderBy: [{ by: 'revenue' }],
  }
  // etl is of an older release still
  await writeStar(lake, { fact_sales: [sale({ order_id: 'a', amount: 1_190 })] })
  expect(await rowsOf(query)).toEqual([['EUR', null, null, null, null, null, 1_190, 0, 0, 0, 0, 0]])
  const newer = { tax: 190, discount: 10, cost: 400, country: 'US', region: 'NY', channel: 'app', price_list: 'retail' }
  const paid = { payment_provider: 'stripe', payment_method: 'wallet' }
  await writeStar(
    lake,
    { fact_sales: [sale({ order_id: 'a', amount: 1_190, ...newer, ...paid }), sale({ order_id: 'old', amount: 5 })] },
    laterColumns.fact_sales,
  )
  expect(await rowsOf(query)).toEqual([
    ['EUR', null, null, null, null, null, 5, 0, 0, 0, 0, 0],
    ['EUR', 'US', 'app', 'retail', 'stripe', 'wallet', 1_190, 190, 1_000, 10, 400, 600],
  ])
  expect(await rowsOf({ measures: ['units'], filters: [{ dimension: 'country', values: ['US'] }] })).toEqual([[1]])
  expect(await rowsOf({ measures: ['units'], filters: [{ dimension: 'region', values: ['NY'] }] })).toEqual([[1]])
})
