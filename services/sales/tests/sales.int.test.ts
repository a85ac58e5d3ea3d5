import { saleCreated, saleReturned, saleVoided } from '@stoa/contracts/sales/events'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { identifier } from '@stoa/postgres'
import { eventually } from '@stoa/testing'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { anOrder, eur, manager, operator, saleOf, staff, startSales, type SalesApp } from './sales-app.ts'

let app: SalesApp
beforeAll(async () => {
  app = await startSales()
})
afterAll(() => app.service.stop())

const today = () => Temporal.Now.instant().toZonedDateTimeISO('UTC').toPlainDate().toString()
const dataOf = async (type: string, saleId: string) =>
  (await app.service.published(type)).map(({ data }: any) => data).filter((data) => data.saleId === saleId)

test('a sale of the point of sale is recorded once for its key, and published once', async () => {
  const key = newId()
  const answers = await Promise.all([1, 2, 3].map(() => app.sell(saleOf({ discount: eur(600) }), undefined, key)))
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  const [id, ...others] = new Set(answers.map(({ body }) => body.id))
  expect(others).toEqual([])
  expect((await app.get(`/${id}`)).body).toMatchObject({
    id,
    version: 1,
    channel: 'pos',
    status: 'completed',
    till: 'TILL-1',
    total: eur(2_400),
    net: eur(2_400),
    lines: [{ sku: 'TEA', quantity: 3, unitPrice: eur(1_000), discount: eur(600), total: eur(2_400) }],
  })
  expect(await dataOf(saleCreated.type, id)).toEqual([
    { saleId: id, channel: 'pos', total: eur(2_400), lines: [{ sku: 'TEA', quantity: 3 }] },
  ])
})

test('a discount over 20 % needs a manager', async () => {
  const body = saleOf({ discount: eur(601) })
  expect(await app.sell(body)).toMatchObject({ status: 403, body: { code: 'sales.discount_needs_manager' } })
  expect((await app.sell(body, manager)).status).toBe(201)
})

test('what inventory does not know, or has discontinued, is not sold', async () => {
  for (const sku of ['MUG', 'NOTHING'])
    expect(await app.sell(saleOf({ sku }))).toMatchObject({ status: 422, body: { code: 'sales.not_for_sale' } })
})

test('a sale has one currency', async () => {
  const body = saleOf({ discount: { amount: 1, currency: 'USD' } })
  expect(await app.sell(body)).toMatchObject({ status: 422, body: { code: 'sales.currency_mixed' } })
})

test('of two returns with the version that both have seen one is refused with the current version', async () => {
  const { body: sale } = await app.sell()
  const body = { lines: [{ sku: 'TEA', quantity: 1 }], reason: 'damaged', expectedVersion: 1 }
  const answers = await Promise.all([1, 2].map(() => app.post(`${sale.id}/return`, body)))
  const [done, refused] = answers.toSorted((one, other) => one.status - other.status)
  expect(done).toMatchObject({ status: 200, body: { version: 2, status: 'partially_returned', returned: eur(1_000) } })
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'sales.version_conflict', detail: 'The sale has version 2.' },
  })
  const again = await app.post(`${sale.id}/return`, {
    ...body,
    expectedVersion: 2,
    lines: [{ sku: 'TEA', quantity: 2 }],
  })
  expect(again.body).toMatchObject({ version: 3, status: 'returned', net: eur(0) })
  expect(await dataOf(saleReturned.type, sale.id)).toMatchObject([{ all: false }, { all: true, amount: eur(2_000) }])
  const over = await app.post(`${sale.id}/return`, { lines: body.lines, reason: 'other' })
  expect(over).toMatchObject({ status: 422, body: { code: 'sales.return_exceeds_sale' } })
})

test('a voided sale counts nothing, and is voided once', async () => {
  const { body: sale } = await app.sell()
  const key = newId()
  for (let time = 0; time < 2; time += 1) {
    const answer = await app.post(`${sale.id}/void`, { reason: 'mistake' }, key)
    expect(answer).toMatchObject({ status: 200, body: { status: 'voided', net: eur(0), version: 2 } })
  }
  expect(await app.post(`${sale.id}/void`, { reason: 'mistake' })).toMatchObject({
    status: 409,
    body: { code: 'sales.voided' },
  })
  expect(await dataOf(saleVoided.type, sale.id)).toEqual([{ saleId: sale.id, channel: 'pos', amount: eur(3_000) }])
  expect(await app.post(`${newId()}/void`, { reason: 'mistake' })).toMatchObject({
    status: 404,
    body: { code: 'sales.not_found' },
  })
})

