import { order } from '@stoa/contracts/order/service'

const { failsWith } = order.sagas['order-fulfilment']

/** A code of payment that an order can be rejected with. */
export type DeclineCode = (typeof failsWith)[number]

/** Returns the code with which payment declined: one of those that order knows; a newer release of payment may have others. */
export function declineCode(code: string): DeclineCode {
  return failsWith.find((known) => known === code) ?? 'payment.declined'
}
