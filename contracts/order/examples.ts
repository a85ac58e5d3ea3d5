import type { Examples } from '@stoa/contract'
import type * as http from './http.ts'
import type * as returns from './returns-http.ts'

const items = [{ sku: 'TEA-GREEN-100', quantity: 1 }]

/** Examples of the operations of order. */
export const orderExamples: Examples<typeof http & typeof returns> = {
  placeOrder: {
    body: {
      items,
      shippingAddress: {
        name: 'Cora Contract',
        line1: 'Lange Gasse 1',
        line2: 'Tür 4',
        city: 'Wien',
        postalCode: '1080',
        country: 'AT',
      },
      paymentMethodId: '01920000-0000-7000-8000-000000000100',
    },
  },
  cancelOrder: { body: { reason: 'ordered twice' } },
  setOrderStatus: { body: { status: 'picking', reason: 'by hand' } },
  requestReturn: { body: { items, reason: 'too much tea' } },
  approveReturn: { body: { note: 'send it to Hamburg' } },
  refuseReturn: { body: { note: 'the tin was opened' } },
  receiveReturn: { body: { items: [{ sku: 'TEA-GREEN-100', quantity: 1, inOrder: true }] } },
}
