import { describeService, pick, rpc } from '@stoa/contract'
import { Type } from 'typebox'
import { PaymentId, RefundId } from '../shared/ids.ts'
import { InferenceRpc } from '../inference/rpc_pb.js'
import { OrderRpc } from '../order/rpc_pb.js'
import { userDeleted } from '../user/events.ts'
import { paymentErrors } from './errors.ts'
import * as events from './events.ts'
import { paymentExamples } from './examples.ts'
import { paymentGraph } from './graph.ts'
import * as http from './http.ts'
import { PaymentRpc } from './rpc_pb.js'

const described = describeService({
  name: 'payment',
  port: 8004,
  owner: 'money',
  slo: { availability: 0.9999, p99Ms: 200, errorRate: 0.0001 },
  errors: paymentErrors,
  operations: http,
  rpc: rpc(PaymentRpc, {
    pay: {
      effect: 'write',
      refuses: [
        'payment.method_unusable',
        'payment.amount_invalid',
        'payment.order_paid',
        'payment.provider_unavailable',
      ],
    },
    refund: {
      effect: 'write',
      refuses: [
        'payment.amount_invalid',
        'payment.refund_exceeds_captured',
        'payment.refund_refused',
        'payment.provider_unavailable',
      ],
    },
    checkMethod: { effect: 'read' },
    keepMethod: {
      effect: 'write',
      refuses: [
        'payment.provider_unknown',
        'payment.token_unknown',
        'payment.card_number_refused',
        'payment.method_limit',
        'payment.provider_unavailable',
      ],
    },
    listPayments: { effect: 'read' },
  }),
  publishes: events,
  consumes: { userDeleted },
  calls: { order: pick(OrderRpc, 'getSummary'), inference: pick(InferenceRpc, 'scorePayment') },
  tasks: {
    'finish-abandoned': { payload: Type.Object({}), everyMs: 10_000 },
    'settle-dispute': {
      payload: Type.Object({ provider: Type.String(), reference: Type.String() }),
      attempts: 100,
    },
    'forget-at-provider': {
      payload: Type.Object({
        provider: Type.String(),
        kind: Type.Enum(['token', 'customer']),
        reference: Type.String(),
      }),
      attempts: 100,
    },
    'settle-payment': { payload: Type.Object({ paymentId: PaymentId }), attempts: 100 },
    'settle-refund': { payload: Type.Object({ refundId: RefundId }), attempts: 100 },
  },
  personalData: {
    paymentMethods: 'the tokens of a provider and their labels, until the account is erased',
    payments: 'the amounts charged and refunded, by id, as long as accounting records are kept',
    disputes:
      'what the bank disputes and why, by id, as long as accounting records are kept; the text of evidence until the provider has taken it',
  },
  examples: paymentExamples,
  graph: paymentGraph,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface PaymentService extends Described {}

/** Payments, methods, refunds, ledger. */
export const payment: PaymentService = described
