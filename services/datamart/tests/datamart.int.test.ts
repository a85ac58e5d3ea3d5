import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { accessTable } from '@stoa/contracts/auth/roles'
import type { DatamartService } from '@stoa/contracts/datamart/service'
import { newId } from '@stoa/kernel'
import { eventually, startTestService, type TestService } from '@stoa/testing'
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

const generate = () =>
  service.request('POST', '/api/v1/reports/generate', {
    as: analyst,
    headers: { prefer: 'wait=30' },
    body: { template: 'sales', from: '2026-11-01', to: '2026-12-01' },
  })

test('before the first run of the pipeline there are no rows, and a report says so', async () => {
  const { body } = await ask({ measures: ['orders'] })
  expect(body).toMatchObject({ rows: [], versions: {} })
  expect(body).not.toHaveProperty('asOf')
  const report = await generate()
  expect([report.status, report.body]).toMatchObject([202, { state: 'completed', rowCount: 0 }])
  const pdf = await service.request('GET', `/api/v1/reports/${report.body.id}/pdf`, { as: analyst })
  expect([pdf.status, pdf.body.slice(0, 5)]).toEqual([200, '%PDF-'])
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
  const report = { template: 'sales', from: '2026-11-01', to: '2026-11-02' }
  const generated = async (body: object) => {
    const answer = await service.request('POST', '/api/v1/reports/generate', {
      as: analyst,
      body: { ...report, ...body },
    })
    return [answer.status, answer.body.code]
  }
  expect(await generated({ currency: 'ZZZ' })).toEqual([422, 'request.invalid'])
  expect(await generated({ to: '2026-11-01' })).toEqual([422, 'datamart.query_invalid'])
  const customer = { subject: newId(), roles: ['customer'] }
  const refused = await service.request('POST', '/api/v1/datamart/query', {
    as: customer,
    body: { measures: ['orders'] },
  })
  expect(refused.status).toBe(403)
})

test('a report is printed from its rows, also after the tables have changed; a formula in a name is a text', async () => {
  const { body: report } = await generate()
  expect(report).toMatchObject({ state: 'completed', rowCount: 3, isTruncated: false, asOf: builtAt })
  await writeStar(lake, { fact_sales: [] })
  const csv = await service.request('GET', `/api/v1/reports/${report.id}/csv`, { as: analyst })
  expect(csv.headers.get('content-type')).toContain('text/csv')
  expect(csv.body.split('\r\n').slice(0, 3)).toEqual([
    'day,currency,product,confirmedOrders,units,revenue',
    `2026-11-28,EUR,"'); drop table fact_sales;' --",1,2,1001`,
    `2026-11-28,EUR,"'=HYPERLINK(""http://evil.example"",""tea"")",1,1,500`,
  ])
  const pdf = () => service.request('GET', `/api/v1/reports/${report.id}/pdf`, { as: analyst })
  expect((await pdf()).body).toBe((await pdf()).body)
})

test('a report that fails says why, and is completed when it is repeated', async () => {
  const log = join(lake, 'star/fact_sales/_delta_log')
  await rename(log, `${log}.kept`)
  await writeStar(lake, { fact_sales: [] })
  await writeFile(join(log, '00000000000000000000.json'), 'not a commit')
  const { body: failed } = await generate()
  await eventually(async () => {
    const { body } = await service.request('GET', `/api/v1/reports/${failed.id}`, { as: analyst })
    expect(body).toMatchObject({
      state: 'failed',
      attempts: 3,
      error: expect.stringContaining('version 0 cannot be read'),
    })
  })
  const csv = await service.request('GET', `/api/v1/reports/${failed.id}/csv`, { as: analyst })
  expect([csv.status, csv.body.code]).toEqual([409, 'datamart.report_not_completed'])
  await rm(log, { recursive: true })
  await rename(`${log}.kept`, log)
  const path = `/api/v1/reports/${failed.id}/repeat`
  const repeated = await service.request('POST', path, { as: analyst, headers: { prefer: 'wait=30' } })
  expect([repeated.status, repeated.body.state]).toEqual([202, 'completed'])
  expect((await service.request('POST', path, { as: analyst })).body.code).toBe('datamart.report_not_failed')
})

test('divides by country and price list, and subtracts tax and discounts', async () => {
  const query = {
    measures: ['revenue', 'tax', 'netRevenue', 'discounts'],
    dimensions: ['currency', 'country', 'region', 'priceList'],
    orderBy: [{ by: 'revenue' }],
  }
  // etl is of an older release still
  await writeStar(lake, { fact_sales: [sale({ order_id: 'a', amount: 1_190 })] })
  expect(await rowsOf(query)).toEqual([['EUR', null, null, null, 1_190, 0, 0, 0]])
  const newer = { tax: 190, discount: 10, country: 'US', region: 'NY', price_list: 'retail' }
  await writeStar(
    lake,
    { fact_sales: [sale({ order_id: 'a', amount: 1_190, ...newer }), sale({ order_id: 'old', amount: 5 })] },
    laterColumns.fact_sales,
  )
  expect(await rowsOf(query)).toEqual([
    ['EUR', null, null, null, 5, 0, 0, 0],
    ['EUR', 'US', 'NY', 'retail', 1_190, 190, 1_000, 10],
  ])
  expect(await rowsOf({ measures: ['units'], filters: [{ dimension: 'country', values: ['US'] }] })).toEqual([[1]])
})