test('one key for two operations is two commands', async () => {
  const { body: sale } = await app.sell()
  const key = newId()
  const lines = [{ sku: 'TEA', quantity: 1 }]
  expect((await app.post(`${sale.id}/return`, { lines, reason: 'other' }, key)).status).toBe(200)
  expect(await app.post(`${sale.id}/void`, { reason: 'other' }, key)).toMatchObject({
    status: 409,
    body: { code: 'sales.has_returns' },
  })
})

test('the times of a sale are those with which it can be read again', async () => {
  const { body: sale } = await app.sell()
  expect(sale.soldAt).toMatch(/:[0-9]{2}([.][0-9]{1,3})?Z$/)
  expect((await app.get(`/${sale.id}?asOf=${sale.soldAt}`)).body).toEqual(sale)
  const { body: history } = await app.get(`/${sale.id}/history`)
  expect(history.items[0].recordedAt).toBe(sale.soldAt)
  await eventually(async () => {
    const { body: list } = await app.get('?limit=1')
    expect(list.items[0]).toMatchObject({ id: sale.id, soldAt: sale.soldAt, changedAt: sale.changedAt })
  })
})

test('a revenue that a number cannot hold is refused for its period alone', async () => {
  const { database } = app.service
  await database.transaction(
    ({ sql }) => sql`
      insert into revenue_by_channel (generation, day, currency, channel, order_channel, gross)
      values (1, '2026-01-15', 'SEK', 'online', '', ${2 ** 53 - 1}), (1, '2026-01-16', 'SEK', 'online', '', 1)`,
  )
  onTestFinished(async () => {
    await database.transaction(({ sql }) => sql`delete from revenue_by_channel where currency = 'SEK'`)
  })
  const range = 'from=2026-01-01&to=2026-01-31'
  expect(await app.get(`/analytics?${range}&groupBy=month`)).toMatchObject({
    status: 422,
    body: { code: 'sales.revenue_too_high', detail: expect.stringContaining('2026-01-01 in SEK') },
  })
  expect((await app.get(`/analytics?${range}`)).body.items).toHaveLength(2)
})

test('a sale has its history, and can be read as it was at a time', async () => {
  const { body: sale } = await app.sell()
  const { body: before } = await app.get(`/${sale.id}/history`)
  await app.post(`${sale.id}/void`, { reason: 'mistake' })
  const { body: history } = await app.get(`/${sale.id}/history`)
  expect(history.items.map(({ type, version }: any) => [type, version])).toEqual([
    ['sale-recorded', 1],
    ['sale-voided', 2],
  ])
  expect(history.items[1].data).toMatchObject({ reason: 'mistake', amount: eur(3_000) })
  const first = await app.get(`/${sale.id}?asOf=${before.items[0].recordedAt}`)
  expect(first.body).toMatchObject({ version: 1, status: 'completed', net: eur(3_000) })
  expect((await app.get(`/${sale.id}?asOf=2020-01-01T00:00:00Z`)).status).toBe(404)
  const page = (await app.get(`/${sale.id}/history?limit=1`)).body
  expect(page.items).toHaveLength(1)
  expect((await app.get(`/${sale.id}/history?limit=1&cursor=${page.nextCursor}`)).body.items).toMatchObject([
    { type: 'sale-voided' },
  ])
})

test('a confirmed order becomes a sale under its id, once, and follows its returns and its cancellation', async () => {
  const [kept, cancelled, never] = [anOrder(), anOrder(), anOrder()]
  await app.cancel(never)
  for (const order of [kept, cancelled, kept]) await app.confirm(order)
  await app.giveBack(kept, 1, false)
  await app.giveBack(kept, 1, true)
  await app.cancel(cancelled)
  await eventually(async () => {
    expect((await app.get(`/${kept.orderId}`)).body).toMatchObject({
      channel: 'online',
      status: 'returned',
      version: 3,
      shipping: eur(490),
      total: eur(2_490),
      returned: eur(2_490),
      net: eur(0),
      orderNumber: `S-${kept.orderId.slice(-6)}`,
      customerId: kept.customerId,
    })
    expect((await app.get(`/${cancelled.orderId}`)).body).toMatchObject({ status: 'voided', version: 2, net: eur(0) })
  })
  expect((await app.get(`/${never.orderId}`)).status).toBe(404)
  expect(await dataOf(saleCreated.type, kept.orderId)).toHaveLength(1)
  const answer = await app.post(`${kept.orderId}/void`, { reason: 'mistake' })
  expect(answer).toMatchObject({ status: 409, body: { code: 'sales.follows_order' } })
})

