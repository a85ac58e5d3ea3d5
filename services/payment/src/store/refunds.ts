import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { PaymentId, RefundId, ReturnId } from '@stoa/contracts/shared/ids'

interface RefundRow {
  readonly id: RefundId
  readonly payment_id: PaymentId
  readonly status: 'begun' | 'done' | 'refused' | 'failed'
  readonly code: string | null
  readonly amount: number
  readonly return_id: ReturnId | null
}

/** Money that is given back, or about to be. */
export interface StoredRefund {
  readonly id: RefundId
  readonly paymentId: PaymentId
  /** `failed`: done, and booked back since. */
  readonly status: 'begun' | 'done' | 'refused' | 'failed'
  /** Why the provider refused it. */
  readonly code: string | undefined
  /** Minor units of the payment's currency. */
  readonly amount: number
  /** The return of goods that it is for. */
  readonly returnId: ReturnId | undefined
}

function fromRow({ id, payment_id: paymentId, status, code, amount, return_id: returnId }: RefundRow): StoredRefund {
  return { id, paymentId, status, code: code ?? undefined, amount, returnId: returnId ?? undefined }
}

/** A refund that is to be begun. */
export interface NewRefund {
  readonly id: RefundId
  readonly paymentId: PaymentId
  readonly actionKey: string | undefined
  readonly amount: number
  readonly reason: string | undefined
  readonly returnId: ReturnId | undefined
}

/** Begins a refund of a payment whose row is locked: its amount is set apart until the provider has answered. */
export async function insertRefund(tx: WriteHandle, refund: NewRefund, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    with begun as (
      insert into refunds (id, payment_id, action_key, status, amount, reason, return_id, begun_at)
      values (${refund.id}, ${refund.paymentId}, ${refund.actionKey}, 'begun', ${refund.amount}, ${refund.reason},
              ${refund.returnId}, ${at})
      returning payment_id, amount
    )
    update payments set refunding = refunding + begun.amount, updated_at = ${at} from begun where id = begun.payment_id`
}

/** The refund of this id, when there is one. */
export async function findRefund(db: ReadHandle, id: string): Promise<StoredRefund | undefined> {
  const [row] = await db.sql<RefundRow>`select * from refunds where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The refund that stands under a key, when there is one. */
export async function findRefundByKey(db: ReadHandle, actionKey: string): Promise<StoredRefund | undefined> {
  const [row] = await db.sql<RefundRow>`select * from refunds where action_key = ${actionKey}`
  return row === undefined ? undefined : fromRow(row)
}

/** Has a refused refund stand under its key no longer: another one takes its place. */
export async function releaseKey(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`update refunds set action_key = null where id = ${id} and status = 'refused'`
}

/** The refunds of a payment that were begun and have not ended, in their order. */
export async function findBegunRefunds(db: ReadHandle, paymentId: string): Promise<StoredRefund[]> {
  const rows = await db.sql<RefundRow>`
    select * from refunds where payment_id = ${paymentId} and status = 'begun' order by id`
  return rows.map(fromRow)
}

/** Notes that the provider refused a refund of a payment whose row is locked: its amount is captured as before. */
export async function refuseRefund(tx: WriteHandle, id: string, code: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    with ended as (
      update refunds set status = 'refused', code = ${code}, ended_at = ${at} where id = ${id} and status = 'begun'
      returning payment_id, amount
    )
    update payments set refunding = refunding - ended.amount, updated_at = ${at} from ended where id = ended.payment_id`
}
