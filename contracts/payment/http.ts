import {
  closed,
  CountrySchema,
  get,
  MoneySchema,
  nameText,
  noteText,
  opaqueText,
  PageQuery,
  pageSchema,
  post,
  remove,
} from '@stoa/contract'
import { Type } from 'typebox'
import { DisputeId, OrderId, PaymentId, PaymentMethodId, UserId } from '../shared/ids.ts'
import { DisputeEvidence } from './evidence.ts'
import {
  Dispute,
  DisputeStatus,
  LedgerTransaction,
  MAX_PAYMENT_METHODS,
  Payment,
  PaymentMethod,
  PaymentStatus,
} from './resources.ts'

/** POST /api/v1/payments */
export const createPayment = post('/api/v1/payments', {
  summary: 'Charge a payment method for the open amount of a pending order, once per order (back office)',
  permission: 'payment:manage',
  audited: true,
  owner: 'none',
  idempotencyKey: 'required',
  external: true,
  timeoutMs: 15_000,
  body: Type.Object(
    {
      orderId: OrderId,
      customerId: UserId,
      paymentMethodId: PaymentMethodId,
      amount: MoneySchema,
      country: Type.Optional(CountrySchema),
      capture: Type.Optional(
        Type.Boolean({ default: true, description: 'false: authorise only, and capture or void later' }),
      ),
    },
    closed,
  ),
  answers: { 201: Payment },
  answersWith: 'getPayment',
  refuses: [
    'payment.order_unknown',
    'payment.order_not_payable',
    'payment.order_paid',
    'payment.method_unusable',
    'payment.amount_invalid',
    'payment.provider_unavailable',
  ],
})

/** GET /api/v1/payments */
export const listPayments = get('/api/v1/payments', {
  summary: 'List payments, newest first; staff see every payment, customers their own',
  permission: 'payment:read',
  owner: 'none',
  query: Type.Object({ ...PageQuery, orderId: Type.Optional(OrderId), status: Type.Optional(PaymentStatus) }, closed),
  answers: { 200: pageSchema(Payment) },
})

/** GET /api/v1/payments/{id} */
export const getPayment = get('/api/v1/payments/{id}', {
  params: { id: PaymentId },
  summary: 'Read a payment',
  permission: 'payment:read',
  owner: 'customerId',
  answers: { 200: Payment },
  refuses: ['payment.not_found'],
})

const settle = {
  permission: 'payment:manage',
  owner: 'none',
  external: true,
  timeoutMs: 15_000,
  answersWith: 'getPayment',
} as const

/** POST /api/v1/payments/{id}/capture */
export const capturePayment = post('/api/v1/payments/{id}/capture', {
  params: { id: PaymentId },
  ...settle,
  audited: true,
  summary: 'Capture an authorised payment',
  answers: { 200: Payment },
  refuses: ['payment.not_found', 'payment.move_not_allowed', 'payment.provider_unavailable'],
})

/** POST /api/v1/payments/{id}/void */
export const voidPayment = post('/api/v1/payments/{id}/void', {
  params: { id: PaymentId },
  ...settle,
  audited: true,
  summary: 'Void an authorised payment that was not captured',
  answers: { 200: Payment },
  refuses: ['payment.not_found', 'payment.move_not_allowed', 'payment.provider_unavailable'],
})

/** POST /api/v1/payments/{id}/refund */
export const refundPayment = post('/api/v1/payments/{id}/refund', {
  params: { id: PaymentId },
  ...settle,
  audited: true,
  summary: 'Refund a captured payment in part or in full',
  idempotencyKey: 'required',
  body: Type.Object({ amount: Type.Optional(MoneySchema), reason: Type.Optional(noteText(200)) }, closed),
  answers: { 200: Payment },
  refuses: [
    'payment.not_found',
    'payment.move_not_allowed',
    'payment.amount_invalid',
    'payment.refund_exceeds_captured',
    'payment.disputed',
    'payment.refund_refused',
    'payment.provider_unavailable',
  ],
})

/** POST /api/v1/payments/{id}/review */
export const reviewPayment = post('/api/v1/payments/{id}/review', {
  params: { id: PaymentId },
  ...settle,
  summary: 'Decide the review of a payment (staff)',
  permission: 'payment:review',
  audited: true,
  body: Type.Object({ outcome: Type.Enum(['approved', 'declined']), reason: Type.Optional(noteText(200)) }, closed),
  answers: { 200: Payment },
  refuses: ['payment.not_found', 'payment.move_not_allowed', 'payment.provider_unavailable'],
})

