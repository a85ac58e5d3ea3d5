import type { Examples } from '@stoa/contract'
import type * as carts from './carts-http.ts'
import type * as http from './http.ts'
import type * as returns from './returns-http.ts'

const items = [{ sku: 'TEA-GREEN-100', quantity: 1 }]

const shippingAddress = {
  name: 'Cora Contract',
  line1: 'Lange Gasse 1',
  line2: 'Tür 4',
  city: 'Wien',
  postalCode: '1080',
  country: 'AT',
}
const paymentMethodId = '01920000-0000-7000-8000-000000000100'

/** Examples of the operations of order. */
export const orderExamples: Examples<typeof http & typeof returns & typeof carts> = {
  placeOrder: { body: { items, shippingAddress, paymentMethodId, channel: 'app' } },
  createCart: { body: { region: 'AT', currency: 'EUR', channel: 'app' } },
  setCartItems: { body: { items } },
  mergeCart: { body: { token: 'b3ZlciB0byB5b3UsIHdpdGggdGhpcyB0b2tlbiBhbG9uZQ' } },
  checkOutCart: { body: { shippingAddress, paymentMethodId } },
  cancelOrder: { body: { reason: 'ordered twice' } },
  setOrderStatus: { body: { status: 'picking', reason: 'by hand' } },
  requestReturn: { body: { items, reason: 'too much tea' } },
  approveReturn: { body: { note: 'send it to Hamburg' } },
  refuseReturn: { body: { note: 'the tin was opened' } },
  receiveReturn: { body: { items: [{ sku: 'TEA-GREEN-100', quantity: 1, inOrder: true }] } },
}
