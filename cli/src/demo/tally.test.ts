import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { fitted, lineOf, screenOf } from './screen.ts'
import { summarize } from './summary.ts'
import { countAnswer, findDifferences, makeTally, seeOrder, recordFact, type SeenOrder, type Tally } from './tally.ts'

const eur = (amount: number) => ({ amount, currency: 'EUR' })

function tallyOf(...orders: (Partial<SeenOrder> & { captured?: number; refunded?: number })[]): Tally {
  const tally = makeTally()
  for (const [index, { captured = 0, refunded = 0, ...more }] of orders.entries()) {
    const id = `order-${index}`
    tally.orders.set(id, undefined)
    seeOrder(tally, { id, number: `S-${index}`, customerId: 'ada', status: 'pending', total: eur(1_000), ...more })
    tally.payments.set(id, { orderId: id, captured: eur(captured), refunded: eur(refunded) })
  }
  return tally
}

test('money that is not as its order stands is a difference', () => {
  const right = [
    { status: 'confirmed', captured: 1_000 },
    { status: 'completed', captured: 1_000 },
    { status: 'rejected', captured: 1_000, refunded: 1_000 },
    { status: 'cancelled' },
    { status: 'on_hold' },
    { status: 'returned', captured: 1_000, refunded: 1_000 },
    { status: 'partially_returned', captured: 1_000, refunded: 300 },
  ]
  expect(findDifferences(tallyOf(...right))).toEqual([])
  const wrong = [
    { status: 'confirmed' },
    { status: 'delivered', captured: 2_000 },
    { status: 'shipped', captured: 1_000, refunded: 1 },
    { status: 'rejected', captured: 1_000 },
    { status: 'returned', captured: 1_000, refunded: 999 },
    { status: 'partially_returned', captured: 1_000 },
  ]
  expect(findDifferences(tallyOf(...wrong))).toHaveLength(wrong.length)
})

test('an order that was placed and never seen again is a difference', () => {
  const tally = makeTally()
  tally.orders.set('lost', undefined)
  expect(findDifferences(tally)).toEqual(['lost was placed and is not there'])
})

test('other people’s orders are not counted, and a move is told once', () => {
  const tally = tallyOf({ status: 'confirmed' })
  const [first] = tally.orders.values()
  if (first !== undefined) seeOrder(tally, first)
  seeOrder(tally, { id: 'other', number: 'S-9', customerId: 'bob', status: 'confirmed', total: eur(1) })
  expect(tally.orders.size).toBe(1)
  expect(tally.latest.map(({ text }) => text)).toEqual(['S-0  confirmed  €10.00'])
})

test('the summary has counts by status, reasons and codes, the most frequent first', () => {
  const tally = tallyOf(
    { status: 'rejected', reason: 'payment.declined' },
    { status: 'rejected', reason: 'inventory.insufficient_stock' },
    { status: 'confirmed', captured: 1_000 },
    { status: 'rejected', reason: 'inventory.insufficient_stock' },
    { status: 'partially_returned', captured: 1_000, refunded: 400 },
  )
  for (const code of ['user.credentials_wrong', undefined, 'order.unknown_sku', 'order.unknown_sku'])
    countAnswer(tally, { code })
  const summary = summarize(tally, 5)
  expect(summary).toMatchObject({
    placed: 5,
    requests: 4,
    byStatus: { confirmed: 1, partially_returned: 1, rejected: 3 },
    captured: eur(2_000),
    refunded: eur(400),
    differences: [],
  })
  expect(Object.entries(summary.rejections)).toEqual([
    ['inventory.insufficient_stock', 2],
    ['payment.declined', 1],
  ])
  expect(Object.entries(summary.refusals)).toEqual([
    ['order.unknown_sku', 2],
    ['user.credentials_wrong', 1],
  ])
})

test('the screen shows where orders stand, what is kept, why some were turned away, and what came last', () => {
  const tally = tallyOf({ status: 'confirmed', captured: 1_000 }, { status: 'rejected', reason: 'payment.declined' })
  for (let count = 0; count < 20; count += 1) recordFact(tally, `fact ${count}`)
  const lines = screenOf(tally, tally.startedAt).map((line) => stripVTControlCharacters(line))
  expect(lines).toContain('Orders    confirmed 1, rejected 1')
  expect(lines).toContain('Money     €10.00 taken, €0.00 given back, €10.00 kept')
  expect(lines).toContain('Rejected     1 payment.declined')
  expect(lines.filter((line) => line.includes('fact'))).toHaveLength(8)
  expect(lineOf(tally, tally.startedAt)).toBe('0:00  2 orders: confirmed 1, rejected 1; €10.00 kept')
})

test('a line is as wide as the terminal at most', () => {
  expect(fitted('\u001b[1mOrders\u001b[22m', 6)).toBe('\u001b[1mOrders\u001b[22m')
  expect(fitted('\u001b[1mOrders\u001b[22m', 3)).toBe('Ord')
})
