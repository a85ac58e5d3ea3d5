import type { OrderStatus } from '@stoa/contracts/order/resources'
import { money, sumMoney } from '@stoa/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OrderItem } from './order.ts'
import {
  decideApproval,
  decideReceipt,
  decideRefusal,
  decideRequest,
  isAll,
  refundFor,
  worthOf,
  type Purchase,
  type ReturnableOrder,
  type ReturnLine,
  type ReturnState,
} from './returns.ts'

const eur = (amount: number) => money(amount, 'EUR')
const item = (sku: string, quantity: number, total: number): OrderItem => ({
  sku,
  name: sku,
  quantity,
  unitPrice: eur(0),
  discount: eur(0),
  tax: eur(0),
  total: eur(total),
})
const asked = (sku: string, quantity: number, status: ReturnState['status'] = 'requested'): ReturnState => ({
  status,
  items: [{ sku, quantity }],
  received: [],
})
const received = (sku: string, quantity: number, came: number): ReturnState => ({
  ...asked(sku, quantity, 'received'),
  received: [{ sku, quantity: came, inOrder: true }],
})

/** given(returns).of(order).when(wanted) */
const given = (...returns: ReturnState[]) => ({
  of: (order: Partial<ReturnableOrder> = {}) => ({
    when: (...wanted: ReturnLine[]) =>
      decideRequest(
        { status: 'delivered', items: [{ sku: 'TEA', quantity: 3 }], isWindowOver: false, ...order, returns },
        wanted,
      ),
  }),
})
const tea = (quantity: number) => ({ sku: 'TEA', quantity })

test('goods that have arrived can be sent back, others cannot', () => {
  const statuses: OrderStatus[] = ['pending', 'on_hold', 'confirmed', 'picking', 'shipped', 'cancelled', 'rejected']
  for (const status of statuses) expect(given().of({ status }).when(tea(1))).toEqual({ kind: 'not_delivered' })
  for (const status of ['delivered', 'completed', 'partially_returned'] as const)
    expect(given().of({ status }).when(tea(3))).toEqual({ kind: 'accept' })
})

test('nothing is taken back once the window is over', () => {
  expect(given().of({ isWindowOver: true }).when(tea(1))).toEqual({ kind: 'window_over' })
})

test('what is asked for already, or came back, cannot be sent back again', () => {
  const wrong = (detail: string) => ({ kind: 'wrong_lines', lines: [{ index: 0, field: 'quantity', detail }] })
  expect(given(asked('TEA', 2)).of().when(tea(2))).toEqual(wrong('must be at most 1'))
  expect(
    given(asked('TEA', 3, 'approved'))
      .of()
      .when(tea(1)),
  ).toEqual(wrong('must be at most 0'))
  expect(
    given(received('TEA', 3, 1))
      .of()
      .when(tea(3)),
  ).toEqual(wrong('must be at most 2'))
})

test('what was refused, or asked for and never came, can be sent back', () => {
  expect(
    given(asked('TEA', 3, 'refused'))
      .of()
      .when(tea(3)),
  ).toEqual({ kind: 'accept' })
  expect(
    given(received('TEA', 3, 1))
      .of()
      .when(tea(2)),
  ).toEqual({ kind: 'accept' })
})

test('a line is counted with those before it, and a SKU that was not bought is named', () => {
  expect(given().of().when(tea(2), { sku: 'CUP', quantity: 1 }, tea(2))).toEqual({
    kind: 'wrong_lines',
    lines: [
      { index: 1, field: 'sku', detail: 'is not part of the order' },
      { index: 2, field: 'quantity', detail: 'must be at most 1' },
    ],
  })
})

test('a return is approved once, and refused until it has come', () => {
  const inEach = (decide: typeof decideApproval) =>
    (['requested', 'approved', 'refused', 'received', 'refunded'] as const).map((status) =>
      decide(asked('TEA', 1, status)),
    )
  expect(inEach(decideApproval)).toEqual(['move', 'done', 'refuse', 'refuse', 'refuse'])
  expect(inEach(decideRefusal)).toEqual(['move', 'move', 'done', 'refuse', 'refuse'])
})

test('an approved return is received, at most as it was asked for', () => {
  expect(decideReceipt(asked('TEA', 2, 'approved'), [tea(1), tea(1)])).toEqual({ kind: 'receive' })
  expect(decideReceipt(asked('TEA', 2, 'approved'), [tea(1), tea(2)])).toMatchObject({ kind: 'wrong_lines' })
  for (const status of ['requested', 'refused', 'received', 'refunded'] as const)
    expect(decideReceipt(asked('TEA', 2, status), [tea(1)])).toEqual({ kind: 'refuse' })
})

