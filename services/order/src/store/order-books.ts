import type { ReadHandle } from '@stoa/contract'
import type { OrderStatus, ReturnStatus } from '@stoa/contracts/order/resources'
import { money } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'
import { openSagas } from '@stoa/saga'
import type { OrderBook } from '../domain/books.ts'
import { cancellationSagaKey } from '../domain/order.ts'
import { returnSagaKey, type ReceivedLine } from '../domain/returns.ts'

interface BookRow {
  readonly id: string
  readonly number: string
  readonly status: OrderStatus
  readonly version: number
  readonly cancel_reason: string | null
  readonly cancellations: number
  readonly quote_id: string
  readonly currency: string
  readonly total: number
  readonly items: readonly { readonly sku: string; readonly quantity: number }[]
  readonly returns: readonly {
    readonly id: string
    readonly status: ReturnStatus
    readonly receipts: number
    readonly received: readonly ReceivedLine[]
    readonly refunded: number | null
  }[]
}

/** An order's book, and the state of a saga that works on it, when one does. */
export interface ReadBook {
  readonly book: OrderBook
  readonly saga: 'under_way' | 'stuck' | undefined
}

/** The books of the orders after this id and up to that one, in the order of their ids. */
export function readBooksAfter(db: ReadHandle, after: string, limit: number): Promise<ReadBook[]> {
  return readBooks(db, fragment`where id > ${after} order by id limit ${limit}`)
}

/** The books of these orders; one that does not exist is left out. */
export function readBooksOf(db: ReadHandle, ids: readonly string[]): Promise<ReadBook[]> {
  return readBooks(db, fragment`where id = any(${ids}::uuid[])`)
}

async function readBooks(db: ReadHandle, wanted: ReturnType<typeof fragment>): Promise<ReadBook[]> {
  const rows = await db.sql<BookRow>`
    select id, number, status, version, cancel_reason, cancellations, quote_id, currency, total, items, (
             select coalesce(json_agg(json_build_object('id', id, 'status', status, 'receipts', receipts,
                                                        'received', coalesce(received, '[]'), 'refunded', refunded)), '[]')
               from returns where order_id = orders.id and status in ('received', 'refunded')
           ) as returns
      from orders ${wanted}`
  const sagasOf = new Map(rows.map((row) => [row.id, sagaIdsOf(row)]))
  const open = await openSagas(db, [...sagasOf.values()].flat())
  return rows.map((row) => {
    const states = (sagasOf.get(row.id) ?? []).flatMap((id) => open.get(id) ?? [])
    const saga = states.length === 0 ? undefined : states.every((state) => state === 'stuck') ? 'stuck' : 'under_way'
    return { book: bookOf(row), saga }
  })
}

/** All sagas that may work on an order. */
function sagaIdsOf({ id, cancellations, returns }: BookRow): string[] {
  const received = returns.filter(({ status }) => status === 'received')
  return [
    `order-fulfilment:${id}`,
    `order-cancellation:${cancellationSagaKey(id, cancellations)}`,
    ...received.map((one) => `order-return:${returnSagaKey(one.id, one.receipts)}`),
  ]
}

function bookOf(row: BookRow): OrderBook {
  const paidBack = row.returns.filter(({ status }) => status === 'refunded')
  return {
    id: row.id,
    number: row.number,
    status: row.status,
    version: row.version,
    isCancelling: row.cancel_reason !== null,
    quoteId: row.quote_id,
    total: money(row.total, row.currency),
    lines: row.items.map(({ sku, quantity }) => ({ sku, quantity })),
    refunded: paidBack.reduce((sum, { refunded }) => sum + (refunded ?? 0), 0),
    returned: paidBack.flatMap(({ received }) => received.filter(({ inOrder }) => inOrder)),
    unpaidReturns: row.returns.length - paidBack.length,
  }
}
