import { causes, givenBy, refused } from '@stoa/eventsourcing/given'
import type { NewSaleLine } from '@stoa/contracts/sales/resources'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideSale, type SaleCommand } from './decide-sale.ts'
import { evolveSale, netOf, unitsOf, type SaleEvent, type SaleState } from './sale.ts'

const decider = { initial: undefined as SaleState, decide: decideSale, evolve: evolveSale }
const given = givenBy<SaleState, SaleCommand, SaleEvent>(decider)

const at = '2026-11-29T10:00:00Z'
const eur = (amount: number) => ({ amount, currency: 'EUR' })
const line = (more: Partial<NewSaleLine> = {}): NewSaleLine => ({
  sku: 'TEA',
  quantity: 2,
  unitPrice: eur(1_000),
  ...more,
})
const sell = (lines: readonly NewSaleLine[], mayDiscount = false): SaleCommand => ({
  kind: 'sell',
  at,
  till: 'TILL-1',
  lines,
  mayDiscount,
  forSale: ['TEA', 'CUP', 'A', 'B', 'C'],
})
const giveBack = (quantity: number, sku = 'TEA'): SaleCommand => ({
  kind: 'return',
  at,
  lines: [{ sku, quantity }],
  reason: 'damaged',
})
const sold: SaleEvent = {
  type: 'sale-recorded',
  data: {
    channel: 'pos',
    at,
    till: 'TILL-1',
    lines: [{ sku: 'TEA', quantity: 3, unitPrice: eur(334), discount: eur(2), total: eur(1_000) }],
    shipping: eur(0),
    total: eur(1_000),
  },
}
const ordered: SaleEvent = {
  type: 'sale-recorded',
  data: {
    channel: 'online',
    at,
    orderNumber: 'S-1',
    lines: [{ sku: 'TEA', quantity: 2, total: eur(2_000) }],
    shipping: eur(490),
    total: eur(2_490),
  },
}
const returned = (quantity: number, amount: number, all: boolean): SaleEvent => ({
  type: 'goods-returned',
  data: { channel: 'pos', at, lines: [{ sku: 'TEA', quantity }], amount: eur(amount), all, reason: 'damaged' },
})
const voided = (of: 'pos' | 'online', amount: number, reason: 'mistake' | 'order_cancelled'): SaleEvent => ({
  type: 'sale-voided',
  data: { channel: of, at, amount: eur(amount), reason },
})

test('a sale has the sum of its lines, without their discounts', () => {
  const lines = [line({ discount: eur(400) }), line({ sku: 'CUP', quantity: 1, unitPrice: eur(500) })]
  const recorded = [
    { sku: 'TEA', quantity: 2, unitPrice: eur(1_000), discount: eur(400), total: eur(1_600) },
    { sku: 'CUP', quantity: 1, unitPrice: eur(500), discount: eur(0), total: eur(500) },
  ]
  const data = { channel: 'pos', at, till: 'TILL-1', lines: recorded, shipping: eur(0), total: eur(2_100) } as const
  given()
    .when(sell(lines))
    .then(causes({ type: 'sale-recorded', data }))
})

test('a discount of 20 % needs no manager, a cent more does', () => {
  given()
    .when(sell([line({ discount: eur(401) })]))
    .then(refused('sales.discount_needs_manager'))
  expect(decideSale(sell([line({ discount: eur(400) })]), undefined)).toHaveLength(1)
  expect(decideSale(sell([line({ discount: eur(401) })], true), undefined)).toHaveLength(1)
})

test('only active products are sold', () => {
  given()
    .when(sell([line(), line({ sku: 'OLD' })], true))
    .then(refused('sales.not_for_sale'))
})

test('not even a manager gives more discount than the price', () => {
  given()
    .when(sell([line({ discount: eur(2_001) })], true))
    .then(refused('sales.discount_exceeds_price'))
})

test('a sale has one currency, which exists', () => {
  const dollars = { amount: 100, currency: 'USD' }
  given()
    .when(sell([line(), line({ unitPrice: dollars })]))
    .then(refused('sales.currency_mixed'))
  given()
    .when(sell([line({ discount: dollars })]))
    .then(refused('sales.currency_mixed'))
  given()
    .when(sell([line({ unitPrice: { amount: 100, currency: 'XXX' } })]))
    .then(refused('sales.currency_unknown'))
})

test('a sale is recorded once', () => {
  given(sold)
    .when(sell([line()]))
    .then(causes())
  given(ordered)
    .when({ kind: 'record-order', at, orderNumber: 'S-1', lines: [], total: eur(0) })
    .then(causes())
})

test('the sale of an order has what was paid beside its lines as shipping', () => {
  given()
    .when({
      kind: 'record-order',
      at,
      orderNumber: 'S-1',
      lines: [{ sku: 'TEA', quantity: 2, total: eur(2_000) }],
      total: eur(2_490),
    })
    .then(causes(ordered))
})