/** GET /api/v1/disputes */
export const listDisputes = get('/api/v1/disputes', {
  summary: 'List disputes, newest first (staff)',
  permission: 'dispute:read',
  owner: 'none',
  query: Type.Object(
    { ...PageQuery, paymentId: Type.Optional(PaymentId), status: Type.Optional(DisputeStatus) },
    closed,
  ),
  answers: { 200: pageSchema(Dispute) },
})

/** GET /api/v1/disputes/{id} */
export const getDispute = get('/api/v1/disputes/{id}', {
  params: { id: DisputeId },
  summary: 'Read a dispute (staff)',
  permission: 'dispute:read',
  owner: 'none',
  answers: { 200: Dispute },
  refuses: ['payment.dispute_not_found'],
})

const respond = {
  ...settle,
  permission: 'dispute:manage',
  answersWith: 'getDispute',
  audited: true,
  answers: { 200: Dispute },
  refuses: [
    'payment.dispute_not_found',
    'payment.dispute_not_open',
    'payment.dispute_refused',
    'payment.provider_unavailable',
  ],
} as const

/** POST /api/v1/disputes/{id}/evidence */
export const submitEvidence = post('/api/v1/disputes/{id}/evidence', {
  params: { id: DisputeId },
  ...respond,
  summary: 'Submit evidence against a dispute, once (staff)',
  idempotencyKey: 'required',
  body: DisputeEvidence,
})

/** POST /api/v1/disputes/{id}/accept */
export const acceptDispute = post('/api/v1/disputes/{id}/accept', {
  params: { id: DisputeId },
  ...respond,
  summary: 'Accept a dispute: it is lost at once (staff)',
})

/** POST /api/v1/payments/{id}/simulate */
export const simulatePayment = post('/api/v1/payments/{id}/simulate', {
  params: { id: PaymentId },
  ...settle,
  audited: true,
  summary: 'Make the sandbox open or decide a dispute (sandbox only)',
  permission: 'dispute:manage',
  body: Type.Object(
    {
      event: Type.Enum(['dispute_opened', 'inquiry_opened', 'dispute_won', 'dispute_lost']),
      amount: Type.Optional({ ...MoneySchema, description: 'the disputed amount; if omitted, all that is captured' }),
    },
    closed,
  ),
  answers: { 200: Payment },
  refuses: [
    'payment.not_found',
    'payment.sandbox_only',
    'payment.simulation_not_possible',
    'payment.amount_invalid',
    'payment.provider_unavailable',
  ],
})

/** POST /api/v1/payment-methods */
export const keepPaymentMethod = post('/api/v1/payment-methods', {
  summary: `Store a provider token as a payment method, up to ${MAX_PAYMENT_METHODS}; card numbers are rejected`,
  permission: 'payment-method:manage',
  owner: 'none',
  timeoutMs: 15_000,
  body: Type.Object(
    {
      provider: opaqueText(40),
      token: opaqueText(200),
      label: Type.Optional(nameText(60)),
    },
    closed,
  ),
  answers: { 201: PaymentMethod },
  refuses: [
    'payment.provider_unknown',
    'payment.token_unknown',
    'payment.card_number_refused',
    'payment.method_limit',
    'payment.provider_unavailable',
  ],
})

/** GET /api/v1/payment-methods */
export const listPaymentMethods = get('/api/v1/payment-methods', {
  summary: 'List the payment methods of the caller',
  permission: 'payment-method:manage',
  owner: 'none',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(PaymentMethod) },
})

/** DELETE /api/v1/payment-methods/{id} */
export const deletePaymentMethod = remove('/api/v1/payment-methods/{id}', {
  params: { id: PaymentMethodId },
  summary: 'Delete a payment method',
  permission: 'payment-method:manage',
  owner: 'none',
  answers: { 204: null },
  refuses: ['payment.method_not_found'],
})

/** GET /api/v1/transactions */
export const listTransactions = get('/api/v1/transactions', {
  summary: 'List the double-entry ledger, newest first',
  permission: 'ledger:read',
  owner: 'none',
  query: Type.Object({ ...PageQuery, paymentId: Type.Optional(PaymentId) }, closed),
  answers: { 200: pageSchema(LedgerTransaction) },
})

/** POST /api/v1/webhooks/{provider} */
export const receiveWebhook = post('/api/v1/webhooks/{provider}', {
  params: { provider: Type.String({ minLength: 1, maxLength: 40 }) },
  summary: 'Signed webhook with which a provider reports the status of a payment; a redelivery has no further effect',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  rawBody: true,
  body: Type.Object({}, { additionalProperties: true }),
  answers: { 202: null },
  refuses: ['payment.provider_unknown', 'payment.webhook_signature_invalid'],
})
