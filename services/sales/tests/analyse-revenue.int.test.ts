import { afterAll, beforeAll, expect, test } from 'vitest'
import { eur, manager, startSales, type SalesApp } from './sales-app.ts'

let app: SalesApp
beforeAll(async () => {
  app = await startSales()
  await app.service.database.transaction(
    ({ sql }) => sql`
      insert into revenue_by_channel (generation, day, currency, channel, order_channel, sales, gross, voided, returned)
      values (1, '2026-01-30', 'EUR', 'online', 'web', 2, 3001, 0, 0), (1, '2026-01-31', 'EUR', 'pos', '', 1, 500, 0, 100),
             (1, '2026-02-02', 'EUR', 'online', 'web', 1, 1000, 1000, 0), (1, '2026-02-02', 'SEK', 'online', 'web', 0, 0, 50, 0),
             (1, '2026-02-03', 'SEK', 'online', 'web', 4, ${2 ** 53 - 1}, 0, 0), (1, '2026-02-04', 'SEK', 'pos', '', 1, 1, 0, 0)`,
  )
})
afterAll(() => app.service.stop())

const analyse = (query: string) => app.service.request('GET', `/api/v2/sales/analytics?${query}`, { as: manager })

test('weeks begin on Monday and end with the range; sums are by currency, and by channel where asked', async () => {
  const { body } = await analyse('from=2026-01-30&to=2026-02-02&interval=week')
  expect(body).toMatchObject({ from: '2026-01-30', to: '2026-02-02', interval: 'week' })
  expect(body.items).toEqual([
    {
      from: '2026-01-30',
      to: '2026-02-01',
      currency: 'EUR',
      sales: 3,
      gross: eur(3_501),
      voided: eur(0),
      returned: eur(100),
      net: eur(3_401),
      averageSale: eur(1_167),
    },
    expect.objectContaining({ from: '2026-02-02', to: '2026-02-02', currency: 'EUR', net: eur(0) }),
    expect.objectContaining({ currency: 'SEK', sales: 0, net: { amount: -50, currency: 'SEK' } }),
  ])
  expect(body.items[2].averageSale).toBeUndefined()
  expect(body.totals).toMatchObject([
    { currency: 'EUR', sales: 4, net: eur(3_401) },
    { currency: 'SEK', sales: 0 },
  ])

  const { body: divided } = await analyse('from=2026-01-01&to=2026-02-02&interval=month&by=channel&currency=EUR')
  expect(divided.items).toMatchObject([
    { from: '2026-01-01', to: '2026-01-31', channel: 'online', gross: eur(3_001), averageSale: eur(1_501) },
    { from: '2026-01-01', to: '2026-01-31', channel: 'pos', gross: eur(500) },
    { from: '2026-02-01', to: '2026-02-02', channel: 'online' },
  ])
  expect((await analyse('from=2026-01-01&to=2026-02-02&channel=pos')).body.totals).toMatchObject([{ gross: eur(500) }])
})

test('a sum above 2^53 is refused and named; a day of it is not', async () => {
  expect(await analyse('from=2026-02-03&to=2026-02-04')).toMatchObject({
    status: 422,
    body: { code: 'sales.revenue_too_high', detail: 'The revenue of the range in SEK is more than 2^53 minor units.' },
  })
  expect((await analyse('from=2026-02-03&to=2026-02-03')).body.items).toMatchObject([
    { gross: { amount: 2 ** 53 - 1 } },
  ])
  expect((await analyse('from=2026-02-03&to=2026-02-01')).body.code).toBe('sales.range_invalid')
})
