import type { ReadHandle, WriteHandle } from '@stoa/contract'
import type { OrderId, PaymentId, PaymentMethodId, UserId } from '@stoa/contracts/shared/ids'
import type { NextAction, Payment, PaymentMethodKind, PaymentStatus } from '@stoa/contracts/payment/resources'
import { compact, money } from '@stoa/kernel'
import { advisoryXactLock, fragment, json } from '@stoa/postgres'
import type { NextStep, PaymentState, PendingEffect } from '../domain/payment.ts'

interface PaymentRow {
  readonly id: PaymentId
  readonly order_id: OrderId
  readonly action_key: string | null
  readonly customer_id: UserId
  readonly payment_method_id: PaymentMethodId
  readonly provider: string
  readonly method_kind: PaymentMethodKind | null
  readonly token: string | null
  readonly status: PaymentStatus
  readonly code: string | null
  readonly currency: string
  readonly amount: number
  readonly captures_at_once: boolean
  readonly is_reviewed: boolean
  readonly captured: number
  readonly refunding: number
  readonly refunded: number
  readonly disputed: number
  readonly provider_reference: string | null
  readonly pending: PendingEffect | null
  readonly next_action: NextStep | null
  readonly action_until: Temporal.Instant | null
  readonly provider_customer: string | null
  readonly version: number
  readonly created_at: Temporal.Instant
  readonly updated_at: Temporal.Instant
}

/** A payment as the service works with it. */
export interface StoredPayment extends PaymentState {
  readonly id: PaymentId
  readonly actionKey: string | undefined
  readonly provider: string
  readonly token: string | undefined
  readonly currency: string
  readonly capturesAtOnce: boolean
  readonly isReviewed: boolean
  /** What the provider knows the charge by. */
  readonly reference: string | undefined
  /** Until when the customer can confirm it. */
  readonly actionUntil: Temporal.Instant | undefined
  /** What the provider knows the customer by, if that belongs to the charge. */
  readonly providerCustomer: string | undefined
  readonly version: number
  readonly resource: Payment
}

function fromRow(row: PaymentRow): StoredPayment {
  const sum = (amount: number) => money(amount, row.currency)
  return {
    id: row.id,
    actionKey: row.action_key ?? undefined,
    provider: row.provider,
    token: row.token ?? undefined,
    currency: row.currency,
    capturesAtOnce: row.captures_at_once,
    isReviewed: row.is_reviewed,
    reference: row.provider_reference ?? undefined,
    status: row.status,
    pending: row.pending ?? undefined,
    amount: row.amount,
    captured: row.captured,
    refunding: row.refunding,
    refunded: row.refunded,
    disputed: row.disputed,
    actionUntil: row.action_until ?? undefined,
    providerCustomer: row.provider_customer ?? undefined,
    version: row.version,
    resource: {
      id: row.id,
      orderId: row.order_id,
      customerId: row.customer_id,
      paymentMethodId: row.payment_method_id,
      provider: row.provider,
      ...compact({ methodKind: row.method_kind ?? undefined }),
      status: row.status,
      ...(row.code === null ? {} : { code: row.code }),
      ...compact({ nextAction: nextActionOf(row) }),
      amount: sum(row.amount),
      captured: sum(row.captured),
      refunded: sum(row.refunded),
      ...(row.disputed === 0 ? {} : { disputed: sum(row.disputed) }),
      createdAt: row.created_at.toString(),
      updatedAt: row.updated_at.toString(),
    },
  }
}

function nextActionOf({ next_action: next, action_until: until }: PaymentRow): NextAction | undefined {
  return next === null || until === null ? undefined : { ...next, expiresAt: until.toString() }
}

/** A payment that is to be begun. */
export interface NewPayment {
  readonly id: PaymentId
  readonly orderId: OrderId
  readonly actionKey: string | undefined
  readonly customerId: UserId
  readonly paymentMethodId: PaymentMethodId
  readonly provider: string
  readonly methodKind: PaymentMethodKind | undefined
  readonly token: string
  /** A digest of what the card or account is known by, where its payments are counted. */
  readonly instrument: string | undefined
  readonly amount: number
  readonly currency: string
  readonly capturesAtOnce: boolean
  readonly status: 'initiated' | 'in_review' | 'captured'
}

