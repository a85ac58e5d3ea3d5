import { beforeAll, expect, test } from 'vitest'
import { ask, availabilityOf, paymentOf, signIn, stoa } from './shop.ts'

interface Summary {
  readonly placed: number
  readonly byStatus: Readonly<Record<string, number>>
  readonly rejections: Readonly<Record<string, number>>
  readonly refusals: Readonly<Record<string, number>>
  readonly captured: { readonly amount: number }
  readonly refunded: { readonly amount: number }
  readonly differences: readonly string[]
  readonly orders: readonly { readonly id: string; readonly status: string }[]
}

let staff: string

beforeAll(async () => {
  staff = await signIn('staff@stoa.example')
})

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)

test('a demonstration shows every outcome there is, and its summary is what the system says', async () => {
  const summary = JSON.parse(await stoa('demo', '--orders', '20', '--rate', '2', '--seed', '3', '--json')) as Summary
  expect(summary.differences).toEqual([])
  expect(summary.placed).toBe(summary.orders.length)
  expect(sum(Object.values(summary.byStatus))).toBe(summary.placed)
  expect(summary.rejections).toMatchObject({
    'inventory.insufficient_stock': 2,
    'payment.declined': 1,
    'payment.insufficient_funds': 1,
  })
  expect(summary.refusals).toMatchObject({
    'user.credentials_wrong': 2,
    'order.unknown_sku': 1,
    'payment.card_number_refused': 1,
  })
  const { cancelled = 0, returned = 0, partially_returned: partially = 0 } = summary.byStatus
  expect([cancelled, returned + partially]).toEqual([1, 2])

  const orders = await Promise.all(summary.orders.map(({ id }) => ask('GET', `/api/v1/orders/${id}`, { as: staff })))
  const rejected = orders.filter(({ body }) => body.status === 'rejected').map(({ body }) => body.reason as string)
  const reasons = Object.fromEntries(
    [...Map.groupBy(rejected, (reason) => reason)].map(([key, all]) => [key, all.length]),
  )
  expect(summary.rejections).toEqual(reasons)
  const payments = await Promise.all(summary.orders.map(({ id }) => paymentOf(id, staff)))
  const known = payments.filter((payment) => payment !== undefined)
  expect(summary.captured.amount).toBe(sum(known.map(({ captured }) => captured.amount)))
  expect(summary.refunded.amount).toBe(sum(known.map(({ refunded }) => refunded.amount)))
  expect(await availabilityOf('LIMITED-24')).toMatchObject({ available: 0 })
})

test('a demonstration with a wrong number is told so', async () => {
  await expect(stoa('demo', '--orders', 'many')).rejects.toThrow('--orders takes a number above 0, not "many"')
})
