import type { Graph } from '@stoa/contract'
import { Dispute, DisputeStatus, Payment, PaymentMethod, PaymentMethodKind, PaymentStatus } from './resources.ts'

/** What payment contributes to the graph. */
export const paymentGraph: Graph = {
  types: { Dispute, DisputeStatus, Payment, PaymentStatus, PaymentMethod, PaymentMethodKind },
  queries: {
    payment: { operation: 'getPayment' },
    payments: { operation: 'listPayments' },
    dispute: { operation: 'getDispute' },
    disputes: { operation: 'listDisputes' },
    paymentMethods: { operation: 'listPaymentMethods' },
  },
  relations: {
    Dispute: {
      payment: { operation: 'getPayment', with: { id: 'paymentId' } },
    },
    Payment: {
      order: { service: 'order', operation: 'getOrder', with: { id: 'orderId' } },
      customer: { service: 'user', operation: 'getUser', with: { id: 'customerId' } },
    },
  },
}
