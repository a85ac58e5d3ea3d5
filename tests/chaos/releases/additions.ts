import { orderCompleted } from '@stoa/contracts/order/events'
import { paymentCompleted } from '@stoa/contracts/payment/events'

/** What the next release of each of these services does more than the one of today. */
export const additions = {
  order: { event: paymentCompleted, saga: { name: 'order-fulfilment', before: 'confirm_order' } },
  notification: { event: orderCompleted },
} as const
