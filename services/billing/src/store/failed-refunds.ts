import type { ReadHandle, WriteHandle } from '@stoa/contract'

/** Notes that a refund has failed; whether this was not known yet. */
export async function noteFailed(tx: WriteHandle, orderId: string, refundId: string): Promise<boolean> {
  const rows = await tx.sql`
    insert into failed_refunds (refund_id, order_id) values (${refundId}, ${orderId}) on conflict do nothing returning 1`
  return rows.length > 0
}

/** Notes the document that cancels the credit note of a failed refund. */
export async function noteDebitNote(tx: WriteHandle, refundId: string, debitNoteId: string): Promise<void> {
  await tx.sql`update failed_refunds set debit_note_id = ${debitNoteId} where refund_id = ${refundId}`
}

/** Whether a refund has failed. */
export async function hasFailed(db: ReadHandle, refundId: string): Promise<boolean> {
  const rows = await db.sql`select 1 from failed_refunds where refund_id = ${refundId}`
  return rows.length > 0
}