/** Writes a new payment; undefined when its order has one already. */
export async function insertPayment(
  tx: WriteHandle,
  payment: NewPayment,
  at: Temporal.Instant,
): Promise<StoredPayment | undefined> {
  const isCharging = payment.status === 'initiated'
  const [row] = await tx.sql<PaymentRow>`
    insert into payments (id, order_id, action_key, customer_id, payment_method_id, provider, method_kind, token, status, currency, amount,
                          captures_at_once, instrument, pending, pending_since, provider_customer, created_at, updated_at)
    values (${payment.id}, ${payment.orderId}, ${payment.actionKey}, ${payment.customerId}, ${payment.paymentMethodId},
           ${payment.provider}, ${payment.methodKind}, ${payment.status === 'captured' ? null : payment.token}, ${payment.status}, ${payment.currency},
           ${payment.amount}, ${payment.capturesAtOnce}, ${payment.instrument}, ${isCharging ? 'charge' : null}, ${isCharging ? at : null},
           (select reference from provider_customers where customer_id = ${payment.customerId} and provider = ${payment.provider}),
           ${at}, ${at})
    on conflict (order_id) do nothing
    returning *`
  return row === undefined ? undefined : fromRow(row)
}

/** The payment of this id, when there is one. */
export async function findPayment(db: ReadHandle, id: string): Promise<StoredPayment | undefined> {
  const [row] = await db.sql<PaymentRow>`select * from payments where id = ${id}`
  return row === undefined ? undefined : fromRow(row)
}

/** The payment of an order, when it has one. */
export async function findPaymentOfOrder(db: ReadHandle, orderId: string): Promise<StoredPayment | undefined> {
  const [row] = await db.sql<PaymentRow>`select * from payments where order_id = ${orderId}`
  return row === undefined ? undefined : fromRow(row)
}

/** The payment of this id with its row locked, so that two decisions on it come one after the other. */
export async function lockPayment(tx: WriteHandle, id: string): Promise<StoredPayment | undefined> {
  const [row] = await tx.sql<PaymentRow>`select * from payments where id = ${id} for update`
  return row === undefined ? undefined : fromRow(row)
}

/** The payment of an order with its row locked. */
export async function lockPaymentOfOrder(tx: WriteHandle, orderId: string): Promise<StoredPayment | undefined> {
  const [row] = await tx.sql<PaymentRow>`select * from payments where order_id = ${orderId} for update`
  return row === undefined ? undefined : fromRow(row)
}

/** Notes that something is begun with the provider of a payment whose row is locked. */
export async function notePending(
  tx: WriteHandle,
  id: string,
  pending: PendingEffect,
  at: Temporal.Instant,
): Promise<void> {
  await tx.sql`update payments set pending = ${pending}, pending_since = ${at}, updated_at = ${at} where id = ${id}`
}

/** Has a payment in review captured at once when it is approved. */
export async function captureOnceReviewed(tx: WriteHandle, id: string): Promise<void> {
  await tx.sql`update payments set captures_at_once = true where id = ${id}`
}

/** Notes that a review was passed and the charge is begun. */
export async function noteApproved(tx: WriteHandle, id: string, at: Temporal.Instant): Promise<void> {
  await tx.sql`
    update payments set is_reviewed = true, pending = 'charge', pending_since = ${at}, updated_at = ${at} where id = ${id}`
}

interface PaymentMove {
  readonly to: 'in_review' | 'authorized' | 'declined' | 'voided'
  readonly code?: string | undefined
  readonly reference?: string | undefined
  readonly at: Temporal.Instant
}

/**
 * Moves a payment to where nothing is captured, and ends what was begun; false when something else is begun by now than
 * when the payment was read.
 */
