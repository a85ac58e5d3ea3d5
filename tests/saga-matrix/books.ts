import type { RunningSystem } from './running-system.ts'

type Row = Readonly<Record<string, any>>

/** What all services hold about one order. */
export interface Books {
  readonly order: Row
  readonly history: readonly Row[]
  readonly sagas: readonly Row[]
  readonly returns: readonly Row[]
  readonly acceptances: readonly Row[]
  readonly couponUses: readonly Row[]
  readonly reservations: readonly Row[]
  readonly movements: readonly Row[]
  readonly payments: readonly Row[]
  readonly refunds: readonly Row[]
  readonly charges: readonly Row[]
  readonly chargeRefunds: readonly Row[]
  readonly ledger: readonly Row[]
  readonly shipments: readonly Row[]
}

/** Reads what every service's own database says of an order. */
export async function readBooks(system: RunningSystem, orderId: string): Promise<Books> {
  const ask = async (service: string, sql: string): Promise<readonly Row[]> =>
    (await system.database(service).query<Row>(sql, [orderId])).rows
  const [order, history, returns, sagas, acceptances, couponUses, reservations, payments, shipments] =
    await Promise.all([
      ask('order', `select id, status, reason, cancel_reason, payment_id, total::int, items from orders where id = $1`),
      ask('order', 'select status, actor from order_status_history where order_id = $1 order by position'),
      ask('order', 'select id, status, received, refund_due::int, refunded::int from returns where order_id = $1'),
      ask(
        'order',
        `select id, name, key, state, reason, epoch::int from sagas
        where key = $1::text or split_part(key, '.', 1) in (select id::text from returns where order_id = $1::uuid)`,
      ),
      ask('pricing', 'select released_at is not null as released from acceptances where order_id = $1'),
      ask('pricing', 'select promotion_id from coupon_uses where order_id = $1'),
      ask('inventory', 'select id, status, lines, outstanding, returned from reservations where order_id = $1'),
      ask(
        'payment',
        `select id, status, code, captured::int, refunding::int, refunded::int, pending from payments where order_id = $1`,
      ),
      ask('shipping', 'select id, status from shipments where order_id = $1'),
    ])
  const ofPayments = 'in (select id from payments where order_id = $1)'
  const ofCharges = `(select c.* from sandbox_charges c join payments p on split_part(c.key, '/', 1) = p.id::text
                       where p.order_id = $1)`
  const [refunds, charges, chargeRefunds, ledger, movements] = await Promise.all([
    ask('payment', `select id, status, amount::int from refunds where payment_id ${ofPayments}`),
    ask('payment', `select key, state, amount::int, refunded::int from ${ofCharges} c`),
    ask(
      'payment',
      `select r.key, r.amount::int from sandbox_refunds r join ${ofCharges} c on c.reference = r.charge_reference`,
    ),
    ask('payment', `select kind, effect_id from ledger_transactions where payment_id ${ofPayments}`),
    ask('inventory', `select sku, delta::int, reason from stock_movements where reference = $1::text`),
  ])
  const [found] = order
  if (found === undefined) throw new Error(`there is no order ${orderId}`)
  const ofOrder = { order: found, history, sagas, returns, acceptances, couponUses, reservations, shipments }
  return { ...ofOrder, movements, payments, refunds, charges, chargeRefunds, ledger }
}

const sum = (rows: readonly Row[], column: string): number =>
  rows.reduce((all, row) => all + (row[column] as number), 0)
const unitsOf = (lines: readonly Row[]) => sum(lines, 'quantity')
const sold = ['confirmed', 'picking', 'shipped', 'delivered', 'completed', 'partially_returned', 'returned']

/** Where the services disagree about an order, or one of them did something twice; empty when all is well. */
export function differencesOf(books: Books): string[] {
  const { order, sagas } = books
  const live = sagas.filter(({ state }) => state !== 'completed' && state !== 'compensated')
  if (live.length > 0) return live.map(({ name, state }) => `${name} is ${state}`)
  const isSold = sold.includes(order['status'])
  const isOff = order['status'] === 'rejected' || order['status'] === 'cancelled'
  if (!isSold && !isOff) return [`the order is left ${order['status']}`]
  return [
    ...moneyDifferences(books, isSold),
    ...stockDifferences(books, isSold),
    ...couponDifferences(books, isSold),
    ...historyDifferences(books),
  ]
}

