import type { WriteHandle } from '@stoa/contract'
import type { RefundId } from '@stoa/contracts/shared/ids'
import { money } from '@stoa/kernel'
import { json } from '@stoa/postgres'
import type { Credit, ReturnedGoods } from '../domain/credit-note.ts'

/** A refund without a credit note. */
export interface Refund extends Credit {
  readonly refundId: RefundId
}

interface RefundRow {
  readonly refund_id: RefundId
  readonly currency: string
  readonly amount: number
  /** Null in a row of an older release. */
  readonly goods: readonly ReturnedGoods[] | null
}

/** Stores a refund until the invoice of its order is issued. */
export async function keepRefund(tx: WriteHandle, orderId: string, { refundId, amount, goods }: Refund): Promise<void> {
  await tx.sql`
    insert into waiting_refunds (refund_id, order_id, currency, amount, goods)
    values (${refundId}, ${orderId}, ${amount.currency}, ${amount.amount}, ${json(goods)}) on conflict do nothing`
}

/** Removes and returns the refunds of an order that wait for its invoice, oldest first. */
export async function takeRefundsOf(tx: WriteHandle, orderId: string): Promise<Refund[]> {
  const rows = await tx.sql<RefundRow>`
    delete from waiting_refunds where order_id = ${orderId} returning refund_id, currency, amount, goods`
  return rows
    .toSorted((one, other) => one.refund_id.localeCompare(other.refund_id))
    .map(({ refund_id: refundId, currency, amount, goods }) => ({
      refundId,
      amount: money(amount, currency),
      goods: goods ?? [],
    }))
}

/** Removes a refund that waits for the invoice of its order, if it does. */
export async function forgetRefund(tx: WriteHandle, refundId: string): Promise<void> {
  await tx.sql`delete from waiting_refunds where refund_id = ${refundId}`
}