export async function movePayment(
  tx: WriteHandle,
  { id, pending, isReviewed }: Pick<StoredPayment, 'id' | 'pending' | 'isReviewed'>,
  { to, code, reference, at }: PaymentMove,
): Promise<boolean> {
  const mayStillCharge = to === 'in_review'
  const rows = await tx.sql`
    update payments
       set status = ${to}, code = ${code}, provider_reference = coalesce(${reference}, provider_reference),
           token = case when ${mayStillCharge}::boolean then token end,
           provider_customer = case when ${mayStillCharge}::boolean then provider_customer end,
           next_action = null, action_until = null, pending = null, pending_since = null, version = version + 1, updated_at = ${at}
     where id = ${id} and pending is not distinct from ${pending} and is_reviewed = ${isReviewed}
    returning id`
  return rows.length > 0
}

/** Has a payment wait for its customer; false when something else is begun by now than when the payment was read. */
export async function awaitAction(
  tx: WriteHandle,
  { id, pending, isReviewed }: Pick<StoredPayment, 'id' | 'pending' | 'isReviewed'>,
  { reference, next, until, at }: { reference: string; next: NextStep; until: Temporal.Instant; at: Temporal.Instant },
): Promise<boolean> {
  const rows = await tx.sql`
    update payments
       set status = 'requires_action', provider_reference = ${reference}, next_action = ${json(next)}, action_until = ${until},
           token = null, provider_customer = null, pending = 'action', pending_since = ${at}, version = version + 1, updated_at = ${at}
     where id = ${id} and pending = ${pending} and pending <> 'action' and is_reviewed = ${isReviewed}
    returning id`
  return rows.length > 0
}

/** Notes what the provider knows a charge by, which is begun and of which nothing else is known. */
export async function noteReference(
  tx: WriteHandle,
  { id, provider, reference }: { readonly id: string; readonly provider: string; readonly reference: string },
): Promise<void> {
  await tx.sql`
    update payments set provider_reference = ${reference}
     where id = ${id} and provider = ${provider} and pending = 'charge' and provider_reference is null`
}

interface PaymentFilter {
  readonly customerId?: string | undefined
  readonly orderId?: string | undefined
  readonly status?: string | undefined
  readonly beforeId?: string | undefined
  readonly limit: number
}

/** Payments that fit, newest first. */
export async function listPayments(
  db: ReadHandle,
  { customerId, orderId, status, beforeId, limit }: PaymentFilter,
): Promise<Payment[]> {
  const ofCustomer = customerId === undefined ? fragment`` : fragment`and customer_id = ${customerId}`
  const ofOrder = orderId === undefined ? fragment`` : fragment`and order_id = ${orderId}`
  const inStatus = status === undefined ? fragment`` : fragment`and status = ${status}`
  const before = beforeId === undefined ? fragment`` : fragment`and id < ${beforeId}`
  const rows = await db.sql<PaymentRow>`
    select * from payments where true ${ofCustomer} ${ofOrder} ${inStatus} ${before} order by id desc limit ${limit}`
  return rows.map((row) => fromRow(row).resource)
}

/** How many payments a customer has begun since then, or anyone with the same card or account. */
export async function countPaymentsSince(
  tx: WriteHandle,
  { customerId, instrument }: { readonly customerId: string; readonly instrument: string },
  since: Temporal.Instant,
): Promise<number> {
  // In the order of their names, and all sent in one round trip: the count sees the payments that the locks have waited for.
  const locks = [customerId, instrument].toSorted().map((name) => advisoryXactLock(tx, `velocity/${name}`))
  const [count] = await Promise.all([readPaymentsSince(tx, { customerId, instrument }, since), ...locks])
  return count
}

/** The same without waiting for others. */
export async function readPaymentsSince(
  db: ReadHandle,
  { customerId, instrument }: { readonly customerId: string; readonly instrument: string },
  since: Temporal.Instant,
): Promise<number> {
  const [row] = await db.sql<{ count: number }>`
    select greatest(
      (select count(*) from payments where customer_id = ${customerId} and created_at >= ${since}),
      (select count(*) from payments where instrument = ${instrument} and created_at >= ${since})
    )::int as count`
  return row?.count ?? 0
}