test('the sale of an order has the channel of its order, and so have its events, the list and the revenue', async () => {
  const [unknown, ofApp, ofPhone, cancelled] = [
    anOrder(),
    anOrder({ channel: 'app' }),
    anOrder({ channel: 'phone' }),
    anOrder({ channel: 'phone' }),
  ]
  for (const order of [unknown, ofApp, ofPhone, cancelled]) await app.confirm(order)
  await app.giveBack(ofApp, 1, false)
  await app.cancel(cancelled)
  await eventually(async () => {
    const { body: list } = await app.get('?orderChannel=phone')
    // orders of one millisecond are in any order
    const byNet = list.items.toSorted((one: any, other: any) => one.net.amount - other.net.amount)
    expect(byNet).toMatchObject([
      { id: cancelled.orderId, channel: 'online', orderChannel: 'phone', net: eur(0) },
      { id: ofPhone.orderId, channel: 'online', orderChannel: 'phone', net: eur(2_490) },
    ])
    const analysed = async (query: string) =>
      (
        await app.service.request('GET', `/api/v2/sales/analytics?from=${today()}&to=${today()}&${query}`, {
          as: staff,
        })
      ).body
    const report = await analysed('by=orderChannel&channel=online')
    const of = (channel?: string) => report.items.filter((item: any) => item.orderChannel === channel)
    expect(of('app')).toMatchObject([{ sales: 1, gross: eur(2_490), returned: eur(1_000), net: eur(1_490) }])
    expect(of('phone')).toMatchObject([{ sales: 2, gross: eur(4_980), voided: eur(2_490), net: eur(2_490) }])
    expect(of()).toMatchObject([{ channel: 'online' }])
    expect((await analysed('by=channel&orderChannel=phone')).items).toMatchObject([{ channel: 'online', sales: 2 }])
  })
  expect((await app.get(`/${ofApp.orderId}`)).body).toMatchObject({ channel: 'online', orderChannel: 'app' })
  expect((await app.get(`/${unknown.orderId}`)).body).not.toHaveProperty('orderChannel')
  expect(await dataOf(saleCreated.type, ofApp.orderId)).toMatchObject([{ channel: 'online', orderChannel: 'app' }])
  expect(await dataOf(saleReturned.type, ofApp.orderId)).toMatchObject([{ orderChannel: 'app' }])
  expect(await dataOf(saleVoided.type, cancelled.orderId)).toMatchObject([{ orderChannel: 'phone' }])
})

test('a release before channels of orders reads the same revenue, in sum', async () => {
  await app.confirm(anOrder({ channel: 'web' }))
  await app.confirm(anOrder({ channel: 'app' }))
  const sums = (table: 'revenue_by_day' | 'revenue_by_channel') => app.service.database.read.sql`
    select day, currency, channel, sum(sales)::int as sales, sum(gross - voided - returned)::bigint as net
      from ${identifier(table)} group by 1, 2, 3 order by 1, 2, 3`
  await eventually(async () => {
    const { items } = (await app.service.request('GET', '/admin/projections', { as: operator })).body
    expect(items.map(({ lag }: any) => lag)).toEqual([0, 0, 0])
    expect(await sums('revenue_by_day')).toEqual(await sums('revenue_by_channel'))
  })
})

test('the list has every sale as it is, newest first', async () => {
  const { body: first } = await app.sell()
  const { body: second } = await app.sell()
  await app.post(`${first.id}/void`, { reason: 'mistake' })
  await eventually(async () => {
    const { body } = await app.get('?limit=2')
    expect(body.items).toMatchObject([
      { id: second.id, status: 'completed', net: eur(3_000), version: 1 },
      { id: first.id, status: 'voided', net: eur(0), version: 2 },
    ])
    const { body: next } = await app.get(`?limit=1&cursor=${(await app.get('?limit=1')).body.nextCursor}`)
    expect(next.items).toMatchObject([{ id: first.id }])
    expect((await app.get('?status=voided&limit=1')).body.items).toMatchObject([{ id: first.id }])
  })
})

