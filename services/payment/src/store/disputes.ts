import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { Dispute, DisputeStatus } from '@stoa/contracts/payment/resources'
import type { DisputeId, OrderId, PaymentId, UserId } from '@stoa/contracts/shared/ids'
import { compact, money } from '@stoa/kernel'
import { fragment } from '@stoa/postgres'
import type { DisputeEvidence } from '@stoa/contracts/payment/evidence'
import type { DisputeResponse, ProviderDispute } from '../domain/dispute.ts'
import { askAgainAfterMs } from './dispute-responses.ts'

interface DisputeRow {
  readonly id: DisputeId
  readonly payment_id: PaymentId
  readonly order_id: OrderId
  readonly customer_id: UserId
  readonly provider: string
  readonly reference: string
  readonly status: DisputeStatus
  readonly reason: string
  readonly currency: string
  readonly amount: number
  readonly withdrawn: number
  readonly reinstated: number
  readonly lost: number
  readonly fee: number
  readonly fee_currency: string | null
  readonly evidence_due_by: Temporal.Instant | null
  readonly pending: DisputeResponse['kind'] | null
  readonly pending_key: string | null
  readonly pending_since: Temporal.Instant | null
  readonly evidence: DisputeEvidence | null
  readonly evidence_submitted_at: Temporal.Instant | null
  readonly version: number
  readonly opened_at: Temporal.Instant
  readonly closed_at: Temporal.Instant | null
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
}

/** A dispute as the service works with it. */
export interface StoredDispute {
  readonly id: DisputeId
  readonly paymentId: PaymentId
  readonly provider: string
  readonly reference: string
  readonly status: DisputeStatus
  readonly withdrawn: number
  readonly reinstated: number
  /** What is booked as lost. */
  readonly lost: number
  /** What staff have begun with the provider, and since when. */
  readonly response: DisputeResponse | undefined
  readonly respondingSince: Temporal.Instant | undefined
  readonly version: number
  readonly resource: Dispute
}

function fromRow(row: DisputeRow): StoredDispute {
  const { id, payment_id: paymentId, provider, reference, status, currency, withdrawn, reinstated } = row
  const fee = row.fee_currency === null ? undefined : money(row.fee, row.fee_currency)
  const times = {
    evidenceDueBy: row.evidence_due_by?.toString(),
    evidenceSubmittedAt: row.evidence_submitted_at?.toString(),
    closedAt: row.closed_at?.toString(),
  }
  return {
    id,
    paymentId,
    provider,
    reference,
    status,
    withdrawn,
    reinstated,
    lost: row.lost,
    response: responseOf(row),
    respondingSince: row.pending_since ?? undefined,
    version: row.version,
    resource: {
      id,
      paymentId,
      provider,
      reference,
      status,
      orderId: row.order_id,
      customerId: row.customer_id,
      reason: row.reason,
      amount: money(row.amount, currency),
      withdrawn: money(withdrawn, currency),
      reinstated: money(reinstated, currency),
      ...compact({ fee, ...times }),
      openedAt: row.opened_at.toString(),
      createdAt: row.created_at.toString(),
      updatedAt: row.updated_at.toString(),
    },
  }
}

function responseOf({ pending, pending_key: key, evidence }: DisputeRow): DisputeResponse | undefined {
  if (pending === null || key === null) return undefined
  return pending === 'accept' ? { kind: pending, key } : { kind: pending, key, evidence: evidence ?? {} }
}

const rows = fragment`
  select disputes.*, payments.order_id, payments.customer_id
    from disputes join payments on payments.id = disputes.payment_id`

/** The dispute of this id, when there is one. */
export async function findDispute(db: ReadHandle, id: string): Promise<StoredDispute | undefined> {
  const [row] = await db.sql<DisputeRow>`${rows} where disputes.id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The dispute that a provider knows by this reference, when it is stored. */
export async function findDisputeByReference(
  db: ReadHandle,
  provider: string,
  reference: string,
): Promise<StoredDispute | undefined> {
  const [row] = await db.sql<DisputeRow>`
    ${rows} where disputes.provider = ${provider} and disputes.reference = ${reference}`
  return row === undefined ? undefined : fromRow(row)
}

interface DisputeFilter {
  readonly paymentId?: string | undefined
  readonly status?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Disputes that fit, newest first. */
export async function listDisputes(
  db: ReadHandle,
  { paymentId, status, beforeId, limit }: DisputeFilter,
): Promise<Dispute[]> {
  const ofPayment = paymentId === undefined ? fragment`` : fragment`and disputes.payment_id = ${paymentId}`
  const inStatus = status === undefined ? fragment`` : fragment`and disputes.status = ${status}`
  const before = beforeId === undefined ? fragment`` : fragment`and disputes.id < ${beforeId}`
  const found = await db.sql<DisputeRow>`
    ${rows} where true ${ofPayment} ${inStatus} ${before} order by disputes.id desc limit ${limit}`
  return found.map((row) => fromRow(row).resource)
}

/** A dispute that is to be stored. */
export interface NewDispute {
  readonly id: DisputeId
  readonly paymentId: PaymentId
  readonly provider: string
  readonly found: ProviderDispute
}

/** Stores a dispute of a payment whose row is locked; nothing is booked of it yet. */
export async function insertDispute(
  tx: WriteHandle,
  { id, paymentId, provider, found }: NewDispute,
  at: Temporal.Instant,
): Promise<void> {
  const { reference, status, reason, amount, openedAt, evidenceDueBy } = found
  await tx.sql`
    insert into disputes (id, payment_id, provider, reference, status, reason, currency, amount, evidence_due_by, opened_at,
                          revisit_at, created_at, updated_at)
    values (${id}, ${paymentId}, ${provider}, ${reference}, ${status}, ${reason}, ${amount.currency}, ${amount.amount},
            ${evidenceDueBy}, ${openedAt}, ${at.add({ milliseconds: askAgainAfterMs })}, ${at}, ${at})`
}

/** What a dispute has come to. */
export interface DisputeState {
  readonly found: ProviderDispute
  readonly isClosed: boolean
  readonly withdrawn: number
  readonly reinstated: number
  readonly held: number
  readonly lost: number
}

/** Stores what a dispute has come to, and what of its payment, whose row is locked, can no longer be refunded. */
export async function updateDispute(
  tx: WriteHandle,
  id: string,
  { found, isClosed, withdrawn, reinstated, held, lost }: DisputeState,
  at: Temporal.Instant,
): Promise<void> {
  const fees = found.movements.flatMap(({ fee }) => fee ?? [])
  const feeCurrency = fees[0]?.currency
  const fee = fees.reduce((sum, each) => sum + (each.currency === feeCurrency ? each.amount : 0), 0)
  await tx.sql`
    update disputes
       set status = ${found.status}, reason = ${found.reason}, amount = ${found.amount.amount}, withdrawn = ${withdrawn},
           reinstated = ${reinstated}, held = ${held}, lost = ${lost}, fee = ${fee}, fee_currency = ${feeCurrency},
            evidence_due_by = ${found.evidenceDueBy},
           closed_at = case when ${isClosed}::boolean then coalesce(closed_at, ${at}) end, version = version + 1, updated_at = ${at}
     where id = ${id}`
  await tx.sql`
    update payments
       set disputed = (select sum(held) from disputes where payment_id = payments.id), version = version + 1, updated_at = ${at}
     where id = (select payment_id from disputes where id = ${id})`
}
