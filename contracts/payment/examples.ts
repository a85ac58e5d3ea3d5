import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'

/** Examples of the operations of payment. */
export const paymentExamples: Examples<typeof http> = {
  createPayment: {
    body: {
      orderId: '01920000-0000-7000-8000-000000000201',
      customerId: '01920000-0000-7000-8000-000000000001',
      paymentMethodId: '01920000-0000-7000-8000-000000000100',
      amount: { amount: 1_890, currency: 'EUR' },
      country: 'AT',
    },
  },
  refundPayment: { body: { amount: { amount: 1, currency: 'EUR' }, reason: 'goodwill' } },
  reviewPayment: { body: { outcome: 'approved', reason: 'known customer' } },
  submitEvidence: {
    body: { shippingCarrier: 'Sandbox', shippingTrackingNumber: 'SB100001', uncategorizedText: 'delivered' },
  },
  simulatePayment: { body: { event: 'dispute_opened' } },
  keepPaymentMethod: {
    body: { provider: 'sandbox', token: 'tok_visa', label: 'My card' },
    unique: (suffix) => ({ label: suffix }),
  },
  receiveWebhook: { params: { provider: 'sandbox' }, body: {} },
}
