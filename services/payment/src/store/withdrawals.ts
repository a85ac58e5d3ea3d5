import type { ReadHandle, WriteHandle } from '@stoa/contract'
import { advisoryXactLock } from '@stoa/postgres'

/** Leaves a tombstone under the key of an action, so that a late action is rejected. */
export async function withdrawAction(tx: WriteHandle, actionKey: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`insert into withdrawn_actions (action_key, at) values (${actionKey}, ${at}) on conflict do nothing`
}

/** Whether the action of this key was undone. */
export async function isWithdrawn(db: ReadHandle, actionKey: string): Promise<boolean> {
  const rows = await db.sql`select 1 from withdrawn_actions where action_key = ${actionKey}`
  return rows.length > 0
}

const keyOfOrder = (orderId: string) => `order/${orderId}`

/** Notes that all money of an order is given back: it is not paid by hand any more. */
export async function closeOrder(tx: WriteHandle, orderId: string, at: Temporal.Instant): Promise<void> {
  await advisoryXactLock(tx, keyOfOrder(orderId))
  await withdrawAction(tx, keyOfOrder(orderId), at)
}

/** Whether all money of an order was given back; until the transaction ends, nobody else can decide so. */
export async function isOrderClosed(tx: WriteHandle, orderId: string): Promise<boolean> {
  await advisoryXactLock(tx, keyOfOrder(orderId))
  return isWithdrawn(tx, keyOfOrder(orderId))
}
