import { get, MoneySchema, PageQuery, pageSchema, post, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { closed } from '../closed.ts'
import { OrderId, PaymentId, PaymentMethodId, UserId } from '../ids.ts'
import { LedgerTransaction, Payment, PaymentMethod, PaymentStatus } from './resources.ts'

/** POST /api/v1/payments */
export const createPayment = post('/api/v1/payments', {
  summary: 'Charge a payment method for an order, once for each order (back office)',
  permission: 'payment:manage',
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
      country: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
      capture: Type.Optional(
        Type.Boolean({ default: true, description: 'false: authorise only, to be captured or voided later' }),
      ),
    },
    closed,
  ),
  answers: { 201: Payment },
  answersWith: 'getPayment',
  refuses: ['payment.method_unusable', 'payment.amount_invalid', 'payment.order_paid', 'payment.provider_unavailable'],
})

/** GET /api/v1/payments */
export const listPayments = get('/api/v1/payments', {
  summary: 'List payments: staff all of them, a customer the own ones',
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
  summary: 'Capture what was authorised',
  answers: { 200: Payment },
  refuses: ['payment.not_found', 'payment.move_not_allowed', 'payment.provider_unavailable'],
})

/** POST /api/v1/payments/{id}/void */
export const voidPayment = post('/api/v1/payments/{id}/void', {
  params: { id: PaymentId },
  ...settle,
  summary: 'Give up what was authorised and not captured',
  answers: { 200: Payment },
  refuses: ['payment.not_found', 'payment.move_not_allowed', 'payment.provider_unavailable'],
})

/** POST /api/v1/payments/{id}/refund */
export const refundPayment = post('/api/v1/payments/{id}/refund', {
  params: { id: PaymentId },
  ...settle,
  summary: 'Give back a part or all of what was captured',
  idempotencyKey: 'required',
  body: Type.Object(
    { amount: Type.Optional(MoneySchema), reason: Type.Optional(Type.String({ maxLength: 200 })) },
    closed,
  ),
  answers: { 200: Payment },
  refuses: [
    'payment.not_found',
    'payment.move_not_allowed',
    'payment.amount_invalid',
    'payment.refund_exceeds_captured',
    'payment.refund_refused',
    'payment.provider_unavailable',
  ],
})

/** POST /api/v1/payments/{id}/review */
export const reviewPayment = post('/api/v1/payments/{id}/review', {
  params: { id: PaymentId },
  ...settle,
  summary: 'End the review of a payment (staff)',
  permission: 'payment:review',
  body: Type.Object(
    { outcome: Type.Enum(['approved', 'declined']), reason: Type.Optional(Type.String({ maxLength: 200 })) },
    closed,
  ),
  answers: { 200: Payment },
  refuses: ['payment.not_found', 'payment.move_not_allowed', 'payment.provider_unavailable'],
})

/** POST /api/v1/payment-methods */
export const keepPaymentMethod = post('/api/v1/payment-methods', {
  summary: 'Keep a provider’s token as a way to pay; a card number is refused',
  permission: 'payment-method:manage',
  owner: 'none',
  body: Type.Object(
    {
      provider: Type.String({ minLength: 1, maxLength: 40 }),
      token: Type.String({ minLength: 1, maxLength: 200 }),
      label: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    },
    closed,
  ),
  answers: { 201: PaymentMethod },
  refuses: ['payment.provider_unknown', 'payment.token_unknown', 'payment.card_number_refused'],
})

/** GET /api/v1/payment-methods */
export const listPaymentMethods = get('/api/v1/payment-methods', {
  summary: 'List the caller’s ways to pay',
  permission: 'payment-method:manage',
  owner: 'none',
  query: Type.Object({ ...PageQuery }, closed),
  answers: { 200: pageSchema(PaymentMethod) },
})

/** DELETE /api/v1/payment-methods/{id} */
export const deletePaymentMethod = remove('/api/v1/payment-methods/{id}', {
  params: { id: PaymentMethodId },
  summary: 'Forget a way to pay',
  permission: 'payment-method:manage',
  owner: 'none',
  answers: { 204: null },
  refuses: ['payment.method_not_found'],
})

/** GET /api/v1/transactions */
export const listTransactions = get('/api/v1/transactions', {
  summary: 'The double-entry ledger, newest first',
  permission: 'ledger:read',
  owner: 'none',
  query: Type.Object({ ...PageQuery, paymentId: Type.Optional(PaymentId) }, closed),
  answers: { 200: pageSchema(LedgerTransaction) },
})

/** POST /api/v1/webhooks/{provider} */
export const receiveWebhook = post('/api/v1/webhooks/{provider}', {
  params: { provider: Type.String({ minLength: 1, maxLength: 40 }) },
  summary: 'A provider tells what became of a payment; signed',
  permission: 'public',
  owner: 'none',
  idempotencyKey: 'none',
  body: Type.Object({}, { additionalProperties: true }),
  answers: { 202: null },
  refuses: ['payment.provider_unknown', 'payment.webhook_signature_invalid', 'payment.webhook_replayed'],
})