function moneyDifferences(books: Books, isSold: boolean): string[] {
  const { order, payments, refunds, charges, chargeRefunds, ledger, returns } = books
  const captured = sum(payments, 'captured')
  const refunded = sum(payments, 'refunded')
  const owed = isSold ? order['total'] - sum(returns, 'refunded') : 0
  const taken = charges.filter(({ state }) => state === 'captured')
  const doneRefunds = refunds.filter(({ status }) => status === 'done')
  return unequal([
    ['payments of the order', payments.length <= 1, true],
    ['something pending at the provider', payments.some(({ pending }) => pending !== null), false],
    ['being refunded', sum(payments, 'refunding'), 0],
    ['refunds that have not ended', refunds.filter(({ status }) => status === 'begun').length, 0],
    ['paid and kept', captured - refunded, owed],
    ['charges taken at the provider', taken.length, captured > 0 ? 1 : 0],
    ['taken at the provider', sum(taken, 'amount'), captured],
    ['given back at the provider', sum(chargeRefunds, 'amount'), refunded],
    ['given back, by its charges', sum(charges, 'refunded'), refunded],
    ['refunds', sum(doneRefunds, 'amount'), refunded],
    ['captures in the ledger', ledger.filter(({ kind }) => kind === 'capture').length, captured > 0 ? 1 : 0],
    ['refunds in the ledger', ledger.filter(({ kind }) => kind === 'refund').length, doneRefunds.length],
    [
      'the payment that the order names',
      order['payment_id'] ?? null,
      isSold ? payments[0]?.['id'] : order['payment_id'],
    ],
  ])
}

function stockDifferences({ order, reservations, shipments, movements, returns }: Books, isSold: boolean): string[] {
  const live = reservations.filter(({ status }) => status !== 'released')
  const isShipped = isSold && !['confirmed', 'picking'].includes(order['status'])
  const units = unitsOf(order['items'])
  const planned = shipments.filter(({ status }) => status !== 'cancelled')
  const came = returns.filter(({ status }) => status === 'refunded').flatMap(({ received }) => received as Row[])
  return unequal([
    ['live reservations', live.length, isSold ? 1 : 0],
    ['units of live reservations', unitsOf(live.flatMap(({ lines }) => lines)), isSold ? units : 0],
    [
      'units still promised',
      unitsOf(reservations.flatMap(({ outstanding }) => outstanding)),
      isSold && !isShipped ? units : 0,
    ],
    ['reservations merely held', live.filter(({ status }) => status === 'held').length, 0],
    ['shipments', planned.length, isSold ? 1 : 0],
    ['shipments ever made', shipments.length <= 1, true],
    [
      'units restocked',
      sum(
        movements.filter(({ reason }) => reason === 'returned'),
        'delta',
      ),
      unitsOf(came),
    ],
  ])
}

function couponDifferences({ acceptances, couponUses }: Books, isSold: boolean): string[] {
  return unequal([
    ['quotes accepted', acceptances.filter(({ released }) => released === false).length, isSold ? 1 : 0],
    ['quotes ever accepted', acceptances.length <= 1, true],
    ['coupons used', couponUses.length, isSold ? 1 : 0],
  ])
}

function historyDifferences({ history }: Books): string[] {
  const once = ['confirmed', 'rejected', 'cancelled', 'returned', 'on_hold']
  return unequal(
    once.map((status) => [`times ${status}`, history.filter((entry) => entry['status'] === status).length <= 1, true]),
  )
}

type Comparison = readonly [what: string, is: unknown, mustBe: unknown]

function unequal(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap(([what, is, mustBe]) =>
    is === mustBe ? [] : [`${what}: ${String(is)} instead of ${String(mustBe)}`],
  )
}
