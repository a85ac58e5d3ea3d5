import { InstantSchema, MoneySchema } from '@stoa/contract'
import { Type, type Static } from 'typebox'
import { DisputeId, OrderId, PaymentId, PaymentMethodId, UserId } from '../shared/ids.ts'

/** The status of a payment. */
export const PaymentStatus = Type.Enum([
  'initiated',
  'requires_action',
  'in_review',
  'authorized',
  'captured',
  'declined',
  'voided',
  'partially_refunded',
  'refunded',
])
export type PaymentStatus = Static<typeof PaymentStatus>

/** What the customer has to do before a payment can go on, such as 3-D Secure: open the URL, or hand the client secret to the provider's SDK. */
export const NextAction = Type.Object({
  type: Type.Enum(['redirect', 'sdk']),
  url: Type.Optional(Type.String()),
  clientSecret: Type.Optional(Type.String()),
  /** After this, the payment is cancelled. */
  expiresAt: InstantSchema,
})
export type NextAction = Static<typeof NextAction>

/** How a customer pays: a card, a card in a wallet such as Apple Pay, a direct debit, or a transfer. Providers of this release have the first two. */
export const PaymentMethodKind = Type.Enum(['card', 'wallet', 'bank_debit', 'bank_transfer'])
export type PaymentMethodKind = Static<typeof PaymentMethodKind>

// missing in methods that older releases have kept
const methodKind = Type.Optional(PaymentMethodKind)

/** A payment of an order. */
export const Payment = Type.Object({
  id: PaymentId,
  orderId: OrderId,
  customerId: UserId,
  paymentMethodId: PaymentMethodId,
  provider: Type.String(),
  methodKind,
  status: PaymentStatus,
  code: Type.Optional(Type.String()),
  nextAction: Type.Optional(NextAction),
  amount: MoneySchema,
  captured: MoneySchema,
  refunded: MoneySchema,
  disputed: Type.Optional({ ...MoneySchema, description: 'held or taken back by disputes; it cannot be refunded' }),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Payment = Static<typeof Payment>

/** How many payment methods a customer may have. */
export const MAX_PAYMENT_METHODS = 100

/** A provider token for a payment method; never a card number. */
export const PaymentMethod = Type.Object({
  id: PaymentMethodId,
  provider: Type.String(),
  kind: methodKind,
  label: Type.String(),
  createdAt: InstantSchema,
})
export type PaymentMethod = Static<typeof PaymentMethod>

/** What a transaction of the ledger is for. */
export const LedgerKind = Type.Enum([
  'capture',
  'refund',
  'refund_failed',
  'dispute_withdrawn',
  'dispute_reinstated',
  'dispute_fee',
  'dispute_lost',
])
export type LedgerKind = Static<typeof LedgerKind>

/** One transaction of the double-entry ledger; its entries sum to zero. */
export const LedgerTransaction = Type.Object({
  id: Type.String({ format: 'uuid' }),
  paymentId: PaymentId,
  kind: LedgerKind,
  at: InstantSchema,
  entries: Type.Array(Type.Object({ account: Type.String(), amount: MoneySchema })),
})
export type LedgerTransaction = Static<typeof LedgerTransaction>

/** The status of a dispute; `warning_…` is an inquiry of the bank, which takes no money yet. */
export const DisputeStatus = Type.Enum([
  'warning_needs_response',
  'warning_under_review',
  'warning_closed',
  'needs_response',
  'under_review',
  'won',
  'lost',
])
export type DisputeStatus = Static<typeof DisputeStatus>

/** A dispute: the customer has asked the bank to take a payment back (chargeback). */
export const Dispute = Type.Object({
  id: DisputeId,
  paymentId: PaymentId,
  orderId: OrderId,
  customerId: UserId,
  provider: Type.String(),
  reference: Type.String({ description: 'the id of the dispute at the provider' }),
  status: DisputeStatus,
  reason: Type.String({ description: 'as the provider names it' }),
  amount: MoneySchema,
  withdrawn: { ...MoneySchema, description: 'what the provider has taken back so far' },
  reinstated: { ...MoneySchema, description: 'what of it the provider has returned' },
  fee: Type.Optional(MoneySchema),
  evidenceDueBy: Type.Optional(InstantSchema),
  evidenceSubmittedAt: Type.Optional(InstantSchema),
  openedAt: InstantSchema,
  closedAt: Type.Optional(InstantSchema),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
})
export type Dispute = Static<typeof Dispute>
