import type { WriteHandle } from '@stoa/contract'
import { advisoryXactLock } from '@stoa/postgres'

/** Orders the documents of one order, until the transaction ends: its invoice and its credit notes are issued one by one. */
export async function lockOrder(tx: WriteHandle, orderId: string): Promise<void> {
  await advisoryXactLock(tx, `billing order ${orderId}`)
}
