import type { Ask } from './gateway.ts'
import { seeOrder, type SeenOrder, type SeenPayment, type Tally } from './tally.ts'

interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string
}

/** Reads orders and payments as staff see them: the latest, or all since the demonstration began. */
export async function look(ask: Ask, tally: Tally, staff: string, howMuch: 'latest' | 'all'): Promise<void> {
  // Ids are UUIDv7, so their order is the order of placing.
  const [oldest] = [...tally.orders.keys()].toSorted()
  if (oldest === undefined) return
  const since = <Item>(path: string, idOf: (item: Item) => string) =>
    readSince<Item>(ask, { path, staff, isEnough: (item) => howMuch === 'latest' || idOf(item) < oldest })
  const [orders, payments] = await Promise.all([
    since<SeenOrder>('/api/v1/orders', ({ id }) => id),
    since<SeenPayment & { id: string }>('/api/v1/payments', ({ id }) => id),
  ])
  for (const order of orders.toReversed()) seeOrder(tally, order)
  for (const payment of payments) tally.payments.set(payment.orderId, payment)
}

interface Reading<Item> {
  readonly path: string
  readonly staff: string
  readonly isEnough: (last: Item) => boolean
}

async function readSince<Item>(ask: Ask, { path, staff, isEnough }: Reading<Item>): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor = ''; ;) {
    const { body } = await ask<Page<Item>>('GET', `${path}?limit=200${cursor}`, { as: staff })
    if (body === undefined) return items
    items.push(...body.items)
    const last = body.items.at(-1)
    if (body.nextCursor === undefined || last === undefined || isEnough(last)) return items
    cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`
  }
}
