import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { admin } from '@stoa/system/seed/accounts'
import { ask, newCustomer, place, signIn, stoa } from './shop.ts'
import { system } from './system.ts'

let staff: string
let operator: string
beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
  operator = await signIn(admin.email)
})

/** Runs the pipeline until the star schema has everything that happened before. */
async function runPipeline(): Promise<any> {
  const { status, body } = await ask('POST', '/api/v1/pipelines/star-schema/runs', {
    as: operator,
    key: randomUUID(),
    headers: { prefer: 'wait=30' },
  })
  expect([status, body]).toMatchObject([202, { state: 'succeeded' }])
  return body
}

async function query(body: object): Promise<any> {
  const answer = await ask('POST', '/api/v1/datamart/query', { as: staff, body })
  expect([answer.status, answer.body]).toEqual([200, answer.body])
  return answer.body
}

/** What order has in its own tables: how many orders were ever confirmed on each day, and for how much. */
async function stored(): Promise<unknown[][]> {
  const statement = `select (created_at at time zone 'UTC')::date::text as day, currency, count(*)::int as orders,
      sum(total)::bigint as revenue, sum(tax)::bigint as tax, sum(discount)::bigint as discounts
    from orders where exists (select from order_status_history h where h.order_id = orders.id and h.status = 'confirmed')
    group by 1, 2 order by 1, 2`
  const rows = JSON.parse(await stoa('sql', 'order', statement, '--json')) as Record<string, string | number>[]
  return rows.map(({ day, currency, ...sums }) => [
    day,
    currency,
    ...['orders', 'revenue', 'tax', 'discounts'].map((name) => Number(sums[name])),
  ])
}

test('an order is in the star schema after a run of the pipeline, to the cent, and in a report as PDF, Excel and CSV', async () => {
  const customer = await newCustomer()
  const unitCost = { amount: 100, currency: 'EUR' }
  const costed = await ask('PUT', '/api/v1/inventory/costs/TEA-GREEN-100', { as: staff, body: { unitCost } })
  expect([costed.status, costed.body]).toMatchObject([200, { unitCost }])
  const { body: order } = await place(customer, {
    items: [{ sku: 'TEA-GREEN-100', quantity: 3 }],
    channel: 'app',
  })
  expect(order.status).toBe('confirmed')
  const run = await runPipeline()
  expect(run.steps.map(({ name }: { name: string }) => name)).toEqual(['flush-events', 'build-star'])

  const measured = {
    measures: ['confirmedOrders', 'revenue', 'tax', 'discounts'],
    dimensions: ['day', 'currency'],
  }
  const { rows, asOf, sql } = await query(measured)
  expect(rows).toEqual(await stored())
  expect(Temporal.Instant.compare(asOf, order.createdAt)).toBe(1)
  expect(sql).toContain('from fact_sales')
  const [day] = order.createdAt.split('T')
  const teas = { dimension: 'sku', values: ['TEA-GREEN-100'] }
  const { rows: countries } = await query({
    measures: ['units'],
    dimensions: ['country', 'channel', 'priceList', 'paymentProvider', 'paymentMethod'],
    filters: [teas],
  })
  const { country } = order.shippingAddress
  expect(countries).toContainEqual([country, 'app', 'retail', 'sandbox', 'card', expect.any(Number)])
  const margin = await query({
    measures: ['netRevenue', 'costOfSales', 'grossMargin'],
    dimensions: ['currency'],
    filters: [teas, { dimension: 'channel', values: ['app'] }],
  })
  const [, net, cost, gross] = margin.rows[0]
  // other tests may have ordered the tea before it had a cost
  expect(cost).toBeGreaterThanOrEqual(100 * 3)
  expect(gross).toBeGreaterThan(0)
  expect(gross).toBeLessThanOrEqual(net - cost)
  const ofTea = await query({ measures: ['units'], dimensions: ['product'], filters: [teas] })
  expect(ofTea.rows[0][0]).toBe('House Green')
  expect(ofTea.rows[0][1]).toBeGreaterThanOrEqual(3)

  const to = Temporal.PlainDate.from(day).add({ days: 1 }).toString()
  const generated = await ask('POST', '/api/v1/reports/generate', {
    as: staff,
    key: randomUUID(),
    body: { template: 'sales', from: day, to, currency: 'EUR', formats: ['pdf', 'xlsx', 'csv'], language: 'de' },
    headers: { prefer: 'wait=30' },
  })
  expect([generated.status, generated.body]).toMatchObject([202, { state: 'completed', asOf, isTruncated: false }])
  const download = (format: string) =>
    fetch(`${system.gatewayUrl}/api/v1/reports/${generated.body.id}/${format}`, {
      headers: { authorization: `Bearer ${staff}` },
    })
  const pdf = await download('pdf')
  const bytes = Buffer.from(await pdf.arrayBuffer())
  expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf'])
  expect([bytes.subarray(0, 5).toString(), bytes.subarray(-6).toString().trim()]).toEqual(['%PDF-', '%%EOF'])
  const workbook = Buffer.from(await (await download('xlsx')).arrayBuffer())
  expect(workbook.subarray(0, 2).toString()).toBe('PK')
  const csv = await (await download('csv')).text()
  const [, ...lines] = csv.trim().split('\r\n')
  const total = lines.map((line) => Number(line.split(',').at(-1))).reduce((sum, each) => sum + each, 0)
  expect(total).toBe(rows.find(([on, currency]: string[]) => on === day && currency === 'EUR')?.[3])

  const period = ['--from', day, '--to', to, '--currency', 'EUR', '--formats', 'csv']
  const made = JSON.parse(await stoa('reports', 'run', 'sales', ...period, '--json'))
  expect(made).toMatchObject({ state: 'completed', rowCount: lines.length })
  const file = join(await mkdtemp(join(tmpdir(), 'stoa-report-')), 'sales.csv')
  await stoa('reports', 'download', made.id, 'csv', file)
  expect(await readFile(file, 'utf8')).toBe(csv)
  await rm(dirname(file), { recursive: true })

  const [dashboard] = (await ask('GET', '/api/v1/dashboards', { as: staff })).body.items.filter(
    ({ title }: { title: string }) => title === 'Sales',
  )
  const figures = await ask('GET', `/api/v1/dashboards/${dashboard.id}/figures?from=${day}&to=${to}&currency=EUR`, {
    as: staff,
  })
  expect(figures.status).toBe(200)
  const revenue = figures.body.tiles.find(({ title }: { title: string }) => title === 'Revenue')
  expect(revenue).toMatchObject({ rows: [['EUR', total]], asOf })
})

test('customers can neither query, nor run pipelines, nor read reports', async () => {
  const { token } = await newCustomer()
  const asked = await Promise.all([
    ask('POST', '/api/v1/datamart/query', { as: token, body: { measures: ['orders'] } }),
    ask('POST', '/api/v1/pipelines/star-schema/runs', { as: token, key: randomUUID() }),
    ask('GET', '/api/v1/reports', { as: token }),
  ])
  expect(asked.map(({ status }) => status)).toEqual([403, 403, 403])
})
