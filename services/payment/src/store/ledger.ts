import { money, type IdRange } from '@stoa/kernel'
import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { OrderId, PaymentId } from '@stoa/contracts/shared/ids'
import type { LedgerKind, LedgerTransaction, PaymentStatus } from '@stoa/contracts/payment/resources'
import { fragment } from '@stoa/postgres'
import type { StoredPayment } from './payments.ts'

/** What a booking is made under. */
interface Booking {
  readonly transactionId: string
  readonly at: Temporal.Instant
}

/**
 * Captures all of a payment and books it, in one statement: what the provider now owes us against what was sold. False
 * when something else is begun by now than when the payment was read.
 */
export async function bookCapture(
  tx: WriteHandle,
  { id: paymentId, pending, isReviewed }: Pick<StoredPayment, 'id' | 'pending' | 'isReviewed'>,
  { transactionId, reference, at }: Booking & { readonly reference: string },
): Promise<boolean> {
  const entries = await tx.sql`
    with captured as (
      update payments
         set status = 'captured', captured = amount, provider_reference = ${reference}, token = null,
             provider_customer = null, next_action = null, action_until = null, pending = null, pending_since = null, version = version + 1, updated_at = ${at}
       where id = ${paymentId} and pending = ${pending} and is_reviewed = ${isReviewed}
      returning id, provider, amount, currency
    ), booked as (
      insert into ledger_transactions (id, payment_id, kind, effect_id, at)
      select ${transactionId}, id, 'capture', id, ${at} from captured
    )
    insert into ledger_entries (transaction_id, account, amount, currency)
    select ${transactionId}, entry.account, entry.amount, captured.currency
      from captured, lateral (values ('receivable:' || captured.provider, captured.amount), ('sales', -captured.amount))
           as entry (account, amount)
    returning account`
  return entries.length > 0
}

/** Completes a refund of a payment whose row is locked and writes its ledger entries, in one statement. */
export async function bookRefund(tx: WriteHandle, refundId: string, { transactionId, at }: Booking): Promise<void> {
  await tx.sql`
    with ended as (
      update refunds set status = 'done', ended_at = ${at} where id = ${refundId} and status = 'begun'
      returning id, payment_id, amount
    ), given_back as (
      update payments
         set refunding = refunding - ended.amount, refunded = refunded + ended.amount,
             status = case when refunded + ended.amount = captured then 'refunded' else 'partially_refunded' end,
             version = version + 1, updated_at = ${at}
        from ended where payments.id = ended.payment_id
      returning payments.id, payments.provider, payments.currency, ended.id as refund_id, ended.amount
    ), booked as (
      insert into ledger_transactions (id, payment_id, kind, effect_id, at)
      select ${transactionId}, id, 'refund', refund_id, ${at} from given_back
    )
    insert into ledger_entries (transaction_id, account, amount, currency)
    select ${transactionId}, entry.account, entry.amount, given_back.currency
      from given_back, lateral (values ('receivable:' || given_back.provider, -given_back.amount), ('refunds', given_back.amount))
           as entry (account, amount)`
}

/** Books a completed refund of a payment whose row is locked back, in one statement: its amount is captured as before. */
export async function bookFailedRefund(
  tx: WriteHandle,
  refundId: string,
  { transactionId, at, code }: Booking & { readonly code: string },
): Promise<void> {
  await tx.sql`
    with failed as (
      update refunds set status = 'failed', code = ${code}, ended_at = ${at} where id = ${refundId} and status = 'done'
      returning id, payment_id, amount
    ), kept as (
      update payments
         set refunded = refunded - failed.amount,
             status = case when refunded = failed.amount then 'captured' else 'partially_refunded' end,
             version = version + 1, updated_at = ${at}
        from failed where payments.id = failed.payment_id
      returning payments.id, payments.provider, payments.currency, failed.id as refund_id, failed.amount
    ), booked as (
      insert into ledger_transactions (id, payment_id, kind, effect_id, at)
      select ${transactionId}, id, 'refund_failed', refund_id, ${at} from kept
    )
    insert into ledger_entries (transaction_id, account, amount, currency)
    select ${transactionId}, entry.account, entry.amount, kept.currency
      from kept, lateral (values ('receivable:' || kept.provider, kept.amount), ('refunds', -kept.amount)) as entry (account, amount)`
}

