import type { Graph } from '@stoa/contract'
import { Payment, PaymentMethod, PaymentStatus } from './resources.ts'

/** What payment contributes to the graph. */
export const paymentGraph: Graph = {
  types: { Payment, PaymentStatus, PaymentMethod },
  queries: {
    payment: { operation: 'getPayment' },
    payments: { operation: 'listPayments' },
    paymentMethods: { operation: 'listPaymentMethods' },
  },
  relations: {
    Payment: {
      order: { service: 'order', operation: 'getOrder', with: { id: 'orderId' } },
      customer: { service: 'user', operation: 'getUser', with: { id: 'customerId' } },
    },
  },
}
