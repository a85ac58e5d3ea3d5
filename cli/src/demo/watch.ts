import type { Ask } from './gateway.ts'
import { seeOrder, type Tally } from './tally.ts'

/** Reads orders and payments as staff see them: the latest, or all since the demonstration began. */
export async function look(ask: Ask, tally: Tally, staff: string, howMuch: 'latest' | 'all'): Promise<void> {
  // Ids are UUIDv7, so their order is the order of placing.
  const [oldest] = [...tally.orders.keys()].toSorted()
  if (oldest === undefined) return
  const isEnough = ({ id }: { readonly id: string }) => howMuch === 'latest' || id < oldest
  const [orders, payments] = await Promise.all([
    readSince(isEnough, (query) => ask(staff, (api) => api.listOrders({ query }))),
    readSince(isEnough, (query) => ask(staff, (api) => api.listPayments({ query }))),
  ])
  for (const order of orders.toReversed()) seeOrder(tally, order)
  for (const payment of payments) tally.payments.set(payment.orderId, payment)
}

interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string
}

interface PageQuery {
  readonly limit: number
  readonly cursor?: string
}

async function readSince<Item>(
  isEnough: (last: Item) => boolean,
  readPage: (query: PageQuery) => Promise<Page<Item> | undefined>,
): Promise<Item[]> {
  const items: Item[] = []
  for (let query: PageQuery = { limit: 200 }; ;) {
    const page = await readPage(query)
    if (page === undefined) return items
    items.push(...page.items)
    const last = page.items.at(-1)
    if (page.nextCursor === undefined || last === undefined || isEnough(last)) return items
    query = { limit: 200, cursor: page.nextCursor }
  }
}
