import type { WriteHandle } from '@stoa/contract'
import { advisoryXactLock } from '@stoa/postgres'

const keyOf = (orderId: string) => `order/${orderId}`

/** Notes that all money of an order is given back: it is not paid by hand any more. */
export async function closeOrder(tx: WriteHandle, orderId: string, at: Temporal.Instant): Promise<void> {
  await advisoryXactLock(tx, keyOf(orderId))
  await tx.sql`insert into withdrawn_actions (action_key, at) values (${keyOf(orderId)}, ${at}) on conflict do nothing`
}

/** Whether all money of an order was given back; until the transaction ends, no other one can decide so. */
export async function isOrderClosed(tx: WriteHandle, orderId: string): Promise<boolean> {
  await advisoryXactLock(tx, keyOf(orderId))
  const rows = await tx.sql`select 1 from withdrawn_actions where action_key = ${keyOf(orderId)}`
  return rows.length > 0
}
