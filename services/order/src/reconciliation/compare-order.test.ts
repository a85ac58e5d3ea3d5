import type { OrderStatus } from '@stoa/contracts/order/resources'
import { newId } from '@stoa/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RecordKeeper, OrderRecord, OtherRecords, PaymentRecord, ReservationRecord } from '../domain/records.ts'
import { compareOrder, findOrphans } from './compare-order.ts'

const everybody: ReadonlySet<RecordKeeper> = new Set(['payment', 'inventory', 'shipping', 'pricing'])
const id = newId()
const quoteId = newId()
const lines = [
  { sku: 'TEA', quantity: 2 },
  { sku: 'CUP', quantity: 1 },
]

const order = (status: OrderStatus, more: Partial<OrderRecord> = {}): OrderRecord => ({
  id,
  number: 'S-100001',
  status,
  version: 1,
  isCancelling: false,
  quoteId,
  total: { amount: 2_499, currency: 'EUR' },
  lines,
  refunded: 0,
  returned: [],
  unpaidReturns: 0,
  ...more,
})
const payment = (more: Partial<PaymentRecord> = {}): PaymentRecord => {
  const { captured = 2_499, refunded = 0 } = more
  return {
    orderId: id,
    status: refunded === 0 ? 'captured' : 'refunded',
    currency: 'EUR',
    captured,
    refunded,
    refundedByHand: 0,
    disputed: 0,
    ledgerBalance: captured - refunded,
    ledgerSum: 0,
    ...more,
  }
}
const reservation = (status: string, more: Partial<ReservationRecord> = {}): ReservationRecord => ({
  orderId: id,
  status,
  lines,
  returned: [],
  expires: false,
  ...more,
})
const shipment = (status: string) => ({ orderId: id, status })
const acceptance = (isReleased = false, uses = isReleased ? 0 : 1) => ({
  orderId: id,
  quoteId,
  total: { amount: 2_499, currency: 'EUR' },
  isReleased,
  uses,
})

/** What everybody keeps for an order that is as it should be. */
const booksOf: Readonly<Record<Exclude<OrderStatus, 'pending' | 'on_hold'>, OtherRecords>> = {
  confirmed: carriedOut('confirmed', 'planned'),
  picking: carriedOut('confirmed', 'released'),
  shipped: carriedOut('fulfilled', 'dispatched'),
  delivered: carriedOut('fulfilled', 'delivered'),
  completed: carriedOut('fulfilled', 'delivered'),
  partially_returned: carriedOut('fulfilled', 'delivered'),
  returned: carriedOut('fulfilled', 'delivered'),
  cancelled: {
    asked: everybody,
    payment: payment({ refunded: 2_499 }),
    reservation: reservation('released'),
    shipment: shipment('cancelled'),
    acceptance: acceptance(true),
  },
  rejected: { asked: everybody, payment: payment({ status: 'declined', captured: 0 }), acceptance: acceptance(true) },
}

function carriedOut(reserved: string, shipped: string): OtherRecords {
  return {
    asked: everybody,
    payment: payment(),
    reservation: reservation(reserved),
    shipment: shipment(shipped),
    acceptance: acceptance(),
  }
}

type Ended = keyof typeof booksOf
const ended = Object.keys(booksOf) as Ended[]
const paid = ended.filter((status) => status !== 'cancelled' && status !== 'rejected')

const kindsOf = (record: OrderRecord, others: OtherRecords) => compareOrder(record, others).map(({ kind }) => kind)
const kinds = (status: Ended, more: Partial<OtherRecords>, record: Partial<OrderRecord> = {}) =>
  kindsOf(order(status, record), { ...booksOf[status], ...more })

test.each(ended)('finds nothing on a %s order on which everybody agrees', (status) => {
  expect(compareOrder(order(status), booksOf[status])).toEqual([])
})

test('names the order, what was expected and what was found', () => {
  const records = { ...booksOf.confirmed, payment: payment({ captured: 2_000 }) }
  expect(compareOrder(order('confirmed'), records)).toEqual([
    {
      kind: 'payment.captured_differs',
      orderId: id,
      orderNumber: 'S-100001',
      expected: '2499 EUR captured',
      found: '2000 EUR captured, captured',
    },
  ])
})

test.each(paid)('misses what nobody keeps for a %s order', (status) => {
  expect(kindsOf(order(status), { asked: everybody })).toEqual([
    'payment.missing',
    'reservation.missing',
    'shipment.missing',
    'quote.missing',
  ])
})