test('a unit is worth its part of what was paid for its line, the odd cents with the first', () => {
  const purchase = { items: [item('TEA', 3, 1_000), item('CUP', 1, 500)], total: eur(1_999) }
  expect(worthOf(purchase, [tea(1)])).toEqual(eur(334))
  expect(worthOf(purchase, [tea(2)])).toEqual(eur(667))
  expect(refundFor(purchase, { came: [tea(1)], refunds: eur(334) }, [tea(2)])).toEqual(eur(666))
})

test('units of a SKU whose lines cost differently are worth their part of all of them, whichever comes first', () => {
  const dear = item('TEA', 1, 2_000)
  const cheap = item('TEA', 1, 1_000)
  for (const items of [
    [dear, cheap],
    [cheap, dear],
  ]) {
    const purchase = { items, total: eur(3_000) }
    expect(worthOf(purchase, [tea(1)])).toEqual(eur(1_500))
    expect(refundFor(purchase, { came: [tea(1)], refunds: eur(1_500) }, [tea(1)])).toEqual(eur(1_500))
    // one that came before was paid at the price of a line
    expect(refundFor(purchase, { came: [tea(1)], refunds: eur(2_000) }, [tea(1)])).toEqual(eur(1_000))
  }
})

test('what was paid beside the goods is given back with the last of them', () => {
  const purchase = { items: [item('TEA', 2, 1_000)], total: eur(1_499) }
  expect(refundFor(purchase, { came: [], refunds: eur(0) }, [tea(1)])).toEqual(eur(500))
  expect(refundFor(purchase, { came: [tea(1)], refunds: eur(500) }, [tea(1)])).toEqual(eur(999))
})

const purchases = fc
  .record({
    items: fc.array(
      fc.record({
        sku: fc.constantFrom('TEA', 'CUP', 'POT'),
        quantity: fc.integer({ min: 1, max: 7 }),
        total: fc.integer({ min: 0, max: 10_000 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    shipping: fc.integer({ min: 0, max: 999 }),
  })
  .map(({ items, shipping }): Purchase => {
    const lines = items.map(({ sku, quantity, total }) => item(sku, quantity, total))
    return {
      items: lines,
      total: eur(lines.reduce((sum, line) => sum + line.total.amount, shipping)),
    }
  })

test('the refunds of an order that comes back in any parts add up to what was paid, and never to more', () => {
  fc.assert(
    fc.property(purchases, fc.infiniteStream(fc.nat()), fc.integer({ min: 1, max: 4 }), (purchase, dice, most) => {
      const units = purchase.items.flatMap(({ sku, quantity }) => Array.from({ length: quantity }, () => sku))
      const came: ReturnLine[] = []
      const refunds = [eur(0)]
      while (units.length > 0) {
        const parcel: ReturnLine[] = []
        for (let count = 0; count < most && units.length > 0; count += 1) {
          const [sku] = units.splice((dice.next().value ?? 0) % units.length, 1)
          if (sku !== undefined) parcel.push({ sku, quantity: 1 })
        }
        const refund = refundFor(purchase, { came, refunds: sumMoney(refunds, 'EUR') }, parcel)
        came.push(...parcel)
        refunds.push(refund)
        expect(refund.amount).toBeGreaterThanOrEqual(0)
        expect(sumMoney(refunds, 'EUR').amount).toBeLessThanOrEqual(purchase.total.amount)
        expect(isAll(purchase.items, came)).toBe(units.length === 0)
      }
      expect(sumMoney(refunds, 'EUR')).toEqual(purchase.total)
    }),
  )
})

test('however often goods are asked for, no more is taken back than was bought', () => {
  const tries = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('requested', 'refused', 'received')))
  fc.assert(
    fc.property(tries, (wanted) => {
      const returns: ReturnState[] = []
      for (const [quantity, status] of wanted) {
        if (
          given(...returns)
            .of()
            .when(tea(quantity)).kind !== 'accept'
        )
          continue
        returns.push(status === 'received' ? received('TEA', quantity, quantity) : asked('TEA', quantity, status))
      }
      const kept = returns.filter(({ status }) => status !== 'refused')
      expect(kept.flatMap(({ items }) => items).reduce((sum, line) => sum + line.quantity, 0)).toBeLessThanOrEqual(3)
    }),
  )
})