test('the revenue of a day is the sum of what is in the ledger, by currency and channel', async () => {
  const yen = { till: 'TILL-2', lines: [{ sku: 'TEA', quantity: 1, unitPrice: { amount: 700, currency: 'JPY' } }] }
  await app.sell(yen)
  await eventually(async () => {
    const { body: report } = await app.get(`/analytics?from=${today()}&to=${today()}`)
    expect(Temporal.Instant.compare(report.asOf, Temporal.Now.instant().subtract({ minutes: 10 }))).toBe(1)
    const items = await listAll()
    for (const currency of ['EUR', 'JPY'])
      for (const channel of ['pos', 'online']) {
        const of = items.filter((item) => item.channel === channel && item.net.currency === currency)
        const sum = (amountOf: (item: any) => number) => of.reduce((total, item) => total + amountOf(item), 0)
        const rows = report.items.filter((item: any) => item.channel === channel && item.currency === currency)
        const added = (amountOf: (row: any) => number) => rows.reduce((all: number, row: any) => all + amountOf(row), 0)
        expect([added((row) => row.sales), added((row) => row.gross.amount), added((row) => row.net.amount)]).toEqual([
          of.length,
          sum(({ total }) => total.amount),
          sum(({ net }) => net.amount),
        ])
      }
    expect(report.items.some((item: any) => item.currency === 'JPY' && item.gross.amount === 700)).toBe(true)
  })
  const { body: month } = await app.get(`/analytics?groupBy=month`)
  expect(month.items[0].period).toMatch(/-01$/)
  expect((await app.get('/analytics?from=2026-02-01&to=2026-01-01')).body.code).toBe('sales.range_invalid')
})

async function listAll(cursor?: string): Promise<any[]> {
  const { body } = await app.get(`?limit=200${cursor === undefined ? '' : `&cursor=${cursor}`}`)
  return body.nextCursor === undefined ? body.items : [...body.items, ...(await listAll(body.nextCursor))]
}

test('the ledger keeps the sale of an erased account, and no longer knows who has bought', async () => {
  const order = anOrder()
  const mine = { as: { subject: order.customerId } }
  await app.confirm(order)
  const exported = () => app.service.request('GET', `/personal-data/${order.customerId}`, mine)
  await eventually(async () => expect((await exported()).body.sales).toMatchObject([{ id: order.orderId }]))
  await app.service.receive(userDeleted, order.customerId, { userId: order.customerId })
  await eventually(async () => expect((await app.get(`/${order.orderId}`)).body.customerId).toBeUndefined())
  expect((await app.get(`/${order.orderId}`)).body.net).toEqual(eur(2_490))
  const [row] = await app.service.database.read.sql`
    select count(*)::int as count from stored_events e where e::text like ${`%${order.customerId}%`}`
  expect(row).toEqual({ count: 0 })
})

test('an order of an account that is erased by then is recorded, and not who has bought', async () => {
  const order = anOrder()
  await app.service.receive(userDeleted, order.customerId, { userId: order.customerId })
  await app.confirm(order)
  await eventually(async () => expect((await app.get(`/${order.orderId}`)).body.net).toEqual(eur(2_490)))
  expect((await app.get(`/${order.orderId}`)).body.customerId).toBeUndefined()
})

test('an operator rebuilds a read model, which equals the one that it replaces', async () => {
  const admin = (method: 'GET' | 'POST', path: string) =>
    app.service.request(method, `/admin/projections${path}`, { as: operator })
  const rowsOf = (generation: number) => app.service.database.read.sql`
    select day, currency, channel, order_channel, sales, gross, voided, returned from revenue_by_channel
     where generation = ${generation} order by day, currency, channel, order_channel`
  const stateOf = async () =>
    (await admin('GET', '')).body.items.filter(({ name }: any) => name === 'revenue-by-channel')
  await eventually(async () => expect(await stateOf()).toMatchObject([{ generation: 1, lag: 0 }]))
  const before = await rowsOf(1)
  expect(before.length).toBeGreaterThan(1)
  expect((await admin('POST', '/revenue-by-channel/rebuild')).body).toEqual({ started: 'revenue-by-channel' })
  await eventually(async () => {
    expect(await stateOf()).toMatchObject([{ generation: 2, isLive: true, lag: 0 }])
    expect(await rowsOf(2)).toEqual(before)
    expect(await rowsOf(1)).toEqual([])
  })
  expect((await admin('POST', '/revenue-by-channel/retry')).body).toEqual({ retried: 'revenue-by-channel' })
  expect((await admin('POST', '/nothing/rebuild')).status).toBe(404)
})