test('what a cart holds for an order that has ended is given back by itself', () => {
  const others = { asked: everybody, reservation: reservation('held', { expires: true }) }
  expect(kindsOf(order('cancelled'), others)).toEqual([])
  expect(kindsOf(order('cancelled'), { asked: everybody, reservation: reservation('held') })).toEqual([
    'reservation.kept',
  ])
})

test('an order that costs nothing needs no payment, and one of nothing fits it', () => {
  const free = order('confirmed', { total: { amount: 0, currency: 'EUR' } })
  const { payment: _, ...others } = carriedOut('confirmed', 'planned')
  const accepted = { ...acceptance(), total: free.total }
  expect(kindsOf(free, { ...others, acceptance: accepted })).toEqual([])
  expect(kindsOf(free, { ...others, acceptance: accepted, payment: payment({ captured: 0 }) })).toEqual([])
  expect(kindsOf(free, { ...others, acceptance: accepted, payment: payment({ captured: 1 }) })).toEqual([
    'payment.captured_differs',
  ])
})

test('what a dispute has taken back is not kept for a cancelled order; what it has not is', () => {
  const kindsOfDisputed = (disputed: number, refunded: number) =>
    kinds('cancelled', { payment: payment({ refunded, disputed }) })
  expect(kindsOfDisputed(2_499, 0)).toEqual([])
  expect(kindsOfDisputed(2_499, 500)).toEqual([])
  expect(kindsOfDisputed(1_000, 500)).toEqual(['payment.kept'])
})

test.each(['cancelled', 'rejected'] as const)('finds everything that is kept for a %s order', (status) => {
  expect(kindsOf(order(status), carriedOut('confirmed', 'planned'))).toEqual([
    'payment.kept',
    'reservation.kept',
    'shipment.kept',
    'quote.kept',
    'coupon.kept',
  ])
})

test('finds a payment of an ended order that may still be charged', () => {
  for (const status of ['initiated', 'requires_action', 'in_review', 'authorized'])
    expect(kinds('rejected', { payment: payment({ status, captured: 0 }) })).toEqual(['payment.unsettled'])
})

test.each(['pending', 'on_hold'] as const)('finds a %s order that no saga works on', (status) => {
  expect(kindsOf(order(status), { asked: everybody })).toEqual(['order.unfinished'])
})

test('finds a cancellation and a return that no saga carries out', () => {
  expect(kinds('confirmed', {}, { isCancelling: true })).toEqual(['order.unfinished'])
  expect(kinds('delivered', {}, { unpaidReturns: 1 })).toEqual(['order.unfinished'])
  expect(kinds('cancelled', {}, { isCancelling: true })).toEqual([])
})

test('compares what was given back with the returns of the order', () => {
  const back = [{ sku: 'TEA', quantity: 1 }]
  const returned = { refunded: 900, returned: back }
  const agreed = {
    payment: payment({ refunded: 900 }),
    reservation: reservation('fulfilled', { returned: back }),
  }
  expect(kinds('partially_returned', agreed, returned)).toEqual([])
  expect(kinds('partially_returned', {}, returned)).toEqual([
    'payment.refunded_differs',
    'reservation.returned_differs',
  ])
})

test('takes what the back office has given back for what it is: a kindness, of which no return says anything', () => {
  expect(kinds('delivered', { payment: payment({ refunded: 500, refundedByHand: 500 }) })).toEqual([])
  expect(kinds('delivered', { payment: payment({ refunded: 500 }) })).toEqual(['payment.refunded_differs'])
  expect(kinds('cancelled', { payment: payment({ refunded: 2_499, refundedByHand: 500 }) })).toEqual([])
})

test('finds a ledger that does not sum to zero, and one that is not what was captured and given back', () => {
  expect(kinds('confirmed', { payment: payment({ ledgerSum: 1 }) })).toEqual(['ledger.unbalanced'])
  expect(kinds('confirmed', { payment: payment({ ledgerBalance: 0 }) })).toEqual(['ledger.differs'])
})

test('finds a reservation of other goods, in however many lines', () => {
  const split = [
    { sku: 'CUP', quantity: 1 },
    { sku: 'TEA', quantity: 1 },
    { sku: 'TEA', quantity: 1 },
  ]
  expect(kinds('confirmed', { reservation: reservation('confirmed', { lines: split }) })).toEqual([])
  const fewer = reservation('confirmed', { lines: split.slice(1) })
  expect(compareOrder(order('confirmed'), { ...booksOf.confirmed, reservation: fewer })).toMatchObject([
    { kind: 'reservation.lines_differ', expected: '2 × TEA, 1 × CUP', found: '2 × TEA' },
  ])
})

