import { event, InstantSchema, MoneySchema } from '@stoa/contract'
import { Type } from 'typebox'
import { PaymentMethodKind } from './resources.ts'
import { DisputeId, OrderId, PaymentId, RefundId, ReturnId, UserId } from '../shared/ids.ts'

const paymentFact = {
  paymentId: PaymentId,
  orderId: OrderId,
  customerId: UserId,
  amount: MoneySchema,
  // missing in events of older releases
  provider: Type.Optional(Type.String()),
  // missing in events of older releases, and of methods that they have kept
  methodKind: Type.Optional(PaymentMethodKind),
}
const PaymentFact = Type.Object(paymentFact)

/** A payment was started at its provider. */
export const paymentInitiated = event('payment.initiated', '1.2.0', PaymentFact)
/** A payment was captured. */
export const paymentCompleted = event('payment.completed', '1.2.0', PaymentFact)
/** A payment was declined; the code is the reason. */
export const paymentFailed = event('payment.failed', '1.2.0', Type.Object({ ...paymentFact, code: Type.String() }))
/** A payment that waited for a person is decided: by the reviewers, or by what the customer had to confirm. */
export const paymentReviewed = event(
  'payment.reviewed',
  '1.1.0',
  Type.Object({
    paymentId: PaymentId,
    orderId: OrderId,
    outcome: Type.Enum(['approved', 'declined']),
    // why it was declined, unless the reviewers did
    code: Type.Optional(Type.String()),
  }),
)
/** Money was given back. */
export const refundProcessed = event(
  'refund.processed',
  '1.1.0',
  Type.Object({
    refundId: RefundId,
    paymentId: PaymentId,
    orderId: OrderId,
    customerId: UserId,
    amount: MoneySchema,
    // of goods that came back
    returnId: Type.Optional(ReturnId),
  }),
)
/** Money that was given back has not arrived, as the provider says days later: it is captured again, and staff have to give it back another way. */
export const refundFailed = event(
  'refund.failed',
  '1.0.0',
  Type.Object({
    refundId: RefundId,
    paymentId: PaymentId,
    orderId: OrderId,
    customerId: UserId,
    amount: MoneySchema,
    // of goods that came back
    returnId: Type.Optional(ReturnId),
  }),
)
/** A payment looks like fraud and waits for a person. */
export const fraudDetected = event(
  'fraud.detected',
  '1.0.0',
  Type.Object({ paymentId: PaymentId, orderId: OrderId, customerId: UserId, rules: Type.Array(Type.String()) }),
)

const disputeFact = {
  disputeId: DisputeId,
  paymentId: PaymentId,
  orderId: OrderId,
  customerId: UserId,
  amount: MoneySchema,
  provider: Type.String(),
  // as the provider names it
  reasonCode: Type.String(),
}
/** A customer has asked the bank to take a payment back. Staff can answer with evidence until it is due. */
export const disputeOpened = event(
  'dispute.opened',
  '1.0.0',
  Type.Object({
    ...disputeFact,
    // an inquiry of the bank takes no money yet
    isInquiry: Type.Boolean(),
    evidenceDueBy: Type.Optional(InstantSchema),
  }),
)
/** A dispute is decided; rarely, a bank decides again, and the event follows again with the other outcome. */
export const disputeClosed = event(
  'dispute.closed',
  '1.0.0',
  Type.Object({ ...disputeFact, outcome: Type.Enum(['won', 'lost', 'warning_closed']) }),
)