interface TransactionRow {
  readonly id: string
  readonly payment_id: PaymentId
  readonly kind: LedgerKind
  readonly at: Temporal.Instant
  readonly entries: readonly { readonly account: string; readonly amount: number; readonly currency: string }[]
}

/** The transactions of the ledger, newest first. */
export async function listTransactions(
  db: ReadHandle,
  {
    paymentId,
    beforeId,
    limit,
  }: { readonly paymentId?: string | undefined; readonly beforeId?: string | undefined; readonly limit: number },
): Promise<LedgerTransaction[]> {
  const ofPayment = paymentId === undefined ? fragment`` : fragment`and payment_id = ${paymentId}`
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<TransactionRow>`
    select page.*, (
             select json_agg(json_build_object('account', account, 'amount', amount, 'currency', currency) order by account)
               from ledger_entries where transaction_id = page.id
           ) as entries
      from (
        select id, payment_id, kind, at from ledger_transactions where true ${ofPayment} ${before}
         order by id desc limit ${limit}
      ) page
     order by page.id desc`
  return rows.map(({ id, payment_id: ofPaymentId, kind, at, entries }) => ({
    id,
    paymentId: ofPaymentId,
    kind,
    at: at.toString(),
    entries: entries.map(({ account, amount, currency }) => ({ account, amount: money(amount, currency) })),
  }))
}

/** A payment for reconciliation, with its balance in the ledger. */
export interface ReconciledPayment {
  readonly id: PaymentId
  readonly orderId: OrderId
  readonly status: PaymentStatus
  readonly currency: string
  readonly amount: number
  readonly captured: number
  readonly refunded: number
  /** The part of the refunds that no saga requested. */
  readonly refundedByHand: number
  readonly disputed: number
  readonly ledgerBalance: number
  /** Of all entries, over all accounts. */
  readonly ledgerSum: number
}

/** The payments of these orders, or of a range of them in the order of their ids, beside the ledger. */
export async function reconcilePayments(
  db: ReadHandle,
  orders: readonly string[] | IdRange,
): Promise<ReconciledPayment[]> {
  const wanted =
    'after' in orders
      ? fragment`order_id > ${orders.after} and order_id <= ${orders.upTo} order by order_id limit ${orders.limit}`
      : fragment`order_id = any(${orders}::uuid[])`
  return db.sql<ReconciledPayment>`
    select id, order_id as "orderId", status, currency, payments.amount, captured, payments.refunded, payments.disputed,
           by_hand.amount as "refundedByHand", ledger.balance as "ledgerBalance", ledger.sum as "ledgerSum"
      from payments, lateral (
             -- what staff give back instead of a saga's refund that has failed counts as that
             select greatest(0, coalesce(sum(amount) filter (where status = 'done' and action_key is null), 0)
                    - coalesce(sum(amount) filter (where status = 'failed' and action_key is not null), 0))::bigint as amount
               from refunds where payment_id = payments.id
           ) as by_hand, lateral (
             -- what disputes have moved from the receivable is on their accounts
             select coalesce(sum(entry.amount) filter (where entry.currency = payments.currency
                      and (entry.account like 'receivable:%' or entry.account like 'disput%')), 0)::bigint as balance,
                    coalesce(sum(entry.amount), 0)::bigint as sum
               from ledger_transactions booked join ledger_entries entry on entry.transaction_id = booked.id
              where booked.payment_id = payments.id
           ) as ledger
     where ${wanted}`
}
