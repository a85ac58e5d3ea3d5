import type { ReadHandle } from '@stoa/contract'
import type { OrderStatus, ReturnStatus } from '@stoa/contracts/order/resources'
import { money } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'
import { openSagas } from '@stoa/saga'
import type { OrderRecord } from '../domain/records.ts'
import { cancellationSagaKey } from '../domain/order.ts'
import { returnSagaKey, type ReceivedLine } from '../domain/returns.ts'

interface RecordRow {
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
export interface StoredRecord {
  readonly record: OrderRecord
  readonly saga: 'under_way' | 'stuck' | undefined
}

/** The books of the orders after this id and up to that one, in the order of their ids. */
export function readRecordsAfter(db: ReadHandle, after: string, limit: number): Promise<StoredRecord[]> {
  return readBooks(db, fragment`where id > ${after} order by id limit ${limit}`)
}

/** Returns the records of these orders; omits missing ones. */
export function readRecordsOf(db: ReadHandle, ids: readonly string[]): Promise<StoredRecord[]> {
  return readBooks(db, fragment`where id = any(${ids}::uuid[])`)
}

async function readBooks(db: ReadHandle, wanted: ReturnType<typeof fragment>): Promise<StoredRecord[]> {
  const rows = await db.sql<RecordRow>`
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
    return { record: recordOf(row), saga }
  })
}

/** All sagas that may work on an order. */
function sagaIdsOf({ id, cancellations, returns }: RecordRow): string[] {
  const received = returns.filter(({ status }) => status === 'received')
  return [
    `order-fulfilment:${id}`,
    `order-cancellation:${cancellationSagaKey(id, cancellations)}`,
    ...received.map((one) => `order-return:${returnSagaKey(one.id, one.receipts)}`),
  ]
}

function recordOf(row: RecordRow): OrderRecord {
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
