import type { AnyStream, StreamName } from '../engine/stream.ts'
import { failedPayments } from './failed-payments.ts'
import { orders } from './orders.ts'
import { payments } from './payments.ts'

/** All streams: one for each batch of the contract. */
export const streams = {
  orders,
  payments,
  'failed-payments': failedPayments,
} as const satisfies Readonly<Record<StreamName, AnyStream>>