test('a sale is voided once, as a whole, and not after a return', () => {
  const command: SaleCommand = { kind: 'void', at, reason: 'mistake' }
  given(sold)
    .when(command)
    .then(causes(voided('pos', 1_000, 'mistake')))
  given(sold, voided('pos', 1_000, 'mistake'))
    .when(command)
    .then(refused('sales.voided'))
  given(sold, returned(1, 334, false))
    .when(command)
    .then(refused('sales.has_returns'))
  given().when(command).then(refused('sales.not_found'))
})

test('the sale of an order changes only with its order', () => {
  given(ordered).when({ kind: 'void', at, reason: 'mistake' }).then(refused('sales.follows_order'))
  given(ordered).when(giveBack(1)).then(refused('sales.follows_order'))
  given(ordered)
    .when({ kind: 'cancel-order', at })
    .then(causes(voided('online', 2_490, 'order_cancelled')))
  given(ordered, voided('online', 2_490, 'order_cancelled'))
    .when({ kind: 'cancel-order', at })
    .then(causes())
  given().when({ kind: 'cancel-order', at }).then(causes())
  given()
    .when({ kind: 'return-order', at, lines: [{ sku: 'TEA', quantity: 1 }] })
    .then(causes())
})

test('what happens to the sale of an order has the channel of the order', () => {
  const ofApp: SaleEvent = { ...ordered, data: { ...ordered.data, orderChannel: 'app' } }
  const lines = [{ sku: 'TEA', quantity: 2, total: eur(2_000) }]
  const command = { kind: 'record-order', at, orderNumber: 'S-1', lines, total: eur(2_490) } as const
  given()
    .when({ ...command, orderChannel: 'app' })
    .then(causes(ofApp))
  given().when(command).then(causes(ordered))
  const undone = voided('online', 2_490, 'order_cancelled')
  given(ofApp)
    .when({ kind: 'cancel-order', at })
    .then(causes({ ...undone, data: { ...undone.data, orderChannel: 'app' } } as SaleEvent))
})

test('the last of the goods brings back the shipping of an order', () => {
  const back = (quantity: number, amount: number, all: boolean): SaleEvent => ({
    type: 'goods-returned',
    data: {
      channel: 'online',
      at,
      lines: [{ sku: 'TEA', quantity }],
      amount: eur(amount),
      all,
      reason: 'order_returned',
    },
  })
  const one: SaleCommand = { kind: 'return-order', at, lines: [{ sku: 'TEA', quantity: 1 }] }
  given(ordered)
    .when(one)
    .then(causes(back(1, 1_000, false)))
  given(ordered, back(1, 1_000, false))
    .when(one)
    .then(causes(back(1, 1_490, true)))
})

test('goods come back for their share, and no more of them than were sold', () => {
  given(sold)
    .when(giveBack(1))
    .then(causes(returned(1, 334, false)))
  given(sold, returned(1, 334, false))
    .when(giveBack(2))
    .then(causes(returned(2, 666, true)))
  given(sold, returned(1, 334, false))
    .when(giveBack(3))
    .then(refused('sales.return_exceeds_sale'))
  given(sold).when(giveBack(1, 'CUP')).then(refused('sales.return_exceeds_sale'))
  given(sold, voided('pos', 1_000, 'mistake'))
    .when(giveBack(1))
    .then(refused('sales.voided'))
})

const anyLine = fc.record({
  sku: fc.constantFrom('A', 'B', 'C'),
  quantity: fc.integer({ min: 1, max: 5 }),
  unitPrice: fc.integer({ min: 0, max: 100_000 }).map(eur),
  discount: fc.integer({ min: 0, max: 100 }).map((percent) => percent),
})

test('whatever is sold and comes back in whichever parts, the values add up to the total, and nothing is left', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { minLength: 1, maxLength: 6 }), fc.integer(), (asked, seed) => {
      const lines = asked.map(({ discount, ...each }) => ({
        ...each,
        discount: eur(Math.floor((each.unitPrice.amount * each.quantity * discount) / 100)),
      }))
      const apply = (sale: SaleState, command: SaleCommand) => {
        const decision = decideSale(command, sale)
        if ('kind' in decision) throw new Error(decision.code)
        return decision.reduce(evolveSale, sale)
      }
      let sale = apply(undefined, sell(lines, true))
      const units = unitsOf(lines).flatMap(({ sku, quantity }) => Array.from({ length: quantity }, () => sku))
      const shuffled = units.toSorted((a, b) => ((a.charCodeAt(0) * seed) % 7) - ((b.charCodeAt(0) * seed) % 7))
      for (const sku of shuffled) {
        expect(sale?.status).not.toBe('returned')
        sale = apply(sale, giveBack(1, sku))
        expect(netOf(sale as NonNullable<SaleState>).amount).toBeGreaterThanOrEqual(0)
      }
      expect(sale).toMatchObject({ status: 'returned', returned: sale?.total })
      expect(netOf(sale as NonNullable<SaleState>)).toEqual(eur(0))
    }),
  )
})

test('a sale has a highest total', () => {
  const lines = (amount: number) => [line({ quantity: 1_000, unitPrice: eur(amount) })]
  given()
    .when(sell(lines(10_000_001)))
    .then(refused('sales.total_too_high'))
  expect(decideSale(sell(lines(10_000_000)), undefined)).toMatchObject([{ data: { total: eur(10_000_000_000) } }])
})
