import type { WriteHandle } from '@stoa/contract'
import type { RefundId } from '@stoa/contracts/shared/ids'
import { money, type Money } from '@stoa/kernel'

/** A refund without a credit note. */
export interface Refund {
  readonly refundId: RefundId
  readonly amount: Money
}

/** Stores a refund until the invoice of its order is issued. */
export async function keepRefund(tx: WriteHandle, orderId: string, { refundId, amount }: Refund): Promise<void> {
  await tx.sql`
    insert into waiting_refunds (refund_id, order_id, currency, amount)
    values (${refundId}, ${orderId}, ${amount.currency}, ${amount.amount}) on conflict do nothing`
}

/** Removes and returns the refunds of an order that wait for its invoice, oldest first. */
export async function takeRefundsOf(tx: WriteHandle, orderId: string): Promise<Refund[]> {
  const rows = await tx.sql<{ refund_id: RefundId; currency: string; amount: number }>`
    delete from waiting_refunds where order_id = ${orderId} returning refund_id, currency, amount`
  return rows
    .toSorted((one, other) => one.refund_id.localeCompare(other.refund_id))
    .map(({ refund_id, currency, amount }) => ({ refundId: refund_id, amount: money(amount, currency) }))
}
