import type { Answer } from './gateway.ts'

/** An amount in minor units. */
export interface Money {
  readonly amount: number
  readonly currency: string
}

/** An order as staff see it. */
export interface SeenOrder {
  readonly id: string
  readonly number: string
  readonly customerId: string
  readonly status: string
  readonly reason?: string
  readonly total: Money
}

/** What was taken and given back for an order. */
export interface SeenPayment {
  readonly orderId: string
  readonly captured: Money
  readonly refunded: Money
}

/** Something that happened, as shown to the user. */
export interface Happening {
  readonly at: Date
  readonly text: string
}

/** All that a demonstration has seen so far. */
export interface Tally {
  readonly startedAt: Date
  shoppers: number
  requests: number
  underWay: number
  /** By the code of the problem, how often. */
  readonly refusals: Map<string, number>
  /** Placed in this demonstration, oldest first; undefined until it is seen. */
  readonly orders: Map<string, SeenOrder | undefined>
  readonly payments: Map<string, SeenPayment>
  /** The latest last. */
  readonly latest: Happening[]
}

const latestCount = 8

export function makeTally(): Tally {
  return {
    startedAt: new Date(),
    shoppers: 0,
    requests: 0,
    underWay: 0,
    refusals: new Map(),
    orders: new Map(),
    payments: new Map(),
    latest: [],
  }
}

/** Counts an answer, by its code when it is a refusal. */
export function countAnswer(tally: Tally, { code }: Answer): void {
  tally.requests += 1
  if (code !== undefined) tally.refusals.set(code, (tally.refusals.get(code) ?? 0) + 1)
}

/** Notes something that happened. */
export function recordFact(tally: Tally, text: string): void {
  tally.latest.push({ at: new Date(), text })
  if (tally.latest.length > latestCount) tally.latest.shift()
}

/** Notes an order as it stands now; one that has moved is told of. */
export function seeOrder(tally: Tally, order: SeenOrder): void {
  if (!tally.orders.has(order.id)) return
  const before = tally.orders.get(order.id)
  tally.orders.set(order.id, order)
  if (before?.status === order.status) return
  const reason = order.status === 'rejected' && order.reason !== undefined ? ` (${order.reason})` : ''
  recordFact(tally, `${order.number}  ${wordsFor(order.status)}${reason}  ${moneyInWords(order.total)}`)
}

/** A status as people read it. */
export function wordsFor(status: string): string {
  return status.replaceAll('_', ' ')
}

/** An amount as people read it. */
export function moneyInWords({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const everyStatus = [
  'pending',
  'on_hold',
  'confirmed',
  'picking',
  'shipped',
  'delivered',
  'completed',
  'partially_returned',
  'returned',
  'cancelled',
  'rejected',
]

/** How many orders stand where, in the order of an order's life. */
export function countByStatus({ orders }: Tally): Map<string, number> {
  const counts = countBy([...orders.values()].map((order) => order?.status ?? 'pending'))
  return new Map(
    everyStatus.flatMap((status) => {
      const count = counts.get(status)
      return count === undefined ? [] : [[status, count] as const]
    }),
  )
}

/** Why orders were rejected, the most frequent first. */
export function countRejections({ orders }: Tally): Map<string, number> {
  const reasons = [...orders.values()].flatMap((order) =>
    order?.status === 'rejected' ? [order.reason ?? 'without a reason'] : [],
  )
  return byFrequency(countBy(reasons))
}

/** The greatest count first. */
export function byFrequency(counts: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...counts].toSorted(([, a], [, b]) => b - a))
}

function countBy(names: readonly string[]): Map<string, number> {
  return new Map([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]))
}

/** What was taken for these orders, and what of it was given back. */
export function sumMoney({ payments, orders }: Tally): { readonly captured: Money; readonly refunded: Money } {
  const own = [...payments.values()].filter(({ orderId }) => orders.has(orderId))
  const currency = own[0]?.captured.currency ?? 'EUR'
  const sum = (field: 'captured' | 'refunded') => ({
    amount: own.reduce((total, payment) => total + payment[field].amount, 0),
    currency,
  })
  return { captured: sum('captured'), refunded: sum('refunded') }
}

/** What is kept of the money of each order that is not as the order stands; none in a system that keeps its promises. */
export function findDifferences({ orders, payments }: Tally): string[] {
  return [...orders].flatMap(([id, order]) => {
    if (order === undefined) return [`${id} was placed and is not there`]
    const { captured, refunded } = payments.get(id) ?? {}
    const kept = (captured?.amount ?? 0) - (refunded?.amount ?? 0)
    const isRight = isPaidRight(order, kept)
    return isRight ? [] : [`${order.number} is ${wordsFor(order.status)} and ${kept} of ${order.total.amount} is kept`]
  })
}

function isPaidRight({ status, total }: SeenOrder, kept: number): boolean {
  switch (status) {
    case 'rejected':
    case 'cancelled':
    case 'returned':
    case 'on_hold':
      return kept === 0
    case 'partially_returned':
      return kept >= 0 && kept < total.amount
    // Its saga has not come to an end: the money may be on either side.
    case 'pending':
      return true
    default:
      return kept === total.amount
  }
}
