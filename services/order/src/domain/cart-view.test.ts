import type { CartId, QuoteId, UserId } from '@stoa/contracts/shared/ids'
import { money } from '@stoa/kernel'
import { expect, test } from 'vitest'
import type { CartItem, CartPrices } from './cart.ts'
import { showCart, type KnownPrices, type Offered } from './cart-view.ts'

const at = Temporal.Instant.from('2026-01-01T00:00:00Z')
const eur = (amount: number) => money(amount, 'EUR')
const item = (sku: string, quantity: number, amount?: number): CartItem => ({
  sku,
  name: `${sku} as added`,
  quantity,
  ...(amount === undefined ? {} : { unitPrice: eur(amount) }),
})
const pricesOf = (lines: readonly (readonly [sku: string, quantity: number, amount: number])[]): CartPrices => ({
  quoteId: 'q' as QuoteId,
  expiresAt: '2026-01-01T00:15:00Z',
  lines: lines.map(([sku, quantity, amount]) => ({
    sku,
    name: sku,
    quantity,
    unitPrice: eur(amount),
    discount: eur(0),
    tax: eur(0),
    total: eur(amount * quantity),
  })),
  sums: { subtotal: eur(1), discount: eur(0), tax: eur(0), shipping: eur(0), total: eur(1) },
})
const view = (
  items: readonly CartItem[],
  known: KnownPrices,
  offered: ReadonlyMap<string, Offered> = new Map<string, Offered>(),
) =>
  showCart(
    {
      id: 'c' as CartId,
      customerId: 'u' as UserId,
      isGuest: false,
      status: 'open',
      region: 'DE',
      currency: 'EUR',
      channel: 'web',
      items,
      orderId: undefined,
      mergedInto: undefined,
      version: 1,
      createdAt: at,
      updatedAt: at,
      expiresAt: at.add({ hours: 1 }),
    },
    known,
    offered,
    at,
  )

test('shows the price before beside the one now, only if it was another', () => {
  const prices = pricesOf([
    ['A', 1, 120],
    ['B', 1, 100],
  ])
  const { items } = view([item('A', 1, 100), item('B', 1, 100)], { state: 'current', prices })
  expect(items.map(({ unitPrice, previousUnitPrice }) => [unitPrice?.amount, previousUnitPrice?.amount])).toEqual([
    [120, 100],
    [100, undefined],
  ])
})

test('a line that current prices leave out is not available, one without known prices may be', () => {
  const prices = pricesOf([['A', 1, 100]])
  const items = [item('A', 1), item('B', 1)]
  const available = (known: KnownPrices) => view(items, known).items.map(({ isAvailable }) => isAvailable)
  expect(available({ state: 'current', prices })).toEqual([true, false])
  expect(available({ state: 'outdated', prices })).toEqual([true, true])
  expect(available({ state: 'missing', prices: undefined })).toEqual([true, true])
})

test('a line that is not for sale shows no price, not even the last one', () => {
  const offered = new Map([['A', { name: 'Now A', isForSale: false }]])
  const known = { state: 'outdated', prices: pricesOf([['A', 1, 100]]) } as const
  expect(view([item('A', 1)], known, offered).items).toEqual([
    { sku: 'A', name: 'Now A', quantity: 1, isAvailable: false },
  ])
})

test('a price of another quantity is not that of the line', () => {
  const known = { state: 'outdated', prices: pricesOf([['A', 2, 100]]) } as const
  expect(view([item('A', 3)], known).items[0]?.unitPrice).toBeUndefined()
})

test('only current prices name the quote that an order is charged by', () => {
  const prices = pricesOf([['A', 1, 100]])
  expect(view([item('A', 1)], { state: 'current', prices })).toMatchObject({
    quoteId: 'q',
    pricesValidUntil: prices.expiresAt,
  })
  const outdated = view([item('A', 1)], { state: 'outdated', prices })
  expect([outdated.quoteId, outdated.pricesValidUntil, outdated.totals?.total]).toEqual([undefined, undefined, eur(1)])
})