test('finds goods and parcels that are not where the order is', () => {
  expect(kinds('shipped', booksOf.confirmed)).toEqual(['reservation.status_differs', 'shipment.status_differs'])
  expect(kinds('picking', booksOf.delivered)).toEqual(['reservation.status_differs', 'shipment.status_differs'])
  expect(kinds('shipped', { shipment: shipment('failed') })).toEqual([])
})

test('finds a quote other than the order’s, or over another sum', () => {
  const other = { ...acceptance(), quoteId: newId() }
  const dearer = { ...acceptance(), total: { amount: 2_500, currency: 'EUR' } }
  for (const wrong of [other, dearer]) expect(kinds('confirmed', { acceptance: wrong })).toEqual(['quote.differs'])
  expect(kinds('confirmed', { acceptance: acceptance(true, 1) })).toEqual(['quote.missing', 'coupon.kept'])
})

test('finds what is kept for an order that does not exist', () => {
  const found = findOrphans(id, carriedOut('held', 'planned'))
  expect(found.map(({ kind }) => kind)).toEqual([
    'payment.orphan',
    'reservation.orphan',
    'shipment.orphan',
    'quote.orphan',
    'coupon.orphan',
  ])
  expect(new Set(found.map(({ orderId }) => orderId))).toEqual(new Set([id]))
})

test('takes a cart’s reservation, and what was undone, for no orphan', () => {
  expect(findOrphans(id, { asked: everybody, reservation: reservation('held', { expires: true }) })).toEqual([])
  const undone = { reservation: reservation('released'), shipment: shipment('cancelled'), acceptance: acceptance(true) }
  expect(findOrphans(id, { asked: everybody, ...undone })).toEqual([])
})

const statuses = fc.constantFrom(...(['pending', 'on_hold', ...ended] as OrderStatus[]))
const sums = fc.integer({ min: 0, max: 3 })
const units = fc.array(fc.record({ sku: fc.constantFrom('TEA', 'CUP'), quantity: fc.integer({ min: 1, max: 2 }) }), {
  maxLength: 3,
})
const anyBooks = fc.record(
  {
    payment: fc
      .record({ captured: sums, refunded: sums, refundedByHand: sums, ledgerBalance: sums, ledgerSum: sums })
      .map((all) => payment(all)),
    reservation: fc
      .record({
        status: fc.constantFrom('held', 'confirmed', 'fulfilled', 'released'),
        lines: units,
        expires: fc.boolean(),
      })
      .map(({ status, ...all }) => reservation(status, all)),
    shipment: fc.constantFrom('planned', 'released', 'dispatched', 'delivered', 'failed', 'cancelled').map(shipment),
    acceptance: fc.tuple(fc.boolean(), sums).map(([isReleased, uses]) => acceptance(isReleased, uses)),
  },
  { requiredKeys: [] },
)
const anyOrder = fc
  .record({ status: statuses, isCancelling: fc.boolean(), unpaidReturns: sums, refunded: sums, lines: units })
  .map(({ status, ...all }) => order(status, all))

test('tells each kind once for an order, whatever is wrong', () => {
  fc.assert(
    fc.property(anyOrder, anyBooks, (record, records) => {
      const found = kindsOf(record, { asked: everybody, ...records })
      expect(new Set(found).size).toBe(found.length)
    }),
  )
})

test('finds nothing in the books of those who were not asked', () => {
  const nobody: ReadonlySet<RecordKeeper> = new Set()
  fc.assert(
    fc.property(statuses, (status) => {
      const found = kindsOf(order(status), { asked: nobody })
      expect(found).toEqual(status === 'pending' || status === 'on_hold' ? ['order.unfinished'] : [])
    }),
  )
})

test('what one of them says wrong is found in its own books and no other', () => {
  const own: Readonly<Record<RecordKeeper, RegExp>> = {
    payment: /^(payment|ledger)\./,
    inventory: /^reservation\./,
    shipping: /^shipment\./,
    pricing: /^(quote|coupon)\./,
  }
  fc.assert(
    fc.property(fc.constantFrom(...ended), anyBooks, (status, wrong) => {
      for (const [keeper, part] of [
        ['payment', 'payment'],
        ['inventory', 'reservation'],
        ['shipping', 'shipment'],
        ['pricing', 'acceptance'],
      ] as const) {
        for (const kind of kinds(status, { [part]: wrong[part] })) expect(kind).toMatch(own[keeper])
      }
    }),
  )
})
